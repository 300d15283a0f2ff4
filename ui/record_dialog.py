"""Shows one record, all of it, without changing anything."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from models.fields import NOT_RECORDED
from models.late_basis import late_marks
from models.profiles import Profile
from models.records import HandlingEvent, Record, Stored
from models.unfit_basis import unfit_marks
from ui.attachments import AttachmentButton, attachments_of
from ui.editor_texts import in_words
from ui.fitting import fit
from ui.form import RecordForm
from ui.layout import scrolling
from ui.page import Desk
from ui.words import field_word, register_word


class RecordDialog(QDialog):
    """The form of a record for reading.

    Attributes:
        revise_wanted, history_wanted: the user pressed that button.
    """

    revise_wanted = Signal()
    history_wanted = Signal()

    def __init__(
        self,
        desk: Desk,
        stored: Stored[Record],
        *,
        profile: Profile | None = None,
        may_revise: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        record = stored.record
        desk.ledger.access.viewed(record)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form = RecordForm(desk, type(record), record, profile)
        self.form.set_read_only(True)
        word = register_word(type(record), self.form.profile())
        self.setWindowTitle(f"{word}　{record.caption()}")
        area = scrolling(self.form, self.tr("記録の内容"))
        self.files = AttachmentButton(desk, self)
        column = QVBoxLayout(self)
        column.addWidget(self._state(desk, stored))
        column.addWidget(area, 1)
        column.addWidget(self._buttons(may_revise))
        self.files.offer(attachments_of(record))
        hint = self.form.sizeHint()
        fit(self, max(760, hint.width() + 60), min(860, hint.height() + 130))

    def _state(self, desk: Desk, stored: Stored[Record]) -> QLabel:
        meta = stored.meta
        text = self.tr("第{version}版　{when} 入力").format(
            version=meta.row_version, when=in_words(meta.revised_at)
        )
        if meta.voided_at is not None:
            text = self.tr("⚠ 取消済み（{when}）　理由：{reason}").format(
                when=in_words(meta.voided_at),
                reason=meta.void_reason or NOT_RECORDED,
            )
        lines = [text, *self._former_names(desk, stored)]
        if isinstance(stored.record, HandlingEvent):
            books = desk.ledger.rules.books
            lines += late_marks(books, stored.record) + unfit_marks(books, stored.record)
        label = QLabel("\n".join(lines), self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setProperty("kind", "care" if meta.voided else "muted")
        return label

    def _former_names(self, desk: Desk, stored: Stored[Record]) -> list[str]:
        """Say who and what has another name since it happened; the form shows those of today."""
        record, store, profile = stored.record, desk.ledger.store, self.form.profile()
        named = list(record.references()) if record.happened else []
        ids: dict[str, set[str]] = {}
        for _, type_, record_id in named:
            ids.setdefault(type_, set()).add(record_id)
        called = {type_: store.called(type_, some) for type_, some in ids.items()}
        lines = []
        for f, type_, record_id in named:
            name = called[type_].get(record_id)
            if name is not None and (then := name.at(stored.meta.created_seq)) != name.now:
                lines.append(
                    self.tr("入力したときの名前　{0}：{1}").format(field_word(f, profile), then)
                )
        return list(dict.fromkeys(lines))

    def _buttons(self, may_revise: bool) -> QDialogButtonBox:
        buttons = QDialogButtonBox(self)
        buttons.addButton(self.files, QDialogButtonBox.ButtonRole.ActionRole)
        history = buttons.addButton(self.tr("履歴"), QDialogButtonBox.ButtonRole.ActionRole)
        history.clicked.connect(self.history_wanted)
        if may_revise:
            revise = buttons.addButton(self.tr("訂正…"), QDialogButtonBox.ButtonRole.ActionRole)
            revise.clicked.connect(self.revise_wanted)
        close = buttons.addButton(self.tr("閉じる"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setDefault(True)
        buttons.rejected.connect(self.reject)
        return buttons
