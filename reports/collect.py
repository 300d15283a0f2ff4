"""Collect a paper from the ledger: which events and records it speaks of, in the contract's words.

One function per document kind in `COLLECTORS`; each returns the frozen dataclass that the paper
prints. Nothing here writes to the ledger.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from models import wareki
from models.codes import HandlingKind, SealKind, Timing, VerificationResult
from models.errors import NotFound, Refused
from models.fields import JAPAN
from models.ledger import Ledger
from models.paper import Numbering
from models.profiles import Profile
from models.records import (
    Authorization,
    Contract,
    HandlingEvent,
    InformationAsset,
    Item,
    Organization,
    Person,
    Place,
    Sanitization,
)
from models.records.handling import END_KINDS
from models.store import Op, Query, Where
from reports.documents.d14_receipt import Receipt, ReceiptLine
from reports.documents.d17_end_report import EndLine, EndReport
from reports.documents.d18_certificate import Certificate, DisposalLine
from reports.documents.d28_ledger import HandlingRow, Register
from reports.page import Anchor, Letterhead

PAGE = 500  # events read at once for a register


class Wish(Protocol):
    """What shall be printed (ui.issue.IssueRequest)."""

    @property
    def doc_kind(self) -> str: ...
    @property
    def contract_id(self) -> str: ...
    @property
    def ids(self) -> tuple[str, ...]: ...
    @property
    def seal_kind(self) -> SealKind: ...
    @property
    def options(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Case:
    """The ledger, the contract and its words, at the moment of printing."""

    ledger: Ledger
    wish: Wish
    numbers: Numbering
    contract: Contract
    profile: Profile

    def person(self, person_id: str) -> str:
        return self._field(Person, person_id, "name")

    def place(self, place_id: str) -> str:
        return self._field(Place, place_id, "name")

    def organization(self, organization_id: str) -> str:
        return self._field(Organization, organization_id, "name")

    def item(self, item_id: str) -> Item:
        return self.ledger.registers.need(Item, item_id).record

    def basis(self, authorization_id: str) -> str:
        if not authorization_id:
            return ""
        stored = self.ledger.store.get(Authorization, authorization_id)
        return stored.record.caption() if stored else ""

    def info_items(self, item: Item) -> str:
        parts = []
        for content in item.contents:
            asset = self.ledger.store.get(InformationAsset, content.asset_id)
            parts.append(content.fields_text or (asset.record.name if asset else ""))
        return "、".join(dict.fromkeys(part for part in parts if part))

    def events(self) -> list[HandlingEvent]:
        """Return the events that were asked for, in the order in which they happened.

        Raises:
            Refused: none, or one that was voided or belongs to another contract.
        """
        if not self.wish.ids:
            raise Refused(reason="書類に載せる取扱記録を選んでください。")
        found = []
        for event_id in self.wish.ids:
            stored = self.ledger.registers.need(HandlingEvent, event_id)
            if stored.meta.voided:
                raise Refused(
                    reason=f"{stored.record.caption()}は取り消されているため、書類に載せられません。"
                )
            if stored.record.contract_id != self.contract.id:
                raise Refused(reason=f"{stored.record.caption()}は、別の契約の記録です。")
            found.append(stored.record)
        return sorted(found, key=_moment)

    def letterhead(self) -> Letterhead:
        ledger, contract = self.ledger, self.contract
        contractor = ledger.registers.need(Organization, contract.contractor_org_id).record
        client = ledger.registers.need(Organization, contract.client_org_id).record
        form = self.profile.document(self.wish.doc_kind)
        clauses = "、".join(self.profile.cite(key) for key in form.clauses)
        title = str(self.wish.options.get("title") or form.title)
        return Letterhead(
            kind=self.wish.doc_kind,
            title=title,
            doc_no=self.numbers.doc_no,
            issued_on=self.numbers.issued_at.date(),
            addressee=contract.client_title or client.name,
            sender_address=contractor.address,
            sender_name=contractor.name,
            signer_title=contractor.representative_title,
            signer_name=contractor.representative_name,
            contract_no=contract.contract_no,
            work_title=contract.title,
            clause_basis=f"{self.profile.title} {clauses}" if clauses else self.profile.title,
            seal_kind=self.wish.seal_kind,
            seal_image=self._seal_image(),
        )

    def anchor(self) -> Anchor:
        numbers = self.numbers
        return Anchor(
            ledger_id=numbers.vault_id,
            seq=numbers.head.seq,
            head=numbers.head.hex,
            since_last=numbers.since_last,
            issued_at=numbers.issued_at,
            previous_doc_no=numbers.previous_doc_no,
            previous_sha256=numbers.previous_sha256,
            seal_fingerprint=numbers.seal_fingerprint,
        )

    def _seal_image(self) -> bytes:
        if self.wish.seal_kind is not SealKind.IMAGE:
            return b""
        image = self.ledger.store.secret("seal-image")
        if image is None:
            raise Refused(
                reason="印影の画像が登録されていません。「設定・利用者」で登録してください。"
            )
        return image

    def _field(self, cls: Any, record_id: str, name: str) -> str:
        stored = self.ledger.store.get(cls, record_id) if record_id else None
        return str(getattr(stored.record, name)) if stored else ""


def collect(ledger: Ledger, wish: Wish, numbers: Numbering) -> Any:
    """Return the paper that was wished for.

    Raises:
        NotFound: this version does not print that document.
        Refused: nothing to print, or events that cannot stand on it.
    """
    collector = COLLECTORS.get(wish.doc_kind)
    if collector is None:
        raise NotFound(what=f"書類「{wish.doc_kind}」の様式")
    contract = ledger.registers.need(Contract, wish.contract_id).record
    profile = ledger.registers.need_profile(contract.profile_code)
    return collector(Case(ledger, wish, numbers, contract, profile))


# --- D-14 -----------------------------------------------------------------------------------------


def _receipt(case: Case) -> Receipt:
    events = case.events()
    if len(events) != 1 or events[0].kind is not HandlingKind.RECEIVE:
        raise Refused(
            reason="預り証は、受領の記録一つについて作ります。受領の記録を一つ選んでください。"
        )
    event = events[0]
    lines = []
    for line in event.lines:
        item = case.item(line.item_id)
        lines.append(
            ReceiptLine(
                item_no=item.item_no,
                name=item.name,
                media=item.media_type.label if item.media_type else "",
                info_items=case.info_items(item),
                quantity=line.quantity or item.quantity,
                unit=item.unit,
            )
        )
    due = [d for line in event.lines if (d := case.item(line.item_id).return_due_on)]
    return Receipt(
        case.letterhead(),
        case.anchor(),
        received_at=event.occurred_at,
        place=event.destination_text
        or case.place(event.place_from_id)
        or case.place(event.place_to_id),
        means=event.means.label if event.means else "",
        handed_by=_words(event.counterpart_title, event.counterpart_name),
        received_by=case.person(event.actor_person_id),
        return_due_on=min(due) if due else None,
        event_no=f"第{event.event_no}号",
        lines=tuple(lines),
    )


# --- D-17 -----------------------------------------------------------------------------------------


def _end_report(case: Case) -> EndReport:
    lines: list[EndLine] = []
    responsible: list[str] = []
    for event in case.events():
        if event.kind not in END_KINDS:
            raise Refused(
                reason=f"{event.caption()}は、返還・引渡し・消去・廃棄の記録ではありません。"
            )
        for line in event.lines:
            detail = _detail_of(event, line.item_id)
            item = case.item(line.item_id)
            if detail:
                responsible.append(case.person(detail.responsible_person_id))
            lines.append(
                EndLine(
                    item_no=item.item_no,
                    media_name=item.name,
                    info_items=detail.info_items if detail else case.info_items(item),
                    quantity=line.quantity or item.quantity,
                    unit=item.unit,
                    act=_word(case.profile, event.kind),
                    method=_method(event, detail),
                    processed_on=_day_of(detail.performed_at if detail else event.occurred_at),
                    witness=_witness(detail) if detail else "",
                )
            )
    return EndReport(
        case.letterhead(),
        case.anchor(),
        completed=bool(case.wish.options.get("completed", True)),
        responsible="、".join(dict.fromkeys(name for name in responsible if name))
        or case.person(case.ledger.user.person_id),
        lines=tuple(lines),
    )


# --- D-18 -----------------------------------------------------------------------------------------


def _certificate(case: Case) -> Certificate:
    lines = []
    for event in case.events():
        if event.kind not in (HandlingKind.ERASE, HandlingKind.DISPOSE):
            raise Refused(reason=f"{event.caption()}は、消去・廃棄の記録ではありません。")
        for detail in event.sanitization:
            lines.append(_disposal(case, event, detail))
    return Certificate(case.letterhead(), case.anchor(), lines=tuple(lines))


def _disposal(case: Case, event: HandlingEvent, detail: Sanitization) -> DisposalLine:
    item = case.item(detail.item_id)
    tool = _words(detail.tool_name, detail.tool_version and f"（{detail.tool_version}）")
    destination = detail.post_destination
    return DisposalLine(
        info_items=detail.info_items,
        media_name=detail.media_name,
        quantity=detail.quantity,
        unit=detail.unit,
        method=detail.method.label if detail.method else "",
        responsible=case.person(detail.responsible_person_id),
        performed_at=detail.performed_at,
        act=_word(case.profile, event.kind),
        item_no=item.item_no,
        media_type=item.media_type.label if item.media_type else "",
        maker=item.maker,
        model=item.model,
        serial_no=item.serial_no,
        property_no=item.property_no,
        electronic=detail.electronic,
        category=detail.category.label if detail.category else "",
        method_detail=detail.method_detail,
        tool=tool,
        passes=detail.passes,
        irrecoverable_confirmed=detail.irrecoverable_confirmed,
        verification_method=detail.verification_method.label if detail.verification_method else "",
        verification_result=detail.verification_result.label if detail.verification_result else "",
        verified=detail.verification_result is VerificationResult.PASS,
        performed_by=case.person(detail.performed_by),
        performed_org=case.organization(detail.performed_org_id),
        place=detail.place_text,
        verified_by=case.person(detail.verified_by),
        witness=_witness(detail),
        photos="、".join(
            case.ledger.registers.caption("attachment", one)
            for one in (*detail.photo_ids, detail.vendor_certificate_id)
            if one
        ),
        pre_classification=detail.pre_classification,
        post_classification=detail.post_classification,
        backed_up=detail.data_backed_up,
        destination=destination.label if destination else "",
    )


# --- D-28 -----------------------------------------------------------------------------------------


def _register(case: Case) -> Register:
    first, last = case.wish.options.get("from"), case.wish.options.get("to")
    return Register(
        case.letterhead(), case.anchor(), first, last, lambda: _register_rows(case, first, last)
    )


def _register_rows(case: Case, first: date | None, last: date | None) -> Iterator[HandlingRow]:
    where = [Where("contract_id", Op.EQ, case.contract.id)]
    if first:
        where.append(
            Where("occurred_at", Op.GE, datetime(first.year, first.month, first.day, tzinfo=JAPAN))
        )
    if last:
        end = datetime(last.year, last.month, last.day, tzinfo=JAPAN) + timedelta(days=1)
        where.append(Where("occurred_at", Op.LT, end))
    query = Query("handling_event", tuple(where), order=(("occurred_at", False),), voided=None)
    registers = case.ledger.registers
    numbers = registers.numbers(query)
    for start in range(0, len(numbers), PAGE):
        for row in registers.rows("handling_event", numbers[start : start + PAGE]):
            values, captions = row.values, row.captions
            occurred = values["occurred_at"]
            yield HandlingRow(
                event_no=str(values["event_no"]),
                occurred=f"{wareki.format_short(occurred.date())} {occurred:%H:%M}",
                kind=_register_kind(case, values),
                items=values.get("lines_text") or "",
                quantity=_amount(values.get("quantity")),
                actor=captions.get("actor_person_id", ""),
                checker=captions.get("checker_person_id", ""),
                purpose=values.get("purpose") or "",
                place=_whereabouts(values, captions),
                basis=captions.get("authorization_id", ""),
                remarks=_remarks(row.meta, values),
                voided=row.meta.voided,
            )


def _register_kind(case: Case, values: Mapping[str, Any]) -> str:
    word = _word(case.profile, values["kind"])
    return f"{word}（予定）" if values.get("timing") is Timing.PLANNED else word


def _whereabouts(values: Mapping[str, Any], captions: Mapping[str, str]) -> str:
    counterpart = _words(
        values.get("counterpart_title") or "", values.get("counterpart_name") or ""
    )
    parts = (
        captions.get("place_from_id", ""),
        captions.get("place_to_id", ""),
        values.get("destination_text") or "",
        counterpart,
    )
    return "→".join(dict.fromkeys(part for part in parts if part))


def _remarks(meta: Any, values: Mapping[str, Any]) -> str:
    parts = [values.get("note") or ""]
    if values.get("deviation"):
        parts.append(f"逸脱：{values.get('deviation_reason') or ''}")
    if meta.voided:
        parts.append(f"取消：{meta.void_reason}")
    elif meta.created_at - values["occurred_at"] > timedelta(days=1):
        parts.append(f"後日入力（{wareki.format_short(meta.created_at.date())}）")
    return "　".join(part for part in parts if part)


# --- helpers --------------------------------------------------------------------------------------


def _detail_of(event: HandlingEvent, item_id: str) -> Sanitization | None:
    return next((one for one in event.sanitization if one.item_id == item_id), None)


def _method(event: HandlingEvent, detail: Sanitization | None) -> str:
    if detail and detail.method:
        return detail.method.label
    return event.means.label if event.means else ""


def _witness(detail: Sanitization) -> str:
    if not detail.witness_requested:
        return "求めなし"
    return _words(detail.witness_title, detail.witness_name)


def _word(profile: Profile, kind: HandlingKind | None) -> str:
    """Return the contract's word for a kind of handling, or the neutral one."""
    if kind is None:
        return ""
    term = profile.terms.get(kind.value)
    return term.label if term and term.own else kind.label


def _words(*parts: str) -> str:
    return "　".join(part for part in parts if part)


def _amount(quantity: Any) -> str:
    return "" if quantity is None else f"{quantity.normalize():,f}"


def _moment(event: HandlingEvent) -> datetime:
    assert event.occurred_at is not None
    return event.occurred_at


def _day_of(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


COLLECTORS: Mapping[str, Callable[[Case], Any]] = {
    "D-14": _receipt,
    "D-17": _end_report,
    "D-18": _certificate,
    "D-28": _register,
}
