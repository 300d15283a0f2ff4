"""The parts of the import dialog: which column is what, open questions, and what would happen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGroupBox,
    QHeaderView,
    QLabel,
    QScrollArea,
    QTableView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from models.codes import (
    HandlingKind,
    MediaType,
    SanitizationCategory,
    VerificationMethod,
    VerificationResult,
)
from models.intake.columns import IGNORED, fields_of, label_of
from models.intake.parts import WORDS, Disposal, Options, Question
from models.records import Item, Record
from ui.intake import Source
from ui.keys import WheelNeedsFocus

WIDEST = 16  # full-width characters of a column before it wraps
SAMPLES = 3  # values shown of each column
Choices = Sequence[tuple[str, str]]  # (value, words)
Index = QModelIndex | QPersistentModelIndex
LOOKED_AT = 60  # rows that are measured: more would hold up the window
NOWHERE = QModelIndex()


class MappingTable(QTableWidget):
    """Column, sample values, and the field it fills; the proposal can be changed."""

    changed = Signal()

    def __init__(self, source: Source, cls: type[Record], parent: QWidget | None = None) -> None:
        super().__init__(len(source.sheet.columns), 3, parent)
        self.setHorizontalHeaderLabels(
            [self.tr("表の列"), self.tr("値の例"), self.tr("台帳の項目")]
        )
        self.verticalHeader().hide()
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self._boxes: dict[str, QComboBox] = {}
        choices = [(name, label_of(cls, name)) for name in fields_of(cls)]
        for row, column in enumerate(source.sheet.columns):
            self.setItem(row, 0, QTableWidgetItem(column))
            self.setItem(row, 1, QTableWidgetItem(_samples(source, row)))
            box = choice_box([(IGNORED, self.tr("取り込まない")), *choices])
            box.setCurrentIndex(max(0, box.findData(source.proposed.get(column, IGNORED))))
            box.setAccessibleName(self.tr("「{column}」の項目").format(column=column))
            box.currentIndexChanged.connect(self.changed)
            self._boxes[column] = box
            self.setCellWidget(row, 2, box)
        self.resizeColumnsToContents()
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)

    def mapping(self) -> dict[str, str]:
        """Return column → field as chosen; "-" for columns that are left out."""
        return {column: str(box.currentData()) for column, box in self._boxes.items()}

    def box(self, column: str) -> QComboBox:
        return self._boxes[column]


class QuestionForm(QScrollArea):
    """What a person can decide, and facts that the file does not hold."""

    def __init__(
        self, cls: type[Record], people: Choices, places: Choices, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._cls = cls
        self._registers: Mapping[str, Choices] = {"persons": people, "places": places}
        self._answers: dict[tuple[str, str], QComboBox] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        self._questions = QGroupBox(self.tr("ファイルの言葉で、決められなかったもの"), inside)
        self._form = QFormLayout(self._questions)
        self._none = QLabel(self.tr("決められない言葉はありませんでした。"))
        self._form.addRow(self._none)
        column.addWidget(self._questions)
        column.addWidget(self._facts(people, places))
        column.addStretch(1)
        self.setWidget(inside)

    def ask(self, questions: Sequence[Question]) -> None:
        """Add the questions that are not shown yet; answers given before stay."""
        for question in questions:
            key = (question.subject, question.word)
            if key in self._answers:
                continue
            choices = question.choices or self._registers.get(question.subject, ())
            box = choice_box([("", self.tr("決めない（この行は取り込まない）")), *choices])
            box.setToolTip(question.text)
            label = QLabel(
                self.tr("{word}（{count}行）").format(
                    word=self._called(question), count=f"{len(question.lines):,}"
                )
            )
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setBuddy(box)
            self._answers[key] = box
            self._form.addRow(label, box)
            hint = QLabel(question.text)
            hint.setTextFormat(Qt.TextFormat.PlainText)
            hint.setProperty("kind", "muted")
            hint.setWordWrap(True)
            self._form.addRow("", hint)
        self._none.setVisible(not self._answers)

    def _called(self, question: Question) -> str:
        """Return a word with its column, where lists of several columns may have it."""
        if not question.subject.startswith(WORDS):
            return question.word
        return f"{label_of(self._cls, question.subject.removeprefix(WORDS))}「{question.word}」"

    def answer_box(self, subject: str, word: str) -> QComboBox:
        return self._answers[(subject, word)]

    def options(self) -> Options:
        """Return what was answered."""
        given: dict[str, dict[str, str]] = {}
        for (subject, word), box in self._answers.items():
            if value := box.currentData():
                given.setdefault(subject, {})[word] = value
        kinds = {word: HandlingKind.read(value) for word, value in given.get("kinds", {}).items()}
        media = {word: MediaType.read(value) for word, value in given.get("media", {}).items()}
        words = {
            subject.removeprefix(WORDS): told
            for subject, told in given.items()
            if subject.startswith(WORDS)
        }
        options = Options(
            words=words,
            persons=given.get("persons", {}), places=given.get("places", {}),
            media=media, kinds=kinds, disposal=self._disposal(),
        )  # fmt: skip
        if self._cls is not Item:
            return options
        return replace(
            options,
            default_place_id=self.default_place.currentData() or "",
            received_by=self.received_by.currentData() or "",
        )

    def _disposal(self) -> Disposal:
        category, method = self.category.currentData(), self.verification.currentData()
        result = self.result.currentData()
        return Disposal(
            performed_by=self.performed_by.currentData() or "",
            responsible_id=self.responsible.currentData() or "",
            verified_by=self.verified_by.currentData() or "",
            category=SanitizationCategory.read(category) if category else None,
            verification_method=VerificationMethod.read(method or "none"),
            verification_result=VerificationResult.read(result or "unknown"),
        )

    def _facts(self, people: Choices, places: Choices) -> QGroupBox:
        group = QGroupBox(self.tr("元の台帳にない事実（確かな資料があるときだけ答えます）"), self)
        form = QFormLayout(group)
        unknown = [("", self.tr("記録なし"))]
        self.default_place = choice_box([("", self.tr("決めない")), *places])
        self.received_by = choice_box([("", self.tr("取り込む人")), *people])
        self.performed_by = choice_box([*unknown, *people])
        self.responsible = choice_box([("", self.tr("契約の作業責任者")), *people])
        self.verified_by = choice_box([*unknown, *people])
        self.category = choice_box([*unknown, *_codes(SanitizationCategory)])
        self.verification = choice_box([*unknown, *_codes(VerificationMethod)])
        self.result = choice_box([*unknown, *_codes(VerificationResult)])
        rows: list[tuple[str, QComboBox]] = [
            (self.tr("消去・廃棄の実施者"), self.performed_by),
            (self.tr("消去・廃棄の責任者"), self.responsible),
            (self.tr("消去・廃棄の検証者"), self.verified_by),
            (self.tr("抹消の水準"), self.category),
            (self.tr("検証方法"), self.verification),
            (self.tr("検証結果"), self.result),
        ]
        if self._cls is Item:
            rows = [
                (self.tr("登録のない保管場所のもの"), self.default_place),
                (self.tr("受領した人"), self.received_by),
                *rows,
            ]
        for label, box in rows:
            box.setAccessibleName(label)
            form.addRow(label, box)
        return group


class LinesModel(QAbstractTableModel):
    """Lines of a file with what is said about each; texts are made when they are shown."""

    def __init__(
        self, headings: Sequence[str], rows: Sequence[Any], texts: Callable[[Any], Sequence[str]]
    ) -> None:
        super().__init__()
        self._headings, self._rows, self._texts = headings, rows, texts

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        wanted = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
        if role not in wanted:
            return None
        return self._texts(self._rows[index.row()])[index.column()]

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self._headings[section]
        return None


class LinesView(QTableView):
    """Shows a `LinesModel`; the last column takes the room that is left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAlternatingRowColors(True)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setWordWrap(True)
        self.verticalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setResizeContentsPrecision(LOOKED_AT)

    def show_rows(self, model: LinesModel) -> None:
        model.setParent(self)
        self.setModel(model)
        self._fit_columns(model.columnCount())
        if model.rowCount() <= 300:  # measuring thousands of rows would hold up the window
            self.resizeRowsToContents()
        else:
            self.verticalHeader().setDefaultSectionSize(2 * self.fontMetrics().height() + 8)

    def _fit_columns(self, count: int) -> None:
        """Show every heading whole, and so much of the texts as leaves room for the last column."""
        most = self.fontMetrics().horizontalAdvance("あ") * WIDEST
        self.setColumnWidth(0, self.fontMetrics().horizontalAdvance("000,000"))
        for column in range(1, count - 1):
            head = self.horizontalHeader().sectionSizeHint(column)
            self.setColumnWidth(column, max(head, min(self.sizeHintForColumn(column), most)))


def choice_box(choices: Choices) -> QComboBox:
    """Return a list to choose from; the wheel passes over it unless it has the keyboard."""
    box = QComboBox()
    for value, words in choices:
        box.addItem(words, value)
    WheelNeedsFocus(box)
    return box


def _codes(codes: Any) -> list[tuple[str, str]]:
    return [(code.value, code.label) for code in codes]


def _samples(source: Source, column: int) -> str:
    found: dict[str, None] = {}
    for _, row in source.sheet.rows[:200]:
        text = " ".join(row[column].split()) if column < len(row) else ""
        if text:
            found[text] = None
        if len(found) == SAMPLES:
            break
    return "　／　".join(found)
