"""The guards around the tests do guard."""

import logging
import socket
import urllib.request
from pathlib import Path

import pytest

from tests import conftest
from tests.conftest import NetworkUsed


def test_an_internet_socket_cannot_be_made() -> None:
    with pytest.raises(NetworkUsed):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with pytest.raises(NetworkUsed):
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)


def test_a_socket_without_family_is_an_internet_socket_and_fails() -> None:
    with pytest.raises(NetworkUsed):
        socket.socket()


def test_a_library_cannot_fetch_a_page() -> None:
    with pytest.raises(NetworkUsed):
        urllib.request.urlopen("http://example.invalid/")


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="socket pairs are TCP on Windows")
def test_local_pipes_still_work() -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall(b"here")
        assert right.recv(4) == b"here"


@pytest.mark.expects_log("the announced one")
def test_an_announced_warning_is_no_failure() -> None:
    logging.getLogger("azukari").warning("the announced one")


def guarded(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the guards around the tests of another run."""
    here = Path(conftest.__file__)
    pytester.makeconftest(here.read_text(encoding="utf-8"))
    monkeypatch.setenv("PYTHONPATH", str(here.parent.parent))


def test_an_unannounced_warning_fails_the_test(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded(pytester, monkeypatch)
    pytester.makepyfile(
        """
        import logging

        def test_says_nothing_before():
            logging.getLogger("azukari").warning("nobody expected this")
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*unexpected log records*nobody expected this*"])


BEGINS_A_PROCESS = """
    import subprocess
    import sys
    import pytest

    @pytest.fixture(scope="{scope}")
    def running():
        pipe = subprocess.PIPE
        waiting = [sys.executable, "-c", "input()"]
        with subprocess.Popen(waiting, stdin=pipe) as process:
            yield process
            process.communicate(b"go")

    def test_it_runs(running):
        assert running.poll() is None
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are looked up in /proc")
def test_a_file_that_leaves_a_process_alive_fails(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded(pytester, monkeypatch)
    pytester.makepyfile(
        test_1_ends=BEGINS_A_PROCESS.format(scope="module"),
        test_2_leaves=BEGINS_A_PROCESS.format(scope="session"),
        test_3_comes_later="def test_passes(): pass",
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*still alive: {*", "ERROR test_2_leaves.py*"])
