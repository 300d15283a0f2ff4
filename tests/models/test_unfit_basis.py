"""A consent that was refused, is out of force or was for something else is no basis unspoken."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.codes import AuthorizationSubject, Decision
from models.codes import HandlingKind as K
from models.errors import NeedsAnswer
from models.evidence import evidence
from models.records import Authorization, AuthorizationTarget, HandlingEvent, Item
from models.unfit_basis import QUERY, unfit_marks
from tests import proof
from tests.house import House, furnished

CLAUSE = "SK-11.4"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, things=3, wait=30) as made:
        yield made


def consent(house: House, subject: str = "copy", **changes: Any) -> str:
    """Register another consent of the client."""
    model = next(one for one in house.story.consents if one.subject == subject)
    made = replace(model, id="", decision_doc_no="第3号", quantity_limit=None, **changes)
    return house.ledger.registers.create(made).ids[-1]


def copied(house: House, authorization_id: str) -> tuple[HandlingEvent, tuple[str, ...]]:
    """Copy the first thing under a consent; return the act and what was told."""
    item = house.ledger.registers.need(Item, house.story._stock[0].id).record
    child = replace(
        item, id=house.ledger.new_id(), item_no=f"{item.item_no}-X", name="写し",
        quantity=Decimal(1), state=None, current_place_id="", holder_person_id="",
        quantity_left=None, due_back_at=None, last_event_at=None,
    )  # fmt: skip
    event = house.story._event(
        K.COPY, "照合のため", actor="worker2", checker="supervisor",
        authorization_id=authorization_id, place_from_id=house.story.places[1].id,
    )  # fmt: skip
    change = house.ledger.handling.copy(event, item.id, [child])
    [act] = [
        one.record for one in house.ledger.registers.all(HandlingEvent) if one.record.kind is K.COPY
    ]
    assert act.id in change.ids
    return act, change.notices


def told(house: House) -> tuple[str, list[str]]:
    return proof.states(house)[CLAUSE].state, proof.sentences(house, QUERY, CLAUSE)


def marks(house: House, event: HandlingEvent) -> list[str]:
    return unfit_marks(house.ledger.rules.books, event)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"decision": Decision.REFUSED}, "不承諾"),
        ({"decision": Decision.PENDING}, "申請中"),
        ({"valid_until": -1}, "で期限切れ"),
        ({"valid_from": 3, "valid_until": None}, "から有効"),
        ({"targets": 1}, "対象外の媒体・資料"),
    ],
    ids=["refused", "pending", "expired", "early", "other thing"],
)
def test_it_is_told_where_no_basis_is_asked(house: House, changes: Any, why: str) -> None:
    today = house.ledger.today()
    days = {"valid_until", "valid_from"} & changes.keys()
    changes |= {name: today + timedelta(days=changes[name]) for name in days if changes[name]}
    if "targets" in changes:
        changes = {"targets": (AuthorizationTarget(item_id=house.story._stock[1].id),)}
    act, notices = copied(house, consent(house, **changes))
    assert any("認めるものではありません" in one and why in one for one in notices)
    [mark] = marks(house, act)
    assert mark.startswith("根拠は") and why in mark
    state, [sentence] = told(house)
    assert state == "action" and why in sentence and "第3号" in sentence


def test_a_consent_for_another_act_is_told(house: House) -> None:
    act, notices = copied(house, consent(house, "take_out"))
    assert any("対象外の行為" in one for one in notices) and marks(house, act)


def test_a_consent_that_allows_it_is_not_told(house: House) -> None:
    act, notices = copied(house, consent(house))
    assert not any("認めるもの" in one for one in notices) and not marks(house, act)
    assert told(house) == ("done", [])


def test_a_consent_that_turns_out_to_be_none_is_told(house: House) -> None:
    id_ = consent(house)
    act, _ = copied(house, id_)
    stored = house.ledger.registers.need(Authorization, id_).record
    refused = replace(stored, decision=Decision.REFUSED)
    change = house.ledger.registers.revise(refused, "書き間違いのため")
    assert any("取扱い1件" in one and f"第{act.event_no}号" in one for one in change.notices)
    assert marks(house, act) == ["根拠は不承諾"] and told(house)[0] == "action"


def test_a_consent_that_was_revoked_afterwards_stood_until_then(house: House) -> None:
    id_ = consent(house)
    act, _ = copied(house, id_)
    stored = house.ledger.registers.need(Authorization, id_).record
    later = house.ledger.today() + timedelta(days=1)
    house.clock.wait(60 * 24)
    house.ledger.registers.revise(
        replace(stored, decision=Decision.REVOKED, decided_on=later), "委託者の取消"
    )
    assert marks(house, act) == [] and told(house)[0] == "done"


@pytest.mark.parametrize(
    ("until", "decided", "told_day"),
    [(2, None, False), (20, None, True), (None, None, True), (20, 2, False), (0, 0, False)],
    ids=["after its end", "before its end", "without an end", "on a day", "on the last day"],
)
def test_a_consent_that_ran_out_stood_until_then(
    house: House, until: int | None, decided: int | None, told_day: bool
) -> None:
    first = house.ledger.today()
    begins = first - timedelta(days=1)
    id_ = consent(
        house, valid_from=begins, decided_on=begins,
        valid_until=None if until is None else first + timedelta(days=until),
    )  # fmt: skip
    act, _ = copied(house, id_)
    house.clock.go_to(first + timedelta(days=3), 9)
    stored = house.ledger.registers.need(Authorization, id_).record
    day = stored.decided_on if decided is None else first + timedelta(days=decided)
    over = replace(stored, decision=Decision.EXPIRED, decided_on=day)
    change = house.ledger.registers.revise(over, "期間が終わったため")
    assert marks(house, act) == [] and told(house)[0] == "done"
    assert not any("認められていないこと" in one for one in change.notices)
    assert any("取扱いの根拠として残ります" in one for one in change.notices) is told_day
    house.clock.wait(60 * 24)
    later = replace(act, id="", occurred_at=house.ledger.now())
    assert marks(house, later) == ["根拠は失効"]


def test_a_consent_ran_out_on_the_day_that_is_entered(house: House) -> None:
    id_ = consent(house, valid_until=None)
    act, _ = copied(house, id_)
    assert act.occurred_at is not None
    first = house.ledger.today()
    house.clock.go_to(first + timedelta(days=5), 9)
    stored = house.ledger.registers.need(Authorization, id_).record
    over = replace(stored, decision=Decision.EXPIRED, decided_on=first + timedelta(days=2))
    house.ledger.registers.revise(over, "条件が終わったため")
    after = [
        marks(house, replace(act, id="", occurred_at=act.occurred_at + timedelta(days=days)))
        for days in range(4)
    ]
    assert after == [[], [], ["根拠は失効"], ["根拠は失効"]]


def test_who_takes_a_consent_back_from_its_first_day_is_told_how_to_say_another(
    house: House,
) -> None:
    id_ = consent(house)
    act, _ = copied(house, id_)
    house.clock.wait(60 * 24)
    stored = house.ledger.registers.need(Authorization, id_).record
    gone = replace(stored, decision=Decision.REVOKED)
    lost, how = house.ledger.registers.revise(gone, "委託者の取消").notices
    assert "認められていないこと" in lost and "取り消された日に訂正" in how
    assert marks(house, act) == ["根拠は取消"]
    house.ledger.registers.revise(replace(gone, decided_on=house.ledger.today()), "取消の日")
    assert marks(house, act) == []


def test_what_was_taken_out_before_the_consent_ended_stays_allowed(tmp_path: Path) -> None:
    with furnished(tmp_path, rules=True, days=2) as house:

        def state() -> str:
            found = evidence(house.ledger, house.story.contract)
            return next(one.state for one in found if one.key == "SK-11.2")

        house.story.take_out_and_back(house.story._stock[0])
        given = next(c for c in house.story.consents if c.subject is AuthorizationSubject.TAKE_OUT)
        before = state()
        house.clock.wait(60 * 24)
        ended = replace(given, decision=Decision.REVOKED, decided_on=house.ledger.today())
        house.ledger.registers.revise(ended, "委託者の取消")
        assert state() == before == "done"
        with pytest.raises(NeedsAnswer, match="取消"):
            house.story.take_out_and_back(house.story._stock[0])


def test_the_question_of_a_text_that_asks_for_a_basis_says_what_is_wrong(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="chiba", rules=True, things=2, wait=30) as house:
        refused = consent(house, decision=Decision.REFUSED)
        with pytest.raises(NeedsAnswer, match="不承諾"):
            copied(house, refused)


@pytest.mark.parametrize(
    ("decision", "word"),
    [
        (Decision.GRANTED, "承諾"),
        (Decision.REFUSED, "不承諾"),
        (Decision.CONDITIONAL, "条件付承諾"),
    ],
)
def test_a_consent_is_called_by_what_the_client_answered(
    house: House, decision: Decision, word: str
) -> None:
    model = next(one for one in house.story.consents if one.subject is AuthorizationSubject.COPY)
    one = replace(model, decision=decision, decision_doc_no="第3号")
    assert one.caption() == f"第3号 複写・複製 {word}"
