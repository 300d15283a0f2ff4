"""A list of things to tick."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem

HIGHEST = 120  # pixels before it scrolls
LINE = 26  # pixels of a line, before the theme says


def tick_list(word: str, offered: Sequence[tuple[str, str]]) -> QListWidget:
    """Return a list to tick, given as id and words."""
    listed = QListWidget()
    for id_, text in offered:
        item = QListWidgetItem(text, listed)
        item.setData(Qt.ItemDataRole.UserRole, id_)
        item.setCheckState(Qt.CheckState.Unchecked)
        item.setToolTip(text)
    # A bar for scrolling to the side would cover the only line of a short list.
    listed.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    listed.setTextElideMode(Qt.TextElideMode.ElideRight)
    listed.setAccessibleName(word)
    lines = max(1, len(offered)) * max(listed.sizeHintForRow(0), LINE)
    listed.setFixedHeight(min(HIGHEST, lines + 2 * listed.frameWidth() + 4))
    return listed


def ticked(listed: QListWidget) -> list[str]:
    """Return the ids of what is ticked."""
    items = (listed.item(row) for row in range(listed.count()))
    return [
        item.data(Qt.ItemDataRole.UserRole)
        for item in items
        if item.checkState() is Qt.CheckState.Checked
    ]
