"""回復シートの作り直し: on paper and typed back first, in force only then."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from models.errors import DiskFull, NotPermitted, WrongRecoverySheet
from storage import header_files
from tests.house import House, furnished
from tests.ui.shell import Answers, settle
from ui.new_sheet import NewSheetDialog
from ui.operations import Operations
from ui.page import Desk
from ui.sample import cast
from ui.settings_page import SettingsPage

BOSS = cast.USERS[0]
FRESH = "静かな港に灯る三つの明かり"
REASON = "用紙を人に見られたため"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as made:
        yield made


@pytest.fixture
def desk(house: House, operations: Operations, answers: Answers) -> Desk:
    return Desk(house.ledger, operations, answers, lambda *_where: None)


@pytest.fixture
def dialog(desk: Desk, qtbot: QtBot) -> NewSheetDialog:
    made = NewSheetDialog(desk, desk.ledger.people.draw_sheet(), "見本事務")
    qtbot.addWidget(made)
    made.show()
    return made


def lets_in(house: House, sheet: str) -> bool:
    house.ledger.close()
    try:
        house.ledger, _ = house.office.recover(house.folder / "ledger", sheet, BOSS.login, FRESH)
    except WrongRecoverySheet:
        return False
    return True


def test_the_new_sheet_is_typed_back_before_it_is_in_force(
    house: House, desk: Desk, dialog: NewSheetDialog, qtbot: QtBot, answers: Answers
) -> None:
    fresh = dialog.panel.text.text()
    head = house.ledger.store.head()
    dialog.accept()
    assert "理由" in dialog.message.text()
    QTest.keyClicks(dialog.reason, "seen")
    dialog.reason.setText(REASON)
    dialog.panel.typed.setPlainText(house.sheet)
    dialog.accept()
    settle(qtbot, desk.operations)
    assert "文字が違います" in dialog.message.text() and house.ledger.store.head() == head
    dialog.panel.typed.setPlainText(fresh.lower())
    dialog.accept()
    settle(qtbot, desk.operations)
    assert dialog.result() == QDialog.DialogCode.Accepted and "替えました" in answers.asked[-1]
    assert dialog.panel.text.text() == ""
    assert not lets_in(house, house.sheet) and lets_in(house, fresh)


def test_whoever_leaves_keeps_the_sheet_of_before(house: House, dialog: NewSheetDialog) -> None:
    fresh = dialog.panel.text.text()
    dialog.reject()
    assert dialog.panel.text.text() == ""
    assert not lets_in(house, fresh) and lets_in(house, house.sheet)


@pytest.mark.parametrize("copies", [0, 1])
def test_a_disk_that_fails_half_way_tells_to_keep_both(
    house: House,
    desk: Desk,
    dialog: NewSheetDialog,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    copies: int,
) -> None:
    really, done = header_files.overwrite_durable, list[Path]()

    def half(path: Path, content: bytes) -> None:
        if len(done) == copies:
            path.write_bytes(content[:100])
            raise DiskFull(file=path.name)
        done.append(path)
        really(path, content)

    monkeypatch.setattr(header_files, "overwrite_durable", half)
    fresh = dialog.panel.text.text()
    dialog.reason.setText(REASON)
    dialog.panel.typed.setPlainText(fresh)
    dialog.accept()
    settle(qtbot, desk.operations)
    monkeypatch.undo()
    assert "捨てないで" in dialog.message.text()
    assert dialog.panel.text.text() == fresh  # it stays in sight
    assert lets_in(house, fresh if copies else house.sheet)
    assert house.ledger.safe.verify(full=True, progress=lambda done, total: None).ok


def test_only_a_responsible_person_draws_one(
    house: House, operations: Operations, answers: Answers, qtbot: QtBot
) -> None:
    ledger = house.sign_in("yoshino")
    with pytest.raises(NotPermitted, match="責任者"):
        ledger.people.draw_sheet()
    page = SettingsPage(Desk(ledger, operations, answers, lambda *_where: None))
    qtbot.addWidget(page)
    verbs = {action.text(): action for action in page.verbs()}
    assert not verbs["回復シート"].isEnabled() and "責任者" in verbs["回復シート"].toolTip()
