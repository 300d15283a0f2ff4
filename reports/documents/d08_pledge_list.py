"""D-08 誓約書提出書: which pledges are handed in with it (SK-7.2, CB-4.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from reports.documents.form import Form
from reports.documents.samples import sample_anchor, sample_head


@dataclass(frozen=True)
class PledgeLine:
    """One signed pledge."""

    pledgers: str
    role: str
    text_version: str
    signed_on: date | None


@dataclass(frozen=True)
class PledgeList(Form):
    """誓約書提出書."""

    count: str = ""
    lines: tuple[PledgeLine, ...] = ()

    own_labels: ClassVar[Mapping[str, str]] = {"text_version": "文面の版", "role": "役割"}
    facts: ClassVar[tuple[str, ...]] = ("count",)
    columns: ClassVar[Mapping[str, float]] = {
        "pledgers": 55, "role": 40, "text_version": 41, "signed_on": 25,
    }  # fmt: skip

    def sentence(self) -> str:
        return "この契約の業務に従事する者の誓約書を、次のとおり提出します。"

    @classmethod
    def sample(cls) -> Self:
        day = date(2026, 9, 25)
        lines = (
            PledgeLine("髙橋　恵子", "作業責任者", "誓約書文面 1.0", day),
            PledgeLine("𠮷野　翔太", "作業従事者", "誓約書文面 1.0", day),
        )
        head = sample_head("D-08", "誓約書提出書", "第7条第2項")
        return cls(head, sample_anchor(), count="2通", lines=lines)
