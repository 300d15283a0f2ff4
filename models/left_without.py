"""Who left without what the text asks for before the first day: pledge, training, notice (SK-7.2).

While somebody works on the contract it is asked for. The end of the designation ends that, but not what
was lacking: it stays to be read. A pledge that was signed and lies here can be handed in at any time.
"""

from collections.abc import Collection, Iterator

from models.at_closing import at_closing
from models.calendar_frame import working
from models.codes import AssignmentStatus, TrainingTopic
from models.evidence_rows import NOTE, Row
from models.inquiry import Inquiry
from models.records import Assignment, Pledge
from models.rules.people import told_at_once, topics_heard
from models.rules.pledged import IN_FORCE, pledged
from models.wareki import format_short

QUERY = "EQ-LEFTWITHOUT"
UNPLEDGED = "{name}の{word}は、従事が終わった{day}までに、台帳にありませんでした。"
UNTAUGHT = "{name}が「{topics}」を受けた記録は、従事が終わった{day}までに、台帳にありませんでした。"
UNTOLD = "{name}に周知した記録は、従事が終わった{day}までに、台帳にありませんでした。"


def who_left(asked: Inquiry, roles: Collection[str] | None = None) -> list[Assignment]:
    """Return the last designation of everybody who worked on the contract and does no more.

    Args:
        roles: only who worked in one of these.
    """
    there = {one.person_id for one in (*asked.active, *working(asked))}
    last: dict[str, Assignment] = {}
    for one in sorted(filter(_has_ended, asked.all(Assignment)), key=lambda one: str(one.ends_on)):
        if one.person_id not in there and (roles is None or one.role in roles):
            last[one.person_id] = one
    return list(last.values())


def unsubmitted(asked: Inquiry) -> Iterator[tuple[Assignment, Pledge]]:
    """Yield who left, with the pledge that was signed and never handed in where that is asked."""
    regime = asked.profile.params.pledge
    if regime.submission != "always":
        return
    pledges = asked.all(Pledge)
    for one in who_left(asked, regime.roles):
        mine = [p for p in pledges if p.person_id == one.person_id and p.status in IN_FORCE]
        if mine and not any(p.submitted_on for p in mine):
            yield one, mine[0]


def eq_left_without(asked: Inquiry) -> Iterator[Row]:
    """List what was lacking when people left; of who was there to the closing, that is told then."""
    then = at_closing(asked) or asked
    params, word = asked.profile.params, asked.profile.term("pledge")
    pledges = asked.all(Pledge)
    if clauses := asked.asking("EQ-PLEDGE"):
        for one in who_left(then, params.pledge.roles):
            mine = [p for p in pledges if p.person_id == one.person_id]
            if one.ends_on and not pledged(asked.books, mine, one.ends_on):
                yield _said(asked, one, UNPLEDGED, clauses, word=word)
    sessions, training = asked.books.sessions(asked.contract.id), params.training
    told = set(training.awareness_topics)
    for one in who_left(then):
        assert one.ends_on is not None
        heard = topics_heard(sessions, one.person_id, one.ends_on)
        missing = [
            TrainingTopic.read(topic).label for topic in training.topics if topic not in heard
        ]
        clauses = asked.asking("EQ-TRAIN")
        if missing and clauses:
            yield _said(asked, one, UNTAUGHT, clauses, topics="、".join(missing))
        known = not told or told_at_once(sessions, told, one.person_id, one.ends_on)
        clauses = asked.asking("EQ-NOTICE")
        if not known and clauses:
            yield _said(asked, one, UNTOLD, clauses)


def _has_ended(one: Assignment) -> bool:
    if not one.person_id or one.status is not AssignmentStatus.ENDED:
        return False
    return bool(one.starts_on and one.ends_on and one.starts_on <= one.ends_on)


def _said(
    asked: Inquiry, one: Assignment, words: str, clauses: tuple[str, ...], **more: str
) -> Row:
    day = format_short(one.ends_on) if one.ends_on else ""
    said = words.format(name=asked.name(one.person_id), day=day, **more)
    return Row(Assignment.type, one.id, said, NOTE, clauses)
