"""A desk with a ledger in a test's hands, and where it led."""

from pytestqt.qtbot import QtBot

from tests.house import House
from tests.ui.shell import Answers, settle
from ui.operations import Operations
from ui.page import Desk, Page


class Table:
    """A desk with a ledger, and where it led."""

    def __init__(self, qtbot: QtBot, house: House) -> None:
        self.qtbot, self.house = qtbot, house
        self.gone: list[tuple[str, str]] = []
        self.operations = Operations(Answers())
        self.operations.watch(house.ledger)
        self.desk = Desk(
            house.ledger, self.operations, self.operations.asker,
            lambda *where: self.gone.append(where),
        )  # fmt: skip

    def show(self, page: Page, contract_id: str | None = None) -> None:
        """Show a page with a contract; without one with that of the story."""
        self.qtbot.addWidget(page)
        page.resize(1100, 640)
        mine = self.house.story.contract.id
        page.show_contract(mine if contract_id is None else contract_id)
        page.show()
        self.settle()

    def settle(self) -> None:
        settle(self.qtbot, self.operations)
