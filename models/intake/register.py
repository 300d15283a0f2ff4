"""Read a media register: a row is a thing, and what the row says of its beginning and its end.

Decided here (docs/import.ja.md tells the clerk):
- What a row says of receipt, copying and end becomes events when it can have happened; else the
  thing is taken in without them and a notice tells. A thing that exists must stand in the ledger.
- Days without a time: beginnings at 0:00, ends at 23:59 of their day, with a note, so that what
  else happened on that day stays possible.
- 保管場所, 媒体の種類 and numbers must be clear; a row that leaves them open is refused.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from models.codes import Encrypted, ItemClass, ItemOrigin, MediaType, Ownership
from models.days_ahead import ahead_of
from models.errors import AzukariError, Unclear
from models.fields import Field
from models.intake.cells import Cells, Reader, day_of
from models.intake.columns import typed_fields
from models.intake.drafts import Described, Draft
from models.intake.finding import Finder
from models.intake.media import CLASS_OF, OTHER_UNIT, UNIT_OF, media_type_of
from models.intake.parts import Findings, Options, Sheet
from models.intake.references import put_inside, referred
from models.intake.register_events import RegisterEvents
from models.intake.wording import Wording
from models.kinds import Ref
from models.records import HandlingEvent, Item
from models.records.things import END_RULE_BY_ORIGIN
from models.store import Progress
from models.text import search_key
from models.values import parse_decimal, unit_problem

if TYPE_CHECKING:
    from models.ledger import Ledger

STEP = 500
_COPY_OF = re.compile(r"^(?:複製|複写|コピー|写し?|副本)\s*[（(]\s*(?P<number>[^）)]+?)\s*[）)]$")
_ORIGINAL = frozenset(map(search_key, ("原本", "正本", "正", "オリジナル", "")))
_SPECIAL = frozenset(
    {"item_no", "media_type", "item_class", "quantity", "unit", "home_place_id", "contract_id",
     "parent_item_id", "origin", "ownership", "end_rule", "encrypted"}
)  # fmt: skip

# Of these, and of the id of what refers to nothing, no other field depends; a test holds that.
ALONE = {name: Item.fields()[name].kind for name in ("item_no", "name")}
_DECLARED = tuple(f for f in typed_fields(Item) if f.name not in _SPECIAL)
_WORDS = (
    "media_type", "item_class", "quantity", "unit", "origin", "ownership", "end_rule",
    "home_place_id", "original", "parent_item_id", "contract_id",
)  # fmt: skip


class RegisterReader:
    """Reads one media register."""

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
        self._events = RegisterEvents(
            ledger, self._ids, finder, options, source_id, findings, self._wording
        )
        self._media = {search_key(word): type_ for word, type_ in options.media.items()}
        self._known: dict[tuple[str, ...], Described] = {}
        self._first_line: dict[str, int] = {}
        self._captions: dict[str, str] = {}  # how our own exports name an original
        self._given: list[Field] = []
        self._fine: Item | None = None
        self.looked_at: frozenset[str] = frozenset()  # ids of items as their fields were looked at

    def read(
        self, sheet: Sheet, mapping: dict[str, str], progress: Progress
    ) -> tuple[list[tuple[int, Item]], list[HandlingEvent]]:
        """Return the items with their lines, parents first, and their events in time's order."""
        reader = Reader(sheet.columns, mapping, sheet.escaped)
        given = set(mapping.values())
        self._given = [f for f in _DECLARED if f.name in given]
        drafts: dict[str, Draft] = {}
        for number, (line, row) in enumerate(sheet.rows):
            if number % STEP == 0:
                progress(number, 2 * len(sheet.rows))
            cells = reader.cells(line, row)
            draft = self._draft(cells)
            if cells.problems:
                self._found.refuse(line, " ".join(cells.problems))
            else:
                drafts[draft.key] = draft
        kept = self._with_parents(drafts)
        put_inside(kept, self._finder)
        self.looked_at = frozenset(one.item.id for one in kept if one.item is one.looked_at)
        events = self._events.told(kept) if self._options.with_events else []
        for draft in kept:
            for text in draft.cells.notices:
                self._found.notice(draft.cells.line, text)
        progress(1, 1)
        return [(draft.cells.line, draft.item) for draft in kept], events

    # --- one row ---------------------------------------------------------------------------------
    def _draft(self, cells: Cells) -> Draft:
        key = self._require_new(cells)
        described = self._described(cells)
        values = self._declared(cells)
        received = cells.value("received_on", day_of("受領日"))
        ended = cells.value("ended_on", day_of("返却・廃棄の年月日"))
        self._require_past(cells, received, ended)
        item = described.item.with_changes(
            **values,
            id=next(self._ids),
            item_no=cells.one_line("item_no"),
            encrypted=self._encrypted(cells, described.item.item_class),
        )
        draft = Draft(cells, item, key, described.parent_no, received, ended)
        if not cells.problems:
            # The lineage is set later, when the parent is known.
            is_copy = bool(described.parent_no)
            draft.looked_at = item.with_changes(origin=ItemOrigin.LENT) if is_copy else item
            bare = values.keys() <= ALONE.keys()
            cells.problems.extend(self._problems(draft.looked_at, described, bare=bare))
        return draft

    def _problems(self, item: Item, described: Described, *, bare: bool) -> list[str]:
        """Return why an item cannot stand; what many rows share is looked at once.

        Args:
            bare: it adds nothing to what is described but what stands alone.
        """
        bare = bare and item.encrypted is described.item.encrypted
        if bare and described.sound and all(f.fine(getattr(item, n)) for n, f in ALONE.items()):
            return []
        problems = [*item.problems(self._fine), *ahead_of(self._ledger, item)]
        self._fine = self._fine if problems else item
        described.sound = described.sound or (bare and not problems)
        return problems

    def _described(self, cells: Cells) -> Described:
        """Return what the row says of the thing in words that many rows share.

        What these words mean is found out once, unless there is something to say about the row.
        """
        words = cells.texts(_WORDS)
        known = self._known.get(words)
        if known is None:
            said = (len(cells.problems), len(cells.notices), len(cells.remarks))
            known = self._describe(cells)
            if said == (len(cells.problems), len(cells.notices), len(cells.remarks)):
                self._known[words] = known
        return known

    def _require_this_contract(self, cells: Cells) -> None:
        """Refuse what belongs to another contract: its papers would tell it to another client."""
        told, mine = cells.one_line("contract_id"), self._finder.contract
        meant = {search_key(one) for one in (mine.contract_no, mine.title, mine.caption())}
        if told and search_key(told) not in meant:
            cells.problems.append(
                f"契約「{told}」は、取り込む契約（{mine.contract_no}）ではありません。"
                "その契約を選んで、別に取り込んでください。"
            )

    def _describe(self, cells: Cells) -> Described:
        self._require_this_contract(cells)
        media = self._media_type(cells)
        parent_no, origin = self._lineage(cells)
        quantity, unit = self._quantity(cells, media)
        item = Item(
            contract_id=self._finder.contract_id,
            item_class=self._item_class(cells, media),
            media_type=media,
            quantity=quantity,
            unit=unit,
            origin=origin,
            ownership=self._ownership(cells, origin),
            end_rule=self._choice(cells, "end_rule") or END_RULE_BY_ORIGIN[origin],
            home_place_id=self._place(cells),
            source_file_id=self._source_id,
        )
        return Described(item, parent_no)

    def _require_new(self, cells: Cells) -> str:
        """Refuse a number that stands already; return the key by which it is known."""
        number = cells.one_line("item_no")
        if not number:
            cells.problems.append("「管理番号」を入力してください。")
            return ""
        key = search_key(number)
        if key in self._first_line:
            cells.problems.append(
                f"管理番号「{number}」は{self._first_line[key]}行目と同じです（{cells.line}行目）。"
            )
        self._first_line.setdefault(key, cells.line)
        if key in self._finder.items_by_key:
            cells.problems.append(f"管理番号「{number}」は、すでに台帳にあります。")
        return key

    def _declared(self, cells: Cells) -> dict[str, Any]:
        """Return the fields that are read as the record declares them."""
        values: dict[str, Any] = referred(cells, self._finder)
        for f in self._given:
            if not cells.text(f.name) or isinstance(f.kind, Ref):
                continue
            value = self._wording.parsed(cells, f)
            if value is not None:
                values[f.name] = value
        return values

    def _choice(self, cells: Cells, name: str) -> Any:
        return self._wording.parsed(cells, Item.fields()[name]) if cells.text(name) else None

    def _media_type(self, cells: Cells) -> MediaType | None:
        words = cells.text("media_type")
        if not words:
            cells.problems.append("「媒体の種類」を入力してください。")
            return None
        media = self._media.get(search_key(words)) or media_type_of(words)
        if media is None:
            cells.problems.append(
                f"媒体の種類「{words}」が何か分かりません。取込みの質問で選んでください。"
            )
            self._found.ask(
                "media", words, cells.line, f"「{words}」は、どの種類ですか。",
                tuple((one.value, one.label) for one in MediaType),
            )  # fmt: skip
        return media

    def _item_class(self, cells: Cells, media: MediaType | None) -> ItemClass | None:
        if cells.text("item_class"):
            chosen = self._choice(cells, "item_class")
            return chosen if isinstance(chosen, ItemClass) else None
        return CLASS_OF.get(media, ItemClass.MEDIUM) if media else None

    def _quantity(self, cells: Cells, media: MediaType | None) -> tuple[Decimal | None, str]:
        if not cells.text("quantity"):
            cells.problems.append("「数量」を入力してください。")
            return None, ""
        read = cells.value("quantity", parse_decimal)
        if read is None or media is None:
            return None, ""
        unit = cells.one_line("unit") or read.unit
        if unit and (why := unit_problem(cells.text("quantity"), unit)):
            cells.problems.append(f"「数量」{why}")
        if not unit:
            unit = UNIT_OF.get(media, OTHER_UNIT)
            cells.notices.append(
                "数量に単位がありません。媒体の種類の普通の単位（枚・本・台など）を補いました。"
            )
        return read.number, unit

    def _place(self, cells: Cells) -> str:
        name = cells.one_line("home_place_id")
        if name:
            try:
                return self._finder.place(name, "保管場所").id
            except Unclear as error:
                self._found.ask("places", name, cells.line, f"「{name}」は、どの場所ですか。")
                if not self._options.default_place_id:
                    cells.problems.append(str(error))
                    return ""
                cells.remark(f"保管場所欄は「{name}」。")
        if not self._options.default_place_id:
            cells.problems.append(
                "「保管場所」を入力してください。保管場所の列のない表では、取込みの質問の"
                "「登録のない保管場所のもの」（コマンドでは --default-place）で答えられます。"
            )
        return self._options.default_place_id

    def _lineage(self, cells: Cells) -> tuple[str, ItemOrigin]:
        """Return the number of the original, if it is a copy, and the origin."""
        words = cells.one_line("original")
        parent = cells.one_line("parent_item_id")
        if match := _COPY_OF.match(words):
            parent = match["number"]
        elif words and search_key(words) not in _ORIGINAL:
            cells.problems.append(
                f"原本／複製の「{words}」が読めません。「原本」か「複製（管理番号）」と書いてください。"
            )
        stated = self._choice(cells, "origin")
        if parent:
            return parent, ItemOrigin.COPIED
        return "", stated if isinstance(stated, ItemOrigin) else self._options.origin

    def _ownership(self, cells: Cells, origin: ItemOrigin) -> Ownership:
        stated = self._choice(cells, "ownership")
        if isinstance(stated, Ownership):
            return stated
        ours = origin in (ItemOrigin.COPIED, ItemOrigin.BACKUP, ItemOrigin.CONTRACTOR_EQUIPMENT)
        return Ownership.CONTRACTOR if ours else Ownership.CLIENT

    def _encrypted(self, cells: Cells, item_class: ItemClass | None) -> Encrypted | None:
        stated = self._choice(cells, "encrypted")
        if isinstance(stated, Encrypted) or item_class is ItemClass.PAPER:
            return stated if isinstance(stated, Encrypted) else None
        return Encrypted.YES if search_key(cells.text("note")) == search_key("暗号化済") else None

    def _require_past(self, cells: Cells, received: date | None, ended: date | None) -> None:
        for day, what in ((received, "受領日"), (ended, "返却・廃棄の年月日")):
            if day is not None and day > self._ledger.today():
                cells.problems.append(f"「{what}」が先の日付です。年を確かめてください。")

    # --- originals and copies --------------------------------------------------------------------
    def _with_parents(self, drafts: dict[str, Draft]) -> list[Draft]:
        """Link copies to their originals; refuse those whose original is nowhere."""
        kept: dict[str, Draft] = {}
        if any(one.parent_no for one in drafts.values()):
            self._captions = {search_key(one.item.caption()): key for key, one in drafts.items()}
        for key in drafts:
            self._link(key, drafts, kept, ())
        return list(kept.values())

    def _link(
        self, key: str, drafts: dict[str, Draft], kept: dict[str, Draft], below: Sequence[str]
    ) -> Item | None:
        """Return the item of a row after its original, None if it cannot stand."""
        if key in kept:
            return kept[key].item
        draft = drafts.get(key)
        if draft is None:
            return self._finder.items_by_key.get(key)
        if draft.parent_no and not draft.cells.problems:
            named = search_key(draft.parent_no)
            parent_key = named if named in drafts else self._captions.get(named, named)
            if key == parent_key or parent_key in below:
                self._refuse_orphan(draft, "が複製をたどって自分自身に戻ります")
                return None
            parent = self._link(parent_key, drafts, kept, (*below, key)) or self._by_caption(draft)
            if parent is None:
                self._refuse_orphan(draft, "は、この表にも台帳にもありません")
                return None
            draft.item = draft.item.with_changes(parent_item_id=parent.id)
            draft.depth = kept[parent_key].depth + 1 if parent_key in kept else 1
        elif draft.cells.problems:
            return None
        kept[key] = draft
        return draft.item

    def _by_caption(self, draft: Draft) -> Item | None:
        try:
            return self._finder.item(draft.parent_no)
        except AzukariError:
            return None

    def _refuse_orphan(self, draft: Draft, why: str) -> None:
        if not draft.cells.problems:
            reason = (
                f"複製元「{draft.parent_no}」{why}。"
                "取り込まれなかった行なら、先にその行を直してください。"
            )
            draft.cells.problems.append(reason)
            self._found.refuse(draft.cells.line, reason)
