"""Dates about places and paper: notices, reports, certificates, rules that must be looked at."""

from collections.abc import Iterator
from datetime import date

from models import wareki
from models.agreed import terms
from models.calendar_designated import PLACES
from models.calendar_frame import (
    TO_LINK,
    Due,
    Item,
    due,
    due_told,
    handed_in,
    still_to_tell,
    to_be_told,
)
from models.codes import GovernanceStatus, PlaceStatus, RuleMode, SubmissionStatus
from models.deadlines import AT_THE_START, FIXED, company, deadlines
from models.designations_undone import is_idle
from models.inquiry import Inquiry
from models.paper_twice import twice
from models.paper_undone import undone
from models.papered_acts import RECEIPT, owed, unpapered_acts
from models.periodic_reports import REPORT, periods, unreported
from models.records import ContractPlace, GovernanceDocument, HandlingEvent, Submission
from models.rules.engine import examine
from models.rules.last_told import (
    ends_with_the_contract,
    giving_up_papers,
)
from models.rules.places import (
    begins_on,
    has_place_notice,
    is_concerned,
    lacks_consent,
    still_lacking,
    unlinked_consent,
)
from models.rules.told_late import unlinked_notice
from models.workdays import after, day_before

OPERATOR = "EQ-DOC(D-26)"
WHERE_AGREED = "「契約・組織」で契約を訂正し、「定期報告の周期」に登録します"
CONSENT_TO_ENTER = "への承諾の登録"
WITHDRAW = "提出した書面の差替え・取下げ"
UNANSWERED = "「{0}」が要るかどうかの記入（「組織」の「個人情報取扱事業者該当」）"
"""Whether the report is owed follows from the answer: without one nobody knows."""


def k01_papers_at_the_start(asked: Inquiry) -> Iterator[Due]:
    """K-01, K-06: what the client gets before the work begins, or on the day that it fixed."""
    for one in deadlines(asked):
        if not one.kept:
            code = AT_THE_START.get(one.kind, "K-06")
            proof = f"EQ-DOC({one.kind})" if one.wanted else FIXED
            what = f"「{asked.profile.document_title(one.kind)}」の提出"
            yield due(asked, code, what, "", one.day, Submission(), proof=proof)
    start, known = asked.contract.work_start_on, company(asked)
    if start and known and known.is_pi_business_operator is None and asked.asks(OPERATOR):
        what = UNANSWERED.format(asked.profile.document_title("D-26"))
        yield due(asked, "K-06", what, "", day_before(start), known, proof=OPERATOR)


def k04_place_notice(asked: Inquiry) -> Iterator[Due]:
    """K-04, K-05: a place is told or allowed before the day of its first use."""
    closed, start = (PlaceStatus.ENDED,), asked.contract.work_start_on
    form, told_before = asked.profile.document("D-04"), bool(handed_in(asked, "D-04"))
    for one in asked.all(ContractPlace):
        if one.status in closed or one.use_from is None or not _lacks_basis(asked, one):
            continue
        if not is_idle(asked, one):
            later = start is not None and one.use_from > start
            title = form.title_of_change if later and told_before else form.title
            what, day = _owed(asked, one, title)
            yield due_told(asked, "K-05" if later else "K-04", what, one, day)


def _owed(asked: Inquiry, one: ContractPlace, title: str) -> tuple[str, date]:
    """Return what is still to be done before a place is used, and until when."""
    assert one.use_from is not None
    case, day = asked.case(one), day_before(one.use_from)
    regime = asked.profile.params.place_notice.regime
    if lacks_consent(case, one):
        notice = asked.books.find(Submission, one.notice_submission_id)
        applied = has_place_notice(notice, one, asked.books) or unlinked_notice(case, one)
        if (applied or regime == "consent") and (given := unlinked_consent(case, one)):
            return f"「{given.caption()}」{TO_LINK}", max(day, begins_on(given, day))
        if applied:
            return f"「{title}」{CONSENT_TO_ENTER}", day
    return to_be_told(asked, one, title) if regime != "consent" else (f"「{title}」の提出", day)


def k05_place_given_up(asked: Inquiry) -> Iterator[Due]:
    """K-05: that a place is given up is told before the day, where changes are told (SK-5.2, CM-5.3)."""
    regime = asked.profile.params.place_notice
    if regime.regime != "notify" or not regime.changes_before:
        return
    form, first = asked.profile.document("D-04"), still_to_tell(asked, k04_place_notice)
    for one in asked.all(ContractPlace):
        case, day = asked.case(one), one.use_to
        if day is None or day < asked.today or one.id in first:
            continue
        if one.status is PlaceStatus.ENDED and day == asked.today:
            continue
        if not is_concerned(case, one) or ends_with_the_contract(case, day):
            continue
        if not giving_up_papers(case, one):
            what = f"「{form.title_of_change}」（終了）の提出"
            yield due_told(asked, "K-05", what, one, day_before(day))


def _lacks_basis(asked: Inquiry, one: ContractPlace) -> bool:
    """Tell whether notice or consent is missing; one that came too late cannot be caught up."""
    case = asked.case(one.with_changes(status=PlaceStatus.ACTIVE))
    lacking = set(still_lacking(case, one))
    return bool(lacking) and any(
        finding.rule_id == "R-03" and finding.mode != RuleMode.NOTICE and finding.message in lacking
        for finding in examine(case)
    )


def k14_periodic_report(asked: Inquiry) -> Iterator[Due]:
    """K-14: how things are handled is reported when a period is over."""
    if asked.profile.params.periodic_report.regime != "cycle":
        return
    title = asked.profile.document_title(REPORT)
    found = periods(asked)
    if found is None:
        what = f"「{title}」の周期を決める"
        yield due(asked, "K-14", what, WHERE_AGREED, None, asked.contract, proof="EQ-REPORT")
        return
    for one in unreported(asked, found):
        about = f"{wareki.format_wareki(one.begin)}～{wareki.format_wareki(one.end)}"
        what = f"「{title}」の提出"
        yield due(asked, "K-14", what, about, one.limit, Submission(), proof="EQ-REPORT")


def k24_end_papers(asked: Inquiry) -> Iterator[Due]:
    """K-24, K-25: an end is reported within some working days, a receipt handed over at once."""
    for one in owed(asked):
        code = "K-25" if one.papers == (RECEIPT,) else "K-24"
        titles = "・".join(asked.profile.document_title(kind) for kind in one.papers)
        paper = one.papers[0] if len(one.papers) == 1 else ""
        for act in unpapered_acts(asked, one.acts, one.papers):
            yield due(
                asked, code, f"「{titles}」の提出", act.caption, one.limit(act),
                HandlingEvent(id=act.ids[0]), proof=one.proof, paper=paper,
            )  # fmt: skip


def k29_review(asked: Inquiry) -> Iterator[Due]:
    """K-29: rules, plans and structures are looked at again."""
    for one in asked.everywhere(GovernanceDocument):
        mine = one.contract_id in ("", asked.contract.id)
        if mine and one.status is GovernanceStatus.IN_FORCE and one.next_review_on:
            yield due(
                asked, "K-29", "見直し", f"「{one.caption()}」", one.next_review_on, one,
                proof="EQ-GOV", person_id=one.approved_by,
            )  # fmt: skip


def sealed_not_handed_in(asked: Inquiry) -> Iterator[Due]:
    """A paper that was sealed goes to the client by its date."""
    for one in asked.all(Submission):
        if one.status is SubmissionStatus.SEALED and one.due_on:
            yield due(
                asked, "K-06", "提出", f"「{one.caption()}」", one.due_on, one, proof="EQ-DUE"
            )


def handed_in_and_undone(asked: Inquiry) -> Iterator[Due]:
    """A paper of which something was taken back is replaced; a closed contract waits for it, too."""
    days = terms(asked).days("prompt_red_business_days")
    for one in undone(asked):
        about = f"「{one.paper.caption()}」（載せた{one.words}を取消し）"
        day = after(one.day, days)
        yield due(asked, "K-24", WITHDRAW, about, day, one.paper)


def handed_in_twice(asked: Inquiry) -> Iterator[Due]:
    """One of two papers that hold the same act is withdrawn; a closed contract waits for it, too."""
    days = terms(asked).days("prompt_red_business_days")
    for one in twice(asked):
        about = f"「{one.paper.caption()}」（「{one.other.caption()}」と同じ{one.words}）"
        yield due(asked, "K-24", WITHDRAW, about, after(one.day, days), one.paper)


ITEMS: tuple[tuple[str, Item], ...] = (
    ("K-01", k01_papers_at_the_start),
    ("K-04", k04_place_notice),
    ("K-05", k05_place_given_up),
    ("K-05", PLACES.other_days),
    ("K-05", PLACES.voided),
    ("K-05", PLACES.idle),
    ("K-06", sealed_not_handed_in),
    ("K-14", k14_periodic_report),
    ("K-24", k24_end_papers),
    ("K-24", handed_in_and_undone),
    ("K-24", handed_in_twice),
    ("K-29", k29_review),
)
