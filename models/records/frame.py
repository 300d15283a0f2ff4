"""Frame of the work: who the parties are, which contract binds them, where the ledger began."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from models.codes import ContractStatus, OnsiteRule, OrganizationKind, ReportCycle
from models.fields import field
from models.kinds import (
    Boolean,
    Children,
    Choice,
    File,
    LongText,
    MultiChoice,
    OwnMarks,
    Ref,
    Text,
    TextList,
)
from models.kinds_of_time import Day
from models.records.base import Child, Record

MOST_PARTS = 40_000  # letters of the marks of a text's parts, some hundreds of them


@dataclass(frozen=True, kw_only=True)
class Certification(Child):
    """A certificate of a management system that an organization holds."""

    label: ClassVar[str] = "認証等"
    kind: str = field(Text(), "種類", required=True, hint="プライバシーマーク、ISMS など")
    number: str = field(Text(), "番号")
    expires_on: date | None = field(Day(), "有効期限")
    file_id: str = field(File(), "写し")


@dataclass(frozen=True, kw_only=True)
class Organization(Record):
    """A company, a municipality or an office that appears in the ledger or on its papers.

    `renamed_on` is the day from which it is called as it is now; left as it was when another name is
    entered, that is the day of the entry.
    """

    type: ClassVar[str] = "organization"
    label: ClassVar[str] = "組織"
    columns: ClassVar[tuple[str, ...]] = (
        "name",
        "kinds",
        "representative_name",
        "address",
        "phone",
    )
    search: ClassVar[tuple[str, ...]] = ("name", "name_kana", "representative_name", "address")

    kinds: tuple[OrganizationKind, ...] = field(
        MultiChoice(OrganizationKind), "区分", required=True
    )
    name: str = field(Text(), "名称", required=True)
    name_kana: str = field(Text(), "フリガナ")
    renamed_on: date | None = field(
        Day(), "名称の変更日", done=True,
        hint="名称が変わったとき、その日（登記などの日）。空欄や前のままは、訂正した日とします",
    )  # fmt: skip
    representative_title: str = field(Text(), "代表者職名", hint="書面の差出人の下に印字します")
    representative_name: str = field(Text(), "代表者氏名")
    postal_code: str = field(Text(10), "郵便番号")
    address: str = field(Text(), "所在地")
    phone: str = field(Text(30), "電話番号")
    email: str = field(Text(), "電子メール")
    departments: tuple[str, ...] = field(TextList(), "所管課等")
    is_pi_business_operator: bool | None = field(
        Boolean("該当", "非該当"), "個人情報取扱事業者該当"
    )
    certifications: tuple[Certification, ...] = field(Children(Certification), "認証等")

    def caption(self) -> str:
        return self.name

    def required(self) -> frozenset[str]:
        if OrganizationKind.CONTRACTOR in self.kinds:
            return frozenset({"representative_title", "representative_name"})
        return frozenset()


@dataclass(frozen=True, kw_only=True)
class DesignatedHours(Child):
    """A span of a weekday in which the client allows work on its premises (CB-9.2)."""

    label: ClassVar[str] = "発注者の指定する時間"
    weekday: str = field(Text(10), "曜日", required=True)
    opens: str = field(Text(5), "開始", required=True, hint="例 9:00")
    closes: str = field(Text(5), "終了", required=True, hint="例 17:00")


@dataclass(frozen=True, kw_only=True)
class DueRule(Child):
    """A date for one kind of document that the client fixed (CB-16)."""

    label: ClassVar[str] = "提出期限の指定"
    doc_kind: str = field(Text(10), "書類", required=True)
    due_on: date | None = field(Day(), "期限", required=True)


@dataclass(frozen=True, kw_only=True)
class Contract(Record):
    """A contract with a municipality; pins one version of a rule profile."""

    type: ClassVar[str] = "contract"
    label: ClassVar[str] = "契約"
    columns: ClassVar[tuple[str, ...]] = (
        "contract_no",
        "title",
        "client_org_id",
        "profile_code",
        "starts_on",
        "ends_on",
        "status",
    )
    search: ClassVar[tuple[str, ...]] = ("contract_no", "title", "client_department", "purpose")
    sections: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = (
        ("契約", ("contract_no", "title", "client_org_id", "client_department", "client_title",
                 "contractor_org_id", "profile_code", "profile_version", "profile_sha256",
                 "profile_parts")),
        ("期間", ("signed_on", "starts_on", "ends_on", "work_start_on", "completed_on",
                 "terminated_on", "termination_reason", "status")),
    )  # fmt: skip

    contract_no: str = field(Text(60), "契約番号", required=True)
    title: str = field(Text(), "業務名", required=True)
    client_org_id: str = field(Ref("organization"), "委託者", required=True, concept="client_party")
    client_department: str = field(Text(), "所管課")
    client_title: str = field(Text(), "あて名", hint="書面の宛先に印字する職名など（例 市長）")
    contractor_org_id: str = field(
        Ref("organization"), "受託者", required=True, concept="contractor_party"
    )
    profile_code: str = field(Text(60), "適用する特記事項", required=True, concept="profile_title")
    profile_version: str = field(Text(30), "特記事項の版", required=True)
    profile_sha256: str = field(Text(64), "特記事項の照合値")
    profile_parts: str = field(OwnMarks(MOST_PARTS), "特記事項の内容の控え")
    signed_on: date | None = field(Day(), "締結日", required=True)
    starts_on: date | None = field(Day(), "契約開始日", required=True)
    ends_on: date | None = field(Day(), "契約終了日", required=True)
    work_start_on: date | None = field(Day(), "業務着手日", required=True)
    completed_on: date | None = field(Day(), "業務完了日", done=True)
    terminated_on: date | None = field(Day(), "解除日")
    termination_reason: str = field(Text(), "解除の理由")
    purpose: str = field(LongText(), "業務の目的（利用目的）", required=True)
    handles_specific_pi: bool | None = field(
        Boolean("有", "無"), "特定個人情報の取扱い", required=True
    )
    handles_confidential_info: bool | None = field(
        Boolean("有", "無"), "機密情報の取扱い", required=True
    )
    onsite_rule: OnsiteRule | None = field(Choice(OnsiteRule), "作業場所の原則", required=True)
    designated_hours: tuple[DesignatedHours, ...] = field(
        Children(DesignatedHours), "指定された作業時間"
    )
    outsourcing_exempt_tasks: tuple[str, ...] = field(TextList(), "契約書等で指定された事務")
    indirect_handover_designated: bool | None = field(Boolean("有", "無"), "直接でない授受の指定")
    indirect_handover_text: str = field(Text(), "直接でない授受の方法")
    periodic_report_cycle: ReportCycle | None = field(Choice(ReportCycle), "定期報告の周期")
    doc_due_rules: tuple[DueRule, ...] = field(Children(DueRule), "提出期限の指定")
    status: ContractStatus | None = field(Choice(ContractStatus), "状態", required=True)
    retain_ledger_until: date | None = field(Day(), "台帳の保存期限")
    content_erased_on: date | None = field(Day(), "内容を消去した日")

    def caption(self) -> str:
        return f"{self.contract_no} {self.title}"

    def contract(self) -> str:
        return self.id

    def required(self) -> frozenset[str]:
        return frozenset({"termination_reason"}) if self.terminated_on else frozenset()

    def irrelevant(self) -> frozenset[str]:
        return frozenset() if self.content_erased_on else frozenset({"content_erased_on"})

    def reported(self) -> frozenset[str]:
        """Say which agreed days must have come: a contract is known before both of them.

        It is prepared before it is concluded, and goes on until the day from which it is rescinded.
        """
        concluded = self.status is not ContractStatus.PREPARING
        rescinded = self.status in (ContractStatus.TERMINATED, ContractStatus.CLOSED)
        return frozenset(
            name for name, done in (("signed_on", concluded), ("terminated_on", rescinded)) if done
        )

    def inconsistencies(self) -> Iterator[str]:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            yield "「契約終了日」が「契約開始日」より前になっています。"
        if self.work_start_on and self.starts_on and self.work_start_on < self.starts_on:
            yield "「業務着手日」が「契約開始日」より前になっています。"
        if self.completed_on and self.starts_on and self.completed_on < self.starts_on:
            yield "「業務完了日」が「契約開始日」より前になっています。"


@dataclass(frozen=True, kw_only=True)
class LedgerOrigin(Record):
    """The first entry of every ledger; pins the key by which all later keys are judged.

    Keys are lower-case hex. `first_key` is the Ed25519 public key of the first responsible person.
    `recovery_keys` are the recovery sheets whose use the ledger believes, each "name=key"; the
    entry is revised when a sheet is replaced.
    """

    type: ClassVar[str] = "ledger_origin"
    payload: ClassVar[int] = 2  # from 2 on who confirms, grants or seals is who signed the command
    label: ClassVar[str] = "台帳の開設"
    columns: ClassVar[tuple[str, ...]] = ("vault_id", "program")

    vault_id: str = field(Text(32), "台帳の識別番号", required=True)
    first_key: str = field(Text(64), "最初の責任者の検証鍵", required=True)
    program: str = field(Text(60), "プログラムの版", required=True)
    recovery_keys: tuple[str, ...] = field(TextList(), "回復シートの検証鍵")

    def caption(self) -> str:
        return f"台帳 {self.vault_id[:8]}"
