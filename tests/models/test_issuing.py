"""A way in needs procedure, issuer and receipt; who has one knows what not to do with it (A-07, A-10)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.codes import CredentialKind, GovernanceKind, GovernanceStatus, Role
from models.errors import Refused
from models.ledger import Ledger
from models.records import Credential, GovernanceDocument, Person, UserAccount
from tests.house import House, furnished

FIRST, OWN = "はじめの言葉 7つの鍵を渡す", "静かな港に灯る三つの明かり"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="online-connection") as made:
        yield made


def add(house: House) -> UserAccount:
    person = next(
        one.record for one in house.ledger.registers.all(Person)
        if one.record.id != house.ledger.user.person_id
    )  # fmt: skip
    change = house.ledger.people.add_account(
        person.id, login="tanaka", role=Role.WORKER, password=FIRST
    )
    return account(house.ledger, change.ids[0])


def account(ledger: Ledger, account_id: str) -> UserAccount:
    return ledger.registers.need(UserAccount, account_id).record


def enact(house: House) -> str:
    ledger = house.ledger
    document = GovernanceDocument(
        kind=GovernanceKind.CREDENTIAL_ISSUE_PROCEDURE, title="利用者名・IDカード発行手続",
        version="第1版", effective_from=ledger.today(), status=GovernanceStatus.IN_FORCE,
        approved_by=ledger.user.person_id, approved_on=ledger.today(),
    )  # fmt: skip
    return ledger.registers.create(document).ids[0]


def test_without_a_procedure_that_a_contract_demands_nobody_is_let_in(house: House) -> None:
    for stored in house.ledger.registers.all(
        GovernanceDocument, kind=GovernanceKind.CREDENTIAL_ISSUE_PROCEDURE
    ):
        house.ledger.registers.void(GovernanceDocument, stored.record.id, "改定のため廃止した")
    before = house.ledger.safe.ways_in()
    with pytest.raises(Refused, match="発行手続"):
        add(house)
    assert house.ledger.safe.ways_in() == before


def test_the_account_names_procedure_and_issuer_and_waits_for_the_receipt(house: House) -> None:
    procedure, issuer = enact(house), house.ledger.user.person_id
    made = add(house)
    assert (made.issue_procedure_id, made.issued_by) == (procedure, issuer)
    assert made.must_change and made.received_on is None and made.reminded_on is None
    house.ledger.close()
    ledger = house.ledger = house.office.unlock(house.folder / "ledger", "tanaka", FIRST)
    ledger.people.change_password(FIRST, OWN, reminded=True)
    got = account(ledger, made.id)
    assert (got.received_on, got.reminded_on) == (ledger.today(), ledger.today())
    command, _ = ledger.registers.history(UserAccount.type, made.id)[-1]
    assert command.author == made.id  # nobody else could sign that


def test_a_new_password_is_issued_and_received_again(house: House) -> None:
    enact(house)
    made = add(house)
    house.ledger.people.reissue_password(made.id, OWN, "パスワードを忘れたため")
    again = account(house.ledger, made.id)
    assert again.must_change and again.received_on is None


def test_a_text_that_demands_none_asks_for_none(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="shiki") as house:
        assert add(house).issue_procedure_id == ""


@pytest.mark.parametrize("missing", ["issue_procedure_id", "issued_by", "received_on"])
def test_a_card_that_opens_the_program_needs_all_three(house: House, missing: str) -> None:
    me, day = house.ledger.user.person_id, house.ledger.today()
    given = {
        "kind": CredentialKind.AUTH_DEVICE, "number": "C-1", "holder_person_id": me,
        "issued_on": day, "issued_by": me, "issue_procedure_id": enact(house),
        "custodian_person_id": me, "received_on": day,
    }  # fmt: skip
    house.ledger.registers.create(Credential(**given))  # type: ignore[arg-type]
    del given[missing]
    with pytest.raises(Refused):
        house.ledger.registers.create(
            Credential(**{**given, "number": "C-2"})  # type: ignore[arg-type]
        )
