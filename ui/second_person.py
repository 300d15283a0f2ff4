"""二人目の確認: another person signs in beside the user, or agrees later."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFormLayout,
    QFrame,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from models.records import Person, UserAccount
from models.rules.answers import SignIn
from ui import layout
from ui.keys import EnterMovesOn, WheelNeedsFocus
from ui.page import Desk
from ui.password_line import PasswordLine

NOW, LATER = 0, 1


@dataclass(frozen=True)
class Words:
    """What the two ways are called, and what each of them means."""

    title: str
    now: str
    later: str
    now_hint: str
    later_hint: str


class SecondPart(QFrame):
    """Asks who agrees, and lets that person sign in here.

    Args:
        people: person ids of those who may agree.
        may_wait: somebody may also agree later.

    Attributes:
        confirmed: the second person pressed Enter behind the password.
    """

    confirmed = Signal()

    def __init__(
        self,
        desk: Desk,
        people: frozenset[str],
        *,
        may_wait: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._desk = desk
        self._may_wait = may_wait
        self._build()
        self._offer(people)
        self._choose(NOW)

    def later(self) -> bool:
        """Tell whether somebody agrees later."""
        return self.ways.checkedId() == LATER

    def problem(self) -> str:
        """Return what is missing as a sentence, "" when nothing is."""
        if self.later():
            return ""
        if not self.login.text().strip() or not self.password.text():
            return self.tr("確認する方の利用者名とパスワードを、その方が入力してください。")
        return ""

    def take(self) -> SignIn | None:
        """Return the sign-in and forget the password; None when somebody agrees later."""
        password = self.password.take()
        if self.later():
            return None
        return SignIn(str(self.person.currentData()), self.login.text().strip(), password)

    def focus_widget(self) -> QWidget:
        """Return where typing goes on."""
        return self.password if self.login.text().strip() else self.login

    def words(self) -> Words:
        """Return what is written on the part."""
        return Words(
            title=self.tr("二人目の確認"),
            now=self.tr("いま、ほかの方が確認する(&1)"),
            later=self.tr("あとで確認を受ける(&2)"),
            now_hint=self.tr("入力したのとは別の方が、ご自分のパスワードを入力してください。"),
            later_hint=self.tr(
                "その場に確認できる方がいないときに選びます。記録は「確認待ちの例外」として"
                "「今日」の画面に残ります。できるだけ早く、ほかの方の確認を受けてください。"
            ),
        )

    def add_facts(self, rows: QFormLayout) -> None:
        """Add what else that person enters."""

    # --- building ----------------------------------------------------------------------------
    def _build(self) -> None:
        self.ways = QButtonGroup(self)
        words = self.words()
        now, later = QRadioButton(words.now), QRadioButton(words.later)
        for number, button in enumerate((now, later)):
            EnterMovesOn(button)
            self.ways.addButton(button, number)
            button.setVisible(self._may_wait)
        self.ways.idClicked.connect(self._choose)
        self.hint = layout.note("")
        self.form = QWidget()
        self._build_form()
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(6)
        for widget in (layout.heading(words.title), now, later, self.hint, self.form):
            column.addWidget(widget)

    def _build_form(self) -> None:
        self.person = QComboBox()
        WheelNeedsFocus(self.person)
        self.person.currentIndexChanged.connect(self._person_chosen)
        self.login = QLineEdit()
        self.login.setMaxLength(60)
        self.password = PasswordLine()
        self.caps = layout.note("")
        self.password.hinted.connect(lambda words: layout.say(self.caps, words, "care"))
        EnterMovesOn(self.person)
        EnterMovesOn(self.login)
        self.password.returnPressed.connect(self.confirmed.emit)
        rows = layout.form()
        rows.setContentsMargins(0, 0, 0, 0)
        layout.add_row(rows, self.tr("確認する人"), self.person)
        self.add_facts(rows)
        layout.add_row(rows, self.tr("利用者名"), self.login)
        layout.add_row(rows, self.tr("パスワード"), self.password)
        rows.addRow("", self.caps)
        self.form.setLayout(rows)

    def _offer(self, people: frozenset[str]) -> None:
        ledger = self._desk.ledger
        self._logins = {
            stored.record.person_id: stored.record.login_name
            for stored in ledger.registers.all(UserAccount)
            if stored.record.person_id in people
        }
        found = ledger.store.get_many(Person, sorted(people))
        captions = {key: stored.record.caption() for key, stored in found.items()}
        for person_id, caption in sorted(captions.items(), key=lambda pair: pair[1]):
            self.person.addItem(caption, person_id)
        layout.slim(self.person)

    # --- acting ------------------------------------------------------------------------------
    def _choose(self, way: int) -> None:
        self.ways.button(way).setChecked(True)
        self.form.setEnabled(way == NOW)
        self.form.setVisible(way == NOW)
        self.password.clear()
        words = self.words()
        layout.say(self.hint, words.later_hint if way == LATER else words.now_hint)

    def _person_chosen(self) -> None:
        self.login.setText(self._logins.get(str(self.person.currentData()), ""))
        self.password.clear()
