"""D-15 授受方法承認申請書: a way of handing over that is not from hand to hand (CB-12.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from reports.documents.consent_request import AppliedItem, ConsentRequest
from reports.documents.samples import sample_anchor, sample_head


@dataclass(frozen=True)
class HandoverRequest(ConsentRequest):
    """授受方法承認申請書."""

    route: str = ""
    relay: str = ""
    method: str = ""
    safeguards: str = ""

    facts: ClassVar[tuple[str, ...]] = (
        "scope", "purpose", "route", "relay", "method", "safeguards", "period",
    )  # fmt: skip
    columns: ClassVar[Mapping[str, float]] = {
        "item_no": 24, "medium": 57, "content": 50, "quantity": 30,
    }  # fmt: skip

    def sentence(self) -> str:
        return f"次の方法により{self.act}を行いたいので、{self.consent}を申請します。"

    @classmethod
    def sample(cls) -> Self:
        head = sample_head("D-15", "授受方法承認申請書", "第12第2項")
        return cls(
            head, sample_anchor(), act="授受", consent="承認", scope="納品データの引渡し",
            purpose="遠隔地のため直接の授受が難しいため", period="令和8年11月1日から",
            route="みほん入力センターから見本市役所", relay="みほんセキュリティ便株式会社",
            method="セキュリティ便", safeguards="施錠した専用ケース、暗号化、追跡番号の通知",
            lines=(AppliedItem("M-0002", "納品用USBメモリ", "氏名、健診結果", "1本"),),
        )  # fmt: skip
