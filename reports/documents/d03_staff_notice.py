"""D-03 従事者の届出: who works on the contract in which role (SK-4.1, CM-9.1, FK-2.2, CB-4.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from reports.documents.form import Form, Wording
from reports.documents.samples import sample_anchor, sample_head

NO_END = "－"


@dataclass(frozen=True)
class StaffLine:
    """One person or unit in one role."""

    role: str
    name: str
    affiliation: str
    duties: str
    starts_on: date | None
    authority: str = ""
    handles_specific_pi: str = ""
    ends_on: date | None = None


@dataclass(frozen=True)
class StaffNotice(Form):
    """従事者の届出書, 報告書, 通知書 or 一覧: `verb` is the text's own (届け出, 報告, 通知).

    A last day that is known is told with the first one; papers of earlier versions told none.
    """

    verb: str = "届け出"
    lines: tuple[StaffLine, ...] = ()

    columns: ClassVar[Mapping[str, float]] = {
        "role": 26, "name": 36, "affiliation": 28, "duties": 36, "authority": 26,
        "handles_specific_pi": 18, "starts_on": 18, "ends_on": 18,
    }  # fmt: skip
    when_asked: ClassVar[frozenset[str]] = frozenset(
        {"affiliation", "authority", "handles_specific_pi"}
    )
    may_be_empty: ClassVar[frozenset[str]] = frozenset({"affiliation", "ends_on"})

    def shows(self, key: str) -> bool:
        asked = super().shows(key)
        if key != "ends_on" or self.wording.demands(key):
            return asked
        return any(line.ends_on for line in self.lines)

    def cell(self, line: StaffLine, key: str) -> object:
        """Return a dash for who stays as long as the contract: nothing is missing there."""
        value = super().cell(line, key)
        return NO_END if key == "ends_on" and value is None else value

    def sentence(self) -> str:
        return f"この契約の業務に従事する者を、次のとおり{self.verb}ます。"

    @classmethod
    def sample(cls) -> Self:
        begins = date(2026, 10, 1)
        lines = (
            StaffLine("作業責任者", "髙橋　恵子", "業務部　業務部長", "業務の統括", begins),
            StaffLine("作業従事者", "𠮷野　翔太", "業務部　主任", "結果票の受領と入力", begins),
            StaffLine("作業従事者", "辻󠄂　美咲", "業務部", "入力と照合", begins),
        )
        head = sample_head("D-03", "作業責任者・作業従事者届出書", "第4条第1項")
        wording = Wording(labels=(("affiliation", "所属・職名"),))
        return cls(head, sample_anchor(), wording=wording, verb="届け出", lines=lines)
