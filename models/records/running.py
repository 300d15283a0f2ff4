"""How the program itself runs: what an officer should hear about without having to ask."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from models.codes import EventLevel, SystemEventKind
from models.fields import field
from models.kinds import Choice, LongText, Ref, Text
from models.kinds_of_time import Moment
from models.records.base import Record

UNDER_LATER_KEY = "key "
"""How the value of a `rolled_back` begins where the journal went on under a later data key."""


@dataclass(frozen=True, kw_only=True)
class SystemEvent(Record):
    """Something that befell the ledger, not the media: its journal, its clock, its past (A-21, A-28).

    `detail` is a sentence that can be printed; `reason` is what the responsible person answered.
    """

    type: ClassVar[str] = "system_event"
    label: ClassVar[str] = "運転状況"
    happened: ClassVar[bool] = True
    columns: ClassVar[tuple[str, ...]] = ("occurred_at", "kind", "level", "detail", "reason")
    search: ClassVar[tuple[str, ...]] = ("detail", "reason")

    occurred_at: datetime | None = field(Moment(), "日時", required=True)
    kind: SystemEventKind | None = field(Choice(SystemEventKind), "種別", required=True)
    level: EventLevel | None = field(Choice(EventLevel), "重要度", required=True)
    detail: str = field(LongText(), "内容", required=True)
    value: str = field(Text(200), "値")
    reason: str = field(LongText(), "理由")
    acknowledged_by: str = field(Ref("person"), "承知した人")

    def caption(self) -> str:
        return self.kind.label if self.kind else ""

    def required(self) -> frozenset[str]:
        answered = (
            SystemEventKind.JOURNAL_SUSPENDED,
            SystemEventKind.JOURNAL_STOPPED,
            SystemEventKind.ACCESS_REVIEWED,
            SystemEventKind.CONDITION_CHECKED,
            SystemEventKind.PASSWORDS_REVIEWED,
            SystemEventKind.PROGRAM_CLEARED,
            SystemEventKind.ACCOUNTS_MANAGED,
        )
        return frozenset({"reason", "acknowledged_by"}) if self.kind in answered else frozenset()
