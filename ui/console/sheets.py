"""Recovery sheets on the console: read from a file, written to a file, never on argv or stdout."""

import os
from argparse import Namespace
from contextlib import suppress
from pathlib import Path
from typing import Self

from models.codes import EmploymentType
from models.errors import Occupied, Usage
from models.records import Person
from reports.tables.replacing import our_error, sync_folder
from ui.reading import read_handed

MAXIMUM = 4096  # bytes of a sheet that was typed into a file


def typed_sheet(arguments: Namespace) -> str:
    """Return the text of the sheet.

    Raises:
        FileMissing, UnfitFile, InputOutput: the file cannot be read.
        Usage: it is no text.
    """
    data = read_handed(Path(arguments.sheet_file), MAXIMUM)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Usage(reason="回復シートのファイルはUTF-8で保存してください。") from error


class SheetFile:
    """The file that takes the new sheet (`models.recovering.HandOut`); only its owner can read it.

    Its name is claimed at once, so that a place that cannot be written shows before any work, and
    it is gone again unless the sheet was kept in it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = False
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise Occupied(file=str(path)) from error
        except OSError as error:
            raise our_error(error, path) from error
        self._file = os.fdopen(descriptor, "wb")

    def keep(self, text: str) -> None:
        """Write the sheet to the disk.

        Raises:
            DiskFull, NotWritable, MediumMissing, InputOutput
        """
        try:
            self._file.write((text + "\n").encode())
            self._file.flush()
            os.fsync(self._file.fileno())
            sync_folder(self._path.parent)
        except OSError as error:
            raise our_error(error, self._path) from error
        self._kept = True

    def take_back(self) -> None:
        """Let the file go: its sheet opens nothing."""
        self._kept = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # of what was not written; `keep` has told it
            self._file.close()
        if not self._kept:
            with suppress(OSError):
                self._path.unlink()


def new_sheet_file(arguments: Namespace) -> SheetFile:
    """Claim the file for the new sheet, before anything is asked or changed.

    Raises:
        Occupied, DiskFull, NotWritable, MediumMissing, InputOutput: it cannot be made.
        Usage: no file was named.
    """
    if not arguments.new_sheet_file:
        raise Usage(reason="新しい回復シートを書くファイルを --new-sheet-file で指定してください。")
    return SheetFile(Path(arguments.new_sheet_file))


def newcomer(arguments: Namespace) -> Person | None:
    """Return the person who takes over, if one was named; details can be added in the window."""
    if not arguments.new_person:
        return None
    return Person(
        name=arguments.new_person, organization_id="-", employment_type=EmploymentType.REGULAR
    )
