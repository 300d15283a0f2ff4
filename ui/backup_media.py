"""バックアップの媒体: which are registered, how they stand, and the end of their use (A-26)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from models import wareki
from models.backup_media import (
    WITHOUT_PLACE,
    end_medium,
    is_on_network,
    leave_use,
    left_on,
    register_medium,
)
from models.codes import MediumState
from models.commands import Change
from models.ledger import Ledger
from models.records import BackupMedium, Place
from ui import layout, permitted
from ui.fitting import fit
from ui.medium_ending import MediumEndingDialog
from ui.page import Desk
from ui.page_parts import heads_left, only_read

HEADS = ("媒体番号", "名称", "状態", "残るバックアップ", "登録日", "使用を終えた日")
MEDIUM = (
    "媒体に小さな印のファイルを書き、台帳に登録します。バックアップは、登録した媒体だけに"
    "作ります。\n媒体番号と名称を、空白で区切って入力してください"
    "（例　B-01 金庫のUSBメモリー）。"
)
FIRST_OF_ALL = (
    "バックアップは、登録した媒体にだけ作ります。「{0}」を、最初の媒体として登録します。\n"
    "媒体番号と名称を、空白で区切って入力してください（例　B-01 金庫のUSBメモリー）。"
)
ONE_MORE = (
    "「{0}」は、登録した媒体ではありません。登録した媒体を使うときは、この画面を閉じ、接続してからもう一度"
    "「今すぐバックアップ」で選んでください。\n"
    "この保存先も媒体として登録するときは、媒体番号と名称を、空白で区切って入力してください"
    "（例　B-02 2本目のUSBメモリー）。"
)
EXPLANATION = (
    "使わなくなる媒体は、まず「使用を終える…」を押します。その媒体にはもうバックアップを書かず、"
    "残りのバックアップは「古いバックアップの廃棄」に出ます。すべて廃棄したか、媒体を処分したら、"
    "「終了を記帳する…」で登録を終えます。"
)
LEAVE = "この媒体の使用を終えます。理由を入力してください（例　古くなったため）。"
NONE_YET = (
    "登録した媒体はありません。バックアップは、登録した媒体だけに作ります。"
    "USBなどの外部媒体とネットワーク上の場所は、登録するまで使えません。"
)


NETWORK = (
    "この保存先は、ネットワーク上の別の装置にあります。受託者が管理し、作業場所の中に置いている装置だけを"
    "登録してください。置いている場所を選んでください。"
)


@dataclass(frozen=True)
class Held:
    """A medium with the number of backups that are left on it."""

    medium: BackupMedium
    left: int


def _places_for(ledger: Ledger, folder: Path) -> dict[str, str] | None:
    """Return where the machine of a network folder may stand, None for a medium of this PC."""
    if not is_on_network(ledger, folder):
        return None
    return {one.record.caption(): one.record.id for one in ledger.registers.all(Place)}


def read_media(ledger: Ledger) -> list[Held]:
    """Return the registered media in the order of their registration."""
    media = [one.record for one in ledger.registers.all(BackupMedium)]
    return [Held(medium, len(left_on(ledger, medium.id))) for medium in media]


def register_there(
    desk: Desk,
    parent: QWidget,
    folder: Path,
    question: str,
    then: Callable[[str], None],
    refused: Callable[[str], None] | None = None,
) -> None:
    """Ask for number and name of a medium, and where a network folder stands, and register it.

    Args:
        then: called with the number.
        refused: called with a sentence where nobody chose a place; without it the asker says it.
    """
    ledger, asker = desk.ledger, desk.asker
    words = asker.line(parent, "媒体の登録", question.format(folder))
    if words is None:
        return
    no, _, name = words.replace("\u3000", " ").strip().partition(" ")

    def entered(places: dict[str, str] | None) -> None:
        place_id = ""
        if places is not None:
            title = "ネットワーク上の保存先の登録"
            chosen = asker.choice(parent, title, NETWORK, list(places)) if places else None
            if chosen not in places:
                (refused or (lambda said: asker.warn(parent, said)))(WITHOUT_PLACE)
                return
            place_id = places[chosen]
        desk.operations.run(
            lambda: register_medium(
                ledger, folder, medium_no=no, name=name.strip() or no, place_id=place_id
            ),
            done=lambda _: then(no),
            parent=parent,
        )

    desk.operations.ask(lambda: _places_for(ledger, folder), entered, parent=parent)


class MediaDialog(QDialog):
    """Lists the media and leads each from its registration to its end."""

    def __init__(self, desk: Desk, media: Sequence[Held], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("バックアップの媒体"))
        self.desk = desk
        self._media: tuple[Held, ...] = ()
        self._build()
        self._show(media)
        fit(self, 860, 420)

    # --- verbs ----------------------------------------
    def register(self) -> None:
        """Mark a medium and register it; from the first one on, backups go to such media only."""
        folder = self.desk.asker.folder(self, self.tr("登録する媒体のフォルダーを選んでください"))
        if folder is None:
            return
        ledger = self.desk.ledger

        def done(number: str) -> None:
            said = self.tr("媒体「{0}」を登録しました。").format(number)
            layout.say(self.message, said, "good")
            self.desk.operations.ask(lambda: read_media(ledger), self._reshow, parent=self)

        register_there(
            self.desk, self, folder, MEDIUM, done,
            lambda words: layout.say(self.message, words, "problem"),
        )  # fmt: skip

    def leave(self) -> None:
        """Write no more backups to the chosen medium."""
        held, ledger = self._chosen(), self.desk.ledger
        reason = self.desk.asker.line(self, self.tr("使用を終える"), LEAVE) if held else None
        if held is None or reason is None:
            return
        medium_id, why = held.medium.id, reason
        said = self.tr("媒体「{0}」の使用を終える手続を始めました。")
        self._run(lambda: leave_use(ledger, medium_id, why), said.format(held.medium.caption()))

    def end(self) -> None:
        """Enter the end of the chosen medium, asking how it was destroyed if it was."""
        held = self._chosen()
        if held is None:
            return
        ledger, medium_id = self.desk.ledger, held.medium.id
        dialog = MediumEndingDialog(self.desk, held.medium, held.left, self)
        if not dialog.exec():
            return
        reason, destroyed, item_id = dialog.reason.text(), dialog.destruction(), dialog.item_id()
        said = self.tr("媒体「{0}」の使用の終了を記帳しました。").format(held.medium.caption())
        self._run(lambda: end_medium(ledger, medium_id, reason, destroyed, item_id=item_id), said)

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.table = QTableWidget(0, len(HEADS))
        self.table.setHorizontalHeaderLabels(list(HEADS))
        only_read(self.table, self.windowTitle())
        heads_left(self.table)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self.table.itemSelectionChanged.connect(self._enable)
        self.message = layout.note("")
        self.register_button = layout.button(self.tr("媒体を登録する…"), self.register)
        self.leave_button = layout.button(self.tr("使用を終える…"), self.leave)
        self.end_button = layout.button(self.tr("終了を記帳する…"), self.end)
        row = QHBoxLayout()
        for button in (self.register_button, self.leave_button, self.end_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch()
        row.addWidget(layout.button(self.tr("閉じる（Esc）"), self.reject))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        column.addWidget(layout.title(self.windowTitle()))
        column.addWidget(layout.note(EXPLANATION))
        column.addWidget(self.table, 1)
        column.addWidget(self.message)
        column.addLayout(row)

    # --- showing ----------------------------------------
    def _show(self, media: Sequence[Held]) -> None:
        self._media = tuple(media)
        self.table.setRowCount(len(self._media))
        for row, held in enumerate(self._media):
            medium = held.medium
            days = (medium.registered_on, medium.ended_on)
            texts = [medium.medium_no, medium.name, medium.state_word, f"{held.left}件"]
            texts += [wareki.format_short(day) if day else "" for day in days]
            for column, text in enumerate(texts):
                self.table.setItem(row, column, QTableWidgetItem(text))
        layout.say(self.message, "" if self._media else NONE_YET)
        if self._media and not self.table.selectedItems():
            self.table.selectRow(0)
        self._enable()

    def _enable(self) -> None:
        held = self._chosen()
        chosen = self.tr("一覧から媒体を選んでください。")
        in_use = held is not None and held.medium.in_use
        leaving = held is not None and held.medium.state is MediumState.LEAVING
        why_not_leave = self.tr("使用中の媒体だけです。") if held else chosen
        why_not_end = (
            self.tr("先に「使用を終える…」を押してください。")
            if in_use
            else (self.tr("終了を記帳済みです。") if held else chosen)
        )
        permitted.offer(self.leave_button, "" if in_use else why_not_leave)
        permitted.offer(self.end_button, "" if leaving else why_not_end)

    def _chosen(self) -> Held | None:
        row = self.table.currentRow()
        return self._media[row] if 0 <= row < len(self._media) else None

    def _run(self, work: Callable[[], Change], said: str) -> None:
        ledger = self.desk.ledger

        def done(_: object) -> None:
            layout.say(self.message, said, "good")
            self.desk.operations.ask(lambda: read_media(ledger), self._reshow, parent=self)

        self.desk.operations.run(work, done=done, parent=self)

    def _reshow(self, media: list[Held]) -> None:
        said = self.message.text()
        self._show(media)
        layout.say(self.message, said, "good")
