"""What a report of an incident can stand for: told after the discovery, in writing where it has to be.

Nobody can tell the client what was not known yet. Where the text wants writing at once (SK-17.2) the
reason why there was no time to write takes nothing away from that; only where writing may wait
(FK-14.2), or is not asked for, an incident finds its end with such a reason.
"""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from models.errors import Refused
from models.records import Incident, IncidentReport
from models.wareki import format_moment

if TYPE_CHECKING:
    from models.ledger import Ledger

BEFORE_KNOWN = "「報告日時」（{at}）が、「{one}」の「認知日時」（{known}）より前になっています。どちらかの日時を確かめてください。"
NOT_WRITTEN = (
    "「状態」を「{state}」にするには、書面の報告（手段が「書面」の報告）か、「書面にする余裕がない理由」の"
    "ある報告の登録が要ります。"
)
NOT_WRITTEN_AT_ONCE = (
    "「状態」を「{state}」にするには、書面の報告（手段が「書面」の報告）の登録が要ります。この契約の特記事項は"
    "書面での報告を求めていて、「書面にする余裕がない理由」では済みません。"
)
REPORT_BEFORE = "「認知日時」（{known}）より前の報告（{at}、{report}）が登録されています。どちらかの日時を確かめてください。"


def told_on(one: IncidentReport, incident_id: str, *, strict: bool) -> date | None:
    """Return the day on which a report told the client of an incident, None where it did not.

    Args:
        strict: only writing counts.
    """
    fits = one.incident_id == incident_id and one.tells_client and (one.is_written or not strict)
    return one.reported_at.date() if fits and one.reported_at else None


def wants_writing(ledger: "Ledger", one: Incident) -> bool:
    """Tell whether the text of an incident wants its report in writing at once."""
    if not one.contract_id:
        return False
    regime = ledger.profile(one.contract_id).params.incident
    return regime.first_report_written and not regime.written_may_wait


def in_writing(reports: Iterable[IncidentReport], *, strict: bool) -> bool:
    """Tell whether the client has a report in writing, or there is a reason why not.

    Args:
        strict: the reason does not count.
    """
    return any(one.is_written or (one.written_waived_reason and not strict) for one in reports)


def unwritten(state: str, *, strict: bool) -> str:
    """Say that a state wants a report in writing; see `in_writing`."""
    return (NOT_WRITTEN_AT_ONCE if strict else NOT_WRITTEN).format(state=state)


def require_after_known(
    one: Incident, report: IncidentReport, before: IncidentReport | None = None
) -> None:
    """Refuse a report that is older than what it is about; what older versions entered stays.

    Raises:
        Refused
    """
    kept = before is not None and (before.reported_at, before.incident_id) == (
        report.reported_at, report.incident_id,
    )  # fmt: skip
    if not kept and _is_before(one, report):
        assert report.reported_at is not None
        raise Refused(
            reason=BEFORE_KNOWN.format(
                at=format_moment(report.reported_at), one=one.caption(), known=_known(one)
            )
        )


def require_before_reports(
    one: Incident, before: Incident, reports: Iterable[IncidentReport]
) -> None:
    """Refuse a discovery that is moved behind a report of it.

    Raises:
        Refused
    """
    if one.known_at is None or before.known_at is None or one.known_at <= before.known_at:
        return
    for report in reports:
        if _is_before(one, report) and not _is_before(before, report):
            assert report.reported_at is not None
            at = format_moment(report.reported_at)
            words = REPORT_BEFORE.format(known=_known(one), at=at, report=report.caption())
            raise Refused(reason=words)


def _is_before(one: Incident, report: IncidentReport) -> bool:
    """Tell whether a report is older than the discovery; of a paper only the day may be known."""
    if one.known_at is None or report.reported_at is None:
        return False
    if report.submission_id:
        return report.reported_at.date() < one.known_at.astimezone(report.reported_at.tzinfo).date()
    return report.reported_at < one.known_at


def _known(one: Incident) -> str:
    return format_moment(one.known_at) if one.known_at else ""
