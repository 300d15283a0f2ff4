"""Whose word an end follows is told under the clause that asks for that word, once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import AuthorizationSubject, BasisType
from models.codes import HandlingKind as K
from models.evidence import evidence
from models.records import Authorization, HandlingEvent
from models.rules.named import UNFIT
from tests.house import House, furnished

RETURNED_UNDER = {
    "shiki": "SK-14.1", "confidentiality-model": "CM-7.2", "fukuoka": "FK-13.1",
    "chiba": "CB-11.1", "yachiyo": "YC-4.1",
}  # fmt: skip
LACKING, NOT_ALLOWED = "の方法について", "認めるものではありません"
DESTROYED_UNDER = RETURNED_UNDER | {"fukuoka": "FK-9.1"}
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
                if any(words in row.sentence for words in (LACKING, UNFIT, NOT_ALLOWED)):
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


def given_back(house: House, consent: Authorization) -> None:
    """Give back what rests on a consent, handed over directly."""
    house.story.give_back(house.story._stock[0])
    [act] = [x.record for x in house.ledger.registers.all(HandlingEvent, kind=K.RETURN)]
    named = replace(act, authorization_id=consent.id)
    house.ledger.handling.correct(act.id, named, "根拠を選び落としたため")


def method_of(house: House) -> Authorization:
    found = [x.record for x in house.ledger.registers.all(Authorization)]
    method = AuthorizationSubject.DISPOSITION_METHOD
    return next(one for one in found if one.subject is method)


@pytest.mark.parametrize(("text", "clause"), RETURNED_UNDER.items())
def test_a_return_whose_word_is_over_is_told_under_the_end_of_the_contract(
    tmp_path: Path, text: str, clause: str
) -> None:
    """FK-17 asks for records, CB-12.2 for what is not handed over directly."""
    with furnished(tmp_path, profile=text, things=3, wait=30) as house:
        given_back(house, method_of(house))
        begin_later(house)
        [(key, [said])] = told(house).items()
        assert key == clause and NOT_ALLOWED in said


@pytest.mark.parametrize(("text", "clause"), DESTROYED_UNDER.items())
def test_what_was_destroyed_by_a_word_that_is_over_is_told_where_that_is_asked_for(
    tmp_path: Path, text: str, clause: str
) -> None:
    with furnished(tmp_path, profile=text, things=3, wait=30) as house:
        house.story.copy(house.story._stock[0])
        house.story.destroy(house.story._copies[0])
        begin_later(house)
        [(key, [said])] = told(house).items()
        assert key == clause and NOT_ALLOWED in said


def test_a_return_through_somebody_else_rests_on_the_approval_of_that(tmp_path: Path) -> None:
    """CB-12.2."""
    with furnished(tmp_path, profile="chiba", things=3, wait=30) as house:
        made = replace(
            method_of(house), id="", subject=AuthorizationSubject.INDIRECT_HANDOVER,
            decision_doc_no="第88号", basis_type=BasisType.APPROVAL,
            valid_from=house.ledger.today() + timedelta(days=1),
        )  # fmt: skip
        [id_] = house.ledger.registers.create(made).ids
        given_back(house, house.ledger.registers.need(Authorization, id_).record)
        [(key, [said])] = told(house).items()
        assert key == "CB-12.2" and NOT_ALLOWED in said
