"""Two papers of the client's that hold one act: said when it comes to that, and until one of them goes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import SubmissionMeans
from models.evidence import evidence
from models.records import Submission
from models.store import quiet
from tests.house import House
from tests.reports.applying import sealed, wish, working_day
from tests.reports.test_papers_replaced import corrected, hand_in, handed_in
from tests.reports.test_papers_undone import copied, destroyed, waiting
from ui.issue import issue


@pytest.fixture(params=["shiki", "confidentiality-model"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with working_day(tmp_path, request.param) as made:
        yield made


def apart(house: House, kind: str, *ids: str) -> Submission:
    """Seal and hand in a paper that replaces none."""
    made = issue(house.ledger, replace(wish(house, kind, *ids), replaces=""))
    paper = house.ledger.registers.need(Submission, made.ids[-1]).record
    hand_in(house, paper)
    return house.ledger.registers.need(Submission, paper.id).record


def rows(house: House) -> list[tuple[str, str]]:
    """Return what is told of papers that hold the same, with the paper; it stands under clauses."""
    found = []
    for clause in evidence(house.ledger, house.story.contract):
        said = [row for _, found in clause.evidence for row in found]
        mine = [row for row in said if "どちらも提出済" in row.sentence]
        assert not mine or clause.state in ("action", "broken")
        found += [(row.id, row.sentence) for row in mine]
    return found


def test_a_paper_of_a_part_is_told_when_it_is_made_handed_in_and_afterwards(house: House) -> None:
    one, two = destroyed(house, copied(house)), destroyed(house, copied(house))
    first = handed_in(house, "D-18", one.id, two.id)
    change = issue(house.ledger, wish(house, "D-18", one.id))
    [said] = change.notices
    assert first.caption() in said and two.caption() in said and "対象の記録" in said
    assert rows(house) == [] == waiting(house), "what lies here was counted by nobody"
    second = house.ledger.registers.need(Submission, change.ids[-1]).record
    [told] = hand_in(house, second).notices
    assert first.caption() in told and "取下げを記録" in told
    assert {id_ for id_, _ in rows(house)} == {second.id}
    for _, sentence in rows(house):
        assert second.caption() in sentence and first.caption() in sentence
        assert one.caption() in sentence and two.caption() not in sentence
    assert waiting(house) == [
        f"「{second.caption()}」（「{first.caption()}」と同じ{one.caption()}）"
    ]
    house.ledger.paper.withdraw(second.id, "第1号に含まれるため")
    assert rows(house) == [] == waiting(house)


def test_one_paper_for_both_ends_it_when_the_other_is_withdrawn(house: House) -> None:
    one, two = destroyed(house, copied(house)), destroyed(house, copied(house))
    handed_in(house, "D-18", one.id, two.id)
    part = apart(house, "D-18", one.id)
    whole = sealed(house, "D-18", one.id, two.id)
    hand_in(house, whole)
    assert len(waiting(house)) == 1, "two of three are left"
    left = part if whole.supersedes_id != part.id else None
    assert left is not None, "the one that holds all of it is replaced"
    house.ledger.paper.withdraw(left.id, "作り直した書面に含まれるため")
    assert rows(house) == [] == waiting(house)
    assert house.ledger.safe.verify(full=True, progress=quiet).problems == ()


def test_of_two_papers_the_one_with_the_wrong_act_is_replaced_first(house: House) -> None:
    one, two = destroyed(house, copied(house)), destroyed(house, copied(house))
    first = handed_in(house, "D-18", one.id, two.id)
    house.clock.go_to(house.ledger.today() + timedelta(days=1), 9)
    again = corrected(house, one)
    part = apart(house, "D-18", again.id)
    assert [said for said in waiting(house) if first.caption() in said and one.caption() in said]
    whole = sealed(house, "D-18", again.id, two.id)
    assert whole.supersedes_id == first.id, "the newer one says nothing wrong"
    told = hand_in(house, whole).notices
    assert any(part.caption() in said and "取り下げて" in said for said in told)
    assert [said for said in waiting(house) if part.caption() in said] == waiting(house)
    house.ledger.paper.withdraw(part.id, "作り直した書面に含まれるため")
    assert rows(house) == [] == waiting(house)


def test_a_second_paper_that_replaces_is_told_of_nothing(house: House) -> None:
    one = destroyed(house, copied(house))
    first = handed_in(house, "D-18", one.id)
    change = issue(house.ledger, wish(house, "D-18", one.id))
    assert change.notices == ()
    paper = house.ledger.registers.need(Submission, change.ids[-1]).record
    assert paper.supersedes_id == first.id
    [replaced] = hand_in(house, paper).notices
    assert "差替え済" in replaced
    assert rows(house) == [] == waiting(house)


def test_whoever_does_not_replace_what_could_be_is_told(house: House) -> None:
    one = destroyed(house, copied(house))
    first = handed_in(house, "D-18", one.id)
    [said] = issue(house.ledger, replace(wish(house, "D-18", one.id), replaces="")).notices
    assert first.caption() in said and "差し替えずに" in said


def test_papers_about_different_acts_are_told_of_nothing(house: House) -> None:
    one, two = destroyed(house, copied(house)), destroyed(house, copied(house))
    handed_in(house, "D-18", one.id)
    change = issue(house.ledger, wish(house, "D-18", two.id))
    assert change.notices == ()
    paper = house.ledger.registers.need(Submission, change.ids[-1]).record
    assert hand_in(house, paper).notices == ()
    assert rows(house) == [] == waiting(house)


def test_a_corrected_act_on_a_paper_of_its_own_leaves_the_old_paper_to_be_replaced(
    house: House,
) -> None:
    act = destroyed(house, copied(house))
    first = handed_in(house, "D-18", act.id)
    again = corrected(house, act)
    second = apart(house, "D-18", again.id)
    assert waiting(house) == [f"「{first.caption()}」（載せた{act.caption()}を取消し）"]
    house.ledger.paper.withdraw(first.id, f"{second.doc_no}に含まれるため")
    assert waiting(house) == []


def test_a_paper_noted_from_outside_about_the_same_is_told(house: House) -> None:
    act = destroyed(house, copied(house))
    first = handed_in(house, "D-18", act.id)
    noted = Submission(
        contract_id=first.contract_id, doc_kind="D-18", title=first.title, doc_no="総務第12号",
        subject_ids=(act.id,), submitted_on=house.ledger.today(), means=SubmissionMeans.HAND,
    )  # fmt: skip
    [told] = house.ledger.paper.note(noted).notices
    assert first.caption() in told
    assert len(waiting(house)) == 1


def test_a_closed_contract_waits_for_it_too(house: House) -> None:
    one = destroyed(house, copied(house))
    handed_in(house, "D-18", one.id)
    apart(house, "D-18", one.id)
    [due] = [
        each
        for each in calendar(house.ledger, house.story.contract.id)
        if each.what == "提出した書面の差替え・取下げ"
    ]
    assert due.code == "K-24" and due.due_on is not None and due.due_on > house.ledger.today()
