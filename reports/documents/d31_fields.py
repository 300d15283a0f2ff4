"""D-31 個人情報項目一覧: which kinds of personal information the work handles (YC-2.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from reports.documents.form import Form
from reports.documents.samples import sample_anchor, sample_head


@dataclass(frozen=True)
class FieldLine:
    """One kind of data; never the data itself."""

    asset: str
    items: str
    digits: str
    in_list: str


@dataclass(frozen=True)
class FieldList(Form):
    """個人情報項目一覧."""

    lines: tuple[FieldLine, ...] = ()

    own_labels: ClassVar[Mapping[str, str]] = {"asset": "個人情報の名称"}
    columns: ClassVar[Mapping[str, float]] = {"asset": 55, "items": 56, "digits": 22, "in_list": 28}
    nothing: ClassVar[str] = "該当する個人情報の項目はありません。"

    def sentence(self) -> str:
        return "この契約で取り扱う個人情報の項目は、次のとおりです。"

    @classmethod
    def sample(cls) -> Self:
        lines = (
            FieldLine("健康診査結果データ", "氏名", "－", "有"),
            FieldLine("健康診査結果データ", "カード番号", "16桁", "有"),
        )
        head = sample_head("D-31", "個人情報項目一覧", "第2条第1項", number="")
        return cls(head, sample_anchor(), lines=lines)
