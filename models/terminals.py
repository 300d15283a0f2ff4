"""The terminals of the ledger: registered, noticed at the sign-in, entered when changed (A-29)."""

from typing import TYPE_CHECKING, Any

from models.access import Question
from models.codes import EventLevel, Role, SystemEventKind, TerminalState
from models.commands import creating
from models.errors import JournalFailed, JournalMissing, TerminalBlocked
from models.journal import News
from models.records import SystemEvent, Terminal
from models.store import Op, Query, Where

if TYPE_CHECKING:
    from models.ledger import Ledger

TERMINAL = "terminal"  # name of the setting: the same, for earlier versions of the program
KEPT = 200  # characters of a terminal that an entry keeps


def device_of(terminal: str) -> str:
    """Return what the ledger calls a PC: the digits behind its name in the access log."""
    return terminal.rpartition(" ")[2]


def used_last(ledger: "Ledger", until: int | None = None) -> str:
    """Return the terminal on which the ledger was used last, "" before its first line.

    It is told by signed lines alone: the last entry about another terminal, or where the access log
    begins. The setting is no evidence: whoever holds the data key writes there what he likes.

    Args:
        until: number of the entry up to which it was used.
    """
    changes = [Where("kind", Op.EQ, SystemEventKind.TERMINAL_CHANGED)]
    if until is not None:
        changes.append(Where("created_seq", Op.LE, until))
    query = Query(
        SystemEvent.type,
        tuple(changes),
        order=(("number", True),),
        voided=None,
    )
    if changed := ledger.store.find(SystemEvent, query, limit=1):
        return changed[0].record.value
    first = ledger.safe.access.lines(Question(after=0, before=2, limit=1))
    return first[0].terminal[:KEPT] if first else ledger.store.setting(TERMINAL)[:KEPT]


def in_use(ledger: "Ledger") -> list[Terminal]:
    """Return the registered terminals, as many as may be used (FK-10.2)."""
    found = [stored.record for stored in ledger.registers.all(Terminal)]
    return [one for one in found if one.state is TerminalState.IN_USE]


def this_terminal(ledger: "Ledger") -> dict[str, Any]:
    """Return what the form of a new terminal begins with: this PC, unless it is registered."""
    terminal = ledger.safe.access.terminal
    device = device_of(terminal)
    values: dict[str, Any] = {
        "state": TerminalState.IN_USE,
        "registered_on": ledger.today(),
        "registered_by": ledger.user.person_id,
    }
    if device not in {one.device for one in in_use(ledger)}:
        values |= {"device": device, "name": terminal.rpartition(" ")[0]}
    return values


def notice_terminal(ledger: "Ledger") -> None:
    """Enter that the ledger is used on another terminal than before.

    The first terminal stands in the first line of the access log. Who may enter nothing, or has to
    change the password first, leaves it to the next who signs in.
    """
    if ledger.role is Role.INSPECTOR or ledger.user.must_change:
        return
    before, now = used_last(ledger), ledger.safe.access.terminal
    if before and before != now[:KEPT]:
        words = f"使用端末が「{before}」から「{now}」に変わりました。"
        news = News(SystemEventKind.TERMINAL_CHANGED, EventLevel.WARN, words, now[:KEPT])
        try:
            ledger.commit([creating(ledger.journal.event(news))])
        except (JournalMissing, JournalFailed):
            return  # said by the journal; entered at the next sign-in
        ledger.notices.append(words)
    if ledger.store.setting(TERMINAL) != now:
        ledger.store.set_setting(TERMINAL, now)


def notice_programs(ledger: "Ledger") -> None:
    """Block the terminal when a program is installed that must not be there (A-31)."""
    ledger.blocking.look()
    if ledger.blocking.found:
        ledger.notices.append(str(TerminalBlocked(programs="、".join(ledger.blocking.found[:3]))))
