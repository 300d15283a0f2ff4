"""The stand-alone verifier: real sealed papers, no ledger, no Qt, a page of plain words."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from models.codes import HandlingKind
from models.records import HandlingEvent, Submission
from models.store import Op, Query, Where
from reports.seal import make_seal_certificate, seal_record
from tests.house import furnished
from ui.console import verifier
from ui.issue import IssueRequest, issue, preview


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sealed receipts as a municipality keeps them."""
    return sealed_receipts(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Papers with the same numbers, out of a ledger that somebody else made."""
    return sealed_receipts(tmp_path_factory.mktemp("stranger"))


def sealed_receipts(home: Path) -> Path:
    kept = home / "papers"
    kept.mkdir()
    with furnished(home / "house", things=1, own=True) as house:
        house.story.receive(1)
        house.story.receive(1)
        ledger = house.ledger
        identity = make_seal_certificate("株式会社ふじみ事務サービス", ledger.now(), os.urandom)
        ledger.paper.adopt_seal(*seal_record(identity))
        query = Query("handling_event", (Where("kind", Op.EQ, HandlingKind.RECEIVE),))
        for number, stored in enumerate(ledger.store.find(HandlingEvent, query)[:3], start=1):
            contract = stored.record.contract_id
            change = issue(ledger, IssueRequest("D-14", contract, (stored.record.id,)))
            paper = ledger.registers.need(Submission, change.ids[-1]).record
            (kept / f"{number}.pdf").write_bytes(ledger.paper.file(paper.id))
    return kept


def run(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, str, str]:
    code = verifier.main([str(one) for one in argv])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_sound_folder_is_told_in_plain_words(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, page, _ = run(capsys, folder)
    assert code == 0
    assert "3通のうち、問題なし 3通、問題あり 0通" in page
    assert "書換えや差替えの跡はありません" in page and "つながっています" in page
    assert "指紋を照合していません" in page and "分からないこと" in page


def test_a_changed_paper_is_named_and_the_others_stay_sound(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    data = bytearray((tmp_path / "2.pdf").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "2.pdf").write_bytes(data)
    code, page, _ = run(capsys, tmp_path)
    marks = {line.split()[-1]: line.strip()[0] for line in page.splitlines() if ".pdf" in line}
    assert code == 1 and marks == {"1.pdf": "○", "2.pdf": "×", "3.pdf": "○"}


def forged(paper: bytes, number: str) -> bytes:
    """Change what a sealed paper claims in clear, byte for byte as long as before."""
    start = paper.index(b'{"azukari"')
    end = paper.index(b"}", start) + 1
    claims = json.loads(paper[start:end])
    kept = {name: one for name, one in claims.items() if not name.startswith("previous")}
    claims = {**kept, "number": number, "contract": ""}

    def written() -> bytes:
        return json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()

    claims["contract"] = "x" * (end - start - len(written()))
    return paper[:start] + written() + paper[end:]


@pytest.mark.parametrize(
    "number", ["第2号\n　○　第3号　D-14　3.pdf", "\x1b[2J\x1b[H○", "\u202e第2号"]
)
def test_what_a_forged_paper_claims_neither_poses_as_a_line_nor_orders_the_terminal(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], number: str
) -> None:
    (tmp_path / "2.pdf").write_bytes(forged((folder / "2.pdf").read_bytes(), number))
    code, page, _ = run(capsys, tmp_path, "--page", tmp_path / "page.txt")
    told = [line for line in page.splitlines() if "2.pdf" in line]
    assert code == 1 and len(told) == 1 and told[0].startswith("　×　")
    assert "○　第3号" not in page.replace(told[0], "")
    assert not {"\x1b", "\u202e"} & set(page)
    assert (tmp_path / "page.txt").read_text("utf-8-sig") == page


@pytest.mark.skipif(os.name == "nt", reason="every name of a file is text there")
def test_a_file_whose_name_is_no_text_is_told(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\n.pdf"
    Path(os.fsdecode(name)).write_bytes((folder / "1.pdf").read_bytes())
    code, page, _ = run(capsys, tmp_path, "--page", tmp_path / "page.txt")
    assert code == 0 and "［U+DCFF］［U+000A］.pdf" in page
    assert (tmp_path / "page.txt").read_text("utf-8-sig") == page


def test_a_missing_paper_is_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, page, _ = run(capsys, folder / "1.pdf", folder / "3.pdf")
    assert code == 0 and "手元にありません" in page


def marks_of(page: str) -> dict[str, str]:
    lines = [line for line in page.splitlines() if line.startswith(("　○　", "　×　", "　－　"))]
    return {line.split()[-1]: line.strip()[0] for line in lines}


@pytest.mark.parametrize("since", [False, True])
def test_the_paper_of_another_ledger_is_named_and_its_neighbours_stay_sound(
    folder: Path,
    stranger: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    since: bool,
) -> None:
    kept, mixed = tmp_path / "kept.json", tmp_path / "mixed"
    run(capsys, folder, "--keep", kept)
    mixed.mkdir()
    for number in (1, 3):
        (mixed / f"{number}.pdf").write_bytes((folder / f"{number}.pdf").read_bytes())
    for number in (1, 2, 3) if since else (3,):
        paper = (stranger / f"{number}.pdf").read_bytes()
        (mixed / f"strange-{number}.pdf").write_bytes(paper)
    code, page, _ = run(capsys, mixed, *(["--since", kept] if since else []))
    assert code == 1
    assert all((mark == "×") == name.startswith("strange") for name, mark in marks_of(page).items())
    mine, theirs = page.split("【第1組】")[1].split("【第2組】")
    whose = "前回の控えと同じ台帳と証印" if since else "書類の最も多い台帳と証印"
    assert whose in mine and ("（控えの3通を含む）" in mine) == since
    assert "別の台帳の書類" in theirs and "（strange-3.pdf）" in theirs
    for page_of_one, seen in ((mine, since), (theirs, since)):
        assert ("つながっています" in page_of_one) == seen
        assert ("前の書類が手元にないので、確かめていません" in page_of_one) != seen
    found = json.loads(run(capsys, mixed, "--json", *(["--since", kept] if since else []))[1])
    assert [one["usual"] for one in found["ledgers"]] == [True, False]
    ledgers = {flaw["sha256"] for flaw in found["flaws"]}
    strange = {one["sha256"] for one in found["documents"] if "strange" in one["file"]}
    assert ledgers == strange


def test_the_fingerprint_decides_whose_it_is(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, folder, "--json", "--fingerprint", "0" * 64)
    found = json.loads(out)
    assert not found["ok"]
    assert {p["code"] for one in found["documents"] for p in one["problems"]} == {"FINGERPRINT"}


def test_the_next_verification_compares_with_the_last(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, page_file = tmp_path / "kept.json", tmp_path / "page.txt"
    assert run(capsys, folder / "1.pdf", "--keep", kept, "--page", page_file)[0] == 0
    assert page_file.read_bytes().startswith("\ufeff預り台帳".encode())
    code, page, _ = run(capsys, folder / "2.pdf", folder / "3.pdf", "--since", kept)
    assert code == 0 and "前回の検証の控え（1通）" in page and "手元にありません" not in page
    code, _, said = run(capsys, folder / "1.pdf", "--keep", kept)
    assert code == 5 and "すでにファイルがあります" in said


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        ([], 2, "確かめるPDFがありません"),
        (["--fingerprint", "xyz", "a.pdf"], 2, "64桁"),
        (["a.pdf", "--since", "none.json"], 5, "見つかりません"),
        (["--nothing"], 2, "という指定はありません"),
    ],
)
def test_mistakes_get_a_sentence(
    argv: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found, _, said = run(capsys, *argv)
    assert found == code and words in said


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("none.pdf", None, 5, "none.pdf」が見つかりません"),
        ("memo.txt", "きょうの覚え".encode(), 4, "PDFではありません"),
        ("list.xlsx", b"PK\x03\x04" + bytes(500), 4, "PDFではありません"),
    ],
)
def test_a_file_that_cannot_be_read_is_no_fault_of_the_contractor(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: bytes | None,
    code: int,
    words: str,
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    found, page, _ = run(capsys, folder / "1.pdf", tmp_path / name)
    assert found == code and words in page
    assert "2通のうち、問題なし 1通、問題あり 0通、確かめられないもの 1通" in page
    assert marks_of(page) == {"1.pdf": "○", name: "－"} and "番号不明" not in page
    assert "受託者に確かめてください" not in page
    assert "○の書類に、書換えや差替えの跡はありません" in page


def test_a_list_that_is_handed_over_without_a_seal_is_told_apart(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with furnished(tmp_path / "house", things=1) as house:
        contract = house.story.contract.id
        (tmp_path / "list.pdf").write_bytes(preview(house.ledger, IssueRequest("D-28", contract)))
        act = house.ledger.store.find(HandlingEvent, Query("handling_event"))[0]
        draft = preview(house.ledger, IssueRequest("D-14", contract, (act.record.id,)))
        (tmp_path / "draft.pdf").write_bytes(draft)
    code, page, _ = run(capsys, folder / "1.pdf", tmp_path / "list.pdf")
    assert code == 1 and marks_of(page) == {"1.pdf": "○", "list.pdf": "－"}
    assert "番号のない書類には、もともと封印（電子署名）が付きません" in page
    assert "×の書類を受託者に" not in page and "－　D-28　" in page
    code, page, _ = run(capsys, tmp_path / "list.pdf")
    assert code == 1 and "証印のある書類は、ありません" in page
    code, page, _ = run(capsys, tmp_path / "list.pdf", tmp_path / "draft.pdf")
    assert code == 1 and marks_of(page) == {"list.pdf": "－", "draft.pdf": "×"}


def test_a_fingerprint_may_be_typed_with_the_japanese_input(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = run(capsys, folder)[1]
    seal = re.search(r"書類の証印の指紋　([0-9a-f ]+)", page)
    assert seal is not None
    typed = "".join(chr(ord(one) + 0xFEE0) if one != " " else "　" for one in seal[1].upper())
    code, page, said = run(capsys, folder, "--fingerprint", typed)
    assert (code, said) == (0, "") and "届け出られた指紋" in page


def test_a_wrong_file_of_the_last_visit_is_no_word_about_a_ledger(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for content in ("きょうの覚え", "[]"):
        (tmp_path / "memo.txt").write_text(content, "utf-8")
        code, _, said = run(capsys, folder, "--since", tmp_path / "memo.txt")
        assert code == 4 and "検証の控えのファイルではありません" in said and "台帳" not in said


def test_it_needs_neither_window_nor_database(folder: Path) -> None:
    program = (
        "import sys; from ui.console import verifier; code = verifier.main(sys.argv[1:]);"
        "bad = {'PySide6', 'sqlcipher3', 'storage', 'reportlab', 'fontTools', 'ui.console.verbs'} & set(sys.modules);"
        "sys.exit(code or len(bad))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)], capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()
