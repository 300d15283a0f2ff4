"""D-02 管理体制図: who stands where, with which authority, reached how (SK-3.1, CM-8.1, FK-2.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Self

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Table, TableStyle

from models import wareki
from reports.blocks import HEAD, INK, LINE, body, gap
from reports.documents.form import Form
from reports.documents.samples import sample_anchor, sample_head
from reports.fonts import MINCHO
from reports.text import Style

BOX: Final = 118 * mm
NAME: Final = Style(MINCHO, 9.5, 13, "center")
MOST_NAMES: Final = 5  # in one box; the others stand in the list


@dataclass(frozen=True)
class Post:
    """One person or unit in the structure."""

    role: str
    person: str
    authority: str
    contact: str


@dataclass(frozen=True)
class Structure(Form):
    """管理体制図: a chart from the client down to the workers, and the list of posts.

    `as_of` is the day whose people stand in it, None on papers of earlier versions.
    """

    starts_on: date | None = None
    as_of: date | None = None
    client_party: str = ""
    contractor_party: str = ""
    lines: tuple[Post, ...] = ()

    neutral: ClassVar[Mapping[str, str]] = {"starts_on": "適用日", "contact": "連絡経路"}
    facts: ClassVar[tuple[str, ...]] = ("starts_on",)
    columns: ClassVar[Mapping[str, float]] = {
        "role": 34, "person": 44, "authority": 46, "contact": 37,
    }  # fmt: skip

    anchor_last: ClassVar[bool] = True

    def sentence(self) -> str:
        if self.as_of is None:
            return "個人情報の管理体制を、次のとおり定めています。"
        day, ahead = wareki.format_wareki(self.as_of), self.as_of > self.head.issued_on
        return (
            f"個人情報の管理体制を、次のとおり定めています（{day}{'から' if ahead else '現在'}）。"
        )

    def middle(self) -> list[Flowable]:
        tiers = [("", [self.client_party]), ("", [self.contractor_party])]
        for role in dict.fromkeys(post.role for post in self.lines):
            people = dict.fromkeys(post.person for post in self.lines if post.role == role)
            tiers.append((role, list(people)))
        parts: list[Flowable] = []
        for role, names in tiers:
            if parts:
                parts.append(_Stem())
            parts.append(_box(role, names))
        told = "　それぞれの氏名、権限及び連絡経路は、別紙のとおりです。"
        return [KeepTogether(parts), gap(3), body(told, "別紙")]

    def table(self) -> tuple[list[Flowable], list[Flowable]]:
        """Give the posts a sheet of their own: the chart fills the first."""
        here, attached = super().table()
        return [], attached or [PageBreak(), body("別紙", "別紙"), gap(2), *here]

    @classmethod
    def sample(cls) -> Self:
        lines = (
            Post("作業責任者", "髙橋　恵子（業務部　業務部長）", "業務の統括", "0000-11-2222"),
            Post("作業従事者", "𠮷野　翔太（業務部　主任）", "受領と入力", "0000-11-2222"),
            Post("作業従事者", "辻󠄂　美咲（業務部）", "入力と照合", "0000-11-2222"),
        )
        return cls(
            sample_head("D-02", "管理体制図", "第3条第1項"), sample_anchor(),
            starts_on=date(2026, 10, 1), as_of=date(2026, 11, 21), client_party="委託者　見本市　健康づくり課",
            contractor_party="受託者　株式会社みほん情報処理　代表取締役　見本　一郎", lines=lines,
        )  # fmt: skip


class _Stem(Flowable):
    """The line from one box down to the next."""

    def __init__(self) -> None:
        super().__init__()
        self.width, self.height = BOX, 3 * mm
        self.hAlign = "CENTER"

    def draw(self) -> None:
        self.canv.setLineWidth(LINE)
        self.canv.line(self.width / 2, 0, self.width / 2, self.height)


def _box(role: str, names: Sequence[str]) -> Table:
    """Set a box of the chart: the role above, the names below."""
    shown = list(names[:MOST_NAMES])
    if len(names) > MOST_NAMES:
        shown.append(f"ほか{len(names) - MOST_NAMES}名（別紙のとおり）")
    cell: list[Flowable] = [body(role, role, HEAD)] if role else []
    cell += [body(name, role or "体制", NAME) for name in shown]
    table = Table([[cell]], colWidths=[BOX], hAlign="CENTER")
    table.setStyle(
        TableStyle([("BOX", (0, 0), (-1, -1), LINE, INK), ("BOTTOMPADDING", (0, 0), (-1, -1), 4)])
    )
    return table
