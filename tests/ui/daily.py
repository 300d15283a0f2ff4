"""An office at work, for tests of the daily screens: a real encrypted ledger with a short story."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from models.codes import HandlingKind
from models.codes import HandlingKind as K
from models.ledger import Ledger
from models.office import Office
from models.records import HandlingEvent, HandlingLine, Item, Organization, Person
from tests.ui.shell import LOGIN, PASSWORD, Answers, make_books, make_office, settle
from ui.handling.defaults import starting_event
from ui.operations import Operations
from ui.page import Desk
from ui.sample import cast
from ui.sample.clock import StoryClock
from ui.sample.story import Story
from ui.today import TodayPage

START = date(2026, 10, 1)


@dataclass
class Site:
    """A ledger with its story and the desk of its screens."""

    qtbot: QtBot
    folder: Path
    office: Office
    clock: StoryClock
    ledger: Ledger
    story: Story
    answers: Answers
    operations: Operations
    gone: list[tuple[str, str]] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        return Desk(
            self.ledger, self.operations, self.answers, lambda *where: self.gone.append(where)
        )

    @property
    def items(self) -> list[Item]:
        return self.story._stock

    @property
    def contract_id(self) -> str:
        return self.story.contract.id

    def close(self) -> None:
        """Throw open dialogs away and close the ledger."""
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog):
                widget.done(0)
        self.operations.close()
        self.ledger.close()

    def settle(self) -> None:
        settle(self.qtbot, self.operations)

    def sign_in(self, key: str) -> None:
        """Close the ledger and open it as another user of the sample cast."""
        user = next(one for one in cast.USERS if one.person == key)
        self.ledger.people.add_account(
            self.story.people[key], login=user.login + "x", role=user.role,
            password=user.password, valid_until=self.ledger.today() + timedelta(days=90),
        )  # fmt: skip
        self.ledger.close()
        self.ledger = self.office.unlock(self.folder, user.login + "x", user.password)
        self.ledger.people.change_password(user.password, f"{user.password}-二度目")

    def enter(self, kind: HandlingKind, items: Sequence[Item], **more: object) -> HandlingEvent:
        """Enter an event as a dialog would, with further values."""
        event = replace(
            starting_event(self.ledger, self.contract_id, kind),
            occurred_at=self.clock(),
            lines=tuple(HandlingLine(item_id=item.id, quantity=item.quantity) for item in items),
        )
        values: dict[str, object] = {"purpose": event.purpose or "試験のため", **more}
        change = self.ledger.handling.record(event.with_changes(**values))
        return self.ledger.registers.need(HandlingEvent, change.ids[-1]).record

    def state(self, item: Item) -> str:
        status = self.ledger.handling.status(item.id)
        return status.state.label if status is not None else ""

    def events(self, kind: HandlingKind) -> list[HandlingEvent]:
        return [one.record for one in self.ledger.registers.all(HandlingEvent, kind=kind)]


def make_site(
    qtbot: QtBot, folder: Path, *, items: int = 3, rules: bool = False, profile: str = "shiki"
) -> Site:
    """Return a site with a contract, and so many items received in the morning."""
    clock = StoryClock(START)
    office = make_office(folder, clock, rules=rules, profile=profile)
    ledger = make_books(office, folder / "ledger")
    story = Story(ledger, clock, 1)
    company = ledger.registers.all(Organization)[0].record.id
    me = ledger.registers.all(Person)[0].record.id
    story.set_up(office.profiles[profile], "2026-001", company, me)
    clock.go_to(START, 9)
    if items:
        story.receive(items)
    answers = Answers()
    operations = Operations(answers)
    return Site(qtbot, folder / "ledger", office, clock, ledger, story, answers, operations)


def today(site: Site) -> TodayPage:
    """Show 今日 with the contract of the site."""
    page = TodayPage(site.desk)
    site.qtbot.addWidget(page)
    page.resize(1280, 900)
    page.show_contract(site.contract_id)
    page.show()
    site.qtbot.waitExposed(page)
    site.settle()
    return page


class Keyboard:
    """Presses keys where the keyboard is, and counts them."""

    def __init__(self, start: QWidget) -> None:
        self._start = start
        self.strokes = 0

    def key(self, key: Qt.Key, *, ctrl: bool = False) -> None:
        control = Qt.KeyboardModifier.ControlModifier
        QTest.keyClick(self._focus(), key, control if ctrl else Qt.KeyboardModifier.NoModifier)
        self.strokes += 2 if ctrl else 1

    def type(self, text: str) -> None:
        for letter in text:
            QTest.keyClicks(self._focus(), letter)
            self.strokes += 1

    def _focus(self) -> QWidget:
        modal = QApplication.activeModalWidget()
        window = modal if modal is not None else self._start
        if not window.isActiveWindow():  # a hand is slower than the window system
            QTest.qWaitForWindowExposed(window)
            window.activateWindow()
            QTest.qWaitForWindowActive(window)
        return window.focusWidget() or window


__all__ = ["LOGIN", "PASSWORD", "START", "K", "Keyboard", "Site", "make_site"]
