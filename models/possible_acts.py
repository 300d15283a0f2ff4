"""Which act can happen to an item in which state, and what to do first where it cannot (R-34)."""

from models.codes import CARRIERS, TERMINAL_STATES, HandlingKind, ItemOrigin, ItemState
from models.errors import Impossible
from models.item_status import AWAY, Status
from models.records.handling import HandlingEvent
from models.records.things import Item

K, S = HandlingKind, ItemState
HERE = frozenset({S.STORED, S.PART_OUT})
CARRIED = frozenset({S.EMPTIED})  # a carrier without its data: it still has to go back
ALIVE = frozenset(set(S) - TERMINAL_STATES)

ALLOWED: dict[HandlingKind, frozenset[ItemState]] = {
    K.RECEIVE: frozenset({S.REGISTERED}),
    K.COLLECT: frozenset({S.REGISTERED}),
    K.CREATE: HERE | {S.REGISTERED, S.IN_USE},
    K.COPY: HERE | {S.IN_USE, S.TAKEN_OUT},
    K.USE: HERE | {S.IN_USE, S.TAKEN_OUT},
    K.STORE: HERE | CARRIED | {S.REGISTERED},
    K.TAKE_OUT: HERE | CARRIED,
    K.BRING_BACK: AWAY | {S.PART_OUT},
    K.TRANSPORT: HERE | CARRIED | AWAY,
    K.TRANSMIT: HERE | {S.IN_USE},
    K.DISPATCH: HERE | CARRIED,
    K.PROVIDE: HERE | {S.IN_USE},
    K.HAND_OVER: HERE | CARRIED | AWAY,
    K.RETURN: HERE | CARRIED | AWAY,
    K.ERASE: HERE,
    K.DISPOSE: HERE | CARRIED | {S.REGISTERED},
    K.STOCKTAKE: ALIVE - {S.MISSING},
    K.LOSS: ALIVE - {S.MISSING},
    K.RECOVER: frozenset({S.MISSING, S.PART_MISSING}),
}
"""In which state each kind of act is possible; of what is missing in part, the rest's state counts."""

OF_CARRIER = frozenset({K.STORE, K.STOCKTAKE, K.DISPOSE})
"""What may still happen to the contractor's own carrier once its data is erased."""
OF_CONTENT = frozenset({K.CREATE, K.COPY, K.USE, K.TRANSMIT, K.PROVIDE, K.ERASE})


def states_for(kind: HandlingKind) -> frozenset[ItemState]:
    """Return the states in which a thing is offered for a kind of act."""
    found = ALLOWED[kind]
    if found & {S.STORED, S.TAKEN_OUT}:
        found |= {S.PART_MISSING}
    return found | {S.ERASED} if kind in OF_CARRIER else found


def require_possible(
    item: Item, status: Status, event: HandlingEvent, *, loose: bool = False
) -> None:
    """Refuse an act that cannot happen to an item in its state.

    Args:
        loose: ask only what the rule of former versions can have asked.

    Raises:
        Impossible
    """
    kind = event.kind
    assert kind is not None
    allowed = ALLOWED[kind]
    fresh = status.found is S.REGISTERED
    if loose and (fresh or allowed != {S.REGISTERED}) and status.state not in TERMINAL_STATES:
        return
    rest = status.state is S.PART_MISSING and status.found in allowed
    if (rest or status.state in allowed) and not (status.empty and kind in OF_CONTENT):
        return
    if status.state is S.ERASED and item.item_class in CARRIERS and kind in OF_CARRIER:
        return
    here = status.state is not S.MISSING and status.found is S.STORED
    if kind is K.BRING_BACK and here and status.using:
        return  # what was outside went from there; older entries then told that the rest came back
    raise Impossible(
        what=item.caption(), state=status.state.label, act=kind.label,
        what_now=_advice(item, status),
    )  # fmt: skip


def _advice(item: Item, status: Status) -> str:
    if status.state in TERMINAL_STATES:
        return "その記録が誤りなら、先に理由を付けて取り消してください。"
    if status.empty:
        return "データは消去済みです。現物の返還・引渡し・廃棄などを記録してください。"
    if status.found is S.REGISTERED and item.origin is ItemOrigin.CONTRACTOR_EQUIPMENT:
        return "受託者の機器・空媒体は、先に「保管・移動」で置いた場所を記録してください。"
    if status.found is S.REGISTERED:
        return "先に受領・収集・作成のいずれかを記録してください。"
    if status.found is S.IN_USE:
        return "先に使用の終了を記録してください。"
    if status.found in AWAY and status.state is not S.MISSING:
        return "先に持帰りまたは到着を記録してください。"
    if status.state is S.MISSING:
        return "見つかったときは、先に「発見・回収」を記録してください。"
    return "管理番号と日時を確かめてください。"
