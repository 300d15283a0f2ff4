"""Papers name who is of another firm with that firm, and the contractor's own people without it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.codes import (
    AssignmentStatus,
    EmploymentType,
    OrganizationKind,
    TrainingKind,
    TrainingMethod,
    TrainingTopic,
    Understanding,
)
from models.errors import Refused
from models.records import Assignment, Organization, Person, Submission, TrainingSession
from models.records.clearance import Attendance
from tests.designating import hand_in
from tests.house import House
from tests.reports.applying import assignment_of, handed_in, office, sealed, text_of
from ui.issue import changed_since

AGENCY = "はけん株式会社"
LONG = "一般社団法人𠮷野辻󠄂髙橋総合人材派遣及び情報処理受託業務支援協同機構東日本統括本部みほん営業所第一人材開発紹介事業部東京支社"
EMPLOYMENT = {
    "agency": EmploymentType.DISPATCHED,
    "here": EmploymentType.DISPATCHED,
    "entrusted": EmploymentType.SUBCONTRACTOR_STAFF,
}
"""Registered under the firm that sends, under ours, and of one to which work is entrusted."""
TOLD = {
    "agency": f"{AGENCY}　第二営業部　主任",
    "here": f"第二営業部　主任（派遣元：{AGENCY}）",
    "entrusted": f"{AGENCY}　第二営業部　主任",
}


def join(house: House, how: str = "agency", firm: str = AGENCY, **fields: Any) -> str:
    """Let somebody of another firm work on the contract; return the id of the designation."""
    registers = house.ledger.registers
    kind = (OrganizationKind.SUBCONTRACTOR if how == "entrusted" else OrganizationKind.DISPATCH_AGENCY)  # fmt: skip
    other = registers.create(Organization(name=firm, kinds=(kind,))).ids[-1]
    ours = house.story.contract.contractor_org_id
    person = Person(
        name="派遣　太郎", employment_type=EMPLOYMENT[how],
        organization_id=ours if how == "here" else other,
        dispatch_agency_id="" if how == "entrusted" else other,
        department="第二営業部", job_title="主任",
    )  # fmt: skip
    who = registers.create(replace(person, **fields)).ids[-1]
    made = replace(
        assignment_of(house, "worker"), id="", person_id=who, notice_submission_id="",
        status=AssignmentStatus.PLANNED, starts_on=house.ledger.today(),
    )  # fmt: skip
    return registers.create(made).ids[-1]


@pytest.mark.parametrize("how", EMPLOYMENT)
@pytest.mark.parametrize(
    "profile", ["shiki", "confidentiality-model", "fukuoka", "chiba", "yachiyo"]
)
def test_every_paper_names_the_firm_of_who_is_of_another(
    tmp_path: Path, profile: str, how: str
) -> None:
    with office(tmp_path, profile) as house:
        one, own = join(house, how), assignment_of(house, "worker").id
        kinds = ["D-02", "D-03", "D-07", *(["D-30"] if profile in ("chiba", "yachiyo") else [])]
        firm = house.ledger.registers.need(Organization, house.story.contract.contractor_org_id)
        for kind in kinds:
            text = text_of(house, kind, one, own)
            always = f"{firm.record.name}　" if kind == "D-07" and how == "here" else ""
            assert _bare(always + TOLD[how]) in _bare(text), kind
            # The contractor's own name goes without saying, but for the pledge.
            said = _bare(f"{firm.record.name}　業務部") in _bare(text)
            assert said is (kind == "D-07"), kind


def test_the_notice_of_changes_tells_the_firm_of_who_joins_and_who_changes_it(
    tmp_path: Path,
) -> None:
    with office(tmp_path) as house:
        handed_in(house, "D-03")
        house.clock.wait(60)
        one = house.ledger.registers.need(Assignment, join(house)).record
        assert _bare(TOLD["agency"]) in _bare(text_of(house, "D-03", change=True))
        handed_in(house, "D-03")
        house.clock.wait(60)
        person = house.ledger.registers.need(Person, one.person_id).record
        other = house.ledger.registers.create(Organization(name="べつの人材株式会社", kinds=(OrganizationKind.DISPATCH_AGENCY,))).ids[-1]  # fmt: skip
        moved = replace(person, organization_id=other, dispatch_agency_id=other)
        house.ledger.registers.revise(moved, "派遣元の変更のため")
        text = _bare(text_of(house, "D-03", change=True))
        assert AGENCY in text and "べつの人材株式会社" in text and "派遣元の変更のため" in text


def test_the_list_of_who_was_taught_and_the_plan_name_the_firm(tmp_path: Path) -> None:
    with office(tmp_path, "chiba") as house:
        one = house.ledger.registers.need(Assignment, join(house)).record
        row = Attendance(
            person_id=one.person_id, attended=True, attended_on=house.ledger.today(),
            understanding=Understanding.SIGNED,
        )  # fmt: skip
        held = TrainingSession(
            contract_ids=(house.story.contract.id,), kind=TrainingKind.INITIAL,
            held_on=house.ledger.today(), attendance=(row,), instructor="渡邉　誠",
            method=TrainingMethod.CLASSROOM, topics=(TrainingTopic.COMPLIANCE,),
        )  # fmt: skip
        session = house.ledger.registers.create(held).ids[-1]
        assert _bare(TOLD["agency"]) in _bare(text_of(house, "D-06", session))
        manager = assignment_of(house, "supervisor")
        person = house.ledger.registers.need(Person, manager.person_id).record
        lent = house.ledger.registers.need(Person, one.person_id).record.organization_id
        house.ledger.registers.revise(replace(person, organization_id=lent), "出向のため")
        assert AGENCY in text_of(house, "D-05")


def test_a_paper_of_before_is_compared_without_firms(tmp_path: Path) -> None:
    """It is sealed as it is; that it named no firm is no change of the ledger."""
    with office(tmp_path) as house:
        one = join(house)
        for kind in ("D-02", "D-03"):
            paper = sealed(house, kind, one)
            assert changed_since(house.ledger, paper) == []
            content: Any = paper.content
            told = TOLD["agency"]
            before = {key: value for key, value in content["wording"].items() if key != "firms"}
            lines = [
                {k: v.replace(told, told.removeprefix(f"{AGENCY}　")) for k, v in line.items()}
                for line in content["lines"]
            ]
            assert lines != content["lines"]
            older = replace(paper, content={**content, "wording": before, "lines": lines})
            assert changed_since(house.ledger, older) == []
            # Of a paper of today another firm is another fact.
            person = house.ledger.registers.need(Assignment, one).record.person_id
            known = house.ledger.registers.need(Person, person).record
            ours = house.story.contract.contractor_org_id
            house.ledger.registers.revise(replace(known, organization_id=ours), "転籍のため")
            assert changed_since(house.ledger, paper) != []
            house.ledger.registers.revise(known, "訂正のため")


def test_a_firm_with_a_long_name_fits(tmp_path: Path) -> None:
    assert len(LONG) >= 60
    with office(tmp_path) as house:
        one = join(house, firm=LONG)
        for kind in ("D-02", "D-03", "D-07"):
            assert _bare(LONG) in _bare(text_of(house, kind, one)), kind


def _bare(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("how", EMPLOYMENT)
def test_the_notice_of_changes_tells_that_a_firm_is_called_otherwise(
    tmp_path: Path, how: str
) -> None:
    with office(tmp_path) as house:
        one = house.ledger.registers.need(Assignment, join(house, how)).record
        handed_in(house, "D-03")
        house.clock.wait(60)
        person = house.ledger.registers.need(Person, one.person_id).record
        firm = person.dispatch_agency_id or person.organization_id
        known = house.ledger.registers.need(Organization, firm).record
        house.ledger.registers.revise(replace(known, name="しんせい人材株式会社"), "商号変更のため")
        text = _bare(text_of(house, "D-03", change=True))
        assert "所属・職名" in text and "商号変更のため" in text
        assert text.index(AGENCY) < text.index("しんせい人材株式会社")
        made = hand_in(house, "D-03", change=True)
        paper = house.ledger.registers.need(Submission, made).record
        assert changed_since(house.ledger, paper) == []
        house.clock.wait(60)
        with pytest.raises(Refused, match="届け出る変更はありません"):
            text_of(house, "D-03", change=True)
