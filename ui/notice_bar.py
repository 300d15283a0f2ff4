"""A quiet line in the window for what the rules mention: nobody has to press it away to go on."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from models.commands import Change
from models.records import HandlingEvent
from ui import icons, layout

SHOWN = 3  # sentences; more are counted


class NoticeBar(QFrame):
    """Shows the notices of the last command until they are closed or another act is entered."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.text = layout.plain()
        self.text.setAccessibleName(self.tr("お知らせ"))
        self.close_button = layout.button(self.tr("閉じる"), self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 10, 6)
        row.setSpacing(10)
        row.addWidget(icons.badge("note", self.tr("お知らせ")))
        row.addWidget(self.text, 1)
        row.addWidget(self.close_button)
        self.hide()

    def show_change(self, change: Change) -> None:
        """Show what a command mentions; the next act without notices clears the line."""
        if change.notices:
            rest = len(change.notices) - SHOWN
            lines = [
                *change.notices[:SHOWN],
                *([self.tr("ほか{0}件").format(rest)] if rest > 0 else []),
            ]
            self.text.setText("\n".join(lines))
            self.text.setToolTip("\n".join(change.notices))
            self.show()
        elif HandlingEvent.type in change.types:
            self.hide()
