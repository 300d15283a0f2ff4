"""The records of duties: what each must say, and that they come back as they went in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from models.codes import (
    CommunicationKind,
    CommunicationStatus,
    CredentialKind,
    Direction,
    FindingStatus,
    GovernanceCover,
    GovernanceKind,
    GovernanceStatus,
    InvalidReason,
    PledgeStatus,
    TrainingTopic,
    Urgency,
)
from models.permissions import WRITE
from models.profile_vocabulary import COVERS, GOVERNANCE, TOPICS
from models.records import (
    ALL,
    AccessRight,
    Attendance,
    ClientCommunication,
    Credential,
    Finding,
    GovernanceDocument,
    Pledge,
    Record,
    RuleOverride,
    Submission,
    TrainingSession,
)
from models.wareki import JAPAN
from tests.house import House, furnished

DAY = date(2026, 10, 1)
AT = datetime(2026, 10, 1, 9, tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("record", "needed"),
    [
        (Credential(kind=CredentialKind.EMPLOYEE_ID), {"shows_company_name"}),
        (
            Credential(kind=CredentialKind.ACCESS_CARD),
            {"custodian_person_id", "issue_procedure_id", "received_on"},
        ),
        (Credential(kind=CredentialKind.KEY), set()),
        (Credential(invalid_reason=InvalidReason.LOST), {"reported_at"}),
        (Credential(invalidated_at=AT), {"invalid_reason"}),
        (Pledge(status=PledgeStatus.NOT_COLLECTED), set()),
        (Pledge(status=PledgeStatus.SIGNED), {"signed_on", "collected_by"}),
        (Pledge(status=PledgeStatus.SUBMITTED), {"signed_on", "collected_by", "submitted_on"}),
        (GovernanceDocument(status=GovernanceStatus.DRAFT), set()),
        (GovernanceDocument(status=GovernanceStatus.IN_FORCE), {"approved_by", "approved_on"}),
        (Finding(status=FindingStatus.OPEN), set()),
        (Finding(status=FindingStatus.DONE), {"action", "completed_on"}),
        (AccessRight(granted_at=AT, revoked_at=AT), {"granted_by", "revoke_reason"}),
        (AccessRight(), set()),
        (
            ClientCommunication(direction=Direction.IN, kind=CommunicationKind.REPORT_REQUEST),
            {"urgency", "status"},
        ),
        (
            ClientCommunication(direction=Direction.OUT, kind=CommunicationKind.REPORT_REQUEST),
            set(),
        ),
        (ClientCommunication(urgency=Urgency.DATED), {"due_at"}),
        (ClientCommunication(status=CommunicationStatus.ANSWERED), {"responded_at"}),
    ],
)
def test_what_a_state_demands(record: Record, needed: set[str]) -> None:
    assert record.required() == needed


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        (Credential(issued_on=DAY, expires_on=date(2026, 9, 1)), "「有効期限」が「発行日」より前"),
        (Pledge(signed_on=DAY, submitted_on=date(2026, 9, 1)), "「提出日」が「署名日」より前"),
        (TrainingSession(attendance=(Attendance(person_id="a"),) * 2), "同じ人が二度"),
        (RuleOverride(reason="急ぎ"), "10文字以上"),
        (RuleOverride(requested_by="a", approved_by="a"), "別の人を選んで"),
        (Finding(owner_person_id="a", verified_by="a"), "別の人を選んで"),
        (
            AccessRight(granted_at=AT, revoked_at=AT.replace(hour=8)),
            "より前になっています",
        ),
    ],
)
def test_what_contradicts_itself_is_told(record: Record, sentence: str) -> None:
    assert any(sentence in problem for problem in record.inconsistencies())


@pytest.mark.parametrize(
    ("day", "valid"), [(date(2026, 9, 30), False), (DAY, True), (date(2026, 10, 9), False)]
)
def test_a_card_is_valid_from_issue_to_loss(day: date, valid: bool) -> None:
    card = Credential(issued_on=DAY, invalidated_at=datetime(2026, 10, 8, tzinfo=JAPAN))
    assert card.valid_on(day) is valid


def test_absence_and_a_later_day_are_no_attendance() -> None:
    row = Attendance(person_id="a", attended=True, attended_on=DAY)
    session = TrainingSession(attendance=(row, replace(row, person_id="b", attended=False)))
    assert session.attended_by("a", DAY) and not session.attended_by("a", date(2026, 9, 30))
    assert not session.attended_by("b", DAY)


def test_a_paper_made_elsewhere_needs_no_seal_but_its_day() -> None:
    paper = Submission(made_elsewhere=True, status="submitted")  # type: ignore[arg-type]
    assert paper.required() == {"submitted_on", "means"}
    assert "pdf_sha256" in replace(paper, made_elsewhere=None).required()


def test_profiles_and_records_share_their_vocabularies() -> None:
    assert {topic.value for topic in TrainingTopic} == {*TOPICS, "other"}
    assert {kind.value for kind in GovernanceKind} == set(GOVERNANCE)
    assert {cover.value for cover in GovernanceCover} == set(COVERS)


def test_somebody_may_write_every_register() -> None:
    assert set(WRITE) == {cls.type for cls in ALL}
    by_the_program = {"ledger_origin", "system_event"}
    assert all(roles or type_ in by_the_program for type_, roles in WRITE.items())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, days=3, planted=True) as made:
        yield made


def test_they_come_back_from_the_disk_and_survive_a_rebuild(house: House) -> None:
    types = (Credential, Pledge, TrainingSession, GovernanceDocument, ClientCommunication,
             Finding, RuleOverride)  # fmt: skip
    before = {cls: [s.record for s in house.ledger.registers.all(cls)] for cls in types}
    assert all(before.values())
    house.ledger.store.rebuild(lambda done, total: None)
    assert before == {cls: [s.record for s in house.ledger.registers.all(cls)] for cls in types}
    for cls, records in before.items():
        for record in records:
            assert replace(cls.from_json(record.to_json()), id=record.id) == record
