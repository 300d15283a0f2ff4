"""An end that came untold is not taken back by one person alone, in whichever way."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.codes import (
    AssignmentStatus,
    ContractStatus,
    FindingStatus,
    PlaceStatus,
    SubmissionMeans,
)
from models.commands import Change
from models.contract_changes import BESIDE, RULE
from models.errors import NeedsAnswer, Refused
from models.records import Assignment, Contract, ContractPlace, Person, RuleOverride
from models.records import Finding as FindingRecord
from models.rules.answers import EVERY, Answers, SignIn
from tests import proof
from tests.house import House, furnished
from tests.proof import states
from ui.issue import IssueRequest, issue
from ui.sample import cast
from ui.seal_part import make_seal

WHY = "継続することになったため"
LATER = Answers({EVERY: WHY}, later=True)
DAY = timedelta(days=1)
TELLING = ("shiki", "confidentiality-model")
SILENT = ("fukuoka", "chiba", "yachiyo")


def opened(tmp_path: Path, profile: str = "shiki") -> AbstractContextManager[House]:
    return furnished(tmp_path, profile=profile, rules=True)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(tmp_path) as made:
        yield made


def now(house: House, cls: type[Any]) -> Any:
    """Return the worker, his designation, or that of the store room, as it stands."""
    if cls is Person:
        return house.ledger.registers.need(Person, house.story.people["worker"]).record
    names = {"person_id": house.story.people["worker"]}
    if cls is ContractPlace:
        names = {"place_id": house.story.places[2].id}
    return house.ledger.registers.all(cls, **names)[0].record


def revise(house: House, cls: type[Any], answers: Answers | None = None, **fields: Any) -> Change:
    changed = now(house, cls).with_changes(**fields)
    return house.ledger.registers.revise(changed, WHY, answers=answers)


def end(house: House, cls: type[Any], day: date | None, answers: Answers | None = None) -> Change:
    if cls is Assignment:
        reason = "異動のため" if day else ""
        return revise(house, cls, answers, ends_on=day, end_reason=reason)
    return revise(house, cls, answers, **{"left_on" if cls is Person else "use_to": day})


def go_to(house: House, day: date) -> None:
    house.clock.wait(24 * 60 * (day - house.ledger.today()).days)


def beside(house: House) -> str:
    return "\n".join(proof.sentences(house, clause=BESIDE.key))


def broken(house: House) -> list[str]:
    """Return what the clauses of the text say of an end, and of no other thing."""
    rows = proof.rows_of(one for key, one in states(house).items() if key != BESIDE.key)
    ends = (row.sentence for row in rows if row.severity == "broken" and "の終了（" in row.sentence)
    return list(dict.fromkeys(ends))


def waiting(house: House, rule: str = RULE) -> list[RuleOverride]:
    return [one.record for one in house.ledger.registers.all(RuleOverride, rule_id=rule)]


def ended_untold(house: House, cls: type[Any]) -> date:
    """Let an end come of which nobody told the client."""
    last = house.ledger.today() + 2 * DAY
    end(house, cls, last)
    go_to(house, last + 3 * DAY)
    assert broken(house)
    return last


def told_of_changes(house: House) -> None:
    """Hand in a notice of changes of today."""
    wish = IssueRequest("D-03", house.story.contract.id, options={"change": True})
    made = issue(house.ledger, wish).ids[-1]
    house.ledger.paper.submit(made, on=house.ledger.today(), means=SubmissionMeans.HAND)


WAYS: tuple[tuple[type[Any], str, dict[str, Any], int], ...] = (
    (Assignment, "emptied", {"ends_on": None, "end_reason": ""}, 0),
    (Assignment, "put off", {}, 40),
    (Assignment, "cancelled", {"status": AssignmentStatus.CANCELLED}, 0),
    (Assignment, "planned again", {"status": AssignmentStatus.PLANNED}, 0),
    (Person, "emptied", {"left_on": None}, 0),
    (Person, "put off", {}, 40),
    (ContractPlace, "emptied", {"use_to": None}, 0),
    (ContractPlace, "put off", {}, 40),
    (ContractPlace, "planned again", {"status": PlaceStatus.PLANNED}, 0),
)
DAYS = {Assignment: "ends_on", Person: "left_on", ContractPlace: "use_to"}


@pytest.mark.parametrize(("cls", "way", "fields", "later"), WAYS)
def test_an_end_that_came_untold_is_not_taken_back_alone(
    house: House, cls: type[Any], way: str, fields: dict[str, Any], later: int
) -> None:
    last = ended_untold(house, cls)
    changes = fields or {DAYS[cls]: last + later * DAY}
    draft = now(house, cls).with_changes(**changes)
    said = [f for f in house.ledger.registers.examine(draft) if f.rule_id == RULE]
    assert [f.needs_approval for f in said] == [True]
    with pytest.raises(NeedsAnswer, match="届け出なかった"):
        revise(house, cls, **changes)
    revise(house, cls, LATER, **changes)
    assert broken(house) == []
    [only] = waiting(house)
    assert only.confirm_later and only.contract_id == house.story.contract.id
    assert states(house)[BESIDE.key].state == "broken"
    assert "届け出なかった" in beside(house)
    told = [one for one in beside(house).split("\n") if "から「" in one and "に、" in one]
    assert any(f"理由：{WHY}" in one for one in told), beside(house)


@pytest.mark.parametrize("profile", TELLING)
def test_the_other_text_that_asks_for_notices_asks_as_well(tmp_path: Path, profile: str) -> None:
    with opened(tmp_path, profile) as house:
        ended_untold(house, Assignment)
        with pytest.raises(NeedsAnswer, match="届け出なかった"):
            end(house, Assignment, None)


@pytest.mark.parametrize("cls", DAYS)
def test_an_end_that_lies_ahead_is_moved_freely(house: House, cls: type[Any]) -> None:
    last = house.ledger.today() + 2 * DAY
    end(house, cls, last)
    go_to(house, last)  # it has not come before it is over
    end(house, cls, last + 5 * DAY)
    end(house, cls, None)
    assert not waiting(house) and beside(house) == ""


@pytest.mark.parametrize("cls", DAYS)
def test_a_slip_of_the_same_day_is_put_right_alone(house: House, cls: type[Any]) -> None:
    rule = "R-03" if cls is ContractPlace else "R-02"
    end(house, cls, house.ledger.today() - DAY, LATER)  # asked about as an end without its notice
    assert len(waiting(house, rule)) == 1
    end(house, cls, None)
    assert waiting(house) == []
    # That the client was not told was said by whoever entered it, and waits for somebody else.
    assert "逸脱" in "\n".join(
        row.sentence for one in states(house).values() for _, rows in one.evidence for row in rows
    )


@pytest.mark.parametrize("profile", SILENT)
@pytest.mark.parametrize("cls", DAYS)
def test_a_text_without_such_notices_only_lets_it_be_read(
    tmp_path: Path, profile: str, cls: type[Any]
) -> None:
    with opened(tmp_path, profile) as house:
        last = house.ledger.today() + 2 * DAY
        end(house, cls, last)
        go_to(house, last + 3 * DAY)
        end(house, cls, None)
        assert waiting(house) == []
        label = cls.fields()[DAYS[cls]].label
        assert f"「{label}」を「" in beside(house) and "から「なし」に" in beside(house)
        assert states(house)[BESIDE.key].state != "broken"


@pytest.mark.parametrize("cls", [Assignment, ContractPlace])
def test_what_ended_untold_is_not_voided(house: House, cls: type[Any]) -> None:
    ended_untold(house, cls)
    one = now(house, cls)
    with pytest.raises(Refused, match="取り消せません"):
        house.ledger.registers.void(cls, one.id, "誤って登録したため")
    status = AssignmentStatus.CANCELLED if cls is Assignment else PlaceStatus.PLANNED
    revise(house, cls, LATER, status=status)
    assert len(waiting(house)) == 1


def test_an_end_that_was_told_late_is_not_taken_back_alone_either(house: House) -> None:
    make_seal(house.ledger)
    house.clock.wait(60)
    ended_untold(house, Assignment)
    told_of_changes(house)
    house.clock.wait(24 * 60)
    assert "提出されています" in "".join(broken(house))
    with pytest.raises(NeedsAnswer):
        end(house, Assignment, None)
    end(house, Assignment, None, LATER)
    assert waiting(house) or waiting(house, "R-02")
    assert "「従事終了日」を" in beside(house)


# --- the last day of a person ----------------------------------------------------------------------


@pytest.mark.parametrize("ago", [0, 1, 5])
@pytest.mark.parametrize("profile", TELLING)
def test_a_last_day_that_has_come_untold_is_asked_about(
    tmp_path: Path, profile: str, ago: int
) -> None:
    with opened(tmp_path, profile) as house:
        go_to(house, house.ledger.today() + 6 * DAY)
        day = house.ledger.today() - ago * DAY
        draft = now(house, Person).with_changes(left_on=day)
        found = [f for f in house.ledger.registers.examine(draft) if f.rule_id == "R-02"]
        assert [f.needs_approval for f in found] == [True] and found[0].articles
        with pytest.raises(NeedsAnswer, match="従事の終了"):
            end(house, Person, day)
        end(house, Person, day, LATER)
        [only] = waiting(house, "R-02")
        assert (only.record_type, only.contract_id) == ("person", house.story.contract.id)
        assert broken(house)


@pytest.mark.parametrize("profile", SILENT)
def test_a_text_without_such_notices_asks_nothing_of_a_last_day(
    tmp_path: Path, profile: str
) -> None:
    with opened(tmp_path, profile) as house:
        end(house, Person, house.ledger.today())
        assert waiting(house, "R-02") == []


def test_a_last_day_after_a_notice_of_it_is_entered_without_a_question(house: House) -> None:
    make_seal(house.ledger)
    house.clock.wait(60)
    end(house, Assignment, house.ledger.today())
    told_of_changes(house)
    end(house, Person, house.ledger.today())
    assert waiting(house, "R-02") == [] and broken(house) == []


def test_a_last_day_entered_ahead_breaks_nothing_before_it_is_over(house: House) -> None:
    last = house.ledger.today() + 2 * DAY
    end(house, Person, last)
    go_to(house, last)
    assert broken(house) == []
    go_to(house, last + DAY)
    assert len(broken(house)) == 1


def test_each_contract_keeps_its_own_exception_and_somebody_else_signs_both(
    tmp_path: Path,
) -> None:
    with furnished(tmp_path, rules=True, accounts=True) as house:
        registers = house.ledger.registers
        first = registers.need(Contract, house.story.contract.id).record
        like = first.with_changes(
            id="", contract_no="2026-002", title="別の業務", status=ContractStatus.ACTIVE
        )
        other = registers.create(like, answers=LATER).ids[0]
        mine = now(house, Assignment)
        also = mine.with_changes(
            id="", contract_id=other, notice_submission_id="", asset_ids=(), labour_terms_file=""
        )
        registers.create(also, answers=LATER)
        gone = now(house, Person).with_changes(left_on=house.ledger.today())
        user = next(one for one in cast.USERS if one.login == "yoshino")
        second = SignIn(house.story.people[user.person], user.login, user.password)
        house.ledger.rules.entering(
            lambda given: registers.revise(gone, WHY, answers=given), Answers({EVERY: WHY}), second
        )
        found = [one for one in waiting(house, "R-02") if one.record_type == "person"]
        assert {one.contract_id for one in found} == {first.id, other}
        assert all(one.approved_by == second.person_id for one in found)
        assert house.ledger.safe.verify(full=True, progress=lambda done, total: None).ok


def test_a_verified_finding_settles_what_a_last_day_broke(tmp_path: Path) -> None:
    with furnished(tmp_path, rules=True, accounts=True) as house:
        registers = house.ledger.registers
        leaver = registers.need(Person, house.story.people["worker3"]).record
        gone = leaver.with_changes(left_on=house.ledger.today() - DAY)
        registers.revise(gone, WHY, answers=LATER)
        assert len(broken(house)) == 1
        [given] = registers.all(FindingRecord, source_id=leaver.id)
        owned = given.record.with_changes(owner_person_id=house.story.people["worker"])
        registers.revise(owned, "担当を決めたため")
        done = owned.with_changes(
            status=FindingStatus.DONE, action="変更届を提出した", completed_on=house.ledger.today()
        )
        house.sign_in("yoshino").registers.revise(done, "是正したため")
        house.sign_in("takahashi").corrections.verify([done.id])
        assert broken(house) == []


# --- who comes back --------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", [Assignment, Person])
def test_who_left_and_returns_is_designated_anew_and_the_breach_stays(
    house: House, cls: type[Any]
) -> None:
    """Who left the contract gets another designation, who left the firm is another person."""
    make_seal(house.ledger)
    ended_untold(house, cls)
    registers, who = house.ledger.registers, house.story.people["worker"]
    if cls is Person:
        change = registers.create(now(house, Person).with_changes(id="", left_on=None))
        who = change.ids[-1]
        assert any("同じ" in one for one in change.notices)  # told, and no more
    again = now(house, Assignment).with_changes(
        id="", person_id=who, notice_submission_id="", ends_on=None, end_reason="",
        status=AssignmentStatus.PLANNED, starts_on=house.ledger.today() + 3 * DAY,
    )  # fmt: skip
    id_ = registers.create(again).ids[-1]
    house.clock.wait(60)
    told_of_changes(house)
    go_to(house, house.ledger.today() + 4 * DAY)
    assert registers.need(Assignment, id_).record.status is AssignmentStatus.NOTIFIED
    [said] = broken(house)  # of the former end; the same paper tells it late
    assert "従事の終了" in said and "後の" in said
    assert waiting(house) == []
