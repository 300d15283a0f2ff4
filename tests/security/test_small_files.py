"""The small files beside a ledger, broken on purpose: nobody is kept out, and nothing crashes.

What this PC remembers (heads, failed passwords, refusals), the text in the lock and what the
verifier kept lie open to the user; any of them may hold anything.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from models.errors import AzukariError, Foreign, ProfileError, WrongPassword
from models.profile_file import check_profile
from tests.house import FIRST_DAY, House, cheap_office, furnished
from ui.console import verifier
from ui.preferences import FILE, Preferences
from ui.sample import cast
from ui.sample.clock import StoryClock

BOSS = cast.USERS[0]
SEEDS = count(100)
DEEP = b"[" * 100_000
CONTENTS = [
    b"", b"\xff\xfe", b"null", b"[]", b"3", b'"x"', b"{}", DEEP, b'{"a":' * 50_000, b"9" * 10_000,
    b"NaN", b"Infinity", b"{" * 990,
]  # fmt: skip
VALUES = ["1e999", "-1e999", "NaN", "null", "[]", "{}", '"x"', "-1", "9" * 400, "[1,2,3,4]",
          "[[1,2,3,4]]", '[[1e999,"00","x",true]]', "[1e999,1e999]", '[1,"not a time"]',
          '[99,"9999-12-31T23:59:59+09:00"]', '[99,"2026-10-01T08:30:00"]', '[["x","y"]]',
          '[[1e999,2]]', '[[1,2]]', '[["2026-10-01T08:30:00",""]]']  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with furnished(tmp_path_factory.mktemp("small")) as made:
        made.ledger.close()
        refuse(made)  # so that every file is there
        yield made


def refuse(house: House) -> None:
    """Try with a wrong password."""
    clock = StoryClock(FIRST_DAY + timedelta(days=1))
    with pytest.raises(AzukariError) as told:
        cheap_office(house.folder, clock).unlock(
            house.folder / "ledger", BOSS.login, "ちがうことば"
        )
    assert isinstance(told.value, WrongPassword), told.value


def remembered(house: House) -> list[Path]:
    return sorted(one for one in (house.folder / "device").glob("*.json"))


def harmful(file: Path) -> Iterator[bytes]:
    yield from CONTENTS
    names = list(json.loads(file.read_bytes())) or ["x"]
    for value in VALUES:
        yield b"{%s:%s}" % (json.dumps(names[0]).encode(), value.encode())


def test_what_the_pc_remembers_may_hold_anything(house: House) -> None:
    files = remembered(house)
    assert len(files) >= 2 and "heads.json" in [one.name for one in files]
    for file in files:
        whole = file.read_bytes()
        contents = list(harmful(file))
        assert len(contents) > 30
        for content in contents:
            file.write_bytes(content)
            require_open(house, f"{file.name}: {content[:60]!r}")
            file.write_bytes(content)
            refuse(house)
        file.write_bytes(whole)


def require_open(house: House, what: str) -> None:
    clock = StoryClock(FIRST_DAY + timedelta(days=20))
    try:
        office = cheap_office(house.folder, clock, seed=next(SEEDS))  # what is lost is entered
        office.unlock(house.folder / "ledger", BOSS.login, BOSS.password).close()
    except Exception as error:
        raise AssertionError(f"{what}: {error!r}") from error


@pytest.mark.parametrize("content", CONTENTS)
def test_what_the_verifier_kept_may_hold_anything(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "kept.json").write_bytes(content)
    with pytest.raises(Foreign):
        verifier._kept(tmp_path / "kept.json")


KEPT: dict[str, Any] = {
    "number": "令和8年度 第1号", "sha256": "ab" * 32, "ledger": "cd" * 16, "seal": "ef" * 32,
    "seq": 10, "head": "12" * 32, "issued_at": "2026-11-01T10:00:00+09:00",
    "previous_number": None, "previous_sha256": None,
}  # fmt: skip
NO_TEXT = [1, 1.5, True, [1], {}, ["x"], {"a": "b"}, "\ud800"]
NO_COUNT = ["10", 1.5, True, None, [1], {}, -1]
HARMED = [(name, value) for name in KEPT if name != "seq" for value in NO_TEXT]
HARMED += [(name, None) for name in KEPT if not name.startswith("previous")]
HARMED += [("seq", value) for value in NO_COUNT]


@pytest.mark.parametrize(("name", "value"), HARMED)
def test_any_value_that_the_verifier_kept_may_be_another(
    name: str, value: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.json"
    for papers in ([{**KEPT, name: value}], [KEPT, {**KEPT, "number": "第2号", name: value}]):
        kept.write_text(json.dumps({"azukari_verification": 1, "papers": papers}))
        assert verifier.main([str(tmp_path / "paper.pdf"), "--since", str(kept)]) == 4
        assert "検証の控えのファイルではありません" in capsys.readouterr().err


def test_what_the_verifier_kept_whole_is_read(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps({"azukari_verification": 1, "papers": [KEPT]}))
    assert [one.number for one in verifier._kept(kept)[0]] == [KEPT["number"]]


@pytest.mark.parametrize("content", CONTENTS)
def test_likings_of_the_window_may_hold_anything(content: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert Preferences(tmp_path)._read() == {}


def test_a_profile_that_is_too_deep_is_a_mistake_of_the_profile() -> None:
    for text in ("a = " + "[" * 5000, "a = " + "{b=" * 5000):
        try:
            assert check_profile(text, "deep.toml")
        except ProfileError as error:
            assert "deep.toml" in str(error)


class Waits(AssertionError):
    """The program waits for somebody at the other end of a pipe."""


def ring(*given: object) -> None:
    raise Waits


@pytest.mark.skipif(sys.platform == "win32", reason="has no pipes among its files")
@pytest.mark.parametrize("name", ["ledger.db", "ledger.db-journal", "ledger.db-wal", "keys.a",
                                  "keys.b", "lock"])  # fmt: skip
@pytest.mark.parametrize("kind", ["pipe", "folder", "link"])
def test_what_is_no_file_is_told_and_nobody_waits(
    name: str, kind: str, house: House, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(house.folder, home)
    place = home / "ledger" / name
    place.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to(house.folder / "ledger" / name)
    signal.signal(signal.SIGALRM, ring)
    signal.alarm(10)
    try:
        with pytest.raises(AzukariError) as told:
            office = cheap_office(home, StoryClock(FIRST_DAY + timedelta(days=20)))
            office.unlock(home / "ledger", BOSS.login, BOSS.password).close()
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    assert name in str(told.value)
