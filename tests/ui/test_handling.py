"""The handling dialogs, driven by their keys against a real ledger."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from models.codes import (
    EncryptionMeasure,
    HandlingKind,
    ItemClass,
    ItemState,
    MediaType,
    SanitizationMethod,
    VerificationResult,
)
from models.errors import DiskFull
from models.records import Contract, HandlingEvent, Item
from tests.ui.daily import K, Keyboard, Site, today
from tests.ui.fingers import type_in
from tests.ui.shell import texts
from ui.handling import methods, numbers
from ui.handling.coming import ComingDialog, CopyDialog
from ui.handling.dialog import HandlingDialog
from ui.handling.moving import TransportDialog, UseDialog
from ui.handling.opening import correcting_dialog, handling_dialog
from ui.handling.sanitizing import SanitizeDialog

MOST_STROKES = 25


def opened(site: Site, kind: HandlingKind, *items: Item) -> HandlingDialog:
    dialog = handling_dialog(site.desk, site.contract_id, kind, [item.id for item in items])
    site.answers.replies.append(True)  # should it ask before it is thrown away
    dialog.show()
    site.qtbot.waitExposed(dialog)
    return dialog


def save(site: Site, dialog: HandlingDialog) -> None:
    dialog.save()
    site.settle()


# --- the common day ---


def test_a_use_takes_few_strokes(site: Site) -> None:
    site.story.use(site.items[1])  # somebody has said before what for
    page = today(site)
    keyboard = Keyboard(page)
    keyboard.key(Qt.Key.Key_F3)
    keyboard.type(site.items[0].item_no)
    keyboard.key(Qt.Key.Key_Return)
    keyboard.key(Qt.Key.Key_Return, ctrl=True)
    site.settle()
    assert site.state(site.items[0]) == ItemState.IN_USE.label
    assert keyboard.strokes <= MOST_STROKES
    assert "を記録しました" in page.said.text()


def test_bringing_back_takes_few_strokes(site: Site) -> None:
    item = site.items[0]
    out = site.enter(
        K.TAKE_OUT, [item], destination_text="市役所", encryption=EncryptionMeasure.APPLIED
    )
    site.clock.wait(30)
    page = today(site)
    keyboard = Keyboard(page)
    keyboard.key(Qt.Key.Key_F6)
    keyboard.type(item.item_no)
    keyboard.key(Qt.Key.Key_Return)
    keyboard.key(Qt.Key.Key_Return, ctrl=True)
    site.settle()
    back = site.events(K.BRING_BACK)[-1]
    assert site.state(item) == ItemState.STORED.label
    assert back.related_event_id == out.id
    assert back.place_to_id == item.home_place_id
    assert keyboard.strokes <= MOST_STROKES


def test_several_take_outs_are_answered_one_by_one(site: Site) -> None:
    first, second = site.items[:2]
    outs = [
        site.enter(K.TAKE_OUT, [one], destination_text="市役所",
                   encryption=EncryptionMeasure.APPLIED)
        for one in (first, second)
    ]  # fmt: skip
    dialog = opened(site, K.BRING_BACK, first, second)
    save(site, dialog)
    answered = {event.related_event_id for event in site.events(K.BRING_BACK)}
    assert answered == {out.id for out in outs}


def test_scanned_numbers_gather_in_the_open_dialog(site: Site) -> None:
    dialog = opened(site, K.STOCKTAKE)
    assert dialog.take(site.items[0].item_no)
    assert dialog.take(site.items[1].item_no)
    assert not dialog.take("ZZ-9")
    assert [item.id for item in dialog.items.items] == [one.id for one in site.items[:2]]
    assert "ZZ-9" in dialog.items.note.text()


def test_a_number_registered_wide_is_scanned_narrow(site: Site) -> None:
    thing = site.ledger.registers.need(Item, site.items[0].id).record
    site.ledger.registers.revise(replace(thing, item_no="Ａ－００１"), "番号の誤りを直すため")
    dialog = opened(site, K.STOCKTAKE)
    assert dialog.take("A-001")
    assert [item.id for item in dialog.items.items] == [thing.id]
    receipt = opened(site, K.RECEIVE)
    assert isinstance(receipt, ComingDialog)
    receipt.new.entry.set_values({"item_no": "a-001", "name": "別の紙", "quantity": Decimal(1)})
    assert not receipt.new.add()
    assert "「Ａ－００１」は、すでに使われています" in receipt.new.trouble.text()
    for number, added in (("Ｂ－１", True), ("B-1", False)):
        receipt.new.entry.set_values({"item_no": number, "name": "紙", "quantity": Decimal(1)})
        assert receipt.new.add() is added
    assert "この受領ですでに使っています" in receipt.new.trouble.text()


def test_ending_a_use_answers_its_start(site: Site) -> None:
    item = site.items[0]
    start = site.enter(K.USE, [item], purpose="照合のため")
    dialog = opened(site, K.USE)
    assert isinstance(dialog, UseDialog)
    dialog.take(item.item_no)
    assert dialog.mode is not None and dialog.mode.part == "end"
    assert dialog.draft().purpose == "照合のため"
    save(site, dialog)
    assert site.state(item) == ItemState.STORED.label
    assert site.events(K.USE)[-1].related_event_id == start.id


def test_a_finished_use_needs_its_end(site: Site) -> None:
    dialog = opened(site, K.USE, site.items[0])
    assert isinstance(dialog, UseDialog)
    dialog.panel.set_values({"purpose": "入力"})
    dialog.panel.set_values({"place_from_id": site.story.places[1].id})
    dialog.set_mode(2)
    dialog.panel.rows["ended_at"].editor.set_value(None)
    save(site, dialog)
    assert "利用終了の日時" in dialog.message.text()


# --- what cannot be ---


def test_what_custody_forbids_is_said_while_typing(site: Site) -> None:
    site.enter(K.USE, [site.items[0]])
    dialog = opened(site, K.TAKE_OUT)
    dialog.take(site.items[0].item_no)
    assert "使用中" in dialog.items.trouble.text()
    assert "先に使用の終了を記録" in dialog.items.trouble.text()


def test_nothing_typed_is_lost_when_saving_fails(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_command: object) -> None:
        raise DiskFull(file="ledger.db")

    dialog = opened(site, K.TAKE_OUT, site.items[0])
    dialog.panel.set_values({"purpose": "納品", "destination_text": "市役所　𠮷野課長"})
    dialog.panel.set_values({"encryption": EncryptionMeasure.APPLIED})
    monkeypatch.setattr(site.ledger.store, "append", full)
    save(site, dialog)
    assert "空きがありません" in dialog.message.text()
    assert dialog.panel.values()["destination_text"] == "市役所　𠮷野課長"
    assert dialog.save_button.isEnabled()
    assert dialog.is_dirty()


def test_missing_fields_are_named_and_nothing_is_entered(site: Site) -> None:
    before = site.ledger.store.head().seq
    dialog = opened(site, K.TAKE_OUT, site.items[0])
    save(site, dialog)
    assert "行先" in dialog.message.text()
    assert "行先" in dialog.missing.text()
    assert site.ledger.store.head().seq == before


def test_the_profile_names_the_act(site: Site) -> None:
    dialog = opened(site, K.TAKE_OUT)
    assert dialog.windowTitle() == "持ち出し"


def test_only_consents_of_the_day_are_proposed(site: Site) -> None:
    dialog = opened(site, K.TAKE_OUT, site.items[0])
    consent = next(c for c in site.story.consents if c.subject and c.subject.value == "take_out")
    assert dialog.draft().authorization_id == consent.id
    row = dialog.panel.rows["occurred_at"]
    assert consent.valid_from is not None
    long_ago = site.ledger.now() - timedelta(days=400)
    row.editor.set_value(long_ago)
    row.editor.edited.emit()
    editor = dialog.panel.rows["authorization_id"].editor
    assert "この日は対象外" in editor.box.currentText()  # type: ignore[attr-defined]


def test_an_untouched_dialog_closes_without_a_question(site: Site) -> None:
    for kind in (K.USE, K.DISPOSE, K.RECEIVE, K.TRANSPORT):
        items = [] if kind is K.RECEIVE else site.items[:1]
        assert not opened(site, kind, *items).is_dirty(), kind


def test_a_typed_purpose_is_asked_about_before_it_is_lost(site: Site) -> None:
    dialog = opened(site, K.USE, site.items[0])
    type_in(dialog.panel.rows["purpose"].editor.focus_target(), "確かめる")
    site.answers.replies[:] = [False]
    dialog.reject()
    assert dialog.isVisible()
    assert "捨てますか" in site.answers.asked[-1]
    site.answers.replies[:] = [True, True]


# --- items that come into being ---


def test_receiving_proposes_numbers_and_keeps_names_as_written(site: Site) -> None:
    dialog = opened(site, K.RECEIVE)
    assert isinstance(dialog, ComingDialog)
    names = ("辻󠄂　美咲様分の調査票", "𠮷野町分の調査票" + "あ" * 60)
    expected = ["M-0004", "M-0005"]
    for name in names:
        type_in(dialog.new.entry.rows["name"].editor.focus_target(), name)
        type_in(dialog.new.entry.rows["quantity"].editor.focus_target(), "12")
        assert dialog.new.add(), dialog.new.problem
    site.answers.replies[:] = [False, True]
    save(site, dialog)
    received = site.events(K.RECEIVE)[-1]
    items = [site.ledger.registers.need(Item, line.item_id).record for line in received.lines]
    assert [item.item_no for item in items] == expected
    assert [item.name for item in items] == list(names)
    assert items[0].contents[0].fields_text == "氏名、生年月日、健診結果"
    assert any("預り証" in question for question in site.answers.asked)


def test_a_row_not_added_yet_is_received_too(site: Site) -> None:
    dialog = opened(site, K.RECEIVE)
    assert isinstance(dialog, ComingDialog)
    type_in(dialog.new.entry.rows["name"].editor.focus_target(), "調査票")
    type_in(dialog.new.entry.rows["quantity"].editor.focus_target(), "3")
    site.answers.replies[:] = [False, True]
    save(site, dialog)
    assert len(site.events(K.RECEIVE)[-1].lines) == 1


def test_a_used_number_is_refused_at_once(site: Site) -> None:
    dialog = opened(site, K.RECEIVE)
    assert isinstance(dialog, ComingDialog)
    dialog.new.entry.set_values({"item_no": "M-0001", "name": "別の紙", "quantity": Decimal(1)})
    assert not dialog.new.add()
    assert "すでに使われています" in dialog.new.trouble.text()


def test_copies_become_children_with_numbers_of_their_own(site: Site) -> None:
    original = site.items[0]
    dialog = opened(site, K.COPY, original)
    assert isinstance(dialog, CopyDialog)
    dialog.copies.count.setValue(2)
    dialog.panel.set_values({"purpose": "照合", "place_from_id": site.story.places[1].id})
    save(site, dialog)
    made = site.ledger.registers.all(Item, parent_item_id=original.id)
    assert {one.record.item_no for one in made} == {
        f"{original.item_no}-C1", f"{original.item_no}-C2",
    }  # fmt: skip
    assert all(site.state(one.record) == ItemState.STORED.label for one in made)


def test_numbers_follow_the_pattern_of_the_office() -> None:
    assert numbers.following("K-R8-099") == "K-R8-100"
    assert numbers.following("箱12号") == "箱13号"
    assert numbers.following("甲") == "甲-2"


# --- carrying, returning, destroying ---


def test_departure_and_arrival_are_two_linked_events(site: Site) -> None:
    item = site.items[0]
    dialog = opened(site, K.TRANSPORT, item)
    assert isinstance(dialog, TransportDialog)
    dialog.panel.set_values({"purpose": "移送", "encryption": EncryptionMeasure.APPLIED})
    dialog.carriage.set_values({"container": "施錠ケース"})
    save(site, dialog)
    assert site.state(item) == ItemState.IN_TRANSIT.label
    site.clock.wait(20)
    arrival = opened(site, K.TRANSPORT)
    assert isinstance(arrival, TransportDialog)
    arrival.take(item.item_no)
    assert arrival.mode is not None and arrival.mode.part == "end"
    arrival.carriage.set_values({"received_by": "髙橋"})
    arrival.panel.set_values({"place_to_id": item.home_place_id})
    save(site, arrival)
    assert site.state(item) == ItemState.STORED.label
    start, end = site.events(K.TRANSPORT)
    assert end.related_event_id == start.id
    assert end.transport[0].container == "施錠ケース"


def test_a_part_of_an_item_may_go_back(site: Site) -> None:
    paper = next(one for one in site.items if one.unit == "枚")
    dialog = opened(site, K.RETURN, paper)
    dialog.panel.set_values({
        "purpose": "済み", "counterpart_name": "見本", "authorization_id": "",
    })  # fmt: skip
    cell = dialog.items.table.item(0, 3)
    assert cell is not None
    cell.setText("１０")  # full width is forgiven
    save(site, dialog)
    status = site.ledger.handling.status(paper.id)
    assert status is not None and paper.quantity is not None
    assert status.left == paper.quantity - 10
    assert status.state is ItemState.STORED


def test_overwriting_flash_is_called_unreliable(site: Site) -> None:
    stick = next((one for one in site.items if one.media_type is MediaType.USB_MEMORY), None)
    stick = stick or replace(site.items[0], media_type=MediaType.USB_MEMORY)
    stick = replace(stick, item_class=ItemClass.MEDIUM)
    found = methods.remarks(stick, K.ERASE, SanitizationMethod.OVERWRITE, None)
    assert "フラッシュ" in found[0]
    assert methods.proposal(stick, K.DISPOSE).method is SanitizationMethod.PHYSICAL


def test_a_disposal_asks_what_its_certificate_needs(site: Site) -> None:
    paper = next(one for one in site.items if one.unit == "枚")
    dialog = opened(site, K.DISPOSE, paper)
    assert isinstance(dialog, SanitizeDialog)
    dialog.panel.set_values({"purpose": "不要", "place_from_id": site.story.places[1].id})
    save(site, dialog)
    assert "検証結果" in dialog.message.text()
    card = dialog._cards[paper.id]
    assert card.detail().method is SanitizationMethod.SHRED
    card.panel.set_values({
        "verification_result": VerificationResult.PASS, "irrecoverable_confirmed": True,
    })  # fmt: skip
    dialog.shared.set_values({"place_text": "入力室", "witness_requested": False})
    site.answers.replies[:] = [False, False, True]
    save(site, dialog)
    assert site.state(paper) == ItemState.DISPOSED.label
    row = site.events(K.DISPOSE)[-1].sanitization[0]
    assert row.quantity == paper.quantity
    assert row.info_items == "氏名、生年月日、健診結果"
    assert any("報告" in words or "証明" in words for words in site.answers.asked)


# --- corrections ---


def test_a_correction_begins_with_the_old_event_and_needs_a_reason(site: Site) -> None:
    wrong = site.enter(K.STOCKTAKE, site.items[:2], purpose="棚卸")
    stored = site.ledger.registers.need(HandlingEvent, wrong.id)
    dialog = correcting_dialog(site.desk, stored)
    site.answers.replies[:] = [True]
    dialog.show()
    assert dialog.draft().purpose == "棚卸"
    dialog.panel.set_values({"purpose": "月末の棚卸"})
    save(site, dialog)
    assert "訂正の理由" in dialog.message.text()
    dialog.reason.setText("目的を書き違えたため")
    save(site, dialog)
    old = site.ledger.registers.need(HandlingEvent, wrong.id)
    assert old.meta.voided and old.meta.void_reason == "目的を書き違えたため"
    new = site.events(K.STOCKTAKE)[-1]
    assert new.corrects_event_id == wrong.id
    assert new.purpose == "月末の棚卸"
    assert new.occurred_at == wrong.occurred_at


@pytest.mark.parametrize("kind", [K.RECEIVE, K.USE])
def test_events_of_the_story_can_be_corrected(site: Site, kind: HandlingKind) -> None:
    site.story.use(site.items[0])
    event = site.events(kind)[-1]
    dialog = correcting_dialog(site.desk, site.ledger.registers.need(HandlingEvent, event.id))
    site.answers.replies[:] = [True]
    dialog.show()
    dialog.panel.set_values({"purpose": "改めた目的"})
    dialog.reason.setText("目的の誤り")
    save(site, dialog)
    assert site.events(kind)[-1].purpose == "改めた目的"
    assert site.events(kind)[-1].lines == event.lines


# --- who may ---


def test_a_worker_records_only_his_own_acts(site: Site) -> None:
    site.story.use(site.items[0])
    site.sign_in("worker")
    dialog = opened(site, K.USE, site.items[0])
    row = dialog.panel.rows["actor_person_id"]
    assert row.editor.picker.line.isReadOnly()  # type: ignore[attr-defined]
    assert any("自分の取扱いだけ" in text for text in texts(dialog, [QLabel]))
    save(site, dialog)
    assert site.events(K.USE)[-1].actor_person_id == site.story.people["worker"]


# --- several contracts ---


def second(site: Site) -> Contract:
    """Register another contract of the same client, and give both the long numbers of a city."""
    registers = site.ledger.registers
    first = registers.need(Contract, site.contract_id).record
    number, title = "千保健第2026-00101号", "健康診査結果入力業務"
    renamed = replace(first, contract_no=number, title=title)
    registers.revise(renamed, "番号の誤りを直すため")
    other = replace(
        first, id=site.ledger.new_id(), contract_no="千保健第2026-00102号",
        title="健康診査結果通知発送業務",
    )  # fmt: skip
    registers.create(other)
    return other


def opened_in(site: Site, kind: HandlingKind, contract_id: str = "") -> HandlingDialog:
    """Open a dialog from a page on which this contract is chosen, "" for すべて."""
    dialog = handling_dialog(site.desk, contract_id, kind)
    site.answers.replies.append(True)
    dialog.show()
    site.qtbot.waitExposed(dialog)
    return dialog


def choose(dialog: HandlingDialog, contract: str) -> None:
    place = dialog.contracts.findData(contract)
    dialog.contracts.setCurrentIndex(place)
    dialog.contracts.activated.emit(place)


def test_nobody_but_the_clerk_chooses_among_several_contracts(site: Site) -> None:
    other = second(site)
    dialog = opened_in(site, K.RECEIVE)
    assert isinstance(dialog, ComingDialog)
    assert dialog.contract_id == ""
    assert dialog.contracts.currentText() == "（契約を選んでください）"
    assert dialog.focusWidget() is dialog.contracts
    type_in(dialog.new.entry.rows["name"].editor.focus_target(), "調査票")
    type_in(dialog.new.entry.rows["quantity"].editor.focus_target(), "3")
    save(site, dialog)
    assert dialog.isVisible()
    assert "どの契約の取扱いか" in dialog.message.text()
    assert not dialog.new.add()
    assert "どの契約の取扱いか" in dialog.new.trouble.text()
    assert dialog.focusWidget() is dialog.contracts
    assert len(site.events(K.RECEIVE)) == 1
    choose(dialog, other.id)
    assert dialog.contracts.findData("") < 0
    typed = dialog.new.entry.values()
    assert (typed["name"], typed["quantity"]) == ("調査票", Decimal(3))
    assert [dialog.new.assets.itemData(n) for n in range(dialog.new.assets.count())] == [""]
    home = site.items[0].home_place_id
    dialog.new.common.set_values({"home_place_id": home})
    dialog.panel.set_values({"place_to_id": home, "counterpart_name": "見本", "purpose": "点検"})
    site.answers.replies[:] = [False, True]
    save(site, dialog)
    received = site.events(K.RECEIVE)[-1]
    assert received.contract_id == other.id
    [thing] = site.ledger.store.get_many(Item, [received.lines[0].item_id]).values()
    assert thing.record.contract_id == other.id


def test_a_thing_added_for_one_contract_is_not_received_into_another(site: Site) -> None:
    other = second(site)
    dialog = opened_in(site, K.RECEIVE, site.contract_id)
    assert isinstance(dialog, ComingDialog)
    type_in(dialog.new.entry.rows["name"].editor.focus_target(), "調査票")
    type_in(dialog.new.entry.rows["quantity"].editor.focus_target(), "3")
    assert dialog.new.add(), dialog.new.problem
    choose(dialog, other.id)
    home = site.items[0].home_place_id
    dialog.panel.set_values({"place_to_id": home, "counterpart_name": "見本", "purpose": "点検"})
    save(site, dialog)
    assert dialog.isVisible()
    assert "契約" in dialog.message.text()
    assert len(site.events(K.RECEIVE)) == 1


@pytest.mark.parametrize("kind", [K.USE, K.DISPOSE, K.STORE, K.COPY])
def test_a_scanned_thing_chooses_its_contract(site: Site, kind: HandlingKind) -> None:
    second(site)
    dialog = opened_in(site, kind)
    dialog.save()
    assert "どの契約の取扱いか" in dialog.message.text()
    assert dialog.take(site.items[0].item_no)
    assert dialog.contract_id == site.contract_id
    assert dialog.contracts.currentData() == site.contract_id
    if isinstance(dialog, SanitizeDialog):
        known = opened(site, kind)
        assert isinstance(known, SanitizeDialog)
        assert dialog.shared.values() == known.shared.values()


@pytest.mark.parametrize("kind", [K.RETURN, K.DISPOSE])
def test_the_act_is_called_as_its_contract_calls_it(site: Site, kind: HandlingKind) -> None:
    second(site)
    dialog = opened_in(site, kind)
    choose(dialog, site.contract_id)
    words = [button.text() for button in dialog._mode_group.buttons()]
    assert words == [f"{mode.word}(&{n})" for n, mode in enumerate(dialog.modes(), 1)]


@pytest.mark.parametrize("width", [1040, 984, 920, 760])
def test_two_contracts_of_one_client_can_be_told_apart(site: Site, width: int) -> None:
    other = second(site)
    dialog = opened_in(site, K.RECEIVE, other.id)
    dialog.resize(width, 600)
    site.settle()
    box = dialog.contracts
    words = box.fontMetrics().horizontalAdvance(box.currentText())
    assert box.width() > words
    assert box.currentText() == "千保健第2026-00102号 健康診査結果通知発送業務"
    long = replace(other, title="健康診査結果通知発送業務" * 8)
    site.ledger.registers.revise(long, "件名を直すため")
    dialog = opened_in(site, K.RECEIVE, other.id)
    assert dialog.contracts.toolTip() == long.caption()
    assert dialog.width() <= dialog.screen().availableGeometry().width()
