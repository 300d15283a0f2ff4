"""Dialogs of things that move: use, take-out, bring-back, transport, return and hand-over."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QGroupBox, QVBoxLayout, QWidget

from models.codes import EncryptionMeasure, ItemState
from models.codes import HandlingKind as K
from models.item_status import Status
from models.records import HandlingEvent, HandlingLine, Item, TransportDetail
from models.trips import trip_of
from ui.handling import defaults
from ui.handling.dialog import HandlingDialog
from ui.handling.frame import Mode
from ui.handling.panel import FieldsPanel, Line
from ui.handling.sheets import PASSWORD
from ui.handling.words import kind_word

START, END, DONE = "start", "end", "done"


class AnsweringDialog(HandlingDialog):
    """A dialog whose event may answer open ones: one event for each of them."""

    def answers(self) -> bool:
        """Tell whether the present mode answers an open event."""
        return True

    def answering(self, event: HandlingEvent) -> HandlingEvent:
        """Return an event with the open one that it answers, where it answers one."""
        if not self.answers() or not event.lines or event.related_event_id:
            return event
        opened = self._open_event(self.items.items[0], event.actor_person_id)
        return replace(event, related_event_id=opened)

    def events(self) -> list[HandlingEvent]:
        draft = self.draft()
        if self.correcting is not None or not self.answers() or not draft.lines:
            return [draft]
        groups: dict[tuple[str, str], list[HandlingLine]] = {}
        for line, item in zip(draft.lines, self.items.items, strict=True):
            groups.setdefault(self.group_of(item, draft), []).append(line)
        return [
            replace(draft, lines=tuple(lines), related_event_id=related,
                    place_to_id=draft.place_to_id or place)
            for (related, place), lines in groups.items()
        ]  # fmt: skip

    def group_of(self, item: Item, draft: HandlingEvent) -> tuple[str, str]:
        """Return which open event the item answers, and where it goes if nothing is said."""
        return self._open_event(item, draft.actor_person_id), ""

    def _open_event(self, item: Item, actor_id: str = "") -> str:
        status = self.ledger.handling.status(item.id)
        opened = self.related.id if self.related is not None else ""
        if status and (trip := trip_of(status, opened, actor_id)):
            return trip.event_id
        if status is not None and status.using:
            return status.using
        return self.related.id if self.related is not None else ""

    def statuses(self) -> Iterable[Status | None]:
        return [self.ledger.handling.status(item.id) for item in self.items.items]


class UseDialog(AnsweringDialog):
    """使用: start, end, or both when the use is over already."""

    def modes(self) -> Sequence[Mode]:
        use = kind_word(K.USE, self.profile())
        return (
            Mode(self.tr("{use}を始める").format(use=use), K.USE, START),
            Mode(self.tr("{use}を終える").format(use=use), K.USE, END),
            Mode(self.tr("済んだ{use}をまとめて記録").format(use=use), K.USE, DONE),
        )

    def first_mode(self) -> int:
        if self.correcting is not None:
            event = self.correcting.record
            return 2 if event.ended_at is not None else 1 if event.related_event_id else 0
        in_use = any(s is not None and s.state is ItemState.IN_USE for s in self.statuses())
        return 1 if self.related is not None or in_use else 0

    def answers(self) -> bool:
        return self.mode is not None and self.mode.part == END

    def draft(self) -> HandlingEvent:
        event = super().draft()
        if self.mode is not None and self.mode.part != DONE:
            event = replace(event, ended_at=None)
        return self.answering(event)

    def mode_changed(self) -> None:
        part = self.mode.part if self.mode is not None else START
        use = self.word().split("・")[0]
        began = self.tr("{use}を終えた日時") if part == END else self.tr("{use}開始の日時")
        labels = {
            "occurred_at": began,
            "ended_at": self.tr("{use}終了の日時"),
            "actor_person_id": self.tr("{use}した人"),
            "place_from_id": self.tr("{use}した場所"),
        }
        self.panel.relabel({name: word.format(use=use) for name, word in labels.items()})
        super().mode_changed()
        if part == DONE and self.panel.rows["ended_at"].editor.value() is None:
            self.panel.set_values({"ended_at": self._base.occurred_at})

    def field_names(self) -> list[str]:
        names = super().field_names()
        done = self.mode is not None and self.mode.part == DONE
        return names if done else [name for name in names if name != "ended_at"]

    def more_problems(self) -> list[str]:
        done = self.mode is not None and self.mode.part == DONE
        if done and self.draft().ended_at is None:
            field = self.panel.rows["ended_at"].field
            return [self.tr("「{0}」を入力してください。").format(field.label)]
        return []

    def items_chosen(self, items: Sequence[Item]) -> None:
        if self.correcting is not None or not items:
            return
        if not self.panel.values()["place_from_id"]:
            self.panel.suggest("place_from_id", _common_place(self, items))
        if self._loading:
            return
        states = {status.state for status in self.statuses() if status is not None}
        if len(items) == 1 and self.mode is not None and self.mode.part != DONE:
            self.set_mode(1 if ItemState.IN_USE in states else 0)
        if self.answers():
            started = self.ledger.store.get(HandlingEvent, self._open_event(items[0]))
            if started is not None:
                self.panel.suggest("purpose", started.record.purpose)
                if started.record.place_from_id:
                    self.panel.suggest("place_from_id", started.record.place_from_id)


class TakeOutDialog(HandlingDialog):
    """持出し: where to, until when, on which consent, how protected."""

    def field_names(self) -> list[str]:
        encrypted = self.panel.rows["encryption"].editor.value() is EncryptionMeasure.APPLIED
        return [name for name in super().field_names() if encrypted or name != PASSWORD]

    def items_chosen(self, items: Sequence[Item]) -> None:
        if self.correcting is None and items:
            suggest_protection(self, items)
            self._base = replace(self._base, place_from_id=_common_place(self, items))


class BringBackDialog(AnsweringDialog):
    """持帰り: back to the place from which it was taken, answering the take-out."""

    def group_of(self, item: Item, draft: HandlingEvent) -> tuple[str, str]:
        return self._open_event(
            item, draft.actor_person_id
        ), "" if draft.place_to_id else item.home_place_id

    def draft(self) -> HandlingEvent:
        event = super().draft()
        if self.correcting is None and event.lines and not event.related_event_id:
            return replace(
                event, related_event_id=self._open_event(self.items.items[0], event.actor_person_id)
            )
        return event

    def items_chosen(self, items: Sequence[Item]) -> None:
        homes = {item.home_place_id for item in items}
        if self.correcting is None:
            self.panel.suggest("place_to_id", homes.pop() if len(homes) == 1 else "")


DEPARTURE = (
    Line("persons", "運搬する人", needed=True, wide=True),
    Line("departed_at", "出発の日時", needed=True),
    Line("carrier_org_id", "運送事業者"),
    Line("container", "容器・施錠", needed=True),
    Line("vehicle", "車両"),
    Line("route", "経路"),
    Line("tracking_no", "追跡番号"),
    Line("do_not_leave_instructed", "資料から離れないことの指示", wide=True),
    Line("instructed_by", "指示した人"),
    Line("instructed_at", "指示した日時"),
)
ARRIVAL = (
    Line("arrived_at", "到着の日時", needed=True),
    Line("received_by", "受け取った人", needed=True),
    Line("received_at", "受取の日時"),
)


class TransportDialog(AnsweringDialog):
    """運搬: departure, arrival, or a whole transport that is over."""

    def modes(self) -> Sequence[Mode]:
        return (
            Mode(self.tr("出発"), K.TRANSPORT, START),
            Mode(self.tr("到着"), K.TRANSPORT, END),
            Mode(self.tr("出発から到着まで"), K.TRANSPORT, DONE),
        )

    def make_detail(self) -> QWidget | None:
        box = QGroupBox(self.tr("運搬の記録"), self)
        self.carriage = FieldsPanel(TransportDetail, (*DEPARTURE, *ARRIVAL), self.form_desk, box)
        self.carriage.edited.connect(lambda _name: self.update_shown())
        QVBoxLayout(box).addWidget(self.carriage)
        self._detail_base = self._first_detail()
        self.carriage.set_values(
            {name: getattr(self._detail_base, name) for name in self.carriage.rows}
        )
        return box

    def first_mode(self) -> int:
        if self.correcting is not None:
            details = self.correcting.record.transport
            if not details or details[0].arrived_at is None:
                return 0
            return 1 if self.correcting.record.related_event_id else 2
        moving = any(s is not None and s.state is ItemState.IN_TRANSIT for s in self.statuses())
        return 1 if moving or self.related is not None else 0

    def answers(self) -> bool:
        return self.mode is not None and self.mode.part == END

    def counted_as(self) -> K:
        return K.BRING_BACK if self.answers() else super().counted_as()

    def detail(self) -> TransportDetail:
        """Return the carriage as it stands now."""
        return replace(self._detail_base, **self.carriage.values())

    def draft(self) -> HandlingEvent:
        event = replace(super().draft(), transport=(self.detail(),))
        return self.answering(event)

    def mode_changed(self) -> None:
        part = self.mode.part if self.mode is not None else START
        names = {START: DEPARTURE, END: ARRIVAL, DONE: (*DEPARTURE, *ARRIVAL)}[part]
        self.carriage.arrange([line.name for line in names])
        now = self._base.occurred_at
        if part != END:
            self.carriage.suggest("departed_at", now)
        if part == START and self.correcting is None:
            self._detail_base = replace(self._detail_base, arrived_at=None, received_at=None,
                                        received_by="")  # fmt: skip
        if part != START:
            self.carriage.suggest("arrived_at", now)
        super().mode_changed()

    def update_shown(self) -> None:
        super().update_shown()
        if not self._loading:
            self.carriage.update_shown(self.detail())

    def more_problems(self) -> list[str]:
        detail = self.detail()
        self.carriage.touch_all()
        self.carriage.update_shown(detail)
        found = [s for one in self.carriage.problems(detail).values() for s in one]
        return found + [self.carriage.reword(s) for s in detail.inconsistencies()]

    def items_chosen(self, items: Sequence[Item]) -> None:
        if self.correcting is not None or not items:
            return
        suggest_protection(self, items)
        self.panel.suggest("place_from_id", _common_place(self, items))
        told = self.panel.values()
        if told["place_to_id"] == told["place_from_id"]:  # where the last one went, and these lie
            self.panel.suggest("place_to_id", "")
        states = {status.state for status in self.statuses() if status is not None}
        if not self._loading and len(items) == 1:
            self.set_mode(1 if ItemState.IN_TRANSIT in states else 0)
        if ItemState.IN_TRANSIT in states:
            self._take_over(self._open_event(items[0]))

    def _take_over(self, event_id: str) -> None:
        """Begin the arrival with what the departure said."""
        stored = self.ledger.store.get(HandlingEvent, event_id)
        if stored is None:
            return
        left = stored.record
        for name in ("purpose", "place_from_id", "place_to_id", "destination_text", "encryption"):
            self.panel.suggest(name, getattr(left, name))
        if left.transport:
            self._detail_base = left.transport[0]
            departed = {line.name: getattr(left.transport[0], line.name) for line in DEPARTURE}
            self.carriage.set_values(departed)

    def _first_detail(self) -> TransportDetail:
        if self._base.transport:
            return self._base.transport[0]
        me = self.ledger.registers.caption("person", self.ledger.user.person_id)
        return TransportDetail(persons=(me,) if me else ())


class FromOutsideDialog(AnsweringDialog):
    """A dialog whose act may concern what is outside while the rest lies here."""

    def make_detail(self) -> QWidget | None:
        self.outside = QCheckBox(self.tr("持ち出している分（手元にあるものではない）"), self)
        self.outside.toggled.connect(lambda _on: self.update_shown())
        self.outside.setVisible(False)
        return self.outside

    def may_be_outside(self) -> bool:
        """Tell whether the present kind may concern what is outside."""
        return self.kind in FROM_OUTSIDE

    def answers(self) -> bool:
        return self.outside.isChecked() and self.may_be_outside()

    def counted_as(self) -> K:
        return K.BRING_BACK if self.answers() else super().counted_as()

    def draft(self) -> HandlingEvent:
        event = super().draft()
        if not self.may_be_outside() or not self.items.items:
            return event
        opened = event.related_event_id or self._open_event(
            self.items.items[0], event.actor_person_id
        )
        return replace(event, related_event_id=opened if self.answers() else "")

    def update_shown(self) -> None:
        if not self._loading:
            apart = any(s is not None and s.found is ItemState.PART_OUT for s in self.statuses())
            said = self.correcting is not None and bool(self.correcting.record.related_event_id)
            with QSignalBlocker(self.outside):
                if said and not self.outside.isVisibleTo(self):
                    self.outside.setChecked(True)
                self.outside.setVisible((apart or said) and self.may_be_outside())
                if self.outside.isHidden():
                    self.outside.setChecked(False)
        super().update_shown()


FROM_OUTSIDE = frozenset({K.RETURN, K.HAND_OVER, K.LOSS})


class GiveBackDialog(FromOutsideDialog):
    """返還・引渡し: to whom, by what means; a part of an item may go alone."""

    def modes(self) -> Sequence[Mode]:
        profile = self.profile()
        return (
            Mode(kind_word(K.RETURN, profile), K.RETURN),
            Mode(kind_word(K.HAND_OVER, profile), K.HAND_OVER),
        )

    def mode_changed(self) -> None:
        self.items.limit_to(self.kind)
        super().mode_changed()


def suggest_protection(dialog: HandlingDialog, items: Sequence[Item]) -> None:
    """Propose what the register says about the protection of these items."""
    measure = defaults.encryption_of(items)
    dialog.panel.suggest("encryption", measure)


def _common_place(dialog: HandlingDialog, items: Sequence[Item]) -> str:
    """Return where the items are, when they are all in one place."""
    found = [dialog.ledger.handling.status(item.id) for item in items]
    places = {status.place_id for status in found if status is not None}
    return places.pop() if len(places) == 1 else ""
