"""Long streaming in a process of its own: the same result, the same errors, nothing left behind."""

import multiprocessing
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import Cancelled, Damaged, InputOutput
from models.store import quiet
from storage import backup as containers
from storage.apart import apart
from storage.attachments import FOLDER_NAME
from storage.backup_opening import with_vault
from storage.backup_parts import Meter
from tests.house import House, furnished


def count(steps: int, meter: Meter) -> int:
    for _ in range(steps):
        meter.advance(10 << 20)
    return os.getpid()


def refuse(meter: Meter) -> None:
    raise Damaged(file="見本", what_now="別の物を使ってください。")


def stumble(meter: Meter) -> None:
    raise ZeroDivisionError("a bug of ours")


def die(meter: Meter) -> None:
    os._exit(9)


def wait(meter: Meter) -> None:
    time.sleep(60)


def heard() -> tuple[list[int], Meter]:
    told: list[int] = []
    return told, Meter(lambda done, _total: told.append(done), 100)


def test_another_process_does_it_and_its_progress_arrives(tmp_path: Path) -> None:
    told, meter = heard()
    assert apart(count, 3, meter=meter, file=tmp_path) != os.getpid()
    assert told[-1] == 3 * (10 << 20) and sorted(told) == told


def test_what_it_refuses_is_refused_here_with_all_facts(tmp_path: Path) -> None:
    with pytest.raises(Damaged) as caught:
        apart(refuse, meter=Meter(None, 1), file=tmp_path)
    assert caught.value.facts == {"file": "見本", "what_now": "別の物を使ってください。"}


def test_a_bug_shows_here_and_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        apart(stumble, meter=Meter(None, 1), file=tmp_path)


def test_a_process_that_ends_by_itself_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(InputOutput):
        apart(die, meter=Meter(None, 1), file=tmp_path)


def test_it_is_ended_at_once_when_the_user_stops_it(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        apart(wait, meter=Meter(stop, 1), file=tmp_path)
    assert multiprocessing.active_children() == []


# --- backups --------------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A ledger that counts as a large one."""
    monkeypatch.setattr(containers, "LARGE", 0)
    with furnished(tmp_path) as house:
        yield house


def test_a_large_backup_is_made_and_restored_like_a_small_one(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[str] = []

    def listen(work, *arguments, meter, file):  # type: ignore[no-untyped-def]
        used.append(work.__name__)
        return apart(work, *arguments, meter=meter, file=file)

    monkeypatch.setattr(containers, "apart", listen)
    (tmp_path / "stick").mkdir()
    made = house.ledger.safe.backup(tmp_path / "stick", quiet)
    assert house.ledger.safe.check_backup(made.file, quiet).sha256 == made.sha256
    vault = house.ledger.safe.vault  # type: ignore[attr-defined]

    def restore(name: str) -> dict[str, bytes]:
        containers.restore_backup(
            Path(made.file), tmp_path / name, with_vault(vault), allow_test_profile=True
        )
        return {one.name: one.read_bytes() for one in (tmp_path / name).iterdir() if one.is_file()}

    apart_ = restore("apart")
    monkeypatch.setattr(containers, "LARGE", 1 << 40)
    assert apart_ == restore("here") and set(apart_) >= {"ledger.db", "keys.a", "keys.b"}
    assert used == ["_write_and_read_apart", "_extract"]


def test_a_large_backup_that_is_stopped_leaves_nothing(house: House, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled

    (tmp_path / "stick").mkdir()
    with pytest.raises(Cancelled):
        house.ledger.safe.backup(tmp_path / "stick", stop)
    assert list((tmp_path / "stick").iterdir()) == []


def test_a_damaged_attachment_ends_a_large_backup_with_its_name(
    house: House, tmp_path: Path
) -> None:
    name = house.ledger.store.put_blob(b"a photo")
    path = house.ledger.safe.vault.folder / FOLDER_NAME / name  # type: ignore[attr-defined]
    raw = path.read_bytes()
    path.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    (tmp_path / "stick").mkdir()
    with pytest.raises(Damaged, match=name[:12]):
        house.ledger.safe.backup(tmp_path / "stick", quiet)
    assert list((tmp_path / "stick").iterdir()) == []


def test_no_secret_stands_in_the_arguments_or_the_environment_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = os.urandom(32)
    seen: list[bytes] = []

    def look(done: int, total: int) -> None:
        for child in multiprocessing.active_children():
            for name in ("cmdline", "environ"):
                seen.append(Path(f"/proc/{child.pid}/{name}").read_bytes())
        raise Cancelled

    with pytest.raises(Cancelled):
        apart(wait_with, key, meter=Meter(look, 1), file=tmp_path)
    assert seen and not any(key in one or key.hex().encode() in one for one in seen)


def wait_with(key: bytes, meter: Meter) -> None:
    assert len(key) == 32
    time.sleep(60)
