"""Workbooks that are broken in a thousand ways, and what the parser of the child makes of them.

    python -m tests.security.workbooks COUNT SEED FOLDER

Run in the environment of the child, which alone parses strangers' XML. Prints how many were read
and how many refused; what fails in another way is kept in FOLDER.
"""

import io
import json
import random
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import openpyxl

from models.errors import ImportRefused
from reports.tables.parse import parse_table
from reports.tables.table import Limits

TOKENS = (
    b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>", b"&a;", b"9" * 400, b"-1", b"1e999",
    b'ref="A1:XFD1048576"', b'r="A99999999999"', b'r="0"', b's="99999"', b"\x00", b"\xff\xfe",
    b"<c/>" * 500, b't="d"', b't="e"', b"]]>", b"<mergeCell ref='A1:XFD1048576'/>", b"", b"NaN",
)  # fmt: skip


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Flip, cut out, double or replace a piece."""
    at = dice.randrange(len(data) + 1)
    end = min(len(data), at + dice.choice((1, 2, 8, 60)))
    piece = dice.choice((dice.randbytes(end - at), b"", data[at:end] * 2, dice.choice(TOKENS)))
    return data[:at] + piece + data[end:]


def workbook() -> dict[str, bytes]:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (
        ["管理番号", "名称", "数量", "日付"],
        ["M-1", "申請書", 3, "令和8年4月1日"],
        ["M-2", "=1+1", 2.5, ""],
    ):
        page.append(row)
    page.merge_cells("B2:C2")
    made = io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def hostile_workbooks(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    dice, parts = random.Random(seed), workbook()
    read = [name for name in parts if "docProps" not in name and "theme" not in name]
    for number in range(count):
        harmed = dict(parts)
        for _ in range(dice.choice((1, 1, 2, 4))):
            name = dice.choice(read)
            harmed[name] = mutated(harmed[name], dice)
        yield f"workbook {number}", zipped(harmed)


def main() -> None:
    count, seed, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    told = {"read": 0, "refused": 0}
    sys.stdout, out = None, sys.stdout  # type: ignore[assignment]  # as in the child
    for how, data in hostile_workbooks(count, seed):
        started = time.monotonic()
        try:
            assert list(parse_table(data, {"sheet": "", "limits": asdict(Limits(rows=2000))}))
            told["read"] += 1
        except ImportRefused:
            told["refused"] += 1
        except BaseException as error:
            (folder / "bad.xlsx").write_bytes(data)
            sys.exit(f"seed {seed}, {how}: {error!r}; kept in {folder / 'bad.xlsx'}")
        if time.monotonic() - started > 5:
            sys.exit(f"seed {seed}, {how}: too slow")
    print(json.dumps(told), file=out)


if __name__ == "__main__":
    main()
