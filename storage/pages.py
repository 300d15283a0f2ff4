"""Read single pages of the encrypted database and tell which tree each belongs to.

The driver has no `dbstat`, and SQLite gives up a whole statement at the first page whose MAC does
not hold. A damaged page cannot tell what it was; the pages that point to it can. So this reads the
file as SQLCipher 4 lays it down (docs/format.md, "Database"): each page ends with its nonce and an
HMAC-SHA512 over ciphertext, nonce and page number; inside stands the b-tree format of SQLite
(https://www.sqlite.org/fileformat2.html). Nothing is written, nothing is believed without its MAC.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from models.store import Progress
from storage.database import PAGE_SIZE

SALT = 16
_NONCE, _MAC = 16, 64
USABLE = PAGE_SIZE - _NONCE - _MAC
_MASK, _ROUNDS = 0x3A, 2  # how SQLCipher makes the key of the MAC out of the raw key
_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE = 2, 5, 10, 13
_INTERIOR = frozenset({_INTERIOR_INDEX, _INTERIOR_TABLE})
_KINDS = frozenset({_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE})
_SMALLEST = (USABLE - 12) * 32 // 255 - 23
_LARGEST_OF_INDEX = (USABLE - 12) * 64 // 255 - 23
_LARGEST_OF_TABLE = USABLE - 35
_BYTES_OF_INTEGER = (0, 1, 2, 3, 4, 6, 8, 0, 0, 0)  # by the kind that a record's header states
_ONE = 9  # the kind that is the number 1 itself
_HEADER = 100  # bytes of the file's own on its first page
_CHANGED, _COUNT, _COUNTED_AT = slice(24, 28), slice(28, 32), slice(92, 96)
_FREE, _FREE_COUNT = slice(32, 36), slice(36, 40)
_DEEPEST = 20  # levels that a tree of SQLite may have
_BEAT = 512  # pages between two looks whether to go on
_BLOCK = 64  # pages that are read at once


class PageFile:
    """The pages of one database file.

    Args:
        descriptor: of the file, open for reading; the caller closes it.
        key: the raw key of the database.
    """

    def __init__(self, descriptor: int, key: bytes) -> None:
        self._descriptor, self._key = descriptor, key
        salt = self._bytes(0, SALT)
        masked = bytes(byte ^ _MASK for byte in salt)
        mac_key = hashlib.pbkdf2_hmac("sha512", key, masked, _ROUNDS, len(key))
        self._mac = hmac.new(mac_key, digestmod="sha512")

    @property
    def count(self) -> int:
        """Return how many pages the file has; a torn last one counts."""
        return -(-os.fstat(self._descriptor).st_size // PAGE_SIZE)

    def is_whole(self, number: int) -> bool:
        """Tell whether the MAC of a page holds."""
        return self._holds(number, self._page(number))

    def read(self, number: int) -> bytes | None:
        """Return the content of a page, None when its MAC does not hold."""
        raw = self._page(number)
        if not self._holds(number, raw):
            return None
        body = raw[SALT if number == 1 else 0 : USABLE]
        nonce = raw[USABLE : USABLE + _NONCE]
        decryptor = Cipher(algorithms.AES256(self._key), modes.CBC(nonce)).decryptor()
        plain = decryptor.update(body) + decryptor.finalize()
        return bytes(SALT) + plain if number == 1 else plain

    def node(self, number: int) -> "_Node | None":
        """Return a page of a tree; None when its MAC does not hold or it is none."""
        page = self.read(number)
        node = _Node(page, _HEADER if number == 1 else 0) if page else None
        return node if node is not None and node.kind in _KINDS else None

    def below(self, root: int) -> Iterator[int]:
        """Yield the pages of a tree without those of long contents; only inner ones are read.

        A damaged one is passed, but not what hangs below it. All leaves are equally deep.
        """
        count, level = self.count, [root]
        for _ in range(_DEEPEST):
            level = [number for number in level if 0 < number <= count]
            first = self.node(level[0]) if level else None
            if first is None:
                return
            yield from level
            if first.kind not in _INTERIOR:
                return
            nodes = map(self.node, level)
            level = [child for node in nodes if node is not None for child in node.children()]

    def damaged(self, progress: Progress, among: Sequence[int] | None = None) -> Iterator[int]:
        """Yield every page whose MAC does not hold.

        Args:
            among: only of these.
        """
        count = self.count
        for number, raw in self._pages(range(1, count + 1) if among is None else among):
            if number % _BEAT == 0:
                progress(number, count)
            if number != _LOCK_PAGE and not self._holds(number, raw):
                yield number

    def free(self) -> Iterator[int]:
        """Yield the pages that nothing uses; a damaged one among those that list them ends it."""
        trunk = int.from_bytes((self.read(1) or bytes(_HEADER))[_FREE], "big")
        seen: set[int] = set()
        while 0 < trunk <= self.count and trunk not in seen:
            seen.add(trunk)
            yield trunk
            page = self.read(trunk) or bytes(PAGE_SIZE)
            count = min(_four(page, 4), USABLE // 4 - 2)
            yield from (_four(page, 8 + 4 * one) for one in range(count))
            trunk = _four(page, 0)

    @property
    def free_count(self) -> int:
        """Return how many pages the file says that nothing uses."""
        return int.from_bytes((self.read(1) or bytes(_HEADER))[_FREE_COUNT], "big")

    def missing(self) -> range:
        """Return the pages that the first one counts and that the file has lost at its end."""
        first = self.read(1) or bytes(_HEADER)
        valid = first[_CHANGED] == first[_COUNTED_AT]  # else the count is one of an older SQLite
        stated = int.from_bytes(first[_COUNT], "big") if valid else 0
        return range(self.count + 1, stated + 1)

    def _page(self, number: int) -> bytes:
        return self._bytes((number - 1) * PAGE_SIZE, PAGE_SIZE)

    def _pages(self, numbers: Iterable[int]) -> Iterator[tuple[int, memoryview]]:
        """Yield pages as they lie in the file; neighbours are read at once."""
        block, raw = -1, memoryview(b"")
        for number in numbers:
            wanted, place = divmod(number - 1, _BLOCK)
            if wanted != block:
                block = wanted
                raw = memoryview(self._bytes(block * _BLOCK * PAGE_SIZE, _BLOCK * PAGE_SIZE))
            yield number, raw[place * PAGE_SIZE : (place + 1) * PAGE_SIZE]

    def _holds(self, number: int, raw: bytes | memoryview) -> bool:
        mac = self._mac.copy()
        mac.update(raw[SALT if number == 1 else 0 : USABLE + _NONCE])
        mac.update(number.to_bytes(4, "little"))
        return hmac.compare_digest(mac.digest(), raw[USABLE + _NONCE :])

    def _bytes(self, position: int, length: int) -> bytes:
        os.lseek(self._descriptor, position, os.SEEK_SET)
        return os.read(self._descriptor, length)


_LOCK_PAGE = (1 << 30) // PAGE_SIZE + 1  # SQLite never uses the page of its lock bytes


@dataclass(frozen=True, slots=True)
class Tree:
    """A table or an index, as the catalogue of the file names it."""

    kind: str  # "table" or "index"
    name: str
    table: str
    root: int


def trees(file: PageFile) -> list[Tree] | None:
    """Return every tree of the file, None when its catalogue cannot be read whole.

    It is read here and not asked for: a connection that met a damaged page reads nothing sound any
    more, and a second one in this process would drop the lock of the first when it is closed.
    """
    found: list[Tree] = []
    level = [1]
    for _ in range(_DEEPEST):
        nodes = [file.node(number) for number in level]
        level = []
        for node in nodes:
            if node is None:
                return None
            level += node.children()
            if node.kind == _LEAF_TABLE:
                found += (Tree(*row) for row in node.catalogue_rows() if row[3])
    return found


@dataclass
class Walk:
    """Looks among the pages of trees for those that are wanted.

    Attributes:
        owners: name of the tree for every wanted page that was found.
        broken: trees below whose damaged inner pages others may hang unseen.
    """

    file: PageFile
    wanted: frozenset[int]
    progress: Progress
    owners: dict[int, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    @property
    def left(self) -> bool:
        return len(self.owners) < len(self.wanted)

    def tree(self, name: str, root: int, *, overflow: bool = False) -> None:
        """Walk one tree from its root, level by level.

        Args:
            overflow: follow long contents onto their own pages as well, which reads every leaf.
        """
        level = [root]
        for _ in range(_DEEPEST):
            self._meet(name, level)
            level = self._below(name, level, overflow)

    def free(self, name: str) -> None:
        """Walk the list of pages that nothing uses."""
        found = list(self.file.free())
        self._meet(name, found)
        if len(found) < self.file.free_count:
            self.broken.add(name)

    def _meet(self, name: str, pages: Iterable[int]) -> None:
        for number in pages:
            if number in self.wanted:
                self.owners.setdefault(number, name)

    def _below(self, name: str, level: list[int], overflow: bool) -> list[int]:
        """Return the pages below a level; all leaves of a tree are equally deep."""
        below: list[int] = []
        for done, number in enumerate(level):
            if done % _BEAT == 0:
                self.progress(0, 0)
            node = self.file.node(number)
            if node is None:
                self.broken.add(name)
                continue
            if not overflow and node.kind not in _INTERIOR:
                return []
            below += node.children()
            for first in node.overflows() if overflow else ():
                self._chain(name, first)
        return below

    def _chain(self, name: str, number: int) -> None:
        seen: set[int] = set()
        while 0 < number <= self.file.count and number not in seen:
            seen.add(number)
            self._meet(name, [number])
            page = self.file.read(number)
            if page is None:
                self.broken.add(name)
                return
            number = _four(page, 0)


class _Node:
    """One page of a tree; `start` is where its own header stands."""

    def __init__(self, page: bytes, start: int) -> None:
        self.page, self.start = page + bytes(PAGE_SIZE), start  # a wild offset reads zeros
        self.kind = page[start]

    def children(self) -> list[int]:
        if self.kind not in _INTERIOR:
            return []
        return [
            *(_four(self.page, cell) for cell in self._cells()),
            _four(self.page, self.start + 8),
        ]

    def overflows(self) -> Iterator[int]:
        """Yield the first page of each content that does not fit into its cell."""
        if self.kind == _INTERIOR_TABLE:
            return
        most = _LARGEST_OF_TABLE if self.kind == _LEAF_TABLE else _LARGEST_OF_INDEX
        for cell in self._cells():
            at = cell + (4 if self.kind == _INTERIOR_INDEX else 0)
            size, at = _varint(self.page, at)
            if self.kind == _LEAF_TABLE:
                _, at = _varint(self.page, at)
            if size > most:
                kept = _SMALLEST + (size - _SMALLEST) % (USABLE - 4)
                yield _four(self.page, at + (kept if kept <= most else _SMALLEST))

    def catalogue_rows(self) -> Iterator[tuple[str, str, str, int]]:
        """Yield the first four columns of each row; they always stand in the cell itself."""
        for cell in self._cells():
            _, at = _varint(self.page, cell)
            _, at = _varint(self.page, at)
            header, kinds = at, []
            length, at = _varint(self.page, at)
            while at < header + length:
                kind, at = _varint(self.page, at)
                kinds.append(kind)
            texts = []
            for kind in kinds[:3]:
                size = (kind - 13) // 2
                texts.append(self.page[at : at + size].decode("utf-8", "replace"))
                at += size
            root = int.from_bytes(self.page[at : at + _BYTES_OF_INTEGER[kinds[3]]], "big")
            yield texts[0], texts[1], texts[2], root + (kinds[3] == _ONE)

    def _cells(self) -> list[int]:
        first = self.start + (12 if self.kind in _INTERIOR else 8)
        count = int.from_bytes(self.page[self.start + 3 : self.start + 5], "big")
        count = min(count, (USABLE - first) // 2)
        edges = range(first, first + 2 * count + 1, 2)
        cells = [int.from_bytes(self.page[a:b], "big") for a, b in pairwise(edges)]
        return [cell for cell in cells if cell < USABLE]


def _four(page: bytes, at: int) -> int:
    return int.from_bytes(page[at : at + 4], "big")


def _varint(page: bytes, at: int) -> tuple[int, int]:
    value = 0
    for end in range(at, at + 8):
        value = value << 7 | page[end] & 0x7F
        if page[end] < 0x80:
            return value, end + 1
    return value << 8 | page[at + 8], at + 9
