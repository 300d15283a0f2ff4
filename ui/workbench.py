"""What stands in the window while a ledger is open: navigation, contract, search, pages, status.

A page is built when it is first shown. All of this is thrown away when the ledger is locked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from models.commands import Change
from models.ledger import Ledger
from models.records import Contract, Stored
from ui import icons
from ui.flow import FlowLayout
from ui.notice_bar import NoticeBar
from ui.operations import Operations
from ui.page import Desk, Page
from ui.preferences import Preferences
from ui.search_box import SearchBox
from ui.side_list import SideList
from ui.status import Facts, read_facts
from ui.verb_button import VerbButton

FIRST_VERB_KEY = 2
LAST_VERB_KEY = 9
PLACE_KEYS = (*(f"Ctrl+{number}" for number in range(1, 10)), "Ctrl+0")
NAVIGATION_WIDTH = 176


@dataclass(frozen=True)
class Place:
    """A page as the composition names it.

    Args:
        title: word of the navigation.
        icon: a word of ui/icons.py.
        make: builds the page when it is first shown.
        shows: record types whose records are opened on this page.
    """

    title: str
    icon: str
    make: Callable[[Desk], Page]
    shows: frozenset[str] = field(default=frozenset())


class Workbench(QWidget):
    """The open ledger on the screen.

    Attributes:
        lock_wanted, change_user_wanted, help_wanted: the user pressed that button or key.
        facts_read: emitted with the `Facts` of the status line.
        settings_kept: a page changed settings of the ledger.
    """

    lock_wanted = Signal()
    change_user_wanted = Signal()
    help_wanted = Signal(str)
    facts_read = Signal(object)
    settings_kept = Signal()

    def __init__(
        self,
        ledger: Ledger,
        folder: Path,
        operations: Operations,
        places: Sequence[Place],
        parent: QWidget | None = None,
        likes: Preferences | None = None,
    ) -> None:
        super().__init__(parent)
        self.ledger = ledger
        self.folder = folder
        self._operations = operations
        self._places = tuple(places)
        self._pages: dict[int, Page] = {}
        self.desk = Desk(ledger, operations, operations.asker, self.go, likes)
        self._build()
        operations.changed.connect(self._on_changed)
        self._read_contracts()
        self._read_facts()
        self.show_place(0)

    # --- pages ----------------------------------------
    def show_place(self, number: int) -> Page:
        """Show a page, building it if it is shown for the first time."""
        page = self._pages.get(number)
        if page is None:
            page = self._places[number].make(self.desk)
            self._pages[number] = page
            self.stack.addWidget(page)
            page.show_contract(self.contract_id())
            self._give_keys(page)
            page.settings_kept.connect(self.settings_kept.emit)
        self._group.button(number).setChecked(True)
        self.side.follow()
        self.stack.setCurrentWidget(page)
        self._show_verbs(page)
        return page

    def titles(self) -> list[str]:
        """Return the words of the navigation, in order."""
        return [place.title for place in self._places]

    def page(self) -> Page:
        """Return the page that is shown."""
        shown = self.stack.currentWidget()
        assert isinstance(shown, Page)
        return shown

    def go(self, type_: str, record_id: str) -> None:
        """Open the page that shows a record, and the record on it."""
        for number, place in enumerate(self._places):
            if type_ in place.shows:
                page = self.show_place(number)
                page.show_record(type_, record_id)
                page.setFocus()
                return

    def scanned(self, code: str) -> None:
        """Give a scanned code to the page, else look it up."""
        if not self.page().scanned(code):
            self.search.look_up_code(code)

    def has_draft(self) -> bool:
        return any(page.has_draft() for page in self._pages.values())

    def contract_id(self) -> str:
        """Return the chosen contract, "" for all."""
        return str(self.contracts.currentData() or "")

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.stack = QStackedWidget()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._navigation())
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self._top())
        self.notices = NoticeBar()
        right.addWidget(self.notices)
        right.addWidget(self.stack, 1)
        right.addWidget(self._verb_bar())
        row.addLayout(right, 1)
        for keys, act in (
            ("Ctrl+K", self._focus_search),
            ("Ctrl+L", self.lock_wanted.emit),
            ("Ctrl+U", self.change_user_wanted.emit),
            ("F1", self._help),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    def _navigation(self) -> QFrame:
        frame = QFrame()
        frame.setObjectName("navigation")
        frame.setFixedWidth(NAVIGATION_WIDTH)
        places = QWidget()
        column = QVBoxLayout(places)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        self._group = QButtonGroup(self)
        for number, place in enumerate(self._places):
            button = self._place_button(number, place)
            self._group.addButton(button, number)
            column.addWidget(button)
        column.addStretch()
        whole = QVBoxLayout(frame)
        whole.setContentsMargins(0, 10, 0, 6)
        whole.setSpacing(1)
        self.side = SideList(places, self._group.checkedButton)
        whole.addWidget(self.side, 1)
        for word, name, keys, signal in (
            (self.tr("利用者の交代"), "user", "Ctrl+U", self.change_user_wanted),
            (self.tr("ロック"), "lock", "Ctrl+L", self.lock_wanted),
        ):
            button = _button(word, name)
            button.setToolTip(f"{word}（{keys}）")
            button.clicked.connect(signal.emit)
            whole.addWidget(button)
        return frame

    def _place_button(self, number: int, place: Place) -> QToolButton:
        button = _button(place.title, place.icon)
        button.setCheckable(True)
        button.clicked.connect(lambda: self.show_place(number))
        keys = PLACE_KEYS[number] if number < len(PLACE_KEYS) else ""
        button.setToolTip(f"{place.title}（{keys}）" if keys else place.title)
        if keys:
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(lambda: self.show_place(number))
        return button

    def _top(self) -> QWidget:
        top = QWidget()
        row = QHBoxLayout(top)
        row.setContentsMargins(16, 10, 16, 8)
        row.setSpacing(10)
        label = QLabel(self.tr("契約(&C)"))
        self.contracts = QComboBox()
        self.contracts.setAccessibleName(self.tr("契約"))
        self.contracts.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.contracts.addItem(self.tr("すべての契約"), "")
        self.contracts.currentIndexChanged.connect(self._contract_chosen)
        label.setBuddy(self.contracts)
        self.search = SearchBox(self.ledger, self._operations, top)
        self.search.setMinimumWidth(230)
        self.search.setMaximumWidth(420)
        self.search.chosen.connect(self.go)
        help_button = _button("F1", "help")
        help_button.setToolTip(self.tr("この画面の説明（F1）"))
        help_button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        help_button.clicked.connect(self._help)
        row.addWidget(label)
        row.addWidget(self.contracts, 3)
        row.addWidget(self.search, 2)
        row.addWidget(help_button)
        return top

    def _verb_bar(self) -> QFrame:
        self.verbs = QFrame()
        self.verbs.setObjectName("verbs")
        row = FlowLayout(self.verbs)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(6)
        return self.verbs

    # --- verbs ----------------------------------------
    def _give_keys(self, page: Page) -> None:
        """Give the page's verbs F2, F3, … ; hidden pages do not hear them."""
        for key, action in enumerate(page.verbs(), FIRST_VERB_KEY):
            if key <= LAST_VERB_KEY:
                action.setShortcut(QKeySequence(f"F{key}"))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            page.addAction(action)

    def _show_verbs(self, page: Page) -> None:
        row = self.verbs.layout()
        assert isinstance(row, FlowLayout)
        while (entry := row.takeAt(0)) is not None:
            if (old := entry.widget()) is not None:
                old.hide()  # gone from the eye at once, from memory when the loop comes round
                old.deleteLater()
        actions = page.actions()
        for action in actions:
            row.addWidget(VerbButton.of(action))
        self.verbs.setVisible(bool(actions))

    # --- keeping fresh ----------------------------------------
    def _on_changed(self, change: Change) -> None:
        self.notices.show_change(change)
        if Contract.type in change.types:
            self._read_contracts()
        self._read_facts()

    def _read_contracts(self) -> None:
        self._operations.ask(self.ledger.contracts, self._show_contracts, parent=self)

    def _show_contracts(self, contracts: list[Stored[Contract]]) -> None:
        chosen = self.contract_id()
        self.contracts.blockSignals(True)
        while self.contracts.count() > 1:
            self.contracts.removeItem(1)
        for stored in contracts:
            self.contracts.addItem(stored.record.caption(), stored.record.id)
        self.contracts.setCurrentIndex(max(0, self.contracts.findData(chosen)))
        self.contracts.blockSignals(False)
        if len(contracts) == 1 and not chosen:
            self.contracts.setCurrentIndex(1)

    def _contract_chosen(self) -> None:
        self.contracts.setToolTip(self.contracts.currentText())
        for page in self._pages.values():
            page.show_contract(self.contract_id())

    def _read_facts(self) -> None:
        self._operations.ask(
            lambda: read_facts(self.ledger, self.folder), self._show_facts, parent=self
        )

    def _show_facts(self, facts: Facts) -> None:
        self.facts_read.emit(facts)

    # --- small acts ----------------------------------------
    def _focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _help(self) -> None:
        self.help_wanted.emit(self.page().help_key)


def _button(word: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName("place")
    button.setText(word)
    button.setIcon(icons.icon(name))
    button.setIconSize(QSize(icons.SIZE, icons.SIZE))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
