"""Compare the private key of the seal in use with the certificate that the log tells."""

from models.records import SealKey
from models.seal_pair import amiss, secret_name
from models.store import Op, Query, Where
from models.verification import Problem
from storage.ledger_store import LedgerStore

CODE = "SEAL"


def seal_problems(store: LedgerStore) -> list[Problem]:
    """Return what is wrong with it; a retired one seals nothing any more."""
    query = Query(SealKey.type, (Where("retired_on", Op.EMPTY, True),))
    found = []
    for stored in store.find(SealKey, query):
        key = stored.record
        if sentence := amiss(key, store.secret(secret_name(key))):
            found.append(Problem(CODE, f"証印 {key.caption()}", sentence))
    return found
