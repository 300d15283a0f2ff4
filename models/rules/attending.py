"""Whether the client asked to attend an erasure or disposal, and whether it was let in (R-22).

What the client asked for stands in the register of its requests; what came of it stands in the act.
That nobody was let in is a breach to be kept as it was, never an act that cannot be entered (0.3).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from models.codes import CommunicationKind, CommunicationStatus, Direction, HandlingKind
from models.records import ClientCommunication, HandlingEvent
from models.rules.case import Case, Say
from models.wareki import format_short

K = HandlingKind
DESTROYING = (K.ERASE, K.DISPOSE)
NOBODY = "{asked}がありましたが、立会者が記録されていません。"
ALONE = "立会いなしに行ったときは、「求めあり」を選んで立会者を空け、理由を残してください。"
TAKEN_BACK = (
    "取り下げられていたときは、「委託者との連絡・求め・指示」のその求めの状態を「終了」に、取り下げられた"
    "日時を「回答日時」にしてください。"
)
OVER = "取り下げられていたときは、いつ誰が取り下げたかを、理由に残してください。"
ANSWERED = (
    "この取扱いへの求めでないときや、取り下げられていたときは、そのことを理由に残してください。"
)


def requests(known: Iterable[ClientCommunication], moment: datetime) -> list[ClientCommunication]:
    """Return the requests to attend that the client had made by then, the oldest first."""
    mine = (
        (one.at, one)
        for one in known
        if one.direction is Direction.IN
        and one.kind is CommunicationKind.WITNESS_REQUEST
        and one.at is not None
        and one.at <= moment
    )
    return [one for _, one in sorted(mine, key=lambda pair: pair[0])]


def is_waiting(one: ClientCommunication, moment: datetime) -> bool:
    """Tell whether a request waited for its answer at a time, whatever became of it later."""
    if one.status in (CommunicationStatus.ANSWERED, CommunicationStatus.CLOSED):
        return one.responded_at is not None and one.responded_at > moment
    return one.status is CommunicationStatus.OPEN


def is_over(one: ClientCommunication, moment: datetime) -> bool:
    """Tell whether a request was taken back or done with at a time; an answer alone ends nothing."""
    return one.status is CommunicationStatus.CLOSED and not is_waiting(one, moment)


def attended(event: HandlingEvent) -> bool:
    """Tell whether somebody attended all of an act."""
    return bool(event.sanitization) and all(row.witness_name for row in event.sanitization)


def when(event: HandlingEvent, now: datetime) -> datetime:
    """Return the moment by which a request for an act had to be there."""
    return event.ended_at or event.occurred_at or now


def r22_attendance_is_respected(case: Case) -> Iterator[str]:
    """When the client asked to attend, nothing is destroyed before somebody attended or waived."""
    event = case.event_of(*DESTROYING)
    if event is None or not case.fact:  # whoever plans it can still invite the client
        return
    rows = event.sanitization
    word = f"{case.word('client_party')}から{case.word('attendance')}の求め"
    if case.params.end.witness_on_request and any(one.witness_requested is None for one in rows):
        yield f"{word}があったかどうかが記録されていません。「立会いの求め」を選んでください。"
    if attended(event):
        return
    moment = when(event, case.now)
    asked = requests(case.books.communications(case.contract.id), moment)
    waiting = [one for one in asked if is_waiting(one, moment)]
    if waiting:
        yield _nobody(case, f"{word}（{_days(waiting)}）", TAKEN_BACK)
    elif any(one.witness_requested and not one.witness_name for one in rows):
        over = bool(asked) and is_over(asked[-1], moment)
        yield Say(_nobody(case, word, OVER), doubtful=over)
    elif case.entry is None and (answered := _answered(case, asked, moment)):
        yield Say(_nobody(case, f"{word}（{_days(answered)}）", ANSWERED), doubtful=True)


def _nobody(case: Case, asked: str, otherwise: str) -> str:
    """Say that nobody attended; who is entering the act is told what to do, too."""
    said = NOBODY.format(asked=asked)
    return said if case.entry is not None else f"{said}{ALONE}{otherwise}"


def _answered(
    case: Case, asked: Iterable[ClientCommunication], moment: datetime
) -> list[ClientCommunication]:
    """Return the requests that had an answer and no end, unless somebody attended since.

    Asked only while an act is entered: an answer may have been that nobody comes.
    """
    open_ = [one for one in asked if not is_over(one, moment)]
    return unattended(open_, case.books.attended(case.contract.id), moment) if open_ else []


def unattended(
    asked: Iterable[ClientCommunication], visits: Iterable[datetime], moment: datetime
) -> list[ClientCommunication]:
    """Return those requests after which nobody had attended anything by then."""
    visits = list(visits)
    return [
        one
        for one in asked
        if one.at is not None and not any(one.at <= visit < moment for visit in visits)
    ]


def _days(asked: Iterable[ClientCommunication]) -> str:
    days = dict.fromkeys(format_short(one.at.date()) for one in asked if one.at)
    return "、".join(days)
