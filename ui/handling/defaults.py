"""What a dialog begins with: now, the signed-in person, and what the last act of the kind said."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from models import amounts
from models.codes import (
    AuthorizationSubject,
    ContractStatus,
    Encrypted,
    EncryptionMeasure,
    ItemClass,
    ItemState,
    Means,
    Timing,
)
from models.codes import AuthorizationSubject as Subject
from models.codes import HandlingKind as K
from models.item_status import Status
from models.ledger import Ledger
from models.records import Authorization, Contract, HandlingEvent, Item
from models.rules.case import covers_things
from models.store import Op, Query, Where

SUBJECTS: dict[K, tuple[AuthorizationSubject, ...]] = {
    K.RECEIVE: (Subject.HANDOVER_DESIGNATION, Subject.INDIRECT_HANDOVER),
    K.COPY: (Subject.COPY,),
    K.TAKE_OUT: (Subject.TAKE_OUT, Subject.EQUIPMENT_TAKE_OUT, Subject.OFFSITE_WORK,
                 Subject.DISPATCH),
    K.TRANSPORT: (Subject.TAKE_OUT, Subject.OTHER_RISKY_ACT),
    K.TRANSMIT: (Subject.TRANSMIT,),
    K.DISPATCH: (Subject.DISPATCH,),
    K.PROVIDE: (Subject.OTHER_PURPOSE, Subject.THIRD_PARTY),
    K.RETURN: (Subject.HANDOVER_DESIGNATION, Subject.INDIRECT_HANDOVER,
               Subject.DISPOSITION_METHOD, Subject.END_EXCEPTION),
    K.HAND_OVER: (Subject.HANDOVER_DESIGNATION, Subject.INDIRECT_HANDOVER,
                  Subject.DISPOSITION_METHOD, Subject.END_EXCEPTION),
    K.ERASE: (Subject.DISPOSITION_METHOD, Subject.END_EXCEPTION),
    K.DISPOSE: (Subject.DISPOSITION_METHOD, Subject.END_EXCEPTION),
}  # fmt: skip

REMEMBERED: dict[K, tuple[str, ...]] = {  # taken over from the last act of the kind
    K.RECEIVE: ("purpose", "counterpart_org_id", "counterpart_name", "counterpart_title", "means",
                "destination_text", "place_to_id"),
    K.HAND_OVER: ("purpose", "counterpart_org_id", "counterpart_name", "counterpart_title", "means",
                  "destination_text"),
    K.RETURN: ("purpose", "counterpart_org_id", "counterpart_name", "counterpart_title", "means",
               "destination_text"),
    K.DISPATCH: ("purpose", "counterpart_org_id", "counterpart_name", "counterpart_title", "means"),
    K.PROVIDE: ("counterpart_org_id", "counterpart_name", "counterpart_title"),
    K.USE: ("purpose", "place_from_id"),
    K.COPY: ("purpose", "place_from_id"),
    K.TAKE_OUT: ("purpose", "destination_text"),
    K.BRING_BACK: ("purpose",),
    K.TRANSPORT: ("purpose", "place_to_id"),
    K.STORE: ("purpose", "place_to_id"),
    K.STOCKTAKE: ("purpose", "place_from_id"),
    K.CREATE: ("purpose", "place_to_id"),
    K.COLLECT: ("purpose", "place_to_id"),
    K.TRANSMIT: ("purpose", "destination_text"),
    K.ERASE: ("purpose", "place_from_id"),
    K.DISPOSE: ("purpose", "place_from_id"),
}  # fmt: skip

PURPOSES: dict[K, str] = {  # where the act nearly says its purpose itself
    K.BRING_BACK: "持出しの用務が終わったため",
    K.STOCKTAKE: "現品の確認",
    K.RETURN: "業務で使い終えたため",
    K.STORE: "保管",
    K.ERASE: "業務で使い終え、不要となったため",
    K.DISPOSE: "業務で使い終え、不要となったため",
}
INSTANT = timedelta(milliseconds=1)  # the finest step of a moment in the ledger
LAST_HOUR = time(17, 0)  # a take-out is expected back by the end of the working day
ENDED = frozenset({ContractStatus.CLOSED})


def starting_event(ledger: Ledger, contract_id: str, kind: K) -> HandlingEvent:
    """Return the event that a dialog shows before anything is typed."""
    now = ledger.now().replace(second=0, microsecond=0)
    values: dict[str, Any] = {"purpose": PURPOSES.get(kind, "")}
    before = last_event(ledger, contract_id, kind)
    if before is not None:
        values |= {name: getattr(before, name) for name in REMEMBERED.get(kind, ())}
    if kind in (K.RECEIVE, K.RETURN, K.HAND_OVER):
        values["means"] = values.get("means") or Means.DIRECT
        values["counterpart_org_id"] = values.get("counterpart_org_id") or _client(
            ledger, contract_id
        )
    if kind is K.TAKE_OUT:
        values["expected_return_at"] = expected_return(now)
    values["authorization_id"] = usual_consent(ledger, contract_id, kind, now, ())
    return HandlingEvent(
        contract_id=contract_id,
        kind=kind,
        timing=Timing.ACTUAL,
        occurred_at=now,
        actor_person_id=ledger.user.person_id,
        **values,
    )


def after_the_last(event: HandlingEvent, statuses: Iterable[Status | None]) -> HandlingEvent:
    """Return an act right behind what happened to the same items in the same minute.

    People read and type times to the minute; within it, acts follow each other as they are
    entered. An act of another minute stays where it was put.
    """
    at = event.occurred_at
    before = max((one.last_at for one in statuses if one and one.last_at), default=None)
    if at is None or before is None or at > before or _minute(at) != _minute(before):
        return event
    at = max(at, min(before + INSTANT, _minute(at) + timedelta(minutes=1) - INSTANT))
    end = event.ended_at
    same = end is not None and end < at and _minute(end) == _minute(at)
    return replace(event, occurred_at=at, ended_at=at if same else end)


def last_event(ledger: Ledger, contract_id: str, kind: K) -> HandlingEvent | None:
    """Return the last event of a kind under a contract."""
    found = recent_events(ledger, contract_id, kind, 1)
    return found[0] if found else None


def recent_events(ledger: Ledger, contract_id: str, kind: K, limit: int) -> list[HandlingEvent]:
    """Return the last events of a kind, the latest first."""
    query = Query(
        HandlingEvent.type,
        (Where("contract_id", Op.EQ, contract_id), Where("kind", Op.EQ, kind)),
        order=(("event_no", True),),
    )
    return [stored.record for stored in ledger.store.find(HandlingEvent, query, limit=limit)]


def recent_purposes(ledger: Ledger, contract_id: str, kind: K) -> list[str]:
    """Return what this act was done for lately, each once."""
    events = recent_events(ledger, contract_id, kind, 60)
    return list(dict.fromkeys(event.purpose for event in events if event.purpose))[:8]


def authorizations(
    ledger: Ledger, contract_id: str, kind: K, moment: datetime | None
) -> list[Authorization]:
    """Return the consents, designations and instructions that cover this kind on that day."""
    subjects = SUBJECTS.get(kind, ())
    if not subjects or moment is None:
        return []
    query = Query(
        Authorization.type,
        (Where("contract_id", Op.EQ, contract_id), Where("subject", Op.IN, subjects)),
        order=(("valid_from", True),),
    )
    found = ledger.store.find(Authorization, query, limit=200)
    return [stored.record for stored in found if stored.record.covers(moment.date())]


def usual_consent(
    ledger: Ledger, contract_id: str, kind: K, moment: datetime | None, items: Sequence[Item]
) -> str:
    """Return the one consent that is surely meant for this act with these items, "" without one.

    More may be chosen than is proposed: a consent to places of work allows no take-out, and one
    that names things none of other things.
    """
    found = [
        one.id
        for one in authorizations(ledger, contract_id, kind, moment)
        if _is_usual(one, items) and covers_things(one, items) and not _is_of_carriers(one, kind)
    ]
    return found[0] if len(found) == 1 else ""


def _is_of_carriers(one: Authorization, kind: K) -> bool:
    """Tell whether a consent is for what a firm carries: no usual take-out (FK-7.2)."""
    return kind is K.TAKE_OUT and one.subject is Subject.DISPATCH


def _is_usual(one: Authorization, items: Sequence[Item]) -> bool:
    names_things = any(target.item_id or target.asset_id for target in one.targets)
    if names_things and not items:
        return False
    if one.subject is Subject.END_EXCEPTION:  # says how certain things may end
        return names_things
    if one.subject is Subject.EQUIPMENT_TAKE_OUT:
        return bool(items) and all(item.item_class is ItemClass.EQUIPMENT for item in items)
    return one.subject is not Subject.OFFSITE_WORK


def expected_return(now: datetime) -> datetime:
    """Return when something taken out now is usually back."""
    evening = datetime.combine(now.date(), LAST_HOUR, now.tzinfo)
    return evening if now + timedelta(hours=1) <= evening else now + timedelta(hours=2)


def encryption_of(items: Iterable[Item]) -> EncryptionMeasure | None:
    """Return what the register says about the protection of items that leave the place."""
    electronic = [item for item in items if item.electronic]
    if not electronic:
        return EncryptionMeasure.NOT_APPLICABLE
    states = {item.encrypted for item in electronic}
    if states == {Encrypted.YES}:
        return EncryptionMeasure.APPLIED
    return None  # somebody has to look


def usual_contract(ledger: Ledger, items: Sequence[Item]) -> str:
    """Return the contract when none is chosen: that of the items, else the only one.

    Returns:
        "" where there are several: an act cannot be moved to another contract afterwards, so
        nobody but the person who enters it may say which one it is.
    """
    for item in items:
        if item.contract_id:
            return item.contract_id
    contracts = open_contracts(ledger)
    return contracts[0].id if len(contracts) == 1 else ""


def open_contracts(ledger: Ledger) -> list[Contract]:
    """Return the contracts under which something can still be handled."""
    found = [stored.record for stored in ledger.contracts()]
    return [contract for contract in found if contract.status not in ENDED]


def whereabouts(ledger: Ledger, status: Status | None) -> str:
    """Return state and place or holder of an item in words."""
    if status is None:
        return ItemState.REGISTERED.label
    place = ledger.registers.caption("place", status.place_id) if status.place_id else ""
    holder = ledger.registers.caption("person", status.holder_id) if status.holder_id else ""
    where = (
        [amounts.where(status), place, holder] if amounts.are_apart(status) else [holder or place]
    )
    return "・".join(part for part in (status.state.label, *where) if part)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _client(ledger: Ledger, contract_id: str) -> str:
    stored = ledger.store.get(Contract, contract_id)
    return stored.record.client_org_id if stored else ""
