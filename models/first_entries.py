"""With which entry a thing or a contract began to be used; that stays so, whatever is entered later."""

from models.records import HandlingEvent, Submission
from models.store import Op, Query, Store, Where


def first_act(store: Store, item_id: str) -> int | None:
    """Return the number of the first entry of an act that names a thing, voided ones too."""
    first = []
    for name in ("item_id", "resulting_item_id"):
        named = (Where("lines", Op.HAS, (name, item_id)),)
        query = Query(HandlingEvent.type, named, voided=None)
        first += [one.meta.created_seq for one in store.find(HandlingEvent, query, limit=1)]
    return min(first, default=None)


def first_use(store: Store, contract_id: str) -> int | None:
    """Return the number of the entry from which acts or papers stand under a contract."""
    mine = (Where("contract_id", Op.EQ, contract_id),)
    first = [
        one.meta.created_seq
        for cls in (HandlingEvent, Submission)
        for one in store.find(cls, Query(cls.type, mine, voided=None), limit=1)
    ]
    return min(first, default=None)
