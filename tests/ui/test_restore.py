"""復元 in the window: by password, or on another PC by the recovery sheet with a new one after it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from models.backups import record_backup
from models.codes import OrganizationKind, Role
from models.ledger import Ledger
from models.office import Office
from models.opening import Opening
from models.records import Organization, Person
from tests.house import opening
from tests.ui.fingers import press, type_in
from tests.ui.shell import PASSWORD, SECOND_PASSWORD, Answers, make_office, settle, texts
from ui.application import make_window
from ui.operations import Operations
from ui.restore import NEW, SHEET, WHO, RestoreDialog
from ui.sheet_edit import SheetEdit
from ui.ways_in import WaysIn

LOGIN = "yoshino"


@dataclass
class Place:
    """A backup with the sheet of its time, and an office on another PC."""

    qtbot: QtBot
    folder: Path
    backup: Path
    sheet: str
    home: Office
    away: Office
    operations: Operations
    answers: Answers

    def settle(self) -> None:
        settle(self.qtbot, self.operations)

    def dialog(self, office: Office | None = None) -> RestoreDialog:
        made = RestoreDialog(office or self.away, self.operations)
        self.qtbot.addWidget(made)
        made.file.setText(str(self.backup))
        made.parent_folder.setText(str(self.folder))
        made.name.setText("復元")
        made.show()
        made.activateWindow()
        QTest.qWaitForWindowActive(made)
        return made


@pytest.fixture
def place(qtbot: QtBot, tmp_path: Path) -> Iterator[Place]:
    home = make_office(tmp_path / "home")
    books = opening()
    ledger, sheet = home.create(
        tmp_path / "ledger", Opening(books.organization, books.person, LOGIN), PASSWORD
    )
    made = record_backup(ledger, tmp_path, lambda _done, _total: None)
    ledger.close()
    answers = Answers()
    operations = Operations(answers)
    away = make_office(tmp_path / "away")
    yield Place(qtbot, tmp_path, Path(made.file), sheet, home, away, operations, answers)
    for widget in QApplication.topLevelWidgets():
        widget.hide()
        for timer in widget.findChildren(QTimer):
            timer.stop()  # the strength of a password is judged a moment after typing
    operations.close()


def type_sheet(edit: SheetEdit, sheet: str) -> None:
    """Type a sheet on the keyboard: small letters, no spaces, wherever the cursor has come to."""
    edit.lines[0].setFocus()
    for letter in sheet.lower().replace(" ", "").replace("\n", ""):
        here = QApplication.focusWidget()
        assert here is not None
        QTest.keyClicks(here, letter)


def by_sheet(place: Place, dialog: RestoreDialog) -> None:
    """Type the sheet, go on, and choose a new password."""
    dialog.ways.button(SHEET).click()
    type_sheet(dialog.sheet, place.sheet)
    dialog.accept()
    assert dialog.step == WHO, dialog.message.text()
    for line in (dialog.new_password.first, dialog.new_password.second):
        QTest.keyClicks(line, SECOND_PASSWORD)


def restored(place: Place, dialog: RestoreDialog) -> list[Ledger]:
    """Press 復元する, then type the new sheet back; return what was opened."""
    opened: list[Ledger] = []
    dialog.recovered.connect(lambda ledger, _folder: opened.append(ledger))
    dialog.accept()
    place.settle()
    assert dialog.isHidden(), dialog.message.text()
    fresh = dialog.new_sheet.panel.text.text()
    assert fresh not in ("", place.sheet)
    dialog.new_sheet.panel.typed.setPlainText(place.sheet)
    dialog.new_sheet.accept()
    place.settle()
    assert opened == [] and "文字が違います" in dialog.new_sheet.message.text()
    dialog.new_sheet.panel.typed.setPlainText(fresh)
    dialog.new_sheet.accept()
    place.settle()
    return opened


def test_a_sheet_is_grouped_while_it_is_typed(place: Place) -> None:
    dialog = place.dialog()
    dialog.ways.button(SHEET).click()
    type_sheet(dialog.sheet, place.sheet)
    assert dialog.sheet.toPlainText() == place.sheet
    assert [state.text() for state in dialog.sheet.states] == ["✓ 16文字"] * 4


def test_a_line_says_what_it_still_needs_and_what_is_not_on_the_paper(qtbot: QtBot) -> None:
    edit = SheetEdit()
    qtbot.addWidget(edit)
    type_in(edit.lines[0], "abcd0")
    assert edit.lines[0].text() == "ABCD O"
    assert edit.states[0].text() == "あと11文字"
    type_in(edit.lines[0], "9")
    assert edit.states[0].text() == "⚠ 用紙にない文字があります：9"
    press(edit.lines[0], Qt.Key.Key_Backspace)
    assert edit.states[0].text() == "あと11文字"


def test_a_pasted_sheet_spreads_over_the_lines(qtbot: QtBot) -> None:
    edit = SheetEdit()
    qtbot.addWidget(edit)
    QApplication.clipboard().setText("ａｂｃｄ-efgh ijkl mnop\nqrst uvwx yzab cdef")
    edit.lines[0].paste()
    edit.lines[0].textEdited.emit(edit.lines[0].text())
    assert edit.lines[0].text() == "ABCD EFGH IJKL MNOP"
    assert edit.lines[1].text() == "QRST UVWX YZAB CDEF"


def test_the_sheet_restores_on_another_pc_and_a_new_one_takes_its_place(place: Place) -> None:
    dialog = place.dialog()
    by_sheet(place, dialog)
    QTest.keyClicks(dialog.new_login, LOGIN)
    [ledger] = restored(place, dialog)
    assert ledger.user.login_name == LOGIN
    ledger.close()
    place.away.unlock(place.folder / "復元", LOGIN, SECOND_PASSWORD).close()


def test_somebody_new_takes_over(place: Place) -> None:
    dialog = place.dialog()
    by_sheet(place, dialog)
    dialog.who.button(NEW).click()
    assert dialog.newcomer["name"].isVisible()
    dialog.accept()
    assert dialog.message.text() == "引き継ぐ人の氏名を入力してください。"
    type_in(dialog.newcomer["name"], "髙橋　次郎")
    type_in(dialog.newcomer["name_kana"], "タカハシ　ジロウ")
    QTest.keyClicks(dialog.new_login, "takahashi")
    [ledger] = restored(place, dialog)
    assert (ledger.user.login_name, ledger.role) == ("takahashi", Role.SUPERVISOR)
    found = ledger.registers.need(Person, ledger.user.person_id).record
    assert (found.name, found.name_kana) == ("髙橋　次郎", "タカハシ　ジロウ")
    assert ledger.registers.one(Organization) is not None
    ledger.close()


def test_an_empty_folder_takes_the_restore_and_a_full_one_does_not(place: Place) -> None:
    (place.folder / "復元").mkdir()
    (place.folder / "復元" / "mine").touch()
    dialog = place.dialog(place.home)
    found: list[object] = []
    dialog.restored.connect(found.append)
    for _ in range(2):
        dialog.login.setText(LOGIN)
        dialog.password.setText(PASSWORD)
        dialog.accept()
        place.settle()
        if not found:
            assert "空のフォルダーか" in dialog.message.text()
            (place.folder / "復元" / "mine").unlink()
    assert found == [place.folder / "復元"]


def test_a_mistyped_line_is_named_and_nothing_is_made(place: Place) -> None:
    dialog = place.dialog()
    first = place.sheet[0]
    wrong = ("B" if first == "A" else "A") + place.sheet[1:]
    dialog.ways.button(SHEET).click()
    dialog.sheet.setPlainText(wrong)
    dialog.accept()
    dialog.new_login.setText(LOGIN)
    for line in (dialog.new_password.first, dialog.new_password.second):
        line.setText(SECOND_PASSWORD)
    dialog.accept()
    place.settle()
    assert "1行目に打ち間違い" in dialog.message.text()
    assert dialog.sheet.isVisible()  # back where it can be put right
    assert not (place.folder / "復元").exists()


def test_the_journal_brings_back_what_came_after_the_backup(place: Place) -> None:
    ledger = place.home.unlock(place.folder / "ledger", LOGIN, PASSWORD)
    (place.folder / "disk2").mkdir()
    ledger.journal.start(place.folder / "disk2" / "journal")
    backup = record_backup(ledger, place.folder, lambda _done, _total: None)
    carrier = Organization(kinds=(OrganizationKind.CARRIER,), name="後から登録した運送")
    ledger.registers.create(carrier)
    ledger.close()
    dialog = place.dialog(place.home)
    dialog.file.setText(str(backup.file))
    place.answers.replies.append(place.folder / "disk2" / "journal")
    dialog._choose_journal()
    dialog.login.setText(LOGIN)
    dialog.password.setText(PASSWORD)
    dialog.accept()
    place.settle()
    assert "更新ジャーナルから" in place.answers.asked[-1], dialog.message.text()
    restored = place.home.unlock(place.folder / "復元", LOGIN, PASSWORD)
    assert restored.registers.one(Organization, name=carrier.name) is not None
    restored.close()


def test_the_password_of_today_leads_through_a_new_data_key(place: Place) -> None:
    ledger = place.home.unlock(place.folder / "ledger", LOGIN, PASSWORD)
    (place.folder / "disk2").mkdir()
    ledger.journal.start(place.folder / "disk2" / "journal")
    backup = record_backup(ledger, place.folder, lambda _done, _total: None)
    ledger.people.change_password(PASSWORD, SECOND_PASSWORD)
    ledger.people.renew_key("点検のため")
    seq = ledger.store.head().seq
    ledger.close()
    dialog = place.dialog(place.home)
    dialog.file.setText(str(backup.file))
    assert any("更新ジャーナルを選んだときは今の" in text for text in texts(dialog, [QLabel]))
    dialog.journal.setText(str(place.folder / "disk2" / "journal"))
    dialog.login.setText(LOGIN)
    dialog.password.setText(PASSWORD)
    place.answers.replies.append(False)
    dialog.accept()
    place.settle()
    assert "今のパスワードで、もう一度" in place.answers.asked[-1]
    dialog.password.setText(SECOND_PASSWORD)
    dialog.accept()
    place.settle()
    assert f"{seq:,}まで復元しました" in place.answers.asked[-1], dialog.message.text()
    assert "今のもの" in place.answers.asked[-1]
    place.home.unlock(place.folder / "復元", LOGIN, SECOND_PASSWORD).close()


@dataclass
class Damage:
    """A journal that is damaged behind its backup: the first of three entries still reads."""

    backup: Path
    journal: Path
    reached: int
    end: int

    def fill(self, dialog: RestoreDialog) -> None:
        dialog.file.setText(str(self.backup))
        dialog.journal.setText(str(self.journal))


@pytest.fixture
def damage(place: Place) -> Damage:
    ledger = place.home.unlock(place.folder / "ledger", LOGIN, PASSWORD)
    journal = place.folder / "disk2" / "journal"
    journal.parent.mkdir()
    ledger.journal.start(journal)
    backup = record_backup(ledger, place.folder, lambda _done, _total: None)
    seqs = []
    for name in ("一番", "二番", "三番"):
        firm = Organization(kinds=(OrganizationKind.CARRIER,), name=name)
        seqs.append(ledger.registers.create(firm).head.seq)
        if name == "一番":
            file = max(journal.glob("*.azj"))
            end = file.stat().st_size
    ledger.close()
    raw = bytearray(file.read_bytes())
    raw[end + 100] ^= 1
    file.write_bytes(raw)
    return Damage(Path(backup.file), journal, seqs[0], seqs[-1])


def test_damage_of_the_journal_is_asked_about_before_anything_is_restored(
    place: Place, damage: Damage
) -> None:
    dialog = place.dialog(place.home)
    damage.fill(dialog)
    for answer in (False, True):
        dialog.login.setText(LOGIN)
        dialog.password.setText(PASSWORD)
        place.answers.replies.append(answer)
        dialog.accept()
        place.settle()
        question = place.answers.asked[-2 if answer else -1]
        assert f"記帳番号{damage.reached:,}まで復元しますか" in question
        assert f"{damage.reached + 1:,}から{damage.end:,}までは戻りません" in question
        assert "番目の記録" in question and "--" not in question
        assert (place.folder / "復元").exists() is answer
    assert "戻していません" in place.answers.asked[-1]
    restored = place.home.unlock(place.folder / "復元", LOGIN, PASSWORD)
    assert restored.store.head().seq == damage.reached
    assert restored.registers.one(Organization, name="一番") is not None
    assert restored.safe.verify(full=True, progress=lambda _done, _total: None).ok
    restored.close()


def test_the_sheet_restores_up_to_the_damage_when_it_is_agreed(
    place: Place, damage: Damage
) -> None:
    dialog = place.dialog()
    by_sheet(place, dialog)
    damage.fill(dialog)
    dialog.new_login.setText(LOGIN)
    place.answers.replies.append(True)
    (ledger,) = restored(place, dialog)
    assert any(f"記帳番号{damage.reached:,}まで復元しますか" in one for one in place.answers.asked)
    assert "番目の記録" in place.answers.asked[-1] and "戻していません" in place.answers.asked[-1]
    assert ledger.registers.one(Organization, name="一番") is not None
    assert ledger.registers.one(Organization, name="二番") is None
    assert any("戻していません" in line for line in ledger.paper.numbering().warnings)
    ledger.close()


def test_a_worker_is_told_to_ask_the_responsible_person(place: Place) -> None:
    dialog = place.dialog(place.home)
    assert any("復元できるのは責任者だけです" in text for text in texts(dialog, [QLabel]))
    dialog.login.setText("sato")
    dialog.password.setText("kaze yama ringo 31 hato")
    dialog.accept()
    place.settle()
    assert "バックアップを開けるのは責任者だけです" in dialog.message.text()


def test_the_door_opens_what_the_sheet_restored(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = QWidget()
    place.qtbot.addWidget(window)
    ways = WaysIn(lambda: place.away, place.operations, window)
    opened: list[tuple[Ledger, Path]] = []
    ways.opened.connect(lambda ledger, folder: opened.append((ledger, folder)))

    def filled(dialog: RestoreDialog) -> int:
        dialog.file.setText(str(place.backup))
        dialog.parent_folder.setText(str(place.folder))
        dialog.name.setText("復元")
        dialog.show()
        dialog.activateWindow()
        QTest.qWaitForWindowActive(dialog)
        by_sheet(place, dialog)
        dialog.new_login.setText(LOGIN)
        restored(place, dialog)
        return 1

    monkeypatch.setattr(RestoreDialog, "exec", filled)
    ways.restore()
    [(ledger, folder)] = opened
    assert folder == place.folder / "復元"
    ledger.close()


def test_the_door_still_says_why_nothing_was_restored(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(lambda: place.home, place.operations, tmp_path / "settings")
    place.qtbot.addWidget(window)

    def filled(dialog: RestoreDialog) -> int:
        dialog.file.setText(str(place.backup))
        dialog.parent_folder.setText(str(place.folder))
        dialog.login.setText(LOGIN)
        dialog.password.setText("umi kaze ringo 42 tonbx")
        dialog.accept()
        place.settle()
        dialog.reject()
        return 0

    monkeypatch.setattr(RestoreDialog, "exec", filled)
    window.ways.restore()
    said = window.unlock.message.text()
    assert f"「{place.backup.name}」は復元していません" in said and "パスワード" in said
