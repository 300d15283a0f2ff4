"""The stand-alone verifier: sealed papers, one by one and as a series, on anybody's PC.

A program of its own for the municipality: no ledger, no password, no window, no network. It reads
PDF files or whole folders and answers with a page of plain words. Frozen as `azukari-verify`;
from the source: `python -m ui.console.verifier`.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from models.errors import AzukariError, FileMissing, Occupied, UnfitFile, Usage
from models.profile_forms import RECEIPT
from models.text import hex_groups, visible
from models.wareki import JAPAN
from reports.series import STRANGE, Book, Flaw, Remembered, Series, from_kept, judge, to_keep
from reports.verify import REPLACES, SEALED_AS, UNSURE, Verdict, verify_document
from resources import dumps
from ui.console.arguments import Parser, fingerprint_of
from ui.console.output import speak_utf8
from ui.console.since_receipt import NOT_JOINED, UNKNOWN, Followed
from ui.reading import MOST_OF_A_PAPER, read_limited, read_paper

MOST_FILES = 10_000
MOST_NAMES = 10  # of papers in one line
REPLACED = "手元の「{0}」に差し替えられています。新しい方を使ってください。"
GOOD, BAD, NOBODY_KNOWS = "○", "×", "－"
LIMITS = (
    "書類に書かれた事実そのものが正しいかどうか。",
    "台帳に入力されなかった出来事。",
    "最後の書類より後に、台帳で起きたこと。",
    "書類の日時は受託者のPCの時計によるもので、第三者による時刻の証明ではありません。",
)


@dataclass(frozen=True)
class Checked:
    """One file and what it turned out to be; without a verdict it could not be read."""

    file: str
    verdict: Verdict | None
    problem: str = ""
    code: int = 0  # to exit with, where it could not be read

    @property
    def ok(self) -> bool:
        return self.verdict is not None and self.verdict.ok

    @property
    def unsure(self) -> bool:
        """Tell that nothing is known to be wrong with it, and nothing to be right."""
        if self.verdict is None:
            return True
        codes = {code for code, _ in self.verdict.problems}
        return bool(codes) and codes <= UNSURE

    @property
    def problems(self) -> list[str]:
        if self.verdict is None:
            return [self.problem]
        return [sentence for _, sentence in self.verdict.problems]


@dataclass(frozen=True)
class Findings:
    """Everything that the page tells."""

    checked: tuple[Checked, ...]
    series: Series
    fingerprint: str | None
    at: datetime
    compared: int  # papers of the last verification
    receipts: tuple[Remembered, ...] = ()

    @cached_property
    def followed(self) -> tuple[Followed, ...]:
        """Return what came after each receipt of an inspection."""
        hashes = {one.verdict.sha256 for one in self.checked if one.verdict}
        unfit = sum(1 for one in self.checked if not one.ok)
        return tuple(
            Followed(one, self.series, hashes, unfit, self.fingerprint) for one in self.receipts
        )

    @property
    def ok(self) -> bool:
        sound = all(one.ok for one in self.checked) and not self.series.flaws
        return sound and not any(one.asked for one in self.followed)

    @property
    def code(self) -> int:
        """Return what to exit with: the gravest, as `verify-document` of the console does."""
        return max(0 if self.ok else 1, *(one.code for one in self.checked))


def main(argv: Sequence[str]) -> int:
    """Verify what is named and return 0 sound, 1 not sound, 2 usage, 4 foreign, 5 the machine."""
    speak_utf8(sys.stdout)
    speak_utf8(sys.stderr)
    try:
        arguments = _arguments().parse_args(argv)
        findings = examine(arguments)
        # Lines quote files of strangers: none may pose as two, or give orders to a terminal.
        page = "".join(f"{visible(line, multiline=False)}\n" for line in told(findings))
        if arguments.page:
            _write_new(Path(arguments.page), page.encode("utf-8-sig"))
        if arguments.keep:
            kept = to_keep(findings.series, findings.at.isoformat(timespec="seconds"))
            text = json.dumps(kept, ensure_ascii=False, indent=2)
            _write_new(Path(arguments.keep), text.encode("utf-8"))
        sys.stdout.write(_as_json(findings) if arguments.json else page)
        return findings.code
    except AzukariError as error:
        sys.stderr.write(f"{visible(str(error))}\n")
        return error.exit_code
    finally:
        if getattr(sys, "frozen", False) and sys.stdin is not None and sys.stdin.isatty():
            input("Enterキーで閉じます。")  # a double-clicked console would vanish with its answer


def _arguments() -> argparse.ArgumentParser:
    parser = Parser(prog="azukari-verify", description="預り台帳が作った書類を検証する")
    parser.add_argument("names", metavar="書類", nargs="*", help="PDF、またはPDFの入ったフォルダー")
    parser.add_argument("--fingerprint", metavar="HEX", help="受託者から届け出られた証印の指紋")
    parser.add_argument("--since", metavar="FILE", help="前回の検査の控え（PDF）、または検証の控え")
    parser.add_argument("--keep", metavar="FILE", help="今回の検証の控えを書くファイル")
    parser.add_argument("--page", metavar="FILE.txt", help="検証の結果を書くファイル")
    parser.add_argument("--json", action="store_true", help="結果をJSONで標準出力に出す")
    return parser


# --- examining -----------------------------------------------------------------------------------


def examine(arguments: argparse.Namespace) -> Findings:
    """Check every file, then all of them as a series.

    Raises:
        Usage, FileMissing, UnfitFile, NewerFormat
    """
    fingerprint = fingerprint_of(arguments.fingerprint) if arguments.fingerprint else None
    before, receipt = _kept(Path(arguments.since)) if arguments.since else ([], None)
    names = arguments.names or _asked()
    checked = tuple(_check(file, fingerprint) for file in _files(names))
    if not checked:
        raise Usage(
            reason="確かめるPDFがありません。PDFか、PDFの入ったフォルダーを指定してください。"
        )
    papers = [paper for one in checked if one.verdict and (paper := Remembered.of(one.verdict))]
    if receipt is not None and fingerprint:  # the seal may have been renewed since, and notified
        before = [replace(receipt, seal=fingerprint)]
    series = judge(papers, before)
    return Findings(
        checked, series, fingerprint, datetime.now(JAPAN), 0 if receipt else len(before),
        _receipts(checked, receipt),
    )  # fmt: skip


def _receipts(checked: Sequence[Checked], since: Remembered | None) -> tuple[Remembered, ...]:
    """Return the receipts of inspections: the one to compare with, else those among the papers."""
    if since is not None:
        return (since,)
    found = [one.verdict for one in checked if one.verdict and one.verdict.kind == RECEIPT]
    return tuple(paper for one in found if (paper := Remembered.of(one)))


def _asked() -> list[str]:
    if sys.stdin is None or not sys.stdin.isatty():
        return []
    return [input("PDFか、PDFの入ったフォルダーの場所を入力してください: ").strip().strip('"')]


def _files(names: Sequence[str]) -> Iterator[Path]:
    count = 0
    for name in names:
        place = Path(name)
        found = sorted(_papers_in(place)) if place.is_dir() else [place]
        count += len(found)
        if count > MOST_FILES:
            raise Usage(reason=f"一度に確かめられるのは{MOST_FILES:,}通までです。分けてください。")
        yield from found


def _papers_in(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.suffix.lower() == ".pdf" and path.is_file())


def _check(file: Path, fingerprint: str | None) -> Checked:
    try:
        data = read_paper(file)
    except AzukariError as error:
        return Checked(str(file), None, str(error), error.exit_code)
    return Checked(str(file), verify_document(data, fingerprint=fingerprint))


def _kept(file: Path) -> tuple[list[Remembered], Remembered | None]:
    """Read what an earlier verification kept, or the receipt of an inspection (検査の控え, a PDF).

    Any sealed paper is taken for a receipt: each of them says how far the ledger had come.

    Raises:
        UnfitFile: neither of them, or a paper that is not as it was sealed.
        NewerFormat, FileMissing, InputOutput
    """
    data = read_limited(file, MOST_OF_A_PAPER)
    if data.startswith(b"%PDF-"):
        verdict = verify_document(data)
        paper = Remembered.of(verdict)
        if paper is None:
            said = "".join(sentence for _, sentence in verdict.problems)
            raise UnfitFile(file=file.name, reason=f"検査の控えとして使えません。{said}")
        return [paper], paper
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnfitFile(file=file.name, reason="検証の控えのファイルではありません。") from error
    return from_kept(content, file.name), None


def _write_new(file: Path, content: bytes) -> None:
    try:
        with file.open("xb") as stream:
            stream.write(content)
    except FileExistsError as error:
        raise Occupied(file=file.name) from error
    except OSError as error:
        raise FileMissing(file=str(file.parent)) from error


# --- telling -------------------------------------------------------------------------------------


def told(findings: Findings) -> Iterator[str]:
    """Yield the lines of the page."""
    marks = [_mark(one, findings) for one in findings.checked]
    yield "預り台帳　書類の検証"
    yield f"検証した日時　{findings.at:%Y-%m-%d %H:%M}（日本時間、このPCの時計）"
    unsure = f"、確かめられないもの {marks.count(NOBODY_KNOWS)}通" if NOBODY_KNOWS in marks else ""
    counts = f"問題なし {marks.count(GOOD)}通、問題あり {marks.count(BAD)}通{unsure}"
    yield f"書類　　　　　{len(marks)}通のうち、{counts}"
    yield ""
    yield "■ 結論"
    if BAD in marks or findings.series.flaws:
        yield "　そのまま受け取れない点があります。×の書類を受託者に確かめてください。"
    elif GOOD in marks:
        which = "" if findings.ok else "○の"
        yield f"　{which}書類に、書換えや差替えの跡はありません。"
    if any(one.asked for one in findings.followed):
        yield f"　{UNKNOWN}"
    elif any(one.apart for one in findings.followed):
        yield f"　{NOT_JOINED}"
    if NOBODY_KNOWS in marks:
        yield f"　確かめられなかったものがあります。{NOBODY_KNOWS}の行の理由を見てください。"
    yield from _seals(findings)
    yield ""
    yield "■ 一通ずつ"
    for one in findings.checked:
        yield from _one(one, findings)
    yield ""
    yield "■ 通して見たこと"
    yield from _whole(findings)
    if findings.receipts:
        yield ""
        yield "■ 検査の控えとの照合"
    for followed in findings.followed:
        yield from followed.told()
    yield ""
    yield "■ この検証では分からないこと"
    yield from (f"　・{line}" for line in LIMITS)


def _seals(findings: Findings) -> Iterator[str]:
    if not any(one.verdict and one.verdict.certificate_fingerprint for one in findings.checked):
        yield "　証印のある書類は、ありません。"
        return
    signers = {one.verdict.signer for one in findings.checked if one.verdict}
    yield from (f"　{SEALED_AS.format(signer)}" for signer in sorted(filter(None, signers)))
    if findings.fingerprint:
        yield f"　証印は、届け出られた指紋 {hex_groups(findings.fingerprint)} と照合しました。"
        return
    seals = {one.seal for one in findings.series.remembered}
    yield "　証印の指紋を照合していません。受託者から届け出られた指紋と見比べてください。"
    yield from (f"　　書類の証印の指紋　{hex_groups(seal)}" for seal in sorted(seals))


def _one(one: Checked, findings: Findings) -> Iterator[str]:
    claims = one.verdict.claims if one.verdict else None
    words = ["" if one.unsure else "番号不明"]
    if claims:
        words = [claims.number, claims.kind, claims.issued_at[:10]]
    yield "　" + "　".join(filter(None, [_mark(one, findings), *words, Path(one.file).name]))
    flaws = [flaw.message for flaw in _flaws_of(one, findings)]
    told = [*one.problems, *flaws, *_replaced(one, findings)]
    yield from (f"　　　・{problem}" for problem in told)


def _replaced(one: Checked, findings: Findings) -> Iterator[str]:
    """Say which paper a sound one takes the place of, and which at hand took its place."""
    verdict = one.verdict
    if verdict is None or not one.ok or verdict.claims is None:
        return
    if verdict.claims.replaces:
        yield REPLACES.format(verdict.claims.replaces)
    for other in findings.checked:
        if other.ok and _takes_place(other.verdict, verdict):
            assert other.verdict is not None
            yield REPLACED.format(other.verdict.number)


def _takes_place(later: Verdict | None, former: Verdict) -> bool:
    """Tell whether a sound paper of the same ledger and seal says that it replaces another."""
    if later is None or later.claims is None or former.claims is None:
        return False
    same = later.certificate_fingerprint == former.certificate_fingerprint
    of = (later.claims.ledger, later.claims.kind, later.claims.replaces)
    return same and of == (former.claims.ledger, former.claims.kind, former.claims.number)


def _mark(one: Checked, findings: Findings) -> str:
    if one.unsure:
        return NOBODY_KNOWS
    return GOOD if one.ok and not _flaws_of(one, findings) else BAD


def _flaws_of(one: Checked, findings: Findings) -> list[Flaw]:
    sha256 = one.verdict.sha256 if one.verdict and one.ok else None
    return [flaw for flaw in findings.series.flaws if flaw.sha256 == sha256]


def _whole(findings: Findings) -> Iterator[str]:
    books = findings.series.books
    if findings.compared:
        yield f"　・前回の検証の控え（{findings.compared}通）と比べました。"
    if len(books) > 1:
        yield f"　・書類は、台帳か証印の違う{len(books)}組に分かれます。組ごとに確かめました。"
    for number, book in enumerate(books, start=1):
        if len(books) > 1:
            yield from _which(number, book, findings)
        yield from _course(book, findings)
    shown = {flaw for one in findings.checked for flaw in _flaws_of(one, findings)}
    for flaw in findings.series.flaws:
        if flaw not in shown:
            yield f"　・{flaw.number}　{flaw.message}"
    yield from (f"　・{note}" for note in findings.series.notes)


def _which(number: int, book: Book, findings: Findings) -> Iterator[str]:
    """Say whose papers these are, as far as papers alone can tell."""
    usual = next((one for one in findings.series.books if one.usual), None)
    if book.usual:
        whose = "前回の控えと同じ台帳と証印" if book.kept else "書類の最も多い台帳と証印"
    elif usual is None:
        whose = "どれが受託者のものか、書類だけでは分かりません"
    else:
        whose = "証印の違う書類" if book.ledger == usual.ledger else "別の台帳の書類"
    kept = f"（控えの{book.kept}通を含む）" if book.kept else ""
    yield f"　【第{number}組】　{whose}　{len(book.papers)}通{kept}"
    yield f"　　台帳　{book.ledger}"
    yield f"　　証印　{hex_groups(book.seal)}"
    if not book.usual:
        files = {one.verdict.sha256: one.file for one in findings.checked if one.verdict}
        names = [
            f"{one.number}（{Path(files.get(one.sha256, '控え')).name}）"
            for one in book.papers[:MOST_NAMES]
        ]
        more = len(book.papers) - len(names)
        yield f"　　書類　{'、'.join(names)}" + (f"、ほか{more:,}通" if more else "")


def _course(book: Book, findings: Findings) -> Iterator[str]:
    """Tell how far a ledger had come and whether its papers follow one another."""
    last = book.papers[-1]
    yield (
        f"　・台帳の件数は「{last.number}」のときが最も多く、{last.seq:,}件、"
        f"先頭値は {last.head} です。"
    )
    mine = {one.sha256 for one in book.papers}
    if any(one.sha256 in mine and one.code not in STRANGE for one in findings.series.flaws):
        return
    which = "" if all(one.ok for one in findings.checked) else "○の書類では、"
    which = which if len(findings.series.books) == 1 else "この組の書類では、"
    apart = len(book.papers) - book.followed
    if not apart:
        yield f"　・{which}番号、前の書類の照合値、台帳の件数と先頭値は、つながっています。"
        return
    yield f"　・{which}台帳の件数は、番号の順に増えています。"
    yield (
        f"　・前の書類の照合値は、{book.followed}通で確かめました。ほかの{apart}通は、"
        "前の書類が手元にないので、確かめていません。"
    )


def _replaces(one: Checked) -> str | None:
    claims = one.verdict.claims if one.verdict else None
    return claims.replaces if claims else None


def _as_json(findings: Findings) -> str:
    documents = [
        {
            "file": one.file,
            "ok": one.ok,
            "number": one.verdict.number if one.verdict else None,
            "kind": one.verdict.kind if one.verdict else None,
            "replaces": _replaces(one),
            "sha256": one.verdict.sha256 if one.verdict else None,
            "problems": [
                {"code": code, "message": text}
                for code, text in (
                    one.verdict.problems if one.verdict else [("UNREADABLE", one.problem)]
                )
            ],
        }
        for one in findings.checked
    ]
    result = {
        "ok": findings.ok,
        "fingerprint_checked": findings.fingerprint is not None,
        "documents": documents,
        "flaws": [asdict(flaw) for flaw in findings.series.flaws],
        "ledgers": [
            {
                "ledger": book.ledger,
                "seal": book.seal,
                "usual": book.usual,
                "kept": book.kept,
                "numbers": [one.number for one in book.papers],
                "seq": book.papers[-1].seq,
                "head": book.papers[-1].head,
            }
            for book in findings.series.books
        ],
        "missing": list(findings.series.missing),
        "receipts": [one.as_json() for one in findings.followed],
    }
    return json.dumps(result, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    dumps.keep_none()
    sys.exit(main(sys.argv[1:]))
