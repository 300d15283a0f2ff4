"""D-11 複写・複製承諾申請書; in fukuoka also for sending and sending out (CM-4.1, FK-7, CB-7.1, YC-3.1)."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from reports.documents.consent_request import AppliedItem, ConsentRequest
from reports.documents.samples import sample_anchor, sample_head


@dataclass(frozen=True)
class CopyRequest(ConsentRequest):
    """複写・複製承諾申請書."""

    method: str = ""
    kept_at: str = ""
    disposal_planned_on: date | None = None
    misdelivery_measures: str = ""

    facts: ClassVar[tuple[str, ...]] = (
        "scope", "purpose", "quantity", "method", "kept_at", "disposal_planned_on",
        "misdelivery_measures", "period",
    )  # fmt: skip
    when_asked: ClassVar[frozenset[str]] = frozenset({"misdelivery_measures"})

    @classmethod
    def sample(cls) -> Self:
        head = sample_head("D-11", "複写・複製承諾申請書", "第4条第1項")
        return cls(
            head, sample_anchor(), act="複写・複製", scope="入力作業用の複写（一媒体一部）",
            purpose="二名での照合入力のため", quantity="1部まで", period="令和8年10月1日から",
            method="複合機による複写", kept_at="第一保管庫", disposal_planned_on=date(2026, 12, 25),
            lines=(AppliedItem("M-0001", "健康診査結果票", "氏名、生年月日、健診結果", "84枚"),),
        )  # fmt: skip
