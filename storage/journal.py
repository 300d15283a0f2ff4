"""The update journal: every command a second time, on another disk (docs/format.md, "Journal").

The folder holds numbered files of a few MiB; each names the one before it and the head that it
continues. When the ledger was knowingly set back, a new file begins at an earlier head; the frames
that it leaves aside stay as evidence. What a restore takes of it: `storage/journal_way.py`.

Sealed attachments that commands speak of are laid beside the files, as they are.
"""

import json
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import accumulate
from math import inf
from pathlib import Path

from models.chain import EMPTY, Command, Entry, Head
from models.errors import (
    AzukariError,
    Damaged,
    FolderInTheWay,
    Foreign,
    MediumMissing,
    NewerFormat,
)
from models.records import Attachment
from resources import VERSION as PROGRAM
from storage import vetting
from storage.access_wire import Batch
from storage.attachments import FOLDER_NAME, is_name, is_whole
from storage.files import (
    close_and_remove,
    create_new,
    finish,
    is_link,
    make_private_folder,
    open_regular,
    put_in_place,
    reading,
    writing,
)
from storage.header import time_text
from storage.journal_file import PART_SUFFIX, JournalFile, Part, Scan
from storage.journal_format import (
    BROKEN,
    COPY_BROKEN,
    FORM,
    ID_BYTES,
    VERSION,
    FileHeader,
    Keys,
    broken,
    read_header,
)

FILE_LIMIT = 4 << 20  # bytes after which the next command begins a new file

Progress = Callable[[int, int], None]
_Reached = tuple[Head, Head, datetime | None]  # head, line of the access log, when


class Journal:
    """The journal of one ledger in one folder, positioned at its end."""

    def __init__(self, folder: Path, keys: Keys, attachments: Path, now: datetime) -> None:
        self.folder = folder
        self._keys = keys
        self._attachments = attachments
        self._now = now
        self._file: JournalFile | None = None
        self.head = EMPTY
        self.lines = EMPTY  # where the lines of the access log end
        self.written_at: datetime | None = None
        self.torn = False
        self.torn_lines: bool | None = None
        self._reached: _Reached = (EMPTY, EMPTY, None)
        self._scan: Scan | None = None

    @classmethod
    def open(cls, folder: Path, keys: Keys, attachments: Path, now: datetime) -> "Journal":
        """Read the last file of an existing journal.

        Raises:
            MediumMissing: the folder, or a journal of this ledger in it, is not there.
            Damaged, Foreign, NewerFormat, InputOutput
        """
        journal = cls(folder, keys, attachments, now)
        paths = list_files(folder, keys.vault_id)
        if not paths:
            raise MediumMissing(file=str(folder))
        file = JournalFile(paths[-1], keys)
        require_ours(file, keys.vault_id)
        scan = file.scan()
        journal._file, journal._scan = file, scan
        journal.head, journal.lines, journal.written_at = scan.head, scan.lines, scan.written_at
        journal.torn, journal.torn_lines = scan.torn, scan.torn_lines
        return journal

    @classmethod
    def begin(
        cls, folder: Path, keys: Keys, attachments: Path, now: datetime, base: Head,
        lines: Head = EMPTY, parts: Iterable[Part] = (),
    ) -> "Journal":  # fmt: skip
        """Start a journal, as the first file or behind those that are there.

        Args:
            base: a head of the ledger; the present one if nothing follows.
            lines: where the access log ends there.
            parts: what came behind both.

        Raises:
            NotWritable, DiskFull, MediumMissing, Foreign
        """
        _make_folder(folder)
        journal = cls(folder, keys, attachments, now)
        journal._next_file(base, lines, parts)
        return journal

    # --- writing -----------------------------------------------------------------------------
    def ready(self) -> None:
        """Open the last file for writing; a torn end is cut off, for the ledger has what it said.

        Raises:
            NotWritable, InputOutput, MediumMissing
        """
        assert self._file is not None and self._scan is not None
        self._file.open_at(self._scan.end)

    def append(self, command: Command, entries: list[Entry], lines: Batch | None = None) -> None:
        """Write one command, and lines that wait; durable when this returns."""
        self._append(Part((command, entries), lines))

    def append_lines(self, lines: Batch) -> None:
        """Write lines of the access log; durable when this returns."""
        self._append(Part(lines=lines))

    def _append(self, part: Part) -> None:
        assert self._file is not None
        header = self._file.header
        full = self._file.size > FILE_LIMIT or header.version < VERSION
        if full or header.epoch != self._keys.epoch:
            self._next_file(self.head, self.lines, [part])
        else:
            for one in self._counted([part]):
                self._file.append(one)
            self._settle()

    def catch_up(self, parts: Iterable[Part], *, base: Head, lines: Head) -> None:
        """Write what the ledger has and the journal lacks, as a new file with one fsync.

        A new file, because a power cut between several frames of an old one could leave a later
        frame whole and an earlier one torn.

        Args:
            base: where the entries go on.
            lines: where the access log goes on.
        """
        self._next_file(base, lines, parts)

    def roll(self) -> None:
        """Go on in a new file under the present data key (a rotation does this)."""
        self._next_file(self.head, self.lines, ())

    def follow(self, keys: Keys) -> None:
        """Go on with the keys of another vault of the same ledger: a sheet gave way to a person."""
        self._keys = keys

    @property
    def epoch(self) -> int:
        """Return the data key of the file that is written to."""
        assert self._file is not None
        return self._file.header.epoch

    @property
    def begins(self) -> int:
        """Return the number of the last entry before the file that is written to."""
        assert self._file is not None
        return self._file.header.base.seq

    def require_present(self) -> None:
        """Raise when the medium is gone or was exchanged; costs one `stat`."""
        assert self._file is not None
        self._file.require_present()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _counted(self, parts: Iterable[Part]) -> Iterator[Part]:
        """Hand parts on, their files kept already; `_settle` believes in them when they are safe."""
        self._reached = self.head, self.lines, self.written_at
        for part in parts:
            head, lines, written_at = self._reached
            if part.lines is not None:
                lines = part.lines.end
            if part.logged is not None:
                command, entries = part.logged
                self._keep_files(entries)
                head, written_at = Head(command.last_seq, command.head), command.recorded_at
            self._reached = head, lines, written_at
            yield part

    def _settle(self) -> None:
        self.head, self.lines, self.written_at = self._reached

    def _next_file(self, base: Head, lines: Head, parts: Iterable[Part]) -> None:
        keys = self._keys
        with writing(self.folder):
            paths = list_files(self.folder, keys.vault_id)
        number = number_of(paths[-1]) + 1 if paths else 1
        header = FileHeader(
            vault_id=keys.vault_id,
            file_id=keys.random(ID_BYTES),
            number=number,
            epoch=keys.epoch,
            base=base,
            link=_id_of(paths[-1]) if paths else bytes(ID_BYTES),
            created=time_text(self._now),
            program=PROGRAM,
            lines=lines,
        )
        path = self.folder / file_name(keys.vault_id, number)
        self.close()
        former = self.head, self.lines
        self.head, self.lines = base, lines
        try:
            self._file = JournalFile.create(path, header, keys, self._counted(parts))
            with reading(path):
                self._file.open_at(path.stat().st_size)
        except BaseException:
            self.head, self.lines = former
            raise
        self._settle()
        self.torn = False

    def _keep_files(self, entries: Iterable[Entry]) -> None:
        for name in attachment_names(entries):
            copy_attachment(name, self._attachments, self.folder / FOLDER_NAME)


# --- reading a whole folder ---------------------------------------------------------------------


def check_links(
    folder: Path, keys: Keys, knows: Callable[[Head], bool], knows_line: Callable[[Head], bool],
    *, attachments: Path, full: bool, progress: Progress, left: Collection[str] = (),
) -> None:  # fmt: skip
    """Check that the files follow each other and, with `full`, every frame inside.

    Args:
        attachments: of the ledger; what is there must lie whole beside the frame that brought it.
        knows: tells whether the ledger has this head.
        knows_line: tells whether the access log has this line.
        left: the last files of ways under the key of a copy, as the ledger has told of them: epoch
            and id.

    Raises:
        Damaged: names the file and the frame.
    """
    previous = bytes(ID_BYTES)
    before: Scan | None = None
    brought: dict[str, None] = {}
    paths = list_files(folder, keys.vault_id)
    look_over(paths)
    headers = [header_of(path) for path in paths]
    aside, needed = _ways_left(headers, left), _needed_until(headers)
    for done, path in enumerate(paths):
        progress(done, len(paths))
        ours = path == paths[-1] or not _is_aside(path, headers[done], aside, keys)
        if is_closed(path, keys) or not ours:
            previous, before = _id_of(path), None
            continue
        file = JournalFile(path, keys)
        require_ours(file, keys.vault_id)
        follows = not done or file.header.link in (previous, bytes(ID_BYTES))
        if file.header.number != number_of(path) or not follows:
            raise broken(str(path))
        previous = file.header.file_id
        if not full and path != paths[-1]:
            continue
        if before is not None and needed[done] > before.head.seq:
            # A later file continues what is not whole any more at the end of this one.
            raise broken(str(paths[done - 1]), before.next_number)
        before = _check_frames(file, brought)
    if is_closed(paths[-1], keys):
        raise _unknown(folder)
    last = file.scan()
    if not knows(last.head) or not knows_line(last.lines):
        raise _unknown(folder)
    for name in brought if full else ():
        copy = folder / FOLDER_NAME / name
        if (attachments / name).exists() and not is_whole(copy):
            raise Damaged(file=str(copy), what_now=COPY_BROKEN)


def _unknown(folder: Path) -> Damaged:
    return Damaged(file=str(folder), what_now=f"台帳と続きが合いません。{BROKEN}")


_Aside = list[tuple[int, int]]  # last file of a way of a copy, and the epoch of the file behind it


def _ways_left(headers: Iterable[FileHeader | None], left: Collection[str]) -> _Aside:
    """Return the ways that were told of; a copy may have renewed its key on one several times."""
    known = [one for one in headers if one is not None]
    told = [one for one in known if one.way in left]
    behind = {one: next((x for x in known if x.number > one.number), one) for one in told}
    return [(one.number, min(own.epoch, one.epoch - 1)) for one, own in behind.items()]


def _is_aside(path: Path, header: FileHeader | None, aside: _Aside, keys: Keys) -> bool:
    """Tell whether a file, up to one that was told of, is under a later key that is not ours."""
    if header is None or not any(header.number <= n and header.epoch > own for n, own in aside):
        return False
    try:
        JournalFile(path, keys)
    except Damaged:
        return True
    return False


def _needed_until(headers: Sequence[FileHeader | None]) -> list[float]:
    """Return up to which entry the files before each must lead.

    One that begins earlier tells the rest again, however many stand between.
    """
    bases = [inf if one is None else one.base.seq for one in reversed(headers)]
    return list(accumulate(bases, min))[::-1]


def look_over(paths: list[Path]) -> None:
    """Let one child vet all headers at once; what does not read is told by whoever opens it."""
    found = []
    for path in paths:
        with suppress(AzukariError), open_regular(path) as file, reading(path):
            found.append(FORM.take(file, str(path)))
    vetting.look_over(vetting.JOURNAL, found, str(paths[0].parent) if paths else "")


def is_closed(path: Path, keys: Keys) -> bool:
    """Tell whether a file is under a data key that a rotation ended; nobody can read it any more."""
    header = header_of(path)
    return header is not None and header.epoch < keys.epoch


def _check_frames(file: JournalFile, brought: dict[str, None]) -> Scan:
    """Check every frame of a file, and add the sealed files of which they speak."""
    scan = file.scan()
    head, lines = scan.header.base, scan.header.lines
    for place in scan.places:
        number = place.number
        part = file.read(place)
        if part.lines is not None:
            if part.lines.before != lines:
                raise broken(str(file.path), number)
            lines = part.lines.end
        if part.logged is None:
            if place.prefix.of_lines:
                continue
            raise broken(str(file.path), number)
        command, entries = part.logged
        brought.update(dict.fromkeys(attachment_names(entries)))
        joined = place.prefix.previous == head.hash == entries[0].previous
        named = (place.prefix.first, place.prefix.last) == (command.first_seq, command.last_seq)
        if not joined or not named:
            raise broken(str(file.path), number)
        head = Head(command.last_seq, command.head)
    return scan


def require_ours(file: JournalFile, vault_id: bytes) -> None:
    if file.header.vault_id != vault_id:
        raise Foreign(file=str(file.path), reason="別の台帳の更新ジャーナルです。")


def _make_folder(folder: Path) -> None:
    """Make the folder of a journal its owner's alone; one with other files stays as others need it.

    What is written there is sealed.

    Raises:
        Foreign: it is a link.
    """
    if folder.is_dir() and not is_link(folder):
        with reading(folder):
            names = [one.name for one in folder.iterdir()]
        if not all(name == FOLDER_NAME or name.startswith("azukari-") for name in names):
            return
    make_private_folder(folder)


# --- names and copies -----------------------------------------------------------------------------


def file_name(vault_id: bytes, number: int) -> str:
    return f"azukari-{vault_id.hex()[:8]}-{number:06d}.azj"


def list_files(folder: Path, vault_id: bytes) -> list[Path]:
    """List the journal files of a ledger in their order.

    Raises:
        MediumMissing: the folder is not there.
        Foreign: it holds the journal of another ledger only.
    """
    pattern = re.compile(rf"azukari-{vault_id.hex()[:8]}-(\d{{6}})\.azj")
    with reading(folder):
        names = sorted(path.name for path in folder.iterdir())
    mine = [folder / name for name in names if pattern.fullmatch(name)]
    if not mine and any(name.endswith(".azj") for name in names):
        raise Foreign(file=str(folder), reason="別の台帳の更新ジャーナルがあります。")
    return mine


def files_before(
    folder: Path, vault_id: bytes, seq: int, contains: Callable[[Head], bool]
) -> list[Path]:
    """List the files that were written before an entry; one that cannot be read may hold anything.

    A file behind one that begins with that entry or later was begun after it. It may begin earlier
    all the same: under a new data key what backups need is written again, as it stands then.

    Args:
        contains: tells whether the ledger has a head.

    Raises:
        MediumMissing, Foreign
    """
    found, behind = [], False
    for path in list_files(folder, vault_id):
        header = header_of(path)
        later = header is not None and header.base.seq >= seq
        if header is None or not (later or behind):
            found.append(path)
        behind = behind or (later and header is not None and contains(header.base))
    return found


def number_of(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])


def _id_of(path: Path) -> bytes:
    """Return the id of the file before; zero if it does not read: it is followed all the same."""
    header = header_of(path)
    return header.file_id if header else bytes(ID_BYTES)


def header_of(path: Path) -> FileHeader | None:
    """Read a header without a key; None if it is damaged: whoever opens the file says how."""
    try:
        with open_regular(path) as file, reading(path):
            return read_header(file, str(path))[0]
    except (Damaged, Foreign, NewerFormat):
        return None


def attachment_names(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the sealed files that entries speak of."""
    for entry in entries:
        if entry.type == Attachment.type and entry.content is not None:
            name = json.loads(entry.content).get("fields", {}).get("blob", "")
            if is_name(name):
                yield name


def copy_attachment(name: str, source: Path, target: Path) -> None:
    """Copy a sealed file durably, unless it lies there already as its name says.

    One that its own folder has lost, or that is another there by now, is left out, and is no reason
    to enter or to restore nothing else: a verification, and the count of a restore, tell of it.

    Raises:
        DiskFull, NotWritable, InputOutput, MediumMissing, FolderInTheWay: of the target.
    """
    if is_whole(target / name) or not is_whole(source / name):
        return
    make_private_folder(target)
    part = target / (name + PART_SUFFIX)
    with writing(part):
        part.unlink(missing_ok=True)
    with open_regular(source / name) as original:
        copy = create_new(part)
        try:
            with writing(part):
                shutil.copyfileobj(original, copy)
            finish(copy, part)
        except BaseException:
            close_and_remove(copy, part)
            raise
    with writing(target / name):
        if (target / name).is_dir():
            raise FolderInTheWay(file=str(target / name))
        (target / name).unlink(missing_ok=True)  # what is there is no file of that name
    put_in_place(part, target / name)
