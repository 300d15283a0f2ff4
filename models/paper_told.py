"""Which acts papers that were handed in speak of: in the evidence, the calendar, at the end."""

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
        done = [one for one in papers if not _is_ahead(one)]
        self._named = {id_ for one in done for id_ in one.subject_ids}
        outside = (
            one.submitted_on
            for one in done
            if one.made_elsewhere and not one.subject_ids and one.doc_kind in OF_ENDS
        )
        self._until = max((day for day in outside if day is not None), default=date.min)

    def about(self, act_id: str, day: date) -> bool:
        """Tell whether one of them speaks of an act of a day."""
        return act_id in self._named or day <= self._until


def _is_ahead(paper: Submission) -> bool:
    content = paper.content
    return isinstance(content, Mapping) and content.get("completed") is False
