"""D-27 運搬指示書, 運搬・移送計画書: what is carried, by whom, how, and who took it (CB-10.1, FK-18.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from reportlab.platypus import Flowable

from reports.documents.consent_request import AppliedItem
from reports.documents.form import Form
from reports.documents.samples import sample_anchor, sample_head
from reports.page import signature_table


@dataclass(frozen=True)
class TransportOrder(Form):
    """運搬指示書; signed by hand by who orders, who carries and who takes over."""

    act: str = "運搬"
    departs_at: datetime | None = None
    route: str = ""
    carrier: str = ""
    containers: str = ""
    encryption: str = ""
    do_not_leave: str = ""
    instructions: str = ""
    instructed_by: str = ""
    instructed_at: datetime | None = None
    event_no: str = ""
    lines: tuple[AppliedItem, ...] = ()

    own_labels: ClassVar[Mapping[str, str]] = {
        "departs_at": "出発日時", "instructions": "その他の指示", "event_no": "取扱記録",
        "item_no": "管理番号",
    }  # fmt: skip
    facts: ClassVar[tuple[str, ...]] = (
        "departs_at", "route", "carrier", "containers", "encryption", "do_not_leave",
        "instructions", "instructed_by", "instructed_at", "event_no",
    )  # fmt: skip
    columns: ClassVar[Mapping[str, float]] = {
        "item_no": 24, "medium": 63, "content": 55, "quantity": 19,
    }  # fmt: skip

    def sentence(self) -> str:
        does = "指示します" if self.wording.demands("instructed_by") else "行います"
        return f"次のとおり{self.act}を{does}。"

    def answer(self) -> list[Flowable]:
        return signature_table(("指示者", "運搬した者", self.wording.label("received_by")))

    @classmethod
    def sample(cls) -> Self:
        anchor = sample_anchor()
        return cls(
            sample_head("D-27", "運搬指示書", "第10第1項", number=""), anchor,
            departs_at=anchor.issued_at, route="入力センターから第一保管庫",
            carrier="みほん便　担当者（みほんセキュリティ便株式会社）", containers="施錠した専用ケース",
            encryption="暗号化", do_not_leave="資料から離れないことを指示した。",
            instructions="受取りの確認を受けること。", instructed_by="髙橋　恵子",
            instructed_at=anchor.issued_at, event_no="第12号",
            lines=(AppliedItem("M-0002", "健診データ受渡し用USBメモリ", "氏名、健診結果", "1本"),),
        )  # fmt: skip
