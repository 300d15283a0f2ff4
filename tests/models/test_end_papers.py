"""Which paper proves which kind of end: in the calendar, the evidence, at closing and erasing."""

from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest

import resources
from models.calendar import calendar
from models.codes import ContractStatus, Role, SubmissionMeans, SubmissionStatus
from models.codes import HandlingKind as K
from models.commands import creating
from models.paper_about import end_papers
from models.profile_file import parse_profile
from models.records import AccessRight, Contract, HandlingEvent, Submission, UserAccount
from tests import proof
from tests.ending import ended, hand_in
from tests.house import House, furnished

BACK, GONE = (K.RETURN, K.HAND_OVER), (K.ERASE, K.DISPOSE)
OF_TEXT = {
    "shiki": {("D-17",): BACK + GONE},
    "confidentiality-model": {("D-18",): GONE},
    "fukuoka": {("D-16",): BACK, ("D-17",): GONE},
    "chiba": {("D-16",): BACK, ("D-17",): GONE},
    "online-connection": {},
    "yachiyo": {("D-16",): BACK},
}


def asked_for(house: House) -> set[str]:
    """Return the titles of end papers that the calendar waits for."""
    found = calendar(house.ledger, house.story.contract.id)
    return {one.what.removesuffix("の提出") for one in found if one.code == "K-24"}


def said(house: House) -> str:
    """Return what the evidence says of papers that were not handed in."""
    return "".join(one for one in proof.sentences(house) if "を提出していません" in one)


def obstacles(house: House) -> str:
    return "\n".join(house.ledger.ending.plan(house.story.contract.id).obstacles)


@pytest.mark.parametrize("code", OF_TEXT)
def test_every_text_asks_only_for_papers_that_can_speak_of_the_end(code: str) -> None:
    text = (files(resources) / "profiles" / f"{code}.toml").read_text(encoding="utf-8")
    assert end_papers(parse_profile(text, code).params.end) == OF_TEXT[code]


@pytest.mark.parametrize(
    ("code", "of_return", "of_disposal"),
    [
        ("shiki", {"「返還・消去・廃棄報告書」"}, {"「返還・消去・廃棄報告書」"}),
        ("confidentiality-model", set(), {"「廃棄・消去証明書」"}),
        ("chiba", {"「返還・引渡書」"}, {"「複写・複製物廃棄等報告書」"}),
        ("yachiyo", {"「返還書」"}, set()),
    ],
)
def test_the_calendar_waits_for_the_paper_of_the_kind(
    tmp_path: Path, code: str, of_return: set[str], of_disposal: set[str]
) -> None:
    with furnished(tmp_path, profile=code) as house:
        house.clock.go_to(house.ledger.today(), 9)
        house.story.receive(2)
        house.story.give_back(house.story._stock[0])
        assert asked_for(house) == of_return
        house.story.copy(house.story._stock[0])
        house.story.destroy(house.story._copies[0])
        assert asked_for(house) == of_return | of_disposal


def test_the_evidence_names_the_certificate_of_a_disposal_alone(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="confidentiality-model") as house:
        house.clock.go_to(house.ledger.today(), 9)
        house.story.receive(2)
        house.story.give_back(house.story._stock[0])
        assert said(house) == ""
        house.story.copy(house.story._stock[0])
        house.story.destroy(house.story._copies[0])
        assert "廃棄について「廃棄・消去証明書」" in said(house)
        assert "返還について" not in said(house)


def test_content_can_be_erased_where_no_paper_exists_for_the_end(tmp_path: Path) -> None:
    with ended(tmp_path, profile="confidentiality-model", paper="") as house:
        assert obstacles(house) == "" and asked_for(house) == set()


def test_content_stays_while_the_paper_of_its_end_is_missing(tmp_path: Path) -> None:
    with ended(tmp_path, profile="yachiyo", paper="D-17") as house:
        assert "「返還書」の提出（" in obstacles(house) and "返還）が済んで" in obstacles(house)
        hand_in(house, "D-16")
        assert obstacles(house) == ""


def test_a_contract_closes_when_the_papers_of_its_ends_are_in(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="chiba") as house:
        house.clock.go_to(house.ledger.today(), 9)
        house.story.receive(1)
        house.story.copy(house.story._stock[0])
        house.story.destroy(house.story._copies[0])
        assert papers_at_closing(house) == "「複写・複製物廃棄等報告書」"
        house.story.give_back(house.story._stock[0])
        assert papers_at_closing(house) == "「返還・引渡書」「複写・複製物廃棄等報告書」"
        hand_in(house, "D-16")
        hand_in(house, "D-17")
        assert papers_at_closing(house) == ""


def test_an_earlier_paper_does_not_speak_of_later_acts(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        house.clock.go_to(house.ledger.today(), 9)
        house.story.receive(3)
        house.story.give_back(house.story._stock[0])
        hand_in(house)
        assert papers_at_closing(house) == "" and "返還について" not in said(house)
        house.clock.go_to(house.ledger.today() + timedelta(days=1), 9)
        for _ in range(2):
            house.story.give_back(house.story._stock[0])
        assert papers_at_closing(house) == "「返還・消去・廃棄報告書」"
        assert "返還など2件について" in closing(house) and said(house).count("返還について") == 2
        [line] = [one for one in obstacles(house).splitlines() if "の提出（" in one]
        assert line.count("号 返還") == 2 and "返還）が済んで" in line
        hand_in(house)
        assert papers_at_closing(house) == "" and "返還について" not in said(house)


@pytest.mark.parametrize(("completed", "missing"), [(True, 0), (False, 1)])
def test_a_report_of_what_is_planned_says_nothing_about_the_act(
    tmp_path: Path, completed: bool, missing: int
) -> None:
    with furnished(tmp_path) as house:
        house.clock.go_to(house.ledger.today(), 9)
        house.story.receive(1)
        house.story.give_back(house.story._stock[0])
        [act] = house.ledger.registers.all(HandlingEvent, kind=K.RETURN)
        report = Submission(
            id="7" * 32, contract_id=house.story.contract.id, doc_kind="D-17", doc_no="第9号",
            title="返還・消去・廃棄報告書", revision=1, subject_ids=(act.record.id,),
            content={"completed": completed}, submitted_on=house.ledger.today(),
            means=SubmissionMeans.HAND, status=SubmissionStatus.SUBMITTED,
        )  # fmt: skip
        house.ledger.commit([creating(report)])
        assert said(house).count("返還について") == missing
        assert closing(house).count("まだ提出されていません") == missing
        assert len(asked_for(house)) == missing


def papers_at_closing(house: House) -> str:
    """Return the titles that R-24 misses when somebody wants to close the contract."""
    return "".join(one.split("がまだ")[0] for one in closing(house).splitlines())


def closing(house: House) -> str:
    """Return what R-24 says of papers when somebody wants to close the contract."""
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    closed = replace(contract, status=ContractStatus.CLOSED)
    found = house.ledger.rules.about_record(closed, contract)
    return "\n".join(one.message for one in found if "提出してから契約を閉じて" in one.message)


def test_who_still_has_a_right_is_named_at_closing_and_the_officer_keeps_his(
    tmp_path: Path,
) -> None:
    with furnished(tmp_path, accounts=True, rules=True) as house:
        rights = house.ledger.registers.all(AccessRight, contract_id=house.story.contract.id)
        by_role = {
            account.app_role: right.record
            for right in rights
            if (account := house.ledger.registers.need(UserAccount, right.record.user_id).record)
        }
        assert set(by_role) == {Role.WORKER, Role.INSPECTOR}
        assert "抹消していないアクセス資格があります（𠮷野　翔太さん）" in at_closing(house)
        house.sign_in("watanabe").rights.end(by_role[Role.WORKER].id, "契約が終わったため")
        house.sign_in("takahashi")
        assert "アクセス資格" not in at_closing(house)
        officer = house.sign_in("kensa")
        assert [one.record.id for one in officer.registers.all(Contract)] == [
            house.story.contract.id
        ]


def at_closing(house: House) -> str:
    """Return all that R-24 says when somebody wants to close the contract."""
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    found = house.ledger.rules.about_record(
        replace(contract, status=ContractStatus.CLOSED), contract
    )
    return "\n".join(one.message for one in found if one.rule_id == "R-24")
