"""What a consent that is chosen says of the act: who, where to, and how much of it is still free."""

from decimal import Decimal

from models.codes import HandlingKind as K
from models.ledger import Ledger
from models.records import Authorization, Person
from models.rules.carried import carried
from models.rules.used_up import free
from ui.handling.item_lines import ItemLines
from ui.handling.panel import FieldsPanel

FOLLOWING = frozenset({K.TAKE_OUT, K.TRANSMIT, K.DISPATCH, K.PROVIDE})
"""Kinds whose fields follow the consent, until somebody types into them."""


def scope_in_words(ledger: Ledger, authorization_id: str) -> str:
    """Return how far a consent goes, "" when it names no bounds."""
    one = _found(ledger, authorization_id)
    if one is None:
        return ""
    people = (ledger.store.get(Person, t.person_id) for t in one.targets if t.person_id)
    named = "、".join(stored.record.name for stored in people if stored is not None)
    parts = (
        _amounts(ledger, one),
        f"人は{named}" if named else "",
        f"行先・提供先は{one.destination_text}" if one.destination_text else "",
    )
    return "　".join(part for part in parts if part)


def follow(ledger: Ledger, kind: K, panel: FieldsPanel, items: ItemLines, destination: str) -> None:
    """Propose what the chosen consent names; typed values stay.

    Args:
        destination: what is proposed where the consent names none.
    """
    if kind not in FOLLOWING:
        return
    one = _found(ledger, str(panel.values().get("authorization_id") or ""))
    people = [t.person_id for t in one.targets if t.person_id] if one is not None else []
    actor = people[0] if len(people) == 1 else ledger.user.person_id
    panel.suggest("actor_person_id", actor)
    panel.suggest("destination_text", (one.destination_text if one else "") or destination)
    left = _left(ledger, one) if one else None
    items.propose_at_most(left, one.unit if one else "")


def _amounts(ledger: Ledger, one: Authorization) -> str:
    left = _left(ledger, one)
    if left is None or one.quantity_limit is None:
        return ""
    return f"上限{one.quantity_limit.normalize():,f}{one.unit}のうち残り{left.normalize():,f}{one.unit}"


def _left(ledger: Ledger, one: Authorization) -> Decimal | None:
    books, now = ledger.rules.books, ledger.now()
    return free(books, one, one.contract_id, now, carried(books, one, now.date()))


def _found(ledger: Ledger, authorization_id: str) -> Authorization | None:
    stored = ledger.store.get(Authorization, authorization_id) if authorization_id else None
    return stored.record if stored is not None and not stored.meta.voided else None
