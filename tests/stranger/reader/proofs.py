"""Signatures inside contents: who agreed to a breach, checked a sending, or ordered an erasure."""

from datetime import UTC, datetime

from tests.stranger.reader.log import Command, Entry, Walk
from tests.stranger.reader.plain import Json, canonical, sha, signed

TAG = b"azukari/approval/1\0"
AGREED = ("deviation", "deviation_reason", "status", "confirmed_by", "confirmed_at")
CHECKED = ("checker_person_id", "checker_proof", "checked_at", "checked_facts")
ERASED = ("approved_by", "approved_at", "proof")
SETTLED = (
    "rule_id", "record_type", "record_ref", "reason", "requested_by", "approved_by", "approved_at",
    "proof",
)  # fmt: skip
"""What an exception says for good, once somebody agreed to it."""
NAMED_ONLY = "記名のみ"
WORKING = ("worker", "supervisor")
"""Who may agree and check."""


def utc(text: str) -> str:
    """Return a time of a record, which has its offset, as statements write it."""
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def check(walk: Walk, command: Command) -> None:
    """Ask every proof of a command, with the keys as they stood before it."""
    _overrides(walk, command)
    for entry in command.entries:
        if entry.action == "void" or entry.body is None:
            continue
        if entry.type == "handling_event":
            _checked(walk, command, entry)
        if entry.type == "content_erasure":
            _erasure(walk, command, entry)
        if entry.type == "officer_confirmation":
            own = walk.person(command.author) == entry.fields.get("person_id")
            may = walk.role(command.author) == "inspector"
            walk.findings.check(may or entry.action != "create", f"entry {entry.seq}: no inspector")
            walk.findings.check(own, f"entry {entry.seq}: confirmed by somebody else")


def digest(entry: Entry, without: tuple[str, ...]) -> str:
    """Return what a proof holds of a record."""
    kept = {name: value for name, value in entry.fields.items() if name not in without}
    return sha(canonical({"fields": kept, "type": entry.type})).hex()


def _subject(entries: list[Entry], without: tuple[str, ...]) -> str:
    return sha("".join(sorted(digest(one, without) for one in entries)).encode()).hex()


def _holds(walk: Walk, where: str, proof: str, person: str, said: Json) -> None:
    """Check one proof against the statement that it must have signed."""
    check = walk.findings.check
    parts = proof.split(":")
    if not check(len(parts) == 3 and parts[0] == "1", f"{where}: a proof that cannot be read"):
        return
    _, account, signature = parts
    check(walk.person(account) == person, f"{where}: a proof of another person's account")
    check(walk.role(account) in WORKING, f"{where}: a proof by nobody who may")
    key = walk.key_of(account)
    if check(key is not None, f"{where}: a proof of an account without a key"):
        assert key is not None
        said = said | {"account": account, "v": 1, "vault": walk.vault}
        try:
            raw = bytes.fromhex(signature)
        except ValueError:
            raw = b""
        check(signed(key, raw, TAG + canonical(said)), f"{where}: a proof that does not fit")


def _before(walk: Walk, command: Command) -> Json:
    return {"head": walk.hashes[command.first - 1].hex(), "seq": command.first - 1}


def _overrides(walk: Walk, command: Command) -> None:
    proofs: dict[str, list[Entry]] = {}
    for entry in command.entries:
        if entry.type != "rule_override" or entry.action == "void" or entry.body is None:
            continue
        walk.askers.setdefault(entry.id, walk.person(command.author))
        if not entry.fields.get("approved_by"):
            continue
        if entry.action == "create":
            proofs.setdefault(entry.fields.get("proof", ""), []).append(entry)
            alone = entry.fields["approved_by"] == walk.person(command.author)
            walk.findings.check(not alone, f"entry {entry.seq}: agreed to by who asked")
        else:
            _later(walk, command, entry)
    for proof, entries in proofs.items():
        first = entries[0]
        broken = {(e.fields["record_type"], e.fields["record_ref"]) for e in entries}
        inside = [e for e in command.entries if (e.type, e.id) in broken]
        if any(one.body is None for one in inside):
            continue
        said = _before(walk, command) | {
            "asker": first.fields["requested_by"],
            "at": utc(first.fields["approved_at"]),
            "reasons": {e.fields["rule_id"]: e.fields["reason"] for e in entries},
            "subject": _subject(inside, AGREED),
        }
        _holds(walk, f"entry {first.seq}", proof, first.fields["approved_by"], said)


def _later(walk: Walk, command: Command, entry: Entry) -> None:
    """What was not agreed to at once is agreed to by a command of the second person."""
    old, where = walk.record("rule_override", entry.id), f"entry {entry.seq}"
    if old.get("approved_by"):
        same = all(old.get(name) == entry.fields.get(name) for name in SETTLED)
        walk.findings.check(same, f"{where}: differs from what was agreed to")
    else:
        own = walk.person(command.author) == entry.fields["approved_by"]
        may = walk.role(command.author) in WORKING
        walk.findings.check(may, f"{where}: agreed to by nobody who may")
        walk.findings.check(own, f"{where}: agreed to in another name")
        alone = entry.fields["approved_by"] == walk.askers[entry.id]
        walk.findings.check(not alone, f"{where}: agreed to by who asked")


def _checked(walk: Walk, command: Command, entry: Entry) -> None:
    proof, where = entry.fields.get("checker_proof", ""), f"entry {entry.seq}"
    if entry.action != "create":
        _unchanged(walk, walk.made["handling_event", entry.id], entry)
        return
    own = [e for e in command.entries if e.fields.get("checker_proof") == proof]
    if not proof or any(e.body is None for e in command.entries if e.type == entry.type):
        return
    said = _before(walk, command) | {
        "asker": walk.person(command.author),
        "at": utc(entry.fields["checked_at"]),
        "reasons": {"A-33": entry.fields["checked_facts"]},
        "subject": _subject(own, AGREED + CHECKED),
    }
    checker = entry.fields["checker_person_id"]
    alone = checker in (said["asker"], entry.fields.get("actor_person_id"))
    walk.findings.check(not alone, f"{where}: checked by who did it")
    _holds(walk, where, proof, checker, said)


def _unchanged(walk: Walk, first: Entry, entry: Entry) -> None:
    """A later version of what a checker signed says the same."""
    if first.body is None:
        return
    before, after = _lifted(first), _lifted(entry)
    if before.get("checker_proof") == NAMED_ONLY:
        same = all(before.get(name) == after.get(name) for name in CHECKED)
    elif before.get("checker_proof") or after.get("checker_proof"):
        same = _kept(before) == _kept(after)
    else:
        return
    walk.findings.check(same, f"entry {entry.seq}: differs from what was checked")


def _lifted(entry: Entry) -> Json:
    """Return the fields of an event as payload 2 has them."""
    fields = entry.fields
    if entry.payload == 1 and fields.get("checker_person_id"):
        return fields | {"checker_proof": NAMED_ONLY}
    return fields


def _kept(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if name not in AGREED}


def _erasure(walk: Walk, command: Command, entry: Entry) -> None:
    where, fields = f"entry {entry.seq}", entry.fields
    walk.findings.check(
        walk.role(command.author) == "supervisor", f"{where}: erased by nobody who may"
    )
    before = [(one.type, one.action) for one in command.entries]
    walk.findings.check(before == [("contract", "revise"), ("content_erasure", "create")],
                        f"{where}: an erasure is a contract and itself")  # fmt: skip
    alone = walk.person(command.author) == fields["approved_by"]
    walk.findings.check(not alone, f"{where}: agreed alone")
    said = _before(walk, command) | {
        "asker": fields["requested_by"],
        "at": utc(fields["approved_at"]),
        "reasons": {"A-39": fields["reason"][:1000]},
        "subject": _subject([entry], ERASED),
    }
    _holds(walk, where, fields["proof"], fields["approved_by"], said)
