"""The states in which a power cut may leave a disk, made from a recording.

The model is stricter than ext4: a write is durable once its file was synced after it; a change of a
folder once the folder was synced after it, and unsynced changes of a folder survive as a prefix;
unsynced writes survive in any subset, each torn at 512 bytes.
"""

import os
import random
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.recording import Call

SECTOR = 512
Change = tuple[int, bytes | None]  # offset and data; without data a cut to that length


@dataclass
class File:
    """What of one file is on the disk for sure, and what is only on its way."""

    content: bytearray
    waiting: list[Change] = field(default_factory=list)

    def settle(self) -> None:
        for change in self.waiting:
            apply(self.content, change)
        self.waiting.clear()


Entries = dict[str, File | None]  # path to file, None for a folder
Choose = Callable[[File], Iterable[Change]]


@dataclass(frozen=True)
class State:
    """One state: where the power went, what had been promised, and the disk."""

    after: int
    said: bytes
    entries: Entries
    how: str

    def mark(self) -> int:
        """Return a number by which equal states are known, whatever led to them."""
        files = [(name, file and bytes(file.content)) for name, file in self.entries.items()]
        return hash((self.said, frozenset(files)))

    def lay(self, folder: Path) -> None:
        """Make this state real in `folder`."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path, file in sorted(self.entries.items()):
            place = folder / path
            if file is None:
                place.mkdir(mode=0o700, exist_ok=True)
            else:
                place.write_bytes(file.content)
                os.chmod(place, 0o600)


def apply(content: bytearray, change: Change) -> None:
    offset, data = change
    if data is None:
        if len(content) > offset:
            del content[offset:]
        else:
            content.extend(bytes(offset - len(content)))
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class Disk:
    """Follows a recording and tells, at any moment, what a power cut might leave."""

    def __init__(self, base: Path) -> None:
        self.entries: Entries = {}
        for path in sorted(base.rglob("*")):
            name = str(path.relative_to(base))
            self.entries[name] = File(bytearray(path.read_bytes())) if path.is_file() else None
        self.durable: Entries = dict(self.entries)
        self.waiting: list[tuple[str, Entries]] = []  # parent folder and names after the change

    def follow(self, call: Call) -> None:
        """Let one call happen."""
        entries, path = self.entries, call.path
        if call.op == "W":
            self._file(path).waiting.append((call.offset, call.data))
        elif call.op in "TO":
            self._file(path).waiting.append((call.offset, None))
        elif call.op == "S":
            self._file(path).settle()
        elif call.op == "C":
            self._change(path, {**entries, path: File(bytearray())})
        elif call.op == "M":
            self._change(path, {**entries, path: None})
        elif call.op in "UX":
            self._change(path, {name: one for name, one in entries.items() if name != path})
        elif call.op == "R":
            self._change(path, _renamed(entries, path, call.data.decode()))
        elif call.op == "D":
            self._settle_folder(path)

    def _file(self, path: str) -> File:
        file = self.entries[path]
        assert file is not None
        return file

    def _change(self, path: str, entries: Entries) -> None:
        self.entries = entries
        self.waiting.append((str(Path(path).parent), entries))

    def _settle_folder(self, folder: str) -> None:
        """Keep everything up to the last change of this folder; what came later still waits."""
        wanted = folder or "."
        last = max(
            (n for n, (parent, _) in enumerate(self.waiting) if parent == wanted), default=-1
        )
        if last >= 0:
            self.durable = self.waiting[last][1]
            del self.waiting[: last + 1]

    def states(self, after: int, said: bytes, draws: int, dice: random.Random) -> Iterator[State]:
        """Yield what may be on the disk now: nothing that waits, all of it, and some of it."""
        yield State(after, said, _with(self.durable, lambda _: ()), "nothing unsynced")
        yield State(after, said, _with(self.entries, lambda file: file.waiting), "everything")
        for _ in range(draws):
            kept = dice.randint(0, len(self.waiting))
            entries = self.waiting[kept - 1][1] if kept else self.durable
            yield State(after, said, _with(entries, lambda f: _some(f.waiting, dice)), "some of it")


def _renamed(entries: Entries, old: str, new: str) -> Entries:
    moved = {name: one for name, one in entries.items() if not _inside(name, new)}
    return {
        new + name[len(old) :] if _inside(name, old) else name: one for name, one in moved.items()
    }


def _inside(name: str, folder: str) -> bool:
    return name == folder or name.startswith(folder + "/")


def _with(entries: Entries, choose: Choose) -> Entries:
    """Return a copy of the disk with the chosen changes made."""
    made: Entries = {}
    for name, file in entries.items():
        if file is None or not file.waiting:
            made[name] = file
            continue
        twin = File(bytearray(file.content))
        for change in choose(file):
            apply(twin.content, change)
        made[name] = twin
    return made


def _some(waiting: Sequence[Change], dice: random.Random) -> Iterator[Change]:
    for offset, data in waiting:
        if data is None:
            if dice.random() < 0.5:
                yield offset, None
            continue
        for start in range(0, len(data), SECTOR):
            if dice.random() < 0.5:
                yield offset + start, data[start : start + SECTOR]


def power_cuts(
    base: Path, calls: Sequence[Call], *, draws: int, every: int = 1, seed: int
) -> Iterator[State]:
    """Yield states after the calls of a recording.

    Args:
        draws: random states beside the two certain ones, at each place.
        every: look at each n-th call only; places where something is promised are never left out.
    """
    disk, dice, said = Disk(base), random.Random(seed), b""
    yield from disk.states(0, said, 0, dice)
    for number, call in enumerate(calls, start=1):
        if call.op == "A":
            said += call.data
        else:
            disk.follow(call)
        if call.op == "A" or number % every == 0:
            yield from disk.states(number, said, draws, dice)
