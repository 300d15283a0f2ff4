"""D-28 個人情報管理台帳: every handling of a period, row by row (SK-11.8, CM-5.7.4, FK-17.1).

A working print without a number of its own.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, Final, Self

from models.fields import NOT_RECORDED
from reports.blocks import shown
from reports.documents.samples import sample_anchor, sample_head
from reports.fonts import GOTHIC, register_fonts
from reports.page import Anchor, Letterhead, claims_of
from reports.pdfa import Metadata, PaperCanvas
from reports.ruled import PAGE, Column, Ruled, RuledSheet


@dataclass(frozen=True)
class HandlingRow:
    """One handling as the register prints it; texts are resolved."""

    event_no: str
    occurred: str
    kind: str
    items: str
    quantity: str
    actor: str
    checker: str
    purpose: str
    place: str
    basis: str
    remarks: str
    voided: bool = False

    def cells(self) -> tuple[str, ...]:
        return (
            self.event_no, self.occurred, self.kind, self.items, self.quantity, self.actor,
            self.checker, self.purpose, self.place, self.basis, self.remarks,
        )  # fmt: skip


NONE: Final = "この期間の取扱いの記録はありません。"
REMARKS: Final = "備考"
COLUMNS: Final = (
    Column("番号", 8, True),
    Column("日時", 20),
    Column("区分", 15),
    Column("媒体・資料", 42),
    Column("数量", 11, True),
    Column("取扱者", 18),
    Column("確認者", 18),
    Column("目的", 34),
    Column("場所・行先・相手方", 36),
    Column("根拠", 22),
    Column(REMARKS, 30, struck=False),
)


@dataclass(frozen=True)
class Register:
    """個人情報管理台帳 of a period; `rows` gives a fresh iterator each time it is called."""

    head: Letterhead
    anchor: Anchor
    first: date | None
    last: date | None
    rows: Callable[[], Iterable[HandlingRow]]

    @property
    def title(self) -> str:
        return self.head.title

    def missing(self) -> Iterator[str]:
        """A working print demands nothing; what is not there prints 記録なし."""
        yield from ()

    def content(self) -> dict[str, Any]:
        return {"title": self.head.title, "rows": [list(row.cells()) for row in self.rows()]}

    def write(self, file: BinaryIO, room: int) -> None:
        """Draw the register, one row after another."""
        register_fonts()
        metadata = Metadata(
            title=self.head.title,
            author=self.head.sender_name,
            issued_at=self.anchor.issued_at,
            claims=claims_of(self.head, self.anchor).to_json(),
        )
        canvas = PaperCanvas(file, metadata, PAGE, room)
        sheet = RuledSheet(canvas, self._ruled())
        for row in self.rows():
            texts = [t or _nothing(c) for t, c in zip(row.cells(), COLUMNS, strict=True)]
            sheet.add(texts, struck=row.voided)
        sheet.close()
        canvas.finish(GOTHIC, 7)

    def _ruled(self) -> Ruled:
        anchor = self.anchor
        told = (*anchor.notes, *anchor.warnings)
        leads = (_subtitle(self), *(f"注意　{one}" for one in told))
        return Ruled(
            self.title, leads, COLUMNS, anchor.erased or NONE,
            anchor.issued_at, anchor.seq, anchor.head,
        )  # fmt: skip

    @classmethod
    def sample(cls) -> Self:
        row = HandlingRow(
            "1", "R8.11.21 10:30", "受領", "M-0001 健康診査結果票", "84枚", "𠮷野　翔太", "",
            "健康診査結果の入力のため", "見本市　主査　見本　花子", "見健第101号", "",
        )  # fmt: skip
        wrong = HandlingRow(
            "2", "R8.11.21 11:00", "使用", "M-0001 健康診査結果票", "84枚", "辻󠄂　美咲", "",
            "入力", "入力室", "", "取消：二重に入力したため", voided=True,
        )  # fmt: skip
        head = sample_head("D-28", "個人情報管理台帳", "第11条第8号")
        return cls(
            head, sample_anchor(), date(2026, 11, 1), date(2026, 11, 30), lambda: [row, wrong]
        )


def _subtitle(register: Register) -> str:
    head = register.head
    first = shown(register.first) if register.first else "最初"
    last = shown(register.last) if register.last else "現在"
    return (
        f"{head.work_word}　{shown(head.work_title)}　　契約番号　{shown(head.contract_no)}　　"
        f"受託　{shown(head.sender_name)}　　期間　{first}から{last}まで"
    )


def _nothing(column: Column) -> str:
    return "－" if column.heading == REMARKS else NOT_RECORDED
