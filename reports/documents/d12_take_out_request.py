"""D-12 持ち出し承諾・同意申請書: what leaves, where to, in whose hands (SK-11.2, CM-5.2, CM-5.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from reports.documents.consent_request import AppliedItem, ConsentRequest
from reports.documents.samples import sample_anchor, sample_head


@dataclass(frozen=True)
class TakeOutRequest(ConsentRequest):
    """持ち出し承諾申請書; in the model clause 持ち出し同意申請書 or パソコン等持ち出し承諾申請書."""

    destination: str = ""
    carrier: str = ""
    encryption: str = ""
    transport_arrangement: str = ""

    facts: ClassVar[tuple[str, ...]] = (
        "scope", "purpose", "destination", "period", "carrier", "encryption",
        "transport_arrangement",
    )  # fmt: skip
    columns: ClassVar[Mapping[str, float]] = {
        "item_no": 24, "medium": 54, "information": 53, "quantity": 30,
    }  # fmt: skip

    @classmethod
    def sample(cls) -> Self:
        head = sample_head("D-12", "持ち出し承諾申請書", "第11条第2号")
        return cls(
            head, sample_anchor(), act="持ち出し", scope="内容確認のための媒体の持ち出し",
            purpose="市役所での内容確認", period="令和8年11月24日",
            destination="見本市役所2階　健康づくり課", carrier="﨑山　健",
            encryption="M-0002　暗号化　AES-256（媒体の機能）",
            transport_arrangement="移送体制（見本） 1.0 による",
            lines=(AppliedItem("M-0002", "健診データ受渡し用USBメモリ", "氏名、健診結果", "1本"),),
        )  # fmt: skip
