"""The monthly look at the access log: what stands out, and that somebody looked (A-13, K-17).

Nothing here accuses anybody: a remark says what was seen and leaves the judgement to the person who
reads it and answers for it with a finding of his own. What the responsible persons did themselves
is told apart, because they are the ones who read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from models.access import LOOKS, NOT_DONE, OUTPUTS, WHOLE, Act, Line, Question
from models.access_months import OF_LOG, after, named
from models.access_order import astray, written_in
from models.codes import EventLevel, Role, SystemEventKind
from models.commands import Change, creating
from models.errors import Refused
from models.journal import News
from models.office_hours import OfficeHours, office_hours
from models.records import Person, SystemEvent, UserAccount
from models.registers import FINDING
from models.store import Op, Query, Where
from models.wareki import JAPAN, format_clock, format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

IN_A_ROW = 3  # refused passwords
MANY_ROWS = 1000  # of one export or bulk view
MANY_PAGES = 100  # of one print
MANY_OUTPUTS = 20  # prints and exports of one person in a day
MANY_VIEWS = 200  # different records that one person saw in a day
SOME_VIEWS = 10  # from which on a day without an entry is worth a question
MOST_LINES = 200_000  # of a month
ANY = Question(limit=MOST_LINES)
OWN_ACTS = OUTPUTS | {Act.BACKUP, Act.RESTORE, Act.SEAL}
MOST_PURPOSES = 3  # told of one person and day
NOTHING = "{0}の利用の記録は、1行もありません。確認は要りません。"
NOT_YET = "{0}は、まだ来ていません。その日付の行は、書かれた月の分析に出ます。"
RUNNING = "月の途中の確認のため、月が終わってから、もう一度確認します。"


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


OUTSIDE, REFUSED, MEDIUM, MASS, OUTPUT, NO_ENTRY, CLOCK, OWN = (
    "時間外・休日の利用", "サインインの失敗", "登録のない媒体・場所", "大量の表示・印刷・書出し",
    "印刷・書出し・一括表示", "記帳のない日の閲覧", "時計の変更", "責任者本人の操作",
)  # fmt: skip
ORDER = (REFUSED, MEDIUM, OUTSIDE, MASS, OUTPUT, NO_ENTRY, CLOCK, OWN)


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
    return (
        datetime.combine(day.replace(day=1), time(), JAPAN),
        datetime.combine(after(day), time(), JAPAN),
    )


def month_lines(ledger: "Ledger", month: date, asked: Question = ANY) -> list[Line]:
    """Return the lines of a month as far as the user may see them, newest first.

    They are those that bear its date and those that were written in it, whatever date they bear: a
    clock that was set must not carry a line into a month that nobody looks at, or looked at before.

    Args:
        asked: which of them; its dates are not looked at.
    """
    since, until = month_of(month)
    lines = ledger.access.lines(replace(asked, since=since, until=until))
    if span := written_in(ledger.access.stretches(), month.replace(day=1)):
        here = replace(asked, after=span.first - 1, before=span.last + 1)
        for dated in (replace(here, until=since), replace(here, since=until)):
            lines += ledger.access.lines(dated)
    return sorted(lines, key=lambda line: -line.number)[: asked.limit]


def remarks(ledger: "Ledger", month: date, lines: Sequence[Line]) -> list[Remark]:
    """Return what stands out in the lines of a month, by kind and day."""
    known, hours = users(ledger), office_hours(ledger)
    days: dict[tuple[date, str], list[Line]] = defaultdict(list)
    oldest_first = list(reversed(lines))
    for line in oldest_first:
        days[local(line).date(), line.user].append(line)
    found = list(_refused(oldest_first))
    for (day, user), of_day in days.items():
        found += _of_day(day, user, of_day, known.get(user), hours)
    found += _few_looks(days, known)
    found += _clock(ledger, month)
    found += _managed(ledger, month)
    found += _astray(ledger, month.replace(day=1), lines)
    return sorted(found, key=lambda one: (ORDER.index(one.kind), one.day, one.user))


def _of_day(
    day: date, user: str, lines: Sequence[Line], who: User | None, hours: OfficeHours
) -> Iterator[Remark]:
    acts = [line for line in lines if line.act not in (Act.REFUSED, Act.LOCK)]
    if outside := [line for line in acts if not hours.holds(local(line))]:
        first, last = local(outside[0]), local(outside[-1])
        words = f"{len(outside)}件（{format_clock(first)}から{format_clock(last)}まで）"
        yield Remark(OUTSIDE, day, user, words)
    yield from _mass(day, user, acts)
    if refused := [line for line in acts if line.act is Act.MEDIUM_REFUSED]:
        media = "、".join(dict.fromkeys(line.detail for line in refused))
        yield Remark(MEDIUM, day, user, f"{len(refused)}回、使おうとしました（{media}）")
    if (seen := _seen(acts)) >= SOME_VIEWS and _only_looked(acts, who):
        yield Remark(NO_ENTRY, day, user, f"{seen:,}件の内容を表示し、記帳はありません")
    supervisor = who is not None and who.role is Role.SUPERVISOR
    own = OWN_ACTS if supervisor else OUTPUTS
    counted = [line for line in acts if line.act in own and line.detail != NOT_DONE]
    if counted:
        yield Remark(OWN if supervisor else OUTPUT, day, user, _acts_words(counted))


def _acts_words(lines: Sequence[Line]) -> str:
    """Say how often somebody did what, and what it was for."""
    number = Counter(line.act for line in lines)
    words = "、".join(f"{act.label} {number[act]}件" for act in Act if number[act])
    said = list(dict.fromkeys(line.purpose for line in lines if line.purpose))
    if not said:
        return words
    more = f"ほか{len(said) - MOST_PURPOSES}" if len(said) > MOST_PURPOSES else ""
    return f"{words}（目的：{'、'.join(said[:MOST_PURPOSES])}{more}）"


def _seen(acts: Sequence[Line]) -> int:
    """Count the different records that somebody saw, and those that a program was handed over."""
    viewed = {(line.type, line.target) for line in acts if line.act is Act.VIEW}
    return len(viewed) + _handed_over(acts)


def _handed_over(acts: Sequence[Line]) -> int:
    return sum(line.count for line in acts if line.detail == WHOLE)


def _only_looked(acts: Iterable[Line], who: User | None) -> bool:
    """Tell whether a person whose work is entered saw contents and entered nothing that day."""
    working = who is not None and who.role is Role.WORKER
    return working and not any(line.act is Act.ENTER for line in acts)


def _few_looks(
    days: Mapping[tuple[date, str], Sequence[Line]], known: Mapping[str, User]
) -> Iterator[Remark]:
    """Tell in one line of a person's days without an entry on which he saw a little."""
    found: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for (day, user), lines in days.items():
        seen = _seen(lines)
        if 0 < seen < SOME_VIEWS and _only_looked(lines, known.get(user)):
            found[user].append((day, seen))
    for user, few in found.items():
        words = f"1日{SOME_VIEWS}件未満の表示が{len(few)}日（計{sum(seen for _, seen in few)}件）"
        yield Remark(NO_ENTRY, min(day for day, _ in few), user, words)


def _mass(day: date, user: str, acts: Sequence[Line]) -> Iterator[Remark]:
    for line in acts:
        if line.act in OUTPUTS and line.count >= (MANY_PAGES if line.pages else MANY_ROWS):
            unit = "ページ" if line.pages else "件"
            words = f"{format_clock(local(line))} {line.act.label} {line.count:,}{unit}"
            yield Remark(MASS, day, user, words)
    outputs = sum(line.act in OUTPUTS for line in acts)
    if outputs >= MANY_OUTPUTS:
        yield Remark(MASS, day, user, f"印刷と書出しが1日に{outputs}回")
    if (seen := _seen(acts)) >= MANY_VIEWS:
        whole = _handed_over(acts)
        by_list = f"（うち{whole:,}件は、他のプログラムに一覧で渡したもの）" if whole else ""
        yield Remark(MASS, day, user, f"1日に{seen:,}件の内容を表示{by_list}")


def _refused(lines: Iterable[Line]) -> Iterator[Remark]:
    """Find refusals of one name that no sign-in came between, and tell of the others in a line."""
    row: dict[str, list[Line]] = defaultdict(list)
    rows: list[list[Line]] = []
    for line in lines:
        if line.act is Act.REFUSED:
            row[line.user].append(line)
        elif line.act is Act.SIGN_IN and line.user in row:
            rows.append(row.pop(line.user))
    rows += row.values()
    single: dict[str, list[Line]] = defaultdict(list)
    for refused in rows:
        if len(refused) >= IN_A_ROW:
            first, last = local(refused[0]), local(refused[-1])
            words = f"{len(refused)}回続けて失敗（{format_clock(first)}から{last:%m/%d} {format_clock(last)}まで）"
            yield Remark(REFUSED, first.date(), refused[0].user, words)
        else:
            single[refused[0].user] += refused
    for user, few in single.items():
        words = f"{IN_A_ROW}回未満の失敗が、この月に計{len(few)}回"
        yield Remark(REFUSED, local(few[0]).date(), user, words)


def _clock(ledger: "Ledger", month: date) -> Iterator[Remark]:
    """Tell of changes of the clock in the month that it showed, and in the one that it left."""
    since, until = month_of(month)
    kinds = (SystemEventKind.CLOCK_BACK, SystemEventKind.CLOCK_JUMP)
    query = Query(SystemEvent.type, (Where("kind", Op.IN, kinds),))
    for stored in ledger.store.find(SystemEvent, query, limit=MOST_LINES):
        event = stored.record
        if event.occurred_at is None:
            continue
        left = event.occurred_at - timedelta(seconds=int(event.value or 0))
        if any(since <= at < until for at in (event.occurred_at, left)):
            yield Remark(CLOCK, event.occurred_at.date(), "", event.detail)


def _managed(ledger: "Ledger", month: date) -> Iterator[Remark]:
    """Tell what responsible persons did to accounts in the place of an administrator (A-37)."""
    since, until = month_of(month)
    ids = {one.person_id: one.id for one in ledger.people.accounts()}
    managed = {"kind": SystemEventKind.ACCOUNTS_MANAGED}
    for stored in ledger.registers.all(SystemEvent, **managed):
        event = stored.record
        if event.occurred_at is not None and since <= event.occurred_at < until:
            at = event.occurred_at.astimezone(JAPAN)
            words = f"{format_clock(at)} {event.detail}（理由：{event.reason}）"
            yield Remark(OWN, at.date(), ids.get(event.acknowledged_by, ""), words)


def _astray(ledger: "Ledger", month: date, lines: Sequence[Line]) -> Iterator[Remark]:
    """Tell of lines that bear another date than the one on which they can have been written."""
    for one in astray(ledger.access.stretches()):
        if month not in (one.month, one.shown.replace(day=1)):
            continue
        bearing = f"{format_short(one.shown)}の日付の行"
        words = f"前後の行の順番から見て、{named(one.month)}に書かれたものです"
        users_of = Counter(line.user for line in lines if one.first <= line.number <= one.last)
        for user, count in users_of.items():
            yield Remark(CLOCK, one.shown, user, f"{bearing}が{count:,}件ありますが、{words}")


# --- the answer of a person ------------------------------------------------------------------------


def review(ledger: "Ledger", month: date, finding: str) -> Change:
    """Enter that the log of a month was looked through, and what was found.

    The entry holds number and hash of the last line: from then on no line before it can be taken
    out or changed unnoticed, not even with all keys at hand.

    Raises:
        NotPermitted
        InvalidField: the finding is empty or says nothing.
        Refused: the month is still to come, or nothing was written in it.
    """
    ledger.require("access_review")
    text = ledger.registers.reason(finding, FINDING)
    month, today = month.replace(day=1), ledger.today()
    lines = month_lines(ledger, month) if month <= today else []
    if not lines:
        raise Refused(reason=(NOTHING if month <= today else NOT_YET).format(named(month)))
    head = ledger.access.head()
    count = Counter(one.kind for one in remarks(ledger, month, lines))
    told = "、".join(f"{kind}{count[kind]}件" for kind in count) or "目立つ点なし"
    looks = sum(line.act in LOOKS for line in lines)
    detail = (
        f"{named(month)}{OF_LOG}{len(lines):,}行"
        f"（表示・検索{looks:,}件）を確認しました。{told}。{RUNNING if today < after(month) else ''}"
    )
    news = News(SystemEventKind.ACCESS_REVIEWED, EventLevel.INFO, detail, f"{head.seq} {head.hex}")
    return ledger.commit([creating(ledger.journal.event(news, text))])


def names(known: Mapping[str, User], user: str) -> str:
    """Return how a user is called in a list."""
    return known[user].name if user in known else "（登録のない利用者名）"
