"""Everything the program asks or tells the user in a small dialog.

Pages ask through an `Asker`, so that in tests the answers of the user are a list and not a mouse.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

TITLE = "預り台帳"
PLAIN = Qt.TextFormat.PlainText


class Asker(Protocol):
    """Small questions to the user; `None` means that he turned back."""

    def tell(self, parent: QWidget | None, sentence: str) -> None:
        """Say something that needs no answer."""

    def warn(self, parent: QWidget | None, sentence: str) -> None:
        """Say what went wrong and what to do next."""

    def confirm(
        self, parent: QWidget | None, question: str, *, yes: str = "はい", no: str = "いいえ"
    ) -> bool:
        """Ask before something that cannot be taken back."""

    def line(
        self, parent: QWidget | None, title: str, question: str, *, value: str = ""
    ) -> str | None:
        """Ask for one line of text, for example the reason of a correction."""

    def choice(
        self, parent: QWidget | None, title: str, question: str, offered: Sequence[str],
        value: str = "",
    ) -> str | None:  # fmt: skip
        """Ask for one line of text that may be chosen from a list."""

    def folder(self, parent: QWidget | None, title: str, start: str = "") -> Path | None: ...

    def open_file(
        self, parent: QWidget | None, title: str, pattern: str, start: str = ""
    ) -> Path | None:
        """Ask for a file to read; `pattern` looks like "PDF (*.pdf)"."""

    def save_file(
        self, parent: QWidget | None, title: str, pattern: str, name: str = ""
    ) -> Path | None:
        """Ask where to write a file; an existing one is confirmed by the dialog."""


class DialogAsker:
    """Asks with real dialogs whose buttons speak Japanese."""

    def tell(self, parent: QWidget | None, sentence: str) -> None:
        _box(parent, QMessageBox.Icon.Information, sentence).exec()

    def warn(self, parent: QWidget | None, sentence: str) -> None:
        _box(parent, QMessageBox.Icon.Warning, sentence).exec()

    def confirm(
        self, parent: QWidget | None, question: str, *, yes: str = "はい", no: str = "いいえ"
    ) -> bool:
        box = QMessageBox(QMessageBox.Icon.Question, TITLE, question, parent=parent)
        agree = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        refuse = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
        box.setTextFormat(PLAIN)
        box.setDefaultButton(refuse)
        box.setEscapeButton(refuse)
        box.exec()
        return box.clickedButton() is agree

    def line(
        self, parent: QWidget | None, title: str, question: str, *, value: str = ""
    ) -> str | None:
        dialog = LineDialog(parent, title, question, value)
        return dialog.text() if dialog.exec() else None

    def choice(
        self, parent: QWidget | None, title: str, question: str, offered: Sequence[str],
        value: str = "",
    ) -> str | None:  # fmt: skip
        dialog = ChoiceDialog(parent, title, question, offered, value)
        return dialog.text() if dialog.exec() else None

    def folder(self, parent: QWidget | None, title: str, start: str = "") -> Path | None:
        chosen = QFileDialog.getExistingDirectory(parent, title, start)
        return Path(chosen) if chosen else None

    def open_file(
        self, parent: QWidget | None, title: str, pattern: str, start: str = ""
    ) -> Path | None:
        chosen, _ = QFileDialog.getOpenFileName(parent, title, start, pattern)
        return Path(chosen) if chosen else None

    def save_file(
        self, parent: QWidget | None, title: str, pattern: str, name: str = ""
    ) -> Path | None:
        chosen, _ = QFileDialog.getSaveFileName(parent, title, name, pattern)
        return Path(chosen) if chosen else None


def completed(
    asker: Asker, parent: QWidget | None, chosen: Path | None, suffix: str, *others: str
) -> Path | None:
    """Add the suffix that the user left out; what stands there is replaced only if he says so.

    The dialog has asked about the name that was typed, not about the one with its suffix.

    Args:
        others: suffixes that will do as well.
    """
    if chosen is None or chosen.suffix.lower() in (suffix, *others):
        return chosen
    file = chosen.with_name(f"{chosen.name}{suffix}")
    question = f"「{file.name}」は、すでにあります。置き換えますか。"
    if file.exists() and not asker.confirm(parent, question, yes="置き換える", no="やめる"):
        return None
    return file


class LineDialog(QDialog):
    """One question, one line, 確定 and やめる."""

    def __init__(self, parent: QWidget | None, title: str, question: str, value: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(560)
        label = QLabel(question)
        label.setTextFormat(PLAIN)
        label.setWordWrap(True)
        self._line = QLineEdit(value)
        label.setBuddy(self._line)
        layout = QVBoxLayout(self)
        layout.addWidget(label)
        layout.addWidget(self._line)
        layout.addWidget(dialog_buttons(self, "確定"))
        self.setMinimumHeight(layout.totalHeightForWidth(self.minimumWidth()))  # of a long question

    def text(self) -> str:
        return self._line.text().strip()


class ChoiceDialog(QDialog):
    """One question, one line that may be chosen from a list; 確定 once something stands there."""

    def __init__(
        self, parent: QWidget | None, title: str, question: str, offered: Sequence[str], value: str
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(480)
        label = QLabel(question)
        label.setTextFormat(PLAIN)
        label.setWordWrap(True)
        self.box = QComboBox()
        line = QLineEdit()
        line.setPlaceholderText("一覧から選ぶか、入力してください")
        self.box.setLineEdit(line)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.addItems(list(offered))
        self.box.setCurrentIndex(-1)
        self.box.setEditText(value)
        label.setBuddy(self.box)
        buttons = dialog_buttons(self, "確定")
        self.agree = buttons.buttons()[0]
        layout = QVBoxLayout(self)
        for part in (label, self.box, buttons):
            layout.addWidget(part)
        self.box.editTextChanged.connect(self._enable)
        self._enable()

    def text(self) -> str:
        return self.box.currentText().strip()

    def _enable(self) -> None:
        self.agree.setEnabled(bool(self.text()))


def may_drop(asker: Asker, parent: QWidget) -> bool:
    """Ask before what was typed and is not entered is gone."""
    return asker.confirm(parent, "入力した内容を捨てますか？", yes="捨てる", no="入力に戻る")


def dialog_buttons(dialog: QDialog, accept: str, refuse: str = "やめる") -> QDialogButtonBox:
    """Return a button row with Japanese words that accepts and rejects the dialog."""
    box = QDialogButtonBox()
    agree = box.addButton(accept, QDialogButtonBox.ButtonRole.AcceptRole)
    agree.setDefault(True)
    box.addButton(refuse, QDialogButtonBox.ButtonRole.RejectRole)
    box.accepted.connect(dialog.accept)
    box.rejected.connect(dialog.reject)
    return box


def _box(parent: QWidget | None, icon: QMessageBox.Icon, sentence: str) -> QMessageBox:
    box = QMessageBox(icon, TITLE, sentence, parent=parent)
    # Sentences may carry names and file names; markup in them must stay text.
    box.setTextFormat(PLAIN)
    box.addButton("閉じる", QMessageBox.ButtonRole.AcceptRole)
    return box
