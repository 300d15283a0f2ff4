"""A consent that an act names and that does not allow it: refused, out of force, for something else.

Where the text demands a basis, the rule of the act asks. Where it demands none, an act may name one
all the same, and a paper that prints it would say that the client agreed.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from models.codes import AuthorizationSubject, HandlingKind
from models.records import Authorization, Item
from models.rules.books import GIVEN
from models.rules.case import covers_things
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
BETWEEN = "／"
"""Between the reasons, each of which may have a comma of its own."""
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
    """Return in a few words all that is in the way of a consent allowing an act, "" when it does."""
    return BETWEEN.join(_unfit(one, kind, day, handled))


def _unfit(
    one: Authorization, kind: HandlingKind | None, day: date, handled: Iterable[Item]
) -> Iterator[str]:
    if one.decision not in GIVEN:
        yield Authorization.spoken("decision", one.decision, lambda name: getattr(one, name))
    else:
        begins = max((d for d in (one.decided_on, one.valid_from) if d is not None), default=None)
        if begins is not None and day < begins:
            yield f"{format_short(begins)}から有効"
        if one.valid_until is not None and one.valid_until < day:
            yield f"{format_short(one.valid_until)}で期限切れ"
    if not is_about(one, kind):
        yield "対象外の行為"
    if not covers_things(one, handled):
        yield "対象外の媒体・資料"


def is_about(one: Authorization, kind: HandlingKind | None) -> bool:
    """Tell whether a consent may be one to acts of a kind, whatever else it says."""
    about = ABOUT.get(kind) if kind is not None else None
    return about is None or one.subject in about | {S.OTHER, S.END_EXCEPTION}
