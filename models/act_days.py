"""Acts whose day was changed, or that were taken back, on a later day than they were entered (R-33, R-39).

What came back, ended, arrived or got lost has a day by which something was due. Whoever moves that day
afterwards makes late what was in time, or the other way round; it may be right, so nobody is asked, and
it stands in the evidence beside the text. A slip of the same day is put right in silence.
"""

from collections.abc import Iterator
from datetime import datetime

from models.codes import HandlingKind
from models.contract_changes import author, told
from models.corrected import entered_before, in_place
from models.evidence_rows import Row
from models.from_to import from_to
from models.inquiry import Inquiry
from models.records import HandlingEvent
from models.store import Op, Where
from models.wareki import format_short, format_short_moment

K = HandlingKind
ENDING = frozenset({K.BRING_BACK, K.RETURN, K.HAND_OVER, K.ERASE, K.DISPOSE})
DATED = (*sorted(ENDING), K.RECEIVE, K.COLLECT, K.LOSS, K.RECOVER)
"""Acts on whose day hangs whether something was in time: a paper, a report, a return, an end.

That one of the others was taken back is told elsewhere: with what it brought, or as a loss.
"""
WHEN = "「{act}」の「日時」"
VOIDED = "{day}に、{who}が、「{act}」（{at}）を取り消しました。理由：{reason}"
_FIELDS = ("caption", "kind", "voided_at")
_Gone = tuple[str, HandlingKind, datetime]


def changed(asked: Inquiry) -> Iterator[Row]:
    """Tell which acts were moved to another day, or taken back, when their own day was over."""
    gone = asked.listed(asked.acts(Where("kind", Op.IN, DATED), voided=True), _FIELDS, _gone)
    after = in_place(asked) if gone else {}
    for id_, (caption, kind, at) in gone.items():
        stood = entered_before(asked.chain(id_), at)
        if stood is None or stood.occurred_at is None:
            continue
        if (new := after.get(id_)) is None:
            if kind in ENDING:
                yield _voided(asked, id_, caption, stood.occurred_at)
        elif new not in gone or gone[new][2].date() != at.date():  # else that one is told
            yield from _moved(asked, caption, stood.occurred_at, new)


def _voided(asked: Inquiry, id_: str, caption: str, then: datetime) -> Row:
    entry = asked.versions(HandlingEvent, id_)[-1]
    words = VOIDED.format(
        day=format_short(entry.day), who=author(asked, entry), act=caption,
        at=format_short_moment(then), reason=entry.reason,
    )  # fmt: skip
    return Row(HandlingEvent.type, id_, words, "due")


def _moved(asked: Inquiry, caption: str, then: datetime, new: str) -> Iterator[Row]:
    entry = asked.versions(HandlingEvent, new)[0]
    now = entry.record.occurred_at
    if now is not None and now.date() != then.date():
        days = (format_short_moment(one) for one in (then, now))
        words = told(asked, entry, [from_to(WHEN.format(act=caption), *days)])
        yield Row(HandlingEvent.type, new, words, "due")


def _gone(asked: Inquiry, _id: str, caption: str, kind: HandlingKind, voided_at: datetime) -> _Gone:
    return caption, kind, voided_at.astimezone(asked.zone)
