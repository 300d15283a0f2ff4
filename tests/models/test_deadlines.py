"""A day that the client fixed names a paper of the text, and a paper that came late says so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import DueStatus, SubmissionMeans, SubmissionStatus
from models.commands import revising
from models.errors import Refused
from models.evidence import evidence
from models.records import Contract, DueItem, Submission
from models.records.frame import DueRule
from models.wareki import format_short
from tests import proof
from tests.ending import revise
from tests.house import House, furnished

FIXED = date(2026, 10, 8)
SUPERSEDED = SubmissionStatus.SUPERSEDED


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="chiba") as made:
        yield made


def contract(house: House) -> Contract:
    return house.ledger.registers.need(Contract, house.story.contract.id).record


def fix(house: House, *rules: tuple[str, date]) -> None:
    named = tuple(DueRule(doc_kind=kind, due_on=day) for kind, day in rules)
    revise(house, replace(contract(house), doc_due_rules=named), "指定を受けたため")


def hand_in(house: House, kind: str, on: date, replaces: Submission | None = None) -> Submission:
    if on > house.ledger.today():
        house.clock.go_to(on, 10)
    change = house.ledger.paper.note(
        Submission(
            contract_id=house.story.contract.id, doc_kind=kind, title="報告書", doc_no="第1号",
            revision=1, submitted_on=on, means=SubmissionMeans.HAND,
            supersedes_id=replaces.id if replaces else "",
        )
    )  # fmt: skip
    return house.ledger.registers.need(Submission, change.ids[-1]).record


def late(house: House) -> dict[str, tuple[str, list[str]]]:
    """Return the clauses under which something came late, with their state."""
    found, told = proof.states(house), proof.by_clause(house, "EQ-LATE")
    return {key: (found[key].state, sentences) for key, sentences in told.items()}


def due(house: House, kind: str) -> list[date | None]:
    title = house.ledger.profile(house.story.contract.id).document_title(kind)
    found = calendar(house.ledger, house.story.contract.id)
    return [one.due_on for one in found if one.what == f"「{title}」の提出"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("返還・引渡書", "D-16"), ("Ｄ－１６", "D-16"), ("D-99", "一覧から選んで")],
)
def test_a_deadline_for_what_is_no_paper_of_the_text_is_refused(
    house: House, typed: str, meant: str
) -> None:
    with pytest.raises(Refused, match=meant):
        fix(house, (typed, FIXED))


def test_an_old_deadline_with_a_wrong_word_stays_and_hinders_nothing(house: House) -> None:
    old = replace(contract(house), doc_due_rules=(DueRule(doc_kind="返還書", due_on=FIXED),))
    house.ledger.commit([revising(old, "以前の版で登録")])
    revise(house, replace(contract(house), title="新しい業務名"), "名称の変更")


def test_a_paper_in_time_leaves_nothing_to_say(house: House) -> None:
    fix(house, ("D-05", FIXED))
    hand_in(house, "D-05", FIXED)
    assert due(house, "D-05") == [] and late(house) == {}


def test_a_paper_after_its_day_is_told_under_both_clauses(house: House) -> None:
    fix(house, ("D-05", FIXED), ("D-19", FIXED))
    hand_in(house, "D-05", FIXED + timedelta(days=13))
    assert due(house, "D-05") == []
    found = late(house)
    assert set(found) == {"CB-3.2", "CB-16.1"}
    for _state, sentences in found.values():
        assert sentences == ["「第1号 報告書」を、期限（R8.10.8）の後のR8.10.21に提出しています。"]
    hand_in(house, "D-19", FIXED + timedelta(days=14))
    assert len(late(house)["CB-16.1"][1]) == 2 and len(late(house)["CB-3.2"][1]) == 1
    assert late(house)["CB-16.1"][0] == "done"  # it is there; that it came late is to be read


def test_a_paper_that_was_in_time_and_replaced_later_is_not_late(house: House) -> None:
    fix(house, ("D-05", FIXED))
    first = hand_in(house, "D-05", FIXED)
    house.ledger.commit([revising(replace(first, status=SubmissionStatus.SUPERSEDED), "差替え")])
    hand_in(house, "D-05", FIXED + timedelta(days=9))
    assert due(house, "D-05") == [] and late(house) == {}


def test_every_day_of_one_kind_waits_for_a_paper_of_its_own(house: House) -> None:
    fix(house, ("D-19", FIXED), ("D-19", FIXED + timedelta(days=30)))
    assert due(house, "D-19") == [FIXED, FIXED + timedelta(days=30)]
    hand_in(house, "D-19", FIXED)
    assert due(house, "D-19") == [FIXED + timedelta(days=30)]
    hand_in(house, "D-19", FIXED + timedelta(days=31))
    assert due(house, "D-19") == [] and list(late(house)) == ["CB-16.1"]


@pytest.mark.parametrize("profile", ["shiki", "confidentiality-model", "fukuoka", "yachiyo"])
def test_a_fixed_day_stands_under_the_clauses_of_the_paper_where_none_speaks_of_days(
    tmp_path: Path, profile: str
) -> None:
    with furnished(tmp_path, profile=profile) as house:
        kind = "D-16"
        fix(house, (kind, FIXED))

        def told() -> set[tuple[str, str]]:
            found = evidence(house.ledger, contract(house))
            return {
                (one.key, row.severity)
                for one in found for query, rows in one.evidence if query == "EQ-FIXED"
                for row in rows
            }  # fmt: skip

        keys = set(house.ledger.profile(contract(house).id).document(kind).clauses)
        assert told() and told() <= {(key, "due") for key in keys}
        house.clock.go_to(FIXED + timedelta(days=1), 9)
        assert told() and told() <= {(key, "action") for key in keys}
        worst = {one.key: one.state for one in evidence(house.ledger, contract(house))}
        assert all(worst[key] in ("action", "broken") for key, _ in told())
        hand_in(house, kind, FIXED + timedelta(days=2))
        assert told() == set()
        assert any(
            "期限（R8.10.8）の後" in words for _, said in late(house).values() for words in said
        )


def test_where_a_clause_speaks_of_fixed_days_it_is_told_there_alone(house: House) -> None:
    fix(house, ("D-16", FIXED))
    house.clock.go_to(FIXED + timedelta(days=1), 9)
    found = evidence(house.ledger, contract(house))
    assert not any(query == "EQ-FIXED" and rows for one in found for query, rows in one.evidence)
    assert any(query == "EQ-DUE" and rows for one in found for query, rows in one.evidence)


def test_what_was_in_time_and_replaced_later_takes_no_other_day(house: House) -> None:
    fix(house, ("D-19", FIXED), ("D-19", FIXED + timedelta(days=30)))
    first = hand_in(house, "D-19", FIXED)
    hand_in(house, "D-19", FIXED + timedelta(days=30))
    hand_in(house, "D-19", FIXED + timedelta(days=35), replaces=first)
    again = house.ledger.registers.all(Submission, supersedes_id=first.id)[0].record
    assert house.ledger.registers.need(Submission, first.id).record.status is SUPERSEDED
    assert again.revision == 2
    assert due(house, "D-19") == [] and late(house) == {}
    house.ledger.paper.withdraw(again.id, "市に知らせて取り下げました")
    assert due(house, "D-19") == [FIXED + timedelta(days=30)], "the client has one paper now"


def test_an_entered_date_that_was_kept_late_stays_to_be_read(house: House) -> None:
    registers, today = house.ledger.registers, house.ledger.today()
    made = []
    for title in ("中間報告", "鍵の点検"):
        one = DueItem(
            id=house.ledger.new_id(), contract_id=house.story.contract.id, title=title,
            due_on=today + timedelta(days=3), status=DueStatus.OPEN,
            owner_person_id=house.story.people["worker"],
        )  # fmt: skip
        registers.create(one)
        made.append(one)
    for one, days in zip(made, (5, 3), strict=True):
        on = today + timedelta(days=days)
        house.clock.go_to(max(on, house.ledger.today()), 9)
        done = one.with_changes(status=DueStatus.SATISFIED, satisfied_on=on)
        registers.revise(done, "済んだため")
    day, on = format_short(today + timedelta(days=3)), format_short(today + timedelta(days=5))
    told = f"「中間報告」は、期限（{day}）の後の{on}に済んでいます。"
    assert [said for _, said in late(house).values()] == [[told]]
    assert not any("中間報告" in one for one in proof.sentences(house, "EQ-DUE"))
