"""Clearance: what a person carries, promised and learned before handling anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from models.codes import (
    CredentialKind,
    InvalidReason,
    PledgeStatus,
    TrainingKind,
    TrainingMethod,
    TrainingTopic,
    Understanding,
)
from models.fields import field
from models.kinds import (
    Boolean,
    Children,
    Choice,
    File,
    Integer,
    LongText,
    MultiChoice,
    MultiRef,
    Ref,
    Text,
    TextList,
)
from models.kinds_of_time import Day, Moment
from models.records.base import Child, Record


@dataclass(frozen=True, kw_only=True)
class Credential(Record):
    """An identity document, card or key that a person holds for a contract (SK-5.3, CB-9.2).

    Passwords are never kept here. The lag from `reported_at` to `invalidated_at` is measured.
    """

    type: ClassVar[str] = "credential"
    label: ClassVar[str] = "身分証明書・IDカード・鍵"
    concept: ClassVar[str] = "identity_document"
    columns: ClassVar[tuple[str, ...]] = (
        "contract_id",
        "kind",
        "number",
        "holder_person_id",
        "issued_on",
        "expires_on",
        "returned_on",
        "invalidated_at",
    )
    search: ClassVar[tuple[str, ...]] = ("number",)

    kind: CredentialKind | None = field(Choice(CredentialKind), "種類", required=True)
    number: str = field(Text(60), "番号", required=True)
    holder_person_id: str = field(Ref("person"), "所持者", required=True)
    contract_id: str = field(Ref("contract"), "契約")
    shows_company_name: bool | None = field(Boolean("有", "無"), "事業者名の表示")
    issued_on: date | None = field(Day(), "発行日", required=True)
    issued_by: str = field(Ref("person"), "発行者", required=True)
    issue_procedure_id: str = field(Ref("governance_document"), "発行手続")
    received_on: date | None = field(Day(), "本人の受領を確かめた日", done=True)
    custodian_person_id: str = field(Ref("person"), "管理者")
    expires_on: date | None = field(Day(), "有効期限")
    returned_on: date | None = field(Day(), "返却日", done=True)
    reported_at: datetime | None = field(Moment(), "紛失等の申出日時", done=True)
    invalidated_at: datetime | None = field(Moment(), "無効化日時", done=True)
    invalid_reason: InvalidReason | None = field(Choice(InvalidReason), "無効化の理由")

    def caption(self) -> str:
        return f"{self.kind.label if self.kind else ''} {self.number}".strip()

    def required(self) -> frozenset[str]:
        needed = set()
        if self.kind is CredentialKind.EMPLOYEE_ID:
            needed.add("shows_company_name")
        if self.kind in (CredentialKind.ACCESS_CARD, CredentialKind.AUTH_DEVICE):
            # The online standard (OC-C.2x.b) speaks of cards that open the program, not of
            # every key of the office.
            needed |= {"custodian_person_id", "issue_procedure_id", "received_on"}
        if self.invalidated_at:
            needed.add("invalid_reason")
        if self.invalid_reason in (InvalidReason.LOST, InvalidReason.LEAKED):
            needed.add("reported_at")
        return frozenset(needed)

    def inconsistencies(self) -> Iterator[str]:
        if self.issued_on and self.expires_on and self.expires_on < self.issued_on:
            yield "「有効期限」が「発行日」より前になっています。"
        if self.issued_on and self.returned_on and self.returned_on < self.issued_on:
            yield "「返却日」が「発行日」より前になっています。"
        if self.reported_at and self.invalidated_at and self.invalidated_at < self.reported_at:
            yield "「無効化日時」が「紛失等の申出日時」より前になっています。"

    def valid_on(self, day: date) -> bool:
        """Tell whether the holder could show it on that day."""
        return (
            self.issued_on is not None
            and self.issued_on <= day
            and (self.expires_on is None or day <= self.expires_on)
            and (self.returned_on is None or day <= self.returned_on)
            and (self.invalidated_at is None or day <= self.invalidated_at.date())
        )


@dataclass(frozen=True, kw_only=True)
class Pledge(Record):
    """A pledge of one person for one contract, on one version of the text (SK-7.2, CB-4.2)."""

    type: ClassVar[str] = "pledge"
    label: ClassVar[str] = "誓約書"
    happened: ClassVar[bool] = True
    concept: ClassVar[str] = "pledge"
    columns: ClassVar[tuple[str, ...]] = (
        "contract_id",
        "person_id",
        "signed_on",
        "submitted_on",
        "status",
    )
    search: ClassVar[tuple[str, ...]] = ("title", "original_place")

    contract_id: str = field(Ref("contract"), "契約", required=True)
    person_id: str = field(Ref("person"), "誓約者", required=True)
    title: str = field(Text(), "表題", required=True)
    text_document_id: str = field(Ref("governance_document"), "文面の版", required=True)
    covers_after_leaving: bool | None = field(
        Boolean("含む", "含まない"), "退職後の義務", required=True
    )
    signed_on: date | None = field(Day(), "署名日", done=True)
    collected_by: str = field(Ref("person"), "徴取者")
    original_place: str = field(Text(), "原本の保管場所")
    submission_id: str = field(Ref("submission", ("D-07", "D-08")), "提出した書面")
    submitted_on: date | None = field(Day(), "提出日", done=True)
    status: PledgeStatus | None = field(Choice(PledgeStatus), "状態", required=True)

    def caption(self) -> str:
        return self.title

    def required(self) -> frozenset[str]:
        needed = set()
        if self.status in (PledgeStatus.SIGNED, PledgeStatus.SUBMITTED, PledgeStatus.SUPERSEDED):
            needed |= {"signed_on", "collected_by"}
        if self.status is PledgeStatus.SUBMITTED:
            needed.add("submitted_on")
        return frozenset(needed)

    def inconsistencies(self) -> Iterator[str]:
        if self.signed_on and self.submitted_on and self.submitted_on < self.signed_on:
            yield "「提出日」が「署名日」より前になっています。"

    def stands_on(self, day: date) -> bool:
        """Tell whether the person had signed by that day."""
        return (
            self.status in (PledgeStatus.SIGNED, PledgeStatus.SUBMITTED)
            and self.signed_on is not None
            and self.signed_on <= day
        )


@dataclass(frozen=True, kw_only=True)
class TrainingPlan(Record):
    """What shall be taught to whom in a period, and who makes it happen (SK-6.2, CB-3.2)."""

    type: ClassVar[str] = "training_plan"
    label: ClassVar[str] = "教育・研修実施計画"
    columns: ClassVar[tuple[str, ...]] = (
        "contract_id",
        "title",
        "period_from",
        "period_to",
        "organizer_person_id",
        "approved_on",
    )
    search: ClassVar[tuple[str, ...]] = ("title", "organization_text")

    contract_id: str = field(Ref("contract"), "契約", required=True)
    title: str = field(Text(), "表題", required=True)
    period_from: date | None = field(Day(), "期間の始め", required=True)
    period_to: date | None = field(Day(), "期間の終わり", required=True)
    organizer_person_id: str = field(Ref("person"), "実施責任者", required=True)
    organization_text: str = field(LongText(), "実施体制", required=True)
    audience: tuple[str, ...] = field(TextList(), "対象者", required=True)
    topics: tuple[TrainingTopic, ...] = field(MultiChoice(TrainingTopic), "内容", required=True)
    method: tuple[TrainingMethod, ...] = field(MultiChoice(TrainingMethod), "方法", required=True)
    planned_dates: tuple[str, ...] = field(TextList(), "予定日", required=True)
    approved_on: date | None = field(Day(), "承認日", done=True)
    submission_id: str = field(Ref("submission", ("D-05",)), "計画の報告書")

    def caption(self) -> str:
        return self.title

    def inconsistencies(self) -> Iterator[str]:
        if self.period_from and self.period_to and self.period_to < self.period_from:
            yield "「期間の終わり」が「期間の始め」より前になっています。"


@dataclass(frozen=True, kw_only=True)
class Attendance(Child):
    """One person at a session (records.md `training_attendance`)."""

    label: ClassVar[str] = "受講記録"
    person_id: str = field(Ref("person"), "受講者", required=True)
    attended_on: date | None = field(Day(), "受講日", done=True)
    attended: bool | None = field(Boolean("受講", "欠席"), "受講", required=True)
    understanding: Understanding | None = field(Choice(Understanding), "理解度の確認")
    score: int | None = field(Integer(0, 1000), "得点")

    def required(self) -> frozenset[str]:
        return frozenset({"attended_on", "understanding"} if self.attended else ())


@dataclass(frozen=True, kw_only=True)
class TrainingSession(Record):
    """A training or an awareness session that was held, and who was there (SK-6.1, FK-11, YC-7)."""

    type: ClassVar[str] = "training_session"
    label: ClassVar[str] = "教育・研修・周知"
    happened: ClassVar[bool] = True
    concept: ClassVar[str] = "training"
    columns: ClassVar[tuple[str, ...]] = ("held_on", "kind", "topics", "instructor", "method")
    search: ClassVar[tuple[str, ...]] = ("place_text", "instructor")

    plan_id: str = field(Ref("training_plan"), "計画")
    contract_ids: tuple[str, ...] = field(MultiRef("contract"), "契約", required=True)
    kind: TrainingKind | None = field(Choice(TrainingKind), "種類", required=True)
    held_on: date | None = field(Day(), "実施日", required=True, done=True)
    place_text: str = field(Text(), "場所")
    instructor: str = field(Text(100), "講師", required=True)
    method: TrainingMethod | None = field(Choice(TrainingMethod), "方法", required=True)
    topics: tuple[TrainingTopic, ...] = field(MultiChoice(TrainingTopic), "内容", required=True)
    text_document_id: str = field(Ref("governance_document"), "周知した文面の版")
    material_file: str = field(File(), "資料")
    duration_min: int | None = field(Integer(1, 10_000), "時間（分）")
    attendance: tuple[Attendance, ...] = field(Children(Attendance), "受講記録")

    def caption(self) -> str:
        return self.kind.label if self.kind else self.label

    def inconsistencies(self) -> Iterator[str]:
        people = [one.person_id for one in self.attendance]
        if len(set(people)) != len(people):
            yield "「受講記録」に同じ人が二度含まれています。"

    def attended_by(self, person_id: str, day: date) -> bool:
        """Tell whether the person had taken part by that day."""
        return any(
            one.attended and one.person_id == person_id and one.attended_on is not None
            and one.attended_on <= day
            for one in self.attendance
        )  # fmt: skip
