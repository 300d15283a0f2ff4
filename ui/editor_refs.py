"""Editors that point to other records: one, several, one file, several files."""

import mimetypes
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from models.codes import AttachmentKind, SubmissionStatus
from models.commands import Change
from models.fields import Field
from models.files import MAXIMUM_SIZE
from models.kinds import MultiRef, Ref
from models.store import Op, Where
from ui.editor_base import Editor, FormDesk, OfContract, column_of, row_of
from ui.picker import RefPicker
from ui.reading import read_limited

SHARED_BY_CONTRACTS = frozenset({"organization", "person", "place", "contract"})


class RefEditor(Editor):
    """One record of another register."""

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        assert isinstance(field.kind, Ref)
        self.picker = _picker(field.kind.type, desk, self, offered_papers(field.kind))
        column_of(self).addWidget(self.picker)
        self.picker.picked.connect(lambda _id: self.edited.emit())
        self.picker.left.connect(self._left)

    def value(self) -> Any:
        return self.picker.id()

    def set_value(self, value: Any) -> None:
        self.picker.set_id(value)

    def typing_problem(self) -> str:
        return self.picker.typing_problem()

    def focus_target(self) -> QWidget:
        return self.picker.line

    def set_read_only(self, read_only: bool) -> None:
        self.picker.set_read_only(read_only)

    def _left(self) -> None:
        if self.typing_problem():
            self.edited.emit()


class MultiRefEditor(Editor):
    """Several records of another register: pick one after the other, take out what is too much."""

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        assert isinstance(field.kind, MultiRef)
        self.picker = _picker(field.kind.type, desk, self)
        self.list = ChosenList(self)
        self.list.removed.clicked.connect(self._remove)
        column = column_of(self)
        column.addWidget(self.picker)
        column.addWidget(self.list)
        self.picker.picked.connect(self._add)

    def value(self) -> Any:
        return self.list.ids()

    def set_value(self, value: Any) -> None:
        self.list.fill([(one, self._text(one)) for one in value])

    def focus_target(self) -> QWidget:
        return self.picker.line

    def set_read_only(self, read_only: bool) -> None:
        self.picker.set_read_only(read_only)
        self.picker.setVisible(not read_only or not self.list.ids())
        self.list.removed.setVisible(not read_only)

    def _text(self, record_id: str) -> str:
        candidate = self.picker.candidates.one(record_id)
        if candidate is None:
            return record_id
        return f"{candidate.caption}　{candidate.second}".strip()

    def _add(self, record_id: str) -> None:
        if not record_id:
            return
        self.picker.set_id("")
        if record_id not in self.list.ids():
            self.list.add(record_id, self._text(record_id))
            self.edited.emit()

    def _remove(self) -> None:
        if self.list.take():
            self.edited.emit()


class ChosenList(QWidget):
    """What has been chosen so far, with a button to take one out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.items = QListWidget(self)
        self.items.setTabKeyNavigation(False)
        self.items.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.removed = QPushButton(self.tr("外す"), self)
        self.removed.setAutoDefault(False)
        row = row_of(self)
        row.addWidget(self.items, 1)
        row.addWidget(self.removed, 0, Qt.AlignmentFlag.AlignTop)
        self._adapt()

    def ids(self) -> tuple[str, ...]:
        return tuple(
            self.items.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.items.count())
        )

    def fill(self, chosen: list[tuple[str, str]]) -> None:
        self.items.clear()
        for record_id, text in chosen:
            self.add(record_id, text)
        self._adapt()

    def add(self, record_id: str, text: str) -> None:
        item = QListWidgetItem(text)
        item.setData(Qt.ItemDataRole.UserRole, record_id)
        item.setToolTip(text)
        self.items.addItem(item)
        self.items.setCurrentItem(item)
        self._adapt()

    def take(self) -> bool:
        """Take the marked one out; tell whether there was one."""
        taken = self.items.takeItem(self.items.currentRow())
        self._adapt()
        return taken is not None

    def _adapt(self) -> None:
        count = self.items.count()
        self.setVisible(count > 0)
        row = self.items.sizeHintForRow(0) if count else 0
        self.items.setFixedHeight(min(max(count, 1), 5) * max(row, 20) + 8)


class FileButtons(QWidget):
    """Buttons to keep a new file with the ledger and to take a kept one out again.

    Args:
        desk: keeps the file; the chosen file enters the ledger at once.
        kept: called with the id of the new attachment.
        kind: what the files are kept as.
    """

    def __init__(
        self, desk: FormDesk, kept: Callable[[str], None], kind: AttachmentKind, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._kind = kind
        self._desk = desk
        self._kept = kept
        self.choose = QPushButton(self.tr("ファイルを選ぶ…"), self)
        self.choose.setAutoDefault(False)
        self.choose.clicked.connect(self._choose)
        note = QLabel(self.tr("選んだファイルは、すぐに暗号化して台帳に保管します。"), self)
        note.setWordWrap(True)
        self.note = note
        self.show_file = QPushButton(self.tr("表示…"), self)
        self.show_file.setAutoDefault(False)
        self.show_file.clicked.connect(self._show_marked)
        row = row_of(self)
        row.addWidget(self.show_file)
        row.addWidget(self.choose)
        row.addWidget(note, 1)

    def set_read_only(self, read_only: bool) -> None:
        """Leave only what looks at a file."""
        self.choose.setVisible(not read_only)
        self.note.setVisible(not read_only)

    def mark(self, attachment_id: str) -> None:
        """Say which file 表示 opens, "" for none."""
        self._marked = attachment_id
        self.show_file.setVisible(bool(attachment_id))

    def _show_marked(self) -> None:
        from ui.attachments import open_attachment  # draws PDF: not before somebody looks at one

        open_attachment(self._desk, self._marked, self.window())

    def keep(self, path: Path) -> None:
        """Attach a file and report its id."""
        desk = self._desk
        contract_id, kind = desk.contract(), self._kind

        def work() -> Change:
            from reports.pictures import plain_picture

            desk.ledger.outside.require(path)
            return desk.ledger.files.attach(
                plain_picture(read_limited(path, MAXIMUM_SIZE), path.name),
                name=path.name,
                mime=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
                kind=kind,
                contract_id=contract_id,
            )

        def done(change: Change) -> None:
            self._kept(change.ids[-1])

        desk.operations.run(work, done=done, parent=self)

    def _may_keep(self) -> bool:
        """Ask for the contract first: the file is seen with it, and erased with it."""
        desk, of = self._desk, self._desk.of_contract()
        if desk.contract() or of is OfContract.NO:
            return True
        if of is OfContract.YES:
            words = self.tr(
                "先に「契約」を選んでください。ファイルは、その契約の資料として保管します。"
            )
            desk.asker.warn(self, words)
            return False
        return desk.asker.confirm(
            self,
            self.tr(
                "「契約」が選ばれていません。\n"
                "このまま保管すると、どの契約のものでもない会社全体の資料になります。"
                "利用者の全員に見え、契約の内容を消去しても残ります。"
            ),
            yes=self.tr("会社全体の資料として保管する"),
            no=self.tr("やめる"),
        )

    def _choose(self) -> None:
        if not self._may_keep():
            return
        chosen = self._desk.asker.open_file(
            self, self.tr("添付するファイル"), self.tr("すべてのファイル (*)")
        )
        if chosen is not None:
            self.keep(chosen)


class FileEditor(RefEditor):
    """One attachment: a new file, or one that the ledger already keeps."""

    keeps: ClassVar[AttachmentKind] = AttachmentKind.SCAN

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        self.picker.line.setPlaceholderText(self.tr("保管済みのファイルを名前で探す"))
        self.buttons = FileButtons(desk, self._kept, self.keeps, self)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.buttons)

        self.picker.picked.connect(self.buttons.mark)
        self.buttons.mark("")

    def set_value(self, value: Any) -> None:
        super().set_value(value)
        self.buttons.mark(value)

    def set_read_only(self, read_only: bool) -> None:
        super().set_read_only(read_only)
        self.buttons.set_read_only(read_only)

    def _kept(self, attachment_id: str) -> None:
        self.picker.set_id(attachment_id)
        self.buttons.mark(attachment_id)
        self.edited.emit()


class FilesEditor(MultiRefEditor):
    """Several attachments."""

    keeps: ClassVar[AttachmentKind] = AttachmentKind.SCAN

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        self.picker.line.setPlaceholderText(self.tr("保管済みのファイルを名前で探す"))
        self.buttons = FileButtons(desk, self._add, self.keeps, self)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.buttons)
        self.list.items.currentRowChanged.connect(lambda _row: self._mark())
        self.list.items.itemActivated.connect(lambda _item: self.buttons.show_file.click())
        self._mark()

    def set_value(self, value: Any) -> None:
        super().set_value(value)
        self._mark()

    def set_read_only(self, read_only: bool) -> None:
        super().set_read_only(read_only)
        self.buttons.set_read_only(read_only)

    def _mark(self) -> None:
        row = self.list.items.currentRow()
        self.buttons.mark(self.list.ids()[row] if row >= 0 else "")


class PhotosEditor(FilesEditor):
    """Photos of an act."""

    keeps = AttachmentKind.PHOTO


class CertificateEditor(FileEditor):
    """The certificate of somebody else."""

    keeps = AttachmentKind.CERTIFICATE


def offered_papers(kind: Ref) -> tuple[Where, ...]:
    """Return which papers a field offers: of its kinds, and neither drafts nor cancelled ones."""
    if not kind.papers:
        return ()
    gone = (SubmissionStatus.DRAFT, SubmissionStatus.CANCELLED)
    return Where("doc_kind", Op.IN, kind.papers), Where("status", Op.NOT_IN, gone)


def _picker(type_: str, desk: FormDesk, parent: QWidget, where: Sequence[Where] = ()) -> RefPicker:
    contract = str if type_ in SHARED_BY_CONTRACTS else desk.contract
    return RefPicker(desk.ledger, type_, contract=contract, where=where, parent=parent)
