"""A screen of 960 × 540 (Full HD at 200 %): nothing lies on something else, and … tells of more."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from models.records import Incident
from tests.house import House, furnished
from tests.ui.shell import Answers, settle
from ui.access_part import AccessPart
from ui.application import prepare
from ui.calendar_page import CalendarPage
from ui.elided import ElidedLabel
from ui.fitting import LEAST_WIDE
from ui.form_dialog import FormDialog
from ui.new_sheet import NewSheetDialog
from ui.operations import Operations
from ui.page import Desk, Page
from ui.recover import RecoverDialog
from ui.sheet_edit import SheetEdit
from ui.wizard import Wizard
from ui.workbench import Place, Workbench

ROOM = (752, 390)  # pixels that a page has there


class Empty(Page):
    """A page without anything."""


@pytest.fixture(scope="module", autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """The application in its letters, which take more room than those of a bare one."""
    before = qapp.styleSheet(), qapp.font(), qapp.palette()
    prepare(qapp)
    yield
    qapp.setStyleSheet(before[0])
    qapp.setFont(before[1])
    qapp.setPalette(before[2])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, things=3) as made:
        yield made


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    answers = Answers()
    operations = Operations(answers)
    operations.watch(house.ledger)
    yield Desk(house.ledger, operations, answers, lambda *_where: None)
    operations.close()


def show(qtbot: QtBot, desk: Desk, widget: QWidget) -> None:
    qtbot.addWidget(widget)
    widget.setFixedSize(*ROOM)
    widget.show()
    for _ in range(2):
        settle(qtbot, desk.operations)
    QApplication.processEvents()


def place(widget: QWidget, within: QWidget) -> QRect:
    return QRect(widget.mapTo(within, QPoint()), widget.size())


def test_the_access_log_scrolls_instead_of_lying_on_itself(qtbot: QtBot, desk: Desk) -> None:
    part = AccessPart(desk)
    show(qtbot, desk, part)
    part.setFixedSize(600, 330)  # with the names of an office the filters need as much more
    part.refresh()
    settle(qtbot, desk.operations)
    QApplication.processEvents()
    filters = [place(box, part) for box in part.findChildren(QComboBox)]
    remarks, table = place(part.remarks, part), place(part.table, part)
    assert len({box.top() for box in filters}) == 2  # they take a second row
    lists = [table] if part.remarks.isHidden() else [remarks, table]
    assert all(box.bottom() < lists[0].top() for box in filters)
    assert len(lists) == 1 or not remarks.intersects(table)
    rows = part.table.viewport().height() // max(1, part.table.rowHeight(0))
    assert part.table.rowCount() > 3 and rows >= 3
    answer = place(part.button, part)
    assert answer.bottom() < part.height()  # in sight without scrolling


def test_what_is_to_be_done_is_wider_than_how_long_it_takes(
    qtbot: QtBot, desk: Desk, house: House
) -> None:
    page = CalendarPage(desk)
    page.show_contract(house.story.contract.id)
    show(qtbot, desk, page)
    page.refresh()
    settle(qtbot, desk.operations)
    QApplication.processEvents()
    table = page.table
    widths = {column: table.columnWidth(column) for column in range(table.columnCount())}
    assert table.rowCount() and table.isColumnHidden(2)
    assert widths[3] >= table.fontMetrics().horizontalAdvance("あ") * LEAST_WIDE
    tips = [table.item(row, 3).toolTip() for row in range(table.rowCount())]
    assert all(one.left in tip for one, tip in zip(page.shown(), tips, strict=True))
    page.setFixedSize(1400, 700)
    QApplication.processEvents()
    assert not table.isColumnHidden(2)


def test_a_line_that_is_cut_says_so(qtbot: QtBot) -> None:
    label = ElidedLabel(
        "！ 更新ジャーナルの媒体がありません。最終バックアップ R8.11.20 17:01（3日前）"
    )
    qtbot.addWidget(label)
    label.resize(label.sizeHint())
    assert label.shown() == label.text()
    label.resize(200, 20)
    assert label.shown().endswith("…") and label.minimumSizeHint().width() < 200


def whole(widget: QWidget) -> bool:
    """Tell whether nothing of a widget is hidden by an edge."""
    return widget.visibleRegion().boundingRect() == widget.rect()


@pytest.mark.parametrize("size", [(883, 496), (588, 331)])  # what 200 % leave of Full HD, of 1280
@pytest.mark.parametrize("kind", [RecoverDialog, NewSheetDialog, Wizard])
def test_every_line_of_a_recovery_sheet_can_be_read_and_typed(
    qtbot: QtBot, desk: Desk, house: House, kind: type, size: tuple[int, int]
) -> None:
    dialog, edit = sheet_dialog(desk, house, kind)
    qtbot.addWidget(dialog)
    dialog.setFixedSize(*size)
    dialog.show()
    edit.setPlainText("WMWM " * 8 + "MMMM9Ω" + "MMMM " * 5)
    for line, state in zip(edit.lines, edit.states, strict=True):
        line.setFocus()
        area(line).ensureWidgetVisible(line)
        QApplication.processEvents()
        assert whole(line) and line.height() >= line.sizeHint().height()
        room = line.width() - 16
        assert line.fontMetrics().horizontalAdvance(line.text()) <= room
        area(line).ensureWidgetVisible(state)
        QApplication.processEvents()
        assert state.text() and state.height() >= state.heightForWidth(state.width())
        assert whole(state)


def sheet_dialog(desk: Desk, house: House, kind: type) -> tuple[QDialog, SheetEdit]:
    """Return a dialog, and where the sheet is typed in it."""
    if kind is NewSheetDialog:
        made = NewSheetDialog(desk, desk.ledger.people.draw_sheet(), "見本事務")
        return made, made.panel.typed
    if kind is RecoverDialog:
        opened = RecoverDialog(house.office, desk.operations, house.folder)
        return opened, opened.sheet
    wizard = Wizard(house.office, desk.operations)
    wizard.sheet.panel.show_sheet("ABCD EFGH IJKL MNOP\n" * 4)
    wizard._show(wizard.steps.index(wizard.sheet))
    return wizard, wizard.sheet.typed


def area(widget: QWidget) -> QScrollArea:
    found = widget.parentWidget()
    while not isinstance(found, QScrollArea):
        found = found.parentWidget()
    return found


def test_the_side_list_shows_which_page_is_open(qtbot: QtBot, desk: Desk, house: House) -> None:
    places = [
        Place(f"頁{number}", "today", Empty, frozenset({f"kind{number}"})) for number in range(13)
    ]
    bench = Workbench(house.ledger, house.folder, desk.operations, places)
    qtbot.addWidget(bench)
    bench.setFixedSize(960, 500)
    bench.show_place(12)  # before it was ever laid out
    bench.show()
    QApplication.processEvents()
    marks = [bench._group.button(number) for number in range(len(places))]
    assert whole(marks[12]) and not whole(marks[0])
    bench.show_place(0)
    assert whole(marks[0]) and not whole(marks[12])
    bench.go("kind11", "")
    assert whole(marks[11])
    bench.setFixedSize(960, 440)
    QApplication.processEvents()
    assert whole(marks[11])


def test_what_is_wrong_with_a_field_squeezes_no_other(qtbot: QtBot, desk: Desk) -> None:
    dialog = FormDialog(desk, Incident)
    qtbot.addWidget(dialog)
    dialog.resize(860, 660)
    dialog.show()
    settle(qtbot, desk.operations)
    dialog.save()  # with nothing in it
    settle(qtbot, desk.operations)
    rows = [row for row in dialog.form.rows.values() if row.isVisibleTo(dialog)]
    assert sum(row.problem.isVisibleTo(row) for row in rows) > 2
    assert [row.word for row in rows if row.height() < row.heightForWidth(row.width())] == []
