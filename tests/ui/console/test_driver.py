"""The driver as a process: every verb, and nothing acknowledged is lost when it is killed."""

import base64
import json
import os
import random
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from models.errors import Usage
from models.records import Organization
from storage.database import Database
from storage.ledger_store import LedgerStore
from tests.house import House, furnished
from tests.ui.console.cheap_main import cheap
from ui.console.driver import Driver
from ui.console.requests import word_of
from ui.sample import cast

BOSS = cast.USERS[0]
ROOT = Path(__file__).parents[3]
FRESH = "遠い山から届く七通の手紙"

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, things=3) as made:
        made.ledger.close()
        yield made


def asker(requests: IO[bytes], answers: IO[bytes]) -> Ask:
    """Return a function that sends a request and reads its answer, or raises EOFError."""

    def ask(verb: str, **keys: Any) -> dict[str, Any]:
        requests.write(json.dumps({"do": verb, **keys}).encode() + b"\n")
        requests.flush()
        line = answers.readline()
        if not line.endswith(b"\n"):
            raise EOFError  # an answer that was cut off is no acknowledgement
        found: dict[str, Any] = json.loads(line)
        return found

    return ask


def test_every_verb_of_a_real_process(house: House, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.ui.console.cheap_main", tmp_path, "driver",
         tmp_path / "ledger"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert child.stdin is not None and child.stdout is not None and child.stderr is not None
    ask = asker(child.stdin, child.stdout)
    number = house.story.contract.contract_no
    item = house.story._stock[0]
    assert ask("status", id="x") == {
        "id": "x", "ok": False, "error": "LOCKED",
        "message": "台帳はロックされています。利用者名とパスワードを入力してください。",
    }  # fmt: skip
    opened = ask("unlock", id=1, user=BOSS.login, password=BOSS.password)
    assert opened["ok"] and opened["id"] == 1 and opened["must_change"] is False
    made = ask("record", record="organization", fields={"name": "見本運送", "kinds": ["carrier"]})
    assert made["seq"] == opened["seq"] + 1 and len(made["ids"]) == 1
    changed = ask(
        "record", record="organization", action="revise", record_id=made["ids"][0],
        reason="社名の変更", row_version=1,
        fields={"name": "見本運送株式会社", "kinds": ["carrier"]},
    )  # fmt: skip
    assert changed["ok"]
    stale = ask(
        "record", record="organization", action="revise", record_id=made["ids"][0],
        reason="古い画面から", row_version=1, fields={"name": "別名", "kinds": ["carrier"]},
    )  # fmt: skip
    assert stale["error"] == "CONFLICT"
    gone = ask(
        "record", record="organization", action="void", record_id=made["ids"][0],
        reason="重複のため",
    )  # fmt: skip
    assert gone["ok"]
    used = ask(
        "handle", kind="use", contract=number, items=[{"item_no": item.item_no}],
        fields={"purpose": "入力", "place_from_id": house.story.places[1].id},
    )  # fmt: skip
    assert used["ok"], used
    photo = base64.b64encode(b"JFIF" * 1000).decode()
    assert ask("attach", name="写真.jpg", mime="image/jpeg", data=photo, contract=number)["ok"]
    found = ask(
        "query", record="item", where=[["item_no", "eq", item.item_no]],
        order=[["item_no", True]], limit=5,
    )  # fmt: skip
    assert found["count"] == 1 and found["records"][0]["derived"]["state"] == "in_use"
    assert ask("export", record="item", contract=number, out=str(place / "items.csv"))["rows"] == 3
    assert (place / "items.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    saved = ask("backup", folder=str(place))
    assert saved["ok"] and Path(saved["file"]).exists()
    assert ask("revoke", user="yoshino", reason="退職のため")["error"] == "NOT_PERMITTED"
    assert ask("change_password", old=BOSS.password, new=FRESH)["ok"]
    back = ask(
        "restore", file=saved["file"], folder=str(place / "new"), user=BOSS.login,
        password=BOSS.password,
    )  # fmt: skip
    assert (back["seq"], back["head"]) == (saved["seq"], saved["head"])
    checked = ask("verify")
    assert checked["verified"] and checked["problems"] == []
    state = ask("status")
    assert (state["seq"], state["head"]) == (checked["seq"], checked["head"])
    assert state["last_backup"]["file"] == saved["file"]
    assert ask("lock")["ok"] and ask("status")["error"] == "LOCKED"
    admin = cast.USERS[3]
    assert ask("unlock", user=admin.login, password=admin.password)["ok"]
    assert ask("revoke", user="yoshino", reason="退職のため")["ok"]
    assert ask("rotate")["ok"]
    assert ask("quit")["ok"]
    _, errors = child.communicate(timeout=10)
    assert child.returncode == 0 and errors == b""


def test_bytes_that_are_no_text_do_not_end_the_session(house: House, tmp_path: Path) -> None:
    lines = b'\xff\xfe{"do": "status"}\n{"do": "status", "id": "\\ud800"}\n{"do": "quit"}\n'
    done = subprocess.run(
        [sys.executable, "-m", "tests.ui.console.cheap_main", tmp_path, "driver",
         tmp_path / "ledger"],
        input=lines, capture_output=True, cwd=ROOT, timeout=30, check=True,
        env={**os.environ, "PYTHONIOENCODING": "cp932"},
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a.get("error") for a in answers] == ["USAGE", "LOCKED", None]
    assert done.stderr == b""


# --- killing ----------------------------------------------------------------------------------


@contextmanager
def forked(home: Path, prepare: Callable[[], None] = lambda: None) -> Iterator[tuple[Ask, int]]:
    """Run a driver in a fork of this process: it starts in no time and dies like any other."""
    to_child, requests = os.pipe()
    answers, from_child = os.pipe()
    pid = os.fork()
    if pid == 0:  # pragma: no cover - the child leaves without a report
        os.close(requests)
        os.close(answers)
        try:
            prepare()
            Driver(home / "ledger", cheap(home)).run(
                os.fdopen(to_child, "r", encoding="utf-8"),
                os.fdopen(from_child, "w", encoding="utf-8"),
            )
        finally:
            os._exit(0)
    os.close(to_child)
    os.close(from_child)
    with os.fdopen(requests, "wb") as sink, os.fdopen(answers, "rb") as source:
        try:
            yield asker(sink, source), pid
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            sink.raw.close()  # what waits in it has no reader left


def enter(ask: Ask, name: str, command: str) -> dict[str, Any]:
    return ask(
        "record", record="organization", command=command,
        fields={"name": name, "kinds": ["carrier"]},
    )  # fmt: skip


def lost(home: Path, acknowledged: dict[str, dict[str, Any]], reason: str = "") -> list[str]:
    """Return what was acknowledged and is not in the ledger as it was said, after a reopening.

    Args:
        reason: to go on with, where this PC remembers more than there is.
    """
    office = cheap(home)
    ledger = office.unlock(home / "ledger", BOSS.login, BOSS.password, rolled_back=reason)
    try:
        assert ledger.safe.verify(full=True, progress=lambda done, total: None).ok
        names = {stored.record.name for stored in ledger.registers.all(Organization)}
        missing = []
        for name, answer in acknowledged.items():
            command = ledger.store.command(answer["command"])
            if name not in names or command is None or command.head.hex() != answer["head"]:
                missing.append(name)
        return missing
    finally:
        ledger.close()


def work_until_killed(
    home: Path, seconds: float, number: int, prepare: Callable[[], None] = lambda: None
) -> dict[str, dict[str, Any]]:
    """Enter organizations until the process is killed; return what it had acknowledged.

    The time runs from the first acknowledgement, so that a slow machine kills in the middle of the
    work as well.
    """
    acknowledged: dict[str, dict[str, Any]] = {}
    with forked(home, prepare) as (ask, pid):
        assert ask("unlock", user=BOSS.login, password=BOSS.password)["ok"]
        try:
            for step in range(100_000):
                name = f"{number}-{step}"
                answer = enter(ask, name, uuid.uuid4().hex)
                assert answer["ok"], answer
                acknowledged[name] = answer
                if step == 0:
                    _kill_after(pid, seconds)
        except (EOFError, BrokenPipeError):
            pass
    return acknowledged


def _kill_after(pid: int, seconds: float) -> None:
    import threading
    import time

    def kill() -> None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)

    threading.Thread(target=kill, daemon=True).start()


def test_nothing_acknowledged_is_lost_by_twenty_kills(house: House) -> None:
    seed = int(os.environ.get("AZUKARI_TEST_SEED", "0")) or random.randrange(1, 10**6)
    dice = random.Random(seed)
    acknowledged: dict[str, dict[str, Any]] = {}
    for number in range(20):
        acknowledged |= work_until_killed(house.folder, dice.uniform(0.0, 0.08), number)
        if number % 5 == 4:
            assert lost(house.folder, acknowledged) == [], f"AZUKARI_TEST_SEED={seed}"
    assert len(acknowledged) >= 20, f"AZUKARI_TEST_SEED={seed}"


def test_an_acknowledgement_before_the_commit_would_be_found(house: House) -> None:
    """The planted control: the same check must fail when the driver acknowledges too early."""

    def lazy() -> None:
        @contextmanager
        def transaction(self: Database) -> Iterator[None]:
            if not self._connection.in_transaction:
                self.all("BEGIN IMMEDIATE")
            yield

        pytest.MonkeyPatch().setattr(Database, "transaction", transaction)  # in the fork only

    acknowledged = work_until_killed(house.folder, 0.5, 0, lazy)
    assert acknowledged
    why = "記憶より前の台帳で続けます"  # after so many commands the PC itself tells of it
    assert lost(house.folder, acknowledged, why) == list(acknowledged)


def test_a_command_that_was_durable_and_not_acknowledged_is_answered(house: House) -> None:
    command = str(uuid.uuid4())

    def die_after_the_commit() -> None:
        real = LedgerStore.append

        def append(self: LedgerStore, *args: Any) -> None:
            real(self, *args)
            os.kill(os.getpid(), signal.SIGKILL)

        pytest.MonkeyPatch().setattr(LedgerStore, "append", append)  # in the fork only

    with forked(house.folder, die_after_the_commit) as (ask, _pid):
        before = ask("unlock", user=BOSS.login, password=BOSS.password)
        with pytest.raises(EOFError):
            enter(ask, "見本運送", command)
    with forked(house.folder) as (ask, _pid):
        opened = ask("unlock", user=BOSS.login, password=BOSS.password)
        assert opened["seq"] == before["seq"] + 1
        answer = enter(ask, "見本運送", command)
        assert answer["repeated"] is True and answer["seq"] == opened["seq"]
        found = ask("query", record="organization", where=[["name", "eq", "見本運送"]])
        assert [one["record_id"] for one in found["records"]] == answer["ids"]
        other = enter(ask, "別の運送", command)
        assert not other["ok"] and "別の要求に使われています" in other["message"]
        assert ask("verify")["verified"]


def test_a_command_that_died_before_the_commit_is_carried_out_once(house: House) -> None:
    command = str(uuid.uuid4())

    def die_before_the_commit() -> None:
        def append(self: LedgerStore, *args: Any) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        pytest.MonkeyPatch().setattr(LedgerStore, "append", append)  # in the fork only

    with forked(house.folder, die_before_the_commit) as (ask, _pid):
        before = ask("unlock", user=BOSS.login, password=BOSS.password)
        with pytest.raises(EOFError):
            enter(ask, "見本運送", command)
    with forked(house.folder) as (ask, _pid):
        assert ask("unlock", user=BOSS.login, password=BOSS.password)["seq"] == before["seq"]
        assert "repeated" not in enter(ask, "見本運送", command)
        assert enter(ask, "見本運送", command)["repeated"] is True


@pytest.mark.parametrize("verb", ["attach", "backup", "restore", "change_password"])
def test_kills_in_the_middle_of_longer_acts(house: House, tmp_path: Path, verb: str) -> None:
    """Whatever the moment, the ledger opens whole, and no half file looks like a whole one."""
    place = tmp_path / "place"
    place.mkdir()
    with forked(house.folder) as (ask, _pid):
        assert ask("unlock", user=BOSS.login, password=BOSS.password)["ok"]
        whole = Path(ask("backup", folder=str(place))["file"])
    requests: dict[str, dict[str, Any]] = {
        "attach": {"name": "a.bin", "data": base64.b64encode(bytes(3_000_000)).decode()},
        "backup": {"folder": str(place)},
        "restore": {"file": str(whole), "folder": str(place / "new"), "user": BOSS.login,
                    "password": BOSS.password},
        "change_password": {"old": BOSS.password, "new": FRESH},
    }  # fmt: skip
    dice = random.Random(verb)
    password = BOSS.password
    for _ in range(4):
        with forked(house.folder) as (ask, pid):
            assert ask("unlock", user=BOSS.login, password=password)["ok"]
            _kill_after(pid, dice.uniform(0.0, 0.05))
            with pytest.raises((EOFError, BrokenPipeError)):
                for _again in range(1000):
                    ask(verb, **requests[verb])
        ledger = None
        for password in (BOSS.password, FRESH) if verb == "change_password" else (BOSS.password,):
            try:
                ledger = cheap(house.folder).unlock(house.folder / "ledger", BOSS.login, password)
                break
            except Exception as error:
                assert type(error).__name__ == "WrongPassword"
        assert ledger is not None
        assert ledger.safe.verify(full=True, progress=lambda done, total: None).ok
        for file in place.glob("*.azb"):
            assert ledger.safe.check_backup(file, lambda done, total: None).head.seq > 0
        ledger.close()
        if (place / "new").exists():
            cheap(house.folder).unlock(place / "new", BOSS.login, BOSS.password).close()
        if password == FRESH:
            requests[verb] = {"old": FRESH, "new": BOSS.password}
        else:
            requests["change_password"] = {"old": BOSS.password, "new": FRESH}


@pytest.mark.parametrize("said", [{}, {"do": None}, {"do": ""}, {"do": 3}])
def test_a_request_without_a_verb_is_told_so(house: House, said: dict[str, object]) -> None:
    answer = Driver(house.folder / "ledger", house.office).answer(json.dumps(said))
    assert answer["error"] == "USAGE" and "「do」を文字で指定" in answer["message"]


def test_an_unknown_verb_is_told_the_known_ones(house: House) -> None:
    answer = Driver(house.folder / "ledger", house.office).answer('{"do": "sing"}')
    assert "「sing」という操作はありません" in answer["message"] and "unlock" in answer["message"]


def test_a_reason_that_is_null_is_none_and_not_the_word() -> None:
    assert word_of({"reason": None}, "reason") == ""
    assert word_of({"mime": None}, "mime", "text/plain") == "text/plain"
    with pytest.raises(Usage):
        word_of({"reason": 5}, "reason")


@pytest.mark.parametrize(
    ("fields", "quantity", "said"),
    [
        ({}, "-0", "「数量」は数で入力してください。"),
        ({}, True, "「数量」は数で入力してください。"),
        ({}, 0.5, "「数量」は数で入力してください。"),
        ({"occurred_at": "2026-10-01T10:30:00+09:00:30"}, "1", "の時差は、時と分"),
    ],
)
def test_a_value_that_the_format_does_not_know_is_not_entered(
    house: House, fields: dict[str, Any], quantity: object, said: str
) -> None:
    driver = Driver(house.folder / "ledger", house.office)

    def ask(do: str, **keys: Any) -> dict[str, Any]:
        return driver.answer(json.dumps({"do": do, **keys}))

    seq = ask("unlock", user=BOSS.login, password=BOSS.password)["seq"]
    item = house.story._stock[0].item_no
    answer = ask(
        "handle", kind="stocktake", contract="2026-001", fields={"purpose": "現品確認", **fields},
        items=[{"item_no": item, "quantity": quantity}],
    )  # fmt: skip
    assert said in answer["message"]
    assert ask("status")["seq"] == seq
    ask("lock")
