"""古いバックアップの廃棄: which backups stay or go and why, and the end of those that go (A-26)."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from models import wareki
from models.backup_care import Fate, Judged
from models.backup_disposal import dispose
from models.backup_strays import MOST_NAMED, Stray
from models.commands import Change
from models.errors import AzukariError
from ui import layout
from ui.fitting import fit
from ui.keys import EnterMovesOn
from ui.page import Desk
from ui.page_parts import heads_left, only_read
from ui.sending import SendingDialog
from ui.whole_dialog import WholeDialog

HEADS = ("廃棄", "作成", "判定", "理由", "ファイル名", "保存先")
NOTHING = "廃棄するバックアップはありません。"
FATES = {
    Fate.MUST: "！廃棄する",
    Fate.MAY: "廃棄できる",
    Fate.KEPT: "残す",
    Fate.HELD: "必ず残す",
}
EXPLANATION = (
    "残す決まり（「設定」の「残すバックアップ」）に当たらないものに、印を付けてあります。"
    "「！」は、残してはいけないものです。媒体が接続されていないものには、印を付けていません。"
    "消す前に、後に残る新しいバックアップを、終わりまで読んで確かめます。その媒体も接続してください。"
)


class EndingDialog(SendingDialog, WholeDialog):
    """Lists every backup with its fate; those that are ticked are removed and entered.

    Args:
        strays: files that count as no backup; people see to them.
    """

    def __init__(
        self,
        desk: Desk,
        found: Sequence[Judged],
        parent: QWidget | None = None,
        *,
        strays: Sequence[Stray] = (),
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("古いバックアップの廃棄"))
        self.desk = desk
        self._found = tuple(found)
        self._build()
        self._show_strays(strays)
        fit(self, 980, 240 + 40 * min(len(found), 8) + 48 * min(len(strays), MOST_NAMED))

    def chosen(self) -> list[str]:
        """Return the ids of the ticked backups."""
        return [
            one.run.id
            for row, one in enumerate(self._found)
            if (cell := self.table.item(row, 0)) and cell.checkState() is Qt.CheckState.Checked
        ]

    def dispose(self) -> None:
        """Remove the ticked backups and enter it."""
        chosen, reason, ledger = self.chosen(), self.reason.text().strip(), self.desk.ledger
        if self._sending:
            return
        if not chosen:
            layout.say(self.message, self.tr("⚠ 廃棄するバックアップを選んでください。"), "problem")
            return
        self._busy(True)
        self.desk.operations.long(
            self.tr("残すバックアップの確認"),
            lambda progress: dispose(ledger, chosen, reason, progress),
            self._done,
            self,
            failed=self._failed,
            late=True,
        )

    # --- building ----------------------------------------------------------------------------
    def _build(self) -> None:
        self.table = QTableWidget(len(self._found), len(HEADS))
        self.table.setHorizontalHeaderLabels(list(HEADS))
        only_read(self.table, self.windowTitle())
        heads_left(self.table)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(HEADS) - 1, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        for row, one in enumerate(self._found):
            self._fill(row, one)
        any_ends = any(one.ends for one in self._found)
        self.reason = QLineEdit(self.tr("保存の決まりによる整理") if any_ends else "")
        self.reason.setMaxLength(500)
        EnterMovesOn(self.reason)
        self.strays = layout.note("")
        self.message = layout.note("" if any_ends else NOTHING)
        rows = layout.form()
        layout.add_row(rows, self.tr("廃棄の理由"), self.reason)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        column.addWidget(layout.title(self.windowTitle()))
        column.addWidget(layout.note(EXPLANATION))
        column.addWidget(self.table, 1)
        column.addWidget(self.strays)
        column.addLayout(rows)
        column.addWidget(self.message)
        column.addLayout(self._buttons())

    def _show_strays(self, strays: Sequence[Stray]) -> None:
        lines = [f"！ {one.file}　{one.words}" for one in strays[:MOST_NAMED]]
        if (rest := len(strays) - MOST_NAMED) > 0:
            lines.append(self.tr("ほか{0}件").format(rest))
        layout.say(self.strays, "\n".join(lines), "care")

    def _fill(self, row: int, one: Judged) -> None:
        tick = QTableWidgetItem()
        if one.ends:
            tick.setFlags(tick.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            ticked = Qt.CheckState.Checked if one.within_reach else Qt.CheckState.Unchecked
            tick.setCheckState(ticked)
        self.table.setItem(row, 0, tick)
        made = one.run.finished_at
        day = wareki.format_short_moment(made) if made else ""
        for place, text in enumerate(
            (
                day,
                FATES[one.fate],
                one.words,
                one.run.file_name,
                one.run.folder,
            ),
            1,
        ):
            cell = QTableWidgetItem(text)
            cell.setToolTip(text)
            self.table.setItem(row, place, cell)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        words = self.tr("選んだものを廃棄する")
        self.dispose_button = layout.button(words, self.dispose, primary=True)
        self.dispose_button.setEnabled(any(one.ends for one in self._found))
        self.back_button = layout.button(self.tr("閉じる（Esc）"), self.reject)
        row.addWidget(self.dispose_button)
        row.addWidget(self.back_button)
        return row

    # --- acting ------------------------------------------------------------------------------
    def _done(self, change: Change) -> None:
        self._sending = False
        self.accept()
        sentence = self.tr("バックアップ {0}件の廃棄を記帳しました。").format(len(change.ids))
        self.desk.asker.tell(None, sentence)

    def _failed(self, error: AzukariError) -> None:
        self._busy(False)
        layout.say(self.message, f"⚠ {error}", "problem")

    def _busy(self, busy: bool) -> None:
        self._sending = busy
        for widget in (self.table, self.reason, self.dispose_button, self.back_button):
            widget.setEnabled(not busy)

    def acting(self) -> QPushButton:
        return self.dispose_button
