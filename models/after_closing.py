"""What a closed contract still asks for: one answer for calendar, clauses and erasure (R-45, A-39).

The items below survive the closing. All else asks of the running work: on a closed contract nobody
can do it any more, or need. What of it was due before and was not done stays told under its clause,
as it stood on the day of the closing (`LEFT`); what would only come due afterwards is not asked.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from models.at_closing import AtClosing, at_closing
from models.calendar_frame import Due, Item
from models.calendar_paper import (
    handed_in_and_undone,
    handed_in_twice,
    k14_periodic_report,
    k24_end_papers,
)
from models.calendar_people import k32_card_comes_back
from models.calendar_things import (
    k13_back,
    k15_counts,
    k19_report,
    k20_request,
    k21_findings,
    k23_end,
    k32_comes_back,
    k37_confirmation,
    k38_retention,
)
from models.evidence_rows import ASKING, LEFT, Row
from models.incident_duties import k19_incidents
from models.inquiry import Inquiry, Question
from models.requests_in_words import without_request
from models.under_way import k13_arrival
from models.wareki import format_short

SURVIVING: tuple[Item, ...] = (
    k13_back,
    k13_arrival,
    k14_periodic_report,
    k15_counts,
    k19_report,
    k19_incidents,
    k20_request,
    k21_findings,
    k23_end,
    k24_end_papers,
    handed_in_and_undone,
    handed_in_twice,
    k32_comes_back,
    k32_card_comes_back,
    k37_confirmation,
    k38_retention,
)
"""What is due although the contract is closed: the duties survive it, with the report of the last
period, what those who worked here still hold, and what was closed over as an exception (R-24)."""

AS_IT_STOOD = "終結のとき（{day}）：{said}"


def still_due(asked: Inquiry, item: Item, found: Iterable[Due]) -> Iterator[Due]:
    """Yield the dates of an item of the calendar that are asked for; of an open contract, all."""
    if at_closing(asked) is None:
        yield from found
    elif item in SURVIVING:
        yield from (one for one in found if one.due_on is not None)


def dated(item: Item, told: Callable[[Inquiry, Iterable[Due]], Iterator[Row]]) -> Question:
    """Return a query that tells the dates of an item of the calendar in rows."""

    def query(asked: Inquiry) -> Iterator[Row]:
        yield from told(asked, still_due(asked, item, item(asked)))
        if (then := at_closing(asked)) is not None:
            over = (one for one in item(then) if item not in SURVIVING or one.due_on is None)
            yield from _as_it_stood(then, told(then, over))

    return query


@dataclass(frozen=True)
class OfTheWork:
    """A query about the running work; a closed contract answers as it stood then."""

    query: Question

    def __call__(self, asked: Inquiry) -> Iterator[Row]:
        then = at_closing(asked)
        if then is None:
            yield from self.query(asked)
        else:
            yield from _as_it_stood(then, self.query(then))


def of_the_work(query: Question) -> Question:
    """Return a query about the running work; a closed contract answers as it stood then."""
    return OfTheWork(query)


def _as_it_stood(then: AtClosing, rows: Iterable[Row]) -> Iterator[Row]:
    """Yield what was not done at the closing, and ask nobody to do it; what was to come is left out."""
    day = format_short(then.today)
    for one in rows:
        if one.severity in ASKING:
            said = AS_IT_STOOD.format(day=day, said=without_request(one.sentence))
            yield replace(one, sentence=said, severity=LEFT)
