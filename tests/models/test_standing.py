"""From when somebody works on a contract and a place is used: what the client was told counts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.codes import (
    AccessLevel,
    AccountStatus,
    AssignmentRole,
    AssignmentStatus,
    HandlingKind,
    PlaceStatus,
    Role,
    SubmissionStatus,
)
from models.records import (
    AccessRight,
    Assignment,
    Authorization,
    AuthorizationTarget,
    ContractPlace,
    Place,
    Record,
    Submission,
    UserAccount,
)
from tests.models.rules.stage import PROFILES, Act, Stage, every_stage

K = HandlingKind


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Stage]]:
    with every_stage(tmp_path_factory.mktemp) as made:
        yield made


def sentences(stage: Stage, act: Act, rule_id: str) -> list[str]:
    return [one.message for one in stage.findings(act) if one.rule_id == rule_id]


def designation(stage: Stage, **changes: Any) -> Assignment:
    """Return the designation of somebody who has no other one, as a handover officer."""
    told = replace(stage.story.assignments[1], notice_submission_id=a_notice(stage))
    fields: dict[str, Any] = {
        "id": stage.new_id(), "person_id": stage.new_id(),
        "role": AssignmentRole.HANDOVER_OFFICER, "starts_on": stage.now.date(),
    }  # fmt: skip
    return replace(told, **{**fields, **changes})


def a_notice(stage: Stage) -> str:
    found = stage.ledger.registers.all(Submission, doc_kind="D-03")
    return found[0].record.id if found else ""


def of(stage: Stage, one: Assignment, kind: HandlingKind = K.USE) -> Act:
    place = stage.story.places[1].id
    return stage.event(
        kind, actor=one.person_id, place_from_id=place, place_to_id=place, beside=(one,)
    )


@pytest.mark.parametrize("code", PROFILES)
def test_who_was_notified_works_from_the_first_day_on(stages: dict[str, Stage], code: str) -> None:
    stage = stages[code]
    told = designation(stage, status=AssignmentStatus.NOTIFIED)
    begun = replace(told, status=AssignmentStatus.ACTIVE)
    for kind, rule in ((K.USE, "R-01"), (K.RECEIVE, "R-12")):
        assert sentences(stage, of(stage, told, kind), rule) == sentences(
            stage, of(stage, begun, kind), rule
        )
    assert not any("指定" in one for one in sentences(stage, of(stage, told), "R-01"))


@pytest.mark.parametrize("code", ["shiki", "confidentiality-model"])
def test_notified_without_the_notice_that_the_text_asks_for_does_not_count(
    stages: dict[str, Stage], code: str
) -> None:
    stage = stages[code]
    untold = designation(stage, status=AssignmentStatus.NOTIFIED, notice_submission_id="")
    (said,) = sentences(stage, of(stage, untold), "R-01")
    title = stage.ledger.profiles[code].document_title("D-03")
    assert f"提出した「{title}」が結び付いていません" in said
    assert sentences(stage, Act(untold), "R-02") == []  # nobody is accused of what does not count


@pytest.mark.parametrize("code", PROFILES)
def test_a_designation_that_does_not_count_yet_is_told_as_what_it_is(
    stages: dict[str, Stage], code: str
) -> None:
    stage = stages[code]
    planned = designation(stage, status=AssignmentStatus.PLANNED)
    (said,) = sentences(stage, of(stage, planned), "R-01")
    assert "「情報授受担当者」の指定は、状態が「予定」のままです" in said
    later = designation(
        stage, status=AssignmentStatus.NOTIFIED, starts_on=stage.now.date() + timedelta(days=1)
    )
    (said,) = sentences(stage, of(stage, later), "R-01")
    assert "の指定は、R8." in said and "からです" in said


def designated(stage: Stage, status: PlaceStatus, **changes: Any) -> tuple[ContractPlace, Act]:
    room = stage.place()
    known = stage.ledger.registers.all(ContractPlace)[0].record
    one = replace(known, id=stage.new_id(), place_id=room.id, status=status, **changes)
    if known.authorization_id and "authorization_id" not in changes:
        allowed = stage.ledger.registers.need(Authorization, known.authorization_id).record
        targets = (AuthorizationTarget(place_id=room.id),)
        mine = replace(allowed, id=stage.new_id(), targets=targets)
        one = replace(one, authorization_id=mine.id)
        beside: tuple[Record, ...] = (one, room, mine)
    else:
        beside = (one, room)
    return one, stage.event(K.USE, place_from_id=room.id, ended_at=stage.now, beside=beside)


@pytest.mark.parametrize("code", PROFILES)
def test_what_was_told_and_allowed_is_used_from_the_first_day_on(
    stages: dict[str, Stage], code: str
) -> None:
    stage = stages[code]
    for status in (PlaceStatus.NOTIFIED, PlaceStatus.APPROVED):
        assert sentences(stage, designated(stage, status)[1], "R-04") == []
    _, planned = designated(stage, PlaceStatus.PLANNED)
    assert "状態が「予定」のままです" in sentences(stage, planned, "R-04")[0]
    later = stage.now.date() + timedelta(days=1)
    _, early = designated(stage, PlaceStatus.APPROVED, use_from=later)
    assert "から使う場所です" in sentences(stage, early, "R-04")[0]


@pytest.mark.parametrize("code", ["fukuoka", "chiba"])
def test_a_place_without_the_consent_does_not_count(stages: dict[str, Stage], code: str) -> None:
    stage = stages[code]
    one, act = designated(stage, PlaceStatus.NOTIFIED, authorization_id="")
    (said,) = sentences(stage, act, "R-04")
    assert "の承諾が要ります" in said
    assert sentences(stage, Act(one, act.beside), "R-03") == []


@pytest.mark.parametrize("code", PROFILES)
def test_a_right_before_the_first_day_has_a_ground_and_after_the_last_has_none(
    stages: dict[str, Stage], code: str
) -> None:
    """The program itself grants it with the designation, which the client is told of before."""
    stage, day = stages[code], timedelta(days=1)
    today = stage.now.date()
    account = UserAccount(
        id=stage.new_id(), person_id=stage.new_id(), app_role=Role.WORKER,
        status=AccountStatus.ACTIVE,
    )  # fmt: skip
    for status, starts, ends, stands in (
        (AssignmentStatus.ACTIVE, today + 9 * day, None, True),
        (AssignmentStatus.NOTIFIED, today + 9 * day, today + 20 * day, True),
        (AssignmentStatus.ACTIVE, today - 9 * day, today - day, False),
        (AssignmentStatus.PLANNED, today + 9 * day, None, False),
        (AssignmentStatus.CANCELLED, today, None, False),
    ):
        basis = designation(
            stage, person_id=account.person_id, status=status, starts_on=starts, ends_on=ends
        )
        right = AccessRight(
            id=stage.new_id(), user_id=account.id, contract_id=stage.contract.id,
            level=AccessLevel.RECORD, assignment_id=basis.id,
        )  # fmt: skip
        said = sentences(stage, Act(right, (account, basis)), "R-35")
        assert (said == []) is stands


@pytest.mark.parametrize("code", PROFILES)
def test_who_was_told_of_on_the_first_day_itself_is_asked_about(
    stages: dict[str, Stage], code: str
) -> None:
    """「事前」 is a day before, whether the state says 届出済 or 従事中 (R-47)."""
    stage = stages[code]
    paper = Submission(
        id=stage.new_id(), contract_id=stage.contract.id, doc_kind="D-03", title="届出書",
        status=SubmissionStatus.SUBMITTED, submitted_on=stage.now.date(),
    )  # fmt: skip
    for status in (AssignmentStatus.NOTIFIED, AssignmentStatus.ACTIVE):
        one = designation(stage, status=status, notice_submission_id=paper.id)
        (said,) = sentences(stage, Act(one, (paper,)), "R-47")
        assert "始める日と同じ日" in said
    for state in (PlaceStatus.NOTIFIED, PlaceStatus.APPROVED, PlaceStatus.ACTIVE):
        place, act = designated(
            stage, state, notice_submission_id=paper.id, use_from=stage.now.date()
        )
        (said,) = sentences(stage, Act(place, (*act.beside, paper)), "R-47")
        assert "始める日と同じ日" in said


@pytest.mark.parametrize("code", ["shiki", "confidentiality-model"])
def test_a_withdrawn_notice_is_told_once_and_no_act_is_accused_of_it(
    stages: dict[str, Stage], code: str
) -> None:
    stage = stages[code]
    day = stage.now.date() - timedelta(days=3)
    gone = Submission(
        id=stage.new_id(), contract_id=stage.contract.id, doc_kind="D-03", title="届出書",
        submitted_on=day, status=SubmissionStatus.CANCELLED,
    )  # fmt: skip
    one = designation(stage, status=AssignmentStatus.NOTIFIED, notice_submission_id=gone.id)
    act = of(stage, one)
    assert not any(
        "指定" in said for said in sentences(stage, replace(act, beside=(one, gone)), "R-01")
    )
    (said,) = sentences(stage, Act(one, (gone,)), "R-02")
    assert "が記録されていません" in said
    withdrawn = replace(gone, id=stage.new_id(), doc_kind="D-04")
    place, use = designated(stage, PlaceStatus.NOTIFIED, notice_submission_id=withdrawn.id)
    place = replace(place, use_from=stage.now.date())
    room = next(found for found in use.beside if isinstance(found, Place))
    assert sentences(stage, replace(use, beside=(place, room, withdrawn)), "R-04") == []
    (said,) = sentences(stage, Act(place, (room, withdrawn)), "R-03")
    assert "の届出が記録されていません" in said
    unsent = replace(gone, submitted_on=None)  # withdrawn before anybody had it
    assert sentences(stage, replace(act, beside=(one, unsent)), "R-01")
    assert sentences(stage, Act(one, (unsent,)), "R-02") == []
