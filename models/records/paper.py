"""Paper, files and what the program itself does: submissions, attachments, seal keys, backups."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from models.codes import (
    AttachmentKind,
    BackupKind,
    BackupResult,
    SealKind,
    SubmissionMeans,
    SubmissionStatus,
)
from models.fields import field
from models.kinds import Boolean, Choice, File, Frozen, Integer, Ref, Text, TextList
from models.kinds_of_time import Day, Moment
from models.records.base import Record


@dataclass(frozen=True, kw_only=True)
class Submission(Record):
    """One paper that leaves the office; sealed once, then frozen for ever (R-37).

    `returned` tells of a paper with a box for the client whether the answer came back; it is empty
    for papers that ask for none. `supersedes_id` is the paper whose place this one takes; when it is
    handed in, that one is 差替え済. `revision` counts them. `serial` counts the sealed papers of the ledger without a gap; `content` is exactly what was
    printed; `pdf_sha256` is the SHA-256 of the sealed file (hex).
    """

    type: ClassVar[str] = "submission"
    label: ClassVar[str] = "提出書類"
    happened: ClassVar[bool] = True
    columns: ClassVar[tuple[str, ...]] = (
        "doc_no",
        "title",
        "status",
        "submitted_on",
        "received_by",
        "returned",
        "supersedes_id",
        "sealed_at",
        "doc_kind",
        "contract_id",
    )
    search: ClassVar[tuple[str, ...]] = ("doc_no", "title", "received_by")

    contract_id: str = field(Ref("contract"), "契約", required=True)
    doc_kind: str = field(Text(10), "種類", required=True)
    title: str = field(Text(), "表題", required=True)
    doc_no: str = field(Text(60), "文書番号", required=True)
    revision: int | None = field(Integer(1), "版", required=True)
    clause_keys: tuple[str, ...] = field(TextList(), "根拠条項")
    effective_on: date | None = field(Day(), "効力日・変更日")
    due_on: date | None = field(Day(), "提出期限")
    subject_ids: tuple[str, ...] = field(TextList(), "対象の記録")
    content: Any = field(Frozen(), "内容の写し")
    serial: int | None = field(Integer(1), "通し番号")
    fiscal_year: int | None = field(Integer(1900, 2199), "年度")
    fiscal_no: int | None = field(Integer(1), "年度内の番号")
    pdf_sha256: str = field(Text(64), "PDFの照合値")
    file_id: str = field(File(), "PDF")
    previous_sha256: str = field(Text(64), "直前の文書の照合値")
    seal_fingerprint: str = field(Text(64), "証印の指紋")
    signer_title: str = field(Text(), "名義（職名）")
    signer_name: str = field(Text(100), "名義（氏名）")
    seal_kind: SealKind | None = field(Choice(SealKind), "押印")
    sealed_at: datetime | None = field(Moment(), "確定日時")
    sealed_by: str = field(Ref("person"), "確定者")
    submitted_on: date | None = field(Day(), "提出日", done=True)
    means: SubmissionMeans | None = field(Choice(SubmissionMeans), "提出方法")
    received_by: str = field(Text(100), "受領者")
    receipt_file: str = field(File(), "控え")
    returned: bool | None = field(Boolean("回収済", "未回収"), "回答の回収")
    returned_on: date | None = field(Day(), "回収日", done=True)
    returned_file: str = field(File(), "回答の写し")
    made_elsewhere: bool | None = field(Boolean("台帳の外で作成", "台帳で作成"), "作成の方法")
    supersedes_id: str = field(Ref("submission"), "差替え元")
    status: SubmissionStatus | None = field(Choice(SubmissionStatus), "状態", required=True)

    def caption(self) -> str:
        return f"{self.doc_no} {self.title}"

    def required(self) -> frozenset[str]:
        needed = set()
        drawn_here = self.status not in (SubmissionStatus.DRAFT, SubmissionStatus.CANCELLED)
        if drawn_here and not self.made_elsewhere:
            needed |= {
                "content",
                "serial",
                "fiscal_year",
                "fiscal_no",
                "pdf_sha256",
                "file_id",
                "sealed_at",
                "sealed_by",
            }
        if self.status in (SubmissionStatus.SUBMITTED, SubmissionStatus.ACCEPTED):
            needed |= {"submitted_on", "means"}
        if self.returned:
            needed |= {"returned_on", "returned_file"}
        return frozenset(needed)


@dataclass(frozen=True, kw_only=True)
class Attachment(Record):
    """A file kept with the ledger; its bytes lie encrypted in `attachments/`.

    `blob` names the encrypted file (SHA-256 of its ciphertext); `sha256` and `size` (bytes) are
    those of the clear content.
    """

    type: ClassVar[str] = "attachment"
    label: ClassVar[str] = "添付資料"
    columns: ClassVar[tuple[str, ...]] = ("name", "kind", "mime", "size", "contract_id")
    search: ClassVar[tuple[str, ...]] = ("name",)

    contract_id: str = field(Ref("contract"), "契約")
    name: str = field(Text(), "ファイル名", required=True)
    mime: str = field(Text(100), "形式", required=True)
    size: int | None = field(Integer(0, 1 << 40), "大きさ（バイト）", required=True)
    sha256: str = field(Text(64), "照合値", required=True)
    blob: str = field(Text(64), "保存名", required=True)
    kind: AttachmentKind | None = field(Choice(AttachmentKind), "区分", required=True)

    def caption(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class SealKey(Record):
    """The certificate (DER, base64) by which the papers of this ledger are sealed.

    The private key is not here; `fingerprint` is the SHA-256 of the certificate (hex) and is the
    value that the client was told.
    """

    type: ClassVar[str] = "seal_key"
    label: ClassVar[str] = "証印"
    columns: ClassVar[tuple[str, ...]] = ("fingerprint", "subject", "valid_until", "retired_on")

    fingerprint: str = field(Text(64), "指紋", required=True)
    subject: str = field(Text(), "名義", required=True)
    certificate: str = field(Text(40_000), "証明書", required=True)
    valid_until: date | None = field(Day(), "有効期限", required=True)
    retired_on: date | None = field(Day(), "使用をやめた日")

    def caption(self) -> str:
        return self.fingerprint[:16]


@dataclass(frozen=True, kw_only=True)
class BackupRun(Record):
    """One backup, check, restore or restore drill (L-22; CM-5.7.6, FK-10.2)."""

    type: ClassVar[str] = "backup_run"
    label: ClassVar[str] = "バックアップ"
    happened: ClassVar[bool] = True
    columns: ClassVar[tuple[str, ...]] = (
        "finished_at",
        "kind",
        "file_name",
        "to_event_seq",
        "size",
        "result",
        "medium_id",
    )
    search: ClassVar[tuple[str, ...]] = ("file_name",)

    kind: BackupKind | None = field(Choice(BackupKind), "種別", required=True)
    started_at: datetime | None = field(Moment(), "開始", required=True)
    finished_at: datetime | None = field(Moment(), "終了", required=True)
    backup_id: str = field(Text(32), "バックアップの識別番号")
    to_event_seq: int | None = field(Integer(), "収録した最後の記帳番号")
    head: str = field(Text(64), "台帳の先頭値")
    file_name: str = field(Text(400), "ファイル名", required=True)
    folder: str = field(Text(400), "保存先")
    sha256: str = field(Text(64), "照合値")
    size: int | None = field(Integer(0, 1 << 50), "大きさ（バイト）")
    target_item_id: str = field(Ref("item"), "保存先の媒体")
    medium_id: str = field(Ref("backup_medium"), "登録した媒体")
    result: BackupResult | None = field(Choice(BackupResult), "結果", required=True)
    checked_by: str = field(Ref("person"), "確認した人")
    elapsed_ms: int | None = field(Integer(), "所要時間（ミリ秒）")
    detail: str = field(Text(1000), "内容")

    def caption(self) -> str:
        return self.file_name
