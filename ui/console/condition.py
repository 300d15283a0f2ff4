"""The console verb `condition`: how the system stands, and the answer for a blocked terminal."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from models.blocking import Answer as Became
from models.commands import Change
from models.condition import WORDS, Condition, State, record_check
from models.errors import Usage
from models.ledger import Ledger
from models.office import Office
from models.support import change_support
from ui.condition_facts import read_conditions
from ui.console.output import Speaker
from ui.console.verbs import opened

FREE = "この端末の停止は解けています。"


def condition(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Tell every condition; enter what became of denied programs, or that somebody looked."""
    if (arguments.resolve is None) != (arguments.reason is None):
        raise Usage(reason="--resolve と --reason は、一緒に指定してください。")
    with opened(arguments, office) as ledger:
        if arguments.resolve:
            resolve(ledger, arguments.resolve, arguments.reason)
            print(FREE, file=sys.stderr)
        if arguments.support is not None:
            change_support(ledger, arguments.support)
        conditions = read_conditions(ledger)
        if arguments.enter is not None:
            record_check(ledger, conditions, arguments.enter)
        result = told(ledger, conditions)
    lines = [
        f"{WORDS[one.state]}　{one.topic}　{one.sentence}"
        + (f"\n　　　　→ {one.to_do}" if one.to_do else "")
        for one in conditions
    ]
    speaker.result(result, lines)
    return 1 if any(one.state is State.BAD for one in conditions) else 0


def resolve(ledger: Ledger, became: str, reason: str, command_id: str = "") -> Change:
    """Enter what became of the programs that block this terminal (A-31).

    Raises:
        Usage: it is none of `removed`, `allowed`.
        NotPermitted, InvalidField, Refused
    """
    if became not in {one.value for one in Became}:
        raise Usage(reason="resolve は removed（取り除いた）か allowed（認められたもの）です。")
    return ledger.blocking.resolve(Became.read(became), reason, command_id=command_id)


def told(ledger: Ledger, conditions: Sequence[Condition]) -> dict[str, Any]:
    """Return the condition as the console and the driver tell it."""
    head = ledger.store.head()
    return {
        "blocked": list(ledger.blocking.found),
        "conditions": [
            {
                "topic": one.topic,
                "state": one.state.value,
                "state_word": WORDS[one.state],
                "sentence": one.sentence,
                "to_do": one.to_do,
            }
            for one in conditions
        ],
        "seq": head.seq,
        "head": head.hex,
    }
