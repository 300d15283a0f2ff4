"""The four questions of an officer, and what the ledger has to show for each clause."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import (
    AuthorizationSubject,
    BasisType,
    DecisionForm,
    EmploymentType,
    HandlingKind,
    Timing,
)
from models.errors import NotPermitted
from models.evidence_dates import ALL_QUERIES
from models.officer import Answered, officer_questions
from models.profile_vocabulary import EVIDENCE
from models.proofs import PROOFS, proofs
from models.records import Authorization, HandlingEvent, HandlingLine, Item, Person
from models.store import Op, Where
from tests.house import House, furnished
from tests.models.rules.stage import PROFILES


def answers(house: House) -> list[Answered]:
    return officer_questions(house.ledger, house.story.contract)


def test_nothing_known_about_a_subcontract_is_not_called_kept(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        first = answers(house)[0]
        assert (first.question, first.state) == ("承認を得た再委託か", "unknown")


def test_people_of_another_company_want_its_approval(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        story, registers = house.story, house.ledger.registers
        person = registers.need(Person, story.people["worker3"]).record
        other = replace(person, employment_type=EmploymentType.SUBCONTRACTOR_STAFF)
        registers.revise(other, "再委託先の人だった")
        first = answers(house)[0]
        assert first.state == "action" and "1名" in first.sentence
        assert first.type == "assignment"
        given = replace(
            story.consents[0], id="", subject=AuthorizationSubject.SUBCONTRACT,
            basis_type=BasisType.APPROVAL,
        )  # fmt: skip
        made = registers.create(given).ids[-1]
        first = answers(house)[0]
        assert (first.state, first.type, first.id) == ("done", "authorization", made)
        registers.void(Authorization, made, "別の契約のものだった")
        assert answers(house)[0].state == "action"


def oral_consent(house: House) -> Authorization:
    return replace(
        house.story.consents[0], id="", subject=AuthorizationSubject.SUBCONTRACT,
        basis_type=BasisType.CONSENT, decision_form=DecisionForm.ORAL, requested_on=house.ledger.today(),
        decided_on=house.ledger.today(), decision_doc_no="第9号",
    )  # fmt: skip


def test_an_oral_consent_is_none_where_it_must_be_written(tmp_path: Path) -> None:
    """CB-8.1: 書面による承諾."""
    with furnished(tmp_path, profile="chiba", rules=True) as house:
        change = house.ledger.registers.create(oral_consent(house))
        assert any("書面によるものに限ります" in one for one in change.notices)
        first = answers(house)[0]
        assert first.state == "action"
        assert "書面によらない承諾1件" in first.sentence
        assert [row.id for row in first.rows] == [change.ids[-1]]
        known = house.ledger.registers.need(Authorization, change.ids[-1]).record
        written = replace(known, written_confirmed_on=house.ledger.today())
        assert not house.ledger.registers.revise(written, "承諾書を受け取ったため").notices
        assert answers(house)[0].state == "done"


def test_where_the_text_does_not_ask_for_writing_a_word_is_enough(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka", rules=True) as house:
        assert not house.ledger.registers.create(oral_consent(house)).notices
        assert answers(house)[0].state == "done"


def test_a_text_without_subcontracts_asks_nothing(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="yachiyo") as house:
        assert answers(house)[0].state == "not_applicable"


def test_what_is_out_too_long_wants_to_be_looked_at(tmp_path: Path) -> None:
    with furnished(tmp_path, things=2) as house:
        assert answers(house)[1].state == "done"
        house.story._open_take_out(house.story._stock[0])
        assert answers(house)[1].state == "done" and "1件" in answers(house)[1].sentence
        house.clock.wait(60 * 5)
        second = answers(house)[1]
        assert (second.state, second.type, second.id) == (
            "action",
            "item",
            house.story._stock[0].id,
        )


def test_what_is_planned_is_counted_once_it_was_done(tmp_path: Path) -> None:
    with furnished(tmp_path, days=3) as house:
        ledger, before = house.ledger, [one.sentence for one in answers(house)]
        acts = [one.record for one in ledger.registers.all(HandlingEvent)]
        out = next(one for one in acts if one.kind is HandlingKind.TAKE_OUT)
        later = house.clock() + timedelta(hours=1)
        plan = replace(
            out, id="", event_no=None, timing=Timing.PLANNED, status=None, occurred_at=later,
            expected_return_at=later + timedelta(hours=3),
        )  # fmt: skip
        id_ = ledger.handling.record(plan).ids[-1]
        assert [one.sentence for one in answers(house)] == before
        house.clock.wait(90)
        done = replace(plan, timing=Timing.ACTUAL)
        ledger.handling.record_all([done], plan_id=id_)
        assert before[1].startswith("持ち出し1件")
        assert answers(house)[1].sentence.startswith("持ち出し2件")


def test_what_is_planned_is_no_proof(tmp_path: Path) -> None:
    with furnished(tmp_path, things=1) as house:
        item = house.story._stock[0]
        planned = HandlingEvent(
            contract_id=house.story.contract.id, kind=HandlingKind.TAKE_OUT,
            timing=Timing.PLANNED, occurred_at=house.clock() + timedelta(hours=1),
            expected_return_at=house.clock() + timedelta(hours=3), purpose="確認のため",
            actor_person_id=house.story.people["worker"], destination_text="見本市役所",
            lines=(HandlingLine(item_id=item.id),),
        )  # fmt: skip
        house.ledger.handling.record(planned)
        asked = house.ledger.inquiries.of(house.story.contract.id)
        found = [one for c in asked.profile.clauses_for("shiki") for one in proofs(asked, c)]
        taken = Where("kind", Op.IN, (HandlingKind.TAKE_OUT,))
        assert [one for one in found if taken in one.query.where] == []


def test_copies_are_named_until_they_are_destroyed_and_at_the_end_everything_is(
    tmp_path: Path,
) -> None:
    with furnished(tmp_path, things=2) as house:
        assert answers(house)[2].state == "done"
        house.story.copy(house.story._stock[0])
        assert answers(house)[2].state == "due"
        house.story.destroy(house.story._copies[0])
        assert answers(house)[2].state == "done" and "廃棄1件" in answers(house)[2].sentence
        house.clock.wait(60 * 24 * 400)
        third = answers(house)[2]
        assert third.state == "broken" and len(third.rows) == 2


def test_what_is_unneeded_is_named_and_late_after_the_days_of_the_text(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka", things=1) as house:
        item = house.ledger.registers.need(Item, house.story._stock[0].id).record
        unneeded = replace(item, unneeded_on=house.ledger.today())
        house.ledger.registers.revise(unneeded, "不要となった")
        assert answers(house)[2].state == "due"
        house.clock.go_to(house.ledger.today() + timedelta(days=9), 9)
        assert answers(house)[2].state == "action"


def test_an_uncleared_hand_and_an_empty_office_are_told(tmp_path: Path) -> None:
    with furnished(tmp_path, rules=True, days=3, planted=True) as house:
        last = answers(house)[3]
        assert (last.state, last.type) == ("broken", "handling_event") and "5名" in last.sentence


def test_a_worker_may_not_ask(tmp_path: Path) -> None:
    with furnished(tmp_path, accounts=True) as house:
        house.sign_in("yoshino")
        with pytest.raises(NotPermitted):
            answers(house)


# --- proofs ---------------------------------------------------------------------------------------


def test_every_query_that_is_answered_has_something_to_show() -> None:
    asked = {name for name, _ in ALL_QUERIES if not name.startswith("EQ-DOC(")}
    assert asked - set(PROOFS) <= {"EQ-HOURS"}  # hours are proved by acts that break none
    assert set(PROOFS) <= set(EVIDENCE)


@pytest.mark.parametrize("profile", PROFILES)
def test_proofs_are_the_contracts_own_rows_and_counted(tmp_path: Path, profile: str) -> None:
    with furnished(tmp_path, profile=profile, days=3) as house:
        asked = house.ledger.inquiries.of(house.story.contract.id)
        found = [one for c in asked.profile.clauses_for(profile) for one in proofs(asked, c)]
        assert found
        for one in found:
            numbers = house.ledger.registers.numbers(one.query)
            assert len(numbers) == one.count > 0
        before = {one.query: one.count for one in found}
        house.story.receive(1)
        asked = house.ledger.inquiries.of(house.story.contract.id)
        after = {
            one.query: one.count
            for c in asked.profile.clauses_for(profile)
            for one in proofs(asked, c)
        }
        items = [query for query in before if query.type == "item" and len(query.where) == 1]
        assert all(after[query] == before[query] + 1 for query in items)
