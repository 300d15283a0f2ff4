"""A paper that the client has, and of which something was taken back, is told of until it is replaced."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import AuthorizationSubject as S
from models.codes import HandlingKind as K
from models.codes import SubmissionMeans, SubmissionStatus
from models.errors import NeedsAnswer, Refused
from models.evidence import evidence
from models.records import Authorization, HandlingEvent, Item, RuleOverride, Submission
from models.rules.answers import Answers
from models.store import quiet
from tests.house import House
from tests.reports.applying import apply_for, sealed, working_day

REASON = "別の写しでした"
PAPER = Submission.type


@pytest.fixture(params=["shiki", "confidentiality-model"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with working_day(tmp_path, request.param) as made:
        yield made


def copied(house: House) -> Item:
    house.story.copy(next(one for one in house.story._stock if not one.electronic))
    house.clock.wait(30)
    return house.story._copies[-1]


def destroyed(house: House, item: Item) -> HandlingEvent:
    if item not in house.story._copies:
        house.story._copies.append(item)
    house.story.destroy(item)
    house.clock.wait(30)
    return house.ledger.registers.all(HandlingEvent, kind=K.DISPOSE)[-1].record


def handed_in(house: House, kind: str, record_id: str) -> Submission:
    paper = sealed(house, kind, record_id)
    house.ledger.paper.submit(
        paper.id, on=house.ledger.today(), means=SubmissionMeans.HAND, received_by="見本　花子"
    )
    house.clock.wait(30)
    return paper


def told(house: House) -> list[str]:
    """Return what the evidence says of papers; where it stands, something has to be done."""
    found = []
    for one in evidence(house.ledger, house.story.contract):
        rows = [row.sentence for _, rows in one.evidence for row in rows if row.type == PAPER]
        mine = [sentence for sentence in rows if "書面と台帳が違います" in sentence]
        assert not mine or one.state in ("action", "broken")
        found += mine
    return found


def waiting(house: House) -> list[str]:
    found = calendar(house.ledger, house.story.contract.id)
    return [one.about for one in found if one.what == "提出した書面の差替え・取下げ"]


def test_voiding_what_a_certificate_speaks_of_names_it_and_it_waits(house: House) -> None:
    act = destroyed(house, copied(house))
    paper = handed_in(house, "D-18", act.id)
    assert told(house) == [] and waiting(house) == []
    change = house.ledger.handling.void(act.id, REASON)
    assert len(change.notices) == 1
    for part in (act.caption(), f"提出した「{paper.caption()}」", "委託者に知らせ", "差し替え"):
        assert part in change.notices[0]
    assert told(house)
    for sentence in told(house):
        assert paper.caption() in sentence and act.caption() in sentence
        assert "書面と台帳が違います" in sentence
    assert waiting(house) == [f"「{paper.caption()}」（載せた{act.caption()}を取消し）"]


def test_a_certificate_of_the_same_thing_takes_its_place(house: House) -> None:
    item = copied(house)
    act = destroyed(house, item)
    handed_in(house, "D-18", act.id)
    house.ledger.handling.void(act.id, REASON)
    other = destroyed(house, copied(house))
    handed_in(house, "D-18", other.id)
    assert len(waiting(house)) == 1, "a certificate of another thing replaces nothing"
    again = destroyed(house, item)
    assert len(waiting(house)) == 1
    handed_in(house, "D-18", again.id)
    assert waiting(house) == [] and told(house) == []


def test_an_act_that_is_corrected_makes_its_paper_untrue_as_well(house: House) -> None:
    act = destroyed(house, copied(house))
    paper = handed_in(house, "D-18", act.id)
    change = house.ledger.handling.correct(
        act.id, replace(act, purpose="不要となったため"), "目的の書き誤り"
    )
    assert any(paper.caption() in one for one in change.notices)
    assert len(waiting(house)) == 1
    handed_in(house, "D-18", change.ids[1])
    assert waiting(house) == []


def test_whoever_hands_in_what_was_taken_back_since_is_asked_first(house: House) -> None:
    act, other = destroyed(house, copied(house)), destroyed(house, copied(house))
    paper, sound = sealed(house, "D-18", act.id), sealed(house, "D-18", other.id)
    house.clock.wait(30)
    again = house.ledger.handling.correct(
        act.id, replace(act, purpose="不要となったため"), "目的の書き誤り"
    ).ids[1]
    day, before = house.ledger.today(), house.ledger.store.head()
    with pytest.raises(NeedsAnswer) as asked:
        house.ledger.paper.submit(paper.id, on=day, means=SubmissionMeans.HAND)
    for part in (paper.caption(), act.caption(), "書面と台帳が違います", "作り直して"):
        assert part in str(asked.value)
    assert not asked.value.facts["needs_approval"], "the paper may be with the client already"
    assert house.ledger.store.head() == before and told(house) == []
    why = Answers({"R-37": "訂正する前に窓口に渡していたため"})
    house.ledger.paper.submit(paper.id, on=day, means=SubmissionMeans.HAND, answers=why)
    [kept] = [one.record for one in house.ledger.registers.all(RuleOverride)]
    assert (kept.record_ref, kept.reason) == (paper.id, why.reasons["R-37"])
    assert waiting(house) == [f"「{paper.caption()}」（載せた{act.caption()}を取消し）"]
    handed_in(house, "D-18", again)
    house.ledger.paper.submit(sound.id, on=day, means=SubmissionMeans.HAND)
    assert told(house) == [] == waiting(house)
    assert house.ledger.safe.verify(full=True, progress=quiet).problems == ()


def test_a_paper_that_was_withdrawn_waits_no_more_and_proves_nothing(house: House) -> None:
    act = destroyed(house, copied(house))
    paper = handed_in(house, "D-18", act.id)
    house.ledger.handling.void(act.id, REASON)
    house.ledger.paper.withdraw(paper.id, "市に知らせ、返してもらいました")
    stored = house.ledger.registers.need(Submission, paper.id)
    assert stored.record.status is SubmissionStatus.CANCELLED
    assert waiting(house) == [] and told(house) == []
    assert house.ledger.paper.file(paper.id), "the sealed file stays for ever"
    with pytest.raises(Refused, match="取下げを記録できません"):
        house.ledger.paper.withdraw(paper.id, "もう一度取り下げます")


def test_a_sealed_paper_that_nobody_has_yet_is_only_named(house: House) -> None:
    act = destroyed(house, copied(house))
    paper = sealed(house, "D-18", act.id)
    [notice] = house.ledger.handling.void(act.id, REASON).notices
    assert paper.caption() in notice and "提出せずに" in notice
    assert waiting(house) == [] and told(house) == []


def test_a_receipt_is_told_of_like_a_certificate(house: House) -> None:
    house.story.receive(1)
    house.clock.wait(30)
    act = house.ledger.registers.all(HandlingEvent, kind=K.RECEIVE)[-1].record
    paper = handed_in(house, "D-14", act.id)
    assert house.ledger.handling.void(act.id, REASON).notices
    assert [one for one in waiting(house) if paper.caption() in one]
    assert told(house)


def test_a_register_entry_that_a_paper_names_is_told_of_as_well(house: House) -> None:
    applied = apply_for(house, S.TAKE_OUT)
    paper = handed_in(house, "D-12", applied)
    [notice] = house.ledger.registers.void(Authorization, applied, REASON).notices
    assert paper.caption() in notice
    assert len(waiting(house)) == 1
    handed_in(house, "D-12", apply_for(house, S.TAKE_OUT))
    assert waiting(house) == []
