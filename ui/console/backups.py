"""`backups`: which backups stay or end and why, and the end of those that the rule lets go."""

from argparse import Namespace
from pathlib import PurePath
from typing import Any

from models.backup_care import Fate, Judged, proposal
from models.backup_disposal import dispose
from models.backup_rule import keep_rule
from models.backup_strays import strays
from models.office import Office
from ui.console.output import Speaker
from ui.console.verbs import opened

FATES = {
    Fate.MUST: "残してはいけない",
    Fate.MAY: "残さなくてよい",
    Fate.KEPT: "残す",
    Fate.HELD: "必ず残す",
}
REASON = "保存の決まりによる整理"


def backups(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Tell what is to become of every backup; with `--dispose` end what can be reached.

    The answer is no while a backup stands that must not be kept, or the newest is not in its place.
    """
    with opened(arguments, office, looking=not arguments.dispose) as ledger:
        rule = keep_rule(ledger)
        found = proposal(ledger)
        ended = [one for one in found if one.within_reach] if arguments.dispose else []
        if ended:
            going = [one.run.id for one in ended]
            reason = REASON if arguments.reason is None else arguments.reason
            dispose(ledger, going, reason, speaker.progress)
        unentered = strays(ledger)
        head = ledger.store.head()
    left = [one for one in found if one not in ended]
    result = {
        "keep": {"days": rule.days, "weeks": rule.weeks, "months": rule.months},
        "backups": [_told(one) for one in left],
        "disposed": [_told(one) for one in ended],
        "strays": [{"file": str(one.file), "message": one.words} for one in unentered],
        "read_only": ledger.opened.frozen,
        "seq": head.seq,
        "head": head.hex,
    }
    lines = [f"残す決まり　{rule}"]
    lines += [f"廃棄しました　{_file(one)}" for one in ended]
    lines += [f"{FATES[one.fate]}　{_file(one)}　{one.words}" for one in left]
    lines += [f"{one.file}　{one.words}" for one in unentered]
    speaker.result(result, lines)
    return 1 if any(one.must or one.lost for one in left) else 0


def _told(one: Judged) -> dict[str, Any]:
    made = one.run.finished_at
    return {
        "file": _file(one),
        "seq": one.run.to_event_seq,
        "made_at": made.isoformat() if made else None,
        "fate": one.fate.value,
        "presence": one.presence.value,
        "reasons": list(one.reasons),
    }


def _file(one: Judged) -> str:
    return str(PurePath(one.run.folder) / one.run.file_name)
