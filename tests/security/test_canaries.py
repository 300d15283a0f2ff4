"""Canaries: a word in every field, file name, content and password, and nowhere in clear (A9).

Keys are canaries too: every one that the scenario used is looked for, in whatever spelling.
"""

import base64
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PIL import Image

from models.backups import record_backup
from models.codes import AttachmentKind, HandlingKind
from models.commands import creating, revising
from models.kinds import LongText, Text, TextList
from models.ledger import Ledger
from models.records import BY_TYPE, HandlingEvent, Person, Record, SealKey, Submission, UserAccount
from models.records.base import Stored
from models.store import quiet
from reports.pictures import plain_picture
from reports.tables.read import read_table
from storage import rekeying, verify
from storage.journal_file import JournalFile, Part
from storage.own_names import ONCE
from storage.unlocked import Vault
from tests.e2e.steps import Day, events_of, makes_the_seal, seals
from tests.e2e.test_secrets import ENCODINGS, Watch, found_in, watch  # noqa: F401 - a fixture
from tests.house import House, furnished
from tests.security.keys import PIECE, PROC, Keys, Onlooker, keys  # noqa: F401 - a fixture
from ui.exporting import export_register
from ui.sample import cast

BOSS = cast.USERS[0]
STEM, ASCII = "麒麟鸞鳳", "KirinCanary"  # the first is in CP932 too
PASSWORD = f"{STEM}の{ASCII}七つ"
FORMER = f"{ASCII}と{STEM}の灯台九つ"
SKIPPED = {"ledger_origin", "user_account"}  # keys and logins; the ledger would not open again
WRITTEN_ONCE = {
    *ONCE,
    HandlingEvent.type,
    Submission.type,
}  # a later version of these would be reported
NOT_TEXTS = ("id", "blob", "sha256", "checker_proof")
KEYS = {
    "X25519", "Ed25519", "device secret", "recovery secret", "seal",
    "source of azukari/database",  # the data key
    *(f"azukari/{name}" for name in ("database", "header", "slot-key/1", "wrap/1", "recovery/1")),
    *(f"azukari/{name}" for name in ("journal", "journal-file/1", "backup/1", "attachment/1")),
}  # fmt: skip
PLACE_OF_THE_DEVICE_SECRET = ("around/device/device.key", "device secret")


def marked(record: Record, counter: Iterator[int]) -> tuple[Record, int]:
    """Put a canary of its own into every text of a record."""
    changes: dict[str, Any] = {}
    for name, field in type(record).fields().items():
        if field.derived or name in NOT_TEXTS:
            continue
        if isinstance(field.kind, TextList):
            changes[name] = (f"{STEM}{next(counter)}{ASCII}",)
        elif type(field.kind) in (Text, LongText):
            changes[name] = f"{STEM}{next(counter)}{ASCII}"
    return replace(record, **changes), len(changes)


def is_checked(record: Record) -> bool:
    """Say whether its content is signed or held against a key: it would be reported as changed."""
    return bool(getattr(record, "checker_proof", "")) or isinstance(record, SealKey)


def mark_everything(ledger: Ledger) -> int:
    """Revise one record of every type that the story made; return how many fields carry a canary."""
    counter, fields = iter(range(10_000)), 0
    for type_, cls in BY_TYPE.items():
        found: list[Stored[Any]] = ledger.registers.all(cls) if type_ not in SKIPPED else []
        for stored in [one for one in found if not is_checked(one.record)][:1]:
            record, count = marked(stored.record, counter)
            if type_ in WRITTEN_ONCE:
                change = creating(replace(record, id=ledger.new_id(), **another(ledger, record)))
            else:
                change = revising(record, f"{STEM}{ASCII}のため")
            ledger.commit([change])
            fields += count
    return fields


def another(ledger: Ledger, record: Record) -> dict[str, Any]:
    """Return what a second one of a record must have of its own."""
    if isinstance(record, Submission):
        return {"serial": None}
    if not isinstance(record, HandlingEvent):
        return {}
    return {"kind": HandlingKind.STOCKTAKE, "event_no": 9_000, "occurred_at": ledger.now()}


def sheet() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["氏名", "所属"])  # type: ignore[union-attr]
    book.active.append([f"{STEM}　{ASCII}", STEM])  # type: ignore[union-attr]
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (30, 20)).save(made, "JPEG", comment=ASCII.encode())
    return made.getvalue()


def work(house: House, around: Path) -> None:
    """Do everything that writes, with canaries in hand."""
    ledger = house.ledger
    ledger.journal.start(around / "usb")
    assert mark_everything(ledger) > 60
    for encoding in ENCODINGS:
        content = f"{STEM} {ASCII}".encode(encoding) * 400
        ledger.files.attach(content, name=f"{STEM}{ASCII}.txt", mime="text/plain",
                            kind=AttachmentKind.OTHER)  # fmt: skip
    assert STEM in str(read_table(sheet(), name=f"{STEM}.xlsx").rows)
    assert ASCII.encode() not in plain_picture(photo(), f"{STEM}.jpg")
    ledger.people.change_password(BOSS.password, FORMER)
    ledger.people.change_password(FORMER, PASSWORD)  # it is told again from now on
    (around / "stick").mkdir()
    made = record_backup(ledger, around / "stick", quiet).file
    ledger.people.renew_key(f"{STEM}{ASCII}のため")
    leave_a_hot_journal(ledger, around)
    ledger.close()
    house.office.restore(made, around / "restored", BOSS.login, PASSWORD, quiet)
    house.ledger = house.office.unlock(around / "ledger", BOSS.login, PASSWORD)
    assert house.ledger.safe.verify(full=True, progress=quiet).problems == ()


def hand_out(house: House, folder: Path) -> None:
    """Write what leaves the office: sealed papers and registers, which are read in clear."""
    folder.mkdir()
    day = Day(house)
    makes_the_seal(day)
    paper = seals(day, "D-14", events_of(day, HandlingKind.RECEIVE)[0].record.id)
    (folder / "paper.pdf").write_bytes(day.papers[paper.doc_no])
    for name in ("people.csv", "people.xlsx"):
        export_register(house.ledger, Person, folder / name, purpose=f"{STEM}{ASCII}")


def leave_a_hot_journal(ledger: Ledger, around: Path) -> None:
    """Keep what SQLite would leave if the program died in the middle of a write."""
    database = ledger.store.database  # type: ignore[attr-defined]
    with pytest.raises(ZeroDivisionError), database.transaction():
        database.all("UPDATE content SET body = CAST(body || 'x' AS BLOB)")
        database.all("UPDATE v_person SET name = name || 'x'")
        hot = database.path.with_name("ledger.db-journal").read_bytes()
        (around / "hot").write_bytes(hot)
        raise ZeroDivisionError
    assert len(hot) > 4096


def test_no_canary_and_no_key_is_found_in_clear(
    tmp_path: Path, around: Path, watch: Watch, keys: Keys,  # noqa: F811
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    caplog.set_level("DEBUG")
    monkeypatch.setattr(verify, "FEW", 0)  # both would spare a small ledger their helpers,
    monkeypatch.setattr(rekeying, "SMALL", 0)  # which are given keys
    with Onlooker() as onlooker, furnished(around, accounts=True, days=1, own=True) as house:
        hand_out(house, tmp_path / "outputs")
        keys.keep_seal(house.ledger)
        work(house, around)
        assert found_in(around, [STEM, ASCII]) == [], "while the ledger is open"
        assert keys.found_in(tmp_path) == {PLACE_OF_THE_DEVICE_SECRET}, "while the ledger is open"
    assert found_in(around, [STEM, ASCII]) == []
    assert keys.names >= KEYS and len(keys.name_of) > 2 * 70, "they were there to look for"
    assert keys.found_in(tmp_path) == {PLACE_OF_THE_DEVICE_SECRET}
    assert not list((around / "tmp").iterdir()) and not list((around / "home").iterdir())
    said = capfd.readouterr()
    heard = (said.out, said.err, caplog.text, *watch.children)
    seen = (*(text.encode() for text in heard), *onlooker.seen)
    assert not [text for text in seen if STEM.encode() in text or ASCII.encode() in text]
    assert not [name for text in seen for name in keys.names_in(text)]
    assert len(watch.children) >= 2, "a table and a picture were read in children"
    assert any(b"multiprocessing" in text for text in onlooker.seen) or not PROC, "helpers worked"
    assert {one.name for one in around.rglob("*.az[bj]")}, (
        "journal and backup were there to look at"
    )
    assert not any(ASCII in value for value in os.environ.values())


KEY = bytes(range(200, 232))
SPELLINGS = {
    "bytes": KEY,
    "half of it": KEY[PIECE:],
    "hex": KEY.hex().encode(),
    "HEX": KEY.hex().upper().encode(),
    "hex after a digit": b"7" + KEY.hex().encode(),
    "hex of a fingerprint": KEY.hex(":").encode(),
    "hex in UTF-16": KEY.hex().encode("utf-16-le"),
    **{f"base64 after {n}": base64.b64encode(b"xyz"[:n] + KEY + b"!") for n in range(3)},
    **{f"base64url after {n}": base64.urlsafe_b64encode(b"xyz"[:n] + KEY) for n in range(3)},
    "base64 after a letter": b"k" + base64.b64encode(KEY).rstrip(b"="),
    "base64 in lines": base64.encodebytes(bytes(40) + KEY),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_key_in_clear_would_be_found(tmp_path: Path, spelling: str) -> None:
    """The planted control, in every spelling, in the middle of other bytes."""
    listened = Keys()
    listened.keep("key", KEY)
    (tmp_path / "file").write_bytes(b"\xff\xfe{" + SPELLINGS[spelling] + b'"}\xff')
    assert listened.found_in(tmp_path) == {("file", "key")}
    (tmp_path / "file").write_bytes(b"\xff\xfe{" + bytes(reversed(SPELLINGS[spelling])) + b'"}')
    assert listened.found_in(tmp_path) == set()


def test_a_vault_that_notes_its_keys_would_be_found(
    tmp_path: Path,
    keys: Keys,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The planted bug: somebody looked for an error and forgot to take the note away."""
    derive = Vault.derive

    def noting(self: Vault, purpose: str, *, epoch: int | None = None) -> bytes:
        key = derive(self, purpose, epoch=epoch)
        (tmp_path / "debug.log").write_text(f"{purpose}={key.hex()}\n")
        return key

    monkeypatch.setattr(Vault, "derive", noting)
    with furnished(tmp_path):
        pass
    assert ("debug.log", "azukari/database") in keys.found_in(tmp_path)


@pytest.mark.skipif(not PROC, reason="needs /proc")
def test_a_key_given_to_a_child_would_be_seen() -> None:
    """The planted control of the onlooker: once as an argument, once in the environment."""
    listened = Keys()
    listened.keep("key", KEY)
    sleep = [sys.executable, "-c", "import time; time.sleep(0.3)"]
    for words, environment in (([KEY.hex()], {}), ([], {"KEY": base64.b64encode(KEY).decode()})):
        with Onlooker() as onlooker:
            subprocess.run([*sleep, *words], env=os.environ | environment, check=True)
        assert [text for text in onlooker.seen if listened.names_in(text)]


def test_a_journal_in_clear_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted bug: a journal that keeps a note of what it wrote."""
    from storage import wire

    append = JournalFile.append

    def noting(self: JournalFile, part: Part) -> None:
        if part.logged is not None:
            with self.path.with_suffix(".log").open("ab") as note:
                note.write(wire.dump(*part.logged))
        append(self, part)

    monkeypatch.setattr(JournalFile, "append", noting)
    with furnished(tmp_path) as house:
        house.ledger.journal.start(tmp_path / "usb")
        stored = house.ledger.registers.all(BY_TYPE["person"])[0]
        house.ledger.commit([revising(marked(stored.record, iter(range(99)))[0], "訂正")])
        assert house.ledger.registers.all(UserAccount)
    assert [one for one in found_in(tmp_path, [STEM]) if one.endswith(".log")]
