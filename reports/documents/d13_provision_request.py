"""D-13 目的外利用・第三者提供の承諾申請書 (SK-12.1, CM-6.1, FK-8.1, CB-6.1, YC-5.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from reports.documents.consent_request import AppliedItem, ConsentRequest
from reports.documents.samples import sample_anchor, sample_head


@dataclass(frozen=True)
class ProvisionRequest(ConsentRequest):
    """第三者提供承諾申請書, 目的外利用・提供承諾申請書, …"""

    recipient: str = ""
    basis: str = ""
    method: str = ""
    safeguards: str = ""

    facts: ClassVar[tuple[str, ...]] = (
        "scope", "recipient", "purpose", "basis", "quantity", "method", "safeguards", "period",
    )  # fmt: skip
    columns: ClassVar[Mapping[str, float]] = {"item_no": 26, "medium": 65, "content": 70}

    @classmethod
    def sample(cls) -> Self:
        head = sample_head("D-13", "第三者提供承諾申請書", "第12条第1項")
        return cls(
            head, sample_anchor(), act="第三者への提供", scope="受診勧奨はがきの印刷に要する宛名",
            recipient="みほん印刷株式会社", purpose="受診勧奨はがきの印刷", basis="契約書第9条",
            quantity="1,200件", method="暗号化したUSBメモリの直接手渡し",
            safeguards="受領書を受け、作業後に消去の証明を受ける。", period="令和8年12月1日から",
            lines=(AppliedItem("", "健康診査結果データ", "氏名、住所", "1,200件"),),
        )  # fmt: skip
