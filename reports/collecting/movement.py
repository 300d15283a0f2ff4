"""Collect the papers about things that move: what went back, what is carried."""

from collections.abc import Sequence

from models.codes import EncryptionMeasure, HandlingKind
from models.errors import Refused
from models.paper_about import EVENTS
from models.records import HandlingEvent, Item, TransportDetail
from models.rules.ending import never_reached_the_client
from models.text import search_key
from reports.blocks import shown
from reports.collecting.case import Case, Then, words
from reports.collecting.consents import ON_PAPER, applied
from reports.documents.d16_return import ReturnLine, ReturnNote
from reports.documents.d27_transport import TransportOrder


def return_note(case: Case) -> ReturnNote:
    """Collect what was returned or delivered.

    Raises:
        Refused: an event of another kind.
    """
    events = _of_kind(case)
    lines = []
    for event in events:
        then = case.then(event)
        for row in event.lines:
            item = then.item(row.item_id)
            amount = case.amount(event, row, item)
            lines.append(
                ReturnLine(
                    item_no=item.item_no,
                    medium=item.name + case.part(event, amount, item),
                    content=case.info_items(item),
                    quantity=f"{shown(amount)}{item.unit}" if amount is not None else "",
                    origin=item.origin.label if item.origin else "",
                    act=_passing(case, event),
                    returned_on=event.occurred_at.date() if event.occurred_at else None,
                    handed_by=then.person(event.actor_person_id),
                    received_by=_receiver(then, event),
                    means=event.means.label if event.means else "",
                )
            )
    return ReturnNote(
        case.letterhead(),
        case.anchor(),
        wording=case.wording(),
        lines=tuple(lines),
        elsewhere=_not_received_by(case, events),
    )


def transport_order(case: Case) -> TransportOrder:
    """Collect one transport, planned or done.

    Raises:
        Refused: not exactly one, or one without its transport.
    """
    events = _of_kind(case)
    if len(events) != 1 or len(events[0].transport) != 1:
        raise Refused(
            reason=f"{case.form.title}は、運搬の内容を記録した取扱記録一つについて作ります。"
            "運搬の記録を一つ選んでください。"
        )
    event, detail, then = events[0], events[0].transport[0], case.then(events[0])
    items = [then.item(row.item_id) for row in event.lines]
    told = detail.do_not_leave_instructed
    return TransportOrder(
        case.letterhead(),
        case.anchor(),
        wording=case.wording(),
        act=case.profile.term("transport"),
        departs_at=detail.departed_at or event.occurred_at,
        route=_way(then, event, detail.route),
        carrier=carried_by(then, detail),
        containers=detail.container,
        encryption=_protection(event, items),
        do_not_leave=""
        if told is None
        else ("離れないことを指示した。" if told else "指示していない。"),
        instructions=detail.instructions or "なし",
        instructed_by=then.person(detail.instructed_by),
        instructed_at=detail.instructed_at,
        event_no=f"第{event.event_no}号",
        lines=tuple(
            applied(case, item, row.quantity) for item, row in zip(items, event.lines, strict=True)
        ),
    )


def carried_by(then: Then, detail: TransportDetail) -> str:
    """Name who carries something: people, their firm, and the number that stands for both."""
    firm = then.organization(detail.carrier_org_id)
    number = f"追跡番号 {detail.tracking_no}" if detail.tracking_no else ""
    beside = "、".join(part for part in (firm, number) if part)
    people = "、".join(detail.persons)
    return f"{people}（{beside}）" if people and beside else people or beside


def _way(then: Then, event: HandlingEvent, route: str) -> str:
    """Say from where to where, and the way between: 入力室から第一保管庫（直行）."""
    start, end = then.place(event.place_from_id), then.place(event.place_to_id)
    beside = [event.destination_text] if end else []
    end = end or event.destination_text
    if start and end and all(search_key(name) in search_key(route) for name in (start, end)):
        return route
    way = (f"{start}から" if start else "") + (end if start else f"{end}まで" if end else "")
    more = "、".join(one for one in (*beside, route) if one)
    return f"{way}（{more}）" if way and more else way or more


def _protection(event: HandlingEvent, items: Sequence[Item]) -> str:
    """Say how what is carried is protected; on paper there is nothing to encrypt."""
    unanswered = event.encryption in (None, EncryptionMeasure.NOT_APPLICABLE)
    if unanswered and not any(item.electronic for item in items):
        return words(ON_PAPER, event.encryption_detail)
    return words(event.encryption.label if event.encryption else "", event.encryption_detail)


def _of_kind(case: Case) -> list[HandlingEvent]:
    events = case.events()
    for event in events:
        if event.kind not in EVENTS[case.wish.doc_kind]:
            raise Refused(
                reason=f"{event.caption()}は、{case.form.title}に載せる種類の記録ではありません。"
            )
    return events


def _passing(case: Case, event: HandlingEvent) -> str:
    """Say 返還 or 引渡し; the neutral 引渡し・授受 is a heading, not a word for a letter."""
    if event.kind is HandlingKind.RETURN:
        return "返還"
    return (
        "引渡し" if case.act(event.kind) == HandlingKind.HAND_OVER.label else case.act(event.kind)
    )


def _not_received_by(case: Case, events: list[HandlingEvent]) -> str:
    """Name the client where something went to somebody else without the client's word for it."""
    books, mine = case.ledger.rules.books, {event.id for event in events}
    astray = (one.id in mine for one in never_reached_the_client(books, case.contract))
    client = case.organization(case.contract.client_org_id)
    return f"{case.profile.term('client_party')}（{client}）" if any(astray) else ""


def _receiver(then: Then, event: HandlingEvent) -> str:
    """Name who received it with the organization: a client reads whether that was the client."""
    firm = then.organization(event.counterpart_org_id)
    return words(firm, event.counterpart_title, event.counterpart_name)
