"""D-07 誓約書: the text in force, for each person to sign (SK-7.2, CB-4.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from reports.documents.samples import sample_anchor, sample_head
from reports.documents.signed_sheet import Signatory, SignedSheet


@dataclass(frozen=True)
class PledgeSheet(SignedSheet):
    """秘密保持に関する誓約書, 個人情報保護に関する誓約書."""

    def page_facts(self) -> Sequence[tuple[str, object]]:
        rows = list(super().page_facts())
        if self.wording.demands("penalties"):
            rows.append(
                (self.wording.label("penalties"), "義務に違反した場合の罰則を了知しました。")
            )
        return rows

    def promise(self) -> str:
        return "上記の事項を守ることを誓約します。この業務に従事しなくなった後も、同様とします。"

    @classmethod
    def sample(cls) -> Self:
        head = sample_head("D-07", "秘密保持に関する誓約書", "第7条第2項", number="")
        return cls(
            head, sample_anchor(), addressee=head.addressee,
            text="1　業務上知り得た個人情報を、他人に知らせません。\n2　業務の目的以外に使用しません。",
            text_version="誓約書文面 1.0",
            lines=(Signatory("𠮷野　翔太", "業務部　主任", "作業従事者"),
                   Signatory("辻󠄂　美咲", "業務部", "作業従事者")),
        )  # fmt: skip
