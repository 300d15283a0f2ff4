"""A stack of sheets in a furnished house, and short words for what happens to it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from models.codes import EncryptionMeasure, HandlingKind, Means
from models.commands import Change
from models.item_status import Status
from models.records import Contract, HandlingEvent, HandlingLine, Item
from tests.house import House, stack

K = HandlingKind


class Sheets:
    """Something of which there are many."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.item: Item = stack(house)
        quantity = self.item.quantity
        assert quantity is not None
        self.all = quantity
        contract = house.ledger.registers.need(Contract, self.item.contract_id).record
        self._client = contract.client_org_id

    def do(self, kind: HandlingKind, quantity: int | None = None, **fields: Any) -> Change:
        """Record an act; each is a minute after the one before."""
        fields.setdefault("occurred_at", self.house.clock())
        change = self.house.ledger.handling.record(self.act(kind, quantity, **fields))
        self.house.clock.wait(1)
        return change

    def act(self, kind: HandlingKind, quantity: int | None, **fields: Any) -> HandlingEvent:
        amount = None if quantity is None else Decimal(quantity)
        return HandlingEvent(
            contract_id=self.item.contract_id, kind=kind, purpose="点検のため",
            actor_person_id=self.house.story.people["supervisor"],
            lines=(HandlingLine(item_id=self.item.id, quantity=amount),), **self._needed(kind),
        ).with_changes(**fields)  # fmt: skip

    def _needed(self, kind: HandlingKind) -> dict[str, Any]:
        home = self.item.home_place_id
        if kind in (K.RETURN, K.HAND_OVER):
            return {
                "counterpart_name": "見本　花子", "means": Means.DIRECT, "place_from_id": home,
                "counterpart_org_id": self._client,
            }  # fmt: skip
        if kind is K.TAKE_OUT:
            return {
                "destination_text": "見本市役所", "place_from_id": home,
                "expected_return_at": self.house.clock() + timedelta(hours=3),
                "encryption": EncryptionMeasure.NOT_APPLICABLE,
            }  # fmt: skip
        if kind in (K.BRING_BACK, K.RECOVER, K.STORE):
            return {"place_to_id": home}
        return {"place_from_id": home}

    @property
    def status(self) -> Status:
        status = self.house.ledger.handling.status(self.item.id)
        assert status is not None
        return status

    def parts(self) -> tuple[object, ...]:
        """Return the state and how many are left, here, outside and missing."""
        one = self.status
        zero = Decimal(0)
        return one.state, one.left, one.here, one.out or zero, one.missing or zero
