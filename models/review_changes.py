"""Rules, plans and structures whose review was put off when it was overdue, and not made.

A review that is made says so by its day or by another version. Without one the day alone may have
been wrong; so it is not refused, and stands in the evidence beside the text.
"""

from collections.abc import Iterator
from itertools import pairwise

from models.contract_changes import told
from models.evidence_rows import Row
from models.from_to import field_from_to
from models.inquiry import Inquiry
from models.records import GovernanceDocument
from models.store import Op, Query, Where
from models.versions import Version
from models.wareki import format_short

REVIEWED = ("last_reviewed_on", "version", "approved_on", "file_id", "text")
"""What a review leaves behind."""
PUT_OFF = "見直しの記録がないまま、「{document}」の{change}"


def changed(asked: Inquiry) -> Iterator[Row]:
    """Tell which overdue reviews were put off without having been made."""
    mine = Where("contract_id", Op.IN, ("", asked.contract.id))
    revised = Query(GovernanceDocument.type, (mine, Where("row_version", Op.GT, 1)))
    for rows in asked.listed(revised, (), _rows).values():
        yield from rows


def _rows(asked: Inquiry, id_: str) -> tuple[Row, ...] | None:
    entered = asked.revisions(GovernanceDocument, id_)
    return tuple(
        Row(GovernanceDocument.type, id_, told(asked, after, [words]), "due")
        for before, after in pairwise(entered)
        if (words := _put_off(before, after))
    )


def _put_off(before: Version[GovernanceDocument], after: Version[GovernanceDocument]) -> str:
    """Say from what to what an overdue day was put off; a slip of the same day is none."""
    old, new = before.record.next_review_on, after.record.next_review_on
    if old is None or not max(old, before.day) < after.day or (new is not None and new <= old):
        return ""
    if any(getattr(before.record, f) != getattr(after.record, f) for f in REVIEWED):
        return ""
    field = GovernanceDocument.fields()["next_review_on"]
    change = field_from_to(field, format_short(old), format_short(new) if new else "")
    return PUT_OFF.format(document=before.record.caption(), change=change)
