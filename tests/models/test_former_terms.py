"""A milder term does not make in time what was late already when it was entered."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from models.codes import (
    CommunicationKind,
    CommunicationMeans,
    CommunicationStatus,
    Direction,
    Urgency,
)
from models.former_terms import QUERY
from models.records import ChangedTerm, ClientCommunication, ContractClauseSetting
from models.wareki import format_short
from models.workdays import after
from tests import proof
from tests.house import FIRST_DAY, House, furnished
from tests.models.test_clause_changes import copy_of
from tests.models.test_incidents import discovered, in_writing

CLAUSE, TERM = "CB-13.1", "timing.prompt_red_business_days"
LIMIT, LATE = after(FIRST_DAY, 3), FIRST_DAY + timedelta(days=12)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="chiba", accounts=True, rules=True) as made:
        yield made


def given(
    house: House, days: int | str, before: ContractClauseSetting | None = None, *,
    term: str = TERM, clause: str = CLAUSE,
) -> None:  # fmt: skip
    """Enter with a copy of the contract how many working days there are, or a cycle."""
    one = before or ContractClauseSetting(
        contract_id=house.story.contract.id, clause_key=clause, enabled=True,
        reason="協議して決めたため", agreed_on=FIRST_DAY, basis_file=copy_of(house),
    )  # fmt: skip
    one = replace(one, params=(ChangedTerm(key=term, value=str(days)),))
    if before is None:
        house.ledger.registers.create(one)
    else:
        house.ledger.registers.revise(one, "入力の誤りのため")


def mine(house: House) -> ContractClauseSetting:
    return house.ledger.registers.all(ContractClauseSetting)[0].record


def asked_for(house: House) -> None:
    """Enter that the client asked for something, and was answered now."""
    at = datetime.combine(FIRST_DAY, time(10), house.ledger.now().tzinfo)
    house.ledger.registers.create(
        ClientCommunication(
            contract_id=house.story.contract.id, direction=Direction.IN, at=at,
            kind=CommunicationKind.REPORT_REQUEST, means=CommunicationMeans.WRITTEN,
            from_name="見本　花子", to_name="髙橋　恵子", urgency=Urgency.PROMPT,
            summary="取扱いの状況を知りたい。", status=CommunicationStatus.ANSWERED,
            response_note="書面で答えた。", responded_at=house.ledger.now(),
        )
    )  # fmt: skip


def late(house: House, query: str) -> str:
    return "".join(proof.sentences(house, query))


def test_what_was_late_when_a_milder_term_was_entered_stays_to_be_read(house: House) -> None:
    one = discovered(house)
    house.clock.go_to(LATE, 9)
    in_writing(house, one)
    asked_for(house)
    past = f"期限（{format_short(LIMIT)}"
    assert past in late(house, "EQ-LATEPAPER") and past in late(house, "EQ-ANSWER")
    assert not proof.sentences(house, QUERY)
    given(house, 30)
    assert not late(house, "EQ-LATEPAPER") and not late(house, "EQ-ANSWER")
    words = f"この期限は、{format_short(LATE)}に登録した定めに変わる前のものです。"
    rows = proof.rows(house, QUERY)
    assert {row.severity for row in rows} == {"note"}
    said = {row.sentence for row in rows}
    assert len(said) == 2
    assert all(past in row and row.endswith(words) for row in said)
    assert proof.states(house)[CLAUSE].state == "due"  # neither late by the contract nor a breach
    house.ledger.registers.void(ContractClauseSetting, mine(house).id, "登録を誤ったため")
    assert not proof.rows(house, QUERY) and past in late(house, "EQ-LATEPAPER")


@pytest.mark.parametrize("entered", [FIRST_DAY, LIMIT])
def test_a_term_that_was_there_in_time_counts(house: House, entered: date) -> None:
    one = discovered(house)
    house.clock.go_to(entered, 10)
    given(house, 10)
    given(house, 30, mine(house))  # what stood for no day is a slip
    house.clock.go_to(LATE, 9)
    in_writing(house, one)
    assert not proof.rows(house, QUERY) and not late(house, "EQ-LATEPAPER")
