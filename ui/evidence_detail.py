"""Beside the list of clauses: one clause with its demand, its state, the rows for and against."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from models.calendar_frame import ACCESS, CLAUSE
from models.contract_changes import BESIDE
from models.evidence import STATES
from models.records import BY_TYPE, ContractClauseSetting, Submission
from ui import layout, permitted
from ui.evidence_facts import (
    ERASED_ALREADY,
    NO_CLAUSE,
    ClauseFacts,
    Detail,
    Overview,
    read_detail,
    rule_lines,
    state_sentence,
)
from ui.flow import FlowLayout
from ui.page import Desk
from ui.state_table import MARKS, PLAIN, Line, StateTable, state_word
from ui.words import register_word

MOST = 260  # pixels of a table before it scrolls
LONGEST = 14  # letters of a title on a button; narrow screens have no room for more
NO_RECORDS = {CLAUSE: "条項", ACCESS: "利用の記録"}
SEVERITY = {
    "broken": "違反",
    "action": "要対応",
    "left": "終結時未了",
    "due": "期限前",
    "note": "参考",
}


class ClauseDetail(QWidget):
    """Shows one clause.

    Attributes:
        paper_wanted: the user wants to make a document of this kind.
        noting_wanted: the user wants to note that one was handed in, which is not made here.
        setting_wanted: the user wants to switch the clause off, on or to other terms.
    """

    paper_wanted = Signal(str)
    noting_wanted = Signal(str)
    setting_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._wanted = ""
        self._buttons: list[QPushButton] = []
        self._build()
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self._wanted = ""
        self.hide()

    def show_clause(self, one: ClauseFacts, overview: Overview) -> None:
        """Show a clause; the rows that speak for it are read beside the window."""
        self._wanted = one.state.key
        self.show()
        self.head.setText(f"{one.clause.cited}　{one.state.heading}")
        self.demand.setText(one.state.summary)
        self._show_rules(one, overview)
        self._show_papers(one, overview)
        ledger, profile = self.desk.ledger, overview.profile
        self.desk.operations.ask(
            lambda: read_detail(ledger, one, profile),
            lambda detail: self._show_rows(one, overview, detail),
            parent=self,
        )

    def _show_rows(self, one: ClauseFacts, overview: Overview, detail: Detail) -> None:
        if one.state.key == self._wanted:
            self._show_state(one, detail.count)
            self._show_against(detail, overview)
            self._show_for(one, detail)

    # --- parts ----------------------------------------
    def _show_state(self, one: ClauseFacts, count: int) -> None:
        state = one.state.state
        word = state_word(state, STATES[state])
        self.state.setText(f"{word}：{state_sentence(one, count)}")
        mark = MARKS.get(state, PLAIN)
        weight = "bold" if mark.bold else "normal"
        self.state.setStyleSheet(f"color: {mark.colour}; font-weight: {weight};")
        unjudged = self.tr("、").join(one.state.unjudged_words())
        layout.say(
            self.unjudged,
            self.tr("この台帳では判定しないこと：{0}").format(unjudged) if unjudged else "",
        )

    def _show_rules(self, one: ClauseFacts, overview: Overview) -> None:
        rules = rule_lines(one, overview.profile)
        words = "、".join(word for word, _ in rules)
        layout.say(self.rules, self.tr("入力のときの判定：{0}").format(words) if rules else "")
        self.rules.setToolTip("\n".join(f"{word}：{mode}" for word, mode in rules))

    def _show_papers(self, one: ClauseFacts, overview: Overview) -> None:
        for old in self._buttons:
            self.papers.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._buttons = []
        why_not = permitted.why_not_write(self.desk.ledger, Submission)
        why_not = why_not or (ERASED_ALREADY if overview.erased else "")
        for kind in one.clause.documents:
            here = overview.is_made_here(kind)
            title = overview.profile.document_title(kind)
            word = self.tr("{0}を作成") if here else self.tr("{0}の提出を登録")
            wanted = self.paper_wanted if here else self.noting_wanted
            made = layout.button("", partial(wanted.emit, kind))
            made.setText(f"{word.format(_short(title))}…")
            made.setAccessibleName(word.format(title))
            made.setEnabled(not why_not)
            made.setToolTip(why_not or f"{title}（{kind}）")
            self._buttons.append(made)
        word = self.tr("周期を決める…") if one.unfixed else self.tr("条項の適用を変える…")
        setting = layout.button(word, self.setting_wanted.emit, primary=bool(one.unfixed))
        why_not = permitted.why_not_write(self.desk.ledger, ContractClauseSetting)
        why_not = why_not or (ERASED_ALREADY if overview.erased else "")
        why_not = why_not or (NO_CLAUSE if one.clause is BESIDE else "")
        setting.setEnabled(not why_not)
        setting.setToolTip(why_not)
        self._buttons.append(setting)
        for button in self._buttons:
            self.papers.addWidget(button)

    def _show_against(self, detail: Detail, overview: Overview) -> None:
        rows = detail.against
        self.against_head.setText(self.tr("確かめること　{0}件").format(f"{detail.count:,}"))
        lines = [
            Line(
                (SEVERITY[row.severity], row.sentence, _word(row.type, overview)),
                row.severity, row.type, row.id,
            )
            for row in rows
        ]  # fmt: skip
        self.against.show_lines(lines)
        for widget in (self.against_head, self.against):
            widget.setVisible(bool(rows))
        more = detail.count - len(rows)
        layout.say(
            self.more, self.tr("ほかに{0}件あります。").format(f"{more:,}") if more > 0 else ""
        )

    def _show_for(self, one: ClauseFacts, detail: Detail) -> None:
        self.for_head.setText(self.tr("証拠となる記録　{0}").format(one.counted))
        self.supporting.show_lines(
            [Line((word, text), "", type_, id_) for word, text, type_, id_ in detail.rows]
        )
        for widget in (self.for_head, self.supporting):
            widget.setVisible(bool(detail.rows))

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.head = layout.heading("")
        self.head.setWordWrap(True)
        self.demand = layout.plain()
        self.state = QLabel()
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.state.setWordWrap(True)
        self.unjudged = layout.note("")
        self.rules = layout.note("")
        self.more = layout.note("")
        self.papers = FlowLayout()
        self.against_head = layout.heading("")
        self.against = StateTable(
            self.tr("確かめること"),
            [self.tr(word) for word in ("状態", "内容", "記録")],
            wide=(1,), told=0, caps={2: 6}, most_lines=4, most_height=MOST,
        )  # fmt: skip
        self.for_head = layout.heading("")
        self.supporting = StateTable(
            self.tr("証拠となる記録"),
            [self.tr(word) for word in ("台帳", "記録")],
            wide=(1,),
            most_height=MOST,
        )
        for table in (self.against, self.supporting):
            table.opened.connect(self.desk.go)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(8, 0, 4, 0)
        column.setSpacing(6)
        for widget in (self.head, self.demand, self.state, self.unjudged, self.rules):
            column.addWidget(widget)
        column.addLayout(self.papers)
        column.addWidget(self.against_head)
        column.addWidget(self.against)
        column.addWidget(self.more)
        column.addWidget(self.for_head)
        column.addWidget(self.supporting)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(layout.scrolling(inner))


def _word(type_: str, overview: Overview) -> str:
    return NO_RECORDS.get(type_) or register_word(BY_TYPE[type_], overview.profile)


def _short(title: str) -> str:
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…"
