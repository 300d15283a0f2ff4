"""Files that the ledger keeps, opened inside the program: pictures, PDF and plain text.

Nothing is handed to another program and nothing is written to the disk by looking. A copy can be
saved on purpose; files that could be run are neither shown nor saved.
"""

from collections.abc import Callable, Iterator
from pathlib import Path, PurePath

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from models.errors import Damaged, Refused
from models.kinds import Children, MultiRef, Ref
from models.records import Attachment
from models.records.base import Declared
from ui import layout
from ui.fitting import fit
from ui.page import Desk
from ui.preview import PreviewView
from ui.saving import What, write_file

TYPE = Attachment.type
_SUFFIXES = (
    ".exe .com .scr .pif .bat .cmd .ps1 .psm1 .vbs .vbe .js .jse .wsf .wsh .hta .msi .msp .msix"
    " .appx .jar .lnk .url .reg .dll .sys .cpl .inf .chm .sh .app .desktop .py .pyw .rb .pl"
    " .docm .xlsm .pptm .dotm .xltm .xlam .html .htm .svg .iso .img"
)
RUNNABLE = frozenset(_SUFFIXES.split())
STARTS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
MOST_TEXT = 200_000  # characters; a longer list is read with the program that made it
LARGEST = 40_000_000  # pixels of a picture; more is shrunk while it is read


def refuse_runnable(name: str, data: bytes) -> None:
    """Refuse a file that a computer could run, by its name or by its first bytes.

    Raises:
        Refused
    """
    plain = name.rstrip(". ").lower()  # Windows forgets what stands behind
    if PurePath(plain).suffix in RUNNABLE or data.startswith(STARTS):
        raise Refused(
            reason=f"「{name}」は、プログラムとして動くおそれのある種類のファイルです。"
            "表示も保存もできません。台帳の中では動きません。"
        )


def attachments_of(record: Declared) -> Iterator[tuple[str, str]]:
    """Return (label, attachment id) of every file that a record or one of its rows names."""
    for field in record.own_fields():
        value = getattr(record, field.name)
        if isinstance(field.kind, Children):
            for row in value:
                yield from attachments_of(row)
        elif isinstance(field.kind, MultiRef) and field.kind.type == TYPE:
            yield from ((field.label, one) for one in value)
        elif isinstance(field.kind, Ref) and field.kind.type == TYPE and value:
            yield field.label, value


def open_attachment(desk: Desk, attachment_id: str, parent: QWidget) -> None:
    """Read a file beside the window and show it."""
    ledger = desk.ledger

    def work() -> tuple[Attachment, bytes]:
        record = ledger.registers.need(Attachment, attachment_id).record
        data = ledger.files.read(attachment_id)
        refuse_runnable(record.name, data)
        return record, data

    desk.operations.ask(
        work, lambda found: AttachmentDialog(desk, *found, parent).open(), parent=parent
    )


class AttachmentButton(QPushButton):
    """Opens one of the files of a record; not there when it has none."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._files: dict[str, str] = {}
        self.setText(_tr("添付ファイル"))
        self.setAutoDefault(False)
        self.list = QMenu(self)
        self.setMenu(self.list)
        self.hide()

    def offer(self, files: Iterator[tuple[str, str]]) -> None:
        """Offer these files, each once, with the word of its field."""
        for label, one in files:
            if one not in self._files:
                caption = self._desk.ledger.registers.caption(TYPE, one)
                self._files[one] = caption
                self.list.addAction(f"{label}：{caption}", self._opener(one))
        self.setVisible(bool(self._files))

    def _opener(self, one: str) -> Callable[[], None]:
        return lambda: open_attachment(self._desk, one, self.window())


class AttachmentDialog(QDialog):
    """One file: what it shows, what it is, and a button that saves a copy."""

    def __init__(self, desk: Desk, record: Attachment, data: bytes, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self._record = record
        self._data = data
        self.setWindowTitle(_tr("添付ファイル　{0}").format(record.name))
        kind = record.kind.label if record.kind else ""
        facts = _tr("{0}　{1}　{2} バイト").format(record.name, kind, f"{record.size or 0:,}")
        self.facts = layout.note(facts)
        self.body = _shown(record.name, data)
        row = QHBoxLayout()
        self.save = layout.button(_tr("写しを保存…"), self.save_copy)
        close = layout.button(_tr("閉じる"), self.reject)
        row.addStretch()
        row.addWidget(self.save)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.addWidget(self.facts)
        column.addWidget(self.body, 1)
        column.addLayout(row)
        fit(self, 900, 760)
        close.setFocus()

    def save_copy(self) -> None:
        """Write the file where the user wants it, once he knows what that means."""
        care = _tr(
            "「{0}」の写しを台帳の外に保存します。\n"
            "写しは暗号化されず、だれが開いたかも台帳に残りません。"
            "保管場所に注意し、使い終えたら消去してください。"
        ).format(self._record.name)
        asker = self._desk.asker
        if not asker.confirm(self, care, yes=_tr("保存先を選ぶ"), no=_tr("やめる")):
            return
        suffix = Path(self._record.name).suffix
        pattern = f"{suffix[1:].upper()} (*{suffix})" if suffix else _tr("すべてのファイル (*)")
        name = PurePath(self._record.name).name
        file = asker.save_file(self, _tr("写しの保存先"), pattern, name)
        if file is not None and write_file(
            self._desk, file, self._data, self, What(TYPE, self._record.id)
        ):
            asker.tell(self, _tr("「{0}」に写しを保存しました。").format(file.name))


class PictureView(QLabel):
    """A picture as large as there is room, never larger than it is."""

    def __init__(self, image: QImage) -> None:
        super().__init__()
        self._picture = QPixmap.fromImage(image)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(200, 150)
        self.setAccessibleName(_tr("画像"))

    def resizeEvent(self, event: object) -> None:
        room = self.size()
        small = self._picture.width() <= room.width() and self._picture.height() <= room.height()
        self.setPixmap(self._picture if small else self._picture.scaled(
            room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        ))  # fmt: skip


def _shown(name: str, data: bytes) -> QWidget:
    """Return a widget that shows the content, or says that it cannot be shown here."""
    if data.startswith(b"%PDF"):
        view = PreviewView()
        try:
            view.set_pdf(data)
        except Damaged:
            return _not_shown()
        return view
    if Path(name).suffix.lower() in (".txt", ".csv", ".log", ".json", ".toml"):
        return _text(data)
    image = _image(data)
    return _not_shown() if image is None else PictureView(image)


def _image(data: bytes) -> QImage | None:
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)  # photos of a telephone lie on their side otherwise
    size = reader.size()
    pixels = size.width() * size.height()
    if pixels > LARGEST:
        part = (LARGEST / pixels) ** 0.5
        reader.setScaledSize(QSize(int(size.width() * part), int(size.height() * part)))
    image = reader.read()
    return None if image.isNull() else image


def _text(data: bytes) -> QWidget:
    view = QPlainTextEdit()
    view.setReadOnly(True)
    view.setAccessibleName(_tr("ファイルの内容"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp932", errors="replace")
    more = _tr("\n…（続きは、写しを保存して対応するソフトで開いてください）")
    view.setPlainText(text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + more)
    return view


def _not_shown() -> QWidget:
    return layout.note(
        _tr(
            "この種類のファイルは、この画面では表示できません。"
            "中を見るときは「写しを保存…」で保存し、対応するソフトで開いてください。"
        )
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("attachments", text)
