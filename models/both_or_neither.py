"""A change of keys and the entry of it: both, or neither, or an error that says what is in force.

Keys stand in the key header and accounts in the log, and no transaction spans both. The header is
written first, so whoever cannot make the entry goes back to the keys of before. What dies between
the two, `models/settling.py` brings to agree.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from models.errors import (
    AzukariError,
    DiskFull,
    JournalFailed,
    JournalMissing,
    KeysUncertain,
    MediumMissing,
    NotEnteredYet,
    NotWritable,
)

if TYPE_CHECKING:
    from models.ledger import Ledger
    from models.safe import FormerKeys

_CAUSES: tuple[tuple[type[AzukariError], str], ...] = (
    (JournalMissing, "更新ジャーナルを使えません。"),
    (DiskFull, "保存先に空きがありません。"),
    (NotWritable, "保存先に書き込めません。"),
    (MediumMissing, "保存先が見つかりません。"),
    (AzukariError, "保存先の読み書きに失敗しました。"),
)


def why(error: Exception) -> str:
    """Say shortly what failed; whether anything was entered is said elsewhere."""
    return next((words for kind, words in _CAUSES if isinstance(error, kind)), "")


@contextmanager
def both_or_neither(ledger: "Ledger", command_id: str) -> Iterator[None]:
    """Run a change of the key header and the command that enters it.

    Args:
        command_id: of that command.

    Raises:
        JournalMissing: nothing could be entered; nothing was tried.
        KeysUncertain: the header may have changed, and nobody can tell whether it is entered.
        AzukariError: it is not entered, and the keys are those of before.
    """
    ledger.safe.journal.require()
    before = ledger.safe.present_keys()
    try:
        yield
    except JournalFailed:
        raise  # it is entered
    except Exception as error:
        if not before.in_force:
            _go_back(ledger, before, command_id, error)
        raise


@contextmanager
def entered_later(done: str) -> Iterator[None]:
    """Enter a change of keys that is in force already and stays.

    Args:
        done: a sentence without its end.

    Raises:
        JournalFailed: it is entered.
        NotEnteredYet: it is entered at a later sign-in.
    """
    try:
        yield
    except JournalFailed:
        raise
    except AzukariError as error:
        raise NotEnteredYet(done=done, reason=why(error)) from error


def _go_back(ledger: "Ledger", before: "FormerKeys", command_id: str, error: Exception) -> None:
    try:
        if ledger.store.command(command_id) is None:
            before.put_back()
    except AzukariError as second:
        first = error if isinstance(error, AzukariError) else second
        raise KeysUncertain(file="keys.a", reason=why(first)) from error
