"""検証 and 復元の試し on the page of backups: done, entered, and shown with day and result."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from models.backup_care import last_good
from models.backups import record_backup
from models.codes import BackupKind, BackupResult
from models.records import BackupRun
from tests.ui.daily import LOGIN, PASSWORD, Site
from tests.ui.shell import SECOND_PASSWORD
from ui.backup_page import BackupPage
from ui.restore_trial import TrialDialog


def page(site: Site) -> BackupPage:
    made = BackupPage(site.desk, site.office)
    site.qtbot.addWidget(made)
    made.show()
    made.refresh()
    site.settle()
    return made


def press(site: Site, made: BackupPage, word: str) -> None:
    next(verb for verb in made.verbs() if verb.text() == word).trigger()
    site.settle()
    made.refresh()
    site.settle()


def runs(site: Site, kind: BackupKind) -> list[BackupRun]:
    return [one.record for one in site.ledger.registers.all(BackupRun, kind=kind)]


def backed_up(site: Site) -> Path:
    folder = site.folder.parent / "usb"
    folder.mkdir()
    return Path(record_backup(site.ledger, folder, lambda _done, _total: None).file)


def test_a_checked_backup_is_entered_and_shown(site: Site) -> None:
    file = backed_up(site)
    made = page(site)
    assert "最終の検証　まだありません" in made.advice.text()
    site.answers.replies.append(file)
    press(site, made, "バックアップの検証")
    [run] = runs(site, BackupKind.VERIFY)
    assert (run.result, run.file_name, run.folder) == (BackupResult.OK, file.name, str(file.parent))
    assert "最終の検証　令和8年10月1日 成功" in made.advice.text()
    assert made.register.model.rowCount() == 2


def test_a_broken_backup_is_entered_as_failed(site: Site) -> None:
    bad = site.folder.parent / "bad.azb"
    bad.write_bytes(b"not a backup")
    made = page(site)
    site.answers.replies.append(bad)
    press(site, made, "バックアップの検証")
    [run] = runs(site, BackupKind.VERIFY)
    assert run.result is BackupResult.FAILED and "bad.azb" in run.detail
    assert "最終の検証　まだありません" in made.advice.text()


def test_a_verified_ledger_is_entered(site: Site) -> None:
    made = page(site)
    before = site.ledger.store.head()
    press(site, made, "台帳の検証")
    [run] = runs(site, BackupKind.VERIFY)
    assert (run.file_name, run.to_event_seq, run.head) == (
        "（台帳の全体）", before.seq, before.hex,
    )  # fmt: skip
    assert "異常はありません" in site.answers.asked[-1]


def test_a_check_is_no_backup(site: Site) -> None:
    made = page(site)
    press(site, made, "台帳の検証")
    assert last_good(site.ledger) is None
    assert "バックアップはまだありません" in made.age.text()


def trial(site: Site, made: BackupPage) -> TrialDialog:
    press(site, made, "復元の試し")
    [dialog] = [
        one
        for one in QApplication.topLevelWidgets()
        if isinstance(one, TrialDialog) and one.isVisible()
    ]
    return dialog


def test_a_restore_is_tried_and_leaves_only_its_entry(site: Site) -> None:
    file = backed_up(site)
    scratch = site.folder.parent / "scratch"
    scratch.mkdir()
    made = page(site)
    dialog = trial(site, made)
    assert dialog.file.text() == str(file)
    site.answers.replies.append(scratch)
    dialog._choose_folder()
    QTest.keyClicks(dialog.password, PASSWORD)
    QTest.keyClick(dialog.password, Qt.Key.Key_Return)
    site.settle()
    assert "復元できました" in site.answers.asked[-1], dialog.message.text()
    [run] = runs(site, BackupKind.RESTORE_TEST)
    assert run.result is BackupResult.OK
    assert list(scratch.iterdir()) == []
    made.refresh()
    site.settle()
    assert "最終の復元の試し　令和8年10月1日 成功" in made.advice.text()
    assert site.ledger.user.login_name == LOGIN


def test_a_trial_tells_damage_of_the_journal_that_no_entry_was_lost_by(site: Site) -> None:
    disk = site.folder.parent / "disk2"
    disk.mkdir()
    site.ledger.journal.start(disk / "journal")
    (journal,) = (disk / "journal").glob("*.azj")
    begun = journal.stat().st_size
    backed_up(site)  # its entry is the one that is harmed; the next backup holds it
    backup = record_backup(site.ledger, site.folder.parent / "usb", lambda _done, _total: None)
    raw = bytearray(journal.read_bytes())
    raw[begun + 100] ^= 1
    journal.write_bytes(raw)
    made = page(site)
    dialog = trial(site, made)
    assert dialog.file.text() == str(backup.file) and dialog.with_journal.isChecked()
    dialog.scratch.setText(str(site.folder.parent))
    dialog.password.setText(PASSWORD)
    dialog.accept()
    site.settle()
    assert "復元できました" in site.answers.asked[-1], dialog.message.text()
    [run] = runs(site, BackupKind.RESTORE_TEST)
    where = f"「{journal.name} の"
    assert where in site.answers.asked[-1] and where in run.detail


def test_a_trial_that_fails_says_why_and_is_entered(site: Site) -> None:
    backed_up(site)
    made = page(site)
    dialog = trial(site, made)
    dialog.scratch.setText(str(site.folder.parent))
    dialog.accept()
    assert "パスワードを入力してください" in dialog.message.text()
    dialog.password.setText(SECOND_PASSWORD)
    dialog.accept()
    site.settle()
    assert dialog.isVisible() and "パスワードが違います" in dialog.message.text()
    assert runs(site, BackupKind.RESTORE_TEST) == []  # a slip of the hand is no failed trial
    bad = site.folder.parent / "bad.azb"
    bad.write_bytes(b"not a backup")
    dialog.file.setText(str(bad))
    dialog.password.setText(PASSWORD)
    dialog.accept()
    site.settle()
    assert "bad.azb" in dialog.message.text()
    [run] = runs(site, BackupKind.RESTORE_TEST)
    assert run.result is BackupResult.FAILED
