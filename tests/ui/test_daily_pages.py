"""今日, 取扱記録 and 媒体・資料 as a clerk sees them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from models.access import Act, Question
from models.codes import EncryptionMeasure, HandlingStatus
from models.records import Contract, HandlingEvent, Item
from tests.ui.daily import START, K, Site, make_site
from tests.ui.shell import Answers, make_books, make_office, settle
from tests.ui.test_first_steps import hand_in_first_papers
from ui.custody_story import read_story
from ui.daily_log import DailyLogPage
from ui.fitting import LEAST_WIDE
from ui.handling.dialog import HandlingDialog
from ui.handling.words import DAILY
from ui.item_detail import hindrance
from ui.items import ItemsPage
from ui.operations import Operations
from ui.page import Desk, Page
from ui.preview import PreviewDialog
from ui.register import RegisterView
from ui.today import SIDE_BY_SIDE, ShortList, TodayPage

P = TypeVar("P", bound=Page)


@pytest.fixture
def empty_site(qtbot: QtBot, tmp_path: Path) -> Iterator[Site]:
    site = make_site(qtbot, tmp_path, items=0)
    yield site
    site.close()


def shown(site: Site, page: P) -> P:
    site.qtbot.addWidget(page)
    page.resize(1180, 680)
    page.show_contract(site.contract_id)
    page.show()
    site.qtbot.waitExposed(page)
    site.settle()
    return page


def cells(card: ShortList) -> list[str]:
    table = card.table
    return [
        cell.text()
        for row in range(table.rowCount())
        for column in range(table.columnCount())
        if (cell := table.item(row, column)) is not None
    ]


def listed(view: RegisterView, column: str) -> list[str]:
    names = [field.name for field in view.model.fields]
    place = names.index(column)
    return [str(view.model.index(row, place).data()) for row in range(view.model.rowCount())]


# --- 今日 ---


def test_where_all_is_prepared_the_first_receipt_is_next(empty_site: Site) -> None:
    hand_in_first_papers(empty_site.ledger)
    page = shown(empty_site, TodayPage(empty_site.desk))
    assert "F2で受領を記録する" in page.beginning.text()
    assert page.beginning.button.text() == "受領を記録する（F2）"
    assert not page.out.isVisible() and page.due.isVisible()
    page.beginning.button.click()
    [dialog] = page.findChildren(HandlingDialog)
    assert dialog.kind is K.RECEIVE
    dialog.reject()


def test_a_ledger_without_a_contract_asks_for_one(qtbot: QtBot, tmp_path: Path) -> None:
    ledger = make_books(make_office(tmp_path), tmp_path / "ledger")
    answers = Answers()
    operations = Operations(answers)
    page = TodayPage(Desk(ledger, operations, answers, lambda *_where: None))
    qtbot.addWidget(page)
    page.show()
    settle(qtbot, operations)
    assert "契約を登録してください" in page.beginning.text()
    assert not page.buttons[0].isEnabled()
    operations.close()
    ledger.close()


def test_the_day_shows_what_is_out_and_what_is_late(site: Site) -> None:
    late = site.ledger.now() + timedelta(minutes=1)
    site.enter(
        K.TAKE_OUT, site.items[:1], destination_text="市役所", expected_return_at=late,
        encryption=EncryptionMeasure.APPLIED,
    )  # fmt: skip
    site.enter(K.USE, site.items[1:2])
    site.clock.wait(200)
    page = shown(site, TodayPage(site.desk))
    assert any("期限超過" in text and "3時間の遅れ" in text for text in cells(page.out))
    assert site.items[1].item_no in cells(page.in_use)
    assert "期限を過ぎたもの" in page.care.text()
    assert "持ち出し" in cells(page.events)


def test_a_narrow_page_puts_what_is_in_use_below_what_is_out(site: Site) -> None:
    due = site.ledger.now() + timedelta(minutes=1)
    site.enter(
        K.TAKE_OUT, site.items[:1], destination_text="市役所", expected_return_at=due,
        encryption=EncryptionMeasure.APPLIED,
    )  # fmt: skip
    site.clock.wait(200)
    page = shown(site, TodayPage(site.desk))
    one = page.fontMetrics().horizontalAdvance("あ")
    page.resize((SIDE_BY_SIDE - 4) * one, 600)
    site.qtbot.waitUntil(lambda: page.in_use.y() > page.out.geometry().bottom())
    assert page.out.table.columnWidth(1) >= LEAST_WIDE * one
    page.resize((SIDE_BY_SIDE + 4) * one, 600)
    site.qtbot.waitUntil(lambda: page.in_use.y() == page.out.y())
    assert page.in_use.x() > page.out.geometry().right()


def test_a_bar_below_a_list_takes_no_room_from_its_rows(site: Site) -> None:
    site.enter(
        K.TAKE_OUT, site.items[:1], destination_text="市役所", encryption=EncryptionMeasure.APPLIED
    )
    page = shown(site, TodayPage(site.desk))
    table = page.out.table
    page.out.setFixedWidth(page.fontMetrics().horizontalAdvance("あ") * 22)
    site.settle()
    assert table.horizontalScrollBar().isVisible()
    assert table.viewport().height() >= table.rowHeight(0)


def test_a_long_purpose_leaves_room_for_what_was_handled(site: Site) -> None:
    site.enter(K.USE, site.items[:1], purpose="健康診査結果の入力と点検を行うため")
    site.clock.wait(24 * 60)  # then the day stands before the time
    page = shown(site, TodayPage(site.desk))
    one = page.fontMetrics().horizontalAdvance("あ")
    page.unconfirmed.setFixedWidth(one * 43)  # what 200 % leaves
    site.settle()
    table = page.unconfirmed.table
    assert table.rowCount() and table.columnWidth(2) >= one * 8


def test_due_days_are_counted_in_words(site: Site) -> None:
    due = site.items[0].return_due_on
    assert due is not None
    site.clock.go_to(due - timedelta(days=3), 9)
    page = shown(site, TodayPage(site.desk))
    assert "あと3日" in cells(page.due)
    assert "返還の期限" in cells(page.due)


def test_a_date_says_whose_it_is_while_all_contracts_are_shown(site: Site) -> None:
    page = shown(site, TodayPage(site.desk))
    assert page.due.table.isColumnHidden(4), "of the only contract"
    first = site.ledger.registers.need(Contract, site.contract_id).record
    site.ledger.registers.create(replace(first, id="", contract_no="2026-002（𠮷・辻󠄂）"))
    for contract_id, hidden in ((site.contract_id, True), ("", False)):
        page.show_contract(contract_id)
        page.refresh()
        site.settle()
        assert page.due.table.isColumnHidden(4) is hidden
    assert {"2026-001", "2026-002（𠮷・辻󠄂）"} <= set(cells(page.due))


def test_the_responsible_person_confirms_what_others_did(site: Site) -> None:
    site.enter(K.USE, site.items[:1])  # his own
    page = shown(site, TodayPage(site.desk))
    assert page.own.isVisible()
    assert page.own.table.rowCount() == 1
    assert page.unconfirmed.table.rowCount() == 1
    site.answers.replies.append(True)
    page.confirm_button.click()
    site.settle()
    assert site.events(K.RECEIVE)[0].status is HandlingStatus.CONFIRMED
    assert page.unconfirmed.table.rowCount() == 0
    assert page.own.table.rowCount() == 1


def test_an_inspector_is_told_why_he_cannot_enter(site: Site) -> None:
    site.sign_in("officer")
    page = shown(site, TodayPage(site.desk))
    assert not any(button.isEnabled() for button in page.buttons)
    assert "従事者・責任者だけ" in page.why_not.text()
    QTest.keyClick(page, Qt.Key.Key_F3)
    assert page.handling.dialog is None


def test_a_worker_may_enter_but_not_confirm(site: Site) -> None:
    site.sign_in("worker")
    page = shown(site, TodayPage(site.desk))
    assert all(button.isEnabled() for button in page.buttons)
    assert not page.confirm_button.isEnabled()
    assert "責任者だけ" in page.confirm_button.toolTip()


def test_every_daily_verb_opens_its_dialog(site: Site) -> None:
    page = shown(site, TodayPage(site.desk))
    for number, verb in enumerate(DAILY):
        QTest.keyClick(page, Qt.Key(Qt.Key.Key_F2 + number))
        dialog = page.handling.dialog
        assert dialog is not None and dialog.kind is verb.kinds[0]
        dialog.reject()


def test_a_scan_on_the_page_opens_the_item(site: Site) -> None:
    page = shown(site, TodayPage(site.desk))
    assert page.scanned(site.items[0].item_no)
    assert site.gone == [("item", site.items[0].id)]
    assert not page.scanned("ZZ-0")


# --- 取扱記録 ---


def test_the_log_turns_day_by_day(site: Site) -> None:
    site.clock.go_to(START + timedelta(days=1), 9)
    site.enter(K.USE, site.items[:1])
    page = shown(site, DailyLogPage(site.desk))
    assert listed(page.view, "kind") == ["利用"]
    page.step(-1)
    assert listed(page.view, "kind") == ["受領"]
    assert "令和8年10月1日（木）" in page.title.text()
    page.show_day(None)
    assert page.view.model.rowCount() == 2


def test_a_late_entry_is_marked_in_words(site: Site) -> None:
    happened = site.clock()
    site.clock.go_to(START + timedelta(days=3), 9)
    site.enter(K.USE, site.items[:1], occurred_at=happened)
    page = shown(site, DailyLogPage(site.desk))
    page.show_day(START)
    times = listed(page.view, "occurred_at")
    assert [("後日入力" in text) for text in times] == [False, True]


def test_a_voided_event_stays_struck_through_with_its_reason(site: Site) -> None:
    event = site.enter(K.USE, site.items[:1])
    page = shown(site, DailyLogPage(site.desk))
    page.view.mark(event.id)
    site.answers.replies.append("機器を取り違えたため")
    page.void()
    site.settle()
    page.view.filters.voided.setChecked(True)
    page.view.mark(event.id)
    row = page.view.table.currentIndex().row()
    index = page.view.model.index(row, 0)
    assert index.data(Qt.ItemDataRole.FontRole).strikeOut()
    reason = page.view.model.index(row, page.view.model.columnCount() - 1).data()
    assert "機器を取り違えたため" in reason
    assert not page.void_button.isEnabled()


def test_voiding_a_copy_says_before_and_after_that_its_thing_goes_with_it(site: Site) -> None:
    site.story.copy(next(one for one in site.items if not one.electronic))
    event, copy = site.events(K.COPY)[-1], site.story._copies[-1]
    page = shown(site, DailyLogPage(site.desk))
    page.view.mark(event.id)
    site.answers.replies.append("複写していなかったため")
    told: list[str] = []
    site.operations.changed.connect(lambda change: told.extend(change.notices))
    page.void()
    site.settle()
    [question] = [one for one in site.answers.asked if "取消しの理由" in one]
    assert copy.caption() in question and "いっしょに取り消します" in question
    assert site.ledger.registers.need(Item, copy.id).meta.voided
    assert any(copy.caption() in one and "取り消しました" in one for one in told)
    things = shown(site, ItemsPage(site.desk))
    assert copy.item_no not in listed(things.view, "item_no")


def test_marked_rows_are_confirmed_together(site: Site) -> None:
    page = shown(site, DailyLogPage(site.desk))
    page.view.table.selectAll()
    site.answers.replies.append(True)
    page.confirm_button.click()
    site.settle()
    assert site.events(K.RECEIVE)[0].status is HandlingStatus.CONFIRMED


def test_the_ledger_paper_of_the_shown_days_is_previewed(site: Site) -> None:
    page = shown(site, DailyLogPage(site.desk))
    page.print()
    site.settle()
    papers = page.findChildren(PreviewDialog)
    assert [paper.windowTitle() for paper in papers] == [page.title.text()]
    assert papers[0].view.page_box.maximum() == 1


def test_the_log_filters_by_person(site: Site) -> None:
    site.enter(K.USE, site.items[:1])
    page = shown(site, DailyLogPage(site.desk))
    picker = page.view.pickers["actor_person_id"]
    candidate = picker.candidates.one(site.story.people["worker"])
    assert candidate is not None
    picker.pick(candidate)
    assert listed(page.view, "kind") == ["受領"]
    page.view.filters.clear_button.click()
    assert not picker.id()


def test_an_event_is_shown_on_its_day(site: Site) -> None:
    event = site.enter(K.USE, site.items[:1])
    site.clock.go_to(START + timedelta(days=5), 9)
    page = shown(site, DailyLogPage(site.desk))
    page.show_record(HandlingEvent.type, event.id)
    assert page.view.marked_id() == event.id


# --- 媒体・資料 ---


def test_what_cannot_be_done_to_an_item_says_why(site: Site) -> None:
    site.enter(K.USE, site.items[:1])
    page = shown(site, ItemsPage(site.desk))
    page.show_record(Item.type, site.items[0].id)
    site.settle()
    out = page.detail.acts[K.TAKE_OUT]
    assert not out.isEnabled()
    assert "使用中" in out.toolTip()
    assert page.detail.acts[K.USE].isEnabled()
    assert hindrance(site.ledger, site.items[1], K.TAKE_OUT) == ""


def test_the_keys_act_on_the_marked_item(site: Site) -> None:
    page = shown(site, ItemsPage(site.desk))
    page.show_record(Item.type, site.items[1].id)
    page.verbs()[1].trigger()
    dialog = page.handling.dialog
    assert dialog is not None
    assert [item.id for item in dialog.items.items] == [site.items[1].id]
    dialog.reject()


def test_the_family_shows_each_copy_with_its_end(site: Site) -> None:
    site.story.copy(site.items[0])
    copy = site.story._copies[0]
    page = shown(site, ItemsPage(site.desk))
    page.show_record(Item.type, copy.id)
    rows = page.detail.family.texts()
    assert rows[0].startswith(site.items[0].item_no)
    assert rows[1].startswith(f"　{copy.item_no}")
    assert "未了（消去・廃棄の予定）" in rows[1]
    assert "終わっていないもの 1件" in page.detail.family.note.text()


def test_the_story_tells_places_holders_gaps_and_voided_events(site: Site) -> None:
    item = site.items[0]
    wrong = site.enter(K.STOCKTAKE, [item])
    site.ledger.handling.void(wrong.id, "数え間違いのため")
    site.clock.go_to(START + timedelta(days=30), 10)
    site.story.take_out_and_back(item)
    story = read_story(site.ledger, item.id, site.ledger.profile(site.contract_id))
    sentences = [station.text() for station in story.stations]
    assert [station.voided for station in story.stations] == [False, True, False, False]
    assert "取消：数え間違いのため" in sentences[1]
    assert "30日間 記録なし" in sentences[2]
    assert story.lanes == ("第一保管庫", "﨑山　健（持出中）")


def test_the_picture_is_walked_by_keys_and_told_to_a_reader(site: Site, tmp_path: Path) -> None:
    item = site.items[0]
    site.story.use(item)
    site.enter(K.STOCKTAKE, [item])
    page = shown(site, ItemsPage(site.desk))
    page.show_record(Item.type, item.id)
    site.settle()
    picture = page.detail.picture
    assert page.detail.words.count() == 3
    assert "現品確認" in picture.accessibleDescription()
    QTest.keyClick(picture, Qt.Key.Key_Home)
    assert "受領" in picture.accessibleDescription()
    assert page.detail.words.currentRow() == 0
    QTest.keyClick(picture, Qt.Key.Key_Return)
    assert site.gone[-1][0] == HandlingEvent.type
    file = tmp_path / "picture.png"
    site.answers.replies.append(file)
    page.detail._save_picture()
    image = QImage(str(file))
    colours = {image.pixel(x, y) for x in range(0, image.width(), 7)
               for y in range(0, image.height(), 7)}  # fmt: skip
    assert len(colours) > 3  # something was drawn
    assert "保存しました" in site.answers.asked[-1]
    [line] = site.ledger.access.lines(Question(acts=frozenset({Act.EXPORT})))
    assert (line.type, line.target, line.contract) == (Item.type, item.id, site.contract_id)
    assert line.purpose and page.detail.save.isEnabled()


def test_a_picture_that_cannot_be_written_is_told(site: Site, tmp_path: Path) -> None:
    page = shown(site, ItemsPage(site.desk))
    page.show_record(Item.type, site.items[0].id)
    site.settle()
    site.answers.replies.append(tmp_path / "ない" / "picture.png")
    page.detail._save_picture()
    assert "ない" in site.answers.asked[-1] and "保存しました" not in site.answers.asked[-1]


def test_a_picture_is_not_saved_at_a_blocked_terminal(site: Site, tmp_path: Path) -> None:
    page = shown(site, ItemsPage(site.desk))
    page.show_record(Item.type, site.items[0].id)
    site.settle()
    site.ledger.blocking.found = ("見本（ファイル交換）",)
    out = tmp_path / "picture.png"
    site.answers.replies.append(out)
    page.detail._save_picture()
    assert "使ってはならないプログラム" in site.answers.asked[-1] and not out.exists()


def test_long_names_and_rare_characters_are_shown_whole(site: Site) -> None:
    stored = site.ledger.registers.need(Item, site.items[0].id)
    name = "辻󠄂町𠮷野地区" + "健康診査結果票" * 20
    site.ledger.registers.revise(stored.record.with_changes(name=name), "名称を改めるため")
    page = shown(site, ItemsPage(site.desk))
    page.show_record(Item.type, stored.record.id)
    assert name in page.detail.title.text()
    assert page.minimumSizeHint().width() < 1180
