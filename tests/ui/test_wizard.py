"""The first hour, done with the keyboard, up to a real ledger; and nothing left when given up."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from models.codes import ContractStatus
from models.ledger import Ledger
from models.office import Office
from models.records import Contract, Organization, Person
from models.safe import OutsidePlace
from storage.safe import LedgerSafe
from tests.ui.fingers import type_in
from tests.ui.shell import LOGIN, PASSWORD, Answers, make_books, settle, texts
from ui import ledger_settings
from ui.keys import AFTER_COMMIT_MS
from ui.operations import Operations
from ui.wizard import NEW_SHEET, WRONG_SHEET, Wizard, _start_journal

QUESTIONS = {
    "profile": "適用する特記事項", "specific": "特定個人情報", "confidential": "機密情報",
    "onsite": "作業場所の原則",
}  # fmt: skip
"""What nobody answers for the user."""


@pytest.fixture
def wizard(qtbot: QtBot, office: Office, operations: Operations, tmp_path: Path) -> Wizard:
    made = Wizard(office, operations)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    made.place.parent_folder.setText(str(tmp_path))
    return made


def keys(wizard: Wizard, *entries: str) -> None:
    """Type each entry into the field in focus and press Enter."""
    for entry in entries:
        focus = wizard.focusWidget()
        assert isinstance(focus, QWidget)
        if entry:
            if isinstance(focus, QLineEdit):
                focus.selectAll()
            type_in(focus, entry)
            if not entry.isascii():
                QTest.qWait(AFTER_COMMIT_MS + 20)  # the Enter that ends a conversion is another one
        enter(wizard)


def enter(wizard: Wizard) -> None:
    focus = wizard.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, Qt.Key.Key_Return)


def type_until_password(wizard: Wizard) -> None:
    wizard.go_on()
    keys(wizard, "株式会社みどり情報", "", "代表取締役", "髙橋一郎", "", "架空市1-2-3", "")
    wizard.go_on()
    keys(wizard, "𠮷野花子", "ヨシノハナコ", "課長", "")
    wizard.go_on()
    keys(wizard, LOGIN, PASSWORD)
    type_in(wizard.password.password.second, PASSWORD)


def fill_until_password(wizard: Wizard) -> None:
    wizard.go_on()
    wizard.organization.name.setText("株式会社みどり情報")
    wizard.organization.title.setText("代表取締役")
    wizard.organization.representative.setText("髙橋一郎")
    wizard.organization.address.setText("架空市1-2-3")
    wizard.go_on()
    wizard.person.name.setText("𠮷野花子")
    wizard.person.kana.setText("ヨシノハナコ")
    wizard.person.title.setText("課長")
    wizard.go_on()
    wizard.password.login.setText(LOGIN)
    wizard.password.password.first.setText(PASSWORD)
    wizard.password.password.second.setText(PASSWORD)


def to_sheet(
    qtbot: QtBot, wizard: Wizard, operations: Operations, fill: Callable[[Wizard], None]
) -> None:
    fill(wizard)
    QTest.keyClick(wizard.password.password.second, Qt.Key.Key_Return)
    settle(qtbot, operations)
    assert wizard.steps[wizard.number()] is wizard.sheet, wizard.message.text()


def type_sheet_back(qtbot: QtBot, wizard: Wizard, operations: Operations) -> None:
    wizard.sheet.typed.setPlainText(wizard.sheet.text.text().lower().replace(" ", ""))
    wizard.go_on()
    settle(qtbot, operations)


def test_the_keyboard_alone_leads_to_an_open_ledger(
    qtbot: QtBot, wizard: Wizard, operations: Operations, tmp_path: Path
) -> None:
    opened: list[tuple[Ledger, Path]] = []
    wizard.finished_with.connect(lambda ledger, folder: opened.append((ledger, folder)))
    to_sheet(qtbot, wizard, operations, type_until_password)
    type_sheet_back(qtbot, wizard, operations)
    for name, value in (
        ("number", "R8-001"), ("title", "児童手当入力"), ("client", "志木市"),
        ("signed", "R8.4.1"), ("starts", "令和8年4月1日"), ("ends", "2027/3/31"),
        ("purpose", "申請内容の入力"),
    ):  # fmt: skip
        type_in(getattr(wizard.contract, name), value)
    for name, label in QUESTIONS.items():
        wizard.go_on()
        assert f"「{label}」を選んでください" in wizard.message.text()
        box = getattr(wizard.contract, name)
        assert box.currentData() is None
        QTest.keyClick(box, Qt.Key.Key_Down)
    wizard.go_on()
    wizard.backup.folder.setText(str(tmp_path))
    wizard.backup.journal.setText(str(tmp_path / "外付け"))
    wizard.go_on()
    assert "見つかりません" in wizard.message.text()
    (tmp_path / "外付け").mkdir()
    wizard.go_on()
    wizard.go_on()
    settle(qtbot, operations)
    ledger, folder = opened[0]
    assert ledger.journal.status().folder == tmp_path / "外付け"
    assert ledger.journal.status().seq == ledger.store.head().seq
    assert folder == tmp_path / "預り台帳"
    assert ledger.registers.all(Person)[0].record.name == "𠮷野花子"
    contract = ledger.registers.all(Contract)[0].record
    assert (contract.contract_no, contract.profile_code) == ("R8-001", "shiki")
    assert contract.profile_sha256 == ledger.profiles["shiki"].sha256
    assert ledger.registers.need(Organization, contract.client_org_id).record.name == "志木市"
    assert ledger_settings.backup_folder(ledger) == tmp_path
    assert wizard.sheet.text.text() == ""
    ledger.close()


@pytest.mark.parametrize(
    ("signed", "status"),
    [("R8.11.21", ContractStatus.ACTIVE), ("R8.11.22", ContractStatus.PREPARING)],
)
def test_a_contract_that_is_still_to_be_concluded_is_being_prepared(
    wizard: Wizard, signed: str, status: ContractStatus
) -> None:
    for name, value in (("signed", signed), ("starts", "R8.12.1"), ("ends", "R9.3.31")):
        getattr(wizard.contract, name).setText(value)
    for name in QUESTIONS:
        getattr(wizard.contract, name).setCurrentIndex(1)
    assert wizard.contract.records("a" * 32, "b" * 32)[1].status is status


def test_a_journal_on_a_medium_waits_until_it_is_registered(
    qtbot: QtBot, office: Office, operations: Operations, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    ledger = make_books(office, tmp_path / "台帳")
    monkeypatch.setattr(LedgerSafe, "outside_place", lambda *_: OutsidePlace(tmp_path))
    _start_journal(ledger, tmp_path / "外付け")
    assert ledger.journal.status().folder is None
    assert "まだ始めていません" in ledger.notices[-1] and "バックアップの媒体" in ledger.notices[-1]
    ledger.close()


def test_a_wrong_copy_of_the_sheet_is_refused(
    qtbot: QtBot, wizard: Wizard, operations: Operations, answers: Answers
) -> None:
    to_sheet(qtbot, wizard, operations, fill_until_password)
    wizard.sheet.typed.setPlainText("AAAA BBBB CCCC DDDD\n" * 4)
    wizard.go_on()
    settle(qtbot, operations)
    assert wizard.message.text() == WRONG_SHEET
    assert wizard.steps[wizard.number()] is wizard.sheet
    answers.replies.append(True)
    wizard.reject()
    settle(qtbot, operations)


def test_cancelling_leaves_no_folder(
    qtbot: QtBot, wizard: Wizard, operations: Operations, answers: Answers, tmp_path: Path
) -> None:
    to_sheet(qtbot, wizard, operations, fill_until_password)
    assert (tmp_path / "預り台帳" / "ledger.db").exists()
    answers.replies.append(True)
    wizard.reject()
    settle(qtbot, operations)
    assert not (tmp_path / "預り台帳").exists()
    assert answers.asked == ["作りかけの台帳を消して、やめますか。"]


def test_going_back_without_a_change_keeps_the_sheet(
    qtbot: QtBot, wizard: Wizard, operations: Operations, answers: Answers
) -> None:
    to_sheet(qtbot, wizard, operations, fill_until_password)
    sheet = wizard.sheet.text.text()
    wizard.go_back()
    wizard.go_on()
    settle(qtbot, operations)
    assert wizard.sheet.text.text() == sheet
    answers.replies.append(True)
    wizard.reject()
    settle(qtbot, operations)


def test_a_change_before_the_sheet_makes_another_ledger_and_sheet(
    qtbot: QtBot, wizard: Wizard, operations: Operations, answers: Answers, tmp_path: Path
) -> None:
    to_sheet(qtbot, wizard, operations, fill_until_password)
    sheet = wizard.sheet.text.text()
    for _ in range(4):
        wizard.go_back()
    wizard.place.name.setText("別の台帳")
    for _ in range(4):
        wizard.go_on()
    settle(qtbot, operations)
    assert wizard.sheet.text.text() not in ("", sheet)
    assert wizard.message.text() == NEW_SHEET
    assert not (tmp_path / "預り台帳").exists()
    assert (tmp_path / "別の台帳" / "ledger.db").exists()
    answers.replies.append(True)
    wizard.reject()
    settle(qtbot, operations)


def test_each_step_says_what_is_missing(wizard: Wizard) -> None:
    wizard.go_on()
    wizard.go_on()
    assert wizard.message.text() == "「名称」を入力してください。"
    assert wizard.steps[wizard.number()] is wizard.organization


def test_a_weak_password_is_refused_with_a_reason(wizard: Wizard) -> None:
    fill_until_password(wizard)
    for line in (wizard.password.password.first, wizard.password.password.second):
        line.setText("password1234")
    wizard.go_on()
    assert wizard.message.text().startswith("このパスワードは使えません。")
    assert wizard.password.password.word.text() in ("とても弱い", "弱い")


def test_an_existing_folder_is_not_touched(wizard: Wizard, tmp_path: Path) -> None:
    (tmp_path / "預り台帳").mkdir()
    wizard.go_on()
    assert "すでにあります" in wizard.message.text()


def test_passwords_are_shown_nowhere_in_the_wizard(wizard: Wizard) -> None:
    fill_until_password(wizard)
    shown = " ".join(texts(wizard, [QLabel]))
    echoed = " ".join(line.displayText() for line in wizard.findChildren(QLineEdit))
    assert PASSWORD not in shown + echoed
