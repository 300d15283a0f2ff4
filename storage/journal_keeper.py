"""The keeper of one open ledger's journal and of the memory of its head (`models.journal`).

It stands between the store and the journal: `before` refuses a command that could not be kept as
promised, `after` writes it before anybody is told that it is done. At the start it compares what
remembers the ledger (this PC, the journal) with what the ledger shows:

- the ledger is ahead of the journal: a command died between the two, it is written now;
- they are equal: fine;
- something remembers more than the ledger shows: the ledger was set back. Nothing goes on before a
  responsible person answers for it, and what remembers it is left as it is until that stands in an
  entry, which is the first that is made: whoever quits, pulls the medium or kills the program before
  it finds everything as it was.

The lines of the access log follow at their leisure: with the next command, when many wait or the
last were written long ago, before a print or an export, and when the ledger is closed.
"""

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path, PurePath

from models.chain import Command, Entry, Head
from models.codes import EventLevel, Role, SystemEventKind
from models.errors import (
    AzukariError,
    JournalFailed,
    JournalMissing,
    MediumMissing,
    Refused,
    RolledBack,
)
from models.journal import JournalState, JournalStatus, News
from models.safe import Parting
from models.store import Progress, Write
from models.verification import Problem
from storage import access, notes
from storage.access_wire import Batch
from storage.attachments import FOLDER_NAME
from storage.erasing import last_erasure
from storage.head_memory import HeadMemory
from storage.header import RECOVERY_ROLE
from storage.journal import Journal, check_links
from storage.journal_compare import Shown, on_one_disk, require_outside, spelled
from storage.journal_connecting import (
    Connecting,
    Held,
    Site,
    begin_or_join,
    named,
    tells,
    write_lines,
)
from storage.journal_ending import Upkeep, lay_copies
from storage.journal_evidence import FOLDER_SETTING, NOWHERE, SUSPENDED_SETTING, in_use
from storage.journal_keys import KeyKeeper
from storage.journal_reach import leads_on, reaches, relied_on, still_opens, write_again
from storage.journal_words import remedy_of, why
from storage.ledger_store import LedgerStore
from storage.recollection import Recollection
from storage.unlocked import Vault

LINES_WAIT = 200  # lines of the access log that wait for a command at most
LINES_AGE = timedelta(minutes=10)

Clock = Callable[[], datetime]


class Keeper:
    """The journal of an open ledger, reached or missed.

    Args:
        accept: somebody answers for a ledger that shows less than is remembered.
        looking: what is noticed will not be entered, so it must be noticed again the next time.
        restored: the ledger is being restored, which nothing in it tells yet: it keeps no journal.

    Raises:
        RolledBack: something remembers a later state, and nobody answers for it.
    """

    def __init__(
        self,
        store: LedgerStore,
        vault: Vault,
        memory: HeadMemory,
        clock: Clock,
        *,
        accept: bool,
        looking: bool = False,
        restored: bool = False,
    ) -> None:
        self._store = store
        self._shown = Shown(store)
        self._vault = vault
        self._accept = accept
        self._clock = clock
        self.looking = looking
        self._journal: Journal | None = None
        self._problem: AzukariError | None = None
        self._turn = threading.RLock()  # one writes: a command, or lines beside the work
        self._lines_wait = 0  # lines that the database has and the journal lacks
        self._lines_at = clock()
        # Where the journal stood, with entries and lines, when it last acknowledged and then failed.
        self._kept: tuple[Head, Head] | None = None
        # Number and time of the last entry in a journal that is out of reach, as far as known.
        self._seen: tuple[int, datetime | None] | None = None
        self._news: list[News] = []
        self._saying: set[str] = set()  # of a journal that lacks something, by this command
        self._said: set[str] = set()  # and by this session
        self._keys = KeyKeeper(looking=looking)
        self._place = vault.folder.resolve()
        use = NOWHERE if restored else in_use(store)
        setting = use.folder
        self._forgotten = use.forgotten
        self._news += use.news
        # Where nothing can be written, nothing is caught up either: the journal is left alone.
        self._unseen = bool(setting) and store.database.frozen
        # A path that was kept relative stands beside the ledger and moves with it.
        keeps = setting and not self._unseen
        self._folder = Path(os.path.normpath(self._place / setting)) if keeps else None
        self._suspended = use.suspended
        self._last = store.head()
        self._recalled = Recollection(memory, vault.vault_id, self._place, self._shown, self._last)
        self._news += self._recalled.compare(accept=accept, restored=notes.is_restored(store))
        if not restored and vault.role != RECOVERY_ROLE:
            self._news += self._recalled.missing()
        if self._folder is not None:
            try:
                self._connect()
            except RolledBack:
                raise
            except AzukariError as error:
                self._problem = error  # it may be read; commands are refused
                self._go_on_with_sheet(error)
        if not looking:
            self._recalled.keep(self._news)
        vault.header_changed = self._follow_header
        store.before_commit = self.before
        store.after_commit = self.after
        store.on_close(self._close)

    def _go_on_with_sheet(self, error: AzukariError) -> None:
        """Let a recovery sheet in without the medium: on another PC nobody else could come in."""
        away = not isinstance(error, Held) and not self._suspended
        if self._vault.role == RECOVERY_ROLE and away:
            self._set_suspended(True)
            words = "更新ジャーナルの媒体がないまま、回復シートで台帳を開きました。"
            self._news.append(News(SystemEventKind.JOURNAL_SUSPENDED, EventLevel.WARN, words))

    # --- around every command --------------------------------------------------------------------
    def before(self, writes: Sequence[Write]) -> None:
        """Refuse a command that could not be kept in the journal, or comes before what is first.

        Raises:
            JournalMissing
            Refused: something lost is to be entered first.
        """
        with self._turn:
            self._look()
            if self._journal is None and self._folder is not None:
                self._reach_out(writes)
            self._saying = named(writes, SystemEventKind.JOURNAL_BEHIND)
            if not tells(writes, self._news):
                raise Held
            if self._journal is not None and self._keys.due:
                self._keys.lay(self._journal.folder, self._vault)

    def after(self, command: Command, entries: list[Entry]) -> None:
        """Write a command that the database has; only then is it acknowledged.

        Raises:
            JournalFailed: it is in the ledger, and will be caught up.
        """
        self._last = Head(command.last_seq, command.head)
        with self._turn:
            self._said |= self._saying
            if not self.looking:
                self._recalled.reached(self._news, self._last, alone=self._journal is None)
            try:
                if self._journal is not None:
                    self._journal.append(command, entries, self._waiting_lines(self._journal))
                elif isinstance(self._problem, Held) and not self._suspended:
                    self._connect()  # it told what the journal waited for
                else:
                    return
            except AzukariError as error:
                self._lose(error, written=True)
                raise JournalFailed(file=str(self._folder), reason=why(error)) from error
            self._lines_carried()

    # --- lines of the access log -----------------------------------------------------------------
    def lines_written(self, count: int) -> None:
        """Learn of lines that the database has; they travel when it is worth an fsync."""
        with self._turn:
            self._lines_wait += count
            old = not timedelta() <= self._clock() - self._lines_at < LINES_AGE
            if old or self._lines_wait >= LINES_WAIT:
                self.carry_lines()

    def carry_lines(self) -> None:
        """Write the lines that wait; without the medium they go on waiting in the database."""
        with self._turn:
            self._look()
            if self._journal is None or not self._lines_wait:
                return
            try:
                write_lines(self._store, self._journal)
            except AzukariError as error:
                self._lose(error, written=True)  # the next command says it to its author
                return
            self._lines_carried()

    def _waiting_lines(self, journal: Journal) -> Batch | None:
        """Return the lines for the frame of a command; more than one frame holds does not wait."""
        if not self._lines_wait:
            return None
        return next(access.batches(self._store.database, journal.lines), None)

    def _lines_carried(self) -> None:
        self._lines_wait, self._lines_at = 0, self._clock()

    def _look(self) -> None:
        """Notice a medium that was pulled out since the last command."""
        if self._journal is not None:
            try:
                self._journal.require_present()
            except AzukariError as error:
                self._lose(error, written=False)

    def _lose(self, error: AzukariError, *, written: bool) -> None:
        """Let go of a journal that fails.

        Args:
            written: something may stand in its file that never reached the medium.
        """
        self._problem = error
        if self._journal is not None:
            self._seen = self._journal.head.seq, self._journal.written_at
            self._kept = (self._journal.head, self._journal.lines) if written else None
            self._journal.close()
            self._journal = None

    def _reach_out(self, writes: Sequence[Write]) -> None:
        """Connect again, or be content when somebody answered for going on without.

        Raises:
            JournalMissing: and the command does not tell what the journal waits for.
        """
        if not self._suspended:
            try:
                self.require()
            except JournalMissing:
                if not (isinstance(self._problem, Held) and tells(writes, self._news)):
                    raise
        elif isinstance(self._problem, MediumMissing | Held) and Path(self._folder or "").is_dir():
            with suppress(AzukariError):
                self._connect()

    # --- models.journal.JournalKeeper --------------------------------------------------------------
    def status(self) -> JournalStatus:
        journal = self._journal
        known = (journal.head.seq, journal.written_at) if journal else self._seen
        seq, written_at = known or (None if self._folder else 0, None)
        return JournalStatus(
            self._state(),
            self._folder,
            seq,
            written_at,
            "" if journal or self._problem is None else why(self._problem),
            journal is not None and on_one_disk(self._vault.folder, journal.folder),
        )

    def start(self, folder: PurePath) -> None:
        place = Path(folder).absolute()
        require_outside(self._place, place)
        if not place.exists() and not place.parent.is_dir():
            raise MediumMissing(file=str(place))
        where = Site(place, self._vault, self._attachments, self._clock())
        begin_or_join(where, self._store, self._shown)
        former = self._folder, self._journal, self._kept, self._forgotten
        self._folder, self._kept, self._forgotten = place, None, False
        try:
            self._connect()
            self._reach_back(anew=True)
            lay_copies(place, self._vault, self._store.database, self._vault.folder)
        except Held as error:  # whoever enters that it begins enters that first
            self._journal, self._problem = None, error
        except BaseException:
            self._folder, self._journal, self._kept, self._forgotten = former
            raise
        if former[1] is not None:
            former[1].close()
        self._store.set_setting(FOLDER_SETTING, spelled(self._place, place))

    def stop(self) -> None:
        if self._journal is not None:
            self._journal.close()
        self._journal, self._folder, self._problem, self._kept = None, None, None, None
        self._store.set_setting(FOLDER_SETTING, "")
        self._set_suspended(False)

    def suspend(self) -> None:
        if self._folder is None or self._journal is not None:
            raise Refused(reason="更新ジャーナルは使えているか、まだ設定されていません。")
        self._set_suspended(True)

    def require(self) -> None:
        self._look()
        if self._journal is not None or self._folder is None:
            return
        try:
            self._connect()
        except AzukariError as error:
            self._problem = error
            if not self._suspended:
                raise JournalMissing(file=str(self._folder), reason=why(error)) from error

    def roll(self) -> None:
        """Go on in a new file under the present data key; a rotation calls it at its end.

        Under a new one it holds once more what backups under an earlier one need.
        """
        if self._journal is None:
            return
        if self._journal.epoch != self._vault.epoch and (base := relied_on(self._store)):
            write_again(self._journal, self._store, self._shown, base)
        else:
            self._journal.roll()

    def still_opens(self) -> bool:
        with self._turn:
            return still_opens(self._store, self._vault.header)

    def leads_on(self) -> bool:
        with self._turn:
            if self._journal is None:
                return False
            folder, vault = self._journal.folder, self._vault
            try:
                self._journal.require_present()
                led = leads_on(self._store, folder, vault)
            except AzukariError:
                return False
            return led and self._keys.there(folder, vault)

    def _follow_header(self, vault: Vault) -> None:
        """Lay a copy of a header that both copies in the ledger's folder hold by now."""
        with self._turn:
            self._vault = vault
            if self._journal is not None:
                self._journal.follow(vault)
                self._keys.lay(self._journal.folder, vault)

    def _reach_back(self, *, anew: bool = False) -> None:
        """Let the files in this place, under the present data key, begin where the backups end.

        Args:
            anew: in one file: the others may have gone another way.

        Raises:
            AzukariError: they cannot be written, and the journal is let go of.
        """
        base = relied_on(self._store)
        journal = self._journal
        if self.looking or journal is None or base is None:
            return
        alone = journal.begins <= base.seq  # one file holds all of it
        try:
            if not alone and (anew or not reaches(journal.folder, self._vault, base.seq)):
                write_again(journal, self._store, self._shown, base)
        except AzukariError as error:
            self._lose(error, written=False)
            raise

    def leave_erased(self) -> None:
        with self._turn, suppress(AzukariError):  # its state says it, and it is tried again
            self._leave_erased()

    def _leave_erased(self) -> None:
        """Remove copies of erased files, and begin a new file; who connects next makes up for it."""
        if self.looking:
            return
        self.upkeep.remove_erased()
        if self._journal is None or self._journal.begins >= last_erasure(self._store.database):
            return
        try:
            self.roll()
        except AzukariError as error:
            self._lose(error, written=False)
            raise

    @property
    def upkeep(self) -> Upkeep:
        return Upkeep(self._folder, self._vault, self._store.database)

    def news(self) -> Sequence[News]:
        return tuple(self._news)

    def to_enter(self) -> Sequence[News]:
        if self.looking or self._store.reader:
            return ()
        if self._folder is not None and not self._suspended:
            with suppress(AzukariError):
                self.require()
        unanswered = SystemEventKind.JOURNAL_SUSPENDED  # who comes in by a sheet answers for that
        by_sheet = self._vault.role == RECOVERY_ROLE
        return tuple(one for one in self._news if not (by_sheet and one.kind is unanswered))

    def told(self, news: Sequence[News]) -> None:
        if any(one.value == SUSPENDED_SETTING for one in news) and not self._suspended:
            self._set_suspended(False)
        self._news = [one for one in self._news if one not in news]
        if not self.looking:
            self._recalled.keep(self._news)

    # --- comparing -------------------------------------------------------------------------------
    def check(self, *, full: bool, progress: Progress) -> list[Problem]:
        """Compare the journal with the ledger, with `full` frame by frame."""
        if self._folder is None or self._suspended:
            return []
        try:
            if self._journal is None:
                self.require()
            check_links(
                self._folder, self._vault, self._shown.contains, self._shown.contains_line,
                attachments=self._attachments, full=full, progress=progress,
                left=self._shown.left_ways(),
            )  # fmt: skip
        except AzukariError as error:
            return [Problem("JOURNAL", str(self._folder), str(error), remedy_of(error))]
        return []

    # --- connecting ------------------------------------------------------------------------------
    def _connect(self) -> None:
        """Open the journal, compare it, and write what it lacks.

        Raises:
            RolledBack: it knows more than the ledger.
            Held: the same, and it has to be entered first.
            AzukariError: it cannot be read or written.
        """
        assert self._folder is not None
        now = self._store.head()
        place = Site(self._folder, self._vault, self._attachments, self._clock())
        joined = Connecting(
            self._store, self._shown, place, self._news, accept=self._accept,
            kept=self._kept, forgotten=self._forgotten, suspended=self._suspended, said=self._said,
            enters=not self.looking and self._vault.role != Role.INSPECTOR.value,
        )  # fmt: skip
        self._journal, words = joined.connect(now)
        self._connected(now, words)

    def _connected(self, now: Head, lost: str) -> None:
        """Note that the journal works, and what of it could not be continued.

        Raises:
            AzukariError: no new file can be begun after an erasure.
        """
        self._problem, self._kept = None, None
        self._lines_carried()
        self._reach_back()
        self._leave_erased()
        if self._journal is not None:
            self._keys.require(self._journal.folder, self._vault)
        if lost:
            self._news.append(News(SystemEventKind.JOURNAL_BEHIND, EventLevel.WARN, lost))
        if self._suspended and not self._store.reader:
            self._set_suspended(False)
            words = f"更新ジャーナルに記帳番号{now.seq:,}まで追記し、再開しました。"
            self._news.append(News(SystemEventKind.JOURNAL_RESUMED, EventLevel.INFO, words))

    # --- small things ----------------------------------------------------------------------------
    def _state(self) -> JournalState:
        if self._folder is None:
            return JournalState.UNSEEN if self._unseen else JournalState.NONE
        if self._journal is not None:
            return JournalState.OK
        if self._suspended:
            return JournalState.SUSPENDED
        missing = isinstance(self._problem, MediumMissing)
        return JournalState.MISSING if missing else JournalState.BROKEN

    @property
    def _attachments(self) -> Path:
        return self._vault.folder / FOLDER_NAME

    def _set_suspended(self, suspended: bool) -> None:
        self._suspended = suspended
        self._store.set_setting(SUSPENDED_SETTING, "1" if suspended else "")

    def _close(self) -> None:
        if self._journal is not None:
            self._journal.close()
        if self._last.seq and not self.looking:
            self._recalled.keep(self._news, self._last)

    def parting(self) -> Parting | None:
        return self._recalled.parting()
