"""What an incident still asks for: the first report, the report in writing, its end (K-19, EQ-INC).

`known_at` starts the clock; the text says 直ちに or 速やかに, and whether a fear alone is to be
reported (一般型: only proposed). Without any incident nothing is proved: that nothing happened, no
ledger knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from models.agreed import terms
from models.calendar_frame import Due, due
from models.codes import Certainty
from models.evidence_rows import Row, row
from models.incident_reports import told_on
from models.incidents import lacks
from models.inquiry import Inquiry
from models.missing_things import QUERY, eq_missing, report_limit
from models.records import Incident, IncidentReport
from models.versions import unbroken_since
from models.wareki import format_short
from models.workdays import after

if TYPE_CHECKING:
    from models.ledger import Ledger

TO_LOOK_INTO = "調査と、委託者への報告の要否の判断"
TO_END = "終結（報告対象外）"
END_DAYS = 30
"""Within which an incident finds its end (P): as long as the commission leaves for its last report."""
NOT_REPORTED = "「{one}」の{party}への{what}が記録されていません（期限{day}）。"
CALLED = "書面でない報告は{day}に行っています。"
TO_DECIDE = "「{one}」（おそれ）を{party}に報告するか、決めていません。この特記事項は、起きたときの報告を求めています。"
NOT_WRITTEN = "「{one}」の書面の報告がありません{waived}。"
WAIVED = "（書面にする余裕がない理由は登録されています）"
UNSAID = "「{one}」に、特記事項が報告を求める「{what}」が入力されていません。"
STILL_OPEN = "「{one}」は、終結していません（{state}）。"
TO_CLOSE = "「{one}」（報告対象外）は、終結していません。"


@dataclass(frozen=True)
class Told:
    """How an incident was reported under a text: the first day that counts, and in writing or not.

    `called`: the first day on which the client knew, if not by what the text wants.
    """

    on: date | None
    called: date | None
    written: bool
    waived: bool


def counting(asked: Inquiry) -> list[Incident]:
    """Return the incidents of a contract that happened or are feared."""
    return [one for one in asked.all(Incident) if one.counts]


def told(asked: Inquiry, one: Incident) -> Told:
    """Return how the client was told of an incident."""
    mine = [r for r in asked.all(IncidentReport) if r.incident_id == one.id and r.tells_client]

    def first(*, strict: bool) -> date | None:
        return min(filter(None, (told_on(r, one.id, strict=strict) for r in mine)), default=None)

    wanted = first(strict=asked.profile.params.incident.first_report_written)
    waived = any(r.written_waived_reason for r in mine)
    return Told(wanted, first(strict=False), any(r.is_written for r in mine), waived)


def entered_late(asked: Inquiry, one: Incident) -> tuple[date, date] | None:
    """Return the day of a report that was in time, and the day after the limit that entered it.

    Who is late can enter a report under an earlier day, move the day of one, or move one here from
    another incident. It may be right, which a paper shows; that the ledger did not know stays to be
    read. None where it knew in time, or where the report is late by its own day.
    """
    limit, on = first_limit(asked, one), told(asked, one).on
    if on is None or on > limit:
        return None
    written = asked.profile.params.incident.first_report_written

    def in_time(report: IncidentReport) -> bool:
        day = told_on(report, one.id, strict=written)
        return day is not None and day <= limit

    said = (asked.revisions(IncidentReport, r.id) for r in asked.all(IncidentReport) if in_time(r))
    known = min(filter(None, (unbroken_since(was, in_time) for was in said)), default=None)
    return (on, known) if known is not None and known > limit else None


def first_limit(asked: Inquiry, one: Incident) -> date:
    """Return until when the client is told of an incident."""
    assert one.known_at is not None
    return report_limit(asked, one.known_at)


def how_to_report(asked: Inquiry) -> str:
    """Say how the text wants the first report: 直ちに、書面."""
    regime = asked.profile.params.incident
    fast = "直ちに" if regime.first_report == "IMM" else "速やかに"
    return f"{fast}、書面" if regime.first_report_written else fast


def demanded(asked: Inquiry, one: Incident) -> bool:
    """Tell whether the text demands that the client is told, not only proposes it."""
    regime = asked.profile.params.incident
    return one.certainty is Certainty.OCCURRED or regime.suspected_counts


def k19_incidents(asked: Inquiry) -> Iterator[Due]:
    """K-19: the client is told of an incident, then in writing; it is looked into and finds its end."""
    for one in asked.all(Incident):
        if one.is_open or _owes_writing(asked, one):
            what, day = _next_step(asked, one)
            yield due(
                asked, "K-19", what, one.caption(), day, one,
                proof=QUERY, person_id=one.owner_person_id,
            )  # fmt: skip


def _owes_writing(asked: Inquiry, one: Incident) -> bool:
    """Tell whether an incident was closed by a call where the text wants writing.

    Where it wants that at once (SK-17.2) older versions let it; where it may wait (FK-14.2), the
    reason why there was no time to write closes the incident, and the writing is still to come.
    """
    said = told(asked, one)
    if not one.counts or said.called is None or not demanded(asked, one):
        return False
    return said.on is None or _wants_writing(asked, said)


def unbound_due(one: Incident) -> Due:
    """Return the date of an open incident of no contract: somebody decides whom it concerns."""
    assert one.known_at is not None
    what, day = (TO_LOOK_INTO if one.counts else TO_END), one.known_at.date()
    return Due("K-19", what, one.caption(), day, one.type, one.id, person_id=one.owner_person_id)


def next_due(ledger: "Ledger", one: Incident) -> Due | None:
    """Return what is to be done next about an incident, None when it is closed."""
    if not one.contract_id:
        return unbound_due(one) if one.is_open else None
    dates = k19_incidents(ledger.inquiries.of(one.contract_id))
    return next((found for found in dates if found.id == one.id), None)


def _next_step(asked: Inquiry, one: Incident) -> tuple[str, date]:
    """Return what is to be done next about an open incident, and until when."""
    if not one.counts:
        return TO_END, _end_of(one)
    said, party = told(asked, one), asked.profile.term("client_party")
    if said.on is None:
        if demanded(asked, one):
            return f"{party}への{_what(asked, said)}", first_limit(asked, one)
        return f"{party}へ報告するかの判断", first_limit(asked, one)
    if _wants_writing(asked, said):
        if not said.waived:
            return "調査と書面の報告", _writing_limit(asked, one)
        return "書面の報告、再発防止と終結" if one.is_open else "書面の報告", _end_of(one)
    return "調査、再発防止と終結", _end_of(one)


def _end_of(one: Incident) -> date:
    assert one.known_at is not None
    return one.known_at.date() + timedelta(days=END_DAYS)


def _writing_limit(asked: Inquiry, one: Incident) -> date:
    """Return until when a report in writing follows a first one that was none (FK-14.2)."""
    assert one.known_at is not None
    return after(one.known_at.date(), terms(asked).days("prompt_red_business_days"))


def _what(asked: Inquiry, said: Told) -> str:
    """Say what is missing of the first report: where the client was called, that in writing."""
    fast = "直ちに" if asked.profile.params.incident.first_report == "IMM" else "速やかに"
    return f"書面の報告（{fast}）" if said.called else f"第一報（{how_to_report(asked)}）"


def _wants_writing(asked: Inquiry, said: Told) -> bool:
    """Tell whether a report in writing follows a first one that was none (FK-14.2)."""
    return asked.profile.params.incident.written_may_wait and not said.written


def eq_incidents(asked: Inquiry) -> Iterator[Row]:
    """Find incidents that are not reported, not fully, or not at their end; and what is missing."""
    yield from eq_missing(asked)
    for one in asked.all(Incident):
        end = _late(asked, _end_of(one))
        if one.counts:
            yield from _unreported(asked, one, end)
        if one.is_open and (not one.counts or told(asked, one).called or demanded(asked, one)):
            state = one.status.label if one.status else ""
            words = STILL_OPEN if one.counts else TO_CLOSE
            yield row(one, words.format(one=one.caption(), state=state), end)


def _unreported(asked: Inquiry, one: Incident, end: str) -> Iterator[Row]:
    """Find what a report lacks.

    Args:
        end: how bad it is that the incident is not at its end.
    """
    said, party, name = told(asked, one), asked.profile.term("client_party"), one.caption()
    limit = first_limit(asked, one)
    late = _late(asked, limit)
    if said.on is None and not demanded(asked, one):
        yield row(one, TO_DECIDE.format(one=name, party=party), late)
        return
    if said.on is None:
        words = {"what": _what(asked, said), "day": format_short(limit)}
        known = CALLED.format(day=format_short(said.called)) if said.called else ""
        yield row(one, NOT_REPORTED.format(one=name, party=party, **words) + known, late)
    elif _wants_writing(asked, said):
        unwritten = NOT_WRITTEN.format(one=name, waived=WAIVED if said.waived else "")
        over = end if said.waived else _late(asked, _writing_limit(asked, one))
        yield row(one, unwritten, over)
    if lacking := lacks(one, asked.profile):
        yield row(one, UNSAID.format(one=name, what="」「".join(lacking)), late)


def _late(asked: Inquiry, limit: date) -> str:
    return "action" if limit < asked.today else "due"
