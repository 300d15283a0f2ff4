"""Connecting a journal with the ledger: opened, compared, and brought up to where the ledger stands.

What the journal lacks is written. What it knows more is a ledger that was set back: nothing goes on
before a responsible person answers for it. Everything that somebody must hear becomes news.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple, NoReturn

from models.chain import EMPTY, Head
from models.codes import EventLevel, SystemEventKind
from models.errors import Refused, RolledBack
from models.journal import News
from storage import access
from storage.journal import Journal, header_of, list_files
from storage.journal_compare import Shown
from storage.journal_file import Part
from storage.journal_format import KeyGone
from storage.journal_reach import line_before, relied_on
from storage.journal_words import CHOOSE_AGAIN, LATER_KEY, NEW_KEY, WAY_ON, WRITTEN_AGAIN
from storage.ledger_store import LedgerStore
from storage.unlocked import Vault


class Site(NamedTuple):
    """Where a journal lies and what it is written with, as `Journal.open` takes it."""

    folder: Path
    vault: Vault
    attachments: Path
    now: datetime


class Connecting:
    """One try to connect.

    Args:
        news: what is noticed joins it, also when connecting fails behind that.
        accept: somebody answers for a ledger that shows less than the journal.
        kept: where the journal stood when it last acknowledged in this run and then failed.
        forgotten: only the entries know the folder: it is compared with and not written to.
        suspended: work went on without it, and what it lacks is no news.
    """

    def __init__(
        self,
        store: LedgerStore,
        shown: Shown,
        place: Site,
        news: list[News],
        *,
        accept: bool,
        kept: tuple[Head, Head] | None,
        forgotten: bool,
        suspended: bool,
    ) -> None:
        self._store = store
        self._shown = shown
        self._place = place
        self._news = news
        self._accept = accept
        self._kept = kept
        self._forgotten = forgotten
        self._suspended = suspended

    def connect(self, now: Head) -> tuple[Journal, str]:
        """Return the journal, in step with the ledger, and what to say of what could not go on.

        Raises:
            RolledBack: it knows more than the ledger.
            AzukariError: it cannot be read or written.
        """
        try:
            journal = Journal.open(*self._place)
        except KeyGone as gone:
            self._require_earlier_key(now)
            if self._forgotten:
                raise Refused(reason=CHOOSE_AGAIN) from gone
            # The data key was renewed while the medium was away: nothing there can be read now.
            return self._begin_anew(now)
        if self._forgotten:
            self._only_compare(journal, now)
        lost_one = self._lost_one(journal, now)
        if lost_one or not self._shown.contains(journal.head):
            told = journal.head if not lost_one else Head(now.seq + 1, bytes(32))
            self._set_back(f"更新ジャーナルは記帳番号{told.seq:,}まで進んでいます", told)
            journal.catch_up(self._shown.behind(now, EMPTY), base=now, lines=EMPTY)
        elif not self._shown.contains_line(journal.lines):
            self._note_lines_lost(journal.lines)
            base = self._kept[0] if self._kept else journal.head
            journal.catch_up(self._shown.behind(base, EMPTY), base=base, lines=EMPTY)
        else:
            self._catch_up(journal, now)
        return journal, ""

    def _begin_anew(self, now: Head) -> tuple[Journal, str]:
        """Begin under a new data key; return what to say of what stands under the former one."""
        base = relied_on(self._store)
        if base is None:
            return Journal.begin(*self._place, now, self._shown.line_head()), NEW_KEY
        lines = line_before(self._store, base.seq)
        parts = self._shown.behind(base, lines)
        return Journal.begin(*self._place, base, lines, parts), WRITTEN_AGAIN

    def _require_earlier_key(self, now: Head) -> None:
        """Refuse to go on under a data key that another one has followed in the journal already.

        That is an older copy of the ledger, and may be in the hands of whom the new key shut out.

        Raises:
            RolledBack: unless a responsible person accepts it.
        """
        vault = self._place.vault
        last = header_of(list_files(self._place.folder, vault.vault_id)[-1])
        if last is not None and last.epoch > vault.epoch:
            self._set_back(LATER_KEY, Head(max(last.base.seq, now.seq) + 1, bytes(32)))

    def _only_compare(self, journal: Journal, now: Head) -> NoReturn:
        """Compare a journal with the ledger that only the entries know, and leave it as it is.

        Raises:
            RolledBack: it knows more than the ledger.
            Refused: somebody has to choose the folder again.
        """
        journal.close()
        if self._lost_one(journal, now) or not self._shown.contains(journal.head):
            seq = max(journal.head.seq, now.seq)
            self._set_back(f"更新ジャーナルは記帳番号{seq:,}まで進んでいます", journal.head)
        raise Refused(reason=CHOOSE_AGAIN)

    def _lost_one(self, journal: Journal, now: Head) -> bool:
        """Tell whether the journal ends with a torn command that the ledger has no more.

        The database had it first, unless the torn frame was to hold lines of the access log.
        """
        if not journal.torn or journal.head != now or self._kept is not None:
            return False
        if journal.torn_lines is None:
            return self._shown.line_head().seq <= journal.lines.seq
        return not journal.torn_lines

    def _set_back(self, who: str, lost: Head) -> None:
        self._news.append(answered_for(self._shown, who, lost, self._accept))

    def _note_lines_lost(self, line: Head) -> None:
        """Note that the journal has lines of the access log that the ledger has not."""
        now = self._shown.line_head()
        seen = f"今は{now.seq:,}行目までです。" if now.seq < line.seq else "今の内容と違います。"
        detail = f"更新ジャーナルに、利用の記録の{line.seq:,}行目までがありますが、{seen}"
        value = f"access {line.seq} {line.hex}"
        self._news.append(News(SystemEventKind.ROLLED_BACK, EventLevel.ALERT, detail, value))

    def _catch_up(self, journal: Journal, now: Head) -> None:
        """Write the commands and the lines of the access log that the journal lacks.

        After a failure of this run it begins behind the last head that was acknowledged: what the
        system shows behind it may never have reached the medium.
        """
        base, lines = self._kept or (journal.head, journal.lines)
        missing = self._store.commands(base.seq + 1) if base.seq < now.seq else iter(())
        first, second = next(missing, None), next(missing, None)
        if self._kept is not None or second is not None:
            journal.catch_up(self._shown.behind(base, lines), base=base, lines=lines)
        else:
            journal.ready()
            if first is not None:
                journal.append(first, self._shown.entries(first))
            write_lines(self._store, journal)
        if second is not None and self._kept is None and not self._suspended:
            self._news.append(
                News(
                    SystemEventKind.JOURNAL_BEHIND,
                    EventLevel.WARN,
                    f"更新ジャーナルが記帳番号{base.seq:,}までしかなかったため、"
                    f"{now.seq:,}まで追記しました。",
                )
            )


def write_lines(store: LedgerStore, journal: Journal) -> None:
    """Write the lines of the access log that a journal lacks."""
    batches = list(access.batches(store.database, journal.lines))
    if len(batches) > 1:
        parts = (Part(lines=batch) for batch in batches)
        journal.catch_up(parts, base=journal.head, lines=journal.lines)
    elif batches:
        journal.append_lines(batches[0])


def answered_for(shown: Shown, who: str, lost: Head, accept: bool) -> News:
    """Return that a ledger shows less than is remembered, if somebody answers for it.

    Raises:
        RolledBack
    """
    if not accept:
        raise RolledBack(reason=f"{who}が、{shown.instead_of(lost)}{WAY_ON}")
    return set_back(shown, who, lost)


def set_back(shown: Shown, who: str, lost: Head) -> News:
    """Return that a ledger shows less than is remembered."""
    detail = f"{who}が、{shown.instead_of(lost)}"
    return News(SystemEventKind.ROLLED_BACK, EventLevel.ALERT, detail, f"{lost.seq} {lost.hex}")
