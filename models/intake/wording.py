"""What the words of a file mean in the fixed lists of the ledger; unknown ones become questions.

One answer stands for all rows that have the word in that column (由来「借用」 in 2,000 of them).
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from models.errors import InvalidField
from models.fields import Field
from models.intake.cells import Cells
from models.intake.parts import WORDS, Findings, Options
from models.kinds import Choice, MultiChoice
from models.text import search_key

_SEPARATORS = "，,;；\n・/／"
UNKNOWN = "の「{word}」が、台帳のどの言葉に当たるか分かりません。取込みの質問で選んでください。"
QUESTION = "「{label}」の「{word}」は、どれですか。"


class Wording:
    """Reads the cells of one import that hold words of fixed lists."""

    def __init__(self, options: Options, findings: Findings) -> None:
        self._found = findings
        self._answers = {
            name: {search_key(word): value for word, value in words.items()}
            for name, words in options.words.items()
        }
        self._readers: dict[str, Callable[[str], Any]] = {}  # by the name of a field

    def parsed(self, cells: Cells, f: Field) -> Any:
        """Return the value of a cell, None when it is empty or wrong; unknown words are asked for."""
        if not isinstance(f.kind, Choice | MultiChoice):
            return cells.value(f.name, f.parse)
        reader = self._readers.get(f.name)
        if reader is None:
            reader = self._readers[f.name] = partial(self._chosen, f)
        value = cells.value(f.name, reader)
        if value is None and cells.text(f.name):
            self._ask(cells, f)
        return value

    def _chosen(self, f: Field, text: str) -> Any:
        """Read words of a list, as they stand or as they were answered.

        Raises:
            InvalidField
        """
        try:
            return chosen(f, text)
        except InvalidField as error:
            words = _words(f, text)
            meant = [self._meant(f, word) for word in words]
            if meant != words:
                return chosen(f, "、".join(meant))
            told = "」「".join(words)
            raise InvalidField(field=f.label, problem=UNKNOWN.format(word=told)) from error

    def _meant(self, f: Field, word: str) -> str:
        return self._answers.get(f.name, {}).get(search_key(word), word)

    def _ask(self, cells: Cells, f: Field) -> None:
        assert isinstance(f.kind, Choice | MultiChoice)
        choices = tuple((code.value, code.label) for code in f.kind.codes)
        for word in _words(f, cells.text(f.name)):
            try:
                self._chosen(f, word)
            except InvalidField:
                text = QUESTION.format(label=f.label, word=word)
                self._found.ask(f"{WORDS}{f.name}", word, cells.line, text, choices)


def _words(f: Field, text: str) -> list[str]:
    return split(_with_codes(f.kind, text)) if isinstance(f.kind, MultiChoice) else [text]


def _with_codes(kind: MultiChoice, text: str) -> str:
    """Put its code for every word of a list that holds what else separates words (室・区域)."""
    for code in kind.codes:
        if any(sign in code.label for sign in _SEPARATORS):
            text = text.replace(code.label, code.value)
    return text


def chosen(f: Field, text: str) -> Any:
    """Read words of a fixed vocabulary; width and case are forgiven.

    Raises:
        InvalidField: none of the words.
    """
    kind = f.kind
    assert isinstance(kind, Choice | MultiChoice)
    text = _with_codes(kind, text) if isinstance(kind, MultiChoice) else text
    try:
        return kind.parse(text)
    except ValueError as error:
        wanted = {search_key(w): code for code in kind.codes for w in (code.label, code.value)}
        parts = split(text) if isinstance(kind, MultiChoice) else [text]
        found = [wanted.get(search_key(part)) for part in parts]
        if None in found:
            raise InvalidField(field=f.label, problem=str(error)) from error
        return tuple(found) if isinstance(kind, MultiChoice) else found[0]


def split(text: str) -> list[str]:
    """Split what a cell lists."""
    for separator in _SEPARATORS:
        text = text.replace(separator, "、")
    return [part.strip(" \t　") for part in text.split("、") if part.strip(" \t　")]
