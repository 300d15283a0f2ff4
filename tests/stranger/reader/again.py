"""Later versions: what a revision of an act, thing, account or paper may change, and whose acts are whose.

Beside them what stands for more than one record: a number that two acts have, and what was taken out
of force although others in force name it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.stranger.reader.findings import Later
from tests.stranger.reader.log import Command, Entry, Walk
from tests.stranger.reader.names import BOSS
from tests.stranger.reader.plain import Json

CONFIRMED = {"status", "confirmed_by", "confirmed_at"}
CARRIED_OUT = {"status", "related_event_id", "lines", "sanitization"}
FIXED = {"person_id", "login_name", "app_role", "valid_from", "valid_until"}
BUILT_ON = {"item", "information_asset", "authorization"}
OWN = {"password_changed_on", "password_review_due_on", "must_change", "received_on", "reminded_on"}
WAY = {"submitted_on", "means", "received_by", "receipt_file", "returned", "returned_on",
       "returned_file", "status"}  # fmt: skip


@dataclass
class Again:
    """What has to be remembered from one command to the next."""

    since: bool = False
    numbers: set[tuple[str, object]] = field(default_factory=set)
    """Contract and number of every act."""
    ended: dict[str, int] = field(default_factory=dict)
    """By id the entry that took something of a contract out of force on which others are built."""
    later: Later = field(default_factory=Later)

    def check(self, walk: Walk, command: Command) -> None:
        """Ask every entry of a command, before it counts."""
        handed: set[str] = set()  # papers whose next version this command hands in
        for entry in command.entries:
            old = walk.record(entry.type, entry.id)
            if self.since and entry.type == "submission" and entry.body is not None:
                _paper(walk, entry, old, handed)
            if entry.type == "handling_event":
                self._act(walk, command, entry, old)
                self._number(walk, entry)
            elif self.since and entry.type == "finding":
                self.later.check(walk, command, entry)
            elif self.since and entry.body is not None and entry.action != "create":
                _standing(walk, command, entry, old)
            ended = self.since and entry.action == "void" and entry.type in BUILT_ON
            if ended and old.get("contract_id"):
                self.ended[entry.id] = entry.seq
            self.later.learn(entry)
        self.since = self.since or any(
            one.type == "ledger_origin" and one.payload >= 2 for one in command.entries
        )

    def finish(self, walk: Walk) -> None:
        """Ask for what was taken out of force and is still named by what is in force."""
        used = {
            one
            for (kind, _id), said in walk.records.items()
            if kind in ("handling_event", "item")
            for one in _texts(said)
        }
        for id_, seq in self.ended.items():
            walk.findings.check(id_ not in used, f"entry {seq}: voided while others name it")

    def _number(self, walk: Walk, entry: Entry) -> None:
        contract = entry.fields.get("contract_id")
        if entry.action != "create" or not contract:
            return
        number = (contract, entry.fields.get("event_no"))
        twice = self.since and number in self.numbers
        walk.findings.check(not twice, f"entry {entry.seq}: a number given twice")
        self.numbers.add(number)

    def _act(self, walk: Walk, command: Command, entry: Entry, old: Json) -> None:
        new, where, check = entry.fields, f"entry {entry.seq}", walk.findings.check
        role = "sheet" if walk.is_sheet(command.author) else walk.role(command.author)
        person = walk.person(command.author)
        if entry.action == "revise" and entry.body is not None and old:
            check(_is_later_act(old, new), f"{where}: an act is written again")
        if not self.since or role in BOSS:
            return
        if entry.action == "create" and new.get("timing") == "actual":
            own = role == "worker" and new.get("actor_person_id") == person
            check(own, f"{where}: an act of somebody else")
        if entry.action == "void" and old:
            check(old.get("actor_person_id") == person, f"{where}: takes back an act of another")


def _is_later_act(old: Json, new: Json) -> bool:
    if old.get("timing") != "planned":
        return new.get("status") == "confirmed" and _without(old, CONFIRMED) == _without(
            new, CONFIRMED
        )
    known = [_without(row, {"quantity"}) for name in ("lines", "sanitization")
             for row in old.get(name, [])]  # fmt: skip
    rows = [row for name in ("lines", "sanitization") for row in new.get(name, [])]
    part = all(_without(row, {"quantity"}) in known for row in rows)
    same = _without(old, CARRIED_OUT) == _without(new, CARRIED_OUT)
    return part and same and new.get("status") in ("planned", "done")


def _standing(walk: Walk, command: Command, entry: Entry, old: Json) -> None:
    where, check = f"entry {entry.seq}", walk.findings.check
    sheet = walk.is_sheet(command.author)
    role = "sheet" if sheet else walk.role(command.author)
    if entry.type in ("item", "information_asset"):
        check(role in BOSS, f"{where}: changed by nobody who may")
    if entry.type == "user_account" and entry.action == "revise" and old:
        new = entry.fields
        changed = {n for n in {*old, *new} if old.get(n) != new.get(n)}
        ended = sheet and "valid_until" not in new
        check(not changed & (FIXED - {"valid_until"} if ended else FIXED),
              f"{where}: changes what stays in an account")  # fmt: skip
        own = command.author == entry.id and role in ("worker", "inspector")
        check(not own or changed <= OWN, f"{where}: changes the own account")


def _paper(walk: Walk, entry: Entry, old: Json, handed: set[str]) -> None:
    new, check = entry.fields, walk.findings.check
    where, former = f"entry {entry.seq}", new.get("supersedes_id", "")
    if former and new.get("status") == "submitted" != old.get("status"):
        handed.add(former)
    if entry.action == "create":
        before = walk.record("submission", former) if former else {}
        same = all(before.get(n) == new.get(n) for n in ("contract_id", "doc_kind"))
        next_one = same and bool(before) and before["revision"] + 1 == new["revision"]
        check(not former or next_one, f"{where}: replaces what it is no version of")
        check(new.get("status") != "superseded", f"{where}: replaced from the start")
    elif entry.action == "revise" and old:
        changed = {n for n in {*old, *new} if old.get(n) != new.get(n)}
        check(changed <= WAY and old.get("status") != "superseded",
              f"{where}: a paper is written again")  # fmt: skip
        gone = new.get("status") == "superseded"
        check(not gone or entry.id in handed, f"{where}: a paper is replaced by nothing")


def _without(fields: Json, names: set[str]) -> Json:
    return {name: value for name, value in fields.items() if name not in names}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value
