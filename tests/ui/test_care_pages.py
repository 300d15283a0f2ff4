"""Backups, accounts and settings as the user meets them; and what happens when we fail."""

import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from models.access import NOT_DONE, Act, Question
from models.access_review import remarks
from models.capacity import chosen_quota
from models.codes import (
    AccessLevel,
    AccountStatus,
    BackupResult,
    EmploymentType,
    Role,
    SystemEventKind,
)
from models.errors import FontMissing, NotPermitted
from models.former_passwords import former_passwords
from models.ledger import Ledger
from models.office import Office
from models.records import (
    AccessRight,
    BackupMedium,
    BackupRun,
    Contract,
    Organization,
    Person,
    SystemEvent,
    UserAccount,
)
from storage import former
from storage.kdf import KdfParameters, argon2id
from tests.ui.shell import (
    LOGIN,
    NOW,
    PASSWORD,
    SECOND_PASSWORD,
    Answers,
    cell_text,
    make_books,
    settle,
)
from ui import ledger_settings as settings
from ui import theme
from ui.account_dialog import AccountDialog
from ui.accounts import AccountsPart
from ui.application import BugReporter
from ui.backup_page import BackupPage
from ui.help import TEXTS, HelpDialog
from ui.must_change import OwnPasswordDialog
from ui.operations import Operations
from ui.page import Desk
from ui.password_line import PasswordLine
from ui.preferences import Preferences
from ui.progress import ProgressDialog
from ui.reissuing import ReissueDialog
from ui.restore import RestoreDialog
from ui.sample import cast
from ui.session_lock import WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK, _Message, says_locked
from ui.settings_part import SettingsPart
from ui.status import backup_age


@pytest.fixture
def ledger(tmp_path: Path, office: Office) -> Iterator[Ledger]:
    made = make_books(office, tmp_path / "ledger")
    yield made
    made.close()


@pytest.fixture
def desk(qapp: QApplication, ledger: Ledger, answers: Answers) -> Iterator[Desk]:
    operations = Operations(answers)
    yield Desk(ledger, operations, answers, lambda _type, _id: None)
    operations.close()


# --- backups ----------------------------------------


def test_a_backup_is_made_verified_and_listed(
    qtbot: QtBot, desk: Desk, office: Office, answers: Answers, tmp_path: Path
) -> None:
    place = tmp_path / "usb"
    place.mkdir()
    page = BackupPage(desk, office)
    qtbot.addWidget(page)
    page.show()
    settle(qtbot, desk.operations)
    assert page.age.text() == "！ バックアップはまだありません。"
    answers.replies += [place, "B-01　金庫のUSB"]
    desk.operations.watch(desk.ledger)
    page.back_up()
    settle(qtbot, desk.operations)
    assert "最初の媒体として登録します" in answers.asked[1] and str(place) in answers.asked[1]
    assert len(list(place.glob("*.azb"))) == 1
    [medium] = [one.record for one in desk.ledger.registers.all(BackupMedium)]
    assert medium.caption() == "B-01 金庫のUSB"
    assert desk.ledger.registers.all(BackupRun)[0].record.medium_id == medium.id
    assert "読み直して確かめました" in answers.asked[-1]
    assert desk.ledger.registers.all(BackupRun)[0].record.result is BackupResult.OK
    settle(qtbot, desk.operations)
    assert "（今日）" in page.age.text()
    assert settings.backup_folder(desk.ledger) == place  # the next one asks no more


def test_a_broken_backup_is_called_broken(
    qtbot: QtBot, desk: Desk, office: Office, answers: Answers, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.azb"
    bad.write_bytes(b"not a backup")
    page = BackupPage(desk, office)
    qtbot.addWidget(page)
    answers.replies.append(bad)
    page.check()
    settle(qtbot, desk.operations)
    assert "bad.azb" in answers.asked[-1]


def test_the_ledger_is_verified_in_words(
    qtbot: QtBot, desk: Desk, office: Office, answers: Answers
) -> None:
    page = BackupPage(desk, office)
    qtbot.addWidget(page)
    page.verify()
    settle(qtbot, desk.operations)
    assert answers.asked == ["台帳を検証しました。記帳番号 4 まで、異常はありません。"]


def test_a_restore_that_is_refused_is_told_when_the_dialog_has_gone(
    qtbot: QtBot, desk: Desk, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "𠮷辻󠄂" * 20 + ".azb"
    (tmp_path / name).write_bytes(b"not a backup")
    page = BackupPage(desk, office)
    qtbot.addWidget(page)
    page.show()

    def filled(dialog: RestoreDialog) -> int:
        dialog.file.setText(str(tmp_path / name))
        dialog.parent_folder.setText(str(tmp_path))
        dialog.login.setText(LOGIN)
        dialog.password.setText(PASSWORD)
        dialog.accept()
        settle(qtbot, desk.operations)
        dialog.reject()
        return 0

    monkeypatch.setattr(RestoreDialog, "exec", filled)
    page.restore()
    settle(qtbot, desk.operations)
    assert page.refused.isVisible() and ".azb」は復元していません" in page.refused.text()
    assert name in page.refused.text()  # whole, in what was wrong with it
    desk.ledger.access.flush()
    [line] = [one for one in desk.ledger.access.lines(Question()) if one.act is Act.RESTORE]
    assert line.detail == NOT_DONE
    told = remarks(desk.ledger, desk.ledger.today(), [line])
    assert not [one for one in told if "復元" in one.words]  # nobody restored anything


def test_a_backup_is_restored_into_a_new_folder(
    qtbot: QtBot, desk: Desk, office: Office, answers: Answers, tmp_path: Path
) -> None:
    from models.backups import record_backup

    made = record_backup(desk.ledger, tmp_path, lambda _done, _total: None)
    dialog = RestoreDialog(office, desk.operations)
    qtbot.addWidget(dialog)
    dialog.file.setText(str(made.file))
    dialog.parent_folder.setText(str(tmp_path))
    dialog.name.setText("ledger")
    dialog.login.setText(LOGIN)
    dialog.password.setText(PASSWORD)
    dialog.accept()
    assert "すでにファイルがあります" in dialog.message.text()
    dialog.name.setText("復元")
    dialog.accept()
    settle(qtbot, desk.operations)
    assert "復元し、検証しました" in answers.asked[-1]
    restored = office.unlock(tmp_path / "復元", LOGIN, PASSWORD)
    assert restored.registers.all(Person)[0].record.name == "𠮷野花子"
    restored.close()


@pytest.mark.parametrize(
    ("days", "words", "care"), [(0, "今日", False), (1, "きのう", False), (8, "8日前", True)]
)
def test_the_age_of_a_backup_is_said_in_words(days: int, words: str, care: bool) -> None:
    last = BackupRun(finished_at=NOW - timedelta(days=days))
    sentence, needs_care = backup_age(last, NOW, 7)
    assert words in sentence and "10:30" in sentence
    assert needs_care is care


# --- accounts ----------------------------------------


def worker(ledger: Ledger) -> Person:
    company = ledger.registers.all(Organization)[0].record
    person = Person(
        organization_id=company.id, name="鈴木次郎", employment_type=EmploymentType.REGULAR
    )
    return ledger.registers.need(Person, ledger.registers.create(person).ids[0]).record


def contracts(ledger: Ledger) -> list[Contract]:
    """Enter a contract and return it, as the dialog gets it."""
    registers = ledger.registers
    company = registers.all(Organization)[0].record
    client = registers.create(replace(cast.CLIENT, id="")).ids[0]
    made = cast.contract(
        ledger.profiles["shiki"], "2026-001", client, company.id, ledger.today(), ledger.new_id()
    )
    registers.create(made)
    return [one.record for one in ledger.contracts()]


def account(ledger: Ledger, login: str) -> UserAccount:
    return next(a for a in ledger.people.accounts() if a.login_name == login)


def test_an_account_is_added_reissued_and_disabled(
    qtbot: QtBot, desk: Desk, office: Office, answers: Answers
) -> None:
    dialog = AccountDialog(desk, [worker(desk.ledger)], contracts(desk.ledger))
    qtbot.addWidget(dialog)
    dialog.login.setText("suzuki")
    dialog.role.setCurrentIndex(dialog.role.findData(str(Role.WORKER)))
    dialog.password.first.setText(SECOND_PASSWORD)
    dialog.accept()
    assert dialog.message.text() == "二つのパスワードが一致していません。"
    dialog.password.second.setText(SECOND_PASSWORD)
    dialog.accept()
    settle(qtbot, desk.operations)
    assert account(desk.ledger, "suzuki").must_change is True

    again = ReissueDialog(desk, account(desk.ledger, "suzuki"))
    qtbot.addWidget(again)
    again.reason.setText("本人からの申出")
    again.password.first.setText(PASSWORD + " 9")
    again.password.second.setText(PASSWORD + " 9")
    again.accept()
    settle(qtbot, desk.operations)

    part = AccountsPart(desk)
    qtbot.addWidget(part)
    part.refresh()
    settle(qtbot, desk.operations)
    shown = [cell_text(part.table, row, 1) for row in range(part.table.rowCount())]
    assert shown == [LOGIN, "suzuki"]
    part.table.selectRow(1)
    answers.replies.append("退職のため")
    part.disable()
    settle(qtbot, desk.operations)
    assert account(desk.ledger, "suzuki").status is AccountStatus.DISABLED


def test_the_data_key_is_renewed_with_a_reason(qtbot: QtBot, desk: Desk, answers: Answers) -> None:
    part = AccountsPart(desk)
    qtbot.addWidget(part)
    answers.replies += ["", "画面を見られたおそれがあるため"]
    part.renew_key()  # no reason, nothing happens
    settle(qtbot, desk.operations)
    assert not desk.ledger.registers.all(SystemEvent, kind=SystemEventKind.KEY_RENEWED)
    part.renew_key()
    settle(qtbot, desk.operations)
    (event,) = desk.ledger.registers.all(SystemEvent, kind=SystemEventKind.KEY_RENEWED)
    assert event.record.reason == "画面を見られたおそれがあるため"
    assert "知られたおそれがあるとき" in answers.asked[0]


def test_an_inspector_is_added_with_a_last_day(qtbot: QtBot, desk: Desk) -> None:
    offered = contracts(desk.ledger)
    officer = replace(worker(desk.ledger), id="", organization_id=offered[0].client_org_id)
    officer_id = desk.ledger.registers.create(officer).ids[0]
    person = desk.ledger.registers.need(Person, officer_id).record
    dialog = AccountDialog(desk, [person], offered)
    qtbot.addWidget(dialog)
    dialog.login.setText("kensa")
    dialog.role.setCurrentIndex(dialog.role.findData(str(Role.INSPECTOR)))

    def save(last_day: str) -> str:
        dialog.password.first.setText(SECOND_PASSWORD)
        dialog.password.second.setText(SECOND_PASSWORD)
        dialog.last_day.setText(last_day)
        dialog.accept()
        settle(qtbot, desk.operations)
        return dialog.message.text()

    dialog.contracts.item(0).setCheckState(Qt.CheckState.Checked)
    assert "「利用期限」を入力してください" in save("")
    assert "「利用期限」" in save("令和8年13月1日")
    dialog.contracts.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert "「見てよい契約」を選んでください" in save("令和99年3月31日")
    dialog.contracts.item(0).setCheckState(Qt.CheckState.Checked)
    assert save("令和99年3月31日") == ""
    added = account(desk.ledger, "kensa")
    assert added.valid_until is not None
    [right] = [one.record for one in desk.ledger.registers.all(AccessRight)]
    assert (right.user_id, right.level) == (added.id, AccessLevel.READ)


def test_ones_own_password_is_changed_with_the_present_one(
    qtbot: QtBot, desk: Desk, office: Office, tmp_path: Path
) -> None:
    dialog = OwnPasswordDialog(desk.ledger, desk.operations)
    qtbot.addWidget(dialog)
    dialog.old.setText("wrong one here")
    dialog.new.first.setText(SECOND_PASSWORD)
    dialog.new.second.setText(SECOND_PASSWORD)
    dialog.reminder.setChecked(True)
    dialog.accept()
    settle(qtbot, desk.operations)
    assert dialog.message.text().startswith("利用者名またはパスワードが違います")
    dialog.old.setText(PASSWORD)
    dialog.new.first.setText(SECOND_PASSWORD)
    dialog.new.second.setText(SECOND_PASSWORD)
    dialog.reminder.setChecked(True)
    dialog.accept()
    settle(qtbot, desk.operations)
    desk.ledger.close()
    office.unlock(tmp_path / "ledger", LOGIN, SECOND_PASSWORD).close()


def test_the_look_through_former_passwords_is_shown_and_can_be_stopped(
    qtbot: QtBot, desk: Desk, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ledger.people.change_password(PASSWORD, SECOND_PASSWORD)
    go_on = threading.Event()

    def slow(password: str, salt: bytes, cost: KdfParameters) -> bytes:
        assert threading.current_thread() is not threading.main_thread()
        assert go_on.wait(5)
        return argon2id(password, salt, cost)

    monkeypatch.setattr(former, "argon2id", slow)
    dialog = OwnPasswordDialog(desk.ledger, desk.operations)
    qtbot.addWidget(dialog)
    dialog.show()

    def type_and_accept(new: str) -> None:
        dialog.old.setText(SECOND_PASSWORD)
        dialog.new.first.setText(new)
        dialog.new.second.setText(new)
        dialog.reminder.setChecked(True)
        dialog.accept()

    def shown() -> list[ProgressDialog]:
        return [one for one in dialog.findChildren(ProgressDialog) if one.isVisible()]

    type_and_accept("tori hoshi budou 55 kawa")
    qtbot.waitUntil(lambda: bool(shown()), timeout=3_000)
    assert "前に使ったパスワードとの照合" in shown()[0].windowTitle()
    shown()[0].reject()
    go_on.set()
    settle(qtbot, desk.operations)
    assert dialog.message.text() == "中止しました。何も変更していません。"
    type_and_accept(PASSWORD)
    settle(qtbot, desk.operations)
    assert "前に使ったパスワードです（今のものより前の4個は" in dialog.message.text()
    desk.ledger.close()
    office.unlock(tmp_path / "ledger", LOGIN, SECOND_PASSWORD).close()


def test_no_dialog_echoes_a_password(qtbot: QtBot, desk: Desk, office: Office) -> None:
    person = worker(desk.ledger)
    dialogs = (
        AccountDialog(desk, [person], []),
        ReissueDialog(desk, account(desk.ledger, LOGIN)),
        OwnPasswordDialog(desk.ledger, desk.operations),
        RestoreDialog(office, desk.operations),
    )
    canary = "Kanaria-9-Tori"
    for dialog in dialogs:
        qtbot.addWidget(dialog)
        lines = dialog.findChildren(PasswordLine)
        assert lines
        for line in lines:
            QTest.keyClicks(line, canary)
        echoes = [line.displayText() for line in dialog.findChildren(QLineEdit)]
        assert not any(canary in echo for echo in echoes)


# --- settings ----------------------------------------


def test_settings_are_kept_and_told(qtbot: QtBot, desk: Desk) -> None:
    part = SettingsPart(desk)
    qtbot.addWidget(part)
    part.refresh()
    settle(qtbot, desk.operations)
    part.idle.setValue(5)
    part.prefix.setText("~")
    assert part.former.value() == 4
    part.former.setValue(6)
    assert part.quota.text() == "自動"
    part.quota.setValue(2_500)
    assert part.has_draft()
    with qtbot.waitSignal(part.kept, timeout=2_000):
        part.keep()
    assert settings.idle_minutes(desk.ledger) == 5
    assert settings.scan_prefix(desk.ledger) == "~"
    assert former_passwords(desk.ledger) == 6
    assert chosen_quota(desk.ledger) == 2_500
    assert not part.has_draft()


def test_a_worker_may_not_change_settings(desk: Desk, office: Office, tmp_path: Path) -> None:
    person = worker(desk.ledger)
    desk.ledger.people.add_account(
        person.id, login="suzuki", role=Role.WORKER, password=SECOND_PASSWORD
    )
    desk.ledger.close()
    theirs = office.unlock(tmp_path / "ledger", "suzuki", SECOND_PASSWORD)
    with pytest.raises(NotPermitted):
        settings.change_setting(theirs, settings.IDLE_MINUTES, "60")
    assert settings.idle_minutes(theirs) == settings.DEFAULT_IDLE
    theirs.close()


def test_nonsense_in_a_setting_means_the_default(desk: Desk) -> None:
    desk.ledger.store.set_setting(settings.IDLE_MINUTES, "often")
    assert settings.idle_minutes(desk.ledger) == settings.DEFAULT_IDLE
    desk.ledger.store.set_setting(settings.IDLE_MINUTES, "100000")
    assert settings.idle_minutes(desk.ledger) == settings.LONGEST_IDLE


def test_likings_hold_paths_only_and_survive_damage(tmp_path: Path) -> None:
    likings = Preferences(tmp_path)
    for name in ("a", "b", "a"):
        likings.remember(tmp_path / name)
    assert [path.name for path in Preferences(tmp_path).recent()] == ["a", "b"]
    (tmp_path / "window.json").write_text("{broken", "utf-8")
    assert Preferences(tmp_path).recent() == []


# --- the program itself ----------------------------------------


@pytest.mark.expects_log("unexpected ValueError")
def test_a_bug_is_told_once_and_logged_without_what_it_says(tmp_path: Path) -> None:
    told: list[str] = []
    hook = BugReporter(tmp_path, told.append)
    for _ in range(2):
        try:
            raise ValueError("住民 山田太郎")
        except ValueError:
            hook(*sys.exc_info())
    log = (tmp_path / "errors.log").read_text("utf-8")
    assert len(told) == 1 and told[0].startswith("予期しない誤りが起きました")
    assert "ValueError" in log and "test_care_pages.py" in log
    assert "山田" not in log


def test_the_font_draws_japanese_and_names(qapp: QApplication) -> None:
    font = theme.load_font()
    theme.load_names_font()
    assert font.families() == ["BIZ UDPGothic", *theme.NAMES_FAMILIES]
    assert {"BIZ UDPGothic", "IPAmjMincho"} <= set(QFontDatabase.families())


def test_a_missing_font_is_named(qapp: QApplication) -> None:
    with pytest.raises(FontMissing, match=r"none\.ttf"):
        theme.load_font(("none.ttf",))


@pytest.mark.parametrize("key", list(TEXTS))
def test_every_help_fits_and_has_lines(qtbot: QtBot, key: str) -> None:
    dialog = HelpDialog(key)
    qtbot.addWidget(dialog)
    assert 4 <= len(TEXTS[key][1]) <= 8
    assert dialog.sizeHint().height() <= 600


def test_the_lock_of_a_windows_session_is_recognised() -> None:
    import ctypes

    locked = _Message(None, WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK)
    unlocked = _Message(None, WM_WTSSESSION_CHANGE, 0x8)
    assert says_locked(ctypes.addressof(locked)) is True
    assert says_locked(ctypes.addressof(unlocked)) is False
