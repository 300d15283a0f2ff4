"""The first hour of a ledger: who keeps it, who is responsible, and where trust begins.

The first command writes the origin (which pins the first responsible person's key), the
contractor, that person and the account. Everything later is signed by somebody known.
"""

from dataclasses import dataclass, replace

from models.chain import Intent
from models.codes import AccountStatus, OrganizationKind, Role
from models.commands import Change, creating
from models.ledger import Ledger
from models.records import LedgerOrigin, Organization, Person, UserAccount
from models.safe import SheetKey


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first-run wizard asks for."""

    organization: Organization
    person: Person
    login: str

    def own_words(self) -> tuple[str, ...]:
        """Return what the first password must not contain."""
        person = self.person
        return (self.login, person.name, person.name_kana, self.organization.name)


def open_books(
    ledger: Ledger,
    opening: Opening,
    *,
    user_id: str,
    key: bytes,
    program: str,
    sheet: SheetKey | None = None,
) -> Change:
    """Write the first command of a new ledger.

    Args:
        user_id: id that the gate made the first key set for.
        key: Ed25519 public key of the first responsible person (32 bytes).
        program: name and version of the program.
        sheet: the recovery sheet whose use the ledger shall believe.

    Raises:
        Refused: a field cannot stand.
    """
    kinds = {*opening.organization.kinds, OrganizationKind.CONTRACTOR}
    organization = replace(
        ledger.registers.prepared(opening.organization),
        kinds=tuple(kind for kind in OrganizationKind if kind in kinds),
    )
    person = replace(ledger.registers.prepared(opening.person), organization_id=organization.id)
    account = UserAccount(
        id=user_id,
        person_id=person.id,
        login_name=opening.login,
        app_role=Role.SUPERVISOR,
        public_key=key.hex(),
        password_changed_on=ledger.today(),
        must_change=False,
        valid_from=ledger.today(),
        status=AccountStatus.ACTIVE,
    )
    origin = LedgerOrigin(
        id=ledger.new_id(),
        vault_id=ledger.store.vault_id,
        first_key=key.hex(),
        program=program,
        recovery_keys=(sheet.line,) if sheet else (),
    )
    records = (origin, organization, person, account)
    for record in records:
        ledger.registers.validate(record)
    intents: list[Intent] = [creating(record) for record in records]
    return ledger.commit(intents)
