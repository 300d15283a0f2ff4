"""A destruction that failed its verification ends nothing: it is told, and it is done again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.calendar import calendar
from models.codes import HandlingKind as K
from models.codes import (
    HandlingStatus,
    ItemState,
    SanitizationMethod,
    Timing,
    VerificationMethod,
    VerificationResult,
)
from models.commands import revising
from models.errors import InvalidField, Refused
from models.evidence import STATES, evidence
from models.item_status import Status
from models.officer import officer_questions
from models.records import HandlingEvent, Item
from models.rules.answers import Answers
from tests.house import House, furnished
from tests.models.rules.stage import PROFILES
from tests.reports.applying import sealed, text_of, working_day
from ui.issue import changed_since

FAIL, PASS, UNKNOWN = VerificationResult.FAIL, VerificationResult.PASS, VerificationResult.UNKNOWN
ANSWERS = Answers(
    dict.fromkeys(("R-07", "R-20", "R-21", "R-22", "R-36"), "裁断機の刃が欠けていたため"),
    later=True,
)


@pytest.fixture(params=PROFILES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with working_day(tmp_path, request.param) as made:
        yield made


def like_a_real_one(house: House) -> tuple[Item, HandlingEvent]:
    """Return a copy and what a disposal of it says, taken from one that passed."""
    story = house.story
    stack = next(one for one in story._stock if not one.electronic)
    for _ in range(2):
        story.copy(stack)
    story.destroy(story._copies[-1])
    model = house.ledger.registers.all(HandlingEvent, kind=K.DISPOSE)[-1].record
    house.clock.wait(30)
    return story._copies[-1], model


def disposed(house: House, copy: Item, model: HandlingEvent, **said: Any) -> HandlingEvent:
    """Dispose of a thing now, with these words in its row."""
    [row] = model.sanitization
    quantity, plan = said.pop("quantity", copy.quantity), said.pop("plan_id", "")
    row = replace(
        row, item_id=copy.id, media_name=copy.name, unit=copy.unit, quantity=quantity,
        electronic=copy.electronic, performed_at=house.clock(), **said,
    )  # fmt: skip
    event = replace(
        model, id="", event_no=None, status=None, occurred_at=house.clock(),
        lines=(replace(model.lines[0], item_id=copy.id, quantity=quantity),), sanitization=(row,),
        checker_proof="", checked_at=None, checked_facts="", deviation=None, deviation_reason="",
    )  # fmt: skip
    change = house.ledger.handling.record_all([event], answers=ANSWERS, plan_id=plan)
    house.clock.wait(30)
    acts = [house.ledger.store.get(HandlingEvent, one) for one in change.ids]
    return next(
        one.record for one in acts if one is not None and one.record.timing is Timing.ACTUAL
    )


def failed(house: House, copy: Item, model: HandlingEvent, **said: Any) -> HandlingEvent:
    return disposed(
        house, copy, model, verification_result=FAIL, irrecoverable_confirmed=False, **said
    )


def status(house: House, item: Item) -> Status:
    found = house.ledger.handling.status(item.id)
    assert found is not None
    return found


def told(house: House, act: HandlingEvent) -> list[str]:
    """Return what the evidence says of an act; where it stands, the clause is not kept."""
    found = []
    for one in evidence(house.ledger, house.story.contract):
        rows = [row for _, rows in one.evidence for row in rows if row.id == act.id]
        mine = [row.sentence for row in rows if "検証が不合格" in row.sentence]
        assert not mine or STATES[one.state] in ("要対応", "違反")
        found += mine
    return found


def test_what_failed_stays_and_can_be_done_again(house: House) -> None:
    copy, model = like_a_real_one(house)
    act = failed(house, copy, model)
    assert status(house, copy).state is ItemState.STORED
    assert status(house, copy).left == copy.quantity
    assert told(house, act), "whoever excused it, nothing was destroyed"
    with pytest.raises(Refused, match="媒体・資料は残っています"):
        sealed(house, "D-18", act.id)
    again = disposed(house, copy, model)
    assert status(house, copy).state is ItemState.DISPOSED
    assert sealed(house, "D-18", again.id)
    again_told = told(house, act)
    rule = house.ledger.profile(house.story.contract.id).rules["R-20"].mode
    assert bool(again_told) is (rule == "block_plan"), "a breach waits until somebody looked at it"
    assert all("その後に終わっています" in one for one in again_told), (
        "there is nothing to do again"
    )


def test_a_part_that_failed_stays_as_well(house: House) -> None:
    _, model = like_a_real_one(house)
    stack = next(one for one in house.story._stock if not one.electronic)
    failed(house, stack, model, quantity=Decimal(2))
    assert status(house, stack).left == stack.quantity
    disposed(house, stack, model, quantity=Decimal(2))
    assert stack.quantity and status(house, stack).left == stack.quantity - 2


def test_no_paper_is_waited_for_about_what_failed(house: House) -> None:
    copy, model = like_a_real_one(house)

    def waited() -> list[str]:
        found = calendar(house.ledger, house.story.contract.id)
        return [one.about for one in found if one.code == "K-24"]

    def counted() -> str:
        return " ".join(one.sentence for one in officer_questions(house.ledger, contract))

    contract = house.story.contract
    before = (waited(), counted())
    act = failed(house, copy, model)
    assert act.caption() not in " ".join(waited()) and waited() == before[0]
    assert "1件" in counted() and "2件" not in counted().split("、")[0]


def test_nobody_says_that_it_failed_and_cannot_be_read(house: House) -> None:
    copy, model = like_a_real_one(house)
    with pytest.raises(Refused, match="「復元・判読できないことの確認」は「していない」"):
        disposed(house, copy, model, verification_result=FAIL)


def test_nothing_passes_that_nobody_verified(house: House) -> None:
    copy, model = like_a_real_one(house)
    unverified = {"verification_method": VerificationMethod.NONE}
    with pytest.raises(Refused, match="検証の方法を選んでください"):
        disposed(house, copy, model, **unverified)
    disposed(house, copy, model, **unverified, verification_result=UNKNOWN)


def test_an_old_act_that_passed_without_a_method_is_not_certified(house: House) -> None:
    """R-23: the certificate says that everything passed, its annex that nobody verified."""
    copy, model = like_a_real_one(house)
    act = disposed(house, copy, model)
    row = replace(act.sanitization[0], verification_method=VerificationMethod.NONE)
    house.ledger.commit([revising(replace(act, sanitization=(row,)), "以前の版で登録したもの")])
    with pytest.raises(Refused, match="検証が合格していません"):
        sealed(house, "D-18", act.id)


def test_a_result_that_nobody_knows_names_the_way_to_the_paper(house: House) -> None:
    copy, model = like_a_real_one(house)
    act = disposed(house, copy, model, verification_result=UNKNOWN)
    assert status(house, copy).state is ItemState.DISPOSED
    with pytest.raises(Refused, match="取扱記録を「訂正」してから"):
        sealed(house, "D-18", act.id)
    passed = replace(act.sanitization[0], verification_result=PASS)
    change = house.ledger.handling.correct(
        act.id, replace(act, sanitization=(passed,)), "検証の結果が出たため", answers=ANSWERS
    )
    assert sealed(house, "D-18", change.ids[1])


def test_a_plan_that_failed_still_lies_ahead(house: House) -> None:
    copy, model = like_a_real_one(house)
    ahead = replace(
        model, id="", event_no=None, status=None, timing=Timing.PLANNED, sanitization=(),
        occurred_at=house.clock() + timedelta(hours=1), checker_proof="", checked_at=None,
        checked_facts="", lines=(replace(model.lines[0], item_id=copy.id, quantity=None),),
    )  # fmt: skip
    plan = house.ledger.handling.record(ahead, answers=ANSWERS).ids[-1]
    failed(house, copy, model, plan_id=plan)
    [left] = [
        one.record
        for one in house.ledger.registers.all(HandlingEvent, timing=Timing.PLANNED)
        if one.record.status is HandlingStatus.PLANNED
    ]
    assert [line.item_id for line in left.lines] == [copy.id]
    disposed(house, copy, model, plan_id=left.id)
    plans = house.ledger.registers.all(HandlingEvent, timing=Timing.PLANNED)
    assert {one.record.status for one in plans} == {HandlingStatus.DONE}


def test_the_register_says_beside_it_that_it_failed(house: House) -> None:
    copy, model = like_a_real_one(house)
    failed(house, copy, model)
    assert text_of(house, "D-28").count("検証不合格") == 1


@pytest.mark.parametrize("name", ["witnessed_at", "vendor_certificate_on"])
def test_nobody_attended_tomorrow(tmp_path: Path, name: str) -> None:
    with furnished(tmp_path, rules=True) as house:
        house.clock.go_to(house.ledger.today(), 9)
        house.story.receive(4)
        house.clock.wait(30)
        copy, model = like_a_real_one(house)
        ahead = house.clock() + timedelta(days=1)
        said = {name: ahead if name == "witnessed_at" else ahead.date()}
        attended = {"witness_requested": True, "witness_name": "見本", "witness_title": "主査"}
        with pytest.raises(InvalidField, match="先の時刻"):
            disposed(house, copy, model, **{"witnessed_at": house.clock(), **attended, **said})


def test_a_certificate_says_of_a_method_that_was_a_breach(house: House) -> None:
    """It does not certify that all is gone by what no such thing may be destroyed by."""
    copy, model = like_a_real_one(house)
    good = disposed(house, copy, model)
    assert "逸脱" not in text_of(house, "D-18", good.id)
    copy, model = like_a_real_one(house)
    bad = disposed(
        house, copy, model, method=SanitizationMethod.DEGAUSS, tool_name="消磁機", tool_version="1"
    )
    text = "".join(text_of(house, "D-18", bad.id).split())
    assert "逸脱又は例外として記録したものがあります（番号1" in text
    assert "裁断・溶解・焼却のいずれかで" in text
    rule = house.ledger.profile(house.story.contract.id).rules["R-20"].mode
    assert ("すべての対象について" in text) is (rule == "warn")
    paper = sealed(house, "D-18", bad.id)
    assert changed_since(house.ledger, paper) == []
    assert isinstance(paper.content, dict)
    new = ("breach", "unfit")
    lines = [{k: v for k, v in x.items() if k not in new} for x in paper.content["lines"]]
    older = replace(paper, content={**paper.content, "lines": lines})
    assert changed_since(house.ledger, older) == []  # it is sealed as it is
