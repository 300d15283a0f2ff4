"""Every page and dialog of the sample on the smallest screen: names for all, nothing cut off."""

import math
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from models.codes import HandlingKind
from models.ledger import Ledger
from models.records import (
    ALL,
    Contract,
    HandlingEvent,
    InformationAsset,
    Item,
    Organization,
    Person,
    Place,
)
from reports.seal import make_seal_certificate, seal_record
from tests.house import furnished
from tests.ui.looks import cut_off, nameless, outside, pushed_out
from tests.ui.shell import Answers
from ui import layout, theme
from ui.application import make_window, prepare
from ui.evidence_page import EvidencePage
from ui.fitting import LEAST_WIDE, in_lines
from ui.handling.item_lines import NUMBER, ItemLines
from ui.handling.opening import handling_dialog
from ui.issue import IssueRequest, issue
from ui.items import ItemsPage
from ui.notice_bar import NoticeBar
from ui.operations import Operations
from ui.register import RegisterView
from ui.scenes import DOOR, INSIDE, Scene, Stage
from ui.state_table import Line, MiddleElided, StateTable
from ui.tick_list import tick_list
from ui.verb_button import VerbButton

SMALLEST = (960, 480)  # what task bar and title leave of Full HD at 200 %
LONG_NAME = "𠮷野辻󠄂" * 15
LEAST_CONTRAST = 4.5  # WCAG 2.2 AA for text


@pytest.fixture(scope="module")
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    """The application in its clothes: once, because every widget that stands changes with it."""
    before = qapp.styleSheet(), qapp.font(), qapp.palette()
    prepare(qapp)
    yield qapp
    qapp.setStyleSheet(before[0])
    qapp.setFont(before[1])
    qapp.setPalette(before[2])


@pytest.fixture(scope="module")
def stage(dressed: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The window at the smallest size with three days of the sample in it."""
    folder = tmp_path_factory.mktemp("looks")
    with furnished(folder, accounts=True, days=3, rules=True) as house:
        _seal_a_receipt(house.ledger, house.story.contract.id)
        operations = Operations(Answers())
        window = make_window(lambda: house.office, operations, folder / "settings")
        window.resize(*SMALLEST)
        window.show()
        scenes = Stage(window, house.office, operations, folder, 20.0)
        window.open_ledger(house.ledger, folder / "ledger")
        yield scenes
        window.close()
        for watch in (window.wedge, window.idle):
            dressed.removeEventFilter(watch)


@pytest.mark.parametrize("scene", INSIDE, ids=lambda scene: scene.__name__)
def test_nothing_is_nameless_or_cut_off(stage: Stage, scene: Scene) -> None:
    assert_all_well(stage, scene)


@pytest.mark.parametrize("scene", INSIDE, ids=lambda scene: scene.__name__)
def test_names_of_sixty_characters_cut_nothing_off(stage: Stage, scene: Scene) -> None:
    registers = stage.desk.ledger.registers
    named = ((Person, "name"), (Organization, "name"), (Place, "name"), (InformationAsset, "name"),
             (Item, "name"), (Contract, "title"))  # fmt: skip
    for cls, name in named:
        for one in (stored.record for stored in registers.all(cls)):
            if getattr(one, name) != LONG_NAME:
                longer = replace(one, **{name: LONG_NAME})
                registers.revise(longer, "長い名称で確かめるため")
    assert_all_well(stage, scene)


def test_the_door_and_the_first_hour_name_everything(
    qtbot: QtBot, dressed: QApplication, tmp_path: Path
) -> None:
    with furnished(tmp_path / "other") as house:
        operations = Operations(Answers())
        window = make_window(lambda: house.office, operations, tmp_path / "settings")
        window.resize(*SMALLEST)
        window.show()
        found: list[str] = []
        place = tmp_path / "new"
        place.mkdir()
        Stage(window, house.office, operations, place, 20.0).play(
            DOOR, lambda name, widget: found.extend(faults(name, widget))
        )
        operations.close()
        window.close()
    assert found == []


def test_the_eye_sees_what_is_wrong(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    line, label = QLineEdit(page), QLabel("切れて読めない言葉", page)
    note = layout.note("二行に分かれても、下の行が切れて読めない言葉")
    note.setParent(page)
    note.setGeometry(0, 110, 100, 20)
    button = QPushButton("切れたボタン", page)
    label.setGeometry(0, 40, 30, 20)
    button.setGeometry(0, 80, 40, 30)
    line.setGeometry(80, 0, 100, 30)
    page.resize(100, 120)
    page.show()
    assert [one.split(" ")[0] for one in nameless(page)] == ["QLineEdit"]
    cut = {one.split("：")[0] for one in cut_off(page)}
    assert cut == {label.text(), button.text(), note.text()}
    assert len(outside(page)) == 1


def test_a_verb_keeps_the_room_for_its_words(qtbot: QtBot) -> None:
    button = VerbButton()
    qtbot.addWidget(button)
    button.say("F4", "複製又は複写")
    words = button.fontMetrics().horizontalAdvance("複製又は複写")
    assert button.minimumSizeHint().width() > words
    assert button.text() == "F4\n複製又は複写" and button.accessibleName() == "複製又は複写 F4"


def test_the_number_of_a_copy_is_read_whole(stage: Stage) -> None:
    view = stage.page(ItemsPage, "媒体・資料").view
    names = [field.name for field in view.model.fields]
    column = names.index("item_no")
    copies = [row for row in range(view.model.rowCount()) if "-C" in number_of(view, row, column)]
    assert copies
    for row in copies:
        needed = view.table.sizeHintForIndex(view.model.index(row, column)).width()
        assert needed <= view.table.columnWidth(column)
    assert isinstance(view.table.itemDelegateForColumn(column), MiddleElided)
    contract = stage.desk.ledger.contracts()[0].record.id
    dialog = handling_dialog(stage.desk, contract, HandlingKind.USE, [])
    (lines,) = dialog.findChildren(ItemLines)
    needed = lines.table.fontMetrics().horizontalAdvance("M-0001-C1") + 8
    assert needed < lines.table.columnWidth(NUMBER)
    dialog.done(0)


def test_a_long_name_leaves_room_for_the_story_of_an_item(stage: Stage) -> None:
    page = stage.page(ItemsPage, "媒体・資料")
    ledger = stage.desk.ledger
    item = ledger.registers.all(Item)[0].record
    page.show_record(Item.type, item.id)
    stage.rest()
    page.detail.title.setText(LONG_NAME * 3)
    stage.rest()
    assert page.detail.area.viewport().height() > 80 and page.detail.words.height() > 50
    assert not cut_off(page.detail)


def test_a_long_number_without_blanks_pushes_nothing_over_the_edge(stage: Stage) -> None:
    page = stage.page(ItemsPage, "媒体・資料")
    ledger = stage.desk.ledger
    item = ledger.registers.all(Item)[0].record
    long = replace(item, item_no=f"BOX-2026-11-22-{'0123456789' * 4}")
    stage.window.resize(1024, 720)
    try:
        ledger.registers.revise(long, "管理番号の誤りのため")
        page.show_record(Item.type, item.id)
        stage.rest()
        body = page.detail.body
        content = body.widget()
        assert content is not None and content.width() <= body.viewport().width()
        assert not cut_off(page.detail)
    finally:
        ledger.registers.revise(item, "元に戻すため")
        stage.window.resize(*SMALLEST)


@pytest.mark.parametrize("size", [(1366, 768), (1024, 720)])
def test_the_story_of_an_item_stands_whole_on_an_office_screen(
    stage: Stage, size: tuple[int, int]
) -> None:
    page = stage.page(ItemsPage, "媒体・資料")
    stage.window.resize(*size)
    for bar in stage.window.findChildren(NoticeBar):
        bar.close_button.click()  # names that were changed before are told until it is closed
    try:
        page.show_record(Item.type, stage.desk.ledger.registers.all(Item)[0].record.id)
        stage.rest()
        assert page.detail.body.verticalScrollBar().maximum() == 0
        assert not page.detail.save.visibleRegion().isEmpty()
        assert page.detail.save.visibleRegion().boundingRect() == page.detail.save.rect()
    finally:
        stage.window.resize(*SMALLEST)


@pytest.mark.parametrize("size", [SMALLEST, (1024, 720), (1366, 768)])
def test_a_clause_is_read_beside_its_number(stage: Stage, size: tuple[int, int]) -> None:
    page = stage.page(EvidencePage, "条項と証拠")
    stage.window.resize(*size)
    try:
        stage.rest()
        table, metrics = page.table, page.table.fontMetrics()
        room = QRect(0, 0, table.columnWidth(1) - 18, 1000)
        assert room.width() > 10 * metrics.horizontalAdvance("あ")
        for row, one in enumerate(page.shown()):
            high = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, one.state.summary).height()
            assert table.rowHeight(row) >= min(high, 3 * metrics.lineSpacing())
        assert table.isColumnHidden(3) is (size[0] < 1366)  # how many; the detail tells it
        assert not cut_off(page.detail)
    finally:
        stage.window.resize(*SMALLEST)


def number_of(view: RegisterView, row: int, column: int) -> str:
    return str(view.model.index(row, column).data())


def test_a_note_is_no_window_of_its_own(qapp: QApplication) -> None:
    label = layout.note("言葉")
    assert not label.isVisible()
    assert label not in [one for one in qapp.topLevelWidgets() if one.isVisible()]


@pytest.mark.parametrize("ground", ["GROUND", "SURFACE", "SHADE", "STRIPE", "ACCENT_SOFT"])
@pytest.mark.parametrize("ink", ["TEXT", "MUTED", "ACCENT", "GOOD", "CARE", "STOP"])
def test_words_stand_out_from_their_ground(ink: str, ground: str) -> None:
    assert contrast(getattr(theme, ink), getattr(theme, ground)) >= LEAST_CONTRAST


def test_the_style_names_no_colour_that_the_palette_has_not() -> None:
    known = {value for name, value in vars(theme).items() if re.fullmatch("[A-Z_]+", name)}
    assert set(re.findall("#[0-9a-f]{6}", theme.STYLE)) <= known


def assert_all_well(stage: Stage, scene: Scene) -> None:
    """Play a scene and look at every picture of it."""
    found: list[str] = []
    seen: list[str] = []

    def look(name: str, widget: QWidget) -> None:
        seen.append(name)
        found.extend(faults(name, widget))

    stage.play((scene,), look)
    assert seen
    assert found == []


def faults(name: str, widget: QWidget) -> list[str]:
    """Return what is wrong with the looks of a window."""
    return [
        *(f"{name} has no name: {one}" for one in nameless(widget)),
        *(f"{name} is cut off: {one}" for one in cut_off(widget)),
        *(f"{name} stands outside: {one}" for one in outside(widget)),
        *(f"{name} pushes columns out: {one}" for one in pushed_out(widget)),
    ]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    paint = QColor(colour)
    red, green, blue = (_linear(part) for part in (paint.redF(), paint.greenF(), paint.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else math.pow((part + 0.055) / 1.055, 2.4)


def _seal_a_receipt(ledger: Ledger, contract_id: str) -> None:
    identity = make_seal_certificate("株式会社みほん", ledger.now(), os.urandom)
    ledger.paper.adopt_seal(*seal_record(identity))
    received = ledger.registers.all(HandlingEvent, kind=HandlingKind.RECEIVE)[0].record.id
    issue(ledger, IssueRequest("D-14", contract_id, (received,)))


@pytest.mark.parametrize(
    ("word", "most", "shown"),
    [
        ("暗号化のパスワード", 8, "暗号化の\nパスワード"),
        ("最後にあった場所", 8, "最後にあった場所"),
        ("届け先（場所の登録がないとき）", 8, "届け先（場所の\n登録がないとき）"),
        ("開封・複製のおそれなどの状況", 8, "開封・複製の\nおそれなどの状況"),
        ("業務の目的（利用目的）", 8, "業務の目的\n（利用目的）"),
        ("𠮷野の辻󠄂", 8, "𠮷野の辻󠄂"),
        ("", 8, ""),
    ],
)
def test_a_label_breaks_between_its_words(word: str, most: int, shown: str) -> None:
    assert in_lines(word, most, len) == shown


def test_no_label_of_any_record_breaks_inside_a_word() -> None:
    for cls in ALL:
        for field in cls.fields().values():
            for most in (5, 8, 11):
                lines = in_lines(field.label, most, len).split("\n")
                assert "".join(lines).replace(" ", "") == field.label.replace(" ", "")
                for before, after in pairwise(lines):
                    katakana = "ァ" <= before[-1] <= "ー" and "ァ" <= after[0] <= "ー"
                    assert not katakana and after[0] not in "）」、。・ー", field.label


@pytest.mark.parametrize("width", [800, 1000])
def test_long_names_do_not_squeeze_what_a_list_is_about(qtbot: QtBot, width: int) -> None:
    table = StateTable("予定", ["状態", "期限", "すること", "人", "条項"], wide=(2,), caps={4: 10})
    qtbot.addWidget(table)
    table.resize(width, 300)
    table.show()
    what = "「個人情報を含む業務を行う際の遵守事項確認表」の提出"
    table.show_lines(
        [Line(("期限超過", "令和8年11月20日 17:00", what, LONG_NAME, "第11条柱書・第14条第1項"))]
    )
    one = table.fontMetrics().horizontalAdvance("あ")
    assert table.columnWidth(2) >= LEAST_WIDE * one
    assert table.columnWidth(1) >= table.sizeHintForColumn(1)  # what is short stays whole
    assert not table.horizontalScrollBar().isVisible()


def test_a_long_line_to_tick_is_not_covered_by_a_scroll_bar(qtbot: QtBot) -> None:
    listed = tick_list("見てよい契約", [("1", LONG_NAME * 3)])
    qtbot.addWidget(listed)
    listed.resize(300, listed.height())
    listed.show()
    assert not listed.horizontalScrollBar().isVisible()
    assert listed.viewport().height() >= listed.sizeHintForRow(0)
    assert listed.item(0).toolTip() == LONG_NAME * 3
