"""What the page 利用の記録 shows, read beside the window: lines, remarks, reviews, and who is who."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from models.access import LOOKS, OUTPUTS, Act, Question
from models.access import Line as Kept
from models.access_review import (
    Remark,
    User,
    local,
    month_lines,
    month_of,
    names,
    remarks,
    reviews,
    users,
)
from models.fields import JAPAN
from models.ledger import Ledger
from models.records import BY_TYPE, SystemEvent
from models.wareki import format_short_moment

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
    "idle": "操作なしによる", "session": "PCの画面ロックによる", "trial": "復元の試験",
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
    """Everything that the page shows for one question."""

    lines: Sequence[Shown]
    more: bool
    remarks: Sequence[Remark]
    reviews: Sequence[SystemEvent]
    users: Mapping[str, User]


def read_access(ledger: Ledger, asked: Asked) -> AccessFacts:
    """Read lines and remarks of a month.

    Raises:
        NotPermitted
    """
    known = users(ledger)
    found = ledger.access.lines(_question(asked))
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
    return AccessFacts(shown, len(found) > MOST, noted, reviews(ledger), known)


def _question(asked: Asked) -> Question:
    since, until = month_of(asked.month)
    if asked.day is not None:
        since = datetime.combine(asked.day, time(), JAPAN)
        until = since + timedelta(days=1)
    return Question(
        since=since,
        until=until,
        user=asked.user,
        acts=GROUPS.get(asked.group),
        contracts=frozenset({asked.contract_id}) if asked.contract_id else None,
        limit=MOST + 1,
    )


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
