"""A parent must not fall while a dialog of its own is being taken down."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog


def outlive(dialog: QDialog) -> None:
    """Keep the parent of a dialog until the dialog is gone, whoever else lets go of it.

    What is connected to a dialog may hold the window that opened it. Qt takes connections down while
    the dialog still stands among the children of its parent: if that fell with the last of them, it
    would delete the dialog a second time, and the heap with it.
    """
    kept = [dialog.parentWidget()]
    dialog.destroyed.connect(lambda: QTimer.singleShot(0, kept.clear))
