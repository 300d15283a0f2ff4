"""Registers as lists: the model, filters, order, voided rows, and the place that is kept."""

import threading
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from models import codes as c
from models.ledger import Ledger
from models.records import Authorization, Contract, Person
from models.store import ListRow, Query
from tests.ui.conftest import contractor
from tests.ui.fingers import press, type_in
from ui.page import Desk
from ui.register import RegisterView
from ui.register_model import KEPT_PAGES, PAGE, RegisterModel
from ui.theme import load_font

Settled = Callable[[], None]
MANY = PAGE * 3 + 17
LONG_TITLE = "個人情報保護担当課長補佐兼務" * 5


class Widths:
    """Remembers column widths in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, int]] = {}

    def widths(self, register: str) -> dict[str, int]:
        return self.kept.get(register, {})

    def keep_widths(self, register: str, widths: dict[str, int]) -> None:
        self.kept[register] = widths


@pytest.fixture
def many(ledger: Ledger) -> None:
    """Enough people for several pages."""
    organization = contractor(ledger)
    people = [
        Person(
            organization_id=organization.id,
            name=f"従業員 {number:04d}",
            name_kana=f"ジュウギョウイン {number:04d}",
            employment_type=list(c.EmploymentType)[number % 3],
            left_on=date(2026, 4, 1 + number % 28) if number % 5 == 0 else None,
        )
        for number in range(MANY)
    ]
    ledger.registers.create_all(people)


@pytest.fixture
def view(desk: Desk, qtbot: QtBot) -> Iterator[Callable[..., RegisterView]]:
    made: list[RegisterView] = []

    def make(cls: Any, **facts: Any) -> RegisterView:
        shown = RegisterView(desk, cls, **facts)
        qtbot.addWidget(shown)
        shown.resize(900, 500)
        shown.show()
        shown.ask()
        made.append(shown)
        return shown

    yield make


def texts(view: RegisterView, column: int = 0, rows: int = 5) -> list[str]:
    count = min(rows, view.model.rowCount())
    return [view.model.index(row, column).data() for row in range(count)]


def column_named(view: RegisterView, word: str) -> int:
    words = [
        view.model.headerData(column, Qt.Orientation.Horizontal)
        for column in range(view.model.columnCount())
    ]
    return words.index(word)


# --- the model --------------------------------------------------------------------------------


def test_the_model_keeps_the_rules_of_item_models(
    desk: Desk, many: None, ledger: Ledger, settled: Settled
) -> None:
    model = RegisterModel(desk, Person)
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    tester = QAbstractItemModelTester(model, mode)
    model.ask(Query("person"))
    settled()
    model.ask(Query("person", text="0012"))
    model.refresh()
    settled()
    assert model.rowCount() == 1
    assert tester.model() is model


def test_words_and_long_lists_are_asked_beside_the_window(
    desk: Desk, many: None, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = RegisterModel(desk, Person)
    model.ask(Query("person"))
    settled()
    threads: list[str] = []

    def note(read: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*facts: Any) -> Any:
            threads.append(threading.current_thread().name)
            return read(*facts)

        return noted

    registers = desk.ledger.registers
    for name in ("numbers", "rows"):
        monkeypatch.setattr(registers, name, note(getattr(registers, name)))
    for query in (Query("person", order=(("name", True),)), Query("person", text="0012")):
        before = model.rowCount()
        model.ask(query)
        assert model.rowCount() == before  # the old rows stay until the answer is there
        settled()
        assert model.row(0) is not None and model.rowCount() != PAGE
    assert model.rowCount() == 1
    assert "MainThread" not in threads and len(threads) == 5  # page and rows twice, the rest once


def test_the_first_page_is_there_at_once_and_the_rest_follows(
    desk: Desk, many: None, settled: Settled, qtbot: QtBot
) -> None:
    model = RegisterModel(desk, Person)
    counts: list[tuple[int, bool]] = []
    model.counted.connect(lambda rows, all_: counts.append((rows, all_)))
    model.ask(Query("person"))
    assert model.rowCount() == PAGE
    settled()
    assert counts == [(PAGE, False), (MANY + 1, True)]
    assert model.rowCount() == MANY + 1
    assert not model.canFetchMore(QModelIndex())


def test_only_pages_that_are_looked_at_are_read(
    desk: Desk, many: None, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = RegisterModel(desk, Person)
    model.ask(Query("person"))
    settled()
    read: list[int] = []
    rows = desk.ledger.store.rows

    def spy(type_: str, numbers: Any) -> Any:
        read.append(len(numbers))
        return rows(type_, numbers)

    monkeypatch.setattr(desk.ledger.store, "rows", spy)
    for row in (MANY, MANY - 1, 0, 1, PAGE - 1):
        assert model.index(row, 0).data()
    assert read == [MANY + 1 - 3 * PAGE, PAGE]


def test_only_so_many_pages_are_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.register_model.PAGE", 1)
    monkeypatch.setattr("ui.register_model.KEPT_PAGES", 2)
    model = RegisterModel(desk, Person)
    for number in range(KEPT_PAGES):
        model._page(number)
    assert list(model._pages) == [KEPT_PAGES - 2, KEPT_PAGES - 1]


def test_an_answer_to_an_older_question_is_ignored(
    desk: Desk, many: None, settled: Settled
) -> None:
    model = RegisterModel(desk, Person)
    model.ask(Query("person"))
    model.ask(Query("person", text="0012"))
    settled()
    assert model.rowCount() == 1


# --- what the user sees -----------------------------------------------------------------------


def test_an_empty_register_says_how_to_begin(view: Callable[..., RegisterView]) -> None:
    shown = view(Authorization, how_to_begin="「新規登録」（F2）で登録します。")
    assert shown.empty.isVisible()
    assert shown.empty.text() == "まだ登録がありません。\n「新規登録」（F2）で登録します。"
    assert shown.count.text() == "0件"


def test_the_count_is_told(view: Callable[..., RegisterView], many: None, settled: Settled) -> None:
    shown = view(Person)
    assert shown.count.text() == "128件以上（数えています…）"
    settled()
    assert shown.count.text() == f"{MANY + 1}件"


def test_words_filter_the_list_and_finding_nothing_is_said(
    view: Callable[..., RegisterView], many: None, settled: Settled, qtbot: QtBot
) -> None:
    shown = view(Person)
    settled()
    type_in(shown.filters.words, "山田")
    qtbot.waitUntil(lambda: shown.count.text() == "1件")
    assert texts(shown) == ["山田 花子"]
    type_in(shown.filters.words, " zzz")
    qtbot.waitUntil(shown.empty.isVisible)
    assert "条件に当てはまる記録がありません" in shown.empty.text()
    shown.filters.clear()
    settled()
    assert shown.count.text() == f"{MANY + 1}件"


def test_choices_and_days_filter_the_list(
    view: Callable[..., RegisterView], many: None, settled: Settled, ledger: Ledger, qtbot: QtBot
) -> None:
    shown = view(Person)
    settled()
    _field, box, label = shown.filters._boxes[0]
    assert label.text() == "雇用形態"
    box.setCurrentIndex(box.findText("パート・アルバイト"))
    settled()
    part_time = [n for n in range(MANY) if n % 3 == 2]
    assert shown.model.rowCount() == len(part_time)
    type_in(shown.filters.first.line, "R8.4.10")
    type_in(shown.filters.last.line, "R8.4.20")
    expected = [n for n in part_time if n % 5 == 0 and 10 <= 1 + n % 28 <= 20]
    qtbot.waitUntil(lambda: shown.count.text() == f"{len(expected)}件")
    assert texts(shown, rows=100) == [f"従業員 {n:04d}" for n in expected]


def test_a_wrong_day_in_the_filter_is_said_in_words(view: Callable[..., RegisterView]) -> None:
    shown = view(Person)
    type_in(shown.filters.first.line, "R8.2.30")
    assert shown.filters.day_problem.isVisible()
    assert "という日はありません" in shown.filters.day_problem.text()


def test_a_click_on_the_header_sorts_and_another_one_turns_it_round(
    view: Callable[..., RegisterView], many: None, settled: Settled
) -> None:
    shown = view(Person)
    settled()
    header = shown.table.horizontalHeader()
    header.sectionClicked.emit(0)
    settled()
    assert texts(shown, rows=2) == ["山田 花子", "従業員 0000"]
    header.sectionClicked.emit(0)
    settled()
    assert texts(shown, rows=2) == [f"従業員 {MANY - 1:04d}", f"従業員 {MANY - 2:04d}"]
    assert shown.sorting.text().startswith("「氏名」の降順")


def test_the_keyboard_sorts_by_the_column_it_is_in(
    view: Callable[..., RegisterView], many: None, settled: Settled
) -> None:
    shown = view(Person)
    settled()
    shown.table.setCurrentIndex(shown.model.index(0, 1))
    shown.table.setFocus()
    from PySide6.QtTest import QTest

    QTest.keyClick(shown.table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    settled()
    assert shown.sorting.text().startswith("「フリガナ」の降順")
    assert texts(shown, rows=1) == ["山田 花子"]


def test_a_voided_row_is_struck_through_and_says_why(
    view: Callable[..., RegisterView], ledger: Ledger, add_person: Any
) -> None:
    person = add_person("渡邉 健", "ワタナベ ケン")
    ledger.registers.void(Person, person.id, "誤って登録したため")
    shown = view(Person)
    assert "渡邉 健" not in texts(shown)
    shown.filters.voided.setChecked(True)
    row = texts(shown).index("渡邉 健")
    assert shown.model.index(row, 0).data(Qt.ItemDataRole.FontRole).strikeOut()
    last = shown.model.columnCount() - 1
    assert shown.model.index(row, last).data() == "取消：誤って登録したため"
    assert not shown.table.isColumnHidden(last)
    assert shown.table.horizontalHeader().visualIndex(last) == 0


def test_a_cell_that_is_cut_off_shows_all_of_it_in_its_tooltip(
    view: Callable[..., RegisterView], add_person: Any
) -> None:
    name = "辻󠄂" * 40
    add_person(name, "ア")
    shown = view(Person)
    assert shown.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == name
    empty = shown.model.index(0, column_named(shown, "部署"))
    assert empty.data(Qt.ItemDataRole.AccessibleTextRole) == "記録なし"


def test_enter_opens_the_marked_row(
    view: Callable[..., RegisterView], ledger: Ledger, qtbot: QtBot
) -> None:
    shown = view(Person)
    person = ledger.registers.all(Person)[0].record
    shown.mark(person.id)
    assert shown.marked_id() == person.id
    with qtbot.waitSignal(shown.opened) as told:
        press(shown.table, Qt.Key.Key_Return)
    assert told.args == [person.id]


def test_a_change_keeps_the_marked_row_and_the_place(
    view: Callable[..., RegisterView], many: None, settled: Settled, ledger: Ledger, add_person: Any
) -> None:
    shown = view(Person)
    settled()
    far = ledger.registers.one(Person, name="従業員 0300")
    assert far is not None
    shown.mark(far.record.id)
    scrolled = shown.table.verticalScrollBar().value()
    assert scrolled > 0
    add_person("青木 空", "アオキ ソラ")
    shown.refresh()
    settled()
    assert shown.model.rowCount() == MANY + 2
    assert shown.marked_id() == far.record.id
    assert shown.table.verticalScrollBar().value() == scrolled


def test_marking_a_record_clears_the_filters_that_hide_it(
    view: Callable[..., RegisterView], many: None, settled: Settled, ledger: Ledger
) -> None:
    shown = view(Person)
    shown.filters.words.setText("山田")
    shown.ask()
    settled()
    far = ledger.registers.one(Person, name="従業員 0300")
    assert far is not None
    shown.mark(far.record.id)
    settled()
    assert shown.marked_id() == far.record.id
    assert shown.filters.words.text() == ""


def test_column_widths_are_remembered(view: Callable[..., RegisterView], qtbot: QtBot) -> None:
    memory = Widths()
    first = view(Person, memory=memory)
    first.table.setColumnWidth(0, 321)
    qtbot.waitUntil(lambda: memory.kept.get("person", {}).get("name") == 321)
    assert view(Person, memory=memory).table.columnWidth(0) == 321


@pytest.fixture
def lettered(qapp: QApplication) -> Iterator[None]:
    """Write in the font of the program: a machine without Japanese letters draws narrow boxes."""
    before = qapp.font()
    qapp.setFont(load_font())
    yield
    qapp.setFont(before)


@pytest.mark.usefixtures("lettered")
def test_columns_begin_as_wide_as_the_first_rows_need(
    view: Callable[..., RegisterView], ledger: Ledger, qtbot: QtBot
) -> None:
    organization = contractor(ledger)
    ledger.registers.create(
        Person(
            organization_id=organization.id, name="𠮷野辻󠄂花子", name_kana="ヨシノツジハナコ",
            job_title=LONG_TITLE, employment_type=c.EmploymentType.REGULAR,
        )
    )  # fmt: skip
    memory = Widths()
    shown = view(Person, memory=memory)
    shown.resize(1300, 500)
    names = [field.name for field in shown.model.fields]
    widths = {name: shown.table.columnWidth(place) for place, name in enumerate(names)}
    metrics = shown.table.fontMetrics()
    one = metrics.horizontalAdvance("あ")
    assert metrics.horizontalAdvance("𠮷野辻󠄂花子") < widths["name"] < 12 * one
    assert 12 * one < widths["job_title"] <= 24 * one
    assert widths["department"] < 12 * one  # nobody has one
    shown.resize(500, 500)
    assert shown.table.columnWidth(names.index("job_title")) == 12 * one
    qtbot.wait(600)  # longer than it takes to remember what the user does
    assert memory.kept == {}


def test_a_width_of_the_user_stays_whatever_the_rows_need(
    view: Callable[..., RegisterView], many: None, settled: Settled, qtbot: QtBot
) -> None:
    memory = Widths()
    memory.kept["person"] = {"name": 44}
    shown = view(Person, memory=memory)
    settled()
    shown.resize(1200, 500)
    shown.ask()
    settled()
    assert shown.table.columnWidth(0) == 44
    shown.table.setColumnWidth(1, 55)
    shown.resize(900, 500)
    assert shown.table.columnWidth(1) == 55
    qtbot.waitUntil(lambda: memory.kept["person"] == {"name": 44, "name_kana": 55})


def test_widths_read_no_more_than_is_shown_first(
    view: Callable[..., RegisterView], many: None, settled: Settled,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    looked: list[int] = []
    row = RegisterModel.row

    def seen(model: RegisterModel, number: int) -> ListRow | None:
        looked.append(number)
        return row(model, number)

    monkeypatch.setattr(RegisterModel, "row", seen)
    shown = view(Person)
    settled()
    assert shown.model.rowCount() > 2 * PAGE
    assert max(looked) < PAGE
    looked.clear()
    shown.widths._look()
    assert looked == []  # twenty rows told enough


def test_columns_and_filters_speak_the_words_of_the_contract(
    view: Callable[..., RegisterView], contract: Contract, profile: Any
) -> None:
    shown = view(Contract)
    assert column_named(shown, "委託者") >= 0
    shown.set_contract("", profile)
    assert column_named(shown, profile.term("client_party")) >= 0


def test_a_heading_that_is_cut_says_so_and_tells_the_rest(
    view: Callable[..., RegisterView], contract: Contract, profile: Any
) -> None:
    shown = view(Contract)
    shown.set_contract("", profile)
    header = shown.table.horizontalHeader()
    assert header.textElideMode() is Qt.TextElideMode.ElideRight
    for column in range(shown.model.columnCount()):
        words, tip = (
            shown.model.headerData(column, Qt.Orientation.Horizontal, role)
            for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
        )
        assert words == tip


def test_a_contract_shows_the_title_of_its_text_and_not_a_code(
    view: Callable[..., RegisterView], contract: Contract, profile: Any
) -> None:
    shown = view(Contract)
    column = column_named(shown, "適用する特記事項")
    assert profile.title in texts(shown, column)[0]


def test_the_column_of_the_contract_goes_when_it_is_the_same_everywhere(
    view: Callable[..., RegisterView], contract: Contract, profile: Any
) -> None:
    shown = view(Authorization)
    column = column_named(shown, "契約")
    shown.set_contract(contract.id, profile)
    assert shown.table.isColumnHidden(column)
    shown.set_contract("")
    assert not shown.table.isColumnHidden(column)
