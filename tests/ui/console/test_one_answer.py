"""With `--json` a program reads one object on stdout, whatever went wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import main
from tests.ui.console.desk import Console

ROOT = Path(main.__file__).parent


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (OSError(28, "full"), 5, "INPUT_OUTPUT"),
        (OSError(36, "long", "x" * 300), 5, "INPUT_OUTPUT"),
        (KeyboardInterrupt(), 1, "CANCELLED"),
        (RuntimeError("ours"), 1, "BUG"),
    ],
)
def test_every_error_is_one_object(
    console: Console,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    told: str,
) -> None:
    def fails(*given: object, **more: object) -> None:
        raise error

    monkeypatch.setattr(type(console.house.office), "unlock", fails)
    said = console("status", console.ledger)
    assert (said.code, said.answer["ok"], said.answer["error"]) == (code, False, told)
    assert said.answer["message"] in said.err


def test_what_fails_after_the_answer_adds_no_second_object(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui.console import verbs

    really = verbs.status

    def fails(*given: object) -> int:
        really(*given)  # type: ignore[arg-type]
        raise OSError(28, "full")

    monkeypatch.setattr(verbs, "status", fails)
    said = console("status", console.ledger)
    assert said.code == 5 and said.answer["seq"] > 0 and "結果の出力先" in said.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("argv", [("check-profile",), ("status", "/nowhere/at/all")])
def test_a_full_stdout_is_no_bug(argv: tuple[str, ...], tmp_path: Path) -> None:
    env = os.environ | {"AZUKARI_DEVICE_DIR": str(tmp_path), "AZUKARI_PASSWORD": "x"}
    with open("/dev/full", "wb") as full:
        ran = subprocess.run(
            [sys.executable, ROOT / "main.py", *argv, "--json", "--user", "x"],
            stdout=full, stderr=subprocess.PIPE, env=env,
        )  # fmt: skip
    assert ran.returncode != 0 and b"Traceback" not in ran.stderr, ran.stderr.decode()
