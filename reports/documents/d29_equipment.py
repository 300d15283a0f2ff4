"""D-29 パソコン等管理台帳, 媒体・機器一覧: every computer and medium of the contract (CM-5.4, FK-10.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from reports.documents.form import Form
from reports.documents.samples import sample_anchor, sample_head


@dataclass(frozen=True)
class EquipmentLine:
    """One computer or medium as it stands on the day."""

    item_no: str
    medium: str
    model: str
    user: str
    home_place: str
    encryption: str
    inspected_on: date | None
    state: str


@dataclass(frozen=True)
class EquipmentList(Form):
    """パソコン等管理台帳."""

    as_of: date | None = None
    lines: tuple[EquipmentLine, ...] = ()

    own_labels: ClassVar[Mapping[str, str]] = {"as_of": "基準日", "state": "状態"}
    facts: ClassVar[tuple[str, ...]] = ("as_of",)
    columns: ClassVar[Mapping[str, float]] = {
        "item_no": 20, "medium": 26, "model": 28, "user": 20, "home_place": 22, "encryption": 17,
        "inspected_on": 17, "state": 14,
    }  # fmt: skip
    may_be_empty: ClassVar[frozenset[str]] = frozenset({"user"})
    nothing: ClassVar[str] = "該当する媒体・機器はありません。"

    def sentence(self) -> str:
        return "この契約で管理している媒体・機器は、次のとおりです。"

    @classmethod
    def sample(cls) -> Self:
        lines = (
            EquipmentLine(
                "PC-01", "ノートPC　入力用端末", "みほん電機 NB-9", "𠮷野　翔太", "入力室", "暗号化",
                date(2026, 11, 20), "使用中",
            ),
            EquipmentLine(
                "M-0002", "USBメモリ　受渡し用", "みほん電機 MU-64", "－", "第一保管庫", "暗号化",
                date(2026, 11, 20), "保管中",
            ),
        )  # fmt: skip
        head = sample_head("D-29", "パソコン等管理台帳", "第5条第4項", number="")
        return cls(head, sample_anchor(), as_of=date(2026, 11, 21), lines=lines)
