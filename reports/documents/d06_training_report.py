"""D-06 教育・研修実施報告: what was taught when, who was there and who was not (SK-6.1, FK-11, YC-7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from reports.documents.form import Form
from reports.documents.samples import sample_anchor, sample_head


@dataclass(frozen=True)
class Attendee:
    """One person of the contract and whether the session was attended."""

    name: str
    affiliation: str
    attended: str
    attended_on: date | None
    understanding: str


@dataclass(frozen=True)
class TrainingReport(Form):
    """教育・研修実施報告書 of one session; absent people stay on the list."""

    held_on: date | None = None
    place: str = ""
    instructor: str = ""
    method: str = ""
    topics: tuple[str, ...] = ()
    material: str = ""
    attendees: str = ""
    absentees: str = ""
    lines: tuple[Attendee, ...] = ()

    own_labels: ClassVar[Mapping[str, str]] = {
        "material": "資料・文面", "absentees": "未受講者", "attended": "受講",
        "attended_on": "受講日", "understanding": "理解度の確認",
    }  # fmt: skip
    facts: ClassVar[tuple[str, ...]] = (
        "held_on", "place", "instructor", "method", "topics", "material", "attendees", "absentees",
    )  # fmt: skip
    columns: ClassVar[Mapping[str, float]] = {
        "name": 45, "affiliation": 45, "attended": 18, "attended_on": 22, "understanding": 31,
    }  # fmt: skip

    def sentence(self) -> str:
        return "次のとおり実施したので、報告します。"

    @classmethod
    def sample(cls) -> Self:
        day = date(2026, 9, 25)
        lines = (
            Attendee("髙橋　恵子", "業務部　業務部長", "受講", day, "受講確認署名"),
            Attendee("𠮷野　翔太", "業務部　主任", "受講", day, "受講確認署名"),
            Attendee("﨑山　健", "業務部", "欠席", None, "－"),
        )
        return cls(
            sample_head("D-06", "教育・研修実施報告書", "第6条第1項"), sample_anchor(),
            held_on=day, place="みほん入力センター3階　会議室", instructor="渡邉　誠",
            method="集合（60分）", topics=("遵守すべき事項", "罰則の内容"), material="研修資料 1.0",
            attendees="3名のうち2名", absentees="﨑山　健", lines=lines,
        )  # fmt: skip
