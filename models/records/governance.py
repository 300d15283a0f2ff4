"""How the work is governed: plans, what the client asked, exceptions, findings, rights."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from models.changed_terms import mistake
from models.codes import (
    AccessLevel,
    CommunicationKind,
    CommunicationMeans,
    CommunicationStatus,
    Direction,
    FindingSource,
    FindingStatus,
    GovernanceCover,
    GovernanceKind,
    GovernanceStatus,
    RuleMode,
    Severity,
    Urgency,
)
from models.fields import field
from models.kinds import Boolean, Children, Choice, File, Integer, LongText, MultiChoice, Ref, Text
from models.kinds_of_time import Day, Moment
from models.records.base import Child, Record

REQUESTS = frozenset(
    {
        CommunicationKind.REPORT_REQUEST,
        CommunicationKind.DOCUMENT_REQUEST,
        CommunicationKind.SUPERVISION_REPORT_REQUEST,
        CommunicationKind.STAFF_LIST_REQUEST,
        CommunicationKind.PLEDGE_REQUEST,
        CommunicationKind.WITNESS_REQUEST,
        CommunicationKind.PPC_REPORT_REQUEST,
        CommunicationKind.CLAIM_COOPERATION,
    }
)
WITH_A_DAY = frozenset({CommunicationKind.INSPECTION_NOTICE})
"""What is no question and yet waits: on a day, somebody has to be there."""
REASON_LENGTH = 10  # characters of a reason for an exception (records.md 7.5)


@dataclass(frozen=True, kw_only=True)
class ChangedTerm(Child):
    """One thing that the parties agreed otherwise: a rule's mode or a parameter of the profile."""

    label: ClassVar[str] = "変更した定め"
    key: str = field(
        Text(60), "項目", required=True, hint="復元の試しの周期、R-08、timing.end_lead_days など"
    )
    value: str = field(Text(), "内容", required=True)

    def inconsistencies(self) -> Iterator[str]:
        said = mistake(self.key, self.value) if self.key and self.value else ""
        if said:
            yield said


@dataclass(frozen=True, kw_only=True)
class ContractClauseSetting(Record):
    """A clause that does not apply, or applies otherwise, under one contract (FK-N2, R-39)."""

    type: ClassVar[str] = "contract_clause_setting"
    label: ClassVar[str] = "契約別の条項設定"
    columns: ClassVar[tuple[str, ...]] = (
        "contract_id",
        "clause_key",
        "enabled",
        "reason",
        "agreed_on",
    )
    search: ClassVar[tuple[str, ...]] = ("clause_key", "reason")

    contract_id: str = field(Ref("contract"), "契約", required=True)
    clause_key: str = field(Text(30), "条項", required=True)
    enabled: bool | None = field(Boolean("適用する", "適用しない"), "適用", required=True)
    params: tuple[ChangedTerm, ...] = field(Children(ChangedTerm), "変更した定め")
    reason: str = field(Text(1000), "変更の理由", required=True)
    agreed_on: date | None = field(Day(), "合意日", required=True)
    basis_file: str = field(File(), "根拠（契約書の定めなど）")

    def caption(self) -> str:
        return self.clause_key


@dataclass(frozen=True, kw_only=True)
class GovernanceDocument(Record):
    """A rule, plan, structure or text in one version (SK-15.2, SK-17.3, CM-8.1, FK-2.1, OC-C.1)."""

    type: ClassVar[str] = "governance_document"
    label: ClassVar[str] = "規程・体制・計画・手順・文面"
    columns: ClassVar[tuple[str, ...]] = (
        "kind",
        "title",
        "version",
        "contract_id",
        "effective_from",
        "next_review_on",
        "status",
    )
    search: ClassVar[tuple[str, ...]] = ("title", "version")

    contract_id: str = field(Ref("contract"), "契約", hint="全社共通のときは空欄")
    kind: GovernanceKind | None = field(Choice(GovernanceKind), "種類", required=True)
    title: str = field(Text(), "表題", required=True)
    version: str = field(Text(30), "版", required=True)
    covers: tuple[GovernanceCover, ...] = field(MultiChoice(GovernanceCover), "定めた事項")
    text: str = field(LongText(20_000), "本文")
    text_as_of: date | None = field(Day(), "条文の基準日")
    effective_from: date | None = field(Day(), "適用日", required=True)
    approved_by: str = field(Ref("person"), "承認者")
    approved_on: date | None = field(Day(), "承認日", done=True)
    review_cycle_months: int | None = field(Integer(1, 120), "見直しの周期（月）")
    last_reviewed_on: date | None = field(Day(), "最後の見直し日", done=True)
    next_review_on: date | None = field(Day(), "次回の見直し日")
    file_id: str = field(File(), "ファイル")
    status: GovernanceStatus | None = field(Choice(GovernanceStatus), "状態", required=True)

    def caption(self) -> str:
        return f"{self.title} {self.version}".strip()

    def required(self) -> frozenset[str]:
        if self.status is GovernanceStatus.IN_FORCE:
            return frozenset({"approved_by", "approved_on"})
        return frozenset()


@dataclass(frozen=True, kw_only=True)
class ClientCommunication(Record):
    """A request, instruction or notice between the client and the contractor (SK-15.3, CB-14.2)."""

    type: ClassVar[str] = "client_communication"
    label: ClassVar[str] = "委託者との連絡・求め・指示"
    columns: ClassVar[tuple[str, ...]] = (
        "at",
        "contract_id",
        "direction",
        "kind",
        "summary",
        "due_at",
        "responded_at",
        "status",
    )
    search: ClassVar[tuple[str, ...]] = ("summary", "from_name", "to_name")

    contract_id: str = field(Ref("contract"), "契約", required=True)
    direction: Direction | None = field(Choice(Direction), "方向", required=True)
    kind: CommunicationKind | None = field(Choice(CommunicationKind), "種類", required=True)
    at: datetime | None = field(Moment(), "日時", required=True, done=True)
    means: CommunicationMeans | None = field(Choice(CommunicationMeans), "手段", required=True)
    from_name: str = field(Text(100), "発信者", required=True)
    to_name: str = field(Text(100), "受信者", required=True)
    summary: str = field(LongText(), "要旨", required=True)
    urgency: Urgency | None = field(Choice(Urgency), "緊急度")
    due_at: datetime | None = field(Moment(), "期限")
    response_submission_id: str = field(Ref("submission"), "回答した書面")
    responded_at: datetime | None = field(Moment(), "回答日時", done=True)
    response_note: str = field(LongText(), "回答・対応の内容")
    status: CommunicationStatus | None = field(Choice(CommunicationStatus), "状態")
    file_id: str = field(File(), "写し")

    def caption(self) -> str:
        return self.kind.label if self.kind else self.label

    @property
    def is_request(self) -> bool:
        """Tell whether the client waits for an answer."""
        return self.direction is Direction.IN and self.kind in REQUESTS

    @property
    def is_waiting(self) -> bool:
        """Tell whether it is still to be answered or attended to (K-20, K-21, K-34)."""
        return self.status is CommunicationStatus.OPEN and self.is_awaited

    @property
    def is_awaited(self) -> bool:
        """Tell whether something has to follow, done or not: an answer, or what has its day (REQ)."""
        dated = self.direction is Direction.IN and self.due_at is not None
        return self.is_request or self.kind in WITH_A_DAY or dated

    def required(self) -> frozenset[str]:
        needed = {"urgency", "status"} if self.is_request else set()
        if self.urgency is Urgency.DATED:
            needed.add("due_at")
        if self.status in (CommunicationStatus.ANSWERED, CommunicationStatus.CLOSED):
            needed.add("responded_at")
        return frozenset(needed)

    def inconsistencies(self) -> Iterator[str]:
        if self.at and self.responded_at and self.responded_at < self.at:
            yield "「回答日時」が「日時」より前になっています。"


@dataclass(frozen=True, kw_only=True)
class Finding(Record):
    """Something that must be put right, until somebody else verified that it was (CBY-2.2.1)."""

    type: ClassVar[str] = "finding"
    label: ClassVar[str] = "指摘・是正"
    happened: ClassVar[bool] = True
    columns: ClassVar[tuple[str, ...]] = (
        "contract_id",
        "source",
        "clause_key",
        "description",
        "severity",
        "due_on",
        "owner_person_id",
        "status",
    )
    search: ClassVar[tuple[str, ...]] = ("description", "action")

    contract_id: str = field(
        Ref("contract"), "契約", hint="どの契約のものでもないときは空欄（内容は検査者に見えません）"
    )
    source: FindingSource | None = field(Choice(FindingSource), "きっかけ", required=True)
    source_id: str = field(
        Text(64), "きっかけの記録", hint="きっかけが取扱記録のときは、その記録番号（例 第55号）"
    )
    clause_key: str = field(Text(30), "条項")
    description: str = field(LongText(), "内容", required=True)
    severity: Severity | None = field(Choice(Severity), "重さ", required=True)
    due_on: date | None = field(Day(), "是正の期限", required=True)
    owner_person_id: str = field(Ref("person"), "担当", required=True)
    action: str = field(LongText(), "是正措置")
    completed_on: date | None = field(Day(), "是正日", done=True)
    verified_by: str = field(Ref("person"), "確認した人")
    verified_on: date | None = field(Day(), "確認日")
    status: FindingStatus | None = field(Choice(FindingStatus), "状態", required=True)

    def caption(self) -> str:
        return self.description.split("\n")[0][:60]

    def required(self) -> frozenset[str]:
        needed = set()
        if self.status in (FindingStatus.DONE, FindingStatus.VERIFIED):
            needed |= {"action", "completed_on"}
        if self.status is FindingStatus.VERIFIED:
            needed |= {"verified_by", "verified_on"}
        return frozenset(needed)

    def irrelevant(self) -> frozenset[str]:
        if self.status is FindingStatus.VERIFIED:
            return frozenset()
        return frozenset({"verified_by", "verified_on"})  # by models/corrections.py

    def inconsistencies(self) -> Iterator[str]:
        if self.verified_by and self.verified_by == self.owner_person_id:
            yield "「確認した人」には「担当」と別の人を選んでください。"


@dataclass(frozen=True, kw_only=True)
class RuleOverride(Record):
    """An exception from a rule with its reason and, for a breach, the second person (R-36, A-33).

    `proof` is the safe's proof that the approver signed in; it is never a password.
    """

    type: ClassVar[str] = "rule_override"
    label: ClassVar[str] = "例外・逸脱の記録"
    happened: ClassVar[bool] = True
    columns: ClassVar[tuple[str, ...]] = (
        "at",
        "contract_id",
        "rule_id",
        "mode",
        "reason",
        "requested_by",
        "approved_by",
    )
    search: ClassVar[tuple[str, ...]] = ("reason", "message", "rule_id")

    contract_id: str = field(Ref("contract"), "契約")
    rule_id: str = field(Text(300), "規則", required=True)
    mode: RuleMode | None = field(Choice(RuleMode), "強さ", required=True)
    record_type: str = field(Text(40), "記録の種類", required=True)
    record_ref: str = field(Text(64), "対象の記録", required=True)
    message: str = field(LongText(), "判定の内容", required=True)
    clauses: str = field(Text(400), "条項")
    reason: str = field(Text(1000), "理由", required=True)
    requested_by: str = field(Ref("person"), "求めた人", required=True)
    approved_by: str = field(Ref("person"), "認めた人")
    approved_at: datetime | None = field(Moment(), "認めた日時")
    proof: str = field(Text(400), "認めた人の署名")
    at: datetime | None = field(Moment(), "日時", required=True)
    finding_id: str = field(Ref("finding"), "指摘・是正")
    incident_id: str = field(Text(64), "事故等")
    confirm_later: bool | None = field(Boolean("後日の確認が要る", "要らない"), "後日の確認")

    def caption(self) -> str:
        return f"{self.rule_id} {self.mode.label if self.mode else ''}".strip()

    def inconsistencies(self) -> Iterator[str]:
        if self.reason and len(self.reason) < REASON_LENGTH:
            yield f"「理由」は{REASON_LENGTH}文字以上で、具体的に入力してください。"
        if self.approved_by and self.approved_by == self.requested_by:
            yield "「認めた人」には「求めた人」と別の人を選んでください。"


@dataclass(frozen=True, kw_only=True)
class AccessRight(Record):
    """A user's right on one contract, which stands on an assignment and falls with it (R-35).

    A right without the time of its grant is a proposal: the responsible person proposes, the
    administrator of the system grants (obligations.md 8.4.1). A right with `ending_proposed_at`
    is in force until the administrator ends it.
    """

    type: ClassVar[str] = "access_right"
    label: ClassVar[str] = "アクセス資格"
    columns: ClassVar[tuple[str, ...]] = (
        "user_id",
        "contract_id",
        "level",
        "assignment_id",
        "granted_at",
        "revoked_at",
    )

    user_id: str = field(Ref("user_account"), "利用者", required=True)
    contract_id: str = field(Ref("contract"), "契約", required=True)
    level: AccessLevel | None = field(Choice(AccessLevel), "権限", required=True)
    assignment_id: str = field(Ref("assignment"), "根拠となる指定")
    proposed_by: str = field(Ref("person"), "提案した人")
    proposed_at: datetime | None = field(Moment(), "提案日時")
    granted_by: str = field(Ref("person"), "付与した人")
    granted_at: datetime | None = field(Moment(), "付与日時")
    ending_proposed_by: str = field(Ref("person"), "抹消を提案した人")
    ending_proposed_at: datetime | None = field(Moment(), "抹消の提案日時")
    revoked_at: datetime | None = field(Moment(), "抹消日時")
    revoke_reason: str = field(Text(), "抹消の理由")

    def caption(self) -> str:
        return self.level.label if self.level else self.label

    def is_proposal(self) -> bool:
        """Tell whether the administrator has to decide about it."""
        return self.revoked_at is None and (
            self.granted_at is None or self.ending_proposed_at is not None
        )

    def required(self) -> frozenset[str]:
        needed = {"granted_by"} if self.granted_at is not None else set()
        if self.revoked_at or self.ending_proposed_at:
            needed.add("revoke_reason")
        return frozenset(needed)

    def irrelevant(self) -> frozenset[str]:
        filled_in = (  # by models/rights.py, in the name of whoever proposes, grants or ends
            "proposed_by", "proposed_at", "granted_by", "granted_at",
            "ending_proposed_by", "ending_proposed_at",
        )  # fmt: skip
        hidden = {name for name in filled_in if not getattr(self, name)}
        if self.granted_at is None:
            hidden |= {"revoked_at", "revoke_reason"}
        return frozenset(hidden)

    def inconsistencies(self) -> Iterator[str]:
        if self.granted_at and self.revoked_at and self.revoked_at < self.granted_at:
            yield "「抹消日時」が「付与日時」より前になっています。"
