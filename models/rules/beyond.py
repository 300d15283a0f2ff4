"""What goes beyond the consent that it rests on: more pieces, somebody else, another place, longer.

How many and who is certain; where, only people know (`models.rules.who_where`).
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial

from models.codes import AuthorizationSubject, HandlingKind, RuleMode
from models.records import Authorization, HandlingEvent
from models.rules.books import Books
from models.rules.carried import carried, may_carry
from models.rules.case import Case
from models.rules.return_day import too_long
from models.rules.unfit import BETWEEN, unfit
from models.rules.used_up import Things, is_limited, reached, reached_with, unlike_units, uses
from models.rules.who_where import Beyond, elsewhere, somebody_else, too_much

K, S = HandlingKind, AuthorizationSubject
STANDING = {
    K.TAKE_OUT: (S.EQUIPMENT_TAKE_OUT,),
    K.RETURN: (S.INDIRECT_HANDOVER, S.HANDOVER_DESIGNATION),
    K.HAND_OVER: (S.INDIRECT_HANDOVER, S.HANDOVER_DESIGNATION),
}
"""Consents on which an act rests without naming them."""
BEYOND, UNSURE = "の範囲を超えます", "の範囲か、台帳では確かめられません"
ENDS_BEFORE = "の有効期間の終わり（"
"""By these words an exception is known that was made for going beyond a consent."""
SENTENCE = (
    f"「{{consent}}」{BEYOND}（{{why}}）。{{also}}その範囲に収めるか、改めて{{basis}}を得て、"
    "{remedy}ください。"
)
CHOOSE = "根拠に選んで"
CARRY_ON = "これを対象に選んで「承諾・指示」に登録して"
"""Who got the client's word for longer leaves the act as it is: that came before it."""
ALSO = "台帳では確かめられないこともあります（{why}）。"
DOUBT = (
    f"「{{consent}}」{UNSURE}（{{why}}）。同じものを指すときはそのことを、"
    "違うときは理由を入力してください。"
)
LOOK = "「{consent}」の範囲か、確かめてください（{why}）。"


def in_one(
    one: Authorization, found: Sequence[Beyond], strict: RuleMode
) -> Iterator[tuple[RuleMode, str]]:
    """Yield what an act goes beyond as one question, and apart from it what wants only a look.

    Args:
        strict: how strictly the rule of the act asks.
    """
    certain = [gone.why for gone in found if gone.most is None]
    doubtful = [gone.why for gone in found if gone.most is RuleMode.WARN]
    looks = [gone.why for gone in found if gone.most is RuleMode.NOTICE]
    consent, doubts = one.caption(), BETWEEN.join(doubtful)
    if certain:
        basis = one.basis_type.label if one.basis_type else ""
        also = ALSO.format(why=doubts) if doubtful else ""
        why = BETWEEN.join(certain)
        longer = all(gone.longer for gone in found if gone.most is None)
        yield (
            strict,
            SENTENCE.format(
                consent=consent,
                why=why,
                also=also,
                basis=basis,
                remedy=CARRY_ON if longer else CHOOSE,
            ),
        )
    elif doubtful and strict is not RuleMode.NOTICE:
        yield RuleMode.WARN, DOUBT.format(consent=consent, why=doubts)
    elif doubtful:
        looks = [*doubtful, *looks]
    if looks:
        yield RuleMode.NOTICE, LOOK.format(consent=consent, why=BETWEEN.join(looks))


def beyond(
    books: Books, one: Authorization, event: HandlingEvent, things: Things
) -> Iterator[Beyond]:
    """Yield in what an act goes beyond a consent that else allows it."""
    if not uses(event):
        return
    if is_limited(one):
        if units := unlike_units(one, event, things):
            why = f"数量の上限の単位は「{one.unit}」、この取扱いは「{'、'.join(units)}」"
            yield Beyond(why, RuleMode.WARN)
        if (
            total := reached_with(books, one, event, things, _carried(books, one, event))
        ) is not None:
            yield Beyond(too_much(one, total))
        yield from _records(one, event)
    if why := somebody_else(books, one, event):
        yield Beyond(why)
    if why := too_long(books, one, event):
        yield Beyond(why, longer=True)
    yield from elsewhere(books, one, event)


def called_otherwise(books: Books, one: Authorization, act: HandlingEvent) -> list[str]:
    """Return of an act the names of places and firms that are unlike those of a consent."""
    return [gone.why for gone in elsewhere(books, one, act) if gone.most is RuleMode.WARN]


def surely_beyond(books: Books, one: Authorization, act: HandlingEvent) -> list[str]:
    """Return in what an act that stands went beyond a consent, but for what may only be named so."""
    if not uses(act):
        return []
    total = used_up(books, one).get(act.id)
    said = (total and too_much(one, total), somebody_else(books, one, act))
    return [why for why in (*said, too_long(books, one, act)) if why]


def used_up(books: Books, one: Authorization) -> dict[str, Decimal]:
    """Return by which acts a consent was used up, read once until something happens.

    What it carries on hangs on the other consents, too.
    """
    if not is_limited(one):
        return {}
    others = books.authorizations(one.contract_id, one.subject or "") if may_carry(one) else ()
    on = partial(carried, books, one)
    return books.of_acts(("used up", one, others), lambda: reached(books, one, on))


def _carried(books: Books, one: Authorization, event: HandlingEvent) -> Decimal:
    """Return how much a consent carries on when an act comes to it; the act and its wrong form apart."""
    if event.occurred_at is None:
        return Decimal(0)
    apart = {event.id, event.corrects_event_id} - {""}
    return carried(books, one, event.occurred_at.date(), apart)


def _records(one: Authorization, event: HandlingEvent) -> Iterator[Beyond]:
    """Yield that more records go than a limit in 件 says; it may count things as well."""
    limit, count = one.quantity_limit, event.record_count
    if one.unit == "件" and limit is not None and count is not None and count > limit:
        yield Beyond(f"件数は{count:,}件、数量の上限は{limit:,f}件", RuleMode.NOTICE)


# --- of a case ----------------------------------------------------------------------------------


def said_beyond(case: Case) -> Iterator[tuple[Authorization, list[Beyond]]]:
    """Yield the consents that an act rests on, named or standing, and goes beyond.

    Only where somebody enters it: what stands was entered by the rules of its time.
    """
    event = case.event_of()
    if event is None or event.kind is None or event.occurred_at is None:
        return
    if not case.asker or event.source_file_id:
        return
    standing = (
        one
        for subject in STANDING.get(event.kind, ())
        for one in case.books.authorizations(case.contract.id, subject)
    )
    for one in {found.id: found for found in (*case.named, *standing)}.values():
        then = case.books.as_of(one, case.day)
        if unfit(then, event.kind, case.day, case.handled) or not then.covers(case.day):
            continue
        if found := list(beyond(case.books, then, event, case.items)):
            yield then, found
