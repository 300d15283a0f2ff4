"""規則の確認: what the rules ask before something is entered, answered in one dialog.

Every command that the rules may ask about goes through `enter`. The command is tried; when the
rules want a reason or a second person, the dialog asks, and the same command is carried out with
the answers. The form behind keeps what was typed until it is entered.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from models.commands import Change
from models.errors import (
    AzukariError,
    FactsDiffer,
    LockedOut,
    NeedsAnswer,
    NotAnswered,
    WrongPassword,
)
from models.issued import RULE as ACCOUNTS
from models.records.governance import REASON_LENGTH
from models.ruled_beside import PUT_RIGHT
from models.rules.answers import NO_ANSWERS, Answers
from models.rules.engine import Finding
from models.seconding import Asked, asked_of
from models.store import Progress, quiet
from ui import icons, layout
from ui.check_part import CheckPart
from ui.findings import BREACH, OWN_RULE, REASON, cited, sentence_label
from ui.fitting import fit
from ui.operations import Failure
from ui.outliving import outlive
from ui.page import Desk
from ui.second_person import SecondPart
from ui.sending import SendingDialog

LONGEST = 1000  # characters of a reason
REASON_LINES = 3
KEPT = "「逸脱」として記録し、期限を{0}日後とする「指摘・是正」を作ります。"
ALONE = (
    "この台帳には、ほかに確認できる利用者がいません。理由を残して記録します。"
    "記録は「確認待ちの例外」として「今日」の画面に出ます。"
    "ほかの方を利用者に登録し、後日、その方の確認を受けてください。"
)

Work = Callable[[Answers], Change]
Lasting = Callable[[Progress, Answers], Change]


def enter(
    desk: Desk,
    work: Work,
    *,
    answers: Answers = NO_ANSWERS,
    done: Callable[[Change], None] | None = None,
    failed: Failure | None = None,
    parent: QWidget,
) -> None:
    """Run a command of the ledger that the rules of a contract may ask about.

    Args:
        work: one command; called with the answers of people, perhaps twice, written once.
        answers: what is known before anybody is asked.
        failed: called with the error instead of a dialog; `NotAnswered` when the user turned back.
    """

    def asked(error: AzukariError) -> None:
        if isinstance(error, NeedsAnswer):
            dialog = AnswerDialog(desk, asked_of(error), work, parent)
            if done is not None:
                dialog.entered.connect(done)
            if failed is not None:
                dialog.rejected.connect(lambda: failed(NotAnswered()))
            outlive(dialog)
            dialog.open()
        elif failed is not None:
            failed(error)
        else:
            desk.operations.tell(error, parent)

    desk.operations.run(lambda: work(answers), done=done, failed=asked, parent=parent)


def enter_lasting(
    desk: Desk,
    title: str,
    work: Lasting,
    *,
    done: Callable[[Change], None],
    failed: Failure,
    parent: QWidget,
) -> None:
    """Run a command that takes long, with progress and 中止 also behind the answers of people.

    Args:
        work: one command; called with the progress and the answers, perhaps twice, written once.
        failed: called with the error; `NotAnswered` when the user turned back.
    """

    def asked(error: AzukariError) -> None:
        if not isinstance(error, NeedsAnswer):
            failed(error)
            return
        dialog = AnswerDialog(desk, asked_of(error), partial(work, quiet), parent)
        dialog.lasting = title, work
        dialog.entered.connect(done)
        dialog.rejected.connect(lambda: failed(NotAnswered()))
        outlive(dialog)
        dialog.open()

    desk.operations.long(
        title, lambda progress: work(progress, NO_ANSWERS), done, parent, failed=asked, late=True
    )


class ReasonPart(QFrame):
    """What one rule says, and the line for the reason."""

    def __init__(self, rule_id: str, findings: list[Finding], reason: str) -> None:
        super().__init__()
        self.rule_id = rule_id
        self.setProperty("kind", "card")
        breach = rule_id != ACCOUNTS and any(one.needs_approval for one in findings)
        mark = BREACH if breach else REASON
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(6)
        column.addWidget(icons.badge(mark.state, self.tr("逸脱") if breach else mark.word))
        for message in dict.fromkeys(finding.message for finding in findings):
            column.addWidget(sentence_label(message))
        basis = self.tr("根拠：{0}（規則 {1}）").format(cited(findings) or OWN_RULE, rule_id)
        column.addWidget(layout.note(basis))
        if breach:
            column.addWidget(layout.note(self.tr(KEPT).format(PUT_RIGHT.days)))
        label = QLabel(self.tr("理由　＊必須"))
        self.text = ReasonText(reason)
        label.setBuddy(self.text)
        self.text.setAccessibleName(self.tr("理由　{0}").format(rule_id))
        self.count = layout.note(" ")
        head = QHBoxLayout()
        head.addWidget(label)
        head.addStretch(1)
        head.addWidget(self.count)
        column.addLayout(head)
        column.addWidget(self.text)
        self.text.textChanged.connect(self._count)
        self._count()

    def reason(self) -> str:
        """Return the reason as typed, without blanks around it."""
        return self.text.toPlainText().strip()

    def is_complete(self) -> bool:
        return REASON_LENGTH <= len(self.reason()) <= LONGEST

    def _count(self) -> None:
        length = len(self.reason())
        if length > LONGEST:
            words = self.tr("{0}文字 長すぎます").format(length - LONGEST)
        elif length < REASON_LENGTH:
            words = self.tr("あと{0}文字").format(REASON_LENGTH - length)
        else:
            words = self.tr("✓ {0}文字").format(length)
        layout.say(self.count, words, "good" if self.is_complete() else "care")
        self.text.setAccessibleDescription(words)


class ReasonText(QPlainTextEdit):
    """A few lines of text; Tab moves on, and so does the wheel over it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setTabChangesFocus(True)
        self.setPlaceholderText("例 担当者が急病のため、代わりの者が入力した")
        lines = self.fontMetrics().lineSpacing() * REASON_LINES
        self.setFixedHeight(lines + 2 * self.frameWidth() + 12)


class AnswerDialog(SendingDialog):
    """Asks for the reasons and for the second person, and enters the record.

    Attributes:
        entered: emitted with the `Change` when everything is durable; the dialog is closed then.
    """

    entered = Signal(object)

    def __init__(self, desk: Desk, asked: Asked, work: Work, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("規則の確認"))
        self.desk = desk
        self._work = work
        self.lasting: tuple[str, Lasting] | None = None  # title and command of what takes long
        self.parts: list[ReasonPart] = []
        self._typed: dict[str, str] = {}  # reasons by rule, also of parts that are not shown now
        self.second: SecondPart | None = None
        self.check: CheckPart | None = None
        self._build()
        self.show_asked(asked)
        fit(self, 760, self.content.sizeHint().height() + 200)

    def show_asked(self, asked: Asked) -> None:
        """Show what is asked for; what was typed before stays."""
        self._asked = asked
        self._offer_check(asked)
        self._show_reasons()
        self._focus_first()

    def _offer_check(self, asked: Asked) -> None:
        """Let the checker enter facts and password, above everything else."""
        if self.check is not None or asked.check is None:
            return  # what the checker has typed stays
        compulsory = any(f.needs_checker and f.needs_approval for f in asked.findings)
        self.check = CheckPart(self.desk, asked.check, compulsory=compulsory)
        self.check.confirmed.connect(self.save)
        self.check.way_changed.connect(self._show_reasons)
        self.check.way_changed.connect(lambda: layout.say(self.message, ""))
        self._column.insertWidget(0, self.check)

    def _show_reasons(self) -> None:
        """Show what wants a reason, and who agrees to a breach; a check that is made settles some."""
        asked = self._asked
        typed = dict(asked.typed) | {part.rule_id: part.reason() for part in self.parts}
        self._typed = {**self._typed, **{rule: text for rule, text in typed.items() if text}}
        for old in (*self.parts, *([self.second] if self.second else ())):
            self._drop(old)
        if self.check is not None and self.check.is_now():
            asked = asked.without_check()
        by_rule: dict[str, list[Finding]] = {}
        for finding in asked.findings:
            by_rule.setdefault(finding.rule_id, []).append(finding)
        self.parts = [ReasonPart(r, found, self._typed.get(r, "")) for r, found in by_rule.items()]
        for part in self.parts:
            self._column.insertWidget(self._column.count() - 1, part)
        self._offer_same()
        self.second = None
        if asked.question is not None:
            self.second = SecondPart(self.desk, asked.question.people, may_wait=asked.may_wait)
            self.second.confirmed.connect(self.save)
            self._column.insertWidget(self._column.count() - 1, self.second)
        layout.say(self.alone, self.tr(ALONE) if asked.alone else "", "care")

    def _drop(self, part: QWidget) -> None:
        part.hide()
        part.deleteLater()

    def is_dirty(self) -> bool:
        """Tell that closing loses something: the form behind is not entered yet."""
        return True

    def save(self) -> None:
        """Enter the record with the answers; what was typed stays when that fails."""
        if self._sending or not self._is_complete():
            return
        answers = Answers(
            {part.rule_id: part.reason() for part in self.parts},
            later=self.second is not None and self.second.later(),
        )
        second = self.second.take() if self.second is not None else None
        check = self.check.take_check() if self.check is not None else None
        rules, work = self.desk.ledger.rules, self._work
        self._busy(True)
        if self.lasting is not None:
            title, lasting = self.lasting
            self.desk.operations.long(
                title,
                lambda progress: rules.entering(partial(lasting, progress), answers, second, check),
                self._done,
                self,
                failed=self._failed,
                late=True,
            )
            return
        self.desk.operations.run(
            lambda: rules.entering(work, answers, second, check),
            done=self._done,
            failed=self._failed,
            parent=self,
        )

    # --- building ----------------------------------------------------------------------------
    def _build(self) -> None:
        self.content = QWidget()
        self._column = QVBoxLayout(self.content)
        self._column.setContentsMargins(2, 2, 10, 2)
        self._column.setSpacing(10)
        self.same = QToolButton()
        self.same.setObjectName("link")
        self.same.setText(self.tr("最初の理由を、空いているほかの項目にも使う"))
        self.same.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.same.clicked.connect(self._use_same)
        self.alone = layout.note("")
        self._column.addStretch(1)
        self.area = layout.scrolling(self.content)
        self.message = layout.note("")
        self.message.setAccessibleName(self.tr("お知らせ"))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        column.addWidget(layout.title(self.windowTitle()))
        column.addWidget(
            layout.note(self.tr("まだ記録していません。次のことに答えると、記録します。"))
        )
        column.addWidget(self.area, 1)
        for widget in (self.alone, self.message):
            column.addWidget(widget)
        column.addLayout(self._buttons())
        for keys in ("Ctrl+Return", "Ctrl+Enter", "Ctrl+S"):
            QShortcut(QKeySequence(keys), self, self.save)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self.same)
        row.addStretch(1)
        self.save_button = layout.button(self.tr("記録する（Ctrl+Enter）"), self.save, primary=True)
        self.back_button = layout.button(self.tr("入力に戻る（Esc）"), self.reject)
        row.addWidget(self.save_button)
        row.addWidget(self.back_button)
        return row

    def _offer_same(self) -> None:
        self.same.setVisible(len(self.parts) > 1)

    def _use_same(self) -> None:
        reason = self.parts[0].reason()
        for part in self.parts[1:]:
            if not part.reason():
                part.text.setPlainText(reason)

    # --- acting ------------------------------------------------------------------------------
    def _is_complete(self) -> bool:
        for part in self.parts:
            if not part.is_complete():
                self._say(
                    self.tr("理由を{0}文字以上、{1}文字以内で入力してください。").format(
                        REASON_LENGTH, LONGEST
                    )
                )
                self._show(part.text)
                return False
        for person in (self.check, self.second):
            if person is not None and (problem := person.problem()):
                self._say(problem)
                self._show(person.focus_widget())
                return False
        return True

    def _done(self, change: Change) -> None:
        self.accept()
        self.entered.emit(change)

    def _failed(self, error: AzukariError) -> None:
        self._busy(False)
        if isinstance(error, NeedsAnswer):
            self.show_asked(asked_of(error))
        self._say(str(error))
        signing = self.check or self.second
        if signing is not None and isinstance(error, WrongPassword | LockedOut):
            self._show(signing.password)
        elif self.check is not None and isinstance(error, FactsDiffer):
            self._show(self.check.wrong(str(error.facts["which"])))

    def _focus_first(self) -> None:
        empty = [part.text for part in self.parts if not part.is_complete()]
        if self.check is not None:
            self.check.focus_widget().setFocus()
        elif empty:
            empty[0].setFocus()
        elif self.second is not None:
            self.second.focus_widget().setFocus()

    def _show(self, widget: QWidget) -> None:
        widget.setFocus()
        self.area.ensureWidgetVisible(widget, 0, 60)

    def _busy(self, busy: bool) -> None:
        self._sending = busy
        for widget in (self.content, self.save_button, self.back_button, self.same):
            widget.setEnabled(not busy)
        layout.say(self.message, self.tr("確かめています…") if busy else "")

    def _say(self, sentence: str) -> None:
        layout.say(self.message, f"⚠ {sentence}", "problem")

    def acting(self) -> QPushButton:
        return self.save_button
