"""Bytes from outside are read by a confined child before this process reads the same bytes."""

import hashlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from models.backups import record_check
from models.errors import Damaged, NewerFormat, NotVetted
from models.store import quiet
from resources import confined
from resources.confined import Bounds, Child
from storage import backup_format, header_files, journal_format, key_copy, vetting
from storage.backup import restore_backup, verify_backup
from storage.backup_format import read_preamble
from storage.backup_opening import with_sheet, with_vault
from storage.header import SUFFIX_BYTES, complete
from storage.header_files import read_copy, read_pair
from storage.journal import list_files
from storage.journal_way import Way
from storage.preamble import PREFIX_BYTES
from storage.vetting import BACKUP, COPY, JOURNAL, KEYS
from tests.house import House, furnished
from tests.storage.test_backup import Ledger, _ledger
from tests.storage.test_journal_keeper import BOSS, backed_up, enter, usb
from tests.storage.vaults import LOGIN, PASSWORD, new_vault, unlock


@dataclass
class Asked:
    """What was given to a child, and how often one was started."""

    pieces: list[tuple[str, list[bytes]]] = field(default_factory=list)

    @property
    def starts(self) -> int:
        return len(self.pieces)

    def kinds(self) -> list[str]:
        return sorted(kind for kind, _ in self.pieces)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Watch the children of this test; they work as ever."""
    seen, real = Asked(), vetting._ask

    def ask(kind: str, pieces: list[bytes], name: str) -> list[bool]:
        seen.pieces.append((kind, pieces))
        return real(kind, pieces, name)

    monkeypatch.setattr(vetting, "_ask", ask)
    return seen


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], Path]:
    """Go to a PC that has seen nothing yet; every test begins on one."""
    count = 0

    def go() -> Path:
        nonlocal count
        count += 1
        place = tmp_path / f"pc-{count}"
        monkeypatch.setenv("AZUKARI_DEVICE_DIR", str(place))
        return place

    go()
    return go


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return _ledger(tmp_path / "v")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        made.ledger.journal.start(usb(made))
        yield made


# --- hostile bytes ------------------------------------------------------------------------------


def hostile(sound: bytes, most: int) -> list[bytes]:
    """Return JSON that is hard to read, each text within the bound of its format."""
    room = most - 100
    first = json.loads(sound)
    twice = b'{"' + next(iter(first)).encode() + b'":1,' + sound[1:]
    swollen = {**first, "program": "9" * (room - len(sound))}
    return [
        b"[" * room,
        b'{"a":' * (room // 5),
        b'{"a":' * (room // 6) + b"1" + b"}" * (room // 6),
        b'{"generation":' + b"9" * room + b"}",
        b'{"generation":1e' + b"9" * room + b"}",
        b'{"program":"' + b"\\u0000" * (room // 6) + b'"}',
        b'{"program":"\\ud800"}',
        b'{"' + b"x" * room + b'":1}',
        b"{" + b",".join(b'"%d":0' % number for number in range(room // 10)) + b"}",
        b"\xff\xfe" * (room // 2),
        b"NaN",
        b"",
        twice,
        sound + b" ",
        sound[:-1],
        json.dumps(swollen, separators=(",", ":"), sort_keys=True).encode(),
        json.dumps({**first, "created": "2026-02-31T00:00:00.000Z"}).encode(),
    ]


def formed(start: bytes, text: bytes) -> bytes:
    """Put a text into the form of backups and journals, without its digest."""
    return start[:10] + len(text).to_bytes(4, "big") + text


def text_of(raw: bytes) -> bytes:
    return raw[PREFIX_BYTES : PREFIX_BYTES + int.from_bytes(raw[10:PREFIX_BYTES], "big")]


def keys_of(raw: bytes, text: bytes) -> bytes:
    return complete(formed(raw, text), raw[-SUFFIX_BYTES:-32])


@dataclass(frozen=True)
class Format:
    """A sound file of one kind, how a forger writes another text into it, and who reads it."""

    kind: str
    sound: bytes
    most: int
    forge: Callable[[bytes], bytes]
    read: Callable[[bytes], object]

    @property
    def forged(self) -> list[bytes]:
        return [self.forge(text) for text in hostile(text_of(self.sound), self.most)]


@pytest.fixture(params=[KEYS, BACKUP, JOURNAL, COPY])
def foreign(
    request: pytest.FixtureRequest, tmp_path: Path, elsewhere: Callable[[], Path]
) -> Format:
    """A file that was written on another PC."""
    if request.param == KEYS:
        raw = new_vault(tmp_path / "v")[0].header_bytes
        made = Format(
            KEYS, raw, 256 * 1024 - 200, lambda text: keys_of(raw, text),
            lambda data: read_copy(data, "keys.a"),
        )  # fmt: skip
    elif request.param == BACKUP:
        raw = _ledger(tmp_path / "v").backup(tmp_path / "b").file.read_bytes()
        made = _of_form(raw, BACKUP, 256 * 1024, read_preamble)
    elif request.param == COPY:
        vault, path = new_vault(tmp_path / "v")[0], Path("a.azk")
        raw = key_copy.seal(vault, vault.random)
        made = _of_form(
            raw, COPY, 256 * 1024, lambda data, _: key_copy.parse_copy(data.read(), path),
            raw[PREFIX_BYTES + len(text_of(raw)) + 32 :],
        )  # fmt: skip
    else:
        with furnished(tmp_path) as house:
            house.ledger.journal.start(usb(house))
            vault = house.ledger.safe.vault  # type: ignore[attr-defined]
            raw = list_files(usb(house), vault.vault_id)[0].read_bytes()
        made = _of_form(raw, JOURNAL, 4096, journal_format.read_header)
    elsewhere()
    return made


def _of_form(
    raw: bytes, kind: str, most: int, read: Callable[[Any, str], object], rest: bytes = bytes(16)
) -> Format:
    def forge(text: bytes) -> bytes:
        start = formed(raw, text)
        return start + hashlib.sha256(start).digest() + rest

    return Format(kind, raw, most, forge, lambda data: read(io.BytesIO(data), "a"))


def never(*_: object) -> object:
    raise AssertionError("hostile bytes were parsed in this process")


def test_hostile_bytes_end_in_the_child(
    foreign: Format, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(header_files, "parse_header", never)
    monkeypatch.setattr(backup_format, "parse_preamble", never)
    monkeypatch.setattr(journal_format, "parse_file_header", never)
    monkeypatch.setattr(key_copy, "parse_manifest", never)
    for data in foreign.forged[:2]:
        with pytest.raises(Damaged):
            foreign.read(data)
    assert asked.kinds() == [foreign.kind] * 2


def test_the_child_refuses_every_hostile_text_and_reads_the_sound_one(foreign: Format) -> None:
    texts = [*hostile(text_of(foreign.sound), foreign.most), text_of(foreign.sound)]
    keys = foreign.kind == KEYS
    pieces = [keys_of(foreign.sound, t) if keys else formed(foreign.sound, t) for t in texts]
    assert len(texts) > 15
    assert vetting.look_over(foreign.kind, pieces, "a") == [False] * (len(texts) - 1) + [True]


def test_a_sound_file_is_read_here_after_the_child(foreign: Format, asked: Asked) -> None:
    """The control: what the tests above forge is refused for its text and not for its form."""
    assert foreign.read(foreign.forge(text_of(foreign.sound)))
    assert asked.kinds() == [foreign.kind]


def test_a_child_that_a_file_took_over_cannot_let_it_in(
    foreign: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says yes to everything; the reader here keeps its own bounds."""
    monkeypatch.setattr(vetting, "_ask", lambda _kind, pieces, _name: [True for _ in pieces])
    for data in foreign.forged:
        with pytest.raises(Damaged):
            foreign.read(data)


def test_what_is_wrong_at_a_fixed_place_needs_no_child(foreign: Format, asked: Asked) -> None:
    raw = foreign.sound
    longer = raw[:10] + b"\xff\xff\xff\xff" + raw[14:]
    flipped = raw[:40] + bytes([raw[40] ^ 1]) + raw[41:]
    for data in (longer, flipped, raw[:30], raw[:8], raw[:8] + raw[:8]):
        with pytest.raises(Damaged):
            foreign.read(data)
    later = raw[:8] + b"\0\x63" + raw[10:]
    if foreign.kind == KEYS:
        later = later[:-32] + hashlib.sha256(later[:-32]).digest()
    else:
        end = PREFIX_BYTES + len(text_of(raw))
        later = later[:end] + hashlib.sha256(later[:end]).digest()
    with pytest.raises(NewerFormat):
        foreign.read(later)
    assert asked.starts == 0


# --- the same bytes -----------------------------------------------------------------------------


def test_what_the_child_read_is_what_is_read_here(
    foreign: Format, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []

    def watch(module: Any, name: str) -> None:
        real = getattr(module, name)

        def parse(raw: bytes, name: str) -> object:
            seen.append(raw)
            return real(raw, name)

        monkeypatch.setattr(module, name, parse)

    watch(header_files, "parse_header")
    watch(backup_format, "parse_preamble")
    watch(journal_format, "parse_file_header")
    watch(key_copy, "parse_manifest")
    foreign.read(foreign.sound)
    [(_, [piece])] = asked.pieces
    assert len(seen) == 1 and seen[0] is piece  # not even a copy


def test_a_file_that_is_exchanged_meanwhile_is_not_read_again(
    tmp_path: Path, elsewhere: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = new_vault(tmp_path / "v")[0].header_bytes
    elsewhere()
    real = vetting._ask

    def exchange(kind: str, pieces: list[bytes], name: str) -> list[bool]:
        (tmp_path / "v" / "keys.a").write_bytes(keys_of(sound, b"[" * 100_000))
        return real(kind, pieces, name)

    monkeypatch.setattr(vetting, "_ask", exchange)
    monkeypatch.setattr(header_files, "COPIES", ("keys.a",))
    assert read_pair(tmp_path / "v").best.raw == sound
    with pytest.raises(Damaged):  # what was put there is vetted itself when it is read
        read_pair(tmp_path / "v")


# --- what is said to the child ------------------------------------------------------------------


def test_the_request_holds_neither_name_nor_password(
    foreign: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []
    real = confined.ask

    def ask(child: Child, request: Any, data: Any, bounds: Bounds) -> Any:
        said.append((child, request, data))
        return real(child, request, data, bounds)

    monkeypatch.setattr(confined, "ask", ask)
    foreign.read(foreign.sound)
    [(child, request, [data])] = said
    assert (child, request) == (vetting.CHILD, {"kind": foreign.kind, "sizes": [len(data)]})
    assert foreign.sound.startswith(data)


def test_the_frozen_program_would_find_its_child(
    foreign: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = [sys.executable, str(Path(vetting.__file__).parents[1] / "main.py"), vetting.CHILD_FLAG]
    monkeypatch.setattr(confined, "command", lambda _child: start)
    assert foreign.read(foreign.sound)


# --- what is known ------------------------------------------------------------------------------


def test_the_own_ledger_of_every_day_starts_no_child(house: House, asked: Asked) -> None:
    enter(house.ledger)
    house.ledger.people.change_password(BOSS.password, "まったくあたらしいことば八つ")
    house.ledger.close()
    house.ledger = house.office.unlock(
        house.folder / "ledger", BOSS.login, "まったくあたらしいことば八つ"
    )
    enter(house.ledger)
    backup = backed_up(house)
    record_check(house.ledger, backup, quiet)
    assert asked.starts == 0


def test_a_copy_on_another_pc_is_vetted_once(
    ledger: Ledger, tmp_path: Path, asked: Asked, elsewhere: Callable[[], Path]
) -> None:
    made = ledger.backup(tmp_path / "b")
    assert asked.starts == 0
    elsewhere()
    opener = with_sheet(ledger.sheet.text)
    verify_backup(made.file, opener, allow_test_profile=True)
    assert asked.kinds() == [BACKUP, KEYS]  # the manifest, and the key header inside
    restore_backup(made.file, tmp_path / "new", opener, allow_test_profile=True)
    assert unlock(tmp_path / "new", LOGIN, PASSWORD).header_bytes == ledger.vault.header_bytes
    verify_backup(made.file, with_vault(ledger.vault), allow_test_profile=True)
    assert asked.starts == 2


def test_a_whole_journal_from_elsewhere_takes_one_child(
    house: House, asked: Asked, elsewhere: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.journal.FILE_LIMIT", 1000)
    after = house.ledger.store.head()
    for number in range(6):
        enter(house.ledger, f"倉庫{number}")
    vault = house.ledger.safe.vault  # type: ignore[attr-defined]
    assert len(list_files(usb(house), vault.vault_id)) > 3
    elsewhere()
    assert len(list(Way(usb(house), vault, after).commands(quiet))) == 6
    assert asked.kinds() == [JOURNAL]
    assert len(asked.pieces[0][1]) == len(list_files(usb(house), vault.vault_id))


def test_a_restore_elsewhere_comes_back_whole_and_vets_each_kind_once(
    house: House, asked: Asked, elsewhere: Callable[[], Path]
) -> None:
    backup = backed_up(house)
    enter(house.ledger, "その後")
    head = house.ledger.store.head()
    house.ledger.close()
    elsewhere()
    new = house.folder / "new"
    reached = house.office.restore(
        backup, new, BOSS.login, BOSS.password, quiet, journal=usb(house)
    )
    assert reached.head == head
    assert asked.kinds() == [BACKUP, COPY, JOURNAL, KEYS]


def test_one_changed_byte_is_another_file(
    ledger: Ledger, asked: Asked, elsewhere: Callable[[], Path]
) -> None:
    raw = ledger.vault.header_bytes
    text = text_of(raw)
    generation = json.loads(text)["generation"]
    changed = text.replace(b'"generation":%d' % generation, b'"generation":%d' % (generation + 1))
    assert read_copy(raw, "keys.a").raw == raw and asked.starts == 0
    read_copy(keys_of(raw, changed), "keys.a")
    assert asked.starts == 1


def test_a_refusal_is_not_remembered_and_a_kind_is_no_other(
    ledger: Ledger, asked: Asked, elsewhere: Callable[[], Path]
) -> None:
    elsewhere()
    raw = ledger.vault.header_bytes
    for _ in range(2):
        assert not vetting.reads(BACKUP, raw, "a")
    assert vetting.reads(KEYS, raw, "a") and vetting.reads(KEYS, raw, "a")
    assert asked.kinds() == [BACKUP, BACKUP, KEYS]


@pytest.mark.parametrize("harm", ["lost", "garbage", "folder", "long"])
def test_a_damaged_list_costs_a_start_and_nothing_else(
    ledger: Ledger, asked: Asked, elsewhere: Callable[[], Path], harm: str
) -> None:
    raw, place = ledger.vault.header_bytes, elsewhere()
    assert vetting.reads(KEYS, raw, "a")
    file = place / vetting.FILE_NAME
    assert file.stat().st_mode & 0o777 == 0o600 and file.stat().st_size == 32
    file.unlink()
    if harm == "folder":
        file.mkdir()
    elif harm != "lost":
        file.write_bytes(os.urandom(100 if harm == "garbage" else vetting._MOST_BYTES + 1))
    assert vetting.reads(KEYS, raw, "a") and asked.starts == 2
    assert vetting.reads(KEYS, raw, "a") and asked.starts == (3 if harm == "folder" else 2)


def test_the_oldest_go_when_the_list_is_full(
    asked: Asked, elsewhere: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vetting, "_MOST_BYTES", 3 * 32)
    place = elsewhere()
    for number in range(5):
        vetting.remember(KEYS, b"%d" % number)
    assert (place / vetting.FILE_NAME).stat().st_size == 3 * 32
    assert vetting.look_over(KEYS, [b"4", b"3", b"2"], "a") == [True] * 3
    assert asked.starts == 0
    assert vetting.look_over(KEYS, [b"1"], "a") == [False]


# --- nothing is lost ----------------------------------------------------------------------------


def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every child of this test die."""
    dead = [sys.executable, "-c", "import os; os.abort()"]
    monkeypatch.setattr(confined, "command", lambda _child: dead)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_ledger_that_could_not_be_vetted_stays_as_it_is(
    ledger: Ledger, tmp_path: Path, elsewhere: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere()
    torn = tmp_path / "v" / "keys.b"
    torn.write_bytes(torn.read_bytes()[:100])  # would be mended on the way in
    before = contents(tmp_path / "v")
    with monkeypatch.context() as dying:
        stopped(dying)
        with pytest.raises(NotVetted):
            unlock(tmp_path / "v")
    assert contents(tmp_path / "v") == before
    assert unlock(tmp_path / "v").repaired == ("keys.b",)


def test_a_restore_that_could_not_be_vetted_leaves_nothing(
    ledger: Ledger, tmp_path: Path, elsewhere: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ledger.backup(tmp_path / "b")
    raw = made.file.read_bytes()
    elsewhere()
    opener = with_vault(ledger.vault)
    with monkeypatch.context() as dying:
        stopped(dying)
        for act in (
            lambda: restore_backup(made.file, tmp_path / "new", opener, allow_test_profile=True),
            lambda: verify_backup(made.file, opener, allow_test_profile=True),
        ):
            with pytest.raises(NotVetted):
                act()
    assert made.file.read_bytes() == raw
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("new")]
    restore_backup(made.file, tmp_path / "new", opener, allow_test_profile=True)


def test_a_key_header_inside_a_backup_is_vetted_too(
    ledger: Ledger, tmp_path: Path, elsewhere: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has seen the public keys can write a backup that opens; its header is a stranger's."""
    made = ledger.backup(tmp_path / "b")
    elsewhere()
    real = vetting._ask

    def refuse_keys(kind: str, pieces: list[bytes], name: str) -> list[bool]:
        return [False for _ in pieces] if kind == KEYS else real(kind, pieces, name)

    monkeypatch.setattr(vetting, "_ask", refuse_keys)
    with pytest.raises(Damaged):
        restore_backup(
            made.file, tmp_path / "new", with_vault(ledger.vault), allow_test_profile=True
        )
    assert not (tmp_path / "new").exists()


def test_the_errors_of_the_front_door_are_ours(house: House, elsewhere: Callable[[], Path]) -> None:
    house.ledger.close()
    elsewhere()
    folder = house.folder / "ledger"
    raw = (folder / "keys.a").read_bytes()
    for copy in ("keys.a", "keys.b"):
        (folder / copy).write_bytes(keys_of(raw, b'{"a":' * 40_000))
    with pytest.raises(Damaged, match=r"keys.*が壊れています"):
        house.office.unlock(folder, BOSS.login, BOSS.password)
    for copy in ("keys.a", "keys.b"):
        (folder / copy).write_bytes(raw)
    house.ledger = house.office.unlock(folder, BOSS.login, BOSS.password)
