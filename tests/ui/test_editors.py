"""Every kind has an editor, and what an editor shows it gives back."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from models.codes import Decision, PlaceKind
from models.fields import Field
from models.kinds import (
    Boolean,
    Children,
    Choice,
    DecimalNumber,
    Integer,
    Kind,
    LongText,
    MultiChoice,
    MultiRef,
    Ref,
    Text,
    TextList,
)
from models.kinds_of_time import Day, Moment
from models.ledger import Ledger
from models.records import (
    ALL,
    Assignment,
    ClientCommunication,
    ContractPlace,
    Person,
    Pledge,
    Record,
    Submission,
)
from models.records.things import AssetField
from models.wareki import JAPAN
from tests.house import furnished
from tests.ui.conftest import TODAY, new_ledger
from tests.ui.fingers import commit, type_in
from tests.ui.table import Table
from ui.editor_base import Editor, FormDesk
from ui.editor_choices import BooleanEditor
from ui.editor_refs import RefEditor
from ui.editor_texts import DayEditor, MomentEditor, NumberEditor, PrivateEditor
from ui.editors import EDITORS, make_editor
from ui.form import RecordForm
from ui.keys import AFTER_COMMIT_MS, EnterMovesOn
from ui.page import Desk

QUIET = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LINES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=30)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """One ledger for all editors: they read, and what they add disturbs nobody."""
    opened = new_ledger(tmp_path_factory.mktemp("editors"))
    yield opened
    opened.close()


@pytest.fixture
def form_desk(desk: Desk) -> FormDesk:
    return FormDesk.at(desk, str, lambda: None)


def editor_of(kind: Kind, desk: FormDesk, qtbot: QtBot, **facts: Any) -> Editor:
    editor = make_editor(Field("x", kind, "欄", **facts), desk)
    qtbot.addWidget(editor)
    return editor


def test_every_declared_kind_has_an_editor() -> None:
    declared = {type(f.kind) for cls in ALL for f in cls.own_fields() if f.kind.editable}
    for children in [f.kind for cls in ALL for f in cls.own_fields()]:
        if isinstance(children, Children):
            declared |= {type(f.kind) for f in children.child.own_fields()}
    assert declared <= set(EDITORS)


@QUIET
@given(LINES)
def test_text_comes_back_exactly_as_written(form_desk: FormDesk, qtbot: QtBot, text: str) -> None:
    editor = editor_of(Text(), form_desk, qtbot)
    editor.set_value(text)
    assert editor.value() == text


@QUIET
@given(st.lists(LINES.filter(bool), max_size=5))
def test_long_texts_and_lists_come_back(
    form_desk: FormDesk, qtbot: QtBot, lines: list[str]
) -> None:
    long = editor_of(LongText(), form_desk, qtbot)
    long.set_value("\n".join(lines))
    assert long.value() == "\n".join(lines)
    several = editor_of(TextList(), form_desk, qtbot)
    several.set_value(tuple(lines))
    assert several.value() == tuple(lines)


@QUIET
@given(st.none() | st.dates(Day.first, Day.last))
def test_days_come_back(form_desk: FormDesk, qtbot: QtBot, day: date | None) -> None:
    editor = editor_of(Day(), form_desk, qtbot)
    editor.set_value(day)
    assert editor.value() == day


@QUIET
@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)))
def test_a_moment_keeps_its_seconds_until_it_is_typed_over(
    form_desk: FormDesk, qtbot: QtBot, moment: datetime
) -> None:
    editor = editor_of(Moment(), form_desk, qtbot)
    editor.set_value(moment.replace(tzinfo=JAPAN))
    assert editor.value() == moment.replace(tzinfo=JAPAN)


@QUIET
@given(st.none() | st.integers(0, 10**9), st.none() | st.decimals(0, 10**6, places=3))
def test_numbers_come_back(
    form_desk: FormDesk, qtbot: QtBot, whole: int | None, number: Decimal | None
) -> None:
    for kind, value in ((Integer(), whole), (DecimalNumber(), number)):
        editor = editor_of(kind, form_desk, qtbot)
        editor.set_value(value)
        assert editor.value() == value


@pytest.mark.parametrize("value", [True, False, None])
def test_yes_no_and_not_recorded_come_back(
    form_desk: FormDesk, qtbot: QtBot, value: bool | None
) -> None:
    editor = editor_of(Boolean("有", "無"), form_desk, qtbot)
    editor.set_value(value)
    assert editor.value() is value


def test_a_boolean_offers_three_words(form_desk: FormDesk, qtbot: QtBot) -> None:
    editor = editor_of(Boolean("有", "無"), form_desk, qtbot)
    assert isinstance(editor, BooleanEditor)
    assert [button.text() for button in editor._group.buttons()] == ["有", "無", "記録なし"]
    editor._group.buttons()[1].click()
    assert editor.value() is False


def test_choices_come_back(form_desk: FormDesk, qtbot: QtBot) -> None:
    one = editor_of(Choice(Decision), form_desk, qtbot)
    several = editor_of(MultiChoice(PlaceKind), form_desk, qtbot)
    for decision in (None, *Decision):
        one.set_value(decision)
        assert one.value() is decision
    several.set_value((PlaceKind.STORAGE, PlaceKind.OTHER))
    assert several.value() == (PlaceKind.STORAGE, PlaceKind.OTHER)


def test_references_come_back(form_desk: FormDesk, qtbot: QtBot, add_person: Any) -> None:
    first, second = add_person("𠮷野 辻󠄂子", "ヨシノ ツジコ"), add_person("渡邉 健")
    one = editor_of(Ref("person"), form_desk, qtbot)
    one.set_value(first.id)
    assert one.value() == first.id
    several = editor_of(MultiRef("person"), form_desk, qtbot)
    several.set_value((second.id, first.id))
    assert several.value() == (second.id, first.id)


def test_rows_come_back(form_desk: FormDesk, qtbot: QtBot) -> None:
    editor = editor_of(Children(AssetField), form_desk, qtbot)
    rows = (AssetField(name="氏名"), AssetField(name="住所", digits=3))
    editor.set_value(rows)
    assert editor.value() == rows


@pytest.mark.parametrize("typed", ["2026/11/21", "R8.11.21", "令和８年１１月２１日", "20261121"])
def test_a_day_says_what_it_understood(form_desk: FormDesk, qtbot: QtBot, typed: str) -> None:
    editor = editor_of(Day(), form_desk, qtbot)
    assert isinstance(editor, DayEditor)
    type_in(editor.line, typed)
    assert editor.echo() == "令和8年11月21日（土）"
    assert editor.value() == date(2026, 11, 21)


def test_a_day_that_is_none_is_refused_in_words(form_desk: FormDesk, qtbot: QtBot) -> None:
    editor = editor_of(Day(), form_desk, qtbot)
    type_in(editor.focus_target(), "R8.2.30")
    assert "という日はありません" in editor.typing_problem()
    assert editor.value() is None
    assert editor.has_typing()


def test_arrows_step_through_days_and_a_key_enters_today(form_desk: FormDesk, qtbot: QtBot) -> None:
    editor = editor_of(Day(), form_desk, qtbot)
    line = editor.focus_target()
    QTest.keyClick(line, Qt.Key.Key_Semicolon, Qt.KeyboardModifier.ControlModifier)
    assert editor.value() == TODAY
    QTest.keyClick(line, Qt.Key.Key_Up)
    assert (editor.value() - TODAY).days == 1


def test_a_time_alone_means_today(form_desk: FormDesk, qtbot: QtBot) -> None:
    editor = editor_of(Moment(), form_desk, qtbot)
    assert isinstance(editor, MomentEditor)
    type_in(editor.line, "１４：０５")
    assert editor.value().date() == TODAY
    assert editor.echo().endswith("14:05")


def test_numbers_forgive_width_and_separators(form_desk: FormDesk, qtbot: QtBot) -> None:
    editor = editor_of(Integer(), form_desk, qtbot)
    assert isinstance(editor, NumberEditor)
    type_in(editor.line, "１２，３４５枚")
    assert editor.value() == 12345
    assert editor.echo() == "12,345"
    editor.line.clear()
    type_in(editor.line, "1.5")
    assert "整数" in editor.typing_problem()


class TwoLines(QWidget):
    """Two lines below each other, in which Enter moves on."""

    def __init__(self) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        self.first, self.second = QLineEdit(), QLineEdit()
        for line in (self.first, self.second):
            layout.addWidget(line)
            EnterMovesOn(line)


@pytest.fixture
def lines(qtbot: QtBot) -> TwoLines:
    widget = TwoLines()
    qtbot.addWidget(widget)
    widget.show()
    widget.activateWindow()
    widget.first.setFocus()
    qtbot.waitUntil(widget.first.hasFocus)
    return widget


def test_enter_moves_on(lines: TwoLines) -> None:
    QTest.keyClick(lines.first, Qt.Key.Key_Return)
    assert lines.second.hasFocus()


def test_enter_during_a_conversion_stays(lines: TwoLines) -> None:
    QApplication.sendEvent(lines.first, QInputMethodEvent("やまだ", []))
    QTest.keyClick(lines.first, Qt.Key.Key_Return)
    assert lines.first.hasFocus()


def test_enter_that_ends_a_conversion_stays_and_the_next_one_moves_on(
    lines: TwoLines, qtbot: QtBot
) -> None:
    QApplication.sendEvent(lines.first, QInputMethodEvent("やまだ", []))
    commit(lines.first, "山田")
    QTest.keyClick(lines.first, Qt.Key.Key_Return)
    assert lines.first.hasFocus()
    assert lines.first.text() == "山田"
    qtbot.wait(AFTER_COMMIT_MS + 20)
    QTest.keyClick(lines.first, Qt.Key.Key_Return)
    assert lines.second.hasFocus()


def test_what_is_private_is_dots_until_somebody_asks(form_desk: FormDesk, qtbot: QtBot) -> None:
    editor = make_editor(Person.fields()["contact"], form_desk)
    qtbot.addWidget(editor)
    editor.show()
    assert isinstance(editor, PrivateEditor)
    editor.set_value("090-0000-0000")
    assert editor.line.echoMode() is QLineEdit.EchoMode.Password
    editor.button.click()
    assert editor.line.echoMode() is QLineEdit.EchoMode.Normal and editor.button.isHidden()
    assert editor.value() == "090-0000-0000"
    editor.set_value("")
    assert editor.line.echoMode() is QLineEdit.EchoMode.Normal  # what is typed now is seen


@pytest.mark.parametrize(
    ("cls", "name", "kinds"),
    [
        (Assignment, "notice_submission_id", {"D-03"}),
        (ContractPlace, "notice_submission_id", {"D-04"}),
        (Pledge, "submission_id", {"D-08"}),
        (ClientCommunication, "response_submission_id", {"D-03", "D-04", "D-08"}),
    ],
)
def test_a_field_for_a_paper_offers_the_kinds_that_can_be_meant(
    qtbot: QtBot, tmp_path: Path, cls: type[Record], name: str, kinds: set[str]
) -> None:
    with furnished(tmp_path) as house:
        table = Table(qtbot, house)
        [known, *_] = house.ledger.registers.all(Submission, doc_kind="D-03")
        stored = house.ledger.registers.all(cls)
        form = RecordForm(table.desk, cls, stored[0].record if stored else cls())
        form.set_values({"contract_id": house.story.contract.id})
        editor = form.rows[name].editor
        assert isinstance(editor, RefEditor)
        found = editor.picker.candidates.find("", house.story.contract.id, editor.picker.where)
        papers = house.ledger.store.get_many(Submission, [one.id for one in found])
        assert {one.record.doc_kind for one in papers.values()} == kinds
        editor.set_value(known.record.id)  # what stands there already stays, whatever it is
        assert editor.value() == known.record.id
        table.operations.close()
