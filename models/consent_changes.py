"""A consent that is widened after something went beyond it, or put off after it had ended (R-08, K-12, R-39).

What an act had to keep to is what the client had said by then. Whoever raises the limit of a consent
afterwards, names another person, place or thing in it or moves its days, makes a breach disappear that
was one; so it takes a reason and somebody else, and the evidence tells of it. A slip may be put right
alone on the day of its entry, and everything before anything went beyond it. Who got the client's word
anew registers that as a consent of its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from models.breaches import CHANGED
from models.codes import HandlingKind, RuleMode, Timing
from models.consent_stays import allowed_now
from models.contract_changes import told
from models.contract_dues import stood_before
from models.evidence_rows import Row
from models.from_to import field_from_to, shortened
from models.inquiry import Inquiry
from models.kinds import Ref
from models.outstaying import needed, outlasted
from models.profiles import Clause
from models.records import (
    BY_TYPE,
    Authorization,
    AuthorizationTarget,
    HandlingEvent,
    Record,
    RuleOverride,
)
from models.rules.beyond import called_otherwise, used_up
from models.rules.books import ENDED_LATER, GIVEN, Books
from models.rules.copied import copied_with, is_copying
from models.rules.engine import examine
from models.rules.return_day import allowed_until, too_long
from models.rules.unfit import BETWEEN, unfit
from models.rules.used_up import uses
from models.rules.who_where import somebody_else
from models.store import Op, Query, Where
from models.unfit_basis import clauses_for
from models.versions import Version, versions

if TYPE_CHECKING:
    from models.ledger import Ledger

PLAIN = (
    "basis_type", "subject", "scope_text", "destination_text", "relay", "valid_from", "valid_until",
    "decision", "decided_on", "conditions",
)  # fmt: skip
COUNTED = ("quantity_limit", "unit")
LIMITS = (*PLAIN, *COUNTED, "targets")
"""On these hangs how far a consent goes, and until when."""
BEYOND = "「{consent}」を超えた（認められていない）取扱いなど{count}件（{first}など）があります。その後に、{changes}変えます。"
OVER = (
    "「{consent}」の有効期間は終わっていて、これを根拠にしたもの（持出し・写し・場所）が残っています。"
    "その後に、{changes}変えます。"
)
AGAIN = "「{consent}」は、超えた取扱いなどの後に一度変えられ、それを根拠にした取扱いがあります。さらに、{changes}変えます。"
WAS_OVER = "「{consent}」の有効期間が終わった後も、これを根拠に外にあったものがあります。その後に、{changes}変えます。"
REASON = (
    "登録の誤りの訂正であることを理由に残してください。改めて{basis}を得たときは、これを変えずに、新しい"
    "「承諾・指示」に登録してください。変える前からの逸脱は、是正を別の人が確認するまで残ります。"
)
TOLD = "「{consent}」について、"
NOTHING = Decimal(0)


# --- at the counter ------------------------------------------------------------------------------


def asked_of(ledger: "Ledger", before: Record | None, after: Authorization) -> str:
    """Return what has to be explained when a consent is widened too late, "" when nothing has."""
    if not isinstance(before, Authorization) or not _differ(before, after):
        return ""
    stood = stood_before(versions(ledger.store, Authorization, after.id), ledger.today())
    if not stood:
        return ""
    known = {one: None for one in (before, stood[-1])}
    asked = ledger.inquiries.of(after.contract_id)
    gone = _allowed_now(asked, ledger.rules.books, list(known), after)
    gone += allowed_now(asked, known, after, ledger.today())
    said = ""
    if gone:
        said = BEYOND.format(
            consent=before.caption(), count=f"{len(gone):,}", first=gone[0],
            changes="、".join(_changes(asked, before, after)),
        )  # fmt: skip
    elif all(_put_off(one, after, ledger.today()) for one in known):
        changes = "、".join(_changes(asked, before, after))
        words = OVER if after.id in needed(asked) else WAS_OVER
        if words is OVER or after.id in outlasted(asked):
            said = words.format(consent=before.caption(), changes=changes)
    elif all(_goes_further(one, after) for one in known) and _was_asked(ledger, after):
        changes = "、".join(_changes(asked, before, after))
        said = AGAIN.format(consent=before.caption(), changes=changes)
    basis = before.basis_type.label if before.basis_type else ""
    return f"{said}{REASON.format(basis=basis)}" if said else ""


def clauses_of(ledger: "Ledger", one: Authorization) -> tuple[Clause, ...]:
    """Return the clauses under which it is told what goes beyond a consent, by the acts under it."""
    asked = ledger.inquiries.of(one.contract_id)
    verb = one.basis_type.label if one.basis_type else ""
    kinds = dict.fromkeys(act.kind for act in asked.books.acts_under(one.id))
    keys = {key for kind in kinds if kind for key in clauses_for(asked, kind, one, verb)}
    return tuple(clause for clause in asked.clauses if clause.key in keys)


def _was_asked(ledger: "Ledger", one: Authorization) -> bool:
    """Tell whether two persons had to agree to a change of a consent on which acts rest."""
    if ledger.registers.one(RuleOverride, rule_id=CHANGED, record_ref=one.id) is None:
        return False
    return bool(ledger.rules.books.acts_under(one.id))


def _goes_further(old: Authorization, new: Authorization) -> bool:
    """Tell whether a consent allows anything that it did not; another wording may."""
    if new.decision not in GIVEN:
        return False
    others = set(LIMITS) - {"quantity_limit", "unit", "valid_until", "valid_from", "decided_on"}
    if any(getattr(old, name) != getattr(new, name) for name in others):
        return True
    begins = any(
        _earlier(getattr(new, name), getattr(old, name)) for name in ("valid_from", "decided_on")
    )
    return begins or _earlier(old.valid_until, new.valid_until, date.max) or _more(old, new)


def _earlier(one: date | None, other: date | None, without: date = date.min) -> bool:
    return (one or without) < (other or without)


def _more(old: Authorization, new: Authorization) -> bool:
    was, now = old.quantity_limit, new.quantity_limit
    if was is None:
        return False
    return now is None or now > was or old.unit != new.unit


def _differ(old: Authorization, new: Authorization) -> bool:
    return any(getattr(old, name) != getattr(new, name) for name in LIMITS)


def _allowed_now(
    asked: Inquiry, books: Books, known: Sequence[Authorization], after: Authorization
) -> list[str]:
    """Return the acts, and what else rests on a consent, of which less is wrong than before.

    Args:
        known: what the consent said until now, and at the end of the last earlier day.
    """
    acts = books.acts_under(after.id)
    gone = {act.id: act.caption() for act in acts if _less_in_all(books, known, after, act)}
    for breach in asked.breaches.unsettled():
        if breach.rule_id == CHANGED or breach.record_ref in gone:
            continue
        if (record := _standing(asked, breach)) is None:
            continue
        now = _said(asked, books.beside([after]), breach, record)
        if all(now < _said(asked, books.beside([one]), breach, record) for one in known):
            gone[record.id] = record.caption()
    return list(gone.values())


def _standing(asked: Inquiry, breach: RuleOverride) -> Record | None:
    cls = BY_TYPE.get(breach.record_type)
    return asked.books.find(cls, breach.record_ref) if cls is not None else None


def _said(asked: Inquiry, books: Books, breach: RuleOverride, record: Record) -> int:
    """Return how much a rule says against a record, as to whom it was entered by."""
    case = replace(asked.case(record), books=books, asker=breach.requested_by)
    found = (one for one in examine(case) if one.mode is not RuleMode.NOTICE)
    return sum(one.rule_id == breach.rule_id for one in found)


def _less_in_all(
    books: Books, known: Iterable[Authorization], after: Authorization, act: HandlingEvent
) -> bool:
    stood = []
    for one in known:
        stood.append(_flaws(books, one, act))
        if not any(stood[-1].values()):  # as most acts
            return False
    now = _flaws(books, after, act)
    return all(_is_less(one, now) for one in stood)


def _is_less(old: Mapping[str, Decimal], new: Mapping[str, Decimal]) -> bool:
    return any(new.get(name, NOTHING) < much for name, much in old.items())


def _flaws(books: Books, one: Authorization, act: HandlingEvent) -> dict[str, Decimal]:
    """Return by how much an act is not what a consent, or a version of it, allows."""
    assert act.occurred_at is not None
    day = act.occurred_at.date()
    handled = books.items(line.item_id for line in act.lines).values() if one.targets else ()
    why = unfit(books.as_of(one, day), act.kind, day, handled)
    found = {"unfit": Decimal(len(why.split(BETWEEN)) if why else 0)}
    if uses(act):
        total, limit = used_up(books, one).get(act.id), one.quantity_limit
        found["much"] = total - limit if total is not None and limit is not None else NOTHING
        found["who"] = Decimal(bool(somebody_else(books, one, act)))
        found["where"] = Decimal(len(called_otherwise(books, one, act)))
        found["long"] = _days_beyond(books, one, act)
    if act.kind is HandlingKind.COPY and one.quantity_limit is not None and is_copying(one):
        copied = copied_with(books, one, act, {})
        found["copies"] = (
            max(copied.total - one.quantity_limit, NOTHING) if copied.mine else NOTHING
        )
    return found


def _days_beyond(books: Books, one: Authorization, act: HandlingEvent) -> Decimal:
    back = act.expected_return_at
    if not too_long(books, one, act) or back is None:
        return NOTHING
    return Decimal((back.date() - allowed_until(books, one, act)).days)


def _put_off(old: Authorization, new: Authorization, today: date) -> bool:
    """Tell whether a consent that had ended, or was taken back, goes on or ended later."""
    until, later = old.valid_until, new.valid_until
    if until is not None and until < today and (later is None or later > until):
        return True
    return old.decision in ENDED_LATER and new.covers(today)


# --- in the evidence -----------------------------------------------------------------------------


def changed(asked: Inquiry) -> Iterator[Row]:
    """Tell how consents were widened after something had gone beyond them, or had outlasted them."""
    mine = Where("contract_id", Op.EQ, asked.contract.id)
    revised = Query(Authorization.type, (mine, Where("row_version", Op.GT, 1)))
    for id_ in asked.listed(revised, (), _id):
        entered = [one for one in asked.versions(Authorization, id_) if not one.voided]
        late = False
        for number, (before, after) in enumerate(pairwise(entered), start=1):
            if not _differ(before.record, after.record):
                continue
            further = late and _goes_further(before.record, after.record)
            if further or _is_late(asked, entered[:number], after):
                late = True
                changes = [*_changes(asked, before.record, after.record)]
                words = TOLD.format(consent=before.record.caption()) + told(asked, after, changes)
                yield Row(Authorization.type, id_, words, "due")


def _id(_asked: Inquiry, id_: str) -> str:
    return id_


def _is_late(
    asked: Inquiry, earlier: Sequence[Version[Authorization]], after: Version[Authorization]
) -> bool:
    """Tell whether anything had gone beyond a consent, or outlasted it, when it was widened."""
    stood = stood_before(earlier, after.day)
    if not stood:
        return False
    if any(allowed_now(asked, stood[-1:], after.record, after.day)):
        return True
    acts = _acts_before(asked, after)
    if acts and _put_off(stood[-1], after.record, after.day):
        return True
    return any(_less_in_all(asked.books, stood[-1:], after.record, act) for act in acts)


def _acts_before(asked: Inquiry, version: Version[Authorization]) -> list[HandlingEvent]:
    """Return the acts under a consent that were entered before a version of it."""
    where = (
        Where("authorization_id", Op.EQ, version.record.id),
        Where("timing", Op.EQ, Timing.ACTUAL),
    )
    numbers = asked.listed(Query(HandlingEvent.type, where), ("created_seq",), _number)
    acts = asked.books.acts_under(version.record.id)
    return [act for act in acts if numbers.get(act.id, version.seq) < version.seq]


def _number(_asked: Inquiry, _id: str, number: int) -> int:
    return number


# --- words ---------------------------------------------------------------------------------------


def _changes(asked: Inquiry, old: Authorization, new: Authorization) -> Iterator[str]:
    fields = Authorization.fields()
    for name in PLAIN:
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            kind: Any = fields[name].kind
            said = ("" if one in (None, "") else shortened(kind.format(one)) for one in (was, now))
            yield field_from_to(fields[name], *said)
    if any(getattr(old, name) != getattr(new, name) for name in COUNTED):
        yield field_from_to(fields["quantity_limit"], _limit(old), _limit(new))
    if old.targets != new.targets:
        yield field_from_to(fields["targets"], _targets(asked, old), _targets(asked, new))


def _limit(one: Authorization) -> str:
    return "" if one.quantity_limit is None else f"{one.quantity_limit:,f}{one.unit}"


def _targets(asked: Inquiry, one: Authorization) -> str:
    names = []
    for f in AuthorizationTarget.own_fields():
        if isinstance(f.kind, Ref):
            ids = (getattr(target, f.name) for target in one.targets)
            names += [asked.caption(f.kind.type, id_) for id_ in ids if id_]
    return shortened("、".join(names))
