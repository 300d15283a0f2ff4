"""The first day: a ledger without a contract says on every page what comes first."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from models.ledger import Ledger
from models.records import ContentErasure, Contract
from tests.ui.conftest import add_contract
from tests.ui.fingers import press
from tests.ui.shell import Answers, make_books, make_office, settle
from ui.application import make_window
from ui.daily_log import DailyLogPage
from ui.evidence_page import EvidencePage
from ui.items import ItemsPage
from ui.operations import Operations
from ui.page import Page
from ui.papers import PapersPage
from ui.permitted import NO_CONTRACT
from ui.record_pages import ContractsPage, RegisterPage, RegisterTab
from ui.register import RegisterView
from ui.registers_page import RegistersPage
from ui.today import TodayPage
from ui.window import MainWindow


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return make_books(make_office(tmp_path), tmp_path / "ledger")


@pytest.fixture
def window(qtbot: QtBot, ledger: Ledger, tmp_path: Path) -> Iterator[MainWindow]:
    operations = Operations(Answers())
    shown = make_window(lambda: make_office(tmp_path), operations, tmp_path / "settings")
    qtbot.addWidget(shown)
    shown.show()
    shown.open_ledger(ledger, tmp_path / "ledger")
    settle(qtbot, operations)
    yield shown
    operations.close()
    shown.close()


def turn_to(window: MainWindow, title: str) -> Page:
    assert window.bench is not None
    return window.bench.show_place(window.bench.titles().index(title))


def test_today_leads_to_where_a_contract_is_entered(window: MainWindow, qtbot: QtBot) -> None:
    page = turn_to(window, "今日")
    assert isinstance(page, TodayPage)
    qtbot.waitUntil(page.beginning.button.isVisible)
    assert "「契約・組織」" in page.beginning.text()
    assert not page.why_not.isVisible()  # not said twice
    assert not page.due.isVisible()
    press(page.beginning.button, Qt.Key.Key_Space)
    assert window.bench is not None and isinstance(window.bench.page(), ContractsPage)


@pytest.mark.parametrize("title", ["取扱記録", "媒体・資料", "書類", "承諾・指示"])
def test_an_empty_list_names_no_key_that_does_nothing(window: MainWindow, title: str) -> None:
    page = turn_to(window, title)
    view = page.findChild(RegisterView)
    assert isinstance(page, (DailyLogPage, ItemsPage, PapersPage, RegisterPage)) and view
    assert view.empty.text().split("\n")[1] == NO_CONTRACT
    assert view.first.isVisible() and view.first.isEnabled()
    press(view.first, Qt.Key.Key_Space)
    assert window.bench is not None and isinstance(window.bench.page(), ContractsPage)


def test_the_first_contract_lets_the_lists_begin(
    window: MainWindow, ledger: Ledger, qtbot: QtBot
) -> None:
    page = turn_to(window, "承諾・指示")
    assert isinstance(page, RegisterPage)
    add_contract(ledger)
    settle(qtbot, page.desk.operations)
    qtbot.waitUntil(lambda: "F2" in page.tab.view.empty.text())
    assert page.tab.view.first.text() == "新規登録（F2）"


def test_what_is_kept_by_an_act_of_its_own_offers_no_first(window: MainWindow) -> None:
    page = turn_to(window, "台帳一覧")
    assert isinstance(page, RegistersPage)
    page.show_record(ContentErasure.type, "")
    tab = page.tab
    assert isinstance(tab, RegisterTab) and tab.cls is ContentErasure
    assert "契約の内容の消去" in tab.view.empty.text()
    assert "新規登録" not in tab.view.empty.text() and not tab.view.first.isVisible()


def test_clauses_and_deadlines_wait_for_a_contract(window: MainWindow, qtbot: QtBot) -> None:
    evidence = turn_to(window, "条項と証拠")
    assert isinstance(evidence, EvidencePage)
    qtbot.waitUntil(lambda: evidence.nothing.text() == NO_CONTRACT)
    assert not evidence.subtitle.isVisible()
    calendar = turn_to(window, "予定表")
    qtbot.waitUntil(lambda: NO_CONTRACT in calendar.empty.text())  # type: ignore[attr-defined]


def test_contracts_themselves_begin_with_a_key(window: MainWindow) -> None:
    page = turn_to(window, "契約・組織")
    assert isinstance(page, ContractsPage) and page.tab.cls is Contract
    assert "F2" in page.tab.view.empty.text()
