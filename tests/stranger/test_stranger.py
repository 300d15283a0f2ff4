"""docs/format.md is enough: a stranger finds in a ledger what the program finds, and no less.

The reader in `reader/` was written with the document alone; every planted change is also shown to the
program, so that neither takes what the other refuses.
"""

import ast
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from models.access import Act
from models.errors import WrongPassword
from models.scope import BY_CONTRACT, BY_CONTRACTS
from storage import device, head_memory, lock, media, own_names, refusals, throttle
from storage.approvals import SETTLED
from tests.house import cheap_office
from tests.stranger.hands import Insider, fields_of, flip
from tests.stranger.looking import all_of, insider, last_journal, program, said
from tests.stranger.reader import access, log, proofs, small
from tests.stranger.reader.names import ENTERED
from tests.stranger.reader.plain import Wrong, canonical, sha
from tests.stranger.reader.reading import Key
from tests.stranger.stage import ADMINISTRATOR, BOSS, WORKER, Stage
from ui import application, preferences
from ui.sample.clock import StoryClock

READER = Path(__file__).parent / "reader"
ROOT = Path(__file__).parents[2]


# --- what is sound --------------------------------------------------------------------------------


def test_the_reader_knows_nothing_of_the_program() -> None:
    allowed = {"__future__", "cryptography", "sqlcipher3", "tests"} | sys.stdlib_module_names
    for path in READER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert name.partition(".")[0] in allowed, (path.name, name)
                assert not name.startswith("tests") or name.startswith("tests.stranger.reader")
    code = "import sys, tests.stranger.reader.reading; print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    assert "tests" in loaded and "sqlcipher3" in loaded
    assert not loaded & {"main", "models", "storage", "reports", "ui", "rfc8785"}


def test_the_stranger_finds_what_the_program_finds(stage: Stage) -> None:
    found = all_of(stage)
    assert found.findings.said == []
    assert (found.walk.seq, found.walk.head.hex()) == (stage.seq, stage.head)
    assert found.walk.authors == stage.authors and len(set(stage.authors)) == 3
    assert found.counts == {name: count for name, count in stage.counts.items() if count}
    assert len(found.log.lines) == stage.lines and found.log.seals
    assert (found.epoch, found.walk.erased != set()) == (2, True)
    assert {one.certificate for one in found.papers} == {stage.fingerprint}
    assert found.backup is not None and found.backup.walk.seq < found.walk.seq
    assert program(stage) == []


def test_everything_that_the_document_speaks_of_is_on_the_stage(stage: Stage) -> None:
    entries = [one for command in all_of(stage).commands for one in command.entries]
    assert {one.action for one in entries} == {"create", "revise", "void"}
    assert {one.type for one in entries} >= {"content_erasure", "rule_override", "seal_key"}
    proofs = [one.fields.get(n) for one in entries for n in ("proof", "checker_proof")]
    assert sum(bool(one) for one in proofs) == 3  # an approval, a check, an erasure
    found = all_of(stage).journal
    assert found is not None and len(found.closed) == 2  # under the data key before
    (file,) = found.files
    assert file.commands and file.lines and file.version == 2
    assert any("purpose" in line and line["purpose"] for line in file.lines.values())
    firsts = [seal["first"] for seal in file.seals]
    assert len(firsts) > len(set(firsts))  # a session's seal grows from frame to frame


def test_the_sheet_opens_ledger_and_backup(stage: Stage) -> None:
    found = all_of(stage, Key(sheet=stage.sheet))
    assert found.findings.said == [] and found.backup is not None


def test_a_wrong_password_or_another_device_opens_nothing(stage: Stage, tmp_path: Path) -> None:
    with pytest.raises(Wrong, match="slot does not open"):
        all_of(stage, Key(BOSS.login, WORKER.password, stage.device))
    with pytest.raises(Wrong, match="no slot"):
        all_of(stage, Key("kensa", "赤い検査印-3つの春に立会い", stage.device))
    shutil.copytree(stage.device, tmp_path / "other")
    (tmp_path / "other" / "device.key").write_text(
        '{"backend":"file","data":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","format":1,"size":32}'
    )
    with pytest.raises(Wrong, match="slot does not open"):
        all_of(stage, Key(BOSS.login, BOSS.password, tmp_path / "other"))


def test_the_small_files_say_what_the_document_says(stage: Stage) -> None:
    assert [one[0] for one in small.heads(stage.device, insider(stage).vault)] == [stage.seq]
    assert "の" in small.holder(stage.ledger)[0] and small.attempts(stage.device) == {}
    office = cheap_office(stage.home, StoryClock(date(2026, 10, 2)))
    with pytest.raises(WrongPassword):
        office.unlock(stage.ledger, WORKER.login, "ちがうパスワード")
    ((count, _last),) = small.attempts(stage.device).values()
    ((_at, tag),) = small.refusals(stage.device, insider(stage).vault)
    assert count == 1 and tag in small.attempts(stage.device)


def test_the_lists_of_the_document_are_those_of_the_program(stage: Stage) -> None:
    text = (ROOT / "docs" / "format.md").read_text("utf-8")
    assert {act.value for act in Act} == access.ACTS
    assert (BY_CONTRACT | BY_CONTRACTS) - {"content_erasure"} == log.OF_A_CONTRACT
    assert set(SETTLED) == set(proofs.SETTLED)
    assert {one: {role.value for role in roles} for one, roles in own_names.ENTERED_BY.items()} == {
        one: roles - {"sheet"} for one, roles in ENTERED.items()
    }
    lists = {name for type_ in own_names.NAMES.values() for name in (one.field for one in type_)}
    lists |= access.ACTS | log.OF_A_CONTRACT | set(SETTLED) | set(access.LINE)
    with insider(stage).database() as connection:
        kept = connection.execute("SELECT name FROM setting UNION SELECT name FROM secret")
        names = {name.partition("/")[0] for (name,) in kept}
    files = {head_memory.FILE_NAME, throttle.FILE_NAME, refusals.FILE_NAME, media.NAME}
    files |= {lock.LOCK_NAME, device.FILE_NAME, preferences.FILE, application.LOG_FILE}
    missing = {one for one in lists | names if f"`{one}" not in text}
    assert not missing | {one for one in files if f"`{one}`" not in text}


# --- what is not ----------------------------------------------------------------------------------

Plant = Callable[[Stage], None]


def content_bit(stage: Stage) -> None:
    me = insider(stage)
    entry = me.latest("place")
    body = bytearray(entry.body or b"")
    body[-6] ^= 1
    me.change("UPDATE content SET body = ? WHERE seq = ?", bytes(body), entry.seq)


def unreadable(stage: Stage) -> None:
    me = insider(stage)
    entry = me.latest("place")
    body = (entry.body or b"").replace(b'{"', b"{;", 1)
    me.change("UPDATE content SET body = ? WHERE seq = ?", body, entry.seq)


def other_action(stage: Stage) -> None:
    insider(stage).change("UPDATE entry SET action = 'created' WHERE seq = 20")


def reordered(stage: Stage) -> None:
    me = insider(stage)
    for old, new in ((20, 9000), (21, 20), (9000, 21)):
        me.change("UPDATE content SET seq = ? WHERE seq = ?", new, old)
        me.change("UPDATE entry SET seq = ? WHERE seq = ?", new, old)


def other_author(stage: Stage) -> None:
    """Put another's name under the last command, and hash everything anew."""
    me, worker = insider(stage), insider(stage, WORKER.login).keys.user_id
    first = me.log()[-1].first
    me.change("UPDATE command SET author = ? WHERE first_seq = ?", worker, first)
    me.rehash(first)
    _forget(stage)


def _forget(stage: Stage) -> None:
    """Take away what tells of the head beside the ledger."""
    (stage.device / "heads.json").unlink()
    last_journal(stage).unlink()


def cut_tail(stage: Stage) -> None:
    me = insider(stage)
    last = me.log()[-1]
    for table, column in (("content", "seq"), ("entry", "seq"), ("command", "first_seq")):
        me.change(f"DELETE FROM {table} WHERE {column} >= ?", last.first)


def old_header(stage: Stage) -> None:
    for name in ("keys.a", "keys.b"):
        shutil.copy(stage.home / "keys.before", stage.ledger / name)


def raised_role(stage: Stage) -> None:
    me = insider(stage, WORKER.login)
    value = me.header.json
    mine = next(one for one in value["users"] if one["user_id"] == me.keys.user_id)
    mine["role"] = "supervisor"
    me.write_header(value)


def other_slot(stage: Stage) -> None:
    """A worker gives somebody else's slot another derivation cost."""
    me = insider(stage, WORKER.login)
    value = me.header.json
    slot = next(one for one in value["slots"] if one["user_id"] != me.keys.user_id)
    slot["initial"] = not slot["initial"]
    me.write_header(value)


def both_headers(stage: Stage) -> None:
    flip(stage.ledger / "keys.a", 300)
    flip(stage.ledger / "keys.b", 301)


def middle_frame(stage: Stage) -> None:
    path = last_journal(stage)
    marks = path.read_bytes().split(b"AZJF")
    flip(path, len(b"AZJF".join(marks[:3])) + 200)


def journal_head(stage: Stage) -> None:
    flip(last_journal(stage), 40)


def access_line(stage: Stage) -> None:
    insider(stage).change("UPDATE access_line SET act = 'view' WHERE act = 'export'")


def access_code(stage: Stage) -> None:
    insider(stage).change("UPDATE access_line SET act = 'listed' WHERE act = 'export'")


def access_seal(stage: Stage) -> None:
    insider(stage).change("DELETE FROM access_seal WHERE first = 1")


def access_author(stage: Stage) -> None:
    worker = insider(stage, WORKER.login).keys.user_id
    me = insider(stage)
    me.change("UPDATE access_seal SET author = ? WHERE author = ?", worker, me.keys.user_id)


def attachment(stage: Stage) -> None:
    flip(min((stage.ledger / "attachments").iterdir()), 40)


def attachment_gone(stage: Stage) -> None:
    min((stage.ledger / "attachments").iterdir()).unlink()


def attachment_key(stage: Stage) -> None:
    insider(stage).change("DELETE FROM secret WHERE name = 'attachment_key'")


def content_gone(stage: Stage) -> None:
    insider(stage).change("DELETE FROM content WHERE seq = 20")


def content_back(stage: Stage) -> None:
    me = insider(stage)
    gone = next(e for one in me.log() for e in one.entries if e.body is None)
    me.change("INSERT INTO content VALUES (?, ?, ?)", gone.seq, bytes(16), b"{}")


def other_reason(stage: Stage) -> None:
    """Change an exception after the second person agreed to it, properly signed."""
    me = insider(stage)
    agreed = next(e for one in me.log() for e in one.entries if e.fields.get("proof")
                  and e.type == "rule_override")  # fmt: skip
    me.enter(agreed.type, agreed.id, "revise", fields_of(agreed) | {"reason": "別のもっともな理由"})


def other_place(stage: Stage) -> None:
    """Enter an agreement once more: its signature belongs to one place of the ledger."""
    me = insider(stage)
    agreed = next(e for one in me.log() for e in one.entries if e.fields.get("proof")
                  and e.type == "rule_override")  # fmt: skip
    me.enter(agreed.type, "f" * 32, "create", fields_of(agreed))


def unchecked(stage: Stage) -> None:
    """Say something else of what a checker signed, and leave the check out."""
    me = insider(stage)
    event = next(e for one in me.log() for e in one.entries if e.fields.get("checker_proof"))
    names = ("checker_proof", "checked_at", "checked_facts", "checker_person_id")
    fields = {name: value for name, value in fields_of(event).items() if name not in names}
    me.enter(event.type, event.id, "revise", fields | {"purpose": "別の目的"}, event.payload)


def other_person(stage: Stage) -> None:
    """A worker says to be somebody else."""
    me = insider(stage, WORKER.login)
    account = _account(me, me.keys.user_id)
    boss = _account(me, insider(stage).keys.user_id)
    me.enter("user_account", me.keys.user_id, "revise",
             account | {"person_id": boss["person_id"]})  # fmt: skip


def _signed(me: Insider, entry_type: str, said: dict[str, Any], *entered: dict[str, Any]) -> str:
    """Return a proof by oneself over what is to be entered next."""
    last = me.log()[-1]
    digests = sorted(sha(canonical({"fields": one, "type": entry_type})).hex() for one in entered)
    said |= {
        "account": me.keys.user_id, "head": last.head.hex(), "seq": last.last,
        "subject": sha("".join(digests).encode()).hex(), "v": 1, "vault": me.vault,
    }  # fmt: skip
    return f"1:{me.keys.user_id}:{me.sign(proofs.TAG + canonical(said)).hex()}"


def checked_alone(stage: Stage) -> None:
    """Check one's own act."""
    me = insider(stage)
    event = next(e for one in me.log() for e in one.entries if e.fields.get("checker_proof"))
    mine, fields = _account(me, me.keys.user_id)["person_id"], fields_of(event)
    left_out = {*proofs.AGREED, *proofs.CHECKED}
    kept = {name: value for name, value in fields.items() if name not in left_out}
    said = {
        "asker": mine, "at": proofs.utc(fields["checked_at"]),
        "reasons": {"A-33": fields["checked_facts"]},
    }  # fmt: skip
    proof = _signed(me, event.type, said, kept)
    fields |= {"checker_person_id": mine, "checker_proof": proof}
    me.enter(event.type, "a" * 32, "create", fields, event.payload)


def approved_alone(stage: Stage) -> None:
    """Agree to one's own exception."""
    me = insider(stage)
    agreed = next(e for one in me.log() for e in one.entries if e.fields.get("proof")
                  and e.type == "rule_override")  # fmt: skip
    mine, fields = _account(me, me.keys.user_id)["person_id"], fields_of(agreed)
    fields["record_ref"] = "0" * 32  # nothing of this command
    said = {
        "asker": fields["requested_by"], "at": proofs.utc(fields["approved_at"]),
        "reasons": {fields["rule_id"]: fields["reason"]},
    }  # fmt: skip
    fields |= {"approved_by": mine, "proof": _signed(me, "", said)}
    me.enter(agreed.type, "a" * 32, "create", fields)


def agreed_alone(stage: Stage) -> None:
    """Erase with the agreement of an account that is one's own as well."""
    me, second = insider(stage), Ed25519PrivateKey.generate()
    mine = _account(me, me.keys.user_id)
    key = second.public_key().public_bytes_raw().hex()
    me.enter("user_account", "b" * 32, "create", mine | {"login_name": "x", "public_key": key})
    victim, last = me.latest("item"), me.log()[-1]
    fields = fields_of(me.latest("content_erasure"))
    fields |= {"numbers": [str(victim.seq)], "approved_by": mine["person_id"]}
    kept = {name: value for name, value in fields.items() if name not in proofs.ERASED}
    digest = sha(canonical({"fields": kept, "type": "content_erasure"})).hex()
    said = {
        "account": "b" * 32, "asker": fields["requested_by"],
        "at": proofs.utc(fields["approved_at"]), "head": last.head.hex(),
        "reasons": {"A-39": fields["reason"]}, "seq": last.last,
        "subject": sha(digest.encode()).hex(), "v": 1, "vault": me.vault,
    }  # fmt: skip
    proof = second.sign(proofs.TAG + canonical(said)).hex()
    me.enter("content_erasure", "c" * 32, "create", fields | {"proof": f"1:{'b' * 32}:{proof}"})
    me.change("DELETE FROM content WHERE seq = ?", victim.seq)


def behind_a_void(stage: Stage) -> None:
    me = insider(stage)
    gone = next(e for one in me.log() for e in one.entries if e.action == "void")
    me.enter(gone.type, gone.id, "revise", fields_of(me.latest(gone.type)))


def own_role(stage: Stage) -> None:
    me = insider(stage, WORKER.login)
    account = _account(me, me.keys.user_id)
    me.enter("user_account", me.keys.user_id, "revise", account | {"app_role": "supervisor"})


def boss_renamed(stage: Stage) -> None:
    """An administrator writes the account of a responsible person."""
    me, boss = insider(stage, ADMINISTRATOR.login), insider(stage).keys.user_id
    me.enter("user_account", boss, "revise", _account(me, boss) | {"must_change": False})


def other_sheet(stage: Stage) -> None:
    """An administrator brings in a sheet of his own."""
    me = insider(stage, ADMINISTRATOR.login)
    origin = me.log()[0].entries[0]
    sheet = [f"recovery-9={me.keys.pub_ed.hex()}"]
    me.enter(origin.type, origin.id, "revise", fields_of(origin) | {"recovery_keys": sheet})


def other_officer(stage: Stage) -> None:
    """Confirm something in the name of the client's officer."""
    me = insider(stage)
    inspector = next(fields for (kind, _), fields in all_of(stage).walk.records.items()
                     if kind == "user_account" and fields["app_role"] == "inspector")  # fmt: skip
    event = me.latest("handling_event")
    me.enter(
        "officer_confirmation", "e" * 32, "create",
        {"contract_id": fields_of(event)["contract_id"], "person_id": inspector["person_id"],
         "record_ref": event.id, "record_type": "handling_event"},
    )  # fmt: skip


def confirmed_by_boss(stage: Stage) -> None:
    """A worker confirms an act in the name of the responsible person."""
    me, boss = insider(stage, WORKER.login), insider(stage).keys.user_id
    event = me.latest("handling_event")
    said = {
        "status": "confirmed", "confirmed_at": "2026-10-02T10:00:00+09:00",
        "confirmed_by": _account(me, boss)["person_id"],
    }  # fmt: skip
    me.enter(event.type, event.id, "revise", fields_of(event) | said, event.payload)


def right_taken(stage: Stage) -> None:
    """A worker moves a right that another was granted."""
    me = insider(stage, WORKER.login)
    right = me.latest("access_right")
    fields = fields_of(right) | {"user_id": me.keys.user_id}
    me.enter(right.type, right.id, "revise", fields)


def cleared_alone(stage: Stage) -> None:
    """Clear a breach that is in the own charge."""
    me = insider(stage)
    finding, mine = me.latest("finding"), _account(me, me.keys.user_id)["person_id"]
    said = {
        "status": "verified", "action": "直した", "completed_on": "2026-10-02",
        "verified_on": "2026-10-02", "owner_person_id": mine, "verified_by": mine,
    }  # fmt: skip
    me.enter(finding.type, finding.id, "revise", fields_of(finding) | said)


def breach_voided(stage: Stage) -> None:
    """Take an exception out of the register."""
    me = insider(stage, WORKER.login)
    breach = me.latest("rule_override")
    me.enter(breach.type, breach.id, "void", {})


def old_form(stage: Stage) -> None:
    """Enter an act in the form in which the name of a checker was enough."""
    me = insider(stage, WORKER.login)
    event = me.latest("handling_event")
    fields = {"checker_person_id": _account(me, insider(stage).keys.user_id)["person_id"]}
    me.enter(event.type, "a" * 32, "create", fields_of(event) | fields, 1)


def written_again(stage: Stage) -> None:
    """Let the responsible person enter another purpose as the confirmation of an act."""
    me = insider(stage)
    event, person = me.latest("handling_event"), _account(me, me.keys.user_id)["person_id"]
    said = {"status": "confirmed", "confirmed_by": person, "purpose": "別の目的"}
    said["confirmed_at"] = fields_of(event)["occurred_at"]
    me.enter(event.type, event.id, "revise", fields_of(event) | said, event.payload)


def number_twice(stage: Stage) -> None:
    """Enter an act under the number of another."""
    me = insider(stage)
    event = me.latest("handling_event")
    me.enter(event.type, "b" * 32, "create", fields_of(event), event.payload)


def thing_voided(stage: Stage) -> None:
    """Take a thing out of force that an act in force names."""
    me = insider(stage)
    thing = fields_of(me.latest("handling_event"))["lines"][0]["item_id"]
    me.enter("item", thing, "void", {})


def breach_reworded(stage: Stage) -> None:
    me = insider(stage, WORKER.login)
    finding = me.latest("finding")
    me.enter(
        finding.type,
        finding.id,
        "revise",
        fields_of(finding) | {"description": "別のこと"},
        finding.payload,
    )


def breach_put_off(stage: Stage) -> None:
    """Let who asked for an exception give its finding more time."""
    finding = insider(stage).latest("finding")
    for login, day in ((WORKER.login, "2026-11-01"), (BOSS.login, "2026-12-01")):
        me = insider(stage, login)
        said = fields_of(me.latest("finding")) | {"due_on": day}
        me.enter(finding.type, finding.id, "revise", said, finding.payload)


def officers_finding(stage: Stage) -> None:
    """Let a worker enter what an officer is said to have found."""
    me = insider(stage, WORKER.login)
    finding = me.latest("finding")
    said = fields_of(finding) | {"source": "inspection"}
    me.enter(finding.type, "c" * 32, "create", said, finding.payload)


def officers_finding_voided(stage: Stage) -> None:
    """Void what an officer found, as its owner."""
    me = insider(stage)
    finding, mine = me.latest("finding"), _account(me, me.keys.user_id)["person_id"]
    said = fields_of(finding) | {"source": "inspection", "owner_person_id": mine}
    me.enter(finding.type, "c" * 32, "create", said, finding.payload)
    me.enter(finding.type, "c" * 32, "void", {})


def thing_renamed(stage: Stage) -> None:
    me = insider(stage, WORKER.login)
    thing = me.latest("item")
    me.enter(thing.type, thing.id, "revise", fields_of(thing) | {"name": "別の票"}, thing.payload)


def replaced_by_nothing(stage: Stage) -> None:
    """Say of a paper that another one took its place."""
    me = insider(stage)
    paper = me.latest("submission")
    said = fields_of(paper) | {"status": "superseded"}
    me.enter(paper.type, paper.id, "revise", said, paper.payload)


def way_in_lengthened(stage: Stage) -> None:
    me = insider(stage, WORKER.login)
    mine = _account(me, me.keys.user_id) | {"valid_until": "2099-01-01"}
    me.enter("user_account", me.keys.user_id, "revise", mine, 1)


def seal_garbled(stage: Stage) -> None:
    insider(stage).change("UPDATE secret SET value = x'00' WHERE name LIKE 'seal-private-key/%'")


def seal_exchanged(stage: Stage) -> None:
    """Put another private key in the place of that of the seal."""
    secret = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
    )
    change = "UPDATE secret SET value = ? WHERE name LIKE 'seal-private-key/%'"
    insider(stage).change(change, secret)


def trigger(stage: Stage) -> None:
    """Plant what changes a list while it is exported."""
    with insider(stage).database() as connection:
        connection.execute("CREATE TRIGGER zz AFTER INSERT ON access_line BEGIN SELECT 1; END")


def kept_table(stage: Stage) -> None:
    """Plant what keeps the words that an erasure deletes."""
    with insider(stage).database() as connection:
        connection.execute("CREATE TABLE zz AS SELECT body FROM content")


def _account(me: Insider, id: str) -> dict[str, Any]:
    found = [e for one in me.log() for e in one.entries if (e.type, e.id) == ("user_account", id)]
    return fields_of(found[-1])


PLANTED: list[tuple[Plant, str, str]] = [
    (content_bit, "content and commitment differ", "CHAIN"),
    (unreadable, "content and commitment differ", "Damaged"),
    (other_action, "action created", "Damaged"),
    (reordered, "header and hash differ", "CHAIN"),
    (other_author, "not signed by its author", "SIGNATURE"),
    (cut_tail, "heads.json: the ledger lacks entry", "RolledBack"),
    (old_header, "key header: an old copy", "RolledBack"),
    (raised_role, "is not signed by who added them", "Damaged"),
    (other_slot, "is not signed by its user", "Damaged"),
    (both_headers, "neither key header reads", "Damaged"),
    (access_line, "was changed", "ACCESS_LOG"),
    (access_code, "act listed", "ACCESS_LOG"),
    (access_seal, "does not follow the one before", "ACCESS_LOG"),
    (access_author, "not signed by its author", "ACCESS_LOG"),
    (attachment, "other bytes than its name says", "ATTACHMENT"),
    (attachment_gone, "a file is missing", "ATTACHMENT"),
    (attachment_key, "no secret attachment_key", "ATTACHMENT"),
    (content_gone, "no content, and no erasure names it", "ERASED"),
    (content_back, "still has its content", "CHAIN"),
    (other_reason, "differs from what was agreed to", "APPROVAL"),
    (other_place, "a proof that does not fit", "APPROVAL"),
    (unchecked, "differs from what was checked", "CHECK"),
    (other_person, "may not write this account", "AUTHOR"),
    (checked_alone, "checked by who did it", "CHECK"),
    (approved_alone, "agreed to by who asked", "APPROVAL"),
    (agreed_alone, "agreed alone", "ERASED"),
    (behind_a_void, "behind a void", "Conflict"),
    (own_role, "may not write this account", "AUTHOR"),
    (boss_renamed, "may not write this account", "AUTHOR"),
    (other_sheet, "may not write the origin", "AUTHOR"),
    (other_officer, "confirmed by somebody else", "APPROVAL"),
    (confirmed_by_boss, "named by somebody else", "APPROVAL"),
    (right_taken, "entered by nobody who may", "APPROVAL"),
    (cleared_alone, "verified by who did it", "APPROVAL"),
    (breach_voided, "voids what is not voided", "APPROVAL"),
    (old_form, "in an old form", "CHECK"),
    (written_again, "an act is written again", "REWRITTEN"),
    (number_twice, "a number given twice", "REWRITTEN"),
    (thing_voided, "voided while others name it", "REWRITTEN"),
    (breach_reworded, "changes what a breach said", "REWRITTEN"),
    (breach_put_off, "put off by whose it is", "REWRITTEN"),
    (officers_finding, "an officer's, by nobody who may", "REWRITTEN"),
    (officers_finding_voided, "put off by whose it is", "REWRITTEN"),
    (thing_renamed, "changed by nobody who may", "REWRITTEN"),
    (replaced_by_nothing, "a paper is replaced by nothing", "REWRITTEN"),
    (way_in_lengthened, "changes what stays in an account", "REWRITTEN"),
    (seal_garbled, "no private key of its certificate", "SEAL"),
    (seal_exchanged, "no private key of its certificate", "SEAL"),
    (trigger, "zz is none of its tables", "StrangeSchema"),
    (kept_table, "zz is none of its tables", "StrangeSchema"),
    (middle_frame, "damaged", "JOURNAL"),
    (journal_head, "damaged", "JOURNAL"),
]


@pytest.mark.parametrize(
    ("plant", "sentence", "code"), PLANTED, ids=[one[0].__name__ for one in PLANTED]
)
def test_both_find_what_was_planted(stage: Stage, plant: Plant, sentence: str, code: str) -> None:
    plant(stage)
    assert sentence in said(stage)
    assert code in program(stage)
