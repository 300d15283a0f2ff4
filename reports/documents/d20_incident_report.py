"""D-20 漏えい等報告書, 事故報告書, 事故（違反）報告書: what went wrong or is feared (SK-17.2, CM-16.1,
FK-14.1, FK-14.2, CB-13.1, YC-8.1).

The first report is a paper even if it is half empty (SK-17.2 wants it at once and in writing): what is
not known yet reads 記録なし. Under a text that asks for the course of it (経緯) its steps follow as a list.
A later report says which one it is, and what was found out since: cause, damage and prevention, which no
paper of their own tells yet (D-21).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from reportlab.platypus import Flowable

from models.wareki import format_short_moment
from reports.documents.form import Form, Wording
from reports.documents.samples import sample_anchor, sample_head

FIRST = ("certainty", "known_at")
"""What every report says; without it there is nothing to report."""


WHEN_KNOWN = frozenset({"things", "caused_by", "damage", "secondary_damage", "cause", "prevention"})
"""What stands on the sheet once it is known, though the text may not ask for it."""


@dataclass(frozen=True)
class Step:
    """One step of how it went on."""

    at: datetime | None
    kind: str
    text: str


@dataclass(frozen=True)
class IncidentPaper(Form):
    """事故等の報告書.

    `report_no` says which report to the client it is and what was the one before; papers of earlier
    versions have none, and nothing of `WHEN_KNOWN` that their text does not ask for. `caused_by` is 起因者,
    with the name of the subcontractor.
    """

    report_no: str = ""
    certainty: str = ""
    nature: str = ""
    breached_clause: str = ""
    things: tuple[str, ...] = ()
    info_content: str = ""
    record_count: int | None = None
    quantity: str = ""
    occurred_place: str = ""
    known_at: datetime | None = None
    occurred_at: datetime | None = None
    situation: str = ""
    course: str = ""
    caused_by: str = ""
    damage: str = ""
    secondary_damage: str = ""
    immediate_measures: str = ""
    cause: str = ""
    prevention: str = ""
    commander: str = ""
    incident_no: str = ""
    lines: tuple[Step, ...] = ()

    own_labels: ClassVar[Mapping[str, str]] = {
        "nature": "態様", "occurred_at": "発生日時", "incident_no": "当方の番号",
        "at": "日時", "kind": "種類", "text": "経過", "report_no": "報告の回",
        "things": "対象の媒体・資料", "caused_by": "起因者", "secondary_damage": "二次被害",
    }  # fmt: skip
    neutral: ClassVar[Mapping[str, str]] = {"content": "内容", "damage": "被害状況"}
    facts: ClassVar[tuple[str, ...]] = (
        "report_no", "certainty", "nature", "breached_clause", "things", "info_content",
        "record_count", "quantity", "occurred_place", "known_at", "occurred_at", "situation",
        "course", "caused_by", "damage", "secondary_damage", "immediate_measures", "cause",
        "prevention", "commander", "incident_no",
    )  # fmt: skip
    columns: ClassVar[Mapping[str, float]] = {"at": 32, "kind": 22, "text": 107}
    when_asked: ClassVar[frozenset[str]] = frozenset(
        {"breached_clause", "record_count", "quantity", "course", "commander"}
    )
    may_be_empty: ClassVar[frozenset[str]] = frozenset(facts) - frozenset(FIRST)
    nothing: ClassVar[str] = "経過の記録は、まだありません。"

    def label(self, key: str) -> str:
        return super().label("content" if key == "info_content" else key)

    def shows(self, key: str) -> bool:
        if key == "situation":  # where the text calls it the course, it is told once
            return self.wording.demands(key) or not self.wording.demands("course")
        if key in WHEN_KNOWN or key == "report_no":
            return bool(getattr(self, key)) or self.wording.demands(key)
        return super().shows(key)

    def fact(self, key: str) -> object:
        if key == "record_count" and self.record_count is not None:
            return f"{self.record_count:,}件"
        return "\n".join(self.things) if key == "things" else super().fact(key)

    def cell(self, line: Step, key: str) -> object:
        if key == "at":
            return format_short_moment(line.at) if line.at else None
        return super().cell(line, key)

    def sentence(self) -> str:
        return "次の事案について、報告します。"

    def table(self) -> tuple[list[Flowable], list[Flowable]]:
        """Leave the steps out where the text asks for no course: they are the office's own."""
        return super().table() if self.wording.demands("course") else ([], [])

    @classmethod
    def sample(cls) -> Self:
        anchor = sample_anchor()
        wording = Wording(
            labels=(
                ("certainty", "発生・おそれの別"), ("content", "内容"),
                ("occurred_place", "発生場所"), ("course", "経緯"), ("damage", "被害状況"),
                ("known_at", "認知日時"), ("immediate_measures", "応急措置"),
                ("commander", "指揮した保護管理責任者等"),
            )
        )  # fmt: skip
        steps = (
            Step(anchor.issued_at, "発見", "宛先の方から電話があった。"),
            Step(anchor.issued_at, "応急措置", "封筒を受け取りに行き、開かれていないことを確かめた。"),
        )  # fmt: skip
        return cls(
            sample_head("D-20", "事故報告書", "第14第1項"), anchor, wording=wording,
            report_no="第2報（前の報告：令和8年11月21日　電話）",
            certainty="発生", nature="誤送付・誤交付・誤送信・誤廃棄・誤掲載",
            things=("A-001　健康診査結果票（全50枚）",), caused_by="受託者", cause="宛先の確認漏れ",
            prevention="二人で確かめる。",
            info_content="健康診査結果票（氏名、生年月日、健診結果）", occurred_place="みほん入力センター",
            known_at=anchor.issued_at, occurred_at=anchor.issued_at,
            course="別の宛先の封筒に結果票を入れて送った。", damage="なし",
            immediate_measures="封筒を回収した。", commander="業務部長　髙橋　恵子",
            incident_no="事故第1号", lines=steps,
        )  # fmt: skip
