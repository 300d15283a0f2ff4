"""The import dialog by its keys: columns, questions, preview, deed; and the export dialog."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QWidget
from pytestqt.qtbot import QtBot

from models.access import Act, Question
from models.codes import HandlingKind
from models.errors import Cancelled
from models.records import HandlingEvent, Item, Person, Place
from models.store import Query
from resources import confined
from tests.house import House, furnished
from tests.intake_stage import REGISTER, set_stage, write
from tests.ui.conftest import Hand
from ui.export_dialog import ExportDialog, LostDialog, open_export
from ui.import_dialog import OUTCOME, ImportDialog, open_import
from ui.operations import Operations
from ui.progress import ProgressDialog, Report

D = TypeVar("D", bound=QDialog)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        set_stage(made)
        yield made


@pytest.fixture
def operations(hand: Hand, qapp: QApplication) -> Iterator[Operations]:
    made = Operations(hand)
    yield made
    made.close()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """Owns the dialogs, as the pages of the program do."""
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def waited(operations: Operations, qtbot: QtBot) -> Callable[[], None]:
    return lambda: qtbot.waitUntil(lambda: not operations.busy, timeout=10_000)


def shown(cls: type[D]) -> D:
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, cls) and w.isVisible())


@pytest.fixture
def opened(
    house: House, operations: Operations, hand: Hand, waited: Callable[[], None], window: QWidget
) -> Iterator[Callable[[Path, type], ImportDialog]]:
    made: list[ImportDialog] = []

    def make(path: Path, cls: type) -> ImportDialog:
        hand.answers.append(path)
        open_import(house.ledger, operations, window, cls, "")
        waited()
        made.append(shown(ImportDialog))
        return made[-1]

    yield make
    for dialog in made:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        dialog.close()


def choose(box: QComboBox, words: str) -> None:
    """Pick an entry with the keyboard, as people do in a long list."""
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _ in range(box.count()):
        if box.currentText() == words:
            return
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == words


def test_a_register_is_taken_in_by_enter_alone(
    opened: Callable[[Path, type], ImportDialog], house: House, waited: Callable[[], None],
    qtbot: QtBot,
) -> None:  # fmt: skip
    dialog = opened(REGISTER, Item)
    assert "個人情報記録媒体管理台帳" in dialog.source_text.text()
    assert dialog.mapping.box("媒体の種類").currentText() == "媒体・機器の種類"
    for _ in range(2):
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        waited()
    assert dialog.pages.currentIndex() == OUTCOME
    told = "取り込める行　130行　／　取り込めない行　2行　／　いっしょに記録する取扱い　143件"
    assert dialog.summary.text() == f"⚠ {told}"
    assert house.ledger.store.count(Query("item")) == 0
    with qtbot.waitSignal(dialog.taken):
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert house.ledger.store.count(Query("item")) == 130
    assert dialog.summary.text().startswith("130行を取り込みました")
    assert not dialog.next_button.isVisible()
    assert dialog.close_button.hasFocus() or dialog.close_button.isDefault()


def test_refused_rows_are_shown_and_saved(
    opened: Callable[[Path, type], ImportDialog], hand: Hand, waited: Callable[[], None],
    tmp_path: Path,
) -> None:  # fmt: skip
    dialog = opened(REGISTER, Item)
    for _ in range(2):
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        waited()
    model = dialog.refusing.model()
    assert model.index(1, 0).data() == "86"
    assert model.index(1, 1).data() == "管理番号「SK-0076」は83行目と同じです（86行目）。"
    out = tmp_path / "refused.csv"
    hand.answers.append(out)
    QTest.keyClick(dialog.save_button, Qt.Key.Key_Space)
    waited()
    text = out.read_text("utf-8-sig")
    assert "SK-0076" in text and "83行目と同じです" in text and "R7.2.30" in text
    assert "2行を保存しました。" in hand.said
    [line] = dialog._ledger.access.lines(Question(acts=frozenset({Act.EXPORT})))
    assert (line.type, line.count, bool(line.purpose)) == (Item.type, 2, True)


def test_questions_are_answered_in_the_dialog(
    opened: Callable[[Path, type], ImportDialog], house: House, waited: Callable[[], None],
    tmp_path: Path,
) -> None:  # fmt: skip
    from ui.intake import take_in

    contract = house.story.contract.id
    things = (
        "管理番号,媒体の種類,名称,数量,受領日,渡した人,保管場所\n"
        "M-1,CD-R,データ,1枚,R7.4.1,市,耐火金庫"
    )
    take_in(house.ledger, write(tmp_path, things), Item, contract_id=contract)
    rows = "日付,時刻,区分,管理番号,作業者,目的\nR7.4.3,10:00,貸出,M-1,山田　花子,入力"
    dialog = opened(write(tmp_path, rows, "記録.csv"), HandlingEvent)
    dialog.forward()
    waited()
    choose(dialog.questions.answer_box("kinds", "貸出"), "使用")
    choose(dialog.questions.answer_box("persons", "山田　花子"), "田中 恵")
    dialog.forward()
    waited()
    assert dialog.taking.model().index(0, 1).data() == "M-1"
    assert dialog.taking.model().index(0, 3).data() == "使用"
    assert dialog.taking.model().index(0, 4).data() == "田中 恵"
    dialog.forward()
    waited()
    [event] = [
        stored.record
        for stored in house.ledger.registers.all(HandlingEvent)
        if stored.record.kind is HandlingKind.USE
    ]
    person = house.ledger.registers.need(Person, event.actor_person_id).record
    assert person.name == "田中 恵"


def test_a_column_can_be_left_out(
    opened: Callable[[Path, type], ImportDialog], waited: Callable[[], None]
) -> None:
    dialog = opened(REGISTER, Item)
    choose(dialog.mapping.box("備考"), "取り込まない")
    choose(dialog.mapping.box("保管場所"), "取り込まない")
    dialog.forward()
    waited()
    intake = dialog.intake()
    assert intake is not None
    assert "備考" not in intake.mapping
    assert intake.accepted == 0
    dialog.forward()
    waited()
    assert not dialog.next_button.isEnabled()
    QTest.keyClick(dialog.back_button, Qt.Key.Key_Space)
    assert dialog.pages.currentIndex() == OUTCOME - 1


def test_a_file_that_is_no_table_is_refused_with_a_sentence(
    house: House, operations: Operations, hand: Hand, waited: Callable[[], None],
    window: QWidget, tmp_path: Path,
) -> None:  # fmt: skip
    path = tmp_path / "空.csv"
    path.write_bytes(b"")
    hand.answers.append(path)
    open_import(house.ledger, operations, window, Item, "")
    waited()
    assert any("ファイルが空です" in said for said in hand.said)


def test_reading_a_file_can_be_stopped_at_any_moment(
    house: House, operations: Operations, hand: Hand, waited: Callable[[], None], window: QWidget,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    hang = "import sys, time; sys.stdin.buffer.read(); time.sleep(60)"
    monkeypatch.setattr(confined, "command", lambda _child: [sys.executable, "-c", hang])
    hand.answers.append(REGISTER)
    open_import(house.ledger, operations, window, Item, "")
    shown(ProgressDialog).reject()
    waited()
    assert hand.said == []
    dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, ImportDialog)]
    assert not [dialog for dialog in dialogs if dialog.isVisible()]


def test_the_export_dialog_lists_what_cp932_lost(
    house: House, operations: Operations, hand: Hand, waited: Callable[[], None],
    window: QWidget, tmp_path: Path,
) -> None:  # fmt: skip
    dialog = open_export(house.ledger, operations, window, Person)
    assert isinstance(shown(ExportDialog), ExportDialog)
    dialog.formats.button(2).setChecked(True)
    hand.answers.append(tmp_path / "人.csv")
    dialog.accept()
    waited()
    lost = shown(LostDialog)
    texts = {lost.view.model().index(row, 2).data() for row in range(lost.view.model().rowCount())}
    assert "𠮷（U+20BB7）" in texts
    lost.close()


def test_the_export_dialog_says_how_many_rows_it_wrote(
    house: House, operations: Operations, hand: Hand, waited: Callable[[], None],
    window: QWidget, tmp_path: Path,
) -> None:  # fmt: skip
    dialog = open_export(house.ledger, operations, window, Place)
    hand.answers.append(tmp_path / "場所")
    dialog.accept()
    waited()
    assert "7件を「場所.xlsx」に書き出しました。" in hand.said
    assert (tmp_path / "場所.xlsx").stat().st_size > 1000


# --- how much, and stopping ---


def to_outcome(dialog: ImportDialog, waited: Callable[[], None]) -> None:
    for _ in range(2):
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        waited()
    assert dialog.pages.currentIndex() == OUTCOME


def test_a_register_can_be_taken_in_without_its_handling(
    opened: Callable[[Path, type], ImportDialog], house: House, waited: Callable[[], None],
) -> None:  # fmt: skip
    dialog = opened(REGISTER, Item)
    assert QTest.qWaitForWindowActive(dialog)  # an arrow moves the focus of the active window
    dialog.with_handling.setFocus()
    QTest.keyClick(dialog.with_handling, Qt.Key.Key_Down)
    assert dialog.things_only.isChecked()
    to_outcome(dialog, waited)
    assert "いっしょに記録する取扱い　0件" in dialog.summary.text()
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    waited()
    store = house.ledger.store
    assert (store.count(Query("item")), store.count(Query("handling_event"))) == (130, 0)


def test_the_choice_of_handling_is_only_for_registers_of_media(
    opened: Callable[[Path, type], ImportDialog], tmp_path: Path
) -> None:
    file = write(tmp_path, "管理番号,日時,取扱いの種類\nM-1,2025-04-01,使用\n")
    dialog = opened(file, HandlingEvent)
    assert dialog.extent.isHidden()


@pytest.mark.parametrize(
    ("ends", "items", "words"),
    [
        (2, 0, "中止しました。何も取り込んでいません。"),
        (3, 130, "「中止」の前に書き終わりました。"),
    ],
)
def test_stopping_enters_nothing_or_says_that_it_came_too_late(
    opened: Callable[[Path, type], ImportDialog], house: House, waited: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch, ends: int, items: int, words: str,
) -> None:  # fmt: skip
    dialog = opened(REGISTER, Item)
    to_outcome(dialog, waited)
    before = house.ledger.store.head()
    calls: list[int] = []

    def report(_: Report, done: int, total: int) -> None:
        calls.append(done)
        if done == total and sum(1 for one in calls if one == total) == ends:
            raise Cancelled()

    monkeypatch.setattr(Report, "__call__", report)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    waited()
    assert house.ledger.store.count(Query("item")) == items
    assert words in dialog.summary.text()
    assert (house.ledger.store.head() == before) is (items == 0)
    assert dialog.next_button.isVisible() is (items == 0)
