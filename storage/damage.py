"""Say which pages of the database are damaged, whose they are, and what mends them.

What follows from the log (lists, indexes, search) and what nothing uses can be made anew without
any loss (`storage/mending.py`); the log itself can only come back from a backup and the journal.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from models.errors import BRING_BACK, AzukariError, Damaged, TablesDamaged
from models.records import BY_TYPE
from models.store import Progress, quiet, tell
from models.verification import Problem, Remedy
from storage import files, log
from storage.compare import CODE as VIEW
from storage.database import PAGE_SIZE, Database
from storage.driver_errors import LOOK
from storage.helpers import Found
from storage.known_schema import CODE as SCHEMA
from storage.pages import PageFile, Tree, Walk, trees

CODE = "PAGES"
ATTACHMENT = "ATTACHMENT"
REBUILD = (
    "記帳そのものは無事です。責任者かシステム管理者が「一覧を作り直す」を行えば直り、"
    "記帳は一件も失われません（「バックアップ」の画面、またはコンソールの rebuild）。"
)
RESTORE = (
    "新しい記帳は行わず、最新のバックアップと更新ジャーナルから復元してください"
    "（「バックアップ」の画面かサインインの画面の「復元」、またはコンソールの restore）。"
)
LOOKING = "台帳のファイルの一部が読めません。壊れた所を調べています。"
_NEW_PLACE = (
    "サインインの画面の「バックアップから復元する」で、最新のバックアップと更新ジャーナルから、"
    "新しいフォルダーに復元してください（コンソールでは restore）。"
    "壊れた台帳のフォルダーは、復元が済むまで残しておいてください。"
)
_WRONG_KEY = (
    "この台帳の鍵では、どこも読めません。鍵ファイルが以前のものに入れ替わったか、"
    f"データベースの先頭が壊れたおそれがあります。{_NEW_PLACE}"
)
UNSEEN = (
    "添付資料の一覧が壊れているため、添付資料は検証していません。"
    "一覧を作り直した後に、台帳をもう一度検証してください。"
)
_UNFOUND = "壊れたページは見つかりませんが、データベースの構造が壊れています。"
_TOO_SHORT = "ほとんどが切れて、なくなっています。"
_SHOWN = 5  # numbers of pages in one sentence
_SAMPLES = 64  # pages that are looked at before a key is called another one
_LABELS = {
    "secret": "設定と鍵", "setting": "設定と鍵", "access_line": "利用の記録",
    "access_seal": "利用の記録",
}  # fmt: skip


class Part(Enum):
    """What a page belongs to; the value is how people call it."""

    HEAD = "先頭のページ"
    CUT = "末尾が切れて、なくなったページ"
    CATALOGUE = "表の目次"
    LOG = "記帳そのもの"
    LOG_INDEX = "記帳の索引"
    TABLE = "一覧の表"
    INDEX = "一覧の索引"
    SEARCH = "検索の索引"
    FREE = "使っていないページ"
    UNSEEN = "記帳ではないページ"
    UNKNOWN = "持ち主の分からないページ"

    @property
    def follows(self) -> bool:
        """Whether it can be made from the log."""
        return self not in _FOR_GOOD


# SQLite opens no file that is shorter than its first page says: nothing can be copied out of it.
_NEVER_OPENS = frozenset({Part.HEAD, Part.CATALOGUE, Part.CUT})
_FOR_GOOD = _NEVER_OPENS | {Part.LOG, Part.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Place:
    """What some damaged pages belong to, e.g. the list of items."""

    part: Part
    label: str = ""

    @property
    def words(self) -> str:
        return f"{self.part.value}「{self.label}」" if self.label else self.part.value


@dataclass(frozen=True)
class Damage:
    """The damaged pages of one file, by what they belong to."""

    file: Path
    places: dict[Place, list[int]]

    @property
    def can_rebuild(self) -> bool:
        return all(place.part.follows for place in self.places)

    @property
    def way(self) -> str:
        return REBUILD if self.can_rebuild else RESTORE

    @property
    def words(self) -> str:
        return "、".join(f"{_numbers(pages)}（{one.words}）" for one, pages in self.places.items())

    def found(self) -> list[Found]:
        """Return one finding for each place, the log first, with what is to be done."""
        return [
            (
                CODE,
                f"{self.file.name} {_numbers(pages)}",
                f"データベースの{place.words}が壊れています。{self.way}",
            )
            for place, pages in self.places.items()
        ]


def _numbers(pages: Sequence[int]) -> str:
    shown = "、".join(f"{one}" for one in pages[:_SHOWN])
    more = f"ほか{len(pages) - _SHOWN:,}ページ" if len(pages) > _SHOWN else ""
    return f"第{shown}ページ{more}"


def with_remedies(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Say of each problem what mends it."""
    return tuple(replace(one, remedy=_remedy(one)) for one in problems)


def follow_from_the_log(problems: Sequence[Problem]) -> bool:
    """Tell whether making the tables anew mends all these."""
    return all(_remedy(one) is Remedy.REBUILD for one in problems)


def _remedy(problem: Problem) -> Remedy:
    if problem.code in (VIEW, SCHEMA) or problem.message.endswith((REBUILD, UNSEEN)):
        return Remedy.REBUILD
    if problem.code == CODE:
        return Remedy.RESTORE
    lost = problem.code == ATTACHMENT and problem.message.endswith(BRING_BACK)
    return Remedy.BRING_BACK if lost else problem.remedy


# --- an open database ---------------------------------------------------------------------------------


def found_in(database: Database, key: bytes, progress: Progress) -> list[Found]:
    """Return what is damaged in an open database; nothing where every page is whole and in order.

    Raises:
        Cancelled: by `progress`.
    """
    with database.lock, files.reading(database.path):
        damage = _examine(database.path, database.reader(), key, progress)
        return damage.found() if damage.places else list(_disorder(database))


def told_of(
    database: Database, key: bytes, error: AzukariError, progress: Progress = quiet
) -> AzukariError:
    """Return what to tell somebody whom damage keeps from an open ledger; else the error itself.

    Raises:
        Cancelled: by `progress`.
    """
    tell(progress, LOOKING)
    with database.lock, files.reading(database.path):
        return _told(_examine(database.path, database.reader(), key, progress), error)


def unfound(path: Path) -> list[Found]:
    """Return what to say when a database breaks off and no page of it can be blamed."""
    return [(CODE, path.name, f"{_UNFOUND}{RESTORE}")]


def _told(damage: Damage, error: AzukariError) -> AzukariError:
    if not damage.places and error.facts.get("what_now") == LOOK:  # which was done just now
        return Damaged(file=str(damage.file), what_now=f"{_UNFOUND}{_NEW_PLACE}")
    if not damage.places:
        return error
    if damage.can_rebuild:
        return TablesDamaged(file=str(damage.file), places=damage.words)
    way = _NEW_PLACE if _NEVER_OPENS & {place.part for place in damage.places} else RESTORE
    return Damaged(file=str(damage.file), what_now=f"壊れている所は、{damage.words}です。{way}")


def _examine(path: Path, descriptor: int, key: bytes, progress: Progress) -> Damage:
    """Look at every page of a file that nobody writes meanwhile."""
    file = PageFile(descriptor, key)
    missing = list(file.missing())
    cut = {Place(Part.CUT): missing} if missing else {}
    damaged = list(file.damaged(progress))
    if not damaged:
        return Damage(path, cut)
    known = trees(file)
    if known is None:
        return Damage(path, _headless(file, damaged, progress) | cut)
    return Damage(path, cut | _places(file, damaged, known, progress))


def _places(
    file: PageFile,
    damaged: Sequence[int],
    known: Sequence[Tree],
    progress: Progress,
) -> dict[Place, list[int]]:
    """Return whose each damaged page is, the log first."""
    walk = Walk(file, frozenset(damaged), progress)
    places = {"": Place(Part.CATALOGUE), " ": Place(Part.FREE)}
    roots = {"": 1}
    for tree in sorted(known, key=lambda one: not log.is_log(one.table)):
        places[tree.name], roots[tree.name] = _place(tree), tree.root
    for name, root in roots.items():
        walk.tree(name, root)
    walk.free(" ")
    if walk.left:
        for name, root in roots.items():
            walk.tree(name, root, overflow=True)
    hidden = any(places[name].part in _FOR_GOOD for name in walk.broken)
    rest = Place(Part.UNKNOWN if hidden else Part.UNSEEN)
    found: dict[Place, list[int]] = {}
    for number in damaged:
        owner = walk.owners.get(number)
        place = Place(Part.HEAD) if number == 1 else places[owner] if owner is not None else rest
        found.setdefault(place, []).append(number)
    return dict(sorted(found.items(), key=lambda one: list(Part).index(one[0].part)))


def _place(tree: Tree) -> Place:
    table = tree.table
    if table == "search" or table.startswith("search_"):
        return Place(Part.SEARCH)
    if log.is_log(table):
        label = _LABELS.get(table, "")
        return Place(Part.LOG if tree.kind == "table" else Part.LOG_INDEX, label)
    return Place(Part.TABLE if tree.kind == "table" else Part.INDEX, _label(table))


def _label(table: str) -> str:
    """Return the word for the records that a derived table holds, "" for one beside them."""
    name = table.removeprefix("v_").removeprefix("list_")
    types = [one for one in BY_TYPE if name == one or name.startswith(f"{one}_")]
    return BY_TYPE[max(types, key=len)].label if types else ""


def _disorder(database: Database) -> Iterator[Found]:
    """Find out whether the log stands where pages are whole and something does not fit together."""
    if _is_in_order(database):
        return
    stands = all(_is_in_order(database, table) for table in log.names(database))
    where, way = ("一覧の表か索引", REBUILD) if stands else ("記帳", RESTORE)
    yield CODE, database.path.name, f"データベースの{where}の構造が壊れています。{way}"


def _is_in_order(database: Database, table: str = "") -> bool:
    argument = f'"{table}"' if table else "1"
    try:
        return bool(database.value(f"PRAGMA integrity_check({argument})") == "ok")
    except Damaged:
        return False


# --- a database that does not open, or not far enough ---------------------------------------------------


def explain(
    path: Path, key: bytes, error: AzukariError, progress: Progress = quiet
) -> AzukariError:
    """Do the same as `told_of` for a database that nobody has open.

    Args:
        error: what came of trying to open it.
    """
    tell(progress, LOOKING)
    with _open(path) as descriptor:
        if descriptor is None:
            return error
        if os.fstat(descriptor).st_size < PAGE_SIZE:
            return Damaged(file=str(path), what_now=f"{_TOO_SHORT}{_NEW_PLACE}")
        if not _is_ours(PageFile(descriptor, key)):
            return Damaged(file=str(path), what_now=_WRONG_KEY)
        return _told(_examine(path, descriptor, key, progress), error)


@contextmanager
def _open(path: Path) -> Iterator[int | None]:
    """Open a file for reading that no connection has open; None where that is impossible."""
    try:
        file = files.open_regular(path)
    except AzukariError:
        yield None
        return
    with file, files.reading(path):
        yield file.fileno()


def _is_ours(file: PageFile) -> bool:
    """Tell whether any of some pages over the whole file opens with the key."""
    step = max(1, file.count // _SAMPLES)
    return any(file.is_whole(number) for number in range(1, file.count + 1, step))


def _headless(file: PageFile, damaged: Sequence[int], progress: Progress) -> dict[Place, list[int]]:
    """Return whose the damaged pages are when nobody can tell where the tables begin."""
    walk = Walk(file, frozenset(damaged), progress)
    walk.tree("", 1)
    found: dict[Place, list[int]] = {}
    for number in damaged:
        part = (
            Part.HEAD if number == 1 else Part.CATALOGUE if number in walk.owners else Part.UNKNOWN
        )
        found.setdefault(Place(part), []).append(number)
    return found
