"""書類: the register of papers; making, showing, printing, saving, submitting, verifying them."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from models import wareki
from models.codes import SubmissionMeans
from models.errors import AzukariError
from models.ledger import Ledger
from models.paper_known import Compared, compare
from models.records import Submission
from ui import icons, permitted
from ui.answering import enter
from ui.asking import dialog_buttons
from ui.issue import changed_since
from ui.keys import EnterMovesOn
from ui.layout import add_row, button, form, heading, note, say, scrolling, title
from ui.page import Desk, Page
from ui.paper_chain import ChainPart
from ui.paper_dialog import PaperDialog
from ui.paper_return import ReturnDialog
from ui.preview import PreviewDialog
from ui.reading import MOST_OF_A_PAPER, read_limited
from ui.receipt_facts import stood_of
from ui.register import RegisterView
from ui.register_print import print_list
from ui.saving import What, print_here, save_here
from ui.whole_dialog import WholeDialog

PDF = "PDF (*.pdf)"
MOST_CHANGES = 5  # told under the list
LEAST_HIGH = 240  # of the list with its filters; below that the page scrolls


class PapersPage(Page):
    """The register of submissions and what one does with a paper."""

    types: ClassVar[frozenset[str]] = frozenset({"submission", "contract"})
    help_key: ClassVar[str] = "papers"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.register = RegisterView(
            desk, Submission, how_to_begin=self.tr("F2「作成」で、最初の書類を作ります。")
        )
        self.register.offer_first(
            self.tr("作成（F2）"), self.make, partial(permitted.why_no_contract, desk.ledger)
        )
        self.register.opened.connect(lambda _: self.show_paper())
        self.register.marked.connect(self._look_again)
        self.detail = note("")
        self.chain = ChainPart(desk, self.register.mark)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 8, 16, 8)
        column.addWidget(title(self.tr("書類")))
        self.register.setMinimumHeight(LEAST_HIGH)
        column.addWidget(self.register, 1)
        column.addWidget(self.chain)
        column.addWidget(self.detail)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(inner))

    def refresh(self) -> None:
        self.register.refresh()

    def show_contract(self, contract_id: str) -> None:
        self.register.set_contract(contract_id, self.desk.ledger.known_profile(contract_id))
        super().show_contract(contract_id)

    def show_record(self, type_: str, record_id: str) -> None:
        self.register.mark(record_id)

    def verbs(self) -> list[QAction]:
        made = []
        for word, name, act in (
            (self.tr("作成"), "new", self.make),
            (self.tr("表示"), "view", self.show_paper),
            (self.tr("印刷"), "print", self.print_paper),
            (self.tr("PDFを保存"), "save", self.save_paper),
            (self.tr("提出を記録"), "submit", self.submit),
            (self.tr("回収を記録"), "back", self.take_back),
            (self.tr("検証"), "verify", self.verify),
            (self.tr("ファイルの検証"), "folder", self.verify_file),
            (self.tr("一覧の印刷"), "print", self.print_list),
            (self.tr("取下げを記録"), "stop", self.withdraw),
        ):
            action = QAction(icons.icon(name), word, self)
            action.triggered.connect(act)
            if act in (self.submit, self.take_back, self.withdraw):
                permitted.offer(action, permitted.why_not_write(self.desk.ledger, Submission))
            made.append(action)
        return made

    # --- verbs ----------------------------------------
    def make(self) -> None:
        """Choose a document and its records, look at it, seal it."""
        PaperDialog(self.desk, self.contract_id, self).exec()

    def show_paper(self) -> None:
        """Show the sealed file."""
        self._with_file(self._show)

    def print_paper(self) -> None:
        """Print the sealed file."""
        self._with_file(
            lambda paper, pdf: print_here(self.desk, pdf, paper.doc_no, self, _what(paper))
        )

    def print_list(self) -> None:
        """Show the register of papers as it is printed."""
        print_list(self.register, self.tr("書類の一覧"), self)

    def save_paper(self) -> None:
        """Write the sealed file, byte for byte, where the user wants it."""
        self._with_file(
            lambda paper, pdf: save_here(self.desk, pdf, file_name(paper), self, _what(paper))
        )

    def submit(self) -> None:
        """Note that a paper was handed in."""
        paper = self._marked()
        if paper is not None:
            SubmitDialog(self.desk, paper, self).exec()

    def take_back(self) -> None:
        """Note that the client sent an application back, with the scan of the answer."""
        paper = self._marked()
        if paper is not None:
            ReturnDialog(self.desk, paper, self).exec()

    def withdraw(self) -> None:
        """Note that a paper does not hold any more, and what the client was told."""
        paper = self._marked()
        if paper is None:
            return
        marked: Submission = paper
        question = self.tr(
            "「{caption}」の取下げを記録します。確定した書類と番号は、そのまま残ります。提出した書類は、"
            "先に委託者に知らせてください。\n取下げの理由と、委託者に知らせた日・相手を入力してください。"
        ).format(caption=marked.caption())
        reason = self.desk.asker.line(self, self.tr("書類の取下げ"), question)
        if reason is not None:
            verb = self.desk.ledger.paper.withdraw
            self.desk.operations.run(lambda: verb(marked.id, reason), parent=self)

    def verify(self) -> None:
        """Check the kept file of the marked paper against seal and ledger."""
        ledger = self.desk.ledger
        paper = self._marked()
        if paper is None:
            return
        marked: Submission = paper
        self.desk.operations.ask(
            lambda: check_paper(ledger.paper.file(marked.id), marked.pdf_sha256,
                                marked.seal_fingerprint),
            self._tell_verdict, parent=self,
        )  # fmt: skip

    def verify_file(self) -> None:
        """Check a file that somebody brought back."""
        file = self.desk.asker.open_file(self, self.tr("検証する書類"), PDF)
        if file is None:
            return
        chosen: Path = file
        ledger = self.desk.ledger
        self.desk.operations.ask(
            lambda: check_file(ledger, chosen), self._tell_compared, parent=self
        )

    # --- what changed since ----------------------------------------
    def _look_again(self, paper_id: str) -> None:
        """Say of the marked paper whether the ledger still says what it says."""
        say(self.detail, "")
        ledger = self.desk.ledger
        stored = ledger.store.get(Submission, paper_id) if paper_id else None
        self.chain.show_life(stored.record if stored else None)
        if stored is None or stored.record.serial is None:
            return
        paper = stored.record
        self.desk.operations.ask(
            lambda: changed_since(ledger, paper),
            lambda found: self._tell_changes(paper, found),
            parent=self,
        )

    def _tell_changes(self, paper: Submission, found: list[str]) -> None:
        if paper.id == self.register.marked_id():
            say(self.detail, since_words(paper, found), "care" if found else "muted")

    # --- helpers ----------------------------------------
    def _marked(self) -> Submission | None:
        """Return the marked paper; says so when none is marked."""
        stored = self.desk.ledger.store.get(Submission, self.register.marked_id())
        if stored is None:
            self.desk.asker.tell(self, self.tr("一覧から書類を選んでください。"))
            return None
        return stored.record

    def _with_file(self, then: Callable[[Submission, bytes], None]) -> None:
        paper = self._marked()
        if paper is None:
            return
        marked: Submission = paper
        self.desk.operations.ask(
            lambda: self.desk.ledger.paper.file(marked.id),
            lambda pdf: then(marked, pdf),
            parent=self,
        )

    def _show(self, paper: Submission, pdf: bytes) -> None:
        self.preview_of(paper, pdf).exec()

    def preview_of(self, paper: Submission, pdf: bytes) -> PreviewDialog:
        """Return the dialog that shows a sealed file."""
        dialog = PreviewDialog(paper.caption(), pdf, self, self.desk.likes)
        what = _what(paper)
        for word, act in (
            (self.tr("印刷"), lambda: print_here(self.desk, pdf, paper.doc_no, dialog, what)),
            (
                self.tr("PDFを保存"),
                lambda: save_here(self.desk, pdf, file_name(paper), dialog, what),
            ),
            (self.tr("閉じる"), dialog.accept),
        ):
            dialog.add_button(button(word, act))
        return dialog

    def _tell_compared(self, found: Compared) -> None:
        if found.notes and not found.problems:
            unchanged = self.tr("この書類は、確定したときのまま変わっていません。")
            self.desk.asker.tell(self, "\n".join([unchanged, *found.notes]))
        else:
            self._tell_verdict([sentence for _, sentence in found.problems])

    def _tell_verdict(self, problems: list[str]) -> None:
        if problems:
            lines = "\n".join(f"・{problem}" for problem in problems)
            self.desk.asker.warn(
                self, self.tr("この書類は、確定したときのものと一致しません。\n{0}").format(lines)
            )
        else:
            self.desk.asker.tell(
                self,
                self.tr(
                    "この書類は、確定したときのまま変わっていません。証印も台帳の記録と一致します。"
                ),
            )


def _what(paper: Submission) -> What:
    return What(paper.type, paper.id, paper.contract_id, paper.doc_kind)


class SubmitDialog(WholeDialog):
    """When, how and to whom a paper was handed in."""

    def __init__(self, desk: Desk, paper: Submission, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._paper = paper
        self.setWindowTitle(self.tr("提出の記録"))
        self.setMinimumWidth(480)
        self.day = QLineEdit(wareki.format_wareki(desk.ledger.today()))
        self.means = QComboBox()
        for means in SubmissionMeans:
            self.means.addItem(means.label, str(means))
        self.receiver = QLineEdit()
        self.receiver.setMaxLength(100)
        self.receiver.setPlaceholderText(self.tr("受け取った方の職・氏名"))
        EnterMovesOn(self.day)
        rows = form()
        add_row(rows, self.tr("提出日"), self.day)
        add_row(rows, self.tr("提出方法"), self.means)
        add_row(rows, self.tr("受領者"), self.receiver)
        self.message = note("")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(heading(paper.caption()))
        column.addLayout(rows)
        column.addWidget(self.message)
        column.addWidget(dialog_buttons(self, self.tr("記録する")))

    # --- Qt ----------------------------------------
    def accept(self) -> None:
        """Record the submission; the dialog stays with the sentence when that is refused."""
        try:
            day: date = wareki.parse_date(self.day.text(), field="提出日")
        except AzukariError as error:
            self._failed(error)
            return
        means = SubmissionMeans.read(self.means.currentData())
        receiver, paper_id = self.receiver.text().strip(), self._paper.id
        paper = self.desk.ledger.paper
        enter(
            self.desk,
            lambda answers: paper.submit(
                paper_id, on=day, means=means, received_by=receiver, answers=answers
            ),
            done=lambda _: super(SubmitDialog, self).accept(),
            failed=self._failed,
            parent=self,
        )

    def _failed(self, error: AzukariError) -> None:
        say(self.message, str(error), "problem")


def since_words(paper: Submission, found: Sequence[str]) -> str:
    """Say how far the ledger has moved on since a paper was sealed; the paper itself never does."""
    if not found:
        return f"{paper.caption()}：確定したときから、載せた記録は変わっていません。"
    lines = [f"{paper.caption()}：確定後に{len(found)}件変更されています。", *found[:MOST_CHANGES]]
    if len(found) > MOST_CHANGES:
        lines.append(f"ほか{len(found) - MOST_CHANGES}件")
    return "\n・".join(lines)


def file_name(paper: Submission) -> str:
    """Return a file name without anybody's name in it."""
    return f"{paper.doc_kind}_{paper.serial or 0:06d}.pdf"


def check_paper(pdf: bytes, sha256: str, fingerprint: str) -> list[str]:
    """Return what does not agree, as sentences."""
    from reports.verify import verify_document

    verdict = verify_document(pdf, fingerprint=fingerprint, known_sha256=sha256 or None)
    return [sentence for _code, sentence in verdict.problems]


def check_file(ledger: Ledger, file: Path) -> Compared:
    """Check a file from outside, and against the seals and papers of this ledger.

    Raises:
        FileMissing, UnfitFile, InputOutput: it cannot be read.
    """
    from reports.verify import verify_document

    first = verify_document(read_limited(file, MOST_OF_A_PAPER))
    seal = first.certificate_fingerprint or ""
    known = compare(ledger, first.number or "", first.sha256, seal, stood_of(first))
    return Compared((*first.problems, *known.problems), known.notes)
