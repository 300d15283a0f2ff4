"""On which days rules, structures and plans were in force: an old version until the next one begins.

Who enters the next version in time sets the old one to 差替え済 the same day, or writes the new one over
it. Neither takes away what is in force until the new one's 適用日.
"""

from collections.abc import Collection, Iterator
from datetime import date

from models.codes import GovernanceKind, GovernanceStatus
from models.inquiry import Inquiry
from models.records import GovernanceDocument
from models.versions import Version
from models.workdays import DAY

IN_FORCE = GovernanceStatus.IN_FORCE
Days = tuple[date, date]
Entered = Version[GovernanceDocument]


def of_contract(asked: Inquiry) -> list[GovernanceDocument]:
    """Return the documents of a contract, those of the whole firm among them."""
    every = asked.everywhere(GovernanceDocument)
    return [one for one in every if one.contract_id in ("", asked.contract.id)]


def in_force(asked: Inquiry) -> list[GovernanceDocument]:
    """Return those that are in force, or replaced by one that begins later."""
    every = of_contract(asked)
    coming = {one.kind for one in every if one.status is IN_FORCE and _begins_later(asked, one)}
    return [one for one in every if one.status is IN_FORCE or _stays(asked, one, coming)]


def days_of(asked: Inquiry, one: GovernanceDocument) -> Iterator[Days]:
    """Yield the first and the last day of each time for which a document was in force.

    Of each of its versions the 適用日 that it says last counts; what is in force has no last day.
    """
    begun: dict[str, date] = {}
    left = date.min
    for entry in _entered(asked, one):
        said = entry.record
        if said.status is IN_FORCE and not entry.voided:
            if said.effective_from is not None:
                begun[said.version] = max(said.effective_from, left)
        elif begun:
            yield min(begun.values()), _followed(asked, entry) - DAY
            begun, left = {}, entry.day
    if begun:
        yield min(begun.values()), date.max


def _entered(asked: Inquiry, one: GovernanceDocument) -> list[Entered]:
    """Return what a document said, up to what it says as it is looked at."""
    entered = asked.versions(GovernanceDocument, one.id)
    last = max((n for n, entry in enumerate(entered) if entry.record == one), default=-1)
    return entered[: last + 1]


def _followed(asked: Inquiry, entry: Entered) -> date:
    """Return from which day on a document that was taken out is in force no more."""
    if entry.record.status is not GovernanceStatus.SUPERSEDED or entry.voided:
        return entry.day
    days = (
        other.effective_from
        for other in of_contract(asked)
        if other.kind is entry.record.kind and other.status is IN_FORCE
        if other.effective_from is not None and other.effective_from > entry.day
        if asked.versions(GovernanceDocument, other.id)[0].day <= entry.day
    )
    return min(days, default=entry.day)


def _begins_later(asked: Inquiry, one: GovernanceDocument) -> bool:
    return one.effective_from is not None and one.effective_from > asked.today


def _stays(
    asked: Inquiry, one: GovernanceDocument, coming: Collection[GovernanceKind | None]
) -> bool:
    replaced = one.status is GovernanceStatus.SUPERSEDED and one.kind in coming
    return replaced and any(a <= asked.today <= b for a, b in days_of(asked, one))
