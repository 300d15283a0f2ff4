"""The inquiries of an open ledger: one per contract, kept from question to question."""

from typing import TYPE_CHECKING

from models.commands import Change
from models.inquiry import Inquiry
from models.records import Contract

if TYPE_CHECKING:
    from models.ledger import Ledger


class Inquiries:
    """Remembers what was read for each contract; every command tells what has changed."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger
        self._known: dict[str, Inquiry] = {}
        self._changes: list[Change] = []
        ledger.on_change(self._noticed)

    def of(self, contract_id: str) -> Inquiry:
        """Return the inquiry about a contract as the ledger stands now.

        Raises:
            NotFound: no such contract or profile.
        """
        self._catch_up()
        contract = self._ledger.registers.need(Contract, contract_id).record
        known = self._known.get(contract_id)
        if known is None or not self._holds(known, contract):
            known = self._known[contract_id] = Inquiry(self._ledger, contract)
        return known

    def _holds(self, known: Inquiry, contract: Contract) -> bool:
        """Tell whether contract, text and day are still those that were asked about."""
        return (
            known.contract == contract
            and known.today == self._ledger.today()
            and known.profile is self._ledger.profiles.get(contract.profile_code)
        )

    def _noticed(self, change: Change) -> None:
        if self._known:
            self._changes.append(change)

    def _catch_up(self) -> None:
        changes, self._changes = self._changes, []
        if not changes:
            return
        types = frozenset().union(*(one.types for one in changes))
        ids = tuple(dict.fromkeys(id_ for one in changes for id_ in one.ids))
        for known in self._known.values():
            known.touch(types, ids)
