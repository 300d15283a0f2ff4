"""The end of a contract's content: what was erased, who agreed, and what has to outlive it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from models.fields import field
from models.kinds import Integer, Json, LongText, Ref, Text, TextList
from models.kinds_of_time import Moment
from models.records.base import Record

AGREEMENT = frozenset({"approved_by", "approved_at", "proof"})
"""Fields that the second person's agreement brings about; that person signs all others."""


@dataclass(frozen=True, kw_only=True)
class ContentErasure(Record):
    """Content and salts of a contract's entries were erased after its retention date (A-39).

    `numbers` names every entry that lost its content, as lines of "12-40,44". What a later paper
    needs of the last sealed one (`last_…`) is kept here when that paper was erased as well; the
    highest number of each fiscal year (`fiscal_numbers`, lines of "2026:12") always is. Papers may
    bear a number that the contract had before (`former_numbers`): no other contract gets it.
    """

    type: ClassVar[str] = "content_erasure"
    label: ClassVar[str] = "契約終了後の消去"
    happened: ClassVar[bool] = True
    columns: ClassVar[tuple[str, ...]] = ("erased_at", "contract_no", "entries", "files", "reason")
    search: ClassVar[tuple[str, ...]] = ("contract_no", "reason")

    contract_id: str = field(Ref("contract"), "契約", required=True)
    contract_no: str = field(Text(60), "契約番号", required=True)
    former_numbers: tuple[str, ...] = field(TextList(), "書類に載った前の契約番号")
    erased_at: datetime | None = field(Moment(), "消去日時", required=True)
    entries: int | None = field(Integer(1), "消去した記帳の件数", required=True)
    numbers: tuple[str, ...] = field(TextList(), "消去した記帳番号", required=True)
    files: int | None = field(Integer(), "取り除いた添付ファイルの件数")
    blobs: tuple[str, ...] = field(TextList(), "取り除いた添付ファイル")
    reason: str = field(LongText(), "理由", required=True)
    requested_by: str = field(Ref("person"), "消去した責任者", required=True)
    approved_by: str = field(Ref("person"), "確認した人", required=True)
    approved_at: datetime | None = field(Moment(), "確認日時", required=True)
    proof: str = field(Text(300), "確認した人の署名", required=True)
    last_paper_seq: int | None = field(Integer(), "最後の書類の記帳番号")
    last_serial: int | None = field(Integer(), "最後の書類の通し番号")
    last_fiscal_year: int | None = field(Integer(), "最後の書類の年度")
    last_fiscal_no: int | None = field(Integer(), "最後の書類の年度内の番号")
    fiscal_numbers: tuple[str, ...] = field(TextList(), "年度ごとの最後の番号")
    last_doc_no: str = field(Text(60), "最後の書類の文書番号")
    last_sha256: str = field(Text(64), "最後の書類の照合値")

    def caption(self) -> str:
        return f"契約{self.called}の内容の消去"

    @property
    def called(self) -> str:
        """Return the number, with those that the papers of the contract bear as well."""
        former = "、".join(self.former_numbers)
        return f"{self.contract_no}（前の番号：{former}）" if former else self.contract_no


def agreed_part(fields: Mapping[str, Json]) -> dict[str, Json]:
    """Return what the second person signs of an erasure's content."""
    return {name: value for name, value in fields.items() if name not in AGREEMENT}
