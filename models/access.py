"""The access log: who looked at what, searched, printed, exported, signed in or was refused (A-12).

It stands beside the evidence log and never in its way: a line is kept in memory for a moment and
written with others in one transaction, within seconds, and always before the ledger is closed and
before a print or an export is handed out. Lines are chained like entries, and the user of the
session signs where the chain stands with every batch, so that no line is ever unsigned.

A line names records by id and kind. What was typed into a search, or what a record says, is never
in it. `count` tells how many (rows, hits, entries), `detail` is a code of ours.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from models import purposes
from models.chain import EMPTY, Head, Intent, Signer, canonical, timestamp
from models.codes import Code, Role
from models.errors import Locked
from models.records import Record
from models.scope import ScopedStore

if TYPE_CHECKING:
    from models.ledger import Ledger

FORMAT = 1
FORMAT_WITH_PURPOSE = 2  # of a line
LINE_TAG = b"azukari/access-line/1\x00"
SEAL_TAG = b"azukari/access-seal/1\x00"
BATCH = 500  # lines that wait at most; then they are written without waiting for idle time
SEALED = 2000  # lines under one signature of a session
SAME = timedelta(seconds=60)  # a second look within this time is the same look
REMEMBERED = 64  # looks that are compared
PAGE = 200  # records that a program may be handed over without a word


class Act(Code):
    """What somebody did with the ledger."""

    SIGN_IN = "sign_in", "サインイン"
    REFUSED = "refused", "サインインの失敗"
    LOCK = "lock", "ロック・終了"
    VIEW = "view", "内容の表示"
    LIST = "list", "一覧の表示"
    SEARCH = "search", "検索"
    ENTER = "enter", "記帳"
    SEAL = "seal", "書類の確定"
    PRINT = "print", "印刷"
    EXPORT = "export", "書出し"
    BULK_VIEW = "bulk_view", "一括表示"
    BACKUP = "backup", "バックアップ"
    RESTORE = "restore", "復元"
    VERIFY = "verify", "検証"
    MEDIUM_REFUSED = "medium_refused", "登録のない媒体・場所の拒否"
    CLOCK = "clock", "時計のずれ"


LOOKS = frozenset({Act.VIEW, Act.LIST, Act.SEARCH})
NOT_DONE = "not done"  # detail of a restore that was refused
WHOLE = "whole"  # detail of a list or bulk view that handed over all that the records say
OUTPUTS = frozenset({Act.PRINT, Act.EXPORT, Act.BULK_VIEW})  # somebody says what they are for


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `number` counts without a gap, `hash` chains it to the line before."""

    at: datetime
    offset: int  # minutes east of UTC
    user: str  # id of the account, "" when nobody's
    terminal: str
    act: Act
    type: str = ""
    target: str = ""  # id of the record
    contract: str = ""
    count: int = 0
    detail: str = ""
    purpose: str = ""  # what somebody said it was for; a line with one is of version 2
    number: int = 0
    hash: bytes = b""

    @property
    def pages(self) -> int:
        """Return how many pages left, 0 where `count` counts something else."""
        paper = self.act is Act.PRINT or (self.act is Act.EXPORT and bool(self.detail))
        return self.count if paper else 0

    def hashed(self, previous: bytes) -> bytes:
        """Return the hash of this line after another."""
        said = (
            {"purpose": self.purpose, "v": FORMAT_WITH_PURPOSE} if self.purpose else {"v": FORMAT}
        )
        body = {
            **said,
            "act": self.act.value,
            "at": timestamp(self.at),
            "contract": self.contract,
            "count": self.count,
            "detail": self.detail,
            "number": self.number,
            "offset": self.offset,
            "prev": previous.hex(),
            "target": self.target,
            "terminal": self.terminal,
            "type": self.type,
            "user": self.user,
        }
        return hashlib.sha256(LINE_TAG + canonical(body)).digest()


@dataclass(frozen=True, slots=True)
class Seal:
    """One user's signature under a stretch of lines: where they end, and where the ledger stood."""

    first: int
    last: int
    hash: bytes  # of the last line
    author: str
    ledger: Head  # when the session began: it tells which key is the author's
    signature: bytes = b""

    def statement(self, vault_id: str) -> bytes:
        """Return what is signed."""
        body = {
            "author": self.author,
            "first": self.first,
            "hash": self.hash.hex(),
            "last": self.last,
            "ledger": self.ledger.hex,
            "seq": self.ledger.seq,
            "v": FORMAT,
            "vault_id": vault_id,
        }
        return SEAL_TAG + canonical(body)


@dataclass(frozen=True, slots=True)
class Question:
    """Which lines are asked for; newest first."""

    since: datetime | None = None
    until: datetime | None = None  # not included
    user: str | None = None
    acts: frozenset[Act] | None = None
    contracts: frozenset[str] | None = None  # and lines of no contract; None: all
    after: int | None = None  # number
    before: int | None = None  # number
    limit: int = 500


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines that follow each other and bear the date of one day of Japan's clock.

    Refusals are left out: they bear the time of the door and are written at the next sign-in.
    """

    first: int
    last: int
    began: datetime
    ended: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """A wrong password at the door; `user` is "" for a name that nobody has."""

    at: datetime
    user: str


class AccessBook(Protocol):
    """Where the lines are kept (implemented in `storage/`)."""

    @property
    def terminal(self) -> str:
        """Name this PC: its name, and what its device secret is called in this ledger."""

    def head(self) -> Head:
        """Return number and hash of the last line."""

    def append(self, lines: Sequence[Line], seal: Seal) -> None:
        """Write lines durably; a seal with the same `first` takes the place of the former.

        Raises:
            DiskFull, NotWritable, InputOutput, Locked: nothing was written.
        """

    def carry(self) -> None:
        """Bring what was written to the journal as well; it may wait there for a while else.

        Nothing is raised: a journal that fails says so itself, and catches up when it is back.
        """

    def lines(self, question: Question) -> list[Line]: ...

    def stretches(self) -> Sequence[Stretch]:
        """Return all lines, day by day as they follow each other."""

    def purposes(self, user: str, most: int) -> list[str]:
        """Return the purposes that a user stated last, each once."""

    def refusals(self) -> Sequence[Refusal]:
        """Return wrong passwords at this PC that no line tells of yet."""

    def told(self, refusals: Sequence[Refusal]) -> None:
        """Forget refusals that lines tell of."""


class AccessLog:
    """What the office notes and asks; safe between threads."""

    def __init__(self, ledger: "Ledger", signer: Signer, user_id: str) -> None:
        self._ledger = ledger
        self._signer = signer
        self._user_id = user_id
        self._lock = threading.RLock()
        self._waiting: list[Line] = []
        self._recent: OrderedDict[tuple[str, ...], datetime] = OrderedDict()
        self._refused: Sequence[Refusal] = ()
        self._seal: Seal | None = None
        self._base = ledger.store.head()
        self._inside = False
        self.since: datetime | None = None  # when this session began
        self.purpose = ""  # that was said last in this session

    # --- noting ----------------------------------------------------------------------------------
    def viewed(self, record: Record) -> None:
        """Note that somebody sees all that a record says."""
        self._look(Act.VIEW, record.type, record.id, record.contract())

    def listed(self, type_: str, contract_id: str = "", count: int = 0) -> None:
        """Note that somebody sees the list of a register."""
        self._look(Act.LIST, type_, "", contract_id, count)

    def handed_over(self, type_: str, count: int, asked: str, purpose: str) -> None:
        """Note records of which a program gets all that they say.

        More than a page is a bulk view: it needs a purpose and a terminal that is not blocked.

        Args:
            asked: tells one question from another; the same one again at once is the same look.

        Raises:
            InvalidField: nobody said what it is for.
            TerminalBlocked
            DiskFull, NotWritable, InputOutput, Locked: then nothing may be handed over.
        """
        if count <= PAGE:
            self._look(Act.LIST, type_, "", "", count, WHOLE, asked)
            return
        self._ledger.blocking.require()
        self.handed_out(Act.BULK_VIEW, type_, count=count, detail=WHOLE, purpose=purpose)

    def searched(self, count: int) -> None:
        """Note a search; the words are not kept, for they may be somebody's name."""
        self._look(Act.SEARCH, "", "", "", count)

    def entered(self, intents: Sequence[Intent]) -> None:
        """Note a command of this session, beside the entries that it made."""
        first = intents[0].record
        self.note(Act.ENTER, first.type, first.id, first.contract(), len(intents))

    def handed_out(
        self, act: Act, type_: str, target: str = "", contract: str = "", count: int = 0,
        detail: str = "", purpose: str = "",
    ) -> None:  # fmt: skip
        """Note a print, an export or a bulk view; when this returns, the line is durable.

        Args:
            purpose: what it is for, as somebody said (FK-2.2, A-13).

        Raises:
            InvalidField: nobody said what it is for.
            TerminalBlocked: of an export.
            DiskFull, NotWritable, InputOutput, Locked: then nothing may be handed out.
        """
        if act is Act.EXPORT:
            self._ledger.blocking.require()
        if act in OUTPUTS:
            self.purpose = purpose = purposes.stated(purpose)
        self.note(act, type_, target, contract, count, detail, purpose)
        self.flush()
        self._ledger.safe.access.carry()

    def note(
        self, act: Act, type_: str = "", target: str = "", contract: str = "", count: int = 0,
        detail: str = "", purpose: str = "",
    ) -> None:  # fmt: skip
        """Note one act of this session."""
        self._add(self._line(act, self._user_id, type_, target, contract, count, detail, purpose))

    def signed_in(self) -> None:
        """Note the sign-in, after the refusals at this PC that nobody noted yet."""
        book = self._ledger.safe.access
        with self._lock:
            self._refused = book.refusals()
            for one in self._refused:
                self._add(replace(self._line(Act.REFUSED, one.user), at=one.at.astimezone(UTC)))
            self.note(Act.SIGN_IN)
            self.since = self._waiting[-1].at
            self._inside = True

    def close(self, why: str = "") -> None:
        """Note the end of the session and write what waits.

        Raises:
            DiskFull, NotWritable, InputOutput
        """
        with self._lock:
            if self._inside:
                self._inside = False
                self.note(Act.LOCK, detail=why)
            try:
                self.flush()
                self._ledger.safe.access.carry()
            except Locked:
                pass  # the store was closed before; what waited could not be kept

    def _look(
        self, act: Act, type_: str, target: str, contract: str, count: int = 0, detail: str = "",
        asked: str = "",
    ) -> None:  # fmt: skip
        """Note a look, unless it is the same look again: lists refresh themselves."""
        key = (act.value, type_, target, contract, asked)
        now = self._ledger.now()
        with self._lock:
            last = self._recent.pop(key, None)
            self._recent[key] = now
            while len(self._recent) > REMEMBERED:
                self._recent.popitem(last=False)
            if last is None or not timedelta() <= now - last <= SAME:
                self.note(act, type_, target, contract, count, detail)

    def _line(
        self, act: Act, user: str, type_: str = "", target: str = "", contract: str = "",
        count: int = 0, detail: str = "", purpose: str = "",
    ) -> Line:  # fmt: skip
        now = self._ledger.now()
        offset = int((now.utcoffset() or timedelta()).total_seconds() // 60)
        terminal = self._ledger.safe.access.terminal
        return Line(
            now.astimezone(UTC), offset, user, terminal, act, type_, target, contract, count, detail,
            purpose,
        )  # fmt: skip

    def _add(self, line: Line) -> None:
        with self._lock:
            self._waiting.append(line)
            if len(self._waiting) >= BATCH:
                self.flush()

    # --- writing ---------------------------------------------------------------------------------
    @property
    def waits(self) -> bool:
        """Tell whether lines wait to be written."""
        return bool(self._waiting)

    def flush(self) -> None:
        """Write what waits, chained and signed; durable when this returns.

        Raises:
            DiskFull, NotWritable, InputOutput, Locked: it goes on waiting.
        """
        with self._lock:
            if not self._waiting:
                return
            book = self._ledger.safe.access
            head = book.head()
            lines = chained(self._waiting, head)
            seal = self._sealed(lines, head)
            book.append(lines, seal)
            self._seal = seal
            self._waiting = []
            if self._refused:
                book.told(self._refused)
                self._refused = ()

    def _sealed(self, lines: Sequence[Line], head: Head) -> Seal:
        """Sign the chain up to its last line: a seal of this session grows with every batch."""
        last = lines[-1]
        former = self._seal
        grows = (
            former is not None and former.last == head.seq and last.number - former.first < SEALED
        )
        first = former.first if former is not None and grows else lines[0].number
        seal = Seal(first, last.number, last.hash, self._user_id, self._base)
        return replace(
            seal, signature=self._signer.sign(seal.statement(self._ledger.store.vault_id))
        )

    # --- asking ----------------------------------------------------------------------------------
    def lines(self, question: Question) -> list[Line]:
        """Return lines, newest first, as far as this user may see them (A-11).

        Raises:
            NotPermitted
        """
        ledger = self._ledger
        ledger.require("access_log")
        self.flush()
        if ledger.role is Role.ADMINISTRATOR:
            found = ledger.safe.access.lines(replace(question, contracts=None))
            # Who runs the system sees when and how it is used, not which records.
            return [replace(line, target="", contract="") for line in found]
        if isinstance(ledger.store, ScopedStore):
            seen, asked = ledger.store.contracts, question.contracts
            question = replace(question, contracts=seen if asked is None else asked & seen)
        return ledger.safe.access.lines(question)

    def stretches(self) -> Sequence[Stretch]:
        """Return on which days lines were written, as they follow each other."""
        self.flush()
        return self._ledger.safe.access.stretches()

    def purposes(self, most: int) -> list[str]:
        """Return what this user said that something was for, the latest first, each once."""
        self.flush()
        return self._ledger.safe.access.purposes(self._user_id, most)

    def head(self) -> Head:
        """Return where the log stands, after writing what waits."""
        self.flush()
        return self._ledger.safe.access.head()


def chained(lines: Sequence[Line], head: Head) -> list[Line]:
    """Number and chain lines behind a head."""
    made: list[Line] = []
    previous = head.hash or EMPTY.hash
    for number, line in enumerate(lines, head.seq + 1):
        numbered = replace(line, number=number)
        previous = numbered.hashed(previous)
        made.append(replace(numbered, hash=previous))
    return made
