"""The frame of a handling dialog: title, contract, ways, scrolling fields, message, buttons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from models.codes import HandlingKind
from models.ledger import Ledger
from models.profiles import Profile
from models.records import HandlingEvent, Stored
from ui import layout
from ui.barcode import BarcodeWedge
from ui.editor_base import FormDesk
from ui.editor_choices import make_box
from ui.handling import defaults
from ui.handling.delivery import DeliveryBox
from ui.handling.more_fields import MoreFields
from ui.handling.panel import FieldsPanel
from ui.handling.sheets import MAIN, seldom
from ui.handling.words import kind_word
from ui.keys import EnterMovesOn
from ui.reading_order import go_on

WIDTH, HEIGHT = 1040, 560
BESIDE = (48, 190)  # characters and pixels of a dialog in which two fields stand in a row
TICK_MS = 20_000  # how often the time shown is moved on while nobody has typed one


@dataclass(frozen=True)
class Mode:
    """One of several ways in which a dialog can be used: another kind, or start and end."""

    word: str
    kind: HandlingKind
    part: str = ""


class HandlingFrame(QDialog):
    """What stands around the fields; `ui/handling/dialog.py` gives it its behaviour."""

    ledger: Ledger
    kind: HandlingKind
    contract_id: str
    form_desk: FormDesk
    correcting: Stored[HandlingEvent] | None
    plan: Stored[HandlingEvent] | None
    panel: FieldsPanel
    delivery: DeliveryBox | None  # for acts by which something passes from hand to hand
    detail_first = False  # whether what a subclass adds stands above the fields
    _base: HandlingEvent
    _more: FieldsPanel | None
    _seldom: MoreFields

    # --- what the behaviour says ---------------------------------------------------------------
    def modes(self) -> Sequence[Mode]:
        """Return the ways in which this dialog can be used; none when there is only one."""
        return ()

    def make_body(self) -> QWidget | None:
        """Return what stands above the fields."""
        return None

    def make_detail(self) -> QWidget | None:
        """Return what stands below the fields, None for nothing."""
        return None

    def profile(self) -> Profile | None:
        """Return the profile whose words are shown."""
        return None

    def word(self) -> str:
        """Return what the act is called."""
        return kind_word(self.kind, self.profile())

    def save(self) -> None:
        """Enter the event."""

    def save_plan(self) -> None:
        """Enter the event as something that is going to happen."""

    def take(self, code: str) -> bool:
        """Take a scanned number; tell whether it was of use."""
        return False

    def set_mode(self, number: int) -> None:
        """Use the dialog in another way."""

    def edited(self, name: str) -> None:
        """Take note of typing in a field."""

    def update_shown(self) -> None:
        """Show what fits and what does not."""

    def show_values(self, event: HandlingEvent) -> None:
        """Fill the fields."""

    def apply_role(self) -> None:
        """Close what the signed-in person may not choose."""

    def choose_contract(self, contract_id: str) -> None:
        """Turn to another contract."""

    # --- building ----------------------------------------------------------------------------
    def build(self) -> None:
        self.content = QWidget(self)
        inner = QVBoxLayout(self.content)
        inner.setContentsMargins(2, 2, 10, 2)
        inner.setSpacing(10)
        self._body = self.make_body()
        if self._body is not None:
            inner.addWidget(self._body)
        self._panel_place = QVBoxLayout()
        self._detail = self.make_detail()
        if self._detail is not None and self.detail_first:
            inner.addWidget(self._detail)
        inner.addLayout(self._panel_place)
        self.delivery = self._delivery_box()
        if self.delivery is not None:
            inner.addWidget(self.delivery)
        if self._detail is not None and not self.detail_first:
            inner.addWidget(self._detail)
        self._seldom_place = QVBoxLayout()
        inner.addLayout(self._seldom_place)
        inner.addStretch(1)
        self.make_fields()
        self.area = area = layout.scrolling(self.content)
        column = QVBoxLayout(self)
        column.addLayout(self._head())
        column.addWidget(area, 1)
        column.addLayout(self._foot())
        self._set_size()
        for keys in ("Ctrl+Return", "Ctrl+Enter", "Ctrl+S"):
            QShortcut(QKeySequence(keys), self, self.save)
        QShortcut(QKeySequence("Alt+P"), self, self.save_plan)

    def make_fields(self) -> None:
        """Make the fields of the present kind; what stood in fields of the same name is kept."""
        kept = self.panel.values() if hasattr(self, "panel") else {}
        touched = {n for n, r in self.panel.rows.items() if r.touched} if kept else set()
        if kept:
            self.panel.hide()
            self.panel.deleteLater()
        self.panel = FieldsPanel(HandlingEvent, MAIN[self.kind], self.form_desk, self.content)
        self.panel.edited.connect(self.edited)
        self._panel_place.addWidget(self.panel)
        if kept:
            self.show_values(replace(self._base, **kept))
            for name in touched & set(self.panel.rows):
                self.panel.rows[name].touched = True
            self.apply_role()
        self._build_seldom()

    def _delivery_box(self) -> DeliveryBox | None:
        if all(line.name != "means" for line in MAIN[self.kind]):
            return None
        box = DeliveryBox(self.kind, self._base, self.form_desk, self.content)
        box.edited.connect(self.update_shown)
        return box

    def _build_seldom(self) -> None:
        if self._more is not None:
            self._seldom.deleteLater()
        lines = seldom(self.kind)
        title = self.tr("そのほかの項目（必要なときだけ）")
        self._seldom = MoreFields(title, HandlingEvent, lines, self.form_desk, self.content)
        self._more = self._seldom.panel
        self._more.edited.connect(lambda _name: self.update_shown())
        filled = self._seldom.fill({line.name: getattr(self._base, line.name) for line in lines})
        self._seldom.unfold(filled and (self.correcting is not None or self.plan is not None))
        self._seldom_place.addWidget(self._seldom)

    def _head(self) -> QVBoxLayout:
        column = QVBoxLayout()
        row = QHBoxLayout()
        self.title = layout.title("")
        row.addWidget(self.title)
        row.addStretch(1)
        self.contracts = self._contract_box()
        word = QLabel(self.tr("契約"))
        word.setBuddy(self.contracts)
        several = self.contracts.count() > 1  # "none yet" counts: it stands only above several
        for widget in (word, self.contracts):
            row.addWidget(widget)
            widget.setVisible(several)
        column.addLayout(row)
        self._mode_group = QButtonGroup(self)
        if self.modes():
            column.addLayout(self._mode_row())
        return column

    def _contract_box(self) -> QComboBox:
        box = make_box(self)
        box.setAccessibleName(self.tr("契約"))
        if not self.contract_id:
            box.addItem(self.tr("（契約を選んでください）"), "")
        for contract in defaults.open_contracts(self.ledger):
            box.addItem(contract.caption(), contract.id)
        if box.findData(self.contract_id) < 0:
            caption = self.ledger.registers.caption("contract", self.contract_id)
            box.addItem(caption, self.contract_id)
        layout.roomy(box)
        box.setCurrentIndex(box.findData(self.contract_id))
        box.setEnabled(self.correcting is None)
        box.activated.connect(lambda _n: self.choose_contract(str(box.currentData())))
        return box

    def show_contract(self) -> None:
        """Show the contract in the box; once there is one, "none yet" is no choice any more."""
        none_yet = self.contracts.findData("")
        if self.contract_id and none_yet >= 0:
            self.contracts.removeItem(none_yet)
        self.contracts.setCurrentIndex(self.contracts.findData(self.contract_id))
        for number, mode in enumerate(self.modes()):
            self._mode_group.button(number).setText(_mode_word(number, mode))

    def _mode_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for number, mode in enumerate(self.modes()):
            button = QRadioButton(_mode_word(number, mode))
            button.setToolTip(self.tr("Alt+{0} でも選べます").format(number + 1))
            EnterMovesOn(button)
            self._mode_group.addButton(button, number)
            row.addWidget(button)
        row.addStretch(1)
        self._mode_group.idClicked.connect(self.set_mode)
        return row

    def _foot(self) -> QVBoxLayout:
        self.missing = layout.note("")
        self.message = layout.note("")
        self.reason = QLineEdit()
        self.check_offer = QCheckBox(
            self.tr("確認者が、宛先・数量・管理番号を入力し、ご自分のパスワードで確認する")
        )
        EnterMovesOn(self.check_offer)
        EnterMovesOn(self.reason)
        column = QVBoxLayout()
        if self.correcting is not None:
            row = QHBoxLayout()
            label = QLabel(self.tr("訂正の理由　＊必須"))
            label.setBuddy(self.reason)
            self.reason.setAccessibleName(self.tr("訂正の理由"))
            self.reason.setPlaceholderText(self.tr("例 数量を読み違えたため"))
            row.addWidget(label)
            row.addWidget(self.reason, 1)
            column.addLayout(row)
        column.addWidget(self.check_offer)
        column.addWidget(self.message)
        row = QHBoxLayout()
        row.addWidget(self.missing, 100)
        row.addStretch(1)
        word = self.tr("訂正する") if self.correcting is not None else self.tr("記録する")
        self.save_button = layout.button(f"{word}（Ctrl+Enter）", self.save, primary=True)
        self.cancel_button = QPushButton(self.tr("やめる（Esc）"))
        self.cancel_button.setAutoDefault(False)
        self.cancel_button.clicked.connect(self.reject)
        self.plan_button = layout.button(self.tr("予定として登録（Alt+P）"), self.save_plan)
        self.plan_button.setToolTip(
            self.tr("これから行うこととして登録します。当日、「今日」の画面から実績にできます。")
        )
        row.addWidget(self.plan_button)
        row.addWidget(self.save_button)
        row.addWidget(self.cancel_button)
        column.addLayout(row)
        return column

    def _set_size(self) -> None:
        screen = self.screen().availableGeometry()
        wanted = self.content.sizeHint().height() + 190
        self.resize(min(WIDTH, screen.width() - 40), min(max(wanted, HEIGHT), screen.height() - 60))

    def show_title(self) -> str:
        act = self.tr("の訂正") if self.correcting is not None else ""
        number = self.correcting.record.caption() if self.correcting is not None else ""
        if self.plan is not None:
            number = self.tr("{0}の予定の実績").format(self.plan.record.caption())
        text = f"{self.word()}{act}　{number}".strip()
        self.title.setText(text)
        return text

    def listen_to_scanner(self) -> None:
        application = QApplication.instance()
        wedge = application.findChild(BarcodeWedge) if application is not None else None
        if wedge is not None:
            wedge.scanned.connect(self.scanned)

    def scanned(self, code: str) -> None:
        """Take a barcode that was read while this dialog is in front."""
        if self.isActiveWindow():
            self.take(code)

    def keep_time(self) -> None:
        """Let the time shown go on while the dialog stands open."""
        clock = QTimer(self, interval=TICK_MS)
        clock.timeout.connect(self.move_time_on)
        clock.start()

    def move_time_on(self) -> None:
        """Show the present time."""

    def fit_columns(self) -> None:
        """Let the fields stand in as many columns as there is room for."""
        characters, rest = BESIDE
        needed = self.fontMetrics().horizontalAdvance("あ") * characters + rest
        for panel in self.content.findChildren(FieldsPanel):
            panel.narrow(self.width() < needed)

    # --- Qt ----------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    def focusNextPrevChild(self, forward: bool) -> bool:
        return go_on(self, forward=forward)


def _mode_word(number: int, mode: Mode) -> str:
    return f"{mode.word}(&{number + 1})"
