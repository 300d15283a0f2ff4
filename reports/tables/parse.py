"""From the bytes of a file to its table, all of it inside the child, and the way out of there.

Rows travel in chunks, column by column: the words of most columns of a register stand in thousands
of rows, so a chunk names each once and then says where it stands. It is a fifth of the text, and
the rows that are made of it share their words.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from typing import Any, Final

from reports.tables import xlsx_grid
from reports.tables.child import UNCLEAR, parse_in_child
from reports.tables.csv_grid import read_csv
from reports.tables.shape import shape_table
from reports.tables.table import (
    Limits,
    Note,
    Row,
    Shaped,
    Skipped,
    Table,
    check_size,
    refuse,
)

CHUNK: Final = 1000  # rows
Answer = dict[str, Any]


def table_of(
    data: bytes, *, limits: Limits, sheet: str, name: str, beat: Callable[[], None]
) -> Table:
    """Let a child read the table of a CSV or xlsx file.

    Raises:
        ImportRefused: The file cannot or must not be read as a table.
    """
    options = {"sheet": sheet, "limits": asdict(limits)}
    told = parse_in_child("table", data, options, limits=limits, name=name, beat=beat)
    with closing(told) as answers:  # a child whose answer is refused half-way ends at once
        shaped = read_answers(answers, limits, name)
    return Table(**vars(shaped), source_sha256=hashlib.sha256(data).hexdigest())


# --- in the child -----------------------------------------------------------------------------


def parse_table(data: bytes, options: Answer) -> Iterator[Answer]:
    """Read a table; its content decides which kind of file it is, not its name.

    Args:
        data: The file.
        options: `sheet` (name of a sheet, "" for the first that holds a table) and `limits`.

    Raises:
        ImportRefused: The file cannot or must not be read as a table.
    """
    limits = Limits(**options["limits"])
    if xlsx_grid.is_xlsx(data):
        xlsx_grid.check_archive(data, limits)
        grid = xlsx_grid.parse_sheet(data, limits, options["sheet"])
    else:
        grid = read_csv(data, limits)
    check_size(grid.rows, limits)
    return _told(shape_table(grid))


def _told(table: Shaped) -> Iterator[Answer]:
    for start in range(0, len(table.rows), CHUNK):
        rows = table.rows[start : start + CHUNK]
        cells = zip(*(row.cells for row in rows), strict=True)
        yield {"lines": [row.line_no for row in rows], "cells": list(map(_packed, cells))}
    yield {
        "columns": table.columns,
        "encoding": table.encoding,
        "titles": table.title_lines,
        "skipped": [[one.line_no, one.reason, one.text] for one in table.skipped],
        "notes": [[note.line_no, note.column, note.message] for note in table.notes],
        "sheet": table.sheet,
    }


def _packed(column: Sequence[str]) -> list[Any]:
    """Return the cells of a column, or its words and for every row which of them it is."""
    places = {word: place for place, word in enumerate(dict.fromkeys(column))}
    if 2 * len(places) > len(column):
        return [list(column)]
    return [list(places), [places[cell] for cell in column]]


# --- back from the child ----------------------------------------------------------------------


def read_answers(answers: Iterable[Answer], limits: Limits, name: str) -> Shaped:
    """Make the table from what a child tells; nothing of it is believed before it was looked at.

    Raises:
        ImportRefused: It is no table, or larger than a table may be.
    """
    rows: list[Row] = []
    last: Answer = {}
    try:
        for answer in answers:
            last = answer
            if "lines" in answer:
                rows += _chunk(answer, limits)
                if len(rows) > limits.rows or len(rows) * len(rows[-1].cells) > limits.cells:
                    raise ValueError
        return _shaped(rows, last)
    except (ArithmeticError, LookupError, TypeError, ValueError) as exc:
        raise refuse(name, UNCLEAR) from exc


def _chunk(answer: Answer, limits: Limits) -> list[Row]:
    """Return the rows of one answer; as many as it numbers, all of one width."""
    columns = [_unpacked(limits, *packed) for packed in answer["cells"]]
    lines = [int(line) for line in answer["lines"]]
    if len(columns) > limits.columns or not lines:
        raise ValueError
    if any(len(column) != len(lines) for column in columns):
        raise ValueError
    return list(map(Row, lines, map(list, zip(*columns, strict=True))))


def _unpacked(
    limits: Limits, words: list[str], places: Sequence[int] | None = None
) -> Sequence[str]:
    """Return the cells of a column; its words are looked at, each once."""
    texts = _texts(words)
    if max(map(len, texts)) > limits.cell_length:
        raise ValueError
    return texts if places is None else [texts[place] for place in places]


def _shaped(rows: list[Row], told: Answer) -> Shaped:
    columns = _texts(told["columns"])
    if len(set(columns)) != len(columns) or any(len(row.cells) != len(columns) for row in rows):
        raise ValueError
    return Shaped(
        columns=columns,
        rows=rows,
        encoding=str(told["encoding"]),
        title_lines=_texts(told["titles"]),
        skipped=[Skipped(int(line), *_texts(rest)) for line, *rest in told["skipped"]],
        notes=[Note(int(line), *_texts(rest)) for line, *rest in told["notes"]],
        sheet=str(told["sheet"]),
    )


def _texts(told: Iterable[Any]) -> list[str]:
    texts = list(told)
    if not set(map(type, texts)) <= {str}:
        raise TypeError
    return texts
