"""docs/security.md names tests; a promise whose test is gone is no promise."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def text() -> str:
    return (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


@cache
def functions_of(file: str) -> frozenset[str]:
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(one.name for one in tree.body if isinstance(one, ast.FunctionDef))


def missing(document: str) -> Iterator[str]:
    """Yield every named test that does not exist."""
    for file, name in NAMED.findall(document):
        if name not in functions_of(file):
            yield f"{file}::{name}"


def groups(document: str) -> dict[str, str]:
    """Return the sections A1 to A13 by their number."""
    parts = re.split(r"^### (A\d+) ", document, flags=re.MULTILINE)
    last = parts[-1].split("\n## ")[0]
    return dict(zip(parts[1::2], [*parts[2:-1:2], last], strict=True))


def test_every_test_that_is_named_exists() -> None:
    assert len(NAMED.findall(text())) > 70
    assert list(missing(text())) == []


@pytest.mark.parametrize("number", range(1, 14))
def test_every_promise_names_its_test_and_its_control(number: int) -> None:
    said = groups(text())[f"A{number}"]
    assert len(NAMED.findall(said)) >= 2 and "\n- Control: " in said


def test_no_reference_is_spelled_in_a_way_that_is_not_looked_up() -> None:
    assert text().count("::test_") == len(NAMED.findall(text()))


def test_a_test_that_is_gone_would_be_found() -> None:
    gone = "`tests/security/test_damage.py::test_that_nobody_wrote` `tests/none.py::test_a`"
    assert len(list(missing(gone))) == 2


def test_every_file_of_this_folder_is_named() -> None:
    mine = {one.name for one in Path(__file__).parent.glob("test_*.py")} - {Path(__file__).name}
    assert mine <= {Path(file).name for file, _ in NAMED.findall(text())}
