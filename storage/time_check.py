"""Commands that say an earlier time than the one before them, without an entry about the clock.

Order in the ledger is by number, and a wrong clock stops nothing; but whoever enters something after
the clock went back enters that first (models/clockwatch.py). A time that runs back without such an entry
was written by nobody who used the program: a consent could pass for one that was there in time.
"""

from collections.abc import Iterator
from datetime import datetime

from models.clockwatch import BACK
from models.codes import SystemEventKind
from models.records import OfficerConfirmation, SystemEvent, UserAccount
from models.verification import Problem
from storage import log
from storage.database import Database

CODE = "TIME"
OWN = frozenset({OfficerConfirmation.type, UserAccount.type})
"""What an inspecting officer enters, who may enter nothing about the clock: a line of the access log
tells it instead."""
_BACK = (
    "SELECT first_seq, last_seq, recorded_at, before FROM (SELECT first_seq, last_seq, recorded_at,"
    " lag(recorded_at) OVER (ORDER BY first_seq) AS before FROM command) WHERE recorded_at < before"
)


def time_problems(database: Database) -> Iterator[Problem]:
    """Yield the commands whose time runs back although nobody entered that the clock did."""
    for first, last, at, before in database.all(_BACK):
        if datetime.fromisoformat(before) - datetime.fromisoformat(at) <= BACK:
            continue
        entries = list(log.entries(database, first, last))
        types = {entry.type for entry in entries}
        if types <= OWN or any(
            entry.type == SystemEvent.type and _tells_it(entry.payload, entry.content)
            for entry in entries
        ):
            continue
        yield Problem(
            CODE,
            f"記帳番号{first}",
            f"記帳番号{first}の日時が、その前の記帳より前になっています。時計が戻ったという記帳も"
            "ありません。日時を装った記帳かもしれません。誰が何を記帳したかを確かめてください。",
        )


def _tells_it(payload: int, content: bytes | None) -> bool:
    record = log.read_record(SystemEvent.type, "", payload, content)
    return isinstance(record, SystemEvent) and record.kind is SystemEventKind.CLOCK_BACK
