"""Before the first receipt 今日 leads through what the text wants first, and shows the dates."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from models.codes import AssignmentStatus, ContractStatus, SubmissionMeans
from models.ledger import Ledger
from models.records import (
    Assignment,
    Contract,
    ContractPlace,
    HandlingEvent,
    InformationAsset,
    Pledge,
    Record,
    Submission,
    TrainingSession,
)
from tests.designating import designate_offices
from tests.house import furnished
from tests.ui.conftest import add_contract
from tests.ui.shell import Answers, settle
from ui.first_steps import Beginning, read_beginning
from ui.operations import Operations
from ui.page import Desk
from ui.today import TodayPage

TEXTS = ("shiki", "confidentiality-model", "fukuoka", "chiba", "yachiyo")


def beginning(ledger: Ledger, contract_id: str = "") -> Beginning:
    found = read_beginning(ledger, contract_id)
    assert found is not None
    return found


def void_all(ledger: Ledger, cls: type[Record]) -> None:
    for one in ledger.registers.all(cls):
        ledger.registers.void(cls, one.record.id, "まだ済んでいませんでした")


def hand_in_first_papers(ledger: Ledger) -> None:
    """Note what the client gets before the work begins."""
    for kind in ("D-01", "D-05"):
        contract = ledger.contracts()[0].record
        ledger.paper.note(
            Submission(
                contract_id=contract.id, doc_kind=kind, title="着手前の書面", doc_no=f"総務{kind}",
                submitted_on=contract.work_start_on, means=SubmissionMeans.HAND,
            )
        )  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_new_contract_begins_with_who_handles_and_ends_with_the_receipt(
    ledger: Ledger, text: str
) -> None:
    bound = ledger.profiles[text]
    add_contract(
        ledger, profile_code=text, profile_version=bound.version, profile_sha256=bound.sha256
    )
    steps = beginning(ledger).steps
    assert not any(one.done for one in steps)
    assert "等など" not in steps[0].words  # 福岡県 says 保護管理責任者等
    assert steps[0].type == Assignment.type and steps[-1].type == HandlingEvent.type
    kinds = [one.type for one in steps]
    assert ContractPlace.type in kinds and InformationAsset.type in kinds
    assert (Pledge.type in kinds) is bound.params.pledge.required
    assert (TrainingSession.type in kinds) is bool(
        bound.params.training.topics or bound.params.training.awareness_topics
    )


@pytest.mark.parametrize("text", TEXTS)
def test_where_all_is_there_the_receipt_is_next_and_what_is_taken_away_comes_first(
    tmp_path: Path, text: str
) -> None:
    with furnished(tmp_path, profile=text) as house:
        designate_offices(house)
        assert text not in ("shiki", "chiba") or beginning(house.ledger).next.type == "submission"
        hand_in_first_papers(house.ledger)
        left = [one.words for one in beginning(house.ledger).steps if not one.done]
        assert beginning(house.ledger).next.type == HandlingEvent.type, left
        registers = house.ledger.registers
        void_all(house.ledger, InformationAsset)
        assert beginning(house.ledger).next.type == InformationAsset.type
        if registers.all(TrainingSession):
            void_all(house.ledger, TrainingSession)
            step = beginning(house.ledger).next
            assert step.type == TrainingSession.type and "あと" in step.words
        if house.ledger.profiles[text].params.pledge.required:
            void_all(house.ledger, Pledge)
            assert beginning(house.ledger).next.type == Pledge.type


def test_a_designation_that_nobody_began_waits_after_what_comes_first(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka") as house:
        for one in house.ledger.registers.all(Assignment):
            planned = replace(one.record, status=AssignmentStatus.PLANNED)
            house.ledger.registers.revise(planned, "まだ始めていません")
        step = beginning(house.ledger).next
        assert step.type == Assignment.type and "「従事中」に訂正する" in step.words
        void_all(house.ledger, TrainingSession)
        assert beginning(house.ledger).next.type == TrainingSession.type


def test_nothing_leads_on_once_something_came_or_the_work_is_over(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        contract = house.story.contract
        second = add_contract(house.ledger, "R8-777")
        house.story.receive(1)
        assert read_beginning(house.ledger, contract.id) is None
        assert read_beginning(house.ledger, "") is None
        assert beginning(house.ledger, second.id).contract == second.caption()
        closed = replace(second, status=ContractStatus.WINDING_UP)
        house.ledger.registers.revise(closed, "業務がなくなりました")
        assert read_beginning(house.ledger, second.id) is None


def test_the_page_leads_and_shows_the_dates_and_the_cycles_beside(
    ledger: Ledger, qtbot: QtBot
) -> None:
    contract = add_contract(ledger)
    gone: list[tuple[str, str]] = []
    operations = Operations(Answers())
    page = TodayPage(Desk(ledger, operations, Answers(), lambda *where: gone.append(where)))
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    settle(qtbot, operations)
    assert contract.caption() in page.beginning.head.text().replace("\u200b", "")
    assert page.due.isVisible() and page.due.table.rowCount() > 0
    assert "周期の決まっていないもの" in page.due.empty.text() and page.due.empty.isVisible()
    assert not page.out.isVisible()
    page.beginning.button.click()
    assert gone == [(Assignment.type, "")]
    assert Contract.type not in {one for one, _ in gone} and Submission.type in {
        one.type for one in beginning(ledger).steps
    }
    operations.close()
