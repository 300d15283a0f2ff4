"""Fields that are rarely filled in: a box that stays folded until somebody needs it."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QGroupBox, QVBoxLayout, QWidget

from models.records.base import Declared
from ui.editor_base import FormDesk
from ui.handling.panel import FieldsPanel, Line


class MoreFields(QGroupBox):
    """A panel in a box with a tick: unticked, only its heading is seen; the values stay."""

    def __init__(
        self,
        title: str,
        cls: type[Declared],
        lines: Sequence[Line],
        desk: FormDesk,
        parent: QWidget,
    ) -> None:
        super().__init__(title, parent)
        self.setObjectName("seldom")
        self.setCheckable(True)
        self.panel = FieldsPanel(cls, lines, desk, self)
        QVBoxLayout(self).addWidget(self.panel)
        self.toggled.connect(self.panel.setVisible)
        self.unfold(False)

    def fill(self, values: Mapping[str, Any]) -> bool:
        """Show values; does not count as typing. Tell whether any of them says something."""
        self.panel.set_values(values)
        rows = self.panel.rows.values()
        return any(not row.field.kind.is_empty(row.editor.value()) for row in rows)

    def unfold(self, wanted: bool) -> None:
        """Show the fields, or only the heading."""
        self.setChecked(wanted)
        self.panel.setVisible(wanted)
