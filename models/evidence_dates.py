"""Evidence queries about dates: what the calendar says is late proves that something is missing."""

from collections.abc import Iterator

from models import wareki
from models.calendar_frame import Due, Item
from models.calendar_paper import (
    AT_THE_START,
    k01_papers_at_the_start,
    k14_periodic_report,
    sealed_not_handed_in,
)
from models.calendar_things import k17_access_log, k26_backup
from models.codes import DueStatus
from models.evidence_queries import QUERIES
from models.inquiry import Inquiry, Question, Row, row
from models.records import DueItem


def _late(item: Item, paper: str = "") -> Question:
    """Return a query that finds what an item of the calendar shows as late or not fixed."""

    def query(asked: Inquiry) -> Iterator[Row]:
        title = f"「{asked.profile.document_title(paper)}」" if paper else ""
        for one in item(asked):
            if one.what.startswith(title):
                yield from _said(asked, one)

    return query


def _said(asked: Inquiry, one: Due) -> Iterator[Row]:
    about = f"（{one.about}）" if one.about else ""
    if one.due_on is None:
        yield Row(one.type, one.id, f"{one.what}ことが済んでいません。")
    else:
        late = one.due_on < asked.today
        day = wareki.format_wareki(one.due_on)
        words = "が期限までに済んでいません。" if late else f"の期限は{day}です。"
        yield Row(one.type, one.id, f"{one.what}{about}{words}", "action" if late else "due")


def eq_due(asked: Inquiry) -> Iterator[Row]:
    """Find papers and entered dates that are late."""
    yield from _late(k01_papers_at_the_start)(asked)
    yield from _late(sealed_not_handed_in)(asked)
    for one in asked.all(DueItem):
        if one.status is DueStatus.OPEN and one.due_on is not None:
            late = one.due_on < asked.today
            words = "が期限までに済んでいません。" if late else "の期限が来ます。"
            yield row(one, f"「{one.title}」{words}", "action" if late else "due")


DATED: tuple[tuple[str, Question], ...] = (
    *((f"EQ-DOC({kind})", _late(k01_papers_at_the_start, kind)) for kind in AT_THE_START),
    ("EQ-DUE", eq_due),
    ("EQ-REPORT", _late(k14_periodic_report)),
    ("EQ-BACKUP", _late(k26_backup)),
    ("EQ-AUDIT", _late(k17_access_log)),
)

ALL_QUERIES = (*QUERIES, *DATED)
