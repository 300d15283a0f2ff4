"""Uses: what stands in the way of taking a record out of force, because others build on it."""

from collections.abc import Iterator

from models.errors import Refused
from models.kinds import Children, Kind, MultiRef, Ref
from models.records import ALL, ContractPlace, HandlingEvent, Item, Record, Terminal
from models.store import Op, Query, Store, Where

USED = "{0}は、ほかの{1}で使われているため取り消せません。先にそちらを改めてください。"
WORKED_THERE = (
    "この場所は、この契約の{0}で使われているため取り消せません。"
    "使わなくなったときは、訂正で「使用終了日」を入力してください。"
)
USED_TERMINAL = (
    "「{0}」は、台帳を使った端末のため取り消せません。使わなくなったときは、訂正で状態を「使用終了」に"
    "してください。「端末の識別」が間違っているときは、先に訂正してください。"
)
WORKED = (
    (HandlingEvent, "place_from_id"),
    (HandlingEvent, "place_to_id"),
    (Item, "home_place_id"),
)
"""What names a place that is designated for a contract, without naming the designation."""


def require_unused(store: Store, record: Record) -> None:
    """Refuse to take a record out of force on which others that are in force build.

    Raises:
        Refused
    """
    for cls in ALL:
        for where in _references(cls, record):
            if store.count(Query(cls.type, (where,))):
                raise Refused(reason=USED.format(record.caption(), cls.label))
    if isinstance(record, ContractPlace):
        _require_no_work(store, record)
    if isinstance(record, Terminal):
        _require_never_used(store, record)


def used_by(store: Store, record: Record) -> set[str]:
    """Return the ids of the records in force that name a record."""
    return {
        id_
        for cls in ALL
        for where in _references(cls, record)
        for (id_,) in store.columns(Query(cls.type, (where,)), ("id",))
    }


def _references(cls: type[Record], record: Record) -> Iterator[Where]:
    for f in cls.own_fields():
        if isinstance(f.kind, Children):
            for part in f.kind.child.own_fields():
                if _refers(part.kind, record):
                    yield Where(f.name, Op.HAS, (part.name, record.id))
        elif _refers(f.kind, record):
            several = isinstance(f.kind, MultiRef)
            yield Where(f.name, Op.HAS if several else Op.EQ, record.id)


def _refers(kind: Kind, record: Record) -> bool:
    return isinstance(kind, Ref | MultiRef) and kind.type == record.type


def _require_no_work(store: Store, record: ContractPlace) -> None:
    """A designation may go while another one of the same place stands: it was entered twice."""
    place, contract = record.place_id, Where("contract_id", Op.EQ, record.contract_id)
    if _doubled(store, record, contract, Where("place_id", Op.EQ, place)):
        return
    for cls, name in WORKED:
        if store.count(Query(cls.type, (contract, Where(name, Op.EQ, place)))):
            raise Refused(reason=WORKED_THERE.format(cls.label))


def _require_never_used(store: Store, record: Terminal) -> None:
    """The digits of a PC are known from its use; the list of terminals must keep it."""
    if record.device and not _doubled(store, record, Where("device", Op.EQ, record.device)):
        raise Refused(reason=USED_TERMINAL.format(record.caption()))


def _doubled(store: Store, record: Record, *where: Where) -> bool:
    return store.count(Query(record.type, where)) > 1
