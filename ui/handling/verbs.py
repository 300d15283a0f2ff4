"""The daily verbs of a page: opens dialogs, keeps them, tells who may not and what was entered."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from models.codes import HandlingKind, Timing
from models.commands import Change
from models.profiles import Profile
from models.records import HandlingEvent, Stored
from ui import permitted
from ui.answering import enter
from ui.handling.dialog import HandlingDialog
from ui.handling.opening import carrying_out_dialog, correcting_dialog, handling_dialog
from ui.handling.words import DAILY, OTHERS, kind_word
from ui.outliving import outlive
from ui.page import Desk


class HandlingVerbs(QObject):
    """What a page offers to do with items.

    Args:
        page: owner of the dialogs.
        contract: returns the chosen contract, "" for all.
        items: returns the ids of items that are chosen on the page.
    """

    entered = Signal(str)  # sentence about what was entered

    def __init__(
        self,
        desk: Desk,
        page: QWidget,
        contract: Callable[[], str],
        items: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        super().__init__(page)
        self.desk = desk
        self._page = page
        self._contract = contract
        self._items = items
        self.dialog: HandlingDialog | None = None

    # --- words ---------------------------------------------------------------------------------
    def profile(self) -> Profile | None:
        """Return the profile of the chosen contract, of the only one when none is chosen."""
        ledger = self.desk.ledger
        contract_id = self._contract()
        contracts = [one.record for one in ledger.contracts()]
        if contract_id:
            contracts = [one for one in contracts if one.id == contract_id]
        codes = {one.profile_code for one in contracts}
        return ledger.profiles.get(codes.pop()) if len(codes) == 1 else None

    def why_not(self) -> str:
        """Return why nothing can be entered now, "" when it can."""
        why = permitted.why_not_write(self.desk.ledger, HandlingEvent)
        return why or permitted.why_no_contract(self.desk.ledger)

    # --- acting --------------------------------------------------------------------------------
    def open(
        self,
        kind: HandlingKind,
        items: Sequence[str] | None = None,
        related: HandlingEvent | None = None,
    ) -> HandlingDialog | None:
        """Open the dialog of a kind; None when nothing can be entered."""
        why_not = self.why_not()
        if why_not:
            self.desk.asker.tell(self._page, why_not)
            return None
        chosen = self._items() if items is None else items
        dialog = handling_dialog(
            self.desk, self._contract(), kind, chosen, related, parent=self._page
        )
        return self._show(dialog)

    def correct(self, stored: Stored[HandlingEvent]) -> HandlingDialog:
        """Open the dialog that corrects an event."""
        return self._show(correcting_dialog(self.desk, stored, self._page))

    def carry_out(self, plan: Stored[HandlingEvent]) -> HandlingDialog:
        """Open the dialog that enters a plan as a fact."""
        return self._show(carrying_out_dialog(self.desk, plan, self._page))

    def void(self, stored: Stored[HandlingEvent]) -> None:
        """Take an event back, with a reason; a plan that comes to nothing goes the same way."""
        caption, handling = stored.record.caption(), self.desk.ledger.handling
        falls = handling.falls_with(stored.record)
        question = self.tr(
            "「{caption}」を取り消します。記録は消えません。取消し線と理由が残ります。\n"
            "{more}取消しの理由を入力してください。"
        ).format(caption=caption, more=f"{falls}\n" if falls else "")
        if stored.record.timing is Timing.PLANNED:
            question = self.tr(
                "「{caption}」の予定を中止します。予定は消えません。取消し線と理由が残ります。\n"
                "中止の理由を入力してください。"
            ).format(caption=caption)
        reason = self.desk.asker.line(self._page, self.tr("取扱記録の取消"), question)
        if reason is None:
            return
        said = self.tr("{caption}を取り消しました。").format(caption=caption)
        self.desk.operations.run(
            lambda: handling.void(stored.record.id, reason),
            done=lambda _change: self.entered.emit(said),
            parent=self._page,
        )

    def confirm(self, event_ids: Sequence[str]) -> None:
        """Confirm events as the responsible person."""
        handling = self.desk.ledger.handling
        said = self.tr("{count}件を確認しました。").format(count=len(event_ids))
        enter(
            self.desk,
            lambda answers: handling.confirm(event_ids, answers=answers),
            done=lambda _change: self.entered.emit(said),
            parent=self._page,
        )

    def has_draft(self) -> bool:
        return self.dialog is not None and self.dialog.is_dirty()

    # --- buttons and menus -----------------------------------------------------------------------
    def actions(self, parent: QWidget) -> list[QAction]:
        """Return the daily verbs as actions, in the order of their keys."""
        why_not = self.why_not()
        profile = self.profile()
        made = []
        for verb in DAILY:
            action = QAction(verb.word(profile), parent)
            kind = verb.kinds[0]
            action.triggered.connect(lambda _on=False, kind=kind: self.open(kind))
            action.setEnabled(not why_not)
            action.setToolTip(why_not or f"{action.text()}（{verb.key}）")
            made.append(action)
        return made

    def others(self, parent: QWidget) -> QMenu:
        """Return the menu of the rarer acts."""
        menu = QMenu(parent)
        profile = self.profile()
        for kind in OTHERS:
            action = menu.addAction(kind_word(kind, profile))
            action.triggered.connect(lambda _on=False, kind=kind: self.open(kind))
        return menu

    # --- helpers ---------------------------------------------------------------------------------
    def _show(self, dialog: HandlingDialog) -> HandlingDialog:
        self.dialog = dialog
        dialog.saved.connect(lambda change: self._saved(dialog, change))
        dialog.finished.connect(lambda _result: self._forget(dialog))
        outlive(dialog)
        dialog.open()
        return dialog

    def _saved(self, dialog: HandlingDialog, change: Change) -> None:
        found = self.desk.ledger.store.get_many(HandlingEvent, change.ids)
        facts = [one.record for one in found.values() if not one.meta.voided]
        plans = [one for one in facts if one.timing is Timing.PLANNED]
        facts = [one for one in facts if one not in plans]
        said = self.tr("{what}を記録しました。" if facts else "{what}を予定として登録しました。")
        self.entered.emit(said.format(what="、".join(one.caption() for one in facts or plans)))

    def _forget(self, dialog: HandlingDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None
