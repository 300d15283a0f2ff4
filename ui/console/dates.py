"""The console verb `calendar`: what is due, for programs that remind people."""

from argparse import Namespace
from typing import Any

from models.calendar import STATES
from models.office import Office
from ui.calendar_facts import Entry, read_calendar
from ui.console.output import Speaker
from ui.console.verbs import contract_by_no, opened


def calendar(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Tell every date of one contract or of all; the answer is no when one has passed."""
    with opened(arguments, office, looking=True) as ledger:
        number = arguments.contract
        contract_id = contract_by_no(ledger, number).id if number else ""
        entries = read_calendar(ledger, contract_id)
        several = len({one.whose for one in entries}) > 1
    dates = [_told(one) for one in entries]
    lines = [_line(one, several=several) for one in entries]
    result = {"dates": dates, "read_only": ledger.opened.frozen}
    speaker.result(result, lines or ["期限はありません"])
    return 1 if any(one.state == "overdue" for one in entries) else 0


def _line(one: Entry, *, several: bool) -> str:
    """Write a date as a line; where not all are of one contract it says whose."""
    whose = [one.whose] if several else []
    parts = [one.word, one.day, one.left, *whose, one.due.what, one.due.about, one.person]
    return "　".join(parts).rstrip()


def _told(one: Entry) -> dict[str, Any]:
    due = one.due
    return {
        "code": due.code,
        "state": one.state,
        "state_word": STATES[one.state],
        "due_on": due.due_on.isoformat() if due.due_on else None,
        "due_at": due.due_at.isoformat() if due.due_at else None,
        "what": due.what,
        "about": due.about,
        "person": one.person,
        "contract": one.contract,
        "clause": due.clause,
        "type": due.type,
        "id": due.id,
    }
