"""Keep the key header in two equal copies, so that a torn write never costs the ledger.

Order, proved against recorded power cuts: write A, fsync, write B, fsync, then acknowledge. Each
copy is overwritten in place: no rename, no old generation (and no revoked slot) left on the disk.

The copies are equal, which is what programs look for that free space by making one file of two. Two
names of one file are torn together, so the second is laid anew.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from models.errors import (
    AzukariError,
    Conflict,
    Damaged,
    Foreign,
    LedgerMissing,
    MediumMissing,
    NewerFormat,
)
from storage import vetting
from storage.files import create_durable, overwrite_durable, read_whole, reading, writing
from storage.header import MOST_BYTES, HeaderFile, check_frame, damaged, parse_header

COPIES = ("keys.a", "keys.b")


def is_ledger(folder: Path) -> bool:
    """Tell whether a folder is that of a ledger."""
    return any((folder / name).exists() for name in COPIES)


@dataclass(frozen=True)
class HeaderPair:
    """The header that counts, and the copies that do not agree with it."""

    folder: Path
    best: HeaderFile
    to_repair: tuple[str, ...]
    joined: bool = False  # both names are of one file

    def repair(self) -> None:
        """Overwrite the torn or older copy; call it only after MAC and signatures were checked."""
        for name in self.to_repair:
            if self.joined:
                with writing(self.folder / name):
                    (self.folder / name).unlink()  # the other name keeps the file
            overwrite_durable(self.folder / name, self.best.raw)


def read_pair(folder: Path) -> HeaderPair:
    """Read both copies and choose the highest generation that reads.

    Raises:
        LedgerMissing: neither copy exists.
        NewerFormat: one of them was written by a later version.
        Damaged: neither reads, or both read with one generation and different content.
        Foreign: neither is a key header.
        NotVetted: the child that reads a copy first did not get to an end; nothing was mended.
    """
    if not is_ledger(folder):
        raise LedgerMissing(file=str(folder))
    found: dict[str, HeaderFile] = {}
    problems: list[AzukariError] = []
    for name in COPIES:
        try:
            raw = read_whole(folder / name, limit=MOST_BYTES)
            found[name] = read_copy(raw, str(folder / name))
        except (Damaged, Foreign, MediumMissing) as exc:
            problems.append(exc)
    if not found:
        raise _worst(problems)
    best = max(found.values(), key=lambda file: file.header.generation)
    _refuse_twins(folder, list(found.values()))
    if len(found) > 1 and _is_one_file(folder):
        return HeaderPair(folder, best, COPIES[1:], joined=True)
    differing = tuple(name for name in COPIES if name not in found or found[name].raw != best.raw)
    return HeaderPair(folder, best, differing)


def _is_one_file(folder: Path) -> bool:
    with reading(folder):
        return os.path.samefile(*(folder / name for name in COPIES))


def read_copy(raw: bytes, name: str) -> HeaderFile:
    """Read one copy, also the one in a backup, after a child did.

    Raises:
        Foreign, NewerFormat, Damaged: as `parse_header`.
        NotVetted: the child did not get to an end.
    """
    check_frame(raw, name)
    if not vetting.reads(vetting.KEYS, raw, name):
        raise damaged(name)
    return parse_header(raw, name)


def create_pair(folder: Path, raw: bytes) -> None:
    """Write both copies for the first time; refuses to replace anything."""
    vetting.remember(vetting.KEYS, raw)
    for name in COPIES:
        create_durable(folder / name, raw)


def write_pair(folder: Path, raw: bytes, *, instead_of: bytes) -> None:
    """Replace both copies; durable in both places when it returns.

    Args:
        instead_of: the bytes of the generation that the new one was made from.

    Raises:
        Conflict: another program wrote a header since it was read.
    """
    if read_pair(folder).best.raw != instead_of:
        raise Conflict(what="鍵ファイル")
    vetting.remember(vetting.KEYS, raw)
    for name in COPIES:
        overwrite_durable(folder / name, raw)


def _refuse_twins(folder: Path, files: list[HeaderFile]) -> None:
    generations = {file.header.generation for file in files}
    if len(generations) == 1 and len({file.raw for file in files}) > 1:
        raise Damaged(
            file=str(folder / "keys.a / keys.b"),
            what_now="2つの鍵ファイルが同じ世代なのに内容が異なります。"
            "何も変更せずに責任者へ連絡してください。",
        )


def _worst(problems: list[AzukariError]) -> AzukariError:
    """Show damage before absence or strangeness: it tells the user what to do."""
    for kind in (NewerFormat, Damaged, Foreign):
        for problem in problems:
            if isinstance(problem, kind):
                return problem
    return problems[0]
