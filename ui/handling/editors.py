"""Editors that only the handling dialogs have: the fitting consent, the purpose with its past."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent, QStandardItemModel
from PySide6.QtWidgets import QListView, QMenu, QPushButton, QWidget

from models.codes import Means
from models.fields import Field
from models.records import Authorization
from models.records.handling import CARRIED_MEANS
from ui.editor_base import Editor, FormDesk, row_of
from ui.editor_choices import ChoiceEditor, make_box
from ui.editor_texts import TextEditor
from ui.handling.consent_help import scope_in_words


class ConsentEditor(Editor):
    """Chooses among the consents that cover this act on this day."""

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        self.box = make_box(self)
        self.box.setSizeAdjustPolicy(
            self.box.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.box.setMinimumContentsLength(16)
        row_of(self).addWidget(self.box, 1)
        self.offer(())
        self.box.activated.connect(lambda _index: self.edited.emit())

    def offer(self, found: Sequence[Authorization]) -> None:
        """Offer these; what was chosen stays, also when it does not cover the day any more."""
        chosen = self.value()
        with QSignalBlocker(self.box):
            self.box.clear()
            nothing = (
                self.tr("（承諾等によらない）")
                if found
                else self.tr("（この日に有効な承諾等はありません）")
            )
            self.box.addItem(nothing, "")
            for one in found:
                self.box.addItem(f"{one.caption()}　{one.scope_text}", one.id)
        self.set_value(chosen)
        self.box.setToolTip(self.box.currentText())

    def value(self) -> Any:
        return self.box.currentData() or ""

    def set_value(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            if value and self.box.findData(value) < 0:
                caption = self.desk.ledger.registers.caption("authorization", value)
                self.box.addItem(
                    self.tr("{caption}　この日は対象外").format(caption=caption), value
                )
            self.box.setCurrentIndex(max(0, self.box.findData(value)))
        self.box.setToolTip(self.box.currentText())

    def echo(self) -> str:
        return scope_in_words(self.desk.ledger, self.value())

    def focus_target(self) -> QWidget:
        return self.box


class CarriedByEditor(ChoiceEditor):
    """Asks who carries what is taken out: nothing is said where whoever takes it out does."""

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        self.box.setItemText(0, self.tr("持ち出す人が自分で運ぶ"))
        offered = (None, *(one for one in Means if one in CARRIED_MEANS))
        self._others = [number for number, one in enumerate(self._codes) if one not in offered]
        for number in self._others:
            self._offer(number, shown=False)

    def set_value(self, value: Any) -> None:
        super().set_value(value)
        for number in self._others:  # what another program entered stays to be seen
            self._offer(number, shown=number == self.box.currentIndex())

    def _offer(self, number: int, *, shown: bool) -> None:
        view = self.box.view()
        assert isinstance(view, QListView)
        view.setRowHidden(number, not shown)
        model = self.box.model()
        assert isinstance(model, QStandardItemModel)
        model.item(number).setEnabled(shown)


class PurposeEditor(TextEditor):
    """A line of text; Alt+↓ offers what was written here lately."""

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        self.recent: list[str] = []
        self.line.installEventFilter(self)

    def add_beside(self, layout: Any) -> None:
        self.button = QPushButton(self.tr("最近 ▼"), self)
        self.button.setAutoDefault(False)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setToolTip(self.tr("最近の目的から選びます（Alt+↓）"))
        self.button.clicked.connect(self.drop_down)
        layout.addWidget(self.button)

    def offer(self, recent: Sequence[str]) -> None:
        """Offer these texts."""
        self.recent = list(recent)
        self.button.setVisible(bool(self.recent))

    def drop_down(self) -> None:
        """Let the user choose one of the texts offered."""
        if not self.recent:
            return
        menu = QMenu(self)
        for text in self.recent:
            menu.addAction(text.replace("&", "&&")).setData(text)
        chosen = menu.exec(self.line.mapToGlobal(self.line.rect().bottomLeft()))
        if chosen is not None:
            self.set_value(chosen.data())
            self.edited.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            if alt and event.key() == Qt.Key.Key_Down:
                self.drop_down()
                return True
        return False
