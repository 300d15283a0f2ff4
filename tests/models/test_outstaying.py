"""What was allowed to be outside is no longer when the consent has ended or was taken back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.calendar import calendar
from models.codes import AuthorizationSubject, Decision, HandlingKind, Means
from models.errors import NeedsAnswer
from models.evidence_rows import NOTE
from models.outstaying import resting
from models.records import Authorization, AuthorizationTarget, HandlingEvent, HandlingLine, Item
from models.rules.answers import EVERY, Answers
from models.wareki import JAPAN, format_short
from tests import proof
from tests.house import FIRST_DAY, House, furnished
from ui.today_facts import read_today

K = HandlingKind
ENDS = FIRST_DAY + timedelta(days=9)
CLAUSE = "SK-11.2"
ANSWERS = Answers({EVERY: "委託者の都合で遅れているため"}, later=True)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, things=1, wait=30) as made:
        yield made


def consent(house: House, **changes: object) -> Authorization:
    story, registers = house.story, house.ledger.registers
    known = next(one for one in story.consents if one.subject == AuthorizationSubject.TAKE_OUT)
    mine = replace(
        known, id="", valid_until=ENDS, decision_doc_no="第9号",
        targets=(AuthorizationTarget(item_id=thing(house).id),),
    ).with_changes(**changes)  # fmt: skip
    return registers.need(Authorization, registers.create(mine).ids[-1]).record


def thing(house: House) -> Item:
    return house.ledger.registers.all(Item)[0].record


def take_out(house: House, basis: Authorization, back: date, answers: Answers | None = None) -> str:
    item = thing(house)
    event = HandlingEvent(
        contract_id=item.contract_id, kind=K.TAKE_OUT, purpose="照合", occurred_at=house.clock(),
        actor_person_id=house.story.people["worker"], place_from_id=item.home_place_id,
        destination_text=basis.destination_text or "見本市役所", authorization_id=basis.id,
        expected_return_at=datetime.combine(back, time(17), JAPAN),
        lines=(HandlingLine(item_id=item.id),),
    )  # fmt: skip
    return house.ledger.handling.record(event, answers=answers).ids[-1]


def told(house: House) -> list[tuple[str, str]]:
    return [one for one in proof.graded(house, "EQ-OPENOUT", CLAUSE) if "根拠の" in one[1]]


def renewals(house: House, basis: Authorization) -> list[date | None]:
    found = calendar(house.ledger, house.story.contract.id)
    return [one.due_on for one in found if one.code == "K-12" and one.id == basis.id]


def test_within_the_consent_nothing_is_asked(house: House) -> None:
    basis = consent(house)
    take_out(house, basis, ENDS)
    house.clock.go_to(ENDS, 12)
    assert told(house) == []
    assert renewals(house, basis) == [ENDS]


def test_who_will_come_back_too_late_is_asked_before(house: House) -> None:
    basis = consent(house)
    with pytest.raises(NeedsAnswer, match=r"持帰予定はR8\.10\.11、有効期間はR8\.10\.10まで"):
        take_out(house, basis, ENDS + timedelta(days=1))
    take_out(house, basis, ENDS + timedelta(days=1), ANSWERS)


def test_what_stays_out_after_the_consent_is_told_until_it_is_back(house: House) -> None:
    basis = consent(house)
    take_out(house, basis, ENDS)
    house.clock.go_to(ENDS + timedelta(days=1), 9)
    [(severity, sentence)] = told(house)
    assert severity == "action"
    assert "R8.10.10に終わりました" in sentence
    assert renewals(house, basis) == [ENDS]
    item = thing(house)
    house.ledger.handling.record(
        HandlingEvent(
            contract_id=item.contract_id, kind=K.BRING_BACK, purpose="持帰り",
            occurred_at=house.clock(), actor_person_id=house.story.people["worker"],
            place_to_id=item.home_place_id, lines=(HandlingLine(item_id=item.id),),
        ),
        answers=ANSWERS,
    )  # fmt: skip
    assert told(house) == []
    assert renewals(house, basis) == []


def test_what_the_client_allowed_anew_in_time_may_stay_outside(house: House) -> None:
    basis = consent(house)
    take_out(house, basis, ENDS)
    house.clock.go_to(ENDS, 9)
    after = consent(
        house, decision_doc_no="第10号", requested_on=ENDS, decided_on=ENDS,
        valid_from=ENDS + timedelta(days=1), valid_until=ENDS + timedelta(days=20),
    )  # fmt: skip
    house.clock.go_to(ENDS + timedelta(days=2), 9)
    assert told(house) == [] and renewals(house, basis) == []
    assert renewals(house, after) == [ENDS + timedelta(days=20)]
    house.clock.go_to(ENDS + timedelta(days=21), 9)
    [(_, sentence)] = told(house)
    assert "外に置く根拠の「第10号 持出し 承諾」は、R8.10.30に終わりました" in sentence
    assert (renewals(house, basis), renewals(house, after)) == ([], [ENDS + timedelta(days=20)])


def test_what_is_outside_is_looked_for_once_until_something_changes(house: House) -> None:
    basis = consent(house)
    take_out(house, basis, ENDS)
    first = resting(house.ledger.inquiries.of(house.story.contract.id))
    assert [one.under and one.under.id for one in first] == [basis.id]
    assert resting(house.ledger.inquiries.of(house.story.contract.id)) is first
    after = consent(house, decision_doc_no="第10号", valid_until=ENDS + timedelta(days=20))
    house.clock.go_to(ENDS + timedelta(days=1), 9)
    [only] = resting(house.ledger.inquiries.of(house.story.contract.id))
    assert only.under is not None and only.under.id == after.id


def test_what_the_client_allowed_anew_too_late_stays_to_be_read(house: House) -> None:
    basis = consent(house)
    take_out(house, basis, ENDS)
    day = ENDS + timedelta(days=4)
    house.clock.go_to(day, 9)
    late = {"requested_on": day, "decided_on": day, "valid_from": day, "decision_doc_no": "第11号"}
    consent(house, **late, valid_until=day + timedelta(days=9), targets=())
    assert "持ち帰るか" in told(house)[0][1], "a consent that names nothing allows another take-out"
    consent(house, **late, valid_until=day + timedelta(days=9))
    assert told(house) == []
    [(severity, sentence)] = proof.graded(house, "EQ-LATEBACK", CLAUSE)
    assert severity == NOTE and f"は、{format_short(day)}からです" in sentence
    assert renewals(house, basis) == []


def test_a_consent_that_is_taken_back_allows_it_no_more(house: House) -> None:
    basis = consent(house)
    take_out(house, basis, ENDS)
    day = FIRST_DAY + timedelta(days=3)
    house.clock.go_to(day, 9)
    gone = replace(basis, decision=Decision.REVOKED, decided_on=day)
    house.ledger.registers.revise(gone, "委託者から取り消されたため")
    [(severity, sentence)] = told(house)
    assert severity == "action"
    assert "「取消」になりました" in sentence


@pytest.mark.parametrize(("days", "words"), [(3, "「失効」になりました"), (60, "に終わりました")])
def test_a_consent_that_ran_out_is_told_with_the_day_of_its_end(
    house: House, days: int, words: str
) -> None:
    basis = consent(house)
    take_out(house, basis, ENDS)
    assert basis.valid_until is not None
    house.clock.go_to(FIRST_DAY + timedelta(days=days), 9)
    over = min(house.ledger.today(), basis.valid_until)
    house.ledger.registers.revise(replace(basis, decision=Decision.EXPIRED), "失効したため")
    [(_, sentence)] = told(house)
    assert words in sentence and format_short(over) in sentence


def test_what_is_found_outside_after_the_rest_came_back_is_asked_for(house: House) -> None:
    item = pieces(house, 100)
    out = move(house, K.TAKE_OUT, item, 100, basis=consent(house, targets=()), back=ENDS)
    move(house, K.LOSS, item, 3, related_event_id=out)
    move(house, K.BRING_BACK, item, 97, related_event_id=out)
    move(house, K.RECOVER, item, 3)
    house.clock.go_to(ENDS + timedelta(days=1), 9)
    assert "のうち3枚が持帰予定を過ぎて戻っていません" in "".join(overdue(house))
    [(_, sentence)] = told(house)
    assert "R8.10.10に終わりました" in sentence
    assert due_back(house) == [(f"{item.caption()}（持出中3枚）", ENDS)]
    house.clock.wait(10)
    move(house, K.BRING_BACK, item, 3)
    assert (overdue(house), told(house), due_back(house)) == ([], [], [])


def lose_some(house: House, basis: Authorization, back: int, day: int = 0) -> tuple[Item, str]:
    """Take a hundred sheets out, lose three of them on a day before the end, bring some back."""
    item = pieces(house, 100)
    out = move(house, K.TAKE_OUT, item, 100, basis=basis, back=ENDS)
    house.clock.go_to(ENDS + timedelta(days=day), 9)
    move(house, K.LOSS, item, 3, related_event_id=out)
    if back:
        move(house, K.BRING_BACK, item, back, related_event_id=out)
    return item, out


def noted(house: House) -> list[str]:
    found = proof.graded(house, clause=CLAUSE)
    return [said for severity, said in found if severity == NOTE and "根拠の" in said]


def test_nobody_is_asked_to_bring_back_or_to_renew_what_is_missing(house: House) -> None:
    basis = consent(house, targets=())
    item, _ = lose_some(house, basis, 97)
    house.clock.go_to(ENDS + timedelta(days=4), 9)
    assert (told(house), renewals(house, basis)) == ([], [])
    assert "所在不明" in "".join(said for _, said in proof.graded(house)), "it is told as such"
    move(house, K.RECOVER, item, 3)
    [(severity, sentence)] = told(house)
    assert severity == "action" and "R8.10.10に終わりました" in sentence
    assert renewals(house, basis) == [ENDS]
    house.clock.go_to(ENDS + timedelta(days=5), 9)
    move(house, K.BRING_BACK, item, 3)
    assert (told(house), renewals(house, basis)) == ([], [])
    [said] = noted(house)
    assert "R8.10.10に終わりました。その後、R8.10.14に見つかったものが、R8.10.15まで" in said


def test_what_got_lost_after_the_end_was_outside_until_then(house: House) -> None:
    basis = consent(house, targets=())
    lose_some(house, basis, 97, day=2)
    house.clock.go_to(ENDS + timedelta(days=4), 9)
    assert (told(house), renewals(house, basis)) == ([], [])
    [said] = noted(house)
    assert "その後も、R8.10.12まで外にありました（3枚は所在不明です）。" in said


def test_what_is_missing_does_not_count_under_the_consent_that_carries_on(house: House) -> None:
    basis = consent(house, targets=())
    item, out = lose_some(house, basis, 0)
    mine = (AuthorizationTarget(item_id=item.id),)
    left = {"quantity_limit": Decimal(97), "unit": "枚", "targets": mine}
    later = ENDS + timedelta(days=10)
    consent(house, decision_doc_no="第10号", valid_from=ENDS, valid_until=later, **left)
    house.clock.go_to(ENDS + timedelta(days=1), 9)
    assert (told(house), renewals(house, basis)) == ([], [])
    move(house, K.RECOVER, item, 3)
    [(_, sentence)] = told(house)
    assert "数量の上限97枚に対し100枚" in sentence
    move(house, K.BRING_BACK, item, 3, related_event_id=out)
    assert told(house) == []


def test_what_is_late_is_told_without_what_others_took_out_later(house: House) -> None:
    item = pieces(house, 100)
    first = move(house, K.TAKE_OUT, item, 10, back=ENDS)
    house.clock.go_to(ENDS - timedelta(days=1), 9)
    later = ENDS + timedelta(days=20)
    move(house, K.TAKE_OUT, item, 40, back=later)
    assert overdue(house) == []
    house.clock.go_to(ENDS + timedelta(days=2), 9)
    assert overdue(house) == [f"「{item.caption()}」のうち10枚が持帰予定を過ぎて戻っていません。"]
    assert due_back(house) == [
        (f"{item.caption()}（持出中50枚のうち10枚）", ENDS),
        (f"{item.caption()}（持出中50枚のうち40枚）", later),
    ]
    [today] = [one for one in read_today(house.ledger, "").out if one.id == item.id]
    assert today.texts[-1].endswith("の遅れ）うち10枚")
    move(house, K.BRING_BACK, item, 10, related_event_id=first)
    assert overdue(house) == []
    assert due_back(house) == [(f"{item.caption()}（持出中40枚）", later)]


def pieces(house: House, number: int, item_no: str = "S-001") -> Item:
    """Receive a thing of so many sheets."""
    item = replace(
        thing(house), id=house.ledger.new_id(), item_no=item_no, quantity=Decimal(number),
        unit="枚", state=None,
    )  # fmt: skip
    return receive(house, item)


def receive(house: House, item: Item) -> Item:
    """Receive something from the client's officer."""
    event = HandlingEvent(
        contract_id=item.contract_id, kind=K.RECEIVE, purpose="受領", occurred_at=house.clock(),
        actor_person_id=house.story.people["worker"], place_to_id=item.home_place_id,
        means=Means.DIRECT, counterpart_org_id=house.story.contract.client_org_id,
        counterpart_name="見本　花子", counterpart_title="主査",
        lines=(HandlingLine(item_id=item.id),),
    )  # fmt: skip
    house.ledger.handling.record(event, new_items=(item,), answers=ANSWERS)
    return next(one.record for one in house.ledger.registers.all(Item, item_no=item.item_no))


def move(
    house: House, kind: K, item: Item, number: int, *, basis: Authorization | None = None,
    back: date | None = None, **more: Any,
) -> str:  # fmt: skip
    house.clock.wait(5)
    event = HandlingEvent(
        contract_id=item.contract_id, kind=kind, purpose="照合", occurred_at=house.clock(),
        actor_person_id=house.story.people["worker"], destination_text="見本市役所",
        authorization_id=basis.id if basis else "",
        expected_return_at=datetime.combine(back, time(17), JAPAN) if back else None,
        lines=(HandlingLine(item_id=item.id, quantity=Decimal(number)),), **more,
    )  # fmt: skip
    return house.ledger.handling.record(event, answers=ANSWERS).ids[-1]


def overdue(house: House) -> list[str]:
    found = proof.graded(house, clause=CLAUSE)
    return [one for severity, one in found if severity == "action" and "持帰予定を過ぎて" in one]


def due_back(house: House) -> list[tuple[str, date | None]]:
    found = calendar(house.ledger, house.story.contract.id)
    return [(one.about, one.due_on) for one in found if one.code == "K-13"]


@pytest.mark.parametrize("profile", ["shiki", "fukuoka", "chiba"])
def test_what_came_back_late_stays_to_be_read(tmp_path: Path, profile: str) -> None:
    with furnished(tmp_path, profile=profile, rules=True, things=1, wait=30) as house:
        item = thing(house)
        out = HandlingEvent(
            contract_id=item.contract_id, kind=K.TAKE_OUT, purpose="照合",
            occurred_at=house.clock(), actor_person_id=house.story.people["worker"],
            place_from_id=item.home_place_id, destination_text="見本市役所",
            expected_return_at=house.clock() + timedelta(hours=3),
            lines=(HandlingLine(item_id=item.id),),
        )  # fmt: skip
        house.ledger.handling.record(out, answers=ANSWERS)
        assert late_back(house) == []
        house.clock.wait(24 * 60)
        back = replace(
            out, kind=K.BRING_BACK, occurred_at=house.clock(), place_from_id="",
            place_to_id=item.home_place_id, expected_return_at=None, destination_text="",
        )  # fmt: skip
        house.ledger.handling.record(back, answers=ANSWERS)
        found = late_back(house)
        assert found
        assert {severity for severity, _ in found} == {"note"}
        assert all("理由：委託者の都合" in sentence for _, sentence in found)


def late_back(house: House) -> list[tuple[str, str]]:
    return proof.graded(house, "EQ-LATEBACK")


def test_where_no_consent_is_asked_for_the_end_of_one_is_told(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="yachiyo", rules=True, things=1, wait=30) as house:
        story, registers = house.story, house.ledger.registers
        mine = replace(
            story.consents[0], id="", subject=AuthorizationSubject.TAKE_OUT, valid_until=ENDS,
            decision_doc_no="第9号", targets=(AuthorizationTarget(item_id=thing(house).id),),
        )  # fmt: skip
        basis = registers.need(Authorization, registers.create(mine).ids[-1]).record
        item = thing(house)
        event = HandlingEvent(
            contract_id=item.contract_id, kind=K.TAKE_OUT, purpose="照合",
            occurred_at=house.clock(), actor_person_id=house.story.people["worker"],
            place_from_id=item.home_place_id, destination_text="見本市役所",
            authorization_id=basis.id, lines=(HandlingLine(item_id=item.id),),
            expected_return_at=datetime.combine(ENDS + timedelta(days=1), time(17), JAPAN),
        )  # fmt: skip
        said = [one.text for one in house.ledger.handling.examine(event)]
        assert any("有効期間はR8.10.10まで" in one for one in said)
