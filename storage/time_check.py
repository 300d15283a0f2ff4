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
    "SELECT first_seq, last_seq, recorded_at, latest FROM (SELECT first_seq, last_seq, recorded_at,"
    " max(recorded_at) OVER (ORDER BY first_seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    " AS latest FROM command) WHERE recorded_at < latest ORDER BY first_seq"
)


def time_problems(database: Database) -> Iterator[Problem]:
    """Yield the commands whose time runs back although nobody entered that the clock did.

    A command is compared with the latest time before it, or since the clock went back.
    """
    since: tuple[str, datetime] | None = None  # the latest time then, and the latest since
    for first, last, at, latest in database.all(_BACK):
        now = datetime.fromisoformat(at)
        known = since if since is not None and since[0] == latest else None
        before = known[1] if known else datetime.fromisoformat(latest)
        if before - now <= BACK:
            since = (latest, max(before, now)) if known else since
            continue
        entries = list(log.entries(database, first, last))
        if any(e.type == SystemEvent.type and _tells_it(e.payload, e.content) for e in entries):
            since = (latest, now)
        elif not {entry.type for entry in entries} <= OWN:
            yield Problem(
                CODE,
                f"記帳番号{first}",
                f"記帳番号{first}の日時が、それまでの記帳より前になっています。時計が戻ったという"
                "記帳もありません。日時を装った記帳かもしれません。誰が何を記帳したかを確かめて"
                "ください。",
            )


def _tells_it(payload: int, content: bytes | None) -> bool:
    record = log.read_record(SystemEvent.type, "", payload, content)
    return isinstance(record, SystemEvent) and record.kind is SystemEventKind.CLOCK_BACK
