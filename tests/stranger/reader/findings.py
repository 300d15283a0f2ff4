"""Findings: what stays in one of a breach, who writes one of an officer, and who may not put it off."""

from dataclasses import dataclass, field

from tests.stranger.reader.log import Command, Entry, Walk
from tests.stranger.reader.names import BOSS
from tests.stranger.reader.plain import Json

KEPT = {"contract_id", "source", "source_id", "clause_key", "description", "severity"}
PUT_RIGHT = {"status", "action", "completed_on", "verified_by", "verified_on"}


@dataclass
class Later:
    """What findings said until here."""

    breaches: dict[str, str] = field(default_factory=dict)
    """By the finding that an exception names: who asked for it."""
    owners: dict[str, set[str]] = field(default_factory=dict)
    officers: set[str] = field(default_factory=set)
    """Findings that ever were an officer's."""

    def check(self, walk: Walk, command: Command, entry: Entry) -> None:
        """Ask one entry about a finding; `learn` comes after."""
        old, new = walk.record("finding", entry.id), entry.fields
        if entry.action != "void" and entry.body is None:
            return
        role = "sheet" if walk.is_sheet(command.author) else walk.role(command.author)
        where, check = f"entry {entry.seq}", walk.findings.check
        changed = {n for n in {*old, *new} if old.get(n) != new.get(n)} if new else KEPT
        officers = "inspection" in (old.get("source"), new.get("source"))
        right = bool(old) and changed <= PUT_RIGHT
        check(not officers or right or role in BOSS, f"{where}: an officer's, by nobody who may")
        if entry.action == "create" or not old:
            return
        breach = entry.id in self.breaches
        check(not (breach and new and changed & KEPT), f"{where}: changes what a breach said")
        guarded = entry.id in self.officers or (breach and new)
        person = walk.person(command.author)
        theirs = person in {*self.owners.get(entry.id, ()), self.breaches.get(entry.id)}
        lessened = bool(guarded) and person != "" and theirs and _is_less(old, new)
        check(not lessened, f"{where}: put off by whose it is")

    def learn(self, entry: Entry) -> None:
        """Remember what counts for the entries behind this one."""
        said = entry.fields
        if entry.type == "rule_override" and said.get("finding_id"):
            self.breaches.setdefault(said["finding_id"], str(said.get("requested_by")))
        if entry.type == "finding":
            if said.get("owner_person_id"):
                self.owners.setdefault(entry.id, set()).add(said["owner_person_id"])
            if said.get("source") == "inspection":
                self.officers.add(entry.id)


def _is_less(old: Json, new: Json) -> bool:
    """Tell whether a version has a later day, less weight, no officer, or is none."""
    later = bool(old.get("due_on")) and not "" < new.get("due_on", "") <= old["due_on"]
    milder = old.get("severity") == "serious" and new.get("severity") != "serious"
    former = old.get("source") == "inspection" and new.get("source") != "inspection"
    return not new or later or milder or former
