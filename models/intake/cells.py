"""Read the cells of one row: every problem is collected, so that a row is refused once, with all.

The same texts stand in thousands of rows; what a text means is found out once (`Memory`).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from models import wareki
from models.errors import AzukariError, InvalidField
from models.values import unescape_formula

Reading = tuple[Any, str]  # a value, or None and the sentence that says why there is none


class Memory:
    """What texts mean, per column; a wrong text is wrong every time."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, Reading]] = {}

    def read(self, name: str, text: str, reader: Callable[[str], Any]) -> Reading:
        known = self._known.setdefault(name, {})
        reading = known.get(text)
        if reading is None:
            try:
                reading = (reader(text), "")
            except AzukariError as error:
                reading = (None, str(error))
            known[text] = reading
        return reading


class Cells:
    """The mapped cells of one row."""

    __slots__ = ("_memory", "_texts", "line", "notices", "problems", "remarks")

    def __init__(self, line: int, texts: Mapping[str, str], memory: Memory) -> None:
        self.line = line
        self._texts = texts
        self._memory = memory
        self.problems: list[str] = []
        self.remarks: list[str] = []
        self.notices: list[str] = []  # told only when the row is taken

    def text(self, name: str) -> str:
        return self._texts.get(name, "")

    def texts(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return several texts at once."""
        get = self._texts.get
        return tuple([get(name, "") for name in names])

    def renamed(self, texts: Mapping[str, str]) -> "Cells":
        """Return the same row with other texts; what is said of it is said of this one."""
        other = Cells(self.line, texts, Memory())
        other.problems, other.remarks, other.notices = self.problems, self.remarks, self.notices
        return other

    def one_line(self, name: str) -> str:
        """Return a text for a field of one line; line ends become spaces."""
        text = self._texts.get(name, "")
        return " ".join(text.split("\n")) if "\n" in text else text

    def value(self, name: str, reader: Callable[[str], Any]) -> Any:
        """Return what a cell means, None when it is empty or wrong; what is wrong is noted."""
        text = self._texts.get(name, "")
        if not text:
            return None
        value, problem = self._memory.read(name, text, reader)
        if problem:
            self.problems.append(problem)
        return value

    def remark(self, text: str) -> None:
        """Keep something for the note of the record."""
        self.remarks.append(text)

    def note(self) -> str:
        """Return the note of the file with our own remarks behind it."""
        return "\n".join(part for part in (self.text("note"), *self.remarks) if part)


class Reader:
    """Turns rows into `Cells` by the mapping."""

    def __init__(self, columns: Sequence[str], mapping: Mapping[str, str], escaped: bool) -> None:
        self._places = [(columns.index(column), name) for column, name in mapping.items()]
        self._escaped = escaped
        self._memory = Memory()

    def cells(self, line: int, row: Sequence[str]) -> Cells:
        texts: dict[str, str] = {}
        width = len(row)
        for place, name in self._places:
            if place < width and (text := row[place].strip(" \t\r\n　")):
                texts[name] = unescape_formula(text) if text[0] == "'" and self._escaped else text
        return Cells(line, texts, self._memory)


@cache
def day_of(label: str, with_time: str = "日付だけにしてください") -> Callable[[str], date]:
    """Return what reads a day and quotes what it cannot read.

    Args:
        with_time: what to do with a cell that also holds a time.
    """

    def read(text: str) -> date:
        try:
            return wareki.parse_date(text, field=label)
        except InvalidField as error:
            why = f"には時刻もあります。{with_time}。" if _has_time(text) else _why(error)
            raise InvalidField(field=label, problem=f"の値「{text[:20]}」{why}") from error

    return read


def _has_time(text: str) -> bool:
    try:
        wareki.parse_datetime(text)
    except InvalidField:
        return False
    return True


def _why(error: InvalidField) -> str:
    problem = str(error.facts["problem"])
    return (
        problem
        if problem.startswith(("は", "に"))
        else f"が正しくありません。{problem.lstrip('の')}"
    )
