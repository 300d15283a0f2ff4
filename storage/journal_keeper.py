"""The keeper of one open ledger's journal and of the memory of its head (`models.journal`).

It stands between the store and the journal: `before` refuses a command that could not be kept as
promised, `after` writes it before anybody is told that it is done. At the start it compares what
remembers the ledger (this PC, the journal) with what the ledger shows:

- the ledger is ahead of the journal: a command died between the two, it is written now;
- they are equal: fine;
- something remembers more than the ledger shows: the ledger was set back, and nothing goes on
  before a responsible person answers for it.

The lines of the access log follow at their leisure: with the next command, when many wait or the
last were written long ago, before a print or an export, and when the ledger is closed.
"""

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import NoReturn

from models.chain import EMPTY, Command, Entry, Head
from models.codes import EventLevel, SystemEventKind
from models.errors import (
    AzukariError,
    Foreign,
    JournalFailed,
    JournalMissing,
    MediumMissing,
    Refused,
    RolledBack,
)
from models.journal import JournalState, JournalStatus, News
from models.safe import Parting
from models.store import Progress
from models.verification import Problem
from storage import access, notes
from storage.access_wire import Batch
from storage.attachments import FOLDER_NAME
from storage.erasing import last_erasure
from storage.head_memory import HeadMemory
from storage.header import RECOVERY_ROLE
from storage.journal import Journal, check_links, header_of, list_files
from storage.journal_compare import Shown, on_one_disk, require_outside, spelled
from storage.journal_ending import Upkeep
from storage.journal_evidence import FOLDER_SETTING, NOWHERE, SUSPENDED_SETTING, in_use
from storage.journal_file import Part
from storage.journal_format import KeyGone
from storage.journal_keys import KeyKeeper
from storage.journal_reach import (
    backup_ends,
    line_before,
    reaches,
    relied_on,
    somebody_opens_both,
)
from storage.journal_words import (
    CHOOSE_AGAIN,
    LATER_KEY,
    NEW_KEY,
    OTHER_WAY,
    WAY_ON,
    WRITTEN_AGAIN,
    remedy_of,
    why,
)
from storage.ledger_store import LedgerStore
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
        self._memory = memory
        self._clock = clock
        self.looking = looking
        self._journal: Journal | None = None
        self._problem: AzukariError | None = None
        self._turn = threading.RLock()  # one writes: a command, or lines beside the work
        self._lines_wait = 0  # lines that the database has and the journal lacks
        self._lines_at = clock()
        # Where the journal stood, with entries and lines, when it last acknowledged and then failed.
        self._kept: tuple[Head, Head] | None = None
        self._seen = 0  # number of the last entry in a journal that is out of reach
        self._news: list[News] = []
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
        self._compare_memory(accept)
        if self._folder is not None:
            try:
                self._connect(accept)
            except RolledBack:
                raise
            except AzukariError as error:
                self._problem = error  # it may be read; commands are refused
                self._go_on_with_sheet()
        self._last = store.head()
        if not looking:
            memory.remember(vault.vault_id, self._place, self._last)
        vault.header_changed = self._follow_header
        store.before_commit = self.before
        store.after_commit = self.after
        store.on_close(self._close)

    def _go_on_with_sheet(self) -> None:
        """Let a recovery sheet in without the medium: on another PC nobody else could come in."""
        if self._vault.role == RECOVERY_ROLE and not self._suspended:
            self._set_suspended(True)
            words = "更新ジャーナルの媒体がないまま、回復シートで台帳を開きました。"
            self._news.append(News(SystemEventKind.JOURNAL_SUSPENDED, EventLevel.WARN, words))

    # --- around every command --------------------------------------------------------------------
    def before(self) -> None:
        """Refuse a command that could not be kept in the journal.

        Raises:
            JournalMissing
        """
        with self._turn:
            self._look()
            if self._journal is None and self._folder is not None:
                self._reach_out()
            if self._journal is not None and self._keys.due:
                self._keys.lay(self._journal.folder, self._vault)

    def after(self, command: Command, entries: list[Entry]) -> None:
        """Write a command that the database has; only then is it acknowledged.

        Raises:
            JournalFailed: it is in the ledger, and will be caught up.
        """
        self._last = Head(command.last_seq, command.head)
        with self._turn:
            if self._journal is None:
                return
            try:
                self._journal.append(command, entries, self._waiting_lines(self._journal))
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
                self._write_lines(self._journal)
            except AzukariError as error:
                self._lose(error, written=True)  # the next command says it to its author
                return
            self._lines_carried()

    def _waiting_lines(self, journal: Journal) -> Batch | None:
        """Return the lines for the frame of a command; more than one frame holds does not wait."""
        if not self._lines_wait:
            return None
        return next(access.batches(self._store.database, journal.lines), None)

    def _write_lines(self, journal: Journal) -> None:
        batches = list(access.batches(self._store.database, journal.lines))
        if len(batches) > 1:
            parts = (Part(lines=batch) for batch in batches)
            journal.catch_up(parts, base=journal.head, lines=journal.lines)
        elif batches:
            journal.append_lines(batches[0])

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
        assert self._journal is not None
        self._seen = self._journal.head.seq
        self._kept = (self._journal.head, self._journal.lines) if written else None
        self._journal.close()
        self._journal = None
        self._problem = error

    def _reach_out(self) -> None:
        """Connect again, or be content when somebody answered for going on without."""
        if not self._suspended:
            self.require()
        elif isinstance(self._problem, MediumMissing) and self._folder and self._folder.is_dir():
            with suppress(AzukariError):
                self._connect(accept=False)

    # --- models.journal.JournalKeeper --------------------------------------------------------------
    def status(self) -> JournalStatus:
        journal = self._journal
        return JournalStatus(
            self._state(),
            self._folder,
            journal.head.seq if journal else self._seen,
            journal.written_at if journal else None,
            "" if journal or self._problem is None else why(self._problem),
            journal is not None and on_one_disk(self._vault.folder, journal.folder),
        )

    def start(self, folder: PurePath) -> None:
        place = Path(folder).absolute()
        require_outside(self._place, place)
        if not place.exists() and not place.parent.is_dir():
            raise MediumMissing(file=str(place))
        where = (place, self._vault, self._attachments, self._clock())
        if not place.is_dir() or not list_files(place, self._vault.vault_id):
            Journal.begin(*where, self._store.head(), self._shown.line_head()).close()
        elif not self._shown.contains(Journal.open(*where).head):
            raise Foreign(file=str(place), reason=OTHER_WAY)
        former = self._folder, self._journal, self._kept, self._forgotten
        self._folder, self._kept, self._forgotten = place, None, False
        try:
            self._connect(accept=False)
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
            self._connect(accept=False)
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
            self._write_again(self._journal, base)
        else:
            self._journal.roll()

    def still_opens(self) -> bool:
        with self._turn:
            ends = backup_ends(self._store)
            return not ends or somebody_opens_both(self._store, self._vault.header, ends[-1].seq)

    def leads_on(self) -> bool:
        with self._turn:
            ends = backup_ends(self._store)
            if self._journal is None or not ends:
                return False
            folder, vault = self._journal.folder, self._vault
            try:
                self._journal.require_present()
                reached = reaches(folder, vault, ends[0].seq)
                opens = somebody_opens_both(self._store, vault.header, ends[-1].seq)
            except AzukariError:
                return False
            return self._keys.there(folder, vault) and reached and opens

    def _follow_header(self, vault: Vault) -> None:
        """Lay a copy of a header that both copies in the ledger's folder hold by now."""
        with self._turn:
            self._vault = vault
            if self._journal is not None:
                self._journal.follow(vault)
                self._keys.lay(self._journal.folder, vault)

    def _write_again(self, journal: Journal, base: Head) -> None:
        """Write what came after a head in a new file under the present data key."""
        lines = line_before(self._store, base.seq)
        journal.catch_up(self._shown.behind(base, lines), base=base, lines=lines)

    def _reach_back(self) -> None:
        """Let the files under the present data key begin where the backups end that count.

        Raises:
            AzukariError: they cannot be written, and the journal is let go of.
        """
        if self.looking or self._journal is None or self._vault.epoch == 1:
            return
        base = relied_on(self._store)
        try:
            if base and not reaches(self._journal.folder, self._vault, base.seq):
                self._write_again(self._journal, base)
        except AzukariError as error:
            self._lose(error, written=False)
            raise

    def leave_erased(self) -> None:
        with self._turn, suppress(AzukariError):  # its state says it, and it is tried again
            self._leave_erased()

    def _leave_erased(self) -> None:
        """Remove copies of erased files, and begin a new file behind what was erased.

        Whatever came between an erasure and this, whoever connects next makes up for it.
        """
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

    def told(self, news: Sequence[News]) -> None:
        if any(one.value == SUSPENDED_SETTING for one in news) and not self._suspended:
            self._set_suspended(False)
        self._news = [one for one in self._news if one not in news]

    # --- comparing -------------------------------------------------------------------------------
    def check(self, *, full: bool, progress: Progress) -> list[Problem]:
        """Compare the journal with the ledger, with `full` frame by frame."""
        if self._folder is None or self._suspended:
            return []
        try:
            if self._journal is None:
                self.require()
            check_links(
                self._folder, self._vault, self._shown.contains, self._shown.contains_line, full=full,
                progress=progress,
            )  # fmt: skip
        except AzukariError as error:
            return [Problem("JOURNAL", str(self._folder), str(error), remedy_of(error))]
        return []

    def _compare_memory(self, accept: bool) -> None:
        """Compare the ledger with what this PC saw of it.

        An older state in the same folder stops. In a folder where it was never opened it may be a
        copy that somebody tries something with: it is said, entered and printed, and goes on.

        Raises:
            RolledBack
        """
        vault_id = self._vault.vault_id
        lost = self._memory.missing(
            vault_id, self._place, self._store.head(), self._shown.contains,
            restored=notes.is_restored(self._store),
        )  # fmt: skip
        if lost is None:
            return
        seq = lost.head.seq
        if lost.folder == str(self._place):
            self._set_back(f"このPCは記帳番号{seq:,}までを見ています", lost.head, accept)
        else:
            self._note_set_back(
                f"このPCは、同じ台帳の記帳番号{seq:,}までを別の場所で見ています", lost.head
            )

    def _set_back(self, who: str, lost: Head, accept: bool) -> None:
        """Stop before a ledger that shows less than is remembered, or note that it is accepted.

        Raises:
            RolledBack
        """
        if not accept:
            raise RolledBack(reason=f"{who}が、{self._shown.instead_of(lost)}{WAY_ON}")
        self._note_set_back(who, lost)

    def _note_set_back(self, who: str, lost: Head) -> None:
        detail = f"{who}が、{self._shown.instead_of(lost)}"
        value = f"{lost.seq} {lost.hex}"
        news = News(SystemEventKind.ROLLED_BACK, EventLevel.ALERT, detail, value)
        self._news.append(news)

    # --- connecting ------------------------------------------------------------------------------
    def _connect(self, accept: bool) -> None:
        """Open the journal, compare it, and write what it lacks.

        Raises:
            RolledBack: it knows more than the ledger.
            AzukariError: it cannot be read or written.
        """
        assert self._folder is not None
        now = self._store.head()
        where = (self._folder, self._vault, self._attachments, self._clock())
        try:
            journal = Journal.open(*where)
        except KeyGone as gone:
            self._require_earlier_key(self._folder, now, accept)
            if self._forgotten:
                raise Refused(reason=CHOOSE_AGAIN) from gone
            # The data key was renewed while the medium was away: nothing there can be read now.
            self._journal, words = self._begin_anew(where, now)
            self._connected(now, words)
            return
        if self._forgotten:
            self._only_compare(journal, now, accept)
        lost_one = self._lost_one(journal, now)
        if lost_one or not self._shown.contains(journal.head):
            told = journal.head if not lost_one else Head(now.seq + 1, bytes(32))
            self._set_back(f"更新ジャーナルは記帳番号{told.seq:,}まで進んでいます", told, accept)
            journal.catch_up(self._shown.behind(now, EMPTY), base=now, lines=EMPTY)
        elif not self._shown.contains_line(journal.lines):
            self._note_lines_lost(journal.lines)
            base = self._kept[0] if self._kept else journal.head
            journal.catch_up(self._shown.behind(base, EMPTY), base=base, lines=EMPTY)
        else:
            self._catch_up(journal, now)
        self._journal = journal
        self._connected(now, "")

    def _begin_anew(
        self, where: tuple[Path, Vault, Path, datetime], now: Head
    ) -> tuple[Journal, str]:
        """Begin under a new data key; return what to say of what stands under the former one."""
        base = relied_on(self._store)
        if base is None:
            return Journal.begin(*where, now, self._shown.line_head()), NEW_KEY
        lines = line_before(self._store, base.seq)
        parts = self._shown.behind(base, lines)
        return Journal.begin(*where, base, lines, parts), WRITTEN_AGAIN

    def _require_earlier_key(self, folder: Path, now: Head, accept: bool) -> None:
        """Refuse to go on under a data key that another one has followed in the journal already.

        That is an older copy of the ledger, and may be in the hands of whom the new key shut out.

        Raises:
            RolledBack: unless a responsible person accepts it.
        """
        last = header_of(list_files(folder, self._vault.vault_id)[-1])
        if last is not None and last.epoch > self._vault.epoch:
            told = Head(max(last.base.seq, now.seq) + 1, bytes(32))
            self._set_back(LATER_KEY, told, accept)

    def _only_compare(self, journal: Journal, now: Head, accept: bool) -> NoReturn:
        """Compare a journal with the ledger that only the entries know, and leave it as it is.

        Raises:
            RolledBack: it knows more than the ledger.
            Refused: somebody has to choose the folder again.
        """
        journal.close()
        if self._lost_one(journal, now) or not self._shown.contains(journal.head):
            seq = max(journal.head.seq, now.seq)
            self._set_back(f"更新ジャーナルは記帳番号{seq:,}まで進んでいます", journal.head, accept)
        raise Refused(reason=CHOOSE_AGAIN)

    def _lost_one(self, journal: Journal, now: Head) -> bool:
        """Tell whether the journal ends with a torn command that the ledger has no more.

        The database had it first, unless the torn frame was to hold lines of the access log.
        """
        if not journal.torn or journal.head != now or self._kept is not None:
            return False
        if journal.torn_lines is None:
            return self._shown.line_head().seq <= journal.lines.seq
        return not journal.torn_lines

    def _note_lines_lost(self, line: Head) -> None:
        """Note that the journal has lines of the access log that the ledger has not."""
        now = self._shown.line_head()
        seen = f"今は{now.seq:,}行目までです。" if now.seq < line.seq else "今の内容と違います。"
        detail = f"更新ジャーナルに、利用の記録の{line.seq:,}行目までがありますが、{seen}"
        value = f"access {line.seq} {line.hex}"
        self._news.append(News(SystemEventKind.ROLLED_BACK, EventLevel.ALERT, detail, value))

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

    def _catch_up(self, journal: Journal, now: Head) -> None:
        """Write the commands and the lines of the access log that the journal lacks.

        After a failure of this run it begins behind the last head that was acknowledged: what the
        system shows behind it may never have reached the medium.
        """
        base, lines = self._kept or (journal.head, journal.lines)
        missing = self._store.commands(base.seq + 1) if base.seq < now.seq else iter(())
        first, second = next(missing, None), next(missing, None)
        if self._kept is not None or second is not None:
            journal.catch_up(self._shown.behind(base, lines), base=base, lines=lines)
        else:
            journal.ready()
            if first is not None:
                journal.append(first, self._shown.entries(first))
            self._write_lines(journal)
        if second is not None and self._kept is None and not self._suspended:
            self._news.append(
                News(
                    SystemEventKind.JOURNAL_BEHIND,
                    EventLevel.WARN,
                    f"更新ジャーナルが記帳番号{base.seq:,}までしかなかったため、"
                    f"{now.seq:,}まで追記しました。",
                )
            )

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
            self._memory.remember(self._vault.vault_id, self._place, self._last, reached=True)

    def parting(self) -> Parting | None:
        """Return where this ledger left another folder that still has it."""
        return self._memory.parting(self._vault.vault_id, self._place)


def detach(store: LedgerStore) -> None:
    """Let a restored ledger keep no journal: that of the original is not its own."""
    store.set_setting(FOLDER_SETTING, "")
    store.set_setting(SUSPENDED_SETTING, "")
