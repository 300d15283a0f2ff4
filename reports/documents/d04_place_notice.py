"""D-04 作業場所の届出・承諾申請: where the work is done and things are kept (SK-5, CM-5.3, FK-3, CB-9).

Where the text wants consent the sheet carries the box in which the client answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Self

from reportlab.platypus import Flowable, KeepTogether

from reports.blocks import body, facts, gap
from reports.documents.base import missing_in_lines
from reports.documents.form import Form
from reports.documents.samples import sample_anchor, sample_head
from reports.page import consent_box


@dataclass(frozen=True)
class PlaceLine:
    """One place and how it is guarded."""

    place: str
    address: str
    floor_room: str
    place_use: str
    access_control: str
    storage_equipment: str
    use_from: date | None
    protection_measures: str = ""
    use_to: date | None = None


KEYS = (
    "place", "address", "floor_room", "place_use", "access_control", "storage_equipment",
    "protection_measures", "use_from", "use_to",
)  # fmt: skip


@dataclass(frozen=True)
class PlaceNotice(Form):
    """場所の届出書, 承諾申請書 or both in one.

    `verb` is the text's word for telling (届け出), `consent` for being allowed (承諾); "" where the
    text wants only the other.
    """

    verb: str = "届け出"
    consent: str = ""
    lines: tuple[PlaceLine, ...] = ()

    own_labels: ClassVar[Mapping[str, str]] = {"use_to": "使用終了日"}
    when_asked: ClassVar[frozenset[str]] = frozenset({"protection_measures"})

    @property
    def awaits_answer(self) -> bool:
        return bool(self.consent)

    def sentence(self) -> str:
        if self.consent and self.verb:
            return f"業務を行う場所を次のとおり{self.verb}、その{self.consent}を申請します。"
        if self.consent:
            return f"次の場所で業務を行いたいので、{self.consent}を申請します。"
        return f"この契約の業務を行う場所を、次のとおり{self.verb}ます。"

    def missing(self) -> Iterator[str]:
        yield from super().missing()
        demanded = [(key, self.label(key)) for key in KEYS if self._demands(key)]
        yield from missing_in_lines(self.lines, tuple(demanded))

    def table(self) -> tuple[list[Flowable], list[Flowable]]:
        story: list[Flowable] = []
        for number, line in enumerate(self.lines, 1):
            rows: list[tuple[str, Any]] = [
                (self.label(key), getattr(line, key))
                for key in KEYS
                if self.shows(key) and (key != "use_to" or line.use_to)
            ]
            story.append(KeepTogether([body(f"（{number}）", "番号"), facts(rows), gap(2)]))
        return story, []

    def answer(self) -> list[Flowable]:
        return consent_box(self.consent) if self.consent else []

    @classmethod
    def sample(cls) -> Self:
        address = "見本県見本市中央一丁目2番3号"
        begins = date(2026, 10, 1)
        lines = (
            PlaceLine(
                "入力室", address, "3階301室", "作業", "施錠 有、入退室管理 有", "なし", begins
            ),
            PlaceLine(
                "第一保管庫", address, "3階302室", "保管", "施錠 有、入退室管理 有", "金庫", begins
            ),
        )
        return cls(
            sample_head("D-04", "作業場所・保管場所承諾申請書", "第3第1項"), sample_anchor(),
            verb="", consent="承諾", lines=lines,
        )  # fmt: skip
