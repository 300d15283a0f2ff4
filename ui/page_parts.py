"""Parts that pages and dialogs have alike: verbs, filters, rows of forms, tables that are only read."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QFormLayout,
    QLayout,
    QLineEdit,
    QPushButton,
    QTableView,
    QWidget,
)

from ui import layout
from ui.keys import EnterMovesOn


def make_verb(page: QObject, word: str, act: Callable[[], Any]) -> QAction:
    """Return something that can be done on a page."""
    made = QAction(word, page)
    made.triggered.connect(lambda _checked=False: act())
    return made


def make_verbs(page: QObject, acts: Iterable[tuple[str, Callable[[], Any]]]) -> list[QAction]:
    return [make_verb(page, word, act) for word, act in acts]


def state_filters(
    page: QObject, row: QLayout, states: Iterable[str], choose: Callable[[str], None]
) -> dict[str, QPushButton]:
    """Add one button for each state to a row, and one for all of them (""), which is chosen."""
    group = QButtonGroup(page)
    made: dict[str, QPushButton] = {}
    for state in ("", *states):
        button = layout.button("", partial(choose, state))
        button.setCheckable(True)
        group.addButton(button)
        made[state] = button
        row.addWidget(button)
    made[""].setChecked(True)
    return made


def only_read(table: QTableView, word: str) -> None:
    """Let a table show whole rows and let nobody type into it; Tab leaves it."""
    table.setAccessibleName(word)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()


def heads_left(table: QTableView) -> None:
    """Let the words of the columns begin where their cells do."""
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    table.horizontalHeader().setDefaultAlignment(left)


def add_rows(to: QFormLayout, rows: Iterable[tuple[str, QWidget]]) -> None:
    """Add rows; Enter moves on from their lines."""
    for word, widget in rows:
        layout.add_row(to, word, widget)
        if isinstance(widget, QLineEdit):
            EnterMovesOn(widget)
