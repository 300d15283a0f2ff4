"""What comes or goes by a courier: the window asks for its number where the rule asks for it."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QListView, QWidget
from pytestqt.qtbot import QtBot

from models.codes import AuthorizationSubject, EncryptionMeasure, HandlingKind, Means
from models.errors import Refused
from models.evidence import evidence
from models.records import HandlingEvent, Item, Organization, TransportDetail
from models.records.handling import CARRIED_MEANS
from tests.reports.papers import flat
from tests.ui.daily import K, Site, make_site
from tests.ui.fingers import type_in
from ui.answering import AnswerDialog
from ui.handling.coming import ComingDialog
from ui.handling.delivery import DeliveryBox
from ui.handling.dialog import HandlingDialog
from ui.handling.editors import CarriedByEditor
from ui.handling.opening import correcting_dialog, handling_dialog
from ui.handling.sheets import MAIN
from ui.issue import IssueRequest, preview
from ui.record_dialog import RecordDialog

NUMBER = "MS123456"
PASSING = [kind for kind in K if any(line.name == "means" for line in MAIN[kind])]


@pytest.fixture
def site(qtbot: QtBot, tmp_path: Path) -> Iterator[Site]:
    made = make_site(qtbot, tmp_path, rules=True)
    yield made
    made.close()


def opened(site: Site, kind: HandlingKind, means: Means) -> HandlingDialog:
    items = [] if kind is K.RECEIVE else [site.items[0].id]
    dialog = handling_dialog(site.desk, site.contract_id, kind, items)
    site.answers.replies.append(True)
    dialog.show()
    site.qtbot.waitExposed(dialog)
    choose(dialog, means)
    return dialog


def choose(dialog: HandlingDialog, means: Means) -> None:
    editor = dialog.panel.rows["means"].editor
    editor.set_value(means)
    editor.edited.emit()


def delivery(dialog: HandlingDialog) -> DeliveryBox:
    assert dialog.delivery is not None
    return dialog.delivery


def line(dialog: HandlingDialog, name: str) -> QWidget:
    return delivery(dialog).panel.rows[name].editor.focus_target()


WHY = "委託者から遠く、委託者が便を指定したため"


def save(site: Site, dialog: HandlingDialog) -> None:
    """Save, and say why it did not pass from hand to hand where that is asked (SK-13.2)."""
    dialog.save()
    site.settle()
    for ask in QApplication.topLevelWidgets():
        if isinstance(ask, AnswerDialog) and ask.isVisible():
            assert "直接の" in " ".join(one.text() for one in ask.findChildren(QLabel))
            ask.parts[0].text.setPlainText(WHY)
            ask.save()
            site.settle()


def receipts(site: Site) -> list[str]:
    """Return what the clauses of receipt say against it."""
    states = evidence(site.ledger, site.story.contract)
    return [row.sentence for one in states if one.key.startswith("SK-13")
            for _query, rows in one.evidence for row in rows]  # fmt: skip


@pytest.mark.parametrize("kind", PASSING)
def test_it_stands_there_while_something_is_carried(site: Site, kind: HandlingKind) -> None:
    dialog = opened(site, kind, Means.DIRECT)
    for means in Means:
        choose(dialog, means)
        assert delivery(dialog).isVisible() is (means in CARRIED_MEANS), means
    assert dialog.draft().transport == ()


def test_a_receipt_by_courier_is_entered_with_its_number(site: Site) -> None:
    dialog = opened(site, K.RECEIVE, Means.SECURITY_COURIER)
    assert isinstance(dialog, ComingDialog)
    new = {"item_no": "B-900", "name": "結果票", "quantity": Decimal(1), "unit": "枚"}
    dialog.new.entry.set_values(new)
    assert dialog.new.add()
    type_in(line(dialog, "tracking_no"), NUMBER)
    site.answers.replies[:] = [False] * 3
    save(site, dialog)
    event = site.events(K.RECEIVE)[-1]
    assert [row.tracking_no for row in event.transport] == [NUMBER]
    assert event.transport[0].carrier_org_id == site.story.carrier.id  # the only one there is
    assert not any("追跡番号" in said for said in receipts(site))
    assert site.answers.asked == []  # nobody stands there who could be given a 預り証


def test_a_return_by_courier_is_entered_with_its_number(site: Site) -> None:
    dialog = opened(site, K.RETURN, Means.SECURITY_COURIER)
    dialog.panel.set_values({"counterpart_name": "見本　花子", "destination_text": "見本市役所"})
    type_in(line(dialog, "tracking_no"), NUMBER)
    type_in(line(dialog, "received_by"), "見本　花子")
    said = site.ledger.rules.about_event(dialog.draft(), [])
    assert not any("追跡番号" in one.message for one in said)
    site.answers.replies[:] = [False] * 3
    save(site, dialog)
    [row] = site.events(K.RETURN)[-1].transport
    assert (row.tracking_no, row.received_by) == (NUMBER, "見本　花子")


def test_who_reads_the_act_sees_the_number(site: Site) -> None:
    dialog = opened(site, K.RETURN, Means.SECURITY_COURIER)
    dialog.panel.set_values({"counterpart_name": "見本　花子", "destination_text": "見本市役所"})
    type_in(line(dialog, "tracking_no"), NUMBER)
    site.answers.replies[:] = [False] * 3
    save(site, dialog)
    event = site.events(K.RETURN)[-1]
    reading = RecordDialog(site.desk, site.ledger.registers.need(HandlingEvent, event.id))
    site.qtbot.addWidget(reading)
    reading.show()
    assert reading.form.rows["transport"].isVisible()
    direct = site.events(K.RECEIVE)[0]
    other = RecordDialog(site.desk, site.ledger.registers.need(HandlingEvent, direct.id))
    site.qtbot.addWidget(other)
    other.show()
    assert not other.form.rows["transport"].isVisible()


def test_a_number_that_came_later_is_entered_by_a_correction(site: Site) -> None:
    """Without it the clause stood broken for ever: the window had no way to enter it."""
    received = site.events(K.RECEIVE)[0]
    dialog = correcting(site, received)
    choose(dialog, Means.SECURITY_COURIER)
    type_in(line(dialog, "tracking_no"), NUMBER)
    dialog.reason.setText("便で届いたものを手渡しと書いたため")
    save(site, dialog)
    event = site.events(K.RECEIVE)[-1]
    assert event.corrects_event_id == received.id
    assert [one.tracking_no for one in event.transport] == [NUMBER]
    dialog = correcting(site, event)
    assert delivery(dialog).isVisible()
    assert delivery(dialog).panel.values()["tracking_no"] == NUMBER
    choose(dialog, Means.DIRECT)
    assert dialog.draft().transport == ()


def correcting(site: Site, event: HandlingEvent) -> HandlingDialog:
    stored = site.ledger.registers.need(HandlingEvent, event.id)
    dialog = correcting_dialog(site.desk, stored)
    site.answers.replies[:] = [True]
    dialog.show()
    site.qtbot.waitExposed(dialog)
    return dialog


def test_only_what_is_said_is_asked(site: Site) -> None:
    """Whoever knows neither firm nor number nor driver may still say that a post brought it."""
    dialog = opened(site, K.RETURN, Means.REGISTERED_MAIL)
    rows = delivery(dialog).panel.rows
    assert "必須" not in rows["persons"].label.text()
    assert dialog.draft().transport == ()
    type_in(line(dialog, "container"), "施錠した箱")
    assert "必須" in rows["persons"].label.text()
    assert any("運搬担当者" in one for one in dialog.problems())
    type_in(line(dialog, "tracking_no"), NUMBER)
    assert not any("運搬担当者" in one for one in dialog.problems())


def test_several_carriers_are_not_chosen_among(site: Site) -> None:
    carrier = site.ledger.registers.need(Organization, site.story.carrier.id).record
    site.ledger.registers.create(replace(carrier, id="", name="別の運送株式会社"))
    dialog = opened(site, K.RETURN, Means.SECURITY_COURIER)
    assert delivery(dialog).panel.values()["carrier_org_id"] == ""


def test_a_transport_names_its_people_as_before(site: Site) -> None:
    item: Item = site.items[0]
    with pytest.raises(Refused, match="運搬担当者"):
        site.enter(K.TRANSPORT, [item], transport=(TransportDetail(tracking_no=NUMBER),))


# --- 持出し -----------------------------------------------------------------------------------------


def test_a_take_out_asks_who_carries_it_and_then_how(site: Site) -> None:
    """SK-11.5, R-11: what a courier carries for whoever takes it out has its 運搬記録."""
    consent = site.story._consent_id(AuthorizationSubject.TAKE_OUT)
    dialog = handling_dialog(site.desk, site.contract_id, K.TAKE_OUT, [site.items[0].id])
    site.answers.replies.append(True)
    dialog.show()
    site.qtbot.waitExposed(dialog)
    box = delivery(dialog)
    assert not box.isVisible() and dialog.draft().means is None
    editor = dialog.panel.rows["means"].editor
    assert isinstance(editor, CarriedByEditor)
    view = editor.box.view()
    assert isinstance(view, QListView)
    shown = [editor.box.itemText(n) for n in range(editor.box.count()) if not view.isRowHidden(n)]
    assert shown == ["持ち出す人が自分で運ぶ", "セキュリティ便", "書留等", "自社便", "その他"]
    choose(dialog, Means.SECURITY_COURIER)
    assert box.isVisible() and not box.panel.rows["instructed_by"].isVisible()
    for name, value in (("destination_text", "健康づくり課"), ("purpose", "確認のため")):
        type_in(dialog.panel.rows[name].editor.focus_target(), value)
    dialog.panel.rows["authorization_id"].editor.set_value(consent)
    dialog.panel.rows["encryption"].editor.set_value(EncryptionMeasure.NOT_APPLICABLE)
    said = [f.message for f in site.ledger.rules.about_event(dialog.draft())]
    assert any("「容器・施錠」" in one or "「運搬記録」" in one for one in said)
    type_in(line(dialog, "tracking_no"), NUMBER)
    type_in(line(dialog, "container"), "施錠した専用ケース")
    said = [f.message for f in site.ledger.rules.about_event(dialog.draft())]
    assert not any("移送" in one or "運搬" in one for one in said)
    save(site, dialog)
    [stored] = site.ledger.registers.all(HandlingEvent, kind=K.TAKE_OUT)
    [detail] = stored.record.transport
    assert (detail.tracking_no, detail.container) == (NUMBER, "施錠した専用ケース")
    assert stored.record.means is Means.SECURITY_COURIER
    for kind in ("D-27", "D-28"):
        request = IssueRequest(
            kind, site.contract_id, (stored.record.id,) if kind == "D-27" else ()
        )
        text = flat(preview(site.ledger, request))
        assert NUMBER in text, kind
        assert kind == "D-28" or "施錠した専用ケース" in text


def test_the_order_not_to_leave_it_is_asked_where_the_text_demands_it(
    qtbot: QtBot, tmp_path: Path
) -> None:
    made = make_site(qtbot, tmp_path, rules=True, profile="chiba")
    dialog = handling_dialog(made.desk, made.contract_id, K.TAKE_OUT, [made.items[0].id])
    made.answers.replies.append(True)
    dialog.show()
    qtbot.waitExposed(dialog)
    choose(dialog, Means.SECURITY_COURIER)
    assert delivery(dialog).panel.rows["instructed_by"].isVisible()
    made.close()
