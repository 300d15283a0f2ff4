"""The console verbs that move papers and tables between the ledger and files."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from models.access import Act
from models.errors import NotFound, Usage
from models.intake.columns import label_of
from models.intake.finding import Finder
from models.intake.parts import Intake, Options, among
from models.kinds_of_time import Day
from models.ledger import Ledger
from models.office import Office
from models.purposes import stated
from models.records import BY_TYPE, Record, Submission
from models.text import search_key
from ui.console.answers import spoken_questions, told_questions, with_answers
from ui.console.output import Speaker, write_paper
from ui.console.verbs import contract_by_no, opened
from ui.exporting import export_register
from ui.intake import only_contract, read_source, take_source
from ui.issue import IssueRequest, form_of, issue, preview
from ui.pages import page_count


def print_document(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Print a document to a PDF; the sealed kinds are sealed and kept by the ledger."""
    out = Path(arguments.out)
    _require_free(out, arguments.overwrite)
    first, last = _day(arguments.from_day), _day(arguments.to_day)
    if first and last and last < first:
        raise Usage(reason="期間の終わりが始めより前になっています。")
    with opened(arguments, office) as ledger:
        ledger.outside.require(out)
        contract = contract_by_no(ledger, arguments.contract)
        request = IssueRequest(
            doc_kind=arguments.document,
            contract_id=contract.id,
            ids=tuple(arguments.id),
            options={
                "from": first,
                "to": last,
                "change": arguments.change,
                "added_because": arguments.added_because,
                "officers": arguments.officers,
                "attendants": arguments.attendants,
            },
            replaces=replaced_paper(ledger, contract.id, arguments.document, arguments.replaces),
        )
        said: list[str] = []
        sealed: dict[str, str | int | None] = {
            "number": None, "sha256": None, "revision": None, "replaces": None,
        }  # fmt: skip

        def make() -> tuple[str | None, bytes]:
            stated(arguments.purpose)  # before anything is sealed
            paper_id, paper_no = "", None
            if form_of(ledger, request).sealed:
                change = issue(ledger, request)
                paper = ledger.registers.need(Submission, change.ids[-1]).record
                said.extend(change.notices)
                paper_no = paper.doc_no
                sealed.update(number=paper_no, sha256=paper.pdf_sha256)
                sealed.update(revision=paper.revision, replaces=replaced_number(ledger, paper))
                paper_id, pdf = paper.id, ledger.paper.file(paper.id)
            else:
                pdf = preview(ledger, request)
            note_print(ledger, request, paper_id, pdf, arguments.purpose)
            return paper_no, pdf

        write_paper(out, make)
    result = {"file": str(out), **sealed, "notices": said}
    told = [f"「{out}」に作成しました。{result['number'] or ''}"]
    if result["replaces"]:
        told.append(f"・「{result['replaces']}」を差し替える書類です（第{result['revision']}版）。")
    speaker.result(result, [*told, *(f"・{one}" for one in said)])
    return 0


def replaced_paper(ledger: Ledger, contract_id: str, kind: str, named: Any) -> str | None:
    """Return the id of the paper that shall be replaced, "" for none, None for what is proposed.

    Args:
        named: its number or its id as somebody wrote it, "" for none, None where nobody said.

    Raises:
        Usage: no text.
        NotFound: no such paper.
    """
    if named is None:
        return None
    if not isinstance(named, str):
        raise Usage(reason="「replaces」は、差し替える書類の文書番号（差し替えないときは空）です。")
    if not named.strip():
        return ""
    key = search_key(named)
    for stored in ledger.registers.all(Submission, contract_id=contract_id, doc_kind=kind):
        if named == stored.record.id or key == search_key(stored.record.doc_no):
            return stored.record.id
    raise NotFound(what=f"差し替える書類「{named}」")


def replaced_number(ledger: Ledger, paper: Submission) -> str | None:
    """Return the number of the paper whose place one takes, None for none."""
    if not paper.supersedes_id:
        return None
    return ledger.registers.need(Submission, paper.supersedes_id).record.doc_no


def note_print(
    ledger: Ledger, request: IssueRequest, paper_id: str, pdf: bytes, purpose: str
) -> None:
    """Note that a paper goes into a file; the line is durable before anything leaves.

    Raises:
        InvalidField: nobody said what it is for.
        DiskFull, NotWritable, InputOutput
    """
    ledger.access.handed_out(
        Act.PRINT, Submission.type, paper_id, request.contract_id, page_count(pdf),
        request.doc_kind, purpose,
    )  # fmt: skip


def export(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Write a register to CSV, xlsx or JSON."""
    _require_free(Path(arguments.out), arguments.overwrite)
    with opened(arguments, office) as ledger:
        contract = contract_by_no(ledger, arguments.contract).id if arguments.contract else ""
        report = export_register(
            ledger,
            record_type(arguments.record),
            Path(arguments.out),
            purpose=arguments.purpose,
            contract_id=contract,
            encoding=arguments.encoding,
        )
    lines = [f"「{arguments.out}」に{report['rows']:,}件を書き出しました。"]
    lines += [
        f"・{lost['line']}行目「{lost['column']}」の {lost['character']} は、"
        "この形式では書けないため〓にしました。"
        for lost in report["lost"]
    ]
    speaker.result({"file": arguments.out, **report}, lines)
    return 0


def _require_free(out: Path, overwrite: bool) -> None:
    """Refuse to replace a file unless that was said.

    Raises:
        Usage
    """
    if not overwrite and out.is_file():
        raise Usage(
            reason=f"「{out}」は、すでにあります。何も書いていません。"
            "別の名前にするか、置き換えるときは --overwrite を付けてください。"
        )


def load(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Take a register in from CSV or xlsx: one command, or nothing."""
    cls = record_type(arguments.record)
    mapping, answers = _pairs("--map", arguments.map), _pairs("--answer", arguments.answer)
    with opened(arguments, office) as ledger:
        ledger.require("import")
        ledger.outside.require(Path(arguments.file))
        number = arguments.contract
        contract = contract_by_no(ledger, number).id if number else only_contract(ledger, cls)
        options = _options(ledger, arguments)
        source = read_source(Path(arguments.file), cls, progress=speaker.progress)

        def take(options: Options, dry_run: bool) -> Intake:
            return take_source(
                ledger, source, cls, contract_id=contract, mapping=mapping, dry_run=dry_run,
                options=options, progress=speaker.progress,
            )  # fmt: skip

        if answers:
            asked = take(options, True).questions
            options = with_answers(ledger, cls, options, asked, answers)
        intake = take(options, arguments.dry_run)
    speaker.result(_told(intake), _spoken(cls, intake, arguments.dry_run))
    return 0 if intake.accepted or not intake.refused else 1


def _options(ledger: Ledger, arguments: Namespace) -> Options:
    place = arguments.default_place
    place_id = Finder(ledger, "", {}, {}).place(place, "--default-place").id if place else ""
    return Options(
        default_place_id=place_id,
        with_events=not arguments.register_only,
        strict=arguments.strict,
    )


def _told(intake: Intake) -> dict[str, Any]:
    """Return an import as programs read it."""
    told: dict[str, Any] = {
        "accepted": intake.accepted,
        "refused": [{"line": line, "reason": reason} for line, reason in intake.refused],
        "mapping": dict(intake.mapping),
        "sha256": intake.source_sha256,
        "skipped": [{"line": line, "reason": reason} for line, reason in intake.skipped],
        "notes": [{"line": line, "message": text} for line, text in intake.notes],
        "questions": told_questions(intake.questions),
        "records": {"item": len(intake.items), "handling_event": len(intake.events)}
        if intake.items or intake.events
        else {intake.record_type: len(intake.records)},
    }
    if intake.change is not None:
        told |= {"seq": intake.change.head.seq, "head": intake.change.head.hex}
    return told


def _spoken(cls: type[Record], intake: Intake, dry_run: bool) -> list[str]:
    """Return an import as people read it."""
    lines = [f"取り込める行 {intake.accepted:,}件、取り込めない行 {len(intake.refused):,}件"]
    pairs = (f"{column}＝{label_of(cls, name)}" for column, name in intake.mapping.items())
    lines.append(f"列の対応（表の列＝台帳の項目）　{'、'.join(pairs)}")
    lines += _by_reason(intake.refused)
    if intake.skipped:
        lines += ["読み飛ばした行", *_by_reason(intake.skipped)]
    if intake.notes:
        lines.append("お知らせ")
    lines += [f"・{line}行目　{text}" if line else f"・{text}" for line, text in intake.notes]
    lines += spoken_questions(intake.questions)
    if dry_run:
        lines.append("試しに読んだだけで、台帳には何も記録していません。")
    elif intake.change is None:
        lines.append("台帳には何も記録していません。")
    return lines


def _by_reason(rows: Sequence[tuple[int, str]]) -> Iterator[str]:
    """Yield every reason once, with the lines that have it."""
    reasons: dict[str, list[int]] = {}
    for line, reason in rows:
        reasons.setdefault(reason, []).append(line)
    for reason, lines in reasons.items():
        yield f"・{reason}{among(lines)}" if len(lines) > 1 else f"・{lines[0]}行目　{reason}"


def record_type(name: str) -> type[Record]:
    """Return a record type by its name.

    Raises:
        Usage: no such type.
    """
    if name not in BY_TYPE:
        known = "、".join(BY_TYPE)
        raise Usage(reason=f"記録の種類「{name}」はありません。使えるのは {known} です。")
    return BY_TYPE[name]


def _pairs(option: str, pairs: list[str]) -> dict[str, str]:
    """Read 列名=項目 or 言葉=答え; the word itself may hold the sign."""
    read = {}
    for pair in pairs:
        word, separator, meaning = pair.rpartition("=")
        if not separator or not word or not meaning:
            form = "列名=項目" if option == "--map" else "言葉=答え"
            raise Usage(reason=f"{option} は「{form}」の形で指定してください（「{pair}」）。")
        read[word] = meaning
    return read


def _day(text: str | None) -> date | None:
    try:
        return Day().parse(text or "")
    except ValueError as error:
        raise Usage(reason=f"期間{error}") from error
