"""Trouble: what went wrong or may have, how it went on, and who was told (事故簿, L-17)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from models.codes import (
    Certainty,
    CommunicationMeans,
    IncidentLogKind,
    IncidentNature,
    IncidentParty,
    IncidentReportKind,
    IncidentStatus,
)
from models.fields import field
from models.kinds import (
    Boolean,
    Choice,
    File,
    Integer,
    LongText,
    MultiChoice,
    MultiRef,
    Ref,
    Text,
)
from models.kinds_of_time import Day, Moment
from models.records.base import Record
from models.records.governance import REASON_LENGTH

S = IncidentStatus
AFTER_REPORT = frozenset({S.REPORTED, S.MEASURES, S.CLOSED})
TOLD = ("party", "occurred_place", "info_content", "immediate_measures")
"""What a report in writing says under every text; what a text wants beyond that, its profile says."""
CLOSING = ("cause", "damage", "prevention", "closed_on")
SHOWN = 40  # characters of a text in a caption


@dataclass(frozen=True, kw_only=True)
class Incident(Record):
    """An accident or a breach, or the fear of one, from its discovery to its end (records.md 6.1).

    `known_at` starts every clock. What is counted stands apart and is never converted: 件数 (志木市),
    数量 (一般型), 本人の数 (委員会). Allowed on a closed contract (R-45), and of none, where a password
    opened none.
    """

    type: ClassVar[str] = "incident"
    label: ClassVar[str] = "事故・違反"
    concept: ClassVar[str] = "incident"
    columns: ClassVar[tuple[str, ...]] = (
        "incident_no",
        "known_at",
        "contract_id",
        "certainty",
        "natures",
        "situation",
        "owner_person_id",
        "status",
    )
    search: ClassVar[tuple[str, ...]] = ("incident_no", "situation", "info_content")
    sections: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = (
        (
            "何が起きたか",
            ("contract_id", "incident_no", "certainty", "conclusion", "natures", "breached_clause",
             "known_at", "occurred_at", "occurred_place", "situation", "party",
             "subcontractor_name"),
        ),
        (
            "何が、どれだけ",
            ("info_content", "record_count", "quantity_text", "subject_count", "item_ids",
             "asset_ids"),
        ),
        (
            "手当てと連絡",
            ("owner_person_id", "commander_assignment_id", "immediate_measures",
             "evidence_preserved", "instruction_ids", "person_notification", "publication"),
        ),
        ("調査と再発防止", ("cause", "damage", "secondary_damage", "prevention")),
        ("どこまで進んだか", ("status", "closed_on")),
    )  # fmt: skip

    contract_id: str = field(
        Ref("contract"),
        "契約",
        hint="どの契約のものでもないときは空欄（責任者・システム管理者と担当の人だけに見えます）",
    )
    incident_no: str = field(Text(30), "番号", hint="空欄のときは、登録の順に台帳が付けます")
    certainty: Certainty | None = field(Choice(Certainty), "発生・おそれ", required=True)
    natures: tuple[IncidentNature, ...] = field(MultiChoice(IncidentNature), "態様", required=True)
    breached_clause: str = field(Text(300), "違反した条項", hint="例 第9第3項")
    party: IncidentParty | None = field(Choice(IncidentParty), "起因者")
    subcontractor_name: str = field(Text(200), "再委託先等の名称")
    occurred_at: datetime | None = field(Moment(), "発生日時", done=True)
    known_at: datetime | None = field(Moment(), "認知日時", required=True, done=True)
    occurred_place: str = field(Text(200), "発生場所")
    situation: str = field(LongText(), "発生状況（経緯）", required=True)
    info_content: str = field(
        LongText(), "情報の内容", hint="種類だけを書きます。住民の氏名などは書けません"
    )
    record_count: int | None = field(Integer(), "件数")
    subject_count: int | None = field(Integer(), "本人の数")
    quantity_text: str = field(Text(200), "数量")
    item_ids: tuple[str, ...] = field(MultiRef("item"), "対象の媒体・資料")
    asset_ids: tuple[str, ...] = field(MultiRef("information_asset"), "対象の個人情報")
    owner_person_id: str = field(Ref("person"), "担当")
    commander_assignment_id: str = field(Ref("assignment"), "指揮した責任者")
    immediate_measures: str = field(LongText(), "応急措置（被害の拡大防止）")
    evidence_preserved: str = field(LongText(), "証拠保全")
    instruction_ids: tuple[str, ...] = field(MultiRef("client_communication"), "委託者の指示")
    person_notification: str = field(LongText(), "本人への対応")
    publication: str = field(LongText(), "公表")
    cause: str = field(LongText(), "原因")
    damage: str = field(LongText(), "被害状況")
    secondary_damage: str = field(LongText(), "二次被害")
    prevention: str = field(LongText(), "再発防止策")
    conclusion: str = field(Text(1000), "報告しない理由")
    status: IncidentStatus | None = field(Choice(IncidentStatus), "状態", required=True)
    closed_on: date | None = field(Day(), "終結日", done=True)

    def caption(self) -> str:
        what = "・".join(one.label for one in self.natures) or self.label
        return f"{self.incident_no} {what}".strip()

    @property
    def is_open(self) -> bool:
        return self.status is not IncidentStatus.CLOSED

    @property
    def counts(self) -> bool:
        """Tell whether it happened or is feared: what was no accident is reported to nobody."""
        return self.certainty is not Certainty.NEAR_MISS

    def required(self) -> frozenset[str]:
        needed = {"closed_on"} if self.status is S.CLOSED else set()
        if not self.counts:
            return frozenset({*needed, "conclusion"})
        if self.status in AFTER_REPORT:
            needed |= {*TOLD}
        if self.status is S.CLOSED:
            needed |= {*CLOSING}
        if self.party is IncidentParty.SUBCONTRACTOR:
            needed.add("subcontractor_name")
        return frozenset(needed)

    def irrelevant(self) -> frozenset[str]:
        hidden = {"conclusion"} if self.counts else set()
        if self.party not in (IncidentParty.SUBCONTRACTOR, IncidentParty.OTHER):
            hidden.add("subcontractor_name")
        if self.is_open:
            hidden.add("closed_on")
        return frozenset(hidden)

    def inconsistencies(self) -> Iterator[str]:
        if self.occurred_at and self.known_at and self.known_at < self.occurred_at:
            yield "「認知日時」が「発生日時」より前になっています。"
        if self.closed_on and self.known_at and self.closed_on < self.known_at.date():
            yield "「終結日」が「認知日時」より前になっています。"
        if not self.counts and 0 < len(self.conclusion) < REASON_LENGTH:
            yield f"「報告しない理由」は{REASON_LENGTH}文字以上で、具体的に入力してください。"


@dataclass(frozen=True, kw_only=True)
class IncidentLog(Record):
    """One step of how an incident went on; whoever did or saw it may write it down.

    `contract_id` is that of the incident; the ledger fills it in.
    """

    type: ClassVar[str] = "incident_log"
    label: ClassVar[str] = "事故・違反の経過"
    happened: ClassVar[bool] = True
    columns: ClassVar[tuple[str, ...]] = ("at", "incident_id", "kind", "text", "by_person_id")
    search: ClassVar[tuple[str, ...]] = ("text",)

    contract_id: str = field(Ref("contract"), "契約")
    incident_id: str = field(Ref("incident"), "事故・違反", required=True)
    at: datetime | None = field(Moment(), "日時", required=True, done=True)
    kind: IncidentLogKind | None = field(Choice(IncidentLogKind), "種類", required=True)
    text: str = field(LongText(), "内容", required=True)
    by_person_id: str = field(Ref("person"), "対応した人", required=True)
    communication_id: str = field(Ref("client_communication"), "委託者との連絡")
    file_id: str = field(File(), "資料")

    def caption(self) -> str:
        return f"{self.kind.label if self.kind else ''} {self.text[:SHOWN]}".strip()


@dataclass(frozen=True, kw_only=True)
class IncidentReport(Record):
    """That somebody was told of an incident: whom, when and how (SK-17.2, SK-17.4, FK-14.2).

    `contract_id` is that of the incident; the ledger fills it in.
    """

    type: ClassVar[str] = "incident_report"
    label: ClassVar[str] = "事故・違反の報告"
    happened: ClassVar[bool] = True
    columns: ClassVar[tuple[str, ...]] = (
        "reported_at", "incident_id", "kind", "means", "recipient", "reported_by",
        "submission_id",
    )  # fmt: skip
    search: ClassVar[tuple[str, ...]] = ("recipient", "text")

    contract_id: str = field(Ref("contract"), "契約")
    incident_id: str = field(Ref("incident"), "事故・違反", required=True)
    kind: IncidentReportKind | None = field(Choice(IncidentReportKind), "種類", required=True)
    reported_at: datetime | None = field(Moment(), "報告日時", required=True, done=True)
    means: CommunicationMeans | None = field(Choice(CommunicationMeans), "手段", required=True)
    recipient: str = field(Text(100), "報告した相手（職・氏名）", required=True)
    reported_by: str = field(Ref("person"), "報告した人", required=True)
    to_client: bool | None = field(Boolean("した", "していない"), "委託者への報告")
    to_contractor: bool | None = field(Boolean("した", "していない"), "受託者への報告")
    text: str = field(LongText(), "報告の内容")
    written_waived_reason: str = field(Text(1000), "書面にする余裕がない理由")
    submission_id: str = field(Ref("submission"), "提出した書面")
    communication_id: str = field(Ref("client_communication"), "委託者との連絡")
    file_id: str = field(File(), "写し")

    def caption(self) -> str:
        return f"{self.kind.label if self.kind else ''} {self.recipient}".strip()

    @property
    def tells_client(self) -> bool:
        """Tell whether the client knows by it."""
        if self.kind is IncidentReportKind.SUBCONTRACTOR:
            return self.to_client is True
        kind = IncidentReportKind
        return self.kind in (kind.FIRST, kind.WRITTEN, kind.FOLLOW_UP, kind.FINAL)

    @property
    def is_written(self) -> bool:
        """Tell whether the client has it in writing."""
        return self.tells_client and self.means is CommunicationMeans.WRITTEN

    def required(self) -> frozenset[str]:
        asked = self.kind is IncidentReportKind.SUBCONTRACTOR
        return frozenset({"to_client", "to_contractor"} if asked else ())

    def irrelevant(self) -> frozenset[str]:
        asked = self.kind is IncidentReportKind.SUBCONTRACTOR
        hidden = set() if asked else {"to_client", "to_contractor"}
        if self.is_written:
            hidden.add("written_waived_reason")
        return frozenset(hidden)

    def inconsistencies(self) -> Iterator[str]:
        kind = IncidentReportKind
        if self.kind is kind.WRITTEN and self.means not in (None, CommunicationMeans.WRITTEN):
            yield "「種類」が「書面報告」のときは、「手段」は「書面」です。"
        if self.written_waived_reason and len(self.written_waived_reason) < REASON_LENGTH:
            yield f"「書面にする余裕がない理由」は{REASON_LENGTH}文字以上で、具体的に入力してください。"
