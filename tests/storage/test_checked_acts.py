"""The checker's signature under what leaves: what it holds together, and what a check finds."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.chain import Action, Intent
from models.codes import AuthorizationSubject, EncryptionMeasure, HandlingKind, Means
from models.commands import creating
from models.errors import FactsDiffer, NeedsAnswer, Refused, WrongPassword
from models.evidence_queries import eq_override
from models.records import HandlingEvent, HandlingLine, RuleOverride
from models.records.handling import NAMED_ONLY
from models.rules.answers import NO_ANSWERS, Answers, Check, SignIn
from models.rules.checking import SIGNED_LATER, CheckIn, KeyFacts
from models.seconding import asked_of
from storage.log import read_record
from tests.house import House, furnished
from ui.sample import cast

REASON = "立ち会える人がほかにいなかったため"
WORKER = next(user for user in cast.USERS if user.person == "worker")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="fukuoka", rules=True, accounts=True, things=2) as made:
        yield made


def sending(house: House, **changes: object) -> HandlingEvent:
    item = house.story._stock[0]
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=HandlingKind.DISPATCH, purpose="納品",
        occurred_at=house.clock(), actor_person_id=house.story.people["supervisor"],
        counterpart_name="見本　花子", means=Means.SECURITY_COURIER,
        destination_text="見本市役所　健康づくり課",
        authorization_id=house.story._consent_id(AuthorizationSubject.DISPATCH),
        encryption=EncryptionMeasure.APPLIED if item.electronic
        else EncryptionMeasure.NOT_APPLICABLE,
        lines=(HandlingLine(item_id=item.id, quantity=item.quantity),),
    )  # fmt: skip
    return event.with_changes(**changes)


def facts(house: House, **changes: object) -> KeyFacts:
    item = house.story._stock[0]
    assert item.quantity is not None
    true = KeyFacts("見本市役所 健康づくり課", f"{item.quantity:f}", (item.item_no,))
    return replace(true, **changes)  # type: ignore[arg-type]  # names of the fields


def sign_in(house: House) -> SignIn:
    return SignIn(house.story.people["worker"], WORKER.login, WORKER.password)


def enter(house: House, check: CheckIn | None = None, **changes: object) -> HandlingEvent:
    event, handling = sending(house, **changes), house.ledger.handling
    change = house.ledger.rules.entering(
        lambda answers: handling.record(event, answers=answers),
        NO_ANSWERS,
        None,
        check or CheckIn(sign_in(house), facts(house)),
    )
    return house.ledger.registers.need(HandlingEvent, change.ids[-1]).record


def problems(house: House) -> list[str]:
    found = house.ledger.safe.verify(full=True, progress=lambda _done, _total: None)
    return [f"{one.code} {one.message}" for one in found.problems]


def test_nothing_leaves_before_a_checker_has_signed(house: House) -> None:
    before = house.ledger.store.head()
    named = sending(house, checker_person_id=house.story.people["worker"])
    with pytest.raises(NeedsAnswer, match="確認者が、宛先・数量・管理番号を入力"):
        house.ledger.handling.record(named)
    assert house.ledger.store.head() == before


def test_a_checked_sending_verifies_and_says_who_checked_what(house: House) -> None:
    entered = enter(house)
    assert entered.checker_person_id == house.story.people["worker"]
    assert entered.checker_proof.startswith("1:") and not entered.deviation
    assert "見本市役所" in entered.checked_facts and "M-0001" in entered.checked_facts
    assert not house.ledger.registers.all(RuleOverride)
    assert house.ledger.rules.check_holds(entered)
    assert problems(house) == []


@pytest.mark.parametrize(
    ("change", "label"),
    [
        ({"addressee": "見本県庁"}, "宛先"),
        ({"count": "9999"}, "数量"),
        ({"numbers": ("M-0002",)}, "管理番号"),
        ({"numbers": ()}, "管理番号"),
        ({"count": "不明"}, "数量"),
    ],
)
def test_what_the_checker_sees_otherwise_stops_the_sending(
    house: House, change: dict[str, object], label: str
) -> None:
    before = house.ledger.store.head()
    with pytest.raises(FactsDiffer, match=label):
        enter(house, CheckIn(sign_in(house), facts(house, **change)))
    assert house.ledger.store.head() == before


def test_only_another_person_with_the_own_password_checks(house: House) -> None:
    me = cast.USERS[0]
    myself = SignIn(house.story.people["supervisor"], me.login, me.password)
    with pytest.raises(Refused, match="求めた人・取扱者とは別の"):
        enter(house, CheckIn(myself, facts(house)))
    with pytest.raises(WrongPassword):
        enter(house, CheckIn(replace(sign_in(house), password="ちがう"), facts(house)))
    with pytest.raises(Refused, match="本人確認ができる確認者がいません"):
        enter(house, actor_person_id=house.story.people["worker"])


def test_a_signature_fits_one_act_at_one_place_only(house: House) -> None:
    kept = enter(house)
    other = Check(kept.checker_person_id, kept.checker_proof, kept.checked_at, kept.checked_facts)
    again = sending(house, lines=(HandlingLine(item_id=house.story._stock[1].id),))
    with pytest.raises(Refused, match="もう一度、確認を受けて"):
        house.ledger.handling.record(again, answers=Answers(check=other))


def test_a_proof_that_comes_with_the_act_counts_for_nothing(house: House) -> None:
    with pytest.raises(NeedsAnswer):
        house.ledger.handling.record(sending(house, checker_proof="1:x:00"))


def test_a_confirmation_leaves_the_check_true(house: House) -> None:
    entered = enter(house, actor_person_id=house.story.people["worker2"])
    house.ledger.handling.confirm([entered.id])
    confirmed = house.ledger.registers.need(HandlingEvent, entered.id).record
    assert house.ledger.rules.check_holds(confirmed)
    assert problems(house) == []


def test_a_correction_is_checked_again(house: House) -> None:
    entered, handling = enter(house), house.ledger.handling
    wrong = entered.with_changes(purpose="追加の納品")
    with pytest.raises(NeedsAnswer):
        handling.correct(entered.id, wrong, "目的を取り違えたため")
    house.ledger.rules.entering(
        lambda answers: handling.correct(entered.id, wrong, "目的の誤り", answers=answers),
        NO_ANSWERS, None, CheckIn(sign_in(house), facts(house)),
    )  # fmt: skip
    assert problems(house) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"destination_text": "見本県庁"}, "合いません"),
        ({"checked_facts": "宛先：見本県庁"}, "合いません"),
        ({"checker_person_id": "worker2"}, "記録された人のものではありません"),
        ({"checker_proof": "1:nobody:00"}, "記録された人のものではありません"),
        ({"checker_proof": NAMED_ONLY}, "読めません"),
    ],
)
def test_a_forged_check_is_found_and_is_not_shown(
    house: House, change: dict[str, str], sentence: str
) -> None:
    people = house.story.people
    change = {name: people.get(value, value) for name, value in change.items()}
    other = (HandlingLine(item_id=house.story._stock[1].id),)
    forged = enter(house).with_changes(
        id=house.ledger.new_id(), event_no=900, lines=other, **change
    )
    house.ledger.commit([creating(forged)])
    assert not house.ledger.rules.check_holds(forged)
    found = [one for one in problems(house) if one.startswith("CHECK")]
    assert [sentence in one for one in found] == [True]


@pytest.mark.parametrize("check", [{}, {name: "" for name in SIGNED_LATER} | {"checked_at": None}])
def test_a_checked_act_that_is_changed_later_is_found(
    house: House, check: dict[str, object]
) -> None:
    """Leaving the check out does not help."""
    entered = enter(house)
    changed = entered.with_changes(destination_text="見本県庁", **check)
    house.ledger.commit([Intent(Action.REVISE, changed, "宛先の変更")])
    [found] = [one for one in problems(house) if one.startswith("CHECK")]
    assert "あとから変わっています" in found


def test_what_was_not_checked_stays_as_a_breach_that_waits(house: House) -> None:
    house.ledger.handling.record(sending(house), answers=Answers({"R-07": REASON}, later=True))
    [waiting] = [one.record for one in house.ledger.registers.all(RuleOverride)]
    assert waiting.rule_id == "R-07" and waiting.confirm_later and waiting.reason == REASON


def test_a_site_of_one_gives_a_reason_and_is_listed(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka", rules=True, things=1) as alone:
        with pytest.raises(NeedsAnswer) as asked:
            alone.ledger.handling.record(sending(alone))
        assert asked_of(asked.value).alone and asked_of(asked.value).check is None
        alone.ledger.handling.record(sending(alone), answers=Answers({"R-07": REASON}))
        asked_about = alone.ledger.inquiries.of(alone.story.contract.id)
        assert f"R-07：{REASON}" in [row.sentence for row in eq_override(asked_about)]


def test_where_the_contract_is_silent_a_check_is_offered(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="shiki", rules=True, accounts=True, things=1) as house:
        house.ledger.handling.record(sending(house))
        plain = house.ledger.registers.all(HandlingEvent, kind=HandlingKind.DISPATCH)[-1].record
        assert not plain.checker_proof and not house.ledger.rules.check_holds(plain)


def test_an_offered_check_is_held_like_any_other(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="shiki", rules=True, accounts=True, things=1) as house:
        with pytest.raises(FactsDiffer):
            enter(house, CheckIn(sign_in(house), facts(house, count="0")))
        entered = enter(house)
        assert house.ledger.rules.check_holds(entered) and problems(house) == []


FROZEN = Path(__file__).parents[1] / "data" / "entries" / "handling_event-1.json"


def test_an_act_from_before_keeps_its_check_by_name() -> None:
    record = read_record("handling_event", "0" * 32, 1, FROZEN.read_bytes())
    assert isinstance(record, HandlingEvent) and record.checker_proof == NAMED_ONLY
