"""Plans (予定) of acts: which act carries one out, and what of it then still lies ahead."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from models.chain import Intent
from models.codes import HandlingStatus, Timing
from models.commands import revising
from models.errors import Refused
from models.records import HandlingEvent, HandlingLine
from models.records.handling import END_KINDS, is_failed

Held = Callable[[str], Decimal | None]
"""Returns how many pieces of an item there were before an act, None when nobody knows."""


def is_carried_out(event: HandlingEvent) -> bool:
    return event.timing is Timing.PLANNED and event.status is HandlingStatus.DONE


def left_of(
    plan: HandlingEvent, acts: Sequence[HandlingEvent], held: Held = lambda _: None
) -> HandlingEvent | None:
    """Return what of a plan is still to be done after these acts, as a plan of its own.

    Raises:
        Refused: they are something else than what was planned.
    """
    assert plan.kind is not None
    if acts[0].kind is not plan.kind:
        raise Refused(
            reason=f"{plan.caption()}は「{plan.kind.label}」の予定です。別の取扱いでは済みになりません。"
            "予定と違うことを行ったときは、予定を選ばずに記録し、予定は理由を付けて中止してください。"
        )
    handled = _handled(plan, acts)
    left = []
    for line in plan.lines:
        if line.item_id not in handled:
            left.append(line)
        elif (rest := _rest(plan, line, handled[line.item_id], held(line.item_id))) is not None:
            left.append(rest)
    if plan.lines and not any(line.item_id in handled for line in plan.lines):
        raise Refused(
            reason=f"{plan.caption()}の媒体・資料が、一つも入っていません。"
            "予定と別のものの取扱いは、予定を選ばずに記録してください。"
        )
    return _of(replace(plan, id="", event_no=None), left) if left else None


def _handled(plan: HandlingEvent, acts: Sequence[HandlingEvent]) -> dict[str, Decimal | None]:
    """Return how many pieces of each item the acts took, None for all of them.

    What failed its verification took none: it is still to be done.
    """
    handled: dict[str, Decimal | None] = {}
    for act in (act for act in acts if act.kind is plan.kind):
        failed = is_failed(act)
        for line in act.lines:
            took = Decimal(0) if failed else line.quantity
            before = handled.get(line.item_id, Decimal(0))
            handled[line.item_id] = None if before is None or took is None else before + took
    return handled


def _rest(
    plan: HandlingEvent, line: HandlingLine, done: Decimal | None, held: Decimal | None
) -> HandlingLine | None:
    """Return what of a line is still to be done, None for nothing."""
    after = None if held is None or done is None else held - done
    if done is None or (after is not None and after <= 0 and plan.kind in END_KINDS):
        return None
    if line.quantity is None:  # all of it was planned, and some of it was done
        return line if after is not None and after > 0 else None
    rest = line.quantity - done
    if after is not None and plan.kind in END_KINDS:
        rest = min(rest, after)
    return replace(line, quantity=rest) if rest > 0 else None


def _of(plan: HandlingEvent, lines: Sequence[HandlingLine]) -> HandlingEvent:
    """Return a plan of these lines only; its rows (実施) say the same."""
    amounts = {line.item_id: line.quantity for line in lines}
    rows = tuple(
        replace(row, quantity=amounts[row.item_id] or row.quantity)
        for row in plan.sanitization
        if row.item_id in amounts
    )
    return replace(plan, lines=tuple(lines), sanitization=rows)


def carried_out(
    plan: HandlingEvent, left: HandlingEvent | None, acts: Sequence[HandlingEvent]
) -> Intent:
    """Tell that acts were what was planned, but for what is left.

    Args:
        left: what `left_of` returned; it is entered beside this.
    """
    handled = _handled(plan, acts)
    later = {line.item_id for line in left.lines} if left else set()
    lines = [
        replace(line, quantity=handled[line.item_id] or line.quantity)
        if line.item_id in later
        else line
        for line in plan.lines
        if line.item_id in handled or line.item_id not in later
    ]
    done = replace(_of(plan, lines), status=HandlingStatus.DONE, related_event_id=acts[0].id)
    return revising(done, f"{acts[0].caption()}として{'一部を' if left else ''}実施")


def after_correction(plan: HandlingEvent, act: HandlingEvent, reason: str) -> Intent:
    """Tell what a plan is once the act that carried it out was entered anew."""
    try:
        fits = left_of(plan, [act]) is None
    except Refused:
        fits = False
    if fits:
        return carried_out(plan, None, [act])
    return revising(lies_ahead_again(plan), reason)


def lies_ahead_again(plan: HandlingEvent) -> HandlingEvent:
    """Return a plan as it was before the act that carried it out was taken back."""
    return replace(plan, status=HandlingStatus.PLANNED, related_event_id="")


def words(left: HandlingEvent, names: Sequence[str]) -> str:
    """Say what of a plan still lies ahead."""
    return (
        f"予定のうち、{'、'.join(names)}は、{left.caption()}の予定として残しました。"
        "行わないときは、「予定を中止…」で理由を残してください。"
    )
