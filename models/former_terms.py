"""What was late by a term that has been changed since (R-39).

A milder term that is entered with a copy asks nobody, and counts for what happened before, too: it
may have been agreed then. But what was late already when it was entered was late by all that the
ledger knew. So that stays to be read, and the client holds the day of the agreement against it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from models import fixed_cycles, late_papers
from models.agreed import Agreed, Former
from models.calendar_running import eq_late_looks
from models.evidence_rows import Row
from models.inquiry import Inquiry
from models.records import ContractClauseSetting
from models.requests import late_answers
from models.supervising import eq_late_seen
from models.wareki import format_short

QUERY = "EQ-FORMERTERM"
TOLD = "{said}この期限は、{day}に登録した定めに変わる前のものです。"
Late = Callable[[Inquiry], Iterator[Row]]
BY_TERM: Mapping[str, tuple[Late, ...]] = {
    "prompt_red_business_days": (
        late_papers.of_losses, late_papers.of_incidents, late_answers,
    ),
    "report_days_after_period": (late_papers.of_periods,),
    "confirmation_business_days": (eq_late_seen,),
    "access_log_analysis": (eq_late_looks,),
}  # fmt: skip
"""What tells that something was late, by the name of the number of days or cycle."""
_LIMIT = re.compile(r"（[^（）]*）")


class _Then(Inquiry):
    """The same contract, judged by a term of before; what was read serves both."""

    def __init__(self, asked: Inquiry, former: Former) -> None:
        vars(self).update(vars(asked))
        self.former, self._lists, self._answers = former, {}, {}


def eq_by_former(asked: Inquiry) -> Iterator[Row]:
    """List what was late when a term was changed, and is not any more, or was by another day."""
    for former in _changed(asked):
        then = _Then(asked, former)
        for late in BY_TERM[former.name]:
            now = {_what(row) for row in late(asked)}
            for row in late(then):
                if _what(row) not in now:
                    day = format_short(former.until)
                    yield replace(row, sentence=TOLD.format(said=row.sentence, day=day))


def _what(row: Row) -> tuple[str, str, str]:
    """Return what a row tells, whatever the limit was."""
    return row.type, row.id, _LIMIT.sub("", row.sentence)


def _changed(asked: Inquiry) -> Iterator[Former]:
    """Yield the terms of before, one that did not stand for a day left out: it was a slip."""
    params, cycles = asked.profile.params, {"access_log_analysis"}
    entered = [
        version
        for id_ in fixed_cycles.settings_of(asked)
        for version in asked.versions(ContractClauseSetting, id_)
    ]
    stands: dict[str, ContractClauseSetting] = {}
    before = Agreed(params, ())
    since: dict[str, date] = {}
    for version in sorted(entered, key=lambda one: one.seq):
        stands.pop(version.record.id, None)
        if not version.voided:
            stands[version.record.id] = version.record
        agreed = Agreed(params, [*stands.values()])
        for name in BY_TERM:
            was, now = (
                one.cycle(name) if name in cycles else one.days(name) for one in (before, agreed)
            )
            if was != now and was is not None and since.get(name, date.min) < version.day:
                yield Former(name, before, version.day)
            if was != now:
                since[name] = version.day
        before = agreed
