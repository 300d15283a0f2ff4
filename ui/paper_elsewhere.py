"""A paper that was made outside this ledger: its number, the day it was handed in, and the copy."""

from dataclasses import replace

from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from models import wareki
from models.codes import SubmissionMeans
from models.errors import AzukariError
from models.paper_replacing import about_noted, proposed
from models.records import Submission
from ui.answering import enter
from ui.asking import dialog_buttons
from ui.editor_base import FormDesk
from ui.editor_refs import FileEditor
from ui.layout import form, heading, note, say
from ui.page import Desk
from ui.page_parts import add_rows
from ui.paper_replaced import ReplacedPart
from ui.whole_dialog import WholeDialog


class ElsewhereDialog(WholeDialog):
    """Takes down that a paper went to the client.

    Args:
        contract_id: the contract to which it belongs.
        kind: the document that is offered first, "" for the first of the list.
    """

    def __init__(
        self, desk: Desk, contract_id: str, parent: QWidget | None = None, *, kind: str = ""
    ) -> None:
        super().__init__(parent)
        self.desk = desk
        self._contract_id = contract_id
        self._profile = desk.ledger.profile(contract_id)
        self.setWindowTitle(self.tr("台帳の外で作成した書類の登録"))
        self.setMinimumWidth(620)
        self.kind = QComboBox()
        self.kind.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for code, made in sorted(self._profile.documents.items()):
            if made.offered:
                self.kind.addItem(f"{made.title}（{code}）", code)
        self.kind.setCurrentIndex(max(0, self.kind.findData(kind)))
        self.number, self.receiver, self.about = QLineEdit(), QLineEdit(), QLineEdit()
        self.day = QLineEdit(wareki.format_wareki(desk.ledger.today()))
        self.receiver.setPlaceholderText(self.tr("受け取った方の職・氏名"))
        self.about.setPlaceholderText(self.tr("報告書なら対象期間の末日、変更届なら変更日"))
        self.means = QComboBox()
        for means in SubmissionMeans:
            self.means.addItem(means.label, str(means))
        self.copy = FileEditor(
            Submission.fields()["receipt_file"],
            FormDesk.at(desk, lambda: contract_id, lambda: self._profile),
            self,
        )
        self.message = note("")
        self._build()
        self.kind.currentIndexChanged.connect(lambda _index: self._ask_replaced())
        self.about.editingFinished.connect(self._ask_replaced)
        self._ask_replaced()

    def paper(self) -> Submission:
        """Return what was typed.

        Raises:
            InvalidField: a day cannot be read.
        """
        paper = self._draft()
        replaces = self.replaced.chosen()
        if replaces is None or about_noted(paper) != self.replaced.about:  # typed a moment ago
            old = proposed(self.desk.ledger, about_noted(paper))
            replaces = old.id if old else ""
        return replace(paper, supersedes_id=replaces)

    # --- Qt ----------------------------------------
    def accept(self) -> None:
        """Note the paper; the dialog stays with the sentence when that is refused."""
        try:
            paper = self.paper()
        except AzukariError as error:
            self._failed(error)
            return
        ledger = self.desk.ledger
        enter(
            self.desk,
            lambda answers: ledger.paper.note(paper, answers=answers),
            done=lambda _: super(ElsewhereDialog, self).accept(),
            failed=self._failed,
            parent=self,
        )

    def _draft(self) -> Submission:
        kind = str(self.kind.currentData() or "")
        about = self.about.text().strip()
        return Submission(
            contract_id=self._contract_id,
            doc_kind=kind,
            title=self._profile.document_title(kind),
            doc_no=self.number.text().strip(),
            clause_keys=self._profile.document(kind).clauses,
            effective_on=wareki.parse_date(about, field="効力日") if about else None,
            submitted_on=wareki.parse_date(self.day.text(), field="提出日"),
            means=SubmissionMeans.read(self.means.currentData()),
            received_by=self.receiver.text().strip(),
            receipt_file=str(self.copy.value() or ""),
        )

    def _ask_replaced(self) -> None:
        """Propose the paper that this one takes the place of; an unread day proposes nothing."""
        try:
            paper = self._draft()
        except AzukariError:
            self.replaced.ask(None)
            return
        self.replaced.ask(about_noted(paper))

    def _failed(self, error: AzukariError) -> None:
        say(self.message, str(error), "problem")

    # --- building ----------------------------------------
    def _build(self) -> None:
        rows = form()
        lines = (
            (self.tr("書類"), self.kind),
            (self.tr("文書番号"), self.number),
            (self.tr("提出日"), self.day),
            (self.tr("提出方法"), self.means),
            (self.tr("受領者"), self.receiver),
            (self.tr("効力日"), self.about),
            (self.tr("受領印のある控え"), self.copy),
        )
        add_rows(rows, lines)
        self.replaced = ReplacedPart(self.desk, rows, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(heading(self.tr("提出した書類（台帳の外で作成）")))
        column.addLayout(rows)
        column.addWidget(self.message)
        column.addWidget(dialog_buttons(self, self.tr("登録する")))
        self.number.setFocus()
