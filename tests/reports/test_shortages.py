"""The ledger paper tells beside a stocktake what it did not find."""

from decimal import Decimal
from pathlib import Path

import pytest

from models.codes import HandlingKind as K
from models.codes import Means
from models.records import HandlingEvent, HandlingLine, Item
from storage.ledger_store import LedgerStore
from tests.house import House, stack
from tests.reports.applying import office, text_of


def count(house: House, item: Item, quantity: Decimal) -> str:
    change = house.ledger.handling.record(
        HandlingEvent(
            contract_id=item.contract_id, kind=K.STOCKTAKE, purpose="終業時の現品確認",
            occurred_at=house.clock(), actor_person_id=house.story.people["supervisor"],
            place_from_id=item.home_place_id,
            lines=(HandlingLine(item_id=item.id, quantity=quantity),),
        )
    )  # fmt: skip
    house.clock.wait(10)
    return change.ids[0]


def test_the_remarks_tell_what_a_stocktake_did_not_find(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        item = stack(house)
        assert item.quantity is not None
        house.clock.wait(60)
        count(house, item, item.quantity)
        assert "不足" not in text_of(house, "D-28")
        wrong = count(house, item, item.quantity - 4)
        text = text_of(house, "D-28")
        assert text.count("台帳より4枚不足") == 1
        assert f"（現品{item.quantity - 4:f}枚）" in text
        house.ledger.handling.void(wrong, "数え違いのため")
        assert "不足" not in text_of(house, "D-28")


def test_a_count_after_a_partial_return_lacks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office(tmp_path) as house:
        item = stack(house)
        assert item.quantity is not None
        house.clock.wait(60)
        house.ledger.handling.record(
            HandlingEvent(
                contract_id=item.contract_id, kind=K.RETURN, purpose="一部の返還",
                occurred_at=house.clock(), actor_person_id=house.story.people["supervisor"],
                counterpart_org_id=house.story.contract.client_org_id,
                counterpart_name="見本　花子", means=Means.DIRECT,
                lines=(HandlingLine(item_id=item.id, quantity=Decimal(3)),),
            )
        )  # fmt: skip
        house.clock.wait(10)
        for _ in range(2):
            count(house, item, item.quantity - 3)
        read: list[str] = []
        happened = LedgerStore.happened

        def counted(store: LedgerStore, item_id: str) -> object:
            read.append(item_id)
            return happened(store, item_id)

        monkeypatch.setattr(LedgerStore, "happened", counted)
        assert "不足" not in text_of(house, "D-28")
        assert set(read) == {item.id} and len(read) <= 2  # once for each pass over the rows
