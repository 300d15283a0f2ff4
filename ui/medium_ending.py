"""終了の記帳: how a backup medium came to its end, and who made sure of it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from models.backup_media import OTHER_PERSON, Destruction
from models.codes import SanitizationMethod
from models.records import BackupMedium
from ui import layout
from ui.asking import dialog_buttons
from ui.fitting import fit
from ui.keys import EnterMovesOn
from ui.page import Desk
from ui.picker import RefPicker
from ui.whole_dialog import WholeDialog

EMPTY = "バックアップはすべて廃棄済み（媒体は残っている）"
ENTERED = "取扱記録に記帳した消去・廃棄による"


class MediumEndingDialog(WholeDialog):
    """Asks for the reason, and how the medium was destroyed if it was."""

    def __init__(
        self, desk: Desk, medium: BackupMedium, left: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("終了の記帳"))
        self.desk = desk
        self._build(medium, left)
        fit(self, 640, 420)

    def destruction(self) -> Destruction | None:
        """Return how the medium was destroyed; None where it was not, or a handling says so."""
        if not self._was_destroyed():
            return None
        method = SanitizationMethod.read(self.how.currentData())
        by, checked = self.performer.id(), self.verifier.id()
        return Destruction(method, by, checked, self.detail.text().strip())

    def item_id(self) -> str:
        """Return the medium as it is registered among 媒体・資料, "" where it is not."""
        return self.item.id() if self.how.currentData() == ENTERED else ""

    def accept(self) -> None:
        """Go on when everything is there; whoever is missing is asked for here."""
        destroyed = self.destruction()
        if not self.reason.text().strip():
            self._missing(self.tr("理由を入力してください。"), self.reason)
        elif self.how.currentData() == ENTERED and not self.item.id():
            self._missing(self.tr("媒体・資料を選んでください。"), self.item)
        elif destroyed is not None and destroyed.performed_by in ("", destroyed.verified_by):
            self._missing(self.tr(OTHER_PERSON), self.performer)
        else:
            super().accept()

    # --- building ----------------------------------------
    def _build(self, medium: BackupMedium, left: int) -> None:
        ledger = self.desk.ledger
        self.reason, self.detail = QLineEdit(), QLineEdit()
        for line in (self.reason, self.detail):
            line.setMaxLength(200)
            EnterMovesOn(line)
        self.how = QComboBox()
        if not left:
            self.how.addItem(EMPTY, "")
        self.how.addItem(ENTERED, ENTERED)
        for method in SanitizationMethod:
            self.how.addItem(method.label, method.value)
        self.item = RefPicker(ledger, "item")
        self.item.set_id(medium.item_id)
        self.performer = RefPicker(ledger, "person")
        self.verifier = RefPicker(ledger, "person")
        self.verifier.set_id(ledger.user.person_id)
        self.verifier.setEnabled(False)  # who enters it made sure of it, by the own sign-in
        self.how.currentIndexChanged.connect(self._enable)
        rows = layout.form()
        layout.add_row(rows, self.tr("理由"), self.reason)
        layout.add_row(rows, self.tr("媒体の処分"), self.how)
        layout.add_row(rows, self.tr("媒体・資料"), self.item)
        layout.add_row(rows, self.tr("処分の詳細"), self.detail)
        layout.add_row(rows, self.tr("処分した人"), self.performer)
        layout.add_row(rows, self.tr("確かめた人"), self.verifier)
        for picker, word in (
            (self.item, self.tr("媒体・資料")),
            (self.performer, self.tr("処分した人")),
            (self.verifier, self.tr("確かめた人")),
        ):
            picker.line.setAccessibleName(word)
        self.message = layout.note("")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        column.addWidget(layout.title(self.tr("「{0}」の終了").format(medium.caption())))
        if left:
            words = self.tr("残っているバックアップ{0}件も、媒体とともに廃棄したと記帳します。")
            column.addWidget(layout.note(words.format(left)))
        column.addLayout(rows)
        column.addStretch()
        column.addWidget(self.message)
        column.addWidget(dialog_buttons(self, self.tr("記帳する")))
        self._enable()

    def _enable(self) -> None:
        self.item.setEnabled(self.how.currentData() == ENTERED)
        for field in (self.detail, self.performer):
            field.setEnabled(self._was_destroyed())

    def _was_destroyed(self) -> bool:
        return self.how.currentData() not in ("", ENTERED)

    def _missing(self, sentence: str, field: QWidget) -> None:
        layout.say(self.message, f"⚠ {sentence}", "problem")
        field.setFocus(Qt.FocusReason.OtherFocusReason)
