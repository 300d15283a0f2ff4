"""設定・利用者: who may sign in, the seal, the settings of this ledger, and what the program is."""

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from models.managing import Managed
from ui import icons, permitted
from ui.about import AboutPart
from ui.accounts import AccountsPart
from ui.layout import scrolling, title
from ui.page import Desk, Page
from ui.seal_part import SealPart
from ui.settings_part import SettingsPart


class SettingsPage(Page):
    """Four parts behind tabs; the verbs act on accounts and one's own password."""

    types: ClassVar[frozenset[str]] = frozenset(
        {"user_account", "seal_key", "person", "access_right"}
    )
    help_key: ClassVar[str] = "settings"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.accounts = AccountsPart(desk)
        self.seal = SealPart(desk)
        self.settings = SettingsPart(desk)
        self.about = AboutPart()
        self.settings.kept.connect(self.settings_kept.emit)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for part, word in (
            (self.accounts, self.tr("利用者")),
            (self.seal, self.tr("証印")),
            (self.settings, self.tr("設定")),
            (self.about, self.tr("このプログラムについて")),
        ):
            # Lists and the last part scroll themselves; the others must on an enlarged screen.
            scrolls = part in (self.seal, self.settings)
            self.tabs.addTab(scrolling(part) if scrolls else part, word)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.addWidget(title(self.tr("設定・利用者")))
        column.addWidget(self.tabs, 1)

    def refresh(self) -> None:
        self.accounts.refresh()
        self.seal.refresh()
        self.settings.refresh()

    def has_draft(self) -> bool:
        return self.settings.has_draft()

    def verbs(self) -> list[QAction]:
        made = self._managing()
        for word, name, act, need in (
            (self.tr("見直しの記帳"), "verify", self.accounts.review, "accounts"),
            (self.tr("暗号鍵の更新"), "key", self.accounts.renew_key, "accounts"),
            (self.tr("回復シート"), "key", self.accounts.new_sheet, "recovery_sheet"),
            (self.tr("自分のパスワード"), "lock", self.accounts.change_own, ""),
        ):
            action = QAction(icons.icon(name), word, self)
            action.triggered.connect(lambda _checked=False, act=act: self._on_accounts(act))
            if need:
                permitted.offer(action, permitted.why_not(self.desk.ledger, need))
            made.append(action)
        return made

    def _managing(self) -> list[QAction]:
        """Make the verbs about the marked account; they say who may, where the user may not."""
        verbs = []
        for managed, word, name, act in (
            (Managed.ADD, self.tr("利用者の追加"), "new", self.accounts.add),
            (Managed.REISSUE, self.tr("パスワードの再発行"), "key", self.accounts.reissue),
            (Managed.DISABLE, self.tr("利用停止"), "stop", self.accounts.disable),
            (Managed.SHUT, self.tr("知られた・紛失"), "stop", self.accounts.shut),
        ):
            action = QAction(icons.icon(name), word, self)
            action.triggered.connect(lambda _checked=False, act=act: self._on_accounts(act))
            verbs.append((managed, action))

        def offer() -> None:
            general = permitted.why_not(self.desk.ledger, "accounts")
            for managed, action in verbs:
                permitted.offer(action, general or self.accounts.why_not(managed))

        self.accounts.chose.connect(offer)
        offer()
        return [action for _, action in verbs]

    def _on_accounts(self, act: Callable[[], None]) -> None:
        self.tabs.setCurrentWidget(self.accounts)
        act()
