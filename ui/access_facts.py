"""What the page 利用の記録 shows, read beside the window: lines, remarks, reviews, and who is who."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from models.access import LOOKS, NOT_DONE, OUTPUTS, WHOLE, Act, Question, Stretch
from models.access import Line as Kept
from models.access_months import reviews, settled, unseen
from models.access_order import astray, months_of
from models.access_review import (
    Remark,
    User,
    local,
    month_lines,
    names,
    remarks,
    users,
)
from models.ledger import Ledger
from models.records import BY_TYPE, SystemEvent
from models.wareki import JAPAN, format_short_moment

MONTHS = 24  # offered at least
MOST = 500  # lines on the screen; a narrower question shows the rest
GROUPS: Mapping[str, frozenset[Act]] = {
    "表示・検索": LOOKS,
    "印刷・書出し・一括表示": OUTPUTS,
    "サインイン・ロック": frozenset({Act.SIGN_IN, Act.REFUSED, Act.LOCK}),
    "失敗だけ": frozenset({Act.REFUSED}),
    "記帳・確定": frozenset({Act.ENTER, Act.SEAL}),
    "バックアップ・復元・検証": frozenset({Act.BACKUP, Act.RESTORE, Act.VERIFY}),
}
DETAILS = {
    "idle": "操作なしによる", "session": "PCの画面ロックによる", "ended": "利用期限による",
    "trial": "復元の試験", NOT_DONE: "復元せず", WHOLE: "全項目をプログラムへ",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the user chose above the list."""

    month: date
    day: date | None = None
    user: str | None = None
    group: str = ""
    contract_id: str = ""


@dataclass(frozen=True)
class Shown:
    """One line in words."""

    when: str
    user: str
    act: str
    target: str
    terminal: str
    type: str
    id: str


@dataclass(frozen=True)
class AccessFacts:
    """Everything that the page shows for one question.

    Attributes:
        months: every month that can be asked for, with how its review stands, the latest first.
        unseen: months that are over and that nobody looked through.
        strays: days that lines written in this month bear and that cannot be true.
    """

    lines: Sequence[Shown]
    more: bool
    remarks: Sequence[Remark]
    reviews: Sequence[SystemEvent]
    users: Mapping[str, User]
    months: Mapping[date, str]
    unseen: Sequence[date]
    strays: Sequence[date]


def read_access(ledger: Ledger, asked: Asked) -> AccessFacts:
    """Read lines and remarks of a month.

    Raises:
        NotPermitted
    """
    known = users(ledger)
    stretches = ledger.access.stretches()
    entered = reviews(ledger)
    found = _lines(ledger, asked)
    captions = {
        (line.type, line.target): ledger.registers.caption(line.type, line.target)
        for line in found[:MOST]
        if line.target and line.type in BY_TYPE
    }
    shown = [
        _shown(line, names(known, line.user), captions.get((line.type, line.target), ""))
        for line in found[:MOST]
    ]
    noted = remarks(ledger, asked.month, month_lines(ledger, asked.month))
    missing = unseen(stretches, entered, ledger.today())
    strays = {one.shown for one in astray(stretches) if one.month == asked.month}
    return AccessFacts(
        lines=shown,
        more=len(found) > MOST,
        remarks=noted,
        reviews=entered,
        users=known,
        months=_months(ledger.today(), stretches, settled(entered), missing),
        unseen=missing,
        strays=sorted(strays),
    )


def recent(today: date) -> list[date]:
    """Return the months that are offered whatever the log holds, the latest first."""
    found = [today.replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def _months(
    today: date, stretches: Sequence[Stretch], done: Container[date], missing: Container[date]
) -> dict[date, str]:
    """Return the months to choose from: a line lies in one of them, whatever the clock showed."""
    lines = set(months_of(stretches))

    def word(month: date) -> str:
        if month >= today.replace(day=1):
            return "" if month <= today else "先の日付"
        return "未確認" if month in missing else "確認済み" if month in done else "記録なし"

    return {one: word(one) for one in sorted(lines.union(recent(today)), reverse=True)}


def _lines(ledger: Ledger, asked: Asked) -> list[Kept]:
    question = Question(
        user=asked.user,
        acts=GROUPS.get(asked.group),
        contracts=frozenset({asked.contract_id}) if asked.contract_id else None,
        limit=MOST + 1,
    )
    if asked.day is None:
        return month_lines(ledger, asked.month, question)
    since = datetime.combine(asked.day, time(), JAPAN)
    return ledger.access.lines(replace(question, since=since, until=since + timedelta(days=1)))


def _shown(line: Kept, user: str, caption: str) -> Shown:
    when = local(line)
    word = BY_TYPE[line.type].label if line.type in BY_TYPE else ""
    parts = [word, caption, DETAILS.get(line.detail, line.detail)]
    if line.pages:
        parts.append(f"{line.pages:,}ページ")
    elif line.count > 1 or line.act is Act.SEARCH:
        parts.append(f"{line.count:,}件")
    if line.purpose:
        parts.append(f"目的：{line.purpose}")
    return Shown(
        format_short_moment(when, "%H:%M:%S"),
        user,
        line.act.label,
        "　".join(part for part in parts if part),
        line.terminal,
        line.type,
        line.target,
    )
