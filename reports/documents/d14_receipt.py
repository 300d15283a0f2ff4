"""D-14 預り証: what was taken over, when, where, from whom, by whom (SK-13.1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Self

from reportlab.platypus import Flowable

from reports.blocks import facts, gap
from reports.documents.base import Document, blank, listed, missing_in_lines
from reports.documents.samples import sample_anchor, sample_head
from reports.page import anchoring, end, opening, subject


@dataclass(frozen=True)
class ReceiptLine:
    """One medium that was received."""

    item_no: str
    name: str
    media: str
    info_items: str
    quantity: Decimal | None
    unit: str


@dataclass(frozen=True)
class Receipt(Document):
    """預り証. Words come resolved in the profile's language."""

    received_at: datetime | None = None
    place: str = ""
    means: str = ""
    handed_by: str = ""
    received_by: str = ""
    return_due_on: date | None = None
    event_no: str = ""
    lines: tuple[ReceiptLine, ...] = ()

    def missing(self) -> Iterator[str]:
        yield from super().missing()
        yield from blank(
            ("受領日時", self.received_at),
            ("場所", self.place),
            ("手段", self.means),
            ("渡した者", self.handed_by),
            ("受領した者", self.received_by),
        )
        yield from missing_in_lines(
            self.lines,
            (("name", "媒体"), ("info_items", "項目"), ("quantity", "数量"), ("unit", "単位")),
        )

    def story(self) -> list[Flowable]:
        here, attached = listed(
            ("管理番号", "媒体・資料", "種類", "項目", "数量", "単位"),
            [(x.item_no, x.name, x.media, x.info_items, x.quantity, x.unit) for x in self.lines],
            (18, 42, 18, 40, 12, 10),
            numbers=frozenset({4}),
        )
        return [
            *opening(self.head),
            *subject(self.head, "　次のとおり、確かにお預かりしました。"),
            facts(
                [
                    ("受領日時", self.received_at),
                    ("場所", self.place),
                    ("手段", self.means),
                    ("渡した者", self.handed_by),
                    ("受領した者", self.received_by),
                    ("返却予定日", self.return_due_on),
                    ("取扱記録", self.event_no),
                ]
            ),
            gap(3),
            *here,
            gap(2),
            end(),
            anchoring(self.head, self.anchor),
            *attached,
        ]

    @classmethod
    def sample(cls) -> Self:
        anchor = sample_anchor()
        line = ReceiptLine(
            "M-0001", "健康診査結果票", "文書", "氏名、生年月日、健診結果", Decimal(84), "枚"
        )
        return cls(
            sample_head("D-14", "預り証"), anchor, anchor.issued_at,
            "見本市役所2階　健康づくり課", "直接手渡し", "健康づくり課　主査　見本　花子",
            "𠮷野　翔太", date(2027, 3, 31), "第1号", (line,),
        )  # fmt: skip
