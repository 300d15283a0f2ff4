"""予定表, 台帳一覧 and the questions of an officer, by keys."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from models.calendar_frame import ACCESS
from models.codes import (
    CommunicationKind,
    CommunicationMeans,
    CommunicationStatus,
    Direction,
    DueStatus,
    Urgency,
)
from models.exposed_inquiry import TITLE
from models.records import ClientCommunication, DueItem
from tests.house import furnished
from tests.ui.fingers import press
from tests.ui.shell import Answers
from tests.ui.table import Table
from tests.ui.test_evidence_page import words
from ui.application import places
from ui.calendar_facts import read_calendar
from ui.calendar_page import CalendarPage
from ui.evidence_page import EvidencePage
from ui.form_dialog import FormDialog
from ui.officer_questions import OfficerQuestions
from ui.oversight_page import OversightPage
from ui.registers_page import ELSEWHERE, RegistersPage
from ui.today import TodayPage
from ui.today_facts import read_today

K = Qt.Key


@pytest.fixture
def shiki(qtbot: QtBot, tmp_path: Path) -> Iterator[Table]:
    with furnished(tmp_path, rules=True, days=4, planted=True) as house:
        house.clock.wait(60 * 24 * 5)
        table = Table(qtbot, house)
        yield table
        table.operations.close()


@pytest.fixture
def chiba(qtbot: QtBot, tmp_path: Path) -> Iterator[Table]:
    with furnished(tmp_path, profile="chiba", rules=True, days=4, planted=True) as house:
        table = Table(qtbot, house)
        yield table
        table.operations.close()


def place_of(page: CalendarPage, word: str) -> int:
    return next(row for row, text in enumerate(words(page.table, 3)) if text.startswith(word))


def test_dates_stand_in_order_with_words_and_marks(shiki: Table) -> None:
    page = CalendarPage(shiki.desk)
    shiki.show(page)
    assert {"× 期限超過", "・ 先", "！ 周期未定"} <= set(words(page.table, 0))
    assert words(page.table, 0)[0] == "× 期限超過" and words(page.table, 0)[-1] == "！ 周期未定"
    number = words(page.table, 0).count("× 期限超過")
    assert page.filters["overdue"].text() == f"× 期限超過 {number}"
    page.filters["overdue"].click()
    assert page.table.rowCount() == number
    assert any("持帰り" in word for word in words(page.table, 3))


def test_a_second_clause_stands_on_its_own_line(shiki: Table) -> None:
    page = CalendarPage(shiki.desk)
    shiki.show(page)
    several = [word for word in words(page.table, 6) if "・" in word]
    assert several and all(line.startswith("第") for word in several for line in word.split("\n"))
    assert all("・" not in line[:-1] for word in several for line in word.split("\n"))


def test_dates_of_one_person(shiki: Table) -> None:
    page = CalendarPage(shiki.desk)
    shiki.show(page)
    place = page.people.findText("﨑山　健")
    page.people.setCurrentIndex(place)
    assert set(words(page.table, 4)) == {"﨑山　健"}


def test_enter_opens_the_record_behind_a_date(shiki: Table) -> None:
    page = CalendarPage(shiki.desk)
    shiki.show(page)
    page.table.setFocus()
    page.table.setCurrentCell(place_of(page, "持帰り"), 0)
    press(page.table, K.Key_Return)
    assert shiki.gone[0][0] == "item"
    assert not page.verbs()[2].isEnabled()
    assert "もとの記録を済ませる" in page.verbs()[2].toolTip()


def test_a_date_about_an_empty_register_opens_that_register(shiki: Table) -> None:
    first = shiki.house.story.contract
    later = shiki.house.ledger.today() + timedelta(days=30)
    other = replace(first, id="", contract_no="2026-900", work_start_on=later)
    made = shiki.house.ledger.registers.create(other).ids[-1]
    page = CalendarPage(shiki.desk)
    shiki.show(page, made)
    for word, register in (
        ("作業責任者", "assignment"),
        ("個人情報取扱場所の指定", "contract_place"),
    ):
        page.table.setCurrentCell(place_of(page, word), 0)
        page.verbs()[1].trigger()
        assert shiki.gone[-1] == (register, "")


def test_every_date_leads_where_it_is_done(chiba: Table) -> None:
    ledger, office = chiba.house.ledger, chiba.house.office
    pages = {type_: place.title for place in places(office) for type_ in place.shows}
    found = [one.due for one in read_calendar(ledger) if one.due.type != DueItem.type]
    led = {(one.code, pages[one.type]) for one in found}
    assert led >= {
        ("K-26", "バックアップ"), ("K-27", "条項と証拠"), ("K-16", "条項と証拠"),
        ("K-17", "点検"), ("K-28", "条項と証拠"), ("K-23", "媒体・資料"),
    }  # fmt: skip
    assert {code for code, page in led if page == "契約・組織"} <= {"K-23", "K-38"}


def test_a_cycle_opens_its_clause_and_the_access_log_its_month(chiba: Table) -> None:
    calendar = CalendarPage(chiba.desk)
    chiba.show(calendar)
    calendar.table.setCurrentCell(place_of(calendar, "復元の試しの周期"), 0)
    calendar.verbs()[1].trigger()
    wanted = chiba.gone[-1]
    for chosen in (None, ""):  # the contract of the date, or all of them
        evidence = EvidencePage(chiba.desk)
        chiba.show(evidence, chosen)
        evidence.show_record(*wanted)
        chiba.settle()
        one = evidence.marked()
        assert one is not None and "復元の試しの周期" in [term.key for term in one.unfixed]
    oversight = OversightPage(chiba.desk)
    chiba.show(oversight)
    oversight.show_record(ACCESS, "2026-09-01")
    chiba.settle()
    assert oversight.tabs.currentWidget() is oversight.access
    assert oversight.access.asked().month == date(2026, 9, 1)
    oversight.show_record("system_event", "")
    assert oversight.tabs.currentWidget() is oversight.condition


def test_what_is_due_of_no_contract_stands_under_the_chosen_one_and_says_so(shiki: Table) -> None:
    ledger, mine = shiki.house.ledger, shiki.house.story.contract.id
    page = CalendarPage(shiki.desk)
    shiki.show(page, mine)
    assert page.table.isColumnHidden(5)
    one = DueItem(
        title="漏えい等の調査", due_on=ledger.today(), owner_person_id=ledger.user.person_id,
        status=DueStatus.OPEN,
    )  # fmt: skip
    shiki.operations.run(lambda: ledger.registers.create(one))
    shiki.settle()
    row = place_of(page, "漏えい等の調査")
    assert not page.table.isColumnHidden(5) and words(page.table, 5)[row] == "契約なし"
    assert ("漏えい等の調査", "", "契約なし") in [
        one.texts[2:] for one in read_today(ledger, mine).due
    ]
    today = TodayPage(shiki.desk)
    shiki.show(today, mine)
    texts = words(today.due.table, 2)
    assert not today.due.table.isColumnHidden(4)
    assert words(today.due.table, 4)[texts.index("漏えい等の調査")] == "契約なし"


def test_an_hour_that_is_over_is_not_left_until_tonight(shiki: Table) -> None:
    ledger, contract = shiki.house.ledger, shiki.house.story.contract.id
    now = ledger.now()
    made = {
        late: ledger.registers.create(
            ClientCommunication(
                contract_id=contract, direction=Direction.IN, at=now - timedelta(days=1),
                kind=CommunicationKind.INSPECTION_NOTICE, means=CommunicationMeans.TELEPHONE,
                from_name="見本", to_name="髙橋", summary="検査", urgency=Urgency.DATED,
                due_at=now - timedelta(minutes=late), status=CommunicationStatus.OPEN,
            )
        ).ids[-1]
        for late in (-30, 30, 90)
    }  # fmt: skip
    entries = {one.due.id: one for one in read_calendar(ledger, contract)}
    left = {late: (entries[id_].word, entries[id_].left) for late, id_ in made.items()}
    assert left == {
        -30: ("今日", "今日まで"),
        30: ("期限超過", "1時間以内の超過"),
        90: ("期限超過", "1時間超過"),
    }


def test_an_entered_date_is_put_down_and_kept(shiki: Table) -> None:
    page = CalendarPage(shiki.desk)
    shiki.show(page)
    page.verbs()[0].trigger()
    dialog = page.findChild(FormDialog)
    assert dialog is not None
    dialog.done(0)
    ledger = shiki.house.ledger
    one = DueItem(
        contract_id=shiki.house.story.contract.id, title="定例の打合せ", due_on=ledger.today(),
        owner_person_id=ledger.user.person_id, status=DueStatus.OPEN,
    )  # fmt: skip
    shiki.operations.run(lambda: ledger.registers.create(one))
    shiki.settle()
    page.table.setCurrentCell(place_of(page, "定例の打合せ"), 0)
    page.verbs()[2].trigger()
    shiki.settle()
    assert "定例の打合せ" not in words(page.table, 3)
    [kept] = ledger.registers.all(DueItem)
    assert kept.record.status is DueStatus.SATISFIED


def test_an_officer_is_answered_on_one_card(shiki: Table) -> None:
    card = OfficerQuestions(shiki.desk)
    shiki.qtbot.addWidget(card)
    card.show()
    card.refresh(shiki.house.story.contract.id)
    shiki.settle()
    assert words(card.table, 0) == [
        "承認を得た再委託か",
        "持ち出しの個別の許可があるか",
        "使用後に消去・廃棄したか",
        "作業従事者が配置されているか",
    ]
    told = words(card.table, 1)
    assert told[0] == "？ 判定前" and told[1] == "！ 要対応" and told[3] == "× 違反"
    card.table.setCurrentCell(1, 0)
    press(card.table, K.Key_Return)
    assert shiki.gone[0][0] == "item"


def test_a_worker_does_not_see_the_card(qtbot: QtBot, tmp_path: Path) -> None:
    with furnished(tmp_path, accounts=True) as house:
        house.sign_in("yoshino")
        table = Table(qtbot, house)
        card = OfficerQuestions(table.desk)
        qtbot.addWidget(card)
        card.refresh("")
        table.settle()
        assert card.isHidden()
        table.operations.close()


def test_every_register_is_listed_by_group_and_turned_to_by_keys(shiki: Table) -> None:
    page = RegistersPage(shiki.desk)
    shiki.show(page)
    listed = [page.list.item(row).text().strip() for row in range(page.list.count())]
    assert listed[:3] == ["人", "秘密保持に関する誓約書", "教育・研修実施計画"]
    for word, _ in ELSEWHERE:
        assert f"{word} →" in listed
    page.list.setFocus()
    press(page.list, K.Key_Down)
    assert page.tab.cls.type == "training_plan"
    page.show_record("pledge", "")
    assert page.tab.cls.type == "pledge"
    shiki.settle()
    assert page.tab.view.model.rowCount() == 4


def test_a_register_with_a_page_of_its_own_leads_there(shiki: Table) -> None:
    page = RegistersPage(shiki.desk)
    shiki.show(page)
    row = next(
        number
        for number in range(page.list.count())
        if page.list.item(number).text().strip() == "承諾・指示簿 →"
    )
    page.list.setCurrentRow(row)
    assert shiki.gone == []
    press(page.list, K.Key_Return)
    assert shiki.gone == [("authorization", "")]


def test_exceptions_are_read_only(shiki: Table) -> None:
    page = RegistersPage(shiki.desk)
    shiki.show(page)
    page.show_record("rule_override", "")
    shiki.settle()
    new, _open, revise, void = page.verbs()[:4]
    assert not (new.isEnabled() or revise.isEnabled() or void.isEnabled())
    assert "取扱いや登録" in new.toolTip()


def test_every_register_of_the_list_opens_its_form_and_its_history(shiki: Table) -> None:
    page = RegistersPage(shiki.desk)
    shiki.show(page)
    opened = []
    for cls in page.registers:
        page.show_record(cls.type, "")
        shiki.settle()
        new, look, _revise, _void, history, export = page.verbs()[:6]
        assert export.isEnabled()
        if new.isEnabled():
            new.trigger()
            dialogs = page.tab.findChildren(FormDialog)
            assert dialogs, cls.type
            for dialog in dialogs:
                assert cls.label in dialog.windowTitle() or cls.concept
                dialog.done(0)
            opened.append(cls.type)
        if page.tab.view.model.rowCount():
            page.tab.view.table.selectRow(0)
            assert look.isEnabled() and history.isEnabled()
    assert set(opened) == {cls.type for cls in page.registers} - {
        "rule_override",
        "officer_confirmation",  # entered by the officer, on a page of its own
        "content_erasure",  # entered by the erasure itself
    }


def test_the_inquiry_after_a_known_password_is_done_with_its_result(
    qtbot: QtBot, tmp_path: Path
) -> None:
    with furnished(tmp_path, rules=True, accounts=True) as house:
        house.ledger.registers.create(  # as an older version did
            DueItem(
                contract_id=house.story.contract.id, title=TITLE, due_on=house.ledger.today(),
                owner_person_id=house.story.people["supervisor"], status=DueStatus.OPEN,
                note="yoshino：机のメモを来客に見られた",
            )
        )  # fmt: skip
        table = Table(qtbot, house)
        page = CalendarPage(table.desk)
        table.show(page)
        page.table.selectRow(place_of(page, TITLE))
        asker = table.operations.asker
        assert isinstance(asker, Answers)
        asker.replies.append("見たのは清掃の人だけで、委託者に電話で報告した")
        page.finish()
        table.settle()
        [due] = house.ledger.registers.all(DueItem, title=TITLE)
        assert due.record.status is DueStatus.SATISFIED
        assert due.record.note.endswith("委託者に電話で報告した")
        table.operations.close()
