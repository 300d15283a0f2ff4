"""Choosing a new password: two lines of dots and an honest word about how strong it is."""

import importlib.resources
from collections.abc import Callable, Sequence
from functools import cache

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

import resources
from models.passwords import PasswordPolicy, Strength
from ui.keys import EnterMovesOn
from ui.layout import add_row, form, note, say
from ui.operations import Operations
from ui.password_line import PasswordLine

PAUSE_MS = 250
WORDS_FILE = "passwords.ja.txt"
KINDS = ("problem", "problem", "care", "good", "good")
ADVICE = "12文字以上。関係のない言葉を4つ以上つなげると、覚えやすく強いパスワードになります。"
DIFFERENT = "二つのパスワードが一致していません。"


class NewPassword(QWidget):
    """Two password lines with a strength bar, its word and what would help.

    Args:
        own_words: returns login and names, which a password must not consist of.

    Attributes:
        judged: emitted when it is known whether the password is good enough.
    """

    judged = Signal()

    def __init__(
        self,
        operations: Operations,
        own_words: Callable[[], Sequence[str]] = tuple,
        label: str = "パスワード",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._operations = operations
        self._own_words = own_words
        self._strength: Strength | None = None
        self._judged_text = ""
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._judge)
        self._build(label)

    def problem(self) -> str:
        """Return the sentence that says why these lines cannot be taken, "" when they can."""
        if not self.first.text():
            return self.tr("パスワードを入力してください。")
        if self._strength is None or self._judged_text != self.first.text():
            self._strength = password_policy().strength(self.first.text(), self._own_words())
            self._show(self._strength)
        if self._strength.score < 2:
            return f"このパスワードは使えません。{self._strength.hint}"
        if self.first.text() != self.second.text():
            return DIFFERENT
        return ""

    def take(self) -> str:
        """Return the password and forget both lines."""
        self.second.clear()
        return self.first.take()

    def clear(self) -> None:
        self.first.clear()
        self.second.clear()

    # --- building ----------------------------------------
    def _build(self, label: str) -> None:
        self.first = PasswordLine()
        self.second = PasswordLine()
        self.bar = QProgressBar()
        self.bar.setRange(0, 4)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(180, 12)
        self.bar.setAccessibleName(self.tr("パスワードの強さ"))
        self.word = QLabel("")
        self.advice = note(ADVICE)
        self.keyboard = note("")
        strength = QHBoxLayout()
        strength.setSpacing(10)
        strength.addWidget(self.bar)
        strength.addWidget(self.word)
        strength.addStretch()
        rows = form()
        rows.setContentsMargins(0, 0, 0, 0)
        add_row(rows, label, self.first)
        add_row(rows, self.tr("強さ"), strength)
        add_row(rows, self.tr("もう一度入力"), self.second)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(rows)
        column.addWidget(self.keyboard)
        column.addWidget(self.advice)
        self.first.textChanged.connect(self._typed)
        self.second.textChanged.connect(self._compare)
        EnterMovesOn(self.first)
        for line in (self.first, self.second):
            line.hinted.connect(lambda sentence: say(self.keyboard, sentence, "care"))

    # --- what happens ----------------------------------------
    def _typed(self) -> None:
        self._strength = None
        if self.first.text():
            self._pause.start()
        else:
            self._pause.stop()
            self.bar.setValue(0)
            say(self.word, "")
            say(self.advice, ADVICE)

    def _judge(self) -> None:
        if not self.isVisible():
            return  # the dialog was closed in the pause, perhaps with its ledger
        typed, own = self.first.text(), tuple(self._own_words())

        def judged(strength: Strength) -> None:
            if typed == self.first.text():
                self._judged_text, self._strength = typed, strength
                self._show(strength)
                self.judged.emit()

        self._operations.ask(lambda: password_policy().strength(typed, own), judged, parent=self)

    def _show(self, strength: Strength) -> None:
        self.bar.setValue(max(1, strength.score))
        say(self.word, strength.word, KINDS[strength.score])
        say(self.advice, strength.hint or self.tr("覚えられる長い言葉を使っていれば十分です。"))

    def _compare(self) -> None:
        first, second = self.first.text(), self.second.text()
        differs = bool(second) and not first.startswith(second)
        say(self.keyboard, DIFFERENT if differs else "", "care")


@cache
def password_policy() -> PasswordPolicy:
    """Return the rules for passwords, with our list of words that guessers try first."""
    text = (importlib.resources.files(resources) / WORDS_FILE).read_text("utf-8")
    lines = (line.strip() for line in text.splitlines())
    return PasswordPolicy(
        frozenset(line.casefold() for line in lines if line and not line.startswith("#"))
    )
