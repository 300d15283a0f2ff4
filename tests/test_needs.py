"""What the machine lacks is named together with the command that adds it."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

FILE = Path(__file__).parents[1] / ".ci" / "needs.py"


@pytest.fixture(name="needs")
def _needs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("needs", FILE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_library_that_is_not_there_is_named_by_its_package(needs: ModuleType) -> None:
    libraries = {"libazukari-none.so.9": "libazukari9"}
    assert needs.missing(libraries) == ["libazukari9"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Debian packages")
def test_the_apt_command_is_printed_and_the_answer_is_no(
    needs: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(needs, "TO_START", {"libazukari-none.so.9": "libazukari9"})
    monkeypatch.setattr(needs, "FOR_X11", {"libazukari-more.so.1": "libazukari-more1"})
    monkeypatch.setenv("DISPLAY", ":0")
    assert needs.main() == 1
    assert "apt-get install -y libazukari9 libazukari-more1\n" in capsys.readouterr().err


def test_libraries_of_a_screen_are_asked_for_only_with_a_screen(needs: ModuleType) -> None:
    assert needs.libraries_of_screen({}) == {}
    assert "libxcb-cursor.so.0" in needs.libraries_of_screen({"DISPLAY": ":0"})
    assert "libwayland-client.so.0" in needs.libraries_of_screen({"WAYLAND_DISPLAY": "wayland-0"})


def test_an_old_python_is_told_so(needs: ModuleType) -> None:
    assert "3.11" in needs.complaint_about_python((3, 9), True)
    assert "python3-venv" in needs.complaint_about_python((3, 11), False)
    assert needs.complaint_about_python((3, 12), True) == ""


def test_the_check_needs_nothing_installed() -> None:
    """`-S -E` hides site-packages, as on a machine where nothing is installed yet."""
    done = subprocess.run(
        [sys.executable, "-S", "-E", str(FILE)],
        env={k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
