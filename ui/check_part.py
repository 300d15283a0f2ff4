"""確認者の確認: the checker looks at the thing, enters the key facts again, and signs in (A-33)."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QLineEdit, QPlainTextEdit, QWidget

from models.rules.checking import ADDRESSEE, NUMBERS, CheckAsked, CheckIn, KeyFacts, split_numbers
from ui import layout
from ui.keys import EnterMovesOn
from ui.page import Desk
from ui.second_person import NOW, SecondPart, Words


class CheckPart(SecondPart):
    """Asks a checker for the key facts and the sign-in; what was entered before is not shown here.

    Args:
        asked: what the checker is asked for; only its labels are shown.
        compulsory: the text demands it; doing without is a breach that wants a reason.

    Attributes:
        way_changed: the user chose whether the checker signs.
    """

    way_changed = Signal()

    def __init__(
        self, desk: Desk, asked: CheckAsked, *, compulsory: bool, parent: QWidget | None = None
    ) -> None:
        self._asked = asked
        self._compulsory = compulsory
        super().__init__(desk, asked.question.people, may_wait=True, parent=parent)
        self.person.setCurrentIndex(max(0, self.person.findData(asked.named)))
        self.ways.idClicked.connect(lambda _way: self.way_changed.emit())

    def words(self) -> Words:
        without = self.tr(
            "確認を受けずに行ったことを、理由を付けて「逸脱」として残します。"
            "「確認待ちの例外」に載り、ほかの方の確認が要ります。"
        )
        return Words(
            title=self.tr("確認者の確認（送付・廃棄などの前に）"),
            now=self.tr("いま、確認者が確かめる(&A)"),
            later=self.tr("確認を受けずに行った（理由を入力する）(&B)")
            if self._compulsory
            else self.tr("確認者の確認なしで記録する(&B)"),
            now_hint=self.tr(
                "確認者ご本人が、宛先と現物を見て入力してください。"
                "先に入力された内容と違うときは、記録を止めます。"
            ),
            later_hint=without if self._compulsory else self.tr("この契約では、確認は任意です。"),
        )

    def add_facts(self, rows: QFormLayout) -> None:
        facts = self._asked.facts
        self.addressee, self.count = QLineEdit(), QLineEdit()
        self.numbers = NumbersText()
        for line in (self.addressee, self.count):
            line.setMaxLength(200)
            EnterMovesOn(line)
        if facts.addressee:
            layout.add_row(rows, ADDRESSEE, self.addressee)
        layout.add_row(rows, facts.counted, self.count)
        layout.add_row(rows, NUMBERS, self.numbers)

    def problem(self) -> str:
        if self.later():
            return ""
        facts = self._typed()
        asked = self._asked.facts
        gaps = [
            label
            for label, wanted, typed in (
                (ADDRESSEE, asked.addressee, facts.addressee),
                (asked.counted, True, facts.count),
                (NUMBERS, True, facts.numbers),
            )
            if wanted and not typed
        ]
        if gaps:
            return self.tr("確認者が「{0}」を入力してください。").format("」「".join(gaps))
        return super().problem()

    def take_check(self) -> CheckIn | None:
        """Return sign-in and facts, and forget the password; None when nobody checks."""
        sign_in = self.take()
        return CheckIn(sign_in, self._typed()) if sign_in is not None else None

    def focus_widget(self) -> QWidget:
        if self._asked.facts.addressee and not self.addressee.text().strip():
            return self.addressee
        if not self.count.text().strip():
            return self.count
        if not split_numbers(self.numbers.toPlainText()):
            return self.numbers
        return super().focus_widget()

    def wrong(self, which: str) -> QWidget:
        """Return where the first fact stands that differs."""
        if which.startswith(ADDRESSEE):
            return self.addressee
        return self.numbers if which.startswith(NUMBERS) else self.count

    def is_now(self) -> bool:
        """Tell whether the checker signs."""
        return self.ways.checkedId() == NOW

    def _typed(self) -> KeyFacts:
        return KeyFacts(
            self.addressee.text(),
            self.count.text(),
            split_numbers(self.numbers.toPlainText()),
        )


class NumbersText(QPlainTextEdit):
    """Numbers one behind the other; a scanner ends each with Enter, Tab moves on."""

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setPlaceholderText(self.tr("現物の番号を読み取るか入力（空白や改行で区切る）"))
        lines = self.fontMetrics().lineSpacing() * 2
        self.setFixedHeight(lines + 2 * self.frameWidth() + 12)
