"""Making a paper: which document, about what; a look at the real PDF; then it is sealed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from models import wareki
from models.codes import SealKind
from models.commands import Change
from models.errors import AzukariError
from models.inspection_receipt import ATTENDANTS, OFFICERS, present
from models.ledger import Ledger
from models.paper_about import CHANGES
from models.profile_forms import RECEIPT
from models.records import Contract, Person, SealKey, Submission
from ui import ledger_settings as settings
from ui import permitted
from ui.fitting import fit
from ui.issue import IssueRequest, about, drawable_kinds, issue, missing, preview
from ui.layout import add_row, button, form, heading, note, say
from ui.names_text import NamesText
from ui.page import Desk
from ui.paper_chosen import ChosenPart
from ui.paper_replaced import ReplacedPart
from ui.paper_subjects import PERIOD_KINDS, needs_subjects, offers_subjects
from ui.preview import PreviewDialog
from ui.saving import What, print_here, save_here

CHANGE_ROLE = Qt.ItemDataRole.UserRole + 1  # of the two entries of a notice, the one of changes
LONGEST_REASON = 200  # characters that a notice of changes takes
SEAL_QUESTION = "確定すると番号と証印が付き、内容はもう変えられません。確定しますか。"

BLOCKS = {
    SealKind.SEAL: "名義の横に、押印のための枠を印刷します。",
    SealKind.IMAGE: "名義の横に、「設定・利用者」の「証印」で選んだ印影を印刷します。",
    SealKind.SIGN: "名義の下に、自署のための線を印刷します。",
    SealKind.NONE: "押印欄を印刷しません。",
}


class PaperDialog(QDialog):
    """Chooses contract, document, records and period.

    Args:
        contract_id: the contract chosen in the window, "" for none: of several none is chosen here
            either, for a paper of the wrong one goes to the wrong client.
        kind: the document that is offered first, "" for the first of the list.
        about: ids of the records that are ticked first for that document.
    """

    def __init__(
        self,
        desk: Desk,
        contract_id: str,
        parent: QWidget | None = None,
        *,
        kind: str = "",
        about: Sequence[str] = (),
    ) -> None:
        super().__init__(parent)
        self._first_kind, self._first_about = kind, about
        self.desk = desk
        self.setWindowTitle(self.tr("書類の作成"))
        fit(self, 720, 560)
        self._drawable: frozenset[str] = frozenset()
        self._build()
        self.look.setEnabled(False)
        desk.operations.ask(
            drawable_kinds, lambda kinds: self._begin(kinds, contract_id), parent=self
        )

    def request(self) -> IssueRequest:
        """Return what shall be issued.

        Raises:
            InvalidField: a day of the period cannot be read.
            Refused: nobody was present at an inspection.
        """
        options: dict[str, Any] = {}
        if self.is_change():
            options["change"] = True
            if because := self.because.text().strip():
                options["added_because"] = because
        if self.kind_code() in PERIOD_KINDS:
            options |= {"from": _day("期間の初日", self.first), "to": _day("期間の末日", self.last)}
        if self.kind_code() == RECEIPT:
            options |= {
                "officers": present(self.officers.toPlainText(), OFFICERS),
                "attendants": present(self.attendants.toPlainText(), ATTENDANTS),
            }
        return IssueRequest(
            doc_kind=self.kind_code(),
            contract_id=self.contract_id(),
            ids=self.chosen(),
            seal_kind=self._seal_kind(),
            options=options,
            replaces=self.replaced.chosen(),
        )

    def _seal_kind(self) -> SealKind:
        if self.kind_code() == RECEIPT:
            return SealKind.NONE
        return SealKind.read(self.seal.currentData())

    def contract_id(self) -> str:
        """Return the contract whose paper it is, "" while none is chosen."""
        return str(self.contracts.currentData() or "")

    def kind_code(self) -> str:
        return str(self.kind.currentData() or "")

    def is_change(self) -> bool:
        """Tell whether the notice of changes is wanted."""
        return bool(self.kind.currentData(CHANGE_ROLE))

    def chosen(self) -> tuple[str, ...]:
        """Return the ids of the ticked records, oldest first."""
        return self.records.chosen()

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.message = note("")
        self.contracts = QComboBox()
        self.kind = QComboBox()
        for box in (self.contracts, self.kind):
            box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.records = ChosenPart(self.desk, self)
        self.records.told.connect(lambda words: say(self.message, words))
        self.list = self.records.list
        self.list.setAccessibleName(self.tr("対象の記録"))
        self.first = QLineEdit()
        self.last = QLineEdit()
        for line, word in ((self.first, "期間の初日"), (self.last, "期間の末日")):
            line.setPlaceholderText("R8.4.1　2026/4/1")
            line.setAccessibleName(self.tr(word))
        self.seal = QComboBox()
        for seal in SealKind:
            self.seal.addItem(seal.label, str(seal))
        usual = str(settings.seal_kind(self.desk.ledger))
        self.seal.setCurrentIndex(self.seal.findData(usual))
        rows = form()
        add_row(rows, self.tr("契約"), self.contracts)
        add_row(rows, self.tr("書類"), self.kind)
        self.list_label = add_row(rows, self.tr("対象の記録"), self.records)
        period = QHBoxLayout()
        period.addWidget(self.first)
        period.addWidget(self.last)
        self.period_label = add_row(rows, self.tr("期間"), period)
        self.because = QLineEdit()
        self.because.setMaxLength(LONGEST_REASON)
        self.because.setPlaceholderText(
            self.tr("追加のため（変更と終了には、記録した理由が載ります）")
        )
        self.because_label = add_row(rows, self.tr("追加の理由"), self.because)
        self._add_present(rows)
        self.replaced = ReplacedPart(self.desk, rows, self)
        self.seal_note = note("")
        self.seal.currentIndexChanged.connect(lambda _index: self._show_seal_note())
        blocks = QHBoxLayout()
        blocks.setSpacing(10)
        blocks.addWidget(self.seal)
        blocks.addWidget(self.seal_note, 1)
        self.seal.setAccessibleName(self.tr("押印欄"))
        self.seal_label = add_row(rows, self.tr("押印欄"), blocks)
        self._show_seal_note()
        acts = QHBoxLayout()
        acts.addWidget(self.message, 1)
        acts.addStretch()
        self.look = button(self.tr("内容を確かめる"), self.show_preview, primary=True)
        acts.addWidget(self.look)
        acts.addWidget(button(self.tr("やめる"), self.reject))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(heading(self.windowTitle()))
        column.addLayout(rows, 1)
        column.addLayout(acts)
        self.contracts.currentIndexChanged.connect(self._fill_kinds)
        self.kind.currentIndexChanged.connect(self._fill_subjects)
        self.records.changed.connect(self._ask_replaced)

    def _add_present(self, rows: QFormLayout) -> None:
        self.officers, self.attendants = NamesText(OFFICERS), NamesText(ATTENDANTS)
        self.attendants.setPlainText(_myself(self.desk.ledger))
        for names in (self.officers, self.attendants):  # what was missing is being typed in
            names.textChanged.connect(lambda: say(self.message, ""))
        self.present_labels = (
            add_row(rows, OFFICERS, self.officers), add_row(rows, ATTENDANTS, self.attendants)
        )  # fmt: skip
        for part in (self.officers, self.attendants, *self.present_labels):
            part.hide()  # until the receipt of an inspection is chosen

    def _show_seal_note(self) -> None:
        kind = SealKind.read(self.seal.currentData())
        say(self.seal_note, self.tr(BLOCKS[kind]) if kind is not None else "")

    def _begin(self, kinds: frozenset[str], contract_id: str) -> None:
        """Offer contracts and documents once the paper room is open (its import takes a while)."""
        self._drawable = kinds
        self._fill_contracts(contract_id)

    def _fill_contracts(self, contract_id: str) -> None:
        self.contracts.blockSignals(True)
        for stored in self.desk.ledger.contracts():
            self.contracts.addItem(stored.record.caption(), stored.record.id)
        alone = self.contracts.count() == 1
        self.contracts.setCurrentIndex(0 if alone else self.contracts.findData(contract_id))
        self.contracts.blockSignals(False)
        self._fill_kinds()

    def _fill_kinds(self) -> None:
        stored = self.desk.ledger.store.get(Contract, self.contract_id())
        say(self.message, "" if stored else self.tr("先に契約を選んでください。"))
        self.kind.blockSignals(True)
        self.kind.clear()
        profile = self.desk.ledger.profiles.get(stored.record.profile_code) if stored else None
        for code, made in sorted(profile.documents.items() if profile else ()):
            if made.offered and code in self._drawable:
                self.kind.addItem(f"{made.title}（{code}）", code)
                if code in CHANGES and made.change_title:
                    self.kind.addItem(f"{made.change_title}（{code}）", code)
                    self.kind.setItemData(self.kind.count() - 1, True, CHANGE_ROLE)
        # What is not made here is not silently another paper: then none is chosen.
        self.kind.setCurrentIndex(self.kind.findData(self._first_kind) if self._first_kind else 0)
        self.kind.blockSignals(False)
        self._fill_subjects()

    def _fill_subjects(self) -> None:
        self.look.setEnabled(self.kind_code() != "")
        code, contract_id = self.kind_code(), self.contract_id()
        wanted = offers_subjects(code)
        self.records.setVisible(wanted)
        self.list_label.setVisible(wanted)
        for widget in (self.first, self.last, self.period_label):
            widget.setVisible(code in PERIOD_KINDS)
        for widget in (self.because, self.because_label):
            widget.setVisible(self.is_change())
        for part in (self.officers, self.attendants, *self.present_labels):
            part.setVisible(code == RECEIPT)
        for shown in (self.seal, self.seal_note, self.seal_label):
            shown.setVisible(code != RECEIPT)
        self.records.ask(code, contract_id, self._first_about if code == self._first_kind else ())
        self._ask_replaced()

    def _ask_replaced(self) -> None:
        """Propose the paper that this one takes the place of; a working print takes none."""
        code, ids = self.kind_code(), self.chosen()
        if not code or (needs_subjects(code) and not ids):
            self.replaced.ask(None)
            return
        options = {"change": self.is_change()}
        request = IssueRequest(code, self.contract_id(), ids, options=options)
        self.replaced.ask(about(request) if self._is_sealed(request) else None)

    # --- looking and sealing ----------------------------------------
    def show_preview(self) -> None:
        """Draw the real PDF and show it."""
        if needs_subjects(self.kind_code()) and not self.chosen():
            say(self.message, self.tr("対象の記録を選んでください（スペースキー）。"), "problem")
            return
        try:
            request = self.request()
        except AzukariError as error:
            say(self.message, str(error), "problem")
            return
        say(self.message, self.tr("作成しています…"))
        ledger = self.desk.ledger
        self.desk.operations.ask(
            lambda: (preview(ledger, request), missing(ledger, request), ledger.paper.seal_key()),
            lambda drawn: self._show(request, *drawn),
            failed=lambda error: say(self.message, str(error), "problem"),
            parent=self,
        )

    def _show(
        self, request: IssueRequest, pdf: bytes, lacking: list[str], key: SealKey | None
    ) -> None:
        say(self.message, "")
        dialog = PreviewDialog(self.kind.currentText(), pdf, self, self.desk.likes)
        words = note("")
        dialog.row.insertWidget(0, words, 1)
        why_not = self._why_not(lacking, key)
        if self._is_sealed(request):
            say(words, why_not or self._sealed_how(request, key), "problem" if why_not else "muted")
        title = request.doc_kind
        what = What(Submission.type, contract=request.contract_id, detail=title)
        for word, act in (
            (self.tr("印刷"), lambda: print_here(self.desk, pdf, title, dialog, what)),
            (self.tr("PDFを保存"), lambda: save_here(self.desk, pdf, f"{title}.pdf", dialog, what)),
        ):
            dialog.add_button(button(word, act))
        seal = button(self.tr("確定する"), lambda: self._seal(request, dialog), primary=True)
        seal.setEnabled(not why_not)
        seal.setToolTip(why_not)
        seal.setVisible(self._is_sealed(request))
        dialog.add_button(seal)
        dialog.add_button(button(self.tr("戻る"), dialog.reject))
        dialog.exec()

    def _why_not(self, lacking: list[str], key: SealKey | None) -> str:
        """Return why this paper cannot be sealed now, "" when it can."""
        if why_not := permitted.why_not(self.desk.ledger, "seal"):
            return why_not
        if lacking:
            return self.tr("記録されていないため確定できません：{0}").format("、".join(lacking))
        if key is None:
            return self.tr(
                "証印がまだないため確定できません。"
                "「設定・利用者」の「証印」で作ってから、もう一度お試しください。"
            )
        return ""

    def _sealed_how(self, request: IssueRequest, key: SealKey | None) -> str:
        name = key.subject if key is not None else ""
        return self.tr("押印欄　{0}　　証印　{1}").format(request.seal_kind.label, name)

    def _is_sealed(self, request: IssueRequest) -> bool:
        """Tell whether the document leaves the office sealed; working papers are only printed."""
        profile = self.desk.ledger.profile(request.contract_id)
        return profile.document(request.doc_kind).sealed

    def _seal(self, request: IssueRequest, dialog: PreviewDialog) -> None:
        if not self.desk.asker.confirm(
            dialog, SEAL_QUESTION, yes=self.tr("確定する"), no=self.tr("戻る")
        ):
            return
        ledger = self.desk.ledger

        def done(_: Change) -> None:
            dialog.accept()
            self.accept()

        self.desk.operations.run(lambda: issue(ledger, request), done=done, parent=dialog)


def _myself(ledger: Ledger) -> str:
    """Return post and name of who issues, as the receipt of an inspection begins with them."""
    stored = ledger.store.get(Person, ledger.user.person_id)
    person = stored.record if stored else None
    return f"{person.job_title}　{person.name}".strip("　") if person else ""


def _day(label: str, line: QLineEdit) -> date | None:
    """Read a day; an empty line leaves that end of the period open."""
    return wareki.parse_date(line.text(), field=label) if line.text().strip() else None
