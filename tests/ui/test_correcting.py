"""指摘・是正 in the window: another responsible person confirms, and nobody types a confirmation."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QStandardItemModel
from pytestqt.qtbot import QtBot

from models.codes import FindingSource, FindingStatus, Severity
from models.records import Finding
from tests.house import House, furnished
from tests.ui.shell import Answers
from tests.ui.table import Table
from ui.form_dialog import FormDialog
from ui.registers_page import RegistersPage
from ui.special_editors import CorrectionEditor


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as made:
        yield made


def done(house: House) -> Finding:
    """Enter what a worker has in charge and put right."""
    ledger = house.sign_in("yoshino")
    one = Finding(
        contract_id=house.story.contract.id, source=FindingSource.ANALYSIS,
        description="鍵の管理簿に空欄がある", severity=Severity.MINOR,
        due_on=ledger.today() + timedelta(days=7), status=FindingStatus.DONE,
        owner_person_id=house.story.people["worker"],
        action="毎日の記入を決めた", completed_on=ledger.today(),
    )  # fmt: skip
    return replace(one, id=ledger.registers.create(one).ids[0])


def verb(page: RegistersPage) -> QAction:
    return next(one for one in page.verbs() if one.text() == "是正を確認")


def shown(table: Table, finding: Finding) -> RegistersPage:
    page = RegistersPage(table.desk)
    table.show(page)
    assert not verb(page).isEnabled()
    page.show_record("finding", finding.id)
    table.settle()
    page.tab.view.mark(finding.id)
    return page


def test_the_responsible_person_looks_at_it_and_confirms(qtbot: QtBot, house: House) -> None:
    finding = done(house)
    house.sign_in("takahashi")
    table = Table(qtbot, house)
    page = shown(table, finding)
    asker = table.operations.asker
    assert isinstance(asker, Answers)
    asker.replies = [True]
    assert verb(page).isEnabled()
    verb(page).trigger()
    table.settle()
    assert "毎日の記入を決めた" in asker.asked[0]
    now = house.ledger.registers.need(Finding, finding.id).record
    assert (now.status, now.verified_by) == (
        FindingStatus.VERIFIED, house.story.people["supervisor"],
    )  # fmt: skip
    verb(page).trigger()
    assert "まだ是正済ではありません" in asker.asked[-1]
    page.show_record("pledge", "")
    assert not verb(page).isEnabled() and "「指摘・是正」の一覧から" in verb(page).toolTip()
    table.operations.close()


def test_a_worker_is_told_who_confirms_and_who_voids(qtbot: QtBot, house: House) -> None:
    finding = done(house)
    table = Table(qtbot, house)
    page = shown(table, finding)
    assert not verb(page).isEnabled() and "責任者だけ" in verb(page).toolTip()
    void = next(one for one in page.verbs() if one.text() == "取消")
    assert not void.isEnabled() and "指摘・是正の取消" in void.toolTip()
    table.operations.close()


def test_the_form_shows_a_confirmation_and_takes_none(qtbot: QtBot, house: House) -> None:
    finding = done(house)
    house.sign_in("takahashi").corrections.verify([finding.id])
    table = Table(qtbot, house)
    stored = house.ledger.registers.need(Finding, finding.id)
    dialog = FormDialog(table.desk, Finding, stored=stored)
    qtbot.addWidget(dialog)
    dialog.show()
    rows = dialog.form.rows
    status = rows["status"].editor
    assert isinstance(status, CorrectionEditor)
    model = status.box.model()
    assert isinstance(model, QStandardItemModel)
    verified = status.box.findText("確認済")
    assert status.box.currentIndex() == verified
    assert not model.item(verified).flags() & Qt.ItemFlag.ItemIsEnabled
    assert rows["verified_by"].isVisible()
    status.set_value(FindingStatus.IN_PROGRESS)
    status.edited.emit()
    assert not rows["verified_by"].isVisible() and not rows["verified_on"].isVisible()
    built = dialog.form.record()
    assert isinstance(built, Finding)
    assert (built.verified_by, built.verified_on) == ("", None)
    assert dialog.form.problems() == {}
    table.operations.close()
