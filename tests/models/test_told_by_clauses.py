"""What the calendar waits for is told by a clause: no clause is kept while its paper is late."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.calendar import calendar
from models.calendar_frame import Due
from models.codes import HandlingKind
from models.evidence import ClauseState, evidence
from models.paper_about import end_papers
from models.profiles import Profile
from tests.house import House, furnished
from tests.models.rules.stage import PROFILES

OWN_CARE = "K-37"
"""責任者の確認, which the program asks for under every text, and some clauses ask for as well."""


def late(house: House) -> Iterator[Due]:
    """Yield what the calendar of the contract calls late, or waits for without a day."""
    for one in calendar(house.ledger):
        mine = one.contract_id == house.story.contract.id
        if mine and (one.due_on is None or one.due_on < house.ledger.today()):
            yield one


def kept_although(states: list[ClauseState], one: Due) -> bool:
    """Tell whether no clause has a row about a date, or every clause with one is kept."""
    for state in states:
        for _, rows in state.evidence:
            for row in rows:
                said = row.id == one.id if one.due_on else row.sentence.startswith(one.what)
                if said and state.state in ("action", "broken"):
                    return False
    return True


@pytest.mark.parametrize("profile", PROFILES)
def test_a_clause_is_not_kept_while_the_calendar_says_that_it_is_late(
    tmp_path: Path, profile: str
) -> None:
    """Of five things three went back and no paper was handed in; no cycle was fixed."""
    with furnished(tmp_path, profile=profile, accounts=True) as house:
        story = house.story
        house.clock.go_to(house.ledger.today(), 9)
        story.receive(5)
        for item in list(story._stock)[:3]:
            story.use(item)
            story.give_back(item)
        house.clock.wait(60 * 24 * 90)
        states, waiting = evidence(house.ledger, story.contract), list(late(house))
        asked = {name for clause in states for name, _ in clause.evidence}
        told = [one for one in waiting if one.code != OWN_CARE or "EQ-SUPERVISE" in asked]
        ends = end_papers(house.ledger.profiles[profile].params.end).values()
        papers = {"K-24"} if any(HandlingKind.RETURN in kinds for kinds in ends) else set()
        assert {"K-23"} | papers <= {one.code for one in told}
        assert [(one.code, one.what) for one in told if kept_although(states, one)] == []


def demanded(profile: Profile) -> Iterator[tuple[str, set[str]]]:
    """Yield what the numbers of a text demand on paper, and the queries that count it."""
    params = profile.params
    for papers in end_papers(params.end):
        yield "・".join(papers), {"EQ-ENDDOC"} | ({"EQ-CERT"} if papers == ("D-18",) else set())
    for name, wanted, query in (
        ("D-14", params.handover.receipt_document, "EQ-RECEIPT"),
        ("D-08", params.pledge.submission == "always", "EQ-PLEDGE"),
        ("誓約書", bool(params.pledge.roles), "EQ-PLEDGE"),
        ("D-05", params.training.plan == "reported", "EQ-DOC(D-05)"),
        ("計画", params.training.plan == "kept", "EQ-TRAINPLAN"),
        ("D-03", params.staff_notice.regime in ("notify", "report"), "EQ-STAFF"),
        ("D-04", params.place_notice.regime != "none", "EQ-PLACE"),
        ("D-19", params.periodic_report.regime == "cycle", "EQ-REPORT"),
        ("研修", bool(params.training.topics), "EQ-TRAIN"),
        ("周知", bool(params.training.awareness_topics), "EQ-NOTICE"),
    ):
        if wanted:
            yield name, {query}


@pytest.mark.parametrize("code", PROFILES)
def test_what_a_text_demands_on_paper_is_counted_by_a_clause(house: House, code: str) -> None:
    profile = house.ledger.profiles[code]
    asked = {name for clause in profile.clauses_for(code) for name in clause.evidence}
    assert [what for what, queries in demanded(profile) if not queries & asked] == []


CYCLES_OF = {
    "training": "EQ-TRAIN", "periodic_report": "EQ-REPORT", "password_review": "EQ-PASSWORD",
    "terminal_inventory": "EQ-TERMINAL", "malware_update": "EQ-MALWARE",
    "restore_test": "EQ-RESTORE", "capacity_review": "EQ-CAPACITY",
    "integrity_check": "EQ-INTEGRITY",
}  # fmt: skip
"""Which query counts a cycle; rounds that people walk are under EQ-CHECK, which nothing judges."""
USUAL = {"backup", "access_log_analysis"}
"""Cycles that stand until another one is agreed."""


@pytest.mark.parametrize("profile", PROFILES)
def test_no_clause_is_kept_whose_cycle_nobody_has_fixed(tmp_path: Path, profile: str) -> None:
    with furnished(tmp_path, profile=profile, accounts=True) as house:
        text = house.ledger.profiles[profile]
        states = {one.key: one.state for one in evidence(house.ledger, house.story.contract)}
        unset = {n for n, cycle in text.params.cycles.fixed.items() if cycle is None} - USUAL
        for name in unset | {n for n in CYCLES_OF if n not in ("training", "periodic_report")}:
            query = CYCLES_OF.get(name, "EQ-CHECK")
            asking = [one.key for one in text.clauses_for(profile) if query in one.evidence]
            assert asking or name not in unset, name
            assert not {"done", "not_applicable"} & {states[key] for key in asking}, name


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with furnished(tmp_path_factory.mktemp("house")) as made:
        yield made
