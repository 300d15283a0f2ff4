"""The parts that the house is built of: right versions, pinned, fonts whole, no leak in Qt."""

import hashlib
import importlib.metadata
import importlib.resources
import re
import subprocess
import sys
from pathlib import Path

import pytest

import resources

ROOT = Path(__file__).parents[1]
LISTS = ("requirements.txt", "requirements-dev.txt")

# SHA-256 of the fonts as their makers published them. The IPA licence forbids changing the font;
# the others stay whole as well, so that a document can be drawn again with the same bytes.
FONTS = {
    "BIZUDGothic-Bold.ttf": "d4ac5302ab946ef8b81c6a11afc6ed553b4b4d4964ead16460fb53168e4724ae",
    "BIZUDGothic-Regular.ttf": "1e190f86ee44b54e999a02c3cd34c4fd4805aa1e9b08849332c3b573c8c869fc",
    "BIZUDMincho-Regular.ttf": "12a760927333e6099c7d55508b03617d905836041d3883c766e88a2e892a96c3",
    "BIZUDPGothic-Bold.ttf": "4148bfdc5da1f32b9e20b2ca25c26da409f4594b8c31da8d3f0d04628793adc4",
    "BIZUDPGothic-Regular.ttf": "8d4fd9568ad662d9eb1bc8ca8663dcd76a6336373e3e3f32d634978db4c7388e",
    "ipamjm.ttf": "75268aa9ac2d92080048196af08adee37f1c286cf4b7777ed5ac3722a8737f5f",
}
LICENCES = {
    "BIZUDGothic": "OFL-BIZUDGothic.txt",
    "BIZUDPGothic": "OFL-BIZUDGothic.txt",
    "BIZUDMincho": "OFL-BIZUDMincho.txt",
    "ipamjm": "IPA_Font_License_Agreement_v1.0.txt",
}

COUNT_VOID_CALLS = """
import sys
from PySide6.QtCore import QObject
thing = QObject()
before = sys.getrefcount(None)
for _ in range(20_000):
    thing.setObjectName("x")
print(before - sys.getrefcount(None))
"""


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def pinned(name: str) -> list[str]:
    """Return the blocks of one list, one per package, with their continuation lines joined."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = (line.split(" # ")[0].strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def package(block: str) -> str:
    return re.sub(r"[-_.]+", "-", block.split("==")[0]).lower()


def test_pyside_is_of_the_range_that_counts_none_rightly() -> None:
    found = numbers(importlib.metadata.version("PySide6-Essentials"))
    assert (6, 8) <= found < (6, 12)


def test_twenty_thousand_void_calls_into_qt_lose_no_none() -> None:
    """PySide6 6.12.0 on Python 3.11 loses a reference at every void call and aborts at 5,000."""
    done = subprocess.run(
        [sys.executable, "-c", COUNT_VOID_CALLS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 1_000


def test_sqlite_is_new_enough_for_the_promises_about_power_cuts() -> None:
    from sqlcipher3 import dbapi2

    assert numbers(dbapi2.sqlite_version) >= (3, 51, 3)


def test_the_database_is_built_with_the_cipher() -> None:
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(":memory:")
    (version,) = connection.execute("PRAGMA cipher_version").fetchone()
    connection.close()
    assert numbers(version) >= (4, 9)


def test_only_the_plain_sqlcipher_is_pinned() -> None:
    names = {package(block) for block in pinned("requirements.txt")}
    assert {n for n in names if "sqlcipher" in n} == {"sqlcipher3"}
    assert {n for n in names if n.startswith("pyside6")} == {"pyside6-essentials"}


@pytest.mark.parametrize("name", LISTS)
def test_every_pinned_package_carries_hashes(name: str) -> None:
    blocks = pinned(name)
    assert len(blocks) > 30
    bare = [b for b in blocks if not re.search(r"==[\w.]+ +--hash=sha256:[0-9a-f]{64}", b)]
    assert not bare


@pytest.mark.parametrize("name", [*LISTS, "requirements.in", "requirements-dev.in"])
def test_no_list_names_a_registry_or_a_folder(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    found = re.findall(r"\S*://\S*|--(?:extra-)?index-url|--find-links|--trusted-host|-i ", text)
    assert not found
    assert not re.search(r"(?<!\w)(/|[A-Z]:\\)\w+[/\\]", text)


def test_the_two_lists_agree() -> None:
    small = {package(b): b.split()[0] for b in pinned("requirements.txt")}
    large = {package(b): b.split()[0] for b in pinned("requirements-dev.txt")}
    assert small.items() <= large.items()


def test_every_wish_is_pinned() -> None:
    wishes = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    names = {re.split(r"[><=#;\s]", wish)[0] for wish in wishes} - {""}
    have = {package(block) for block in pinned("requirements.txt")}
    assert {re.sub(r"[-_.]+", "-", n).lower() for n in names} <= have


def test_windows_gets_what_only_windows_needs() -> None:
    """pip-compile on Linux leaves out what only Windows asks for; the lists name it themselves."""
    assert "tzdata" in {package(block) for block in pinned("requirements.txt")}
    tools = {package(block) for block in pinned("requirements-dev.txt")}
    assert tools >= {"colorama", "pefile", "pywin32-ctypes"}


@pytest.mark.parametrize("file", FONTS)
def test_each_font_is_whole_and_unmodified(file: str) -> None:
    data = importlib.resources.files(resources).joinpath("fonts", file).read_bytes()
    assert hashlib.sha256(data).hexdigest() == FONTS[file]


def test_each_font_has_its_licence_beside_it() -> None:
    folder = importlib.resources.files(resources) / "fonts"
    fonts = {entry.name for entry in folder.iterdir() if entry.name.endswith((".ttf", ".otf"))}
    assert fonts == set(FONTS)
    for font in fonts:
        licence = folder / LICENCES[font.split("-")[0].removesuffix(".ttf")]
        text = licence.read_text(encoding="utf-8-sig")
        assert "SIL OPEN FONT LICENSE" in text or "IPA Font License Agreement v1.0" in text


def test_the_version_is_said_once() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", resources.VERSION)
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'attr = "resources.VERSION"' in text
    assert not re.search(r'^version = "', text, re.MULTILINE)
