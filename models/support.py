"""Whom to call when the program or the PC does not work, and at which hours (A-21, OC-Xp.6).

The program is nobody's service: who helps is the office's own arrangement, so it is said there once.
A change is entered, as a plan for a failure is worth what it said on that day.
"""

from typing import TYPE_CHECKING

from models.codes import EventLevel, SystemEventKind
from models.commands import Change, creating
from models.errors import InvalidField
from models.fields import NOT_RECORDED
from models.journal import News
from models.records import SystemEvent
from models.store import Op, Query, Where

if TYPE_CHECKING:
    from models.ledger import Ledger

FIELD = "困ったときの連絡先"
LONGEST = 200  # characters: name, telephone, hours


def support(ledger: "Ledger") -> str:
    """Return whom to call as it was entered last, "" where nobody said."""
    kind = (Where("kind", Op.EQ, SystemEventKind.SUPPORT_CHANGED),)
    query = Query(SystemEvent.type, kind, order=(("number", True),))
    found = ledger.store.find(SystemEvent, query, limit=1)
    return found[0].record.value if found else ""


def change_support(ledger: "Ledger", text: str) -> Change:
    """Enter somebody else to call; an empty text says that there is nobody.

    Raises:
        NotPermitted, InvalidField
    """
    ledger.require("settings")
    said = " ".join(text.split())
    if len(said) > LONGEST:
        raise InvalidField(field=FIELD, problem=f"は、{LONGEST}文字までで入力してください。")
    before = support(ledger) or NOT_RECORDED
    words = f"{FIELD}を「{said or NOT_RECORDED}」に変えました。前は「{before}」です。"
    news = News(SystemEventKind.SUPPORT_CHANGED, EventLevel.INFO, words, said)
    return ledger.commit([creating(ledger.journal.event(news))])
