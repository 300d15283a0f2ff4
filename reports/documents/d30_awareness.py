"""D-30 周知書・受領確認書: the duties and the penalties, word for word, for each person to sign.

CB-4.2, CB-4.3, YC-7.1. The text of the penalties is the user's own, with the day of its wording.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from reports.blocks import shown
from reports.documents.base import blank
from reports.documents.samples import sample_anchor, sample_head
from reports.documents.signed_sheet import Signatory, SignedSheet


@dataclass(frozen=True)
class AwarenessSheet(SignedSheet):
    """周知書・受領確認書; `to_check` warns of a wording that is older than a year."""

    text_as_of: date | None = None
    to_check: bool = False

    text_key: ClassVar[str] = "penalties"

    def missing(self) -> Iterator[str]:
        yield from super().missing()
        yield from blank((self.label("text_as_of"), self.text_as_of))

    def page_facts(self) -> Sequence[tuple[str, object]]:
        as_of = shown(self.text_as_of) + ("（1年を過ぎています。要確認）" if self.to_check else "")
        return (
            *super().page_facts(),
            (
                self.label("duty"),
                "この契約の個人情報を扱う者は、次の事項を守らなければなりません。",
            ),
            (self.label("text_as_of"), as_of),
        )

    def promise(self) -> str:
        return "上記の事項について周知を受け、その内容を了知しました。"

    @classmethod
    def sample(cls) -> Self:
        head = sample_head("D-30", "周知書・受領確認書", "第4第2項", number="")
        return cls(
            head, sample_anchor(), addressee="株式会社みほん情報処理　代表取締役　見本　一郎",
            text="1　業務上知り得た個人情報を漏らしてはなりません。\n2　違反した者は、罰せられることがあります。",
            text_version="罰則・義務の周知文 1.0", text_as_of=date(2026, 9, 25),
            lines=(Signatory("𠮷野　翔太", "業務部　主任", "従事者"),),
        )  # fmt: skip
