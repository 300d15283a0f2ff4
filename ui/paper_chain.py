"""What a paper replaced and what replaced it, said under the list, with the way from one to the other."""

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QWidget

from models.paper_replacing import life_of
from models.records import Submission
from ui.layout import link_button, note, say
from ui.page import Desk


class ChainPart(QWidget):
    """Tells of the marked paper; hidden for one that replaced nothing and stands.

    Args:
        show_paper: marks a paper in the list, by id.
    """

    def __init__(
        self, desk: Desk, show_paper: Callable[[str], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.desk = desk
        self._former = self._later = ""
        self.words = note("")
        self.former = link_button(self.tr("差替え元を表示"), lambda: show_paper(self._former))
        self.later = link_button(self.tr("差替え後を表示"), lambda: show_paper(self._later))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words, 1)
        row.addWidget(self.former)
        row.addWidget(self.later)
        self.hide()

    def show_life(self, paper: Submission | None) -> None:
        """Say what the paper replaced and what replaced it; None where no paper is marked."""
        life = life_of(self.desk.ledger, paper) if paper is not None else None
        self._former = life.former.id if life and life.former else ""
        self._later = life.later.id if life and life.later else ""
        self.former.setVisible(bool(self._former))
        self.later.setVisible(bool(self._later))
        say(self.words, life.words if life else "", "care" if life and life.open else "muted")
        self.setVisible(bool(life and life.words))
