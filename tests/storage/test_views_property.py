"""Whatever is written, the tables say what the log says: after commands, rebuilds and refusals.

A machine writes random commands (single and in batches, back-dated, voided, revised, refused) and
after each compares every derived table with one that is derived from the log from scratch.
"""

import shutil
import tempfile
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from models.codes import HandlingKind as K
from models.codes import ItemClass
from models.commands import creating, revising, voiding
from models.errors import Refused
from models.records import HandlingEvent, HandlingLine, Item
from models.store import Query
from storage import schema
from storage.ledger_store import LedgerStore
from storage.shelf import Shelf
from storage.verify import verify
from tests import factory
from tests.factory import START, Office

KINDS = (
    K.RECEIVE, K.TAKE_OUT, K.BRING_BACK, K.TRANSPORT, K.USE, K.RETURN, K.STOCKTAKE, K.LOSS,
    K.RECOVER, K.ERASE, K.DISPOSE,
)  # fmt: skip
NAMES = st.sampled_from(["申請書", "𠮷野の束", "写し"])


def silent(done: int, total: int) -> None:
    """Show no progress."""


def tables(store: LedgerStore) -> dict[str, list[tuple[object, ...]]]:
    names = [t.name for t in schema.TABLES.values()]
    names += [child.name for t in schema.TABLES.values() for child in t.children]
    return {name: store.database.all(f"SELECT * FROM {name} ORDER BY 1, 2") for name in names}


class Views(RuleBasedStateMachine):
    items = Bundle("items")
    events = Bundle("events")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.office = Office.open(self.folder)
        store = self.office.store
        assert isinstance(store, LedgerStore)
        self.store = store
        self.number = 0
        self.known: dict[str, Item] = {}

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    def _event(self, kind: K, ids: list[str], hours: int, quantity: int | None) -> HandlingEvent:
        self.number += 1
        things = [self.known[one] for one in dict.fromkeys(ids)]
        amount = None if quantity is None else Decimal(quantity)
        lines = tuple(HandlingLine(item_id=one.id, quantity=amount) for one in things)
        return factory.event(
            self.office.contract, self.office.actor, kind, things, self.number,
            START + timedelta(hours=hours), lines=lines,
        )  # fmt: skip

    @rule(target=items, name=NAMES, quantity=st.integers(1, 5),
          item_class=st.sampled_from((ItemClass.PAPER, ItemClass.MEDIUM)))  # fmt: skip
    def register(self, name: str, quantity: int, item_class: ItemClass) -> str:
        self.number += 1
        made = factory.item(self.office.contract, self.office.room, self.number, name=name,
                            quantity=Decimal(quantity), item_class=item_class)  # fmt: skip
        received = factory.event(self.office.contract, self.office.actor, K.RECEIVE, [made],
                                 self.number, START)  # fmt: skip
        self.office.write([creating(made), creating(received)])
        self.known[made.id] = made
        return made.id

    @rule(target=events, kind=st.sampled_from(KINDS), ids=st.lists(items, min_size=1, max_size=3),
          hours=st.integers(1, 20), quantity=st.none() | st.integers(1, 3))  # fmt: skip
    def handle(
        self, kind: K, ids: list[str], hours: int, quantity: int | None
    ) -> HandlingEvent | None:
        event = self._event(kind, ids, hours, quantity)
        return event if self._accepted([creating(event)]) else None

    @rule(kinds=st.lists(st.sampled_from(KINDS), min_size=2, max_size=4), one=items,
          hours=st.integers(1, 20))  # fmt: skip
    def handle_many(self, kinds: list[K], one: str, hours: int) -> None:
        self._accepted(
            [creating(self._event(k, [one], hours + n % 2, None)) for n, k in enumerate(kinds)]
        )

    @rule(event=consumes(events))
    def void(self, event: HandlingEvent | None) -> None:
        if event is not None:
            self._accepted([voiding(event, "誤り")])

    @rule(event=consumes(events), hours=st.integers(0, 20))
    def replace_event(self, event: HandlingEvent | None, hours: int) -> None:
        if event is not None:
            self.number += 1
            other = replace(event, id=factory.new_id(), event_no=self.number,
                            occurred_at=START + timedelta(hours=hours))  # fmt: skip
            self._accepted([voiding(event, "日時の誤り"), creating(other)])

    @rule(one=items, name=NAMES, quantity=st.integers(1, 5))
    def revise(self, one: str, name: str, quantity: int) -> None:
        changed = replace(self.known[one], name=name, quantity=Decimal(quantity))
        if self._accepted([revising(changed, "訂正")]):
            self.known[one] = changed

    @rule()
    def index(self) -> None:
        self.store.index_search(5)

    def _accepted(self, intents: list) -> bool:  # type: ignore[type-arg]
        before = (self.store.head(), tables(self.store))
        try:
            self.office.write(intents)
        except Refused:
            assert (self.store.head(), tables(self.store)) == before
            return False
        return True

    @invariant()
    def tables_are_the_log(self) -> None:
        assert verify(self.store, full=True, progress=silent, workers=1) == []
        found = {hit.id for hit in self.store.search("申請書", types=["item"], limit=1000)}
        assert found == {one.id for one in self.known.values() if one.name == "申請書"}
        assert self.store.count(Query("item", text="申請書")) == len(found)

    @invariant()
    def what_is_remembered_is_what_the_tables_say(self) -> None:
        remembered = self._answers()
        custody, shelf = self.store._custody, self.store._shelf
        self.store._custody, self.store._shelf = {}, Shelf()
        assert self._answers() == remembered
        self.store._custody, self.store._shelf = custody, shelf

    def _answers(self) -> list[object]:
        things = [self.store.get(Item, one) for one in self.known]
        number = self.store.next_event_no(self.office.contract.id)
        return [*things, *map(self.store.status, self.known), number]

    @rule()
    def rebuild(self) -> None:
        before = tables(self.store)
        self.store.rebuild(silent)
        assert tables(self.store) == before
        assert verify(self.store, full=True, progress=silent, workers=1) == []


TestViews = Views.TestCase
TestViews.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
