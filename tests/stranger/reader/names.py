"""Fields that name who did something, and who alone enters what: asked of the command's author."""

from dataclasses import dataclass, field

from tests.stranger.reader.log import Command, Entry, Walk
from tests.stranger.reader.plain import Json

BOSS = {"supervisor", "sheet"}
KEEPERS = BOSS | {"administrator"}
WORKING = BOSS | {"worker"}
EVERYBODY = KEEPERS | WORKING | {"inspector"}
STATED = {"handling_event": ("confirmed_by", "confirmed"), "finding": ("verified_by", "verified")}
"""Field and state of a confirmation; every version that has one of them is the person's own."""
BROUGHT = {
    ("rule_override", "requested_by"): WORKING,
    ("access_right", "proposed_by"): KEEPERS,
    ("access_right", "granted_by"): KEEPERS,
    ("access_right", "ending_proposed_by"): KEEPERS,
    ("terminal", "registered_by"): KEEPERS,
    ("user_account", "issued_by"): KEEPERS,
    ("submission", "sealed_by"): BOSS,
    ("backup_run", "checked_by"): WORKING | KEEPERS,
    ("system_event", "acknowledged_by"): EVERYBODY,
}
"""Who brings such a name; later versions keep it."""
ENTERED = {
    **dict.fromkeys(
        ("assignment", "authorization", "client_communication", "contract", "contract_place",
         "contract_clause_setting", "governance_document", "incident_report", "organization",
         "person", "place",
         "pledge", "seal_key", "submission", "training_plan", "training_session"),
        BOSS,
    ),
    **dict.fromkeys(("access_right", "backup_medium", "credential", "terminal"), KEEPERS),
    **dict.fromkeys(("incident", "incident_log"), WORKING | KEEPERS),
}  # fmt: skip
ONCE = {"backup_run", "content_erasure", "officer_confirmation", "system_event"}
LED = {"incident", "incident_log"}
NOT_VOIDED = ONCE | {"rule_override", "seal_key", "submission"}
AGREED = {"approved_by", "approved_at", "confirm_later"}
PUT_RIGHT = ("status", "action", "completed_on")


@dataclass
class Names:
    """What has to be remembered from one command to the next."""

    since: bool = False
    did: dict[str, set[str]] = field(default_factory=dict)
    """Who put something right since it was last open."""
    told: dict[str, str] = field(default_factory=dict)
    """Which account told of an incident, or of a step."""

    def check(self, walk: Walk, command: Command) -> None:
        """Ask every name of a command, before it counts."""
        role = "sheet" if walk.is_sheet(command.author) else walk.role(command.author)
        person = walk.person(command.author)
        for entry in command.entries:
            fields = {} if entry.action == "void" else entry.fields
            old = walk.record(entry.type, entry.id)
            alone = entry.type == "finding" and self._alone(entry, fields, old, person)
            if entry.type in LED and entry.action == "create":
                self.told[entry.id] = command.author
            if self.since:
                walk.findings.check(not alone, f"entry {entry.seq}: verified by who did it")
                own = self.told.get(entry.id) == command.author
                _strict(walk, entry, fields, person, role, own=own)
            elif (entry.type, entry.action) == ("handling_event", "revise"):
                name = fields.get("confirmed_by")
                own = name in (None, old.get("confirmed_by")) or (name, role in BOSS) == (
                    person,
                    True,
                )
                walk.findings.check(own, f"entry {entry.seq}: named by somebody else")
        self.since = self.since or any(
            one.type == "ledger_origin" and one.payload >= 2 for one in command.entries
        )

    def _alone(self, entry: Entry, fields: Json, old: Json, person: str) -> bool:
        did, state = self.did.setdefault(entry.id, set()), fields.get("status")
        alone = state == "verified" and person in {*did, fields.get("owner_person_id")}
        if state in ("open", "in_progress"):
            did.clear()
        elif any(fields.get(name) != old.get(name) for name in PUT_RIGHT):
            did.add(person)
        return alone


def _strict(walk: Walk, entry: Entry, fields: Json, person: str, role: str, *, own: bool) -> None:
    check, where = walk.findings.check, f"entry {entry.seq}"
    check(role in ENTERED.get(entry.type, EVERYBODY), f"{where}: entered by nobody who may")
    check(entry.type != "handling_event" or entry.payload >= 2, f"{where}: in an old form")
    old = walk.record(entry.type, entry.id)
    if entry.action == "void":
        led = entry.type in LED and not own
        guarded = entry.type == "finding" or led or old.get("confirmed_by")
        check(entry.type not in NOT_VOIDED, f"{where}: voids what is not voided")
        check(not guarded or role in BOSS, f"{where}: voided by nobody who may")
    if entry.action == "revise" and entry.body is not None:
        check(entry.type not in LED or role in BOSS, f"{where}: led by nobody who may")
        check(entry.type not in ONCE, f"{where}: writes again what is entered once")
        if entry.type == "rule_override" and not old.get("approved_by"):
            same = all(fields.get(n) == old.get(n) for n in {*fields, *old} - AGREED)
            agreed = same and bool(fields.get("approved_by"))
            check(agreed, f"{where}: changes an exception without agreeing")
    asked = {
        name: roles for (kind, name), roles in BROUGHT.items()
        if kind == entry.type and fields.get(name) and fields[name] != old.get(name)
    }  # fmt: skip
    if (entry.type, fields.get("kind")) == ("backup_run", "restore"):
        asked = {}  # whoever comes first enters what the note of the restore tells
    if entry.type in STATED:
        name, state = STATED[entry.type]
        if fields.get(name) or fields.get("status") == state:
            asked[name] = BOSS
    for name, roles in asked.items():
        check(fields.get(name) == person != "", f"{where}: named by somebody else")
        check(role in roles, f"{where}: named by nobody who may")
