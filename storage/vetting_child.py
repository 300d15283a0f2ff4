"""What runs inside the confined child of `storage/vetting.py`: one reader, a verdict for each piece.

A reader that refuses is a verdict; one that breaks, or needs more than the bounds, ends the child.
"""

import sys
from collections.abc import Callable, Iterator
from typing import BinaryIO

from models.errors import AzukariError
from resources import confined
from resources.confined import Answer

Reader = Callable[[bytes, str], object]


def readers() -> dict[str, Callable[[], Reader]]:
    """Return the readers by kind, to be imported when asked for."""
    return {"backup": _backup, "copy": _copy, "journal": _journal, "keys": _keys}


def _keys() -> Reader:
    from storage.header import parse_header

    return parse_header


def _backup() -> Reader:
    from storage.backup_format import parse_preamble

    return parse_preamble


def _copy() -> Reader:
    from storage.key_copy import parse_manifest

    return parse_manifest


def _journal() -> Reader:
    from storage.journal_format import parse_file_header

    return parse_file_header


def run_child() -> int:
    """Do one request from standard input; return the exit code of the process."""
    return confined.serve(_verdicts)


def _verdicts(request: Answer, data: BinaryIO) -> Iterator[Answer]:
    read = readers()[request["kind"]]()
    yield {"reads": [_reads(read, data.read(size)) for size in request["sizes"]]}


def _reads(read: Reader, raw: bytes) -> bool:
    try:
        read(raw, "")
    except AzukariError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(run_child())
