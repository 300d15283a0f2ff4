"""The door of the import: a sheet in, an `Intake` out, and one command that enters it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from models.codes import AttachmentKind
from models.errors import Refused, Usage
from models.intake.columns import DERIVED_ONLY, settle_mapping
from models.intake.finding import Finder
from models.intake.log import LogReader
from models.intake.parts import WHOLE_FILE, Findings, Intake, Options, Sheet
from models.intake.plain import PlainReader
from models.intake.register import RegisterReader
from models.personal_data import looks_like_personal_data
from models.records import Attachment, Contract, HandlingEvent, Item, Record
from models.registers import OWN_VERBS
from models.store import Progress

if TYPE_CHECKING:
    from models.ledger import Ledger

R = TypeVar("R", bound=Record)

NO_IMPORT = frozenset(OWN_VERBS) - {"handling_event"} | {"attachment"}


def read_in(
    ledger: "Ledger",
    cls: type[Record],
    sheet: Sheet,
    *,
    contract_id: str,
    proposed: Mapping[str, str],
    chosen: Mapping[str, str],
    options: Options,
    source_id: str,
    progress: Progress,
) -> Intake:
    """Read a sheet into records without entering anything.

    Args:
        proposed: column → field as the headings suggest; chosen: as a person says.
        source_id: id that the attachment with the file will have.

    Raises:
        NotPermitted, Usage, NotFound, Cancelled
        Refused: rows of several contracts.
    """
    _require_importable(ledger, cls, contract_id)
    mapping = settle_mapping(cls, sheet.columns, proposed, chosen)
    if not mapping:
        raise Usage(reason="表の列と項目を一つも結び付けられません。列の対応を指定してください。")
    found = Findings()
    for line, text in sheet.notes:
        found.notice(line, text)
    _tell_about_columns(cls, sheet, mapping, found)
    finder = Finder(ledger, contract_id, options.persons, options.places)
    made = _Made()
    if cls is HandlingEvent:
        log = LogReader(ledger, finder, options, source_id, found)
        made.lines, made.events = _unzipped(log.read(sheet, mapping, progress))
    elif cls is Item:
        register = RegisterReader(ledger, finder, options, source_id, found)
        things, made.events = register.read(sheet, mapping, progress)
        made.lines, made.items = _unzipped(things)
        made.looked_at = register.looked_at
    else:
        plain = PlainReader(ledger, cls, contract_id, options, found)
        made.lines, made.records = _unzipped(plain.read(sheet, mapping, progress))
        _contract_of_source(made.records, contract_id)
    _tell_about_texts(made.events, found)
    return Intake(
        accepted=len(made.lines),
        refused=tuple(sorted(found.refused)),
        skipped=sheet.skipped,
        notes=tuple(sorted(found.notices())),
        mapping=mapping,
        source_sha256=sheet.sha256,
        record_type=cls.type,
        lines=tuple(made.lines),
        events=tuple(made.events),
        items=tuple(made.items),
        records=tuple(made.records),
        looked_at=made.looked_at,
        questions=found.questions(),
    )


@dataclass
class _Made:
    """What the rows became."""

    lines: list[int] = field(default_factory=list)
    events: list[HandlingEvent] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    looked_at: frozenset[str] = frozenset()


def _unzipped(rows: Sequence[tuple[int, R]]) -> tuple[list[int], list[R]]:
    return [line for line, _ in rows], [record for _, record in rows]


def enter(
    ledger: "Ledger",
    intake: Intake,
    data: bytes,
    *,
    name: str,
    mime: str,
    contract_id: str,
    source_id: str,
    strict: bool = False,
) -> Intake:
    """Enter what was read as one command, with the file itself as an attachment.

    Raises:
        Refused: nothing to enter, or `strict` and a row was refused.
        AzukariError: whatever the ledger says; nothing is entered then.
    """
    if strict and intake.refused:
        raise Refused(
            reason=f"取り込めない行が{len(intake.refused):,}件あるため、何も取り込みませんでした。"
            "行を直してから、もう一度取り込んでください。"
        )
    if not intake.accepted:
        raise Refused(
            reason="取り込める行がありません。理由を確かめて、表か列の対応を直してください。"
        )
    source = replace(
        ledger.files.prepare(
            data,
            name=name,
            mime=mime,
            kind=AttachmentKind.SOURCE,
            contract_id=_contract_of_source(intake.records, contract_id),
        ),
        id=source_id,
    )
    if intake.records:
        change = ledger.registers.create_all([source, *intake.records], historic=True)
    else:
        change = ledger.handling.record_all(
            intake.events, new_items=intake.items, others=[source], historic=True,
            looked_at=intake.looked_at,
        )  # fmt: skip
    return replace(intake, change=change)


def _contract_of_source(records: Sequence[Record], chosen: str) -> str:
    """Return the contract that a file belongs to whose rows became these records.

    Raises:
        Refused: to several; the file would be seen by everybody, and end with none of them.
    """
    found = {one.contract() for one in records if not isinstance(one, Contract)} - {""}
    if len(found | {chosen} - {""}) > 1:
        raise Refused(
            reason="この表には、複数の契約の行があります。元のファイルも契約の資料として残るため、"
            "契約ごとに表を分けて取り込んでください。"
        )
    return chosen or next(iter(found), "")


def already_taken(ledger: "Ledger", sha256: str) -> Attachment | None:
    """Return the source of an earlier import of the same bytes."""
    stored = ledger.registers.one(Attachment, sha256=sha256, kind=AttachmentKind.SOURCE)
    return stored.record if stored else None


def _require_importable(ledger: "Ledger", cls: type[Record], contract_id: str) -> None:
    ledger.require("import")
    if cls.type in NO_IMPORT:
        raise Usage(reason=f"{cls.label}は、表からは取り込めません。画面から登録してください。")
    if cls in (HandlingEvent, Item) and not contract_id:
        raise Usage(reason="どの契約に取り込むかを指定してください（--contract 契約番号）。")


def _tell_about_columns(
    cls: type[Record], sheet: Sheet, mapping: Mapping[str, str], found: Findings
) -> None:
    derived = {f.label for f in cls.fields().values() if f.derived}
    own = {f.label for f in cls.own_fields()}
    for column in sheet.columns:
        if column in mapping:
            continue
        if column in derived - own:
            found.notice(WHOLE_FILE, f"列「{column}」は、{DERIVED_ONLY}")
        else:
            found.notice(
                WHOLE_FILE,
                f"列「{column}」は取り込みません（元のファイルは添付資料として残ります）。",
            )


def _tell_about_texts(events: Sequence[HandlingEvent], found: Findings) -> None:
    """Warn of residents' data in notes, without repeating it (R-48)."""
    seen: dict[str, list[str]] = {}
    for event in events:
        for text in (event.note, event.purpose):
            if text not in seen:
                seen[text] = looks_like_personal_data(text)
            for what in seen[text]:
                found.notice(
                    WHOLE_FILE,
                    f"備考や目的に、{what}があります。取り込む前に消すことを考えてください。",
                )
