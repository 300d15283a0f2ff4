"""What found its end too late is over, and that it was late stays to be read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import ContractStatus, HandlingKind
from models.evidence import ClauseState, evidence
from models.records import Contract, HandlingEvent, Item
from models.wareki import format_short
from tests import proof
from tests.ending import revise
from tests.house import House, furnished

OVER = date(2026, 10, 20)
CLAUSES = {"shiki": ["SK-11.0", "SK-14.1"], "chiba": ["CB-11.1"], "fukuoka": ["FK-13.1"]}
GRACE = {"shiki": 7, "chiba": 0, "fukuoka": 0}


@pytest.fixture(params=sorted(CLAUSES))
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile=request.param, rules=True, things=1) as made:
        yield made


def contract(house: House) -> Contract:
    return house.ledger.registers.need(Contract, house.story.contract.id).record


def finish(house: House) -> None:
    house.clock.go_to(OVER, 12)
    revise(house, replace(contract(house), completed_on=OVER), "業務が終わったため")


def give_back(house: House, day: date) -> HandlingEvent:
    house.clock.go_to(day, 14)
    made = house.story.give_back(house.story._stock[0]).ids
    found = (house.ledger.store.get(HandlingEvent, one) for one in made)
    return next(one.record for one in found if one is not None)


def states(house: House) -> list[ClauseState]:
    return evidence(house.ledger, contract(house))


def late(house: House) -> dict[str, list[str]]:
    return proof.by_clause(house, "EQ-LATEEND")


def test_what_ends_in_time_leaves_nothing_to_say(house: House) -> None:
    finish(house)
    limit = OVER + timedelta(days=GRACE[contract(house).profile_code])
    dates = calendar(house.ledger, contract(house).id)
    assert [one.due_on for one in dates if one.about.startswith("残っている媒体")] == [limit]
    give_back(house, limit)
    assert late(house) == {}


def test_a_return_after_the_end_is_told_with_its_delay(house: House) -> None:
    finish(house)
    act = give_back(house, OVER + timedelta(days=100))
    found = late(house)
    assert sorted(found) == CLAUSES[contract(house).profile_code]
    for sentence, *_own_day in found.values():
        assert sentence.startswith(f"{act.caption()}は、業務が終わった日（R8.10.20）の100日後")
    assert {row.severity for one in states(house) for query, rows in one.evidence
            for row in rows if query == "EQ-LATEEND"} == {"note"}  # fmt: skip
    for one in states(house):
        if one.key in found:
            assert not [
                row for query, rows in one.evidence for row in rows if row.severity == "broken"
            ]


def test_who_enters_a_late_end_is_told(house: House) -> None:
    finish(house)
    day = OVER + timedelta(days=100)
    house.clock.go_to(day, 14)
    item = house.story._stock[0]
    change = house.story.give_back(item)
    limit = format_short(OVER + timedelta(days=GRACE[contract(house).profile_code]))
    assert any(f"終わらせる期限（{limit}）の後です" in one for one in change.notices)


def test_what_was_unneeded_for_long_is_told_where_that_is_asked(house: House) -> None:
    item = house.story._stock[0]
    now = house.ledger.registers.need(Item, item.id).record
    unneeded = replace(
        now, unneeded_on=date(2026, 10, 5),
        unneeded_decided_by=house.story.people["supervisor"],
    )  # fmt: skip
    revise(house, unneeded, "入力が済み不要となったため")
    give_back(house, date(2026, 10, 12 if contract(house).profile_code != "fukuoka" else 15))
    told = [one for one in late(house).items() if "不要となった日" in one[1][0]]
    if contract(house).profile_code == "fukuoka":
        [(clause, [sentence])] = told
        assert clause == "FK-9.1" and "10日後のR8.10.15" in sentence
    else:
        assert told == []


def test_a_voided_return_is_told_no_more(house: House) -> None:
    finish(house)
    act = give_back(house, OVER + timedelta(days=100))
    house.ledger.handling.void(act.id, "記録の誤り")
    assert late(house) == {}


def test_a_thing_that_went_back_after_its_own_day_is_told(house: House) -> None:
    item = house.story._stock[0]
    now = house.ledger.registers.need(Item, item.id).record
    revise(house, replace(now, return_due_on=date(2026, 10, 5)), "返還の期限を受けたため")
    give_back(house, date(2026, 10, 15))
    for [sentence] in late(house).values():
        assert sentence.startswith(f"「{item.caption()}」は、") and "10日後のR8.10.15" in sentence
    assert late(house)


def test_work_before_the_end_is_not_told(house: House) -> None:
    house.clock.go_to(OVER, 12)
    house.story.use(house.story._stock[0])
    finish(house)
    give_back(house, OVER)
    assert late(house) == {}
    kinds = {one.record.kind for one in house.ledger.registers.all(HandlingEvent)}
    assert HandlingKind.USE in kinds


def left(house: House) -> set[tuple[str, str, str]]:
    """Return what is told of the thing that is still here: clause, state, severity."""
    thing = house.story._stock[0].id
    return {
        (one.key, one.state, row.severity)
        for one in states(house)
        for query, rows in one.evidence
        if query == "EQ-END"
        for row in rows
        if row.id == thing
    }


def test_nothing_is_broken_while_the_days_of_the_end_run(
    house: House, request: pytest.FixtureRequest
) -> None:
    """K-23: the calendar and the clauses name the same last day."""
    profile = request.node.callspec.params["house"]
    finish(house)
    limit = OVER + timedelta(days=GRACE[profile])
    house.clock.go_to(limit, 18)
    for _, _, severity in left(house):
        assert severity == "due"
    house.clock.go_to(limit + timedelta(days=1), 9)
    assert left(house)
    assert {(state, severity) for _, state, severity in left(house)} == {("broken", "broken")}


def test_who_winds_up_before_the_last_day_breaks_nothing(house: House) -> None:
    here = replace(contract(house), status=ContractStatus.WINDING_UP, ends_on=date(2026, 12, 24))
    revise(house, here, "片付けを始めるため")
    house.clock.go_to(date(2026, 12, 10), 9)
    ends = [one for one in states(house) if "EQ-END" in dict(one.evidence)]
    assert ends
    assert "broken" not in {one.state for one in ends}
    house.clock.go_to(date(2027, 1, 10), 9)
    assert {state for _, state, _ in left(house)} == {"broken"}
