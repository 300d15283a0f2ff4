"""内容の消去: the dialog says what goes and what stays, and erases with a second person."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from models.records import ContentErasure, Contract
from tests.ending import REASON, close, ended, erase, worker
from tests.house import House
from tests.ui.shell import Answers, settle, texts
from ui.backup_page import _erased
from ui.erasing import EraseDialog
from ui.form_dialog import FormDialog
from ui.operations import Operations
from ui.page import Desk
from ui.record_dialog import RecordDialog
from ui.record_pages import ContractsPage
from ui.registers_page import RegistersPage


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ended(tmp_path, journal=True) as made:
        yield made


@pytest.fixture
def desk(house: House, operations: Operations, answers: Answers) -> Desk:
    return Desk(house.ledger, operations, answers, lambda *_where: None)


def shown(house: House, desk: Desk, qtbot: QtBot) -> EraseDialog:
    dialog = EraseDialog(desk, house.ledger.ending.plan(house.story.contract.id))
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def contracts_page(desk: Desk, qtbot: QtBot, verb: str) -> tuple[ContractsPage, QAction]:
    """Return the page of the contracts, shown, and one of its buttons."""
    page = ContractsPage(desk)
    qtbot.addWidget(page)
    page.show()
    settle(qtbot, desk.operations)
    return page, next(one for one in page.verbs() if one.text() == verb)


def words(dialog: EraseDialog) -> str:
    from PySide6.QtWidgets import QLabel

    return "\n".join(texts(dialog, [QLabel]))


def test_it_says_what_goes_stays_and_is_outside(house: House, desk: Desk, qtbot: QtBot) -> None:
    dialog = shown(house, desk, qtbot)
    said = words(dialog)
    assert "媒体・資料 2件" in said and "元に戻せません" in said and "署名" in said
    assert "これらのバックアップと更新ジャーナルには残っています" in said
    assert "000001.azj" in said and "新しいバックアップを作り" in said


def test_an_obstacle_leaves_nothing_to_press(house: House, desk: Desk, qtbot: QtBot) -> None:
    close(house, retain_ledger_until=None)
    dialog = shown(house, desk, qtbot)
    assert "台帳の保存期限」が入力されていません" in words(dialog)
    assert not dialog.erase_button.isVisible() and dialog.second is None


def test_it_erases_with_number_reason_and_second_person(
    house: House, desk: Desk, qtbot: QtBot
) -> None:
    dialog = shown(house, desk, qtbot)
    dialog.erase()
    assert "契約番号「2026-001」を" in dialog.message.text()
    dialog.number.setText("2026-001")
    dialog.erase()
    assert "理由を入力" in dialog.message.text()
    dialog.reason.setText(REASON)
    dialog.erase()
    assert "パスワードを" in dialog.message.text()
    assert dialog.second is not None
    dialog.second.password.setText("違うパスワード-12345")
    dialog.erase()
    settle(qtbot, desk.operations)
    assert "パスワードが違います" in dialog.message.text() and dialog.reason.text() == REASON
    dialog.second.password.setText(worker(house).password)
    dialog.erase()
    settle(qtbot, desk.operations)
    assert len(house.ledger.registers.all(ContentErasure)) == 1
    assert isinstance(desk.asker, Answers)
    assert "2026-001」の内容を消去し" in desk.asker.asked[-1]
    found = house.ledger.safe.verify(full=True, progress=lambda done, total: None)
    assert found.ok and "件の内容は、記帳番号" in _erased(found)


def test_the_contract_page_offers_it_for_a_marked_contract(
    house: House, desk: Desk, qtbot: QtBot
) -> None:
    page, verb = contracts_page(desk, qtbot, "内容の消去")
    page.tab.view.mark(house.ledger.registers.all(Contract)[0].record.id)
    settle(qtbot, desk.operations)
    assert verb.isEnabled()
    page.book.setCurrentIndex(1)
    settle(qtbot, desk.operations)
    assert not verb.isEnabled() and "契約を選んでください" in verb.toolTip()


def test_what_is_left_of_an_erased_contract_offers_no_correction(
    house: House, desk: Desk, qtbot: QtBot
) -> None:
    page, revise = contracts_page(desk, qtbot, "訂正")
    page.tab.view.mark(house.story.contract.id)
    settle(qtbot, desk.operations)
    assert revise.isEnabled()
    erase(house)
    page.refresh()
    settle(qtbot, desk.operations)
    page.tab.view.mark(house.story.contract.id)
    assert not revise.isEnabled() and "訂正できません" in revise.toolTip()
    page.tab.open()
    (dialog,) = page.tab.findChildren(RecordDialog)
    assert "訂正…" not in texts(dialog, [QPushButton])
    day = dialog.form.rows["content_erased_on"]
    assert day.isVisibleTo(dialog.form) and day.editor.value() == house.ledger.today()


def test_no_form_asks_for_the_day_of_an_erasure(house: House, desk: Desk, qtbot: QtBot) -> None:
    contract = house.ledger.registers.need(Contract, house.story.contract.id)
    for dialog in (FormDialog(desk, Contract, stored=contract), FormDialog(desk, Contract)):
        qtbot.addWidget(dialog)
        form = dialog.form
        assert not form.rows["content_erased_on"].isVisibleTo(form)
        assert form.rows["retain_ledger_until"].isVisibleTo(form)


def test_the_entry_of_an_erasure_can_be_read_and_not_corrected(
    house: House, desk: Desk, qtbot: QtBot
) -> None:
    erase(house)
    page = RegistersPage(desk)
    qtbot.addWidget(page)
    page.show()
    settle(qtbot, desk.operations)
    page.show_record("content_erasure", house.ledger.registers.all(ContentErasure)[0].record.id)
    settle(qtbot, desk.operations)
    assert not next(one for one in page.verbs() if one.text() == "訂正").isEnabled()
    page.tab.open()
    (dialog,) = page.tab.findChildren(RecordDialog)
    assert dialog.form.rows["reason"].editor.value() == REASON
    assert "訂正…" not in texts(dialog, [QPushButton])
