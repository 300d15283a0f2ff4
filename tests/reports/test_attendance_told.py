"""An end report says who attended where somebody could; elsewhere no record is said to be missing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.codes import HandlingKind as K
from models.records import HandlingEvent
from models.rules.answers import Answers
from reports.collect import collect
from reports.since import differences
from tests.house import House
from tests.models.rules.stage import PROFILES
from tests.reports.applying import events, text_of, wish, working_day
from ui.issue import missing

ORDERED = "指示した保護管理責任者等"  # of an erasure or disposal; nobody orders a return
GRANTED = ("shiki", "confidentiality-model")  # texts in which the client may attend


@pytest.fixture(params=PROFILES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with working_day(tmp_path, request.param) as made:
        yield made


def give_back(house: House) -> str:
    house.story.give_back(house.story._stock[0])
    return events(house, K.RETURN)[-1]


def destroy(house: House, *, requested: bool | None) -> str:
    """Destroy a copy of paper; `requested` is the client's wish to attend, None not recorded."""
    stack = next(one for one in house.story._stock if not one.electronic)
    house.story.copy(stack)
    house.story.destroy(house.story._copies[-1])
    done = house.ledger.registers.all(HandlingEvent, kind=K.DISPOSE)[-1].record
    [row] = done.sanitization
    if requested is row.witness_requested:
        return done.id
    told = replace(done, sanitization=(replace(row, witness_requested=requested),))
    answers = Answers(reasons={"R-22": "立会いの求めを確かめられないため"}, later=True)
    house.ledger.handling.correct(done.id, told, "立会いの求めを直すため", answers=answers)
    return house.ledger.registers.all(HandlingEvent, kind=K.DISPOSE)[-1].record.id


def test_a_report_of_returns_has_no_column_for_attending(house: House) -> None:
    text = text_of(house, "D-17", give_back(house))
    assert "立会い" not in text and "直接手渡し" in text
    assert "記録なし" not in text and ORDERED not in text


def test_a_report_of_returns_lacks_nothing_that_only_a_disposal_has(house: House) -> None:
    assert missing(house.ledger, wish(house, "D-17", give_back(house))) == []


def test_beside_a_disposal_a_return_has_a_dash(house: House) -> None:
    back, gone = give_back(house), destroy(house, requested=False)
    text = text_of(house, "D-17", back, gone)
    assert text.count("求めなし") == 1 and text.count("－") == 1 and "立会い" in text


def test_what_nobody_recorded_of_attending_is_told_where_the_text_grants_it(house: House) -> None:
    gone = destroy(house, requested=None)
    granted = house.ledger.registers.need_profile(house.story.contract.profile_code)
    text = text_of(house, "D-17", gone)
    assert granted.params.end.witness_on_request is (granted.code in GRANTED)
    assert ("立会い" in text) is (granted.code in GRANTED)


def test_a_paper_of_an_earlier_version_is_not_said_to_have_changed(house: House) -> None:
    back = give_back(house)
    content = collect(
        house.ledger, wish(house, "D-17", back), house.ledger.paper.numbering()
    ).content()
    earlier = {
        **content,
        "lines": [{k: v for k, v in x.items() if k != "witness"} for x in content["lines"]],
    }
    assert earlier != content and differences(earlier, content) == []
