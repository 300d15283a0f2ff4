"""利用の記録: who looked at what, what stands out in a month, and that somebody looked through it."""

from collections.abc import Sequence
from datetime import date, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from models.access_months import named
from models.access_review import CLOCK, Remark, User, names, review
from models.records import SystemEvent
from models.wareki import format_short
from ui import layout, permitted
from ui.access_facts import GROUPS, MOST, AccessFacts, Asked, read_access, recent
from ui.editor_base import row_of
from ui.flow import FlowLayout
from ui.page import Desk
from ui.state_table import Line, StateTable

MOST_NAMED = 6  # months
WIDEST = 360  # pixels of a box with names
ANYBODY = "すべての利用者"
LEAST_LINES = 9  # of text: the heads and some rows of the log


class AccessPart(QWidget):
    """A month of the access log.

    Attributes:
        opened: record type and id of a line that was entered.
    """

    opened = Signal(str, str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.contract_id = ""
        self._why_not = permitted.why_not(desk.ledger, "access_log")
        self._build()

    def refresh(self) -> None:
        """Read the chosen month again."""
        if self._why_not:
            layout.say(self.message, self._why_not)
            return
        ledger, asked = self.desk.ledger, self.asked()
        self.desk.operations.ask(lambda: read_access(ledger, asked), self.show_facts, parent=self)

    def asked(self) -> Asked:
        """Return what is chosen above the list."""
        return Asked(
            self.months.currentData(),
            self.days.currentData(),
            self.users.currentData(),
            str(self.groups.currentData() or ""),
            self.contract_id,
        )

    def show_month(self, month: date) -> None:
        """Choose a month, where the log has it."""
        self.months.setCurrentIndex(_place(self.months, month))

    def has_draft(self) -> bool:
        return bool(self.finding.text().strip())

    # --- what is shown ----------------------------------------
    def show_facts(self, facts: AccessFacts) -> None:
        self._show_users(facts)
        self._show_months(facts)
        self.remarks.show_lines([_remark(one, facts) for one in facts.remarks])
        nothing = "" if facts.remarks else self.tr("この月に、目立つ点はありません。")
        layout.say(self.no_remarks, nothing, "good")
        self.remarks.setVisible(bool(facts.remarks))
        self.table.show_lines(
            [
                Line(
                    (x.when, x.user, x.act, x.target, x.terminal),
                    type=x.type if x.id else "",
                    id=x.id,
                )
                for x in facts.lines
            ]
        )
        layout.say(self.count, self._count(facts))
        layout.say(self.reviewed, _reviewed(facts.reviews))
        layout.say(self.unseen, _unseen(facts.unseen), "care")

    def _count(self, facts: AccessFacts) -> str:
        if facts.more:
            return self.tr(
                "新しいものから{0}行を示しています。日・利用者・種類で絞り込むと、残りも見られます。"
            ).format(MOST)
        return self.tr("{0}行").format(len(facts.lines))

    def _show_users(self, facts: AccessFacts) -> None:
        if self.users.count() - 2 == len(facts.users):
            return
        chosen = self.users.currentData()
        self.users.blockSignals(True)
        self.users.clear()
        self.users.addItem(self.tr(ANYBODY), None)
        for id_, user in sorted(facts.users.items(), key=lambda pair: pair[1].name):
            self.users.addItem(_with_role(user), id_)
        self.users.addItem(names({}, ""), "")
        self.users.setCurrentIndex(max(0, self.users.findData(chosen)))
        self.users.blockSignals(False)

    def _show_months(self, facts: AccessFacts) -> None:
        """Offer what the log holds: other months, and days that lines of this one bear."""
        month: date = self.months.currentData()
        words = [f"{named(one)}{f'　{word}' if word else ''}" for one, word in facts.months.items()]
        if words != [self.months.itemText(place) for place in range(self.months.count())]:
            self.months.blockSignals(True)
            self.months.clear()
            for text, one in zip(words, facts.months, strict=True):
                self.months.addItem(text, one)
            self.months.setCurrentIndex(_place(self.months, month))
            self.months.blockSignals(False)
        for day in facts.strays:
            if day != self.days.itemData(_place(self.days, day)):
                self.days.addItem(self.tr("{0}（日付のずれ）").format(format_short(day)), day)

    # --- the answer ----------------------------------------
    def confirm(self) -> None:
        """Enter that the month was looked through."""
        ledger, month, finding = self.desk.ledger, self.asked().month, self.finding.text()

        def done(_: object) -> None:
            self.finding.clear()
            self.refresh()

        self.desk.operations.run(lambda: review(ledger, month, finding), done=done, parent=self)

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.message = layout.note("")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self.message)
        inside = QWidget()
        column.addWidget(inside, 1)
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 0, 0)
        looked_at = QWidget()
        above = QVBoxLayout(looked_at)
        above.setContentsMargins(0, 0, 0, 0)
        above.addWidget(self._filters())
        self._build_tables(above)
        # On a small or enlarged screen the lists scroll together; the answer below stays in sight.
        rows.addWidget(layout.scrolling(looked_at), 1)
        self.finding = QLineEdit()
        self.finding.setPlaceholderText(
            self.tr("所見（例　時間外の2件は、棚卸しのためと本人に確認した）")
        )
        self.finding.setAccessibleName(self.tr("所見"))
        self.button = layout.button(self.tr("この月を確認した"), self.confirm, primary=True)
        why_not = permitted.why_not(self.desk.ledger, "access_review")
        self.button.setEnabled(not why_not)
        self.button.setToolTip(why_not)
        self.finding.setEnabled(not why_not)
        foot = row_of()
        foot.addWidget(self.finding, 1)
        foot.addWidget(self.button)
        rows.addLayout(foot)
        self.reviewed, self.unseen = layout.note(""), layout.note("")
        rows.addWidget(self.unseen)
        rows.addWidget(self.reviewed)
        inside.setVisible(not self._why_not)

    def _build_tables(self, rows: QVBoxLayout) -> None:
        heads = (self.tr("目立つ点"), self.tr("日"), self.tr("利用者"), self.tr("内容"))
        self.remarks = StateTable(
            self.tr("目立つ点"), heads, wide=(3,), told=0, most_lines=2, most_height=190
        )
        self.remarks.opened.connect(self._narrow)
        self.no_remarks = layout.note("")
        columns = (
            self.tr("日時"), self.tr("利用者"), self.tr("したこと"), self.tr("対象"), self.tr("端末"),
        )  # fmt: skip
        self.table = StateTable(self.tr("利用の記録"), columns, wide=(3,), caps={4: 14})
        self.table.setMinimumHeight(self.table.fontMetrics().lineSpacing() * LEAST_LINES)
        self.table.opened.connect(self.opened.emit)
        self.count = layout.note("")
        rows.addWidget(layout.heading(self.tr("この月の分析")))
        rows.addWidget(self.remarks)
        rows.addWidget(self.no_remarks)
        rows.addWidget(layout.heading(self.tr("記録")))
        rows.addWidget(self.table, 1)
        rows.addWidget(self.count)

    def _filters(self) -> QWidget:
        self.months, self.days, self.users, self.groups = (QComboBox() for _ in range(4))
        for month in recent(self.desk.ledger.today()):
            self.months.addItem(named(month), month)
        self.users.addItem(self.tr(ANYBODY), None)
        self.groups.addItem(self.tr("すべての種類"), "")
        for word in GROUPS:
            self.groups.addItem(word, word)
        self._fill_days()
        self.months.currentIndexChanged.connect(self._month_chosen)
        for box, word in (
            (self.months, self.tr("月")), (self.days, self.tr("日")),
            (self.users, self.tr("利用者")), (self.groups, self.tr("種類")),
        ):  # fmt: skip
            box.setAccessibleName(word)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.setMaximumWidth(WIDEST)
            if box is not self.months:
                box.currentIndexChanged.connect(self.refresh)
        bar = QWidget()
        flow = FlowLayout(bar)
        flow.setContentsMargins(0, 0, 0, 0)
        for box in (self.months, self.days, self.users, self.groups):
            flow.addWidget(box)
        return bar

    def _fill_days(self) -> None:
        month: date = self.months.currentData()
        self.days.blockSignals(True)
        self.days.clear()
        self.days.addItem(self.tr("すべての日"), None)
        day = month
        while day.month == month.month and day <= self.desk.ledger.today():
            self.days.addItem(format_short(day), day)
            day += timedelta(days=1)
        self.days.blockSignals(False)

    def _month_chosen(self) -> None:
        self._fill_days()
        self.refresh()

    def _narrow(self, user: str, day: str) -> None:
        """Show the lines of a remark: its day and its user."""
        whose = None if user == ANYBODY else user
        boxes = ((self.users, whose), (self.days, date.fromisoformat(day)))
        for box, value in boxes:
            box.blockSignals(True)
            box.setCurrentIndex(_place(box, value))
            box.blockSignals(False)
        self.refresh()


def _place(box: QComboBox, value: object) -> int:
    """Return where a value stands, else the first place; Qt does not find equal dates."""
    places = range(box.count())
    return next((place for place in places if box.itemData(place) == value), 0)


def _remark(one: Remark, facts: AccessFacts) -> Line:
    of_somebody = bool(one.user) or one.kind != CLOCK  # "" is a name that nobody has
    who = names(facts.users, one.user) if of_somebody else ""
    texts = (one.kind, format_short(one.day), who, one.words)
    whose = one.user if of_somebody else ANYBODY
    return Line(texts, state="action", type=whose, id=one.day.isoformat())


def _with_role(user: User) -> str:
    return f"{user.name}（{user.role.label}）" if user.role else user.name


def _unseen(months: Sequence[date]) -> str:
    if not months:
        return ""
    more = f" ほか{len(months) - MOST_NAMED}か月" if len(months) > MOST_NAMED else ""
    return f"まだ確認していない月　{'、'.join(map(named, months[:MOST_NAMED]))}{more}"


def _reviewed(found: Sequence[SystemEvent]) -> str:
    if not found:
        return "まだ一度も確認されていません。月に一度、確認して記帳してください。"
    last = found[0]
    when = format_short(last.occurred_at.date()) if last.occurred_at else ""
    return f"最後の確認　{when}　{last.detail}　所見　{last.reason}"
