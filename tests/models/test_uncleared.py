"""Who was not cleared is told under the clause that asks for what was missing, and under no other."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from models.codes import EmploymentType, TrainingKind
from models.codes import HandlingKind as K
from models.records import HandlingLine, Person, Pledge, RuleOverride, TrainingSession
from models.rules.answers import EVERY, Answers
from tests import proof
from tests.house import House, furnished

WHY = "記録を見直して分かったため"


def used(house: House, person_id: str = "") -> None:
    house.clock.wait(30)
    event = house.story._event(
        K.USE, "入力", actor="worker2", place_from_id=house.story.places[1].id
    )
    line = HandlingLine(item_id=house.story._stock[0].id)
    who = person_id or event.actor_person_id
    act = replace(event, actor_person_id=who, lines=(line,), ended_at=event.occurred_at)
    house.ledger.handling.record(act, answers=Answers(reasons={EVERY: WHY}, later=True))


def unsigned(house: House) -> None:
    used(house)
    for one in house.ledger.registers.all(Pledge, person_id=house.story.people["worker2"]):
        house.ledger.registers.void(Pledge, one.record.id, WHY)


def _absent(house: House, *, awareness: bool) -> None:
    """Take somebody out of all the sessions of a kind."""
    used(house)
    who = house.story.people["worker2"]
    for one in [stored.record for stored in house.ledger.registers.all(TrainingSession)]:
        if (one.kind is TrainingKind.AWARENESS) is awareness:
            rows = tuple(row for row in one.attendance if row.person_id != who)
            house.ledger.registers.revise(replace(one, attendance=rows), WHY)


def untaught(house: House) -> None:
    _absent(house, awareness=False)


def unaware(house: House) -> None:
    _absent(house, awareness=True)


def undesignated(house: House) -> None:
    person = Person(
        name="応援　一郎", organization_id=house.story.contract.contractor_org_id,
        employment_type=EmploymentType.REGULAR,
    )  # fmt: skip
    used(house, house.ledger.registers.create(person).ids[-1])


@pytest.mark.parametrize(
    ("profile", "lack", "clauses"),
    [
        ("shiki", unsigned, {"SK-7.2"}),
        ("shiki", untaught, {"SK-6.1"}),
        ("shiki", undesignated, {"SK-4.1"}),
        ("confidentiality-model", untaught, {"CM-11.1"}),
        ("confidentiality-model", undesignated, {"CM-9.1"}),
        ("fukuoka", untaught, {"FK-11.1"}),
        ("fukuoka", undesignated, {"FK-2.2"}),
        ("chiba", unsigned, {"CB-4.2"}),
        ("chiba", untaught, {"CB-3.2"}),
        ("chiba", unaware, {"CB-4.2", "CB-4.3"}),
        ("chiba", undesignated, {"CB-4.1"}),
        ("yachiyo", unaware, {"YC-7.1"}),
        ("yachiyo", undesignated, {"YC-7.1"}),
    ],
)
def test_what_is_missing_picks_the_clause(
    tmp_path: Path, profile: str, lack: Callable[[House], None], clauses: set[str]
) -> None:
    with furnished(tmp_path, profile=profile, rules=True) as house:
        house.story.receive(1)
        lack(house)
        broken = {key for key, one in proof.states(house).items() if one.state == "broken"}
        assert broken == clauses
        for one in house.ledger.registers.all(RuleOverride, rule_id="R-01"):
            text = house.ledger.profile(house.story.contract.id)
            cited = {text.clauses[key].article for key in clauses}
            assert set(one.record.clauses.split("・")) == cited
