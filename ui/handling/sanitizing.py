"""消去・廃棄: one card for each item with the method, and the facts that all of them share."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGroupBox, QVBoxLayout, QWidget

from models import amounts
from models.codes import (
    AssignmentRole,
    SanitizationAct,
    VerificationResult,
)
from models.codes import HandlingKind as K
from models.commands import Change
from models.records import (
    Contract,
    HandlingEvent,
    InformationAsset,
    Item,
    Person,
    Sanitization,
)
from models.records.handling import is_failed
from models.rules.standing import works_on
from models.sanitizing import fitting_name
from ui import layout
from ui.editor_base import FormDesk
from ui.editor_refs import CertificateEditor, PhotosEditor
from ui.handling import methods
from ui.handling.dialog import HandlingDialog
from ui.handling.frame import Mode
from ui.handling.more_fields import MoreFields
from ui.handling.panel import FieldsPanel, Line
from ui.handling.papers import offer_paper
from ui.handling.words import kind_word

REPORT, CERTIFICATE = "D-17", "D-18"

CARD = (
    Line("method", "方法"),
    Line("category", "抹消の水準"),
    Line("tool_name", "使用ソフト・装置"),
    Line("tool_version", "版"),
    Line("info_items", "情報項目", wide=True),
    Line("verification_method", "検証方法"),
    Line("verification_result", "検証結果"),
    Line("irrecoverable_confirmed", "復元・判読不能の確認", wide=True),
)
CARD_MORE = (
    Line("method_detail", "方法の詳細", wide=True),
    Line("passes", "上書きの回数"),
    Line("photo_before_ids", "作業前の写真", wide=True, make=PhotosEditor),
    Line("photo_ids", "作業後の写真", wide=True, make=PhotosEditor),
)
WITH_TOOL = frozenset({"tool_name", "tool_version"})
SHARED = (
    Line("performed_org_id", "実施した組織"),
    Line("place_text", "実施場所"),
    Line("responsible_person_id", "責任者"),
    Line("ordered_by_assignment_id", "指示した責任者"),
    Line("verified_by", "検証した人"),
    Line("witness_requested", "委託者の立会いの求め", wide=True),
    Line("witness_title", "立会者の職名"),
    Line("witness_name", "立会者の氏名", hint="立会いなしに行ったときは空けておきます"),
    Line("witnessed_at", "立会いの日時"),
)
SHARED_MORE = (
    Line("vendor_certificate_no", "証明書の番号"),
    Line("vendor_certificate_on", "証明書の日付"),
    Line("vendor_certificate_id", "業者の証明書", wide=True, make=CertificateEditor),
    Line("pre_classification", "抹消前の区分"),
    Line("post_classification", "抹消後の区分"),
    Line("data_backed_up", "バックアップの有無と場所"),
    Line("post_destination", "抹消後の行先"),
)
ORDER, ASKED = "ordered_by_assignment_id", "witness_requested"
WITNESS = frozenset({"witness_title", "witness_name", "witnessed_at"})


class SanitizationCard(QWidget):
    """How one item was dealt with."""

    changed = Signal()

    def __init__(
        self, desk: FormDesk, item: Item, kind: K, start: Sanitization, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.item = item
        self._kind = kind
        self._start = start
        self.panel = FieldsPanel(Sanitization, CARD, desk, self)
        self.panel.edited.connect(self._edited)
        self.more = MoreFields("方法の詳細・写真", Sanitization, CARD_MORE, desk, self)
        self.more.panel.edited.connect(self._edited)
        self.remark = layout.note("")
        box = QGroupBox(self)
        box.setTitle(layout.shortened(item.caption(), box))
        box.setToolTip(item.caption())
        inner = QVBoxLayout(box)
        inner.addWidget(self.panel)
        inner.addWidget(self.remark)
        inner.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(box)
        self.panel.set_values({line.name: getattr(start, line.name) for line in CARD})
        self.more.unfold(self.more.fill({one.name: getattr(start, one.name) for one in CARD_MORE}))
        self.update_shown()

    def detail(self) -> Sanitization:
        """Return what the card says; the shared facts are not in it yet."""
        return replace(self._start, **self.panel.values(), **self.more.panel.values())

    def set_kind(self, kind: K) -> None:
        """Propose again, for the other act; what was typed stays."""
        self._kind = kind
        usual = methods.proposal(self.item, kind)
        self.panel.suggest("method", usual.method)
        self.panel.suggest("category", usual.category)
        self.panel.suggest("verification_method", usual.check)
        self.update_shown()

    def update_shown(self) -> None:
        detail = self.detail()
        tool = bool(WITH_TOOL & detail.required())
        hidden = set() if tool else set(WITH_TOOL)
        if not self._start.electronic:
            hidden.add("category")
        self.panel.arrange([line.name for line in CARD if line.name not in hidden])
        self.panel.update_shown(detail)
        self.more.panel.update_shown(detail)
        found = methods.remarks(self.item, self._kind, detail.method, detail.category)
        layout.say(self.remark, "\n".join(f"⚠ {one}" for one in found), "care")

    def problems(self) -> list[str]:
        self.panel.touch_all()
        self.more.panel.touch_all()
        self.update_shown()
        detail = self.detail()
        found = self.panel.problems(detail) | self.more.panel.problems(detail)
        return [f"{self.item.item_no}：{s}" for one in found.values() for s in one]

    def _edited(self, _name: str) -> None:
        self.update_shown()
        self.changed.emit()


class SanitizeDialog(HandlingDialog):
    """Enters an erasure or a disposal with all that its certificate will need."""

    def modes(self) -> Sequence[Mode]:
        profile = self.profile()
        return (
            Mode(kind_word(K.DISPOSE, profile), K.DISPOSE),
            Mode(kind_word(K.ERASE, profile), K.ERASE),
        )

    def make_detail(self) -> QWidget | None:
        whole = QWidget(self)
        self._cards: dict[str, SanitizationCard] = {}
        self._card_place = QVBoxLayout()
        box = QGroupBox(self.tr("すべてに共通"), whole)
        self.shared = FieldsPanel(Sanitization, SHARED, self.form_desk, box)
        self.shared.set_values(self._shared_start())
        self.shared.edited.connect(lambda _name: self.update_shown())
        title = self.tr("業者の証明書・抹消前後の区分")
        self.shared_more = MoreFields(title, Sanitization, SHARED_MORE, self.form_desk, box)
        self.shared_more.panel.edited.connect(lambda _name: self.update_shown())
        self.shared_more.unfold(self.shared_more.fill(self._shared_start()))
        inner = QVBoxLayout(box)
        inner.addWidget(self.shared)
        inner.addWidget(self.shared_more)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._card_place)
        column.addWidget(box)
        return whole

    def draft(self) -> HandlingEvent:
        event = super().draft()
        rows = tuple(
            self._whole(card, event)
            for item in self.items.items
            if (card := self._cards.get(item.id)) is not None
        )
        return replace(event, sanitization=tuple(map(_planned, rows)) if self.planning else rows)

    def mode_changed(self) -> None:
        self.items.limit_to(self.kind)
        super().mode_changed()
        for card in self._cards.values():
            card.set_kind(self.kind)

    def update_shown(self) -> None:
        self._make_cards()
        super().update_shown()
        if not self._loading:
            demanded = self._demanded()
            hidden = {ORDER} - demanded
            if not self.shared.values()[ASKED]:
                hidden |= WITNESS
            self.shared.demand(demanded)
            self.shared.arrange([line.name for line in SHARED if line.name not in hidden])
            row = self._shared_row()
            self.shared.update_shown(row)
            self.shared_more.panel.update_shown(row)

    def more_problems(self) -> list[str]:
        if self.planning:  # how it went can only be said afterwards; the record knows the rest
            return []
        found = [s for card in self._cards.values() for s in card.problems()]
        row = self._shared_row()
        for panel in (self.shared, self.shared_more.panel):
            panel.touch_all()
            panel.update_shown(row)
            found += [s for one in panel.problems(row).values() for s in one]
        if row.verified_by and row.verified_by == self.draft().actor_person_id:
            found.append(self.tr("「検証した人」には、実施した人と別の人を選んでください。"))
        return found

    def items_chosen(self, items: Sequence[Item]) -> None:
        self._make_cards()

    def contract_changed(self) -> None:
        for name, value in self._shared_start().items():
            self.shared.suggest(name, value)

    def edited(self, name: str) -> None:
        if name == "place_from_id":
            self._say_place()
        super().edited(name)

    def focus_problem(self) -> None:
        """Put the keyboard where the first problem is, in the order in which one reads."""
        if self.item_problems() or self.panel.problems(self.draft()):
            super().focus_problem()
            return
        row = self._shared_row()
        places = [(one.panel, one.detail()) for one in self._cards.values()]
        for panel, built in (*places, (self.shared, row), (self.shared_more.panel, row)):
            found = panel.problems(built)
            if found:
                panel.focus(next(iter(found)))
                return

    def after(self, change: Change) -> None:
        act = self.ledger.store.get(HandlingEvent, change.ids[-1])
        if self.correcting is not None or (act is not None and is_failed(act.record)):
            return
        profile = self.desk.ledger.profile(self.contract_id)
        wanted = [d for d in (CERTIFICATE, REPORT) if profile.document(d).demanded]
        for doc_kind in wanted[:1] or [REPORT]:
            offer_paper(self.desk, doc_kind, self.contract_id, change.ids[-1:], self.parentWidget())

    def _say_place(self) -> None:
        """Let the words of the certificate follow the place, unless somebody typed others."""
        place = self.panel.values()["place_from_id"]
        if place:
            self.shared.suggest("place_text", self.ledger.registers.caption("place", place))

    # --- the rows ----------------------------------------------------------------------------
    def _whole(self, card: SanitizationCard, event: HandlingEvent) -> Sanitization:
        line = next((one for one in event.lines if one.item_id == card.item.id), None)
        act = SanitizationAct.ERASE if event.kind is K.ERASE else SanitizationAct.DISPOSE
        status = self.ledger.handling.status(card.item.id)
        left = amounts.usual(card.item, status, event.kind)
        said = card.detail()
        return replace(
            said, act=act, performed_at=event.occurred_at,
            performed_by=event.actor_person_id,
            media_name=said.media_name if fitting_name(card.item, said.media_name) else card.item.name,
            unit=card.item.unit, electronic=card.item.electronic,
            quantity=line.quantity if line and line.quantity is not None else left,
            client_method_authorization_id=event.authorization_id, **self._shared_values(),
        )  # fmt: skip

    def _shared_row(self) -> Sanitization:
        electronic = any(item.electronic for item in self.items.items)
        return Sanitization(electronic=electronic, **self._shared_values())

    def _shared_values(self) -> dict[str, Any]:
        values = self.shared.values() | self.shared_more.panel.values()
        if not values[ASKED]:  # who attended belongs to the request
            values |= {"witness_title": "", "witness_name": "", "witnessed_at": None}
        return values

    def _demanded(self) -> set[str]:
        """Return what the contract's text asks for beyond the record."""
        profile = self.profile()
        if profile is None:
            return set()
        end, unneeded = profile.params.end, profile.params.unneeded
        found = {ASKED} if end.witness_on_request else set()
        if end.basis == "clause" and unneeded.regime == "manager_order":  # FK-9.1
            found.add(ORDER)
        return found

    def _make_cards(self) -> None:
        wanted = {item.id for item in self.items.items}
        for item_id in [one for one in self._cards if one not in wanted]:
            card = self._cards.pop(item_id)
            self._card_place.removeWidget(card)
            card.deleteLater()
        for item in self.items.items:
            if item.id not in self._cards:
                card = SanitizationCard(
                    self.form_desk, item, self.kind, self._start_of(item), self.content
                )
                card.changed.connect(self.update_shown)
                self._cards[item.id] = card
                self._card_place.addWidget(card)

    def _start_of(self, item: Item) -> Sanitization:
        for row in self._base.sanitization:
            if row.item_id == item.id:
                return _unanswered(row) if self.plan is not None else row
        usual = methods.proposal(item, self.kind)
        texts = [one.fields_text for one in item.contents] or self._asset_texts(item)
        return Sanitization(
            item_id=item.id, info_items="、".join(texts), media_name=item.name, unit=item.unit,
            electronic=item.electronic, method=usual.method, category=usual.category,
            verification_method=usual.check,
        )  # fmt: skip

    def _asset_texts(self, item: Item) -> list[str]:
        store = self.ledger.store
        found = [store.get(InformationAsset, one.asset_id) for one in item.contents]
        return [one.record.name for one in found if one is not None]

    def _shared_start(self) -> dict[str, Any]:
        if self._base.sanitization:
            row = self._base.sanitization[0]
            return {line.name: getattr(row, line.name) for line in (*SHARED, *SHARED_MORE)}
        me = self.ledger.store.get(Person, self.ledger.user.person_id)
        contract = self.ledger.store.get(Contract, self.contract_id)
        org = contract.record.contractor_org_id if contract else ""
        return {
            "performed_org_id": org or (me.record.organization_id if me else ""),
            "place_text": self.ledger.registers.caption("place", self._base.place_from_id),
            "responsible_person_id": self._responsible(),
        }

    def _responsible(self) -> str:
        if not self.contract_id:
            return ""
        books, profile = self.ledger.rules.books, self.ledger.profile(self.contract_id)
        found = [
            one
            for one in books.assigned(self.contract_id)
            if works_on(one, self.ledger.today(), books, profile)
        ]
        order = (AssignmentRole.INFO_MANAGER, AssignmentRole.WORK_SUPERVISOR)
        for role in reversed(order):
            for one in found:
                if one.role is role:
                    return one.person_id
        return ""


def _planned(row: Sanitization) -> Sanitization:
    """Return what is planned: the way is chosen, nothing has been checked yet."""
    return replace(
        row, irrecoverable_confirmed=False, verification_result=VerificationResult.UNKNOWN,
        witness_requested=None, witness_title="", witness_name="", witnessed_at=None,
    )  # fmt: skip


def _unanswered(row: Sanitization) -> Sanitization:
    """Return a planned row without what only the deed can answer."""
    return replace(row, irrecoverable_confirmed=None, verification_result=None)
