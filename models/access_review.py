"""The monthly look at the access log: what stands out, and that somebody looked (A-13, K-17).

Nothing here accuses anybody: a remark says what was seen and leaves the judgement to the person who
reads it and answers for it with a finding of his own. What the responsible persons did themselves
is told apart, because they are the ones who read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from models.access import LOOKS, OUTPUTS, Act, Line, Question
from models.codes import EventLevel, Role, SystemEventKind
from models.commands import Change, creating
from models.fields import JAPAN
from models.journal import News
from models.records import Person, SystemEvent, UserAccount
from models.store import Op, Query, Where
from models.wareki import format_wareki
from models.workdays import is_workday

if TYPE_CHECKING:
    from models.ledger import Ledger

OPENS, CLOSES = time(7, 0), time(21, 0)
IN_A_ROW = 3  # refused passwords
MANY_ROWS = 1000  # of one export
MANY_OUTPUTS = 20  # prints and exports of one person in a day
MANY_VIEWS = 200  # different records that one person saw in a day
SOME_VIEWS = 10  # from which on a day without an entry is worth a question
MOST_LINES = 200_000  # of a month
OWN_ACTS = OUTPUTS | {Act.BACKUP, Act.RESTORE, Act.SEAL}


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may appear in the log."""

    name: str
    role: Role | None


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that stands out."""

    kind: str  # OUTSIDE, REFUSED, …
    day: date
    user: str  # id of the account, "" for a name that nobody has
    words: str


OUTSIDE, REFUSED, MASS, NO_ENTRY, CLOCK, OWN = (
    "時間外・休日の利用", "サインインの失敗の連続", "大量の表示・印刷・書出し",
    "記帳のない日の閲覧", "時計の変更", "責任者本人の操作",
)  # fmt: skip


def local(line: Line) -> datetime:
    """Return when it was by the clock on the wall."""
    return line.at.astimezone(timezone(timedelta(minutes=line.offset)))


def users(ledger: "Ledger") -> dict[str, User]:
    """Return everybody who has or had an account, by its id."""
    query = Query(UserAccount.type, voided=None)
    accounts = [one.record for one in ledger.store.find(UserAccount, query, limit=10_000)]
    people = ledger.store.get_many(Person, [account.person_id for account in accounts])
    return {
        account.id: User(
            people[account.person_id].record.name
            if account.person_id in people
            else account.login_name,
            account.app_role,
        )
        for account in accounts
    }


def month_of(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a month and of the next, as the clock in Japan shows them."""
    first = day.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return (
        datetime.combine(first, time(), JAPAN),
        datetime.combine(after, time(), JAPAN),
    )


def month_lines(ledger: "Ledger", month: date) -> list[Line]:
    """Return the lines of a month as far as the user may see them, newest first."""
    since, until = month_of(month)
    return ledger.access.lines(Question(since, until, limit=MOST_LINES))


def remarks(ledger: "Ledger", month: date, lines: Sequence[Line]) -> list[Remark]:
    """Return what stands out in the lines of a month, by kind and day."""
    known = users(ledger)
    days: dict[tuple[date, str], list[Line]] = defaultdict(list)
    oldest_first = list(reversed(lines))
    for line in oldest_first:
        days[local(line).date(), line.user].append(line)
    found = list(_refused(oldest_first))
    for (day, user), of_day in days.items():
        found += _of_day(day, user, of_day, known.get(user))
    found += _clock(ledger, month)
    order = (REFUSED, OUTSIDE, MASS, NO_ENTRY, CLOCK, OWN)
    return sorted(found, key=lambda one: (order.index(one.kind), one.day, one.user))


def _of_day(day: date, user: str, lines: Sequence[Line], who: User | None) -> Iterator[Remark]:
    acts = [line for line in lines if line.act not in (Act.REFUSED, Act.LOCK)]
    if outside := [line for line in acts if _is_outside(local(line))]:
        first, last = local(outside[0]), local(outside[-1])
        words = f"{len(outside)}件（{first:%H:%M}から{last:%H:%M}まで）"
        yield Remark(OUTSIDE, day, user, words)
    yield from _mass(day, user, acts)
    seen = {(line.type, line.target) for line in acts if line.act is Act.VIEW}
    entered = any(line.act is Act.ENTER for line in acts)
    if len(seen) >= SOME_VIEWS and not entered and who and who.role is Role.WORKER:
        yield Remark(NO_ENTRY, day, user, f"{len(seen)}件の内容を表示し、記帳はありません")
    own = Counter(line.act for line in acts if line.act in OWN_ACTS)
    if own and who and who.role is Role.SUPERVISOR:
        words = "、".join(f"{act.label} {own[act]}件" for act in Act if own[act])
        yield Remark(OWN, day, user, words)


def _mass(day: date, user: str, acts: Sequence[Line]) -> Iterator[Remark]:
    for line in acts:
        if line.act in OUTPUTS and line.count >= MANY_ROWS:
            words = f"{local(line):%H:%M} {line.act.label} {line.count:,}件"
            yield Remark(MASS, day, user, words)
    outputs = sum(line.act in OUTPUTS for line in acts)
    if outputs >= MANY_OUTPUTS:
        yield Remark(MASS, day, user, f"印刷と書出しが1日に{outputs}回")
    seen = {(line.type, line.target) for line in acts if line.act is Act.VIEW}
    if len(seen) >= MANY_VIEWS:
        yield Remark(MASS, day, user, f"1日に{len(seen):,}件の内容を表示")


def _is_outside(moment: datetime) -> bool:
    return not is_workday(moment.date()) or not OPENS <= moment.time() < CLOSES


def _refused(lines: Iterable[Line]) -> Iterator[Remark]:
    """Find refusals of one name that no sign-in came between."""
    row: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.act is Act.REFUSED:
            row[line.user].append(line)
        elif line.act is Act.SIGN_IN and line.user in row:
            yield from _in_a_row(line.user, row.pop(line.user))
    for user, refused in row.items():
        yield from _in_a_row(user, refused)


def _in_a_row(user: str, refused: Sequence[Line]) -> Iterator[Remark]:
    if len(refused) >= IN_A_ROW:
        first, last = local(refused[0]), local(refused[-1])
        words = f"{len(refused)}回続けて失敗（{first:%H:%M}から{last:%m/%d %H:%M}まで）"
        yield Remark(REFUSED, first.date(), user, words)


def _clock(ledger: "Ledger", month: date) -> Iterator[Remark]:
    since, until = month_of(month)
    kinds = (SystemEventKind.CLOCK_BACK, SystemEventKind.CLOCK_JUMP)
    asked = (
        Where("kind", Op.IN, kinds),
        Where("occurred_at", Op.GE, since),
        Where("occurred_at", Op.LT, until),
    )
    for stored in ledger.store.find(SystemEvent, Query(SystemEvent.type, asked)):
        event = stored.record
        if event.occurred_at is not None:
            yield Remark(CLOCK, event.occurred_at.astimezone(JAPAN).date(), "", event.detail)


# --- the answer of a person ------------------------------------------------------------------------


def reviews(ledger: "Ledger") -> list[SystemEvent]:
    """Return the reviews that were entered, newest first."""
    query = Query(
        SystemEvent.type,
        (Where("kind", Op.EQ, SystemEventKind.ACCESS_REVIEWED),),
        order=(("occurred_at", True),),
    )
    return [stored.record for stored in ledger.store.find(SystemEvent, query)]


def review(ledger: "Ledger", month: date, finding: str) -> Change:
    """Enter that the log of a month was looked through, and what was found.

    The entry holds number and hash of the last line: from then on no line before it can be taken
    out or changed unnoticed, not even with all keys at hand.

    Raises:
        NotPermitted
        InvalidField: the finding is empty or says nothing.
    """
    ledger.require("access_review")
    text = ledger.registers.reason(finding)
    lines = month_lines(ledger, month)
    head = ledger.access.head()
    count = Counter(one.kind for one in remarks(ledger, month, lines))
    told = "、".join(f"{kind}{count[kind]}件" for kind in count) or "目立つ点なし"
    looks = sum(line.act in LOOKS for line in lines)
    detail = (
        f"{format_wareki(month.replace(day=1)).removesuffix('1日')}の利用の記録{len(lines):,}行"
        f"（表示・検索{looks:,}件）を確認しました。{told}。"
    )
    news = News(SystemEventKind.ACCESS_REVIEWED, EventLevel.INFO, detail, f"{head.seq} {head.hex}")
    return ledger.commit([creating(ledger.journal.event(news, text))])


def names(known: Mapping[str, User], user: str) -> str:
    """Return how a user is called in a list."""
    return known[user].name if user in known else "（登録のない利用者名）"
