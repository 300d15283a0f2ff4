"""The story of a sample contract: what comes in, is used, copied, carried, returned, destroyed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from models.codes import (
    AuthorizationSubject,
    CommunicationKind,
    CommunicationMeans,
    CommunicationStatus,
    Direction,
    EncryptionMeasure,
    EndRule,
    HandlingKind,
    ItemState,
    Means,
    Ownership,
    SanitizationAct,
    SanitizationCategory,
    SanitizationMethod,
    Urgency,
    VerificationMethod,
    VerificationResult,
)
from models.commands import Change
from models.errors import NeedsAnswer
from models.ledger import Ledger
from models.records import (
    ClientCommunication,
    HandlingEvent,
    HandlingLine,
    Item,
    Sanitization,
    TransportDetail,
)
from models.rules.answers import NO_ANSWERS, Answers, SignIn
from models.rules.checking import CheckAsked, CheckIn, facts_of
from models.seconding import asked_of
from ui.handling.numbers import copy_numbers
from ui.sample import cast
from ui.sample.clock import StoryClock
from ui.sample.stage import Stage

ALONE = "ほかに立ち会える利用者がいなかったため"
BATCH = 500  # events of one command when many are asked for


class Story(Stage):
    """One sample contract on an open ledger, told day by day.

    The story keeps the contract's rules. `planted` breaks a few of them, for screens that show
    what is due or broken.
    """

    def __init__(
        self, ledger: Ledger, clock: StoryClock, seed: int, *, planted: bool = False
    ) -> None:
        super().__init__(ledger, clock, seed)
        self._planted = planted
        self._stock: list[Item] = []
        self._copies: list[Item] = []
        self._out: list[tuple[Item, str]] = []

    # --- a day -----------------------------------------------------------------------------------
    def day(self, day: date, number: int) -> None:
        """Tell one working day."""
        self.clock.go_to(day, 9)
        if number % 5 == 0 or not self._stock:
            self.receive(4)
        for item in self._some(self._stored(self._stock), 3):
            self.use(item)
        self.clock.go_to(day, 11)
        if number % 4 == 1:
            for item in self._some(self._stored(self._stock), 1):
                self.copy(item)
        self.clock.go_to(day, 13)
        if number % 6 == 2:
            for item in self._some(self._stored(self._stock), 1):
                self.take_out_and_back(item)
        if number % 7 == 3:
            for item in self._some(self._stored(self._stock), 1):
                self.carry(item)
        if number % 5 == 4:
            for item in self._some(self._stored(self._stock), 1):
                self.give_back(item)
        self.clock.go_to(day, 16)
        if number % 6 == 5:
            for item in self._some(self._stored(self._copies), 2):
                self.destroy(item)
        self.clock.go_to(day, 17)
        self.stocktake()
        if self._planted and number == 2:
            self.plant()

    def receive(self, count: int) -> Change:
        """Take over media and forms from the client's officer."""
        items = [self._new_item() for _ in range(count)]
        event = self._event(
            HandlingKind.RECEIVE,
            "健康診査結果の入力のため",
            actor="worker",
            means=Means.DIRECT,
            counterpart_org_id=self.contract.client_org_id,
            counterpart_title="主査",
            counterpart_name="見本　花子",
            place_to_id=self.places[2].id,
            destination_text="見本市役所2階　健康づくり課",
            authorization_id=self._consent(AuthorizationSubject.HANDOVER_DESIGNATION).id,
            lines=tuple(HandlingLine(item_id=i.id, quantity=i.quantity) for i in items),
        )
        change = self.ledger.handling.record(event, new_items=items)
        self._stock += items
        return change

    def use(self, item: Item) -> Change:
        """Use an item for an hour and put it back."""
        started = self.clock()
        self.clock.wait(self._random.randint(20, 60))
        event = self._event(
            HandlingKind.USE, "健診結果の入力", actor=self._worker(), lines=_lines(item),
            place_from_id=self.places[1].id,
        )  # fmt: skip
        return self.ledger.handling.record(
            replace(event, occurred_at=started, ended_at=self.clock())
        )

    def copy(self, item: Item) -> Change:
        """Make one working copy within the consent."""
        child = replace(
            item,
            id=self.ledger.new_id(),
            item_no=next(copy_numbers(self.ledger, item.item_no)),
            name=f"{item.name}（入力作業用の写し）",
            quantity=Decimal(1),
            ownership=Ownership.CONTRACTOR,
            end_rule=EndRule.ERASE_OR_DISPOSE,
            state=None,
            current_place_id="",
            holder_person_id="",
            quantity_left=None,
            due_back_at=None,
            last_event_at=None,
        )
        event = self._event(
            HandlingKind.COPY,
            "二名での照合入力のため",
            actor="worker2",
            checker="supervisor",
            authorization_id=self._consent(AuthorizationSubject.COPY).id,
            place_from_id=self.places[1].id,
        )
        change = self.ledger.handling.copy(event, item.id, [child])
        self._copies.append(child)
        return change

    def take_out_and_back(self, item: Item) -> Change:
        """Take an item out with the client's consent and bring it back the same day."""
        now = self.clock()
        out = self._event(
            HandlingKind.TAKE_OUT,
            "市役所での内容確認",
            actor="worker3",
            checker="supervisor",
            authorization_id=self._consent(AuthorizationSubject.TAKE_OUT).id,
            place_from_id=self.places[2].id,
            destination_text="見本市役所　健康づくり課",
            expected_return_at=now + timedelta(hours=3),
            lines=_lines(item),
            password_renewed=True if item.electronic else None,
            **_encryption(item),
        )
        change = self.ledger.handling.record(out)
        self.clock.wait(100)
        back = self._event(
            HandlingKind.BRING_BACK,
            "確認を終えたため",
            actor="worker3",
            place_to_id=self.places[2].id,
            related_event_id=change.ids[-1],
            lines=_lines(item),
        )
        return self.ledger.handling.record(back)

    def carry(self, item: Item) -> Change:
        """Send an item by the security courier to the store room and receive it there."""
        left = self.clock()
        self.clock.wait(50)
        detail = TransportDetail(
            carrier_org_id=self.carrier.id,
            persons=("みほん便　担当者",),
            container="施錠した専用ケース",
            route="入力センターから第一保管庫",
            departed_at=left,
            arrived_at=self.clock(),
            tracking_no=f"MS{self._random.randint(100000, 999999)}",
            do_not_leave_instructed=True,
            instructed_by=self.people["supervisor"],
            instructed_at=left,
            received_by="髙橋　恵子",
            received_at=self.clock(),
        )
        event = self._event(
            HandlingKind.TRANSPORT, "保管場所の移動", actor="worker3", checker="supervisor",
            authorization_id=self._consent_id(AuthorizationSubject.DISPATCH),
            place_from_id=self.places[1].id, place_to_id=self.places[2].id,
            transport=(detail,), lines=_lines(item), **_encryption(item),
        )  # fmt: skip
        return self.ledger.handling.record(replace(event, occurred_at=left))

    def give_back(self, item: Item) -> Change:
        """Return an original to the client's officer."""
        event = self._event(
            HandlingKind.RETURN,
            "入力が終わったため",
            actor="supervisor",
            checker="worker",
            means=Means.DIRECT,
            counterpart_org_id=self.contract.client_org_id,
            counterpart_title="主査",
            counterpart_name="見本　花子",
            place_from_id=self.places[2].id,
            lines=_lines(item),
        )
        self._stock.remove(item)
        return self.ledger.handling.record(event)

    def destroy(self, item: Item) -> Change:
        """Erase or shred a working copy and check that nothing can be read any more."""
        electronic = item.electronic
        by = "worker2" if self._is_checked(HandlingKind.DISPOSE) else "worker"
        detail = Sanitization(
            item_id=item.id,
            act=SanitizationAct.DISPOSE,
            info_items="氏名、生年月日、健診結果",
            media_name=f"{item.item_no} {item.name}",
            quantity=item.quantity,
            unit=item.unit,
            electronic=electronic,
            category=SanitizationCategory.DESTROY if electronic else None,
            method=SanitizationMethod.PHYSICAL if electronic else SanitizationMethod.SHRED,
            method_detail="破砕機で粉砕" if electronic else "クロスカット裁断機",
            irrecoverable_confirmed=True,
            verification_method=VerificationMethod.VISUAL,
            verification_result=VerificationResult.PASS,
            performed_at=self.clock(),
            performed_by=self.people[by],
            performed_org_id=self.contract.contractor_org_id,
            place_text="みほん入力センター3階　入力室",
            responsible_person_id=self.people["supervisor"],
            ordered_by_assignment_id=self.assignments[0].id,
            client_method_authorization_id=self._consent(
                AuthorizationSubject.DISPOSITION_METHOD
            ).id,
            verified_by=self.people["supervisor"],
            witness_requested=False,
        )
        event = self._event(
            HandlingKind.DISPOSE, "入力作業が終わり不要となったため", actor=by,
            checker="supervisor", place_from_id=self.places[1].id,
            authorization_id=detail.client_method_authorization_id,
            sanitization=(detail,), lines=_lines(item),
        )  # fmt: skip
        self._copies.remove(item)
        return self._let_go(event, item)

    def _let_go(self, event: HandlingEvent, item: Item) -> Change:
        """Enter what cannot be called back; where the text demands it, a checker signs in."""
        handling, rules = self.ledger.handling, self.ledger.rules
        try:
            return handling.record(event)
        except NeedsAnswer as error:
            asked = asked_of(error).check
        user = next((u for u in cast.USERS if asked and self._may_check(u, asked)), None)
        alone = Answers({"R-07": ALONE}, later=True)
        check = None
        if user is not None:
            signing = SignIn(self.people[user.person], user.login, user.password)
            check = CheckIn(signing, facts_of([event], {item.id: item}))
        return rules.entering(
            lambda answers: handling.record(event, answers=answers),
            NO_ANSWERS if check else alone, None, check,
        )  # fmt: skip

    def _is_checked(self, kind: HandlingKind) -> bool:
        """Tell whether a checker signs; the only worker with an account is needed for that."""
        profile = self.ledger.registers.need_profile(self.contract.profile_code)
        return str(kind) in profile.params.send.double_checked_acts

    def _may_check(self, user: cast.User, asked: CheckAsked) -> bool:
        return self.people[user.person] in asked.question.people

    def stocktake(self) -> Change | None:
        """Count what lies in the store room."""
        items = self._stored(self._stock)
        if not items:
            return None
        event = self._event(
            HandlingKind.STOCKTAKE, "終業時の現品確認", actor="supervisor",
            place_from_id=self.places[2].id,
            lines=tuple(HandlingLine(item_id=i.id, quantity=i.quantity) for i in items),
        )  # fmt: skip
        return self.ledger.handling.record(event)

    def plant(self) -> None:
        """Leave a few things due and broken: an open request, an uncleared hand, an open door."""
        now = self.clock()
        self.ledger.registers.create(
            ClientCommunication(
                contract_id=self.contract.id,
                direction=Direction.IN,
                kind=CommunicationKind.DOCUMENT_REQUEST,
                at=now,
                means=CommunicationMeans.EMAIL,
                from_name="見本　花子",
                to_name="髙橋　恵子",
                summary="保管場所の写真を提出してください。",
                urgency=Urgency.DATED,
                due_at=now + timedelta(days=3),
                status=CommunicationStatus.OPEN,
            )
        )
        stored = self._stored(self._stock)
        if stored:
            self._uncleared_use(stored[0])
        if len(stored) > 1:
            self._open_take_out(stored[1])

    def _uncleared_use(self, item: Item) -> None:
        """Let somebody without a designation handle an item; it is kept as what it was."""
        helper = cast.helper(self.contract.contractor_org_id, self.ledger.new_id())
        self.ledger.registers.create(helper)
        self.people["helper"] = helper.id
        event = self._event(
            HandlingKind.USE, "急ぎの照合", actor="helper",
            lines=_lines(item), place_from_id=self.places[1].id, deviation=True,
            deviation_reason="担当者が不在で、指定のない人が照合を手伝ったため",
        )  # fmt: skip
        event = replace(event, ended_at=self.clock())
        handling, rules = self.ledger.handling, self.ledger.rules
        rules.entering(
            lambda answers: handling.record(event, answers=answers), NO_ANSWERS, self._second(event)
        )

    def _second(self, event: HandlingEvent) -> SignIn | None:
        """Return the sign-in of somebody of the cast who may agree to a breach."""
        seconds = self.ledger.rules.seconds({event.actor_person_id})
        for user in cast.USERS:
            if self.people[user.person] in seconds:
                return SignIn(self.people[user.person], user.login, user.password)
        return None

    def _open_take_out(self, item: Item) -> None:
        """Take an item out that does not come back in time."""
        out = self._event(
            HandlingKind.TAKE_OUT, "市役所での内容確認", actor="worker3", checker="supervisor",
            authorization_id=self._consent(AuthorizationSubject.TAKE_OUT).id,
            place_from_id=self.places[2].id, destination_text="見本市役所　健康づくり課",
            expected_return_at=self.clock() + timedelta(hours=2), lines=_lines(item),
            password_renewed=True if item.electronic else None, **_encryption(item),
        )  # fmt: skip
        self.ledger.handling.record(out)

    def confirm_all(self) -> None:
        """Let the responsible person confirm what others did."""
        done = self.ledger.registers.all(HandlingEvent)
        me = self.people["supervisor"]
        waiting = [
            one.record.id
            for one in done
            if one.record.confirmed_at is None and one.record.actor_person_id != me
        ]
        for start in range(0, len(waiting), BATCH):
            self.ledger.handling.confirm(waiting[start : start + BATCH])

    def fill(self, entries: int) -> None:
        """Add short uses until the ledger holds this many entries."""
        missing = entries - self.ledger.store.head().seq
        item = self._stored(self._stock)[0]
        while missing > 0:
            events = []
            for _ in range(min(BATCH, missing)):
                started = self.clock()
                events.append(
                    self._event(
                        HandlingKind.USE, "健診結果の入力", actor=self._worker(),
                        occurred_at=started, ended_at=self.clock(), lines=_lines(item),
                        place_from_id=self.places[1].id,
                    )
                )  # fmt: skip
            self.ledger.handling.record_all(events)
            missing -= len(events)

    # --- helpers ---------------------------------------------------------------------------------
    def _worker(self) -> str:
        return self._random.choice(("worker", "worker2", "worker3"))

    def _stored(self, items: Sequence[Item]) -> list[Item]:
        wanted = []
        for item in items:
            status = self.ledger.handling.status(item.id)
            if status is not None and status.state is ItemState.STORED:
                wanted.append(item)
        return wanted

    def _some(self, items: list[Item], count: int) -> list[Item]:
        return self._random.sample(items, min(count, len(items)))


def _lines(item: Item) -> tuple[HandlingLine, ...]:
    return (HandlingLine(item_id=item.id, quantity=item.quantity),)


def _encryption(item: Item) -> dict[str, Any]:
    if item.electronic:
        return {"encryption": EncryptionMeasure.APPLIED}
    return {"encryption": EncryptionMeasure.NOT_APPLICABLE}
