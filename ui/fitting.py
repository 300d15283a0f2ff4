"""Sizes for dialogs that must not outgrow a small or enlarged screen, and words for narrow places."""

import re
from collections.abc import Callable

from PySide6.QtWidgets import QWidget

ROOM = 0.92  # part of the screen that a dialog may take; frame and task bar need the rest


def fit(dialog: QWidget, width: int, height: int) -> None:
    """Give a dialog the size it would like, as far as the screen has room."""
    room = dialog.screen().availableGeometry()
    dialog.resize(min(width, int(room.width() * ROOM)), min(height, int(room.height() * ROOM)))


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
