"""The check before something leaves: key facts that a second person enters again (FK-7.3, A-33).

Whoever sends, ships, erases or disposes of something enters what was done; the checker looks at
the thing itself and enters addressee, count and numbers once more. Only when both agree does the
checker's own key sign the act, in the form of models/rules/proof.py (docs/format.md, "Check").
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from models.chain import Entry, Head, read_content
from models.codes import HandlingKind, Timing
from models.errors import VerificationFailed
from models.kinds import Json
from models.records import HandlingEvent, Item
from models.records.handling import NAMED_ONLY
from models.rules.answers import Check, SignIn
from models.rules.proof import Question, read_proof, subject_of
from models.text import search_key

RULE = "A-33"  # under which the checker signs
LEAVING = frozenset(
    {HandlingKind.TRANSMIT, HandlingKind.DISPATCH, HandlingKind.ERASE, HandlingKind.DISPOSE}
)
"""What cannot be called back: a page on the web is a transmission to everybody."""
SENDING = frozenset({HandlingKind.TRANSMIT, HandlingKind.DISPATCH})
SIGNED_LATER = frozenset({"checker_person_id", "checker_proof", "checked_at", "checked_facts"})
"""What the check itself brings about; the signature names the checker."""

ADDRESSEE, NUMBERS = "宛先", "管理番号"
NUMBERS_SHOWN = 600  # characters
_BETWEEN = re.compile(r"[\s、，,;；]+")


@dataclass(frozen=True)
class KeyFacts:
    """What both persons must say alike; an empty addressee is not asked for.

    Args:
        counted: what the count counts: 件数, 数量（枚） or 点数.
    """

    addressee: str = ""
    count: str = ""
    numbers: tuple[str, ...] = ()
    counted: str = "数量"

    @property
    def text(self) -> str:
        """Return the facts as one line, which is signed and kept; many numbers are summed up."""
        said = ((ADDRESSEE, self.addressee), (self.counted, self.count))
        parts = [f"{label}：{value}" for label, value in said if value]
        numbers = "、".join(self.numbers)
        if len(numbers) > NUMBERS_SHOWN:
            numbers = f"{self.numbers[0]}ほか{len(self.numbers)}点"
        return "／".join([*parts, f"{NUMBERS}：{numbers}"])

    def differing(self, typed: "KeyFacts") -> list[str]:
        """Return the labels of the facts that were entered otherwise."""
        found = []
        if self.addressee and search_key(self.addressee) != search_key(typed.addressee):
            found.append(ADDRESSEE)
        if _number(self.count) != _number(typed.count):
            found.append(self.counted)
        if {search_key(n) for n in self.numbers} != {search_key(n) for n in typed.numbers}:
            found.append(NUMBERS)
        return found


@dataclass(frozen=True)
class CheckIn:
    """A checker at the same desk: who signs in, and the facts as that person sees them."""

    sign_in: SignIn
    facts: KeyFacts


@dataclass(frozen=True)
class CheckAsked:
    """What a checker is asked for.

    Args:
        question: what the checker signs, and who may.
        facts: what must be entered again; screens show its labels only.
        named: person id of the checker whom the act names already, "" for nobody.
    """

    question: Question
    facts: KeyFacts
    named: str = ""


def split_numbers(typed: str) -> tuple[str, ...]:
    """Return numbers that were typed or scanned one behind the other."""
    return tuple(dict.fromkeys(number for number in _BETWEEN.split(typed) if number))


def leaving(events: Iterable[HandlingEvent]) -> list[HandlingEvent]:
    """Return the acts that a checker has to sign: facts of our own after which nothing is left."""
    return [
        one
        for one in events
        if one.kind in LEAVING and one.timing is not Timing.PLANNED and not one.source_file_id
    ]


def bare(event: HandlingEvent) -> HandlingEvent:
    """Return an event without a check that came with it: a proof comes from a sign-in only."""
    if not (event.checker_proof or event.checked_at or event.checked_facts):
        return event
    return replace(event, checker_proof="", checked_at=None, checked_facts="")


def signed(event: HandlingEvent, check: Check) -> HandlingEvent:
    """Return an act with its checker's signature, where a check is about it."""
    if not leaving([event]):
        return event
    return replace(
        event,
        checker_person_id=check.person_id,
        checker_proof=check.proof,
        checked_at=check.at,
        checked_facts=check.facts,
    )


def facts_of(events: Sequence[HandlingEvent], items: Mapping[str, Item]) -> KeyFacts:
    """Return the key facts of the acts that one checker looks at together."""
    lines = [line for event in events for line in event.lines]
    handled = [items[line.item_id] for line in lines if line.item_id in items]
    addressees = [
        event.destination_text or event.counterpart_name
        for event in events
        if event.kind in SENDING
    ]
    counted, count = _counted(events, handled)
    return KeyFacts(
        addressee="、".join(one for one in dict.fromkeys(addressees) if one),
        count=f"{count.normalize():f}",
        numbers=tuple(dict.fromkeys(item.item_no for item in handled)),
        counted=counted,
    )


def is_signed(proof: str) -> bool:
    """Tell whether a checker signed in, as far as the proof itself tells."""
    return bool(proof) and proof != NAMED_ONLY


def signed_subject(*contents: Mapping[str, Json]) -> str:
    """Return SHA-256 (hex) of what the checker signs of acts, given as content fields."""
    return subject_of(
        (HandlingEvent.type, {n: value for n, value in one.items() if n not in SIGNED_LATER})
        for one in contents
    )


def question_about(
    vault_id: str, head: Head, asker: str, contents: Iterable[Mapping[str, Json]]
) -> Question:
    """Return what the checker of acts signs.

    Args:
        head: the ledger before the command.
        contents: content fields of all acts of the command under one check.
    """
    return Question(vault_id, head, asker, signed_subject(*contents), (RULE,), frozenset())


def check_entered(
    vault_id: str, asker: str, entered: Sequence[Entry], event: HandlingEvent, public_key: bytes
) -> None:
    """Check an entered event's proof against everything that its command entered.

    Args:
        asker: person id of the author of the command.
        entered: all entries of the command.
        public_key: that of the account which the proof names, as it stood before the command.

    Raises:
        VerificationFailed
    """
    read_proof(event.checker_proof)
    contents = [
        fields
        for entry in entered
        if entry.type == HandlingEvent.type and entry.content is not None
        and (fields := read_content(entry.content)[0]).get("checker_proof") == event.checker_proof
    ]  # fmt: skip
    if event.checked_at is None:
        raise VerificationFailed(reason="確認者の確認日時がありません。")
    head = Head(entered[0].seq - 1, entered[0].previous)
    question = question_about(vault_id, head, asker, contents)
    reasons = {RULE: event.checked_facts}
    question.check(event.checker_proof, event.checked_at, reasons, public_key)


def _counted(events: Sequence[HandlingEvent], handled: Sequence[Item]) -> tuple[str, Decimal]:
    """Return what is counted, and how many: the first of these that was entered."""
    records = [event.record_count for event in events if event.record_count is not None]
    if records:
        return "件数", Decimal(sum(records))
    amounts = [event.quantity for event in events if event.quantity is not None]
    if amounts:
        return "数量", sum(amounts, Decimal(0))
    lines = [line for event in events for line in event.lines]
    units = {item.unit for item in handled}
    if len(units) == 1 and all(line.quantity is not None for line in lines):
        unit = units.pop()
        total = sum((line.quantity or Decimal(0) for line in lines), Decimal(0))
        return (f"数量（{unit}）" if unit else "数量"), total
    return "媒体・資料の点数", Decimal(len({line.item_id for line in lines}))


def _number(typed: str) -> Decimal | None:
    plain = unicodedata.normalize("NFKC", typed).replace(",", "").strip()
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None
