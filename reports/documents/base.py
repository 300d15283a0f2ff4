"""What every paper is: a frozen dataclass of exactly what is printed, and the story it tells."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, BinaryIO

from reportlab.platypus import Flowable, PageBreak

from reports.blocks import body, gap, grid
from reports.page import Anchor, Letterhead, build

NO_LINES = "明細"
LONGEST_LIST = 10  # a longer list goes to 別紙 (records.md 8.6)


@dataclass(frozen=True)
class Document:
    """A paper. Subclasses add what they print and tell it in `story`."""

    head: Letterhead
    anchor: Anchor

    @property
    def title(self) -> str:
        return self.head.title

    @property
    def clause_keys(self) -> tuple[str, ...]:
        return (self.head.clause_basis,) if self.head.clause_basis else ()

    @property
    def awaits_answer(self) -> bool:
        """Tell whether the client fills in a box and sends the paper back."""
        return False

    @property
    def signer_title(self) -> str:
        return self.head.signer_title

    @property
    def signer_name(self) -> str:
        return self.head.signer_name

    def missing(self) -> Iterator[str]:
        """Yield the labels of what the clause demands and this paper does not hold."""
        yield from blank(
            ("あて名", self.head.addressee),
            ("受託者の名称", self.head.sender_name),
            ("業務名", self.head.work_title),
            ("名義", self.head.signer_name),
        )

    def story(self) -> list[Flowable]:
        """Return the flowables from the number to 以上."""
        raise TypeError(f"{type(self).__name__} tells no story")

    def write(self, file: BinaryIO, room: int) -> None:
        """Draw the paper.

        Args:
            room: bytes to keep free for the seal's signature; 0 for a print without seal.
        """
        build(self.story(), self.head, self.anchor, file, room)

    def content(self) -> dict[str, Any]:
        """Return what is printed as JSON that RFC 8785 can carry."""
        plain = _plain(self)
        assert isinstance(plain, dict)
        return plain


def listed(
    headings: tuple[str, ...],
    rows: list[tuple[object, ...]],
    widths: tuple[float, ...],
    *,
    numbers: frozenset[int] = frozenset(),
) -> tuple[list[Flowable], list[Flowable]]:
    """Return (what stands on the sheet, what follows as 別紙)."""
    table = grid(headings, rows, widths, numbers=numbers)
    if len(rows) <= LONGEST_LIST:
        return [table], []
    here = [body(f"　別紙のとおり（{len(rows)}件）", "別紙")]
    return here, [PageBreak(), body("別紙", "別紙"), gap(2), table]


def missing_in_lines(lines: tuple[Any, ...], fields: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """Yield 「label（n行目）」 for every empty field of every line, or 明細 when there is none.

    Args:
        fields: (attribute, label) in the order of the clause.
    """
    if not lines:
        yield NO_LINES
    for number, line in enumerate(lines, 1):
        for name, label in fields:
            if getattr(line, name) in (None, "", ()):
                yield f"{label}（{number}行目）"


def blank(*pairs: tuple[str, object]) -> Iterator[str]:
    yield from (label for label, value in pairs if value in (None, "", ()))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: _plain(part)
            for f in dataclasses.fields(value)
            if (part := getattr(value, f.name)) not in (None, "", (), b"")
        }
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value
