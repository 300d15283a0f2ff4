"""The media on which backups are kept: items of the contractor, known by a mark on them (A-26)."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from models.fields import Day, Ref, Text, field
from models.records.base import Record


@dataclass(frozen=True, kw_only=True)
class BackupMedium(Record):
    """A stick or disk for backups; `mark` is the random id in the file that lies on it."""

    type: ClassVar[str] = "backup_medium"
    label: ClassVar[str] = "バックアップの媒体"
    columns: ClassVar[tuple[str, ...]] = ("medium_no", "name", "place_id", "registered_on")
    search: ClassVar[tuple[str, ...]] = ("medium_no", "name")

    medium_no: str = field(Text(40), "媒体番号", required=True)
    name: str = field(Text(), "名称", required=True)
    mark: str = field(Text(32), "媒体の印", required=True)
    place_id: str = field(Ref("place"), "保管場所")
    registered_on: date | None = field(Day(), "登録日", required=True)

    def caption(self) -> str:
        return f"{self.medium_no} {self.name}"
