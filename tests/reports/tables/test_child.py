"""A child that was taken over by the file it read: whatever it does, it is stopped or refused."""

import json
import os
import struct
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from models.errors import Cancelled, ImportRefused
from reports.pictures import plain_picture
from reports.tables.read import Limits, Table, read_table
from resources import confined

CSV = "管理番号,名称\r\nM-1,申請書\r\n".encode()
LAST: dict[str, Any] = {
    "columns": ["管理番号", "名称"],
    "encoding": "utf-8",
    "titles": [],
    "skipped": [],
    "notes": [],
    "sheet": "",
}
ROWS: dict[str, Any] = {"lines": [2], "cells": [[["M-1"]], [["申請書"]]]}


def possessed(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let another program answer instead of our child."""
    program = [sys.executable, "-c", f"import sys\n{script}"]
    monkeypatch.setattr(confined, "command", lambda _child: program)


def frame(answer: Any) -> bytes:
    packed = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return struct.pack(">I", len(packed)) + packed


def saying(*answers: Any, end: bool = True) -> str:
    said = b"".join(map(frame, answers)) + (struct.pack(">I", 0) if end else b"")
    return f"sys.stdin.buffer.read(); sys.stdout.buffer.write({said!r}); sys.stdout.flush()\n"


def read(data: bytes = CSV, **limits: Any) -> Table:
    return read_table(data, name="台帳.csv", limits=Limits(**limits))


def test_an_honest_answer_in_this_form_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the refusals below are not due to the way in which these tests answer."""
    possessed(monkeypatch, saying(ROWS, LAST))
    assert read().rows == [(2, ["M-1", "申請書"])]


@pytest.mark.parametrize(
    "answers",
    [
        (b"no json",),
        (b"[" * 100_000,),
        (b"\xff\xfe",),
        ([1, 2],),
        ({},),
        (ROWS,),
        (ROWS, {**LAST, "columns": ["管理番号", "管理番号"]}),
        (ROWS, {**LAST, "columns": ["管理番号"]}),
        (ROWS, {**LAST, "columns": ["管理番号", 7]}),
        (ROWS, {**LAST, "notes": [[1, "列"]]}),
        (ROWS, {**LAST, "skipped": 5}),
        (ROWS, {**ROWS, "cells": [[["M-2"]]]}, LAST),
        ({**ROWS, "cells": [[["M-1"]], [[7]]]}, LAST),
        ({**ROWS, "cells": [[["M-1"]], [["a"], [5]]]}, LAST),
        ({**ROWS, "cells": [[["M-1"]], [["a"], ["b"]]]}, LAST),
        ({**ROWS, "cells": [[["M-1"]], [["a"], [0, 0]]]}, LAST),
        ({**ROWS, "lines": ["二"]}, LAST),
        ({**ROWS, "lines": [1e999]}, LAST),
        ({**ROWS, "lines": []}, LAST),
    ],
)
def test_an_answer_that_is_no_table_is_refused(
    monkeypatch: pytest.MonkeyPatch, answers: tuple[Any, ...]
) -> None:
    possessed(monkeypatch, saying(*answers))
    with pytest.raises(ImportRefused, match="読み取りの結果が正しくありません"):
        read()


@pytest.mark.parametrize(
    "limits", [{"columns": 1}, {"cell_length": 2}, {"rows": 0}, {"cells": 1}], ids=str
)
def test_what_a_child_lets_pass_is_measured_again(
    monkeypatch: pytest.MonkeyPatch, limits: dict[str, Any]
) -> None:
    possessed(monkeypatch, saying(ROWS, LAST))
    with pytest.raises(ImportRefused, match="読み取りの結果が正しくありません"):
        read(**limits)


@pytest.mark.parametrize(
    "script",
    [
        "",
        "sys.exit(7)",
        "sys.stdin.buffer.read(); import os; os.kill(os.getpid(), 9)",
        saying(ROWS, end=False),
        saying(ROWS, LAST, end=False) + "import os; os.kill(os.getpid(), 9)",
        saying(end=False) + "sys.stdout.buffer.write(b'\\0\\0\\1\\0half')",
    ],
)
def test_a_child_that_dies_before_it_is_done_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    possessed(monkeypatch, script)
    with pytest.raises(ImportRefused, match="途中で止まりました"):
        read(CSV * 20_000)  # more than the pipe holds: it dies while it is still being told


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    flood = f"while True: sys.stdout.buffer.write({frame(ROWS)!r} * 1000)"
    possessed(monkeypatch, flood)
    with pytest.raises(ImportRefused, match="読み取った内容が多すぎる"):
        read(CSV * 20_000, answer_bytes=200_000)


def test_a_claim_of_four_gigabytes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    possessed(
        monkeypatch,
        "sys.stdout.buffer.write(b'\\xff' * 100); sys.stdout.flush(); import time; time.sleep(60)",
    )
    with pytest.raises(ImportRefused, match="読み取った内容が多すぎる"):
        read()


@pytest.mark.parametrize("first", ["", "sys.stdin.buffer.read()\n", saying(ROWS, end=False)])
def test_a_child_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch, first: str) -> None:
    possessed(monkeypatch, f"{first}import time; time.sleep(60)")
    started = time.monotonic()
    with pytest.raises(ImportRefused, match="時間がかかりすぎる"):
        read(CSV * 20_000, seconds=1)
    assert time.monotonic() - started < 10


def test_nobody_has_to_wait_for_a_child_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    possessed(monkeypatch, "import time; time.sleep(60)")

    def stop() -> None:
        raise Cancelled()

    with pytest.raises(Cancelled):
        read_table(CSV, name="台帳.csv", beat=stop)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
@pytest.mark.parametrize(
    ("first", "seconds"), [("", 0), (saying({"lines": "no", "cells": []}, end=False), 60)]
)
def test_no_child_and_no_thread_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, first: str, seconds: int
) -> None:
    before = (threading.active_count(), children())
    possessed(monkeypatch, f"{first}import time; time.sleep(60)")
    with pytest.raises(ImportRefused) as caught:
        read(seconds=seconds)
    assert caught.value.__traceback__  # somebody still looks at the error
    assert (threading.active_count(), children()) == before


def children() -> set[str]:
    """Return the processes below this one; other tests may keep some."""
    lists = Path("/proc/self/task").glob("*/children")
    return {one for file in lists for one in file.read_text().split()}


@pytest.mark.parametrize(
    "answers", [(), ({},), ({"picture": 5},), ({"picture": "/w=="}, {"picture": "/w=="})]
)
def test_an_answer_that_is_no_picture_is_refused(
    monkeypatch: pytest.MonkeyPatch, answers: tuple[Any, ...]
) -> None:
    possessed(monkeypatch, saying(*answers))
    with pytest.raises(ImportRefused, match="読み取りの結果が正しくありません"):
        plain_picture(b"\x89PNG\r\n\x1a\n", "写真.png")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no RLIMIT_AS")
def test_a_csv_that_needs_too_much_memory_is_refused() -> None:
    with pytest.raises(ImportRefused, match="メモリーが多すぎる"):
        read(CSV * 200_000, rows=10**6, memory_bytes=64 * 1024**2)
