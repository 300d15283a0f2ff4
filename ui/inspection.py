"""検査の控え: issued before the officer leaves, and compared with the ledger at the next inspection."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from models.backups import record_verification
from models.errors import InvalidField
from models.inspection_receipt import Stood, against, mistyped, unchanged
from models.ledger import Ledger
from models.mending import advice
from models.paper_known import NOT_IN_LEDGER, compare
from models.profile_forms import RECEIPT
from models.store import Progress
from models.verification import Verification
from ui import layout, permitted
from ui.keys import EnterMovesOn
from ui.page import Desk
from ui.paper_dialog import PaperDialog
from ui.reading import read_paper
from ui.receipt_facts import as_stood, stood_of
from ui.whole_dialog import WholeDialog

PATTERN = "PDF (*.pdf)"
ASK = (
    "受託者に理由を尋ね、「点検」と次の書類の「注意」に出る復元・以前の状態での使用の記帳と、"
    "その日付を確かめてください。"
)
LOOK = "まず、入力した記帳番号と先頭値を、控えと見比べてください。入力が控えのとおりなら、" + ASK
FETCH = (
    "台帳とは比べていません。元のPDFを選び直すか、紙の控えの記帳番号と先頭値を入力してください。"
)


@dataclass(frozen=True)
class Compared:
    """What does not agree, what is said of what agrees, and what to do where something does not."""

    problems: list[str]
    notes: list[str]
    what_now: str = ASK


class InspectionDialog(WholeDialog):
    """Leads to the paper, and compares an earlier one with the ledger as it is now."""

    def __init__(self, desk: Desk, contract_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._contract_id = contract_id
        self.setWindowTitle(self.tr("検査の控え"))
        self.setMinimumWidth(640)
        self._build()

    def issue(self) -> None:
        """Go the way of the paper; it is looked at, sealed, printed and saved there as all are."""
        PaperDialog(self.desk, self._contract_id, self, kind=RECEIPT).open()

    def compare_file(self) -> None:
        """Compare the file of a receipt, or of any sealed paper."""
        file = self.desk.asker.open_file(self, self.tr("前の検査の控え"), PATTERN)
        if file is not None:
            chosen: Path = file
            self._compare(lambda ledger: against_file(ledger, chosen))

    def compare_typed(self) -> None:
        """Compare number and head as they stand on a printed receipt."""
        ledger = self.desk.ledger
        try:
            stood = as_stood(ledger.store.vault_id, self.number.text(), self.head.text())
        except InvalidField as error:
            layout.say(self.said, str(error), "problem")
            return
        self._compare(lambda ledger: against_typed(ledger, stood))

    def _compare(self, ask: Callable[[Ledger], Compared]) -> None:
        """Check the whole ledger first: a log that does not follow from its entries says nothing."""
        ledger = self.desk.ledger
        layout.say(self.said, "")

        def work(progress: Progress) -> tuple[Compared, Verification]:
            found = ask(ledger)  # what cannot be read is said before anything takes long
            return found, record_verification(ledger, progress)

        self.desk.operations.long(
            self.tr("台帳の検証"), work, lambda found: self._tell(*found), self,
            failed=lambda error: layout.say(self.said, str(error), "problem"),
        )  # fmt: skip

    def _tell(self, found: Compared, verified: Verification) -> None:
        problems, what_now = found.problems, found.what_now
        if not verified.ok:
            said = self.tr("台帳の検証で、一致しない点が見つかりました。{0}").format(
                advice(verified)
            )
            problems, what_now = [*problems, said], ASK
        if problems:
            lines = "\n".join(f"× {one}" for one in problems)
            layout.say(self.said, f"{lines}\n{self.tr(what_now)}".strip(), "problem")
        else:
            layout.say(self.said, "\n".join(f"○ {one}" for one in found.notes), "good")

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.issue_button = layout.button(self.tr("控えを発行…"), self.issue, primary=True)
        why_not = permitted.why_not(self.desk.ledger, "seal")
        permitted.offer(self.issue_button, why_not)
        about = self.tr(
            "検査した日の台帳の様子（件数、先頭値、最後の書類の番号、証印の指紋など）を一枚の書類にします。"
            "検査した方に、PDFか紙で渡してください。発行は、検査した方の前で責任者が行います。"
        )
        again = self.tr(
            "前の検査の控えを選ぶか、紙の控えの記帳番号と先頭値を入力すると、台帳の全体を検証し、"
            "そのときまでの記録が変わっていないかを確かめます。検査する方のサインインでもできます。"
        )
        self.number, self.head = QLineEdit(), QLineEdit()
        self.number.setMaxLength(20)
        self.head.setMaxLength(100)
        for line in (self.number, self.head):
            EnterMovesOn(line)
        rows = layout.form()
        layout.add_row(rows, self.tr("記帳番号"), self.number)
        layout.add_row(rows, self.tr("先頭値"), self.head)
        may_not = permitted.why_not(self.desk.ledger, "verify")
        self.file_button = layout.button(self.tr("控えのPDFと比べる…"), self.compare_file)
        self.typed_button = layout.button(self.tr("入力した値と比べる"), self.compare_typed)
        for one in (self.file_button, self.typed_button):
            permitted.offer(one, may_not)
        self.said = layout.note("")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(10)
        column.addWidget(layout.heading(self.tr("今日の控えを発行する")))
        column.addWidget(layout.note(about))
        if why_not:
            column.addWidget(layout.note(why_not))
        column.addLayout(_row(self.issue_button))
        column.addWidget(layout.heading(self.tr("前の控えと比べる")))
        column.addWidget(layout.note(again))
        column.addLayout(_row(self.file_button))
        column.addLayout(rows)
        column.addLayout(_row(self.typed_button))
        column.addWidget(self.said)
        column.addLayout(_row(layout.button(self.tr("閉じる"), self.reject)))


def _row(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(widget)
    row.addStretch()
    return row


def against_file(ledger: Ledger, file: Path) -> Compared:
    """Check a file from outside, its seal, and the head that it bears.

    Raises:
        FileMissing, UnfitFile, InputOutput: it cannot be read.
    """
    from reports.verify import verify_document

    ledger.require("verify")
    verdict = verify_document(read_paper(file))
    stood, seal = stood_of(verdict), verdict.certificate_fingerprint or ""
    known = compare(ledger, verdict.number or "", verdict.sha256, seal, stood)
    found = [*verdict.problems, *known.problems]
    if stood is None:  # a damaged file is none of ours; that says nothing about the ledger
        told = [sentence for code, sentence in found if code != NOT_IN_LEDGER]
        return Compared(told, [], FETCH)
    problems = [sentence for _, sentence in found]
    return Compared(problems, [unchanged(ledger, stood), *known.notes])


def against_typed(ledger: Ledger, stood: Stood) -> Compared:
    ledger.require("verify")
    problems = [sentence for _, sentence in against(ledger, stood)]
    if problems and (said := mistyped(ledger, stood)):
        return Compared([said], [], "")
    return Compared(problems, [unchanged(ledger, stood)], LOOK)
