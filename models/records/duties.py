"""What people put on the calendar themselves, beside what the ledger works out."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from models.codes import DueStatus
from models.fields import field
from models.kinds import Choice, LongText, Ref, Text
from models.kinds_of_time import Day
from models.records.base import Record


@dataclass(frozen=True, kw_only=True)
class DueItem(Record):
    """A date by which something is to be done (records.md 7.4).

    Dates that follow from other records are never entered: they are worked out each time.
    """

    type: ClassVar[str] = "due_item"
    label: ClassVar[str] = "予定・期限"
    columns: ClassVar[tuple[str, ...]] = (
        "due_on",
        "title",
        "contract_id",
        "owner_person_id",
        "clause_key",
        "status",
    )
    search: ClassVar[tuple[str, ...]] = ("title", "note")

    contract_id: str = field(Ref("contract"), "契約", hint="どの契約のものでもないときは空欄")
    title: str = field(Text(), "すること", required=True)
    due_on: date | None = field(Day(), "期限", required=True)
    owner_person_id: str = field(Ref("person"), "担当", required=True)
    clause_key: str = field(Text(30), "条項")
    note: str = field(LongText(), "備考")
    status: DueStatus | None = field(Choice(DueStatus), "状態", required=True)
    satisfied_on: date | None = field(Day(), "済ませた日", done=True)
    waived_reason: str = field(Text(), "免除の理由")

    def caption(self) -> str:
        return self.title

    def required(self) -> frozenset[str]:
        if self.status is DueStatus.SATISFIED:
            return frozenset({"satisfied_on"})
        return frozenset({"waived_reason"} if self.status is DueStatus.WAIVED else ())
