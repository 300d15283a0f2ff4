"""What did not pass from hand to hand: why not is asked where the text wants it passed directly (SK-13.2).

志木市 wants media handed over directly, and by セキュリティ便 or the like only where that cannot be. What is
on its way by such a firm is no deviation; why it is, stays with the act. Acts of before have no reason.
"""

from collections.abc import Iterator

from models.codes import Timing
from models.profiles import Clause
from models.rules.case import Case
from models.rules.consents import BY_A_FIRM, CARRIAGE, PASSING

RULE = "R-14"
WHY = (
    "直接の{handover}ではありません（{means}）。この契約の特記事項は、直接できないときに限って認めています。直接できなかった"
    "わけ（委託者の希望、距離など）を理由に残してください。"
)


def why_not_direct(case: Case) -> str:
    """Return what has to be explained of a handover by a firm, "" for every other act.

    What corrects an act has its reason, and a plan is no handover yet.
    """
    event, regime = case.event_of(*PASSING), case.params.handover
    if event is None or event.means not in BY_A_FIRM or event.corrects_event_id:
        return ""
    if not regime.designation or event.timing is Timing.PLANNED or case.only_told(RULE):
        return ""
    assert event.means is not None
    return WHY.format(handover=case.word("handover"), means=event.means.label)


def clauses(case: Case) -> Iterator[Clause]:
    """Yield the clauses that say when something need not be handed over directly."""
    for one in case.profile.clauses_for(case.contract.profile_code):
        if RULE in one.rules and CARRIAGE in one.records:
            yield one
