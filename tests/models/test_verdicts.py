"""The findings of the rules over a whole contract: judged by shape, and kept up act by act."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from models.codes import AuthorizationSubject, HandlingKind, Ownership, RuleMode, Timing
from models.evidence_queries import QUERIES
from models.evidence_rows import Row
from models.inquiry import Inquiry
from models.records import HandlingEvent, Item, Record
from models.rules.engine import RULES, examine
from models.verdicts import STANDING
from tests.house import House, furnished
from tests.models.rules.stage import PROFILES


def one_by_one(house: House) -> set[tuple[str, tuple[str, ...]]]:
    """Ask the rules about every single record, as the counter would."""
    asked = Inquiry(house.ledger, house.story.contract)
    kinds: tuple[type[Record], ...] = (HandlingEvent, *STANDING)
    records = [r for cls in kinds for r in asked.all(cls)]
    return {
        (one.rule_id, (r.type, r.id, one.message, _severity(one.mode)))
        for r in records
        if getattr(r, "timing", Timing.ACTUAL) is Timing.ACTUAL
        for one in examine(asked.case(r))
        if one.mode != RuleMode.NOTICE
    }


def _severity(mode: str) -> str:
    return "action" if mode == RuleMode.WARN else "broken"


def kept(asked: Inquiry) -> set[tuple[str, tuple[str, ...]]]:
    return {
        (rule_id, (row.type, row.id, row.sentence, row.severity))
        for rule_id, _ in RULES
        for row in asked.verdicts.of(rule_id)
    }


def a_use(house: House, actor: str, purpose: str = "入力") -> str:
    item = house.story._stored(house.story._stock)[0]
    event = house.story._event(
        HandlingKind.USE, purpose, actor=actor, place_from_id=house.story.places[1].id
    )
    lines = house.ledger.handling.timeline(item.id)[0].record.lines
    mine = tuple(line for line in lines if line.item_id == item.id)
    return house.ledger.handling.record(replace(event, lines=mine)).ids[-1]


@pytest.mark.parametrize("profile", PROFILES)
def test_judging_by_shape_finds_what_judging_one_by_one_finds(tmp_path: Path, profile: str) -> None:
    with furnished(tmp_path, profile=profile, days=7, planted=True) as house:
        a_use(house, "officer")
        a_use(house, "worker", "問合せ 080-1234-5678 の確認")
        asked = house.ledger.inquiries.of(house.story.contract.id)
        expected = one_by_one(house)
        assert kept(asked) == expected
        assert {"R-01", "R-48"} <= {rule_id for rule_id, _ in expected}


def everything(asked: Inquiry) -> dict[str, set[Row]]:
    return {name: set(asked.answer(name, query).rows) for name, query in QUERIES}


def test_every_command_leaves_what_asking_anew_would_say(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="chiba", days=3) as house:
        contract, story = house.story.contract, house.story
        known = house.ledger.inquiries.of(contract.id)
        everything(known)
        acts: tuple[Callable[[], object], ...] = (
            lambda: story.receive(2),
            lambda: a_use(house, "officer"),
            lambda: story.copy(story._stored(story._stock)[0]),
            lambda: story.destroy(story._stored(story._copies)[0]),
            lambda: story.take_out_and_back(story._stored(story._stock)[0]),
            lambda: house.ledger.handling.void(a_use(house, "officer"), "別の人の入力だった"),
            lambda: story.confirm_all(),
            lambda: _private(house),
            lambda: house.ledger.registers.create(
                replace(story.consents[0], id="", subject=AuthorizationSubject.OTHER)
            ),
        )
        for act in acts:
            act()
            asked = house.ledger.inquiries.of(contract.id)
            assert asked is known
            assert everything(asked) == everything(Inquiry(house.ledger, contract))
            assert kept(asked) == one_by_one(house)


def test_another_day_is_another_question(tmp_path: Path) -> None:
    with furnished(tmp_path, days=1) as house:
        first = house.ledger.inquiries.of(house.story.contract.id)
        house.clock.wait(60 * 24)
        assert house.ledger.inquiries.of(house.story.contract.id) is not first


def test_copies_within_the_consent_are_not_counted_twice(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="chiba", days=1) as house:
        consent = house.story._consent(AuthorizationSubject.COPY)
        house.ledger.registers.revise(replace(consent, quantity_limit=Decimal(1)), "部数の確認")
        house.story.copy(house.story._stored(house.story._stock)[0])
        asked = house.ledger.inquiries.of(house.story.contract.id)
        assert asked.breaches.of_rule("R-06") == []
        house.story.copy(house.story._stored(house.story._stock)[0])
        assert len(house.ledger.inquiries.of(house.story.contract.id).breaches.of_rule("R-06")) == 1


@pytest.mark.parametrize(
    ("limit", "unit", "pieces", "words"),
    [
        (1, "部", 100, ""), (1, "枚", 100, "（1枚）を超えます（これまでと合わせて100枚）"),
        (100, "枚", 100, ""), (100, "", 100, ""), (99, "", 100, "合わせて100"),
        (100, "ファイル", 100, "単位「ファイル」と"), (1, "件", 100, ""),
    ],
)  # fmt: skip
def test_copies_are_counted_as_the_consent_counts_them(
    tmp_path: Path, limit: int, unit: str, pieces: int, words: str
) -> None:
    with furnished(tmp_path, profile="chiba", days=1) as house:
        consent = house.story._consent(AuthorizationSubject.COPY)
        house.ledger.registers.revise(
            replace(consent, quantity_limit=Decimal(limit), unit=unit), "部数の確認"
        )
        original = house.story._stored(house.story._stock)[0]
        made = house.story.copy(original)  # one piece, to be replaced by as many as are wanted
        event = house.ledger.registers.need(HandlingEvent, made.ids[-1]).record
        child = house.ledger.registers.need(Item, made.ids[0]).record
        house.ledger.handling.void(event.id, "数の確認")  # the copy goes with it
        child = replace(
            child, id=house.ledger.new_id(), item_no="C-100", quantity=Decimal(pieces), unit="枚",
            state=None, quantity_left=None,
        )  # fmt: skip
        house.ledger.handling.copy(
            replace(event, id="", event_no=None, lines=()), original.id, [child]
        )
        rows = house.ledger.inquiries.of(house.story.contract.id).breaches.of_rule("R-06")
        told = "".join(one.sentence for one in rows)
        assert (words in told) if words else not told


def _private(house: House) -> None:
    item = house.ledger.registers.need(Item, house.story._stock[0].id).record
    house.ledger.registers.revise(replace(item, ownership=Ownership.PRIVATE), "所有を確かめた")
