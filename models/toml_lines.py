"""Find the line of every key in a TOML text, so that a mistake can be shown where it stands.

`tomllib` throws the positions away. This scanner runs over text that `tomllib` has already
accepted, therefore it may be short: it only has to know where values begin and end.
"""

from collections.abc import Mapping

KeyPath = tuple[str | int, ...]
"""Where a value stands: ("clause", 3, "rules", 0) is the first rule of the fourth clause."""

_BARE_END = " \t\r\n=.]},#"


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """Return the line (from 1) of every key, table and array element of a valid TOML text."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def nearest_line(lines: Mapping[KeyPath, int], path: KeyPath) -> int:
    """Return the line of `path`, or of its nearest parent when the key itself is missing."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1


class _Scanner:
    """A cursor over the text; each method leaves it behind what it has read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._counts: dict[KeyPath, int] = {}
        self.lines: dict[KeyPath, int] = {}

    def document(self) -> None:
        """Read the whole text: headers and statements."""
        here: KeyPath = ()
        self._skip()
        while self._at < len(self._text):
            if self._peek() == "[":
                here = self._header()
            else:
                self._statement(here)
            self._skip()

    def _header(self) -> KeyPath:
        """Read [table] or [[array]] and return the path that the following keys belong to."""
        line = self._line
        repeated = self._text.startswith("[[", self._at)
        self._move(2 if repeated else 1)
        names = self._dotted()
        self._skip()
        self._move(2 if repeated else 1)
        path: KeyPath = ()
        for position, name in enumerate(names):
            path = (*path, name)
            if repeated and position == len(names) - 1:
                self._counts[path] = self._counts.get(path, -1) + 1
            self.lines.setdefault(path, line)
            if path in self._counts:
                path = (*path, self._counts[path])
        self.lines[path] = line
        return path

    def _statement(self, here: KeyPath) -> None:
        line = self._line
        path = here
        for name in self._dotted():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self._skip()
        self._move(1)  # the equals sign
        self._skip()
        self._value(path)

    def _dotted(self) -> list[str]:
        names = [self._name()]
        self._skip()
        while self._peek() == ".":
            self._move(1)
            names.append(self._name())
            self._skip()
        return names

    def _name(self) -> str:
        self._skip()
        start = self._at
        if self._peek() in "\"'":
            self._string()
            return self._text[start + 1 : self._at - 1]
        while self._peek() not in _BARE_END:
            self._move(1)
        return self._text[start : self._at]

    def _value(self, path: KeyPath) -> None:
        if self._peek() in "\"'":
            self._string()
        elif self._peek() == "[":
            self._array(path)
        elif self._peek() == "{":
            self._inline_table(path)
        else:
            while self._peek() not in ",]}#\n":
                self._move(1)

    def _array(self, path: KeyPath) -> None:
        self._move(1)
        self._skip()
        index = 0
        while self._peek() not in "]":
            self.lines[(*path, index)] = self._line
            self._value((*path, index))
            self._skip(",")
            index += 1
        self._move(1)

    def _inline_table(self, path: KeyPath) -> None:
        self._move(1)
        self._skip()
        while self._peek() not in "}":
            self._statement(path)
            self._skip(",")
        self._move(1)

    def _string(self) -> None:
        quote = self._peek()
        fence = quote * 3 if self._text.startswith(quote * 3, self._at) else quote
        self._move(len(fence))
        while self._peek() and not self._text.startswith(fence, self._at):
            self._move(2 if self._peek() == "\\" and quote == '"' else 1)
        self._move(len(fence))
        while len(fence) == 3 and self._peek() == quote:  # the text itself may end with a quote
            self._move(1)

    def _skip(self, also: str = "") -> None:
        """Pass white space, comments, and the characters of `also`."""
        while self._at < len(self._text):
            if self._peek() == "#":
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
            elif self._peek() in " \t\r\n" + also:
                self._move(1)
            else:
                return

    def _peek(self) -> str:
        """Return the character under the cursor, "" at the end of the text."""
        return self._text[self._at : self._at + 1]

    def _move(self, count: int) -> None:
        self._line += self._text.count("\n", self._at, self._at + count)
        self._at += count
