"""The way from a backup to the last entry of a journal, and where damage ends it.

Frames are linked by the hashes of the ledger, so the way from any backup is found by following
them. Only what lies on it has to read: damage before the backup is told and keeps nobody from the
rest. Behind damage that may have held an entry nothing is taken, although it may be whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.access import Line, Seal
from models.chain import Head
from models.errors import AzukariError, Damaged, Foreign, MediumMissing, VerificationFailed
from models.gate import JournalGap
from models.store import Progress
from storage.access_wire import Batch
from storage.journal import (
    file_name,
    header_of,
    is_closed,
    list_files,
    look_over,
    number_of,
    require_ours,
)
from storage.journal_file import JournalFile, Logged, Place, Scan
from storage.journal_format import KeyGone, Keys, broken

_OTHER_KEY = (
    "更新ジャーナルは、暗号鍵を替える前のものだけです。鍵を替えた後のバックアップを使ってください。"
)


@dataclass(frozen=True)
class _Read:
    """A journal file that opened."""

    file: JournalFile
    scan: Scan
    number: int  # in its name


@dataclass(frozen=True)
class _Hole:
    """A damaged place, the last entry before it, and the last one that it may have held.

    Args:
        file: how many files that opened stand before it.
        frame: in the next of them; 0 for what lies between two files.
        until: None when nobody knows.
    """

    where: str
    file: int
    frame: int
    after: int
    until: int | None

    def reaches(self, seq: int) -> bool:
        """Tell whether an entry behind this one may have stood here."""
        return self.until is None or self.until > max(seq, self.after)


class Way:
    """A journal, read from a backup on.

    Args:
        after: where the backup ends.

    Attributes:
        gap: what ends the way before the journal ends, damage or a later key; None without.
        epoch: the data key of the last file on it.
        passed: other damaged places, by file and frame; no entry behind the backup was in them.
        torn: the journal ends with bytes that may be a command, and are no whole frame.
        aside: the last entry of a way that was not followed, because it went on under an earlier
            key than another one; 0 without.

    Raises:
        MediumMissing: there is no journal of this ledger.
        VerificationFailed: it cannot continue the backup, whole or not.
        Damaged: no file of it opens.
        Foreign, NewerFormat, InputOutput
    """

    def __init__(self, folder: Path, keys: Keys, after: Head) -> None:
        self._after = after
        self._read, unread, self._rekeyed, self.aside = _open_files(folder, keys, after)
        self._limits = _limits(self._read)
        holes = sorted(self._holes(unread, keys), key=lambda one: (one.after, one.file, one.frame))
        missing = [one for one in holes if one.reaches(after.seq)]
        lost = {one.where for one in missing}
        last = self._read[-1].scan
        self._end = last.head
        self._hole = missing[0] if missing else None
        self.gap = self._gap(missing) if missing else None
        self.epoch = self._read[-1].scan.header.epoch
        ended = lost | self._rekeyed
        self.passed = tuple(dict.fromkeys(one.where for one in holes if one.where not in ended))
        self.torn = last.torn and not last.torn_lines
        begins = min(one.scan.header.base.seq for one in self._read)
        if begins > after.seq and not any(
            number_of(path) < self._read[0].number for path in unread
        ):
            raise VerificationFailed(reason=_begins_late(after, begins))

    # --- where it is damaged -----------------------------------------------------------------------
    def _holes(self, unread: list[Path], keys: Keys) -> Iterator[_Hole]:
        for index, one in enumerate(self._read):
            limit = self._limits[index]
            for gap in one.scan.gaps:
                known = limit if gap.until is None else gap.until
                until = known if known is None or limit is None else min(known, limit)
                where = _frame(one.file.path, gap.frame)
                yield _Hole(where, index, gap.frame, gap.after, until)
            if limit is not None and one.scan.head.seq < limit:
                where = self._between(index, unread, keys)
                yield _Hole(where, index + 1, 0, one.scan.head.seq, limit)
        for path in unread:
            index = sum(one.number < number_of(path) for one in self._read)
            before = self._read[index - 1].scan.head.seq if index else 0
            if index == len(self._read):
                yield _Hole(path.name, index, 0, before, None)
            elif index == 0:
                yield _Hole(path.name, 0, 0, 0, self._read[0].scan.header.base.seq)
            else:
                yield _Hole(path.name, index, 0, before, before)  # what it lacks is told above

    def _between(self, index: int, unread: list[Path], keys: Keys) -> str:
        """Name what is missing between a file and the next one that opened."""
        one, behind = self._read[index], self._read[index + 1]
        for path in unread:
            if one.number < number_of(path) < behind.number:
                return path.name
        if behind.number > one.number + 1:
            return file_name(keys.vault_id, one.number + 1)
        return _frame(one.file.path, one.scan.next_number)

    def _gap(self, missing: list[_Hole]) -> JournalGap:
        """Return what is lost with the first damage: everything from there on."""
        first = max(missing[0].after, self._after.seq) + 1
        known = all(one.until is not None for one in missing)
        where = missing[0].where
        return JournalGap(
            where, first, self._end.seq if known else None, rekeyed=where in self._rekeyed
        )

    # --- entries -----------------------------------------------------------------------------------
    def commands(self, progress: Progress) -> Iterator[Logged]:
        """Yield the commands behind the backup, up to the end of the journal or to the gap.

        Raises:
            VerificationFailed: they do not lead there.
            Damaged: a frame does not open any more; names it.
        """
        steps = {
            place.prefix.previous: (file, place)
            for file, place in self._frames()
            if place.prefix.last > self._after.seq and not place.prefix.of_lines
        }
        end = self.gap.first - 1 if self.gap else self._end.seq
        here = self._after
        while here.hash in steps and here.seq < end:
            file, place = steps[here.hash]
            logged = file.read(place).logged
            if logged is None:
                raise broken(str(file.path), place.number)
            yield logged
            here = Head(logged[0].last_seq, logged[0].head)
            progress(here.seq - self._after.seq, max(end - self._after.seq, 1))
        self._require_end(here, end)

    def _require_end(self, here: Head, end: int) -> None:
        if self.gap is not None:
            arrived = here.seq == end
        else:
            arrived = here.hash == self._end.hash or self._is_behind()
        if not arrived:
            raise VerificationFailed(
                reason="更新ジャーナルの最後の記帳が、このバックアップの続きではありません。"
                "ほかのバックアップを使うか、更新ジャーナルなしで復元してください。"
            )

    def _is_behind(self) -> bool:
        """Tell whether the journal ends before the backup: nothing is missing then."""
        return all(one.scan.head.seq < self._after.seq for one in self._read)

    def _frames(self) -> Iterator[tuple[JournalFile, Place]]:
        """Yield the frames before the gap, without those that a later file left aside."""
        hole = self._hole
        for index, one in enumerate(self._read):
            if hole is not None and index == hole.file and not hole.frame:
                return
            limit = self._limits[index]
            for place in one.scan.places:
                if hole is not None and index == hole.file and place.number >= hole.frame:
                    return
                if limit is None or place.prefix.last <= limit:
                    yield one.file, place

    # --- lines of the access log -------------------------------------------------------------------
    def lines(self, after: Head) -> tuple[Batch | None, Head]:
        """Return the lines of the access log behind a line, and where the journal ends with them.

        Raises:
            Damaged
        """
        steps: dict[bytes, Line] = {}
        seals: list[Seal] = []
        for file, place in self._frames():
            batch = file.read(place).lines
            if batch is None or batch.end.seq <= after.seq:
                continue
            previous = batch.before.hash
            for line in batch.lines:  # a later file that begins anew leaves the older way aside
                steps[previous] = line
                previous = line.hash
            seals += batch.seals
        taken: list[Line] = []
        here = after.hash
        while here in steps and steps[here].number == after.seq + len(taken) + 1:
            taken.append(steps[here])
            here = steps[here].hash
        end = self._read[-1].scan.lines
        if not taken:
            return None, end
        ends = {line.hash for line in taken}
        under = {seal.first: seal for seal in seals if seal.hash in ends}
        return Batch(after, taken, list(under.values())), end


def _open_files(
    folder: Path, keys: Keys, after: Head
) -> tuple[list[_Read], list[Path], frozenset[str], int]:
    """Return the files that open, those that do not, which of these are under a later key, and the
    last entry of what is left aside.

    What was written behind a later key under an earlier one again is the way of an older copy: it
    is followed only by a backup of that copy.
    """
    paths = list_files(folder, keys.vault_id)
    if not paths:
        raise MediumMissing(file=str(folder))
    look_over(paths)
    found: list[_Read] = []
    unread: list[Path] = []
    errors: list[AzukariError] = []
    for path in paths:
        if is_closed(path, keys):
            continue
        try:
            file = JournalFile(path, keys)
        except (Damaged, Foreign) as error:  # also one whose first bytes are gone
            unread.append(path)
            errors.append(error)
            continue
        require_ours(file, keys.vault_id)
        found.append(_Read(file, file.survey(), number_of(path)))
    failed = zip(unread, errors, strict=True)
    later = [path for path, error in failed if isinstance(error, KeyGone)]
    behind, aside = _behind_a_later_key(found, later), 0
    if behind and not _leads_through(behind, after):
        found = [one for one in found if one not in behind]
        aside = behind[-1].scan.head.seq
        if later and (not found or found[-1].number < number_of(later[-1])):
            unread = sorted([*unread, *(one.file.path for one in behind)], key=number_of)
    if not found and errors:
        raise errors[0]
    if not found:
        raise VerificationFailed(reason=_OTHER_KEY)
    return found, unread, frozenset(path.name for path in later), aside


def _behind_a_later_key(found: list[_Read], gone: list[Path]) -> list[_Read]:
    """Return the files that stand behind one under a later key than theirs.

    Args:
        gone: files whose key nobody here has.
    """
    epochs = {one.number: one.scan.header.epoch for one in found}
    for path in gone:
        header = header_of(path)
        epochs[number_of(path)] = header.epoch if header is not None else 0
    return [
        one
        for one in found
        if any(
            number < one.number and epoch > one.scan.header.epoch
            for number, epoch in epochs.items()
        )
    ]


def _leads_through(files: list[_Read], head: Head) -> bool:
    """Tell whether files of an older copy go on through a head, behind where they begin."""
    if files[0].scan.header.base.seq >= head.seq:
        return False
    return any(
        one.scan.head.hash == head.hash
        or any(place.prefix.previous == head.hash for place in one.scan.places)
        for one in files
    )


def _limits(found: list[_Read]) -> list[int | None]:
    """Return for each file the last entry that counts in it: a later file began there.

    What stands behind it was left aside when the ledger was knowingly set back, or is told again.
    """
    limits: list[int | None] = []
    lowest: int | None = None
    for one in reversed(found):
        limits.append(lowest)
        base = one.scan.header.base.seq
        lowest = base if lowest is None else min(lowest, base)
    return limits[::-1]


def _frame(path: Path, number: int) -> str:
    return f"{path.name} の{number}番目の記録"


def _begins_late(after: Head, base: int) -> str:
    return (
        f"更新ジャーナルは記帳番号{base + 1:,}から始まり、"
        f"記帳番号{after.seq:,}までのこのバックアップに続きません。"
        "もっと新しいバックアップを使ってください。"
    )
