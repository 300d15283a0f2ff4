"""A paper is replaced by the one that is handed in for it; whoever signs it otherwise is found."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.chain import Intent
from models.codes import HandlingKind as K
from models.codes import SubmissionMeans, SubmissionStatus
from models.commands import creating, revising
from models.records import HandlingEvent, Submission
from tests.house import House, furnished
from tests.storage.test_own_names import plant, problems
from ui.issue import IssueRequest, issue
from ui.sample import cast
from ui.seal_part import make_seal

SUPERSEDED = SubmissionStatus.SUPERSEDED


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house with a receipt that the client has, and the one to replace it, not handed in."""
    with furnished(tmp_path, things=1) as made:
        make_seal(made.ledger)
        seal(made)
        submit(made, "令和8年度 第1号")
        seal(made)
        yield made


def seal(house: House) -> None:
    act = house.ledger.registers.all(HandlingEvent, kind=K.RECEIVE)[-1].record.id
    issue(house.ledger, IssueRequest("D-14", house.story.contract.id, (act,)))


def submit(house: House, number: str) -> None:
    ledger = house.ledger
    ledger.paper.submit(paper(house, number).id, on=ledger.today(), means=SubmissionMeans.HAND)


def paper(house: House, number: str) -> Submission:
    return house.ledger.registers.all(Submission, doc_no=number)[-1].record


def first(house: House) -> Submission:
    return paper(house, "令和8年度 第1号")


def second(house: House) -> Submission:
    return paper(house, "令和8年度 第2号")


def found(house: House, *intents: Intent) -> str:
    plant(house, *intents)
    [problem] = problems(house)
    code, _, sentence = problem.split(" ", 2)
    assert code == "REWRITTEN"
    return sentence


def handed_in(one: Submission) -> Submission:
    day = one.sealed_at
    assert day is not None
    return replace(
        one, status=SubmissionStatus.SUBMITTED, submitted_on=day.date(), means=SubmissionMeans.HAND
    )


def test_what_the_commands_write_says_nothing(house: House) -> None:
    assert second(house).supersedes_id == first(house).id
    submit(house, "令和8年度 第2号")
    house.ledger.paper.withdraw(second(house).id, "市に知らせて取り下げました")
    assert first(house).status is SUPERSEDED
    assert problems(house) == []


def test_two_standing_papers_of_before_stay_as_they_are(house: House) -> None:
    """Nobody told earlier versions which paper another one replaces."""
    alone = replace(second(house), supersedes_id="", revision=1)
    other = replace(
        alone, id=house.ledger.new_id(), doc_no="令和8年度 第3号", serial=3, fiscal_no=3
    )
    plant(house, creating(other))
    plant(house, revising(handed_in(other), "提出の記録"))
    assert first(house).status is SubmissionStatus.SUBMITTED
    assert problems(house) == []
    house.ledger.close()
    login, password = cast.USERS[0].login, cast.USERS[0].password
    house.ledger = house.office.unlock(house.folder / "ledger", login, password, rebuild=True)
    assert first(house).status is SubmissionStatus.SUBMITTED and problems(house) == []


def test_a_paper_is_not_replaced_by_nothing(house: House) -> None:
    gone = replace(first(house), status=SUPERSEDED)
    assert "差し替える書類の提出がない" in found(house, revising(gone, "差替え"))


def test_a_paper_is_not_replaced_before_the_new_one_is_handed_in(house: House) -> None:
    plant(house, revising(handed_in(second(house)), "提出の記録"))
    gone = replace(first(house), status=SUPERSEDED)
    assert "差し替える書類の提出がない" in found(house, revising(gone, "差替え"))


def test_a_replaced_paper_does_not_come_back(house: House) -> None:
    submit(house, "令和8年度 第2号")
    back = replace(first(house), status=SubmissionStatus.SUBMITTED)
    assert "「差替え済」の書類が" in found(house, revising(back, "元に戻す"))


@pytest.mark.parametrize(
    "changes",
    [{"supersedes_id": ""}, {"revision": 1}, {"title": "別の表題"}, {"subject_ids": ()},
     {"content": {"head": {}}}],
)  # fmt: skip
def test_what_a_paper_replaces_is_frozen_with_it(house: House, changes: dict[str, object]) -> None:
    changed = second(house).with_changes(**changes)
    assert "提出・回収・状態のほか" in found(house, revising(changed, "書き直し"))


@pytest.mark.parametrize("changes", [{"doc_kind": "D-18"}, {"revision": 3}, {"revision": 1}])
def test_a_paper_replaces_the_version_before_it(house: House, changes: dict[str, object]) -> None:
    other = second(house).with_changes(
        id=house.ledger.new_id(), doc_no="令和8年度 第3号", serial=3, fiscal_no=3, **changes
    )
    assert "次の版でない" in found(house, creating(other))
