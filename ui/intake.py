"""Take a register in from a CSV or xlsx file: for the console, the driver and the window. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from models import collector
from models.intake.columns import fields_of
from models.intake.office import already_taken, enter, read_in
from models.intake.parts import Intake, Options, Sheet
from models.ledger import Ledger
from models.records import HandlingEvent, Item, Record
from models.store import Progress
from ui.reading import read_limited

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NO_OPTIONS = Options()


@dataclass(frozen=True)
class Source:
    """A file that was read once: its bytes, what they hold, and the columns that are proposed."""

    name: str
    data: bytes
    mime: str
    sheet: Sheet
    encoding: str
    titles: tuple[str, ...]
    proposed: Mapping[str, str]


def read_source(
    path: Path,
    cls: type[Record],
    *,
    sheet: str = "",
    progress: Progress = lambda done, total: None,
) -> Source:
    """Read a file.

    Raises:
        ImportRefused, FileMissing, UnfitFile, InputOutput, Cancelled
    """
    from reports.tables.mapping import propose_mapping
    from reports.tables.read import DEFAULT_LIMITS, read_table

    data = read_limited(path, DEFAULT_LIMITS.file_bytes)
    table = read_table(data, sheet=sheet, name=path.name, beat=lambda: progress(0, 1))
    is_book = bool(table.sheet)
    return Source(
        name=path.name,
        data=data,
        mime=XLSX if is_book else "text/csv",
        sheet=Sheet(
            name=path.name,
            columns=tuple(table.columns),
            rows=table.rows,
            sha256=table.source_sha256,
            skipped=tuple((s.line_no, s.reason) for s in table.skipped),
            notes=tuple(
                (n.line_no, f"「{n.column}」：{n.message}" if n.column else n.message)
                for n in table.notes
            ),
            escaped=not is_book,
        ),
        encoding=table.encoding,
        titles=tuple(table.title_lines),
        proposed=propose_mapping(table.columns, fields_of(cls)),
    )


def take_in(
    ledger: Ledger,
    path: Path,
    record_type: type[Record],
    *,
    contract_id: str = "",
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
    options: Options = NO_OPTIONS,
    progress: Progress = lambda done, total: None,
) -> Intake:
    """Read a file and enter what can be entered, as one command.

    Args:
        mapping: column → field where the proposal is to be changed; "-" leaves a column out.
        dry_run: read and judge only.

    Raises:
        AzukariError: nothing was entered.
    """
    ledger.require("import")
    ledger.outside.require(path)
    contract_id = contract_id or only_contract(ledger, record_type)
    source = read_source(path, record_type, progress=progress)
    return take_source(
        ledger, source, record_type, contract_id=contract_id, mapping=mapping or {},
        dry_run=dry_run, options=options, progress=progress,
    )  # fmt: skip


def only_contract(ledger: Ledger, record_type: type[Record]) -> str:
    """Return the contract that is meant when there is no other, "" when somebody must say."""
    contracts = ledger.contracts() if record_type in (HandlingEvent, Item) else []
    return contracts[0].record.id if len(contracts) == 1 else ""


def take_source(
    ledger: Ledger,
    source: Source,
    record_type: type[Record],
    *,
    contract_id: str,
    mapping: Mapping[str, str],
    dry_run: bool,
    options: Options,
    progress: Progress,
) -> Intake:
    """Do the same with a file that was read before."""
    source_id = ledger.new_id()
    with collector.at_rest():
        intake = read_in(
            ledger, record_type, source.sheet, contract_id=contract_id, proposed=source.proposed,
            chosen=mapping, options=options, source_id=source_id, progress=progress,
        )  # fmt: skip
        intake = _with_repetition(ledger, source, intake)
        if dry_run or not intake.accepted:
            return intake
        progress(1, 1)  # the last moment to stop: what follows is one command, all or nothing
        return enter(
            ledger, intake, source.data, name=source.name, mime=source.mime,
            contract_id=contract_id, source_id=source_id, strict=options.strict,
        )  # fmt: skip


def _with_repetition(ledger: Ledger, source: Source, intake: Intake) -> Intake:
    before = already_taken(ledger, source.sheet.sha256)
    if before is None:
        return intake
    note = f"同じ内容のファイルが、すでに取り込まれています（{before.name}）。"
    return replace(intake, notes=((0, note), *intake.notes))
