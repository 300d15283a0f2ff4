"""D-17 返還・消去・廃棄報告書: how each thing ended (SK-14.2, FK-9.1, CB-11.1).

It is 予定 before the act, 完了 when nothing of the contract is left, and 一部 until then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Self

from reportlab.platypus import Flowable

from reports.blocks import facts, gap
from reports.documents.base import Document, listed, missing_in_lines
from reports.documents.samples import sample_anchor, sample_head
from reports.page import anchoring, end, opening, subject

UNATTENDED: Final = "－"  # nobody was to attend, as opposed to 求めなし and 記録なし


@dataclass(frozen=True)
class EndLine:
    """One thing and how it ended; `act` is 返還, 消去 or 廃棄 in the profile's words."""

    item_no: str
    media_name: str
    info_items: str
    quantity: Decimal | None
    unit: str
    act: str
    method: str
    processed_on: date | None
    witness: str


@dataclass(frozen=True)
class EndReport(Document):
    """返還・消去・廃棄報告書."""

    completed: bool = True  # the acts were done
    responsible: str = ""
    lines: tuple[EndLine, ...] = ()
    ordered_label: str = ""  # what the text calls the one who ordered it; "" where it asks nobody
    ordered_by: str = ""
    remaining: str = ""  # what of the contract is left open after the acts, counted by state
    given_up: str = ""  # what cannot be found and was given up by the client's instruction

    @property
    def stage(self) -> str:
        if not self.completed:
            return "予定"
        return "一部" if self.remaining else "完了"

    def missing(self) -> Iterator[str]:
        yield from super().missing()
        if self.ordered_label and not self.ordered_by:
            yield self.ordered_label
        yield from missing_in_lines(
            self.lines,
            (
                ("media_name", "記録媒体"),
                ("info_items", "項目"),
                ("quantity", "数量"),
                ("unit", "単位"),
                ("method", "方法"),
                ("processed_on", "処理日"),
            ),
        )

    def story(self) -> list[Flowable]:
        here, attached = self._list()
        did = "行いました" if self.completed else "行う予定です"
        heading = [("報告の区分", self.stage), ("責任者", self.responsible)]
        if self.remaining:
            left = f"この契約の媒体・資料{self.remaining}が、まだ終わっていません。"
            heading.insert(1, ("残っているもの", left))
        if self.given_up:
            words = f"所在不明の媒体・資料{self.given_up}は、終了時の指示により、このまま終えます。"
            heading.insert(1, ("見つからないもの", words))
        if self.ordered_label:
            heading.append((self.ordered_label, self.ordered_by))
        return [
            *opening(self.head),
            *subject(self.head, f"　次のとおり返還、消去又は廃棄を{did}ので、報告します。"),
            facts(heading),
            gap(3),
            *here,
            gap(2),
            end(),
            anchoring(self.head, self.anchor),
            *attached,
        ]

    def _list(self) -> tuple[list[Flowable], list[Flowable]]:
        """Rule the list; 立会い has a column where somebody could attend one of the ends."""
        day = "処理日" if self.completed else "処理予定日"
        headings = ("管理番号", "記録媒体", "項目", "数量", "区分", "方法", day, "立会い")
        rows = [
            (
                x.item_no, x.media_name, x.info_items,
                f"{x.quantity.normalize():,f}{x.unit}" if x.quantity is not None else None,
                x.act, x.method, x.processed_on, x.witness,
            )
            for x in self.lines
        ]  # fmt: skip
        columns = 8 if any(x.witness != UNATTENDED for x in self.lines) else 7
        return listed(
            headings[:columns],
            [row[:columns] for row in rows],
            (20, 27, 26, 13, 12, 25, 28, 20)[:columns],
            numbers=frozenset({3}),
        )

    @classmethod
    def sample(cls) -> Self:
        lines = (
            EndLine(
                "M-0001", "健康診査結果票", "氏名、生年月日、健診結果", Decimal(84), "枚",
                "返還", "直接手渡し", date(2026, 11, 20), UNATTENDED,
            ),
            EndLine(
                "M-0002-C1", "健診データ（入力作業用の写し）", "氏名、生年月日、健診結果", Decimal(1),
                "本", "廃棄", "物理的破壊（破砕・穿孔等）", date(2026, 11, 20),
                "健康づくり課　主査　見本　花子",
            ),
        )  # fmt: skip
        head = sample_head("D-17", "返還・消去・廃棄報告書", "第14条第2項")
        return cls(head, sample_anchor(), True, "業務部長　髙橋　恵子", lines)
