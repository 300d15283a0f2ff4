"""Dates about people: notices, pledges, training, labour contracts, cards."""

from collections.abc import Iterator
from datetime import date

from models.after_leaving import k32_stands_again
from models.agreed import terms
from models.calendar_designated import PEOPLE
from models.calendar_frame import (
    Due,
    Item,
    due,
    due_for,
    due_told,
    handed_in,
    later,
    still_to_tell,
    to_be_told,
    unset,
    working,
)
from models.codes import AssignmentStatus, InvalidReason, RuleMode, TrainingKind
from models.designations_undone import is_idle
from models.inquiry import Inquiry
from models.left_without import unsubmitted
from models.records import Assignment, Credential, Person, Pledge, Submission, TrainingSession
from models.reported import k06_new_manager
from models.rules.engine import examine
from models.rules.labour import checked_together, needs_labour_terms, non_regular_since
from models.rules.last_told import (
    ends_with_the_contract,
    last_day,
    leaving_papers,
)
from models.rules.people import informed, missing_topics
from models.rules.pledged import IN_FORCE, last_replaced, replaces_handed_in
from models.rules.replaced import has_staff_notice
from models.rules.standing import has_left
from models.workdays import after, day_before


def k02_staff_notice(asked: Inquiry) -> Iterator[Due]:
    """K-02, K-03: who works on the contract is told to the client before the first day.

    Whoever joins later is a change, of what the client was told before.
    """
    form, told_before = asked.profile.document("D-03"), bool(handed_in(asked, "D-03"))
    for one in working(asked):
        notice = asked.books.find(Submission, one.notice_submission_id)
        told = has_staff_notice(notice, one, asked.books)
        if one.starts_on is None or told or not _wants_notice(asked, one):
            continue
        if not is_idle(asked, one):
            joining = told_before and not _from_the_start(asked, one)
            title = form.title_of_change if joining else form.title
            what, day = to_be_told(asked, one, title)
            yield due_told(asked, "K-03" if joining else "K-02", what, one, day)


def k03_leaving_notice(asked: Inquiry) -> Iterator[Due]:
    """K-03: that somebody will leave is told before the day; the notice of the first day tells it, too."""
    if not asked.profile.params.staff_notice.changes_before:
        return
    form = asked.profile.document("D-03")
    first = still_to_tell(asked, k02_staff_notice)
    ended = [one for one in asked.all(Assignment) if one.status is AssignmentStatus.ENDED]
    for one in (*working(asked), *ended):
        case, day = asked.case(one), last_day(one, asked.books)
        if day is None or (one.status is AssignmentStatus.ENDED and day <= asked.today):
            continue
        if not one.person_id or ends_with_the_contract(case, day) or leaving_papers(case, one):
            continue
        if one.id in first:
            continue
        what = f"「{form.title_of_change}」（終了）の提出"
        yield due_told(asked, "K-03", what, one, day_before(day))


def _wants_notice(asked: Inquiry, one: Assignment) -> bool:
    """Tell whether the text asks for a notice before this role may count (R-02)."""
    begun = one.with_changes(status=AssignmentStatus.ACTIVE)
    return any(
        finding.rule_id == "R-02" and finding.mode != RuleMode.NOTICE
        for finding in examine(asked.case(begun))
    )


def _from_the_start(asked: Inquiry, one: Assignment) -> bool:
    begins = asked.contract.work_start_on
    return begins is not None and one.starts_on is not None and one.starts_on <= begins


def k07_pledge(asked: Inquiry) -> Iterator[Due]:
    """K-07: who has to sign signs before the first day, and where demanded it is handed in."""
    regime, word = asked.profile.params.pledge, asked.profile.term("pledge")
    pledges = asked.all(Pledge)
    for one in _once(working(asked)):
        if one.role not in regime.roles or one.starts_on is None:
            continue
        ever = [p for p in pledges if p.person_id == one.person_id]
        mine = [p for p in ever if p.status in IN_FORCE]
        if mine and (regime.submission != "always" or any(p.submitted_on for p in mine)):
            continue
        what, day = f"「{word}」の{'提出' if mine else '徴取'}", day_before(one.starts_on)
        if not mine:
            day = last_replaced(asked.books, ever) or day
        elif mine[0].signed_on and replaces_handed_in(mine[0], ever):
            day = after(mine[0].signed_on, terms(asked).days("prompt_red_business_days"))
        yield due_for(asked, "K-07", what, one, day, "EQ-PLEDGE", next(iter(mine), None))
    for one, pledge in unsubmitted(asked):
        if one.starts_on is not None:
            day = day_before(one.starts_on)
            yield due_for(asked, "K-07", f"「{word}」の提出", one, day, "EQ-PLEDGE", pledge)


def k08_first_training(asked: Inquiry) -> Iterator[Due]:
    """K-08: training and 周知 come before the first day."""
    for one in _once(working(asked)):
        if one.starts_on is None:
            continue
        case = asked.case(one)
        missing = missing_topics(case, one.person_id)
        for lacking, what, proof in (
            (bool(missing), f"{case.word('training')}（{'、'.join(missing)}）", "EQ-TRAIN"),
            (not informed(case, one.person_id), "従事者への周知", "EQ-NOTICE"),
        ):
            if lacking:
                yield due_for(asked, "K-08", what, one, day_before(one.starts_on), proof)


def k09_training_again(asked: Inquiry) -> Iterator[Due]:
    """K-09: training comes round in its cycle, which somebody has to fix."""
    if "training" not in asked.profile.params.cycles.fixed:
        return
    agreed, word = terms(asked), asked.profile.term("training")
    cycle = agreed.cycle("training")
    if cycle is None:
        yield unset(asked, "K-09", f"{word}の周期", "EQ-TRAIN")
        return
    sessions = asked.books.sessions(asked.contract.id)
    for one in _once(working(asked)):
        last = _last_training(sessions, one.person_id)
        if last is not None:
            yield due_for(asked, "K-09", f"定期の{word}", one, later(last, cycle), "EQ-TRAIN")


def _last_training(sessions: tuple[TrainingSession, ...], person_id: str) -> date | None:
    return max(
        (
            attended.attended_on
            for session in sessions
            if session.kind is not TrainingKind.AWARENESS
            for attended in session.attendance
            if attended.person_id == person_id and attended.attended and attended.attended_on
        ),
        default=None,
    )


def k30_card_expires(asked: Inquiry) -> Iterator[Due]:
    """K-30: a card is renewed or given back before it expires."""
    for card in _cards(asked):
        if card.expires_on is not None:
            yield due(
                asked, "K-30", "更新又は返却", f"{card.caption()}（{_holder(asked, card)}）",
                card.expires_on, card, proof="EQ-IDCARD", person_id=card.holder_person_id,
            )  # fmt: skip


def k32_card_comes_back(asked: Inquiry) -> Iterator[Due]:
    """K-32: whoever works here no more gives the card back at once, valid or not."""
    for card in _cards(asked, InvalidReason.QUALIFICATION_LOST):
        gone = _gone_since(asked, card.holder_person_id)
        if gone is not None:
            yield due(
                asked, "K-32", "回収", f"{card.caption()}（{_holder(asked, card)}）", gone,
                card, proof="EQ-ACCESS", person_id=card.holder_person_id,
            )  # fmt: skip


def _gone_since(asked: Inquiry, person_id: str) -> date | None:
    """Return the last day of somebody who works on the contract no more."""
    mine = [
        one
        for one in asked.all(Assignment)
        if one.person_id == person_id and one.status is not AssignmentStatus.CANCELLED
    ]
    if mine and has_left(person_id, asked.today, asked.books):
        person = asked.books.find(Person, person_id)
        return person.left_on if person else None
    days = [a.ends_on for a in mine if a.ends_on and _is_over(a, asked.today)]
    return max(days) if days and len(days) == len(mine) else None


def _is_over(one: Assignment, today: date) -> bool:
    ended = one.status is AssignmentStatus.ENDED
    return ended or (one.ends_on is not None and one.ends_on < today)


def _cards(asked: Inquiry, *invalid: InvalidReason) -> Iterator[Credential]:
    """Yield the cards that are not back and are valid, or invalid for one of these reasons."""
    for card in asked.all(Credential):
        if card.returned_on is None and card.invalid_reason in (None, *invalid):
            yield card


def _holder(asked: Inquiry, card: Credential) -> str:
    return asked.name(card.holder_person_id)


def k33_labour_terms(asked: Inquiry) -> Iterator[Due]:
    """K-33: the labour contract of a non-regular worker is looked at before the first day.

    Of whoever is employed otherwise later, on the day on which that is entered. Who takes another
    role has the same contract.
    """
    for one in working(asked):
        person = asked.books.find(Person, one.person_id)
        if one.starts_on is None or person is None or one.labour_terms_checked_on:
            continue
        params = asked.profile.params
        mine = asked.books.assignments(asked.contract.id, person.id)
        served = one.id in checked_together(asked.books, mine, asked.today)
        if needs_labour_terms(params, person) and not served:
            what, day = "労働契約書等の明記の確認", day_before(one.starts_on)
            day = max(day, non_regular_since(asked.books, params, person) or day)
            yield due_for(asked, "K-33", what, one, day, "EQ-LABOUR")


def _once(assignments: list[Assignment]) -> list[Assignment]:
    """Return one assignment of each person and role-free duty: the one that begins first."""
    first: dict[str, Assignment] = {}
    for one in sorted(assignments, key=lambda a: a.starts_on or date.max):
        first.setdefault(one.person_id, one)
    return list(first.values())


ITEMS: tuple[tuple[str, Item], ...] = (
    ("K-02", k02_staff_notice),
    ("K-03", k03_leaving_notice),
    ("K-03", PEOPLE.other_days),
    ("K-03", PEOPLE.voided),
    ("K-03", PEOPLE.idle),
    ("K-06", k06_new_manager),
    ("K-07", k07_pledge),
    ("K-08", k08_first_training),
    ("K-09", k09_training_again),
    ("K-30", k30_card_expires),
    ("K-32", k32_card_comes_back),
    ("K-32", k32_stands_again),
    ("K-33", k33_labour_terms),
)
