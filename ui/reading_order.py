"""The order in which Tab and Enter go through a window whose fields come and go: as one reads it.

Qt remembers the order in which widgets were made. A dialog that makes fields while it is being
filled in would send the keyboard past them; here the order follows from where everything stands.
"""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QRadioButton, QScrollArea, QWidget

SAME_LINE = 14  # pixels by which things beside each other may stand apart


def go_on(window: QWidget, *, forward: bool) -> bool:
    """Move the focus to what comes next, round the window; tell whether there is anything."""
    order = stops(window)
    if not order:
        return False
    here = window.focusWidget()
    at = order.index(here) if here in order else -1 if forward else 0
    reasons = Qt.FocusReason
    reason = reasons.TabFocusReason if forward else reasons.BacktabFocusReason
    order[(at + (1 if forward else -1)) % len(order)].setFocus(reason)
    return True


def stops(window: QWidget) -> list[QWidget]:
    """Return what the keyboard can reach now, line by line from left to right."""
    found = [one for one in window.findChildren(QWidget) if _is_stop(one, window)]
    places = {one: _place(one, window) for one in found}
    lines: list[list[QWidget]] = []
    for one in sorted(found, key=lambda each: places[each][:2]):
        if not lines or _is_below(places[one], places[lines[-1][0]]):
            lines.append([])
        lines[-1].append(one)
    return [one for line in lines for one in sorted(line, key=lambda each: places[each][2])]


def _place(widget: QWidget, window: QWidget) -> tuple[int, int, int]:
    """Return height in the window, height in what scrolls, and distance from the left.

    What is scrolled away still stands where its area stands, before what is below the area.
    """
    above = widget.parentWidget()
    while above is not None and above is not window and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    at = widget.mapTo(window, QPoint())
    inside = above.widget() if isinstance(above, QScrollArea) else None
    if above is None or inside is None:
        return at.y(), 0, at.x()
    return above.mapTo(window, QPoint()).y(), widget.mapTo(inside, QPoint()).y(), at.x()


def _is_below(one: tuple[int, int, int], first: tuple[int, int, int]) -> bool:
    return one[0] - first[0] > SAME_LINE or one[1] - first[1] > SAME_LINE


def _is_stop(widget: QWidget, window: QWidget) -> bool:
    tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
    here = widget.window() is window and widget.isEnabled() and widget.isVisibleTo(window)
    if not (tab and here) or widget.focusProxy() is not None:
        return False
    if not isinstance(widget, QRadioButton) or widget.group() is None:
        return True
    chosen = widget.group().checkedButton()
    return chosen is None or chosen is widget  # the arrows choose among the others
