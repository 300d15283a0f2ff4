"""The receipt of an inspection (検査の控え, D-37): how far a ledger had come when an officer was there.

The responsible person issues it in the officer's presence; the officer's own sign-in does not. An
inspector's account is read only down to the database (`storage.ledger_store`), and for this paper that
has to stay so: what befell the ledger (set back, restored, clock) is entered before all else by whoever
may enter something, which an officer may not, so that a receipt of his could be silent about the very
thing that it is for. Nor would his sign-in add anything: the seal is the ledger's, and what protects
him is that the head is in his hands, not who pressed the button (security: T5). What he needs nobody
for is the comparison: his sign-in verifies, and his own PC does without any ledger.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from models.backup_care import last_good
from models.codes import AccountStatus, Role
from models.errors import Refused
from models.journal import JournalState, JournalStatus
from models.profile_forms import RECEIPT
from models.records import ContentErasure, Submission, UserAccount
from models.store import Op, Query, Where
from models.terminals import in_use
from models.text import hex_groups, is_whole
from models.wareki import format_fiscal_year, format_short_moment

if TYPE_CHECKING:
    from models.ledger import Ledger

OFFICERS, ATTENDANTS = "検査した方", "立ち会った受託者"
MOST_NAMES = 20
LONGEST_NAME = 100  # characters, of 職・氏名
SEALED = Where("serial", Op.EMPTY, False)


@dataclass(frozen=True, slots=True)
class LastOfYear:
    """The last paper that a ledger numbered in a fiscal year."""

    year: str
    number: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Former:
    """An earlier receipt of the same contract, and the head that the ledger has today at its count."""

    number: str
    seq: int
    head: str
    same: bool


def present(names: object, label: str) -> tuple[str, ...]:
    """Return who was present, as typed, one name a line.

    Raises:
        Refused: nobody, or more than a sheet takes.
    """
    rows = names.splitlines() if isinstance(names, str) else names
    given = rows if isinstance(rows, list | tuple) else []
    found = tuple(one.strip() for one in given if isinstance(one, str) and one.strip())
    if not found:
        raise Refused(reason=f"{label}の職・氏名を入力してください。")
    if len(found) > MOST_NAMES or any(len(one) > LONGEST_NAME for one in found):
        raise Refused(
            reason=f"{label}は{MOST_NAMES}名まで、一人{LONGEST_NAME}文字までで入力してください。"
        )
    if not all(map(is_whole, found)):
        raise Refused(reason=f"{label}に、文字として読めないものがあります。")
    return found


def last_of_years(ledger: "Ledger") -> list[LastOfYear]:
    """Return the last number of every fiscal year, the newest year first, whosever papers they are."""
    store = ledger.opened.store
    found: dict[int, tuple[int, LastOfYear]] = {}
    years = store.tally(Query(Submission.type, (SEALED,), voided=None), "fiscal_year")
    for year in filter(None, years):
        query = Query(
            Submission.type, (SEALED, Where("fiscal_year", Op.EQ, year)),
            order=(("fiscal_no", True),), voided=None,
        )  # fmt: skip
        for one in store.find(Submission, query, limit=1):
            paper = one.record
            last = LastOfYear(_named(year), paper.doc_no, paper.pdf_sha256)
            found[year] = paper.fiscal_no or 0, last
    for erased in store.find(ContentErasure, Query(ContentErasure.type, voided=None), 100_000):
        gone = erased.record
        year, number = gone.last_fiscal_year or 0, gone.last_fiscal_no or 0
        if year and number > (found[year][0] if year in found else 0):
            found[year] = number, LastOfYear(_named(year), gone.last_doc_no, gone.last_sha256)
    return [found[year][1] for year in sorted(found, reverse=True)]


def _named(year: int) -> str:
    return format_fiscal_year(date(year, 5, 1))


def head_at(ledger: "Ledger", seq: int) -> str:
    """Return the hash of an entry as the ledger has it today (hex), "" where it has no such entry."""
    entries = ledger.opened.store.entries(seq, seq) if seq > 0 else ()
    return next((entry.hash.hex() for entry in entries), "")


def former(ledger: "Ledger", contract_id: str) -> Former | None:
    """Return the receipt of the inspection before, None for the first one.

    Whoever may see it: a paper that says there was none accuses a ledger of having lost it.
    """
    where = (
        SEALED, Where("contract_id", Op.EQ, contract_id), Where("doc_kind", Op.EQ, RECEIPT)
    )  # fmt: skip
    query = Query(Submission.type, where, order=(("serial", True),), voided=None)
    for one in ledger.opened.store.find(Submission, query, limit=1):
        content = one.record.content
        anchor = content.get("anchor") if isinstance(content, Mapping) else None
        if isinstance(anchor, Mapping):
            seq = int(anchor["seq"])
            now = head_at(ledger, seq)
            return Former(one.record.doc_no, seq, now, now == anchor["head"])
    return None


def users(ledger: "Ledger") -> str:
    """Count the accounts in use by role."""
    query = Query(UserAccount.type, (Where("status", Op.EQ, AccountStatus.ACTIVE),))
    counted = ledger.opened.store.tally(query, "app_role")
    roles = "、".join(f"{one.label}{counted[one]}名" for one in Role if counted.get(one))
    return f"{sum(counted.values())}名（{roles}）" if roles else ""


def terminals(ledger: "Ledger") -> str:
    count = len(in_use(ledger))
    return f"{count}台" if count else "登録なし"


def backup(ledger: "Ledger") -> str:
    """Say which entry the last verified backup reaches; a receipt says so where there is none."""
    run = last_good(ledger)
    if run is None or run.finished_at is None:
        return "まだ取っていません。"
    until = f"（記帳番号{run.to_event_seq:,}まで）" if run.to_event_seq is not None else ""
    return f"{format_short_moment(run.finished_at)}に作成し、読み直して確かめました{until}。"


def journal(status: JournalStatus) -> str:
    """Say how the journal stands, without the place where it lies."""
    if status.state is JournalState.OK and status.seq is not None:
        same = "台帳と同じディスクにあります。" if status.same_disk else ""
        return f"{status.words}（記帳番号{status.seq:,}まで）。{same}"
    return f"{status.words}。"


# --- comparing --------------------------------------------------------------------------------------

OTHER_LEDGER, SET_BACK, OTHER_HISTORY = "OTHER_LEDGER", "SET_BACK", "OTHER_HISTORY"
CODES = OTHER_LEDGER, SET_BACK, OTHER_HISTORY
_STRANGE = "この書類は別の台帳（{0}）のものです。開いている台帳とは比べられません。"
_SHORT = (
    "この書類は記帳{0:,}件の後に記帳されましたが、今の台帳には{1:,}件しかありません。"
    "台帳は、この書類より前の状態に戻されています。"
)
_OTHER = (
    "記帳番号{0:,}の先頭値が、この書類に書かれたものと違います。それまでの記録が書き換えられたか、"
    "前の状態に戻された台帳で、別の記帳が続けられています。（今の台帳では {1}）"
)
_MISTYPED = (
    "入力した先頭値は、記帳番号{0:,}のものです。控えの記帳番号を確かめて、入力し直してください。"
)
_SAME = (
    "記帳番号{0:,}の先頭値は、この書類に書かれたものと同じです。それまでの記帳{0:,}件は、この書類のときから"
    "変わっていません。その後の記帳は、この書類の分を含めて{1:,}件です。"
)


@dataclass(frozen=True, slots=True)
class Stood:
    """How a ledger stood as a sealed paper tells it; `head` is hexadecimal."""

    ledger: str
    seq: int
    head: str


def against(ledger: "Ledger", stood: Stood) -> Iterator[tuple[str, str]]:
    """Yield what does not fit between a paper and the ledger of today: (code, sentence).

    It compares the hash that stands in the log; whether the log follows from its entries the
    verification of the ledger says.
    """
    head = ledger.store.head()
    if stood.ledger != ledger.store.vault_id:
        yield OTHER_LEDGER, _STRANGE.format(stood.ledger)
    elif stood.seq >= head.seq:  # the paper itself was entered after them
        yield SET_BACK, _SHORT.format(stood.seq, head.seq)
    elif (now := head_at(ledger, stood.seq)) != stood.head.lower():
        yield OTHER_HISTORY, _OTHER.format(stood.seq, hex_groups(now))


def mistyped(ledger: "Ledger", stood: Stood) -> str:
    """Say of which entry a typed head is, where the number beside it is not; "" where none has it.

    Every head on a paper is kept with that paper.
    """
    query = Query(Submission.type, (SEALED,), voided=None)
    for one in ledger.opened.store.find(Submission, query, 1_000_000):
        content = one.record.content
        anchor = content.get("anchor") if isinstance(content, Mapping) else None
        if isinstance(anchor, Mapping) and anchor.get("head") == stood.head:
            seq = int(anchor["seq"])
            if seq != stood.seq and head_at(ledger, seq) == stood.head:
                return _MISTYPED.format(seq)
    return ""


def unchanged(ledger: "Ledger", stood: Stood) -> str:
    """Say of a paper that fits up to where nothing has changed."""
    return _SAME.format(stood.seq, ledger.store.head().seq - stood.seq)
