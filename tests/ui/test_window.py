"""The window: pages on demand, one contract for all, locking that really closes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from models.backup_media import register_medium
from models.codes import OrganizationKind, Role
from models.commands import revising
from models.errors import Locked
from models.ledger import Ledger
from models.office import Office
from models.records import Organization
from tests.ui.shell import (
    LOGIN,
    PASSWORD,
    SECOND_PASSWORD,
    Answers,
    make_books,
    settle,
    texts,
)
from ui import icons
from ui import ledger_settings as settings
from ui.account_watch import AccountWatch
from ui.backup_page import BackupPage
from ui.clipboard import MARK
from ui.idle import IdleWatch
from ui.ledger_settings import DEFAULT_IDLE
from ui.must_change import MustChangeDialog
from ui.operations import Operations
from ui.page import Desk, Page
from ui.papers import PapersPage
from ui.preferences import Preferences
from ui.settings_page import SettingsPage
from ui.window import DRAFT_WORDS, ENDED_WORDS, IDLE_WORDS, MainWindow
from ui.workbench import Place


class NotePage(Page):
    """A page of the test: counts what is asked of it."""

    types: ClassVar[frozenset[str]] = frozenset({"organization"})
    help_key: ClassVar[str] = "today"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.refreshed = 0
        self.codes: list[str] = []
        self.acted = 0
        self.shown_record = ""
        self.draft = QLineEdit(self)

    def refresh(self) -> None:
        self.refreshed += 1

    def scanned(self, code: str) -> bool:
        self.codes.append(code)
        return True

    def show_record(self, type_: str, record_id: str) -> None:
        self.shown_record = f"{type_}/{record_id}"

    def has_draft(self) -> bool:
        return bool(self.draft.text())

    def verbs(self) -> list[QAction]:
        action = QAction(icons.icon("new"), "受領", self)
        action.triggered.connect(self._act)
        return [action]

    def _act(self) -> None:
        self.acted += 1


class Clock:
    """Time that the test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path, office: Office) -> Path:
    made = tmp_path / "R8志木市"
    make_books(office, made).close()
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def window(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, office: Office, folder: Path,
    answers: Answers, clock: Clock,
) -> Iterator[MainWindow]:  # fmt: skip
    places = [
        Place("今日", "today", NotePage, frozenset({"organization"})),
        Place("書類", "papers", PapersPage, frozenset({"submission"})),
        Place("バックアップ", "backup", lambda desk: BackupPage(desk, office)),
        Place("設定・利用者", "settings", SettingsPage, frozenset({"user_account"})),
    ]
    preferences = Preferences(tmp_path / "settings")
    preferences.remember(folder)
    operations = Operations(answers)
    made = MainWindow(
        lambda: office,
        operations,
        preferences,
        lambda: places,
        IdleWatch(qapp, (clock, clock), look_ms=20),
    )
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    yield made
    answers.replies.append(True)
    made.close()
    qapp.removeEventFilter(made.wedge)
    qapp.removeEventFilter(made.idle)
    qapp.removeNativeEventFilter(made.session.filter)


def sign_in(
    qtbot: QtBot, window: MainWindow, login: str = LOGIN, password: str = PASSWORD
) -> Ledger:
    window.unlock.login.setText(login)
    window.unlock.password.setText(password)
    window.unlock.try_password()
    operations = window._operations
    settle(qtbot, operations)
    assert window.bench is not None, window.unlock.message.text()
    return window.bench.ledger


def note_page(window: MainWindow) -> NotePage:
    assert window.bench is not None
    page = window.bench.show_place(0)
    assert isinstance(page, NotePage)
    return page


def test_pages_are_built_when_first_shown(qtbot: QtBot, window: MainWindow) -> None:
    sign_in(qtbot, window)
    assert window.bench is not None
    assert window.bench.stack.count() == 1
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert isinstance(window.bench.page(), PapersPage)
    assert window.bench.stack.count() == 2


def test_a_page_refreshes_when_shown_if_something_changed_meanwhile(
    qtbot: QtBot, window: MainWindow
) -> None:
    ledger = sign_in(qtbot, window)
    page = note_page(window)
    assert window.bench is not None
    window.bench.show_place(1)
    before = page.refreshed
    client = Organization(name="志木市", kinds=_client())
    window._operations.run(lambda: ledger.registers.create(client))
    settle(qtbot, window._operations)
    assert page.refreshed == before  # hidden: only marked stale
    note_page(window)
    assert page.refreshed == before + 1


def test_daily_verbs_have_function_keys_only_on_their_page(
    qtbot: QtBot, window: MainWindow
) -> None:
    sign_in(qtbot, window)
    page = note_page(window)
    page.draft.setFocus()
    QTest.keyClick(page.draft, Qt.Key.Key_F2)
    assert page.acted == 1
    assert window.bench is not None
    window.bench.show_place(3)
    (settings_page,) = window.bench.findChildren(SettingsPage)
    for action in settings_page.actions():
        action.setEnabled(False)  # its own F2 would ask for a person
    QTest.keyClick(window, Qt.Key.Key_F2)
    assert page.acted == 1


def test_search_opens_the_page_of_what_was_found(qtbot: QtBot, window: MainWindow) -> None:
    ledger = sign_in(qtbot, window)
    organization = ledger.registers.all(Organization)[0].record
    assert window.bench is not None
    window.bench.show_place(3)
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    search = window.bench.search
    search.setText("みどり")
    search.look_up()
    settle(qtbot, window._operations)
    found = search.list.item(0)
    assert "株式会社みどり情報" in found.text() and found.toolTip() == found.text()
    assert search.list.horizontalScrollBar().maximum() == 0  # what is too long is shortened
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert note_page(window).shown_record == f"organization/{organization.id}"


def test_a_scan_reaches_the_page(qtbot: QtBot, window: MainWindow) -> None:
    sign_in(qtbot, window)
    page = note_page(window)
    window.wedge.scanned.emit("M-0001")
    assert page.codes == ["M-0001"]


def test_the_status_line_tells_who_and_where(qtbot: QtBot, window: MainWindow) -> None:
    sign_in(qtbot, window)
    shown = " ".join(label.text() for label in window.statusBar().findChildren(QLabel))
    assert "𠮷野花子（責任者）" in shown
    assert "R8志木市" in shown
    assert "バックアップはまだありません" in shown
    assert "記帳番号 4" in shown


def test_locking_closes_the_ledger_and_clears_the_screen(qtbot: QtBot, window: MainWindow) -> None:
    ledger = sign_in(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, window._operations)
    assert window.bench is None
    assert window.unlock.isVisible()
    assert "みどり" not in " ".join(texts(window, [QLabel]))
    with pytest.raises(Locked):
        ledger.registers.create(Organization(name="甲市", kinds=_client()))


def test_idle_time_locks_and_says_that_a_draft_was_lost(
    qtbot: QtBot, window: MainWindow, clock: Clock
) -> None:
    sign_in(qtbot, window)
    note_page(window).draft.setText("書きかけ")
    clock.now += DEFAULT_IDLE * 60 - 30
    qtbot.waitUntil(lambda: "ロックします" in window.statusBar().currentMessage(), timeout=2_000)
    clock.now += 60
    qtbot.waitUntil(lambda: window.bench is None, timeout=2_000)
    assert window.unlock.message.text() == IDLE_WORDS + DRAFT_WORDS
    assert window.unlock.login.text() == LOGIN


def test_a_session_ends_with_the_last_day_of_its_account(qtbot: QtBot, window: MainWindow) -> None:
    ledger = sign_in(qtbot, window)
    last = ledger.today() + timedelta(days=1)
    ledger.commit([revising(replace(ledger.user, valid_until=last), "任期の末日")])
    bench, usual = window.bench, ledger.clock
    assert bench is not None
    (watch,) = bench.findChildren(AccountWatch)
    ledger.clock = lambda: usual() + timedelta(days=1)
    watch.look()
    settle(qtbot, window._operations)
    assert window.bench is bench
    ledger.clock = lambda: usual() + timedelta(days=2)
    watch.look()
    qtbot.waitUntil(lambda: window.bench is None, timeout=2_000)
    assert window.unlock.message.text() == ENDED_WORDS
    settle(qtbot, window._operations)
    ledger.clock = usual
    with pytest.raises(Locked):
        ledger.registers.create(Organization(name="甲市", kinds=_client()))


def test_activity_puts_the_lock_off(qtbot: QtBot, window: MainWindow, clock: Clock) -> None:
    sign_in(qtbot, window)
    clock.now += DEFAULT_IDLE * 60 - 60
    QTest.keyClick(note_page(window).draft, Qt.Key.Key_A)
    note_page(window).draft.clear()
    clock.now += DEFAULT_IDLE * 60 - 60
    qtbot.wait(80)
    assert window.bench is not None


def test_dialogs_are_closed_when_the_window_locks(
    qtbot: QtBot, window: MainWindow, clock: Clock
) -> None:
    sign_in(qtbot, window)
    dialog = QDialog(window.bench)
    dialog.open()
    clock.now += 11 * 60
    qtbot.waitUntil(lambda: window.bench is None, timeout=2_000)
    assert not any(
        isinstance(widget, QDialog) and widget.isVisible()
        for widget in QApplication.topLevelWidgets()
    )


@pytest.mark.parametrize("parent", ["nothing", "window"])
@pytest.mark.parametrize("kind", [QDialog, QWidget])
def test_what_is_no_child_of_the_pages_is_closed_too(
    qtbot: QtBot, window: MainWindow, clock: Clock, kind: type[QWidget], parent: str
) -> None:
    """A dialog of files, of the window itself, a list that was pulled out: nothing shows names."""
    sign_in(qtbot, window)
    outside = kind(window if parent == "window" else None)  # type: ignore[call-arg]
    outside.setWindowFlag(Qt.WindowType.Window)
    qtbot.addWidget(outside)
    label = QLabel("架空　太郎", outside)
    outside.show()
    assert label.isVisible()
    clock.now += 11 * 60
    qtbot.waitUntil(lambda: window.bench is None, timeout=2_000)
    assert not outside.isVisible() and not label.isVisible()
    assert window.isVisible() and window.unlock.isVisible()


@pytest.mark.parametrize("way", ["idle", "key", "session", "closing"])
def test_what_was_copied_is_gone_when_the_window_locks(
    qtbot: QtBot, window: MainWindow, clock: Clock, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = QApplication.clipboard()
    monkeypatch.setattr(window.clipboard, "_ours", lambda: True)
    sign_in(qtbot, window)
    draft = note_page(window).draft
    draft.setText("架空　太郎")
    draft.selectAll()
    draft.copy()
    draft.clear()
    assert board.text() == "架空　太郎" and window.clipboard._watching
    if way == "idle":
        clock.now += 11 * 60
    elif way == "key":
        QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    elif way == "session":
        window.session.locked.emit()
    else:
        window.close()
    qtbot.waitUntil(lambda: window.bench is None, timeout=2_000)
    assert board.text() == ""
    board.setText("台帳の外の文字")  # what is copied at the door is nobody's business
    assert not board.mimeData().hasFormat(MARK) and not window.clipboard._watching


def test_the_user_is_asked_before_a_draft_is_locked_away(
    qtbot: QtBot, window: MainWindow, answers: Answers
) -> None:
    sign_in(qtbot, window)
    note_page(window).draft.setText("書きかけ")
    answers.replies.append(False)
    window.ask_lock()
    assert window.bench is not None
    answers.replies.append(True)
    window.ask_lock()
    assert window.bench is None


def test_the_session_lock_of_the_desktop_locks(qtbot: QtBot, window: MainWindow) -> None:
    sign_in(qtbot, window)
    window.session.locked.emit()
    assert window.bench is None


def test_another_person_signs_in_without_a_restart(qtbot: QtBot, window: MainWindow) -> None:
    ledger = sign_in(qtbot, window)
    _add_worker(ledger)
    window.change_user()
    settle(qtbot, window._operations)
    assert window.unlock.login.text() == ""

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, MustChangeDialog)
        dialog.old.setText(PASSWORD)
        dialog.new.first.setText(SECOND_PASSWORD)
        dialog.new.second.setText(SECOND_PASSWORD)
        dialog.reminder.setChecked(True)
        dialog.accept()

    from PySide6.QtCore import QTimer

    QTimer.singleShot(600, answer)
    window.unlock.login.setText("suzuki")
    window.unlock.password.setText(PASSWORD)
    window.unlock.try_password()
    qtbot.waitUntil(lambda: window.bench is not None, timeout=5_000)
    assert window.bench is not None
    assert window.bench.ledger.user.login_name == "suzuki"
    assert window.bench.ledger.user.must_change is False


def test_the_window_fits_a_small_screen(qtbot: QtBot, window: MainWindow) -> None:
    sign_in(qtbot, window)
    assert window.bench is not None
    for number in range(4):
        window.bench.show_place(number)
    least = window.minimumSizeHint()
    assert least.width() <= 1366 and least.height() <= 728  # 768 less a task bar


def _add_worker(ledger: Ledger) -> None:
    from models.codes import EmploymentType
    from models.records import Person

    company = ledger.registers.all(Organization)[0].record
    worker = Person(
        organization_id=company.id, name="鈴木次郎", employment_type=EmploymentType.REGULAR
    )
    person_id = ledger.registers.create(worker).ids[0]
    ledger.people.add_account(person_id, login="suzuki", role=Role.WORKER, password=PASSWORD)


def _client() -> tuple[OrganizationKind, ...]:
    return (OrganizationKind.CLIENT,)


def test_closing_the_window_closes_the_ledger(qtbot: QtBot, window: MainWindow) -> None:
    ledger = sign_in(qtbot, window)
    window.close()
    with pytest.raises(Locked):
        ledger.registers.create(Organization(name="甲市", kinds=_client()))


def test_closing_makes_the_backup_first(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, answers: Answers
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    ledger = sign_in(qtbot, window)
    settings.change_setting(ledger, settings.BACKUP_FOLDER, str(stick))
    settings.change_setting(ledger, settings.BACKUP_AT_EXIT, "1")
    register_medium(ledger, stick, medium_no="B-01", name="金庫のUSB")
    window.apply_settings()
    window.close()
    assert window.isVisible()  # it stays until the backup is there
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=10_000)
    assert len(list(stick.glob("*.azb"))) == 1
