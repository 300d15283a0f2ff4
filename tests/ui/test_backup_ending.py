"""古いバックアップの廃棄: the list says why, and what is ticked goes and is entered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from models.backup_care import proposal, standing
from models.backup_media import register_medium
from models.backup_strays import UNKNOWN
from models.backups import record_backup
from tests.house import House, furnished
from tests.ui.shell import Answers, cell_text, settle
from ui.backup_ending import NOTHING, EndingDialog
from ui.backup_page import BackupPage
from ui.operations import Operations
from ui.page import Desk


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    (tmp_path / "stick").mkdir()
    with furnished(tmp_path) as made:
        for _ in range(3):
            made.clock.wait(1)
            record_backup(made.ledger, tmp_path / "stick", lambda done, total: None)
        yield made


@pytest.fixture
def desk(house: House, operations: Operations, answers: Answers) -> Desk:
    return Desk(house.ledger, operations, answers, lambda *_where: None)


def test_what_is_ticked_goes(house: House, desk: Desk, qtbot: QtBot) -> None:
    dialog = EndingDialog(desk, proposal(house.ledger))
    qtbot.addWidget(dialog)
    assert dialog.table.rowCount() == 3 and len(dialog.chosen()) == 2
    assert cell_text(dialog.table, 0, 2) == "廃棄できる"
    assert "残さなくてよい" in cell_text(dialog.table, 0, 3)
    assert cell_text(dialog.table, 2, 2) == "必ず残す"
    assert "いちばん新しい" in cell_text(dialog.table, 2, 3)
    kept = dialog.table.item(1, 0)
    assert kept is not None
    kept.setCheckState(Qt.CheckState.Unchecked)
    dialog.dispose()
    settle(qtbot, desk.operations)
    assert len(standing(house.ledger)) == 2
    assert len(list((house.folder / "stick").iterdir())) == 2
    assert isinstance(desk.asker, Answers) and "1件の廃棄を記帳" in desk.asker.asked[-1]


def test_nothing_is_done_without_tick_and_reason(house: House, desk: Desk, qtbot: QtBot) -> None:
    dialog = EndingDialog(desk, proposal(house.ledger))
    qtbot.addWidget(dialog)
    dialog.reason.clear()
    dialog.dispose()
    settle(qtbot, desk.operations)
    assert "理由" in dialog.message.text()
    for row in range(2):
        cell = dialog.table.item(row, 0)
        assert cell is not None
        cell.setCheckState(Qt.CheckState.Unchecked)
    dialog.dispose()
    assert "選んでください" in dialog.message.text() and len(standing(house.ledger)) == 3


def test_what_is_out_of_reach_is_not_ticked(house: House, desk: Desk, qtbot: QtBot) -> None:
    (house.folder / "stick").rename(house.folder / "drawer")
    dialog = EndingDialog(desk, proposal(house.ledger))
    qtbot.addWidget(dialog)
    assert dialog.chosen() == [] and "接続されていません" in cell_text(dialog.table, 0, 3)


def test_the_last_file_that_is_there_is_kept(house: House, desk: Desk, qtbot: QtBot) -> None:
    *old, newest = sorted((house.folder / "stick").iterdir())
    newest.unlink()
    dialog = EndingDialog(desk, proposal(house.ledger))
    qtbot.addWidget(dialog)
    assert "見つかりません" in cell_text(dialog.table, 2, 3)
    dialog.dispose()
    settle(qtbot, desk.operations)
    assert newest.name in dialog.message.text() and all(file.exists() for file in old)
    assert dialog.dispose_button.isEnabled()


def test_a_file_without_an_entry_is_named_below_the_list(
    house: House, desk: Desk, qtbot: QtBot
) -> None:
    register_medium(house.ledger, house.folder / "stick", medium_no="B-01", name="金庫のUSB")
    house.clock.wait(1)
    made = house.ledger.safe.backup(house.folder / "stick", lambda done, total: None)
    page = BackupPage(desk, house.office)
    qtbot.addWidget(page)
    page.end()
    settle(qtbot, desk.operations)
    dialog = page.findChild(EndingDialog)
    assert dialog is not None and dialog.table.rowCount() == 3
    assert f"{made.file}　{UNKNOWN}" in dialog.strays.text()
    dialog.reject()


def test_an_empty_list_says_so(desk: Desk, qtbot: QtBot) -> None:
    dialog = EndingDialog(desk, [])
    qtbot.addWidget(dialog)
    assert dialog.message.text() == NOTHING and not dialog.dispose_button.isEnabled()


def test_the_page_says_that_a_backup_must_go(house: House, desk: Desk, qtbot: QtBot) -> None:
    page = BackupPage(desk, house.office)
    qtbot.addWidget(page)
    page.refresh()
    settle(qtbot, desk.operations)
    assert "残してはいけない" not in page.advice.text()
    house.ledger.people.renew_key("鍵の写しを失くしたため")
    page.refresh()
    settle(qtbot, desk.operations)
    assert "残してはいけないバックアップが3件あります" in page.advice.text()
    assert page.age.text().startswith("！")
    page.end()
    settle(qtbot, desk.operations)
    dialog = page.findChild(EndingDialog)
    assert dialog is not None and cell_text(dialog.table, 0, 2) == "！廃棄する"
    dialog.reject()
