"""The small files: memory of the head, counts of wrong passwords, lock, mark of a medium."""

import json
import re
from datetime import datetime
from pathlib import Path

from tests.stranger.reader.plain import Findings, Json, Wrong, fields, need, strict

HEX = re.compile(r"[0-9a-f]+")


def _read(path: Path) -> Json:
    """Read a file that is plain JSON, not canonical; a missing one holds nothing."""
    if not path.exists():
        return {}
    try:
        value = json.loads(path.read_bytes())
    except ValueError as error:
        raise Wrong(f"{path.name}: no JSON") from error
    need(isinstance(value, dict), f"{path.name}: no object")
    return dict(value)


def heads(device: Path, vault: str) -> list[tuple[int, str, str, bool, int | None]]:
    """Return number, hash, folder, "begun by a restore" and parting of the ways, latest first."""
    ways = _read(device / "heads.json").get(vault, [])
    need(len(ways) <= 64, "heads.json: too many")
    return [
        (int(seq), str(head), str(folder), bool(restored), int(parted[0]) if parted else None)
        for seq, head, folder, restored, *parted in ways
    ]


def check_heads(
    device: Path, folder: Path, vault: str, hashes: list[bytes], findings: Findings
) -> None:
    """Compare a ledger with what this PC remembers of it in this folder."""
    for seq, head, where, _restored, _parted in heads(device, vault):
        if where == str(folder):
            known = seq < len(hashes) and hashes[seq].hex() == head
            findings.check(known, f"heads.json: the ledger lacks entry {seq} that it had here")


def attempts(device: Path) -> dict[str, tuple[int, datetime]]:
    """Return how many wrong passwords in a row each login tag has, and when the last was."""
    found = _read(device / "attempts.json")
    need(all(HEX.fullmatch(tag) and len(tag) == 32 for tag in found), "attempts.json: a tag")
    return {tag: (int(count), _moment(last)) for tag, (count, last) in found.items()}


def refusals(device: Path, vault: str) -> list[tuple[datetime, str]]:
    """Return time and login tag of refused passwords that no line tells of yet, oldest first."""
    found = _read(device / "refusals.json").get(vault, [])
    return [(_moment(at), str(tag)) for at, tag in found]


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    need(moment.tzinfo is not None, "a time without its offset")
    return moment


def holder(folder: Path) -> tuple[str, str]:
    """Return who took the lock last, and since when; it says nothing of whether it is held."""
    value = _read(folder / "lock")
    return str(value["holder"]), str(value["since"])


def mark(folder: Path) -> str:
    """Return the id of a backup medium."""
    value = strict((folder / "azukari-medium.json").read_bytes(), "azukari-medium.json")
    fields(value, "azukari id v", "azukari-medium.json")
    need((value["azukari"], value["v"]) == ("backup-medium", 1), "azukari-medium.json")
    need(re.fullmatch("[0-9a-f]{32}", value["id"]) is not None, "azukari-medium.json: id")
    return str(value["id"])
