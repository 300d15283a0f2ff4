"""The floors of the house, held by tests: who may import whom, and what lies where.

`main.py` -> `ui` -> `reports` | `storage` (strangers to each other) -> `models`.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("models", "reports", "resources", "storage", "ui")

# Who may import which of our rooms. `main` knows everybody.
MAY_IMPORT = {
    "models": {"models"},
    "resources": {"resources"},
    "reports": {"reports", "models", "resources"},
    "storage": {"storage", "models", "resources"},
    "ui": {"ui", "reports", "models", "resources"},
    "main": {"ui", "reports", "storage", "models", "resources"},
}

# Every library that is not Python's own, and the only rooms that may import it.
LIVES_IN = {
    "PySide6": {"ui"},
    "shiboken6": {"ui"},
    "qtawesome": {"ui"},
    "pypdfium2": {"ui"},
    "sqlcipher3": {"storage"},
    "platformdirs": {"storage", "ui"},
    "reportlab": {"reports"},
    "pyhanko": {"reports"},
    "pyhanko_certvalidator": {"reports"},
    "asn1crypto": {"reports"},
    "segno": {"reports"},
    "fontTools": {"reports"},
    "openpyxl": {"reports"},
    "defusedxml": {"reports"},
    "PIL": {"reports"},
    "cryptography": {"models", "reports", "storage"},
    "rfc8785": {"models", "reports", "storage"},
    "jaconv": {"models"},
    "zxcvbn": {"models"},
    "jpholiday": {"models", "ui"},
}

# What a module of `models` must be given instead of fetching it: clock, disk, randomness, threads.
KEPT_FROM_MODELS = {
    "asyncio", "ctypes", "getpass", "glob", "io", "locale", "logging", "multiprocessing", "os",
    "platform", "random", "secrets", "shutil", "socket", "sqlite3", "ssl", "subprocess", "sys",
    "tempfile", "time", "urllib",
}  # fmt: skip
# Allowed parts of libraries that could do more: names of places are not places.
PURE_PARTS = {"pathlib": {"PurePath", "PurePosixPath", "PureWindowsPath"}, "uuid": {"UUID"}}
READS_THE_CLOCK_OR_DICE = {
    "date.today", "datetime.now", "datetime.today", "datetime.utcnow", "open", "input", "print",
}  # fmt: skip

# Who may read a file in one go: the two that refuse what is no plain file and bound it first, and
# those who read what no user, medium or setting names.
READS_FILES = {
    "ui/reading.py", "storage/files.py",
    "storage/machine.py", "storage/removable.py",  # of the operating system
    "reports/faces.py", "reports/pdfa.py", "storage/password_words.py", "ui/new_password.py",  # ours
    "reports/tables/replacing.py",  # three bytes of what it would replace
}  # fmt: skip

TOP_LEVEL = {
    "main.py", "ui", "models", "storage", "reports", "resources", "pyinstaller.spec", "tests",
}  # fmt: skip
BESIDE_THEM = {
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "pyproject.toml",
    "Makefile", "requirements.in", "requirements.txt", "requirements-dev.in",
    "requirements-dev.txt", "docs", "bench",
}  # fmt: skip


class Import(NamedTuple):
    """One imported module, as `import x.y` or `from x.y import z` names it."""

    module: str
    name: str
    line: int

    @property
    def room(self) -> str:
        return self.module.split(".")[0]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def files_of(room: str) -> list[Path]:
    return [ROOT / "main.py"] if room == "main" else sorted((ROOT / room).rglob("*.py"))


def imports_in(node: ast.AST) -> Iterator[Import]:
    """Yield every import below the node, also those inside functions."""
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, "", child.lineno)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"line {child.lineno}: imports are absolute"
            for alias in child.names:
                yield Import(child.module or "", alias.name, child.lineno)


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def tracked_files() -> list[Path]:
    """Return the files of the project: what git knows; without git, what is no build product."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=False
    )
    if listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
        return [ROOT / name for name in names if name and (ROOT / name).is_file()]
    skip = {"build", "dist", "demo", "__pycache__"}
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not any(p in skip or p.startswith(".") for p in path.parts)
    ]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_point_down(room: str) -> None:
    ours = {*ROOMS, "main", "tests", "bench"}
    wrong = [
        f"{where(path, found.line)} imports {found.module}"
        for path in files_of(room)
        for found in imports_in(tree_of(path))
        if found.room in ours - MAY_IMPORT[room]
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_foreign_libraries_stay_in_their_room(room: str) -> None:
    ours = {*ROOMS, "main"}
    wrong = [
        f"{where(path, found.line)} imports {found.module}"
        for path in files_of(room)
        for found in imports_in(tree_of(path))
        if found.room not in ours | sys.stdlib_module_names
        and room not in LIVES_IN.get(found.room, set())
    ]
    assert not wrong, "\n".join(wrong)


def test_models_ask_for_no_disk_no_dice_no_machine() -> None:
    wrong = []
    for path in files_of("models"):
        for found in imports_in(tree_of(path)):
            pure = PURE_PARTS.get(found.room)
            impure = pure is not None and found.name not in pure
            if found.room in KEPT_FROM_MODELS or impure:
                wrong.append(f"{where(path, found.line)} imports {found.module} {found.name}")
    assert not wrong, "\n".join(wrong)


def called_names(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every call of the file as its last two words (`datetime.now`) with its line."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield ".".join(ast.unparse(node.func).split(".")[-2:]), node.lineno


def test_models_never_look_at_the_clock() -> None:
    wrong = [
        f"{where(path, line)} calls {name}()"
        for path in files_of("models")
        for name, line in called_names(path)
        if name in READS_THE_CLOCK_OR_DICE
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("room", ["models", "reports", "storage"])
def test_nobody_below_the_window_prints(room: str) -> None:
    wrong = [
        where(path, line)
        for path in files_of(room)
        for name, line in called_names(path)
        if name in ("print", "input")
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("room", ["reports", "storage", "ui"])
def test_files_from_outside_are_read_by_those_who_bound_them(room: str) -> None:
    """/dev/zero in the place of a file eats the machine, a pipe holds the program for ever."""
    wrong = []
    for path in files_of(room):
        if path.relative_to(ROOT).as_posix() in READS_FILES:
            continue
        for call in (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func).split(".")[-1]
            for_reading = [one for one in call.args if ast.unparse(one) == "'rb'"]
            if name in ("read_bytes", "read_text") or (name == "open" and for_reading):
                wrong.append(f"{where(path, call.lineno)} calls {name}")
    assert not wrong, "\n".join(wrong)


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_at_start(path: Path) -> Iterator[Import]:
    """Yield what runs when the module is imported: nothing in functions, nothing for types only."""
    for node in tree_of(path).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imports_in(node)


def test_no_module_imports_itself_in_a_ring() -> None:
    names = {module_name(path) for room in ROOMS for path in files_of(room)}
    needs = {}
    for path in (path for room in ROOMS for path in files_of(room)):
        found = imports_at_start(path)
        wanted = {
            f"{i.module}.{i.name}" if f"{i.module}.{i.name}" in names else i.module for i in found
        }
        needs[module_name(path)] = (wanted & names) - {module_name(path)}
    while ready := [name for name, wanted in needs.items() if not wanted & needs.keys()]:
        for name in ready:
            del needs[name]
    assert not needs, f"these import each other in a ring: {sorted(needs)}"


@pytest.mark.parametrize("room", [*ROOMS, "main"])
def test_no_function_is_longer_than_a_page(room: str) -> None:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    wrong = [
        f"{where(path, node.lineno)} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in files_of(room)
        for node in ast.walk(tree_of(path))
        if isinstance(node, kinds) and node.end_lineno and node.end_lineno - node.lineno >= 60
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("room", [*ROOMS, "main"])
def test_every_file_says_first_what_it_is_for(room: str) -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in files_of(room)
        if path.stat().st_size and not ast.get_docstring(tree_of(path))
    ]
    assert not wrong, "\n".join(wrong)


def test_the_top_of_the_house_is_as_agreed() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in tracked_files()}
    visible = {name for name in found if not name.startswith(".")}
    assert visible >= TOP_LEVEL, f"missing: {TOP_LEVEL - visible}"
    assert visible <= TOP_LEVEL | BESIDE_THEM, (
        f"nobody agreed to: {visible - TOP_LEVEL - BESIDE_THEM}"
    )


def test_packages_are_listed_and_not_discovered() -> None:
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "setuptools"
    ]
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for room in ROOMS
        for path in (ROOT / room).rglob("__init__.py")
    }
    assert isinstance(setup["packages"], list), "discovered, not listed"
    assert set(setup["packages"]) == found
    assert setup["py-modules"] == ["main"]


def test_every_folder_of_code_is_a_package() -> None:
    folders = {path.parent for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    bare = [str(f.relative_to(ROOT)) for f in folders if not (f / "__init__.py").exists()]
    assert not bare, f"without __init__.py, lost when frozen: {bare}"


def text_files() -> Iterator[tuple[Path, str]]:
    kinds = {".py", ".md", ".toml", ".in", ".spec", ".svg", ".ts", ""}
    for path in tracked_files():
        is_frozen = path.is_relative_to(ROOT / "tests" / "data")
        if path.suffix in kinds and path.name != "LICENSE" and not is_frozen:
            yield path, path.read_text(encoding="utf-8")


def test_nothing_is_left_for_later() -> None:
    promise = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|NotImplemented" r"Error)\b")
    wrong = [
        f"{where(path, number)} {line.strip()}"
        for path, text in text_files()
        for number, line in enumerate(text.splitlines(), 1)
        if promise.search(line)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_file_names_a_folder_of_one_machine() -> None:
    home = re.compile(r"(?<![\w.])/(root|home/\w+|Users/\w+)/|\b[A-Z]:\\Users\\\w+")
    wrong = [
        f"{where(path, number)} {line.strip()}"
        for path, text in text_files()
        if path != Path(__file__)
        for number, line in enumerate(text.splitlines(), 1)
        if home.search(line)
    ]
    assert not wrong, "\n".join(wrong)


def modules_after(statement: str) -> set[str]:
    """Return the top-level modules that a fresh Python has loaded after the statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_console_and_driver_start_without_qt() -> None:
    assert "PySide6" not in modules_after("import ui.console.program")


def test_the_window_starts_without_the_heavy_libraries() -> None:
    heavy = {"pyhanko", "reportlab", "openpyxl", "aiohttp", "fontTools", "pypdfium2"}
    assert not heavy & modules_after("import main, ui.application")
