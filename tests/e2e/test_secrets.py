"""No secret leaks: passwords, recovery sheets and names stay inside, and nobody opens a socket."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from models.codes import EmploymentType, HandlingKind
from models.records import Person
from tests.e2e.steps import (
    BOSS,
    Day,
    backs_up,
    console,
    copies,
    events_of,
    makes_the_seal,
    receives,
    restores,
    seals,
    verifies,
)
from tests.house import furnished
from ui.console.passwords import VARIABLE

NAME = "鸞鳳院　麒麟丸"
PASSWORD = "鸚鵡貝の渦巻く四つの海峡"
ENCODINGS = ("utf-8", "utf-16-le", "cp932")


@dataclass
class Watch:
    """What the process did, as the interpreter's own audit events tell it."""

    active: bool = True
    children: list[str] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.active:
            return
        if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"):
            import os

            self.children.append(repr(arguments) + repr(dict(os.environ)))
        if event == "socket.__new__" and arguments[1] not in (1,):  # AF_UNIX wakes event loops
            self.sockets.append(repr(arguments[1:]))
        if event in ("socket.connect", "socket.bind", "socket.getaddrinfo"):
            self.sockets.append(event)


_WATCH = Watch(active=False)
_HOOKED = False


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Listen to the interpreter; a hook can never be taken away, so there is one for all."""
    global _HOOKED
    if not _HOOKED:
        sys.addaudithook(_WATCH)
        _HOOKED = True
    _WATCH.children.clear()
    _WATCH.sockets.clear()
    _WATCH.active = True
    yield _WATCH
    _WATCH.active = False


def forms(text: str) -> Iterator[bytes]:
    for encoding in ENCODINGS:
        try:
            yield text.encode(encoding)
        except UnicodeEncodeError:
            continue


def found_in(folder: Path, secrets: list[str]) -> list[str]:
    """Return the files below a folder that hold a secret, in any encoding."""
    needles = [form for secret in secrets for form in forms(secret)]
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if (path.is_file() and any(needle in path.read_bytes() for needle in needles))
        or any(form in str(path).encode() for form in forms(path.name) if form in needles)
    ]


def test_a_whole_day_leaves_no_secret_behind(
    tmp_path: Path, around: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level("DEBUG")
    outputs = tmp_path / "outputs"
    outputs.mkdir()
    with furnished(around) as house:
        day = Day(house)
        sheet = house.sheet
        day.ledger.people.change_password(BOSS.password, PASSWORD)
        contractor = day.story.contract.contractor_org_id
        day.ledger.registers.create(
            Person(name=NAME, organization_id=contractor, employment_type=EmploymentType.REGULAR)
        )
        makes_the_seal(day)
        copies(day, receives(day, 2)[0])
        day.story._documents = seals(day, "D-14", events_of(day, HandlingKind.RECEIVE)[0].record.id)
        fresh = day.ledger.people.replace_sheet("保管場所の変更のため")
        monkeypatch.setattr("tests.e2e.steps.BOSS", replace(BOSS, password=PASSWORD))
        monkeypatch.setattr("tests.ui.console.desk.OFFICE_OF", {BOSS.login: PASSWORD})
        saved = backs_up(day, around / "stick")
        restores(day, saved["file"], around / "restored")
        verifies(day, around / "restored")
        desk = console(day)
        ledger = house.folder / "ledger"
        spoken = [
            desk("status", ledger),
            desk("status", ledger, password=PASSWORD + "x"),
            desk("export", ledger, "--record", "person", outputs / "people.csv"),
            desk("export", ledger, "--record", "person", outputs / "people.xlsx"),
            desk("import", ledger, outputs / "people.xlsx", "--record", "person", "--dry-run"),
            desk("status", ledger, "--no-such-option"),
        ]
        assert spoken[2].code == 0 and NAME.encode() in (outputs / "people.csv").read_bytes()
    lines = [*sheet.split("\n"), *fresh.split("\n")]
    secrets = [PASSWORD, NAME, BOSS.password, *lines, *(re.sub(r"\W", "", one) for one in lines)]
    said = capfd.readouterr()
    heard = [said.out, said.err, caplog.text, *(one.err for one in spoken)]
    heard += [one.out for one in spoken[:2]]
    for text in (*heard, *watch.children):
        assert not [secret for secret in secrets if secret in text]
    assert watch.children, "the import reads tables in a child, so there was one to look at"
    assert not any(VARIABLE in child for child in watch.children)
    assert watch.sockets == []
    assert found_in(around, secrets) == []
    assert not list((around / "tmp").iterdir()) and not list((around / "home").iterdir())


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_search_for_secrets_finds_one(tmp_path: Path, encoding: str) -> None:
    """The planted control: in every encoding, in the middle of other bytes."""
    hidden = tmp_path / "a" / "b"
    hidden.mkdir(parents=True)
    (hidden / "file").write_bytes(b"\x00\x01" + "電池の秘密".encode(encoding) + b"\xff")
    assert found_in(tmp_path, ["電池の秘密"]) == ["a/b/file"]
    assert found_in(tmp_path, ["別の秘密"]) == []


def test_the_watch_sees_a_child_and_a_socket(watch: Watch) -> None:
    """The planted control of the audit hook."""
    import _socket

    subprocess.run([sys.executable, "-c", "", PASSWORD], check=True)
    _socket.socket(2, 1).close()
    assert PASSWORD in watch.children[0] and watch.sockets


def test_errors_and_objects_show_no_secret(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        shown = repr(house.ledger.opened) + repr(house.ledger.safe) + repr(house.office)
        shown += repr(vars(house.ledger.safe)) + repr(house.ledger.opened.signer)
        house.ledger.close()
        try:
            house.office.unlock(house.folder / "ledger", BOSS.login, PASSWORD)
        except Exception as error:
            shown += repr(error) + str(error) + repr(getattr(error, "facts", ""))
            shown += repr(error.__context__) + repr(error.__cause__)
    assert "利用者名またはパスワード" in shown
    for secret in (PASSWORD, BOSS.password, *house.sheet.split("\n")):
        assert secret not in shown
