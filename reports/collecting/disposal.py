"""Collect the certificate of erasures and disposals (D-18): what was ended, how, and on what it lay."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from models import wareki
from models.codes import HandlingKind, RuleMode
from models.errors import Refused
from models.records import HandlingEvent, HandlingLine, Item, RuleOverride, Sanitization
from reports.collecting.attendance import at_the_end
from reports.collecting.case import Case, Then, words
from reports.documents.d18_certificate import Certificate, DisposalLine

METHOD, BASIS = "R-20", "R-21"
"""Rules of how something ends: by what method, and by whose word."""


class Breach(NamedTuple):
    """What a rule had against the end of a thing, and whether the method itself was a breach."""

    unfit: bool
    words: str


def certificate(case: Case) -> Certificate:
    """Collect what was erased and disposed of.

    Raises:
        Refused: an event of another kind.
    """
    lines = []
    for event in case.events():
        if event.kind not in (HandlingKind.ERASE, HandlingKind.DISPOSE):
            raise Refused(reason=f"{event.caption()}は、消去・廃棄の記録ではありません。")
        then, breaches = case.then(event), _breaches(case, event)
        names = {one.item_id: then.item(one.item_id).caption() for one in event.lines}
        for line in event.lines:
            if (detail := detail_of(event, line.item_id)) is not None:
                mine = [*_about(breaches, names[line.item_id], names.values())]
                lines.append(_disposal(then, event, line, detail, mine))
    return Certificate(case.letterhead(), case.anchor(), lines=tuple(lines))


def _disposal(
    then: Then,
    event: HandlingEvent,
    line: HandlingLine,
    detail: Sanitization,
    breaches: Sequence[Breach],
) -> DisposalLine:
    """Certify the act: thing, quantity and unit are those of its line and of the item."""
    case, item = then.case, then.item(detail.item_id)
    amount = case.amount(event, line, item)
    carrier = _carrier(then, item) if detail.electronic else None
    medium = carrier or item
    tool = words(detail.tool_name, detail.tool_version and f"（{detail.tool_version}）")
    destination = detail.post_destination
    return DisposalLine(
        info_items=detail.info_items,
        media_name=item.caption() + case.part(event, amount, item),
        quantity=amount,
        unit=item.unit,
        method=detail.method.label if detail.method else "",
        responsible=then.person(detail.responsible_person_id),
        performed_at=detail.performed_at,
        act=case.act(event.kind),
        item_no=item.item_no,
        media_type=item.media_type.label if item.media_type else "",
        maker=medium.maker,
        model=medium.model,
        serial_no=medium.serial_no,
        property_no=medium.property_no,
        electronic=detail.electronic,
        category=detail.category.label if detail.category else "",
        method_detail=detail.method_detail,
        tool=tool,
        passes=detail.passes,
        irrecoverable_confirmed=detail.irrecoverable_confirmed,
        verification_method=detail.verification_method.label if detail.verification_method else "",
        verification_result=detail.verification_result.label if detail.verification_result else "",
        verified=detail.is_passed,
        performed_by=then.person(detail.performed_by),
        performed_org=then.organization(detail.performed_org_id),
        place=detail.place_text,
        verified_by=then.person(detail.verified_by),
        witness=at_the_end(case, event, detail),
        photos=_photos(case, detail),
        vendor_certificate=_vendor(case, detail),
        pre_classification=detail.pre_classification,
        post_classification=detail.post_classification,
        backed_up=detail.data_backed_up,
        destination=destination.label if destination else "",
        carrier=_called(carrier) if carrier else "",
        breach="\n".join(one.words for one in breaches),
        unfit=any(one.unfit for one in breaches) or None,
    )


def _breaches(case: Case, event: HandlingEvent) -> list[RuleOverride]:
    """Return what was entered all the same of how it ended; what was put right since was so, too."""
    if not case.wish.options.get("breaches", True):  # which earlier papers did not say
        return []
    found = case.ledger.registers.all(RuleOverride, record_ref=event.id)
    return [one.record for one in found if one.record.rule_id in (METHOD, BASIS)]


def _about(breaches: Iterable[RuleOverride], own: str, names: Collection[str]) -> Iterator[Breach]:
    """Yield what breaches say of a thing: what names it, or none of those that were ended with it.

    Args:
        own: how it is called.
        names: how all of them are called.
    """
    for one in breaches:
        said = [
            words
            for words in one.message.split("\n")
            if f"「{own}」" in words or not any(f"「{name}」" in words for name in names)
        ]
        if said:
            unfit = one.rule_id == METHOD and one.mode is RuleMode.BLOCK_PLAN
            yield Breach(unfit, f"{''.join(said)}（理由：{one.reason}）")


def _carrier(then: Then, item: Item) -> Item | None:
    """Return what a file lay on; a thing with numbers of its own is the medium itself."""
    own = item.maker or item.model or item.serial_no or item.property_no
    named = then.case.wish.options.get("carriers", True)  # which earlier papers did not
    if own or not named or not item.container_item_id:
        return None
    return then.item(item.container_item_id)


def _called(carrier: Item) -> str:
    media = f"（{carrier.media_type.label}）" if carrier.media_type else ""
    return f"{carrier.caption()}{media}"


def _photos(case: Case, detail: Sanitization) -> str:
    before, after = _files(case, detail.photo_before_ids), _files(case, detail.photo_ids)
    return words(
        before and f"作業前：{before}", after and (f"作業後：{after}" if before else after)
    )


def _vendor(case: Case, detail: Sanitization) -> str:
    day = detail.vendor_certificate_on
    return words(
        detail.vendor_certificate_no,
        wareki.format_wareki(day) if day else "",
        _files(case, (detail.vendor_certificate_id,)),
    )


def _files(case: Case, ids: Iterable[str]) -> str:
    return "、".join(case.ledger.registers.caption("attachment", one) for one in ids if one)


def detail_of(event: HandlingEvent, item_id: str) -> Sanitization | None:
    """Return what an act says of the end of one of its things."""
    return next((one for one in event.sanitization if one.item_id == item_id), None)
