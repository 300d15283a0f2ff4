"""Hours that a client designates can be compared with acts, and are, each day on its own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from models import designated_hours
from models.codes import HandlingKind as K
from models.codes import PlaceKind
from models.designated_hours import allow, minutes_of, unread, weekday_of
from models.errors import NeedsAnswer, Refused
from models.records import Contract, HandlingEvent, HandlingLine, Place
from models.records.frame import DesignatedHours
from models.rules.answers import Answers
from models.wareki import JAPAN
from tests import proof
from tests.house import House, furnished, stack

TUESDAY, WEDNESDAY = (datetime(2026, 10, day, tzinfo=JAPAN) for day in (13, 14))
FRIDAY = date(2026, 10, 16)
USUAL = tuple(DesignatedHours(weekday=day, opens="9:00", closes="17:00") for day in "月火水木金")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="chiba", rules=True, accounts=True, things=6) as made:
        made.clock.go_to(FRIDAY, 12)
        yield made


def contract(house: House) -> Contract:
    return house.ledger.registers.need(Contract, house.story.contract.id).record


def designate(house: House, *hours: DesignatedHours) -> None:
    house.ledger.registers.revise(
        replace(contract(house), designated_hours=hours), "時間の指定を受けたため"
    )


def designate_as_before(
    house: House, monkeypatch: pytest.MonkeyPatch, *hours: DesignatedHours
) -> None:
    """Enter hours as an older program took them."""
    with monkeypatch.context() as older:
        older.setattr("models.registers.require_readable", lambda *_: None)
        designate(house, *hours)


def hall(house: House) -> str:
    place = Place(
        name="市役所の作業室", address="見本市", floor_room="3階", separation_measures="机を分ける",
        kinds=(PlaceKind.CLIENT_PREMISES,),
        lockable=True, entry_control=True,
    )  # fmt: skip
    return house.ledger.registers.create(place).ids[-1]


def use(house: House, place: str, began: datetime, ended: datetime | None = None) -> HandlingEvent:
    return HandlingEvent(
        contract_id=house.story.contract.id, kind=K.USE, purpose="入力", occurred_at=began,
        ended_at=ended, actor_person_id=house.story.people["supervisor"], place_from_id=place,
        lines=(HandlingLine(item_id=stack(house).id),),
    )  # fmt: skip


def said(house: House, event: HandlingEvent) -> list[str]:
    found = house.ledger.handling.examine(event)
    return [one.message for one in found if "時間" in one.message]


def rows(house: House) -> list[str]:
    return proof.sentences(house, "EQ-HOURS", "CB-9.2")


def answered(house: House, event: HandlingEvent) -> str:
    """Enter an act with a reason for whatever is asked."""
    asked = house.ledger.handling.examine(event)
    why = {one.rule_id: "市の職員の指示を受けて行ったため" for one in asked}
    answers = Answers(reasons=why, later=True)
    return house.ledger.handling.record(event, answers=answers).ids[-1]


@pytest.mark.parametrize("typed", ["火", "火曜", "火曜日", "　火 "])
def test_a_weekday_is_read(typed: str) -> None:
    assert weekday_of(typed) == "火"


def test_sunday_is_a_weekday_too() -> None:
    assert {weekday_of(typed) for typed in ("日", "日曜", "日曜日")} == {"日"}


@pytest.mark.parametrize("typed", ["平日", "月～金", "Tue", "火・水", "", "祝日", "土日"])
def test_what_is_no_single_weekday_is_none(typed: str) -> None:
    assert weekday_of(typed) == ""


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("9:00", 540), ("09:00", 540), ("９：３０", 570), ("17時", 1020), ("9時5分", 545),
     ("24:00", 1440), ("0:00", 0), ("25:00", None), ("9", None), ("9時半", None), ("9:75", None),
     ("24:01", None), ("夕方", None)],
)  # fmt: skip
def test_a_time_of_day_is_read(typed: str, minutes: int | None) -> None:
    assert minutes_of(typed) == minutes


@pytest.mark.parametrize(
    ("weekday", "opens", "closes", "why"),
    [("平日", "9:00", "17:00", "どれか一つ"), ("月～金", "9:00", "17:00", "1行に一つずつ"),
     ("火", "9時半", "17:00", "「開始」は、「9:00」の形"), ("火", "9:00", "夕方", "「終了」は"),
     ("火", "22:00", "5:00", "「24:00」までの行")],
)  # fmt: skip
def test_hours_that_can_never_match_are_refused_when_they_are_entered(
    house: House, weekday: str, opens: str, closes: str, why: str
) -> None:
    with pytest.raises(Refused, match=why) as refused:
        designate(house, *USUAL, DesignatedHours(weekday=weekday, opens=opens, closes=closes))
    assert "「指定された作業時間」の6行目" in str(refused.value)
    designate(house, *USUAL)


def test_an_act_is_compared_on_each_of_its_days() -> None:
    wednesday = WEDNESDAY.replace(hour=16)
    assert allow(USUAL, wednesday, wednesday.replace(hour=17))
    assert not allow(USUAL, wednesday, wednesday + timedelta(hours=18))
    whole = tuple(
        DesignatedHours(weekday=day, opens=opens, closes=closes)
        for day in "水木" for opens, closes in (("0:00", "12:00"), ("12:00", "24:00"))
    )  # fmt: skip
    assert allow(whole, wednesday, wednesday + timedelta(hours=18))
    assert allow(whole, wednesday, datetime(2026, 10, 16, tzinfo=JAPAN)), "over at midnight"
    assert not allow(whole, wednesday, datetime(2026, 10, 16, 0, 1, tzinfo=JAPAN))


def test_work_over_night_is_asked_about(house: House) -> None:
    designate(house, *USUAL)
    place, began = hall(house), WEDNESDAY.replace(hour=16)
    assert not said(house, use(house, place, began, began.replace(hour=17)))
    over_night = use(house, place, began, began + timedelta(hours=18))
    assert "発注者の指定する時間（水曜日）の外" in said(house, over_night)[0]
    with pytest.raises(NeedsAnswer):
        house.ledger.handling.record(over_night)


def test_a_use_that_began_the_day_before_is_asked_about_at_its_end(house: House) -> None:
    designate(house, *USUAL)
    place, began = hall(house), WEDNESDAY.replace(hour=16)
    start = answered(house, use(house, place, began))
    end = replace(use(house, place, began + timedelta(hours=18)), related_event_id=start)
    assert said(house, end)
    assert not said(house, replace(end, related_event_id=""))


def test_what_an_older_program_let_pass_accuses_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    designate(house, *USUAL)
    began = WEDNESDAY.replace(hour=16)
    with monkeypatch.context() as older:
        older.setattr(designated_hours, "allow", lambda *_: True)
        answered(house, use(house, hall(house), began, began + timedelta(hours=18)))
    assert rows(house) == []


def test_hours_of_an_older_entry_that_nobody_can_read_are_told_and_judge_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    week = DesignatedHours(weekday="平日", opens="9:00", closes="17:00")
    designate_as_before(house, monkeypatch, week, USUAL[0])
    assert "平日 9:00～17:00" in unread(contract(house))
    act = use(house, hall(house), TUESDAY.replace(hour=10))
    [told] = said(house, act)
    assert "読み取れない行（平日 9:00～17:00）" in told
    [found] = house.ledger.handling.examine(act)[-1:]
    assert found.mode == "notice"
    assert rows(house) == [unread(contract(house))]
    renamed = replace(contract(house), client_department="健康推進課")
    house.ledger.registers.revise(renamed, "所管課が変わったため")
    designate(house, *USUAL)
    assert rows(house) == []
