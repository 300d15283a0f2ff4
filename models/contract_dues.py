"""What a contract's own cycle and days make due: put off before its day, or when it is overdue (R-39).

Who makes reports rarer, lets work that goes on begin later or moves a day that is over makes a duty
disappear that was missed; so it takes a reason and somebody else. A day that lies ahead may be moved,
a first cycle fixed and a slip put right on the day of its entry; what asks for less is told.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from models.deadlines import AT_THE_START, PERIODS, deadlines
from models.from_to import field_from_to, from_to
from models.profiles import Profile
from models.records import Contract, Record
from models.versions import Version, versions
from models.wareki import format_short
from models.workdays import day_before

if TYPE_CHECKING:
    from models.ledger import Ledger

R = TypeVar("R", bound=Record)
FIELDS = ("periodic_report_cycle", "work_start_on", "doc_due_rules")
NEVER = 1_000  # months


def stood_before(entered: Sequence[Version[R]], day: date) -> list[R]:
    """Return what a record said at the end of each earlier day on which it was entered."""
    kept = [one for one in entered if not one.voided and one.day < day]
    last = {one.day: one.record for one in kept}
    return list(last.values())


# --- at the counter ------------------------------------------------------------------------------


def put_off_late(
    ledger: "Ledger", before: Contract, after: Contract, *, used: bool
) -> Iterator[str]:
    """Say what is put off, or asked for more seldom, although it was due.

    Args:
        used: acts or papers stand under the contract.
    """
    if all(getattr(before, name) == getattr(after, name) for name in FIELDS):
        return
    stood = stood_before(versions(ledger.store, Contract, after.id), ledger.today())
    if not stood:
        return
    asked = ledger.inquiries.of(after.id)
    if used:
        yield from _rarer(asked.profile, stood, before, after)
        began, last = stood[-1].work_start_on, _begins_later(before, after)
        if last and _begins_later(stood[-1], after) and began and began <= ledger.today():
            yield last
    missed = {(one.kind, one.day) for one in deadlines(asked) if one.fixed and not one.in_time}
    for kind, words in _papers_put_off(asked.profile, before, after):
        known = {one.due_on for one in stood[-1].doc_due_rules if one.doc_kind == kind}
        lost = _owed_later(asked.profile, kind, before, after)
        if any(day < asked.today and day in known and (kind, day) in missed for day in lost):
            yield words


# --- in the evidence -----------------------------------------------------------------------------


def changed(
    profile: Profile, entered: Sequence[Version[Contract]], after: Version[Contract], *, used: bool
) -> Iterator[str]:
    """Say of what less was asked from a version on.

    Args:
        entered: the versions before it, oldest first.
        used: acts or papers stood under the contract; before that only what was overdue is told.
    """
    old, new = entered[-1].record, after.record
    if used:
        yield from _rarer(profile, [one.record for one in entered], old, new)
        if words := _begins_later(old, new):
            yield words
    for kind, words in _papers_put_off(profile, old, new):
        if used or min(_owed_later(profile, kind, old, new)) < after.day:
            yield words


# --- what asks for less --------------------------------------------------------------------------


def _rarer(
    profile: Profile, stood: Sequence[Contract], before: Contract, after: Contract
) -> Iterator[str]:
    """Say that reports are made rarer than they were last fixed, though it was taken out meanwhile."""
    old, new = before.periodic_report_cycle, after.periodic_report_cycle
    fixed = [one.periodic_report_cycle for one in stood if one.periodic_report_cycle in PERIODS]
    if profile.params.periodic_report.regime != "cycle" or old == new or not fixed:
        return
    known = max(PERIODS[fixed[-1]], PERIODS.get(old, 0))
    if PERIODS.get(new, NEVER) > known:
        was, now = (one.label if one else "" for one in (old, new))
        yield _words("periodic_report_cycle", was, now)


def _begins_later(before: Contract, after: Contract) -> str:
    old, new = before.work_start_on, after.work_start_on
    if old is None or (new is not None and new <= old):
        return ""
    return _words("work_start_on", format_short(old), format_short(new) if new else "")


def _papers_put_off(
    profile: Profile, before: Contract, after: Contract
) -> Iterator[tuple[str, str]]:
    """Yield the papers that are owed later or no more, with the words that say so."""
    for kind in dict.fromkeys(one.doc_kind for one in before.doc_due_rules):
        if _owed_later(profile, kind, before, after):
            form = profile.documents.get(kind)
            old, new = (_listed(_fixed(one, kind)) for one in (before, after))
            label = Contract.fields()["doc_due_rules"].label
            title = form.title if form else kind
            yield kind, from_to(f"「{label}」の「{title}」", old, new)


def _owed_later(profile: Profile, kind: str, before: Contract, after: Contract) -> list[date]:
    """Return the days by which fewer papers of a kind are owed than were.

    Where the text wants it before the work begins, that day counts when no other is fixed.
    """
    old, new = _fixed(before, kind), _fixed(after, kind)
    if not new and _wanted_at_the_start(profile, kind) and after.work_start_on:
        new = [day_before(after.work_start_on)]
    return [day for day in old if sum(one <= day for one in new) < sum(one <= day for one in old)]


def _fixed(contract: Contract, kind: str) -> list[date]:
    days = {one.due_on for one in contract.doc_due_rules if one.doc_kind == kind}
    return sorted(day for day in days if day is not None)


def _wanted_at_the_start(profile: Profile, kind: str) -> bool:
    """Tell whether every contractor owes the paper; D-26 depends on who it is."""
    asked = (one for one in profile.clauses_for(profile.code) if f"EQ-DOC({kind})" in one.evidence)
    return kind in AT_THE_START and kind != "D-26" and any(asked)


def _listed(days: Sequence[date]) -> str:
    return "・".join(format_short(day) for day in days)


def _words(name: str, old: str, new: str) -> str:
    return field_from_to(Contract.fields()[name], old, new)
