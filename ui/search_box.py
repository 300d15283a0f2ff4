"""The search line of the window: words in, records of any register out."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from models.errors import AzukariError
from models.ledger import Ledger
from models.records import BY_TYPE
from models.store import Hit
from ui.keys import ENTER, Composition
from ui.operations import Operations

PAUSE_MS = 150
MOST = 30
ROWS = 10
DOWN_KEYS = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)


class SearchBox(QLineEdit):
    """Looks records up while words are typed; the list hangs below the line.

    Attributes:
        chosen: emitted with the record type and id.
    """

    chosen = Signal(str, str)

    def __init__(
        self, ledger: Ledger, operations: Operations, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._ledger = ledger
        self._operations = operations
        self.setPlaceholderText(self.tr("検索（Ctrl+K）　番号・名前・かな"))
        self.setAccessibleName(self.tr("検索"))
        self.setClearButtonEnabled(True)
        self._composition = Composition()
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.look_up)
        self.textEdited.connect(lambda _: self._pause.start())
        self.installEventFilter(self)
        self.list = QListWidget(self.window())
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(self.tr("検索結果"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._take)
        self.list.hide()

    def look_up(self) -> None:
        """Search for what stands in the line now."""
        words = self.text().strip()
        if not words:
            self.list.hide()
            return
        self._operations.ask(
            lambda: self._ledger.registers.search(words, limit=MOST),
            lambda hits: self.offer(words, hits),
            failed=self._failed,
            parent=self,
        )

    def look_up_code(self, code: str) -> None:
        """Take a scanned code: a single hit is opened at once, else the list is shown."""
        self.setFocus()
        self.setText(code)
        self._operations.ask(
            lambda: self._ledger.registers.search(code, types=("item",), limit=MOST),
            lambda hits: self._scanned(code, hits),
            failed=self._failed,
            parent=self,
        )

    def offer(self, words: str, hits: list[Hit]) -> None:
        """Show what was found, unless the words have changed meanwhile."""
        if words != self.text().strip():
            return
        self.list.clear()
        for hit in hits:
            entry = QListWidgetItem(f"{BY_TYPE[hit.type].label}　{hit.caption}")
            entry.setData(Qt.ItemDataRole.UserRole, (hit.type, hit.id))
            entry.setToolTip(entry.text())
            self.list.addItem(entry)
        if not hits:
            nothing = self.tr("「{0}」は見つかりません。別の言葉か番号で探してください。")
            self.list.addItem(QListWidgetItem(nothing.format(words)))
            self.list.item(0).setFlags(Qt.ItemFlag.NoItemFlags)
        else:
            self.list.setCurrentRow(0)
        self._hang()

    # --- what happens ----------------------------------------
    def _scanned(self, code: str, hits: list[Hit]) -> None:
        exact = [hit for hit in hits if code in hit.caption.split()] or hits
        if len(exact) == 1:
            self.clear()
            self.chosen.emit(exact[0].type, exact[0].id)
        else:
            self.offer(code, hits)

    def _failed(self, error: AzukariError) -> None:
        self.list.clear()
        self.list.addItem(str(error))
        self._hang()

    def _hang(self) -> None:
        window = self.window()
        self.list.setParent(window)
        rows = min(ROWS, self.list.count())
        height = rows * max(self.list.sizeHintForRow(0), 26) + 8
        corner = self.mapTo(window, QPoint(0, self.height() + 2))
        self.list.setGeometry(corner.x(), corner.y(), max(self.width(), 420), height)
        if corner.x() + self.list.width() > window.width():
            self.list.move(window.width() - self.list.width() - 8, corner.y())
        self.list.show()
        self.list.raise_()

    def _take(self, entry: QListWidgetItem) -> None:
        found = entry.data(Qt.ItemDataRole.UserRole)
        if found:
            self.list.hide()
            self.clear()
            self.chosen.emit(*found)

    # --- Qt ----------------------------------------
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self._composition.see(event)
        if isinstance(event, QFocusEvent) and event.lostFocus():
            # Another window in front is no reason to lose what was found.
            stays = event.reason() == Qt.FocusReason.ActiveWindowFocusReason
            self.list.setVisible(stays and self.list.isVisible())
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in ENTER and not self._composition.owns_enter():
            self._enter()
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.list.hide()
            self.clear()
            return True
        if event.key() in DOWN_KEYS and self.list.isVisible():
            self._move(event.key())
            return True
        return False

    def _enter(self) -> None:
        current = self.list.currentItem() if self.list.isVisible() else None
        if current is not None:
            self._take(current)
        else:
            self.look_up()

    def _move(self, key: int) -> None:
        by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS}.get(
            Qt.Key(key), -ROWS
        )
        row = min(max(self.list.currentRow() + by, 0), self.list.count() - 1)
        self.list.setCurrentRow(row)
