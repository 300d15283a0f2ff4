"""What found its end only after the day by which it had to (SK-14.1, CM-7.2, FK-13, CB-11, YC-4).

It is over all the same: nothing is left to do. But that it came late stays to be read under the
clauses of the end, as a paper that came after its day does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from models.codes import TERMINAL_STATES, VerificationResult
from models.endings import TERMINAL_BY_KIND
from models.evidence_rows import NOTE, Row, row
from models.inquiry import Inquiry
from models.records import HandlingEvent
from models.rules.case import Case
from models.store import Op, Where
from models.wareki import JAPAN, format_short
from models.workdays import DAY

QUERY = "EQ-LATEEND"
END, UNNEEDED = "EQ-END", "EQ-UNNEEDED"
LATE = (
    "{act}は、業務が終わった日（{end}）の{days:,}日後の{on}に行われ、終わらせる期限（{limit}）を"
    "過ぎています。"
)
TOLD = (
    "「{act}」の日（{day}）は、終わらせる期限（{limit}）の後です。遅れたことは「条項と証拠」の"
    "終わりの条項に残ります。"
)
KEPT = (
    "「{item}」は、不要となった日（{since}）の{days:,}日後の{on}に終わっています（期限は{limit}）。"
)
OVERDUE = "「{item}」は、{word}の期限（{limit}）の{days:,}日後の{on}に終わっています。"


def told_when_late(case: Case) -> str:
    """Return what is told to whom enters that something ended too late, "" when it is in time."""
    event, contract = case.event_of(*TERMINAL_BY_KIND), case.contract
    end = contract.completed_on or contract.terminated_on or contract.ends_on
    if event is None or end is None:
        return ""
    limit = end + case.profile.params.end.grace
    if case.day <= limit:
        return ""
    assert event.kind is not None
    return TOLD.format(act=event.kind.label, day=format_short(case.day), limit=format_short(limit))


def eq_late_end(asked: Inquiry) -> Iterator[Row]:
    """List what was ended after its day; to be read: nothing is left of it."""
    end, unneeded = asked.asking(END), asked.asking(UNNEEDED)
    for one in (*_after_the_work(asked), *_after_their_day(asked)):
        yield replace(one, severity=NOTE, clauses=end)
    for one in _after_they_were_needed(asked) if unneeded else ():
        yield replace(one, severity=NOTE, clauses=unneeded)


def _after_the_work(asked: Inquiry) -> Sequence[Row]:
    limit = asked.end_limit
    if limit is None:
        return ()
    late = Where("occurred_at", Op.GE, datetime.combine(limit + DAY, time.min, JAPAN))
    acts = asked.acts(Where("kind", Op.IN, tuple(TERMINAL_BY_KIND)), late)
    fields = ("caption", "occurred_at", "sanitization.verification_result")
    return [*asked.listed(acts, fields, _late).values()]


def _late(
    asked: Inquiry, id_: str, caption: str, occurred_at: datetime,
    results: tuple[VerificationResult | None, ...],
) -> Row | None:  # fmt: skip
    """Tell how late an act was; what failed ended nothing."""
    limit, end = asked.end_limit, asked.ends_on
    if limit is None or end is None or VerificationResult.FAIL in results:
        return None
    day = occurred_at.date()
    words = LATE.format(
        act=caption, end=format_short(end), days=(day - end).days, on=format_short(day),
        limit=format_short(limit),
    )  # fmt: skip
    return Row(HandlingEvent.type, id_, words)


def _after_their_day(asked: Inquiry) -> Iterator[Row]:
    """Yield what had a day of its own for going back and was ended later."""
    for item in asked.items.values():
        due, last = item.return_due_on, item.last_event_at
        if due is None or last is None or item.state not in TERMINAL_STATES:
            continue
        if last.date() > due:
            words = OVERDUE.format(
                item=item.caption(), word=asked.profile.term("return"), limit=format_short(due),
                days=(last.date() - due).days, on=format_short(last.date()),
            )  # fmt: skip
            yield row(item, words)


def _after_they_were_needed(asked: Inquiry) -> Iterator[Row]:
    """Yield what was unneeded and lay there longer than the text's profile allows (K-22)."""
    days = timedelta(days=asked.profile.params.unneeded.limit_days)
    for item in asked.items.values():
        since, last = item.unneeded_on, item.last_event_at
        if since is None or last is None or item.state not in TERMINAL_STATES:
            continue
        if last.date() > since + days:
            words = KEPT.format(
                item=item.caption(), since=format_short(since), limit=format_short(since + days),
                days=(last.date() - since).days, on=format_short(last.date()),
            )  # fmt: skip
            yield row(item, words)
