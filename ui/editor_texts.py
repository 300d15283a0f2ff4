"""Editors in which a value is typed: texts, numbers, days and moments."""

from datetime import date, datetime, timedelta
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QPushButton, QWidget

from models import wareki
from models.errors import InvalidField
from models.fields import NOT_RECORDED, Field
from models.kinds import DecimalNumber, Text
from models.values import unit_problem
from ui.editor_base import Editor, FormDesk, column_of, row_of
from ui.keys import EnterMovesOn


class LineEditor(Editor):
    """One line that the kind parses; the value shown last is kept until somebody types."""

    characters = 40  # width that is asked for, in full-width characters

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        self.line = QLineEdit(self)
        self._value: Any = field.kind.empty
        self._problem = ""
        layout = row_of(self)
        layout.addWidget(self.line, 100)
        self.add_beside(layout)
        layout.addStretch(1)
        self._set_width()
        EnterMovesOn(self.line)
        self.line.textEdited.connect(self._typed)

    def add_beside(self, layout: Any) -> None:
        """Add what stands to the right of the line."""

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        self._value, self._problem = value, ""
        self.line.setText(self.field.kind.format(value))
        self.line.setCursorPosition(0)

    def typing_problem(self) -> str:
        return self._problem

    def focus_target(self) -> QWidget:
        return self.line

    def set_read_only(self, read_only: bool) -> None:
        self.line.setReadOnly(read_only)
        if read_only:
            self.line.setPlaceholderText(self.tr(NOT_RECORDED))
        policy = Qt.FocusPolicy.ClickFocus if read_only else Qt.FocusPolicy.StrongFocus
        self.line.setFocusPolicy(policy)

    def read(self, typed: str) -> Any:
        """Turn the typing into a value.

        Raises:
            ValueError: with the sentence that completes 「label」….
        """
        return self.field.kind.parse(typed)

    def _typed(self, typed: str) -> None:
        try:
            self._value, self._problem = self.read(typed), ""
        except ValueError as error:
            self._value, self._problem = self.field.kind.empty, str(error)
        self.edited.emit()

    def _set_width(self) -> None:
        metrics = QFontMetrics(self.line.font())
        wanted = metrics.horizontalAdvance("あ") * self.characters
        self.line.setMinimumWidth(min(wanted, metrics.horizontalAdvance("あ") * 12))
        self.line.setMaximumWidth(wanted + 24)
        self.line.setSizePolicy(
            self.line.sizePolicy().Policy.Expanding, self.line.sizePolicy().Policy.Fixed
        )


class TextEditor(LineEditor):
    """One line of text, exactly as typed."""

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        kind = field.kind
        longest = kind.max_length if isinstance(kind, Text) else 40
        self.characters = max(8, min(40, longest))
        super().__init__(field, desk, parent)


class PrivateEditor(TextEditor):
    """A line about a person: dots, until somebody asks for it; a new one is seen while typed."""

    def add_beside(self, layout: Any) -> None:
        self.button = QPushButton(self.tr("表示"), self)
        self.button.setAutoDefault(False)
        self.button.setAccessibleName(self.tr("{0}を表示").format(self.field.label))
        self.button.clicked.connect(self.show_text)
        layout.addWidget(self.button)
        self.button.hide()

    def set_value(self, value: Any) -> None:
        super().set_value(value)
        hidden = bool(value)
        self.line.setEchoMode(QLineEdit.EchoMode.Password if hidden else QLineEdit.EchoMode.Normal)
        self.button.setVisible(hidden)

    def show_text(self) -> None:
        """Show what is hidden, until the form is opened again."""
        self.line.setEchoMode(QLineEdit.EchoMode.Normal)
        self.button.hide()


class NumberEditor(LineEditor):
    """A whole or decimal number; full width, separators and a unit behind it are forgiven."""

    characters = 12

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        self.line.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def problem_beside(self, built: Any) -> str:
        """Return that 1,000枚 was typed beside the unit 冊; the unit would be lost without a word."""
        counted = isinstance(self.field.kind, DecimalNumber) and hasattr(built, "unit")
        return unit_problem(self.line.text(), built.unit) if counted else ""

    def echo(self) -> str:
        shown = self.field.kind.format(self._value)
        return "" if shown == self.line.text().strip() else shown


class DayEditor(LineEditor):
    """A day in western or era form; what was understood is shown in full with the weekday."""

    characters = 14

    def add_beside(self, layout: Any) -> None:
        self.line.setPlaceholderText(self.tr("例 R8.11.21"))
        self.button = QPushButton(self.tr("今日"), self)
        self.button.setAutoDefault(False)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setToolTip(self.tr("今日の日付を入れます（Ctrl+;）。↑↓で1日ずつ動きます。"))
        self.button.clicked.connect(self.enter_now)
        layout.addWidget(self.button)
        self.line.installEventFilter(self)

    def enter_now(self) -> None:
        """Enter today."""
        self.enter(self.desk.ledger.today())

    def enter(self, value: Any) -> None:
        """Enter a value as if it had been typed."""
        self.set_value(value)
        self.edited.emit()

    def echo(self) -> str:
        return "" if self._value is None else in_words(self._value)

    def set_read_only(self, read_only: bool) -> None:
        super().set_read_only(read_only)
        self.button.setVisible(not read_only)

    def step(self, days: int) -> None:
        """Go some days ahead or back."""
        if self._value is not None:
            self.enter(self._value + timedelta(days=days))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or self.line.isReadOnly():
            return False
        assert isinstance(event, QKeyEvent)
        if event.key() == Qt.Key.Key_Up:
            self.step(1)
        elif event.key() == Qt.Key.Key_Down:
            self.step(-1)
        elif (
            event.key() == Qt.Key.Key_Semicolon
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self.enter_now()
        else:
            return False
        return True


class MomentEditor(DayEditor):
    """A day and a time; a time alone means today."""

    characters = 20

    def add_beside(self, layout: Any) -> None:
        super().add_beside(layout)
        self.line.setPlaceholderText(self.tr("例 R8.11.21 14:05"))
        self.button.setText(self.tr("現在"))
        self.button.setToolTip(self.tr("現在の日時を入れます（Ctrl+;）。↑↓で1日ずつ動きます。"))

    def enter_now(self) -> None:
        self.enter(self.desk.ledger.now().replace(second=0, microsecond=0))

    def read(self, typed: str) -> Any:
        try:
            return super().read(typed)
        except ValueError:
            try:
                time = wareki.parse_time(typed)
            except InvalidField:
                pass  # the sentence about the whole is the better one
            else:
                return datetime.combine(self.desk.ledger.today(), time, self._zone())
            raise

    def _zone(self) -> Any:
        return self.desk.ledger.now().tzinfo


def in_words(value: date) -> str:
    """Return 令和8年11月21日（土）, with the time where there is one."""
    if isinstance(value, datetime):
        return f"{in_words(value.date())} {wareki.format_clock(value)}"
    return f"{wareki.format_wareki(value)}（{wareki.format_weekday(value)}）"


class LongTextEditor(Editor):
    """Several lines; Tab and Ctrl+Enter move on, Enter begins a new line."""

    rows = 4

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        self.box = QPlainTextEdit(self)
        self.box.setTabChangesFocus(True)
        metrics = QFontMetrics(self.box.font())
        self.box.setFixedHeight(metrics.lineSpacing() * self.rows + 16)
        self.box.setMinimumWidth(metrics.horizontalAdvance("あ") * 12)
        self.box.setMaximumWidth(metrics.horizontalAdvance("あ") * 42)
        self._value: Any = field.kind.empty
        column_of(self).addWidget(self.box)
        EnterMovesOn(self.box, Qt.KeyboardModifier.ControlModifier)
        self.box.textChanged.connect(self._typed)

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        self._value = value
        with QSignalBlocker(self.box):
            self.box.setPlainText(self.to_lines(value))

    def to_lines(self, value: Any) -> str:
        return str(value)

    def from_lines(self, typed: str) -> Any:
        return self.field.kind.parse(typed)

    def _typed(self) -> None:
        self._value = self.from_lines(self.box.toPlainText())
        self.edited.emit()

    def focus_target(self) -> QWidget:
        return self.box

    def set_read_only(self, read_only: bool) -> None:
        self.box.setReadOnly(read_only)
        if read_only:
            self.box.setPlaceholderText(self.tr(NOT_RECORDED))


class TextListEditor(LongTextEditor):
    """Several short texts, one on each line."""

    rows = 3

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        self.box.setPlaceholderText(self.tr("1行に1つずつ入力します"))

    def to_lines(self, value: Any) -> str:
        return "\n".join(value)

    def from_lines(self, typed: str) -> Any:
        lines = (line.strip(" \t\r　") for line in typed.split("\n"))
        return tuple(line for line in lines if line)
