"""What the entries say of the journal: where it is kept, and whether work goes on without it.

The settings say it too, and are no evidence: a row that somebody took out would let the ledger
forget its journal without a word. What a responsible person entered counts instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from models import permissions
from models.codes import BackupKind, EventLevel, SystemEventKind
from models.journal import News
from models.notes import GIVEN_UP, RESTORED, event_in
from models.records import BackupRun, SystemEvent, UserAccount
from models.store import Op, Query, Where
from storage import notes, settings
from storage.ledger_store import LedgerStore

FOLDER_SETTING = "journal_folder"
SUSPENDED_SETTING = "journal_suspended"

MOST = 100_000
_KINDS = (
    SystemEventKind.JOURNAL_STARTED,
    SystemEventKind.JOURNAL_STOPPED,
    SystemEventKind.JOURNAL_SUSPENDED,
    SystemEventKind.JOURNAL_RESUMED,
    SystemEventKind.SETTING_UNKNOWN,
)
_WITHOUT = (SystemEventKind.JOURNAL_STOPPED, SystemEventKind.JOURNAL_SUSPENDED)
FORGOTTEN = (
    "更新ジャーナルの保存先が、やめた記帳がないのに、台帳の設定からなくなっていました。"
    "記帳では「{0}」に取っています。責任者が確かめ、保存先を選び直すか、理由を記帳してやめてください。"
)
NOT_ENTERED = (
    "更新ジャーナルなしで続けることが、責任者の記帳がないのに、台帳の設定にありました。"
    "更新ジャーナルを使うものとして扱います。責任者が確かめてください。"
)


@dataclass(frozen=True)
class Use:
    """Where a journal is kept, "" for nowhere, and whether work goes on while it is away.

    Attributes:
        forgotten: only the entries know the folder. It may be that of another copy of the ledger,
            so it is compared with and not written to.
        news: what of the settings the entries contradict, and what is not entered yet.
    """

    folder: str
    suspended: bool
    forgotten: bool = False
    news: tuple[News, ...] = ()


NOWHERE = Use("", False)


def in_use(store: LedgerStore) -> Use:
    """Return what the settings say of the journal, as far as the entries let it stand."""
    said = Use(
        settings.read(store.database, FOLDER_SETTING),
        bool(settings.read(store.database, SUSPENDED_SETTING)),
    )
    if said.folder and not said.suspended:
        return said
    entered, known = _entered(store)
    forgotten = bool(entered.folder) and not said.folder
    news = []
    if forgotten and not known:
        news.append(_alert(FORGOTTEN.format(entered.folder), FOLDER_SETTING))
    if said.suspended and not entered.suspended:
        news.append(_alert(NOT_ENTERED, SUSPENDED_SETTING))
    suspended = said.suspended and entered.suspended
    return Use(said.folder or entered.folder, suspended, forgotten, tuple(news))


def _alert(words: str, name: str) -> News:
    return News(SystemEventKind.SETTING_UNKNOWN, EventLevel.ALERT, words, name)


def _entered(store: LedgerStore) -> tuple[Use, bool]:
    """Return what was entered last, and whether it was entered that the folder is forgotten.

    A note of what is to be entered counts as well.
    """
    if notes.read(store, RESTORED) is not None:
        return NOWHERE, False
    folder, suspended, known = "", False, False
    for _, event in sorted(_events(store), key=lambda one: one[0]):
        if event is None:  # restored: it keeps no journal
            folder, suspended = "", False
        elif event.kind is SystemEventKind.SETTING_UNKNOWN:
            known = known or event.value == FOLDER_SETTING
        elif event.kind is SystemEventKind.JOURNAL_STARTED:
            folder, suspended, known = event.value, False, False
        elif event.kind is SystemEventKind.JOURNAL_STOPPED:
            folder, suspended = "", False
        else:
            suspended = event.kind is SystemEventKind.JOURNAL_SUSPENDED
    note = notes.read(store, GIVEN_UP)
    if note is not None:
        stopped = event_in(note.body).kind is SystemEventKind.JOURNAL_STOPPED
        folder, suspended = ("", False) if stopped else (folder, True)
    return Use(folder, suspended), known


def _events(store: LedgerStore) -> Iterator[tuple[int, SystemEvent | None]]:
    """Yield what was entered of the journal, and the restores, by number of the entry."""
    wanted = Query(SystemEvent.type, (Where("kind", Op.IN, _KINDS),))
    for event in store.find(SystemEvent, wanted, limit=MOST):
        if event.record.kind not in _WITHOUT or _may_go_without(store, event.meta.created_by):
            yield event.meta.created_seq, event.record
    restored = Query(BackupRun.type, (Where("kind", Op.EQ, BackupKind.RESTORE),))
    for run in store.find(BackupRun, restored, limit=MOST):
        yield run.meta.created_seq, None


def _may_go_without(store: LedgerStore, author: str) -> bool:
    """Tell whether an author answers for work without the journal, as far as accounts tell."""
    account = store.get(UserAccount, author)
    role = account.record.app_role if account else None
    return role is not None and permissions.may(role, "without_journal")


def detach(store: LedgerStore) -> None:
    """Let a restored ledger keep no journal: that of the original is not its own."""
    store.set_setting(FOLDER_SETTING, "")
    store.set_setting(SUSPENDED_SETTING, "")
