"""A whole office for tests of the window: a real encrypted ledger, cheap keys, listed answers."""

import importlib.resources
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QTableWidget, QWidget
from pytestqt.qtbot import QtBot

import resources
from models.codes import EmploymentType, OrganizationKind
from models.ledger import Ledger
from models.office import Office
from models.opening import Opening
from models.profile_file import parse_profile
from models.profiles import Profile
from models.records import Organization, Person
from models.wareki import JAPAN
from storage.gate import LedgerGate
from storage.kdf import TEST
from ui.operations import Operations

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=JAPAN)
LOGIN = "yoshino"
PASSWORD = "umi kaze ringo 42 tonbo"
SECOND_PASSWORD = "kumo hashi mikan 77 fune"


@dataclass
class Answers:
    """The answers of the user: dialogs take them in order and are remembered by their words."""

    replies: list[object] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    chosen: str | None = None  # from a list; None: the first that is offered

    def tell(self, parent: QWidget | None, sentence: str) -> None:
        self.asked.append(sentence)

    warn = tell

    def confirm(
        self, parent: QWidget | None, question: str, *, yes: str = "", no: str = ""
    ) -> bool:
        self.asked.append(question)
        return bool(self.replies.pop(0))

    def line(
        self, parent: QWidget | None, title: str, question: str, *, value: str = ""
    ) -> str | None:
        self.asked.append(question)
        answer = self.replies.pop(0)
        return None if answer is None else str(answer)

    def choice(
        self, parent: QWidget | None, title: str, question: str, offered: Sequence[str],
        value: str = "",
    ) -> str | None:  # fmt: skip
        self.asked.append(question)
        return self.chosen if self.chosen is not None else offered[0]

    def folder(self, parent: QWidget | None, title: str, start: str = "") -> Path | None:
        return self._path(title)

    def open_file(
        self, parent: QWidget | None, title: str, pattern: str, start: str = ""
    ) -> Path | None:
        return self._path(title)

    def save_file(
        self, parent: QWidget | None, title: str, pattern: str, name: str = ""
    ) -> Path | None:
        return self._path(title)

    def _path(self, title: str) -> Path | None:
        self.asked.append(title)
        answer = self.replies.pop(0)
        assert answer is None or isinstance(answer, Path)
        return answer


def make_office(
    folder: Path,
    clock: Callable[[], datetime] = lambda: NOW,
    *,
    rules: bool = False,
    profile: str = "shiki",
) -> Office:
    """Return an office whose keys cost next to nothing."""
    gate = LedgerGate(device_folder=folder / "device", kdf=TEST, allow_test_profile=True)
    return Office(gate, _profiles(profile), clock, os.urandom, "Azukari test", rules=rules)


def make_books(office: Office, folder: Path) -> Ledger:
    """Make a ledger with a contractor and its responsible person."""
    organization = Organization(
        kinds=(OrganizationKind.CONTRACTOR,),
        name="株式会社みどり情報",
        representative_title="代表取締役",
        representative_name="髙橋一郎",
        address="架空市1-2-3",
    )
    person = Person(
        organization_id="-", name="𠮷野花子", name_kana="ヨシノハナコ", job_title="課長",
        employment_type=EmploymentType.REGULAR,
    )  # fmt: skip
    return office.create(folder, Opening(organization, person, LOGIN), PASSWORD)[0]


def settle(qtbot: QtBot, operations: Operations) -> None:
    """Wait until no work is going on beside the window."""
    qtbot.waitUntil(lambda: not operations.busy, timeout=10_000)


def texts(widget: QWidget, names: Sequence[type[QWidget]]) -> list[str]:
    """Return every text that widgets of these classes show below a widget."""
    found = []
    for name in names:
        for child in widget.findChildren(name):
            text = getattr(child, "text", None) or getattr(child, "toPlainText", None)
            found.append(str(text()) if text else "")
    return found


def png(width: int, height: int) -> bytes:
    """Return a picture of one colour."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkGreen)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def cell_text(table: QTableWidget, row: int, column: int) -> str:
    """Return what a cell shows; there has to be one."""
    cell = table.item(row, column)
    assert cell is not None
    return cell.text()


def _profiles(code: str) -> dict[str, Profile]:
    folder = importlib.resources.files(resources) / "profiles"
    parsed = parse_profile((folder / f"{code}.toml").read_text("utf-8"), code)
    return {parsed.code: parsed}
