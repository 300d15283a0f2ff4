"""Clause by clause: what proves that a contract was kept."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import HandlingKind
from models.commands import creating
from models.errors import NotPermitted
from models.evidence import STATES, ClauseState, evidence
from models.evidence_dates import ALL_QUERIES
from models.inquiry import Inquiry
from models.profile_vocabulary import EVIDENCE
from models.records import HandlingEvent, Pledge
from tests.house import House, furnished
from tests.models.rules.stage import PROFILES


def states(house: House) -> dict[str, ClauseState]:
    return {one.key: one for one in evidence(house.ledger, house.story.contract)}


def rows(house: House, query: str) -> list[str]:
    """Return the records that a query finds, whether or not a clause of the text names it."""
    asked = Inquiry(house.ledger, house.story.contract)
    return [row.id for row in dict(ALL_QUERIES)[query](asked)]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_story_that_keeps_the_rules_breaks_no_clause(tmp_path: Path, profile: str) -> None:
    with furnished(tmp_path, profile=profile, rules=True, days=6, accounts=True) as house:
        house.story.confirm_all()
        found = states(house)
        text = house.ledger.profile(house.story.contract.id)
        assert list(found) == [clause.key for clause in text.clauses_for(profile)]
        assert {one.state for one in found.values()} <= set(STATES) - {"broken"}
        assert sum(one.state == "done" for one in found.values()) > 3
        assert all(one.unjudged for one in found.values() if one.state == "unknown")


DESIGNATING = {
    "shiki": "SK-4.1", "confidentiality-model": "CM-9.1", "fukuoka": "FK-2.2", "chiba": "CB-4.1",
    "yachiyo": "YC-7.1",
}  # fmt: skip
"""Under which clause it stands that somebody handled who was not designated."""


@pytest.mark.parametrize("profile", PROFILES)
def test_planted_cases_are_found(tmp_path: Path, profile: str) -> None:
    with furnished(tmp_path, profile=profile, rules=True, days=4, planted=True) as house:
        house.clock.wait(60 * 24 * 5)
        [breach] = house.ledger.registers.all(HandlingEvent, deviation=True)
        told = rows(house, "EQ-CLEAR") or rows(house, "EQ-UNCLEARED")
        assert told == [breach.record.id]
        assert len(rows(house, "EQ-OPENOUT")) == len(rows(house, "EQ-REQ")) == 1
        assert len(rows(house, "EQ-FINDING")) == len(rows(house, "EQ-OVERRIDE")) == 1
        broken = {one.key for one in states(house).values() if one.state == "broken"}
        assert broken == {DESIGNATING[profile]}


def test_a_pledge_that_was_not_handed_in_wants_action(tmp_path: Path) -> None:
    with furnished(tmp_path, rules=True) as house:
        assert states(house)["SK-7.2"].state == "done"
        pledge = house.ledger.registers.all(Pledge)[0].record
        house.ledger.registers.void(Pledge, pledge.id, "別の人の誓約書だった")
        assert states(house)["SK-7.2"].state == "action"
        [row] = states(house)["SK-7.2"].evidence[0][1]
        assert "誓約書がありません" in row.sentence


def test_what_is_left_after_the_end_breaks_the_end_clause(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="chiba", rules=True, things=1) as house:
        assert rows(house, "EQ-END") == [house.story.contract.id]  # one row: it will have to end
        assert states(house)["CB-11.1"].state == "due"
        house.clock.wait(60 * 24 * 400)
        assert rows(house, "EQ-END") == [house.story._stock[0].id]
        assert states(house)["CB-11.1"].state == "broken"


def test_an_old_fact_without_a_rule_is_found_when_rules_come_on(tmp_path: Path) -> None:
    with furnished(tmp_path, things=1) as house:
        item = house.story._stock[0]
        event = house.story._event(
            HandlingKind.TAKE_OUT, "打合せ", actor="worker", destination_text="駅",
            expected_return_at=house.clock() + timedelta(hours=1), lines=(),
        )  # fmt: skip
        event = event.with_changes(lines=house.ledger.handling.timeline(item.id)[0].record.lines)
        change = house.ledger.handling.record(event)
        assert change.ids[-1] in rows(house, "EQ-TAKEOUT")


def test_a_worker_may_not_look(tmp_path: Path) -> None:
    with furnished(tmp_path, accounts=True) as house:
        house.sign_in("yoshino")
        with pytest.raises(NotPermitted):
            evidence(house.ledger, house.story.contract)


def test_queries_carry_known_names_once() -> None:
    names = [name for name, _ in ALL_QUERIES]
    assert len(set(names)) == len(names)
    assert {name for name in names if not name.startswith("EQ-DOC(")} <= set(EVIDENCE)


def numbered(house: House, number: int) -> str:
    """Enter an act under a number of one's own, as no verb does, and return its id."""
    last = house.ledger.registers.all(HandlingEvent)[-1].record
    made = replace(last, id=house.ledger.new_id(), event_no=number, occurred_at=house.ledger.now())
    house.ledger.commit([creating(made)])
    return made.id


def said_of_numbers(house: House) -> list[tuple[str, str, str]]:
    asked = Inquiry(house.ledger, house.story.contract)
    found = dict(ALL_QUERIES)["EQ-LEDGER"](asked)
    return [(one.id, one.sentence, one.severity) for one in found if "記録番号" in one.sentence]


def test_a_number_that_two_acts_carry_is_named_with_both(tmp_path: Path) -> None:
    with furnished(tmp_path, things=1) as house:
        house.story.use(house.story._stock[0])
        assert said_of_numbers(house) == []
        last = house.ledger.registers.all(HandlingEvent)[-1].record
        assert last.event_no is not None
        again = numbered(house, last.event_no)
        words = (
            f"記録番号「第{last.event_no}号」の記録が2件あります。台帳の検証で確かめてください。"
        )
        assert said_of_numbers(house) == [
            (last.id, words, "broken"),
            (again, words, "broken"),
        ]


def test_a_number_that_nobody_carries_is_named(tmp_path: Path) -> None:
    with furnished(tmp_path, things=1) as house:
        house.story.use(house.story._stock[0])
        last = house.ledger.registers.all(HandlingEvent)[-1].record
        assert last.event_no is not None
        numbered(house, last.event_no + 3)
        words = f"記録番号に2件の抜けがあります（第{last.event_no + 1}号など）。"
        assert said_of_numbers(house) == [(house.story.contract.id, words, "broken")]
