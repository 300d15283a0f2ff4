"""アクセス資格の提案: what the responsible person proposed, and the administrator's decision."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QFrame, QWidget

from models import wareki
from models.errors import NotPermitted
from models.ledger import Ledger
from models.records import AccessRight, Person, UserAccount
from ui import layout
from ui.page import Desk
from ui.ticking import TickDialog, Ticked


@dataclass(frozen=True)
class Proposal:
    """One proposal as it is shown."""

    id: str
    what: str
    basis: str
    who: str


def read_proposals(ledger: Ledger) -> list[Proposal]:
    """Return what waits for the administrator, in words."""
    return [_in_words(ledger, right) for right in ledger.rights.proposals()]


def _in_words(ledger: Ledger, right: AccessRight) -> Proposal:
    account = ledger.store.get(UserAccount, right.user_id)
    person = ledger.store.get(Person, account.record.person_id) if account else None
    name = person.record.name if person else ledger.registers.caption("user_account", right.user_id)
    ends = right.ending_proposed_at is not None
    contract = ledger.registers.caption("contract", right.contract_id)
    at = right.ending_proposed_at or right.proposed_at
    by = right.ending_proposed_by or right.proposed_by
    proposer = ledger.registers.caption("person", by)
    basis = ledger.registers.caption("assignment", right.assignment_id)
    return Proposal(
        id=right.id,
        what=f"{name}　{contract}　「{right.caption()}」の{'抹消' if ends else '付与'}",
        basis=f"理由：{right.revoke_reason}" if ends else f"根拠となる指定：{basis or '記録なし'}",
        who=f"提案した人：{proposer}　{wareki.format_short(at.date()) if at else ''}",
    )


def why_not_decide(ledger: Ledger) -> str:
    """Return why the signed-in user does not decide, "" when he does."""
    try:
        ledger.rights.require_decider()
    except NotPermitted as error:
        return str(error)
    return ""


class ProposalsCard(QFrame):
    """Says how many proposals wait; hidden while none does."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.found: list[Proposal] = []
        self.sentence = layout.note("")
        self.button = layout.button(self.tr("内容を見て決める…"), self.open)
        layout.reminder(self, self.sentence, self.button)

    def refresh(self) -> None:
        ledger = self.desk.ledger
        self.desk.operations.ask(
            lambda: (read_proposals(ledger), why_not_decide(ledger)), self._show, parent=self
        )

    def _show(self, read: tuple[list[Proposal], str]) -> None:
        self.found, why_not = read
        words = self.tr("アクセス資格の提案　{0}件。").format(len(self.found))
        whose = self.tr("システム管理者が決めるまで、効力はありません。") if why_not else ""
        layout.say(self.sentence, f"⚠ {words}{whose}", "care")
        self.button.setEnabled(not why_not)
        self.button.setToolTip(why_not)
        self.setVisible(bool(self.found))

    def open(self) -> None:
        """Show them all."""
        ProposalsDialog(self.desk, self.found, self).open()


class ProposalsDialog(TickDialog):
    """Shows who, which contract and which assignment; the user decides about what is ticked."""

    def __init__(self, desk: Desk, found: Sequence[Proposal], parent: QWidget) -> None:
        things = [Ticked(one.id, one.what, notes=(one.basis, one.who)) for one in found]
        super().__init__(
            desk, self.tr("アクセス資格の提案"),
            self.tr("根拠となる指定を確かめ、決めるものに印を付けてください。"), things, parent,
        )  # fmt: skip
        self.agree_button = self.offer(self.tr("認める"), self.agree, primary=True)
        self.decline_button = self.offer(self.tr("認めない…"), self.decline)

    def agree(self) -> None:
        """Grant, or end, what is ticked."""
        rights = self.desk.ledger.rights
        if chosen := self.chosen():
            self.decide(lambda: rights.decide(chosen, agreed=True))

    def decline(self) -> None:
        """Leave everything as it was, with a reason."""
        rights = self.desk.ledger.rights
        if not (chosen := self.chosen()):
            return
        question = self.tr("認めない理由を入力してください。")
        reason = self.desk.asker.line(self, self.windowTitle(), question)
        if reason is not None:
            self.decide(lambda: rights.decide(chosen, agreed=False, reason=reason))
