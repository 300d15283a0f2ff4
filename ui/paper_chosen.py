"""対象の記録: the records that a paper speaks of, ticked in a list that knows what has a paper."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from models.paper_about import OF_ONE
from ui.layout import button, link_button, note, say
from ui.page import Desk
from ui.paper_subjects import MOST, Offer, Subject, needs_subjects, offered, offers_subjects

ID, WAITS = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
LEAST_LINES = 2  # of the list; a small window keeps its height for them


class ChosenPart(QWidget):
    """Offers the records; what waits for the paper is ticked, what has one says which.

    Attributes:
        changed: other records are ticked.
        told: a sentence for the dialog, "" for none.
    """

    changed = Signal()
    told = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._asked = ("", "")
        self._most = MOST
        self._offer = Offer((), 0, 0)
        self.list = QListWidget()
        self.list.setUniformItemSizes(True)
        # A bar for scrolling to the side would cover the last line of a short list.
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setMinimumHeight(LEAST_LINES * self.list.fontMetrics().lineSpacing() + 8)
        self.list.itemChanged.connect(self._ticked)
        self.setFocusProxy(self.list)
        self.waiting = button(self.tr("まだのものを選ぶ"), self._tick_waiting)
        self.every = button(self.tr("すべて選ぶ"), lambda: self._tick(self._entries()))
        self.none = button(self.tr("選択を外す"), lambda: self._tick(()))
        self.count = note("")
        self.rest = note("")
        self.more = link_button(self.tr("さらに表示"), self._show_more)
        self._build()

    def ask(self, doc_kind: str, contract_id: str, ticked: Sequence[str] = ()) -> None:
        """Offer the records for a document of a contract.

        Args:
            ticked: ids of what is ticked first; without any it is what waits.
        """
        self._asked, self._most = (doc_kind, contract_id), MOST
        self._clear()
        if offers_subjects(doc_kind):
            self._read(ticked)

    def chosen(self) -> tuple[str, ...]:
        """Return the ids of the ticked records, oldest first."""
        return tuple(str(one.data(ID)) for one in reversed(self._checked()))

    # --- building ----------------------------------------
    def _build(self) -> None:
        acts = QHBoxLayout()
        for one in (self.waiting, self.every, self.none):
            acts.addWidget(one)
        acts.addWidget(self.count, 1)
        below = QHBoxLayout()
        below.addWidget(self.rest, 1)
        below.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(acts)
        column.addWidget(self.list, 1)
        column.addLayout(below)

    def _clear(self) -> None:
        self.list.clear()
        self._offer = Offer((), 0, 0)
        self._say_count()

    # --- what is offered ----------------------------------------
    def _read(self, ticked: Sequence[str]) -> None:
        asked, most, ledger = self._asked, self._most, self.desk.ledger
        self.desk.operations.ask(
            lambda: offered(ledger, *asked, most),
            lambda found: self._show(asked, found, ticked),
            parent=self,
        )

    def _show(self, asked: tuple[str, str], found: Offer, ticked: Sequence[str]) -> None:
        if asked != self._asked:
            return
        self._clear()
        self._offer = found
        self.list.blockSignals(True)
        for one in found.subjects:
            self.list.addItem(self._entry(one))
        self.list.blockSignals(False)
        code = asked[0]
        if self._most == MOST and not ticked:
            self._tick_waiting()
        else:
            self._tick([one for one in self._entries() if one.data(ID) in set(ticked)])
        hint = "" if needs_subjects(code) else self.tr("選ばないときは、すべてを載せます。")
        empty = self.tr("この書類の対象になる記録は、まだありません。")
        self.told.emit(hint if found.subjects else empty)

    def _entry(self, one: Subject) -> QListWidgetItem:
        entry = QListWidgetItem(one.line)
        entry.setToolTip(one.line)
        entry.setData(ID, one.id)
        entry.setData(WAITS, one.waits)
        entry.setFlags(entry.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        entry.setCheckState(Qt.CheckState.Unchecked)
        return entry

    def _show_more(self) -> None:
        """Offer twice as many; what is ticked stays ticked."""
        self._most *= 2
        self._read(self.chosen())

    # --- ticking ----------------------------------------
    def _entries(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def _checked(self) -> list[QListWidgetItem]:
        return [one for one in self._entries() if one.checkState() is Qt.CheckState.Checked]

    def _tick_waiting(self) -> None:
        """Tick what waits; of a paper about one record what waits longest."""
        waits = [one for one in self._entries() if one.data(WAITS)]
        self._tick(waits[-1:] if self._is_of_one() else waits)

    def _tick(self, wanted: Sequence[QListWidgetItem]) -> None:
        """Tick these and no others."""
        ids = {one.data(ID) for one in wanted}
        self.list.blockSignals(True)
        for one in self._entries():
            on = one.data(ID) in ids
            one.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)
        if wanted:
            self.list.setCurrentItem(wanted[0])
        self._say_count()
        self.changed.emit()

    def _ticked(self, entry: QListWidgetItem) -> None:
        """Follow the user; a paper about one record takes the record ticked last."""
        if self._is_of_one() and entry.checkState() is Qt.CheckState.Checked:
            self._tick([entry])
            return
        self._say_count()
        self.changed.emit()

    def _is_of_one(self) -> bool:
        return self._asked[0] in OF_ONE

    def _say_count(self) -> None:
        found, shown = self._offer, len(self._offer.subjects)
        several = not self._is_of_one()
        self.waiting.setVisible(several and found.waiting > 0)
        self.every.setVisible(several and shown > 0)
        self.none.setVisible(several and shown > 0)
        words = [self.tr("{0}件を選択").format(len(self._checked()))] if shown else []
        if found.waiting:
            words.append(self.tr("まだのもの{0}件").format(f"{found.waiting:,}"))
        say(self.count, "　".join(words))
        cut = found.total > shown
        rest = self.tr("全{0}件のうち{1}件を表示しています（まだのもの、新しいものから）。")
        say(self.rest, rest.format(f"{found.total:,}", f"{shown:,}") if cut else "", "care")
        self.more.setVisible(cut)
