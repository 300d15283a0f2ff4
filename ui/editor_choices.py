"""Editors in which a value is chosen: yes or no, one word of a list, several words of a list."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QRadioButton,
    QWidget,
)

from models.codes import Code
from models.fields import NOT_RECORDED, Field
from models.kinds import Boolean, Choice, MultiChoice
from ui.editor_base import Editor, FormDesk, row_of
from ui.keys import EnterMovesOn, WheelNeedsFocus


class BooleanEditor(Editor):
    """Yes, no, or not recorded: three words to choose from, never an empty square."""

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        assert isinstance(field.kind, Boolean)
        self._group = QButtonGroup(self)
        self._values: list[bool | None] = [True, False, None]
        layout = row_of(self)
        for number, word in enumerate((field.kind.yes, field.kind.no, self.tr(NOT_RECORDED))):
            button = QRadioButton(word, self)
            self._group.addButton(button, number)
            layout.addWidget(button)
            EnterMovesOn(button)
        layout.addStretch(1)
        self.set_value(None)
        self._group.idClicked.connect(lambda _number: self.edited.emit())

    def value(self) -> Any:
        return self._values[self._group.checkedId()]

    def set_value(self, value: Any) -> None:
        self._group.button(self._values.index(value)).setChecked(True)

    def focus_target(self) -> QWidget:
        return self._group.checkedButton() or self

    def set_word(self, word: str) -> None:
        for button in self._group.buttons():
            button.setAccessibleName(f"{word} {button.text()}")


class ChoiceEditor(Editor):
    """One word of a fixed list."""

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        assert isinstance(field.kind, Choice)
        self.box = make_box(self)
        nothing = self.tr("（選んでください）") if field.required else self.tr(NOT_RECORDED)
        self.box.addItem(nothing, None)
        self._codes: list[Code | None] = [None, *field.kind.codes]
        for code in field.kind.codes:
            self.box.addItem(code.label)
        layout = row_of(self)
        layout.addWidget(self.box)
        layout.addStretch(1)
        self.box.activated.connect(lambda _index: self.edited.emit())

    def say(self, word: Callable[[Code], str]) -> None:
        """Call the codes as the rest of the form wants them called."""
        for number, code in enumerate(self._codes):
            if code is not None and self.box.itemText(number) != (text := word(code)):
                self.box.setItemText(number, text)

    def value(self) -> Any:
        return self._codes[self.box.currentIndex()]

    def set_value(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(self._codes.index(value))

    def focus_target(self) -> QWidget:
        return self.box


class MultiChoiceEditor(Editor):
    """Several words of a fixed list, as boxes to tick."""

    columns = 3

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        assert isinstance(field.kind, MultiChoice)
        self.boxes: dict[Code, QCheckBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        for number, code in enumerate(field.kind.codes):
            box = QCheckBox(code.label, self)
            self.boxes[code] = box
            grid.addWidget(box, number // self.columns, number % self.columns)
            EnterMovesOn(box)
            box.toggled.connect(lambda _on: self.edited.emit())
        grid.setColumnStretch(self.columns, 1)

    def value(self) -> Any:
        return tuple(code for code, box in self.boxes.items() if box.isChecked())

    def set_value(self, value: Any) -> None:
        for code, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setChecked(code in value)

    def focus_target(self) -> QWidget:
        return next(iter(self.boxes.values()))

    def set_word(self, word: str) -> None:
        for box in self.boxes.values():
            box.setAccessibleName(f"{word} {box.text()}")


def make_box(parent: QWidget) -> QComboBox:
    """Make a list to drop down in which Enter moves on and a passing wheel changes nothing."""
    box = QComboBox(parent)
    box.setMaxVisibleItems(24)
    EnterMovesOn(box)
    WheelNeedsFocus(box)
    return box
