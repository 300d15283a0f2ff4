"""Which contracts a password or a card opens: what became known of them concerns their clients.

Each client is told, or not, about its own contract (A-06). What nobody can write there who shuts the
password, as an administrator without a right on it, is the contractor's own matter until a responsible
person looks into it.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from models.after_erasure import erasures_of
from models.codes import Role
from models.errors import NotPermitted
from models.records import Contract, Credential, Incident, UserAccount
from models.scope import ScopedStore, rights_of
from models.store import Query

if TYPE_CHECKING:
    from models.ledger import Ledger


def reached(ledger: "Ledger", account: UserAccount, cards: Iterable[str] = ()) -> Iterator[str]:
    """Yield the contracts that the account or one of its cards opens and an incident can be entered for.

    One "" stands for the others, or for none at all. Of an erased contract nothing could be read.

    Args:
        cards: ids of credentials.
    """
    open_ = list(_open(ledger, account, cards))
    mine = [one for one in open_ if may_tell(ledger, one)]
    yield from mine
    if len(mine) < len(open_) or not mine:
        yield ""


def _open(ledger: "Ledger", account: UserAccount, cards: Iterable[str]) -> Iterator[str]:
    rights = rights_of(ledger.opened.store, account.id)
    everything = account.app_role is Role.SUPERVISOR and not rights
    held = (ledger.registers.need(Credential, one).record.contract_id for one in cards)
    bound = {*rights, *held}
    for stored in ledger.opened.store.find(Contract, Query(Contract.type), limit=100_000):
        id_ = stored.record.id
        if (everything or id_ in bound) and not erasures_of(ledger.registers, id_):
            yield id_


def may_tell(ledger: "Ledger", contract_id: str) -> bool:
    """Tell whether the user can enter an incident of a contract."""
    if not isinstance(ledger.store, ScopedStore):
        return True
    try:
        ledger.store.require(Incident(contract_id=contract_id))
    except NotPermitted:
        return False
    return True
