"""The base of all handling dialogs: what, then how, then Ctrl+Enter; nothing typed gets lost.

A dialog builds one draft event. Whatever changes, the draft is held against the custody of its
items, so that what cannot be is said while typing. A correction is the same dialog, filled with
the old event, with the reason as one more line (R-33).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QComboBox,
    QDialog,
    QFrame,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from models.codes import HandlingKind, Role
from models.commands import Change
from models.errors import AzukariError
from models.profiles import Profile
from models.records import Contract, HandlingEvent, Item, Stored
from models.registers import MINIMUM_REASON
from ui import layout, permitted
from ui.barcode import BarcodeWedge
from ui.editor_base import FormDesk
from ui.editor_choices import make_box
from ui.handling import defaults
from ui.handling.editors import ConsentEditor, PurposeEditor
from ui.handling.item_lines import ItemLines
from ui.handling.panel import FieldsPanel
from ui.handling.sheets import MAIN, seldom
from ui.handling.words import kind_word
from ui.keys import ENTER, EnterMovesOn
from ui.page import Desk

WIDTH, HEIGHT = 1040, 640


@dataclass(frozen=True)
class Mode:
    """One of several ways in which a dialog can be used: another kind, or start and end."""

    word: str
    kind: HandlingKind
    part: str = ""


class HandlingDialog(QDialog):
    """Enters one handling.

    Args:
        contract_id: "" to take the contract of the items, or the usual one.
        items: ids of items that are in from the beginning.
        related: the open event that this one answers (use, take-out, departure).
        correcting: the event to correct; the dialog begins with what it says.
    """

    saved = Signal(object)  # Change
    single: ClassVar[bool] = False

    def __init__(
        self,
        desk: Desk,
        contract_id: str,
        kind: HandlingKind,
        items: Sequence[str] = (),
        related: HandlingEvent | None = None,
        *,
        correcting: Stored[HandlingEvent] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.desk = desk
        self.ledger = desk.ledger
        self.kind = kind
        self.related = related
        self.correcting = correcting
        self.contract_id = contract_id or self._usual_contract(items)
        self.form_desk = FormDesk.at(desk, lambda: self.contract_id, self.profile)
        self.mode: Mode | None = None
        self._saving = False
        self._loading = True
        self._begun: Any = None
        self._more: FieldsPanel | None = None
        self._base = self._first_event()
        self._build()
        self._load(items)
        self._loading = False
        self.update_shown()
        self._begun = self._fingerprint()
        self._listen_to_scanner()
        self.focus_first()

    # --- what subclasses say -----------------------------------------------------------------
    def modes(self) -> Sequence[Mode]:
        """Return the ways in which this dialog can be used; none when there is only one."""
        return ()

    def make_body(self) -> QWidget | None:
        """Return what stands above the fields; here the items."""
        self.items = ItemLines(self.form_desk, self, single=self.single)
        self.items.changed.connect(self._items_changed)
        return self.items

    def make_detail(self) -> QWidget | None:
        """Return what stands below the fields, None for nothing."""
        return None

    def field_names(self) -> list[str]:
        """Return which fields are shown in the present mode."""
        return [line.name for line in MAIN[self.kind]]

    def draft(self) -> HandlingEvent:
        """Return the event as it stands now."""
        values = self.panel.values() | (self._more.values() if self._more is not None else {})
        return replace(self._base, kind=self.kind, lines=self.items.lines(), **values)

    def new_items(self) -> list[Item]:
        """Return the items that come into being with the event."""
        return []

    def events(self) -> list[HandlingEvent]:
        """Return what will be entered; acts that answer several open ones are several events."""
        return [self.draft()]

    def work(self) -> Callable[[], Change]:
        """Return the command."""
        handling = self.ledger.handling
        events, new = self.events(), self.new_items()
        if self.correcting is not None:
            event_id, reason = self.correcting.record.id, self.reason.text()
            return lambda: handling.correct(event_id, events[0], reason)
        return lambda: handling.record_all(events, new_items=new)

    def more_problems(self) -> list[str]:
        """Return problems of what the subclass adds."""
        return []

    def items_chosen(self, items: Sequence[Item]) -> None:
        """Adapt proposals to the items."""

    def after(self, change: Change) -> None:
        """Do what belongs to the act right after it was entered (papers)."""

    # --- words -------------------------------------------------------------------------------
    def profile(self) -> Profile | None:
        stored = self.ledger.store.get(Contract, self.contract_id) if self.contract_id else None
        return self.ledger.profiles.get(stored.record.profile_code) if stored else None

    def word(self) -> str:
        return kind_word(self.kind, self.profile())

    # --- acting ------------------------------------------------------------------------------
    def take(self, code: str) -> bool:
        """Take a scanned number."""
        return self.items.take(code)

    def set_mode(self, number: int) -> None:
        """Use the dialog in another way."""
        mode = self.modes()[number]
        button = self._mode_group.button(number)
        button.setChecked(True)
        if mode == self.mode:
            return
        changed = mode.kind is not self.kind
        self.mode, self.kind = mode, mode.kind
        if changed:
            self._labels_of_kind()
        self.mode_changed()
        self.update_shown()

    def mode_changed(self) -> None:
        """Adapt to the mode."""
        self.panel.arrange(self.field_names())

    def save(self) -> None:
        """Enter the event; what was typed stays when that fails."""
        if self._saving:
            return
        self.panel.touch_all()
        if self._more is not None:
            self._more.touch_all()
        self.update_shown()
        problems = self.problems()
        if problems:
            self._say("\n".join(problems[:4]))
            self.focus_problem()
            return
        if not self._reason_is_given():
            return
        self._busy(True)
        self.desk.operations.run(self.work(), done=self._done, failed=self._failed, parent=self)

    def problems(self) -> list[str]:
        """Return everything that keeps the event from being entered, as sentences."""
        draft = self.draft()
        found = [s for one in self.panel.problems(draft).values() for s in one]
        if self._more is not None:
            found += [s for one in self._more.problems(draft).values() for s in one]
        found += self.item_problems() + self.more_problems()
        found += [self.panel.reword(s) for s in draft.inconsistencies()]
        why_not = self._why_not()
        return [*([why_not] if why_not else []), *dict.fromkeys(found)]

    def item_problems(self) -> list[str]:
        if not self.items.items:
            return [self.tr("媒体・資料を入力してください（管理番号を読み取るか、番号を入力してEnter）。")]
        found = self.items.cell_problems()
        return found + (self.items.problem.split("\n") if self.items.problem else [])

    def focus_problem(self) -> None:
        """Put the keyboard where the first problem is."""
        found = self.panel.problems(self.draft())
        if self.item_problems():
            self.items.setFocus()
        elif found:
            self.panel.focus(next(iter(found)))

    def focus_first(self) -> None:
        """Put the keyboard where the clerk begins."""
        self.items.setFocus()

    def is_dirty(self) -> bool:
        """Tell whether closing now would lose something."""
        if self._begun is None or self._saving:
            return False
        return self._fingerprint() != self._begun or bool(self.reason.text().strip())

    # --- what is shown -----------------------------------------------------------------------
    def update_shown(self) -> None:
        """Hold the draft against fields, custody and consents, and say what does not fit."""
        if self._loading:
            return
        draft = self.draft()
        self._offer_consents(draft)
        draft = self.draft()
        self.panel.update_shown(draft)
        if self._more is not None:
            self._more.update_shown(draft)
        self._show_hindrances()
        missing = self.panel.missing(draft)
        text = self.tr("未入力の必須項目：{words}").format(words="、".join(missing))
        layout.say(self.missing, text if missing else "", "care")
        layout.say(self.message, "", "problem")
        self.setWindowTitle(self._title())

    def _show_hindrances(self) -> None:
        found: dict[str, str] = {}
        instead = self.correcting.record if self.correcting is not None else None
        for event in self.events():
            found |= self.ledger.handling.hindrances(
                event, new_items=self.new_items(), instead_of=instead
            )
        for item in self.items.items:
            if item.contract_id and item.contract_id != self.contract_id:
                found[item.id] = self.tr("{item}は、ほかの契約の媒体・資料です。").format(
                    item=item.caption()
                )
        self.items.show_hindrances(found)

    def _offer_consents(self, draft: HandlingEvent) -> None:
        row = self.panel.rows.get("authorization_id")
        if row is None or not isinstance(row.editor, ConsentEditor):
            return
        found = defaults.authorizations(
            self.ledger, self.contract_id, self.kind, draft.occurred_at
        )
        row.editor.offer(found)

    # --- loading -----------------------------------------------------------------------------
    def _usual_contract(self, items: Sequence[str]) -> str:
        if self.correcting is not None:
            return self.correcting.record.contract_id
        found = self.ledger.store.get_many(Item, list(items))
        return defaults.usual_contract(self.ledger, [one.record for one in found.values()])

    def _first_event(self) -> HandlingEvent:
        if self.correcting is not None:
            record = self.correcting.record
            return replace(
                record, confirmed_by="", confirmed_at=None, corrects_event_id="", lines_text=""
            )
        return defaults.starting_event(self.ledger, self.contract_id, self.kind)

    def _load(self, items: Sequence[str]) -> None:
        self._fill_from(self._base)
        if self.correcting is not None:
            self.items.set_lines(self._base.lines, fixed=self.items_are_fixed())
        for item_id in items:
            self.items.add(item_id)
        if self.modes():
            self.set_mode(self.first_mode())
        self._apply_role()

    def items_are_fixed(self) -> bool:
        """Tell whether a correction must leave the items as they are."""
        return False

    def first_mode(self) -> int:
        """Return which mode fits what the dialog begins with."""
        found = [n for n, mode in enumerate(self.modes()) if mode.kind is self.kind]
        return found[0] if found else 0

    def _fill_from(self, event: HandlingEvent) -> None:
        self.panel.set_values({n: getattr(event, n) for n in self.panel.rows})
        purpose = self.panel.rows["purpose"].editor
        if isinstance(purpose, PurposeEditor):
            purpose.offer(defaults.recent_purposes(self.ledger, self.contract_id, self.kind))

    def _apply_role(self) -> None:
        if self.ledger.role is Role.WORKER:
            row = self.panel.rows["actor_person_id"]
            row.editor.set_read_only(True)
            row.hint.setText(self.tr("従事者は、自分の取扱いだけを記録できます"))
            row.hint.show()

    def _why_not(self) -> str:
        why = permitted.why_not_write(self.ledger, HandlingEvent)
        if why or self.contract_id:
            return why
        return self.tr("契約が登録されていません。先に「契約」の画面で契約を登録してください。")

    def _fingerprint(self) -> Any:
        try:
            return (self.draft(), tuple(self.new_items()))
        except ValueError:
            return None

    def _items_changed(self) -> None:
        if self._loading:
            self.items_chosen(self.items.items)
            return
        chosen = self.items.items
        if len(chosen) == 1 and chosen[0].contract_id not in ("", self.contract_id):
            if self.correcting is None:
                self._choose_contract(chosen[0].contract_id)
        self.items_chosen(chosen)
        self.update_shown()

    def _choose_contract(self, contract_id: str) -> None:
        if contract_id == self.contract_id:
            return
        self.contract_id = contract_id
        self.contracts.setCurrentIndex(self.contracts.findData(contract_id))
        fresh = defaults.starting_event(self.ledger, contract_id, self.kind)
        self._base = fresh
        for name, row in self.panel.rows.items():
            if not row.touched:
                self.panel.set_values({name: getattr(fresh, name)})
        self.contract_changed()
        self.update_shown()

    def contract_changed(self) -> None:
        """Adapt to another contract."""

    # --- saving ------------------------------------------------------------------------------
    def _reason_is_given(self) -> bool:
        if self.correcting is None or len(self.reason.text().strip()) >= MINIMUM_REASON:
            return True
        self._say(
            self.tr("「訂正の理由」を{count}文字以上で入力してください。").format(
                count=MINIMUM_REASON
            )
        )
        self.reason.setFocus()
        return False

    def _done(self, change: Change) -> None:
        self.saved.emit(change)
        self.after(change)
        self.accept()

    def _failed(self, error: AzukariError) -> None:
        self._busy(False)
        self._say(self.panel.reword(str(error)))

    def _busy(self, busy: bool) -> None:
        self._saving = busy
        self.content.setEnabled(not busy)
        self.save_button.setEnabled(not busy)

    def _say(self, sentences: str) -> None:
        text = "\n".join(f"⚠ {line}" for line in sentences.split("\n") if line)
        layout.say(self.message, text, "problem")

    # --- building ----------------------------------------------------------------------------
    def _build(self) -> None:
        self.content = QWidget(self)
        inner = QVBoxLayout(self.content)
        inner.setContentsMargins(2, 2, 10, 2)
        inner.setSpacing(10)
        self._body = self.make_body()
        if self._body is not None:
            inner.addWidget(self._body)
        self._panel_place = QVBoxLayout()
        inner.addLayout(self._panel_place)
        self._detail = self.make_detail()
        if self._detail is not None:
            inner.addWidget(self._detail)
        self._seldom_place = QVBoxLayout()
        inner.addLayout(self._seldom_place)
        inner.addStretch(1)
        self._labels_of_kind()
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.content)
        self.area = area
        column = QVBoxLayout(self)
        column.addLayout(self._head())
        column.addWidget(area, 1)
        column.addLayout(self._foot())
        self._size()
        for keys in ("Ctrl+Return", "Ctrl+Enter", "Ctrl+S"):
            QShortcut(QKeySequence(keys), self, self.save)

    def _labels_of_kind(self) -> None:
        """Make the fields of the present kind; what stood in fields of the same name is kept."""
        kept = self.panel.values() if hasattr(self, "panel") else {}
        touched = {n for n, r in self.panel.rows.items() if r.touched} if kept else set()
        if kept:
            self.panel.hide()
            self.panel.deleteLater()
        self.panel = FieldsPanel(HandlingEvent, MAIN[self.kind], self.form_desk, self.content)
        self.panel.edited.connect(lambda _name: self.update_shown())
        self._panel_place.addWidget(self.panel)
        if kept:
            self._fill_from(replace(self._base, **kept))
            for name in touched & set(self.panel.rows):
                self.panel.rows[name].touched = True
            self._apply_role()
        self._build_seldom()

    def _build_seldom(self) -> None:
        if self._more is not None:
            self._seldom.deleteLater()
        lines = seldom(self.kind)
        self._seldom = QGroupBox(self.tr("そのほかの項目（必要なときだけ）"), self.content)
        self._seldom.setCheckable(True)
        self._more = FieldsPanel(HandlingEvent, lines, self.form_desk, self._seldom)
        self._more.set_values({line.name: getattr(self._base, line.name) for line in lines})
        self._more.edited.connect(lambda _name: self.update_shown())
        column = QVBoxLayout(self._seldom)
        column.addWidget(self._more)
        more = self._more
        self._seldom.toggled.connect(more.setVisible)
        filled = any(
            not more.rows[line.name].field.kind.is_empty(getattr(self._base, line.name))
            for line in lines
        )
        wanted = filled and self.correcting is not None
        self._seldom.setChecked(wanted)
        more.setVisible(wanted)
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
        several = self.contracts.count() > 1
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
        box.setMaximumWidth(460)
        for contract in defaults.open_contracts(self.ledger):
            box.addItem(contract.caption(), contract.id)
        if box.findData(self.contract_id) < 0 and self.contract_id:
            caption = self.ledger.registers.caption("contract", self.contract_id)
            box.addItem(caption, self.contract_id)
        box.setCurrentIndex(box.findData(self.contract_id))
        box.setEnabled(self.correcting is None)
        box.activated.connect(lambda _n: self._choose_contract(str(box.currentData())))
        return box

    def _mode_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for number, mode in enumerate(self.modes()):
            button = QRadioButton(f"{mode.word}(&{number + 1})")
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
        column.addWidget(self.message)
        row = QHBoxLayout()
        row.addWidget(self.missing, 1)
        word = self.tr("訂正する") if self.correcting is not None else self.tr("記録する")
        self.save_button = layout.button(f"{word}（Ctrl+Enter）", self.save, primary=True)
        self.cancel_button = QPushButton(self.tr("やめる（Esc）"))
        self.cancel_button.setAutoDefault(False)
        self.cancel_button.clicked.connect(self.reject)
        row.addWidget(self.save_button)
        row.addWidget(self.cancel_button)
        column.addLayout(row)
        return column

    def _size(self) -> None:
        screen = self.screen().availableGeometry()
        wanted = self.content.sizeHint().height() + 190
        self.resize(min(WIDTH, screen.width() - 40), min(max(wanted, 460), screen.height() - 60))

    def _title(self) -> str:
        act = self.tr("の訂正") if self.correcting is not None else ""
        number = self.correcting.record.caption() if self.correcting is not None else ""
        text = f"{self.word()}{act}　{number}".strip()
        self.title.setText(text)
        return text

    def _listen_to_scanner(self) -> None:
        application = QApplication.instance()
        wedge = application.findChild(BarcodeWedge) if application is not None else None
        if wedge is not None:
            wedge.scanned.connect(self.scanned)

    def scanned(self, code: str) -> None:
        """Take a barcode that was read while this dialog is in front."""
        if self.isActiveWindow():
            self.take(code)

    # --- Qt ----------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            for button in (self.save_button, self.cancel_button):
                if button.hasFocus():
                    button.click()
            return  # a stray Enter must neither save nor close
        super().keyPressEvent(event)

    def reject(self) -> None:
        if self._may_close():
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.isVisible() and not self._may_close():
            event.ignore()
            return
        super().closeEvent(event)

    def _may_close(self) -> bool:
        if self._saving:
            return False
        return not self.is_dirty() or self.desk.asker.confirm(
            self, self.tr("入力した内容を捨てますか？"),
            yes=self.tr("捨てる"), no=self.tr("入力に戻る"),
        )  # fmt: skip
