"""検査者の確認: the officer reads what was recorded on his behalf, and confirms it himself."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from models.witness import Unconfirmed
from ui.page import Desk
from ui.ticking import TickDialog, Ticked


class OfficerDialog(TickDialog):
    """Witness, instructions and findings of one contract; what is ticked is confirmed."""

    def __init__(
        self, desk: Desk, contract_id: str, found: Sequence[Unconfirmed], parent: QWidget
    ) -> None:
        things = [
            Ticked(one.record.id, one.act.label, one.statement, _beside(one)) for one in found
        ]
        super().__init__(
            desk, self.tr("立会い・指示・指摘の確認"),
            self.tr(
                "責任者が記録した内容を読み、そのとおりのものに印を付けてください。あなたの名前と"
                "日時が、あなたの署名とともに残ります。違うものは、責任者に伝えてください。"
            ),
            things, parent,
        )  # fmt: skip
        self.contract_id = contract_id
        self.agree_button = self.offer(
            self.tr("印を付けたものを確認する"), self.agree, primary=True
        )
        self.agree_button.setEnabled(bool(found))

    def agree(self) -> None:
        """Confirm what is ticked with the own key."""
        witness, contract_id = self.desk.ledger.witness, self.contract_id
        if chosen := self.chosen():
            self.decide(lambda: witness.confirm(contract_id, chosen))


def _beside(one: Unconfirmed) -> tuple[str, ...]:
    """Return which record it is, unless the words say so, and what was confirmed of it before."""
    caption = one.record.caption()
    before = one.before and f"前に確認した内容（その後に変えられました）：{one.before}"
    return tuple(filter(None, ("" if caption in one.statement else caption, before)))
