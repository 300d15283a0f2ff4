"""「二つの認証」 is kept where every user has a card of his own beside the password (OC-Y.T1.①)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import (
    AssignmentStatus,
    ContractStatus,
    CredentialKind,
    GovernanceKind,
    GovernanceStatus,
)
from models.evidence import ClauseState, evidence
from models.records import Assignment, Contract, Credential, GovernanceDocument
from tests.house import House, furnished

CLAUSE = "OC-Y.T1.①"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="yachiyo", accounts=True) as made:
        yield made


def clause(house: House) -> ClauseState:
    [found] = [one for one in evidence(house.ledger, house.story.contract) if one.key == CLAUSE]
    return found


def lacking(house: House) -> set[str]:
    """Return the names of the users of whom the clause wants a card."""
    rows = [row for _, rows in clause(house).evidence for row in rows]
    assert all("パスワードと登録したPCの鍵なので" in row.sentence for row in rows)
    return {row.sentence.split("」")[0].strip("「") for row in rows}


def give_card(house: House, who: str, kind: CredentialKind, **changes: object) -> None:
    ledger, person = house.ledger, house.story.people[who]
    day = ledger.today()
    procedure = GovernanceDocument(
        kind=GovernanceKind.CREDENTIAL_ISSUE_PROCEDURE, title="発行手続", version="1", text="手続",
        effective_from=day, approved_by=person, approved_on=day, status=GovernanceStatus.IN_FORCE,
    )  # fmt: skip
    values = {
        "kind": kind, "number": f"C-{who}", "holder_person_id": person, "issued_on": day,
        "issued_by": house.story.people["supervisor"], "received_on": day,
        "custodian_person_id": house.story.people["supervisor"],
        "issue_procedure_id": ledger.registers.create(procedure).ids[0], **changes,
    }  # fmt: skip
    ledger.registers.create(Credential(**values))  # type: ignore[arg-type]


def test_without_cards_both_means_are_not_shown(house: House) -> None:
    """The officer's card is the client's, and the administrator opens no contract."""
    assert clause(house).state == "action"
    assert lacking(house) == {"takahashi", "yoshino"}


def test_with_a_card_for_every_user_the_clause_is_kept(house: House) -> None:
    give_card(house, "supervisor", CredentialKind.ACCESS_CARD)
    assert lacking(house) == {"yoshino"}
    last = house.ledger.today() + timedelta(days=30)
    give_card(house, "worker", CredentialKind.AUTH_DEVICE, expires_on=last)
    assert clause(house).state == "done"
    house.clock.wait(60 * 24 * 31)
    assert lacking(house) == {"yoshino"}


def test_a_key_or_an_identity_document_is_no_second_means(house: House) -> None:
    give_card(house, "worker", CredentialKind.KEY)
    give_card(house, "supervisor", CredentialKind.EMPLOYEE_ID, shows_company_name=True)
    assert lacking(house) == {"takahashi", "yoshino"}


def close(house: House) -> None:
    """End people and give back their cards, then close the contract three days later."""
    ledger, day = house.ledger, house.ledger.today()
    house.clock.wait(3 * 24 * 60)
    for one in ledger.registers.all(Assignment):
        over = {"ends_on": day, "end_reason": "業務の完了", "status": AssignmentStatus.ENDED}
        ledger.registers.revise(one.record.with_changes(**over), "業務が終わったため")
    for card in ledger.registers.all(Credential):
        ledger.registers.revise(card.record.with_changes(returned_on=day), "返却を受けたため")
    contract = ledger.registers.need(Contract, house.story.contract.id).record
    closed = contract.with_changes(status=ContractStatus.CLOSED, completed_on=day)
    ledger.registers.revise(closed, "業務の完了のため")


def test_cards_that_were_given_back_at_the_end_are_missed_no_more(house: House) -> None:
    give_card(house, "supervisor", CredentialKind.ACCESS_CARD)
    give_card(house, "worker", CredentialKind.AUTH_DEVICE)
    close(house)
    assert clause(house).state == "done"


def test_cards_that_nobody_ever_had_stay_told_of_a_closed_contract(house: House) -> None:
    close(house)
    assert clause(house).state == "left"
