"""Lines of TOML keys: found in every form in which a key can be written."""

import tomllib
from importlib.resources import files
from typing import Any

import pytest

import resources
from models.toml_lines import KeyPath, key_lines, nearest_line

TEXT = '''# comment with = and [brackets]
top = 1
"quoted key" = "a # no comment"
dotted.inner = true

[table]  # heading
text = """
first = "not a key"
[not a table] \\""" """
after = [
    "one",  # with ] in a comment
    ["two", "three"],
    { deep = 1, deeper = { deepest = "}" } },
]
literal = 'C:\\'

[[row]]
name = "first"
[[row]]
name = "second"
[row.sub]
key = 2026-04-01
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("quoted key",), 3),
        (("dotted", "inner"), 4),
        (("table",), 6),
        (("table", "text"), 7),
        (("table", "after"), 10),
        (("table", "after", 0), 11),
        (("table", "after", 1, 1), 12),
        (("table", "after", 2, "deeper", "deepest"), 13),
        (("table", "literal"), 15),
        (("row", 0), 17),
        (("row", 0, "name"), 18),
        (("row", 1, "name"), 20),
        (("row", 1, "sub"), 21),
        (("row", 1, "sub", "key"), 22),
    ],
)
def test_each_key_has_its_line(path: KeyPath, line: int) -> None:
    tomllib.loads(TEXT)  # the example is TOML
    assert key_lines(TEXT)[path] == line


def test_a_missing_key_points_at_its_table() -> None:
    lines = key_lines(TEXT)
    assert nearest_line(lines, ("table", "missing")) == 6
    assert nearest_line(lines, ("missing",)) == 1


def paths(value: Any, path: KeyPath = ()) -> list[KeyPath]:
    inner: list[KeyPath] = [path] if path else []
    if isinstance(value, dict):
        inner += [deep for key, part in value.items() for deep in paths(part, (*path, key))]
    if isinstance(value, list):
        inner += [deep for at, part in enumerate(value) for deep in paths(part, (*path, at))]
    return inner


def test_every_path_of_a_shipped_profile_is_found_on_the_line_that_names_it() -> None:
    text = (files(resources) / "profiles" / "chiba.toml").read_text(encoding="utf-8")
    lines, rows = key_lines(text), text.splitlines()
    found = paths(tomllib.loads(text))
    assert len(found) > 1000
    for path in found:
        names = [part for part in path if isinstance(part, str)]
        if isinstance(path[-1], str):
            assert names[-1] in rows[lines[path] - 1], path
        else:
            assert path in lines, path
