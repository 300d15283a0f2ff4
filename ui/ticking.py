"""A dialog that shows things one below the other; the user ticks some and decides about them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from models.commands import Change
from models.errors import AzukariError
from ui import layout
from ui.findings import sentence_label
from ui.fitting import fit
from ui.page import Desk

NONE_TICKED = "先に、該当するものに印を付けてください（スペースキー）。"


@dataclass(frozen=True)
class Ticked:
    """One thing to tick: its headline, what it says, and notes below."""

    id: str
    head: str
    text: str = ""
    notes: tuple[str, ...] = ()


class TickDialog(QDialog):
    """The frame: title, advice, cards with ticks, message, buttons.

    Attributes:
        decided: a command about what was ticked is durable.
    """

    decided = Signal(object)

    def __init__(
        self, desk: Desk, title: str, advice: str, things: Sequence[Ticked], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.desk = desk
        self.ticks: dict[str, QCheckBox] = {}
        self.message = layout.note("")
        self.buttons = QHBoxLayout()
        self.buttons.addStretch(1)
        self._build(advice, things)
        fit(self, 720, self.inner.sizeHint().height() + 210)

    def offer(self, word: str, act: Callable[[], None], *, primary: bool = False) -> QPushButton:
        """Add a button that decides, before the one that closes."""
        button = layout.button(word, act, primary=primary)
        self.buttons.insertWidget(self.buttons.count() - 1, button)
        return button

    def chosen(self) -> list[str]:
        """Return the ids of what is ticked; says so when nothing is."""
        found = [one for one, tick in self.ticks.items() if tick.isChecked()]
        layout.say(self.message, "" if found else self.tr(NONE_TICKED), "problem")
        return found

    def decide(self, work: Callable[[], Change]) -> None:
        """Run a command about what is ticked; the dialog stays with the sentence when it fails."""
        self.desk.operations.run(work, done=self._done, failed=self._failed, parent=self)

    def _build(self, advice: str, things: Sequence[Ticked]) -> None:
        self.inner = QWidget()
        rows = QVBoxLayout(self.inner)
        rows.setContentsMargins(2, 2, 10, 2)
        rows.setSpacing(10)
        for one in things:
            tick = self.ticks[one.id] = QCheckBox()
            tick.setText(layout.shortened(one.head, tick))
            frame, column = layout.card(tick)
            if tick.text() != one.head:
                column.addWidget(sentence_label(one.head))  # what is decided is read whole
            if one.text:
                column.addWidget(sentence_label(one.text))
            for words in one.notes:
                column.addWidget(layout.note(words))
            rows.addWidget(frame)
        rows.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        column.addWidget(layout.title(self.windowTitle()))
        column.addWidget(layout.note(advice))
        column.addWidget(layout.scrolling(self.inner, self.windowTitle()), 1)
        column.addWidget(self.message)
        self.buttons.addWidget(layout.button(self.tr("閉じる（Esc）"), self.reject))
        column.addLayout(self.buttons)

    def _done(self, change: Change) -> None:
        self.accept()
        self.decided.emit(change)

    def _failed(self, error: AzukariError) -> None:
        layout.say(self.message, f"⚠ {error}", "problem")
