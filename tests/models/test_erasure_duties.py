"""内容の消去 waits for the duties that survive the end: what the client asked, what was found."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import (
    CommunicationKind,
    CommunicationMeans,
    CommunicationStatus,
    Direction,
    DueStatus,
    FindingSource,
    FindingStatus,
    HandlingKind,
    Severity,
    Urgency,
)
from models.errors import Refused
from models.exposed_inquiry import TITLE
from models.records import (
    ClientCommunication,
    DueItem,
    Finding,
    HandlingEvent,
    HandlingLine,
    Item,
    Record,
)
from tests.ending import close, ended, erase, hand_in, look_after, other, revise
from tests.house import House, furnished

K = CommunicationKind


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ended(tmp_path) as made:
        yield made


def obstacles(house: House) -> str:
    return "\n".join(house.ledger.ending.plan(house.story.contract.id).obstacles)


def asked(house: House, kind: CommunicationKind) -> ClientCommunication:
    now = house.ledger.now()
    return ClientCommunication(
        contract_id=house.story.contract.id, direction=Direction.IN, kind=kind, at=now,
        means=CommunicationMeans.EMAIL, from_name="見本　花子", to_name="髙橋　恵子",
        summary="監査のため記録を保存し、資料を提出してください。", urgency=Urgency.DATED,
        due_at=now + timedelta(days=3), status=CommunicationStatus.OPEN,
    )  # fmt: skip


def found(house: House) -> Finding:
    return Finding(
        contract_id=house.story.contract.id, source=FindingSource.ANALYSIS,
        description="漏えいのおそれを調べている", severity=Severity.SERIOUS,
        due_on=house.ledger.today() + timedelta(days=3), status=FindingStatus.OPEN,
        owner_person_id=house.story.people["worker"],
    )  # fmt: skip


def enter(house: House, record: Record) -> str:
    return house.ledger.registers.create(record).ids[0]


@pytest.mark.parametrize(
    "kind", [K.DOCUMENT_REQUEST, K.WITNESS_REQUEST, K.INSPECTION_NOTICE, K.INSTRUCTION]
)
def test_what_the_client_waits_for_is_in_the_way(house: House, kind: CommunicationKind) -> None:
    assert obstacles(house) == ""
    one = asked(house, kind)
    one = replace(one, id=enter(house, one))
    assert f"委託者の求め・通知が1件あります（{kind.label}）" in obstacles(house)
    with pytest.raises(Refused, match="委託者の求め"):
        erase(house)
    answered = replace(one, status=CommunicationStatus.ANSWERED, responded_at=house.ledger.now())
    revise(house, answered, "回答したため")
    assert obstacles(house) == ""


def test_what_was_found_and_not_confirmed_is_in_the_way(house: House) -> None:
    one = found(house)
    one = replace(one, id=enter(house, one))
    enter(house, replace(found(house), contract_id=other(house).id))  # of the one that goes on
    assert "終わっていない指摘・是正が1件あります" in obstacles(house)
    with pytest.raises(Refused, match="指摘・是正"):
        erase(house)
    done = replace(
        one, status=FindingStatus.DONE, action="調べて漏えいのないことを確かめた",
        completed_on=house.ledger.today(),
    )  # fmt: skip
    revise(house, done, "是正したため")
    assert "終わっていない指摘・是正が1件あります" in obstacles(house)


def test_what_is_only_told_is_not_in_the_way(house: House) -> None:
    enter(house, replace(asked(house, K.INSTRUCTION), urgency=None, due_at=None))
    assert obstacles(house) == ""
    house.ledger.registers.void(Finding, enter(house, found(house)), "二重に登録したため")
    assert obstacles(house) == ""


def test_a_loss_that_the_client_never_heard_of_is_in_the_way(tmp_path: Path) -> None:
    with furnished(tmp_path, accounts=True) as house:
        house.story.receive(1)
        [thing] = house.story._stock
        for kind in (HandlingKind.LOSS, HandlingKind.RECOVER):
            house.clock.wait(60)
            act(house, kind, thing)
        house.story.give_back(thing)
        hand_in(house)
        look_after(house)
        assert "終わっていない媒体" not in obstacles(house)
        close(house)
        assert "所在不明の書面の報告" in obstacles(house)
        assert "契約が終わった後も残る義務" in obstacles(house)


def test_end_papers_that_are_in_the_way_before_the_end_do_not_speak_of_after_it(
    tmp_path: Path,
) -> None:
    with furnished(tmp_path, accounts=True) as house:
        house.story.receive(2)
        house.story.give_back(house.story._stock[0])
        said = obstacles(house)
        assert "契約が終結していません" in said and "の提出（" in said
        assert "契約が終わった後も残る義務" not in said


def test_a_missing_report_or_confirmation_is_in_the_way(tmp_path: Path) -> None:
    with furnished(tmp_path, accounts=True) as house:
        house.story.receive(1)
        house.story.give_back(house.story._stock[0])
        hand_in(house)
        close(house)
        assert "責任者の確認（確認を待つ取扱記録" in obstacles(house)
        assert "「定期報告書」の提出（令和8年10月1日～令和8年10月31日）が済んで" in obstacles(house)
        look_after(house)
        assert "済んでいません" not in obstacles(house)


def act(house: House, kind: HandlingKind, thing: Item) -> None:
    house.ledger.handling.record(
        HandlingEvent(
            contract_id=house.story.contract.id, kind=kind, purpose="棚卸し",
            occurred_at=house.clock(), actor_person_id=house.story.people["worker"],
            lines=(HandlingLine(item_id=thing.id, quantity=thing.quantity),),
            place_to_id=thing.home_place_id if kind is HandlingKind.RECOVER else "",
        )
    )  # fmt: skip


def test_the_inquiry_after_a_known_password_is_in_the_way(house: House) -> None:
    one = DueItem(
        contract_id=house.story.contract.id, title=TITLE, note="yoshino：紙を見られた",
        due_on=house.ledger.today(), owner_person_id=house.story.people["supervisor"],
        status=DueStatus.OPEN,
    )  # fmt: skip
    one = replace(one, id=enter(house, one))
    assert f"{TITLE}が済んでいません" in obstacles(house)
    result = f"{one.note}。調べた結果、見られておらず、委託者への報告は要らないと判断した"
    today = house.ledger.today()
    done = replace(one, status=DueStatus.SATISFIED, satisfied_on=today, note=result)
    revise(house, done, "調べが済んだため")
    assert obstacles(house) == ""
