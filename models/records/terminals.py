"""The terminals on which the ledger may be used (FK-10.2, OC-Xp.1; A-29)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from models.codes import TerminalState
from models.fields import field
from models.kinds import Choice, LongText, Ref, Text
from models.kinds_of_time import Day
from models.records.base import Record

DEVICE_DIGITS = 8


@dataclass(frozen=True, kw_only=True)
class Terminal(Record):
    """A PC that may open the ledger: where it stands, what keeps it from being stolen, who says so.

    `device` is what the ledger itself calls the PC (the digits behind its name in the access log);
    it is empty for a PC that was not used yet. One record is one PC, so the list is the count.
    """

    type: ClassVar[str] = "terminal"
    label: ClassVar[str] = "使用端末"
    columns: ClassVar[tuple[str, ...]] = (
        "terminal_no", "name", "place_id", "theft_prevention", "state", "registered_on",
        "registered_by",
    )  # fmt: skip
    search: ClassVar[tuple[str, ...]] = ("terminal_no", "name")

    terminal_no: str = field(Text(40), "端末番号", required=True)
    name: str = field(Text(), "名称", required=True, hint="PCの名前や、置いてある机など")
    device: str = field(
        Text(DEVICE_DIGITS),
        "端末の識別",
        hint="「点検」の「利用の記録」で、端末の名前の後ろに出る8桁",
    )
    item_id: str = field(Ref("item"), "機器としての登録")
    place_id: str = field(Ref("place"), "設置場所", required=True)
    theft_prevention: str = field(
        Text(), "盗難防止措置", required=True, hint="ワイヤーロック、施錠できる保管庫など"
    )
    state: TerminalState | None = field(Choice(TerminalState), "状態", required=True)
    registered_on: date | None = field(Day(), "登録日", required=True)
    registered_by: str = field(Ref("person"), "登録した人", required=True)
    retired_on: date | None = field(Day(), "使用を終えた日")
    note: str = field(LongText(), "備考")

    def caption(self) -> str:
        return f"{self.terminal_no} {self.name}"

    def required(self) -> frozenset[str]:
        return frozenset({"retired_on"} if self.state is TerminalState.RETIRED else ())

    def irrelevant(self) -> frozenset[str]:
        return frozenset() if self.state is TerminalState.RETIRED else frozenset({"retired_on"})

    def inconsistencies(self) -> Iterator[str]:
        if self.device and (
            len(self.device) != DEVICE_DIGITS or set(self.device) - set("0123456789abcdef")
        ):
            yield "「端末の識別」は、0から9とaからfの8桁です。"
        if self.retired_on and self.registered_on and self.retired_on < self.registered_on:
            yield "「使用を終えた日」が「登録日」より前です。"
