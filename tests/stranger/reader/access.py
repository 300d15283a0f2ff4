"""The access log: lines that hang together, and seals of the people whose sessions they were."""

from dataclasses import dataclass, field
from typing import Any

from tests.stranger.reader.database import Database
from tests.stranger.reader.log import Walk
from tests.stranger.reader.plain import TIME, Findings, Json, canonical, sha, signed

ZERO = "0" * 64
LINE = (
    "at", "offset", "user", "terminal", "act", "type", "target", "contract", "count", "detail",
    "purpose",
)  # fmt: skip
SEAL = ("first", "last", "hash", "author", "seq", "ledger", "signature")
ACTS = {
    "sign_in", "refused", "lock", "view", "list", "search", "enter", "seal", "print", "export",
    "bulk_view", "backup", "restore", "verify", "medium_refused", "clock",
}  # fmt: skip


@dataclass
class Log:
    """Lines by number, and the rows of their seals; hashes are hex throughout."""

    lines: dict[int, Json] = field(default_factory=dict)
    seals: list[Json] = field(default_factory=list)

    @property
    def head(self) -> tuple[int, str]:
        last = max(self.lines, default=0)
        return last, (self.lines[last]["hash"] if last else ZERO)


def hash_of(line: Json, number: int, previous: str) -> str:
    """Return the hash of a line, hex."""
    body = {name: line.get(name) for name in LINE if name != "purpose"}
    body |= {"number": number, "prev": previous, "v": 1}
    if line.get("purpose"):
        body |= {"purpose": line["purpose"], "v": 2}
    return sha(b"azukari/access-line/1\0" + canonical(body)).hex()


def in_database(database: Database) -> Log:
    """Read both tables; a ledger that never wrote a line has none."""
    log = Log()
    present = database.columns("access_line")
    if not present:
        return log
    names = [name for name in ("number", *LINE, "hash") if name in present]
    for row in database.rows(f"SELECT {', '.join(names)} FROM access_line ORDER BY number"):
        line = _plain(names, row)
        log.lines[line.pop("number")] = line
    for row in database.rows(f"SELECT {', '.join(SEAL)} FROM access_seal ORDER BY first"):
        log.seals.append(_plain(SEAL, row))
    return log


def _plain(names: list[str] | tuple[str, ...], row: tuple[Any, ...]) -> Json:
    pairs = zip(names, row, strict=True)
    return {name: one.hex() if isinstance(one, bytes) else one for name, one in pairs}


def check(log: Log, walk: Walk) -> None:
    """Check every line and every seal against the ledger that they lie in."""
    chain(log, walk.findings)
    place = 1
    for seal in log.seals:
        where = f"access seal {seal['first']}-{seal['last']}"
        walk.findings.check(seal["first"] == place, f"{where}: does not follow the one before")
        check_seal(seal, log.lines, walk)
        place = seal["last"] + 1
    walk.findings.check(place == log.head[0] + 1, "access log: lines without a seal")


def chain(log: Log, findings: Findings) -> None:
    """Check numbers and hashes of the lines."""
    previous, expected = ZERO, 1
    for number, line in log.lines.items():
        where = f"access line {number}"
        findings.check(number == expected, f"{where}: numbers do not follow")
        findings.check(line["act"] in ACTS, f"{where}: act {line['act']}")
        findings.check(TIME.fullmatch(line["at"]) is not None, f"{where}: its time")
        findings.check(hash_of(line, number, previous) == line["hash"], f"{where}: was changed")
        previous, expected = line["hash"], number + 1


def check_seal(seal: Json, lines: dict[int, Json], walk: Walk) -> None:
    """Check one seal: the line that it ends with, the entry that it names, the signature."""
    where, findings = f"access seal {seal['first']}-{seal['last']}", walk.findings
    last = lines.get(seal["last"], {"hash": ""})
    findings.check(last["hash"] == seal["hash"], f"{where}: its last line is another")
    seq = seal["seq"]
    if not findings.check(0 <= seq < len(walk.hashes), f"{where}: names no entry"):
        return
    findings.check(walk.hashes[seq].hex() == seal["ledger"], f"{where}: another ledger's entry")
    key = walk.first_key if seq == 0 else walk.keys[seq].get(seal["author"])
    if findings.check(key is not None, f"{where}: its author had no key"):
        assert key is not None
        message = b"azukari/access-seal/1\0" + canonical(
            {name: seal[name] for name in ("author", "first", "hash", "last", "ledger", "seq")}
            | {"v": 1, "vault_id": walk.vault}
        )
        fits = signed(key, bytes.fromhex(seal["signature"]), message)
        findings.check(fits, f"{where}: not signed by its author")


def review(log: Log, walk: Walk) -> None:
    """Check that every line that somebody entered as looked at is still there."""
    restored = [
        entry.seq
        for entry in walk.made.values()
        if entry.type == "backup_run" and entry.fields.get("kind") == "restore"
    ]
    for entry in walk.made.values():
        if entry.type != "system_event" or entry.fields.get("kind") != "access_reviewed":
            continue
        number, _, found = entry.fields["value"].partition(" ")
        if entry.seq > max(restored, default=0) and number != "0":
            line = log.lines.get(int(number), {"hash": ""})
            walk.findings.check(line["hash"] == found, f"access line {number}: reviewed, now gone")
