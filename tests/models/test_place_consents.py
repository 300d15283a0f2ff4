"""Consent to a place: for this place, and for every day on which it is used."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.calendar import calendar
from models.codes import Decision, PlaceStatus
from models.codes import HandlingKind as K
from models.errors import NeedsAnswer
from models.evidence import ClauseState, evidence
from models.place_gaps import QUERY
from models.records import (
    Authorization,
    AuthorizationTarget,
    ContractPlace,
    HandlingEvent,
    HandlingLine,
    Place,
)
from models.rules.answers import EVERY, Answers
from models.rules.engine import Finding
from models.wareki import format_short
from tests import proof
from tests.house import House, furnished

WHY = "承諾の内容を訂正するため"
DAY = timedelta(days=1)


@pytest.fixture(params=["fukuoka", "chiba"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    with furnished(tmp_path, profile=request.param, rules=True, days=3) as made:
        made.clock.wait(60)
        yield made


def designation(house: House) -> ContractPlace:
    place = house.story.places[1].id
    return house.ledger.registers.all(ContractPlace, place_id=place)[0].record


def consent(house: House) -> Authorization:
    linked = designation(house).authorization_id
    return house.ledger.registers.need(Authorization, linked).record


def change(house: House, **fields: Any) -> None:
    house.ledger.registers.revise(replace(consent(house), **fields), WHY)


def targets(*places: Place) -> tuple[AuthorizationTarget, ...]:
    return tuple(AuthorizationTarget(place_id=one.id) for one in places)


def told(house: House) -> dict[str, list[str]]:
    """Return what is told under the clauses of places, by the type of the record."""
    found: dict[str, list[str]] = {}
    for one in evidence(house.ledger, house.story.contract):
        for name, rows in one.evidence:
            if name in ("EQ-PLACE", "EQ-PLACEUSE"):
                for row in rows:
                    found.setdefault(row.type, []).append(row.sentence)
    return {key: list(dict.fromkeys(rows)) for key, rows in found.items()}


def use(house: House) -> list[Finding]:
    item = house.story._stock[0]
    act = HandlingEvent(
        contract_id=house.story.contract.id, kind=K.USE, occurred_at=house.clock(),
        purpose="入力作業", actor_person_id=house.story.people["worker"],
        place_from_id=house.story.places[1].id, lines=(HandlingLine(item_id=item.id),),
    )  # fmt: skip
    return [one for one in house.ledger.rules.about_event(act) if one.rule_id == "R-04"]


def test_work_after_the_last_day_of_a_consent_is_asked_and_told(house: House) -> None:
    assert told(house) == {} and use(house) == []
    last = house.ledger.today()
    change(house, valid_until=last)
    assert told(house) == {} and use(house) == []
    house.clock.wait(24 * 60)
    [asked] = use(house)
    assert "期限切れ" in asked.message and "入力室" in asked.message
    rows = told(house)["contract_place"]
    assert any("入力室" in one and "もう有効ではありません" in one for one in rows)
    assert [one.code for one in calendar(house.ledger) if one.id == consent(house).id] == ["K-12"]
    assert not any(one.code in ("K-04", "K-05") for one in calendar(house.ledger))


@pytest.mark.parametrize("status", [PlaceStatus.ACTIVE, PlaceStatus.ENDED])
def test_what_leaves_a_place_whose_consent_is_over_accuses_nobody(
    house: House, status: PlaceStatus
) -> None:
    room, store = house.story.places[1:3]
    change(house, targets=targets(room, store), valid_until=house.ledger.today())
    other = replace(
        consent(house), id="", decision_doc_no="見健第997号", targets=targets(store), valid_until=None,
    )  # fmt: skip
    house.ledger.registers.create(other)
    house.clock.wait(24 * 60)
    if status is PlaceStatus.ENDED:
        over = replace(designation(house), status=status, use_to=house.ledger.today())
        house.ledger.registers.revise(over, WHY)

    def said(kind: K, where: str, to: str = "") -> list[Finding]:
        act = HandlingEvent(
            contract_id=house.story.contract.id, kind=kind, occurred_at=house.clock(),
            purpose="移すため", actor_person_id=house.story.people["worker"], place_from_id=where,
            place_to_id=to, lines=(HandlingLine(item_id=house.story._stock[0].id),),
        )  # fmt: skip
        return [one for one in house.ledger.rules.about_event(act) if one.rule_id == "R-04"]

    assert said(K.STORE, room.id, store.id) == [] and said(K.RETURN, room.id) == []
    assert said(K.USE, room.id), "to work there is to use it"
    assert said(K.STORE, store.id, room.id) and said(K.STORE, room.id, room.id)


def test_a_consent_that_is_revoked_stood_until_then(house: House) -> None:
    """It was in force on the first day; what is wrong is only that the place is used on.

    No text wants it left that minute: the day itself is there to move out, or to get a new consent.
    """
    house.clock.wait(24 * 60)
    change(house, decision=Decision.REVOKED, decided_on=house.ledger.today())
    rows = told(house)
    assert any("きょうのうちに" in one for one in rows["contract_place"])
    assert not any("もう有効ではありません" in one for one in rows["contract_place"])
    assert "handling_event" not in rows and use(house) == []
    clauses = [one for one in evidence(house.ledger, house.story.contract) if says_so(one)]
    assert clauses and {one.state for one in clauses} <= {"action"}
    house.clock.wait(24 * 60)
    rows = told(house)
    assert not any("使用を始める日" in one for one in rows["contract_place"])
    assert any("もう有効ではありません" in one for one in rows["contract_place"])
    [asked] = use(house)
    assert "この日有効ではありません" in asked.message
    clauses = [one for one in evidence(house.ledger, house.story.contract) if says_so(one)]
    assert "broken" in {one.state for one in clauses}


@pytest.mark.parametrize("days", [0, 1])
def test_a_place_that_is_left_on_the_day_of_the_revocation_leaves_no_note(
    house: House, days: int
) -> None:
    house.clock.wait(24 * 60)
    change(house, decision=Decision.REVOKED, decided_on=house.ledger.today())
    house.clock.wait(24 * 60 * days)
    ended = replace(designation(house), use_to=house.ledger.today(), status=PlaceStatus.ENDED)
    house.ledger.registers.revise(ended, WHY, answers=Answers({EVERY: WHY * 2}, later=True))
    house.clock.wait(24 * 60)
    assert any("使用する場所でした" in one for one in proof.sentences(house, QUERY)) is bool(days)


def says_so(clause: ClauseState) -> bool:
    """Tell whether a clause speaks of the consent that was taken back."""
    words = [row.sentence for name, rows in clause.evidence for row in rows]
    return any("きょうのうちに" in one or "もう有効ではありません" in one for one in words)


def test_acts_from_before_the_revocation_accuse_nobody(house: House) -> None:
    house.clock.wait(24 * 60)
    change(house, decision=Decision.REVOKED, decided_on=house.ledger.today())
    assert "handling_event" not in told(house)


def test_a_consent_to_other_places_is_none_to_this_one(house: House) -> None:
    room, store = house.story.places[1:3]
    change(house, targets=targets(room, store))
    assert told(house) == {}
    change(house, targets=targets(store))
    [said] = told(house)["contract_place"]
    assert "入力室" in said and "別の場所" in said


def test_a_consent_that_names_no_place_is_asked_about_and_accuses_no_act(house: House) -> None:
    change(house, targets=())
    [said] = told(house)["contract_place"][:1]
    assert "どの場所の承諾か" in said and "「対象」" in said
    assert use(house) == []
    found = evidence(house.ledger, house.story.contract)
    rows = [row for one in found for _, some in one.evidence for row in some]
    assert {row.severity for row in rows if "どの場所の承諾か" in row.sentence} == {"action"}
    again = replace(designation(house), id="")
    with pytest.raises(NeedsAnswer, match="どの場所の承諾か"):
        house.ledger.registers.create(again)
    [hint] = [
        one for one in house.ledger.registers.examine(consent(house)) if "「対象」" in one.message
    ]
    assert not hint.needs_reason
    change(house, targets=targets(*house.story.places[1:3]))
    assert told(house) == {} and house.ledger.registers.examine(consent(house)) == []


def test_a_consent_that_follows_and_names_no_place_is_asked_about(house: House) -> None:
    last = house.ledger.today()
    change(house, valid_until=last)
    again = replace(
        consent(house), id="", valid_from=last + DAY, valid_until=None, decision_doc_no="見健第999号",
        targets=(),
    )  # fmt: skip
    house.ledger.registers.create(again)
    house.clock.wait(24 * 60)
    rows = told(house)["contract_place"]
    assert rows and all("見健第999号" in one and "どの場所の承諾か" in one for one in rows)


def test_a_consent_to_the_building_is_one_to_its_rooms(house: House) -> None:
    office, room, store = house.story.places[:3]
    change(house, targets=targets(office))
    for one in (room, store):
        house.ledger.registers.revise(replace(one, parent_place_id=office.id), WHY)
    assert told(house) == {}


def test_a_consent_that_follows_in_time_is_as_good(house: House) -> None:
    """K-12: it is obtained anew before it ends, as a record of its own."""
    last = house.ledger.today()
    change(house, valid_until=last)
    again = replace(
        consent(house), id="", valid_from=last + DAY, valid_until=None, decision_doc_no="見健第999号",
    )  # fmt: skip
    made = house.ledger.registers.create(again).ids[-1]
    house.clock.wait(24 * 60)
    assert told(house) == {} and use(house) == []
    house.ledger.registers.revise(replace(designation(house), authorization_id=made), WHY)
    assert told(house) == {} and use(house) == []


def gaps(house: House) -> list[str]:
    room = f"「{house.story.places[1].name}」の使用の"
    found = [one for one in proof.rows(house, QUERY) if one.sentence.startswith(room)]
    assert {one.severity for one in found} <= {"note"}
    return list(dict.fromkeys(one.sentence for one in found))


def test_days_between_two_consents_to_a_place_stay_to_be_read(house: House) -> None:
    last = house.ledger.today()
    change(house, valid_until=last)
    again = replace(
        consent(house), id="", decision_doc_no="見健第999号", valid_from=last + 3 * DAY, valid_until=None,
    )  # fmt: skip
    house.clock.go_to(last + 3 * DAY, 9)
    assert gaps(house) == [], "it is asked for"
    made = house.ledger.registers.create(again).ids[-1]
    [said] = gaps(house)
    assert f"{format_short(last)}に終わりました。改めて得た「見健第999号" in said
    assert f"{format_short(last + 3 * DAY)}から" in said
    house.ledger.registers.revise(replace(designation(house), authorization_id=made), WHY)
    assert gaps(house) == [said]
    in_time = replace(again, id=made, decided_on=last, valid_from=last + DAY)
    house.ledger.registers.revise(in_time, WHY)  # a slip of that day
    [said] = gaps(house)
    assert f"それによる使用（{format_short(last + DAY)}から）の後（" in said


def test_days_without_a_consent_are_not_taken_away_by_one_alone(house: House) -> None:
    last, registers = house.ledger.today(), house.ledger.registers
    change(house, valid_until=last)
    again = replace(
        consent(house), id="", decision_doc_no="見健第999号", valid_from=last + 3 * DAY, valid_until=None,
    )  # fmt: skip
    house.clock.go_to(last + 3 * DAY, 9)
    made = registers.create(again).ids[-1]
    [gap] = gaps(house)
    house.clock.go_to(last + 4 * DAY, 9)
    for one in (
        replace(again, id=made, decided_on=last, valid_from=last + DAY),
        replace(consent(house), valid_until=last + 2 * DAY),
    ):
        with pytest.raises(NeedsAnswer) as asked:
            registers.revise(one, WHY)
        [said] = [x.message for x in asked.value.facts["findings"] if x.rule_id == "R-39"]
        assert f"「{house.story.places[1].name}」を使ったこと" in said
    registers.revise(replace(again, id=made, conditions="月ごとに報告する"), WHY)
    assert gaps(house) == [gap]
    between = replace(
        again, decision_doc_no="見健第998号", decided_on=last, valid_from=last + DAY,
        valid_until=last + 2 * DAY,
    )  # fmt: skip
    registers.create(between)
    [said] = gaps(house)
    assert (
        "「見健第998号" in said
        and f"それによる使用（{format_short(last + DAY)}から）の後（" in said
    )


def test_a_place_that_was_used_on_after_the_last_consent_stays_to_be_read(house: House) -> None:
    last = house.ledger.today()
    change(house, valid_until=last)
    house.clock.go_to(last + 3 * DAY, 9)
    one = designation(house)
    over = replace(one, status=PlaceStatus.ENDED, use_to=last + 2 * DAY)
    house.ledger.registers.revise(
        over, WHY, answers=Answers({EVERY: WHY + "、終わりにする"}, later=True)
    )
    house.clock.wait(24 * 60)
    [said] = gaps(house)
    assert f"その後も、{format_short(last + 2 * DAY)}まで" in said


def renewals(house: House) -> list[str]:
    found = calendar(house.ledger, house.story.contract.id)
    return [one.id for one in found if one.code == "K-12"]


def test_a_consent_that_another_one_carries_on_is_not_to_be_renewed(house: House) -> None:
    first, last = consent(house), house.ledger.today() + 2 * DAY
    change(house, valid_until=last)
    assert renewals(house) == [first.id]
    number = {"id": "", "decision_doc_no": "見健第999号", "valid_from": last + DAY}
    again = replace(consent(house), valid_until=last + 5 * DAY, **number)
    names_one = replace(again, targets=targets(house.story.places[1]))
    made = house.ledger.registers.create(names_one).ids[-1]
    assert first.id in renewals(house), "the other places are not named"
    house.ledger.registers.revise(replace(again, id=made), WHY)
    assert renewals(house) == [made]
    house.clock.go_to(last + 2 * DAY, 9)
    assert renewals(house) == [made], "the first one is over, and another one followed"
    house.clock.go_to(last + 6 * DAY, 9)
    assert renewals(house) == [made], "the last one is asked for, not the first"
    change_place = replace(again, valid_from=last + 6 * DAY, valid_until=None)
    house.ledger.registers.create(replace(change_place, decision_doc_no="見健第1000号"))
    assert renewals(house) == []


def test_a_first_day_before_the_consent_is_told_as_before(house: House) -> None:
    one = designation(house)
    assert one.use_from is not None
    change(house, valid_from=one.use_from + DAY)
    assert any("使用を始める日" in said for said in told(house)["contract_place"])
    assert isinstance(one.use_from, date)
