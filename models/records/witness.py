"""What an officer confirmed in person, by the own sign-in (SK-14.3, SK-15, FK-11; A-11)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from models.codes import OfficerAct
from models.fields import field
from models.kinds import Choice, LongText, Ref, Text
from models.kinds_of_time import Moment
from models.records.base import Record

CONFIRMED = {
    OfficerAct.WITNESS: "handling_event",
    OfficerAct.INSTRUCTION: "client_communication",
    OfficerAct.FINDING: "finding",
}
"""What of each kind the responsible person records on behalf of the officer."""


@dataclass(frozen=True, kw_only=True)
class OfficerConfirmation(Record):
    """An officer's own word under what the responsible person recorded on his behalf.

    The command that enters it is signed with the officer's key, so it needs no signature of its
    own. Without it, the officer signs the paper (立会確認書).
    """

    type: ClassVar[str] = "officer_confirmation"
    label: ClassVar[str] = "検査者の確認"
    happened: ClassVar[bool] = True
    correction: ClassVar[str] = "replace"
    columns: ClassVar[tuple[str, ...]] = (
        "confirmed_at",
        "contract_id",
        "act",
        "statement",
        "person_id",
    )
    search: ClassVar[tuple[str, ...]] = ("statement",)

    contract_id: str = field(Ref("contract"), "契約", required=True)
    act: OfficerAct | None = field(Choice(OfficerAct), "確認したこと", required=True)
    record_type: str = field(Text(40), "記録の種類", required=True)
    record_ref: str = field(Text(64), "記録", required=True)
    statement: str = field(LongText(), "内容", required=True)
    person_id: str = field(Ref("person"), "確認した人", required=True)
    confirmed_at: datetime | None = field(Moment(), "確認日時", required=True)

    def caption(self) -> str:
        return f"{self.act.label if self.act else ''}の確認"

    def inconsistencies(self) -> Iterator[str]:
        if self.act is not None and self.record_type != CONFIRMED[self.act]:
            yield "「確認したこと」と「記録の種類」が合いません。"
