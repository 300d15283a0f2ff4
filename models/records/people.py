"""People: who they are, in which role they work on which contract, and who may sign in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from models.codes import AccountStatus, AssignmentRole, AssignmentStatus, EmploymentType, Role
from models.fields import field
from models.kinds import Boolean, Choice, File, MultiRef, Private, Ref, Text
from models.kinds_of_time import Day
from models.records.base import Record

NON_REGULAR = frozenset(
    {
        EmploymentType.CONTRACT_EMPLOYEE,
        EmploymentType.PART_TIME,
        EmploymentType.DISPATCHED,
        EmploymentType.SUBCONTRACTOR_STAFF,
    }
)


@dataclass(frozen=True, kw_only=True)
class Person(Record):
    """A person of the contractor, of the client or of another party; names exactly as written."""

    type: ClassVar[str] = "person"
    label: ClassVar[str] = "人"
    columns: ClassVar[tuple[str, ...]] = (
        "name",
        "name_kana",
        "organization_id",
        "department",
        "job_title",
        "employment_type",
        "left_on",
    )
    search: ClassVar[tuple[str, ...]] = (
        "name",
        "name_kana",
        "department",
        "job_title",
        "employee_no",
    )

    organization_id: str = field(Ref("organization"), "所属組織", required=True)
    name: str = field(Text(100), "氏名", required=True)
    name_kana: str = field(Text(100), "フリガナ")
    department: str = field(Text(), "部署")
    job_title: str = field(Text(), "職名")
    employee_no: str = field(Text(40), "社員番号")
    contact: str = field(Private(), "連絡先")
    employment_type: EmploymentType | None = field(
        Choice(EmploymentType), "雇用形態", required=True
    )
    dispatch_agency_id: str = field(Ref("organization"), "派遣元")
    left_on: date | None = field(Day(), "退職日")

    def caption(self) -> str:
        return self.name

    def required(self) -> frozenset[str]:
        if self.employment_type is EmploymentType.DISPATCHED:
            return frozenset({"dispatch_agency_id"})
        return frozenset()

    def irrelevant(self) -> frozenset[str]:
        if self.employment_type is EmploymentType.DISPATCHED:
            return frozenset()
        return frozenset({"dispatch_agency_id"})


@dataclass(frozen=True, kw_only=True)
class Assignment(Record):
    """One person (or unit) in one role on one contract for one period (SK-4, CM-9, FK-2, CB-4)."""

    type: ClassVar[str] = "assignment"
    label: ClassVar[str] = "従事者等の指定"
    columns: ClassVar[tuple[str, ...]] = (
        "contract_id",
        "person_id",
        "unit_name",
        "role",
        "duties",
        "starts_on",
        "ends_on",
        "status",
    )
    search: ClassVar[tuple[str, ...]] = ("unit_name", "duties")

    contract_id: str = field(Ref("contract"), "契約", required=True)
    person_id: str = field(Ref("person"), "人")
    unit_name: str = field(Text(), "組織名", hint="人ではなく組織を指定するとき")
    role: AssignmentRole | None = field(Choice(AssignmentRole), "役割", required=True)
    duties: str = field(Text(), "担当業務")
    authority_scope: str = field(Text(), "権限の範囲")
    handles_specific_pi: bool | None = field(Boolean("有", "無"), "特定個人情報の取扱い")
    asset_ids: tuple[str, ...] = field(MultiRef("information_asset"), "取り扱う個人情報")
    starts_on: date | None = field(Day(), "従事開始日", required=True)
    ends_on: date | None = field(Day(), "従事終了日")
    end_reason: str = field(Text(), "終了の理由")
    # A new manager may be told by the report of manager and plan, too (CB-3.2).
    notice_submission_id: str = field(Ref("submission", ("D-03", "D-05")), "届出書・通知書")
    labour_terms_confirmed: bool | None = field(
        Boolean("確認した", "していない"), "契約書への遵守事項の明記"
    )
    labour_terms_checked_on: date | None = field(Day(), "明記の確認日", done=True)
    labour_terms_checked_by: str = field(Ref("person"), "明記の確認者")
    labour_terms_file: str = field(File(), "契約書の写し")
    status: AssignmentStatus | None = field(Choice(AssignmentStatus), "状態", required=True)

    def caption(self) -> str:
        return self.role.label if self.role else ""

    def required(self) -> frozenset[str]:
        needed = {"end_reason"} if self.ends_on else set()
        return frozenset(needed | ({"person_id"} if not self.unit_name else set()))

    def inconsistencies(self) -> Iterator[str]:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            yield "「従事終了日」が「従事開始日」より前になっています。"
        if self.person_id and self.unit_name:
            yield "「人」と「組織名」は、どちらか一方だけを指定してください。"

    def within(self, day: date) -> bool:
        """Tell whether a day is among its days; `models.rules.standing` tells whether it counts."""
        return (
            self.starts_on is not None
            and self.starts_on <= day
            and (self.ends_on is None or day <= self.ends_on)
        )


@dataclass(frozen=True, kw_only=True)
class UserAccount(Record):
    """A person who may sign in; the password and the private keys are never in the ledger.

    `public_key` is the Ed25519 key (hex) that verifies this user's commands.
    """

    type: ClassVar[str] = "user_account"
    label: ClassVar[str] = "利用者"
    columns: ClassVar[tuple[str, ...]] = (
        "login_name",
        "person_id",
        "app_role",
        "status",
        "valid_until",
        "password_changed_on",
    )
    search: ClassVar[tuple[str, ...]] = ("login_name",)

    person_id: str = field(Ref("person"), "人", required=True)
    login_name: str = field(Text(60), "利用者名", required=True)
    app_role: Role | None = field(Choice(Role), "区分", required=True)
    public_key: str = field(Text(64), "検証鍵", required=True)
    password_changed_on: date | None = field(Day(), "パスワード変更日")
    password_review_due_on: date | None = field(Day(), "パスワードの見直し期限")
    must_change: bool | None = field(Boolean("要", "不要"), "初回の変更")
    valid_from: date | None = field(Day(), "利用開始日")
    valid_until: date | None = field(Day(), "利用期限")
    status: AccountStatus | None = field(Choice(AccountStatus), "状態", required=True)
    issued_by: str = field(Ref("person"), "発行した人")
    issue_procedure_id: str = field(Ref("governance_document"), "発行手続")
    received_on: date | None = field(Day(), "本人の受領を確かめた日")
    reminded_on: date | None = field(Day(), "パスワードの注意を承知した日")
    disabled_on: date | None = field(Day(), "利用停止日")
    disabled_reason: str = field(Text(), "利用停止の理由")

    def caption(self) -> str:
        return self.login_name

    def usable_on(self, day: date) -> bool:
        """Tell whether the account is in use and a day is among its days."""
        return (
            self.status is AccountStatus.ACTIVE
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )

    @property
    def days(self) -> str:
        """Return the days on which it may be used, in words."""
        first, last = map(Day().format, (self.valid_from, self.valid_until))
        return f"{first}{'から' if first else ''}{last}{'まで' if last else ''}"

    def required(self) -> frozenset[str]:
        needed = {"valid_until"} if self.app_role is Role.INSPECTOR else set()
        if self.status is AccountStatus.DISABLED:
            needed |= {"disabled_on", "disabled_reason"}
        return frozenset(needed)
