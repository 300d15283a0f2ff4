"""One program at a time, and no lock that outlives its process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import storage
from models.errors import Foreign, InUse, MediumMissing
from storage.lock import LOCK_NAME, lock_ledger
from tests.storage.vaults import NOW

ROOT = Path(storage.__file__).parents[1]
HOLD = """
import sys; sys.path.insert(0, {root!r})
from datetime import datetime
from pathlib import Path
from storage.lock import lock_ledger
lock = lock_ledger(Path({folder!r}), holder="受付PC", now=datetime(2026, 11, 21, 9, 30))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_start_is_told_who_and_since_when(tmp_path: Path) -> None:
    with lock_ledger(tmp_path, holder="受付PC", now=NOW):
        with pytest.raises(InUse) as refused:
            lock_ledger(tmp_path, holder="別の画面", now=NOW)
        assert refused.value.facts == {"holder": "受付PC", "since": "2026-11-21 09:30"}
    lock_ledger(tmp_path, holder="別の画面", now=NOW).release()


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    script = HOLD.format(root=str(ROOT), folder=str(tmp_path))
    holder = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None and holder.stdin is not None
    assert holder.stdout.readline().strip() == b"held"
    with pytest.raises(InUse) as refused:
        lock_ledger(tmp_path, holder="画面", now=NOW)
    assert refused.value.facts["holder"] == "受付PC"
    os.kill(holder.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()
    lock_ledger(tmp_path, holder="画面", now=NOW).release()
    assert (tmp_path / LOCK_NAME).exists()


@pytest.mark.parametrize("garbage", [b"\xff{", b"[" * 1024], ids=["no JSON", "too deep"])
def test_garbage_in_the_lock_file_is_no_lock_out(tmp_path: Path, garbage: bytes) -> None:
    (tmp_path / LOCK_NAME).write_bytes(garbage)
    with lock_ledger(tmp_path, holder="画面", now=NOW) as lock:
        (tmp_path / LOCK_NAME).write_bytes(garbage)
        with pytest.raises(InUse, match="別のプログラム"):
            lock_ledger(tmp_path, holder="別", now=NOW)
        lock.release()


@pytest.mark.skipif(os.name == "nt", reason="no pipes in folders")
@pytest.mark.parametrize("other", ["link", "long", "pipe"])
def test_what_is_no_lock_is_not_written_to(tmp_path: Path, other: str) -> None:
    ledger = tmp_path / "ledger.db"
    ledger.write_bytes(b"x" * 100)
    if other == "link":
        os.link(ledger, tmp_path / LOCK_NAME)
    elif other == "pipe":
        os.mkfifo(tmp_path / LOCK_NAME)
    else:
        (tmp_path / LOCK_NAME).write_bytes(b"x" * 5000)
    with pytest.raises(Foreign, match="別のファイルになっています"):
        lock_ledger(tmp_path, holder="受付PC", now=NOW)
    assert ledger.read_bytes() == b"x" * 100
    assert other != "long" or (tmp_path / LOCK_NAME).stat().st_size == 5000


def test_a_missing_folder_is_a_missing_medium(tmp_path: Path) -> None:
    with pytest.raises(MediumMissing):
        lock_ledger(tmp_path / "none", holder="画面", now=NOW)
