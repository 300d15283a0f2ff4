"""Of which firm and department somebody is (所属).

Who was sent by another firm, or works for one to which work is entrusted, must not stand on a paper
as one of the contractor's own (SK-10, CM-10): the name of that firm comes before the department.
"""

from models.records import Organization, Person
from models.versions import version_at, versions
from reports.collecting.case import Case, words

SENT = "（派遣元：{firm}）"


def affiliation(
    case: Case, person: Person | None, *, always: bool = False, at: int | None = None
) -> str:
    """Return firm, department and post of somebody; the contractor's own name goes without saying.

    Args:
        always: name the contractor, too.
        at: number of an entry: firms are called as they were after it, and not as they are today.
    """
    if person is None:
        return ""
    own = words(person.department, person.job_title)
    if not case.tells_firms:
        return own
    home, sent = person.organization_id, person.dispatch_agency_id
    named = always or home != case.contract.contractor_org_id
    told = words(_firm(case, home, at) if named else "", own)
    return told + SENT.format(firm=_firm(case, sent, at)) if sent not in ("", home) else told


def _firm(case: Case, organization_id: str, at: int | None) -> str:
    if at is None:
        return case.organization(organization_id)
    history = versions(case.ledger.store, Organization, organization_id)
    stood = version_at(history, at) or (history[0] if history else None)
    return stood.record.name if stood else ""
