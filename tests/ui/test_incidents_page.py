"""事故・違反 in the window: tell, write steps, note reports, and read what is to be done next."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from models.codes import IncidentLogKind, IncidentReportKind, IncidentStatus
from models.records import Incident, IncidentLog, IncidentReport
from tests.house import House, furnished
from tests.models.test_incidents import discovered, read, reported
from tests.ui.table import Table
from ui.form_dialog import FormDialog
from ui.incidents_page import IncidentsPage
from ui.paper_chosen import ID
from ui.paper_dialog import PaperDialog


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, rules=True) as made:
        yield made


@pytest.fixture
def table(qtbot: QtBot, house: House) -> Iterator[Table]:
    made = Table(qtbot, house)
    yield made
    made.operations.close()


def shown(table: Table, one: Incident) -> IncidentsPage:
    page = IncidentsPage(table.desk)
    table.show(page)
    page.show_record(Incident.type, one.id)
    table.settle()
    return page


def verb(page: IncidentsPage, word: str) -> Any:
    return next(action for action in page.verbs() if action.text() == word)


def form(page: IncidentsPage) -> FormDialog:
    [dialog] = page.findChildren(FormDialog)
    return dialog


def saved(table: Table, page: IncidentsPage, **values: object) -> None:
    dialog = form(page)
    results: list[int] = []
    dialog.finished.connect(results.append)
    dialog.form.set_values(values)
    dialog.save()
    table.settle()
    assert results == [dialog.DialogCode.Accepted], dialog.message.text()


def test_from_the_discovery_to_the_first_report(table: Table, house: House) -> None:
    one = discovered(house)
    page = shown(table, one)
    assert [action.text() for action in page.verbs()][:4] == [
        "新規登録", "経過を書く", "報告を記録", "報告書を作る",
    ]  # fmt: skip
    assert "第一報（直ちに、書面）" in page.next.text() and one.caption() in page.next.text()
    assert page.story.visibleRegion().boundingRect().height() > 2 * page.story.rowHeight(0)
    verb(page, "経過を書く").trigger()
    saved(table, page, text="封筒を受け取りに行った。", kind=IncidentLogKind.MEASURE)
    [step] = house.ledger.registers.all(IncidentLog)
    assert step.record.incident_id == one.id and step.record.contract_id == one.contract_id
    table.qtbot.waitUntil(lambda: not page.findChildren(FormDialog))
    verb(page, "報告を記録").trigger()
    assert form(page).form.record().kind is IncidentReportKind.FIRST  # type: ignore[attr-defined]
    saved(table, page, recipient="健康づくり課　見本")
    assert read(house, one.id).status is IncidentStatus.FIRST_REPORTED
    told = [line.texts[1:3] for line in page.story.lines]
    assert told[0] == ("応急措置", "封筒を受け取りに行った。")
    assert told[1][0] == "第一報" and "健康づくり課" in told[1][1]
    assert "への書面の報告（直ちに）" in page.next.text(), "a call is no report in writing"


def test_the_paper_is_about_the_marked_incident(table: Table, house: House) -> None:
    marked, other = discovered(house), discovered(house, situation="別の件。")
    page = shown(table, marked)
    verb(page, "報告書を作る").trigger()
    table.settle()
    [dialog] = page.findChildren(PaperDialog)
    assert dialog.chosen() == (marked.id,) and dialog.list.count() == 2
    entries = [dialog.list.item(row) for row in range(2)]
    next(one for one in entries if one.data(ID) == other.id).setCheckState(Qt.CheckState.Checked)
    assert dialog.chosen() == (other.id,)
    dialog.reject()


def test_a_report_is_corrected_and_stays_with_its_incident(table: Table, house: House) -> None:
    one = discovered(house)
    told = reported(house, one)
    page = shown(table, one)
    page.show_record(IncidentReport.type, told)
    table.settle()
    assert page.marked() == read(house, one.id)
    verb(page, "訂正").trigger()
    dialog = form(page)
    dialog.reason.setText("相手の職名を補うため")
    saved(table, page, recipient="健康づくり課　主査　見本")
    [stored] = house.ledger.registers.all(IncidentReport)
    assert stored.record.recipient.endswith("主査　見本")
    assert stored.record.contract_id == one.contract_id


@pytest.mark.parametrize("login", ["yoshino", "kensa"])
def test_who_does_not_lead_is_told_who_does(table: Table, house: House, login: str) -> None:
    one = discovered(house)
    house.sign_in(login)
    other = Table(table.qtbot, house)
    page = shown(other, one)
    may = {action.text() for action in page.verbs() if action.isEnabled()}
    assert may == {"開く"} | ({"新規登録", "経過を書く", "取消"} if login == "yoshino" else set())
    beside = {one.text() for one in page.findChildren(QToolButton) if one.isEnabled()}
    assert {"履歴", "印刷"} <= beside and ("書出し" in beside) is (login == "kensa")
    assert "責任者" in verb(page, "報告を記録").toolTip()
    if login == "yoshino":  # his own slip of the day, not what others told: said before the reason
        verb(page, "取消").trigger()
        other.settle()
        assert "自分が登録したもの" in other.operations.asker.asked[-1]
    other.operations.close()
