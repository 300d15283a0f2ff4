"""D-16 返還書, 返還・引渡書: what went back, whence it came, and the client's receipt for it.

SK-14.1, CM-7.2, FK-13.1, CB-11.1, CB-12.1, YC-4.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from reportlab.platypus import Flowable

from reports.documents.form import Form
from reports.documents.samples import sample_anchor, sample_head
from reports.page import receipt_box


@dataclass(frozen=True)
class ReturnLine:
    """One thing that was returned or delivered."""

    item_no: str
    medium: str
    content: str
    quantity: str
    origin: str
    act: str


@dataclass(frozen=True)
class ReturnNote(Form):
    """返還書."""

    act: str = "返還"
    returned_on: tuple[date, ...] = ()
    handed_by: str = ""
    received_by: str = ""
    means: str = ""
    lines: tuple[ReturnLine, ...] = ()
    elsewhere: str = ""  # the client, where somebody else received it without the client's word

    own_labels: ClassVar[Mapping[str, str]] = {"item_no": "管理番号", "act": "区分"}
    facts: ClassVar[tuple[str, ...]] = ("returned_on", "handed_by", "received_by", "means")
    columns: ClassVar[Mapping[str, float]] = {
        "item_no": 22, "medium": 48, "content": 46, "quantity": 17, "origin": 14, "act": 14,
    }  # fmt: skip

    def sentence(self) -> str:
        told = f"次のとおり{self.act}しました。"
        return f"{told}ただし、受領者は{self.elsewhere}ではありません。" if self.elsewhere else told

    def answer(self) -> list[Flowable]:
        return receipt_box()

    @classmethod
    def sample(cls) -> Self:
        lines = (
            ReturnLine(
                "M-0001", "健康診査結果票", "氏名、生年月日、健診結果", "84枚", "貸与", "返還"
            ),
            ReturnLine("M-0009", "入力済みデータ", "氏名、健診結果", "1本", "作成・加工", "引渡し"),
        )
        return cls(
            sample_head("D-16", "返還書", "第14条第1項"), sample_anchor(), act="返還又は引渡し",
            returned_on=(date(2026, 11, 20),), handed_by="髙橋　恵子",
            received_by="健康づくり課　主査　見本　花子", means="直接手渡し", lines=lines,
        )  # fmt: skip
