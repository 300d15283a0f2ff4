"""バックアップの媒体: registered, leaving use, and ended, each by its button."""

from pathlib import Path
from shutil import rmtree

import pytest
from pytestqt.qtbot import QtBot

from models.backup_care import standing
from models.backup_media import WITHOUT_PLACE, leave_use, register_medium
from models.backups import record_backup
from models.codes import MediumState, SanitizationMethod
from models.records import BackupMedium, Person, Place
from models.safe import OutsidePlace
from storage.safe import LedgerSafe
from tests.house import House, furnished
from tests.ui.shell import Answers, cell_text, settle
from ui.backup_media import NONE_YET, MediaDialog, read_media
from ui.backup_page import BackupPage
from ui.ledger_settings import backup_folder
from ui.medium_ending import EMPTY, MediumEndingDialog
from ui.operations import Operations
from ui.page import Desk


@pytest.fixture
def house(house_and_sticks: House) -> House:
    return house_and_sticks


@pytest.fixture
def desk(house: House, operations: Operations, answers: Answers) -> Desk:
    return Desk(house.ledger, operations, answers, lambda *_where: None)


def answers(desk: Desk) -> Answers:
    assert isinstance(desk.asker, Answers)
    return desk.asker


def register(house: House, name: str, number: str) -> BackupMedium:
    register_medium(house.ledger, house.folder / name, medium_no=number, name="USBメモリー")
    stored = house.ledger.registers.one(BackupMedium, medium_no=number)
    assert stored is not None
    house.clock.wait(1)
    record_backup(house.ledger, house.folder / name, lambda done, total: None)
    return stored.record


def media_dialog(house: House, desk: Desk, qtbot: QtBot) -> MediaDialog:
    dialog = MediaDialog(desk, read_media(house.ledger))
    qtbot.addWidget(dialog)
    return dialog


def test_a_medium_is_registered_from_the_page(house: House, desk: Desk, qtbot: QtBot) -> None:
    page = BackupPage(desk, house.office)
    qtbot.addWidget(page)
    page.media()
    settle(qtbot, desk.operations)
    dialog = page.findChild(MediaDialog)
    assert dialog is not None and dialog.message.text() == NONE_YET
    answers(desk).replies += [house.folder / "stick", "B-01　金庫のUSBメモリー"]
    dialog.register()
    settle(qtbot, desk.operations)
    medium = house.ledger.registers.all(BackupMedium)[0].record
    assert (medium.medium_no, medium.name) == ("B-01", "金庫のUSBメモリー")
    assert "B-01」を登録しました" in dialog.message.text()
    assert [cell_text(dialog.table, 0, n) for n in (0, 2, 3)] == ["B-01", "使用中", "0件"]
    assert dialog.leave_button.isEnabled() and not dialog.end_button.isEnabled()
    assert "先に「使用を終える…」" in dialog.end_button.toolTip()


def test_a_worker_is_told_who_registers_the_first_medium(
    qtbot: QtBot, operations: Operations, tmp_path: Path
) -> None:
    (tmp_path / "stick").mkdir()
    with furnished(tmp_path, accounts=True) as house:
        house.sign_in("yoshino")
        asker = operations.asker
        assert isinstance(asker, Answers)
        desk = Desk(house.ledger, operations, asker, lambda *_where: None)
        page = BackupPage(desk, house.office)
        qtbot.addWidget(page)
        asker.replies.append(tmp_path / "stick")
        page.back_up()
        settle(qtbot, operations)
        assert "責任者かシステム管理者" in asker.asked[-1]
        assert not house.ledger.registers.all(BackupMedium)
        assert not list((tmp_path / "stick").iterdir())


def test_a_folder_is_the_usual_one_when_a_backup_lies_in_it(
    house: House, desk: Desk, qtbot: QtBot
) -> None:
    ledger, (stick, other) = house.ledger, (house.folder / "stick", house.folder / "other")
    page = BackupPage(desk, house.office)
    qtbot.addWidget(page)
    page.show()

    def backed_up(*replies: object) -> str:
        answers(desk).replies[:] = replies
        answers(desk).asked.clear()
        desk.operations.watch(ledger)
        page.back_up()
        settle(qtbot, desk.operations)
        assert not answers(desk).replies
        return "\n".join(answers(desk).asked)

    backed_up(other, None)  # the wrong folder, and it is seen in time
    assert backup_folder(ledger) is None
    assert "保存先を選んで" in backed_up(stick, "B-01 金庫のUSB")
    assert backup_folder(ledger) == stick and f"保存先　{stick}" in page.advice.text()
    assert "読み直して確かめました" in backed_up()  # asks no more
    mark = next(one for one in stick.iterdir() if one.suffix != ".azb")
    away = mark.rename(house.folder / mark.name)  # another stick lies in its place
    said = backed_up(other, None)
    assert "登録した媒体ではありません" in said and "B-02" in said
    away.rename(mark)
    assert backup_folder(ledger) == stick and not list(other.iterdir())
    assert "読み直して確かめました" in backed_up()
    away = mark.rename(house.folder / mark.name)
    backed_up(other, "B-02 二本目")
    assert backup_folder(ledger) == other
    assert [one.record.medium_no for one in ledger.registers.all(BackupMedium)] == ["B-01", "B-02"]


def test_a_medium_leaves_use_with_a_reason(house: House, desk: Desk, qtbot: QtBot) -> None:
    register(house, "stick", "B-01")
    dialog = media_dialog(house, desk, qtbot)
    answers(desk).replies += ["古くなったため"]
    dialog.leave()
    settle(qtbot, desk.operations)
    assert cell_text(dialog.table, 0, 2) == "使用終了の手続中"
    assert cell_text(dialog.table, 0, 3) == "1件"
    assert dialog.end_button.isEnabled() and not dialog.leave_button.isEnabled()


def test_a_destroyed_medium_is_entered_with_its_backups(
    house: House, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    medium = register(house, "stick", "B-01")
    register(house, "other", "B-02")
    leave_use(house.ledger, medium.id, "古くなったため")
    rmtree(house.folder / "stick")
    dialog = media_dialog(house, desk, qtbot)
    people = [one.record.id for one in house.ledger.registers.all(Person)]
    me = house.ledger.user.person_id

    def answer(asked: MediumEndingDialog) -> bool:
        assert asked.how.findText(EMPTY) == -1  # something is left on it
        asked.reason.setText("破砕したため")
        asked.how.setCurrentIndex(asked.how.findData(SanitizationMethod.PHYSICAL.value))
        asked.accept()
        assert "確かめた人" in asked.message.text() and not asked.result()
        assert asked.verifier.id() == me and not asked.verifier.isEnabled()
        asked.performer.set_id(next(one for one in people if one != me))
        asked.accept()
        return bool(asked.result())

    monkeypatch.setattr(MediumEndingDialog, "exec", answer)
    dialog.table.selectRow(0)
    dialog.end()
    settle(qtbot, desk.operations)
    assert cell_text(dialog.table, 0, 2) == "使用終了" and cell_text(dialog.table, 0, 3) == "0件"
    stored = house.ledger.registers.one(BackupMedium, medium_no="B-01")
    assert stored is not None and stored.record.state is MediumState.ENDED
    assert len(standing(house.ledger)) == 1


def test_a_network_folder_is_registered_with_a_place_or_not_at_all(
    house: House, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = OutsidePlace(house.folder / "other", network=True)
    monkeypatch.setattr(LedgerSafe, "outside_place", lambda safe, path: far)
    dialog = media_dialog(house, desk, qtbot)
    asked = answers(desk)
    asked.replies = [house.folder / "other", "N-01 事務室のNAS"]
    asked.chosen = "外の倉庫"  # what is not offered, as when the question is left
    dialog.register()
    settle(qtbot, desk.operations)
    assert dialog.message.text() == WITHOUT_PLACE and dialog.table.rowCount() == 0
    assert not list((house.folder / "other").iterdir())
    assert "作業場所の中に置いている装置だけ" in asked.asked[-1]
    place = house.ledger.registers.all(Place)[0].record
    asked.replies = [house.folder / "other", "N-01 事務室のNAS"]
    asked.chosen = place.caption()
    dialog.register()
    settle(qtbot, desk.operations)
    [medium] = [one.record for one in house.ledger.registers.all(BackupMedium)]
    assert (medium.name, medium.place_id) == ("事務室のNAS", place.id)
    assert cell_text(dialog.table, 0, 1) == "事務室のNAS"
