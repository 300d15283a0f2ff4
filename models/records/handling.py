"""Permission and handling: what the client allowed, and everything that happened to every item."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from models.codes import (
    AuthorizationSubject,
    BasisType,
    Decision,
    DecisionForm,
    EncryptionMeasure,
    HandlingKind,
    HandlingStatus,
    Means,
    MisdeliveryMeasure,
    PostDestination,
    SanitizationAct,
    SanitizationCategory,
    SanitizationMethod,
    Timing,
    VerificationMethod,
    VerificationResult,
)
from models.fields import field
from models.kinds import (
    Boolean,
    Children,
    Choice,
    DecimalNumber,
    File,
    Files,
    Integer,
    LongText,
    MultiChoice,
    Ref,
    Text,
    TextList,
)
from models.kinds_of_time import Day, Moment
from models.records.base import Child, Record

DECIDED = frozenset({Decision.GRANTED, Decision.CONDITIONAL, Decision.REFUSED, Decision.REVOKED})
BORN_GRANTED = frozenset({BasisType.INSTRUCTION, BasisType.DESIGNATION})
_COPYING = frozenset({"method", "disposal_planned_on"})
_PROVIDING = frozenset({"method", "destination_text", "legal_basis"})
TOLD_BY_SUBJECT = {
    AuthorizationSubject.COPY: _COPYING,
    AuthorizationSubject.TRANSMIT: _COPYING | {"destination_text"},
    AuthorizationSubject.DISPATCH: _COPYING | {"destination_text"},
    AuthorizationSubject.OTHER_RISKY_ACT: _COPYING,
    AuthorizationSubject.TAKE_OUT: frozenset({"destination_text"}),
    AuthorizationSubject.EQUIPMENT_TAKE_OUT: frozenset({"destination_text"}),
    AuthorizationSubject.OTHER_PURPOSE: _PROVIDING,
    AuthorizationSubject.THIRD_PARTY: _PROVIDING,
    AuthorizationSubject.INDIRECT_HANDOVER: frozenset({"method", "destination_text", "relay"}),
}
TOLD = frozenset().union(*TOLD_BY_SUBJECT.values())
"""What the papers D-11, D-12, D-13 and D-15 say of an act, beside what every application says."""


@dataclass(frozen=True, kw_only=True)
class AuthorizationTarget(Child):
    """One thing that a consent covers; exactly one of the references is set."""

    label: ClassVar[str] = "対象"
    item_id: str = field(Ref("item"), "媒体・資料")
    asset_id: str = field(Ref("information_asset"), "個人情報")
    place_id: str = field(Ref("place"), "場所")
    person_id: str = field(Ref("person"), "人")

    def inconsistencies(self) -> Iterator[str]:
        if sum(map(bool, (self.item_id, self.asset_id, self.place_id, self.person_id))) != 1:
            yield "「対象」は、媒体・資料、個人情報、場所、人のうち一つだけを選んでください。"


@dataclass(frozen=True, kw_only=True)
class Authorization(Record):
    """A consent, agreement, approval, instruction or designation by the client."""

    type: ClassVar[str] = "authorization"
    label: ClassVar[str] = "承諾・指示"
    columns: ClassVar[tuple[str, ...]] = (
        "contract_id",
        "basis_type",
        "subject",
        "scope_text",
        "requested_on",
        "decision",
        "decided_on",
        "decision_doc_no",
        "valid_from",
        "valid_until",
    )
    search: ClassVar[tuple[str, ...]] = (
        "scope_text",
        "reason",
        "decision_doc_no",
        "decided_by_name",
        "conditions",
    )

    contract_id: str = field(Ref("contract"), "契約", required=True)
    basis_type: BasisType | None = field(Choice(BasisType), "区分", required=True)
    subject: AuthorizationSubject | None = field(
        Choice(AuthorizationSubject), "対象行為", required=True
    )
    requested_on: date | None = field(Day(), "申請日")
    request_submission_id: str = field(
        Ref("submission", ("D-04", "D-09", "D-11", "D-12", "D-13", "D-15")), "申請書"
    )
    reason: str = field(LongText(), "必要とする理由", required=True)
    scope_text: str = field(Text(), "承諾の範囲", required=True)
    quantity_limit: Decimal | None = field(DecimalNumber(), "数量の上限")
    unit: str = field(Text(20), "単位")
    method: str = field(Text(), "方法")
    destination_text: str = field(Text(), "行先・提供先・経路")
    relay: str = field(Text(), "中継する者")
    legal_basis: str = field(Text(), "法令等の根拠")
    disposal_planned_on: date | None = field(Day(), "廃棄（消去）予定日")
    required_measures: str = field(LongText(), "講ずる措置")
    valid_from: date | None = field(Day(), "有効期間の始め", required=True)
    valid_until: date | None = field(Day(), "有効期間の終わり")
    decision: Decision | None = field(Choice(Decision), "結果", required=True)
    decided_on: date | None = field(Day(), "決定日", done=True)
    decided_by_title: str = field(Text(), "決定者の職名")
    decided_by_name: str = field(Text(100), "決定者の氏名")
    decision_form: DecisionForm | None = field(Choice(DecisionForm), "決定の形式")
    decision_doc_no: str = field(Text(60), "文書番号")
    decision_file: str = field(File(), "決定文書の写し")
    written_confirmed_on: date | None = field(Day(), "書面化した日", done=True)
    conditions: str = field(LongText(), "条件")
    targets: tuple[AuthorizationTarget, ...] = field(Children(AuthorizationTarget), "対象")

    def caption(self) -> str:
        """Name it with what the client answered: 第3号 複写・複製 不承諾."""
        subject = self.subject.label if self.subject else ""
        basis = self.basis_type.label if self.basis_type else ""
        answered = self.decision not in (None, Decision.GRANTED)
        word = self.spoken("decision", self.decision, partial(getattr, self)) if answered else basis
        return " ".join(part for part in (self.decision_doc_no, subject, word) if part)

    @classmethod
    def spoken(cls, name: str, value: Any, beside: Callable[[str], Any]) -> str:
        """Say a decision in the word of its basis: an instruction is given, not consented to."""
        text = super().spoken(name, value, beside)
        basis = beside("basis_type")
        if name != "decision" or basis is None:
            return text
        if value is Decision.REFUSED and basis in BORN_GRANTED:
            return f"{basis.label}なし"
        return text.replace(BasisType.CONSENT.label, basis.label)

    def required(self) -> frozenset[str]:
        needed = set()
        if self.basis_type not in BORN_GRANTED:
            needed.add("requested_on")
        if self.decision in DECIDED:
            needed |= {"decided_on", "decided_by_title", "decided_by_name", "decision_form"}
        if self.decision is Decision.CONDITIONAL:
            needed.add("conditions")
        return frozenset(needed)

    @property
    def is_in_writing(self) -> bool:
        """Tell whether the decision is there as a 書面, from the start or put into one later."""
        return self.decision_form is DecisionForm.WRITTEN or self.written_confirmed_on is not None

    def irrelevant(self) -> frozenset[str]:
        """Hide what only the application for another act must say (obligations.md 8.2)."""
        told = TOLD_BY_SUBJECT.get(self.subject, frozenset()) if self.subject else frozenset()
        return TOLD - told

    def inconsistencies(self) -> Iterator[str]:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            yield "「有効期間の終わり」が「有効期間の始め」より前になっています。"
        if self.decided_on and self.requested_on and self.decided_on < self.requested_on:
            yield "「決定日」が「申請日」より前になっています。"

    def covers(self, day: date) -> bool:
        """Tell whether the consent was granted by, and valid on, that day."""
        return (
            self.decision in (Decision.GRANTED, Decision.CONDITIONAL)
            and (self.decided_on is None or self.decided_on <= day)
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, kw_only=True)
class HandlingLine(Child):
    """One item in an event (records.md `handling_event_item`)."""

    label: ClassVar[str] = "媒体・資料"
    item_id: str = field(Ref("item"), "媒体・資料", required=True)
    quantity: Decimal | None = field(DecimalNumber(), "数量")
    condition_note: str = field(Text(), "状態")
    resulting_item_id: str = field(Ref("item"), "できた複製・作成物")


@dataclass(frozen=True, kw_only=True)
class TransportDetail(Child):
    """How things were carried (SK-11.5, SK-13.2, FK-18, CB-10)."""

    label: ClassVar[str] = "運搬記録"
    carrier_org_id: str = field(Ref("organization"), "運送事業者")
    persons: tuple[str, ...] = field(TextList(), "運搬担当者")
    vehicle: str = field(Text(), "車両")
    route: str = field(Text(), "経路")
    container: str = field(Text(), "容器・施錠")
    departed_at: datetime | None = field(Moment(), "出発日時")
    arrived_at: datetime | None = field(Moment(), "到着日時")
    tracking_no: str = field(Text(60), "追跡番号")
    do_not_leave_instructed: bool | None = field(
        Boolean("指示した", "していない"), "資料から離れないことの指示"
    )
    instructions: str = field(Text(), "その他の指示")
    instructed_by: str = field(Ref("person"), "指示者")
    instructed_at: datetime | None = field(Moment(), "指示日時")
    received_by: str = field(Text(100), "受取人")
    received_at: datetime | None = field(Moment(), "受取日時")

    def required(self) -> frozenset[str]:
        """Ask who carried, unless a firm or its number stands for people whom nobody here knows."""
        by_firm = self.carrier_org_id or self.tracking_no
        return frozenset() if by_firm else frozenset({"persons"})

    def inconsistencies(self) -> Iterator[str]:
        if self.departed_at and self.arrived_at and self.arrived_at < self.departed_at:
            yield "「到着日時」が「出発日時」より前になっています。"
        if self.departed_at and self.received_at and self.received_at < self.departed_at:
            yield "「受取日時」が「出発日時」より前になっています。"


@dataclass(frozen=True, kw_only=True)
class Sanitization(Child):
    """How information was erased or a medium destroyed (SK-14, CM-7, FK-9; NIST SP 800-88).

    Whether the client asked to attend must be answered where the text speaks of it (SK-14.3,
    CM-7.6): R-22 asks for it, not the record. Nor does the record ask for a witness: that somebody
    asked and nobody was let in can be true (0.3).
    """

    label: ClassVar[str] = "消去・廃棄の実施"
    item_id: str = field(Ref("item"), "媒体・資料", required=True)
    act: SanitizationAct | None = field(Choice(SanitizationAct), "行為", required=True)
    info_items: str = field(Text(1000), "情報項目", required=True)
    media_name: str = field(Text(), "媒体名", required=True)
    quantity: Decimal | None = field(DecimalNumber(), "数量", required=True)
    unit: str = field(Text(20), "単位", required=True)
    electronic: bool | None = field(Boolean("電子", "紙等"), "電磁的記録", required=True)
    category: SanitizationCategory | None = field(Choice(SanitizationCategory), "抹消の水準")
    method: SanitizationMethod | None = field(Choice(SanitizationMethod), "方法", required=True)
    method_detail: str = field(Text(), "方法の詳細")
    tool_name: str = field(Text(), "使用ソフト・装置")
    tool_version: str = field(Text(60), "版")
    passes: int | None = field(Integer(1, 99), "回数")
    irrecoverable_confirmed: bool | None = field(
        Boolean("確認した", "していない"), "復元・判読できないことの確認", required=True
    )
    verification_method: VerificationMethod | None = field(
        Choice(VerificationMethod), "検証方法", required=True
    )
    verification_result: VerificationResult | None = field(
        Choice(VerificationResult), "検証結果", required=True
    )
    performed_at: datetime | None = field(Moment(), "実施日時", required=True)
    performed_by: str = field(Ref("person"), "実施者", required=True)
    performed_org_id: str = field(Ref("organization"), "実施した組織", required=True)
    place_text: str = field(Text(), "実施場所", required=True)
    responsible_person_id: str = field(Ref("person"), "責任者", required=True)
    ordered_by_assignment_id: str = field(Ref("assignment"), "指示した責任者")
    client_method_authorization_id: str = field(Ref("authorization"), "委託者の指定・指示")
    verified_by: str = field(Ref("person"), "検証者")
    witness_requested: bool | None = field(Boolean("求めあり", "求めなし"), "立会いの求め")
    witness_name: str = field(Text(100), "立会者氏名")
    witness_title: str = field(Text(), "立会者職名")
    witnessed_at: datetime | None = field(Moment(), "立会日時")
    photo_before_ids: tuple[str, ...] = field(Files(), "作業前の写真")
    photo_ids: tuple[str, ...] = field(Files(), "写真")
    vendor_certificate_no: str = field(Text(60), "業者の証明書の番号")
    vendor_certificate_on: date | None = field(Day(), "業者の証明書の日付")
    vendor_certificate_id: str = field(File(), "業者の証明書")
    pre_classification: str = field(Text(), "抹消前の区分")
    post_classification: str = field(Text(), "抹消後の区分")
    data_backed_up: str = field(Text(), "バックアップの有無と場所")
    post_destination: PostDestination | None = field(Choice(PostDestination), "抹消後の行先")

    @property
    def is_passed(self) -> bool:
        """Tell whether it was verified in some way, and passed (R-23)."""
        passed = self.verification_result is VerificationResult.PASS
        return passed and self.verification_method is not VerificationMethod.NONE

    def required(self) -> frozenset[str]:
        needed = set()
        if self.electronic:
            needed.add("category")
            if self.verification_result is not VerificationResult.UNKNOWN:
                needed.add("verified_by")  # nobody verified yet what is planned
        if self.method in (
            SanitizationMethod.OVERWRITE,
            SanitizationMethod.DEVICE_COMMAND,
            SanitizationMethod.CRYPTO_ERASE,
        ):
            needed |= {"tool_name", "tool_version"}
        who = self.witness_name or self.witness_title or self.witnessed_at
        if self.witness_requested and who:
            needed |= {"witness_name", "witness_title", "witnessed_at"}
        return frozenset(needed)


END_KINDS = frozenset(
    {HandlingKind.HAND_OVER, HandlingKind.RETURN, HandlingKind.ERASE, HandlingKind.DISPOSE}
)
SANITIZATION_KINDS = frozenset({HandlingKind.ERASE, HandlingKind.DISPOSE})
WITH_COUNTERPART = frozenset(
    {
        HandlingKind.RECEIVE,
        HandlingKind.HAND_OVER,
        HandlingKind.RETURN,
        HandlingKind.PROVIDE,
        HandlingKind.DISPATCH,
    }
)
CARRIED_MEANS = frozenset(
    {Means.SECURITY_COURIER, Means.REGISTERED_MAIL, Means.OWN_VEHICLE, Means.OTHER}
)
"""Means by which something is on its way between two hands: there is a carriage to record."""


def is_failed(event: "HandlingEvent") -> bool:
    """Tell whether an act ended nothing because it did not pass its verification."""
    fail = VerificationResult.FAIL
    return any(check.verification_result is fail for check in event.sanitization)


NAMED_ONLY = "記名のみ"
"""Proof of an act from before the checkers signed in: a name was entered, and that was enough."""

UNPLANNED = frozenset({HandlingKind.LOSS, HandlingKind.RECOVER})  # nobody plans these

# A fact taken over from an older register is entered without what nobody wrote down there; the
# register itself lies beside it (`source_file_id`), and papers print 記録なし.
NOT_IN_OLD_REGISTERS = frozenset(
    {"counterpart_name", "means", "destination_text", "expected_return_at"}
)


@dataclass(frozen=True, kw_only=True)
class HandlingEvent(Record):
    """One handling of one or more items: who, when, what, why, on which basis (L-08).

    A saved event is never revised; it is voided with a reason and replaced (R-33).
    `occurred_at` is when it happened; when it was entered stands in the entry.
    """

    type: ClassVar[str] = "handling_event"
    label: ClassVar[str] = "取扱記録"
    happened: ClassVar[bool] = True
    payload: ClassVar[int] = 2  # from 2 on a checker's name alone proves nothing
    concept: ClassVar[str] = "ledger"
    correction: ClassVar[str] = "replace"
    columns: ClassVar[tuple[str, ...]] = (
        "event_no",
        "occurred_at",
        "kind",
        "lines_text",
        "actor_person_id",
        "checker_person_id",
        "purpose",
        "destination_text",
        "status",
        "contract_id",
    )
    search: ClassVar[tuple[str, ...]] = (
        "lines_text",
        "purpose",
        "destination_text",
        "counterpart_name",
        "note",
    )

    contract_id: str = field(Ref("contract"), "契約", required=True)
    event_no: int | None = field(Integer(1), "記録番号", required=True)
    kind: HandlingKind | None = field(Choice(HandlingKind), "取扱いの種類", required=True)
    timing: Timing | None = field(Choice(Timing), "予定・実績", required=True)
    occurred_at: datetime | None = field(Moment(), "日時", required=True)
    ended_at: datetime | None = field(Moment(), "終了日時")
    actor_person_id: str = field(Ref("person"), "取扱者", required=True)
    checker_person_id: str = field(Ref("person"), "確認者")
    checker_proof: str = field(Text(400), "確認者の署名")
    checked_at: datetime | None = field(Moment(), "確認者の確認日時")
    checked_facts: str = field(Text(1000), "確認者が入力した内容")
    confirmed_by: str = field(Ref("person"), "責任者の確認")
    confirmed_at: datetime | None = field(Moment(), "責任者の確認日時")
    purpose: str = field(Text(), "目的", required=True)
    authorization_id: str = field(Ref("authorization"), "根拠となる承諾等")
    place_from_id: str = field(Ref("place"), "場所（元）")
    place_to_id: str = field(Ref("place"), "場所（先）")
    destination_text: str = field(Text(), "行先")
    counterpart_org_id: str = field(Ref("organization"), "相手方")
    counterpart_name: str = field(Text(100), "相手方の氏名")
    counterpart_title: str = field(Text(), "相手方の職名")
    means: Means | None = field(Choice(Means), "手段")
    expected_return_at: datetime | None = field(Moment(), "持帰予定")
    related_event_id: str = field(Ref("handling_event"), "対応する記録")
    encryption: EncryptionMeasure | None = field(Choice(EncryptionMeasure), "暗号化等の措置")
    encryption_detail: str = field(
        Text(), "措置の内容", hint="暗号の鍵やパスワードは書かないでください"
    )
    password_renewed: bool | None = field(
        Boolean("新しくし、別に渡す", "していない"), "暗号化のパスワード",
        hint="持ち出すデータのパスワードを見直したか。パスワードそのものは書かないでください",
    )  # fmt: skip
    misdelivery_measures: tuple[MisdeliveryMeasure, ...] = field(
        MultiChoice(MisdeliveryMeasure), "誤送付等の防止措置"
    )
    quantity: Decimal | None = field(DecimalNumber(), "数量")
    record_count: int | None = field(Integer(), "件数")
    status: HandlingStatus | None = field(Choice(HandlingStatus), "状態", required=True)
    deviation: bool | None = field(Boolean("逸脱", "なし"), "逸脱")
    deviation_reason: str = field(Text(1000), "逸脱の理由")
    corrects_event_id: str = field(Ref("handling_event"), "訂正元")
    source_file_id: str = field(File(), "取込元ファイル")
    note: str = field(LongText(), "備考")
    lines: tuple[HandlingLine, ...] = field(Children(HandlingLine), "媒体・資料", required=True)
    transport: tuple[TransportDetail, ...] = field(Children(TransportDetail), "運搬記録")
    sanitization: tuple[Sanitization, ...] = field(Children(Sanitization), "消去・廃棄の実施")
    lines_text: str = field(Text(1000), "媒体・資料", derived=True)

    def caption(self) -> str:
        kind = self.kind.label if self.kind else ""
        return f"第{self.event_no}号 {kind}"

    def required(self) -> frozenset[str]:
        needed = set()
        kind = self.kind
        if kind in WITH_COUNTERPART:
            needed.add("counterpart_name")
        if kind in (HandlingKind.RECEIVE, HandlingKind.HAND_OVER, HandlingKind.RETURN,
                    HandlingKind.DISPATCH):  # fmt: skip
            needed.add("means")
        if kind is HandlingKind.TAKE_OUT:
            needed |= {"destination_text", "expected_return_at"}
        if kind is HandlingKind.TRANSPORT:
            needed.add("transport")
        if kind in SANITIZATION_KINDS and self.timing is Timing.ACTUAL:
            needed.add("sanitization")
        if self.encryption in (EncryptionMeasure.EQUIVALENT, EncryptionMeasure.NOT_APPLIED):
            needed.add("encryption_detail")
        if self.deviation:
            needed.add("deviation_reason")
        if self.source_file_id:
            needed -= NOT_IN_OLD_REGISTERS
        return frozenset(needed)

    def irrelevant(self) -> frozenset[str]:
        hidden = set()
        if self.kind not in WITH_COUNTERPART:
            hidden |= {"counterpart_org_id", "counterpart_name", "counterpart_title"}
            if self.kind is not HandlingKind.TAKE_OUT:
                hidden.add("means")
        if self.kind is not HandlingKind.TAKE_OUT:
            hidden |= {"expected_return_at", "password_renewed"}
        if self.encryption is not EncryptionMeasure.APPLIED:
            hidden.add("password_renewed")
        if self.kind not in SANITIZATION_KINDS:
            hidden.add("sanitization")
        moves = (HandlingKind.TRANSPORT, HandlingKind.DISPATCH, HandlingKind.TAKE_OUT)
        carried = self.kind in WITH_COUNTERPART and self.means in CARRIED_MEANS
        if self.kind not in moves and not carried and not self.transport:
            hidden.add("transport")
        return frozenset(hidden)

    def inconsistencies(self) -> Iterator[str]:
        if self.occurred_at and self.ended_at and self.ended_at < self.occurred_at:
            yield "「終了日時」が「日時」より前になっています。"
        back = self.expected_return_at
        if self.occurred_at and back and back < self.occurred_at:
            yield "「持帰予定」が「日時」より前になっています。"
        ids = [line.item_id for line in self.lines]
        if len(set(ids)) != len(ids) and self.kind is not HandlingKind.COPY:
            yield "同じ媒体・資料が二度含まれています。"
        if self.checker_person_id and self.checker_person_id == self.actor_person_id:
            yield "「確認者」には「取扱者」と別の人を選んでください。"
        if self.timing is Timing.PLANNED and self.kind in UNPLANNED and self.kind is not None:
            yield f"「{self.kind.label}」は、予定として登録できません。"
        if len(self.transport) > 1:
            yield "「運搬記録」は一つだけ入力してください。"
        if self.kind is HandlingKind.TRANSPORT and any(not row.persons for row in self.transport):
            yield "「運搬担当者」を入力してください。"
