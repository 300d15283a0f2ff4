"""検証者 of an erasure: who verified signs, by entering it or as its checker; else a reason is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.codes import (
    HandlingKind,
    RuleMode,
    SanitizationAct,
    SanitizationMethod,
    VerificationMethod,
    VerificationResult,
)
from models.errors import NeedsAnswer
from models.records import HandlingEvent, HandlingLine, Item, RuleOverride, Sanitization
from models.rules.answers import EVERY, Answers, SignIn
from models.rules.checking import CheckIn, facts_of
from models.seconding import asked_of
from tests.house import House, furnished, instruct_end
from ui.sample import cast

WHY = "検証者が席を外しているため、戻りしだい確かめてもらう"
BOSS = cast.USERS[0]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, accounts=True, things=4, wait=5) as made:
        instruct_end(made)
        yield made


def item(house: House) -> Item:
    return next(one for one in house.story._stock if not one.electronic)


def erasing(house: House, verified_by: str, performed_by: str = "worker") -> HandlingEvent:
    one, people = item(house), house.story.people
    row = Sanitization(
        item_id=one.id, act=SanitizationAct.DISPOSE, info_items="氏名、健診結果",
        media_name=f"{one.item_no} {one.name}", quantity=one.quantity, unit=one.unit,
        electronic=False, method=SanitizationMethod.SHRED, method_detail="クロスカット裁断機",
        irrecoverable_confirmed=True, verification_method=VerificationMethod.VISUAL,
        verification_result=VerificationResult.PASS, performed_at=house.ledger.now(),
        performed_by=people[performed_by], place_text="入力室",
        performed_org_id=house.story.contract.contractor_org_id,
        responsible_person_id=people["supervisor"],
        verified_by=people[verified_by], witness_requested=False,
    )  # fmt: skip
    return HandlingEvent(
        contract_id=house.story.contract.id, kind=HandlingKind.DISPOSE, purpose="不要となったため",
        occurred_at=house.ledger.now(), actor_person_id=people[performed_by],
        place_from_id=house.story.places[2].id, sanitization=(row,),
        lines=(HandlingLine(item_id=one.id, quantity=one.quantity),),
    )  # fmt: skip


def unsigned(house: House, event: HandlingEvent) -> list[str]:
    found = house.ledger.rules.about_event(event)
    return [one.message for one in found if "署名していません" in one.message]


def explained(house: House) -> list[RuleOverride]:
    return [
        one.record
        for one in house.ledger.registers.all(RuleOverride, rule_id="R-36")
        if "署名していません" in one.record.message
    ]


def test_a_worker_names_no_verifier_without_a_word(house: House) -> None:
    ledger = house.sign_in("yoshino")
    event = erasing(house, "supervisor")
    with pytest.raises(NeedsAnswer, match="髙橋　恵子さんが、この記録に署名していません") as asked:
        ledger.handling.record(event)
    assert asked_of(asked.value).check is not None
    ledger.handling.record(event, answers=Answers({EVERY: WHY}))
    [kept] = explained(house)
    assert kept.mode is RuleMode.WARN and kept.reason == WHY


def test_a_verifier_who_signs_as_the_checker_settles_it(house: House) -> None:
    ledger = house.sign_in("yoshino")
    event = erasing(house, "supervisor")
    signing = SignIn(house.story.people["supervisor"], BOSS.login, BOSS.password)
    check = CheckIn(signing, facts_of([event], {event.lines[0].item_id: item(house)}))
    change = ledger.rules.entering(
        lambda answers: ledger.handling.record(event, answers=answers),
        Answers({rule: WHY for rule in ("R-24", "R-25")}), None, check,
    )  # fmt: skip
    made = ledger.registers.need(HandlingEvent, change.ids[-1]).record
    assert ledger.rules.check_holds(made) and explained(house) == []


def test_who_enters_it_may_have_verified_it(house: House) -> None:
    assert house.ledger.user.person_id == house.story.people["supervisor"]
    assert unsigned(house, erasing(house, "supervisor")) == []
    assert unsigned(house, erasing(house, "worker2"))


def test_the_same_person_twice_is_told_once(house: House) -> None:
    house.sign_in("yoshino")
    assert unsigned(house, erasing(house, "worker")) == []


def test_an_older_register_is_believed(house: House) -> None:
    event = erasing(house, "worker2").with_changes(source_file_id="0" * 32)
    assert unsigned(house, event) == []
