"""Recovery sheets on the console: read from a file, written to a file, never on argv or stdout."""

import os
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from models.codes import EmploymentType
from models.errors import NotWritable, Occupied, Usage
from models.records import Person
from ui.reading import read_limited

MAXIMUM = 4096  # bytes of a sheet that was typed into a file


def typed_sheet(arguments: Namespace) -> str:
    """Return the text of the sheet.

    Raises:
        FileMissing, UnfitFile, InputOutput: the file cannot be read.
        Usage: it is no text.
    """
    data = read_limited(Path(arguments.sheet_file), MAXIMUM)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Usage(reason="回復シートのファイルはUTF-8で保存してください。") from error


@contextmanager
def new_sheet_file(arguments: Namespace) -> Iterator[Callable[[str], None]]:
    """Open the file for the new sheet before anything is changed; only its owner can read it.

    The used sheet is worthless afterwards, so a place that cannot be written must show first.

    Raises:
        NotWritable: the file exists or the folder forbids it.
        Usage: no file was named.
    """
    if not arguments.new_sheet_file:
        raise Usage(reason="新しい回復シートを書くファイルを --new-sheet-file で指定してください。")
    path = Path(arguments.new_sheet_file)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Occupied(file=str(path)) from error
    except OSError as error:
        raise NotWritable(file=str(path)) from error
    written = False

    def keep(text: str) -> None:
        nonlocal written
        written = True
        os.write(descriptor, (text + "\n").encode())
        os.fsync(descriptor)

    try:
        yield keep
    finally:
        os.close(descriptor)
        if not written:
            path.unlink(missing_ok=True)


def newcomer(arguments: Namespace) -> Person | None:
    """Return the person who takes over, if one was named; details can be added in the window."""
    if not arguments.new_person:
        return None
    return Person(
        name=arguments.new_person, organization_id="-", employment_type=EmploymentType.REGULAR
    )
