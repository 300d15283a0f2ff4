"""Whose word an end follows is told under the clause that asks for that word, once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import AuthorizationSubject
from models.evidence import evidence
from models.records import Authorization
from models.rules.named import UNFIT
from tests.house import House, furnished

ASKED_BY = {"shiki": "SK-14.1", "confidentiality-model": "CM-7.2"}


def ended(house: House) -> None:
    """Give one thing back and destroy the copy of another one."""
    first, second = house.story._stock[:2]
    house.story.give_back(first)
    house.story.copy(second)
    house.story.destroy(house.story._copies[0])


def begin_later(house: House) -> None:
    """Set the client's designation of methods to begin only after what rested on it."""
    found = [x.record for x in house.ledger.registers.all(Authorization)]
    method = AuthorizationSubject.DISPOSITION_METHOD
    [one] = [one for one in found if one.subject is method]
    day = house.ledger.today() + timedelta(days=1)
    house.ledger.registers.revise(replace(one, valid_from=day), "日の訂正のため")


def told(house: House) -> Mapping[str, list[str]]:
    """Return what says of an end that its word is missing or unfit, by the clause."""
    found: dict[str, list[str]] = {}
    for one in evidence(house.ledger, house.story.contract):
        for _, rows in one.evidence:
            for row in rows:
                if "の方法について" in row.sentence or UNFIT in row.sentence:
                    found.setdefault(one.key, []).append(row.sentence)
    return found


@pytest.mark.parametrize(("text", "clause"), ASKED_BY.items())
def test_a_designation_that_does_not_fit_is_told_once_where_it_is_asked_for(
    tmp_path: Path, text: str, clause: str
) -> None:
    """SK-14.1, CM-7.2; SK-14.4 and CM-7.3 speak of how a medium is broken."""
    with furnished(tmp_path, profile=text, rules=True, things=3, wait=30) as house:
        ended(house)
        assert told(house) == {}
        begin_later(house)
        [(key, said)] = told(house).items()
        assert key == clause
        assert [UNFIT in one for one in said] == [False, True]  # the return named none
