"""Read a TOML table key by key, collecting every mistake with its line instead of stopping."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from models.profile_vocabulary import UNSET
from models.toml_lines import KeyPath, key_lines, nearest_line

_CYCLE = re.compile(r"([1-9][0-9]?)(日|か月|年)")


@dataclass(frozen=True, order=True)
class Mistake:
    """One thing that is wrong in a profile file."""

    line: int
    reason: str


@dataclass(frozen=True)
class Cycle:
    """How often a periodic duty comes round: calendar months or days, one of them zero."""

    months: int = 0
    days: int = 0

    @classmethod
    def read(cls, text: str) -> "Cycle | None":
        """Read 「7日」「1か月」「2年」; None for anything else."""
        match = _CYCLE.fullmatch(text.strip())
        if match is None:
            return None
        count, unit = int(match[1]), match[2]
        if unit == "日":
            return cls(days=count)
        return cls(months=count * (12 if unit == "年" else 1))

    @property
    def text(self) -> str:
        return f"{self.months}か月" if self.months else f"{self.days}日"


class Mistakes:
    """The mistakes found so far in a text. Lines are looked up only when there is something wrong,
    because that takes longer than reading the file, and nearly all files are right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: Mapping[KeyPath, int] | None = None
        self.found: list[Mistake] = []

    def add(self, path: KeyPath, reason: str) -> None:
        """Note a mistake at the line of `path`, or of the table around it."""
        if self._lines is None:
            self._lines = key_lines(self._text)
        self.found.append(Mistake(nearest_line(self._lines, path), reason))


class TableReader:
    """One table of the file. Ask for each known key, then call `finish`.

    Every method returns a harmless value after a mistake, so that reading can go on.
    """

    def __init__(self, table: Mapping[str, Any], path: KeyPath, mistakes: Mistakes) -> None:
        self._table = table
        self._asked: set[str] = set()
        self.path = path
        self.mistakes = mistakes

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys as they stand in the file."""
        return tuple(self._table)

    def has(self, key: str) -> bool:
        """Tell whether the file writes the key."""
        return key in self._table

    def add(self, key: str, reason: str) -> None:
        """Note a mistake at the line of a key of this table."""
        self.mistakes.add((*self.path, key), reason)

    def text(self, key: str, *, default: str | None = None, choices: Collection[str] = ()) -> str:
        """Return a text; without `default` it must be there and not be empty."""
        value = self._value(key, default)
        if value is None:
            return default or ""
        if not isinstance(value, str):
            self.add(key, f'「{key}」は "…" で囲んだ文字にしてください。')
            return default or ""
        if not value.strip() and default is None:
            self.add(key, f"「{key}」が空です。")
        if choices and value not in choices and value != default:
            self.add(key, _not_a_choice(key, value, choices))
        return value

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Return true or false."""
        value = self._value(key, default)
        if not isinstance(value, bool):
            if value is not None:
                self.add(key, f"「{key}」は true か false にしてください。")
            return bool(default)
        return value

    def number(self, key: str, *, default: int | None = None, least: int = 0) -> int:
        """Return a whole number that is not below `least`."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            if value is not None:
                self.add(key, f"「{key}」は {least} 以上の整数にしてください。")
            return default or least
        return value

    def number_or_none(self, key: str) -> int | None:
        """Return a whole number, None when the key is not there."""
        self._asked.add(key)
        return self.number(key) if self.has(key) else None

    def texts(
        self, key: str, *, choices: Collection[str] = (), required: bool = False
    ) -> tuple[str, ...]:
        """Return a list of texts without repetition; a missing list is empty unless required."""
        value = self._value(key, None if required else [])
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self.add(key, f'「{key}」は ["…", "…"] の形の一覧にしてください。')
            return ()
        for index, word in enumerate(value):
            if choices and word not in choices:
                reason = _not_a_choice(key, word, choices)
                self.mistakes.add((*self.path, key, index), reason)
            if word in value[:index]:
                self.mistakes.add((*self.path, key, index), f"「{key}」に「{word}」が2度あります。")
        return tuple(value)

    def cycle(self, key: str) -> Cycle | None:
        """Return a cycle such as 「1か月」, or None for 「未設定」."""
        value = self.text(key)
        cycle = Cycle.read(value)
        if cycle is None and value and value != UNSET:
            self.add(key, f"「{key}」は「7日」「1か月」「{UNSET}」のように書いてください。")
        return cycle

    def table(self, key: str, *, required: bool = True) -> "TableReader":
        """Return the reader of a table inside this one; a missing one reads as empty."""
        value = self._value(key, None if required else {})
        if not isinstance(value, dict):
            if value is not None:
                self.add(key, f"「{key}」は [{key}] の見出しで始まる表にしてください。")
            value = {}
        return TableReader(value, (*self.path, key), self.mistakes)

    def tables(self, key: str) -> "list[TableReader]":
        """Return the readers of all [[key]] tables."""
        value = self._value(key, None)
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            if value is not None:
                self.add(key, f"「{key}」は [[{key}]] の見出しを並べて書いてください。")
            return []
        path = (*self.path, key)
        return [TableReader(row, (*path, at), self.mistakes) for at, row in enumerate(value)]

    def raw(self, key: str) -> object:
        """Return the value as it stands in the file, for keys with more than one form."""
        return self._value(key, None)

    def finish(self) -> None:
        """Refuse the keys that nobody asked for."""
        for key in self._table:
            if key not in self._asked:
                self.add(key, f"「{key}」という項目はありません。{_hint(key, self._asked)}")

    def _value(self, key: str, default: object) -> Any:
        self._asked.add(key)
        if key in self._table:
            return self._table[key]
        if default is None:
            self.add(key, f"「{key}」がありません。")
        return default


def _not_a_choice(key: str, value: str, choices: Collection[str]) -> str:
    return f"「{key}」に「{value}」は書けません。{_hint(value, choices)}"


def _hint(value: str, choices: Collection[str]) -> str:
    """Say what could be meant: the nearest words of a long list, or all of a short one."""
    near = get_close_matches(value, choices, n=3)
    if near:
        return f"「{'」「'.join(near)}」の間違いではありませんか。"
    if len(choices) > 20:
        return "つづりや番号を確かめてください。"
    return f"書けるのは {'、'.join(sorted(choices))} です。"
