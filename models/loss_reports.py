"""When the client was told that something is missing, and since when the ledger knows that he was.

A report of an incident counts where that names what was lost, a paper (D-20) of a ledger without
incidents may be about all of it, and where the text does not want writing a call is enough. Who is
late can enter a word under an earlier day, or make an earlier word one about the loss; that the
ledger did not know in time stays to be read.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from models.codes import CommunicationKind, Direction
from models.deadlines import NEVER
from models.incident_reports import told_on
from models.inquiry import Inquiry
from models.records import ClientCommunication, Incident, IncidentReport, Record, Submission
from models.rules.replaced import as_one
from models.rules.standing import is_submitted
from models.versions import unbroken_since

REPORT = "D-20"
R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Word:
    """One time that the client was told.

    Attributes:
        on: when.
        known: returns since which day the ledger says without a break that he was told by a day.
    """

    on: date
    known: Callable[[date], date]


def reported_on(asked: Inquiry, at: datetime | None, items: Collection[str]) -> date | None:
    """Return the day on which the client was told as the text demands, None before that.

    Args:
        at: when something was lost.
        items: ids of what was lost.
    """
    return min((one.on for one in _words(asked, at, items)), default=None)


def known_late(
    asked: Inquiry, at: datetime, items: Collection[str], limit: date
) -> tuple[date, date] | None:
    """Return the day of a word that was in time, and the day after the limit that entered it as such.

    None where the ledger knew in time, or where every word is late by its own day.
    """
    words = [one for one in _words(asked, at, items) if one.on <= limit]
    known = min((one.known(limit) for one in words), default=limit)
    return (min(one.on for one in words), known) if known > limit else None


def _words(asked: Inquiry, at: datetime | None, items: Collection[str]) -> Iterator[Word]:
    if at is None:
        return
    begun = at.date()
    for found in (_papers, _reports, _calls):
        yield from (one for one in found(asked, items) if one.on >= begun)


def _papers(asked: Inquiry, items: Collection[str]) -> Iterator[Word]:
    others = _others(asked, items)
    for one in as_one(one for one in asked.all(Submission) if one.doc_kind == REPORT):
        only = bool(one.subject_ids) and set(one.subject_ids) <= others
        if not is_submitted(one) or one.submitted_on is None or only:
            continue

        def known(limit: date, paper: Submission = one) -> date:
            return max(
                _since(asked, paper, lambda was: _by(_handed_in(was), limit)),
                min(
                    (
                        _named_since(asked, id_, items)
                        for id_ in paper.subject_ids
                        if id_ not in others
                    ),
                    default=date.min,
                ),
            )

        yield Word(one.submitted_on, known)


def _handed_in(one: Submission) -> date | None:
    """Return when the client had a paper; one that was replaced since was there all the same."""
    return one.submitted_on if one.status not in NEVER else None


def _reports(asked: Inquiry, items: Collection[str]) -> Iterator[Word]:
    written, others = asked.profile.params.incident.first_report_written, _others(asked, items)
    for one in asked.all(IncidentReport):
        day = told_on(one, one.incident_id, strict=written)
        if day is None or one.incident_id in others:
            continue

        def known(limit: date, report: IncidentReport = one) -> date:
            about = report.incident_id
            return max(
                _since(asked, report, lambda was: _by(told_on(was, about, strict=written), limit)),
                _named_since(asked, about, items),
            )

        yield Word(day, known)


def _calls(asked: Inquiry, _items: Collection[str]) -> Iterator[Word]:
    if asked.profile.params.incident.first_report_written:
        return
    for one in asked.all(ClientCommunication):
        if (day := _called(one)) is not None:

            def known(limit: date, call: ClientCommunication = one) -> date:
                return _since(asked, call, lambda was: _by(_called(was), limit))

            yield Word(day, known)


def _called(one: ClientCommunication) -> date | None:
    fits = one.direction is Direction.OUT and one.kind is CommunicationKind.FIRST_INCIDENT_CALL
    return one.at.date() if fits and one.at is not None else None


def _by(day: date | None, limit: date) -> bool:
    return day is not None and day <= limit


def _others(asked: Inquiry, items: Collection[str]) -> set[str]:
    """Return the incidents that are not about these things: they name none of them."""
    return {one.id for one in asked.all(Incident) if not _is_about(one, items)}


def _is_about(one: Incident, items: Collection[str]) -> bool:
    return not set(items).isdisjoint(one.item_ids)


def _named_since(asked: Inquiry, incident_id: str, items: Collection[str]) -> date:
    """Return since which day an incident names what was lost."""
    one = next((one for one in asked.all(Incident) if one.id == incident_id), None)
    return date.min if one is None else _since(asked, one, lambda was: _is_about(was, items))


def _since(asked: Inquiry, one: R, says: Callable[[R], bool]) -> date:
    """Return since which day a record says something without a break."""
    return unbroken_since(asked.revisions(type(one), one.id), says) or date.min
