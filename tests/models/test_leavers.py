"""Who works on a contract no more and still holds things of it: told, asked for, and let give back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import (
    AssignmentStatus,
    AuthorizationSubject,
    ContractStatus,
    FindingSource,
    FindingStatus,
    Severity,
)
from models.codes import HandlingKind as K
from models.commands import Change
from models.errors import NeedsAnswer
from models.records import Assignment, Contract, Finding, HandlingEvent, HandlingLine, Item, Person
from models.rules.answers import EVERY, Answers
from tests import proof
from tests.house import House, furnished

REASON = "退職したため"
UNTOLD = Answers(reasons={EVERY: "退職が急で、前もって届け出られなかったため"}, later=True)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, accounts=True, things=3, wait=30) as made:
        yield made


def act(house: House, kind: K, item: Item, actor: str = "worker", **fields: object) -> Change:
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=kind, occurred_at=house.clock(),
        purpose="試験のため", actor_person_id=house.story.people[actor],
        lines=(HandlingLine(item_id=item.id),),
    ).with_changes(**fields)  # fmt: skip
    return house.ledger.handling.record(
        event, answers=Answers(reasons={"": "試験のための理由です"})
    )


def take_out(house: House, item: Item, actor: str = "worker") -> Change:
    return act(
        house, K.TAKE_OUT, item, actor, destination_text="見本市役所",
        expected_return_at=house.clock() + timedelta(days=3), place_from_id=item.home_place_id,
        authorization_id=house.story._consent_id(AuthorizationSubject.TAKE_OUT),
    )  # fmt: skip


def bring_back(house: House, item: Item, actor: str = "worker") -> Change:
    return act(house, K.BRING_BACK, item, actor, place_to_id=item.home_place_id)


def brought_back_after_the_end(house: House) -> Item:
    """Let him bring his thing back a day after he left; return what another has outside."""
    mine, other = house.story._stock[:2]
    take_out(house, mine)
    take_out(house, other, "supervisor")
    next_day(house)
    ended(house)
    bring_back(house, mine)
    return other


def designation(house: House, actor: str = "worker") -> Assignment:
    [found] = house.ledger.registers.all(Assignment, person_id=house.story.people[actor])
    return found.record


def ended(house: House, actor: str = "worker") -> Change:
    one = replace(
        designation(house, actor), status=AssignmentStatus.ENDED,
        ends_on=house.ledger.today() - timedelta(days=1), end_reason=REASON,
    )  # fmt: skip
    return house.ledger.registers.revise(one, REASON, answers=UNTOLD)


def next_day(house: House) -> None:
    house.clock.wait(24 * 60)


def rows(house: House) -> list[str]:
    return proof.sentences(house)


def waiting(house: House) -> list[str]:
    """Return what is to be collected, the cards apart."""
    things = (one for one in calendar(house.ledger) if "従事を終えた人" in one.what)
    return [one.about for one in things if one.code == "K-32"]


def taken_then_ended(house: House) -> Item:
    item = house.story._stock[0]
    take_out(house, item)
    next_day(house)
    ended(house)
    return item


def test_who_ends_a_designation_is_told_what_the_person_holds(house: House) -> None:
    out, used = house.story._stock[:2]
    take_out(house, out)
    act(house, K.USE, used, place_from_id=used.home_place_id)
    next_day(house)
    [said] = [one for one in ended(house).notices if "持っています" in one]
    assert out.item_no in said and used.item_no in said
    assert "持出中" in said and "使用中" in said
    assert house.ledger.registers.caption(Person.type, house.story.people["worker"]) in said


def test_nothing_is_said_of_who_holds_nothing(house: House) -> None:
    take_out(house, house.story._stock[0], "supervisor")
    next_day(house)
    assert not ended(house).notices
    assert not waiting(house)
    assert not [said for said in rows(house) if "従事を終えた" in said]


def test_a_leaving_day_of_a_person_says_the_same(house: House) -> None:
    take_out(house, house.story._stock[0])
    next_day(house)
    one = house.ledger.registers.need(Person, house.story.people["worker"]).record
    left = replace(one, left_on=house.ledger.today() - timedelta(days=1))
    change = house.ledger.registers.revise(left, REASON, answers=UNTOLD)
    assert any("持っています" in said for said in change.notices)
    assert len(waiting(house)) == 1


def test_the_thing_waits_in_calendar_and_evidence_until_it_is_back(house: House) -> None:
    item = taken_then_ended(house)
    [about] = waiting(house)
    assert item.caption() in about
    [said] = [one for one in rows(house) if "従事を終えた" in one]
    assert item.caption() in said
    bring_back(house, item)
    assert not waiting(house)
    assert not [one for one in rows(house) if "従事を終えた" in one]


@pytest.mark.parametrize("profile", ["yachiyo"])
def test_a_text_without_that_query_tells_it_beside_the_clauses(
    tmp_path: Path, profile: str
) -> None:
    with furnished(tmp_path, profile=profile, accounts=True, things=1, wait=30) as made:
        taken_then_ended(made)
        assert any("従事を終えた" in one for one in rows(made))


def test_bringing_back_what_one_took_out_before_the_end_is_no_breach(house: House) -> None:
    item = taken_then_ended(house)
    assert not [one for one in bring_back(house, item).types if one == "rule_override"]
    assert not [one for one in rows(house) if "指定されていません" in one]


def test_another_who_left_does_not_bring_it_back_unseen(house: House) -> None:
    other = brought_back_after_the_end(house)
    with pytest.raises(NeedsAnswer, match="指定されていません"):
        bring_back(house, other)


def test_evidence_judges_each_bringing_back_after_the_end(house: House) -> None:
    other = brought_back_after_the_end(house)
    house.ledger.rules.on = False
    bring_back(house, other)
    house.ledger.inquiries.of(house.story.contract.id).verdicts.forget()
    assert len([one for one in rows(house) if "指定されていません" in one]) == 1


def test_a_new_use_after_the_end_is_a_breach_as_before(house: House) -> None:
    item = taken_then_ended(house)
    bring_back(house, item)
    with pytest.raises(NeedsAnswer, match="指定されていません"):
        act(house, K.USE, item, place_from_id=item.home_place_id)


def test_what_waits_for_a_worker_is_named_before_his_right_ends(house: House) -> None:
    registers, contract = house.ledger.registers, house.story.contract.id
    for owner in ("worker", "worker2"):
        one = Finding(
            contract_id=contract, source=FindingSource.ANALYSIS, description="棚の施錠",
            severity=Severity.MINOR, due_on=house.ledger.today() + timedelta(days=3),
            owner_person_id=house.story.people[owner], status=FindingStatus.OPEN,
        )  # fmt: skip
        registers.create(one)
    assert not ended(house, "worker2").notices, "he has no account"  # and it waits for somebody
    count = len(house.ledger.rules.waiting(contract))
    [said] = ended(house).notices
    assert f"確認待ちの例外{count}件の確認、担当の指摘・是正1件は、" in said and count
    known = registers.need(Contract, contract).record
    closed = known.with_changes(status=ContractStatus.CLOSED)
    [told] = [one.message for one in registers.examine(closed) if "もう一人登録し" in one.message]
    count = len(house.ledger.rules.waiting(contract))
    assert f"確認待ちの例外{count}件、終わっていない指摘・是正" in told
    [way] = [x for x in house.ledger.ending.plan(contract).obstacles if "確認待ちの例外" in x]
    assert "責任者の利用者をもう一人登録し" in way
