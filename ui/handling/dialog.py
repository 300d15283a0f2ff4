"""The base of all handling dialogs: what, then how, then Ctrl+Enter; nothing typed gets lost.

A dialog builds one draft event. Whatever changes, the draft is held against the custody of its
items, so that what cannot be is said while typing. A correction is the same dialog, filled with
the old event, with the reason as one more line (R-33).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.codes import HandlingKind, Role, Timing
from models.profiles import Profile
from models.records import HandlingEvent, Item, Stored
from models.rules.engine import Finding
from ui import layout
from ui.answering import Work
from ui.editor_base import FormDesk
from ui.handling import consent_help, defaults
from ui.handling.beginning import Beginning
from ui.handling.editors import ConsentEditor, PurposeEditor
from ui.handling.entering import Entering
from ui.handling.frame import Mode
from ui.handling.item_lines import ItemLines
from ui.handling.panel import FieldsPanel
from ui.handling.sheets import MAIN, PASSWORD
from ui.page import Desk
from ui.rule_panel import RulePanel


class HandlingDialog(Entering):
    """Enters one handling.

    Args:
        contract_id: "" to take the contract of the items, or the only one; else somebody has to say.
        items: ids of items that are in from the beginning.
        related: the open event that this one answers (use, take-out, departure).
        correcting: the event to correct; the dialog begins with what it says.
        plan: the plan that is being carried out; the dialog begins with what it says, now.
    """

    single: ClassVar[bool] = False

    def __init__(
        self,
        desk: Desk,
        contract_id: str,
        kind: HandlingKind,
        items: Sequence[str] = (),
        related: HandlingEvent | None = None,
        *,
        correcting: Stored[HandlingEvent] | None = None,
        plan: Stored[HandlingEvent] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.desk = desk
        self.ledger = desk.ledger
        self.kind = kind
        self.related = related
        self.correcting = correcting
        self.plan = plan
        self.planning = False  # while what is typed is being entered as a plan
        self._begins = Beginning(desk.ledger, kind, related, correcting, plan)
        self.contract_id = contract_id or self._begins.contract_id(items)
        self.form_desk = FormDesk.at(desk, lambda: self.contract_id, self.profile)
        self.mode: Mode | None = None
        self._saving = False
        self._loading = True
        self._begun: Any = None
        self._timeless = False
        self._time_typed = False
        self._more: FieldsPanel | None = None
        self._base = self._begins.event(self.contract_id)
        self.build()
        self.rules = RulePanel(desk, self)
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        column.insertWidget(column.count() - 1, self.rules)  # above message and buttons
        self._load(items)
        self._loading = False
        self.update_shown()
        self._begun = self._fingerprint()
        self.listen_to_scanner()
        self.keep_time()
        self.focus_first()

    # --- what subclasses say -----------------------------------------------------------------
    def make_body(self) -> QWidget | None:
        """Return what stands above the fields; here the items."""
        self.items = ItemLines(self.form_desk, self, single=self.single)
        self.items.changed.connect(self._items_changed)
        return self.items

    def field_names(self) -> list[str]:
        """Return which fields are shown in the present mode."""
        return [line.name for line in MAIN[self.kind]]

    def draft(self) -> HandlingEvent:
        """Return the event as it stands now."""
        values = self.panel.values() | (self._more.values() if self._more is not None else {})
        values.setdefault(PASSWORD, None)  # where nobody is asked, nothing is said
        if self._is_now():
            values["occurred_at"] = self.ledger.now()
        if self.delivery is not None:
            values["transport"] = self.delivery.said(values["means"])
        event = replace(self._base, kind=self.kind, lines=self.items.lines(), **values)
        if self.correcting is None:
            status = self.ledger.handling.status
            event = defaults.after_the_last(event, [status(one.id) for one in self.items.items])
        return replace(event, timing=Timing.PLANNED) if self.planning else event

    def _is_now(self) -> bool:
        """Tell whether the act is happening now: nobody has typed another time."""
        if self._timeless or self.correcting is not None:
            return False
        return not self._time_typed

    def new_items(self) -> list[Item]:
        """Return the items that come into being with the event."""
        return []

    def events(self) -> list[HandlingEvent]:
        """Return what will be entered; acts that answer several open ones are several events."""
        return [self.draft()]

    def work(self) -> Work:
        """Return the command, which takes what people say to the rules of the contract."""
        handling = self.ledger.handling
        events, new = self.events(), self.new_items()
        if self.correcting is not None:
            event_id, reason = self.correcting.record.id, self.reason.text()
            return lambda answers: handling.correct(event_id, events[0], reason, answers=answers)
        plan_id = self.plan.record.id if self.plan is not None else ""
        return lambda answers: handling.record_all(
            events, new_items=new, plan_id=plan_id, answers=answers
        )

    def examined(self) -> tuple[list[HandlingEvent], list[Item]]:
        """Return what the rules are asked about while it is typed: events and new items."""
        return self.events(), self.new_items()

    def more_problems(self) -> list[str]:
        """Return problems of what the subclass adds."""
        return []

    def counted_as(self) -> HandlingKind:
        """Return the kind of act whose usual number of pieces is proposed."""
        return self.kind

    def items_chosen(self, items: Sequence[Item]) -> None:
        """Adapt proposals to the items."""

    # --- words -------------------------------------------------------------------------------
    def profile(self) -> Profile | None:
        return self.ledger.known_profile(self.contract_id)

    # --- acting ------------------------------------------------------------------------------
    def take(self, code: str) -> bool:
        """Take a scanned number."""
        return self.items.take(code)

    def set_mode(self, number: int) -> None:
        """Use the dialog in another way."""
        mode = self.modes()[number]
        button = self._mode_group.button(number)
        button.setChecked(True)
        if mode == self.mode:
            return
        changed = mode.kind is not self.kind
        self.mode, self.kind = mode, mode.kind
        if changed:
            self.make_fields()
        self.mode_changed()
        self.update_shown()

    def mode_changed(self) -> None:
        """Adapt to the mode."""
        self.panel.arrange(self.field_names())

    def edited(self, name: str) -> None:
        """Take note of typing."""
        self._time_typed = self._time_typed or name == "occurred_at"
        if name == "authorization_id":
            self._follow_consent()
        self.update_shown()

    def problems(self) -> list[str]:
        """Return everything that keeps the event from being entered, as sentences."""
        draft = self.draft()
        found = [s for one in self.panel.problems(draft).values() for s in one]
        if self._more is not None:
            found += [s for one in self._more.problems(draft).values() for s in one]
        if self.delivery is not None:
            found += self.delivery.problems(draft)
        found += self.item_problems() + self.more_problems()
        found += [self.panel.reword(s) for s in draft.inconsistencies()]
        return list(dict.fromkeys(found))

    def item_problems(self) -> list[str]:
        if not self.items.items:
            return [
                self.tr(
                    "媒体・資料を入力してください（管理番号を読み取るか、番号を入力してEnter）。"
                )
            ]
        found = self.items.cell_problems()
        return found + (self.items.problem.split("\n") if self.items.problem else [])

    def focus_problem(self) -> None:
        """Put the keyboard where the first problem is."""
        found = self.panel.problems(self.draft())
        if not self.contract_id:
            self.contracts.setFocus()
        elif self.item_problems():
            self.items.setFocus()
        elif found:
            self.panel.focus(next(iter(found)))

    def focus_first(self) -> None:
        """Put the keyboard where the clerk begins."""
        self.items.setFocus()

    def is_dirty(self) -> bool:
        """Tell whether closing now would lose something."""
        if self._begun is None or self._saving:
            return False
        return self._fingerprint() != self._begun or bool(self.reason.text().strip())

    # --- what is shown -----------------------------------------------------------------------
    def update_shown(self) -> None:
        """Hold the draft against fields, custody and consents, and say what does not fit."""
        if self._loading:
            return
        self.items.speak_of(self.counted_as())
        self.panel.arrange(self.field_names())
        draft = self.draft()
        self._offer_consents(draft)
        draft = self.draft()
        self.panel.update_shown(draft)
        if self.delivery is not None:
            self.delivery.update_shown(draft)
        if self._more is not None:
            self._more.update_shown(draft)
        self._show_hindrances()
        missing = self.panel.missing(draft)
        text = self.tr("未入力の必須項目：{words}").format(words="、".join(missing))
        layout.say(self.missing, text if missing else "", "care")
        layout.say(self.message, "", "problem")
        self.plan_button.setVisible(self.can_plan())
        self.check_offer.setVisible(self.offers_check())
        self.fit_columns()
        self.setWindowTitle(self.show_title())
        self._ask_rules()

    def _ask_rules(self) -> None:
        """Hold the draft against the rules; what lies ahead is judged as the plan it is."""
        events, new = self.examined()
        if self.can_plan():
            events = [self._begins.as_it_lies(event) for event in events]
        rules = self.ledger.rules

        def examine() -> list[Finding]:
            return [finding for event in events for finding in rules.about_event(event, new)]

        self.rules.consider(examine)

    def _show_hindrances(self) -> None:
        found = self._begins.hindrances(self.events(), self.new_items())
        for item in self.items.items:
            if item.contract_id and item.contract_id != self.contract_id:
                found[item.id] = self.tr("{item}は、ほかの契約の媒体・資料です。").format(
                    item=item.caption()
                )
        self.items.show_hindrances(found)

    def _offer_consents(self, draft: HandlingEvent) -> None:
        row = self.panel.rows.get("authorization_id")
        if row is None or not isinstance(row.editor, ConsentEditor):
            return
        found = defaults.authorizations(self.ledger, self.contract_id, self.kind, draft.occurred_at)
        row.editor.offer(found)

    # --- loading -----------------------------------------------------------------------------
    def _load(self, items: Sequence[str]) -> None:
        self.show_values(self._base)
        if self.correcting is not None:
            self.items.set_lines(self._base.lines, fixed=self.items_are_fixed())
        if self.plan is not None:
            self.items.set_lines(self._base.lines)
        for item_id in items:
            self.items.add(item_id)
        if self.modes():
            self.set_mode(self.first_mode())
        self.apply_role()

    def items_are_fixed(self) -> bool:
        """Tell whether a correction must leave the items as they are."""
        return False

    def first_mode(self) -> int:
        """Return which mode fits what the dialog begins with."""
        found = [n for n, mode in enumerate(self.modes()) if mode.kind is self.kind]
        return found[0] if found else 0

    def show_values(self, event: HandlingEvent) -> None:
        self.panel.set_values({n: getattr(event, n) for n in self.panel.rows})
        purpose = self.panel.rows["purpose"].editor
        if isinstance(purpose, PurposeEditor):
            purpose.offer(defaults.recent_purposes(self.ledger, self.contract_id, self.kind))

    def apply_role(self) -> None:
        if self.ledger.role is Role.WORKER:
            row = self.panel.rows["actor_person_id"]
            row.editor.set_read_only(True)
            row.hint.setText(self.tr("従事者は、自分の取扱いだけを記録できます"))
            row.hint.show()

    def move_time_on(self) -> None:
        """Show the present time while nobody has typed another."""
        if self._is_now():
            clean = not self.is_dirty()
            now = self.ledger.now().replace(second=0, microsecond=0)
            self.panel.set_values({"occurred_at": now})
            self._begun = self._fingerprint() if clean else self._begun

    def _fingerprint(self) -> Any:
        """Return what is entered, without the time that goes on by itself."""
        self._timeless = True
        try:
            return (self.draft(), tuple(self.new_items()))
        finally:
            self._timeless = False

    def _items_changed(self) -> None:
        chosen = self.items.items
        if self._loading:
            self._consider(chosen)
            return
        foreign = len(chosen) == 1 and chosen[0].contract_id not in ("", self.contract_id)
        if foreign and self.correcting is None:
            self.choose_contract(chosen[0].contract_id)
        self._consider(chosen)
        self.update_shown()

    def _consider(self, items: Sequence[Item]) -> None:
        """Propose what fits these items."""
        if self.correcting is None and self.plan is None:
            at = self._base.occurred_at
            basis = defaults.usual_consent(self.ledger, self.contract_id, self.kind, at, items)
            self.panel.suggest("authorization_id", basis)
            self._follow_consent()
        self.items_chosen(items)

    def _follow_consent(self) -> None:
        if self.correcting is None and self.plan is None:
            usual = self._base.destination_text
            consent_help.follow(self.ledger, self.kind, self.panel, self.items, usual)

    def choose_contract(self, contract_id: str) -> None:
        if contract_id == self.contract_id:
            return
        self.contract_id = contract_id
        self.show_contract()
        fresh = defaults.starting_event(self.ledger, contract_id, self.kind)
        self._base = fresh
        for name, row in self.panel.rows.items():
            if not row.touched:
                self.panel.set_values({name: getattr(fresh, name)})
        self.contract_changed()
        self.update_shown()

    def contract_changed(self) -> None:
        """Adapt to another contract."""
