"""D-16 返還書, 返還・引渡書: what went back, whence it came, and the client's receipt for it.

SK-14.1, CM-7.2, FK-13.1, CB-11.1, CB-12.1, YC-4.1.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from reportlab.platypus import Flowable

from reports.blocks import facts, gap
from reports.documents.base import blank, missing_in_lines
from reports.documents.form import Form, ruled
from reports.documents.samples import sample_anchor, sample_head
from reports.page import receipt_box
from reports.verbs import either, stem


@dataclass(frozen=True)
class ReturnLine:
    """One thing that was returned or delivered, and when, by whom, to whom and how."""

    item_no: str
    medium: str
    content: str
    quantity: str
    origin: str
    act: str
    returned_on: date | None = None
    handed_by: str = ""
    received_by: str = ""
    means: str = ""


@dataclass(frozen=True)
class ReturnNote(Form):
    """返還書: what is the same for all things stands above them, what is not in each row.

    The client signs for what went when; two days in one line above the list would tell of no row
    which of them it was.
    """

    lines: tuple[ReturnLine, ...] = ()
    elsewhere: str = ""  # the client, where somebody else received it without the client's word

    own_labels: ClassVar[Mapping[str, str]] = {"item_no": "管理番号", "act": "区分"}
    columns: ClassVar[Mapping[str, float]] = {
        "item_no": 22, "medium": 48, "content": 46, "quantity": 17, "origin": 14, "act": 14,
    }  # fmt: skip
    handing: ClassVar[Mapping[str, float]] = {
        "returned_on": 26, "handed_by": 22, "received_by": 32, "means": 20,
    }  # fmt: skip

    def differs(self, key: str) -> bool:
        return len({getattr(line, key) for line in self.lines}) > 1

    def missing(self) -> Iterator[str]:
        yield from super().missing()
        asked = [key for key in self.handing if self.lines and self._demands(key)]
        same = [key for key in asked if not self.differs(key)]
        yield from blank(*((self.label(key), getattr(self.lines[0], key)) for key in same))
        each = [(key, self.label(key)) for key in asked if key not in same]
        yield from missing_in_lines(self.lines, tuple(each)) if each else ()

    def fact_table(self) -> list[Flowable]:
        same = [key for key in self.handing if self.lines and not self.differs(key)]
        rows = [(self.label(key), getattr(self.lines[0], key)) for key in same]
        return [facts(rows), gap(2)] if rows else []

    def table(self) -> tuple[list[Flowable], list[Flowable]]:
        more = {key: share for key, share in self.handing.items() if self.differs(key)}
        return ruled(self, {**self.columns, **more}, self.lines)

    def sentence(self) -> str:
        did = either(line.act for line in self.lines) or stem("返還")
        told = f"次のとおり{did}ました。"
        return f"{told}ただし、受領者は{self.elsewhere}ではありません。" if self.elsewhere else told

    def answer(self) -> list[Flowable]:
        return receipt_box()

    @classmethod
    def sample(cls) -> Self:
        handed = (
            date(2026, 11, 20), "髙橋　恵子", "健康づくり課　主査　見本　花子", "直接手渡し",
        )  # fmt: skip
        lines = (
            ReturnLine("M-0001", "健康診査結果票", "氏名、生年月日、健診結果", "84枚", "貸与",
                       "返還", *handed),
            ReturnLine("M-0009", "入力済みデータ", "氏名、健診結果", "1本", "作成・加工",
                       "引渡し", *handed),
        )  # fmt: skip
        head = sample_head("D-16", "返還書", "第14条第1項")
        return cls(head, sample_anchor(), lines=lines)
