"""Looks at a window as a careful eye would: what has no name, and what is cut off."""

from collections.abc import Iterator

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QRadioButton,
    QScrollArea,
    QScrollBar,
    QSplitterHandle,
    QStackedWidget,
    QTabBar,
    QTableView,
    QTabWidget,
    QToolButton,
    QWidget,
)

from ui.elided import ElidedLabel

BARE = (QScrollBar, QSplitterHandle, QStackedWidget, QTabWidget, QDialogButtonBox)


def nameless(window: QWidget) -> list[str]:
    """Return the visible widgets that take the keyboard but tell no screen reader who they are."""
    return [_path(widget) for widget in _focusable(window) if not _name(widget)]


def cut_off(window: QWidget) -> list[str]:
    """Return the texts of labels and buttons that stand in less room than they need."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisibleTo(window):
            continue
        if isinstance(widget, QLabel) and widget.text():
            if _is_cut(widget):
                found.append(f"{widget.text()}：{_path(widget)}")
        elif isinstance(widget, QAbstractButton) and widget.text():
            least = _least(widget)
            if widget.width() < least.width() or widget.height() < least.height():
                found.append(f"{widget.text()}：{_path(widget)}")
    return found


def outside(window: QWidget) -> list[str]:
    """Return visible widgets whose right edge is out of their parent, where no bar reaches."""
    found = [
        f"{inside.width()} in {area.viewport().width()}：{_path(area)}"
        for area in window.findChildren(QScrollArea)
        if (inside := area.widget()) is not None
        and area.isVisibleTo(window)
        and area.horizontalScrollBarPolicy() is Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        and inside.width() > area.viewport().width()
    ]
    for widget in window.findChildren(QWidget):
        parent = widget.parentWidget()
        if parent is None or not widget.isVisibleTo(window) or not widget.isEnabled():
            continue
        if isinstance(parent.parentWidget(), QAbstractScrollArea):
            continue  # what stands in a view that scrolls
        if widget.geometry().right() > parent.rect().right() + 1 and not widget.isWindow():
            found.append(f"{widget.geometry().getRect()} in {parent.width()}：{_path(widget)}")
    return found


def pushed_out(window: QWidget) -> list[str]:
    """Return tables in which one column is so wide that the others are out of sight."""
    found = []
    for table in window.findChildren(QTableView):
        if not table.isVisibleTo(window) or not table.horizontalScrollBar().maximum():
            continue
        room, header = table.viewport().width(), table.horizontalHeader()
        widest = max(header.sectionSize(column) for column in range(header.count()))
        if widest > room * 3 // 4:
            found.append(f"{widest} in {room}：{_path(table)}")
    return found


def _focusable(window: QWidget) -> Iterator[QWidget]:
    for widget in window.findChildren(QWidget):
        inside = isinstance(widget.parentWidget(), (QComboBox, QAbstractSpinBox))
        if isinstance(widget, BARE) or inside or not widget.isVisibleTo(window):
            continue
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled():
            yield widget


def _name(widget: QWidget) -> str:
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, (QAbstractButton, QGroupBox)):
        return widget.text() if isinstance(widget, QAbstractButton) else widget.title()
    if isinstance(widget, QTabBar):
        return widget.tabText(0)
    if isinstance(widget, QLabel):  # text that can be copied is its own name
        return widget.text()
    labels = widget.window().findChildren(QLabel)
    return next((label.text() for label in labels if label.buddy() is widget), "")


def _is_cut(label: QLabel) -> bool:
    if isinstance(label, ElidedLabel):  # it ends in …, and its tip says the rest
        whole = label.shown() == label.text() or label.toolTip()
        return label.height() < _text_height(label) or not whole
    if label.wordWrap():
        return label.height() < label.heightForWidth(label.width()) - 2
    return label.width() < _text_width(label) or label.height() < _text_height(label)


def _text_width(label: QLabel) -> int:
    lines = label.text().replace("&", "").split("\n")
    return max(label.fontMetrics().horizontalAdvance(line) for line in lines)


def _text_height(label: QLabel) -> int:
    return label.fontMetrics().height() * (label.text().count("\n") + 1) - 2


def _least(button: QAbstractButton) -> QSize:
    if isinstance(button, (QCheckBox, QRadioButton)):
        return QSize(button.sizeHint().width() - 2, 0)
    if isinstance(button, QToolButton) and not button.text():
        return QSize()
    words = max(button.fontMetrics().horizontalAdvance(t) for t in button.text().split("\n"))
    return QSize(words + 8, button.fontMetrics().height())


def _path(widget: QWidget) -> str:
    names: list[str] = []
    above: QWidget | None = widget
    while above is not None and len(names) < 5:
        names.append(above.objectName() or type(above).__name__)
        above = above.parentWidget()
    return " < ".join(names)


__all__ = ["QLineEdit", "cut_off", "nameless", "outside", "pushed_out"]
