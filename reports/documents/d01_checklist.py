"""D-01 遵守事項確認表: every point that was confirmed before the work began (SK-2.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from reports.documents.form import Form
from reports.documents.samples import sample_anchor, sample_head


@dataclass(frozen=True)
class CheckedPoint:
    """One point of the list and what was found."""

    question: str
    answer: str
    note: str = ""


@dataclass(frozen=True)
class Checklist(Form):
    """遵守事項確認表."""

    checked_on: date | None = None
    checked_by: str = ""
    version: str = ""
    lines: tuple[CheckedPoint, ...] = ()

    facts: ClassVar[tuple[str, ...]] = ("checked_on", "checked_by", "version")
    columns: ClassVar[Mapping[str, float]] = {"question": 98, "answer": 20, "note": 43}
    may_be_empty: ClassVar[frozenset[str]] = frozenset({"note"})

    def sentence(self) -> str:
        return "個人情報を含む業務を行うに当たり、次のとおり遵守事項を確認しました。"

    @classmethod
    def sample(cls) -> Self:
        lines = (
            CheckedPoint("作業責任者及び作業従事者を届け出たか。", "はい", "別に提出済み"),
            CheckedPoint("個人情報取扱場所を届け出たか。", "はい", "別に提出済み"),
            CheckedPoint("私用のパソコン、記録媒体を持ち込ませない措置を講じたか。", "はい", "－"),
            CheckedPoint("再委託の予定があるか。", "いいえ", "－"),
        )
        head = sample_head("D-01", "個人情報を含む業務を行う際の遵守事項確認表", "第2条第1項")
        return cls(
            head, sample_anchor(), checked_on=date(2026, 11, 20), checked_by="髙橋　恵子",
            version="第1.0版", lines=lines,
        )  # fmt: skip
