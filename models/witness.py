"""The officer's own word: an inspector confirms witness, instruction and finding by signing in.

The responsible person records them on the officer's behalf; the officer, who may write nothing
else, confirms them in a session of his own (obligations.md 8.4.1, last row). What he did not
confirm here he signs on paper.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models import own_words
from models.codes import (
    CommunicationKind,
    Direction,
    FindingSource,
    HandlingKind,
    HandlingStatus,
    OfficerAct,
    Timing,
)
from models.commands import Change, creating
from models.errors import Refused
from models.records import (
    ClientCommunication,
    Finding,
    HandlingEvent,
    Item,
    OfficerConfirmation,
    Person,
    Record,
    Sanitization,
)
from models.records.witness import CONFIRMED
from models.text import search_key
from models.wareki import format_moment

if TYPE_CHECKING:
    from models.ledger import Ledger

ENDS = (HandlingKind.ERASE, HandlingKind.DISPOSE)
TOLD = frozenset({CommunicationKind.INSTRUCTION, CommunicationKind.DESIGNATION})


@dataclass(frozen=True)
class Unconfirmed:
    """Something that the officer can confirm, in the words that he confirms."""

    act: OfficerAct
    record: Record
    statement: str
    before: str = ""  # what he confirmed of the same record, where it says other things now


class Witness:
    """Verbs of the officer."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger

    def waiting(self, contract_id: str) -> list[Unconfirmed]:
        """Return what the signed-in officer can confirm of a contract, in entry order.

        What was changed after he confirmed it waits again, with what he confirmed beside; what was
        voided waits for his word that he knows.

        Raises:
            NotPermitted
        """
        self._ledger.require("officer_confirm")
        me = self._ledger.user.person_id
        done = {
            one.record.record_ref
            for one in self._ledger.registers.all(OfficerConfirmation, contract_id=contract_id)
            if one.record.person_id == me
        }
        gone = own_words.departed(self._ledger, contract_id)
        changed = {
            one.confirmation.record_ref: one for one in gone if one.confirmation.person_id == me
        }
        found = (*self._witnessed(contract_id), *self._told(contract_id), *self._found(contract_id))
        waiting = []
        for one in found:
            if again := changed.pop(one.record.id, None):
                waiting.append(replace(one, before=again.confirmation.statement))
            elif one.record.id not in done:
                waiting.append(one)
        return [*waiting, *map(_taken_back, changed.values())]

    def confirm(
        self, contract_id: str, record_ids: Sequence[str], *, command_id: str = ""
    ) -> Change:
        """Enter that the signed-in officer confirms these records, with his own key.

        Raises:
            NotPermitted
            Refused: one of them is not his to confirm, or was confirmed already.
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        waiting = {one.record.id: one for one in self.waiting(contract_id)}
        if not record_ids or not waiting.keys() >= set(record_ids):
            raise Refused(reason="確認できる記録が選ばれていません。一覧から選んでください。")
        made = [self._confirmation(contract_id, waiting[one]) for one in record_ids]
        for one in made:
            ledger.registers.validate(one)
        return ledger.commit(list(map(creating, made)), command_id=command_id)

    def _confirmation(self, contract_id: str, one: Unconfirmed) -> OfficerConfirmation:
        return OfficerConfirmation(
            id=self._ledger.new_id(),
            contract_id=contract_id,
            act=one.act,
            record_type=CONFIRMED[one.act],
            record_ref=one.record.id,
            statement=one.statement,
            person_id=self._ledger.user.person_id,
            confirmed_at=self._ledger.now(),
        )

    # --- what there is ---------------------------------------------------------------------------
    def _me(self) -> str:
        person = self._ledger.registers.need(Person, self._ledger.user.person_id).record
        return search_key(person.name)

    def _witnessed(self, contract_id: str) -> Iterator[Unconfirmed]:
        me, registers = self._me(), self._ledger.registers
        for kind in ENDS:
            for stored in registers.all(
                HandlingEvent, contract_id=contract_id, kind=kind, timing=Timing.ACTUAL
            ):
                event = stored.record
                rows = [r for r in event.sanitization if search_key(r.witness_name) == me]
                if rows and event.status is not HandlingStatus.PLANNED:
                    done = "\n".join(self._attended(event, row) for row in rows)
                    words = f"{event.caption()}に、次のとおり立ち会いました。\n{done}"
                    yield Unconfirmed(OfficerAct.WITNESS, event, words[:4000])

    def _attended(self, event: HandlingEvent, row: Sanitization) -> str:
        """Say when somebody attended, which thing it was, and how much of it."""
        when = row.witnessed_at or row.performed_at or event.occurred_at
        item = self._ledger.registers.need(Item, row.item_id).record
        parts = [format_moment(when) if when else "", item.caption()]
        if row.quantity is not None:
            whole = item.quantity is None or item.quantity == row.quantity
            total = f"（{item.amount(item.quantity)}のうち）" if item.quantity and not whole else ""
            parts.append(f"{item.amount(row.quantity)}{total}")
        return "　".join(filter(None, parts))

    def _told(self, contract_id: str) -> Iterator[Unconfirmed]:
        me = self._me()
        for stored in self._ledger.registers.all(ClientCommunication, contract_id=contract_id):
            one = stored.record
            mine = one.direction is Direction.IN and search_key(one.from_name) == me
            if mine and one.kind in TOLD:
                when = f"{format_moment(one.at)}に" if one.at else ""
                words = f"{when}次のとおり{one.caption()}しました。\n{one.summary}"
                yield Unconfirmed(OfficerAct.INSTRUCTION, one, words[:4000])

    def _found(self, contract_id: str) -> Iterator[Unconfirmed]:
        for stored in self._ledger.registers.all(Finding, contract_id=contract_id):
            one = stored.record
            if one.source is FindingSource.INSPECTION:
                weight = f"（{one.severity.label}）" if one.severity else ""
                words = f"次のとおり指摘しました{weight}。\n{one.description}"
                yield Unconfirmed(OfficerAct.FINDING, one, words[:4000])


def _taken_back(one: own_words.Departed) -> Unconfirmed:
    """Return what an officer says of a record that he confirmed and that he would not now."""
    act, now = one.confirmation.act, one.now
    assert act is not None
    did = "取り消された" if now.voided else "変えられた"
    words = f"確認した後に、{now.record.caption()}が{did}ことを確かめました（理由：{now.reason}）。"
    return Unconfirmed(act, now.record, words[:4000], before=one.confirmation.statement)
