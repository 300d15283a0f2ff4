"""Who does before the first receipt just what 今日 says, in its order, breaks nothing by the receipt."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest

from models.calendar import calendar
from models.codes import (
    AssignmentRole,
    AssignmentStatus,
    AuthorizationSubject,
    BasisType,
    Code,
    ContractStatus,
    Decision,
    DecisionForm,
    GovernanceCover,
    GovernanceKind,
    GovernanceStatus,
    HandlingKind,
    Means,
    PlaceStatus,
    PlaceUse,
    PledgeStatus,
    SubmissionMeans,
    TrainingKind,
    TrainingMethod,
    TrainingTopic,
    Understanding,
)
from models.errors import NeedsAnswer
from models.evidence import evidence
from models.records import (
    Assignment,
    Attendance,
    Authorization,
    AuthorizationTarget,
    Contract,
    ContractPlace,
    Finding,
    GovernanceDocument,
    HandlingEvent,
    HandlingLine,
    InformationAsset,
    Organization,
    Person,
    Place,
    Pledge,
    Record,
    RuleOverride,
    Submission,
    TrainingPlan,
    TrainingSession,
)
from models.rules.answers import Answers
from tests.designating import go_to
from tests.house import House, furnished
from ui.first_steps import Step, read_beginning
from ui.issue import IssueRequest, issue
from ui.sample import cast
from ui.seal_part import make_seal

TEXTS = ("shiki", "confidentiality-model", "fukuoka", "chiba", "yachiyo")
DAY = timedelta(days=1)
R = TypeVar("R", bound=Record)
WHY, LATE = "手順のとおりに済ませたため", "契約の締結が業務の開始より遅れたため"
LINK = "に結び付ける"
GOVERNED = {one.label: one for one in GovernanceKind}


class Clerk:
    """Does what the steps say, and nothing of which they are silent."""

    def __init__(self, house: House, begins_in: int = 10) -> None:
        self.house, self.registers = house, house.ledger.registers
        story, begins = house.story, house.ledger.today() + begins_in * DAY
        self.contract = replace(
            story.contract, id=house.ledger.new_id(), contract_no="2026-002",
            signed_on=min(begins, self.today), starts_on=begins, work_start_on=begins,
            status=ContractStatus.PREPARING, profile_parts="",
        )  # fmt: skip
        self.registers.create(self.contract)
        self.profile = house.ledger.profiles[self.contract.profile_code]
        self.plan = ""
        self.deviations: list[str] = []

    @property
    def today(self) -> date:
        return self.house.ledger.today()

    def all(self, cls: type[R]) -> list[R]:
        return [x.record for x in self.registers.all(cls, contract_id=self.contract.id)]

    def next(self) -> Step:
        found = read_beginning(self.house.ledger, self.contract.id)
        assert found is not None
        return found.next

    def follow(self) -> list[str]:
        """Do step after step until the receipt is next; return what was done."""
        done: list[str] = []
        while (step := self.next()).type != HandlingEvent.type:
            assert step.words not in done, step.words
            done.append(step.words)
            ACTS[step.type](self, step.words)
        return done

    # --- people ----------------------------------------------------------------------------------
    def designate(self, words: str) -> None:
        if LINK in words:
            self.link(Assignment, "D-03", AssignmentStatus.ACTIVE, words)
        elif "「従事中」に訂正" in words:
            for one in self.all(Assignment):
                self.revise(one, status=AssignmentStatus.ACTIVE)
        elif "確認日" in words:
            for one in self.all(Assignment):
                if self.registers.need(Person, one.person_id).record.employment_type != "regular":
                    self.revise(
                        one, labour_terms_confirmed=True, labour_terms_checked_on=self.today,
                        labour_terms_checked_by=self.house.story.people["supervisor"],
                    )  # fmt: skip
        else:
            self.name_people(words)

    def name_people(self, words: str) -> None:
        roles = {role: role.label for role in AssignmentRole}
        for role, concept in (("work_supervisor", "responsible_person"), ("worker", "worker")):
            roles[AssignmentRole.read(role)] = self.profile.own_word(concept) or roles[role]  # type: ignore[index]
        wanted = [role for role, word in roles.items() if word in words.partition("（")[2]]
        for role in wanted or (AssignmentRole.WORK_SUPERVISOR, AssignmentRole.WORKER):
            who = "worker2" if role is AssignmentRole.WORKER else "supervisor"
            self.registers.create(
                Assignment(
                    contract_id=self.contract.id, person_id=self.house.story.people[who], role=role,
                    duties="入力", authority_scope="担当業務", handles_specific_pi=False,
                    starts_on=self.contract.work_start_on, status=AssignmentStatus.PLANNED,
                )
            )  # fmt: skip

    def sign(self, words: str) -> None:
        text = self.document(GovernanceKind.PLEDGE_TEXT)
        for one in {x.person_id: x for x in self.all(Assignment)}.values():
            handed = {"submitted_on": self.today} if "提出する" in words else {}
            self.registers.create(
                Pledge(
                    contract_id=self.contract.id, person_id=one.person_id, text_document_id=text,
                    title=self.profile.term("pledge"), covers_after_leaving=True,
                    signed_on=self.today, collected_by=self.house.story.people["administrator"],
                    original_place="書類棚", status=PledgeStatus.SIGNED, **handed,
                )
            )  # fmt: skip

    def plan_training(self, words: str) -> None:
        plan = TrainingPlan(
            id=self.house.ledger.new_id(), contract_id=self.contract.id, title="実施計画",
            period_from=self.today, period_to=self.today + 365 * DAY,
            organizer_person_id=self.house.story.people["supervisor"], organization_text="業務部",
            audience=("従事者全員",), topics=(TrainingTopic.COMPLIANCE,),
            method=(TrainingMethod.CLASSROOM,), planned_dates=("10月",),
        )  # fmt: skip
        self.registers.create(plan)
        self.plan = plan.id

    def train(self, words: str) -> None:
        """Hold what the step names: training with its topics, or 周知 of all at once."""
        aware, regime = "周知" in words, self.profile.params.training
        for kind, topics in (
            (
                TrainingKind.INITIAL,
                regime.topics if f"{self.profile.term('training')}（" in words else (),
            ),
            (TrainingKind.AWARENESS, regime.awareness_topics if aware else ()),
        ):
            if not topics:
                continue
            told = kind is TrainingKind.AWARENESS
            self.registers.create(
                TrainingSession(
                    contract_ids=(self.contract.id,), kind=kind, held_on=self.today,
                    place_text="会議室", instructor="渡邉　誠", method=TrainingMethod.CLASSROOM,
                    topics=tuple(map(TrainingTopic.read, topics)), duration_min=60,
                    plan_id="" if told else self.plan,
                    text_document_id=self.document(GovernanceKind.PENALTY_TEXT) if told else "",
                    attendance=tuple(
                        Attendance(
                            person_id=who, attended_on=self.today, attended=True,
                            understanding=Understanding.SIGNED,
                        )
                        for who in dict.fromkeys(x.person_id for x in self.all(Assignment))
                    ),
                )
            )  # fmt: skip

    # --- places, papers --------------------------------------------------------------------------
    def use_places(self, words: str) -> None:
        if LINK in words:
            self.link(ContractPlace, "D-04", PlaceStatus.ACTIVE, words)
            return
        if "「使用中」に訂正" in words:
            for one in self.all(ContractPlace):
                self.revise(one, status=PlaceStatus.ACTIVE)
            return
        for place, use in zip(
            self.house.story.places[1:], (PlaceUse.WORK, PlaceUse.STORAGE), strict=True
        ):
            self.registers.create(
                ContractPlace(
                    contract_id=self.contract.id, place_id=place.id, use_as=(use,),
                    use_from=self.contract.work_start_on, status=PlaceStatus.PLANNED,
                )
            )  # fmt: skip

    def hand_in(self, words: str) -> None:
        found = [
            kind
            for kind in self.profile.documents
            if f"「{self.profile.document_title(kind)}」" in words
        ]
        assert found, words
        for kind in found[:1]:
            if kind == "D-01":
                self.document(GovernanceKind.CHECKLIST_TEMPLATE)
            plans = (self.plan,) if kind == "D-05" else ()
            made = issue(self.house.ledger, IssueRequest(kind, self.contract.id, plans)).ids[-1]
            self.house.ledger.paper.submit(made, on=self.today, means=SubmissionMeans.HAND)

    def link(
        self, cls: type[Assignment] | type[ContractPlace], kind: str, begun: Code, words: str
    ) -> None:
        """Link the notice that came too late, and where the step says so, say that it has begun."""
        papers = [one for one in self.all(Submission) if one.doc_kind == kind]
        state = {"status": begun} if begun.label in words else {}
        for one in self.all(cls):
            if not one.notice_submission_id:
                self.revise(one, notice_submission_id=papers[-1].id, **state)

    def answer_of_company(self, words: str) -> None:
        one = self.registers.need(Organization, self.contract.contractor_org_id).record
        self.revise(one, is_pi_business_operator=False)

    def get_word(self, words: str) -> None:
        """Enter what the client allowed or designated, and link it where the step says so."""
        rooms = [one for one in self.all(ContractPlace) if "場所の使用" in words]
        subject = AuthorizationSubject.PLACE if rooms else AuthorizationSubject.HANDOVER_DESIGNATION
        given = Authorization(
            id=self.house.ledger.new_id(), contract_id=self.contract.id, subject=subject,
            basis_type=BasisType.CONSENT if rooms else BasisType.DESIGNATION,
            requested_on=self.today, reason="業務のため", scope_text="市役所での手渡し",
            valid_from=self.today, decision=Decision.GRANTED, decided_on=self.today,
            decided_by_title="課長", decided_by_name="見本　次郎",
            decision_form=DecisionForm.WRITTEN, decision_doc_no="見本第9号",
            targets=tuple(AuthorizationTarget(place_id=one.place_id) for one in rooms),
        )  # fmt: skip
        self.registers.create(given)
        for one in rooms:
            self.revise(one, authorization_id=given.id)

    def lay_down(self, words: str) -> None:
        """Register what the step names, one document for each kind."""
        named = words.rpartition("（")[2]
        for label, kind in GOVERNED.items():
            if label in named:
                self.document(kind)
        covers = tuple(one for one in GovernanceCover if one.label in named)
        if covers:
            self.document(GovernanceKind.HANDLING_RULES, covers)

    def describe(self, words: str) -> None:
        self.registers.create(cast.asset(self.contract, self.house.ledger.new_id()))

    # --- hands -----------------------------------------------------------------------------------
    def document(self, kind: GovernanceKind, covers: tuple[GovernanceCover, ...] = ()) -> str:
        """Return the id of a document in force; a form asks for the texts that it rests on."""
        if kind is GovernanceKind.EMERGENCY_PLAN:
            topics = self.profile.params.governance.emergency_plan_covers
            covers = tuple(map(GovernanceCover.read, topics))
        text = "届け出たか。｜はい｜" if kind is GovernanceKind.CHECKLIST_TEMPLATE else "文面"
        supervisor = self.house.story.people["supervisor"]
        return self.registers.create(
            GovernanceDocument(
                contract_id=self.contract.id, kind=kind, title=kind.label, version="1.0",
                covers=covers, text=text, effective_from=self.today, approved_by=supervisor,
                approved_on=self.today, status=GovernanceStatus.IN_FORCE,
            )
        ).ids[-1]  # fmt: skip

    def revise(self, one: Record, **fields: object) -> None:
        now = self.registers.need(type(one), one.id).record
        try:
            self.registers.revise(now.with_changes(**fields), WHY)
        except NeedsAnswer as asked:
            self.deviations += [found.rule_id for found in asked.facts["findings"]]
            answers = Answers(dict.fromkeys(self.deviations, LATE), later=True)
            self.registers.revise(now.with_changes(**fields), WHY, answers=answers)

    def receive(self) -> None:
        """Receive a sheet as an ordinary first act, with no reason and no second person."""
        story = self.house.story
        asset = self.all(InformationAsset)[0]
        item = replace(
            story._new_item(), contract_id=self.contract.id, item_no="B-001", quantity=Decimal(10)
        )
        item = replace(item, contents=(replace(item.contents[0], asset_id=asset.id),))
        self.house.ledger.handling.record(
            HandlingEvent(
                contract_id=self.contract.id, kind=HandlingKind.RECEIVE, purpose="業務のため",
                occurred_at=self.house.clock(), means=Means.DIRECT,
                actor_person_id=story.people["supervisor"],
                counterpart_org_id=self.contract.client_org_id, counterpart_title="主査",
                counterpart_name="見本　花子", place_to_id=story.places[2].id,
                destination_text="見本市役所2階",
                lines=(HandlingLine(item_id=item.id, quantity=item.quantity),),
            ),
            new_items=[item],
        )  # fmt: skip


ACTS: dict[str, Callable[[Clerk, str], None]] = {
    Assignment.type: Clerk.designate,
    Pledge.type: Clerk.sign,
    TrainingPlan.type: Clerk.plan_training,
    TrainingSession.type: Clerk.train,
    ContractPlace.type: Clerk.use_places,
    Submission.type: Clerk.hand_in,
    Organization.type: Clerk.answer_of_company,
    Authorization.type: Clerk.get_word,
    GovernanceDocument.type: Clerk.lay_down,
    InformationAsset.type: Clerk.describe,
}


@pytest.mark.parametrize("text", TEXTS)
def test_who_follows_the_steps_receives_without_a_deviation(tmp_path: Path, text: str) -> None:
    with furnished(tmp_path, profile=text, rules=True) as house:
        make_seal(house.ledger)
        clerk = Clerk(house)
        done = clerk.follow()
        assert clerk.contract.work_start_on is not None
        go_to(house, clerk.contract.work_start_on)
        done += clerk.follow()
        clerk.receive()
        assert not house.ledger.registers.all(RuleOverride), done
        assert not house.ledger.registers.all(Finding)
        contract = house.ledger.registers.need(Contract, clerk.contract.id).record
        states = evidence(house.ledger, contract)
        assert not [one for one in states if one.state == "broken"]


@pytest.mark.parametrize("text", TEXTS)
def test_who_begins_late_is_led_to_the_link_and_never_to_a_second_paper(
    tmp_path: Path, text: str
) -> None:
    """Each step is named once, each designation explained once, and then only findings are left."""
    with furnished(tmp_path, profile=text, rules=True) as house:
        make_seal(house.ledger)
        clerk = Clerk(house, begins_in=-3)
        clerk.follow()
        clerk.receive()
        kinds = [one.doc_kind for one in clerk.all(Submission)]
        assert len(kinds) == len(set(kinds))
        people, rooms = clerk.all(Assignment), clerk.all(ContractPlace)
        told, allowed = {
            "shiki": (len(people), len(rooms)),
            "confidentiality-model": (len(people), 1),
            "fukuoka": (0, len(rooms)),
            "chiba": (1, 2 * len(rooms)),
            "yachiyo": (0, 0),
        }[text]
        assert clerk.deviations == ["R-02"] * told + ["R-03"] * allowed
        late = [
            one.what
            for one in calendar(house.ledger, clerk.contract.id)
            if one.code in ("K-02", "K-03", "K-04", "K-05")
        ]
        assert not late


def test_a_late_consent_that_is_entered_only_waits_for_its_link(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka", rules=True) as house:
        clerk = Clerk(house, begins_in=-3)
        clerk.name_people("")
        clerk.use_places("")
        rooms = clerk.all(ContractPlace)
        revise, clerk.revise = clerk.revise, lambda *_, **__: None  # type: ignore[method-assign]
        clerk.get_word("場所の使用")
        clerk.revise = revise  # type: ignore[method-assign]
        [given] = clerk.all(Authorization)
        dates = [one for one in calendar(house.ledger, clerk.contract.id) if one.code == "K-04"]
        assert [(one.what, one.due_on) for one in dates] == [
            (f"「{given.caption()}」の結び付け", clerk.today)
        ] * 2
        steps = read_beginning(house.ledger, clerk.contract.id)
        assert steps is not None
        [step] = [one for one in steps.steps if "結び付ける（あと2か所）" in one.words]
        assert step.type == ContractPlace.type and given.caption() in step.words
        for one in rooms:
            clerk.revise(one, authorization_id=given.id)
        [first, _] = [
            one for one in calendar(house.ledger, clerk.contract.id) if one.code == "K-05"
        ]
        assert first.what == "使用の開始（「予定」のまま）か「使用開始日」の訂正"
        rows = [
            row.sentence
            for found in evidence(house.ledger, clerk.contract)
            for name, some in found.evidence
            if name == "EQ-PLACE"
            for row in some
        ]
        assert len(rows) == 2 and all("使う承諾を得てありますが" in one for one in rows)


def test_the_documents_that_are_wanted_are_all_named_and_go_when_they_are_there(
    tmp_path: Path,
) -> None:
    with furnished(tmp_path, profile="shiki", rules=True) as house:
        clerk = Clerk(house)
        steps = read_beginning(house.ledger, clerk.contract.id)
        assert steps is not None
        [step] = [one for one in steps.steps if one.type == GovernanceDocument.type]
        wanted = clerk.profile.params.governance.demanded
        assert wanted and all(GovernanceKind.read(one).label in step.words for one in wanted)
        clerk.lay_down(step.words)
        after = read_beginning(house.ledger, clerk.contract.id)
        assert after is not None
        [step] = [one for one in after.steps if one.type == GovernanceDocument.type]
        assert step.done


def test_what_the_rules_would_say_of_the_receipt_itself_comes_before_it(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="confidentiality-model", rules=True) as house:
        go_to(house, house.ledger.today() + DAY)
        rooms = [one.record for one in house.ledger.registers.all(Place)]
        for one in rooms:
            open_ = one.with_changes(lockable=False, entry_control=False)
            house.ledger.registers.revise(open_, "錠が壊れたため")
        house.clock.wait(24 * 60)
        found = read_beginning(house.ledger, house.story.contract.id)
        assert found is not None and found.next.type == ContractPlace.type
        assert "規則に反する" in found.next.words and "施錠" in found.next.words
        house.ledger.registers.revise(
            house.ledger.registers.need(Place, rooms[-1].id).record.with_changes(lockable=True),
            "錠を直したため",
        )
        found = read_beginning(house.ledger, house.story.contract.id)
        assert found is not None and found.next.type == HandlingEvent.type
