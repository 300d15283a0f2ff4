"""D-03 and D-04 as 変更届: what changed since the last notice, old and new side by side.

Made from the log of the ledger and never typed (SK-4.2, SK-5.2, CM-5.3, CM-9.1, CB-12.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from reports.documents.form import Form
from reports.documents.samples import sample_anchor, sample_head


@dataclass(frozen=True)
class ChangeLine:
    """One thing that is other than the client was last told."""

    whom: str
    what: str
    before: str
    after: str
    changed_on: date | None
    reason: str


@dataclass(frozen=True)
class ChangeNotice(Form):
    """変更届出書; `previous` names the notice that the changes are counted from.

    `added_because` is what the clerk gave as the reason of what is new, "" for the usual words.
    """

    about: str = "従事者"
    verb: str = "届け出"
    previous: str = ""
    added_because: str = ""
    lines: tuple[ChangeLine, ...] = ()

    own_labels: ClassVar[Mapping[str, str]] = {
        "previous": "前回の提出書面", "whom": "対象", "what": "変更事項",
    }  # fmt: skip
    facts: ClassVar[tuple[str, ...]] = ("previous",)
    columns: ClassVar[Mapping[str, float]] = {
        "whom": 33, "what": 20, "before": 32, "after": 32, "changed_on": 18, "reason": 26,
    }  # fmt: skip

    def sentence(self) -> str:
        return f"先に書面で提出した{self.about}について、次のとおり変更を{self.verb}ます。"

    @classmethod
    def sample(cls) -> Self:
        lines = (
            ChangeLine(
                "𠮷野　翔太", "役割", "作業従事者", "作業責任者", date(2026, 11, 20),
                "前任者の異動のため",
            ),
            ChangeLine(
                "辻󠄂　美咲", "終了", "作業従事者", "令和8年11月30日で終了", date(2026, 11, 30),
                "退職のため",
            ),
        )  # fmt: skip
        return cls(
            sample_head("D-03", "作業責任者・作業従事者変更届出書", "第4条第2項"), sample_anchor(),
            about="作業責任者及び作業従事者", verb="届け出",
            previous="令和8年度 第3号（令和8年9月25日提出）", lines=lines,
        )  # fmt: skip
