"""A working print of any list as it stands on the screen: the same columns, rows and order."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO, Final

from models.fields import NOT_RECORDED
from reports.fonts import GOTHIC, register_fonts
from reports.pdfa import Metadata, PaperCanvas
from reports.ruled import PAGE, Ruled, RuledSheet

NONE: Final = "この条件に当てはまる記録はありません。"


@dataclass(frozen=True)
class ListRow:
    """The texts of a row, one for each column, and why it was voided ("" if it stands)."""

    texts: tuple[str, ...]
    voided: bool = False


@dataclass(frozen=True)
class ListPrint:
    """A list; `rows` gives a fresh iterator each time it is called."""

    ruled: Ruled
    author: str
    rows: Callable[[], Iterable[ListRow]]

    def write(self, file: BinaryIO, room: int) -> None:
        """Draw the list, one row after another."""
        register_fonts()
        ruled = self.ruled
        claims = json.dumps({"seq": ruled.seq, "head": ruled.head})
        canvas = PaperCanvas(
            file, Metadata(ruled.title, self.author, ruled.printed_at, claims), PAGE, room
        )
        sheet = RuledSheet(canvas, ruled)
        for row in self.rows():
            sheet.add([text or NOT_RECORDED for text in row.texts], struck=row.voided)
        sheet.close()
        canvas.finish(GOTHIC, 7)
