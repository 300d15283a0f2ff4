"""Sizes for dialogs that must not outgrow a small or enlarged screen, and words for narrow places."""

import re
from collections.abc import Callable, Collection, Sequence

from PySide6.QtWidgets import QTableWidget, QWidget

ROOM = 0.92  # part of the screen that a dialog may take; frame and task bar need the rest


def fit(dialog: QWidget, width: int, height: int) -> None:
    """Give a dialog the size it would like, as far as the screen has room."""
    room = dialog.screen().availableGeometry()
    dialog.resize(min(width, int(room.width() * ROOM)), min(height, int(room.height() * ROOM)))


# In full-width characters: what a column that takes the rest shall keep, what another keeps whole
# (令和8年11月20日 17:00), and how far a wider one gives way.
LEAST_WIDE, WHOLE, FLOOR = 14, 14, 7


def fit_columns(table: QTableWidget, wide: Collection[int], most: Callable[[int], int]) -> None:
    """Give columns the width of their texts, and what is left to those that share it.

    Long names must not squeeze what a list is about: the widest columns give way first.

    Args:
        wide: the columns that share the rest.
        most: returns how wide a column may grow, in pixels.
    """
    one, header = table.fontMetrics().horizontalAdvance("あ"), table.horizontalHeader()
    shown = [c for c in range(table.columnCount()) if not table.isColumnHidden(c)]
    narrow = [column for column in shown if column not in wide]
    heads = {column: header.sectionSizeHint(column) for column in narrow}
    widths = {
        column: max(heads[column], min(table.sizeHintForColumn(column) + one // 2, most(column)))
        for column in narrow
    }
    room = table.viewport().width() - LEAST_WIDE * one * (len(shown) - len(narrow))
    long = [width for width in widths.values() if width > WHOLE * one]
    cap = max(FLOOR * one, _cap(long, room - sum(widths.values()) + sum(long)))
    for column, width in widths.items():
        cut = min(width, cap) if width > WHOLE * one else width
        table.setColumnWidth(column, max(heads[column], cut))


def shared(wanted: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Return the widths that columns get: the widest give way first, none below its least."""
    cap = _cap(wanted, room)
    return [min(one, max(cap, floor)) for one, floor in zip(wanted, least, strict=True)]


def _cap(widths: Collection[int], room: int) -> int:
    """Return the width to which the widest are cut, so that all together fit the room."""
    for number, width in enumerate(sorted(widths)):
        if width * (len(widths) - number) > room:
            return max(0, room // (len(widths) - number))
        room -= width
    return max(widths, default=0)


# What is read in one piece: katakana, Latin letters, kanji with the kana that inflects them; a
# bracket clings to what it holds, a mark to what stands before it.
_PIECE = re.compile(
    r"[（「]?(?:[ァ-ヺー]+|[A-Za-z0-9]+|[^ぁ-んァ-ヺーA-Za-z0-9（）「」、。・\s]+)?"
    r"(?:[ぁ-ん]*?の|[ぁ-ん]*)[）」、。・\s]*"
)


def in_lines(word: str, most: float, width: Callable[[str], float]) -> str:
    """Break a label between its words, where Qt would break it anywhere: 暗号化の / パスワード.

    Args:
        most: width of a line.
        width: returns the width of a text.
    """
    lines = [""]
    for piece in filter(None, _PIECE.findall(word)):
        if lines[-1] and width(f"{lines[-1]}{piece}".rstrip()) > most:
            lines.append("")
        lines[-1] += piece
    return "\n".join(line.rstrip() for line in lines)
