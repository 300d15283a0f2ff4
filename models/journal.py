"""The update journal as an act of the office: started, missed, done without, taken up again.

`JournalKeeper` is what the store offers; the verbs beside it decide who may, and enter what
happened. The order of every command is: database, journal, acknowledgement (A-01, SK-11.6).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol

from models.backups import kept_restore
from models.both_or_neither import entered_later
from models.codes import BackupKind, Code, EventLevel, Role, SystemEventKind
from models.commands import Change, creating
from models.errors import (
    AzukariError,
    DiskFull,
    InputOutput,
    JournalFailed,
    JournalMissing,
    MediumMissing,
    NotWritable,
    Refused,
)
from models.notes import GIVEN_UP, event_in, tell_of_unknown
from models.records import BackupRun, SystemEvent
from models.store import Op, Query, Where
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger


class JournalState(str, Enum):
    """How the journal stands; the value is what the console tells."""

    NONE = "none"  # never set up
    OK = "ok"
    MISSING = "missing"  # promised and not there: nothing is entered
    BROKEN = "broken"  # there, and cannot be used: nothing is entered
    SUSPENDED = "suspended"  # a responsible person answers for going on without it
    UNSEEN = "unseen"  # there may be one; the ledger lies where nothing can be written


WORDS = {
    JournalState.NONE: "更新ジャーナルは設定されていません",
    JournalState.OK: "更新ジャーナルに書いています",
    JournalState.MISSING: "更新ジャーナルの媒体がありません。記帳できません",
    JournalState.BROKEN: "更新ジャーナルを使えません。記帳できません",
    JournalState.SUSPENDED: "更新ジャーナルなしで記帳しています",
    JournalState.UNSEEN: "更新ジャーナルは見ていません",
}


NO_JOURNAL = "復元した台帳には、更新ジャーナルがありません。使うときは保存先を決めてください。"


NOT_ENTERED = (
    "このことは、まだ台帳に記帳していません。記帳できるようになると、ほかのどの記帳よりも先に記帳し、"
    "次の書類に印字します。それまでは、台帳を開くたびに、同じことを確かめます。"
)


UNKNOWN = "書き終えた記帳番号は、媒体をつなぐと分かります"


@dataclass(frozen=True, slots=True)
class JournalStatus:
    """State, place and end of the journal; `problem` is a sentence when something is wrong.

    `seq` is None as long as nobody in this session has seen where a journal out of reach ends.
    """

    state: JournalState
    folder: PurePath | None = None
    seq: int | None = 0
    written_at: datetime | None = None
    problem: str = ""
    same_disk: bool = False  # as the ledger: a broken disk would take both

    @property
    def words(self) -> str:
        return WORDS[self.state]

    @property
    def care(self) -> bool:
        return self.state not in (JournalState.OK, JournalState.NONE, JournalState.UNSEEN)


@dataclass(frozen=True, slots=True)
class News:
    """Something that the store noticed and that belongs into the ledger."""

    kind: SystemEventKind
    level: EventLevel
    detail: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class SpentFiles:
    """Journal files that no restore needs, oldest first, and the last entry that they hold."""

    files: tuple[PurePath, ...] = ()
    last: int = 0


class JournalUpkeep(Protocol):
    """The files of a journal that somebody may dispose of."""

    def files_before(self, seq: int) -> Sequence[PurePath]:
        """Return the files that may hold entries as they stood before one, oldest first.

        Those of a former journal are among them, where its folder can still be reached.
        """

    def spent(self, backup: BackupRun) -> SpentFiles:
        """Return the files that hold nothing which a backup lacks; never the one written to.

        Raises:
            MediumMissing, Foreign
        """

    def end_files(self, spent: SpentFiles) -> None:
        """Remove files, oldest first, and copies of sealed files that go with them.

        Raises:
            NotWritable, InputOutput, MediumMissing: what was removed before stays away.
        """

    def copies_of_erased(self) -> Sequence[PurePath]:
        """Return copies of erased files that still lie beside the journal."""


class JournalKeeper(Protocol):
    """The journal of an open ledger."""

    @property
    def looking(self) -> bool:
        """Whether somebody only looks: what was noticed is not entered then."""

    def status(self) -> JournalStatus: ...

    def start(self, folder: PurePath) -> None:
        """Begin a journal at the present head, or go on with the one that lies there.

        Raises:
            AzukariError: the folder cannot hold it; the former journal stays in use.
        """

    def stop(self) -> None:
        """Keep no journal any more; what was written stays."""

    def suspend(self) -> None:
        """Let commands through without a journal until the medium is there again."""

    def require(self) -> None:
        """Try to reach the medium again and write what is missing there.

        Raises:
            JournalMissing: it cannot be reached and nobody answered for going on without.
        """

    def still_opens(self) -> bool:
        """Tell whether somebody of today opens the newest sound backup; yes where there is none.

        After a recovery sheet was used nobody does: it gives out new keys and a new sheet.
        """

    def leads_on(self) -> bool:
        """Tell whether a backup of before the last new data key leads to the last entry by it.

        Looked for on the medium: the files under that key from the backups on that count, and the
        copy of the key header, which opens to somebody who opens the last backup.
        """

    def leave_erased(self) -> None:
        """Go on in a new file if this one holds erased content, so that it can be disposed of.

        Copies of erased files beside the journal are removed. Nothing is raised: what fails shows
        in the state, and is tried again whenever the journal is connected.
        """

    @property
    def upkeep(self) -> "JournalUpkeep":
        """What may go from its folder."""

    def news(self) -> Sequence[News]:
        """Return what was noticed and not entered yet."""

    def to_enter(self) -> Sequence[News]:
        """Look at the medium, and return what whoever is signed in enters of what was noticed.

        That is nothing for one who only looks.
        """

    def told(self, news: Sequence[News]) -> None:
        """Forget news that were entered; only now may what remembers more than the ledger forget it."""


class JournalDesk:
    """Verbs on the journal."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger
        self._reason, self._answered_by = "", ""

    @property
    def _keeper(self) -> JournalKeeper:
        return self._ledger.safe.journal

    def status(self) -> JournalStatus:
        return self._keeper.status()

    def start(self, folder: PurePath) -> Change:
        """Keep the journal in a folder from now on; the entry of it is its first frame.

        Raises:
            NotPermitted, Foreign, NewerFormat, Damaged, NotWritable, DiskFull, MediumMissing
            InsideLedger: the folder lies in the ledger's own.
            UnregisteredMedium, NetworkPlace
        """
        self._ledger.require("journal")
        self._ledger.outside.require(folder)
        self._keeper.start(folder)
        self._ledger.prepare()  # what was noticed comes first, wherever it can be entered by now
        news = News(
            SystemEventKind.JOURNAL_STARTED,
            EventLevel.INFO,
            f"更新ジャーナルを記帳番号{self._keeper.status().seq:,}から始めました。",
            str(folder)[:200],
        )
        return self._ledger.commit([creating(self.event(news))])

    def stop(self, reason: str) -> Change:
        """Keep no journal any more.

        Raises:
            InvalidField, NotPermitted
        """
        self._ledger.require("without_journal")
        text = self._ledger.registers.reason(reason)
        news = News(
            SystemEventKind.JOURNAL_STOPPED, EventLevel.WARN, "更新ジャーナルの記録をやめました。"
        )
        return self._go_without(self._keeper.stop, self.event(news, text))

    def suspend(self, reason: str) -> Change:
        """Go on without the medium; everything is caught up when it returns.

        Raises:
            InvalidField, NotPermitted
        """
        self._ledger.require("without_journal")
        text = self._ledger.registers.reason(reason)
        news = News(
            SystemEventKind.JOURNAL_SUSPENDED,
            EventLevel.WARN,
            "更新ジャーナルの媒体がないまま、記帳を続けました。",
        )
        return self._go_without(self._keeper.suspend, self.event(news, text))

    def _go_without(self, act: Callable[[], None], event: SystemEvent) -> Change:
        """Give the journal up and enter that, in this order: with it nothing could be entered.

        A note before the act tells of it, should the program die before the entry.
        """
        store = self._ledger.store
        self._ledger.safe.keep_note(GIVEN_UP, {"id": event.id, "event": event.to_json()})
        try:
            act()
        except AzukariError:
            store.set_setting(GIVEN_UP, "")
            raise
        with entered_later(event.detail.removesuffix("。")):
            change = self._ledger.commit([creating(event)])
        store.set_setting(GIVEN_UP, "")
        return change

    def finish(self) -> None:
        """Enter that the journal was given up, if the program died before it could.

        Raises:
            AzukariError: it cannot be entered now either.
        """
        store = self._ledger.store
        if (note := self._ledger.safe.note(GIVEN_UP)) is None:
            return
        event = event_in(note.body)
        done = self.status().state in (JournalState.NONE, JournalState.SUSPENDED)
        if done and store.get(SystemEvent, event.id) is None:
            self._ledger.commit([creating(event)])
        store.set_setting(GIVEN_UP, "")

    def tend(self) -> JournalStatus:
        """Reach for a medium that was missing, and enter what was noticed; return how it stands.

        Nothing is raised: whoever only looks must be able to look.
        """
        ledger = self._ledger
        try:
            if ledger.role is Role.INSPECTOR:
                return self.status()
            self.enter_news()  # a journal may wait for that
            self._keeper.require()
            self.enter_news()
        except AzukariError:
            pass  # the state says it; the next command that is refused says it to its author
        return self.status()

    def answer(self, reason: str, person: str = "") -> None:
        """Keep what a responsible person says to a ledger that was set back, until it is entered.

        Args:
            person: id of who says it; a recovery sheet is nobody.
        """
        self._reason, self._answered_by = reason, person

    def greet(self) -> None:
        """Enter at the sign-in what was noticed at the opening, and say what the user should know."""
        ledger, enter = self._ledger, not self._keeper.looking
        noticed = [one.detail for one in self._keeper.news()]
        try:
            ledger.watch(enter=enter)
            enter = enter and ledger.role is not Role.INSPECTOR and not ledger.user.must_change
            noticed += tell_of_unknown(ledger, enter=enter)
        except (DiskFull, InputOutput, MediumMissing, NotWritable, Refused) as error:
            # A full disk must not keep people from reading; it is tried again before every command.
            if not isinstance(error, JournalMissing | JournalFailed):  # those are said below
                noticed.append(str(error))
        if any(one.kind is SystemEventKind.ROLLED_BACK for one in self._keeper.news()):
            noticed.append(NOT_ENTERED)
        status = self.status()
        if status.care:
            noticed.append(f"{status.words}。{status.problem}")
        if (kept := kept_restore(ledger)) is not None:
            noticed.append(f"{kept[0].detail}{NO_JOURNAL}")
        ledger.notices += [one for one in noticed if one not in ledger.notices]

    def enter_news(self) -> None:
        """Enter what the store noticed."""
        if self._keeper.to_enter():
            self._ledger.watch()

    def noticed(self) -> tuple[Sequence[News], list[SystemEvent]]:
        """Return what the store noticed and whoever is signed in enters, and the records of it."""
        news = self._keeper.to_enter()
        return news, [self.event(one, self._reason, self._answered_by) for one in news]

    def told(self, news: Sequence[News]) -> None:
        """Forget news that were entered."""
        self._keeper.told(news)

    def event(self, news: News, reason: str = "", answered_by: str | None = None) -> SystemEvent:
        """Return the record of something that was noticed.

        Args:
            answered_by: id of the person who says the reason; the signed-in user's if left out.
        """
        ledger = self._ledger
        event = SystemEvent(
            id=ledger.new_id(),
            occurred_at=ledger.now(),
            kind=news.kind,
            level=news.level,
            detail=news.detail,
            value=news.value,
        )
        if reason:
            person = ledger.user.person_id if answered_by is None else answered_by
            event = replace(event, reason=reason, acknowledged_by=person)
        ledger.registers.validate(event)
        return event


MOST_PRINTED = 8


def _told(event: SystemEvent) -> str:
    """Return detail and reason; what no Japanese font draws must not keep papers from the seal."""
    reason = event.reason.encode("cp932", "replace").decode("cp932")
    return f"{event.detail}理由：{reason}" if reason else event.detail


def printed_events(ledger: "Ledger", after: int) -> tuple[str, ...]:
    """Say what the next paper must tell of the ledger: rollbacks, restores, clock, no journal.

    What one alone did to accounts is told by `models/rights_alone.py`.

    Args:
        after: entry of the sealed paper before; only what came later is told.
    """
    later = Where("created_seq", Op.GT, after)
    other = Where("kind", Op.NE, SystemEventKind.ACCOUNTS_MANAGED)
    told = (Where("level", Op.IN, (EventLevel.WARN, EventLevel.ALERT)), later, other)
    restores = (Where("kind", Op.EQ, BackupKind.RESTORE), later)
    lines: list[tuple[int, datetime | None, Code | None, str]] = [
        (one.meta.created_seq, one.record.occurred_at, one.record.kind, _told(one.record))
        for one in ledger.store.find(SystemEvent, Query(SystemEvent.type, told))
    ]
    lines += [
        (one.meta.created_seq, one.record.finished_at, one.record.kind, one.record.detail)
        for one in ledger.store.find(BackupRun, Query(BackupRun.type, restores))
    ]
    lines.sort(key=lambda line: line[0])
    shown = [
        f"{format_short(at.date()) if at else ''} {kind.label if kind else ''}（{detail}）"
        for _, at, kind, detail in lines[-MOST_PRINTED:]
    ]
    more = len(lines) - MOST_PRINTED
    return (*shown, *([f"ほか{more}件"] if more > 0 else []))
