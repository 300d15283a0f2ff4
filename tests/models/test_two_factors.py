"""「二つの認証」 is kept where every user has a card of his own beside the password (OC-Y.T1.①)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import CredentialKind, GovernanceKind, GovernanceStatus
from models.evidence import ClauseState, evidence
from models.records import Credential, GovernanceDocument
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
    assert all("パスワードと、登録したPCの鍵です" in row.sentence for row in rows)
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
