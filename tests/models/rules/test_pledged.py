"""A pledge that was replaced counts until the new one is signed (R-01, K-07)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import HandlingKind as K
from models.codes import PledgeStatus
from models.evidence_queries import eq_pledge
from models.late_clearance import eq_cleared
from models.records import HandlingLine, Pledge
from tests.house import House, furnished

DAY = 60 * 24


@pytest.fixture(params=["shiki", "chiba"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile=request.param) as made:
        made.story.receive(1)
        made.clock.wait(30)
        used(made)
        made.clock.wait(3 * DAY)
        yield made


def used(house: House) -> None:
    event = house.story._event(
        K.USE, "入力", actor="worker2", place_from_id=house.story.places[1].id
    )
    line = HandlingLine(item_id=house.story._stock[0].id)
    house.ledger.handling.record(replace(event, lines=(line,), ended_at=event.occurred_at))
    house.clock.wait(10)


def theirs(house: House) -> Pledge:
    person = house.story.people["worker2"]
    return next(
        one.record
        for one in house.ledger.registers.all(Pledge, person_id=person)
        if one.record.status is not PledgeStatus.SUPERSEDED
    )


def replaced(house: House) -> Pledge:
    old = theirs(house)
    gone = replace(old, status=PledgeStatus.SUPERSEDED)
    house.ledger.registers.revise(gone, "新しい文面に差し替えたため")
    return old


def signed(house: House, old: Pledge, **changes: object) -> Pledge:
    new = replace(
        old, id="", signed_on=house.ledger.today(), status=PledgeStatus.SIGNED, submitted_on=None,
        submission_id="",
    )  # fmt: skip
    made = house.ledger.registers.create(replace(new, **changes))  # type: ignore[arg-type]
    return house.ledger.registers.need(Pledge, made.ids[-1]).record


def asked_of(house: House) -> list[str]:
    asked = house.ledger.inquiries.of(house.story.contract.id)
    return [row.sentence for row in asked.breaches.of_rule("R-01")]


def test_what_was_done_under_the_old_pledge_stays_right(house: House) -> None:
    signed(house, replaced(house))
    used(house)
    asked = house.ledger.inquiries.of(house.story.contract.id)
    assert asked_of(house) == [] and list(eq_cleared(asked)) == []


def test_the_new_pledge_is_asked_for_from_its_own_day(house: House) -> None:
    signed(house, replaced(house))
    asked = house.ledger.inquiries.of(house.story.contract.id)
    rows = [row.sentence for row in eq_pledge(asked)]
    due = [one for one in calendar(house.ledger, house.story.contract.id) if one.code == "K-07"]
    if asked.profile.params.pledge.submission != "always":
        assert not rows and not due
        return
    assert len(rows) == 1 and "新しい秘密保持に関する誓約書をまだ提出していません" in rows[0]
    [one] = due
    assert one.what.endswith("の提出") and one.due_on is not None
    assert house.ledger.today() < one.due_on <= house.ledger.today() + timedelta(days=7)


def test_without_a_new_pledge_only_later_acts_lack_one(house: House) -> None:
    old = replaced(house)
    assert asked_of(house) == []
    house.clock.wait(2 * DAY)
    used(house)
    [said] = asked_of(house)
    assert "徴取されていません" in said
    [due] = [one for one in calendar(house.ledger, house.story.contract.id) if one.code == "K-07"]
    assert due.what.endswith("の徴取") and due.due_on == house.ledger.today() - timedelta(days=2)
    house.clock.wait(DAY)
    signed(house, old)
    assert asked_of(house) == []


def test_a_pledge_that_was_signed_too_late_is_not_made_up_for_by_replacing_it(house: House) -> None:
    today, old = house.ledger.today(), theirs(house)
    late = replace(old, signed_on=today, submitted_on=old.submitted_on and today)
    house.ledger.registers.revise(late, "署名日の訂正")
    assert len(asked_of(house)) == 1
    signed(house, replaced(house))
    assert len(asked_of(house)) == 1
