"""The receipt, copying, return and disposal that the rows of a media register tell of its things."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from models import wareki
from models.codes import HandlingKind, HandlingStatus, Timing
from models.errors import AzukariError, Refused
from models.fields import NOT_RECORDED
from models.handling_words import meaning_of
from models.intake.carrying import receipt
from models.intake.disposal import End, sanitization, split_name
from models.intake.drafts import Draft
from models.intake.finding import Finder
from models.intake.parts import Findings, Options
from models.intake.rehearsal import Rehearsal
from models.intake.wording import Wording
from models.records import HandlingEvent, HandlingLine
from models.records.handling import END_KINDS
from models.wareki import JAPAN

if TYPE_CHECKING:
    from models.ledger import Ledger

DAYS_START, DAYS_END = time(0, 0), time(23, 59)


class RegisterEvents:
    """Makes the acts of the things that one register lists."""

    def __init__(
        self, ledger: "Ledger", ids: Iterator[str], finder: Finder, options: Options,
        source_id: str, findings: Findings, wording: Wording,
    ) -> None:  # fmt: skip
        self._ledger = ledger
        self._ids = ids
        self._finder = finder
        self._options = options
        self._source_id = source_id
        self._found = findings
        self._wording = wording

    def told(self, drafts: Sequence[Draft]) -> list[HandlingEvent]:
        """Return the acts in time's order; what cannot be recorded is a notice of its row."""
        planned = []
        for draft in drafts:
            if draft.received_on is None:
                self._found.notice(
                    draft.cells.line, "受領日が空のため、媒体の登録だけを行い、受領は記録しません。"
                )
            else:
                planned.append((self._at(draft.received_on, DAYS_START), draft.depth, draft, True))
            if draft.ended_on is not None:
                planned.append((self._at(draft.ended_on, DAYS_END), 0, draft, False))
        if not planned:
            return []
        planned.sort(key=lambda plan: (plan[0], plan[1]))
        new = {draft.item.id: draft.item for draft in drafts}
        received = {draft.item.id: draft.received_on for draft in drafts}
        known = {item.id: item for item in self._finder.items_by_key.values()}
        rehearsal = Rehearsal(self._ledger, new, known.__getitem__)
        events = []
        for moment, _, draft, beginning in planned:
            what = "受領・複製" if beginning else "返却・廃棄"
            try:
                _require_order(draft, received.get(draft.item.parent_item_id), beginning)
                event = (
                    self._beginning(draft, moment)
                    if beginning
                    else self._end(draft, moment, rehearsal)
                )
                rehearsal.perform(event)
                events.append(event)
            except AzukariError as error:
                self._found.notice(
                    draft.cells.line, f"媒体は登録しますが、{what}は記録しません。{error}"
                )
        return events

    def _at(self, day: date, clock: time) -> datetime:
        return min(datetime.combine(day, clock, JAPAN), self._ledger.now())

    def _beginning(self, draft: Draft, moment: datetime) -> HandlingEvent:
        """Make the receipt of an original or the copying of a copy.

        Raises:
            Refused: the sentence says why it cannot be recorded.
        """
        item, cells = draft.item, draft.cells
        carried = {} if draft.parent_no else receipt(cells, self._finder, self._wording)
        notes = [cells.note(), "時刻は記録なし。"]
        if draft.parent_no:
            line = HandlingLine(
                item_id=item.parent_item_id, quantity=item.quantity, resulting_item_id=item.id
            )
            return self._event(HandlingKind.COPY, moment, line, notes, place_to_id="")
        title, name = split_name(cells.one_line("received_from"))
        line = HandlingLine(item_id=item.id, quantity=item.quantity)
        return self._event(
            HandlingKind.RECEIVE, moment, line, notes,
            place_to_id=item.home_place_id, counterpart_title=title, counterpart_name=name,
            counterpart_org_id=self._finder.contract.client_org_id if name else "",
            **carried,
        )  # fmt: skip

    def _end(self, draft: Draft, moment: datetime, rehearsal: Rehearsal) -> HandlingEvent:
        """Make the return or disposal that a row tells.

        Raises:
            Refused: the words are unclear, or facts are missing that the records demand.
        """
        item, words = draft.item, draft.cells.one_line("end_method")
        kind = self._end_kind(words)
        witness = draft.cells.one_line("end_witness")
        left = rehearsal.status(item.id, moment).left
        notes = [f"元の台帳の記載は「{words}」。時刻は記録なし。"]
        line = HandlingLine(item_id=item.id, quantity=left)
        more: dict[str, Any] = {}
        if kind in (HandlingKind.ERASE, HandlingKind.DISPOSE):
            holder = self._finder.supervisor(moment.date())
            more["sanitization"] = (
                sanitization(
                    item,
                    End(kind, words, moment, left, witness=witness),
                    self._options.disposal,
                    contractor_id=self._finder.contract.contractor_org_id,
                    responsible_id=holder.id if holder else "",
                ),
            )
            if not witness:
                notes.append("立会いは記録なし。")
        elif witness:
            notes.append(f"立会者欄は「{witness}」。")
        stated = self._options.disposal.performed_by
        return self._event(kind, moment, line, notes, actor=stated, **more)

    def _end_kind(self, words: str) -> HandlingKind:
        if not words:
            raise Refused(reason="返却・廃棄の方法が空です。")
        meaning = meaning_of(words)
        kinds = [kind for kind in meaning.kinds if kind in END_KINDS]
        if len(kinds) != 1:
            kinds = [HandlingKind.DISPOSE] if "廃棄" in words and not kinds else kinds
        if len(kinds) != 1:
            raise Refused(reason=f"返却・廃棄の方法「{words}」が、返還か消去・廃棄か分かりません。")
        return kinds[0]

    def _event(
        self, kind: HandlingKind, moment: datetime, line: HandlingLine, notes: list[str],
        *, actor: str = "", **more: Any,
    ) -> HandlingEvent:  # fmt: skip
        received_by = actor or self._options.received_by
        if not received_by:
            received_by = self._ledger.user.person_id
            notes.append("取扱者は記録なし（取込者を取扱者とした）。")
            self._found.notice(
                0, "元の台帳に取扱者の欄がないため、取り込む人を取扱者とし、備考に残しました。"
            )
        return HandlingEvent(
            id=next(self._ids),
            contract_id=self._finder.contract_id,
            kind=kind,
            timing=Timing.ACTUAL,
            status=HandlingStatus.DONE,
            occurred_at=moment,
            actor_person_id=received_by,
            purpose=NOT_RECORDED,
            source_file_id=self._source_id,
            lines=(line,),
            note="\n".join(note for note in notes if note),
            **more,
        )


def _require_order(draft: Draft, parent_received: date | None, beginning: bool) -> None:
    """Refuse a beginning or an end that the days of the same file contradict.

    Raises:
        Refused
    """
    began, ended = draft.received_on, draft.ended_on
    if beginning and began and parent_received and began < parent_received:
        raise Refused(
            reason=f"複製の日付（{wareki.format_wareki(began)}）が、複製元「{draft.parent_no}」の"
            f"受領日（{wareki.format_wareki(parent_received)}）より前です。"
            "どちらが正しいか確かめてください。"
        )
    if not beginning and began and ended and ended < began:
        raise Refused(
            reason=f"返却・廃棄の日付（{wareki.format_wareki(ended)}）が、"
            f"受領日（{wareki.format_wareki(began)}）より前です。どちらが正しいか確かめてください。"
        )
