"""Who attended an erasure or disposal, as papers say it (SK-14.3, CM-7.6).

An act says whether the client asked; what it asked for stands in the register of its requests, too.
A paper never says that it did not ask while one of those speaks of the act.
"""

from models import wareki
from models.codes import HandlingKind
from models.records import HandlingEvent, Sanitization
from models.rules import attending
from reports.collecting.case import Case, words
from reports.documents.d17_end_report import UNATTENDED

NOT_ASKED, ASKED, ALONE = "求めなし", "求めあり", "立会いなし"


def at_the_end(case: Case, event: HandlingEvent, detail: Sanitization | None) -> str:
    """Say who attended an end; where nobody was to, that is no gap of the record.

    The client attends an erasure or disposal where the text grants it, never a return.
    """
    if event.kind not in (HandlingKind.ERASE, HandlingKind.DISPOSE):
        return UNATTENDED
    told = witnessed(case, event, detail) if detail else ""
    return told if told or case.profile.params.end.witness_on_request else UNATTENDED


def witnessed(case: Case, event: HandlingEvent, detail: Sanitization) -> str:
    """Say who attended, or whether the client had asked to; "" where nothing is known."""
    named = words(detail.witness_title, detail.witness_name)
    if named and detail.witness_requested is not False:
        return named
    if detail.witness_requested:
        return f"{ASKED}・{ALONE}"
    if days := _asked(case, event):
        return named or f"{ASKED}・{ALONE}（{days}の求め）"
    return NOT_ASKED if detail.witness_requested is False else ""


def _asked(case: Case, event: HandlingEvent) -> str:
    """Return the days of the requests that stood when an act was done."""
    moment = attending.when(event, case.ledger.now())
    books = case.ledger.rules.books
    known = attending.requests(books.communications(case.contract.id), moment)
    standing = [one for one in known if not attending.is_over(one, moment)]
    waiting = [one for one in standing if attending.is_waiting(one, moment)]
    rest = [one for one in standing if one not in waiting]
    if rest:
        waiting += attending.unattended(rest, books.attended(case.contract.id), moment)
    return "、".join(dict.fromkeys(wareki.format_short(one.at.date()) for one in waiting if one.at))
