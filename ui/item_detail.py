"""Everything about one item: facts, copies, its custody as a picture, and what can be done."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from models import amounts
from models.codes import HandlingKind as K
from models.codes import Timing
from models.days_back import late_part
from models.fields import NOT_RECORDED
from models.kinds import Children
from models.ledger import Ledger
from models.profiles import Profile
from models.records import HandlingEvent, HandlingLine, Item
from ui import layout, permitted
from ui.asking import completed
from ui.copy_tree import CopyTree
from ui.custody_picture import CustodyPicture
from ui.custody_story import Story, read_story
from ui.flow import FlowLayout
from ui.handling.defaults import whereabouts
from ui.handling.verbs import HandlingVerbs
from ui.handling.words import kind_word
from ui.history import HistoryReader
from ui.page import Desk
from ui.saving import What, write_file
from ui.words import field_word

ACTS = (
    K.USE, K.COPY, K.TAKE_OUT, K.BRING_BACK, K.TRANSPORT, K.STORE, K.RETURN, K.HAND_OVER,
    K.DISPOSE, K.ERASE, K.TRANSMIT, K.DISPATCH, K.STOCKTAKE, K.LOSS, K.RECOVER, K.RECEIVE,
)  # fmt: skip
SKIPPED = frozenset({"contents"})
LEAST_HIGH = 300  # of the tabs; a long name above them lets all of it scroll
AIR = 4  # pixels
LEAST_WORDS = 80  # of the story in words: two of its lines; it takes what room is left


class Roomy(QStyledItemDelegate):
    """Leaves air below words in two lines: with 𠮷 of another font Qt cut the second one off."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return super().sizeHint(option, index) + QSize(0, AIR)


class ItemDetail(QWidget):
    """The right side of the page of items.

    Attributes:
        item_wanted: another item of the family was opened.
        event_wanted: an event of the picture was opened.
    """

    item_wanted = Signal(str)
    event_wanted = Signal(str)

    def __init__(self, desk: Desk, handling: HandlingVerbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._handling = handling
        self.item_id = ""
        self._build()
        self.clear()

    def clear(self) -> None:
        """Show that no item is chosen."""
        self.item_id = ""
        self.title.setText("")
        self.none.setVisible(True)
        self.body.setVisible(False)

    def show_item(self, item_id: str) -> None:
        """Show an item."""
        stored = self.desk.ledger.store.get(Item, item_id) if item_id else None
        if stored is None:
            self.clear()
            return
        self.item_id = item_id
        item = stored.record
        self.desk.ledger.access.viewed(item)
        self.none.setVisible(False)
        self.body.setVisible(True)
        self.title.setText(layout.breakable(item.caption()))
        self._show_state(item)
        self._show_acts(item)
        self._show_facts(item)
        self.family.show_item(item)
        ledger, profile = self.desk.ledger, self._profile(item)
        self.desk.operations.ask(
            lambda: read_story(ledger, item_id, profile), self._show_story, parent=self
        )

    # --- parts ----------------------------------------
    def _show_state(self, item: Item) -> None:
        status = self.desk.ledger.handling.status(item.id)
        parts = [whereabouts(self.desk.ledger, status)]
        if status is not None:
            parts.append(
                amounts.parts(item, status)
                if amounts.are_apart(status)
                else f"残り {item.amount(status.left)}"
            )
            if status.due_back_at is not None:
                late = status.due_back_at < self.desk.ledger.now()
                when = item.fields()["due_back_at"].kind.format(status.due_back_at)
                much = late_part(item, status, self.desk.ledger.now())
                parts.append(f"持帰り予定 {when}{f'（期限超過{much}）' if late else ''}")
        self.state.setText("　".join(parts))

    def _show_acts(self, item: Item) -> None:
        why_not = self._handling.why_not()
        profile = self._profile(item)
        for kind, button in self.acts.items():
            reason = why_not or hindrance(self.desk.ledger, item, kind)
            button.setText(kind_word(kind, profile))
            button.setEnabled(not reason)
            button.setToolTip(reason or self.tr("{0}を記録します").format(button.text()))
            button.setAccessibleDescription(reason)
        layout.say(self.why_not, why_not or self._first_reason(item), "muted")

    def _first_reason(self, item: Item) -> str:
        """Say once why the most wanted acts cannot be entered now."""
        reasons = [self.acts[kind].accessibleDescription() for kind in (K.USE, K.TAKE_OUT)]
        return next((reason for reason in reasons if reason), "")

    def _show_facts(self, item: Item) -> None:
        profile = self._profile(item)
        reader = HistoryReader(self.desk.ledger, profile)
        lines = []
        hidden = item.irrelevant() | SKIPPED
        for f in item.fields().values():
            if f.name in hidden or isinstance(f.kind, Children):
                continue
            lines.append((field_word(f, profile), reader.text(f, getattr(item, f.name))))
        contents = [
            self.tr("{0}：{1}（本人の数 {2}）").format(
                self.desk.ledger.registers.caption("information_asset", one.asset_id),
                one.fields_text,
                one.subject_count if one.subject_count is not None else NOT_RECORDED,
            )
            for one in item.contents
        ]
        lines.append((self.tr("収録情報"), "\n".join(contents) or NOT_RECORDED))
        _fill(self.facts, lines)

    def _show_story(self, story: Story) -> None:
        self.picture.set_story(story)
        bar = self.area.horizontalScrollBar().sizeHint().height()
        self.area.setMaximumHeight(self.picture.minimumHeight() + bar + 6)
        self.words.clear()
        self.words.addItems([one.text() for one in story.stations])
        for number, one in enumerate(story.stations):
            cell = self.words.item(number)
            font = cell.font()
            font.setStrikeOut(one.voided)
            cell.setFont(font)
            cell.setToolTip(one.text())
        self.words.setCurrentRow(self.picture.current)
        self._show_current(self.picture.current)

    def _show_current(self, number: int) -> None:
        if 0 <= number < len(self.picture.story.stations):
            self.words.setCurrentRow(number)
            self.picture.choose(number)
            column = self.picture.column(number)
            self.area.ensureVisible(column.center().x(), 0, column.width(), 0)

    # --- acting ----------------------------------------
    def _act(self, kind: K) -> None:
        if self.item_id:
            self._handling.open(kind, [self.item_id])

    def _save_picture(self) -> None:
        item = self.desk.ledger.store.get(Item, self.item_id)
        if item is None:
            return
        name = f"{item.record.caption()}_経過.png".replace("/", "／")
        asker = self.desk.asker
        chosen = asker.save_file(self, self.tr("経過の図を保存"), "PNG (*.png)", name)
        file = completed(asker, self, chosen, ".png")
        if file is None:
            return
        what = What(Item.type, self.item_id, item.record.contract_id)
        if write_file(self.desk, file, self.picture.png(), self, what):
            asker.tell(self, self.tr("経過の図を「{0}」に保存しました。").format(file.name))

    def _open_event(self, number: int) -> None:
        if 0 <= number < len(self.picture.story.stations):
            self.event_wanted.emit(self.picture.story.stations[number].id)

    def _profile(self, item: Item) -> Profile | None:
        return self.desk.ledger.known_profile(item.contract_id)

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.title = layout.heading("")
        self.title.setWordWrap(True)
        self.state = layout.plain()
        self.none = layout.note(self.tr("一覧から媒体・資料を選ぶと、ここに詳細が出ます。"))
        self.why_not = layout.note("")
        self.tabs = QTabWidget()
        self.tabs.addTab(self._story_tab(), self.tr("経過"))
        self.tabs.addTab(self._facts_tab(), self.tr("内容"))
        self.family = CopyTree(self.desk.ledger)
        self.family.opened.connect(self.item_wanted)
        self.tabs.addTab(self.family, self.tr("原本と写し"))
        content = QWidget()
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.title)
        inner.addWidget(self.state)
        inner.addLayout(self._act_buttons())
        inner.addWidget(self.why_not)
        self.tabs.setMinimumHeight(LEAST_HIGH)
        inner.addWidget(self.tabs, 1)
        self.body = layout.scrolling(content)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 0, 0, 0)
        column.addWidget(self.none)
        column.addWidget(self.body, 1)
        column.addStretch(0)

    def _act_buttons(self) -> FlowLayout:
        flow = FlowLayout()
        flow.setSpacing(4)
        self.acts: dict[K, QPushButton] = {}
        for kind in ACTS:
            button = layout.button(kind.label, _do(self._act, kind))
            button.setProperty("small", True)
            self.acts[kind] = button
            flow.addWidget(button)
        return flow

    def _story_tab(self) -> QWidget:
        tab = QWidget()
        self.picture = CustodyPicture()
        self.picture.chosen.connect(self._show_current)
        self.picture.opened.connect(self.event_wanted)
        self.area = QScrollArea()
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the picture itself takes the keys
        self.area.setWidget(self.picture)
        self.area.setWidgetResizable(True)
        self.words = QListWidget()
        self.words.setAccessibleName(self.tr("取扱いの経過（文字）"))
        self.words.setWordWrap(True)
        self.words.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.words.setItemDelegate(Roomy(self.words))
        self.words.setMinimumHeight(LEAST_WORDS)
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.words.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.words.currentRowChanged.connect(self._show_current)
        self.words.itemActivated.connect(lambda _cell: self._open_event(self.words.currentRow()))
        row = QHBoxLayout()
        row.addWidget(layout.note(self.tr("←→で移動、Enterで取扱記録を開きます。")), 1)
        self.save = layout.button(self.tr("図を保存…"), self._save_picture)
        permitted.offer(self.save, permitted.why_not(self.desk.ledger, "export"))
        row.addWidget(self.save)
        column = QVBoxLayout(tab)
        column.setContentsMargins(0, 6, 0, 0)
        column.addWidget(self.area, 2)
        column.addWidget(self.words, 1)
        column.addLayout(row)
        return tab

    def _facts_tab(self) -> QWidget:
        inner = QWidget()
        self.facts = QGridLayout(inner)
        self.facts.setColumnStretch(1, 1)
        self.facts.setVerticalSpacing(4)
        return layout.scrolling(inner, self.tr("媒体・資料の内容"), sideways=True)


def hindrance(ledger: Ledger, item: Item, kind: K) -> str:
    """Return why an act cannot happen to an item now, "" when it can."""
    status = ledger.handling.status(item.id)
    using = status.using if status is not None else ""
    event = HandlingEvent(
        contract_id=item.contract_id, kind=kind, timing=Timing.ACTUAL, occurred_at=ledger.now(),
        related_event_id=using, lines=(HandlingLine(item_id=item.id),),
    )  # fmt: skip
    return ledger.handling.hindrances(event).get(item.id, "")


def _do(act: Callable[[K], None], kind: K) -> Callable[[], None]:
    return lambda: act(kind)


def _fill(grid: QGridLayout, lines: list[tuple[str, str]]) -> None:
    while (entry := grid.takeAt(0)) is not None:
        if (old := entry.widget()) is not None:
            old.hide()  # it is drawn until it is gone
            old.deleteLater()
    for row, (word, text) in enumerate(lines):
        label = QLabel(word)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("kind", "muted")
        label.setAlignment(Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label, row, 0)
        grid.addWidget(layout.plain(text), row, 1)
    grid.setRowStretch(len(lines), 1)
