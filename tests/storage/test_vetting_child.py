"""The child that reads foreign bytes first: bounded, told nothing, and believed only as a verdict."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.errors import NotVetted
from resources import confined, limits
from resources.confined import Bounds, Child
from storage import vetting
from storage.vetting import KEYS
from tests.storage.planted_reader import EATEN

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no resource limits of this kind")
PLANTED = Child("tests.storage.planted_reader", "")


@pytest.fixture(autouse=True)
def fresh_pc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Know nothing that another test has let pass."""
    monkeypatch.setenv("AZUKARI_DEVICE_DIR", str(tmp_path / "pc"))


def planted(monkeypatch: pytest.MonkeyPatch, **bounds: int) -> None:
    monkeypatch.setattr(vetting, "CHILD", PLANTED)
    monkeypatch.setattr(vetting, "BOUNDS", replace(vetting.BOUNDS, **bounds))


@POSIX
def test_a_reader_that_eats_memory_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    planted(monkeypatch)
    with pytest.raises(NotVetted, match=r"「file」を安全に.*途中で止まりました.*何も変更して"):
        vetting.reads("eats", b"x", "file")


@POSIX
def test_without_the_limit_it_would_have_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the limit stopped it, and nothing else."""
    planted(monkeypatch, memory_bytes=EATEN + 512 * 1024**2)
    assert vetting.reads("eats", b"x", "file")


@pytest.mark.parametrize("kind", ["spins", "sleeps"])
def test_a_reader_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    planted(monkeypatch, seconds=1)
    with pytest.raises(NotVetted, match=r"時間がかかりすぎ|途中で止まりました"):
        vetting.reads(kind, b"x", "file")


@pytest.mark.parametrize("kind", ["spins", "sleeps"])
def test_without_the_limit_it_would_go_on(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    planted(monkeypatch, seconds=300)
    assert vetting.reads(kind, b"x", "file")


@POSIX
def test_the_processor_time_is_bounded_also_when_nobody_watches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("resources.confined.time.monotonic", lambda: 0.0)
    planted(monkeypatch, seconds=1)
    with pytest.raises(NotVetted, match="途中で止まりました"):
        vetting.reads("spins", b"x", "file")


@POSIX
def test_a_reader_that_writes_a_file_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    planted(monkeypatch)
    with pytest.raises(NotVetted, match="途中で止まりました"):
        vetting.reads("writes", b"x", "file")


def test_a_reader_that_dies_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    planted(monkeypatch)
    with pytest.raises(NotVetted, match="途中で止まりました"):
        vetting.reads("dies", b"x", "file")


def test_a_child_that_cannot_start_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nowhere = [str(tmp_path / "nothing")]
    monkeypatch.setattr(confined, "command", lambda _child: nowhere)
    with pytest.raises(NotVetted, match="途中で止まりました"):
        vetting.reads(KEYS, os.urandom(20), "file")


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [{}],
        [{"reads": True}],
        [{"reads": []}],
        [{"reads": [True, True]}],
        [{"reads": [1]}],
        [{"reads": ["true"]}],
        [{"reads": [None]}],
        [{"reads": [True]}, {"reads": [True]}],
        [[True]],
        [{"reads": [True], "more": "x" * 100_000}],
    ],
)
def test_an_answer_that_is_no_verdict_is_refused(
    monkeypatch: pytest.MonkeyPatch, answers: list[Any]
) -> None:
    real = confined.ask

    def ask(child: Child, request: Any, data: Any, bounds: Bounds) -> Any:
        return real(child, {**request, "answers": answers}, data, bounds)

    monkeypatch.setattr(confined, "ask", ask)
    planted(monkeypatch)
    with pytest.raises(NotVetted, match="結果が正しくありません"):
        vetting.reads("lies", b"x", "file")


# --- what the child knows -----------------------------------------------------------------------


def test_the_child_is_told_nothing_but_kind_sizes_and_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AZUKARI_PASSWORD", "a secret word")
    monkeypatch.setenv("AZUKARI_OTHER", "another secret")
    request = {"kind": "tells", "sizes": [3]}
    [told] = confined.ask(PLANTED, request, [b"abc"], vetting.BOUNDS)
    assert told["request"] == request
    assert len(told["argv"]) == 1 and told["argv"][0].endswith("planted_reader.py")
    assert set(told["environ"]) <= {
        *confined._KEPT_ENVIRONMENT, "PYTHONDONTWRITEBYTECODE", "PYTHONUTF8", "LC_CTYPE",
    }  # fmt: skip
    assert "secret" not in json.dumps(told)
    assert vetting.CHILD.environment == {}


def test_windows_is_asked_for_a_job_with_these_limits() -> None:
    """With a kernel that notes what it is asked; the sizes are those of winnt.h on 64 bits."""
    asked: list[Any] = []

    class Call:
        def __init__(self, *noted: Any) -> None:
            self.noted, self.restype = noted, None

        def __call__(self, *given: Any) -> int:
            asked.append((*self.noted, given))
            return 7

    class Kernel:
        CreateJobObjectW = Call("create")
        GetCurrentProcess = Call("me")
        SetInformationJobObject = Call("set")
        AssignProcessToJobObject = Call("assign")

    limits._join_a_job(Kernel(), 512 * 1024**2, 30)
    create, (_, (job, kind, at, size)), me, (assign, (same, process)) = asked
    assert (create, me, assign) == (("create", (None, None)), ("me", ()), "assign")
    assert (job.value, same.value, process.value, kind, size.value) == (7, 7, 7, 9, 144)
    said = at._obj
    assert (said.process_memory, said.basic.process_time) == (512 * 1024**2, 300_000_000)
    assert (said.basic.processes, said.basic.flags) == (1, 0x10A)
    assert limits.BasicLimits.flags.offset == 16 and limits.JobLimits.process_memory.offset == 112


@POSIX
def test_a_start_costs_a_fraction_of_a_second() -> None:
    import resource

    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = spent()
    assert not vetting.reads(KEYS, b"x", "file")
    assert 0 < spent() - before < 0.8
