"""A consent that an act names and that does not allow it: refused, out of force, for something else.

Where the text demands a basis, the rule of the act asks. Where it demands none, an act may name one
all the same, and a paper that prints it would say that the client agreed.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from models.codes import AuthorizationSubject, HandlingKind
from models.records import Authorization, Item
from models.rules.books import GIVEN
from models.rules.case import Case, covers_things
from models.wareki import format_short

K, S = HandlingKind, AuthorizationSubject
RULE_OF: Mapping[HandlingKind, str] = {
    K.COPY: "R-05",
    K.TRANSMIT: "R-07",
    K.DISPATCH: "R-07",
    K.TAKE_OUT: "R-08",
    K.TRANSPORT: "R-08",
    K.RETURN: "R-13",
    K.HAND_OVER: "R-13",
    K.RECEIVE: "R-14",
    K.PROVIDE: "R-15",
    K.USE: "R-15",
    K.ERASE: "R-21",
    K.DISPOSE: "R-21",
}
"""Under which rule a consent is looked at; for all other acts under `OTHERWISE`."""
OTHERWISE = "R-47"
SENTENCE = (
    "根拠に選ばれた「{consent}」は、この取扱いを認めるものではありません（{why}）。"
    "根拠を確かめ、選び直してください。"
)
_SENDING = frozenset({S.TRANSMIT, S.DISPATCH, S.OTHER_RISKY_ACT, S.OTHER_PURPOSE, S.THIRD_PARTY,
                      S.SUBCONTRACT, S.INDIRECT_HANDOVER, S.HANDOVER_DESIGNATION})  # fmt: skip
ABOUT: Mapping[HandlingKind, frozenset[AuthorizationSubject]] = {
    K.COPY: frozenset({S.COPY, S.OTHER_RISKY_ACT}),
    K.TRANSMIT: _SENDING,
    K.DISPATCH: _SENDING | {S.TAKE_OUT, S.EQUIPMENT_TAKE_OUT},
    K.PROVIDE: _SENDING,
    K.TAKE_OUT: frozenset(S) - {S.COPY, S.WORKING_HOURS, S.SUBCONTRACT},
}
"""What a consent to such an act may be about; a wide reading, for other acts none is needed."""


def unfit(one: Authorization, kind: HandlingKind | None, day: date, handled: Iterable[Item]) -> str:
    """Return in a word why a consent does not allow an act, "" when it does."""
    if one.decision not in GIVEN:
        return Authorization.spoken("decision", one.decision, lambda name: getattr(one, name))
    begins = max((d for d in (one.decided_on, one.valid_from) if d is not None), default=None)
    if begins is not None and day < begins:
        return f"{format_short(begins)}から有効"
    if one.valid_until is not None and one.valid_until < day:
        return f"{format_short(one.valid_until)}で期限切れ"
    about = ABOUT.get(kind) if kind is not None else None
    if about is not None and one.subject not in about | {S.OTHER, S.END_EXCEPTION}:
        return "対象外の行為"
    return "" if covers_things(one, handled) else "対象外の媒体・資料"


def said_of_named(case: Case) -> Iterator[tuple[str, str]]:
    """Yield the rule and a sentence for each consent that an act names and that does not allow it."""
    event = case.event_of()
    if event is None or event.kind is None or event.source_file_id:
        return
    rule_id = RULE_OF.get(event.kind, OTHERWISE)
    for named in case.named:
        why = unfit(case.books.as_of(named, case.day), event.kind, case.day, case.handled)
        if why:
            yield rule_id, SENTENCE.format(consent=named.caption(), why=why)
