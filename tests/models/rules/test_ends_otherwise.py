"""What is to go back is not destroyed without a word of the client about it (EQ-END)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.codes import (
    AuthorizationSubject,
    BasisType,
    EndRule,
    HandlingKind,
    ItemClass,
    ItemOrigin,
    MediaType,
    Ownership,
    SanitizationMethod,
    Timing,
)
from models.evidence import evidence
from models.records import Authorization, Item
from models.records.handling import AuthorizationTarget
from models.rules.engine import Finding
from tests import proof
from tests.house import House, furnished
from tests.models.rules.stage import Stage, every_stage

K, S, B = HandlingKind, AuthorizationSubject, BasisType
WITHOUT_ORDER = ("shiki", "confidentiality-model", "chiba", "yachiyo")
"""The texts under which the contractor's own manager cannot order it."""


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Stage]]:
    with every_stage(tmp_path_factory.mktemp) as made:
        yield made


@pytest.fixture(params=WITHOUT_ORDER)
def on(request: pytest.FixtureRequest, stages: dict[str, Stage]) -> Stage:
    return stages[request.param]


def said(on: Stage, item: Item, *beside: Authorization, **changes: Any) -> list[Finding]:
    act = on.disposal(item, beside=beside, **changes)
    return [one for one in on.findings(act) if one.rule_id == "R-21"]


def instruction(on: Stage, subject: AuthorizationSubject, *items: Item) -> Authorization:
    targets = tuple(AuthorizationTarget(item_id=one.id) for one in items)
    return on.authorization(subject, B.INSTRUCTION, targets=targets)


@pytest.mark.parametrize("origin", [ItemOrigin.LENT, ItemOrigin.PROVIDED])
def test_a_lent_original_is_not_shredded_on_a_designation_of_methods(
    on: Stage, origin: ItemOrigin
) -> None:
    lent = on.item(origin=origin)
    [one] = said(on, lent)  # its sanitization names the method that the client designated
    assert one.mode == "warn" and "「返還」です" in one.message and lent.caption() in one.message
    [one] = said(on, lent, instruction(on, S.DISPOSITION_METHOD))
    assert one.mode == "warn"


@pytest.mark.parametrize("subject", [S.DISPOSITION_METHOD, S.END_EXCEPTION])
def test_the_clients_word_about_the_thing_lets_it_be_shredded(
    on: Stage, subject: AuthorizationSubject
) -> None:
    lent, other = on.item(), on.item()
    assert said(on, lent, instruction(on, subject, lent)) == []
    assert said(on, lent, instruction(on, subject, other)) != []


def test_an_instruction_for_the_end_of_all_of_it_needs_no_names(on: Stage) -> None:
    assert said(on, on.item(), instruction(on, S.END_EXCEPTION)) == []


def test_what_the_ledger_says_is_to_be_destroyed_is(on: Stage) -> None:
    copy = on.item(origin=ItemOrigin.COPIED, end_rule=EndRule.ERASE_OR_DISPOSE)
    assert said(on, copy) == []


def test_an_own_copy_that_was_to_go_back_is_told_as_well(on: Stage) -> None:
    [one] = said(on, on.item(origin=ItemOrigin.COPIED, end_rule=EndRule.HAND_OVER))
    assert one.mode == "warn" and "「終了時の扱い」は「引渡し」です" in one.message


def test_a_carrier_of_the_client_is_emptied_before_it_goes_back(on: Stage) -> None:
    usb = on.usb(ownership=Ownership.CLIENT)
    assert said(on, usb, kind=K.ERASE, method=SanitizationMethod.DEVICE_COMMAND) == []
    assert said(on, usb) != []  # broken to pieces, nothing goes back


def test_erased_data_leaves_its_original_with_the_client(on: Stage) -> None:
    data = on.item(item_class=ItemClass.DATA, media_type=MediaType.DATA_FILE)
    assert said(on, data, kind=K.ERASE, method=SanitizationMethod.OVERWRITE) == []


def test_in_fukuoka_the_manager_orders_what_is_unneeded(stages: dict[str, Stage]) -> None:
    on = stages["fukuoka"]
    assert said(on, on.item()) == []
    [*found] = said(on, on.item(), ordered_by_assignment_id="")
    assert {one.mode for one in found} == {"block_plan"}


def test_in_fukuoka_what_is_left_when_the_work_is_over_goes_back(
    stages: dict[str, Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    on = stages["fukuoka"]
    over = replace(on.contract, completed_on=on.now.date() - timedelta(days=1))
    monkeypatch.setattr(on, "contract", over)
    [one] = said(on, on.item())
    assert "定めでは「返還」です" in one.message
    lent = on.item()
    assert said(on, lent, instruction(on, S.END_EXCEPTION, lent)) == []


def test_a_planned_shredding_may_still_be_explained(stages: dict[str, Stage]) -> None:
    on = stages["shiki"]
    act = on.disposal(on.item())
    planned = replace(act, record=act.record.with_changes(timing=Timing.PLANNED))
    found = [one for one in on.findings(planned) if one.rule_id == "R-21"]
    assert [(one.mode, one.refuses) for one in found] == [("warn", False)]


def told(house: House) -> list[str]:
    return [one for one in proof.sentences(house) if "」の「終了時の扱い」は" in one]


@pytest.fixture
def shredded(tmp_path: Path) -> Iterator[tuple[House, Item]]:
    """Shred a lent original on the designation of methods alone, as older entries have it."""
    with furnished(tmp_path, things=2) as house:
        item = next(one for one in house.story._stock if not one.electronic)
        house.story._copies.append(item)
        house.story.destroy(item)
        yield house, item


def test_the_clause_asks_until_the_client_has_said_so(shredded: tuple[House, Item]) -> None:
    house, item = shredded
    assert len(told(house)) == 1
    word = Stage(house, "shiki").authorization(
        S.END_EXCEPTION, B.INSTRUCTION, id="", targets=(AuthorizationTarget(item_id=item.id),)
    )
    house.ledger.registers.create(word)
    assert told(house) == []


def test_the_clause_asks_until_a_mistake_in_the_register_is_put_right(
    shredded: tuple[House, Item],
) -> None:
    house, item = shredded
    put_right = replace(item, end_rule=EndRule.ERASE_OR_DISPOSE)
    house.ledger.registers.revise(put_right, "委託者の指定は廃棄のため")
    assert told(house) == []
    beside = evidence(house.ledger, house.story.contract)[-1]
    changes = [row.sentence for _, rows in beside.evidence for row in rows]
    assert any("「終了時の扱い」を「返還」から「消去・廃棄」に" in one for one in changes)
