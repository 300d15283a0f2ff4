"""Forms made from the declaration of a record: sections, words, live problems, the built record."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QGroupBox, QLabel, QSizePolicy, QVBoxLayout, QWidget

from models.codes import Code
from models.fields import Field
from models.profiles import Profile
from models.records import Contract, Record
from models.records.base import Declared
from ui.editor_base import FormDesk, OfContract
from ui.editor_choices import ChoiceEditor
from ui.field_row import FieldRow
from ui.page import Desk
from ui.special_editors import NOT_SHOWN, SHOWN_ONLY, editor_for
from ui.words import named_in, reworded


class FieldsForm(QWidget):
    """The form of anything declared, a record or a row inside one.

    Args:
        cls: what is entered.
        desk: the desk with the form on it.
        start: what the fields show at first; None for an empty form.
    """

    edited = Signal()

    def __init__(
        self,
        cls: type[Declared],
        desk: FormDesk,
        start: Declared | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.cls = cls
        self.desk = desk
        self._start = start if start is not None else cls()
        self._hidden: Mapping[str, Any] = {
            f.name: getattr(self._start, f.name) for f in cls.own_fields() if not self._is_shown(f)
        }
        self.rows: dict[str, FieldRow] = {}
        self._layouts: dict[str, QFormLayout] = {}
        self._shown_only = SHOWN_ONLY.get(cls, frozenset())
        self._reading = False
        self._boxes: list[tuple[QGroupBox, tuple[str, ...]]] = []
        self._general = QLabel(self)
        self.missing = QLabel(self)
        self._build()
        self._fill(self._start)
        self._as_started = self.built()
        self.update_shown()

    # --- what is entered ---------------------------------------------------------------------
    def built(self) -> Declared:
        """Return what the form says now; fields that make no sense for it stay empty."""
        values = {name: row.editor.value() for name, row in self.rows.items()}
        values |= self._hidden
        if isinstance(self._start, Record):
            values["id"] = self._start.id
        built = self.cls(**values)
        senseless = {name for name in built.irrelevant() if name in self.rows}
        if not senseless:
            return built
        return self.cls(**values | {name: self.rows[name].field.kind.empty for name in senseless})

    def is_dirty(self) -> bool:
        """Tell whether anything was entered that would be lost."""
        typed = any(row.editor.typing_problem() for row in self.rows.values())
        return typed or self.built() != self._as_started

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Put values into fields, as if they had been entered."""
        for name, value in values.items():
            if name in self.rows:
                self.rows[name].editor.set_value(value)
                self.rows[name].show_echo()
            else:
                self._hidden = {**self._hidden, name: value}
        self.update_shown()
        self.edited.emit()

    # --- problems ----------------------------------------------------------------------------
    def problems(self) -> dict[str, list[str]]:
        """Return sentences by field name, in the words that the form shows; "" for the rest."""
        built = self.built()
        found: dict[str, list[str]] = {}
        for name, row in self._relevant(built):
            for sentence in self._field_problems(row, built):
                found.setdefault(name, []).append(sentence)
        for sentence in built.inconsistencies():
            name = self._place_of(sentence)
            found.setdefault(name, []).append(reworded(sentence, self._words()))
        return found

    def show_all_problems(self) -> bool:
        """Show every problem, also of fields not touched yet; tell whether there are any."""
        for row in self.rows.values():
            row.touched = True
        self.update_shown()
        return bool(self.problems())

    def focus_first(self) -> None:
        """Put the keyboard into the first field that can be filled in."""
        for name, row in self._relevant(self.built()):
            if name not in self._shown_only:
                row.editor.focus_target().setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def focus_first_problem(self) -> None:
        """Put the keyboard into the first field with a problem."""
        found = self.problems()
        for name, row in self.rows.items():
            if name in found:
                row.editor.focus_target().setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def set_read_only(self, read_only: bool) -> None:
        """Show only; nothing is then asked for, and what is missing reads 記録なし."""
        self._reading = read_only
        for name, row in self.rows.items():
            row.editor.set_read_only(read_only or name in self._shown_only)
        self.update_shown()

    # --- what is shown -----------------------------------------------------------------------
    def update_shown(self) -> None:
        """Show words, marks, problems and only the fields that make sense now."""
        built = self.built()
        self._show_relevant(built)
        required = built.required()
        profile = self.desk.profile()
        for name, row in self.rows.items():
            asked = (row.field.required or name in required) and name not in self._shown_only
            row.say(profile, required=asked and not self._reading)
            row.editor.follow()
            if isinstance(row.editor, ChoiceEditor):
                row.editor.say(partial(self._spoken, built, name))
        found = self.problems()
        moved = False
        for name, row in self.rows.items():
            sentences = found.get(name, []) if row.touched and name not in self._shown_only else []
            moved |= row.show_problem("\n".join(sentences))
        if moved:
            self._settle_rows()
        self._show_general(found.get("", []))
        self._show_missing(built)

    def _settle_rows(self) -> None:
        """Give each row its height anew: Qt's form layout keeps those from before a line came or went."""
        for layout in dict.fromkeys(self._layouts.values()):
            layout.invalidate()
            layout.activate()

    @staticmethod
    def _spoken(built: Declared, name: str, code: Code) -> str:
        return built.spoken(name, code, built.beside)

    def _show_relevant(self, built: Declared) -> None:
        senseless = built.irrelevant()
        for name, row in self.rows.items():
            self._layouts[name].setRowVisible(row, name not in senseless)
        for box, names in self._boxes:
            box.setVisible(any(name not in senseless for name in names))

    def _show_general(self, sentences: Iterable[str]) -> None:
        text = "\n".join(f"⚠ {sentence}" for sentence in sentences)
        self._general.setText(text)
        self._general.setVisible(bool(text) and any(r.touched for r in self.rows.values()))

    def _show_missing(self, built: Declared) -> None:
        words = self._missing_words(built)
        text = self.tr("未入力の必須項目：{words}").format(words="、".join(words)) if words else ""
        self.missing.setText(text)
        self.missing.setVisible(bool(text))

    def _missing_words(self, built: Declared) -> list[str]:
        required = built.required()
        return [
            row.word
            for name, row in self._relevant(built)
            if (row.field.required or name in required)
            and name not in self._shown_only
            and row.field.kind.is_empty(row.editor.value())
            and not row.editor.typing_problem()
        ]

    def _field_problems(self, row: FieldRow, built: Declared) -> list[str]:
        typing = row.editor.typing_problem() or row.editor.problem_beside(built)
        if typing:
            return [f"「{row.word}」{typing}"]
        name = row.field.name
        required = row.field.required or name in built.required()
        found = row.field.problems(getattr(built, name), required=required)
        return [reworded(sentence, self._words()) for sentence in found]

    def _place_of(self, sentence: str) -> str:
        by_label = {row.field.label: name for name, row in self.rows.items()}
        for label in named_in(sentence):
            if label in by_label:
                return by_label[label]
        return ""

    def _relevant(self, built: Declared) -> list[tuple[str, FieldRow]]:
        senseless = built.irrelevant()
        return [(name, row) for name, row in self.rows.items() if name not in senseless]

    def _words(self) -> dict[str, str]:
        return {row.field.label: row.word for row in self.rows.values()}

    # --- building ----------------------------------------------------------------------------
    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 12, 4)
        for title, names in self._sections():
            column.addWidget(self._section(title, names))
        for label in (self._general, self.missing):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.hide()
        self._general.setProperty("kind", "problem")
        column.addWidget(self._general)
        column.addStretch(1)
        for name in self._shown_only:
            self.rows[name].editor.set_read_only(True)

    def _sections(self) -> list[tuple[str, tuple[str, ...]]]:
        shown = [f.name for f in self.cls.own_fields() if self._is_shown(f)]
        sections = getattr(self.cls, "sections", ())
        listed = [(title, tuple(n for n in names if n in shown)) for title, names in sections]
        named = {name for _, names in listed for name in names}
        rest = tuple(name for name in shown if name not in named)
        if rest:
            listed.append((self.tr("そのほか") if listed else "", rest))
        return [(title, names) for title, names in listed if names]

    def _is_shown(self, field: Field) -> bool:
        return field.kind.editable and field.name not in NOT_SHOWN.get(self.cls, frozenset())

    def _section(self, title: str, names: tuple[str, ...]) -> QWidget:
        box = QGroupBox(title, self)
        box.setFlat(not title)
        layout = QFormLayout(box)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        layout.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        layout.setHorizontalSpacing(16)
        layout.setVerticalSpacing(10)
        for name in names:
            self._add_row(name, layout)
        self._boxes.append((box, names))
        return box

    def _add_row(self, name: str, layout: QFormLayout) -> None:
        field = self.cls.fields()[name]
        row = FieldRow(field, editor_for(self.cls, field, self.desk, self), self)
        metrics = row.label.fontMetrics()
        row.label.setFixedWidth(metrics.horizontalAdvance("あ") * 11)
        row.label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        row.edited.connect(lambda: self._on_edited(name))
        self.rows[name] = row
        self._layouts[name] = layout
        layout.addRow(row.label, row)

    def _fill(self, start: Declared) -> None:
        for name, row in self.rows.items():
            row.editor.set_value(getattr(start, name))
            row.show_echo()

    def _on_edited(self, name: str) -> None:
        self.update_shown()
        self.edited.emit()


class RecordForm(FieldsForm):
    """The form of a record.

    The words are those of the profile given, else of the profile of the contract that the form
    is about.

    Args:
        desk: the desk of the page.
        cls: the record type.
        record: what the fields show at first; with an id it is being revised.
        profile: whose words are shown whatever the contract is.
    """

    def __init__(
        self,
        desk: Desk,
        cls: type[Record],
        record: Record | None = None,
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.type = cls
        self._fixed_profile = profile
        self._contract_shown = str(getattr(record, "contract_id", "") or "")
        self._code_shown = str(getattr(record, "profile_code", "") or "")
        form_desk = FormDesk.at(desk, self.contract_id, self.profile, self.of_contract)
        super().__init__(cls, form_desk, record, parent)

    def record(self) -> Record:
        """Return the record as it was entered."""
        built = self.built()
        assert isinstance(built, Record)
        return built

    def contract_id(self) -> str:
        """Return the contract that the form is about, "" while none is chosen."""
        return self._contract_shown

    def of_contract(self) -> OfContract:
        """Tell whether what is entered must have a contract."""
        field = self.type.fields().get("contract_id")
        if field is None:
            return OfContract.NO
        asked = field.required or "contract_id" in self.record().required()
        return OfContract.YES if asked else OfContract.MAYBE

    def profile(self) -> Profile | None:
        """Return the profile whose words the form shows."""
        if self._fixed_profile is not None:
            return self._fixed_profile
        if self._contract_shown:
            return self.desk.ledger.known_profile(self._contract_shown)
        return self.desk.ledger.profiles.get(self._code_shown)

    def update_shown(self) -> None:
        if "contract_id" in self.rows:
            self._contract_shown = self.rows["contract_id"].editor.value()
        if self.cls is Contract:
            self._code_shown = self.rows["profile_code"].editor.value()
        super().update_shown()

    def _on_edited(self, name: str) -> None:
        if self.cls is Contract and name == "profile_code":
            self._pin_profile()
        super()._on_edited(name)

    def _pin_profile(self) -> None:
        """Fill in which text exactly the contract is bound to."""
        code = self.rows["profile_code"].editor.value()
        profile = self.desk.ledger.profiles.get(code)
        self._hidden = {**self._hidden, "profile_sha256": profile.sha256 if profile else ""}
        self.rows["profile_version"].editor.set_value(profile.version if profile else "")
