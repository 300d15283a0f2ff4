"""Of which firm and department somebody is (所属).

Who was sent by another firm, or works for one to which work is entrusted, must not stand on a paper
as one of the contractor's own (SK-10, CM-10): the name of that firm comes before the department.
"""

from models.records import Person
from reports.collecting.case import Case, words

SENT = "（派遣元：{firm}）"


def affiliation(case: Case, person: Person | None, *, always: bool = False) -> str:
    """Return firm, department and post of somebody; the contractor's own name goes without saying.

    Firms are called what they are called today: another name is no change of who works here.

    Args:
        always: name the contractor, too.
    """
    if person is None:
        return ""
    own = words(person.department, person.job_title)
    if not case.tells_firms:
        return own
    home, sent = person.organization_id, person.dispatch_agency_id
    named = always or home != case.contract.contractor_org_id
    told = words(case.organization(home) if named else "", own)
    return told + SENT.format(firm=case.organization(sent)) if sent not in ("", home) else told
