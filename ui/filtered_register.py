"""A register with filters by what its rows refer to: a person, a place."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QWidget

from models.kinds import Ref
from models.profiles import Profile
from models.records import Record
from models.store import Op, Query, Where
from ui.editor_base import row_of
from ui.page import Desk
from ui.picker import RefPicker
from ui.register import RegisterView
from ui.register_widths import ColumnMemory


class FilteredRegister(RegisterView):
    """A register view with one picker for each named reference.

    Args:
        references: names of the reference fields by which the list can be filtered.
    """

    def __init__(
        self,
        desk: Desk,
        cls: type[Record],
        references: Sequence[str],
        *,
        profile: Profile | None = None,
        memory: ColumnMemory | None = None,
        how_to_begin: str = "",
        parent: QWidget | None = None,
    ) -> None:
        self.pickers: dict[str, RefPicker] = {}
        super().__init__(
            desk, cls, profile=profile, memory=memory, how_to_begin=how_to_begin, parent=parent
        )
        for name in references:
            field = cls.fields()[name]
            assert isinstance(field.kind, Ref)
            picker = RefPicker(desk.ledger, field.kind.type)
            picker.line.setPlaceholderText(self.tr("すべて"))
            picker.line.setAccessibleName(self.tr("{0}でしぼる").format(field.label))
            picker.line.setFixedWidth(picker.fontMetrics().horizontalAdvance("あ") * 8)
            picker.second.setMaximumHeight(0)  # a filter needs no second line
            picker.picked.connect(lambda _id: self.ask())
            label = QLabel(field.label)
            label.setBuddy(picker.line)
            self.filters.add(_pair(label, picker))
            self.pickers[name] = picker
        self.filters.others = lambda: sum(bool(picker.id()) for picker in self.pickers.values())
        self.filters.clear_button.clicked.connect(self._clear_pickers)

    def query(self) -> Query:
        asked = super().query()
        chosen = tuple(
            Where(name, Op.EQ, picker.id()) for name, picker in self.pickers.items() if picker.id()
        )
        return Query(
            asked.type, (*asked.where, *chosen), asked.text, asked.order, asked.voided,
            asked.contracts,
        )  # fmt: skip

    def conditions(self) -> list[str]:
        chosen = [
            f"{self.cls.fields()[name].label}：{picker.line.text()}"
            for name, picker in self.pickers.items()
            if picker.id()
        ]
        return [*super().conditions(), *chosen]

    def _clear_pickers(self) -> None:
        for picker in self.pickers.values():
            picker.set_id("")
        self.ask()


def _pair(label: QLabel, picker: RefPicker) -> QWidget:
    """Keep a word beside its picker when the row wraps."""
    pair = QWidget()
    row = row_of(pair)
    row.addWidget(label)
    row.addWidget(picker)
    return pair
