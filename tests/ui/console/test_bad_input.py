"""What is wrong from outside: every case ends with a sentence, its exit code, and nothing half."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from models.backups import record_backup
from models.codes import AttachmentKind
from models.errors import DiskFull, FileMissing, InputOutput, NotWritable
from models.records import Person
from tests.house import House, cheap_office, furnished, opening
from tests.ui.console.desk import (
    BOSS,
    Console,
    Said,
    nearly_full,
    ordinary_user,
    small_disk,
)
from ui.exporting import export_register

HELP = ("ください", "使えません", "まで利用できません")


def refused(said: Said, code: int, error: str, *words: str) -> None:
    """Assert a refusal: exit code, stable name, and a Japanese sentence that helps."""
    assert said.code == code, said.err
    assert said.answer["ok"] is False and said.answer["error"] == error
    message = said.answer["message"]
    assert said.err.strip().endswith(message)
    assert "Traceback" not in said.err and any(word in message for word in HELP)
    for word in words:
        assert word in message


def state_of(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder except the text of the lock."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def _files_beside_the_database(folder: Path) -> dict[str, bytes]:
    """The database itself tells in its access log that something was tried."""
    return {name: data for name, data in state_of(folder).items() if "ledger.db" not in name}


# --- who and what ----------------------------------------------------------


def test_wrong_password_and_unknown_user_are_one_answer(console: Console) -> None:
    console.house.ledger.close()  # writes the end of its access log
    before = state_of(console.ledger)
    wrong = console("status", console.ledger, password="まちがったことば")
    unknown = console("status", console.ledger, user="nobody")
    refused(wrong, 3, "WRONG_PASSWORD", "利用者名またはパスワード")
    assert (unknown.code, unknown.out) == (wrong.code, wrong.out)
    assert state_of(console.ledger) == before


def test_roles_are_refused_with_the_one_who_may(console: Console) -> None:
    file = console.ledger.parent / "x.csv"
    worker = console("export", console.ledger, "--record", "item", file, user="yoshino")
    refused(worker, 3, "NOT_PERMITTED", "責任者")
    assert not file.exists()
    refused(console("backup", console.ledger, ".", user="kensa"), 3, "NOT_PERMITTED", "責任者")


@pytest.mark.parametrize(
    "argv",
    [
        (),
        ("no-such-verb",),
        ("status",),
        ("export", "L", "out.csv"),
        ("export", "L", "--record", "no_such_type", "out.csv"),
        ("export", "L", "--record", "item", "out.docx"),
        ("export", "L", "--record", "item", "--contract", "2026-001", "out.pdf"),
        ("import", "L", __file__, "--record", "item", "--map", "nonsense"),
        ("restore", "b.azb", "new", "--sheet-file", "none.txt"),
        ("print", "L", "--document", "D-18", "--contract", "X", "--from", "2026-02-30", "o.pdf"),
    ],
    ids=" ".join,
)
def test_usage_is_explained(console: Console, argv: tuple[str, ...]) -> None:
    words = [str(console.ledger) if word == "L" else word for word in argv]
    said = console(*words, user=None if len(argv) < 2 else BOSS.login)
    assert said.code in (2, 5) if "none.txt" in argv else said.code in (1, 2)
    assert said.answer["ok"] is False and "Traceback" not in said.err


def test_without_a_password_a_program_is_told_how(console: Console) -> None:
    console.house.ledger.close()
    before = state_of(console.ledger)
    said = console("status", console.ledger, password="")
    refused(said, 2, "USAGE", "--password-file", "AZUKARI_PASSWORD")
    assert state_of(console.ledger) == before


def test_numbers_that_are_not_there(console: Console) -> None:
    file = console.ledger.parent / "out.csv"
    said = console("export", console.ledger, "--record", "item", "--contract", "X-9", file)
    refused(said, 1, "NOT_FOUND", "X-9")
    assert not file.exists()


# --- files of a ledger -----------------------------------------------------


def gone(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def foreign(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + b"letter" * 2000)


def damaged(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def newer(path: Path) -> None:
    """Write what a later version would: the version goes up and the digest fits."""
    import hashlib

    raw = path.read_bytes()
    body = raw[:8] + (2).to_bytes(2, "big") + raw[10:-32]
    path.write_bytes(body + hashlib.sha256(body).digest())


def linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize(
    ("harm", "errors"),
    [
        (gone, {"LEDGER_MISSING"}),
        (emptied, {"DAMAGED"}),
        (foreign, {"DAMAGED", "FOREIGN"}),
        (damaged, {"DAMAGED"}),
        (cut, {"DAMAGED"}),
        (linked, {"FOREIGN"}),
    ],
)
def test_a_harmed_database_is_told(
    console: Console, harm: Callable[[Path], None], errors: set[str]
) -> None:
    console.house.ledger.close()
    harm(console.ledger / "ledger.db")
    before = state_of(console.ledger)
    said = console("status", console.ledger)
    if harm is damaged and said.code == 0:
        # One page in the middle: reading the state need not touch it, verification must.
        assert not console.sound()
        return
    assert said.answer["error"] in errors
    refused(said, 4, said.answer["error"])
    assert state_of(console.ledger) == before


@pytest.mark.parametrize("harm", [gone, emptied, foreign, damaged, cut, linked])
@pytest.mark.parametrize("copy", ["keys.a", "keys.b"])
def test_one_copy_of_the_key_header_is_enough_and_is_mended(
    console: Console, harm: Callable[[Path], None], copy: str
) -> None:
    console.house.ledger.close()
    whole = (console.ledger / "keys.a").read_bytes()
    harm(console.ledger / copy)
    said = console("status", console.ledger)
    if harm is linked:
        assert said.code in (0, 4)
        return
    assert said.code == 0, said.err
    assert (console.ledger / "keys.a").read_bytes() == whole
    assert (console.ledger / "keys.b").read_bytes() == whole


@pytest.mark.parametrize(
    ("harm", "error"),
    [
        (gone, "LEDGER_MISSING"),
        (emptied, "DAMAGED"),
        (foreign, "FOREIGN"),
        (damaged, "DAMAGED"),
        (cut, "DAMAGED"),
        (newer, "NEWER_FORMAT"),
    ],
)
def test_without_any_key_header_nothing_opens(
    console: Console, harm: Callable[[Path], None], error: str
) -> None:
    console.house.ledger.close()
    for name in ("keys.a", "keys.b"):
        harm(console.ledger / name)
    before = state_of(console.ledger)
    refused(console("status", console.ledger), 4, error)
    assert state_of(console.ledger) == before


def test_keys_of_another_ledger_open_nothing(console: Console, tmp_path: Path) -> None:
    with furnished(tmp_path / "other") as other:
        other.ledger.close()
        for name in ("keys.a", "keys.b"):
            shutil.copy(other.folder / "ledger" / name, console.ledger / name)
    said = console("status", console.ledger)
    assert said.code in (3, 4) and said.answer["error"] in ("DEVICE_SECRET_MISSING", "DAMAGED")


def test_no_ledger_is_never_a_new_ledger(console: Console, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refused(console("status", tmp_path / "empty"), 4, "LEDGER_MISSING")
    refused(console("status", tmp_path / "nowhere"), 4, "LEDGER_MISSING")
    assert not any((tmp_path / "empty").iterdir()) and not (tmp_path / "nowhere").exists()


# --- backups ---------------------------------------------------------------


@pytest.fixture
def backup(console: Console, tmp_path: Path) -> Path:
    (tmp_path / "usb").mkdir()
    said = console("backup", console.ledger, tmp_path / "usb")
    assert said.code == 0, said.err
    return Path(said.answer["file"])


@pytest.mark.parametrize(
    ("harm", "code", "error"),
    [
        (gone, 5, "FILE_MISSING"),
        (emptied, 4, "DAMAGED"),
        (foreign, 4, "FOREIGN"),
        (damaged, 4, "DAMAGED"),
        (cut, 4, "DAMAGED"),
    ],
)
def test_a_harmed_backup_restores_nothing(
    console: Console, backup: Path, tmp_path: Path, harm: Callable[[Path], None],
    code: int, error: str,
) -> None:  # fmt: skip
    harm(backup)
    place = tmp_path / "place"
    place.mkdir()
    refused(console("restore", backup, place / "new"), code, error)
    assert not any(place.iterdir())


def test_restoring_overwrites_nothing(console: Console, backup: Path) -> None:
    before = state_of(console.ledger)
    refused(console("restore", backup, console.ledger), 5, "OCCUPIED", "すでに")
    assert state_of(console.ledger) == before


def test_a_worker_and_a_wrong_password_open_no_backup(
    console: Console, backup: Path, tmp_path: Path
) -> None:
    answers = [
        console("restore", backup, tmp_path / "new", user=user, password=password)
        for user, password in (("yoshino", None), ("nobody", None), (BOSS.login, "ちがうことば"))
    ]
    assert len({said.out for said in answers}) == 1
    refused(answers[0], 3, "WRONG_PASSWORD")
    assert not (tmp_path / "new").exists()


def test_a_missing_medium_is_asked_for_and_noted(console: Console, tmp_path: Path) -> None:
    said = console("backup", console.ledger, tmp_path / "usb")
    refused(said, 5, "MEDIUM_MISSING", "媒体を接続")
    status = console("status", console.ledger).answer
    assert status["last_backup"] is None and status["records"]["backup_run"] == 1


def test_the_sheet_restores_on_the_console(console: Console, backup: Path, tmp_path: Path) -> None:
    sheet, fresh, new = tmp_path / "sheet", tmp_path / "fresh", tmp_path / "restored"
    sheet.write_text(console.house.sheet)
    (tmp_path / "device" / "device.key").unlink()
    refused(console("restore", backup, new), 3, "DEVICE_SECRET_MISSING", "回復シート")
    options = ("--sheet-file", sheet, "--new-sheet-file", fresh)
    said = console("restore", backup, new, *options, password="遠い山から届く七通の手紙")
    assert said.code == 0, said.err
    assert fresh.stat().st_mode & 0o777 == 0o600
    text = fresh.read_text().strip()
    assert text not in said.out + said.err and text != console.house.sheet
    assert console("verify", new, "--full", password="遠い山から届く七通の手紙").code == 0
    again = tmp_path / "again"
    options = ("--sheet-file", fresh, "--new-sheet-file", again)
    said = console("recover", new, *options, password="静かな港に灯る三つの明かり")
    assert said.code == 0 and again.exists(), said.err
    refused(
        console("recover", new, "--sheet-file", fresh, "--new-sheet-file", tmp_path / "third"),
        3, "WRONG_RECOVERY_SHEET",
    )  # fmt: skip
    assert not (tmp_path / "third").exists()


# --- a full disk, and a folder that cannot be written ----------------------


Step = Callable[[House, Path], object]


def recording(house: House, _place: Path) -> object:
    return house.story.receive(2)


def attaching(house: House, _place: Path) -> object:
    return house.ledger.files.attach(
        os.urandom(30_000), name="photo.jpg", mime="image/jpeg", kind=AttachmentKind.OTHER
    )


def backing_up(house: House, place: Path) -> object:
    return record_backup(house.ledger, place, lambda done, total: None)


def exporting(house: House, place: Path) -> object:
    return export_register(house.ledger, Person, place / "people.csv", purpose="控え一式")


@pytest.mark.parametrize("step", [recording, attaching, backing_up, exporting])
def test_a_full_disk_loses_nothing_and_says_so(
    tmp_path: Path, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.capacity.STOP_FREE", 0)  # files are refused long before
    outcomes = set()
    with small_disk(tmp_path / "disk", 16_384) as disk, furnished(disk) as house:
        place = disk / "usb"
        place.mkdir()
        for free in (0, 4096, 16_384, 40_960, 65_536, 262_144):
            head = house.ledger.store.head()
            files = set(place.iterdir())
            with nearly_full(disk, free):
                try:
                    step(house, place)
                    outcomes.add("done")
                    continue
                except DiskFull as error:
                    outcomes.add("full")
                    assert "空き" in str(error) and error.exit_code == 5
            assert set(place.iterdir()) == files
            if step is not backing_up:  # a backup that failed is noted when there is room for it
                assert house.ledger.store.head() == head
        assert outcomes >= {"full"}
        step(house, place)  # with room again it works, in the same session
        assert house.ledger.safe.verify(full=True, progress=lambda done, total: None).ok
        house.ledger.close()
        house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
        assert house.ledger.safe.verify(full=True, progress=lambda done, total: None).ok


def test_a_ledger_made_on_a_full_disk_is_not_there(tmp_path: Path) -> None:
    from tests.house import FIRST_DAY
    from ui.sample.clock import StoryClock

    seen = set()
    with small_disk(tmp_path / "disk", 2048) as disk:
        office = cheap_office(tmp_path, StoryClock(FIRST_DAY))
        for free in (0, 4096, 8192, 20_480, 65_536, 131_072, 262_144):
            with nearly_full(disk, free):
                try:
                    ledger, _sheet = office.create(disk / "ledger", opening(), BOSS.password)
                    ledger.close()
                    shutil.rmtree(disk / "ledger")
                    seen.add("done")
                except DiskFull:
                    seen.add("full")
                assert not (disk / "ledger").exists()
        assert "full" in seen
        ledger, _sheet = office.create(disk / "ledger", opening(), BOSS.password)
        ledger.close()


def test_restoring_onto_a_full_disk_leaves_nothing(
    console: Console, backup: Path, tmp_path: Path
) -> None:
    seen = set()
    with small_disk(tmp_path / "disk", 4096) as disk:
        for free in (0, 4096, 65_536, 262_144, 400_000):
            with nearly_full(disk, free):
                said = console("restore", backup, disk / "new")
                seen.add(said.code)
                if said.code:
                    refused(said, 5, "DISK_FULL", "空き")
                    assert [path.name for path in disk.iterdir()] == ["filler"]
                else:
                    shutil.rmtree(disk / "new")
        assert console("restore", backup, disk / "new").code == 0
    assert 5 in seen


@pytest.mark.parametrize("step", [attaching, backing_up, exporting])
def test_a_folder_that_cannot_be_written_is_named(outdoors: House, step: Step) -> None:
    place = outdoors.folder / "usb"
    place.mkdir()
    step(outdoors, place)  # loads what root alone may read
    head = outdoors.ledger.store.head()
    before = _files_beside_the_database(outdoors.folder)
    closed = outdoors.folder / "ledger" / "attachments" if step is attaching else place
    closed.chmod(0o555)
    with ordinary_user(outdoors.folder, foreign=(closed,)), pytest.raises(NotWritable) as caught:
        step(outdoors, place)
    assert "権限" in str(caught.value) and caught.value.exit_code == 5
    if step is not backing_up:
        assert outdoors.ledger.store.head() == head
        assert _files_beside_the_database(outdoors.folder) == before
    assert outdoors.ledger.safe.verify(full=True, progress=lambda done, total: None).ok


def test_a_ledger_in_a_folder_that_cannot_be_written_does_not_open(outdoors: House) -> None:
    folder = outdoors.folder / "ledger"
    outdoors.ledger.close()
    (folder / "lock").unlink()
    before = state_of(folder)
    folder.chmod(0o500)
    with ordinary_user(outdoors.folder), pytest.raises((NotWritable, InputOutput)) as caught:
        outdoors.office.unlock(folder, BOSS.login, BOSS.password)
    assert "書き込めません" in str(caught.value)
    folder.chmod(0o700)
    assert state_of(folder) == before
    outdoors.ledger = outdoors.office.unlock(folder, BOSS.login, BOSS.password)
    assert outdoors.ledger.safe.verify(full=True, progress=lambda done, total: None).ok


def test_making_a_ledger_or_restoring_where_writing_is_forbidden(
    outdoors: House, open_air: Path
) -> None:
    made = outdoors.ledger.safe.backup(_folder(open_air / "usb"), lambda done, total: None)
    closed = _folder(open_air / "closed")
    outdoors.office.create(open_air / "warm", opening(), BOSS.password)[0].close()
    closed.chmod(0o500)
    with ordinary_user(outdoors.folder):
        for act in (
            lambda: outdoors.office.create(closed / "ledger", opening(), BOSS.password),
            lambda: outdoors.office.gate.restore(
                made.file, closed / "ledger", login=BOSS.login, password=BOSS.password,
                progress=lambda done, total: None,
            ),
        ):  # fmt: skip
            with pytest.raises(NotWritable):
                act()
    assert not any(closed.iterdir())


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_a_second_start_is_told_who_holds_the_ledger(console: Console) -> None:
    console.house.ledger.close()
    held = console.house.office.unlock(console.ledger, BOSS.login, BOSS.password)
    try:
        said = console("status", console.ledger)
        refused(said, 5, "IN_USE", "2026-10-01", "から")
    finally:
        held.close()
    assert console("status", console.ledger).code == 0


def test_a_bug_of_ours_shows_its_place_and_no_data(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_args: object) -> None:
        raise ValueError("髙橋　恵子の記録")

    monkeypatch.setattr("ui.console.verbs.describe", break_down)
    said = console("status", console.ledger)
    assert said.code == 1 and said.answer["error"] == "BUG"
    assert "ValueError" in said.err and "test_bad_input.py:" in said.err
    assert "髙橋" not in said.out + said.err
    monkeypatch.undo()
    assert console("status", console.ledger).code == 0  # the ledger was given back


def test_the_password_file_is_read_gently(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_bytes(b"\xef\xbb\xbf" + BOSS.password.encode() + b"\r\n")
    assert console("status", console.ledger, "--password-file", file).code == 0
    file.write_bytes(BOSS.password.encode("cp932"))
    refused(console("status", console.ledger, "--password-file", file), 2, "USAGE", "UTF-8")
    for nothing in (b"", b"\xef\xbb\xbf\r\n"):
        file.write_bytes(nothing)
        empty = console("status", console.ledger, "--password-file", file)
        refused(empty, 2, "USAGE", str(file), "空です")
    missing = console("status", console.ledger, "--password-file", tmp_path / "none")
    assert missing.code == 5 and json.loads(missing.out)["error"] == FileMissing.code
