"""The seal of the ledger: made here or imported, and the fingerprint that the client is told."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from models import wareki
from models.commands import Change
from models.errors import AzukariError, Refused
from models.ledger import Ledger
from models.records import Organization, SealKey
from ui.asking import dialog_buttons
from ui.layout import add_row, button, card, emphasize, form, heading, note, plain, say
from ui.page import Desk
from ui.password_line import PasswordLine
from ui.reading import read_limited
from ui.whole_dialog import WholeDialog

PATTERN = "電子証明書 (*.p12 *.pfx)"
IMAGES = "画像 (*.png *.jpg *.jpeg)"
LARGEST = 1024 * 1024  # bytes of a PKCS#12 file or of a picture
REPLACE = (
    "今の証印の使用をやめ、新しい証印に替えます。"
    "新しい指紋を委託者に伝え直す必要があります。替えますか。"
)


class SealPart(QWidget):
    """Shows the seal in use, makes one, imports one."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._key: SealKey | None = None
        self.state = note("")
        self.fingerprint = plain()
        self.fingerprint.setAccessibleName(self.tr("証印の指紋"))
        self.facts = note("")
        frame, _ = card(self.state, self.fingerprint, self.facts)
        row = QHBoxLayout()
        self.make_button = button(self.tr("証印を作る"), self.make, primary=True)
        row.addWidget(self.make_button)
        row.addWidget(button(self.tr("電子証明書を取り込む…"), self.take_in))
        row.addStretch()
        self.image_state = note("")
        self.image = QLabel()
        self.image.setAccessibleName(self.tr("印影"))
        self.image_button = button(self.tr("印影の画像を選ぶ…"), self.take_image)
        image_row = QHBoxLayout()
        image_row.addWidget(self.image_button)
        image_row.addStretch()
        image_frame, _ = card(self.image_state, self.image)
        outer = QVBoxLayout(self)
        outer.setSpacing(12)
        outer.addWidget(
            note(
                self.tr(
                    "証印は、書類がこの台帳で作られ、その後変わっていないことを示します。"
                    "下の指紋を、契約の初めに書面か電話で委託者に伝えてください。"
                    "個人の電子署名（電子署名法）ではありません。"
                )
            )
        )
        outer.addWidget(frame)
        outer.addLayout(row)
        outer.addWidget(image_frame)
        outer.addLayout(image_row)
        outer.addStretch()

    def refresh(self) -> None:
        paper = self.desk.ledger.paper
        self.desk.operations.ask(paper.seal_key, self._show, parent=self)
        self.desk.operations.ask(paper.seal_image, self._show_image, parent=self)

    def make(self) -> None:
        """Make a seal for the contractor."""
        if self._may_replace():
            self.desk.operations.run(lambda: make_seal(self.desk.ledger), parent=self)

    def take_in(self) -> None:
        """Import a certificate that an authority issued."""
        file = self.desk.asker.open_file(self, self.tr("電子証明書"), PATTERN)
        if file is not None and self._may_replace():
            Pkcs12Dialog(self.desk, file, self).exec()

    def take_image(self) -> None:
        """Keep the picture of a stamp that papers with 印影 print beside the name."""
        file = self.desk.asker.open_file(self, self.tr("印影の画像"), IMAGES)
        if file is None:
            return
        ledger, chosen = self.desk.ledger, file

        def work() -> bytes:
            ledger.outside.require(chosen)
            picture = _picture(chosen)
            ledger.paper.keep_seal_image(picture)
            return picture

        self.desk.operations.ask(work, self._show_image, parent=self)

    def _show_image(self, picture: bytes | None) -> None:
        if picture is None:
            say(
                self.image_state,
                self.tr("印影の画像は、まだありません（押印欄「印影」で使います）。"),
            )
            self.image.clear()
            return
        say(self.image_state, self.tr("押印欄「印影」で、名義の横に印刷します。"))
        shown = QPixmap.fromImage(QImage.fromData(picture))
        side = self.fontMetrics().height() * 4
        self.image.setPixmap(shown.scaled(
            side, side, Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        ))  # fmt: skip

    def _may_replace(self) -> bool:
        return self._key is None or self.desk.asker.confirm(
            self, REPLACE, yes=self.tr("替える"), no=self.tr("替えない")
        )

    def _show(self, key: SealKey | None) -> None:
        self._key = key
        word = self.tr("証印を作る") if key is None else self.tr("新しい証印に替える…")
        self.make_button.setText(word)
        emphasize(self.make_button, key is None)  # what is done once must not be the next thing
        if key is None:
            say(self.state, self.tr("証印はまだありません。作るまで書類を確定できません。"), "care")
            say(self.fingerprint, "", "")
            say(self.facts, "")
            return
        say(self.state, self.tr("証印の指紋（SHA-256）"))
        say(self.fingerprint, grouped(key.fingerprint), "heading")
        until = wareki.format_wareki(key.valid_until) if key.valid_until else "記録なし"
        say(self.facts, self.tr("名義　{0}　／　有効期限　{1}").format(key.subject, until))


class Pkcs12Dialog(WholeDialog):
    """Asks for the password of a certificate file."""

    def __init__(self, desk: Desk, file: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._file = file
        self.setWindowTitle(self.tr("電子証明書の取込み"))
        self.setMinimumWidth(480)
        self.password = PasswordLine()
        rows = form()
        add_row(rows, self.tr("ファイルのパスワード"), self.password)
        self.message = note("")
        self.buttons = dialog_buttons(self, self.tr("取り込む"))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.addWidget(heading(file.name))
        column.addLayout(rows)
        column.addWidget(self.message)
        column.addWidget(self.buttons)

    # --- Qt ----------------------------------------
    def accept(self) -> None:
        """Import; the file is read once and not kept."""
        password = self.password.take()
        self.buttons.setEnabled(False)
        self.desk.operations.run(
            lambda: import_seal(self.desk.ledger, self._file, password),
            done=lambda _: super(Pkcs12Dialog, self).accept(),
            failed=self._failed,
            parent=self,
        )

    def _failed(self, error: AzukariError) -> None:
        self.buttons.setEnabled(True)
        say(self.message, str(error), "problem")
        self.password.setFocus()


def _picture(file: Path) -> bytes:
    """Read a picture, drawn anew in the child: what the window decodes is of our own making.

    Raises:
        FileMissing, UnfitFile, InputOutput, ImportRefused
        Refused: nobody can see anything on it.
    """
    from reports.pictures import picture_kind, plain_picture

    data = read_limited(file, LARGEST)
    if picture_kind(data) not in ("PNG", "JPEG"):
        raise Refused(reason="印影の画像には、1MBまでのPNGかJPEGのファイルを選んでください。")
    return plain_picture(data, file.name)


def make_seal(ledger: Ledger) -> Change:
    """Make a self-signed seal in the contractor's name and take it into use.

    Raises:
        NotPermitted, Refused
    """
    from reports.seal import make_seal_certificate, seal_record

    ledger.require("seal")
    contractors = [
        stored.record
        for stored in ledger.registers.all(Organization)
        if "contractor" in {str(kind) for kind in stored.record.kinds}
    ]
    if not contractors:
        raise Refused(reason="受託者（自社）が登録されていません。先に登録してください。")
    identity = make_seal_certificate(contractors[0].name, ledger.now(), ledger.random)
    return ledger.paper.adopt_seal(*seal_record(identity))


def import_seal(ledger: Ledger, file: Path, password: str) -> Change:
    """Take a PKCS#12 file into use as the seal.

    Raises:
        Damaged: no such file or another password.
        FileMissing, UnfitFile, InputOutput, NotPermitted, Refused
        UnregisteredMedium, NetworkPlace
    """
    from reports.seal import load_pkcs12, seal_record

    ledger.require("seal")
    ledger.outside.require(file)
    data = read_limited(file, LARGEST)
    return ledger.paper.adopt_seal(*seal_record(load_pkcs12(data, password)))


def grouped(fingerprint: str) -> str:
    """Write a fingerprint in groups of four, as it is read out on the telephone."""
    groups = [fingerprint[i : i + 4].upper() for i in range(0, len(fingerprint), 4)]
    half = len(groups) // 2
    return " ".join(groups[:half]) + "\n" + " ".join(groups[half:])
