"""Plans (予定) of acts: which act carries one out, and what of it then still lies ahead."""

from collections.abc import Sequence
from dataclasses import replace

from models.chain import Intent
from models.codes import HandlingStatus, Timing
from models.commands import revising
from models.errors import Refused
from models.records import HandlingEvent


def is_carried_out(event: HandlingEvent) -> bool:
    return event.timing is Timing.PLANNED and event.status is HandlingStatus.DONE


def left_of(plan: HandlingEvent, acts: Sequence[HandlingEvent]) -> HandlingEvent | None:
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
    handled = {line.item_id for act in acts if act.kind is plan.kind for line in act.lines}
    left = tuple(line for line in plan.lines if line.item_id not in handled)
    if plan.lines and len(left) == len(plan.lines):
        raise Refused(
            reason=f"{plan.caption()}の媒体・資料が、一つも入っていません。"
            "予定と別のものの取扱いは、予定を選ばずに記録してください。"
        )
    return replace(plan, id="", event_no=None, lines=left) if left else None


def carried_out(plan: HandlingEvent, left: HandlingEvent | None, act: HandlingEvent) -> Intent:
    """Tell that an act was what was planned, but for what is left.

    Args:
        left: what `left_of` returned; it is entered beside this.
    """
    later = {line.item_id for line in left.lines} if left else set()
    lines = tuple(line for line in plan.lines if line.item_id not in later)
    done = replace(plan, status=HandlingStatus.DONE, related_event_id=act.id, lines=lines)
    return revising(done, f"{act.caption()}として{'一部を' if left else ''}実施")


def after_correction(plan: HandlingEvent, act: HandlingEvent, reason: str) -> Intent:
    """Tell what a plan is once the act that carried it out was entered anew."""
    try:
        fits = left_of(plan, [act]) is None
    except Refused:
        fits = False
    if fits:
        return carried_out(plan, None, act)
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
