"""What all editors of fields share: a value, what was understood of the typing, a problem."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from models.fields import Field
from models.profiles import Profile
from ui.page import Desk


class OfContract(Enum):
    """Whether what a form enters belongs to a contract, and so do the files that it keeps."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


@dataclass(frozen=True)
class FormDesk(Desk):
    """The desk of one form: beside what every page has, what its editors may ask of it.

    Attributes:
        contract: returns the id of the contract that the form is about, "" when none is.
        profile: returns the profile whose words the form shows.
        of_contract: tells whether it must be about one.
    """

    contract: Callable[[], str] = str
    profile: Callable[[], Profile | None] = lambda: None
    of_contract: Callable[[], OfContract] = lambda: OfContract.YES

    @classmethod
    def at(
        cls,
        desk: Desk,
        contract: Callable[[], str],
        profile: Callable[[], Profile | None],
        of_contract: Callable[[], OfContract] = lambda: OfContract.YES,
    ) -> Self:
        """Return a page's desk with a form on it."""
        page = (desk.ledger, desk.operations, desk.asker, desk.go, desk.likes)
        return cls(*page, contract, profile, of_contract)


class Editor(QWidget):
    """Edits one field. Subclasses fill in `value`, `set_value` and `focus_target`."""

    edited = Signal()

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.desk = desk

    def value(self) -> Any:
        """Return what is entered; the kind's empty value while it cannot be understood."""
        return self.field.kind.empty

    def set_value(self, value: Any) -> None:
        """Show a value; does not emit `edited`."""

    def typing_problem(self) -> str:
        """Return why the typing is not understood, as a sentence completing 「label」…, or ""."""
        return ""

    def problem_beside(self, built: Any) -> str:
        """Return why the typing does not fit the other fields, completing 「label」…, or ""."""
        return ""

    def echo(self) -> str:
        """Return what was understood, where that is not plain from the typing itself."""
        return ""

    def focus_target(self) -> QWidget:
        """Return the widget that takes the keyboard."""
        return self

    def has_typing(self) -> bool:
        """Tell whether something is entered, understood or not."""
        return bool(self.typing_problem()) or not self.field.kind.is_empty(self.value())

    def set_read_only(self, read_only: bool) -> None:
        self.setEnabled(not read_only)

    def follow(self) -> None:
        """Adapt to what the other fields of the form say now."""

    def set_word(self, word: str) -> None:
        """Tell screen readers what the editor is for."""
        self.focus_target().setAccessibleName(word)


def column_of(owner: QWidget) -> QVBoxLayout:
    """Give a widget a column without margins."""
    layout = QVBoxLayout(owner)
    _tighten(layout)
    return layout


def row_of(owner: QWidget | None = None) -> QHBoxLayout:
    """Make a row without margins."""
    layout = QHBoxLayout(owner) if owner is not None else QHBoxLayout()
    _tighten(layout)
    return layout


def _tighten(layout: QLayout) -> None:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(6)
