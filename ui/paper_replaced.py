"""差し替える書類: which paper of the client's a new one takes the place of, proposed and to be changed."""

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from models.paper_replacing import PROPOSED, About, Fitting, advice, fitting
from models.records import Submission
from models.wareki import format_short
from ui.layout import add_row, note, say
from ui.page import Desk


class ReplacedPart(QWidget):
    """Offers the papers that may be replaced; hidden while there are none.

    Args:
        rows: the form into which it is set.
    """

    def __init__(self, desk: Desk, rows: QFormLayout, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.box = QComboBox()
        self.box.setAccessibleName(self.tr("差し替える書類"))
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.words = note("")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.box)
        column.addWidget(self.words)
        self._label: QLabel = add_row(rows, self.tr("差し替える書類"), self)
        self._found: Sequence[Fitting] = ()
        self.about: About | None = None
        self._known = True  # what fits was asked and answered
        self._chosen: str | None = None  # by the user; None while what is proposed stands
        self.box.activated.connect(self._choose)
        self.box.currentIndexChanged.connect(lambda _index: self._advise())
        self._show_found()

    def ask(self, about: About | None) -> None:
        """Look for the papers that one may take the place of; None for a paper of nothing yet."""
        if about == self.about:
            return
        if about is None or self.about is None or about.doc_kind != self.about.doc_kind:
            self._chosen = None
        self.about, self._found, self._known = about, (), about is None
        if about is None:
            self._show_found()
            return
        ledger, wanted = self.desk.ledger, about
        self.desk.operations.ask(
            lambda: fitting(ledger, wanted) if self.about == wanted else [],
            lambda found: self._take(wanted, found),
            parent=self,
        )

    def chosen(self) -> str | None:
        """Return the id of the paper that is replaced, "" for none, None while nobody knows yet."""
        if not self._known:
            return "" if self._chosen == "" else None
        return str(self.box.currentData() or "")

    def _take(self, about: About, found: Sequence[Fitting]) -> None:
        if about == self.about:
            self._found, self._known = found, True
            self._show_found()

    def _show_found(self) -> None:
        self.box.blockSignals(True)
        self.box.clear()
        self.box.addItem(self.tr("差し替えない（新しい書類）"), "")
        for one in self._found:
            self.box.addItem(_called(one.paper), one.paper.id)
        place = self.box.findData(self._chosen) if self._chosen is not None else -1
        self.box.setCurrentIndex(place if place >= 0 else self._proposed())
        self.box.blockSignals(False)
        for widget in (self, self._label):
            widget.setVisible(bool(self._found))
        self._advise()

    def _proposed(self) -> int:
        return 1 if self._found and self._found[0].proposed else 0

    def _choose(self, place: int) -> None:
        self._chosen = str(self.box.itemData(place) or "")

    def _advise(self) -> None:
        """Say what follows from the choice."""
        paper_id = str(self.box.currentData() or "")
        if words := advice(self._found, paper_id):
            say(self.words, words, "care")
        elif paper_id and self._chosen is None:
            paper = next(one.paper for one in self._found if one.paper.id == paper_id)
            say(self.words, PROPOSED.format(paper=paper.caption()))
        else:
            say(self.words, "")


def _called(paper: Submission) -> str:
    day = f"（{format_short(paper.submitted_on)}提出）" if paper.submitted_on else ""
    return f"{paper.caption()}{day}"
