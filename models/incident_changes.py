"""What about a told incident is not changed in silence: said to be less, later, or in other words (R-29).

What was discovered is often told about somebody, also about who leads. That less had happened, that it
was known later, or reported earlier, is not for one person to say; nor are the words of somebody else,
or those that the client was given, replaced by others. Writing on behind them is free, and so is a
slip of one's own that nobody has built on: entered today, once, and reported to nobody.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from models.codes import Certainty, Role
from models.incidents import is_opened_by_shutting, reports_of
from models.records import Incident, IncidentReport, Record, UserAccount
from models.versions import Version, versions
from models.wareki import format_moment, format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

NO_ACCIDENT = (
    "「{one}」を報告の対象外（{after}）にします。何も起きていなかったことは、一人では決められません。"
    "確かめたことを理由に残してください。別の人が確認するまで残ります。"
)
LESS = (
    "「{one}」を「{after}」に改めます。起きていなかったことは、一人では決められません。確かめたことを理由に残して"
    "ください。別の人が確認するまで残ります。"
)
FEWER = (
    "「{one}」の{what}。起きたことを小さくするのは、一人では決められません。確かめたことを理由に残してください。"
    "別の人が確認するまで残ります。"
)
OTHER_WORDS = (
    "「{one}」の「発生状況」を、ほかの人が登録した、または委託者に報告した言葉から書き換えます。前の言葉を残して書き"
    "足すか、「経過」に登録してください。書き換えるときは、理由を残してください。別の人が確認するまで残ります。"
)
FIRST = "（はじめの登録は{day}、「{natures}」、「{said}」）"
NOT_SEEN = (
    "「{one}」は、どの契約のものでもないため、「担当」を替えると、登録した人に見えなくなります。理由を残してください。"
    "別の人が確認するまで残ります。"
)
KNOWN_LATER = (
    "「{one}」の「認知日時」を{before}から{after}に遅くします。報告の期限が変わります。理由を残してください。"
    "別の人が確認するまで残ります。"
)
TOLD_EARLIER = (
    "「{one}」の「報告日時」を{before}から{after}に早くします。期限に間に合ったかどうかが変わります。理由を残して"
    "ください。別の人が確認するまで残ります。"
)
LONG_AGO = (
    "「認知日時」が{known}です。報告の期限は、そこから数えます。年月日を確かめてください（誤りは、登録した日のうち、"
    "報告を登録する前なら、訂正で直せます）。"
)
LONG = timedelta(days=60)
COUNTS = ("record_count", "subject_count")
QUOTED = 80  # letters of the first words


def asked_of(ledger: "Ledger", before: Record | None, after: Record) -> Iterator[str]:
    """Yield what has to be explained, to somebody else, about a changed incident or report (R-29)."""
    if isinstance(before, IncidentReport) and isinstance(after, IncidentReport):
        yield from _dated_back(ledger, before, after)
    if isinstance(before, Incident) and isinstance(after, Incident):
        yield from _made_less(ledger, before, after)


def told_of(ledger: "Ledger", before: Record | None, after: Record) -> str:
    """Return what is said of a discovery that is entered as long ago, "" for nothing: the year may be wrong."""
    if not isinstance(after, Incident) or after.known_at is None:
        return ""
    known = before.known_at if isinstance(before, Incident) else None
    if after.known_at == known or after.known_at > ledger.now() - LONG:
        return ""
    return LONG_AGO.format(known=format_moment(after.known_at))


def _dated_back(ledger: "Ledger", before: IncidentReport, after: IncidentReport) -> Iterator[str]:
    """Yield what is asked of who says later that the client was told earlier: it may have been late."""
    entered = ledger.registers.need(IncidentReport, before.id).meta.created_at
    slip = entered.astimezone(ledger.now().tzinfo).date() == ledger.today()
    old, new = before.reported_at, after.reported_at
    if old and new and new.date() < old.date() and not slip:
        yield TOLD_EARLIER.format(
            one=before.caption(), before=format_moment(old), after=format_moment(new)
        )


def _made_less(ledger: "Ledger", before: Incident, after: Incident) -> Iterator[str]:
    past, name = versions(ledger.store, Incident, before.id), before.caption()
    slip = _is_slip(ledger, before, past)
    first = _first_words(past, before)
    if before.certainty and after.certainty and _is_less(after.certainty, before.certainty):
        words = LESS if after.counts else NO_ACCIDENT
        yield words.format(one=name, after=after.certainty.label) + first
    if slip:
        return
    if fewer := _fewer(before, after):
        yield FEWER.format(one=name, what="、".join(fewer)) + first
    if _is_rewritten(ledger, before, after, past):
        yield OTHER_WORDS.format(one=name) + first
    if _is_hidden_from(ledger, before, after, past):
        yield NOT_SEEN.format(one=name) + first
    old, new = before.known_at, after.known_at
    if old and new and new > old:
        yield KNOWN_LATER.format(one=name, before=format_moment(old), after=format_moment(new))


def _is_slip(ledger: "Ledger", one: Incident, past: list[Version[Incident]]) -> bool:
    """Tell whether somebody puts right what he entered himself today, and nobody built on."""
    if len(past) != 1 or is_opened_by_shutting(ledger, one):
        return False
    [entered] = past
    return (
        entered.author == ledger.user.id
        and entered.day == ledger.today()
        and not reports_of(ledger, one.id)
    )


def _is_rewritten(
    ledger: "Ledger", before: Incident, after: Incident, past: list[Version[Incident]]
) -> bool:
    """Tell whether the words of somebody else, or those the client has, are replaced by others."""
    now, then = after.situation, before.situation
    if then.strip() in now:
        return False
    others = {one.record.situation.strip() for one in past if one.author != ledger.user.id}
    if any(words in then and words not in now for words in others):
        return True
    return any(report.tells_client for report in reports_of(ledger, before.id))


def _is_hidden_from(
    ledger: "Ledger", before: Incident, after: Incident, past: list[Version[Incident]]
) -> bool:
    """Tell whether who told an incident of no contract is to see it no more: it is not his to lead."""
    if after.contract_id or not past or after.owner_person_id == before.owner_person_id:
        return False
    account = ledger.store.get(UserAccount, past[0].author)
    if account is None or account.record.id == ledger.user.id:
        return False
    teller = account.record
    return teller.app_role is Role.WORKER and teller.person_id == before.owner_person_id


def _fewer(before: Incident, after: Incident) -> list[str]:
    """Say what of an incident is taken away: kinds of harm, and what is counted."""
    gone = [nature.label for nature in before.natures if nature not in after.natures]
    said = [f"「態様」から「{'」「'.join(gone)}」をなくします"] if gone else []
    for name in COUNTS:
        old, new = getattr(before, name), getattr(after, name)
        if old is not None and (new is None or new < old):
            label = Incident.fields()[name].label
            said.append(f"「{label}」を{old:,}から{'空欄' if new is None else f'{new:,}'}にします")
    return said


def _first_words(past: list[Version[Incident]], before: Incident) -> str:
    """Return how an incident was told first, where it says something else by now; for who agrees."""
    if not past or past[0].record.situation == before.situation:
        return ""
    first = past[0].record
    natures = "、".join(one.label for one in first.natures)
    said = " ".join(first.situation.split())
    cut = said if len(said) <= QUOTED else f"{said[:QUOTED]}…"
    return FIRST.format(day=format_short(past[0].day), natures=natures, said=cut)


def _is_less(after: Certainty, before: Certainty) -> bool:
    """Tell whether less is said to have happened: a fear alone may not have to be reported (CM-16.1)."""
    sure = tuple(Certainty)
    return sure.index(after) > sure.index(before)
