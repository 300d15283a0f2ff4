"""A reader that misbehaves as the kind of its request says, run as the confined child.

python -m tests.storage.planted_reader
"""

import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import BinaryIO

from resources import confined
from resources.confined import Answer

EATEN = 700 * 1024**2  # bytes; claimed and never touched, so that the control is cheap
SPUN = 1.5  # seconds


def _work(request: Answer, data: BinaryIO) -> Iterator[Answer]:
    kind = request["kind"]
    if kind == "tells":
        yield {"argv": sys.argv, "environ": dict(os.environ), "request": request}
    elif kind == "lies":
        yield from request["answers"]
    else:
        globals()[f"_{kind}"]()
        yield {"reads": [True for _ in request["sizes"]]}


def _eats() -> None:
    bytes(EATEN)


def _spins() -> None:
    until = time.process_time() + SPUN
    while time.process_time() < until:
        hashlib.sha256(b"x" * 1000).digest()


def _sleeps() -> None:
    time.sleep(SPUN)


def _dies() -> None:
    os.abort()


def _writes() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"x")


if __name__ == "__main__":
    sys.exit(confined.serve(_work))
