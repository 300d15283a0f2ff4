"""A small box for posts and names, one person a line; Tab moves on."""

from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy

LINES = 2  # that are seen at once


class NamesText(QPlainTextEdit):
    """Takes a name a line.

    Args:
        label: what it is called by who does not see it.
    """

    def __init__(self, label: str) -> None:
        super().__init__()
        self.setAccessibleName(label)
        self.setTabChangesFocus(True)
        self.setPlaceholderText(self.tr("職・氏名を、一人一行で入力"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        lines = self.fontMetrics().lineSpacing() * LINES
        self.setFixedHeight(lines + 2 * self.frameWidth() + 12)
