"""A PC with a program that must not be there handles nothing until somebody answers for it (A-31).

SK-11.7 and CM-5.6 forbid such programs on the PCs of the work. What is found is entered, and blocks
this terminal: no new handling, no attachment, no export. Looking, printing, sealing, backup,
verification, the report of a loss, and the answer itself go on. The answer is an entry of a
responsible person: removed, which is looked for, or allowed or wrongly found, with the reason.

A PC that does not tell what is installed blocks nothing; there somebody has to look (`condition`).
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from models.chain import Action, Intent
from models.codes import Code, EventLevel, HandlingKind, Role, SystemEventKind
from models.commands import Change, creating
from models.denied import Denied, found_denied
from models.errors import AzukariError, JournalFailed, JournalMissing, Refused, TerminalBlocked
from models.journal import News
from models.records import HandlingEvent, Item, SystemEvent
from models.store import Op, Query, Where
from models.terminals import device_of

if TYPE_CHECKING:
    from models.ledger import Ledger

BLOCKED = frozenset({HandlingEvent.type, Item.type})  # a file is refused where it comes in
REPORTS = frozenset({HandlingKind.LOSS, HandlingKind.RECOVER})  # cannot wait for anybody
MOST = 20  # programs that one entry names
Found = tuple[str, str]  # program and kind


class Answer(Code):
    """What a responsible person says to a program that was found."""

    REMOVED = "removed", "取り除いた"
    ALLOWED = "allowed", "認められたもの、または誤って見つけたもの"


class Blocking:
    """Whether this terminal may handle anything."""

    def __init__(self, ledger: "Ledger", denied: Sequence[Denied]) -> None:
        self._ledger = ledger
        self._denied = denied
        self.found: tuple[str, ...] = ()  # what blocks it, in words

    @property
    def watches(self) -> bool:
        """Tell whether there is a list to compare with."""
        return bool(self._denied)

    def look(self) -> None:
        """Look through the installed programs, and enter what is new."""
        events = self._events()
        open_ = _open(events)
        here = self._present(events)
        known = _codes(open_) if open_ else set()
        if new := [one for one in here if _code(one) not in known]:
            self._enter(new)
        if here:
            self.found = tuple(f"{program}（{kind}）" for program, kind in here)
        else:
            self.found = (open_.detail,) if open_ else ()

    def require(self) -> None:
        """Refuse on a terminal that is blocked.

        Raises:
            TerminalBlocked
        """
        if self.found:
            raise TerminalBlocked(programs="、".join(self.found[:3]))

    def check(self, intents: Iterable[Intent]) -> None:
        """Refuse a command that handles something anew.

        Raises:
            TerminalBlocked
        """
        if self.found and any(_handles(intent) for intent in intents):
            self.require()

    def resolve(self, answer: Answer, reason: str, *, command_id: str = "") -> Change:
        """Enter what became of the programs; the terminal is free then.

        Raises:
            NotPermitted, InvalidField
            Refused: nothing blocks it, or what was removed is still there.
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        ledger.require("unblock")
        text = ledger.registers.reason(reason)
        if not self.found:
            raise Refused(
                reason="この端末には、解決を待つプログラムはありません。"
                "「入っているプログラム」の状態を確かめてください。"
            )
        here = self._present(self._events())
        if answer is Answer.REMOVED and here:
            names = "、".join(program for program, _ in here[:3])
            raise Refused(
                reason=f"「{names}」は、まだ入っています。取り除いてから、もう一度記帳してください。"
            )
        detail = f"{answer.label}。{'、'.join(self.found)}"
        codes = [_code(one) for one in here[:MOST]]
        news = News(SystemEventKind.PROGRAM_CLEARED, EventLevel.WARN, detail, self._value(codes))
        event = ledger.journal.event(news, text)
        change = ledger.commit([creating(event)], command_id=command_id)
        self.look()
        return change

    def _present(self, events: Sequence[SystemEvent]) -> list[Found]:
        """Return the programs that are installed and that nobody allowed on this terminal."""
        try:
            programs = self._ledger.safe.machine.programs()
        except AzukariError:
            programs = None  # a PC that cannot be read blocks nothing
        cleared = [one for one in events if one.kind is SystemEventKind.PROGRAM_CLEARED]
        allowed = set().union(*(_codes(one) for one in cleared))
        found = found_denied(programs or (), self._denied)
        return [one for one in found if _code(one) not in allowed]

    def _enter(self, found: Sequence[Found]) -> None:
        ledger = self._ledger
        if ledger.role is Role.INSPECTOR or ledger.user.must_change:
            return  # it blocks all the same, and is entered by the next who may
        shown = "、".join(f"{program}（{kind}）" for program, kind in found[:MOST])
        codes = [_code(one) for one in found[:MOST]]
        news = News(
            SystemEventKind.PROGRAM_FOUND, EventLevel.ALERT, shown[:1900], self._value(codes)
        )
        try:
            ledger.commit([creating(ledger.journal.event(news))])
        except (JournalMissing, JournalFailed):
            pass  # said by the journal; entered at the next sign-in

    def _events(self) -> list[SystemEvent]:
        """Return what was found and answered on this terminal, oldest first."""
        kinds = (SystemEventKind.PROGRAM_FOUND, SystemEventKind.PROGRAM_CLEARED)
        query = Query(SystemEvent.type, (Where("kind", Op.IN, kinds),))
        found = self._ledger.store.find(SystemEvent, query, limit=10_000)
        mine = [one for one in found if one.record.value.startswith(f"{self._device} ")]
        return [one.record for one in sorted(mine, key=lambda one: one.meta.created_seq)]

    @property
    def _device(self) -> str:
        return device_of(self._ledger.safe.access.terminal)

    def _value(self, codes: Sequence[str]) -> str:
        return f"{self._device} {' '.join(codes)}"


def _handles(intent: Intent) -> bool:
    record = intent.record
    report = isinstance(record, HandlingEvent) and record.kind in REPORTS
    return intent.action is Action.CREATE and record.type in BLOCKED and not report


def _open(events: Sequence[SystemEvent]) -> SystemEvent | None:
    """Return what was found last, unless it was answered."""
    last = events[-1] if events else None
    return last if last and last.kind is SystemEventKind.PROGRAM_FOUND else None


def _code(found: Found) -> str:
    """Name a program shortly, so that an entry can name many."""
    return hashlib.sha256(found[0].casefold().encode()).hexdigest()[:8]


def _codes(event: SystemEvent) -> set[str]:
    return set(event.value.split()[1:])
