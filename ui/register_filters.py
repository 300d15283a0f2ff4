"""The filter row above a register: words at hand; choices and days under もっと絞り込む."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from models.fields import NOT_RECORDED, Field
from models.kinds import Boolean, Choice, MultiChoice
from models.kinds_of_time import Day, Moment
from models.profiles import Profile
from models.records import Record
from models.store import Op, Query, Where
from models.wareki import JAPAN
from ui.editor_base import FormDesk, row_of
from ui.editor_choices import make_box
from ui.editor_texts import DayEditor
from ui.flow import FlowLayout
from ui.layout import slim
from ui.page import Desk
from ui.words import field_word

PAUSE_MS = 150  # typing rests this long before the list asks again


class RegisterFilters(QWidget):
    """Says which records of a register are wanted.

    Attributes:
        others: tells how many filters stand outside of this widget's own ones.
        counts_days: whether the days count as a filter (not where the page says them itself).
    """

    changed = Signal()

    def __init__(
        self, desk: Desk, cls: type[Record], profile: Profile | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._cls = cls
        self._fields = [cls.fields()[name] for name in cls.columns]
        self._boxes: list[tuple[Field, QComboBox, QLabel]] = []
        self.others: Callable[[], int] = int
        self.counts_days = True
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.changed)
        self._build(FormDesk.at(desk, str, lambda: profile), profile)

    def query(self, order: tuple[tuple[str, bool], ...], contract_id: str) -> Query:
        """Return the question that the filters put."""
        return Query(
            self._cls.type,
            where=(*self._chosen(), *self._days()),
            text=self.words.text().strip(),
            order=order,
            voided=None if self.voided.isChecked() else False,
            contracts=frozenset({contract_id}) if contract_id else None,
        )

    def any_set(self) -> bool:
        """Tell whether the filters leave anything out."""
        return bool(self.words.text().strip() or self._chosen() or self._days())

    def conditions(self) -> list[str]:
        """Return in words what is asked for, nothing when everything is."""
        found = [f"「{words}」を含む"] if (words := self.words.text().strip()) else []
        found += [
            f"{label.text()}：{box.currentText()}"
            for _field, box, label in self._boxes
            if box.currentData() is not None
        ]
        first, last = self.first.value(), self.last.value()
        if self._days():
            start = Day().format(first) if first else ""
            end = Day().format(last) if last else ""
            found.append(f"{self.day_box.currentText()}：{start}～{end}")
        return [*found, self.tr("取消済みを含む")] if self.voided.isChecked() else found

    def is_narrowed(self) -> bool:
        """Tell whether anything is set that 条件を消す would clear."""
        return bool(self._number() or self.words.text().strip())

    def show_count(self) -> None:
        """Say on the button how many filters are set behind it."""
        number = self._number()
        self.clear_button.setVisible(self.is_narrowed())
        word = self.tr("もっと絞り込む")
        mark = "▲" if self.more_button.isChecked() else "▼"
        self.more_button.setText(
            f"{word}（{number}件の条件）{mark}" if number else f"{word} {mark}"
        )

    def add(self, widget: QWidget) -> None:
        """Put another filter behind the button."""
        self.flow.addWidget(widget)

    def clear(self) -> None:
        """Leave nothing out."""
        with QSignalBlocker(self):
            self.words.clear()
            for _field, box, _label in self._boxes:
                box.setCurrentIndex(0)
            for editor in (self.first, self.last):
                editor.set_value(None)
            self.voided.setChecked(False)
        self._pause.stop()
        self._show_day_problem()
        self.changed.emit()

    def say(self, profile: Profile | None) -> None:
        """Label the filters in the words of a profile."""
        for field, box, label in self._boxes:
            label.setText(field_word(field, profile))
            box.setAccessibleName(field_word(field, profile))

    def _number(self) -> int:
        """Count the filters behind the button."""
        days = self.counts_days and bool(self._days())
        return len(self._chosen()) + self.others() + days + self.voided.isChecked()

    # --- conditions --------------------------------------------------------------------------
    def _chosen(self) -> list[Where]:
        found = []
        for field, box, _label in self._boxes:
            where = box.currentData()
            if where is not None:
                op, value = where
                found.append(Where(field.name, op, value))
        return found

    def _days(self) -> list[Where]:
        if not self._day_fields:
            return []
        field = self._day_fields[self.day_box.currentIndex()]
        first, last = self.first.value(), self.last.value()
        moment = isinstance(field.kind, Moment)
        found = []
        if first is not None:
            found.append(Where(field.name, Op.GE, _midnight(first) if moment else first))
        if last is not None and moment:
            found.append(Where(field.name, Op.LT, _midnight(last + timedelta(days=1))))
        elif last is not None:
            found.append(Where(field.name, Op.LE, last))
        return found

    # --- building ----------------------------------------------------------------------------
    def _build(self, desk: FormDesk, profile: Profile | None) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._first_line())
        self._day_fields = [f for f in self._fields if isinstance(f.kind, Day | Moment)]
        kinds = (Choice, Boolean, MultiChoice)
        choices = [f for f in self._fields if isinstance(f.kind, kinds)]
        self.more = QWidget(self)
        self.more.hide()
        self.flow = FlowLayout(self.more)
        for field in choices:
            self.add(self._choice(field))
        self.add(self._days_of(desk, profile))
        self.add(self.voided)
        column.addWidget(self.more)
        self.day_problem = QLabel(self)
        self.day_problem.setProperty("kind", "problem")
        self.day_problem.hide()
        column.addWidget(self.day_problem)
        self.say(profile)
        self.show_count()

    def _first_line(self) -> QHBoxLayout:
        self.words = QLineEdit(self)
        self.words.setPlaceholderText(self.tr("言葉で探す（Ctrl+F）"))
        self.words.setToolTip(self.tr("空白で区切ると、すべての言葉を含むものを探します"))
        self.words.setAccessibleName(self.tr("言葉で探す"))
        self.words.setClearButtonEnabled(True)
        self.words.setMaximumWidth(420)
        self.words.setMinimumWidth(110)
        self.words.textChanged.connect(lambda _text: self._pause.start())
        self.voided = QCheckBox(self.tr("取消済みも表示"), self)
        self.voided.toggled.connect(lambda _on: self.changed.emit())
        self.clear_button = QPushButton(self.tr("条件を消す"), self)
        self.clear_button.setAutoDefault(False)
        self.clear_button.clicked.connect(self.clear)
        row = row_of()
        self.more_button = QPushButton(self)
        self.more_button.setAutoDefault(False)
        self.more_button.setCheckable(True)
        self.more_button.setToolTip(self.tr("種類・状態・日付などで絞り込みます"))
        self.more_button.toggled.connect(self._show_more)
        row.addWidget(self.words, 10)
        row.addWidget(self.more_button)
        row.addWidget(self.clear_button)
        row.addStretch(1)
        return row

    def _show_more(self, shown: bool) -> None:
        self.more.setVisible(shown)
        self.show_count()

    def _choice(self, field: Field) -> QWidget:
        group = QWidget(self)
        box = make_box(group)
        box.addItem(self.tr("すべて"), None)
        for words, condition in _conditions(field):
            box.addItem(words, condition)
        slim(box)
        box.currentIndexChanged.connect(lambda _index: self.changed.emit())
        label = QLabel(group)
        label.setBuddy(box)
        self._boxes.append((field, box, label))
        row = row_of(group)
        row.addWidget(label)
        row.addWidget(box)
        return group

    def _days_of(self, desk: FormDesk, profile: Profile | None) -> QWidget:
        group = QWidget(self)
        self.day_box = make_box(group)
        self.day_box.setAccessibleName(self.tr("期間でしぼる項目"))
        for field in self._day_fields:
            self.day_box.addItem(field_word(field, profile))
        slim(self.day_box)
        self.first = self._day(desk, self.tr("この日から"))
        self.last = self._day(desk, self.tr("この日まで"))
        self.day_box.currentIndexChanged.connect(lambda _index: self._day_edited())
        row = row_of(group)
        for widget in (self.day_box, self.first, QLabel("～", group), self.last):
            row.addWidget(widget)
        group.setVisible(bool(self._day_fields))
        return group

    def _day(self, desk: FormDesk, name: str) -> DayEditor:
        editor = DayEditor(Field("day", Day(), name), desk, self)
        editor.button.hide()
        editor.line.setFixedWidth(editor.fontMetrics().horizontalAdvance("令和88年88月88日") + 24)
        editor.line.setPlaceholderText(name)
        editor.set_word(name)
        editor.edited.connect(self._day_edited)
        return editor

    def _day_edited(self) -> None:
        self._show_day_problem()
        if any(editor.typing_problem() for editor in (self.first, self.last)):
            self._pause.stop()  # the list keeps the last answer until the day can be understood
        else:
            self._pause.start()

    def _show_day_problem(self) -> None:
        problems = []
        for editor in (self.first, self.last):
            editor.line.setToolTip(editor.echo())
            if editor.typing_problem():
                problems.append(f"「{editor.field.label}」{editor.typing_problem()}")
        self.day_problem.setText("\n".join(f"⚠ {problem}" for problem in problems))
        self.day_problem.setVisible(bool(problems))


def _conditions(field: Field) -> list[tuple[str, tuple[Op, Any]]]:
    kind = field.kind
    missing = (NOT_RECORDED, (Op.EMPTY, True))
    if isinstance(kind, Boolean):
        return [(kind.yes, (Op.EQ, True)), (kind.no, (Op.EQ, False)), missing]
    assert isinstance(kind, Choice | MultiChoice)
    op = Op.HAS if isinstance(kind, MultiChoice) else Op.EQ
    found: list[tuple[str, tuple[Op, Any]]] = [(code.label, (op, code)) for code in kind.codes]
    return found if field.required else [*found, missing]


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time(), JAPAN)
