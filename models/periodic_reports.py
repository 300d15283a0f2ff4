"""The reports of how things are handled: one for each period, some days after it (K-14)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from models.agreed import terms
from models.codes import ReportCycle
from models.deadlines import NEVER, PERIODS
from models.evidence_rows import NOTE, Row
from models.inquiry import Inquiry
from models.records import Submission
from models.rules.replaced import as_one
from models.rules.standing import is_submitted
from models.workdays import add_months, days_after

REPORT = "D-19"
PROOF, QUERY = "EQ-REPORT", "EQ-NOCYCLE"
NO_CYCLE = "「定期報告の周期」は「定めなし」です。期限のある報告はありません。{client}とそう決めたか、契約で確かめてください。"


@dataclass(frozen=True, slots=True)
class Period:
    """The time of which one report speaks, first to last day, and the last day for the report."""

    begin: date
    end: date
    limit: date
    months: int

    def papers(self, papers: Sequence[Submission]) -> list[Submission]:
        """Return those that speak of the period, or came in the one after it."""
        return [one for one in papers if self._is_of(one)]

    def _is_of(self, paper: Submission) -> bool:
        if paper.effective_on is not None:
            return self.begin <= paper.effective_on <= self.end
        came = paper.submitted_on
        return came is not None and self.end < came <= add_months(self.end, self.months)


def periods(asked: Inquiry) -> Iterator[Period] | None:
    """Return the periods up to the one that is running; None while no cycle is fixed.

    That there is none (定めなし) is decided as well: no report is due on a day of its own.
    """
    cycle = asked.contract.periodic_report_cycle
    if cycle is ReportCycle.NONE:
        return iter(())
    months = PERIODS.get(cycle)
    start = asked.contract.work_start_on
    if months is None or start is None:
        return None
    return _periods(asked, start, months)


def _periods(asked: Inquiry, start: date, months: int) -> Iterator[Period]:
    """Yield whole calendar months, the first from the start on, the last until the end."""
    agreed = terms(asked)
    last = asked.ends_on or asked.today
    begin = start.replace(day=1)
    while begin <= min(last, asked.today):
        following = add_months(begin, months)
        end = min(following - timedelta(days=1), last)
        limit = agreed.last_day("report_days_after_period", partial(days_after, end))
        yield Period(max(begin, start), end, limit, months)
        begin = following


def eq_no_cycle(asked: Inquiry) -> Iterator[Row]:
    """Tell under the clause of the reports, to be read, that the contract fixes no cycle for them."""
    regime = asked.profile.params.periodic_report.regime
    clauses = asked.asking(PROOF)
    if regime == "cycle" and asked.contract.periodic_report_cycle is ReportCycle.NONE and clauses:
        one = asked.contract
        words = NO_CYCLE.format(client=asked.profile.term("client_party"))
        yield Row(one.type, one.id, words, NOTE, clauses)


def unreported(asked: Inquiry, found: Iterator[Period]) -> Iterator[Period]:
    """Yield the periods of which the client has no report."""
    papers = [one for one in _papers(asked) if is_submitted(one)]
    yield from (one for one in found if not one.papers(papers))


def late_reports(asked: Inquiry) -> Iterator[tuple[Period, Submission]]:
    """Yield the periods whose first report came after its day; one sent back was there, too."""
    if asked.profile.params.periodic_report.regime != "cycle":
        return
    handed = [one for one in _papers(asked) if one.status not in NEVER and one.submitted_on]
    handed.sort(key=lambda one: one.submitted_on or date.min)
    for period in periods(asked) or ():
        first = next(iter(period.papers(handed)), None)
        if first is not None and first.submitted_on and first.submitted_on > period.limit:
            yield period, first


def _papers(asked: Inquiry) -> list[Submission]:
    return as_one(one for one in asked.all(Submission) if one.doc_kind == REPORT)
