"""The media on which backups are kept: items of the contractor, known by a mark on them (A-26)."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from models.codes import MediumState, SanitizationMethod
from models.fields import field
from models.kinds import Choice, Ref, Text
from models.kinds_of_time import Day
from models.records.base import Record


@dataclass(frozen=True, kw_only=True)
class BackupMedium(Record):
    """A stick or disk for backups; `mark` is the random id in the file that lies on it."""

    type: ClassVar[str] = "backup_medium"
    label: ClassVar[str] = "バックアップの媒体"
    columns: ClassVar[tuple[str, ...]] = (
        "medium_no", "name", "place_id", "registered_on", "state", "ended_on",
    )  # fmt: skip
    search: ClassVar[tuple[str, ...]] = ("medium_no", "name")

    medium_no: str = field(Text(40), "媒体番号", required=True)
    name: str = field(Text(), "名称", required=True)
    mark: str = field(Text(32), "媒体の印", required=True)
    place_id: str = field(Ref("place"), "保管場所")
    registered_on: date | None = field(Day(), "登録日", required=True)
    state: MediumState | None = field(Choice(MediumState), "状態")
    item_id: str = field(Ref("item"), "媒体・資料としての登録")
    ended_on: date | None = field(Day(), "使用を終えた日")
    end_method: SanitizationMethod | None = field(Choice(SanitizationMethod), "媒体の処分の方法")
    end_detail: str = field(Text(), "処分の詳細")
    end_performed_by: str = field(Ref("person"), "処分した人")
    end_verified_by: str = field(Ref("person"), "処分を確かめた人")

    def caption(self) -> str:
        return f"{self.medium_no} {self.name}"

    @property
    def in_use(self) -> bool:
        """Tell whether backups may be written to it; an older record says nothing of its state."""
        return self.state in (None, MediumState.IN_USE)

    @property
    def state_word(self) -> str:
        return (self.state or MediumState.IN_USE).label
