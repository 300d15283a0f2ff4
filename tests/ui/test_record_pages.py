"""The pages of registers: what each role may do, and the verbs from the list to the ledger."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from models.codes import AssignmentRole, AssignmentStatus, ContractStatus, EmploymentType, Role
from models.ledger import Ledger
from models.records import Assignment, Contract, Person
from tests.ui.conftest import TODAY, Hand
from ui.form_dialog import FormDialog
from ui.history import HistoryDialog
from ui.page import Desk
from ui.record_dialog import RecordDialog
from ui.record_pages import AuthorizationPage, ContractsPage, PeoplePage, RegisterPage

Settled = Callable[[], None]
ShowPage = Callable[[type[RegisterPage]], RegisterPage]


@pytest.fixture
def show(desk: Desk, qtbot: QtBot, settled: Settled) -> Iterator[ShowPage]:
    def make(cls: type[RegisterPage]) -> RegisterPage:
        page = cls(desk)
        qtbot.addWidget(page)
        page.resize(1000, 600)
        page.show()
        settled()
        return page

    yield make


def verb(page: RegisterPage, word: str) -> Any:
    return next(action for action in page.verbs() if action.text() == word)


def as_role(ledger: Ledger, monkeypatch: pytest.MonkeyPatch, role: Role) -> None:
    monkeypatch.setattr(type(ledger), "role", property(lambda _self: role))


def test_verbs_on_a_row_wait_for_a_row(show: ShowPage, ledger: Ledger) -> None:
    page = show(PeoplePage)
    page.tab.view.table.clearSelection()
    page.tab.view.table.setCurrentIndex(page.tab.view.model.index(-1, -1))
    assert verb(page, "新規登録").isEnabled()
    assert not verb(page, "訂正").isEnabled()
    assert "一覧から行を選んでください" in verb(page, "訂正").toolTip()
    page.tab.view.mark(ledger.registers.all(Person)[0].record.id)
    assert verb(page, "訂正").isEnabled()


def test_a_role_that_may_not_is_told_who_may(
    show: ShowPage, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_role(ledger, monkeypatch, Role.INSPECTOR)
    page = show(AuthorizationPage)
    assert not verb(page, "新規登録").isEnabled()
    assert "責任者だけが行えます" in verb(page, "新規登録").toolTip()
    assert verb(page, "書出し").isEnabled()


def test_a_new_record_appears_marked_in_the_list(
    show: ShowPage, ledger: Ledger, settled: Settled, qtbot: QtBot
) -> None:
    page = show(PeoplePage)
    verb(page, "新規登録").trigger()
    [dialog] = page.tab._dialogs
    assert isinstance(dialog, FormDialog)
    record = dialog.form.record()
    assert isinstance(record, Person)
    assert ledger.registers.caption("organization", record.organization_id) == "株式会社あずかり"
    dialog.form.set_values({"name": "𠮷野 辻󠄂子", "employment_type": EmploymentType.REGULAR})
    assert page.has_draft()
    with qtbot.waitSignal(dialog.saved) as told:
        dialog.save()
    settled()
    assert page.tab.view.marked_id() == told.args[0]
    assert page.tab.view.count.text() == "2件"
    assert not page.has_draft()


def test_voiding_asks_for_the_reason_and_keeps_the_record(
    show: ShowPage, ledger: Ledger, hand: Hand, add_person: Any, settled: Settled
) -> None:
    person = add_person("渡邉 健")
    page = show(PeoplePage)
    page.tab.view.mark(person.id)
    hand.answers = ["二重に登録したため"]
    verb(page, "取消").trigger()
    settled()
    assert "「渡邉 健」を取り消します" in hand.said[0]
    stored = ledger.registers.need(Person, person.id)
    assert stored.meta.void_reason == "二重に登録したため"
    page.show_record("person", person.id)
    assert page.tab.view.marked_id() == person.id
    assert "すでに取り消されています" in verb(page, "訂正").toolTip()


def test_a_voiding_that_is_refused_says_why(
    show: ShowPage, ledger: Ledger, hand: Hand, contract: Contract, settled: Settled
) -> None:
    page = show(ContractsPage)
    page.show_record("organization", contract.client_org_id)
    hand.answers = ["誤って登録したため"]
    verb(page, "取消").trigger()
    settled()
    assert "使われているため取り消せません" in hand.said[-1]
    assert not ledger.registers.need(Contract, contract.id).meta.voided


def test_opening_shows_all_and_leads_to_history(
    show: ShowPage, ledger: Ledger, settled: Settled
) -> None:
    page = show(PeoplePage)
    page.tab.view.mark(ledger.registers.all(Person)[0].record.id)
    verb(page, "開く").trigger()
    [dialog] = page.tab._dialogs
    assert isinstance(dialog, RecordDialog)
    dialog.history_wanted.emit()
    settled()
    assert isinstance(page.tab._dialogs[-1], HistoryDialog)


def test_a_list_is_limited_to_the_contract_and_new_records_begin_with_it(
    show: ShowPage,
    ledger: Ledger,
    contract: Contract,
    add_person: Any,
    profile: Any,
    settled: Settled,
) -> None:
    person = add_person("佐藤 一郎")
    assignment = Assignment(
        contract_id=contract.id,
        person_id=person.id,
        role=AssignmentRole.WORKER,
        starts_on=TODAY,
        status=AssignmentStatus.ACTIVE,
    )
    ledger.registers.create(assignment)
    page = show(PeoplePage)
    page.show_contract(contract.id)
    page.book.setCurrentIndex(1)
    settled()
    assert page.tab.view.count.text() == "1件"
    assert page.book.tabText(2) == profile.term("work_place")
    verb(page, "新規登録").trigger()
    record = page.tab._dialogs[-1].form.record()  # type: ignore[attr-defined]
    assert record == Assignment(contract_id=contract.id, status=AssignmentStatus.PLANNED)


def test_a_new_contract_begins_with_the_only_contractor(show: ShowPage, ledger: Ledger) -> None:
    page = show(ContractsPage)
    verb(page, "新規登録").trigger()
    record = page.tab._dialogs[-1].form.record()  # type: ignore[attr-defined]
    assert record.status is ContractStatus.PREPARING
    assert ledger.registers.caption("organization", record.contractor_org_id) == "株式会社あずかり"


def test_a_change_elsewhere_refreshes_the_visible_list(
    show: ShowPage, desk: Desk, ledger: Ledger, settled: Settled
) -> None:
    page = show(PeoplePage)
    assert page.tab.view.count.text() == "1件"
    person = ledger.registers.all(Person)[0].record
    desk.operations.run(lambda: ledger.registers.create(person.with_changes(id="", name="渡邉")))
    settled()
    assert page.tab.view.count.text() == "2件"


def test_the_list_is_written_to_a_file(
    show: ShowPage, hand: Hand, settled: Settled, tmp_path: Path
) -> None:
    page = show(PeoplePage)
    hand.answers = [tmp_path / "people.csv"]
    verb(page, "書出し").trigger()
    settled()
    text = (tmp_path / "people.csv").read_text("utf-8-sig")
    assert "山田 花子" in text
    assert hand.said[0] == "人_20261001.xlsx"
    assert "1件を「people.csv」に書き出しました" in hand.said[-1]
