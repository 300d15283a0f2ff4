"""What must stand before the sample work begins, as far as the contract's own text demands it."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from models.codes import (
    AssignmentRole,
    AssignmentStatus,
    AuthorizationSubject,
    BasisType,
    CredentialKind,
    EmploymentType,
    GovernanceCover,
    GovernanceKind,
    GovernanceStatus,
    PlaceStatus,
    PlaceUse,
    PledgeStatus,
    SubmissionMeans,
    TrainingKind,
    TrainingMethod,
    TrainingTopic,
    Understanding,
)
from models.profile_vocabulary import GOVERNANCE
from models.profiles import Profile
from models.records import (
    Assignment,
    Attendance,
    Authorization,
    Contract,
    ContractPlace,
    Credential,
    GovernanceDocument,
    Place,
    Pledge,
    Record,
    Submission,
    TrainingPlan,
    TrainingSession,
)
from ui.sample.clock import Days

NewId = Callable[[], str]
ROLES = (
    ("supervisor", AssignmentRole.WORK_SUPERVISOR, "業務の統括、承諾の申請、書類の確定"),
    ("worker", AssignmentRole.WORKER, "結果票の受領と入力"),
    ("worker2", AssignmentRole.WORKER, "入力と照合"),
    ("worker3", AssignmentRole.WORKER, "媒体の運搬と照合"),
    ("administrator", AssignmentRole.SYSTEM_MANAGER, "電子計算機の管理"),
)
TEXTS = {
    GovernanceKind.PLEDGE_TEXT: (
        "1　業務上知り得た個人情報を、他人に知らせません。\n"
        "2　個人情報を、業務の目的以外に使用しません。\n"
        "3　承諾なく、個人情報の複写、複製又は持出しをしません。\n"
        "4　この業務に従事しなくなった後も、同様とします。"
    ),
    GovernanceKind.PENALTY_TEXT: (
        "1　業務に関して知り得た個人情報の内容をみだりに他人に知らせ、又は不当な目的に利用しては"
        "なりません。\n2　これに違反した者は、法令の定めにより罰せられることがあります。"
        "（この文面は見本です。条文は、契約の特記事項から書き写してください。）"
    ),
    GovernanceKind.CHECKLIST_TEMPLATE: (
        "作業責任者及び作業従事者を届け出たか。｜はい｜\n"
        "個人情報取扱場所を届け出たか。｜はい｜\n"
        "作業責任者及び作業従事者の誓約書を提出したか。｜はい｜\n"
        "教育及び研修を実施したか。｜はい｜\n"
        "私用のパソコン、記録媒体等を持ち込ませない措置を講じたか。｜はい｜\n"
        "再委託の予定があるか。｜いいえ｜"
    ),
}
IRREGULAR = {"worker2": EmploymentType.CONTRACT_EMPLOYEE, "worker3": EmploymentType.PART_TIME}


class Clearance:
    """Makes the records for one contract; every question is put to the profile.

    Args:
        people: person ids by their part in the story.
    """

    def __init__(
        self, contract: Contract, profile: Profile, people: Mapping[str, str], new_id: NewId
    ) -> None:
        assert contract.work_start_on is not None
        self.contract = contract
        self.profile = profile
        self.people = people
        self._new_id = new_id
        days = Days(contract.work_start_on)
        self.begins, self.before = days.begins, days.before
        self.texts: dict[GovernanceKind, GovernanceDocument] = {}

    def notice(self, kind: str, receipt_id: str) -> Submission:
        """Return a notice that went out on paper before the ledger was opened."""
        return Submission(
            id=self._new_id(),
            contract_id=self.contract.id,
            doc_kind=kind,
            title=self.profile.document_title(kind),
            doc_no=f"み発第{kind[-2:]}号",
            effective_on=self.begins,
            submitted_on=self.before,
            means=SubmissionMeans.HAND,
            received_by="見本　花子",
            receipt_file=receipt_id,
        )

    def documents(self) -> list[Record]:
        """Return the rules and texts that must exist."""
        wanted = {GovernanceKind.PLEDGE_TEXT, GovernanceKind.PENALTY_TEXT}
        if self.profile.document("D-01").demanded:
            wanted.add(GovernanceKind.CHECKLIST_TEMPLATE)
        covers = self._covers()
        wanted |= covers.keys()
        for kind in sorted(wanted):
            self.texts[kind] = GovernanceDocument(
                id=self._new_id(),
                contract_id=self.contract.id,
                kind=kind,
                title=f"{kind.label}（見本）",
                version="1.0",
                covers=covers.get(kind, ()),
                text=TEXTS.get(kind, ""),
                text_as_of=self.before,
                effective_from=self.before,
                approved_by=self.people["supervisor"],
                approved_on=self.before,
                review_cycle_months=12,
                status=GovernanceStatus.IN_FORCE,
            )
        return list(self.texts.values())

    def _covers(self) -> dict[GovernanceKind, tuple[GovernanceCover, ...]]:
        """Return the rules and plans that the text demands, with the topics of each."""
        regime = self.profile.params.governance
        named = [name for clause in self.profile.clauses.values() for name in clause.governance]
        kinds = [name for name in (*regime.demanded, *named) if name in GOVERNANCE]
        covers: dict[GovernanceKind, tuple[GovernanceCover, ...]]
        covers = {GovernanceKind.read(kind): () for kind in kinds}
        topics = dict.fromkeys(name for name in named if name not in GOVERNANCE)
        for kind, cover in (
            (GovernanceKind.HANDLING_RULES, topics),
            (GovernanceKind.EMERGENCY_PLAN, regime.emergency_plan_covers),
        ):
            if kind in covers:
                covers[kind] = tuple(GovernanceCover.read(name) for name in cover)
        return covers

    def pledges(self, submission_id: str = "") -> list[Record]:
        """Return the signed pledges of everybody whose role asks for one."""
        regime = self.profile.params.pledge
        people = [key for key, role, _ in ROLES if role in regime.roles]
        submitted = bool(submission_id) and regime.submission == "always"
        return [
            Pledge(
                id=self._new_id(),
                contract_id=self.contract.id,
                person_id=self.people[key],
                title=self.profile.term("pledge"),
                text_document_id=self.texts[GovernanceKind.PLEDGE_TEXT].id,
                covers_after_leaving=True,
                signed_on=self.before,
                collected_by=self.people["supervisor" if key != "supervisor" else "administrator"],
                original_place="第一保管庫の書類棚",
                submission_id=submission_id if submitted else "",
                submitted_on=self.before if submitted else None,
                status=PledgeStatus.SUBMITTED if submitted else PledgeStatus.SIGNED,
            )
            for key in people
        ]

    def training(self) -> list[Record]:
        """Return plan and sessions that cover what the text wants everybody to have heard."""
        regime = self.profile.params.training
        made: list[Record] = []
        plan_id = ""
        if regime.plan != "none":
            plan_id = self._new_id()
            made.append(self._plan(plan_id))
        topics = tuple(TrainingTopic.read(topic) for topic in regime.topics)
        if topics:
            made.append(self._session(TrainingKind.INITIAL, topics, plan_id))
        told = tuple(TrainingTopic.read(topic) for topic in regime.awareness_topics)
        if told:
            made.append(self._session(TrainingKind.AWARENESS, told, ""))
        return made

    def _plan(self, plan_id: str) -> TrainingPlan:
        return TrainingPlan(
            id=plan_id,
            contract_id=self.contract.id,
            title="教育・研修の実施計画",
            period_from=self.before,
            period_to=self.before + timedelta(days=365),
            organizer_person_id=self.people["supervisor"],
            organization_text="業務部長が実施し、情報管理課長が補佐する。",
            audience=("従事者全員",),
            topics=tuple(TrainingTopic.read(t) for t in self.profile.params.training.topics),
            method=(TrainingMethod.CLASSROOM,),
            planned_dates=(self.before.isoformat(),),
            approved_on=self.before,
        )

    def _session(
        self, kind: TrainingKind, topics: tuple[TrainingTopic, ...], plan_id: str
    ) -> TrainingSession:
        text = self.texts[GovernanceKind.PENALTY_TEXT].id
        return TrainingSession(
            id=self._new_id(),
            plan_id=plan_id,
            contract_ids=(self.contract.id,),
            kind=kind,
            held_on=self.before,
            place_text="みほん入力センター3階　会議室",
            instructor="渡邉　誠",
            method=TrainingMethod.CLASSROOM,
            topics=topics,
            text_document_id=text if kind is TrainingKind.AWARENESS else "",
            duration_min=60,
            attendance=tuple(
                Attendance(
                    person_id=self.people[key],
                    attended_on=self.before,
                    attended=True,
                    understanding=Understanding.SIGNED,
                )
                for key, _, _ in ROLES
            ),
        )

    def cards(self) -> list[Record]:
        """Return identity documents where the text wants them on the client's premises."""
        if not self.profile.params.identity_document.on_client_premises:
            return []
        return [
            Credential(
                id=self._new_id(),
                kind=CredentialKind.EMPLOYEE_ID,
                number=f"ID-{number:03d}",
                holder_person_id=self.people[key],
                contract_id=self.contract.id,
                shows_company_name=True,
                issued_on=self.before,
                issued_by=self.people["administrator"],
            )
            for number, (key, _, _) in enumerate(ROLES, 1)
        ]

    def assignments(self, notice_id: str) -> list[Assignment]:
        """Return who works in which role, with the extra roles that the text names."""
        params = self.profile.params
        roles = list(ROLES)
        roles += [
            (key, AssignmentRole.read(role), "授受")
            for role in params.handover.officer_roles
            for key in ("supervisor", "worker")
        ]
        managers = set(params.take_out.confirmed_by) | set(params.staff_notice.reported_roles)
        roles += [("supervisor", AssignmentRole.read(role), "管理") for role in sorted(managers)]
        return [self._assignment(key, role, duties, notice_id) for key, role, duties in roles]

    def _assignment(
        self, key: str, role: AssignmentRole, duties: str, notice_id: str
    ) -> Assignment:
        checked = key in IRREGULAR and self.profile.params.non_regular_workers.scope != "none"
        return Assignment(
            id=self._new_id(),
            contract_id=self.contract.id,
            person_id=self.people[key],
            role=role,
            duties=duties,
            authority_scope="担当業務に必要な範囲",
            handles_specific_pi=False,
            starts_on=self.begins,
            notice_submission_id=notice_id,
            labour_terms_confirmed=True if checked else None,
            labour_terms_checked_on=self.before if checked else None,
            labour_terms_checked_by=self.people["supervisor"] if checked else "",
            status=AssignmentStatus.ACTIVE,
        )

    def places(
        self, sites: list[Place], notice_id: str, consents: list[Authorization]
    ) -> list[Record]:
        """Return work room and store room with the notice and consent they need."""
        given = next(
            (c for c in consents if c.subject in ("place", "offsite_work")), Authorization()
        )
        uses = ((sites[1], (PlaceUse.WORK,)), (sites[2], (PlaceUse.STORAGE,)))
        return [
            ContractPlace(
                id=self._new_id(),
                contract_id=self.contract.id,
                place_id=site.id,
                use_as=use,
                use_from=self.begins,
                notice_submission_id=notice_id,
                authorization_id=given.id,
                status=PlaceStatus.ACTIVE,
            )
            for site, use in uses
        ]


def granted(profile: Profile) -> list[tuple[BasisType, AuthorizationSubject, str]]:
    """Return what the client allowed or ordered before the work began, in the text's own words."""
    params, s, b = profile.params, AuthorizationSubject, BasisType
    way = params.take_out.information
    word = {"agreement": b.AGREEMENT, "forbidden": b.INSTRUCTION}.get(way, b.CONSENT)
    made = [
        (b.DESIGNATION, s.HANDOVER_DESIGNATION, "市役所での直接手渡し"),
        (word, s.TAKE_OUT, "内容確認のための媒体の持出し"),
        (b.CONSENT, s.COPY, "入力作業用の複写（一媒体一部）"),
        (b.INSTRUCTION, s.DISPOSITION_METHOD, "原本の返還、複写物の裁断と破砕"),
    ]
    if params.take_out.equipment == "consent":
        made.append((b.CONSENT, s.EQUIPMENT_TAKE_OUT, "受渡し用媒体の作業場所からの持出し"))
    if params.send.basis:
        made.append((b.read(params.send.basis[0]), s.DISPATCH, "セキュリティ便による運搬"))
    if "consent" in params.place_notice.regime:
        subject = s.OFFSITE_WORK if params.place_notice.onsite_by_default else s.PLACE
        made.append((b.CONSENT, subject, "みほん入力センター3階"))
    return made
