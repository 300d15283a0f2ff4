"""Who grants, proposes or registers is who signs in; no field gives another name."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.codes import AccessLevel, TerminalState
from models.errors import Refused
from models.records import AccessRight, Terminal
from tests.house import House, furnished


def right(house: House) -> AccessRight:
    return next(one.record for one in house.ledger.registers.all(AccessRight))


def test_a_right_is_granted_in_no_other_name(tmp_path: Path) -> None:
    with furnished(tmp_path, accounts=True) as house:
        other = house.story.people["worker"]
        ledger = house.sign_in("watanabe")
        known = right(house)
        with pytest.raises(Refused, match="「付与した人」には、登録する本人だけ"):
            ledger.registers.revise(replace(known, granted_by=other), "付与した人の訂正")
        given = replace(known, id="", granted_by=other, granted_at=ledger.now())
        with pytest.raises(Refused, match="本人だけ"):
            ledger.registers.create(given)
        ledger = house.sign_in("takahashi")
        proposal = replace(
            known, id="", granted_by="", granted_at=None, proposed_by=other,
            proposed_at=ledger.now(),
        )  # fmt: skip
        with pytest.raises(Refused, match="「提案した人」"):
            ledger.registers.create(proposal)


def test_who_sets_a_right_anew_is_named_as_its_grantor(tmp_path: Path) -> None:
    with furnished(tmp_path, accounts=True) as house:
        ledger = house.sign_in("watanabe")
        known = right(house)
        assert known.granted_by not in ("", ledger.user.person_id)
        level = next(one for one in AccessLevel if one is not known.level)
        ledger.registers.revise(replace(known, level=level), "権限の訂正のため")
        assert right(house).granted_by == ledger.user.person_id


def test_a_terminal_is_registered_in_no_other_name(tmp_path: Path) -> None:
    with furnished(tmp_path, accounts=True) as house:
        ledger = house.ledger
        one = Terminal(
            terminal_no="T-9", name="入力用", place_id=house.story.places[0].id,
            theft_prevention="ワイヤーロック", state=TerminalState.IN_USE,
            registered_on=ledger.today(), registered_by=house.story.people["worker"],
        )  # fmt: skip
        with pytest.raises(Refused, match="「登録した人」"):
            ledger.registers.create(one)
        ledger.registers.create(replace(one, registered_by=ledger.user.person_id))
