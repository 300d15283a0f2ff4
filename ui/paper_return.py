"""An application that came back: the client's answer, with the scan of the filled-in sheet."""

from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from models import wareki
from models.codes import Decision
from models.errors import AzukariError, Refused
from models.paper_answers import ClientAnswer, waiting_applications
from models.records import Authorization, Submission
from ui.answering import enter
from ui.asking import dialog_buttons
from ui.editor_base import FormDesk
from ui.editor_refs import FileEditor
from ui.layout import form, heading, note, say
from ui.page import Desk
from ui.page_parts import add_rows
from ui.whole_dialog import WholeDialog

DECISIONS = (Decision.GRANTED, Decision.CONDITIONAL, Decision.REFUSED)


class ReturnDialog(WholeDialog):
    """Takes down what stands in the answer box, and keeps the scan."""

    def __init__(self, desk: Desk, paper: Submission, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._paper = paper
        self.setWindowTitle(self.tr("回収の記録"))
        self.setMinimumWidth(560)
        today = wareki.format_wareki(desk.ledger.today())
        self.decision = QComboBox()
        asked = next(iter(waiting_applications(desk.ledger, paper)), Authorization())
        for decision in DECISIONS:
            word = asked.spoken("decision", decision, asked.beside)
            self.decision.addItem(word, str(decision))
        self.decided_on, self.title, self.name = QLineEdit(), QLineEdit(), QLineEdit()
        self.doc_no, self.conditions, self.day = QLineEdit(), QLineEdit(), QLineEdit(today)
        self.title.setPlaceholderText(self.tr("例　健康づくり課長"))
        self.conditions.setPlaceholderText(self.tr("条件付承諾のとき"))
        profile = desk.ledger.profile(paper.contract_id)
        self.scan = FileEditor(
            Submission.fields()["returned_file"],
            FormDesk.at(desk, lambda: paper.contract_id, lambda: profile),
            self,
        )
        self.message = note("")
        self._build()

    # --- Qt ----------------------------------------
    def accept(self) -> None:
        """Record the answer; the dialog stays with the sentence when that is refused."""
        try:
            decided_on = wareki.parse_date(self.decided_on.text(), field="回答日")
            day = wareki.parse_date(self.day.text(), field="回収日")
            scan = str(self.scan.value() or "")
            if not scan:
                raise Refused(reason="回答が記入された書面の写し（ファイル）を選んでください。")
        except AzukariError as error:
            self._failed(error)
            return
        answer = ClientAnswer(
            decision=Decision.read(self.decision.currentData()),
            decided_on=decided_on,
            title=self.title.text().strip(),
            name=self.name.text().strip(),
            doc_no=self.doc_no.text().strip(),
            conditions=self.conditions.text().strip(),
        )
        paper_id, paper = self._paper.id, self.desk.ledger.paper
        enter(
            self.desk,
            lambda answers: paper.returned(paper_id, answer, on=day, scan=scan, answers=answers),
            done=lambda _: super(ReturnDialog, self).accept(),
            failed=self._failed,
            parent=self,
        )

    # --- building ----------------------------------------
    def _build(self) -> None:
        rows = form()
        lines = (
            (self.tr("回答"), self.decision),
            (self.tr("回答日"), self.decided_on),
            (self.tr("回答者の職名"), self.title),
            (self.tr("回答者の氏名"), self.name),
            (self.tr("文書番号"), self.doc_no),
            (self.tr("条件・理由"), self.conditions),
            (self.tr("回収日"), self.day),
            (self.tr("回答の写し"), self.scan),
        )
        add_rows(rows, lines)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(heading(self._paper.caption()))
        column.addLayout(rows)
        column.addWidget(self.message)
        column.addWidget(dialog_buttons(self, self.tr("記録する")))

    def _failed(self, error: AzukariError) -> None:
        say(self.message, str(error), "problem")
