"""Kinds of fields: each knows how its value is parsed, shown, stored, hashed and when it is empty.

A value is never `None` and "" at once: each kind has exactly one empty value, and an empty value is
left out of the hashed content, so that a field added later does not change the bytes of older
records. Days and moments are in `models/kinds_of_time.py`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar, Final

from models import text as texts
from models import values
from models.codes import Code
from models.errors import InvalidField
from models.marks import unpacked

if TYPE_CHECKING:
    from models.records.base import Child

BLANKS = " \t\r\n　"  # that nobody means at the ends of a text
Json = Any  # what RFC 8785 can carry: str, int, bool, list, dict


class Kind:
    """One idea of a value. Subclasses are small, frozen in meaning and shared by all screens."""

    empty: ClassVar[Any] = ""
    sql_type: ClassVar[str] = (
        "TEXT"  # column of the derived table; "" = lives in a table of its own
    )
    editable: ClassVar[bool] = True

    def is_empty(self, value: Any) -> bool:
        return bool(value == self.empty)

    def parse(self, typed: str) -> Any:
        """Turn what a person typed into a value; the empty string gives the empty value.

        Raises:
            ValueError: with the Japanese sentence that completes 「label」….
        """
        raise ValueError("は、この欄に直接入力できません。")

    def format(self, value: Any) -> str:
        """Return the text that screens and papers show; empty gives the empty string."""
        return "" if self.is_empty(value) else str(value)

    def fine(self, value: Any) -> bool:
        """Tell at one look that a value is filled and can stand; False means: look closer."""
        return False

    def problems(self, value: Any) -> Iterator[str]:
        """Yield sentences (completing 「label」…) for a value that cannot stand."""
        yield from ()

    def to_json(self, value: Any) -> Json:
        return value

    def from_json(self, data: Json) -> Any:
        return data

    def to_column(self, value: Any) -> Any:
        """Return the sortable form in the derived table; empty is SQL NULL."""
        return None if self.is_empty(value) else self.to_json(value)

    def from_column(self, stored: Any) -> Any:
        return self.empty if stored is None else self.from_json(stored)


@dataclass(frozen=True)
class Text(Kind):
    """One line, exactly as typed (no normalisation; only search keys are normalised)."""

    max_length: int = 200
    multiline: ClassVar[bool] = False

    def parse(self, typed: str) -> str:
        return typed.strip(BLANKS)

    def fine(self, value: Any) -> bool:
        return (
            type(value) is str
            and 0 < len(value) <= self.max_length
            and texts.harmless(value)
            and not value.isspace()
        )

    def problems(self, value: Any) -> Iterator[str]:
        if not isinstance(value, str):
            yield "は文字で入力してください。"
            return
        if value.isspace():
            yield "は、空白だけでは入力できません。"
            return
        yield from texts.problems_in_text(
            value, max_length=self.max_length, multiline=self.multiline
        )


@dataclass(frozen=True)
class LongText(Text):
    """Several lines."""

    max_length: int = 4000
    multiline: ClassVar[bool] = True


@dataclass(frozen=True)
class Private(Text):
    """A line about a person that screens show only to who asks for it (A-14)."""


@dataclass(frozen=True)
class OwnMarks(Text):
    """Marks of what lies elsewhere, which the ledger itself keeps (models/marks.py).

    Nobody types them or sends them: forms leave them out, a request need not say them, and a reader
    is told how many there are.
    """

    editable: ClassVar[bool] = False

    def format(self, value: str) -> str:
        return f"（{len(unpacked(value))}項目の照合値）" if value else ""


@dataclass(frozen=True)
class Integer(Kind):
    """A whole number within bounds."""

    minimum: int = 0
    maximum: int = 1_000_000_000
    empty: ClassVar[Any] = None
    sql_type: ClassVar[str] = "INTEGER"

    def parse(self, typed: str) -> int | None:
        number = DecimalNumber().parse(typed)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise ValueError("は整数で入力してください。")
        return int(number)

    def format(self, value: int | None) -> str:
        return "" if value is None else f"{value:,}"

    def fine(self, value: Any) -> bool:
        return type(value) is int and self.minimum <= value <= self.maximum

    def problems(self, value: Any) -> Iterator[str]:
        if value is None:
            return
        if isinstance(value, bool) or not isinstance(value, int):
            yield "は整数で入力してください。"
        elif not self.minimum <= value <= self.maximum:
            yield f"は{self.minimum:,}以上{self.maximum:,}以下で入力してください。"


_MOST_DIGITS: Final = 99
"""Beyond it a number is refused at once: written out, `1e999999999` has a thousand million."""


@dataclass(frozen=True)
class DecimalNumber(Kind):
    """A number with at most three decimals; text in the content, thousandths in SQL."""

    minimum: Decimal = Decimal(0)
    maximum: Decimal = Decimal(1_000_000_000)
    empty: ClassVar[Any] = None
    sql_type: ClassVar[str] = "INTEGER"

    def parse(self, typed: str) -> Decimal | None:
        if not typed.strip(" \t　"):
            return None
        try:
            return values.parse_decimal(typed).number
        except InvalidField as error:
            raise ValueError(str(error.facts["problem"])) from error

    def format(self, value: Decimal | None) -> str:
        return "" if value is None else f"{value.normalize():,f}"

    def fine(self, value: Any) -> bool:
        return (
            type(value) is Decimal
            and value.is_finite()
            and not value.is_signed()
            and self.minimum <= value <= self.maximum
            and int(value.as_tuple().exponent) >= -3
        )

    def problems(self, value: Any) -> Iterator[str]:
        if value is None:
            return
        if not isinstance(value, Decimal) or not value.is_finite() or _is_minus_zero(value):
            yield "は数で入力してください。"
        elif not self.minimum <= value <= self.maximum:
            yield f"は{self.minimum:,f}以上{self.maximum:,f}以下で入力してください。"
        elif value * 1000 != (value * 1000).to_integral_value():
            yield "は小数第3位までで入力してください。"

    def to_json(self, value: Decimal) -> str:
        return f"{value.normalize():f}"

    def from_json(self, data: str | int) -> Decimal:
        if type(data) not in (str, int):  # neither true nor a binary fraction is a decimal number
            raise ValueError("は数で入力してください。")
        try:
            number = Decimal(data)
        except (InvalidOperation, ValueError, TypeError) as error:
            raise ValueError("は数で入力してください。") from error
        if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
            raise ValueError("は数で入力してください。")
        return number

    def to_column(self, value: Decimal | None) -> int | None:
        return None if value is None else int(value * 1000)

    def from_column(self, stored: int | None) -> Decimal | None:
        return None if stored is None else Decimal(stored) / 1000


def _is_minus_zero(value: Decimal) -> bool:
    return value.is_zero() and value.is_signed()


@dataclass(frozen=True)
class Boolean(Kind):
    """Yes, no, or not recorded (`None`); the two words may be other than はい/いいえ."""

    yes: str = "はい"
    no: str = "いいえ"
    empty: ClassVar[Any] = None
    sql_type: ClassVar[str] = "INTEGER"

    def is_empty(self, value: Any) -> bool:
        return value is None

    def parse(self, typed: str) -> bool | None:
        typed = typed.strip(" \t　")
        if not typed:
            return None
        if typed in (self.yes, self.no):
            return typed == self.yes
        try:
            return values.parse_bool(typed)
        except InvalidField as error:
            raise ValueError(f"は「{self.yes}」か「{self.no}」で入力してください。") from error

    def format(self, value: bool | None) -> str:
        return "" if value is None else (self.yes if value else self.no)

    def problems(self, value: Any) -> Iterator[str]:
        if value is not None and not isinstance(value, bool):
            yield f"は「{self.yes}」か「{self.no}」で入力してください。"

    def to_column(self, value: bool | None) -> int | None:
        return None if value is None else int(value)

    def from_column(self, stored: int | None) -> bool | None:
        return None if stored is None else bool(stored)


@dataclass(frozen=True)
class Choice(Kind):
    """One code of a fixed vocabulary."""

    codes: type[Code]
    empty: ClassVar[Any] = None

    def parse(self, typed: str) -> Code | None:
        typed = typed.strip(" \t　")
        if not typed:
            return None
        for code in self.codes:
            if typed in (code.value, code.label):
                return code
        raise ValueError(f"は次から選んでください：{'、'.join(c.label for c in self.codes)}")

    def format(self, value: Code | None) -> str:
        return "" if value is None else value.label

    def fine(self, value: Any) -> bool:
        return type(value) is self.codes

    def problems(self, value: Any) -> Iterator[str]:
        if value is not None and not isinstance(value, self.codes):
            yield f"は次から選んでください：{'、'.join(c.label for c in self.codes)}"

    def to_json(self, value: Code) -> str:
        return str(value._value_)  # `value` is a descriptor, slow over a million records

    def from_json(self, data: str) -> Code:
        try:
            return self.codes.read(data)
        except (KeyError, TypeError) as error:
            if not isinstance(data, str):
                raise ValueError("は、言葉一つで指定してください。") from error
            raise ValueError(f"に知らない値があります（{data}）。") from error


@dataclass(frozen=True)
class MultiChoice(Kind):
    """Several codes of a fixed vocabulary, in the vocabulary's order."""

    codes: type[Code]
    empty: ClassVar[Any] = ()

    def parse(self, typed: str) -> tuple[Code, ...]:
        one = Choice(self.codes)
        chosen = {one.parse(part) for part in _split(typed)}
        return tuple(code for code in self.codes if code in chosen)

    def format(self, value: tuple[Code, ...]) -> str:
        return "、".join(code.label for code in value)

    def problems(self, value: Any) -> Iterator[str]:
        for code in value:
            yield from Choice(self.codes).problems(code)

    def to_json(self, value: tuple[Code, ...]) -> list[str]:
        return [str(code.value) for code in value]

    def from_json(self, data: list[str]) -> tuple[Code, ...]:
        one = Choice(self.codes)
        return tuple(one.from_json(code) for code in data)

    def to_column(self, value: tuple[Code, ...]) -> str | None:
        return "," + ",".join(self.to_json(value)) + "," if value else None

    def from_column(self, stored: str | None) -> tuple[Code, ...]:
        return self.from_json(stored.strip(",").split(",")) if stored else ()


@dataclass(frozen=True)
class TextList(Kind):
    """Several short texts."""

    max_length: int = 200
    empty: ClassVar[Any] = ()

    def parse(self, typed: str) -> tuple[str, ...]:
        return tuple(_split(typed))

    def format(self, value: tuple[str, ...]) -> str:
        return "、".join(value)

    def problems(self, value: Any) -> Iterator[str]:
        for line in value:
            yield from Text(self.max_length).problems(line)

    def to_json(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def from_json(self, data: list[str]) -> tuple[str, ...]:
        return _words(data)

    def to_column(self, value: tuple[str, ...]) -> str | None:
        return "\n".join(value) if value else None

    def from_column(self, stored: str | None) -> tuple[str, ...]:
        return tuple(stored.split("\n")) if stored else ()


def _words(data: Any) -> tuple[str, ...]:
    """Read a list of words; one word alone would fall apart into its letters."""
    if not isinstance(data, list) or not all(isinstance(one, str) for one in data):
        raise ValueError("は、言葉を並べて（[…]）指定してください。")
    return tuple(data)


@dataclass(frozen=True)
class Ref(Kind):
    """The id of one record of another type.

    Attributes:
        papers: of a reference to a paper, the kinds (D-nn) that are offered; empty for all. What an
            older version took stays, the rules say what it does not prove.
    """

    type: str
    papers: tuple[str, ...] = ()

    def fine(self, value: Any) -> bool:
        return isinstance(value, str) and 0 < len(value) <= 64

    def problems(self, value: Any) -> Iterator[str]:
        if not isinstance(value, str) or len(value) > 64:
            yield "の参照先が正しくありません。一覧から選び直してください。"


@dataclass(frozen=True)
class MultiRef(Kind):
    """The ids of several records of another type; a table of its own in SQL."""

    type: str
    empty: ClassVar[Any] = ()
    sql_type: ClassVar[str] = ""

    def problems(self, value: Any) -> Iterator[str]:
        for one in value:
            yield from Ref(self.type).problems(one)
        if len(set(value)) != len(value):
            yield "に同じものが二度含まれています。"

    def to_json(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def from_json(self, data: list[str]) -> tuple[str, ...]:
        return _words(data)


@dataclass(frozen=True)
class File(Ref):
    """One attachment."""

    type: str = "attachment"


@dataclass(frozen=True)
class Files(MultiRef):
    """Several attachments."""

    type: str = "attachment"


@dataclass(frozen=True)
class Children(Kind):
    """Rows that belong to the record and live and die with it; a table of their own in SQL."""

    child: type["Child"]
    empty: ClassVar[Any] = ()
    sql_type: ClassVar[str] = ""

    def fine(self, value: Any) -> bool:
        return bool(value) and all(next(row.problems(), None) is None for row in value)

    def problems(self, value: Any) -> Iterator[str]:
        for number, row in enumerate(value, 1):
            for problem in row.problems():
                yield f"の{number}行目：{problem}"

    def to_json(self, value: tuple["Child", ...]) -> list[Json]:
        return [row.to_json() for row in value]

    def from_json(self, data: list[Json]) -> tuple["Child", ...]:
        return tuple(self.child.from_json(row) for row in data)


@dataclass(frozen=True)
class Frozen(Kind):
    """A JSON object kept as it is, for example the content of a sealed paper."""

    empty: ClassVar[Any] = None
    editable: ClassVar[bool] = False

    def format(self, value: Any) -> str:
        return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)

    def to_column(self, value: Any) -> None:
        return None  # read from the content; a list never shows it


def _split(typed: str) -> list[str]:
    for separator in "，,;；\n・/／":
        typed = typed.replace(separator, "、")
    return [part.strip(" \t　") for part in typed.split("、") if part.strip(" \t　")]
