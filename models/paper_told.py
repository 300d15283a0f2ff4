"""Which acts papers that were handed in speak of: in the evidence, the calendar, at the end."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date

from models.records import Submission

OF_ENDS = frozenset({"D-16", "D-17", "D-18"})


class Told:
    """The acts that some papers speak of, as done.

    A report of what is planned (予定) says nothing about the act. A paper of an end that was made
    outside this ledger names no records; it can speak of what had happened when it was handed in.

    Args:
        papers: those that were handed in.
    """

    def __init__(self, papers: Iterable[Submission]) -> None:
        done = [one for one in papers if not is_ahead(one)]
        self._named: dict[str, date] = {}
        for one in done:
            for id_ in one.subject_ids:
                self._named[id_] = min(_came(one), self._named.get(id_, date.max))
        self._outside = sorted(
            one.submitted_on
            for one in done
            if one.made_elsewhere and not one.subject_ids and one.doc_kind in OF_ENDS
            if one.submitted_on is not None
        )

    def about(self, act_ids: Iterable[str], day: date) -> bool:
        """Tell whether one of them speaks of an act of a day, by one of its ids."""
        return self.since(act_ids, day) is not None

    def since(self, act_ids: Iterable[str], day: date) -> date | None:
        """Return when the first that speaks of an act was handed in, None without any."""
        days = [self._named[id_] for id_ in act_ids if id_ in self._named]
        number = bisect_left(self._outside, day)
        days += self._outside[number : number + 1]
        return min(days, default=None)


def _came(paper: Submission) -> date:
    return paper.submitted_on or date.min


def is_ahead(paper: Submission) -> bool:
    """Tell whether a paper reports what is planned."""
    content = paper.content
    return isinstance(content, Mapping) and content.get("completed") is False
