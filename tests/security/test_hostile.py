"""Hostile files (A7): whatever the bytes, a parser answers or refuses with an error of ours.

What single attacks must be told is in the tests of each parser; here they meet thousands of broken
files that keep enough of their form to get past the first look.
"""

import io
import json
import random
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from models.errors import AzukariError, ImportRefused
from reports.pictures import MOST_PIXELS, PICTURE_LIMITS, plain_picture, redraw
from reports.tables import child
from reports.tables.read import read_table
from resources import confined
from tests.security import parsers
from tests.security.harm import SEED, Crash, random_flips, taken
from tests.security.workbooks import hostile_workbooks, mutated

RUNS = 100_000


def parsed(count: int, folder: Path) -> dict[str, int]:
    """Parse broken workbooks in one process, in the environment that the child gets."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.security.workbooks", str(count), str(SEED), str(folder)],
        cwd=Path(__file__).parents[2], env=confined.environment(child.CHILD),
        capture_output=True, text=True,
        timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, int] = json.loads(done.stdout)
    print(f"seed {SEED}: {told}")
    return told


def test_three_hundred_hostile_workbooks_are_read_or_refused(tmp_path: Path) -> None:
    told = parsed(300, tmp_path)
    assert told["read"] > 20 and told["refused"] > 20, "some get far, some do not"


@pytest.mark.soak
def test_five_thousand_hostile_workbooks_are_read_or_refused(tmp_path: Path) -> None:
    assert sum(parsed(5000, tmp_path).values()) == 5000


def test_hostile_workbooks_pass_through_the_child_too() -> None:
    for how, data in hostile_workbooks(6, SEED + 1):
        try:
            assert read_table(data, name=f"{how}.xlsx").columns
        except ImportRefused as refused:
            assert "Traceback" not in str(refused)


# --- pictures -------------------------------------------------------------------------------------


def pictures() -> dict[str, bytes]:
    """Return small pictures with as much beside their pixels as in them."""
    made = {}
    noise = Image.effect_noise((90, 60), 60).convert("RGB")
    beside = PngInfo()
    beside.add_text("Comment", "here " * 800)
    plain = Image.new("RGB", (30, 20), "red")
    for kind, picture, more in (
        ("JPEG", noise, {"comment": b"here"}), ("WEBP", noise, {}), ("PNG", plain, {"pnginfo": beside}),
    ):  # fmt: skip
        out = io.BytesIO()
        picture.save(out, kind, **more)
        made[kind] = out.getvalue()
    return made


def hostile_pictures(kind: str, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    dice, whole = random.Random(seed), pictures()[kind]
    for number in range(count):
        harmed = whole
        for _ in range(dice.choice((1, 2, 5))):
            harmed = harmed[:12] + mutated(harmed[12:], dice)
        yield f"{kind} {number}", with_right_checks(harmed) if kind == "PNG" else harmed


def with_right_checks(png: bytes) -> bytes:
    """Make the check sums of the chunks right again; else a PNG is refused at the first of them."""
    made, at = png[:8], 8
    while at + 12 <= len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        body = png[at + 4 : at + 8 + length]
        if len(body) < 4 + length:
            break
        made += png[at : at + 4] + body + zlib.crc32(body).to_bytes(4, "big")
        at += 12 + length
    return made + png[at:]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_hostile_pictures_are_redrawn_or_refused(kind: str, tmp_path: Path) -> None:
    drawn = 0

    def judge(data: bytes) -> bool:
        nonlocal drawn
        redraw(data, {"kind": kind, "pixels": 10_000_000})
        drawn += 1
        return False

    assert taken(hostile_pictures(kind, 250, SEED), judge, tmp_path / "bad") == []
    assert 0 < drawn < 250, "some get far, some do not"


def test_hostile_pictures_pass_through_the_child_too() -> None:
    refused = 0
    for how, data in hostile_pictures("JPEG", 6, SEED + 1):
        try:
            plain_picture(data, how)
        except ImportRefused:
            refused += 1
    with pytest.raises(ImportRefused):
        plain_picture(pictures()["PNG"][:80], "cut.png")
    assert PICTURE_LIMITS.memory_bytes <= 1024**3 and MOST_PIXELS * 4 < 512 * 1024**2


# --- our own formats, also by a forger who makes length and digest right --------------------------


def met(format_: str, count: int, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.security.parsers", format_, str(count), str(SEED), str(folder)],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("format_", parsers.FORMATS)
def test_a_hundred_thousand_hostile_copies_are_read_or_refused(
    format_: str, tmp_path: Path
) -> None:
    done = met(format_, RUNS, tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, int] = json.loads(done.stdout)
    print(f"seed {SEED}: {format_} {told}")
    assert sum(told.values()) == RUNS
    assert told["read"] > RUNS // 100, "some get far; what was changed there is for MAC and chain"


# --- the planted bugs -----------------------------------------------------------------------------


def test_a_parser_that_lets_its_own_errors_out_would_be_found(tmp_path: Path) -> None:
    def careless(data: bytes) -> bool:
        return openpyxl.load_workbook(io.BytesIO(data)) is None

    with pytest.raises(Crash, match=rf"seed {SEED}"):
        taken(hostile_workbooks(60, SEED), careless, tmp_path / "bad")
    assert [one.stat().st_size for one in tmp_path.glob("bad-*")], "the file that failed is kept"


def test_a_reader_with_a_bug_behind_the_digest_is_found(tmp_path: Path) -> None:
    done = met("careless", RUNS, tmp_path)
    assert done.returncode == 1 and f"seed {SEED}, copy" in done.stderr, done.stderr
    assert "the planted bug" in done.stderr and (tmp_path / "bad").stat().st_size


def test_a_parser_that_takes_everything_would_be_found(tmp_path: Path) -> None:
    yes: Callable[[bytes], bool] = lambda data: bool(data)  # noqa: E731
    assert taken(random_flips(b"sound" * 10, 5), yes, tmp_path / "bad")
    assert issubclass(ImportRefused, AzukariError)
