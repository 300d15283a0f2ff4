"""千葉市: a new manager is reported, and what calendar and clause say of people is the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import AssignmentRole, AssignmentStatus, SubmissionMeans
from models.records import Assignment, Contract, Submission
from tests import proof
from tests.ending import revise
from tests.house import House, furnished

NEW = date(2026, 11, 1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="chiba", accounts=True) as made:
        report(made, date(2026, 10, 1))
        made.clock.go_to(date(2026, 10, 30), 10)
        yield made


def contract(house: House) -> Contract:
    return house.ledger.registers.need(Contract, house.story.contract.id).record


def report(house: House, on: date) -> None:
    """Note a D-05 that was made elsewhere."""
    house.ledger.paper.note(
        Submission(
            contract_id=house.story.contract.id, doc_kind="D-05", title="報告書", doc_no="第5号",
            revision=1, submitted_on=on, means=SubmissionMeans.HAND,
        )
    )  # fmt: skip


def designated(house: House, role: AssignmentRole, **changes: object) -> Assignment:
    known = house.ledger.registers.all(Assignment, contract_id=house.story.contract.id)
    like = next(one.record for one in known if one.record.role is role)
    values: dict[str, object] = {
        "id": "", "notice_submission_id": "", "starts_on": NEW, "ends_on": None, "end_reason": "",
        "person_id": house.story.people["worker2"], **changes,
    }  # fmt: skip
    made = like.with_changes(**values)
    change = house.ledger.registers.create(made)
    return house.ledger.registers.need(Assignment, change.ids[0]).record


def take_over(house: House) -> Assignment:
    """Let somebody else be the manager from November on."""
    known = house.ledger.registers.all(Assignment, contract_id=house.story.contract.id)
    old = next(one.record for one in known if one.record.role is AssignmentRole.INFO_MANAGER)
    new = designated(house, AssignmentRole.INFO_MANAGER)
    over = replace(
        old, ends_on=date(2026, 10, 31), end_reason="異動", status=AssignmentStatus.ENDED
    )
    revise(house, over, "異動のため")
    return new


def clause(house: House, key: str) -> tuple[str, list[str]]:
    return proof.states(house)[key].state, proof.sentences(house, clause=key)


def waiting(house: House, code: str) -> list[str]:
    found = calendar(house.ledger, house.story.contract.id)
    return [f"{one.what} {one.about}" for one in found if one.code == code and "提出" in one.what]


def told(house: House) -> bool:
    """Tell whether calendar and clause both ask for the report of the new manager."""
    asked = [one for one in waiting(house, "K-06") if "個人情報管理責任者の変更" in one]
    said = [one for one in clause(house, "CB-3.2")[1] if "個人情報管理責任者の変更" in one]
    assert len(asked) == len(said)
    return bool(asked)


def late(house: House) -> bool:
    said = (one for one in clause(house, "CB-3.2")[1] if "個人情報管理責任者の変更" in one)
    return all("期限までに済んでいません" in one for one in said)


def test_who_was_manager_from_the_start_is_in_the_first_report(house: House) -> None:
    assert not told(house)


def test_a_new_manager_waits_for_a_report_until_the_client_has_it(house: House) -> None:
    take_over(house)
    house.clock.go_to(date(2026, 11, 2), 10)
    assert told(house) and not late(house)
    house.clock.go_to(date(2026, 11, 30), 10)
    assert told(house) and late(house)
    report(house, date(2026, 11, 30))
    assert not told(house)


def test_a_notice_that_names_the_new_manager_is_a_report(house: House) -> None:
    new = take_over(house)
    house.ledger.paper.note(
        Submission(
            contract_id=house.story.contract.id, doc_kind="D-03", title="通知書", doc_no="第6号",
            revision=1, submitted_on=date(2026, 10, 30), means=SubmissionMeans.HAND,
        )
    )  # fmt: skip
    papers = house.ledger.registers.all(Submission, doc_kind="D-03")
    revise(house, replace(new, notice_submission_id=papers[-1].record.id), "通知したため")
    assert not told(house)


def test_who_is_to_be_told_of_is_in_calendar_and_clause(house: House) -> None:
    designated(house, AssignmentRole.HANDOVER_OFFICER, status=AssignmentStatus.PLANNED)
    house.clock.go_to(date(2026, 11, 5), 10)
    [asked] = [one for one in waiting(house, "K-03") if "辻󠄂" in one]
    assert "従事者等変更通知書" in asked
    state, said = clause(house, "CB-4.1")
    assert state == "action" and any("辻󠄂" in one for one in said)


def test_before_its_day_a_notice_is_not_late_under_the_clause_either(house: House) -> None:
    designated(
        house, AssignmentRole.HANDOVER_OFFICER, status=AssignmentStatus.PLANNED,
        starts_on=date(2026, 12, 1),
    )  # fmt: skip
    state, said = clause(house, "CB-4.1")
    assert state == "due" and len(said) == 1
