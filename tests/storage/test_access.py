"""The access log: chained, signed, written in time, seen by those who may, and checked."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from models.access import Act, Line, Question
from models.codes import SystemEventKind
from models.errors import NotPermitted, WrongPassword
from models.ledger import Ledger
from models.records import Item, SystemEvent
from storage.safe import LedgerSafe
from tests.house import House
from ui.sample import cast as people


def _login(role: str) -> str:
    return next(user.login for user in people.USERS if user.role.value == role)


def _lines(ledger: Ledger, **asked: Any) -> list[Line]:
    return ledger.access.lines(Question(**asked))


def _an_item(ledger: Ledger) -> Item:
    return ledger.registers.all(Item)[0].record


def _table(ledger: Ledger) -> LedgerSafe:
    return cast(LedgerSafe, ledger.safe)


def _codes(ledger: Ledger) -> list[str]:
    found = ledger.safe.verify(full=True, progress=lambda done, total: None)
    return [problem.code for problem in found.problems]


def test_a_view_is_one_line_with_user_terminal_time_and_target(house: House) -> None:
    ledger = house.ledger
    item = _an_item(ledger)
    ledger.access.viewed(item)
    ledger.access.viewed(item)  # the same look again
    found = _lines(ledger, acts=frozenset({Act.VIEW}))
    assert [line.target for line in found].count(item.id) == 1
    line = found[0]
    assert (line.type, line.contract, line.user) == ("item", item.contract_id, ledger.user.id)
    assert line.terminal and abs(line.at - ledger.now()) < timedelta(minutes=1)


def test_lines_wait_in_memory_until_they_are_flushed(house: House) -> None:
    ledger = house.ledger
    ledger.access.flush()
    before = ledger.safe.access.head().seq
    ledger.access.note(Act.PRINT, "item")
    assert ledger.safe.access.head().seq == before
    ledger.access.flush()
    assert ledger.safe.access.head().seq == before + 1


def test_an_export_is_on_the_disk_before_it_is_handed_out(house: House) -> None:
    before = house.ledger.safe.access.head().seq
    house.ledger.access.handed_out(Act.EXPORT, "item", count=3, purpose="監査の準備")
    assert house.ledger.safe.access.head().seq > before


def test_sign_in_and_lock_stand_around_the_session(house: House) -> None:
    house.sign_in(_login("worker"))
    worker = house.ledger.user.id
    house.sign_in(people.USERS[0].login)
    acts = [line.act for line in reversed(_lines(house.ledger, user=worker))]
    assert acts[0] is Act.SIGN_IN and acts[-1] is Act.LOCK


def test_an_inspector_writes_nothing_but_the_log_of_his_looks(house: House) -> None:
    ledger = house.sign_in(_login("inspector"))
    inspector, seq = ledger.user.id, ledger.store.head().seq
    ledger.access.viewed(_an_item(ledger))
    ledger.access.flush()
    assert ledger.store.head().seq == seq
    assert _table(ledger)._store.database.value("PRAGMA query_only") == 1
    house.sign_in(people.USERS[0].login)
    assert Act.VIEW in {line.act for line in _lines(house.ledger, user=inspector)}
    assert _codes(house.ledger) == []


def test_a_refused_password_is_told_at_the_next_sign_in(house: House) -> None:
    house.ledger.close()
    with pytest.raises(WrongPassword):
        house.office.unlock(house.folder / "ledger", _login("worker"), "never this 93 password")
    with pytest.raises(WrongPassword):
        house.office.unlock(house.folder / "ledger", "nobody", "never this 93 password")
    house.sign_in(people.USERS[0].login)
    refused = _lines(house.ledger, acts=frozenset({Act.REFUSED}))[:2]
    assert [bool(line.user) for line in refused] == [False, True]
    count = len(_lines(house.ledger, acts=frozenset({Act.REFUSED})))
    house.sign_in(people.USERS[0].login)
    assert len(_lines(house.ledger, acts=frozenset({Act.REFUSED}))) == count


def test_a_command_is_one_line_however_many_entries_it_has(house: House) -> None:
    ledger = house.ledger
    seq = ledger.safe.access.head().seq
    house.story.day(ledger.today() + timedelta(days=1), 1)
    heads = {line.number for line in _lines(ledger, acts=frozenset({Act.ENTER}))}
    commands = len(list(ledger.store.commands()))
    assert max(heads) > seq and len(heads) <= commands


def test_a_worker_may_not_read_the_log(house: House) -> None:
    ledger = house.sign_in(_login("worker"))
    with pytest.raises(NotPermitted):
        _lines(ledger)


def test_an_administrator_sees_no_targets(house: House) -> None:
    house.ledger.access.viewed(_an_item(house.ledger))
    ledger = house.sign_in(_login("administrator"))
    found = _lines(ledger)
    assert found and not any(line.target or line.contract for line in found)


def test_an_inspector_sees_the_contracts_of_his_rights(house: House) -> None:
    house.ledger.access.note(Act.VIEW, "item", "x", "another-contract")
    ledger = house.sign_in(_login("inspector"))
    assert "another-contract" not in {line.contract for line in _lines(ledger)}
    asked = _lines(ledger, contracts=frozenset({"another-contract"}))
    assert {line.contract for line in asked} <= {""}


def test_the_signature_of_a_session_grows_with_every_batch(house: House) -> None:
    table = _table(house.ledger).access
    house.ledger.access.note(Act.LIST, "item")
    house.ledger.access.flush()
    count = table._database.value("SELECT count(*) FROM access_seal")
    house.ledger.access.note(Act.LIST, "person")
    house.ledger.access.flush()
    assert table._database.value("SELECT count(*) FROM access_seal") == count
    assert _codes(house.ledger) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access_line SET user = 'somebody' WHERE number = 2",
        "UPDATE access_line SET count = count + 1 WHERE number = 1",
        "UPDATE access_line SET number = 0 WHERE number = 1",
        "DELETE FROM access_line WHERE number = 2",
        "DELETE FROM access_line WHERE number = (SELECT max(number) FROM access_line)",
        "DELETE FROM access_seal WHERE first = 1",
        "UPDATE access_seal SET author = 'somebody' WHERE first = 1",
        "UPDATE access_seal SET signature = zeroblob(64) WHERE first = 1",
        "UPDATE access_seal SET seq = 1 WHERE first = (SELECT max(first) FROM access_seal)",
    ],
)
def test_what_somebody_changes_in_the_file_is_found(house: House, statement: str) -> None:
    house.ledger.access.flush()
    database = _table(house.ledger)._store.database
    for table in ("access_line", "access_seal"):
        database.all(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}")
    database.all(statement)
    try:
        assert "ACCESS_LOG" in _codes(house.ledger)
    finally:
        for table in ("access_line", "access_seal"):
            database.all(f"DELETE FROM {table}")
            database.all(f"INSERT INTO {table} SELECT * FROM kept_{table}")
            database.all(f"DROP TABLE kept_{table}")
    assert _codes(house.ledger) == []


def test_the_log_comes_back_with_a_backup(house: House, tmp_path: Path) -> None:
    house.ledger.access.note(Act.SEARCH, count=7)
    (tmp_path / "out").mkdir()
    made = house.ledger.safe.backup(tmp_path / "out", lambda done, total: None)
    house.ledger.access.handed_out(Act.BACKUP, "backup_run")
    made = house.ledger.safe.backup(tmp_path / "out", lambda done, total: None)
    before = house.ledger.safe.access.head()
    first = people.USERS[0]
    house.office.restore(
        made.file, tmp_path / "new", first.login, first.password, lambda done, total: None
    )
    ledger = house.office.unlock(tmp_path / "new", first.login, first.password)
    try:
        numbers = {line.number: line for line in _lines(ledger, limit=5000)}
        assert numbers[before.seq].hash == before.hash
        assert numbers[before.seq + 1].act is Act.RESTORE
        assert _codes(ledger) == []
    finally:
        ledger.close()


def test_a_line_changed_in_any_field_has_another_hash(house: House) -> None:
    house.ledger.access.flush()
    line = _lines(house.ledger, limit=1)[0]
    changes: dict[str, Any] = {
        "at": line.at + timedelta(milliseconds=1), "offset": 1, "user": "u", "terminal": "t",
        "act": Act.PRINT if line.act is not Act.PRINT else Act.VIEW, "type": "x", "target": "x",
        "contract": "x", "count": 99, "detail": "x", "number": line.number + 1,
    }  # fmt: skip
    for name, value in changes.items():
        assert replace(line, **{name: value}).hashed(bytes(32)) != line.hashed(bytes(32)), name


def test_another_terminal_is_entered_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = house.ledger
    monkeypatch.setattr("platform.node", lambda: "OTHER-PC")
    now = f"OTHER-PC {ledger.safe.access.terminal.rpartition(' ')[2]}"
    first = people.USERS[0].login
    ledger = house.sign_in(first)
    kinds = [one.record.value for one in ledger.registers.all(SystemEvent)
             if one.record.kind is SystemEventKind.TERMINAL_CHANGED]  # fmt: skip
    assert kinds == [now]
    assert any("から「OTHER-PC" in notice for notice in ledger.notices)
    seq = ledger.store.head().seq
    assert house.sign_in(first).store.head().seq == seq
