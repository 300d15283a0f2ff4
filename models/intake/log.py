"""Read a handling log: one row is one event with one item.

Decided here (docs/import.ja.md tells the clerk):
- A row without a time keeps its place in the book: it gets the time of the row before it on that
  day, 0:00 if there is none, and its note says that the time was not recorded.
- A use without an end counts as ended when it began; else the next use could not begin.
- A plan is no act: its row is refused.
- Our own export names the act to which a row belongs by its number (対応する記録): what was returned
  from outside and what arrived is known by that.
- Purpose not written: 記録なし. A consent that the ledger does not know: its number stays in the
  note. The person himself as 確認者: nobody checked, and the note keeps what was written.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from models import wareki
from models.codes import HandlingKind, HandlingStatus, Timing
from models.errors import AzukariError, InvalidField, Refused, Unclear
from models.fields import NOT_RECORDED
from models.handling_words import Meaning, choose_by_whereabouts, meanings_in
from models.intake.carrying import carried
from models.intake.cells import Cells, Reader, day_of
from models.intake.disposal import End, sanitization
from models.intake.finding import Finder
from models.intake.parts import Findings, Options, Sheet
from models.intake.rehearsal import Rehearsal
from models.intake.sides import counterpart, measures
from models.intake.wording import Wording
from models.kinds_of_time import Moment
from models.records import HandlingEvent, HandlingLine, Item, Person
from models.records.handling import END_KINDS, SANITIZATION_KINDS, WITH_COUNTERPART
from models.store import Progress
from models.text import search_key
from models.told_times import CLOCK_TOLERANCE
from models.values import Quantity, parse_decimal, same_unit
from models.wareki import JAPAN

if TYPE_CHECKING:
    from models.ledger import Ledger

STEP = 500  # rows between two looks at the progress
MIDNIGHT = time()
_EVENT_NO = re.compile(r"第?(?P<number>[0-9]+)(?:号|$)")
_NO_EVENT = HandlingEvent()
_read_day = day_of("日付", "日付と時刻を別の列に分けるか、この列を「日時」の項目にしてください")
_WAY_BACK = frozenset({HandlingKind.BRING_BACK, HandlingKind.STORE})


@dataclass(slots=True)
class Candidate:
    """A row whose cells could be read; whether it can have happened is still to be tried."""

    cells: Cells
    moment: datetime
    meaning: Meaning
    item: Item
    actor: Person
    checker: Person | None
    quantity: Decimal | None
    authorization_id: str
    made: Item | None


class LogReader:
    """Reads one handling log."""

    def __init__(
        self, ledger: "Ledger", finder: Finder, options: Options, source_id: str, findings: Findings
    ) -> None:
        self._ledger = ledger
        self._ids = ledger.new_ids()
        self._finder = finder
        self._options = options
        self._source_id = source_id
        self._found = findings
        self._wording = Wording(options, findings)
        self._latest = ledger.now() + CLOCK_TOLERANCE
        self._last_of_day: dict[date, datetime] = {}
        self._written: dict[tuple[object, ...], int] = {}
        self._kinds = {search_key(word): kind for word, kind in options.kinds.items()}
        self._meanings: dict[str, Meaning] = {}
        self._by_number: dict[tuple[str, str], str] = {}  # of the file, with the thing: our id

    def read(
        self, sheet: Sheet, mapping: dict[str, str], progress: Progress
    ) -> list[tuple[int, HandlingEvent]]:
        """Return the events that can have happened, in the order in which they did.

        Raises:
            Cancelled: by `progress`.
        """
        reader = Reader(sheet.columns, mapping, sheet.escaped)
        self._learn_words(sheet, mapping)
        candidates = []
        for number, (line, row) in enumerate(sheet.rows):
            if number % STEP == 0:
                progress(number, 2 * len(sheet.rows))
            cells = reader.cells(line, row)
            candidate = self._candidate(cells)
            if candidate is None:
                self._found.refuse(line, " ".join(cells.problems))
            else:
                candidates.append(candidate)
        candidates.sort(key=lambda candidate: candidate.moment)  # stable: the book's order
        return list(self._rehearsed(candidates, progress))

    # --- one row ---------------------------------------------------------------------------------
    def _candidate(self, cells: Cells) -> Candidate | None:
        if _is_plan(cells.text("timing")):
            cells.problems.append(
                "予定の行です。取り込むのは行った取扱いだけです。"
                "まだ行っていない予定は、取込みの後に登録してください。"
            )
            return None
        meaning = self._meaning(cells)
        item = cells.value("item_no", self._finder.item)
        if not cells.text("item_no"):
            cells.problems.append("「管理番号」を入力してください。")
        actor = self._person(cells, "actor", "作業者")
        if not cells.text("actor"):
            cells.problems.append("「作業者」を入力してください。")
        moment = self._moment(cells)
        quantity = cells.value("quantity", parse_decimal)
        made = cells.value("resulting_item", self._finder.item)
        if cells.problems or moment is None or meaning is None or item is None or actor is None:
            return None
        return Candidate(
            cells, moment, meaning, item, actor,
            checker=self._checker(cells, actor, moment.date()),
            quantity=self._quantity(cells, made or item, meaning, quantity),
            authorization_id=self._authorization(cells),
            made=made,
        )  # fmt: skip

    def _learn_words(self, sheet: Sheet, mapping: dict[str, str]) -> None:
        column = next((c for c, name in mapping.items() if name == "kind"), None)
        if column is None:
            return
        place = sheet.columns.index(column)
        words = {row[place].strip(" \t\r\n　") for _, row in sheet.rows if place < len(row)}
        self._meanings = meanings_in(words)

    def _meaning(self, cells: Cells) -> Meaning | None:
        word = cells.text("kind")
        if not word:
            cells.problems.append("「区分」を入力してください。")
            return None
        if (answer := self._kinds.get(search_key(word))) is not None:
            return Meaning((answer,))
        meaning = self._meanings[word]
        if meaning.is_clear or set(meaning.kinds) == _WAY_BACK:
            return meaning
        named = "・".join(kind.label for kind in meaning.kinds)
        what = f"{named}のどれか分かりません。" if named else "何を表すか分かりません。"
        cells.problems.append(f"区分「{word}」が{what}{meaning.question}")
        choices = tuple((kind.value, kind.label) for kind in meaning.kinds or HandlingKind)
        self._found.ask("kinds", word, cells.line, meaning.question, choices)
        return None

    def _person(self, cells: Cells, name: str, label: str) -> Person | None:
        text = cells.text(name)
        if not text:
            return None
        try:
            return self._finder.person(text, label)
        except Unclear as error:
            cells.problems.append(str(error))
            self._found.ask("persons", text, cells.line, f"「{text}」は、どの人ですか。")
            return None

    def _moment(self, cells: Cells) -> datetime | None:
        if cells.text("occurred_at"):
            moment: datetime | None = cells.value("occurred_at", _read_moment)
        else:
            moment = self._moment_of_parts(cells)
        if moment is not None and moment > self._latest:
            cells.problems.append("日時が先の日付です。実績は起きた後に記録してください。")
            return None
        if moment is not None:
            before = self._last_of_day.get(moment.date(), moment)
            self._last_of_day[moment.date()] = max(before, moment)
        return moment

    def _moment_of_parts(self, cells: Cells) -> datetime | None:
        if not cells.text("occurred_on"):
            cells.problems.append("「日付」を入力してください。")
        day: date | None = cells.value("occurred_on", _read_day)
        clock: time | None = cells.value("occurred_time", wareki.parse_time)
        if day is None or (clock is None and cells.text("occurred_time")):
            return None
        if clock is not None:
            return datetime.combine(day, clock, JAPAN)
        before = self._last_of_day.get(day)
        if before is None:
            cells.remark("時刻は記録なし。")
            return datetime.combine(day, MIDNIGHT, JAPAN)
        cells.remark(f"時刻は記録なし（帳簿の順により、前の行の{before:%H:%M}とした）。")
        return before

    def _checker(self, cells: Cells, actor: Person, day: date) -> Person | None:
        text = cells.text("checker")
        if not text:
            return None
        role = self._finder.role(text)
        checker = self._finder.holder(role, day) if role is not None else None
        if role is not None and checker is None:
            cells.remark(f"確認者欄は「{text}」（氏名は記録なし）。")
            cells.notices.append(
                f"確認者「{text}」が誰か、台帳の指定からは一人に決まりません。備考に残しました。"
            )
            return None
        checker = checker or self._person(cells, "checker", "確認者")
        if checker is not None and checker.id == actor.id:
            cells.remark(f"確認者欄は作業者本人（{text}）。")
            cells.notices.append(
                "確認者が作業者本人です。確認者なしとして記録し、備考に残しました。"
            )
            return None
        return checker

    def _quantity(
        self, cells: Cells, item: Item, meaning: Meaning, quantity: Quantity | None
    ) -> Decimal | None:
        if quantity is None:
            return None
        column, text = cells.one_line("unit"), cells.text("quantity")
        told = [unit for unit in (quantity.unit, column) if unit]
        if all(same_unit(unit, item.unit) for unit in told):
            return quantity.number
        if column:
            text = f"{text}（単位の欄は{column}）" if quantity.unit else text + column
        if set(meaning.kinds) & END_KINDS:
            cells.problems.append(
                f"数量「{text}」の単位が、登録の「{item.unit}」と違います。どれだけか確かめてください。"
            )
            return None
        cells.remark(f"数量欄は「{text}」。")
        return None

    def _authorization(self, cells: Cells) -> str:
        number = cells.one_line("authorization")
        if not number:
            return ""
        found = self._finder.authorization(number)
        if found is not None:
            return found.id
        cells.remark(f"承諾番号は「{number}」。")
        cells.notices.append(
            f"承諾番号「{number}」の承諾は台帳にありません。備考に残しました。"
            "承諾を登録したら、この記録を訂正してください。"
        )
        return ""

    # --- in the order of time --------------------------------------------------------------------
    def _rehearsed(
        self, candidates: Sequence[Candidate], progress: Progress
    ) -> Iterable[tuple[int, HandlingEvent]]:
        items = {candidate.item.id: candidate.item for candidate in candidates}
        items |= {one.made.id: one.made for one in candidates if one.made}
        rehearsal = Rehearsal(self._ledger, {}, items.__getitem__)
        for number, candidate in enumerate(candidates):
            if number % STEP == 0:
                progress(len(candidates) + number, 2 * len(candidates))
            try:
                if candidate.cells.problems:
                    raise Refused(reason=" ".join(candidate.cells.problems))
                event = self._event(candidate, rehearsal)
                self._require_new(candidate, event, rehearsal)
                rehearsal.perform(event)
            except AzukariError as error:
                self._found.refuse(candidate.cells.line, str(error))
                continue
            self._remember(candidate, event)
            for text in candidate.cells.notices:
                self._found.notice(candidate.cells.line, text)
            yield candidate.cells.line, event

    def _event(self, candidate: Candidate, rehearsal: Rehearsal) -> HandlingEvent:
        """Make the event of a row.

        Raises:
            InvalidField, Refused
        """
        cells, item = candidate.cells, candidate.item
        kind = candidate.meaning.kinds[0]
        if len(candidate.meaning.kinds) > 1:
            status = rehearsal.status(item.id, candidate.moment)
            out = status.holder_id != "" and status.place_id == ""
            kind = choose_by_whereabouts(candidate.meaning, taken_out=out) or kind
        related = self._related(candidate)
        more = self._more(candidate, kind, rehearsal, arrives=bool(related))
        content = cells.one_line("content")
        if content and content not in item.name:
            cells.remark(f"内容欄は「{content}」。")
        if reason := cells.one_line("deviation_reason"):
            cells.remark(f"元の台帳の逸脱の理由は「{reason}」。")
        event = _NO_EVENT.with_changes(
            id=next(self._ids),
            contract_id=self._finder.contract_id,
            kind=kind,
            timing=Timing.ACTUAL,
            status=HandlingStatus.DONE,
            occurred_at=candidate.moment,
            actor_person_id=candidate.actor.id,
            checker_person_id=candidate.checker.id if candidate.checker else "",
            purpose=cells.one_line("purpose") or NOT_RECORDED,
            authorization_id=candidate.authorization_id,
            related_event_id=related,
            source_file_id=self._source_id,
            lines=(_line(candidate),),
            note=cells.note(),
            **more,
        )
        if cells.problems:
            raise Refused(reason=" ".join(cells.problems))
        return event

    def _more(
        self, candidate: Candidate, kind: HandlingKind, rehearsal: Rehearsal, *, arrives: bool
    ) -> dict[str, Any]:
        """Return the fields that only some kinds have.

        Args:
            arrives: the row belongs to an earlier act; of a transport it is the arrival.
        """
        cells, more = candidate.cells, self._named(candidate.cells)
        if kind is HandlingKind.USE and "ended_at" not in more:
            more["ended_at"] = candidate.moment
            cells.remark("終了時刻は記録なし。")
        elif kind is HandlingKind.TAKE_OUT:
            more.setdefault("destination_text", cells.one_line("purpose"))
            if cells.text("expected_return_at"):
                more["expected_return_at"] = cells.value("expected_return_at", _read_moment)
        elif kind is HandlingKind.COPY and candidate.made is None:
            cells.remark("できた複製の管理番号は記録なし。")
        elif kind in SANITIZATION_KINDS:
            more["sanitization"] = (self._sanitization(candidate, kind, rehearsal),)
        if kind in WITH_COUNTERPART:
            more |= counterpart(cells, self._finder)
        more |= carried(
            cells, kind, self._finder, self._wording, _read_moment, actor=candidate.actor.name,
            arrived_at=candidate.moment if arrives else None,
        )  # fmt: skip
        return more | measures(cells, kind)

    def _named(self, cells: Cells) -> dict[str, Any]:
        more: dict[str, Any] = {}
        if cells.text("ended_at"):
            more["ended_at"] = cells.value("ended_at", _read_moment)
        if cells.text("destination_text"):
            more["destination_text"] = cells.one_line("destination_text")
        if cells.text("record_count"):
            count = cells.value("record_count", parse_decimal)
            more["record_count"] = int(count.number) if count else None
        for name, field in (("place_from", "場所（元）"), ("place_to", "場所（先）")):
            if text := cells.text(name):
                try:
                    more[f"{name}_id"] = self._finder.place(text, field).id
                except Unclear as error:
                    cells.problems.append(str(error))
                    self._found.ask("places", text, cells.line, f"「{text}」は、どの場所ですか。")
        return more

    def _sanitization(self, candidate: Candidate, kind: HandlingKind, rehearsal: Rehearsal) -> Any:
        left = rehearsal.status(candidate.item.id, candidate.moment).left
        holder = self._finder.supervisor(candidate.moment.date())
        end = End(
            kind=kind,
            words=candidate.cells.one_line("kind"),
            when=candidate.moment,
            quantity=candidate.quantity or left,
            performed_by=candidate.actor.id,
            verified_by=candidate.checker.id if candidate.checker else "",
        )
        candidate.cells.remark("検証・立会いは記録なし。")
        return sanitization(
            candidate.item, end, self._options.disposal,
            contractor_id=self._finder.contract.contractor_org_id,
            responsible_id=holder.id if holder else "",
        )  # fmt: skip

    def _require_new(
        self, candidate: Candidate, event: HandlingEvent, rehearsal: Rehearsal
    ) -> None:
        """Refuse a row that the file or the ledger already has.

        Raises:
            Refused
        """
        if (line := self._written.get(self._key(candidate, event))) is not None:
            raise Refused(
                reason=f"{candidate.cells.line}行目は{line}行目と同じ内容（日時・区分・管理番号・作業者）です。"
            )
        known = rehearsal.known(event)
        if known is not None:
            raise Refused(reason=f"同じ取扱いが、すでに台帳にあります（{known.caption()}）。")

    def _related(self, candidate: Candidate) -> str:
        """Return the act of the same file to which a row belongs, "" without one."""
        named = candidate.cells.one_line("related_event")
        if not named:
            return ""
        found = self._by_number.get((_number(named), candidate.item.id), "")
        if not found:
            candidate.cells.remark(f"対応する記録は「{named}」。")
        return found

    def _remember(self, candidate: Candidate, event: HandlingEvent) -> None:
        number = _number(candidate.cells.one_line("event_no"))
        if number:
            self._by_number[(number, candidate.item.id)] = event.id
        if candidate.cells.text("occurred_time") or candidate.cells.text("occurred_at"):
            self._written[self._key(candidate, event)] = candidate.cells.line

    def _key(self, candidate: Candidate, event: HandlingEvent) -> tuple[object, ...]:
        made = candidate.made.id if candidate.made else ""
        return (candidate.item.id, made, event.kind, candidate.moment, candidate.actor.id)


def _number(text: str) -> str:
    """Return the number of an act as our own lists write it: 5 or 第5号 持出し."""
    match = _EVENT_NO.match(text)
    return match["number"] if match else ""


def _is_plan(text: str) -> bool:
    return search_key(text) in (search_key(Timing.PLANNED), search_key(Timing.PLANNED.label))


def _line(candidate: Candidate) -> HandlingLine:
    return HandlingLine(
        item_id=candidate.item.id,
        quantity=candidate.quantity,
        resulting_item_id=candidate.made.id if candidate.made else "",
    )


def _read_moment(text: str) -> datetime:
    try:
        moment = Moment().parse(text)
    except ValueError as error:
        raise InvalidField(field="日時", problem=str(error)) from error
    assert moment is not None
    return moment
