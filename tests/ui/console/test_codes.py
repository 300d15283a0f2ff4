"""Every code that a program can be told stands in docs/console.md, with its exit code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import errors, paper_known
from models.errors import AzukariError
from reports import series
from reports import verify as papers
from tests.ui.console.desk import Console

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "console.md").read_text(encoding="utf-8")
SHAPE = re.compile(r"[A-Z][A-Z0-9]+(_[A-Z0-9]+)*")
CLASSES = sorted(
    {
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, AzukariError) and one is not AzukariError
    },
    key=lambda one: one.__name__,
)


def _codes(file: Path) -> Iterator[str]:
    """Yield what a file uses as the code of a problem or an error."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        found: list[ast.expr | None] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            found = [*node.args[:1]] if name == "Problem" else []
        elif isinstance(node, ast.Tuple) and len(node.elts) in (2, 3):
            found = [node.elts[0]] if file.parent.name == "storage" else []
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            found = [
                value
                for key, value in pairs
                if isinstance(key, ast.Constant) and key.value in ("code", "error")
            ]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found = [node.value] if node.targets[0].id in ("CODE", "PAGES") else []
        for one in found:
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                yield one.value


def emitted() -> set[str]:
    """Return every code of a problem that our code can put into an answer."""
    files = [*ROOT.glob("storage/*.py"), *ROOT.glob("ui/console/*.py"), ROOT / "ui/exporting.py"]
    found = {code for file in files for code in _codes(file) if SHAPE.fullmatch(code)}
    found -= {code for code in found if code.startswith("SQLITE_")}
    return found | set(papers._SENTENCES) | set(series._SENTENCES) | set(paper_known.CODES)


def test_the_codes_are_found() -> None:
    assert {"PAGES", "CHAIN", "HEAD", "VIEW", "UNREADABLE", "DIFFERS_FROM_LEDGER"} <= emitted()


def test_every_code_of_a_problem_is_documented() -> None:
    assert sorted(code for code in emitted() if f"`{code}`" not in PAGE) == []


@pytest.mark.parametrize("error", CLASSES, ids=lambda one: str(one.__name__))
def test_every_error_stands_beside_its_exit_code(error: type[AzukariError]) -> None:
    (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| {error.exit_code} | `"))
    assert f"`{error.code}`" in row


def test_a_paper_that_cannot_be_read_has_its_own_exit_code(console: Console) -> None:
    folder = console.ledger.parent
    (folder / "text.pdf").write_text("これはPDFではない", encoding="utf-8")
    for name, code, words in (
        ("none.pdf", 5, "見つかりません"),
        ("text.pdf", 4, "PDFではありません"),
        (".", 4, "フォルダーです"),
    ):
        said = console("verify-document", folder / name, user=None)
        (problem,) = said.answer["documents"][0]["problems"]
        assert (said.code, problem["code"]) == (code, "UNREADABLE")
        assert words in problem["message"] and not said.answer["ok"]


def test_the_worst_of_several_papers_decides(console: Console) -> None:
    folder = console.ledger.parent
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\n")
    assert console("verify-document", folder / "broken.pdf", user=None).code == 1
    both = console("verify-document", folder / "broken.pdf", folder / "none.pdf", user=None)
    assert both.code == 5 and len(both.answer["documents"]) == 2


def test_a_profile_that_is_not_there_is_not_a_mistake_in_it(console: Console) -> None:
    assert console("check-profile", console.ledger.parent / "none.toml", user=None).code == 5
