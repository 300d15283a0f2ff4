"""Collect a paper from the ledger: which events and records it speaks of, in the contract's words.

One function per document kind in `COLLECTORS`; each returns the frozen dataclass that the paper
prints. Nothing here writes to the ledger.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from models import wareki
from models.codes import HandlingKind, Timing
from models.errors import NotFound, Refused
from models.former_names import Called
from models.late_basis import late_marks
from models.ledger import Ledger
from models.paper import Numbering
from models.paper_about import CHANGES
from models.records import (
    Contract,
    HandlingEvent,
    HandlingLine,
    Item,
    Sanitization,
)
from models.records.handling import CARRIED_MEANS, END_KINDS
from models.rules.checking import is_signed
from models.still_readable import failed_marks
from models.store import ListRow, Op, Query, Where
from models.unfit_basis import unfit_marks
from models.wareki import JAPAN
from models.whereabouts import places_before
from reports.collecting import (
    again,
    consents,
    disposal,
    incidents,
    inspection,
    lists,
    movement,
    people,
    places,
    training,
)
from reports.collecting.attendance import at_the_end
from reports.collecting.case import Case, Then, Wish, words
from reports.collecting.disposal import detail_of
from reports.collecting.remaining import let_go, remaining
from reports.collecting.shortages import Shortages
from reports.documents.d14_receipt import Receipt, ReceiptLine
from reports.documents.d17_end_report import UNATTENDED, EndLine, EndReport
from reports.documents.d28_ledger import HandlingRow, Register

PAGE = 500  # events read at once for a register


def collect(ledger: Ledger, wish: Wish, numbers: Numbering) -> Any:
    """Return the paper that was wished for.

    Raises:
        NotFound: this version does not print that document.
        Refused: nothing to print, or events that cannot stand on it, or the contract's text has no
            use for that document.
    """
    collector = COLLECTORS.get(wish.doc_kind)
    if collector is None:
        raise NotFound(what=f"書類「{wish.doc_kind}」の様式")
    contract = ledger.registers.need(Contract, wish.contract_id).record
    profile = ledger.registers.need_profile(contract.profile_code)
    form = profile.document(wish.doc_kind)
    if not form.offered:
        raise Refused(reason=f"「{form.title}」は、{profile.title}の契約では使いません。")
    if wish.options.get("change") and not (wish.doc_kind in CHANGES and form.change_title):
        raise Refused(
            reason=f"{profile.title}には、「{form.title}」の変更届の定めがありません。"
            "変更した記録を選んで、改めて同じ様式を作ってください。"
        )
    return collector(Case(ledger, wish, numbers, contract, profile))


# --- D-14 -----------------------------------------------------------------------------------------


def _receipt(case: Case) -> Receipt:
    events = case.events()
    if len(events) != 1 or events[0].kind is not HandlingKind.RECEIVE:
        raise Refused(
            reason=f"{case.form.title}は、受領の記録一つについて作ります。"
            "受領の記録を一つ選んでください。"
        )
    event, then = events[0], case.then(events[0])
    lines = []
    for line in event.lines:
        item = then.item(line.item_id)
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
        or then.place(event.place_from_id)
        or then.place(event.place_to_id),
        means=event.means.label if event.means else "",
        handed_by=words(event.counterpart_title, event.counterpart_name),
        received_by=then.person(event.actor_person_id),
        return_due_on=min(due) if due else None,
        event_no=f"第{event.event_no}号",
        lines=tuple(lines),
    )


# --- D-17 -----------------------------------------------------------------------------------------


def _end_report(case: Case) -> EndReport:
    lines: list[EndLine] = []
    responsible: list[str] = []
    ordered: list[str] = []
    events = case.events()
    happened = all(event.timing is Timing.ACTUAL for event in events)
    for event in events:
        if event.kind not in END_KINDS:
            raise Refused(
                reason=f"{event.caption()}は、返還・引渡し・消去・廃棄の記録ではありません。"
            )
        then = case.then(event)
        for line in event.lines:
            detail = detail_of(event, line.item_id)
            item = then.item(line.item_id)
            amount = case.amount(event, line, item)
            if detail:
                responsible.append(then.person(detail.responsible_person_id))
                ordered.append(then.assignment(detail.ordered_by_assignment_id))
            lines.append(
                EndLine(
                    item_no=item.item_no,
                    media_name=item.name + case.part(event, amount, item),
                    info_items=detail.info_items if detail else case.info_items(item),
                    quantity=amount,
                    unit=item.unit,
                    act=case.act(event.kind),
                    method=_method(then, event, detail),
                    processed_on=_day_of(detail.performed_at if detail else event.occurred_at),
                    witness=at_the_end(case, event, detail) if happened else UNATTENDED,
                )
            )
    completed = happened and bool(case.wish.options.get("completed", True))
    asked = case.profile.document(case.wish.doc_kind).required
    return EndReport(
        case.letterhead(),
        case.anchor(),
        completed=completed,
        remaining=remaining(case) if completed else "",
        given_up=let_go(case) if completed else "",
        responsible="、".join(dict.fromkeys(name for name in responsible if name))
        or case.person(case.ledger.user.person_id),
        # What goes back to the client nobody orders to be destroyed (FK-9.1).
        ordered_label=asked.get("ordered_by", "") if ordered else "",
        ordered_by="、".join(dict.fromkeys(ordered)) if all(ordered) else "",
        lines=tuple(lines),
    )


# --- D-28 -----------------------------------------------------------------------------------------


def _register(case: Case) -> Register:
    first, last = case.wish.options.get("from"), case.wish.options.get("to")
    if first and last and last < first:  # an empty register would state that nothing was handled
        raise Refused(
            reason=f"期間の終わり（{wareki.format_wareki(last)}）が、"
            f"始め（{wareki.format_wareki(first)}）より前になっています。期間を確かめてください。"
        )
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
    shortages = Shortages(case.ledger.store)
    for start in range(0, len(numbers), PAGE):
        shown = registers.rows("handling_event", numbers[start : start + PAGE])
        told = _told(case, {row.id: row.number for row in shown}, shortages)
        for row in shown:
            values, captions = row.values, row.captions
            occurred = values["occurred_at"]
            yield HandlingRow(
                event_no=str(values["event_no"]),
                occurred=wareki.format_short_moment(occurred),
                kind=_register_kind(case, values),
                items=told[row.id].items,
                quantity=told[row.id].quantity or _amount(values.get("quantity")),
                actor=captions.get("actor_person_id", ""),
                checker=_checker(case, row),
                purpose=values.get("purpose") or "",
                place="→".join(
                    part for part in (told[row.id].before, _whereabouts(values, captions)) if part
                ),
                basis=captions.get("authorization_id", ""),
                remarks=_remarks(row.meta, values, told[row.id]),
                voided=row.meta.voided,
            )


@dataclass(frozen=True)
class Told:
    """What the record of an act tells beyond its row.

    Attributes:
        items: all that it handled, as it was called then.
        quantity: what its lines add up to by unit (84枚、2本).
        basis: of its consents, which were registered afterwards or do not allow it.
        missing: what a stocktake did not find, or what was not destroyed as it should be.
        carried: who carried what somebody took out.
        before: where an earlier act says that it was.
        again: which act it corrects, and that it was written again past the commands.
    """

    items: str
    quantity: str
    basis: list[str]
    missing: list[str]
    carried: list[str]
    before: str
    again: list[str]


def _told(case: Case, entered: Mapping[str, int], shortages: Shortages) -> dict[str, Told]:
    """Read the acts of a page.

    Args:
        entered: the numbers of their entries, by event.
    """
    store, books = case.ledger.store, case.ledger.rules.books
    found = store.get_many(HandlingEvent, list(entered))
    events = {id_: one.record for id_, one in found.items()}
    handled = [line for event in events.values() for line in event.lines]
    stored = store.get_many(Item, sorted({one for line in handled for one in _things(line)}))
    items = {id_: one.record for id_, one in stored.items()}
    called = store.called(Item.type, {line.item_id for line in handled})
    marked = again.marks(store, found)
    return {
        id_: Told(
            "、".join(_names(event.lines, called, entered[id_]).values()),
            _summed(case, event, items, stands=not found[id_].meta.voided),
            [*late_marks(books, event), *unfit_marks(books, event)],
            [
                *shortages.words(event, items, _names(event.lines, called, entered[id_])),
                *failed_marks(event),
            ],
            _carried(case, event),
            "、".join(places_before(event, books)),
            marked[id_],
        )
        for id_, event in events.items()
    }


def _carried(case: Case, event: HandlingEvent) -> list[str]:
    """Say by whom went out what its taker did not carry himself (SK-11.5)."""
    if event.kind is not HandlingKind.TAKE_OUT:
        return []
    means = event.means.label if event.means in CARRIED_MEANS and event.means else ""
    people = (movement.carried_by(case.then(event), one) for one in event.transport)
    said = "、".join(part for part in (means, *people) if part)
    return [f"{case.profile.term('transport')}：{said}"] if said else []


def _things(line: HandlingLine) -> tuple[str, str]:
    return line.item_id, _counted(line)


def _names(
    lines: Sequence[HandlingLine], called: Mapping[str, Called], entered: int
) -> dict[str, str]:
    ids = dict.fromkeys(line.item_id for line in lines)
    return {id_: called[id_].at(entered) for id_ in ids if id_ in called}


def _summed(case: Case, event: HandlingEvent, items: Mapping[str, Item], *, stands: bool) -> str:
    """Add up by unit; an end without a quantity was one of all that was left, as D-16 and D-17 say."""
    of_all = stands and event.timing is Timing.ACTUAL and event.kind in END_KINDS
    sums: dict[str, Decimal] = {}
    for line in event.lines:
        item = items.get(_counted(line))
        quantity = case.amount(event, line, item) if of_all and item else line.quantity
        if quantity is not None:
            unit = item.unit if item else ""
            sums[unit] = sums.get(unit, Decimal(0)) + quantity
    return "、".join(f"{_amount(total)}{unit}" for unit, total in sums.items())


def _counted(line: HandlingLine) -> str:
    """Return the item that a line counts: of a copy it is the one that was made."""
    return line.resulting_item_id or line.item_id


def _checker(case: Case, row: ListRow) -> str:
    """Return who checked; whether that person signed in is said when the signature holds (A-33)."""
    name = row.captions.get("checker_person_id", "")
    if not is_signed(str(row.values.get("checker_proof") or "")):
        return name
    stored = case.ledger.store.get(HandlingEvent, row.id)
    holds = stored is not None and case.ledger.rules.check_holds(stored.record)
    return f"{name}（本人確認済）" if holds else name


def _register_kind(case: Case, values: Mapping[str, Any]) -> str:
    word = case.act(values["kind"])
    return f"{word}（予定）" if values.get("timing") is Timing.PLANNED else word


def _whereabouts(values: Mapping[str, Any], captions: Mapping[str, str]) -> str:
    counterpart = words(
        captions.get("counterpart_org_id", ""),
        values.get("counterpart_title") or "",
        values.get("counterpart_name") or "",
    )
    parts = (
        captions.get("place_from_id", ""),
        captions.get("place_to_id", ""),
        values.get("destination_text") or "",
        counterpart,
    )
    if values["kind"] is HandlingKind.RECEIVE:  # what is received comes from there to here
        parts = parts[::-1]
    return "→".join(dict.fromkeys(part for part in parts if part))


def _remarks(meta: Any, values: Mapping[str, Any], told: Told) -> str:
    """Say first what went wrong or was entered late; what the clerk noted comes after it."""
    late = meta.created_at - values["occurred_at"] > timedelta(days=1)
    parts = [
        "逸脱・取消" if values.get("deviation") and meta.voided else "",
        f"後日入力（{wareki.format_short(meta.created_at.date())}）" if late else "",
        *told.again,
        *told.basis,
        *told.missing,
        *told.carried,
        f"逸脱：{values.get('deviation_reason') or ''}" if values.get("deviation") else "",
        f"取消：{meta.void_reason}" if meta.voided else "",
        values.get("note") or "",
    ]
    return "　".join(part for part in parts if part)


# --- helpers --------------------------------------------------------------------------------------


def _method(then: Then, event: HandlingEvent, detail: Sanitization | None) -> str:
    """Say how it ended; a return to somebody else than the client says to whom."""
    if detail and detail.method:
        return detail.method.label
    means = event.means.label if event.means else ""
    if event.counterpart_org_id in ("", then.case.contract.client_org_id):
        return means
    return f"{means}（相手方：{then.organization(event.counterpart_org_id)}）"


def _amount(quantity: Any) -> str:
    return "" if quantity is None else f"{quantity.normalize():,f}"


def _moment(event: HandlingEvent) -> datetime:
    assert event.occurred_at is not None
    return event.occurred_at


def _day_of(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


COLLECTORS: Mapping[str, Callable[[Case], Any]] = {
    "D-01": lists.checklist,
    "D-02": people.structure,
    "D-03": people.staff_notice,
    "D-04": places.place_notice,
    "D-05": training.training_programme,
    "D-06": training.training_report,
    "D-07": people.pledge_sheet,
    "D-08": people.pledge_list,
    "D-11": consents.copy_request,
    "D-12": consents.take_out_request,
    "D-13": consents.provision_request,
    "D-14": _receipt,
    "D-15": consents.handover_request,
    "D-16": movement.return_note,
    "D-17": _end_report,
    "D-18": disposal.certificate,
    "D-20": incidents.incident_report,
    "D-27": movement.transport_order,
    "D-28": _register,
    "D-29": lists.equipment,
    "D-30": people.awareness_sheet,
    "D-31": lists.fields,
    "D-37": inspection.receipt,
}
