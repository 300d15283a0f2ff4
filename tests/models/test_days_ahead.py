"""What counts as done is not entered with a day that is still to come."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from models.codes import (
    CommunicationKind,
    CommunicationMeans,
    CommunicationStatus,
    ContractStatus,
    Direction,
    DueStatus,
    FindingSource,
    FindingStatus,
    PledgeStatus,
    Severity,
    SubmissionMeans,
    SubmissionStatus,
    Urgency,
)
from models.commands import revising
from models.errors import Refused
from models.evidence import evidence
from models.records import (
    Assignment,
    Authorization,
    ClientCommunication,
    Contract,
    Credential,
    DueItem,
    Finding,
    GovernanceDocument,
    Pledge,
    Record,
    Submission,
    TrainingPlan,
    TrainingSession,
)
from models.wareki import JAPAN
from tests import proof
from tests.house import House, furnished

R = TypeVar("R", bound=Record)
TODAY = date(2026, 10, 1)
AHEAD = date(2027, 4, 19)
MOMENT = datetime(2027, 4, 19, 10, tzinfo=JAPAN)
WHY = "状態が変わったため"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        yield made


def first(house: House, cls: type[R]) -> R:
    return house.ledger.registers.all(cls)[0].record


def request(house: House) -> ClientCommunication:
    return ClientCommunication(
        contract_id=house.story.contract.id, direction=Direction.IN,
        kind=CommunicationKind.DOCUMENT_REQUEST, at=house.ledger.now(),
        means=CommunicationMeans.EMAIL, from_name="見本　花子", to_name="髙橋　恵子",
        summary="保管場所の写真", urgency=Urgency.PROMPT, status=CommunicationStatus.OPEN,
    )  # fmt: skip


def finding(house: House) -> Finding:
    return Finding(
        contract_id=house.story.contract.id, source=FindingSource.ANALYSIS, description="鍵の管理",
        severity=Severity.MINOR, due_on=TODAY, owner_person_id=house.story.people["worker"],
        status=FindingStatus.DONE, action="鍵を替えた", completed_on=TODAY,
    )  # fmt: skip


def date_entered(house: House) -> DueItem:
    return DueItem(
        contract_id=house.story.contract.id, title="鍵の交換", due_on=TODAY,
        owner_person_id=house.story.people["worker"],
        status=DueStatus.SATISFIED, satisfied_on=TODAY,
    )  # fmt: skip


STORED: tuple[tuple[type[Record], str, str], ...] = (
    (Contract, "completed_on", "業務完了日"),
    (Assignment, "labour_terms_checked_on", "明記の確認日"),
    (Credential, "returned_on", "返却日"),
    (Credential, "invalidated_at", "無効化日時"),
    (Pledge, "signed_on", "署名日"),
    (Pledge, "submitted_on", "提出日"),
    (TrainingPlan, "approved_on", "承認日"),
    (TrainingSession, "held_on", "実施日"),
    (Authorization, "decided_on", "決定日"),
    (GovernanceDocument, "last_reviewed_on", "最後の見直し日"),
)


@pytest.mark.parametrize(("cls", "name", "label"), STORED)
def test_a_record_is_not_corrected_to_a_day_ahead(
    house: House, cls: type[Record], name: str, label: str
) -> None:
    value = MOMENT if name.endswith("_at") else AHEAD
    with pytest.raises(Refused, match=f"「{label}」が先の日"):
        house.ledger.registers.revise(first(house, cls).with_changes(**{name: value}), WHY)


@pytest.mark.parametrize(
    ("make", "changes", "label"),
    [
        (request, {"at": MOMENT}, "日時"),
        (request, {"status": "answered", "responded_at": MOMENT}, "回答日時"),
        (finding, {"completed_on": AHEAD}, "是正日"),
        (date_entered, {"satisfied_on": AHEAD}, "済ませた日"),
    ],
)
def test_nothing_is_entered_as_done_ahead(
    house: House, make: Any, changes: dict[str, Any], label: str
) -> None:
    one = make(house)
    house.ledger.registers.create(one)
    with pytest.raises(Refused, match=f"「{label}」が先の日"):
        house.ledger.registers.create(one.with_changes(**changes))


def test_nobody_took_part_in_what_is_still_to_come(house: House) -> None:
    session = first(house, TrainingSession)
    [one, *others] = session.attendance
    rows = (replace(one, attended_on=AHEAD), *others)
    with pytest.raises(Refused, match="「受講日」が先の日付"):
        house.ledger.registers.revise(replace(session, attendance=rows), WHY)


def paper(house: House, on: date) -> Submission:
    return Submission(
        contract_id=house.story.contract.id, doc_kind="D-01", title="確認表", doc_no="外-1",
        submitted_on=on, means=SubmissionMeans.HAND, received_by="見本　花子",
    )  # fmt: skip


def test_a_paper_is_not_noted_as_handed_in_ahead(house: House) -> None:
    with pytest.raises(Refused, match="「提出日」が先の日付"):
        house.ledger.paper.note(paper(house, TODAY + timedelta(days=1)))
    house.ledger.paper.note(paper(house, TODAY))


def test_a_sealed_paper_is_not_handed_in_ahead(house: House) -> None:
    made = house.ledger.paper.note(paper(house, TODAY)).ids[-1]
    noted = house.ledger.registers.need(Submission, made).record
    sealed = replace(noted, status=SubmissionStatus.SEALED, submitted_on=None, means=None)
    house.ledger.commit([revising(sealed, "確定の状態にする")])
    with pytest.raises(Refused, match="「提出日」が先の日付"):
        house.ledger.paper.submit(made, on=AHEAD, means=SubmissionMeans.HAND)
    house.ledger.paper.submit(made, on=TODAY, means=SubmissionMeans.HAND)


def older(house: House) -> Pledge:
    """Enter a pledge as an older version took it."""
    one = replace(
        first(house, Pledge), signed_on=AHEAD, submitted_on=AHEAD, status=PledgeStatus.SUBMITTED
    )
    house.ledger.commit([revising(one, "以前の版で登録")])
    return one


def told(house: House) -> list[tuple[str, str]]:
    return [one for one in proof.graded(house) if "まだ来ていない日" in one[1]]


def test_what_stands_already_may_be_corrected_otherwise(house: House) -> None:
    one = older(house)
    house.ledger.registers.revise(replace(one, original_place="第二保管庫"), WHY)
    with pytest.raises(Refused, match="「署名日」が先の日付"):
        house.ledger.registers.revise(replace(one, signed_on=AHEAD - timedelta(days=1)), WHY)


def test_an_older_entry_is_told_until_its_day_has_come(house: House) -> None:
    assert told(house) == []
    older(house)
    assert [severity for severity, _ in told(house)] == ["action", "action"]
    assert "「署名日」（R9.4.19）は、まだ来ていない日です" in told(house)[0][1]
    house.clock.go_to(AHEAD, 9)
    assert told(house) == []


def test_an_older_moment_is_told_until_it_is_put_right(house: House) -> None:
    made = house.ledger.registers.create(request(house)).ids[-1]
    one = replace(request(house), id=made, status=CommunicationStatus.ANSWERED, responded_at=MOMENT)
    house.ledger.commit([revising(one, "以前の版で登録")])
    assert [severity for severity, _ in told(house)] == ["action"]
    house.ledger.registers.revise(replace(one, responded_at=house.ledger.now()), WHY)
    assert told(house) == []


# --- days of the contract that may be agreed ahead --------------------------------------------------


@pytest.mark.parametrize(
    ("name", "more", "before", "after", "label"),
    [
        ("signed_on", {}, ContractStatus.PREPARING, ContractStatus.ACTIVE, "締結日"),
        (
            "terminated_on", {"termination_reason": "委託者の申出"},
            ContractStatus.ACTIVE, ContractStatus.TERMINATED, "解除日",
        ),
    ],
)  # fmt: skip
def test_an_agreed_day_of_the_contract_lies_ahead_until_its_state_says_it_came(
    house: House, name: str, more: dict[str, Any], before: Any, after: Any, label: str
) -> None:
    """A contract is prepared before it is concluded, and rescinded as of a day to come."""
    one = first(house, Contract).with_changes(**{name: AHEAD}, **more)
    house.ledger.registers.revise(one.with_changes(status=before), WHY)
    with pytest.raises(Refused, match=f"「{label}」が先の日付です"):
        house.ledger.registers.revise(one.with_changes(status=after), WHY)
    known = first(house, Contract).with_changes(status=after)
    house.ledger.commit([revising(known, "以前の版で入力したもの")])  # as older versions took it
    found = evidence(house.ledger, known)
    rows = [row for state in found for _, some in state.evidence for row in some]
    assert any(label in row.sentence and "まだ来ていません" in row.sentence for row in rows)
    again = first(house, Contract)
    house.ledger.registers.revise(again.with_changes(purpose="別の言い方"), WHY)  # stays as it was
    house.clock.wait(24 * 60 * ((AHEAD - TODAY).days + 1))
    found = evidence(house.ledger, known)
    rows = [row for state in found for _, some in state.evidence for row in some]
    assert not any("まだ来ていません" in row.sentence for row in rows)
