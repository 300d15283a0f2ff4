"""What an insider does to history, and the sentence that shows it (A6).

Every row of the table in docs/security.md that claims detection is carried out here on a real
ledger with its keys in hand, and comes to light at the place that the table names.
"""

import hashlib
import json
import math
import random
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.backups import record_backup
from models.chain import ENTRY_TAG, header_bytes, timestamp
from models.codes import AttachmentKind, BackupKind, HandlingKind, SystemEventKind
from models.commands import creating
from models.errors import AzukariError, Damaged, StrangeSchema, VerificationFailed
from models.ledger import Ledger
from models.records import BackupRun, HandlingEvent, Place, Submission, SystemEvent
from models.store import quiet
from reports.seal import make_seal_certificate, seal_record
from storage import log
from storage.database import Database, open_database
from storage.derived import encode
from storage.known_schema import Schema
from tests.house import FIRST_DAY, House, cheap_office, furnished
from tests.reports.papers import flat
from tests.storage.test_journal_keeper import enter
from ui.console import verifier
from ui.issue import IssueRequest, issue
from ui.sample import cast
from ui.sample.clock import StoryClock
from ui.sample.story import Story

BOSS, WORKER, _, ADMINISTRATOR = cast.USERS


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with journal, seal and two receipts; copied for every attack."""
    home = tmp_path_factory.mktemp("office")
    with furnished(home, accounts=True) as made:
        made.ledger.journal.start(home / "usb")
        identity = make_seal_certificate("見本事務", made.ledger.now(), random.Random(7).randbytes)
        made.ledger.paper.adopt_seal(*seal_record(identity))
        made.story.receive(2)
    return home


@pytest.fixture
def house(office: Path, tmp_path: Path) -> Iterator[House]:
    home = tmp_path / "home"
    shutil.copytree(office, home)
    clock = StoryClock(FIRST_DAY + timedelta(days=30))
    gate = cheap_office(home, clock, seed=3)
    ledger = gate.unlock(home / "ledger", BOSS.login, BOSS.password)
    made = House(home, gate, clock, ledger, "", Story(ledger, clock, seed=3))
    yield made
    made.ledger.close()


# --- what the attacker does ----------------------------------------------------------------------


def with_a_tool(house: House, act: Callable[[Database], None]) -> None:
    """Open the database with its key, as a database tool would, and change it."""
    key = house.ledger.safe.vault.database_key  # type: ignore[attr-defined]
    house.ledger.close()
    database = open_database(house.folder / "ledger" / "ledger.db", key)
    database.all("PRAGMA foreign_keys = OFF")
    with database.transaction():
        act(database)
    database.close()


def told(house: House) -> str:
    """Sign in, verify everything, and return what the program says; empty when it is content."""
    folder = house.folder / "ledger"
    try:
        house.ledger = house.office.unlock(folder, BOSS.login, BOSS.password)
    except AzukariError as error:
        return str(error)
    found = house.ledger.safe.verify(full=True, progress=quiet).problems
    return "\n".join([*(one.message for one in found), *house.ledger.notices])


def last_content(db: Database) -> int:
    return int(db.value("SELECT max(seq) FROM entry WHERE type = 'item'"))


def edit_a_row(db: Database) -> None:
    db.all(
        "UPDATE content SET body = CAST(replace(body, 'name', 'mane') AS BLOB) WHERE seq = ?",
        (last_content(db),),
    )


def recompute(db: Database) -> None:
    """Edit an entry, then make every later hash right again."""
    edit_a_row(db)
    first = last_content(db)
    previous = bytes(db.value("SELECT hash FROM entry WHERE seq = ?", (first - 1,)))
    for pairs in log.with_commands(db, first, log.head(db).seq):
        for command, entry in pairs:
            content = (entry.salt or b"") + (entry.content or b"")
            made = entry._replace(previous=previous, commitment=hashlib.sha256(content).digest())
            at = timestamp(command.recorded_at)
            header = header_bytes(command.id, command.author, at, command.offset, made)
            previous = hashlib.sha256(ENTRY_TAG + header).digest()
            db.all("UPDATE entry SET commitment = ?, previous = ?, hash = ? WHERE seq = ?",
                   (made.commitment, made.previous, previous, entry.seq))  # fmt: skip
            db.all("UPDATE command SET head = ? WHERE last_seq = ?", (previous, entry.seq))


def cut_the_last(db: Database) -> None:
    """Take the last two commands away, and let the tables be derived anew."""
    firsts = [row[0] for row in db.all("SELECT first_seq FROM command ORDER BY 1 DESC LIMIT 2")]
    for table, column in (("content", "seq"), ("entry", "seq"), ("command", "first_seq")):
        db.all(f"DELETE FROM {table} WHERE {column} >= ?", (min(firsts),))
    db.all("PRAGMA user_version = 1")


def take_one_from_the_middle(db: Database) -> None:
    seq = last_content(db) - 1
    for table in ("content", "entry"):
        db.all(f"DELETE FROM {table} WHERE seq = ?", (seq,))


def sign_for_another(db: Database) -> None:
    other = db.value("SELECT record_id FROM entry WHERE type = 'user_account' ORDER BY seq DESC")
    db.all("UPDATE command SET author = ? WHERE first_seq = (SELECT max(first_seq) FROM command)",
           (other,))  # fmt: skip


def edit_what_is_shown(db: Database) -> None:
    db.all("UPDATE v_item SET name = '別の媒体'")


def forget(house: House, *what: str) -> None:
    """Set back what remembers the ledger outside of its folder."""
    if "PC" in what:
        (house.folder / "device" / "heads.json").unlink()
    if "journal" in what:
        shutil.rmtree(house.folder / "usb")


# --- inside the PC --------------------------------------------------------------------------------

CHANGED, TORN = "の内容が、書かれたときと違っています", "直前の記帳とつながっていません"
SIGNED = "署名が、記帳した利用者のものではありません"
BEHIND, OTHER = "以前の状態に戻されている疑い", "は別の内容です"


@pytest.mark.parametrize(
    ("attack", "forgotten", "sentence"),
    [
        (edit_a_row, (), CHANGED),
        (edit_a_row, ("PC", "journal"), CHANGED),
        (recompute, (), f"このPCは記帳番号.*{OTHER}"),
        (recompute, ("PC",), f"更新ジャーナルは記帳番号.*{OTHER}"),
        (recompute, ("PC", "journal"), SIGNED),
        (take_one_from_the_middle, ("PC", "journal"), TORN),
        (sign_for_another, ("PC", "journal"), SIGNED),
        (edit_what_is_shown, ("PC", "journal"), "一覧が、記帳番号.*の内容と違います"),
        (cut_the_last, (), f"{BEHIND}.*このPCは記帳番号"),
        (cut_the_last, ("PC",), f"{BEHIND}.*更新ジャーナルは記帳番号"),
    ],
)
def test_a_change_with_the_key_in_hand_shows(
    house: House, attack: Callable[[Database], None], forgotten: tuple[str, ...], sentence: str
) -> None:
    with_a_tool(house, attack)
    forget(house, *forgotten)
    assert re.search(sentence, told(house))


def test_an_honest_ledger_says_nothing(house: House) -> None:
    """The control: the sentences above are not said of any ledger."""
    with_a_tool(house, lambda db: None)
    assert told(house) == ""


def test_the_last_entries_cut_and_every_memory_with_them_say_nothing_here(house: House) -> None:
    """The limit, stated in docs/security.md: from here on only papers outside remember."""
    with_a_tool(house, cut_the_last)
    forget(house, "PC", "journal")
    assert BEHIND not in told(house)


@pytest.mark.parametrize("part", ["ledger", "ledger/ledger.db"])
@pytest.mark.parametrize("forgotten", ["", "PC", "journal"])
def test_an_older_copy_in_its_place_shows(house: House, part: str, forgotten: str) -> None:
    house.ledger.close()
    older = house.folder / "older"
    shutil.copytree(house.folder / "ledger", older)
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    seq = enter(house.ledger)
    house.ledger.close()
    if part == "ledger":
        shutil.rmtree(house.folder / "ledger")
        older.rename(house.folder / "ledger")
    else:
        shutil.copy(older / "ledger.db", house.folder / part)
    forget(house, forgotten)
    assert re.search(f"{BEHIND}.*記帳番号{seq}まで", told(house))


def hot_journal(house: House) -> bytes:
    """Return the journal that SQLite would leave if it died in the middle of a long entry."""
    key = house.ledger.safe.vault.database_key  # type: ignore[attr-defined]
    house.ledger.close()
    place = house.folder / "ledger" / "ledger.db"
    database = open_database(place, key)
    database.all("BEGIN IMMEDIATE")
    database.all("PRAGMA cache_size = 5")
    database.all("UPDATE entry SET hash = randomblob(32)")
    database.all("UPDATE content SET body = randomblob(500)")
    found = place.with_name("ledger.db-journal").read_bytes()
    database.all("ROLLBACK")
    database.close()
    return found


def test_a_planted_journal_of_sqlite_shows(house: House) -> None:
    """SQLite plays any `-journal` back without a key: pages of yesterday come into today's file."""
    planted = hot_journal(house)
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    for number in range(3):
        enter(house.ledger, f"倉庫{number}")
    house.ledger.close()
    assert len(planted) > 4096, "the journal holds pages"
    (house.folder / "ledger" / "ledger.db-journal").write_bytes(planted)
    said = told(house)
    assert re.search(f"{BEHIND}|壊れています", said), said


# --- keys and people ------------------------------------------------------------------------------


def test_older_key_files_beside_the_present_ledger_are_refused(house: House) -> None:
    old = {name: (house.folder / "ledger" / name).read_bytes() for name in ("keys.a", "keys.b")}
    house.ledger.people.renew_key("端末の入替えのため")
    house.ledger.close()
    for name, raw in old.items():
        (house.folder / "ledger" / name).write_bytes(raw)
    assert "鍵ファイルが以前のもの" in told(house)


def test_older_key_files_of_the_same_data_key_are_refused_too(house: House) -> None:
    """A password of yesterday: the database still opens, and remembers the generation."""
    folder = house.folder / "ledger"
    old = {name: (folder / name).read_bytes() for name in ("keys.a", "keys.b")}
    house.ledger.people.change_password(BOSS.password, "まったく別の七つのことば")
    house.ledger.close()
    for name, raw in old.items():
        (folder / name).write_bytes(raw)
    assert re.search(f"{BEHIND}.*鍵ファイル.*世代より古い", told(house))


def test_a_wrap_of_somebody_else_opens_nothing(house: House) -> None:
    """A worker who knows the data key puts his own wrap in another's place and makes the MAC."""
    vault = house.ledger.safe.vault  # type: ignore[attr-defined]
    header, one = vault.header, vault.header.wraps
    moved = (replace(one[0], wrap=one[1].wrap), *one[1:])
    forged = encode(replace(header, wraps=moved), vault._secrets).raw
    house.ledger.close()
    for name in ("keys.a", "keys.b"):
        (house.folder / "ledger" / name).write_bytes(forged)
    assert "壊れています" in told(house)


def test_what_a_revoked_person_signs_is_named(house: House) -> None:
    worker = house.sign_in(WORKER.login)
    signer, user = worker.opened.signer, worker.user.id
    ledger = house.sign_in(ADMINISTRATOR.login)
    ledger.people.disable_account(user, "退職のため")
    ledger._signer, ledger._user_id = signer, user  # what a modified program would do
    assert told_of(ledger) == ""
    ledger.commit([creating(replace(ledger.registers.all(Place)[0].record, id=ledger.new_id()))])
    assert "利用停止中の利用者が記帳しています" in told_of(ledger)


def told_of(ledger: Ledger) -> str:
    return "\n".join(one.message for one in ledger.safe.verify(full=True, progress=quiet).problems)


# --- files beside the database --------------------------------------------------------------------


def test_exchanged_attachments_are_named(house: House) -> None:
    for content in (b"one" * 100, b"two" * 100):
        house.ledger.files.attach(content, name="a.txt", mime="text/plain",
                                  kind=AttachmentKind.OTHER)  # fmt: skip
    folder = house.folder / "ledger" / "attachments"
    first, second = sorted(folder.iterdir())[:2]
    kept = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(kept)
    said = told_of(house.ledger)
    assert first.name in said and second.name in said and "壊れています" in said


def test_another_ledgers_database_is_foreign(house: House, tmp_path: Path) -> None:
    house.ledger.close()
    with furnished(tmp_path / "other") as other:
        place = other.folder / "ledger"
    for name in ("keys.a", "keys.b"):
        shutil.copy(house.folder / "ledger" / name, place / name)
    with pytest.raises(AzukariError, match="この台帳の鍵では、どこも読めません"):
        house.office.unlock(place, BOSS.login, BOSS.password)


def test_an_older_backup_is_no_secret_way_back(house: House) -> None:
    backup = house.folder / "stick"
    backup.mkdir()
    made = record_backup(house.ledger, backup, quiet).file
    enter(house.ledger)
    house.ledger.close()
    shutil.rmtree(house.folder / "ledger")
    house.office.restore(made, house.folder / "ledger", BOSS.login, BOSS.password, quiet)
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    enter(house.ledger)
    restored = [one.record for one in house.ledger.registers.all(BackupRun)]
    assert any(run.kind is BackupKind.RESTORE for run in restored), "the restore is an entry"


# --- the clock --------------------------------------------------------------------------------------


def test_a_clock_set_back_is_an_entry_and_stands_on_the_next_paper(house: House) -> None:
    enter(house.ledger)
    house.ledger.close()
    house.clock._now -= timedelta(days=2)
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    kinds = [one.record.kind for one in house.ledger.registers.all(SystemEvent)]
    assert kinds[-1] is SystemEventKind.CLOCK_BACK
    file = paper(house.ledger, 1, house.folder / "papers")
    assert f"{SystemEventKind.CLOCK_BACK.label}（" in flat(file.read_bytes())


# --- at the municipality -----------------------------------------------------------------------------


def paper(ledger: Ledger, number: int, place: Path) -> Path:
    """Seal a receipt and hand it over."""
    events = ledger.registers.all(HandlingEvent, kind=HandlingKind.RECEIVE)
    event = events[number % len(events)].record
    change = issue(ledger, IssueRequest("D-14", event.contract_id, (event.id,)))
    record = ledger.registers.need(Submission, change.ids[-1]).record
    place.mkdir(exist_ok=True)
    file = place / f"{number}.pdf"
    file.write_bytes(ledger.paper.file(record.id))
    return file


def checked(folder: Path, capsys: pytest.CaptureFixture[str], *more: object) -> tuple[int, str]:
    code = verifier.main([str(folder), *map(str, more)])
    return code, capsys.readouterr().out


def both_books(house: House) -> House:
    """Copy everything that belongs to the office, as it stands now."""
    house.ledger.close()
    for name in ("ledger", "usb", "device"):
        shutil.copytree(house.folder / name, house.folder / f"{name}.2")
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    return house


def change_books(house: House) -> None:
    house.ledger.close()
    for name in ("ledger", "usb", "device"):
        shutil.rmtree(house.folder / name)
        (house.folder / f"{name}.2").rename(house.folder / name)
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)


def test_papers_of_one_book_fit_together(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """The control: the verifier has nothing against an honest office."""
    kept = house.folder / "kept"
    paper(house.ledger, 0, kept)
    paper(house.ledger, 1, kept)
    code, page = checked(kept, capsys)
    assert code == 0 and "つながっています" in page


def test_two_books_give_one_number_twice(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    kept = house.folder / "kept"
    both_books(house)
    paper(house.ledger, 0, kept)
    change_books(house)
    enter(house.ledger, "裏")
    paper(house.ledger, 1, kept)
    code, page = checked(kept, capsys)
    assert code == 1 and "同じ番号で、内容の違う書類が二つあります" in page


def test_everything_set_back_shows_on_the_next_paper_but_one(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ledger, journal and memory of the PC are set back together; a paper was handed out since."""
    kept = house.folder / "kept"
    both_books(house)
    for number in range(3):
        enter(house.ledger, f"倉庫{number}")
    paper(house.ledger, 0, kept)
    notes = house.folder / "notes.json"
    assert checked(kept, capsys, "--keep", notes)[0] == 0
    change_books(house)
    later = house.folder / "later"
    paper(house.ledger, 1, later)
    code, page = checked(later, capsys, "--since", notes)
    assert code == 1
    assert "前回の検証のときと、内容が違います" in page
    assert json.loads(notes.read_text())["papers"]


def test_an_edited_paper_is_named(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    kept = house.folder / "kept"
    file = paper(house.ledger, 0, kept)
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)
    code, page = checked(kept, capsys)
    assert code == 1 and "×" in page and file.name in page


def test_a_paper_of_another_seal_is_not_the_contractors(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = house.folder / "kept"
    paper(house.ledger, 0, kept)
    code, page = checked(kept, capsys, "--fingerprint", "0" * 64)
    assert code == 1 and "別の者が作った文書のおそれ" in page


def test_a_verifier_that_forgets_the_last_visit_would_miss_the_set_back(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """The planted bug: without what was kept, the later paper alone looks sound."""
    kept, later = house.folder / "kept", house.folder / "later"
    both_books(house)
    enter(house.ledger)
    paper(house.ledger, 0, kept)
    change_books(house)
    paper(house.ledger, 1, later)
    assert checked(later, capsys)[0] == 0


NO_ATTACKS = (
    test_an_honest_ledger_says_nothing,
    test_papers_of_one_book_fit_together,
    test_the_last_entries_cut_and_every_memory_with_them_say_nothing_here,
    test_a_verifier_that_forgets_the_last_visit_would_miss_the_set_back,
)


def cases(test: Callable[..., None]) -> int:
    """Count what the parameters of a test make of it."""
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    return math.prod(len(mark.args[1]) for mark in marks)


# --- beside the tables -----------------------------------------------------------------------------

PLANTED = (
    "CREATE TRIGGER zz AFTER INSERT ON access_line WHEN new.act = 'export'"
    " BEGIN UPDATE v_item SET name = '偽の名称'; END"
)


def plant_a_trigger(db: Database) -> None:
    db.all(PLANTED)


def test_a_planted_trigger_is_refused_at_the_door_and_a_rebuild_leaves_it_behind(
    house: House,
) -> None:
    with_a_tool(house, plant_a_trigger)
    folder = house.folder / "ledger"
    for looking in (False, True):
        with pytest.raises(StrangeSchema, match="トリガー「zz」"):
            house.office.unlock(folder, BOSS.login, BOSS.password, looking=looking)
    house.ledger = house.office.unlock(folder, BOSS.login, BOSS.password, rebuild=True)
    assert not house.ledger.safe.verify(full=True, progress=quiet).problems
    house.ledger.close()
    assert "作り直しました" not in told(house)


def test_what_was_planted_before_a_backup_does_not_come_back_with_it(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = house.ledger.opened.store.database  # type: ignore[attr-defined]
    database.all(PLANTED)
    found = house.ledger.safe.verify(full=True, progress=quiet)
    assert {one.code for one in found.problems} == {"SCHEMA"} and found.can_rebuild
    usb = tmp_path / "usb2"
    usb.mkdir()
    with pytest.raises(Damaged, match=r"トリガー「zz」.*作り直す"):
        house.ledger.safe.backup(usb, quiet)
    with monkeypatch.context() as before:  # a version that did not look
        before.setattr(Schema, "run", lambda self, database: [])
        file = house.ledger.safe.backup(usb, quiet).file
    with pytest.raises(VerificationFailed, match="トリガー「zz」"):
        house.ledger.safe.check_backup(file, quiet)
    new = tmp_path / "new"
    house.ledger.close()
    house.office.restore(file, new, BOSS.login, BOSS.password, quiet)
    house.ledger = house.office.unlock(new, BOSS.login, BOSS.password)
    assert not house.ledger.safe.verify(full=True, progress=quiet).problems


def test_at_least_twenty_attacks_are_carried_out() -> None:
    tests = [one for name, one in globals().items() if name.startswith("test_")]
    attacks = [one for one in tests if one not in (*NO_ATTACKS, *tests[-1:])]
    assert len(tests) - len(attacks) == 1 + len(NO_ATTACKS)
    assert sum(map(cases, attacks)) >= 20
