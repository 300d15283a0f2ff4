"""A list that this program wrote says the same in the ledger that takes it in, column by column."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.codes import (
    Encrypted,
    EncryptionMeasure,
    EndRule,
    HandlingKind,
    HandlingStatus,
    ItemClass,
    ItemOrigin,
    Means,
    MediaType,
    MisdeliveryMeasure,
    Ownership,
    Timing,
)
from models.fields import NOT_RECORDED, Field
from models.intake.columns import LOG_ALIASES, STAYS_BEHIND, fields_of, typed_fields
from models.intake.parts import Intake, Options
from models.kinds import Ref
from models.records import (
    Assignment,
    Authorization,
    HandlingEvent,
    HandlingLine,
    InformationAsset,
    Item,
    Organization,
    Person,
    Place,
    Record,
    TrainingSession,
)
from reports.tables.mapping import propose_mapping
from reports.tables.read import read_table
from tests.house import House, furnished
from ui.exporting import columns_of, export_register
from ui.intake import take_in

THINGS = Options(with_events=False)


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path / "mine") as made:
        yield made


@pytest.fixture
def other(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path / "other") as made:
        made.clock.wait(3 * 24 * 60)
        yield made


def any_of(house: House, cls: type[Record]) -> Record:
    return house.ledger.registers.all(cls)[0].record


def client_of(house: House) -> Organization:
    return house.ledger.registers.need(Organization, house.story.contract.client_org_id).record


def thing(house: House, number: str, **more: Any) -> Item:
    plain = Item(
        contract_id=house.story.contract.id, item_no=number, name="健診データ",
        item_class=ItemClass.MEDIUM, media_type=MediaType.USB_MEMORY, quantity=Decimal(1),
        unit="本", origin=ItemOrigin.LENT, ownership=Ownership.CLIENT, end_rule=EndRule.RETURN,
        encrypted=Encrypted.YES, home_place_id=any_of(house, Place).id,
    )  # fmt: skip
    [id_] = house.ledger.registers.create(plain.with_changes(**more)).ids
    return house.ledger.registers.need(Item, id_).record


def act(house: House, kind: HandlingKind, minutes: int, of: Item, **more: Any) -> HandlingEvent:
    house.clock.wait(minutes)
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=kind, timing=Timing.ACTUAL,
        status=HandlingStatus.DONE, occurred_at=house.ledger.now(), purpose="入力のため",
        actor_person_id=house.story.people["worker"],
        lines=(HandlingLine(item_id=of.id, quantity=Decimal(1)),),
    ).with_changes(**more)  # fmt: skip
    [*_, id_] = house.ledger.handling.record(event).ids
    return house.ledger.registers.need(HandlingEvent, id_).record


def carried(mine: House, other: House, folder: Path, suffix: str = ".csv") -> Intake:
    """Take what one ledger lists into another one."""
    media, log = folder / f"媒体{suffix}", folder / f"記録{suffix}"
    export_register(mine.ledger, Item, media, purpose="引継ぎ")
    export_register(mine.ledger, HandlingEvent, log, purpose="引継ぎ")
    contract = other.story.contract.id
    taken = take_in(other.ledger, media, Item, contract_id=contract, options=THINGS)
    assert taken.refused == ()
    return take_in(other.ledger, log, HandlingEvent, contract_id=contract)


# --- the columns ------------------------------------------------------------------------------


def test_every_column_of_our_own_list_of_acts_is_read_or_named_as_staying_behind() -> None:
    columns = list(columns_of(HandlingEvent))
    mapping = propose_mapping([f.label for f in columns], fields_of(HandlingEvent))
    read = {f.label: LOG_ALIASES.get(f.name, f.name) for f in columns if f.name not in STAYS_BEHIND}
    assert mapping == read
    assert set(STAYS_BEHIND) <= {f.name for f in columns}


def test_every_column_of_our_own_list_of_things_is_read_or_follows_from_acts() -> None:
    columns = list(columns_of(Item))
    mapping = propose_mapping([f.label for f in columns], fields_of(Item))
    read = {f.label: f.name for f in columns if not f.derived and f.name != "source_file_id"}
    assert mapping == read


# --- what they say ----------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_an_act_says_who_was_on_the_other_side_and_how_it_was_protected(
    mine: House, other: House, tmp_path: Path, suffix: str
) -> None:
    stick = thing(mine, "W-001")
    office = {"counterpart_org_id": client_of(mine).id, "counterpart_name": "見本　花子",
              "counterpart_title": "主査", "means": Means.DIRECT}  # fmt: skip
    act(mine, HandlingKind.RECEIVE, 5, stick, **office)
    out = act(mine, HandlingKind.TAKE_OUT, 5, stick, destination_text="市役所",
              expected_return_at=mine.ledger.now() + timedelta(hours=3),
              encryption=EncryptionMeasure.APPLIED, encryption_detail="AES-256",
              password_renewed=True)  # fmt: skip
    act(mine, HandlingKind.BRING_BACK, 30, stick, related_event_id=out.id)
    act(mine, HandlingKind.DISPATCH, 30, stick, **office | {"means": Means.REGISTERED_MAIL},
        encryption=EncryptionMeasure.EQUIVALENT, encryption_detail="封緘",
        misdelivery_measures=(MisdeliveryMeasure.TWO_PERSON, MisdeliveryMeasure.SOFTWARE),
    )  # fmt: skip
    intake = carried(mine, other, tmp_path, suffix)
    assert intake.refused == ()
    names = ("kind", "counterpart_name", "counterpart_title", "means", "encryption",
             "encryption_detail", "password_renewed", "misdelivery_measures")  # fmt: skip
    then = sorted(
        (one.record for one in mine.ledger.registers.all(HandlingEvent)),
        key=lambda one: one.event_no or 0,
    )
    assert [[getattr(e, n) for n in names] for e in intake.events] == [
        [getattr(e, n) for n in names] for e in then
    ]
    receipt, *_ = intake.events
    assert receipt.counterpart_org_id == client_of(other).id
    assert "内容欄" not in "".join(event.note for event in intake.events)


def test_who_does_not_stand_in_the_ledger_is_kept_in_the_words_of_the_file(
    mine: House, other: House, tmp_path: Path
) -> None:
    stick = thing(mine, "W-001")
    strange = Organization(kinds=client_of(mine).kinds, name="よその市")
    [id_] = mine.ledger.registers.create(strange).ids
    act(mine, HandlingKind.RECEIVE, 5, stick, counterpart_org_id=id_,
        counterpart_name="見本　花子", means=Means.DIRECT)  # fmt: skip
    intake = carried(mine, other, tmp_path)
    [receipt] = intake.events
    assert (receipt.counterpart_org_id, receipt.counterpart_name) == ("", "見本　花子")
    assert "相手方は「よその市」。" in receipt.note
    assert any("「よその市」という組織は台帳にありません" in text for _, text in intake.notes)


def log_of(other: House, folder: Path, heads: str, cells: str) -> HandlingEvent:
    """Take in one row of a log that somebody kept by hand."""
    thing(other, "W-001")
    path = folder / "手書き.csv"
    worker = other.ledger.registers.need(Person, other.story.people["worker"]).record.name
    path.write_text(
        f"日時,区分,管理番号,数量,作業者,{heads}\n2026-10-01 10:00,受領,W-001,1本,{worker},{cells}\n",
        "utf-8",
    )
    intake = take_in(other.ledger, path, HandlingEvent, contract_id=other.story.contract.id)
    assert intake.refused == ()
    [event] = intake.events
    return event


def test_a_person_may_stand_where_a_log_kept_by_hand_has_one_column(
    other: House, tmp_path: Path
) -> None:
    event = log_of(other, tmp_path, "相手方", "見本花子")
    assert (event.counterpart_org_id, event.counterpart_name) == ("", "見本花子")


def test_an_office_may_stand_there_as_well(other: House, tmp_path: Path) -> None:
    event = log_of(other, tmp_path, "相手方", client_of(other).name)
    assert (event.counterpart_org_id, event.counterpart_name) == (client_of(other).id, "")


def test_other_words_about_protection_stay_in_the_note_but_no_password_does(
    other: House, tmp_path: Path
) -> None:
    event = log_of(other, tmp_path, "暗号化,パスワード", "済,Kuma-1192")
    assert event.encryption is None
    assert "暗号化等の措置の欄は「済」。" in event.note
    assert "Kuma" not in event.note


def test_a_measure_that_wants_an_explanation_says_that_there_is_none(
    other: House, tmp_path: Path
) -> None:
    event = log_of(other, tmp_path, "暗号化等の措置", "未実施")
    assert event.encryption is EncryptionMeasure.NOT_APPLIED
    assert event.encryption_detail == NOT_RECORDED


def test_a_thing_says_all_that_was_registered_of_it(
    mine: House, other: House, tmp_path: Path
) -> None:
    consent = any_of(mine, Authorization)
    box = thing(mine, "W-009", name="データ保管箱")
    whole: dict[str, Any] = {
        "maker": "みほん電機", "model": "AZ-1", "serial_no": "S-77", "property_no": "B-12",
        "record_count": 1200, "encryption_method": "AES-256", "retain_until": date(2027, 3, 31),
        "return_due_on": date(2027, 3, 1), "unneeded_on": date(2026, 10, 1),
        "unneeded_decided_by": mine.story.people["worker"], "container_item_id": box.id,
    }  # fmt: skip
    first = thing(mine, "W-001", **whole)
    thing(mine, "W-002", origin=ItemOrigin.COPIED, parent_item_id=first.id,
          copy_authorization_id=consent.id, ownership=Ownership.CONTRACTOR,
          end_rule=EndRule.ERASE_OR_DISPOSE, container_item_id=box.id)  # fmt: skip
    thing(mine, "W-003", item_class=ItemClass.EQUIPMENT, media_type=MediaType.NOTEBOOK_PC,
          unit="台", maker="みほん電機", model="AZ-2", serial_no="S-78", terminal_registered=True,
          theft_prevention="ワイヤー")  # fmt: skip
    media = tmp_path / "媒体.csv"
    export_register(mine.ledger, Item, media, purpose="引継ぎ")
    intake = take_in(other.ledger, media, Item, contract_id=other.story.contract.id, options=THINGS)
    assert intake.refused == ()
    assert told(other) == told(mine)


def told(house: House) -> dict[str, list[str]]:
    """Return what each thing says, with the names of what it refers to."""
    caption = house.ledger.store.caption

    def words(record: Item, f: Field) -> str:
        value = getattr(record, f.name)
        return caption(f.kind.type, value) if isinstance(f.kind, Ref) and value else str(value)

    rows = [one.record for one in house.ledger.registers.all(Item)]
    return {row.item_no: [words(row, f) for f in typed_fields(Item)] for row in rows}


# --- several references in one cell -----------------------------------------------------------


def exported(house: House, cls: type[Record], out: Path, **more: Any) -> list[dict[str, str]]:
    export_register(house.ledger, cls, out, purpose="引継ぎ", **more)
    table = read_table(out.read_bytes(), name=out.name)
    return [dict(zip(table.columns, row.cells, strict=True)) for row in table.rows]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_cell_names_all_that_a_record_refers_to(mine: House, tmp_path: Path, suffix: str) -> None:
    registers, contract = mine.ledger.registers, mine.story.contract
    second = contract.with_changes(id="", contract_no="2026-002", title="別の業務")
    [id_] = registers.create(second).ids
    session = registers.all(TrainingSession)[0].record
    registers.revise(session.with_changes(contract_ids=(contract.id, id_)), "二つの契約のため")
    rows = exported(mine, TrainingSession, tmp_path / f"教育{suffix}")
    assert f"{contract.caption()}、2026-002 別の業務" in {row["契約"] for row in rows}
    of_second = exported(mine, TrainingSession, tmp_path / f"二つ目{suffix}", contract_id=id_)
    assert len(of_second) == 1
    assert exported(mine, TrainingSession, tmp_path / f"一つ目{suffix}", contract_id="0" * 32) == []


def test_information_that_somebody_handles_is_named(mine: House, tmp_path: Path) -> None:
    registers = mine.ledger.registers
    assets = [one.record for one in registers.all(InformationAsset)]
    assigned = registers.all(Assignment)[0].record
    registers.revise(assigned.with_changes(asset_ids=(assets[0].id,)), "扱う情報の登録")
    rows = exported(mine, Assignment, tmp_path / "指定.csv")
    assert assets[0].name in {row["取り扱う個人情報"] for row in rows}
