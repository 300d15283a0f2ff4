"""What is outside stays there under consents that follow one another, as long as they fit it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import (
    AuthorizationSubject,
    BasisType,
    Decision,
    DecisionForm,
    Encrypted,
    HandlingKind,
    ItemClass,
    MediaType,
)
from models.errors import NeedsAnswer
from models.evidence_rows import NOTE
from models.records import (
    Authorization,
    AuthorizationTarget,
    HandlingEvent,
    HandlingLine,
    Item,
    RuleOverride,
)
from models.rules.answers import EVERY, Answers
from models.rules.carried import carried
from models.rules.used_up import free
from models.wareki import JAPAN, format_short
from tests import proof
from tests.house import FIRST_DAY, House, furnished
from tests.models.test_outstaying import move, pieces, receive

K = HandlingKind
TEXTS = ("shiki", "confidentiality-model", "fukuoka", "chiba", "yachiyo")
ENDS, LONGER, LONGEST = (FIRST_DAY + timedelta(days=days) for days in (9, 19, 29))
ANSWERS = Answers({EVERY: "委託者の都合で遅れているため"}, later=True)
RENEWED = "終わりました。改めて得た"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, things=2, wait=30) as made:
        yield made


@pytest.fixture(params=TEXTS)
def anywhere(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    with furnished(tmp_path, profile=request.param, rules=True, things=1, wait=30) as made:
        yield made


def things(house: House) -> list[Item]:
    return [one.record for one in house.ledger.registers.all(Item)]


def consent(house: House, number: str, first: date, last: date, **more: object) -> Authorization:
    """Register the client's word, decided on its first day, for the first thing."""
    basis = {"confidentiality-model": BasisType.AGREEMENT, "chiba": BasisType.INSTRUCTION}
    one = Authorization(
        contract_id=house.story.contract.id, subject=AuthorizationSubject.TAKE_OUT,
        basis_type=basis.get(house.story.contract.profile_code, BasisType.CONSENT),
        requested_on=first, reason="照合", scope_text="票", decision=Decision.GRANTED,
        decided_on=first, decided_by_title="課長", decided_by_name="見本　次郎",
        decision_form=DecisionForm.WRITTEN, decision_doc_no=number, valid_from=first,
        valid_until=last, targets=(AuthorizationTarget(item_id=things(house)[0].id),),
    ).with_changes(**more)  # fmt: skip
    registers = house.ledger.registers
    made = registers.create(one, answers=ANSWERS).ids
    return next(x.record for x in registers.all(Authorization) if x.record.id in made)


def first_one(house: House, **more: object) -> Authorization:
    """Register the consent on which a thing is taken out, decided before that day."""
    before = FIRST_DAY - timedelta(days=1)
    return consent(house, "第9号", FIRST_DAY, ENDS, requested_on=before, decided_on=before, **more)


def take_out(
    house: House, basis: Authorization, back: date = ENDS, item: Item | None = None, number: int = 0
) -> str:
    item = item or things(house)[0]
    event = HandlingEvent(
        contract_id=item.contract_id, kind=K.TAKE_OUT, purpose="照合", occurred_at=house.clock(),
        actor_person_id=house.story.people["worker"], place_from_id=item.home_place_id,
        destination_text="見本市役所", authorization_id=basis.id, expected_return_at=at(back),
        lines=(HandlingLine(item_id=item.id, quantity=Decimal(number) if number else None),),
    )  # fmt: skip
    return house.ledger.handling.record(event, answers=ANSWERS).ids[-1]


def bring_back(house: House, number: int = 0) -> None:
    item = things(house)[0]
    event = HandlingEvent(
        contract_id=item.contract_id, kind=K.BRING_BACK, purpose="持帰り",
        occurred_at=house.clock(), actor_person_id=house.story.people["worker"],
        place_to_id=item.home_place_id,
        lines=(HandlingLine(item_id=item.id, quantity=Decimal(number) if number else None),),
    )  # fmt: skip
    house.ledger.handling.record(event, answers=ANSWERS)


def at(day: date) -> datetime:
    return datetime.combine(day, time(17), JAPAN)


def asked(house: House, act: str, back: date) -> list[str]:
    """Return what is said about the term of consents when the day of return is put off."""
    wrong = house.ledger.registers.need(HandlingEvent, act).record
    right = replace(wrong, expected_return_at=at(back), corrects_event_id=act)
    return [one.text for one in house.ledger.handling.examine(right) if "有効期間は" in one.text]


def correct(house: House, act: str, back: date, answers: Answers | None = None) -> str:
    wrong = house.ledger.registers.need(HandlingEvent, act).record
    right = replace(wrong, expected_return_at=at(back))
    change = house.ledger.handling.correct(act, right, "持帰予定が延びたため", answers=answers)
    return next(id_ for id_ in change.ids if id_ != act)


def rows(house: House) -> list[tuple[str, str]]:
    """Return what is told of consents by which something is outside."""
    told = ("に終わりました", "になりました", "外に置く根拠の")
    found = [one for one in proof.graded(house) if "根拠の「" in one[1]]
    return [one for one in found if any(words in one[1] for words in told)]


def renewals(house: House) -> list[tuple[str, date | None]]:
    found = calendar(house.ledger, house.story.contract.id)
    return [(one.about, one.due_on) for one in found if one.code == "K-12"]


def days_on(house: House, day: date) -> None:
    house.clock.go_to(day, 9)


# --- the day of return --------------------------------------------------------------------------


def test_the_day_of_return_is_measured_by_the_last_consent(anywhere: House) -> None:
    house = anywhere
    out = take_out(house, first_one(house))
    days_on(house, ENDS - timedelta(days=1))
    assert asked(house, out, LONGER), "so far only the first one"
    consent(house, "第10号", house.ledger.today(), LONGER)
    assert asked(house, out, LONGER) == []
    out = correct(house, out, LONGER, ANSWERS)
    [said] = asked(house, out, LONGEST)
    assert f"有効期間は{format_short(ENDS)}まで、続く「第10号 持出し" in said
    assert f"でも{format_short(LONGER)}まで" in said
    assert "これを対象に選んで「承諾・指示」に登録して" in said and "根拠に選んで" not in said
    days_on(house, LONGER)
    consent(house, "第11号", LONGER, LONGEST)
    correct(house, out, LONGEST, ANSWERS)
    days_on(house, LONGEST)
    assert rows(house) == [], "three that follow one another"
    bring_back(house)
    assert rows(house) == []
    assert not [one for one in proof.graded(house) if "範囲を超えて" in one[1]]


def test_a_consent_after_a_gap_does_not_count_for_the_day_of_return(house: House) -> None:
    out = take_out(house, first_one(house))
    consent(house, "第10号", FIRST_DAY, LONGER, valid_from=ENDS + timedelta(days=2))
    [said] = asked(house, out, LONGER)
    assert "続く" not in said
    with pytest.raises(NeedsAnswer):
        correct(house, out, LONGER)


def test_each_thing_of_an_act_is_to_be_covered(house: House) -> None:
    first, second = things(house)
    both = tuple(AuthorizationTarget(item_id=one.id) for one in (first, second))
    basis = first_one(house, targets=both)
    event = HandlingEvent(
        contract_id=first.contract_id, kind=K.TAKE_OUT, purpose="照合", occurred_at=house.clock(),
        actor_person_id=house.story.people["worker"], place_from_id=first.home_place_id,
        destination_text="見本市役所", authorization_id=basis.id, expected_return_at=at(ENDS),
        lines=(HandlingLine(item_id=first.id), HandlingLine(item_id=second.id)),
    )  # fmt: skip
    out = house.ledger.handling.record(event, answers=ANSWERS).ids[-1]
    consent(house, "第10号", FIRST_DAY, LONGER)
    assert asked(house, out, LONGER), "it names the first thing only"
    consent(house, "第11号", FIRST_DAY, LONGER, targets=both[1:])
    assert asked(house, out, LONGER) == []


def take_out_both(house: House, **more: object) -> tuple[str, tuple[AuthorizationTarget, ...]]:
    """Take two things of fifty sheets out by one act."""
    found = pieces(house, 50), pieces(house, 50, "M-051")
    both = tuple(AuthorizationTarget(item_id=one.id) for one in found)
    basis = first_one(house, targets=both)
    event = HandlingEvent(
        contract_id=found[0].contract_id, kind=K.TAKE_OUT, purpose="照合", occurred_at=house.clock(),
        actor_person_id=house.story.people["worker"], place_from_id=found[0].home_place_id,
        destination_text="見本市役所", authorization_id=basis.id, expected_return_at=at(ENDS),
        lines=tuple(HandlingLine(item_id=one.id) for one in found),
    )  # fmt: skip
    return house.ledger.handling.record(replace(event, **more), answers=ANSWERS).ids[-1], both


@pytest.mark.parametrize(("back", "limit"), [(0, 50), (10, 40), (10, None)])
def test_what_is_corrected_counts_once_under_the_consent_that_carries_on(
    house: House, back: int, limit: int | None
) -> None:
    item = pieces(house, 50)
    mine = {"targets": (AuthorizationTarget(item_id=item.id),), "unit": item.unit}
    out = move(house, K.TAKE_OUT, item, 50, basis=first_one(house, **mine), back=ENDS)
    if back:
        move(house, K.BRING_BACK, item, back, related_event_id=out)
    days_on(house, ENDS - timedelta(days=1))
    most = Decimal(limit) if limit else None
    consent(house, "第10号", house.ledger.today(), LONGER, quantity_limit=most, **mine)
    correct(house, out, LONGER)
    assert not [one for one in proof.graded(house) if "範囲を超えて" in one[1]]


def test_one_act_may_not_go_beyond_the_consent_that_carries_on_by_two_things(
    house: House,
) -> None:
    out, both = take_out_both(house)
    fewer = {"quantity_limit": Decimal(60), "unit": "枚", "targets": both}
    consent(house, "第10号", house.ledger.today(), LONGER, **fewer)
    with pytest.raises(NeedsAnswer) as raised:
        correct(house, out, LONGER)
    assert "数量の上限60枚に対し100枚" in str(raised.value.facts)


@pytest.mark.parametrize("limit", [None, Decimal(50)])
def test_what_is_back_is_not_measured_by_a_day_of_return_that_is_put_off(
    house: House, limit: Decimal | None
) -> None:
    out, both = take_out_both(house)
    days_on(house, ENDS - timedelta(days=1))
    names_one = {"targets": both[:1], "quantity_limit": limit, "unit": "枚"}
    consent(house, "第10号", house.ledger.today(), LONGER, **names_one)
    assert correcting_is_asked(house, out), "the other one is still outside"
    second = house.ledger.registers.need(Item, both[1].item_id).record
    move(house, K.BRING_BACK, second, 50, related_event_id=out)
    out = correct(house, out, LONGER)
    days_on(house, ENDS + timedelta(days=3))
    assert not [one for one in proof.graded(house) if "範囲を超えて" in one[1]]
    assert correcting_is_asked(house, out, LONGEST), "the first one stays"


def test_what_came_back_before_is_still_measured_where_the_day_was_not_put_off(
    house: House,
) -> None:
    take_out(house, first_one(house), LONGER)
    days_on(house, ENDS - timedelta(days=1))
    bring_back(house)
    assert [one for one in proof.graded(house, clause="SK-11.2") if "範囲を超えて" in one[1]]


def correcting_is_asked(house: House, act: str, back: date = LONGER) -> bool:
    try:
        wrong = house.ledger.registers.need(HandlingEvent, act).record
        house.ledger.handling.correct(
            act, replace(wrong, expected_return_at=at(back)), "持帰予定が延びたため",
            answers=Answers({EVERY: ""}),
        )  # fmt: skip
    except NeedsAnswer as error:
        return "有効期間は" in str(error.facts)
    return False


def test_a_standing_consent_for_computers_is_followed_by_another(tmp_path: Path) -> None:
    with furnished(
        tmp_path, profile="confidentiality-model", rules=True, things=1, wait=30
    ) as house:
        disk = medium(house)
        computers: dict[str, object] = {
            "subject": AuthorizationSubject.EQUIPMENT_TAKE_OUT, "basis_type": BasisType.CONSENT,
            "targets": (),
        }  # fmt: skip
        names_it = (AuthorizationTarget(item_id=disk.id),)
        basis = consent(house, "第1号", FIRST_DAY, LONGER, targets=names_it)
        registers = house.ledger.registers
        [known] = registers.all(Authorization, subject=AuthorizationSubject.EQUIPMENT_TAKE_OUT)
        registers.revise(replace(known.record, valid_until=ENDS), "期間があったため")
        out = take_out(house, basis, item=disk)
        [said] = asked(house, out, LONGER)
        assert f"有効期間は{format_short(ENDS)}まで" in said
        consent(house, "第10号", FIRST_DAY, LONGER, valid_from=ENDS, **computers)
        assert asked(house, out, LONGER) == []


def medium(house: House) -> Item:
    """Receive an electronic medium."""
    item = replace(
        things(house)[0], id=house.ledger.new_id(), item_no="U-001", name="受渡し用USB",
        item_class=ItemClass.MEDIUM, media_type=MediaType.USB_MEMORY, encrypted=Encrypted.YES,
        quantity=Decimal(1), unit="本", state=None,
    )  # fmt: skip
    made = receive(house, item)
    house.clock.wait(5)
    return made


def test_a_breach_that_was_agreed_to_outlives_a_consent_that_comes_afterwards(
    house: House,
) -> None:
    out = take_out(house, first_one(house))
    correct(house, out, LONGER, ANSWERS)
    assert "broken" in {severity for severity, _ in proof.graded(house, clause="SK-11.2")}
    days_on(house, FIRST_DAY + timedelta(days=2))
    consent(house, "第10号", FIRST_DAY, LONGER)
    assert "broken" in {severity for severity, _ in proof.graded(house, clause="SK-11.2")}


def test_who_shortens_the_consent_that_carries_on_reads_what_it_takes_away(house: House) -> None:
    out = take_out(house, first_one(house))
    after = consent(house, "第10号", FIRST_DAY, LONGER)
    out = correct(house, out, LONGER)
    shorter = replace(after, valid_until=ENDS + timedelta(days=2))
    said = house.ledger.registers.revise(shorter, "誤って入力したため").notices
    assert any("認められていないことになります" in one for one in said)
    assert [one for one in proof.graded(house, clause="SK-11.2") if "範囲を超えて" in one[1]]


# --- days without any -----------------------------------------------------------------------------


def test_days_without_any_consent_stay_to_be_read(anywhere: House) -> None:
    house = anywhere
    take_out(house, first_one(house))
    later = ENDS + timedelta(days=4)
    days_on(house, later)
    [(severity, _)] = rows(house)
    assert severity == "action"
    consent(house, "第10号", later, LONGER)
    gap = rows(house)
    [(severity, sentence)] = gap
    assert severity == NOTE
    assert f"{format_short(ENDS)}に{RENEWED}" in sentence and format_short(later) in sentence
    days_on(house, later + timedelta(days=2))
    bring_back(house)
    assert rows(house) == gap
    days_on(house, LONGEST)
    assert rows(house) == gap


def test_what_came_back_without_a_new_consent_stays_to_be_read(anywhere: House) -> None:
    house = anywhere
    take_out(house, first_one(house))
    days_on(house, ENDS + timedelta(days=6))
    bring_back(house)
    days_on(house, LONGEST)
    [(severity, sentence)] = rows(house)
    assert severity == NOTE
    assert f"その後も、{format_short(ENDS + timedelta(days=6))}まで外に" in sentence


def test_what_came_back_in_time_leaves_nothing_to_read(house: House) -> None:
    basis = first_one(house)
    take_out(house, basis)
    house.clock.wait(60)
    bring_back(house)
    house.clock.wait(60)
    take_out(house, basis)
    days_on(house, ENDS)
    bring_back(house)
    days_on(house, LONGER)
    take_out(house, consent(house, "第10号", LONGER, LONGEST), LONGEST)
    bring_back(house)
    days_on(house, LONGEST)
    assert rows(house) == []


@pytest.mark.parametrize(("later", "told"), [(6, True), (0, False)])
def test_of_several_trips_each_is_looked_at_for_its_own_end(
    house: House, later: int, told: bool
) -> None:
    item, basis = pieces(house, 100), first_one(house, targets=())
    first = move(house, K.TAKE_OUT, item, 10, basis=basis, back=ENDS)
    move(house, K.TAKE_OUT, item, 5, basis=basis, back=ENDS)
    move(house, K.BRING_BACK, item, 5)
    move(house, K.BRING_BACK, item, 4, related_event_id=first)
    if not later:
        move(house, K.BRING_BACK, item, 6, related_event_id=first)
    days_on(house, ENDS + timedelta(days=6))
    if later:
        move(house, K.BRING_BACK, item, 6, related_event_id=first)
    elsewhere = consent(house, "第10号", house.ledger.today(), LONGER, targets=())
    move(house, K.TAKE_OUT, item, 1, basis=elsewhere, back=LONGER)
    move(house, K.BRING_BACK, item, 1)
    days_on(house, LONGER)
    assert bool(rows(house)) is told
    assert all(
        f"その後も、{format_short(ENDS + timedelta(days=6))}まで" in s for _, s in rows(house)
    )


def test_an_end_that_is_put_off_after_days_without_any_wants_a_reason(house: House) -> None:
    basis = first_one(house)
    take_out(house, basis)
    days_on(house, ENDS + timedelta(days=6))
    bring_back(house)
    days_on(house, LONGER)
    with pytest.raises(NeedsAnswer) as raised:
        house.ledger.registers.revise(replace(basis, valid_until=LONGER), "誤って入力したため")
    assert "終わった後も、これを根拠に外に" in str(raised.value.facts)


# --- which carries on -----------------------------------------------------------------------------


def unfit(house: House, **more: object) -> str:
    """Take a thing out, get a new consent in time, and return what is told after the first ended."""
    take_out(house, first_one(house, destination_text="見本市役所"))
    consent(house, "第10号", FIRST_DAY, LONGER, **more)
    days_on(house, ENDS + timedelta(days=1))
    found = [one for one in rows(house) if one[0] == "action"]
    assert bool(found) == (("第9号 持出し 承諾", ENDS) in renewals(house))
    return found[0][1] if found else ""


def test_a_consent_to_fewer_does_not_carry_on(house: House) -> None:
    unit = things(house)[0].unit
    assert (things(house)[0].quantity or 0) >= 1
    said = unfit(house, quantity_limit=Decimal("0.5"), unit=unit)
    assert "「第10号 持出し 承諾」は、これに合いません（数量の上限0.5" in said


def test_a_consent_for_somebody_else_does_not_carry_on(house: House) -> None:
    item, other = things(house)[0], house.story.people["worker2"]
    targets = (AuthorizationTarget(item_id=item.id), AuthorizationTarget(person_id=other))
    assert "これに合いません（承諾等の「人」は" in unfit(house, targets=targets)


def test_a_consent_for_another_place_does_not_carry_on(house: House) -> None:
    said = unfit(house, destination_text="架空倉庫")
    assert "これに合いません（行先は「見本市役所」、承諾等では「架空倉庫」" in said


def test_a_consent_that_says_nothing_of_all_this_carries_on(house: House) -> None:
    assert unfit(house) == ""


def test_a_consent_carries_on_so_many_in_all(house: House) -> None:
    first, second = things(house)
    both = tuple(AuthorizationTarget(item_id=one.id) for one in (first, second))
    basis = first_one(house, targets=both)
    limit = {"quantity_limit": Decimal(1), "unit": "点", "targets": both}
    out = take_out(house, basis, item=first)
    consent(house, "第10号", FIRST_DAY, LONGER, **limit)
    assert asked(house, out, LONGER) == []
    take_out(house, basis, item=second)
    [said] = asked(house, out, LONGER)
    assert "「第10号 持出し 承諾」は合わない（数量の上限1点に対し2点）" in said
    days_on(house, ENDS + timedelta(days=1))
    assert [severity for severity, _ in rows(house)] == ["action", "action"]
    bring_back(house)
    days_on(house, ENDS + timedelta(days=2))
    assert "action" not in {severity for severity, _ in rows(house)}


def test_a_consent_that_another_one_carries_on_is_not_to_be_renewed(house: House) -> None:
    first = first_one(house)
    take_out(house, first)
    days_on(house, ENDS)
    mine = (first.caption(), ENDS)
    assert mine in renewals(house)
    consent(house, "第10号", ENDS, LONGER, targets=())
    assert mine in renewals(house), "it names nothing"
    consent(house, "第8号", FIRST_DAY, ENDS - timedelta(days=1))  # over; it changes nothing
    after = consent(house, "第11号", ENDS, LONGER)
    assert mine not in renewals(house) and (after.caption(), LONGER) in renewals(house)
    bring_back(house)
    assert mine in renewals(house), "whoever takes it out again needs it"


@pytest.mark.parametrize("days", [0, 1])
def test_what_the_client_took_back_may_come_back_on_that_day(house: House, days: int) -> None:
    basis = first_one(house)
    take_out(house, basis)
    over = FIRST_DAY + timedelta(days=4)
    days_on(house, over)
    revoked = replace(basis, decision=Decision.REVOKED, decided_on=over)
    house.ledger.registers.revise(revoked, "委託者から取り消されたため")
    assert [severity for severity, _ in rows(house)] == ["action"], "while it is outside"
    days_on(house, over + timedelta(days=days))
    bring_back(house)
    days_on(house, ENDS)
    if not days:
        assert rows(house) == []
    else:
        [(severity, sentence)] = rows(house)
        assert severity == NOTE
        back = format_short(over + timedelta(days=1))
        assert f"{format_short(over)}に「取消」になりました。その後も、{back}まで" in sentence


@pytest.mark.parametrize(("decided", "goes_on"), [(1, False), (4, True), (5, True)])
def test_what_the_client_took_back_goes_on_only_by_a_later_word(
    house: House, decided: int, goes_on: bool
) -> None:
    basis = first_one(house)
    take_out(house, basis)
    over = FIRST_DAY + timedelta(days=4)
    days_on(house, FIRST_DAY + timedelta(days=5))
    revoked = replace(basis, decision=Decision.REVOKED, decided_on=over)
    house.ledger.registers.revise(revoked, "委託者から取り消されたため")
    consent(house, "第10号", FIRST_DAY + timedelta(days=decided), LONGER)
    asking = [one for one in rows(house) if one[0] == "action"]
    assert bool(asking) is not goes_on
    assert all("「取消」になりました" in sentence for _, sentence in asking)


# --- how much it carries -------------------------------------------------------------------------


def carried_on(house: House, limit: int = 50) -> tuple[Item, Item, Authorization]:
    """Let fifty sheets stay outside under a second consent, which names something else as well."""
    first, second = pieces(house, 50), pieces(house, 50, "M-051")
    both = tuple(AuthorizationTarget(item_id=one.id) for one in (first, second))
    mine = {"targets": both[:1], "unit": "枚"}
    move(house, K.TAKE_OUT, first, 50, basis=first_one(house, **mine), back=ENDS)
    days_on(house, ENDS)
    most = {"quantity_limit": Decimal(limit), "unit": "枚", "targets": both}
    after = consent(house, "第10号", house.ledger.today(), LONGER, **most)
    days_on(house, ENDS + timedelta(days=2))
    assert rows(house) == []
    return first, second, after


def going(house: House, item: Item, number: int, basis: Authorization) -> HandlingEvent:
    return HandlingEvent(
        contract_id=item.contract_id, kind=K.TAKE_OUT, purpose="照合", occurred_at=house.clock(),
        actor_person_id=house.story.people["worker"], place_from_id=item.home_place_id,
        destination_text="見本市役所", authorization_id=basis.id, expected_return_at=at(LONGER),
        lines=(HandlingLine(item_id=item.id, quantity=Decimal(number)),),
    )  # fmt: skip


def test_what_a_consent_carries_on_counts_for_what_is_taken_out_under_it(house: House) -> None:
    _, second, after = carried_on(house)
    books, contract, now = house.ledger.rules.books, house.story.contract.id, house.ledger.now()
    assert free(books, after, contract, now, carried(books, after, now.date())) == 0
    event = going(house, second, 10, after)
    with pytest.raises(NeedsAnswer) as raised:
        house.ledger.handling.record(event)
    assert "数量の上限50枚に対し60枚" in str(raised.value.facts)
    made = house.ledger.handling.record(event, answers=ANSWERS).ids
    told = proof.rows(house, clause="SK-11.2")
    [beyond] = [one for one in told if "範囲を超えて" in one.sentence]
    assert beyond.id in made and "50枚に対し60枚" in beyond.sentence
    assert rows(house) == [], "what was outside first keeps its place"
    house.clock.wait(5)
    move(house, K.BRING_BACK, second, 10)
    days_on(house, ENDS + timedelta(days=4))
    assert rows(house) == []


def test_what_leaves_under_a_consent_that_is_over_takes_no_room_of_the_next(house: House) -> None:
    """Only the act that came last, and was asked about, is wrong."""
    _, second, _ = carried_on(house)
    every = [one.record for one in house.ledger.registers.all(Authorization)]
    [over] = [one for one in every if one.decision_doc_no == "第9号"]
    wrong = going(house, second, 10, over)
    made = house.ledger.handling.record(wrong, answers=ANSWERS).ids
    told = proof.rows(house, clause="SK-11.2")
    assert not [one for one in told if "範囲を超えて" in one.sentence]
    [severe] = [one for one in told if one.severity == "broken"]
    assert severe.id in made
    [(_, said)] = [one for one in rows(house) if one[0] == "action"]
    assert "M-051" in said, "what was outside first keeps its place"


def test_what_a_consent_still_has_room_for_is_taken_out_under_it(house: House) -> None:
    first, second, after = carried_on(house, limit=60)
    made = house.ledger.handling.record(going(house, second, 10, after)).ids[-1]
    stored = house.ledger.registers.need(HandlingEvent, made).record
    right = replace(stored, purpose="照合のため", corrects_event_id=made)
    assert not [one for one in house.ledger.handling.examine(right) if "範囲を超え" in one.text]
    house.clock.wait(5)
    move(house, K.BRING_BACK, first, 10)
    house.clock.wait(5)
    house.ledger.handling.record(going(house, second, 10, after))
    assert not [one for one in proof.rows(house) if "範囲を超えて" in one.sentence]


def test_a_consent_that_fits_no_more_is_not_said_to_have_ended(house: House) -> None:
    item = pieces(house, 50)
    mine = {"targets": (AuthorizationTarget(item_id=item.id),), "unit": "枚"}
    out = move(house, K.TAKE_OUT, item, 50, basis=first_one(house, **mine), back=ENDS)
    days_on(house, ENDS)
    move(house, K.LOSS, item, 10, related_event_id=out)
    consent(house, "第10号", ENDS, LONGER, quantity_limit=Decimal(40), **mine)
    found = ENDS + timedelta(days=3)
    days_on(house, found)
    assert rows(house) == []
    move(house, K.RECOVER, item, 10)
    [(severity, sentence)] = unfitted(house)
    assert severity == "action" and "終わりました" not in sentence
    assert f"は、{format_short(found)}から、これに合いません（数量の上限40枚に対し50枚" in sentence
    days_on(house, found + timedelta(days=1))
    move(house, K.BRING_BACK, item, 10, related_event_id=out)
    days_on(house, found + timedelta(days=2))
    [(severity, sentence)] = unfitted(house)
    assert severity == NOTE
    assert f"{format_short(found)}、これに合いませんでした（数量の上限40枚に対し" in sentence


def unfitted(house: House) -> list[tuple[str, str]]:
    return [one for one in proof.graded(house) if "根拠の「" in one[1]]


def renewed_for(house: House, **more: object) -> Authorization:
    """Take a hundred sheets out, and register a second consent on the last day of the first."""
    item = pieces(house, 100)
    mine = (AuthorizationTarget(item_id=item.id),)
    basis = first_one(house, targets=mine, destination_text="見本市役所")
    move(house, K.TAKE_OUT, item, 100, basis=basis, back=ENDS)
    days_on(house, ENDS)
    fields = {"targets": mine, "destination_text": "見本市役所"} | more
    item_consent = replace(basis, id="", decision_doc_no="第10号", valid_from=ENDS)
    item_consent = item_consent.with_changes(
        valid_until=LONGER, requested_on=ENDS, decided_on=ENDS, **fields
    )
    house.ledger.registers.create(item_consent, answers=ANSWERS)
    [made] = house.ledger.registers.all(Authorization, decision_doc_no="第10号")
    return made.record


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({"quantity_limit": Decimal(50), "unit": "枚"}, {"quantity_limit": Decimal(100)}),
        ({"destination_text": "架空倉庫"}, {"destination_text": "見本市役所"}),
    ],
)
def test_nobody_alone_makes_a_consent_fit_after_days_on_which_it_did_not(
    house: House, wrong: dict[str, object], right: dict[str, object]
) -> None:
    after = renewed_for(house, **wrong)
    fits = after.with_changes(**right)
    registers = house.ledger.registers
    days_on(house, ENDS + timedelta(days=3))
    with pytest.raises(NeedsAnswer) as raised:
        registers.revise(fits, "入力の誤りのため")
    assert "を外に置いたこと" in str(raised.value.facts)
    [asked] = raised.value.facts["findings"]
    assert (asked.rule_id, asked.needs_approval) == ("R-39", True)
    registers.revise(fits, "入力の誤りのため", answers=ANSWERS)
    assert rows(house) == []
    changes = [one for one in proof.graded(house) if "「第10号 持出し 承諾」について" in one[1]]
    assert changes and {severity for severity, _ in changes} == {"due"}


def test_a_consent_is_made_to_fit_freely_while_the_first_one_lasts(house: House) -> None:
    after = renewed_for(house, quantity_limit=Decimal(50), unit="枚")
    registers = house.ledger.registers
    registers.revise(replace(after, quantity_limit=Decimal(100)), "入力の誤りのため")
    assert rows(house) == []
    days_on(house, ENDS + timedelta(days=3))
    longer = replace(after, quantity_limit=Decimal(100), valid_until=LONGEST)
    registers.revise(longer, "期間が延びたため")
    assert not [one for one in proof.graded(house) if "「第10号 持出し 承諾」について" in one[1]]


# --- known when -----------------------------------------------------------------------------------


def test_a_consent_that_was_entered_after_the_first_ended_says_so(anywhere: House) -> None:
    house = anywhere
    take_out(house, first_one(house))
    days_on(house, ENDS + timedelta(days=5))
    consent(house, "第10号", ENDS, LONGER)
    late = rows(house)
    [(severity, sentence)] = late
    assert severity == NOTE
    assert f"「第10号 持出し {word(house)}」は、その後（R8.10.15 09:00）に台帳に登録" in sentence
    bring_back(house)
    days_on(house, LONGEST)
    assert rows(house) == late


@pytest.mark.parametrize("days", [0, 1])
def test_a_consent_that_was_entered_on_its_day_says_nothing(house: House, days: int) -> None:
    take_out(house, first_one(house))
    day = ENDS + timedelta(days=days)
    days_on(house, day)
    consent(house, "第10号", day, LONGER)
    days_on(house, ENDS + timedelta(days=2))
    assert rows(house) == []


def word(house: House) -> str:
    found = house.ledger.registers.all(Authorization, decision_doc_no="第10号")
    basis = found[0].record.basis_type
    return basis.label if basis else ""


# --- several that name the same -------------------------------------------------------------------


def renew_both(house: House, limits: tuple[int, int], *, first_names: int = 2) -> set[str]:
    """Take two things of fifty sheets out, renew by two consents; return what is told afterwards."""
    _, both = take_out_both(house)
    days_on(house, ENDS - timedelta(days=1))
    for number, limit, targets in (
        ("第10号", limits[0], both[:first_names]), ("第11号", limits[1], both),
    ):  # fmt: skip
        more: dict[str, object] = {"quantity_limit": Decimal(limit), "unit": "枚"}
        consent(house, number, house.ledger.today(), LONGER, targets=targets, **more)
    days_on(house, ENDS + timedelta(days=2))
    return {sentence for severity, sentence in rows(house) if severity == "action"}


def test_a_thing_that_another_consent_carries_on_takes_no_room(house: House) -> None:
    assert renew_both(house, (50, 60), first_names=1) == set()


def test_two_consents_that_name_two_things_carry_on_one_each(house: House) -> None:
    assert renew_both(house, (50, 50)) == set()


def test_what_both_together_have_no_room_for_is_told(house: House) -> None:
    found = renew_both(house, (50, 40))
    assert found and all("数量の上限" in one for one in found)


# --- at entering ----------------------------------------------------------------------------------


def renewal(house: House, **more: object) -> Authorization:
    """Return a consent that follows the first one, as it is about to be entered."""
    known = house.ledger.registers.all(Authorization, decision_doc_no="第9号")[0].record
    return replace(
        known, id="", decision_doc_no="第10号", valid_from=FIRST_DAY, valid_until=LONGER,
        decided_on=FIRST_DAY, requested_on=FIRST_DAY,
    ).with_changes(**more)  # fmt: skip


def asked_at_entering(house: House, one: Authorization, before: Authorization | None = None) -> str:
    """Return what has to be explained when a consent is entered, or revised."""
    said = house.ledger.rules.about_record(one, before)
    found = [x for x in said if x.rule_id == "R-10" and x.needs_reason]
    assert not any(x.needs_approval for x in found)
    return "\n".join(x.text for x in found)


@pytest.fixture
def outside(anywhere: House) -> House:
    take_out(anywhere, first_one(anywhere, destination_text="見本市役所"))
    days_on(anywhere, ENDS - timedelta(days=2))
    return anywhere


def wrong_ones(house: House) -> dict[str, dict[str, object]]:
    """Return what does not fit, with the words that say so."""
    item = things(house)[0]
    somebody = AuthorizationTarget(person_id=house.story.people["administrator"])
    return {
        "数量の上限": {"quantity_limit": Decimal("0.5"), "unit": item.unit},
        "承諾等の「人」は": {"targets": (AuthorizationTarget(item_id=item.id), somebody)},
        "行先は「見本市役所」": {"destination_text": "遠方の倉庫"},
        "「対象行為」は": {"subject": AuthorizationSubject.EQUIPMENT_TAKE_OUT},
    }


def next_ones(house: House, first: date) -> list[dict[str, object]]:
    """Return words of the client for the same place that do not name what is there."""
    known = things(house)[0]
    named = house.ledger.registers.create(
        replace(known, id="", item_no="S-778", name="次の票", state=None)
    ).ids
    return [
        {"targets": (), "valid_from": first, "decided_on": first},
        {"targets": (AuthorizationTarget(item_id=named[-1]),), "valid_from": first},
    ]


def test_the_word_for_the_next_batch_is_asked_nothing_of_the_one_that_comes_back(
    outside: House,
) -> None:
    """An office that takes another batch to the client each week is not asked every week."""
    house, name = outside, things(outside)[0].item_no
    late = ENDS + timedelta(days=1)
    words = next_ones(house, late)
    assert [asked_at_entering(house, renewal(house, **more)) for more in words] == ["", ""]
    days_on(house, late)  # it is not back
    for more in words:
        assert f"「対象」に「{name}" in asked_at_entering(house, renewal(house, **more))


def test_what_does_not_fit_what_is_outside_is_asked_when_it_is_entered(outside: House) -> None:
    house = outside
    assert asked_at_entering(house, renewal(house)) == ""
    for words, more in wrong_ones(house).items():
        said = asked_at_entering(house, renewal(house, **more))
        assert words in said and "その後も外に置く根拠になりません" in said, words
        assert f"{format_short(ENDS)}に終わります" in said


def test_what_is_for_something_else_is_asked_for_nothing(outside: House) -> None:
    house, item = outside, things(outside)[0]
    other = replace(item, id="", item_no="S-777", name="別の票", state=None)
    named = (AuthorizationTarget(item_id=house.ledger.registers.create(other).ids[-1]),)
    for more in (
        {"targets": named, "destination_text": "遠方の倉庫"},
        {"targets": named},
        {"valid_until": ENDS, "destination_text": "遠方の倉庫"},
        {"decision": Decision.REFUSED, "destination_text": "遠方の倉庫"},
        {"subject": AuthorizationSubject.COPY},
    ):
        assert asked_at_entering(house, renewal(house, **more)) == "", more
    consent(house, "第11号", FIRST_DAY, LONGER, destination_text="見本市役所")
    assert asked_at_entering(house, renewal(house, destination_text="遠方の倉庫")) == "", (
        "another one carries it on already"
    )


def test_the_answer_is_kept_and_not_asked_for_again(outside: House) -> None:
    house, registers = outside, outside.ledger.registers
    wrong = renewal(house, destination_text="遠方の倉庫")
    with pytest.raises(NeedsAnswer):
        registers.create(wrong)
    why = "翌月の別の持出しのための承諾です"
    made = registers.create(wrong, answers=Answers({"R-10": why})).ids
    [kept] = [x.record for x in registers.all(RuleOverride) if x.record.record_ref in made]
    assert (kept.reason, kept.finding_id) == (why, "") and "遠方の倉庫" in kept.message
    one = registers.need(Authorization, kept.record_ref).record
    registers.revise(replace(one, scope_text="票と封筒"), "書き漏らしたため")
    right = replace(one, destination_text="見本市役所", scope_text="票と封筒")
    assert asked_at_entering(house, right, one) == ""
    registers.revise(replace(right, valid_until=LONGEST), "書き漏らしたため")
    assert [one for one in proof.graded(house) if "これに合いません" in one[1]] == []


def test_after_the_end_it_is_asked_as_well(outside: House) -> None:
    house = outside
    days_on(house, ENDS + timedelta(days=3))
    today = house.ledger.today()
    late = {"valid_from": today, "decided_on": today}
    assert asked_at_entering(house, renewal(house, **late)) == ""
    said = asked_at_entering(house, renewal(house, **late, destination_text="遠方の倉庫"))
    assert f"{format_short(ENDS)}に終わりました" in said
