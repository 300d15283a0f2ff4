"""A correction that is corrected: what stands in the end, and what was entered first."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import HandlingKind, Role
from models.contract_changes import RULE
from models.corrected import chain, last_of, standing
from models.records import HandlingEvent, HandlingLine
from models.wareki import format_short
from tests import factory
from tests.house import House, furnished
from tests.proof import graded as sentences
from ui.sample import cast

WHY = "書き間違えたため"
LOGIN = {user.role: user.login for user in cast.USERS}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, things=2) as made:
        yield made


def correct(house: House, act: HandlingEvent, **changes: object) -> HandlingEvent:
    house.ledger.handling.correct(act.id, act.with_changes(**changes), WHY)
    found = house.ledger.registers.one(HandlingEvent, corrects_event_id=act.id)
    assert found is not None
    return found.record


def thrice(house: House) -> list[HandlingEvent]:
    """Return an act with the two corrections that took its place in turn, in that order."""
    acts = [house.ledger.registers.all(HandlingEvent)[0].record]
    for note in ("箱入り", "箱に入っていた"):
        acts.append(correct(house, acts[-1], note=note))
    return acts


def of_officer(house: House) -> list[str]:
    return [one for _, one in sentences(house, RULE) if "検査者の" in one]


def test_a_chain_is_followed_both_ways(house: House) -> None:
    store, ids = house.ledger.store, [one.id for one in thrice(house)]
    for place, id_ in enumerate(ids):
        assert [one.record.id for one in chain(store, id_)] == ids[place::-1]
    ends = [standing(store, id_) for id_ in ids]
    assert [one.id if one else "" for one in ends] == [ids[2], ids[2], ""]
    assert list(chain(store, "")) == []
    house.ledger.handling.void(ids[2], WHY)
    assert standing(store, ids[0]) is None


def test_a_ring_that_was_written_past_the_program_holds_nobody(tmp_path: Path) -> None:
    office = factory.Office.open(tmp_path)
    first, second = (office.handle(HandlingKind.RECEIVE, office.item(no)) for no in (1, 2))
    for one, other in ((first, second), (second, first)):
        office.void(office.revise(one, corrects_event_id=other.id))
    assert [one.record.id for one in chain(office.store, first.id)] == [first.id, second.id]
    assert standing(office.store, first.id) is None
    assert last_of("a", {"a": "b", "b": "a"}) == "b"


def test_what_was_confirmed_and_corrected_twice_waits_since_the_first_correction(
    house: House,
) -> None:
    """K-37: the second correction is of what nobody had confirmed since, and no sooner late."""
    house.clock.wait(14 * 24 * 60)
    house.ledger.handling.confirm(
        [one.record.id for one in house.ledger.registers.all(HandlingEvent)]
    )
    thrice(house)
    [(severity, sentence)] = sentences(house, "EQ-SUPERVISE")
    assert severity == "due" and "1件" in sentence
    [asked] = [one for one in calendar(house.ledger, house.story.contract.id) if one.code == "K-37"]
    assert asked.due_on and asked.due_on > house.ledger.today()
    house.clock.wait(14 * 24 * 60)
    assert {one[0] for one in sentences(house, "EQ-SUPERVISE")} == {"action"}


def test_a_second_correction_gives_no_new_days(house: House) -> None:
    house.ledger.handling.confirm(
        [one.record.id for one in house.ledger.registers.all(HandlingEvent)]
    )
    first = correct(house, house.ledger.registers.all(HandlingEvent)[0].record, note="箱入り")
    house.clock.wait(14 * 24 * 60)
    correct(house, first, note="箱に入っていた")
    assert {one[0] for one in sentences(house, "EQ-SUPERVISE")} == {"action"}


def test_a_loss_that_was_another_act_for_a_while_is_told_once(house: House) -> None:
    item = house.story._stock[0]
    house.clock.wait(30)
    loss = HandlingEvent(
        contract_id=house.story.contract.id, kind=HandlingKind.LOSS, occurred_at=house.clock(),
        purpose="点検のため", actor_person_id=house.story.people["worker"],
        lines=(HandlingLine(item_id=item.id),),
    )  # fmt: skip
    made = house.ledger.handling.record(loss).ids[-1]
    [act] = [one for one in chain(house.ledger.store, made)]
    other = correct(house, act.record, kind=HandlingKind.USE, sanitization=())
    [(_, taken_back)] = sentences(house, "EQ-INC")
    assert "取り消されました" in taken_back and format_short(house.ledger.today()) in taken_back
    correct(house, other, kind=HandlingKind.LOSS)
    [(_, missing)] = sentences(house, "EQ-INC")
    assert "所在不明です" in missing and "取り消されました" not in missing


def test_what_an_officer_attended_and_stands_again_as_he_confirmed_it(house: House) -> None:
    """A wrong correction is put right: he confirmed what the act says now."""
    house.story.copy(house.story._stock[0])
    house.story.destroy(house.story._copies[0])
    [act] = [
        one.record for one in house.ledger.registers.all(HandlingEvent) if one.record.sanitization
    ]
    officer = house.ledger.registers.caption("person", house.story.people["officer"])
    rows = tuple(replace(one, witness_name=officer.split("（")[0]) for one in act.sanitization)
    attended = correct(house, act, sanitization=rows)
    contract = house.story.contract.id
    witness = house.sign_in(LOGIN[Role.INSPECTOR]).witness
    witness.confirm(contract, [one.record.id for one in witness.waiting(contract)])
    house.sign_in(LOGIN[Role.SUPERVISOR])
    wrong = correct(house, attended, sanitization=act.sanitization)
    assert of_officer(house)
    correct(house, wrong, sanitization=rows)
    assert not of_officer(house)
