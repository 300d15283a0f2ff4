"""今日: what is out, in use and due, what happened today, what waits for the responsible person."""

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from models.records import (
    Authorization,
    Contract,
    HandlingEvent,
    Item,
    Person,
    RuleOverride,
    Stored,
)
from ui import layout, permitted
from ui.beginning import BeginningCard
from ui.calendar_facts import UNBOUND
from ui.editor_texts import in_words
from ui.fitting import fit_columns
from ui.handling.numbers import item_numbered
from ui.handling.verbs import HandlingVerbs
from ui.handling.words import DAILY
from ui.keys import ENTER
from ui.officer_questions import OfficerQuestions
from ui.page import Desk, Page
from ui.page_parts import heads_left, only_read
from ui.today_facts import Facts, Row, read_today
from ui.verb_button import VerbButton
from ui.waiting import WaitingCard

ROWS = 6  # rows of a list before it scrolls
FEWEST = 1
THINGS_AND_PURPOSE = (2, 4)  # the columns of an act that share the room
OF_CONTRACT = 4  # the column of 期限 that says whose date it is
WIDEST = 22  # full-width characters of a column
SIDE_BY_SIDE = 96  # full-width characters of a page with room for two lists in a row


class ShortList(QFrame):
    """A card with a heading, its count and a few rows; Enter or a double click opens a row."""

    def __init__(
        self, word: str, heads: Sequence[str], wide: Sequence[int], empty: str, desk: Desk
    ) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._desk = desk
        self._word = word
        self._rows: Sequence[Row] = ()
        self.head = layout.heading(word)
        self._empty = empty
        self.empty = layout.note(empty)
        self.table = QTableWidget(0, len(heads))
        self.table.setHorizontalHeaderLabels(list(heads))
        self._prepare(wide)
        self.acts = QHBoxLayout()
        top = QHBoxLayout()
        top.setSpacing(14)
        top.addWidget(self.head)
        top.addWidget(self.empty, 1)
        top.addLayout(self.acts)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 8)
        column.addLayout(top)
        column.addWidget(self.table)
        column.addStretch(1)

    def show_rows(self, rows: Sequence[Row], count: int, beside: str = "") -> None:
        """Fill the list.

        Args:
            beside: what stands elsewhere, in words.
        """
        self._rows = rows
        self.head.setText(self.tr("{0}　{1}件").format(self._word, f"{count:,}"))
        self.empty.setText(beside if rows else f"{self._empty}{beside}")
        self.empty.setVisible(True)  # it keeps what is right of it at the edge
        self.table.setVisible(bool(rows))
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for column, text in enumerate(row.texts):
                self.table.setItem(number, column, _cell(text, row))
        self._fit()

    def ids(self) -> list[str]:
        """Return the ids of the marked rows, of all when none is marked."""
        marked = sorted({index.row() for index in self.table.selectedIndexes()})
        chosen = [self._rows[row] for row in marked] if marked else self._rows
        return [row.id for row in chosen]

    def open(self) -> None:
        """Show the marked row on its page."""
        number = self.table.currentRow()
        if 0 <= number < len(self._rows):
            self._desk.go(self._rows[number].type, self._rows[number].id)

    def _prepare(self, wide: Sequence[int]) -> None:
        table = self.table
        only_read(table, self._word)
        heads_left(table)
        table.setWordWrap(False)
        table.setShowGrid(False)
        header = table.horizontalHeader()
        self._wide = wide
        for column in wide:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        table.doubleClicked.connect(lambda _index: self.open())
        table.installEventFilter(self)

    def _fit(self) -> None:
        most = self.table.fontMetrics().horizontalAdvance("あ") * WIDEST
        fit_columns(self.table, self._wide, lambda _column: most)
        line = self.table.verticalHeader().defaultSectionSize()
        shown = min(max(len(self._rows), FEWEST), ROWS)
        head = self.table.horizontalHeader()
        too_wide = head.length() > self.table.viewport().width()
        bar = self.table.horizontalScrollBar().sizeHint().height() if too_wide else 0
        self.table.setFixedHeight(head.sizeHint().height() + shown * line + bar + 4)

    # --- Qt ----------------------------------------
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() in ENTER:
                self.open()
                return True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class TodayPage(Page):
    """The page with which the day begins."""

    types: ClassVar[frozenset[str]] = frozenset(
        {
            HandlingEvent.type,
            Item.type,
            Contract.type,
            Authorization.type,
            Person.type,
            RuleOverride.type,
        }
    )
    help_key = "today"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.handling = HandlingVerbs(desk, self, lambda: self.contract_id)
        self.handling.entered.connect(self._say)
        self._build()
        for number, verb in enumerate(DAILY):
            shortcut = QShortcut(QKeySequence(verb.key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda number=number: self._press(number))

    # --- what the window calls ----------------------------------------
    def refresh(self) -> None:
        ledger, contract_id = self.desk.ledger, self.contract_id
        self._show_buttons()
        self.officer.refresh(contract_id)
        self.desk.operations.ask(
            lambda: read_today(ledger, contract_id), self.show_facts, parent=self
        )
        self.waiting.refresh(contract_id)

    def scanned(self, code: str) -> bool:
        """Show a scanned item on its page."""
        item = item_numbered(self.desk.ledger, code)
        if item is None:
            return False
        self.desk.go(Item.type, item.id)
        return True

    def has_draft(self) -> bool:
        return self.handling.has_draft()

    # --- what is shown ----------------------------------------
    def show_facts(self, facts: Facts) -> None:
        """Fill the page."""
        self.title.setText(self.tr("今日　{0}").format(in_words(facts.today)))
        counts = facts.counts
        self.out.show_rows(facts.out, counts["out"])
        self.in_use.show_rows(facts.in_use, counts["in_use"])
        due = len(facts.due)
        # Of one contract alone nobody has to be told whose date it is.
        whose = {row.texts[OF_CONTRACT] for row in facts.due}
        one = bool(self.contract_id) or facts.contracts < 2
        self.due.table.setColumnHidden(OF_CONTRACT, one and UNBOUND not in whose)
        beside = self.tr(
            "周期の決まっていないものが、ほかに{0}件あります（「予定表」の「周期未定」）。"
        )
        self.due.show_rows(facts.due, due, beside.format(facts.unset) if facts.unset else "")
        self.plans.show_rows(facts.plans, counts["plans"])
        for button in (self.carry_out_button, self.drop_button):
            button.setVisible(bool(facts.plans))
        self.events.show_rows(facts.events, counts["events"])
        self.unconfirmed.show_rows(facts.unconfirmed, counts["unconfirmed"])
        self.own.show_rows(facts.own_unconfirmed, counts["own"])
        self.own.setVisible(bool(facts.own_unconfirmed))
        self.confirm_button.setVisible(bool(facts.unconfirmed))
        late = sum(row.overdue for row in (*facts.out, *facts.due, *facts.plans))
        missing = sum(row.missing for row in facts.out)
        care = self.tr("所在不明の媒体・資料が{0}件あります。").format(missing) if missing else ""
        care += self.tr("期限を過ぎたものが{0}件あります。").format(late) if late else ""
        layout.say(self.care, f"⚠ {care}" if care else "", "problem")
        self._show_beginning(facts)

    def _show_beginning(self, facts: Facts) -> None:
        if facts.contracts:
            self.beginning.show_beginning(facts.beginning, self.handling.why_not())
        else:
            self.beginning.show_no_contract()
        for card in (self.out, self.in_use, self.due, self.plans, self.events, self.unconfirmed):
            card.setVisible(bool(facts.contracts))
        begun = facts.beginning is None
        cards = (
            (self.out, facts.out),
            (self.in_use, facts.in_use),
            (self.unconfirmed, facts.unconfirmed),
        )
        for (
            card,
            rows,
        ) in cards:  # before the first receipt only what is of no contract stands there
            card.setVisible(bool(facts.contracts) and (begun or bool(rows)))

    def _show_buttons(self) -> None:
        why_not = self.handling.why_not()
        profile = self.handling.profile()
        for button, verb in zip(self.buttons, DAILY, strict=True):
            word = verb.word(profile)
            button.say(verb.key, word)
            button.setEnabled(not why_not)
            button.setToolTip(why_not or f"{word}を記録します（{verb.key}）")
        self.others.setEnabled(not why_not)
        for planned in (self.carry_out_button, self.drop_button):
            planned.setEnabled(not why_not)
            planned.setToolTip(why_not)
        below = why_not if why_not != permitted.NO_CONTRACT else ""  # the card says it
        layout.say(self.why_not, below, "muted")
        confirming = permitted.why_not(self.desk.ledger, "confirm")
        self.confirm_button.setEnabled(not confirming)
        self.confirm_button.setToolTip(confirming)

    # --- acting ----------------------------------------
    def _press(self, number: int) -> None:
        self.handling.open(DAILY[number].kinds[0])

    def _other(self) -> None:
        menu = self.handling.others(self)
        menu.exec(self.others.mapToGlobal(self.others.rect().bottomLeft()))

    def _confirm(self) -> None:
        ids = self.unconfirmed.ids()
        question = self.tr("{0}件の取扱記録を、責任者として確認済みにします。").format(len(ids))
        if ids and self.desk.asker.confirm(self, question, yes=self.tr("確認する")):
            self.handling.confirm(ids)

    def _plan(self) -> Stored[HandlingEvent] | None:
        """Return the marked plan, the first when none is marked."""
        found = self.plans.ids()[:1]
        return self.desk.ledger.store.get(HandlingEvent, found[0]) if found else None

    def _carry_out(self) -> None:
        plan = self._plan()
        if plan is not None:
            self.handling.carry_out(plan)

    def _drop(self) -> None:
        plan = self._plan()
        if plan is not None:
            self.handling.void(plan)

    def _say(self, sentence: str) -> None:
        layout.say(self.said, f"✓ {sentence}", "good")

    # --- building ----------------------------------------
    def _build(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 8, 16, 12)
        column.setSpacing(10)
        self.title = layout.title(self.tr("今日"))
        self.care = layout.note("")
        self.said = layout.note("")
        self.why_not = layout.note("")
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.care)
        column.addLayout(head)
        column.addLayout(self._verb_buttons())
        column.addWidget(self.why_not)
        column.addWidget(self.said)
        self.waiting = WaitingCard(self.desk)
        column.addWidget(self.waiting)
        self.beginning = BeginningCard(self.desk, lambda: self._press(0))
        column.addWidget(self.beginning)
        self._make_cards()
        self._grid = QGridLayout()
        self._grid.setSpacing(10)
        self._place_cards()
        column.addLayout(self._grid)
        column.addWidget(self.officer)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(layout.scrolling(inner, sideways=True))

    def _verb_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.buttons: list[VerbButton] = []
        for number in range(len(DAILY)):
            button = VerbButton()
            button.clicked.connect(lambda _on=False, number=number: self._press(number))
            self.buttons.append(button)
            row.addWidget(button, 1)
        self.others = VerbButton()
        self.others.say("▼", self.tr("その他"))
        self.others.setAccessibleName(self.tr("その他の取扱い"))
        self.others.setToolTip(self.tr("保管・移動、現品確認、所在不明、作成、送信など"))
        self.others.clicked.connect(self._other)
        row.addWidget(self.others, 1)
        return row

    def _make_cards(self) -> None:
        self.officer = OfficerQuestions(self.desk)
        event_heads = [self.tr(w) for w in ("日時", "取扱い", "媒体・資料", "取扱者", "目的")]
        desk = self.desk
        self.out = ShortList(
            self.tr("持出し・運搬中・所在不明"),
            [self.tr(w) for w in ("管理番号", "名称", "状態", "持っている人", "持帰りの予定")],
            (1,), self.tr("外に出ている媒体・資料、所在不明の媒体・資料はありません。"), desk,
        )  # fmt: skip
        self.in_use = ShortList(
            self.tr("使用中"),
            [self.tr(w) for w in ("管理番号", "名称", "使用者", "いつから")],
            (1,), self.tr("使用中の媒体・資料はありません。"), desk,
        )  # fmt: skip
        self.due = ShortList(
            self.tr("期限（14日以内）"),
            [self.tr(w) for w in ("期限", "残り", "内容", "対象", "契約")],
            (2,), self.tr("14日以内の期限はありません。"), desk,
        )  # fmt: skip
        self.plans = ShortList(
            self.tr("予定"),
            [self.tr(w) for w in ("予定の日時", "残り", "取扱い", "媒体・資料", "取扱者")],
            (3,), self.tr("予定はありません。取扱いの画面の「予定として登録」で登録できます。"), desk,
        )  # fmt: skip
        self.carry_out_button = layout.button(self.tr("選んだ予定の実績を記録…"), self._carry_out)
        self.drop_button = layout.button(self.tr("予定を中止…"), self._drop)
        self.plans.acts.addWidget(self.carry_out_button)
        self.plans.acts.addWidget(self.drop_button)
        self.events = ShortList(
            self.tr("今日の取扱い"), event_heads, THINGS_AND_PURPOSE,
            self.tr("今日の取扱いは、まだ記録されていません。"), desk,
        )  # fmt: skip
        self.unconfirmed = ShortList(
            self.tr("責任者の確認待ち"), event_heads, THINGS_AND_PURPOSE,
            self.tr("確認を待つ取扱記録はありません。"), desk,
        )  # fmt: skip
        self.own = ShortList(
            self.tr("自分が行った取扱い（ほかの責任者が確認します）"),
            event_heads,
            THINGS_AND_PURPOSE,
            "",
            desk,
        )
        self.confirm_button = layout.button(
            self.tr("選んだ行（なければすべて）を確認…"), self._confirm
        )
        self.unconfirmed.acts.addWidget(self.confirm_button)

    def _place_cards(self) -> None:
        grid, top = self._grid, Qt.AlignmentFlag.AlignTop
        below = (self.due, self.unconfirmed, self.plans, self.events, self.own)
        for place, card in enumerate(below, 2):
            grid.addWidget(card, place, 0, 1, 2, top)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self._place_pair()

    def _place_pair(self) -> None:
        """Put what is in use beside what is out, or below where both would be too narrow."""
        beside = self.width() >= SIDE_BY_SIDE * self.fontMetrics().horizontalAdvance("あ")
        row, column, wide = (0, 1, 1) if beside else (1, 0, 2)
        for card in (self.out, self.in_use):
            self._grid.removeWidget(card)
        self._grid.addWidget(self.out, 0, 0, 1, wide)
        self._grid.addWidget(self.in_use, row, column, 1, wide)

    # --- Qt ----------------------------------------
    def showEvent(self, event: QShowEvent) -> None:
        self._stale = True  # due times go by although nothing changes in the ledger
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_pair()


def _cell(text: str, row: Row) -> QTableWidgetItem:
    cell = QTableWidgetItem(text)
    cell.setToolTip(text)
    font = cell.font()
    font.setStrikeOut(row.voided)
    font.setBold(row.overdue or row.missing)
    cell.setFont(font)
    return cell
