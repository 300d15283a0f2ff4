"""Editors of single fields that know more than their kind says: profiles, papers, weekdays."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QWidget

from models.codes import FindingStatus
from models.fields import NOT_RECORDED, Field
from models.own_names import OWN_NAMES
from models.profile_forms import DOCUMENTS
from models.profile_shelf import offered
from models.records import (
    Contract,
    ContractClauseSetting,
    DueItem,
    Finding,
    IncidentLog,
    IncidentReport,
)
from models.records.base import Declared
from models.records.frame import DesignatedHours, DueRule
from models.wareki import WEEKDAYS
from ui.editor_base import Editor, FormDesk, row_of
from ui.editor_choices import ChoiceEditor, make_box
from ui.editors import EditorMaker, make_editor
from ui.words import clause_words

BY_VERB = "ほかの責任者が「是正を確認」を行うと、確認済になります"
CLAUSE_WIDTH = 36  # characters of a box of clauses; the list that drops down shows all of them


class WordsEditor(Editor):
    """A text field whose possible texts are known: shown in words, kept as the text."""

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        self.box = make_box(self)
        nothing = self.tr("（選んでください）") if field.required else self.tr(NOT_RECORDED)
        self.box.addItem(nothing, "")
        for text, words in self.words().items():
            self.box.addItem(words, text)
        layout = row_of(self)
        layout.addWidget(self.box)
        layout.addStretch(1)
        self.box.activated.connect(lambda _index: self.edited.emit())

    def words(self) -> Mapping[str, str]:
        """Return the words by stored text, in the order in which they are offered."""
        return {}

    def value(self) -> Any:
        return self.box.currentData()

    def set_value(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            if self.box.findData(value) < 0:  # written by another version of the program
                self.box.addItem(value, value)
            self.box.setCurrentIndex(self.box.findData(value))

    def focus_target(self) -> QWidget:
        return self.box


class ProfileEditor(WordsEditor):
    """The rule profile of a contract, by the title of the municipality's text."""

    def words(self) -> Mapping[str, str]:
        return dict(offered(self.desk.ledger.profiles))


class DocumentEditor(WordsEditor):
    """A kind of paper, by the title it has in the contract's profile."""

    def words(self) -> Mapping[str, str]:
        profile = self.desk.profile()
        if profile is None:
            return {code: f"{title}（{code}）" for code, (title, _seal) in DOCUMENTS.items()}
        return {
            code: f"{form.title}（{code}）"
            for code, form in profile.documents.items()
            if form.offered
        }


class ClauseEditor(WordsEditor):
    """A clause of the contract's text, by its number there and its heading; the key is kept."""

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        self.box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.box.setMinimumContentsLength(CLAUSE_WIDTH)

    def words(self) -> Mapping[str, str]:
        profile = self.desk.profile()
        if profile is None:
            return {}
        clauses = profile.clauses_for(profile.code)
        return {one.key: clause_words(one.key, profile) for one in clauses}

    def follow(self) -> None:
        """Offer the clauses of the contract that the form is about now."""
        offered = {
            self.box.itemData(row): self.box.itemText(row) for row in range(1, self.box.count())
        }
        words, value = self.words(), self.value()
        if words.items() <= offered.items() and (words or not offered):
            return
        with QSignalBlocker(self.box):
            while self.box.count() > 1:
                self.box.removeItem(1)
            for text, word in words.items():
                self.box.addItem(word, text)
        self.set_value(value)


class WeekdayEditor(WordsEditor):
    """A day of the week."""

    def words(self) -> Mapping[str, str]:
        return {day: f"{day}曜日" for day in WEEKDAYS}


class CorrectionEditor(ChoiceEditor):
    """The state of a correction; 確認済 is shown, and only the confirmation itself brings it."""

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        row = self._codes.index(FindingStatus.VERIFIED)
        model = self.box.model()
        assert isinstance(model, QStandardItemModel)
        model.item(row).setEnabled(False)
        self.box.setItemData(row, self.tr(BY_VERB), Qt.ItemDataRole.ToolTipRole)


SPECIAL: Mapping[tuple[type[Declared], str], EditorMaker] = {
    (Contract, "profile_code"): ProfileEditor,
    (DueRule, "doc_kind"): DocumentEditor,
    (DesignatedHours, "weekday"): WeekdayEditor,
    (ContractClauseSetting, "clause_key"): ClauseEditor,
    (DueItem, "clause_key"): ClauseEditor,
    (Finding, "clause_key"): ClauseEditor,
    (Finding, "status"): CorrectionEditor,
}

SHOWN_ONLY: Mapping[type[Declared], frozenset[str]] = {  # filled in by the program
    Contract: frozenset({"profile_version", "content_erased_on"}),
    Finding: frozenset({"verified_by", "verified_on"}),
    **{cls: frozenset(names) for cls, names in OWN_NAMES.items()},
}

NOT_SHOWN: Mapping[type[Declared], frozenset[str]] = {  # filled in, and says nothing to a reader
    Contract: frozenset({"profile_sha256"}),
    **dict.fromkeys((IncidentLog, IncidentReport), frozenset({"contract_id"})),
}


def editor_for(
    cls: type[Declared], field: Field, desk: FormDesk, parent: QWidget | None = None
) -> Editor:
    """Make the editor of a field of a record or row."""
    maker = SPECIAL.get((cls, field.name), make_editor)
    return maker(field, desk, parent)
