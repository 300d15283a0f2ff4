"""Typing a recovery sheet: four lines that group themselves and say what each still needs.

What a line means, and whether it was typed right, is judged where the sheet is opened; here only
its shape is kept: capitals, groups of four, sixteen characters, the characters that are printed.
"""

import unicodedata

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from ui.keys import EnterMovesOn
from ui.layout import note, say
from ui.theme import SHEET_FAMILY, load_sheet_font

LINES, CHARACTERS, GROUP = 4, 16, 4
POINTS = 13
EDGES = 16  # pixels of frame and padding of a line
SHORT = "あと{0}文字"  # stands in one line, however narrow the window is
PRINTED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
LOOKALIKE = str.maketrans({"0": "O", "1": "I", "8": "B"})
DROPPED = frozenset("-‐‑‒–—―−ー_・.,、。:;|")


class SheetEdit(QWidget):
    """Four lines as they stand on the paper; a text that is pasted spreads over them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        load_sheet_font()
        self.lines: list[QLineEdit] = []
        self.states: list[QLabel] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        for number in range(LINES):
            self._add_line(number, grid)
        self.setFocusProxy(self.lines[0])

    def toPlainText(self) -> str:
        """Return the lines as they are typed now."""
        return "\n".join(line.text() for line in self.lines)

    def setPlainText(self, text: str) -> None:
        """Show a whole sheet."""
        self.clear()
        self._spread(0, _tidy(text))

    def clear(self) -> None:
        """Forget what was typed."""
        for number, line in enumerate(self.lines):
            line.clear()
            self._judge(number)

    def is_empty(self) -> bool:
        """Tell whether nothing was typed."""
        return not any(line.text() for line in self.lines)

    # --- building ----------------------------------------
    def _add_line(self, number: int, grid: QGridLayout) -> None:
        word = QLabel(self.tr("{0}行目").format(number + 1))
        line = QLineEdit()
        line.setPlaceholderText("XXXX XXXX XXXX XXXX")
        line.setStyleSheet(f"font-family: '{SHEET_FAMILY}'; font-size: {POINTS}pt;")
        line.setAccessibleName(self.tr("回復シートの{0}行目").format(number + 1))
        line.setInputMethodHints(
            Qt.InputMethodHint.ImhPreferUppercase | Qt.InputMethodHint.ImhNoPredictiveText
        )
        letters = QFontMetrics(QFont(SHEET_FAMILY, POINTS))  # the line has its own only when shown
        line.setMinimumWidth(letters.horizontalAdvance("M" * (CHARACTERS + LINES)) + EDGES)
        word.setBuddy(line)
        state = note("")
        state.setMinimumWidth(state.fontMetrics().horizontalAdvance(SHORT.format(CHARACTERS)))
        EnterMovesOn(line)
        line.textEdited.connect(lambda _text, number=number: self._typed(number))
        for column, widget in enumerate((word, line, state)):
            grid.addWidget(widget, number, column)
        line.setMinimumHeight(line.sizeHint().height())  # a form would squeeze four lines into one
        grid.setColumnStretch(2, 1)
        self.lines.append(line)
        self.states.append(state)

    # --- what happens ----------------------------------------
    def _typed(self, number: int) -> None:
        line = self.lines[number]
        before = len(_tidy(line.text()[: line.cursorPosition()]))
        text = _tidy(line.text())
        self._spread(number, text)
        if before >= CHARACTERS and number + 1 < LINES:
            ahead = min(number + before // CHARACTERS, LINES - 1)
            self.lines[ahead].setFocus()
            self.lines[ahead].setCursorPosition(len(self.lines[ahead].text()))
        else:
            line.setCursorPosition(before + max(before - 1, 0) // GROUP)

    def _spread(self, number: int, text: str) -> None:
        """Show a text from this line on; what is too much for it goes to the lines below."""
        self.lines[number].setText(_grouped(text[:CHARACTERS]))
        self._judge(number)
        rest = text[CHARACTERS:]
        if rest and number + 1 < LINES:
            self._spread(number + 1, rest)

    def _judge(self, number: int) -> None:
        text = _tidy(self.lines[number].text())
        foreign = "".join(dict.fromkeys(one for one in text if one not in PRINTED))
        left = CHARACTERS - len(text)
        state = self.states[number]
        if foreign:
            say(state, self.tr("⚠ 用紙にない文字があります：{0}").format(foreign), "problem")
        elif not text:
            say(state, "")
        elif left:
            say(state, self.tr(SHORT).format(left), "muted")
        else:
            say(state, self.tr("✓ 16文字"), "good")


def _tidy(typed: str) -> str:
    folded = unicodedata.normalize("NFKC", typed).upper().translate(LOOKALIKE)
    return "".join(one for one in folded if not one.isspace() and one not in DROPPED)


def _grouped(text: str) -> str:
    return " ".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))
