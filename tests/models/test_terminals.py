"""The register of terminals: how many, where, kept how, by whom registered (FK-10.2, A-29)."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.access import Act, Question
from models.codes import Role, SystemEventKind, TerminalState
from models.condition import State
from models.errors import (
    AzukariError,
    DeviceSecretMissing,
    NotPermitted,
    Refused,
    WrongPassword,
)
from models.evidence_dates import eq_terminal
from models.records import Place, SystemEvent, Terminal
from models.terminals import device_of, in_use, this_terminal
from storage.ledger_store import LedgerStore
from tests.house import House, furnished
from ui.condition_facts import read_conditions
from ui.record_pages import fresh
from ui.sample import cast

BOSS = cast.USERS[0]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="fukuoka", accounts=True) as made:
        yield made


def register(house: House, number: str = "T-01", **changes: object) -> Terminal:
    ledger = house.ledger
    made = fresh(ledger, Terminal, "")
    assert isinstance(made, Terminal)
    made = replace(
        made, terminal_no=number, name=made.name or "予備のPC",
        place_id=ledger.registers.all(Place)[0].record.id, theft_prevention="ワイヤーロック",
    )  # fmt: skip
    made = made.with_changes(**changes)
    change = ledger.registers.create(made)
    return ledger.registers.need(Terminal, change.ids[0]).record


def line(house: House) -> tuple[State, str]:
    found = read_conditions(house.ledger)
    one = next(one for one in found if one.topic == "使用端末の登録")
    return one.state, one.sentence


def rows(house: House) -> list[str]:
    """Return what is found about the register; the cycle of counting is asked elsewhere."""
    asked = house.ledger.inquiries.of(house.story.contract.id)
    return [row.sentence for row in eq_terminal(asked) if "周期" not in row.sentence]


def test_this_terminal_is_offered_with_its_name_until_it_is_registered(house: House) -> None:
    terminal = house.ledger.safe.access.terminal
    made = register(house)
    assert made.device == device_of(terminal) and terminal.startswith(made.name)
    assert made.registered_by == house.ledger.user.person_id
    assert made.registered_on == house.ledger.today()
    assert "device" not in this_terminal(house.ledger)
    register(house, "T-02")
    assert [one.terminal_no for one in in_use(house.ledger)] == ["T-01", "T-02"]


def test_the_condition_tells_count_place_and_measure(house: House) -> None:
    state, sentence = line(house)
    assert state is State.CARE and "0台" in sentence
    register(house)
    state, sentence = line(house)
    place = house.ledger.registers.all(Place)[0].record.name
    assert state is State.GOOD and "1台" in sentence
    assert place in sentence and "ワイヤーロック" in sentence


def test_the_evidence_waits_for_the_register(house: House) -> None:
    assert any("登録されていません" in one for one in rows(house))
    register(house)
    assert rows(house) == []


def test_a_terminal_that_was_used_and_is_not_registered_is_found(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(house)
    monkeypatch.setattr("platform.node", lambda: "PC9")
    house.sign_in(BOSS.login)
    here = house.ledger.safe.access.terminal
    assert house.ledger.registers.all(SystemEvent)[-1].record.kind is (
        SystemEventKind.TERMINAL_CHANGED
    )
    assert rows(house) == []  # this one is registered
    mine = in_use(house.ledger)[0]
    house.ledger.registers.revise(
        replace(mine, device="00000000"), "別のPCの登録だったため訂正した"
    )
    assert rows(house) == [f"端末「{here}」は、使用端末に登録されていません。"]


@pytest.mark.parametrize("said", ["", "PC9"])
def test_nobody_hides_another_terminal_by_what_the_setting_says(
    house: House, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    first = house.ledger.safe.access.terminal
    for name in ("PC9", "PC10"):
        device = device_of(first)
        value = f"{name} {device}" if said else ""
        store = house.ledger.store
        assert isinstance(store, LedgerStore)
        store.database.all("UPDATE setting SET value = ? WHERE name = 'terminal'", (value,))
        if not said:
            store.database.all("DELETE FROM setting WHERE name = 'terminal'")
        monkeypatch.setattr("platform.node", lambda name=name: name)
        house.sign_in(BOSS.login)
        last = house.ledger.registers.all(SystemEvent)[-1].record
        assert last.kind is SystemEventKind.TERMINAL_CHANGED
        assert last.value == f"{name} {device}"
    house.sign_in(BOSS.login)
    assert house.ledger.registers.all(SystemEvent)[-1].record.id == last.id


@pytest.mark.parametrize("device", ["00000000", ""])
def test_a_terminal_that_was_never_another_one_is_found_too(house: House, device: str) -> None:
    """The ledger was begun on this PC, so nothing tells that it changed."""
    here = house.ledger.safe.access.terminal
    made = register(house, name="入力PC", device=device)
    house.sign_in(BOSS.login)
    kinds = {one.record.kind for one in house.ledger.registers.all(SystemEvent)}
    assert SystemEventKind.TERMINAL_CHANGED not in kinds
    assert rows(house) == [f"端末「{here}」は、使用端末に登録されていません。"]
    own = replace(made, device=device_of(here))
    house.ledger.registers.revise(own, "このPCの登録のため訂正した")
    assert rows(house) == []


@pytest.mark.parametrize(
    "change",
    [{"place_id": ""}, {"theft_prevention": ""}, {"registered_by": ""}, {"device": "12 or so"}],
)
def test_nothing_that_the_clause_asks_for_may_be_missing(
    house: House, change: dict[str, str]
) -> None:
    made = register(house)
    with pytest.raises(Refused):
        house.ledger.registers.create(replace(made, id="", terminal_no="T-02", **change))  # type: ignore[arg-type]


def test_a_retired_terminal_counts_no_more_and_its_history_stays(house: House) -> None:
    made = register(house)
    ledger = house.ledger
    with pytest.raises(Refused, match="使用を終えた日"):
        ledger.registers.revise(replace(made, state=TerminalState.RETIRED), "廃棄したため")
    ended = replace(
        made, state=TerminalState.RETIRED, retired_on=ledger.today() + timedelta(days=1)
    )
    ledger.registers.revise(ended, "廃棄したため")
    assert in_use(ledger) == [] and line(house)[0] is State.CARE
    assert len(ledger.registers.history(Terminal.type, made.id)) == 2


def test_workers_and_inspectors_register_none(house: House) -> None:
    for user in cast.USERS:
        if user.role in (Role.WORKER, Role.INSPECTOR):
            house.sign_in(user.login)
            with pytest.raises(NotPermitted):
                register(house)
    house.sign_in(BOSS.login)


def test_a_copied_folder_opens_on_no_other_pc_without_the_sheet(
    house: House, tmp_path: Path
) -> None:
    house.ledger.close()
    stolen = tmp_path / "stolen"
    shutil.copytree(house.folder / "ledger", stolen)
    device = house.folder / "device"
    device.rename(tmp_path / "left behind")  # another PC has no secret of this ledger
    for password in (BOSS.password, "まちがい"):
        with pytest.raises((DeviceSecretMissing, WrongPassword)):
            house.office.unlock(stolen, BOSS.login, password)
    with pytest.raises(AzukariError):
        house.office.recover(stolen, "AAAA", BOSS.login, "静かな港に灯る三つの明かり")
    ledger, _ = house.office.recover(stolen, house.sheet, BOSS.login, "静かな港に灯る三つの明かり")
    house.ledger = ledger
    assert ledger.registers.all(SystemEvent)[-1].record.kind is SystemEventKind.TERMINAL_CHANGED
    assert any(one.act is Act.SIGN_IN for one in ledger.access.lines(Question()))
