"""How many passwords before the present one a person may not take again (A-08).

Whoever is made to change a password likes to go back to the last one. The number is entered when
it changes, as it says how strict this office was at which time; the passwords themselves nobody has
(storage/former.py keeps what only their owner can compare).
"""

from typing import TYPE_CHECKING

from models.codes import EventLevel, SystemEventKind
from models.commands import Change, creating
from models.errors import InvalidField
from models.journal import News
from models.passwords import LEAST_FORMER, MOST_FORMER, USUAL_FORMER
from models.records import SystemEvent
from models.store import Op, Query, Where

if TYPE_CHECKING:
    from models.ledger import Ledger

FIELD = "再び使えないパスワードの数"


def former_passwords(ledger: "Ledger") -> int:
    """Return the number of this ledger, as it was entered last."""
    kind = (Where("kind", Op.EQ, SystemEventKind.PASSWORD_RULE_CHANGED),)
    query = Query(SystemEvent.type, kind, order=(("occurred_at", True),))
    found = ledger.store.find(SystemEvent, query, limit=1)
    value = found[0].record.value if found else ""
    return min(max(int(value), LEAST_FORMER), MOST_FORMER) if value.isdecimal() else USUAL_FORMER


def change_former_passwords(ledger: "Ledger", number: int) -> Change:
    """Enter another number; it counts from the next change of a password on.

    Raises:
        NotPermitted, InvalidField
    """
    ledger.require("settings")
    if not LEAST_FORMER <= number <= MOST_FORMER:
        raise InvalidField(
            field=FIELD, problem=f"は、{LEAST_FORMER}から{MOST_FORMER}までにしてください。"
        )
    words = (
        f"{FIELD}（今のものより前）を{number}個に変えました。前は{former_passwords(ledger)}個です。"
    )
    kind = SystemEventKind.PASSWORD_RULE_CHANGED
    news = News(kind, EventLevel.INFO, words, str(number))
    return ledger.commit([creating(ledger.journal.event(news))])
