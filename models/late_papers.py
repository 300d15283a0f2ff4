"""What the client got after its day: papers of acts, reports of a period, the word of a loss.

Nothing is due any more, but that it came late stays to be read under the clauses of it: a receipt
(K-25), the papers of an end (K-24), the report of how things are handled (K-14), of what is missing
or happened (K-19). Deadlines that the client fixed, and papers before the work begins, are of models/deadlines.
"""

from collections.abc import Iterator
from datetime import date

from models.evidence_rows import NOTE, Row
from models.incident_duties import (
    counting,
    demanded,
    entered_late,
    first_limit,
    how_to_report,
    told,
)
from models.inquiry import Inquiry
from models.loss_reports import known_late, reported_on
from models.missing_things import QUERY as LOSS
from models.missing_things import losses, report_limit, report_word
from models.paper_about import papered
from models.papered_acts import handed_in_late, owed
from models.periodic_reports import REPORT, late_reports
from models.records import HandlingEvent, Incident, Submission
from models.wareki import format_short

QUERY = "EQ-LATEPAPER"
OF_AN_ACT = "{act}についての「{paper}」は、期限（{day}）の後の{on}に提出しています。"
OF_A_PERIOD = "{begin}～{end}の「{paper}」は、期限（{day}）の後の{on}に提出しています。"
OF_AN_INCIDENT = "「{one}」の第一報（{what}）は、期限（{day}）の後の{on}に行っています。"
INCIDENT_ENTERED = "「{one}」の第一報（{what}）は、{on}に行ったものとして、期限（{day}）の後の{entered}に登録しています。"
LOSS_ENTERED = (
    "{act}の{word}は、{on}に行ったものとして、期限（{day}）の後の{entered}に登録しています。"
)
OF_A_LOSS = "{act}の{word}は、期限（{day}）の後の{on}に行っています。"


def eq_late_papers(asked: Inquiry) -> Iterator[Row]:
    """List what came after its day; to be read: it is there, and was late for good."""
    yield from _of_acts(asked)
    yield from of_periods(asked)
    yield from of_losses(asked)
    yield from of_incidents(asked)


def _of_acts(asked: Inquiry) -> Iterator[Row]:
    for one in owed(asked):
        clauses = tuple(
            dict.fromkeys(
                clause.key for paper in one.papers for clause in papered(asked, one.proof, paper)
            )
        )
        titles = "・".join(asked.profile.document_title(kind) for kind in one.papers)
        for act, came in handed_in_late(asked, one) if clauses else ():
            days = _days(one.limit(act), came)
            words = OF_AN_ACT.format(act=act.caption, paper=titles, **days)
            yield Row(HandlingEvent.type, act.ids[0], words, NOTE, clauses)


def of_periods(asked: Inquiry) -> Iterator[Row]:
    clauses = asked.asking("EQ-REPORT")
    title = asked.profile.document_title(REPORT) if clauses else ""
    for one, paper in late_reports(asked) if clauses else ():
        assert paper.submitted_on is not None
        words = OF_A_PERIOD.format(
            begin=format_short(one.begin), end=format_short(one.end), paper=title,
            **_days(one.limit, paper.submitted_on),
        )  # fmt: skip
        yield Row(Submission.type, paper.id, words, NOTE, clauses)


def of_losses(asked: Inquiry) -> Iterator[Row]:
    clauses = asked.asking(LOSS)
    for one in losses(asked) if clauses else ():
        limit, came = report_limit(asked, one.at), reported_on(asked, one.at, one.items)
        if came is not None and came > limit:
            words = OF_A_LOSS.format(act=one.caption, word=report_word(asked), **_days(limit, came))
            yield Row(HandlingEvent.type, one.id, words, NOTE, clauses)
        elif late := known_late(asked, one.at, one.items, limit):
            words = LOSS_ENTERED.format(
                act=one.caption, word=report_word(asked), entered=format_short(late[1]),
                **_days(limit, late[0]),
            )  # fmt: skip
            yield Row(HandlingEvent.type, one.id, words, NOTE, clauses)


def of_incidents(asked: Inquiry) -> Iterator[Row]:
    clauses = asked.asking(LOSS)
    for one in counting(asked) if clauses else ():
        limit, came = first_limit(asked, one), told(asked, one).on
        if came is not None and came > limit and demanded(asked, one):
            what = how_to_report(asked)
            words = OF_AN_INCIDENT.format(one=one.caption(), what=what, **_days(limit, came))
            yield Row(Incident.type, one.id, words, NOTE, clauses)
        elif (late := entered_late(asked, one)) and demanded(asked, one):
            words = INCIDENT_ENTERED.format(
                one=one.caption(), what=how_to_report(asked), entered=format_short(late[1]),
                **_days(limit, late[0]),
            )  # fmt: skip
            yield Row(Incident.type, one.id, words, NOTE, clauses)


def _days(limit: date, came: date) -> dict[str, str]:
    return {"day": format_short(limit), "on": format_short(came)}
