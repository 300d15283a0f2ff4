"""内容の消去: what goes, what stays, what people must dispose of, and who agrees (A-39)."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from models import wareki
from models.commands import Change
from models.erasure import Outside, Plan
from models.errors import AzukariError, LockedOut, WrongPassword
from ui import layout
from ui.fitting import fit
from ui.keys import EnterMovesOn
from ui.page import Desk
from ui.second_person import SecondPart
from ui.sending import SendingDialog

STAYS = (
    "・記帳の番号、日時、記帳した人、署名（台帳の検証は、これまでどおりできます）\n"
    "・契約番号、期間、当事者と、消去した日・理由・消去した人・確認した人\n"
    "・組織、人、場所、ほかの契約の教育など、この契約だけのものではない登録"
)
OUTSIDE = "これらのバックアップと更新ジャーナルには残っています。"
NEW_BACKUP = (
    "消去した後で新しいバックアップを作り、「古いバックアップの廃棄」と「古い更新ジャーナルの消去」で、"
    "上のファイルを消去してください。書き出した一覧や保存した書類の写しも、同じようにしてください。"
)
MOST = 12  # file names of one kind that are shown


class EraseDialog(SendingDialog):
    """Shows the plan and erases once number, reason and second person are there."""

    def __init__(self, desk: Desk, plan: Plan, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("契約の内容の消去"))
        self.desk = desk
        self._plan = plan
        self._build()
        fit(self, 760, self.content.sizeHint().height() + 140)

    def is_dirty(self) -> bool:
        return bool(self.number.text() or self.reason.text())

    def erase(self) -> None:
        """Erase, when everything is filled in; what was typed stays when that fails."""
        if self._sending or self.second is None:
            return
        if problem := self._problem():
            layout.say(self.message, f"⚠ {problem}", "problem")
            return
        second = self.second.take()
        assert second is not None  # nobody agrees later to what cannot be taken back
        number, reason = self.number.text().strip(), self.reason.text().strip()
        ending, contract_id = self.desk.ledger.ending, self._plan.contract.id
        self._busy(True)
        self.desk.operations.long(
            self.windowTitle(),
            lambda progress: ending.erase(
                contract_id, contract_no=number, reason=reason, second=second, progress=progress
            ),
            self._done,
            self,
            failed=self._failed,
            late=True,
        )

    # --- building ----------------------------------------------------------------------------
    def _build(self) -> None:
        plan = self._plan
        self.content = QWidget()
        inner = QVBoxLayout(self.content)
        inner.setContentsMargins(2, 2, 10, 2)
        inner.setSpacing(10)
        self.second: SecondPart | None = None
        if plan.obstacles:
            lines = "\n".join(f"・{one}" for one in plan.obstacles)
            stop = layout.note(lines)
            layout.say(stop, lines, "problem")
            inner.addWidget(layout.card(layout.heading(self.tr("まだ消去できません")), stop)[0])
        inner.addWidget(self._card(self.tr("消えるもの（元に戻せません）"), _going(plan)))
        inner.addWidget(self._card(self.tr("残るもの"), STAYS))
        inner.addWidget(self._card(self.tr("台帳の外に残っているもの"), _outside(plan.outside)))
        if not plan.obstacles:
            self._ask(inner)
        inner.addStretch(1)
        self.message = layout.note("")
        self.message.setAccessibleName(self.tr("お知らせ"))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        column.addWidget(
            layout.title(self.tr("「{0}」の内容の消去").format(plan.contract.caption()))
        )
        column.addWidget(layout.scrolling(self.content, self.tr("消去の内容")), 1)
        column.addWidget(self.message)
        column.addLayout(self._buttons())

    def _card(self, head: str, text: str) -> QWidget:
        frame, _ = layout.card(layout.heading(head), layout.plain(text))
        return frame

    def _ask(self, inner: QVBoxLayout) -> None:
        self.number, self.reason = QLineEdit(), QLineEdit()
        self.reason.setMaxLength(1000)
        for line in (self.number, self.reason):
            EnterMovesOn(line)
        rows = layout.form()
        layout.add_row(rows, self.tr("消去する契約の番号"), self.number)
        layout.add_row(rows, self.tr("消去の理由"), self.reason)
        inner.addLayout(rows)
        self.second = SecondPart(self.desk, self._plan.seconds, may_wait=False)
        inner.addWidget(self.second)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        self.erase_button = layout.button(self.tr("内容を消去する"), self.erase, primary=True)
        self.erase_button.setVisible(self.second is not None)
        self.back_button = layout.button(self.tr("閉じる（Esc）"), self.reject)
        row.addWidget(self.erase_button)
        row.addWidget(self.back_button)
        return row

    # --- acting ------------------------------------------------------------------------------
    def _problem(self) -> str:
        if self.number.text().strip() != self._plan.contract.contract_no:
            self.number.setFocus()
            return self.tr("契約番号「{0}」を、そのとおりに入力してください。").format(
                self._plan.contract.contract_no
            )
        if not self.reason.text().strip():
            self.reason.setFocus()
            return self.tr("消去の理由を入力してください。")
        assert self.second is not None
        if problem := self.second.problem():
            self.second.focus_widget().setFocus()
        return problem

    def _done(self, _change: Change) -> None:
        self._sending = False
        self.accept()
        sentence = self.tr("「{0}」の内容を消去し、台帳に記帳しました。\n{1}").format(
            self._plan.contract.contract_no, _outside(self._plan.outside)
        )
        self.desk.asker.tell(None, sentence)

    def _failed(self, error: AzukariError) -> None:
        self._busy(False)
        layout.say(self.message, f"⚠ {error}", "problem")
        if self.second is not None and isinstance(error, WrongPassword | LockedOut):
            self.second.password.setFocus()

    def _busy(self, busy: bool) -> None:
        self._sending = busy
        for widget in (self.content, self.erase_button, self.back_button):
            widget.setEnabled(not busy)
        words = self.tr("消去しています。記帳が多いと、数分かかります…")
        layout.say(self.message, words if busy else "")

    def acting(self) -> QPushButton:
        return self.erase_button


def _going(plan: Plan) -> str:
    records = "、".join(f"{label} {count:,}件" for label, count in plan.records)
    return (
        f"この契約の記帳 {plan.entries:,}件の内容\n{records or 'なし'}\n"
        f"添付ファイルと確定した書類の控え {plan.files:,}件\n"
        "一覧と検索から消え、だれにも読めなくなります。"
    )


def _outside(outside: Outside) -> str:
    if not outside.backups and not outside.journal:
        return "バックアップと更新ジャーナルには、ありません。"
    lines = [OUTSIDE]
    for run in outside.backups[-MOST:]:
        day = wareki.format_short(run.finished_at.date()) if run.finished_at else ""
        lines.append(f"・{run.file_name}（{day}　{run.folder}）")
    lines += [f"・{path.name}（更新ジャーナル　{path.parent}）" for path in outside.journal[-MOST:]]
    more = max(0, len(outside.backups) - MOST) + max(0, len(outside.journal) - MOST)
    return "\n".join([*lines, *([f"・ほか {more:,}件"] if more else []), NEW_BACKUP])
