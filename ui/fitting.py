"""Sizes for dialogs that must not outgrow a small or enlarged screen."""

from PySide6.QtWidgets import QWidget

ROOM = 0.92  # part of the screen that a dialog may take; frame and task bar need the rest


def fit(dialog: QWidget, width: int, height: int) -> None:
    """Give a dialog the size it would like, as far as the screen has room."""
    room = dialog.screen().availableGeometry()
    dialog.resize(min(width, int(room.width() * ROOM)), min(height, int(room.height() * ROOM)))
