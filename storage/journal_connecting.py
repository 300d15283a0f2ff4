"""Connecting a journal with the ledger: opened, compared, and brought up to where the ledger stands.

What the journal lacks is written. What it knows more is a ledger that was set back: nothing goes on
before a responsible person answers for it. Everything that somebody must hear becomes news.

A journal that knows more is the witness of it, and stays as it is until an entry tells of it
(`Held`): only then a new file begins behind which nobody would look. So does one that was itself set
back, which is seen by what it lacks.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, NoReturn

from models.chain import EMPTY, Head
from models.codes import EventLevel, SystemEventKind
from models.errors import Foreign, Refused, RolledBack
from models.journal import News
from models.records import SystemEvent
from models.records.running import UNDER_LATER_KEY
from models.store import Write
from storage import access
from storage.journal import Journal, header_of, list_files
from storage.journal_compare import Shown, value_of
from storage.journal_file import Part
from storage.journal_format import KeyGone
from storage.journal_reach import goes_on_behind, leads_to, line_before, relied_on
from storage.journal_words import (
    BESIDE,
    CHOOSE_AGAIN,
    FIRST_OF_ALL,
    LATER_KEY,
    LEFT_ASIDE,
    NEW_KEY,
    OTHER_WAY,
    WAY_ON,
    WRITTEN_AGAIN,
)
from storage.ledger_store import LedgerStore
from storage.unlocked import Vault


class Site(NamedTuple):
    """Where a journal lies and what it is written with, as `Journal.open` takes it."""

    folder: Path
    vault: Vault
    attachments: Path
    now: datetime


_FIRST = (SystemEventKind.ROLLED_BACK, SystemEventKind.JOURNAL_BEHIND)


class Held(Refused):
    """The journal is left as it is until what shows in it alone is entered."""

    def __init__(self) -> None:
        super().__init__(reason=FIRST_OF_ALL)


class Connecting:
    """One try to connect.

    Args:
        news: what is noticed joins it, also when connecting fails behind that.
        accept: somebody answers for a ledger that shows less than the journal.
        kept: where the journal stood when it last acknowledged in this run and then failed.
        forgotten: only the entries know the folder: it is compared with and not written to.
        suspended: work went on without it, and what it lacks is no news.
        said: what was entered in this session of what it lacked.
        enters: this session can enter what becomes news; who only looks must not use it up.
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
        said: Collection[str] = (),
        enters: bool = True,
    ) -> None:
        self._store = store
        self._shown = shown
        self._place = place
        self._news = news
        self._accept = accept
        self._kept = kept
        self._forgotten = forgotten
        self._suspended = suspended
        self._said = said
        self._enters = enters

    def connect(self, now: Head) -> tuple[Journal, str]:
        """Return the journal, in step with the ledger, and what to say of what could not go on.

        Raises:
            RolledBack: it knows more than the ledger.
            Held: the same, and somebody answers for it; that has to be entered now.
            AzukariError: it cannot be read or written.
        """
        unsaid = self._way_unsaid(now)
        try:
            journal = Journal.open(*self._place)
        except KeyGone as gone:
            if unsaid is not None:
                self._hold(unsaid)
            if self._forgotten:
                raise Refused(reason=CHOOSE_AGAIN) from gone
            # The data key was renewed while the medium was away: nothing there can be read now.
            before = self._before_last_way()
            return self._begin_anew(before or now, aside=before is not None)
        if self._forgotten:
            if unsaid is not None:
                self._join(unsaid)
            self._only_compare(journal, now)
        lost_one = self._lost_one(journal, now)
        lost = None
        if lost_one or not self._shown.contains(journal.head):
            lost = journal.head if not lost_one else Head(now.seq + 1, bytes(32))
        if unsaid is not None:
            self._hold_both(unsaid, lost)
        if lost is not None:
            before = self._told(f"更新ジャーナルは記帳番号{lost.seq:,}まで進んでいます", lost)
            base = self._counts_from(before)
            journal.catch_up(self._shown.behind(base, EMPTY), base=base, lines=EMPTY)
        elif not self._shown.contains_line(journal.lines):
            self._require_lines_told(journal.lines)
            base = self._kept[0] if self._kept else journal.head
            journal.catch_up(self._shown.behind(base, EMPTY), base=base, lines=EMPTY)
        else:
            self._catch_up(journal, now)
        return journal, ""

    def _counts_from(self, before: Head) -> Head:
        """Return from where the entries are told again, so that the files lead on to the last one.

        Args:
            before: where the ledger stood before it told that the journal knows more. Files that
                went another way do not lead there; then it is where the backups end, or the files
                begin.
        """
        folder, vault = self._place.folder, self._place.vault
        if leads_to(folder, vault, before):
            return before
        headers = (header_of(path) for path in list_files(folder, vault.vault_id))
        bases = [one.base for one in headers if one is not None and one.epoch == vault.epoch]
        held = [base for base in bases if self._shown.contains(base)]
        backup = relied_on(self._store)
        return min([before, *([backup] if backup else held)], key=lambda head: head.seq)

    def _begin_anew(self, now: Head, *, aside: bool) -> tuple[Journal, str]:
        """Begin under a new data key; return what to say of what stands under the former one.

        Args:
            now: where it begins if no backup needs more.
            aside: what stands there under a later key is the way of another copy.

        Raises:
            Held: nobody here can enter that it begins anew, and the next one would not see it.
        """
        if not self._enters:
            raise Held
        base = relied_on(self._store)
        if base is None:
            lines = self._shown.line_head()
            parts = self._shown.behind(now, lines)
            return Journal.begin(*self._place, now, lines, parts), LEFT_ASIDE if aside else NEW_KEY
        lines = line_before(self._store, base.seq)
        parts = self._shown.behind(base, lines)
        words = LEFT_ASIDE if aside else WRITTEN_AGAIN
        return Journal.begin(*self._place, base, lines, parts), words

    def _way_unsaid(self, now: Head) -> News | None:
        """Return that another data key has followed ours in the journal, if no entry tells of it.

        That is an older copy of the ledger, and may be in the hands of whom the new key shut out.

        Raises:
            RolledBack: unless a responsible person accepts it.
        """
        vault = self._place.vault
        last = goes_on_behind(self._place.folder, vault, self._shown.left_ways())
        if last is None:
            return None
        lost = Head(max(last.base.seq, now.seq) + 1, bytes(32))
        value = UNDER_LATER_KEY + last.way
        return answered_for(self._shown, LATER_KEY, lost, self._accept, value)

    def _before_last_way(self) -> Head | None:
        """Return where the ledger stood before it told of the way that ends the journal now."""
        vault = self._place.vault
        last = header_of(list_files(self._place.folder, vault.vault_id)[-1])
        if last is None or last.epoch <= vault.epoch:
            return None
        return self._shown.before_told(UNDER_LATER_KEY + last.way)

    def _hold_both(self, unsaid: News, lost: Head | None) -> NoReturn:
        """Have a way under a later key entered, and with it that the journal knows more than we.

        Files of ours stand behind it, so nothing begins anew, which would tell what to do.
        """
        beside = News(SystemEventKind.JOURNAL_BEHIND, EventLevel.WARN, BESIDE)
        for one in (unsaid, beside):
            self._join(one)
        if lost is not None:
            self._told(f"更新ジャーナルは記帳番号{lost.seq:,}まで進んでいます", lost)
        raise Held

    def _only_compare(self, journal: Journal, now: Head) -> NoReturn:
        """Compare a journal with the ledger that only the entries know, and leave it as it is.

        Raises:
            RolledBack: it knows more than the ledger.
            Refused: somebody has to choose the folder again.
        """
        journal.close()
        if self._lost_one(journal, now) or not self._shown.contains(journal.head):
            seq = max(journal.head.seq, now.seq)
            with suppress(Held):  # nothing can be entered before the folder is chosen
                self._told(f"更新ジャーナルは記帳番号{seq:,}まで進んでいます", journal.head)
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

    def _told(self, who: str, lost: Head, value: str = "") -> Head:
        """Return where the ledger stood before it told that it shows less than the journal.

        Raises:
            RolledBack: it does not tell it, and nobody answers for it.
            Held: somebody does, so it has become news.
        """
        before = self._shown.before_told(value or value_of(lost))
        if before is None:
            self._hold(answered_for(self._shown, who, lost, self._accept, value))
        return before

    def _hold(self, news: News) -> NoReturn:
        self._join(news)
        raise Held

    def _join(self, news: News) -> None:
        if all((one.kind, one.value) != (news.kind, news.value) for one in self._news):
            self._news.append(news)

    def _require_lines_told(self, line: Head) -> None:
        """Have it entered that the journal has lines of the access log that the ledger has not.

        Raises:
            Held: it is not yet.
        """
        value = f"access {value_of(line)}"
        if self._shown.before_told(value) is not None:
            return
        now = self._shown.line_head()
        seen = f"今は{now.seq:,}行目までです。" if now.seq < line.seq else "今の内容と違います。"
        detail = f"更新ジャーナルに、利用の記録の{line.seq:,}行目までがありますが、{seen}"
        self._hold(News(SystemEventKind.ROLLED_BACK, EventLevel.ALERT, detail, value))

    def _catch_up(self, journal: Journal, now: Head) -> None:
        """Write the commands and the lines of the access log that the journal lacks.

        After a failure of this run it begins behind the last head that was acknowledged: what the
        system shows behind it may never have reached the medium.

        Raises:
            Held: it lacks what was acknowledged, and that is not entered yet.
        """
        base, lines = self._kept or (journal.head, journal.lines)
        missing = self._store.commands(base.seq + 1) if base.seq < now.seq else iter(())
        first, second = next(missing, None), next(missing, None)
        if second is not None and self._kept is None and not self._suspended:
            self._require_said(base, now)
        if self._kept is not None or second is not None:
            journal.catch_up(self._shown.behind(base, lines), base=base, lines=lines)
        else:
            journal.ready()
            if first is not None:
                journal.append(first, self._shown.entries(first))
            write_lines(self._store, journal)

    def _require_said(self, base: Head, now: Head) -> None:
        if value_of(base) not in self._said:
            words = (
                f"更新ジャーナルが記帳番号{base.seq:,}までしかありませんでした。"
                f"台帳は{now.seq:,}までなので、足りない分を追記します。"
            )
            behind = SystemEventKind.JOURNAL_BEHIND
            self._hold(News(behind, EventLevel.WARN, words, value_of(base)))


def begin_or_join(place: Site, store: LedgerStore, shown: Shown) -> None:
    """Begin a journal in a folder, or make sure that the one there may be gone on with.

    Raises:
        Foreign: it has what the ledger neither has nor told of.
        NotWritable, DiskFull, Damaged, NewerFormat, InputOutput
    """
    folder, vault = place.folder, place.vault
    if not folder.is_dir() or not list_files(folder, vault.vault_id):
        Journal.begin(*place, store.head(), shown.line_head()).close()
        return
    known = shown.accounts_for(Journal.open(*place).head)
    if not known or goes_on_behind(folder, vault, shown.left_ways()) is not None:
        raise Foreign(file=str(folder), reason=OTHER_WAY)


def write_lines(store: LedgerStore, journal: Journal) -> None:
    """Write the lines of the access log that a journal lacks."""
    batches = list(access.batches(store.database, journal.lines))
    if len(batches) > 1:
        parts = (Part(lines=batch) for batch in batches)
        journal.catch_up(parts, base=journal.head, lines=journal.lines)
    elif batches:
        journal.append_lines(batches[0])


def named(writes: Sequence[Write], kind: SystemEventKind) -> set[str]:
    """Return what the events of a kind that a command enters are about."""
    events = (one.record for one in writes if isinstance(one.record, SystemEvent))
    return {event.value for event in events if event.kind is kind}


def tells(writes: Sequence[Write], news: Sequence[News]) -> bool:
    """Tell whether a command enters all that is held back for; nothing else comes before that."""
    return all(
        one.value in named(writes, one.kind) for one in news if one.kind in _FIRST and one.value
    )


def answered_for(shown: Shown, who: str, lost: Head, accept: bool, value: str = "") -> News:
    """Return that a ledger shows less than is remembered, if somebody answers for it.

    Args:
        value: names what is remembered, where that is not the head alone.

    Raises:
        RolledBack
    """
    if not accept:
        raise RolledBack(reason=f"{who}が、{shown.instead_of(lost)}{WAY_ON}")
    return set_back(shown, who, lost, value)


def set_back(shown: Shown, who: str, lost: Head, value: str = "") -> News:
    """Return that a ledger shows less than is remembered."""
    detail = f"{who}が、{shown.instead_of(lost)}"
    return News(SystemEventKind.ROLLED_BACK, EventLevel.ALERT, detail, value or value_of(lost))
