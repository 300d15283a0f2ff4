"""A panel of chosen fields of a record, in the order in which a clerk fills them in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from models.records.base import Declared
from ui.editor_base import Editor, FormDesk
from ui.editors import make_editor
from ui.field_row import FieldRow
from ui.words import reworded

LABEL_CHARACTERS = 8
SHORT_LABEL = 5  # where three fields share a row


@dataclass(frozen=True)
class Line:
    """One field on the panel.

    Args:
        name: the field.
        label: what it is called here; "" for its own label.
        needed: demanded here although the record alone does not demand it.
        wide: stands alone in its row.
        make: makes the editor; None for the one that fits the kind.
    """

    name: str
    label: str = ""
    needed: bool = False
    wide: bool = False
    hint: str = ""
    make: Callable[..., Editor] | None = None


class FieldsPanel(QWidget):
    """Shows the fields two in a row and keeps what is typed.

    Args:
        cls: whose fields they are.
        lines: which ones, in order.
    """

    edited = Signal(str)  # name of the field

    def __init__(
        self,
        cls: type[Declared],
        lines: Sequence[Line],
        desk: FormDesk,
        parent: QWidget | None = None,
        *,
        columns: int = 2,
    ) -> None:
        super().__init__(parent)
        self.cls = cls
        self.desk = desk
        self.rows: dict[str, FieldRow] = {}
        self.lines: dict[str, Line] = {}
        self._columns = self._most = columns
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._shown: tuple[str, ...] = ()
        self._demanded: frozenset[str] = frozenset()
        for line in lines:
            self._add(line)
        self.arrange([line.name for line in lines])

    # --- values ------------------------------------------------------------------------------
    def values(self) -> dict[str, Any]:
        """Return what the shown fields say."""
        return {name: self.rows[name].editor.value() for name in self._shown}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show values; does not count as typing."""
        for name, value in values.items():
            if name in self.rows:
                self.rows[name].editor.set_value(value)
                self.rows[name].show_echo()

    def suggest(self, name: str, value: Any) -> None:
        """Show a value unless somebody has typed into the field."""
        if name in self.rows and not self.rows[name].touched:
            self.set_values({name: value})

    def is_touched(self) -> bool:
        return any(row.touched for row in self.rows.values())

    # --- what is shown -----------------------------------------------------------------------
    def narrow(self, narrow: bool) -> None:
        """Show one field less in a row where there is no room for all."""
        columns = self._most - 1 if narrow else self._most
        if columns != self._columns:
            self._columns = columns
            self._place(self._shown)

    def arrange(self, names: Sequence[str]) -> None:
        """Show these fields, in this order."""
        if tuple(names) != self._shown:
            self._shown = tuple(names)
            self._place(self._shown)

    def _place(self, names: Sequence[str]) -> None:
        for column in range(self._most):
            self._grid.setColumnStretch(column * 2 + 1, int(column < self._columns))
        for row in self.rows.values():
            for widget in (row.label, row):
                self._grid.removeWidget(widget)
                widget.setVisible(row.field.name in names)
        place = 0
        before: QWidget | None = None
        for name in names:
            row = self.rows[name]
            if self.lines[name].wide and place % self._columns:
                place += self._columns - place % self._columns
            across, down = place % self._columns * 2, place // self._columns
            span = self._columns * 2 - 1 if self.lines[name].wide else 1
            self._grid.addWidget(row.label, down, across)
            self._grid.addWidget(row, down, across + 1, 1, span, Qt.AlignmentFlag.AlignTop)
            place += self._columns if self.lines[name].wide else 1
            target = row.editor.focus_target()
            if before is not None:
                QWidget.setTabOrder(before, target)
            before = target

    def relabel(self, labels: Mapping[str, str]) -> None:
        """Call fields by other words."""
        for name, label in labels.items():
            row = self.rows[name]
            row.field = replace(row.field, label=label)
            row.editor.field = row.field

    def demand(self, names: Iterable[str]) -> None:
        """Demand fields that the contract's text demands although the record does not."""
        self._demanded = frozenset(names)

    def update_shown(self, built: Declared) -> None:
        """Show marks and problems for what stands in the panel now."""
        required = built.required()
        found = self.problems(built)
        for name in self._shown:
            row = self.rows[name]
            row.say(None, required=self._is_needed(name, required))
            row.show_problem("\n".join(found.get(name, [])) if row.touched else "")

    def problems(self, built: Declared) -> dict[str, list[str]]:
        """Return sentences by field name; "" for those that belong to no field."""
        required = built.required()
        found: dict[str, list[str]] = {}
        for name in self._shown:
            row = self.rows[name]
            typing = row.editor.typing_problem() or row.editor.problem_beside(built)
            if typing:
                found[name] = [f"「{row.field.label}」{typing}"]
                continue
            value = row.editor.value()
            sentences = list(row.field.problems(value, required=self._is_needed(name, required)))
            if sentences:
                found[name] = sentences
        return found

    def missing(self, built: Declared) -> list[str]:
        """Return the words of needed fields that are empty."""
        required = built.required()
        return [
            self.rows[name].field.label
            for name in self._shown
            if self._is_needed(name, required)
            and self.rows[name].field.kind.is_empty(self.rows[name].editor.value())
            and not self.rows[name].editor.typing_problem()
        ]

    def reword(self, sentence: str) -> str:
        """Put the words of this panel into a sentence of the record."""
        own = self.cls.fields()
        return reworded(sentence, {own[n].label: r.field.label for n, r in self.rows.items()})

    def touch_all(self) -> None:
        for row in self.rows.values():
            row.touched = True

    def focus(self, name: str = "") -> None:
        """Put the keyboard into a field, the first one if none is named."""
        name = name or next(iter(self._shown), "")
        if name:
            self.rows[name].editor.focus_target().setFocus(Qt.FocusReason.OtherFocusReason)

    # --- building ----------------------------------------------------------------------------
    def _add(self, line: Line) -> None:
        own = self.cls.fields()[line.name]
        field = replace(own, label=line.label or own.label, hint=line.hint or own.hint)
        make = line.make or make_editor
        row = FieldRow(field, make(field, self.desk, self), self)
        em = row.label.fontMetrics().horizontalAdvance("あ")
        row.label.setParent(self)
        row.label.setFixedWidth(em * (LABEL_CHARACTERS if self._most < 3 else SHORT_LABEL))
        row.label.setContentsMargins(0, 6, 0, 0)
        row.label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        row.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row.edited.connect(lambda name=line.name: self.edited.emit(name))
        row.say(None, required=False)
        self.rows[line.name] = row
        self.lines[line.name] = line

    def _is_needed(self, name: str, required: frozenset[str]) -> bool:
        row = self.rows[name]
        demanded = self.lines[name].needed or name in self._demanded
        return demanded or row.field.required or name in required
