"""The history of a record: who entered what and when, what changed, and why."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from models.chain import Action, Command, Entry, local_time, read_content
from models.fields import NOT_RECORDED, Field
from models.kinds import Children, Choice, MultiRef, Private, Ref
from models.ledger import Ledger
from models.lifts import lift
from models.profiles import Profile
from models.records import BY_TYPE, Contract, Person, Record, UserAccount
from models.records.base import Declared
from ui.attachments import AttachmentButton, attachments_of
from ui.editor_texts import in_words
from ui.fitting import fit
from ui.page import Desk
from ui.page_parts import only_read
from ui.words import clause_words, field_word, profile_title

ACTS = {Action.CREATE: "登録", Action.REVISE: "訂正", Action.VOID: "取消"}
ERASED = "（内容は消去済み）"
HIDDEN = "（画面では伏せています）"


@dataclass(frozen=True, slots=True)
class Changed:
    """One field that an entry changed; `over` when a later entry took it back or changed it."""

    word: str
    before: str
    after: str
    over: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """One entry about a record, in words."""

    seq: int
    act: Action
    at: datetime
    by: str
    reason: str
    changes: tuple["Changed", ...]
    erased: bool = False
    files: tuple[tuple[str, str], ...] = ()  # (label, id) of the attachments of this version


class HistoryReader:
    """Puts the entries about a record into words.

    Args:
        at: the entry whose names values are told under; None for those of today.
    """

    def __init__(
        self, ledger: Ledger, profile: Profile | None = None, at: int | None = None
    ) -> None:
        self._ledger = ledger
        self._profile = profile
        self._at = at

    def read(self, type_: str, record_id: str) -> list[Version]:
        """Return all versions, oldest first."""
        cls = BY_TYPE[type_]
        versions = []
        before: Record | None = None
        for command, entry in self._ledger.registers.history(type_, record_id):
            version, before = self._version(cls, command, entry, before)
            versions.append(version)
        return list(reversed(_struck(reversed(versions))))

    def _version(
        self, cls: type[Record], command: Command, entry: Entry, before: Record | None
    ) -> tuple[Version, Record | None]:
        at = local_time(command.recorded_at, command.offset)
        then = HistoryReader(self._ledger, self._profile, entry.seq)
        by = then._name(command.author)
        if entry.content is None:
            return Version(entry.seq, entry.action, at, by, ERASED, (), erased=True), before
        content, reason = read_content(entry.content)
        if entry.action is Action.VOID:
            return Version(entry.seq, entry.action, at, by, reason, ()), before
        record = cls.from_json(lift(cls.type, content, entry.payload, cls.payload))
        changes = then._changes(cls, before, record)
        files = tuple(attachments_of(record))
        return Version(entry.seq, entry.action, at, by, reason, changes, files=files), record

    def _changes(
        self, cls: type[Record], before: Record | None, after: Record
    ) -> tuple[Changed, ...]:
        found = []
        for f in cls.own_fields():
            old = getattr(before, f.name) if before is not None else f.kind.empty
            new = getattr(after, f.name)
            if old != new:
                word = field_word(f, self._profile)
                found.append(Changed(word, self._text(f, old, before), self._text(f, new, after)))
        return tuple(found)

    def _text(self, f: Field, value: Any, record: Record | None) -> str:
        """Return a value in the words of the record in which it stands."""
        if record is None or not isinstance(f.kind, Choice) or f.kind.is_empty(value):
            return self.text(f, value)
        return record.spoken(f.name, value, record.beside)

    def text(self, f: Field, value: Any) -> str:
        """Return a value in words: captions for references, 記録なし for nothing."""
        if f.kind.is_empty(value):
            return NOT_RECORDED
        if isinstance(f.kind, MultiRef):
            return "、".join(self._caption(f.kind.type, one) for one in value)
        if isinstance(f.kind, Ref):
            return self._caption(f.kind.type, value)
        if isinstance(f.kind, Children):
            return "\n".join(f"・{self._row(row)}" for row in value)
        if f is Contract.fields()["profile_code"]:
            return profile_title(value, self._ledger.profiles)
        if f.name == "clause_key":
            return clause_words(value, self._profile)
        if f.name == "clause_keys":
            return "、".join(clause_words(key, self._profile) for key in value)
        if isinstance(f.kind, Private):
            return HIDDEN
        return f.kind.format(value)

    def _row(self, row: Declared) -> str:
        shown = (
            self.text(f, value)
            for f in row.own_fields()
            if not f.kind.is_empty(value := getattr(row, f.name))
        )
        return "　".join(shown)

    def _caption(self, type_: str, record_id: str) -> str:
        return self._ledger.registers.caption(type_, record_id, self._at) or record_id

    def _name(self, author: str) -> str:
        account = self._ledger.store.get(UserAccount, author)
        return self._caption(Person.type, account.record.person_id) if account else author


class HistoryDialog(QDialog):
    """Shows the history of one record; versions out of force are struck through."""

    def __init__(
        self,
        desk: Desk,
        type_: str,
        record_id: str,
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        caption = desk.ledger.registers.caption(type_, record_id)
        self.setWindowTitle(self.tr("履歴　{caption}").format(caption=caption))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.table = QTableWidget(0, 6, self)
        self._prepare_table()
        head = QLabel(f"{BY_TYPE[type_].label}　{caption}", self)
        head.setTextFormat(Qt.TextFormat.PlainText)
        head.setProperty("kind", "heading")
        head.setWordWrap(True)
        note = QLabel(self.tr("新しいものが上です。取り消し線は、後で改められた内容です。"), self)
        note.setProperty("kind", "muted")
        buttons = QDialogButtonBox(self)
        self.files = AttachmentButton(desk, self)
        buttons.addButton(self.files, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.tr("閉じる"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (head, note, self.table, buttons):
            column.addWidget(widget)
        fit(self, 980, 520)
        reader = HistoryReader(desk.ledger, profile)
        stored = desk.ledger.store.get(BY_TYPE[type_], record_id)
        if stored is not None:
            desk.ledger.access.viewed(stored.record)
        desk.operations.ask(lambda: reader.read(type_, record_id), self.show_versions, parent=self)

    def show_versions(self, versions: Sequence[Version]) -> None:
        """Fill the table, the newest version first."""
        self.table.setRowCount(len(versions))
        for row, version in enumerate(reversed(versions)):
            self._show(row, version)
            self.files.offer(iter(version.files))
        self._fit_rows()

    def _fit_rows(self) -> None:
        """Make every row as high as its changes are at the width that the column has now."""
        table, last = self.table, self.table.columnCount() - 1
        table.resizeRowsToContents()
        for row in range(table.rowCount()):
            changes = table.cellWidget(row, last)
            if changes is not None:
                needed = changes.heightForWidth(table.columnWidth(last))
                table.setRowHeight(row, max(needed, table.rowHeight(row)))

    def _prepare_table(self) -> None:
        words = ("記帳番号", "入力日時", "入力した人", "操作", "理由", "変わった項目")
        table = self.table
        table.setHorizontalHeaderLabels([self.tr(word) for word in words])
        table.setWordWrap(True)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        only_read(table, self.tr("履歴"))
        em = table.fontMetrics().horizontalAdvance("あ")
        for column, width in enumerate((5, 11, 6, 4, 7)):
            table.setColumnWidth(column, width * em)
        header = table.horizontalHeader()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.sectionResized.connect(lambda *_: self._fit_rows())

    def _show(self, row: int, version: Version) -> None:
        texts = (
            f"{version.seq:,}",
            in_words(version.at),
            version.by,
            self.tr(ACTS[version.act]),
            version.reason or "―",
        )
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            self.table.setItem(row, column, item)
        self.table.setCellWidget(row, len(texts), self._changes(version))

    def _changes(self, version: Version) -> QLabel:
        lines = [_line(version, changed) for changed in version.changes]
        nothing = ERASED if version.erased else "―"
        label = QLabel("<br>".join(lines) or nothing, self.table)
        label.setTextFormat(Qt.TextFormat.RichText)
        label.setWordWrap(True)
        label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        label.setContentsMargins(4, 2, 4, 4)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return label


def _struck(newest_first: Iterable[Version]) -> list[Version]:
    """Mark what is no longer so: fields changed later, and everything once it was voided."""
    found = []
    later: set[str] = set()
    voided = False
    for version in newest_first:
        voided = voided or version.act is Action.VOID
        changes = tuple(
            replace(changed, over=voided or changed.word in later) for changed in version.changes
        )
        later |= {changed.word for changed in version.changes}
        found.append(replace(version, changes=changes))
    return found


def _line(version: Version, changed: Changed) -> str:
    """Return one change as markup; what people typed is escaped."""
    before = "" if version.act is Action.CREATE else f"{changed.before} → "
    text = html.escape(f"{changed.word}：{before}{changed.after}").replace("\n", "<br>　")
    return f"<s>{text}</s>" if changed.over else text
