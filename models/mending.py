"""「一覧を作り直す」: make what follows from the log anew, when it is damaged; nothing is lost by it."""

from typing import TYPE_CHECKING

from models.access import Act
from models.chain import Head
from models.store import Progress

if TYPE_CHECKING:
    from models.ledger import Ledger

WORD = "一覧の作り直し"


def rebuild(ledger: "Ledger", progress: Progress) -> Head:
    """Make all lists, indexes and the search anew out of the log, and note it in the access log.

    Returns:
        The head, which stays the one that it was: nothing is entered.

    Raises:
        NotPermitted
        Damaged: the log itself is; nothing was changed.
        VerificationFailed, Cancelled, DiskFull, NotWritable, InputOutput: nothing was changed.
    """
    ledger.require("rebuild")
    head = ledger.safe.rebuild(progress)
    ledger.verified = None
    ledger.access.note(Act.VERIFY, detail=WORD)
    return head


def note_rebuild(ledger: "Ledger") -> None:
    """Note and tell that the ledger was made anew when it was opened."""
    ledger.access.note(Act.VERIFY, detail=WORD)
    ledger.notices.append(rebuilt_words(ledger.store.head()))


def rebuilt_words(head: Head) -> str:
    """Return what to tell when it is done."""
    return (
        f"一覧と索引を、記帳から作り直しました。記帳番号{head.seq:,}まで、記帳はすべてそのままです。"
        "新しいバックアップを作成し、同じディスクで壊れることが続くなら、ディスクを交換してください。"
    )
