"""Verify a ledger: pages, chain, signatures, authors, order, head, and the tables against the log.

A long check is shared by two helper processes that read the file themselves; a short one is done
here, because starting them would take longer. Entries may be made meanwhile: a helper that reads
between two writes may see half of one, so what it finds in a file that was written to is looked at
once more while nobody writes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from models.chain import Head
from models.erased import NO_ERASURES, Erasures
from models.errors import AzukariError
from models.store import Progress
from models.verification import Problem
from storage import checkpoint, damage, log
from storage.attachments import FOLDER_NAME, Attachments, facts_of_records
from storage.authors import Authors, account_entries, read_authors
from storage.checkpoint import FROM_THE_START, Checkpoint, Me
from storage.compare import CODE as VIEW
from storage.database import Database
from storage.erasing import read_erasures
from storage.helpers import Found, Helpers, Job, run_here
from storage.known_schema import Schema
from storage.ledger_store import LedgerStore
from storage.pages import PageFile
from storage.proofs import Proofs
from storage.search_check import drawn
from storage.stretch import PAGES, READ, Indexes, Pages, Rest, Stretch, Structure, Surplus, Tree

STRETCH = 10_000  # entries of the longest stretch
PARTS = 16  # into which a shorter log is cut, so that both helpers end at about the same time
SPAN = 200_000  # pages of one part of the file
CATALOGUE = "sqlite_schema"
FEW = 40_000  # below this weight, starting helpers costs more than they save
TABLES, SIGNATURE = 1.5, 4  # what a row and a signature weigh, when an entry weighs 1
STRAY = "記帳番号{seq}の記帳がないのに、その{what}の行があります。"
_SHOWN = 100
_SWAPPED = "添付資料の中身が、記帳された大きさか照合値と違います（{0}）。"
_ELSEWHERE = (
    "添付資料のフォルダー「attachments」が、ほかの場所へのリンクかファイルになっています。このままでは、"
    "添付資料を登録できません。リンクなどを外し、元のフォルダーを台帳のフォルダーに戻してください。"
)
_NO_KEY = "添付資料の鍵が台帳にありません。バックアップから復元してください。"


def verify(
    store: LedgerStore,
    *,
    full: bool,
    progress: Progress,
    workers: int = 2,
    key: bytes | None = None,
    me: Me | None = None,
) -> list[Problem]:
    """Check an open ledger; without `full` only what came after one's own last checkpoint.

    Args:
        key: the raw key of the database, for the helpers; without it everything is done here.
        me: who signs a new checkpoint when nothing was found.

    Raises:
        Cancelled: by `progress`.
    """
    check = _Check(store.database, store.vault_id, progress, workers, key)
    head, start = store.head(), FROM_THE_START
    if full:
        problems = check.everything(head, tables=True)
        broken = any(problem.code == PAGES for problem in problems)
        if not broken:  # else not even their names can be read
            problems += attachment_problems(store.database, store.attachments, progress)
    else:
        if me is not None:
            start = checkpoint.read(store.database, store.vault_id, me)
        problems = check.tail(start.head, head)
    if not problems and me is not None:
        checkpoint.remember(store, me, head, start)
    return (problems or check.proofs)[:_SHOWN]


def verify_log(
    database: Database,
    vault_id: str,
    *,
    progress: Progress,
    workers: int = 2,
    key: bytes | None = None,
    me: Me | None = None,
) -> list[Problem]:
    """Check pages, structure, chain, signatures and authors of a whole database.

    Args:
        me: who checks: signatures that this user found sound before, and that are still the same
            over the same chain, are not verified again.
    """
    check = _Check(database, vault_id, progress, workers, key, me)
    return check.everything(log.head(database), tables=False)[:_SHOWN]


@dataclass
class _Check:
    """One check of one database."""

    database: Database
    vault_id: str
    progress: Progress
    workers: int
    key: bytes | None
    me: Me | None = None
    _found: list[Found] = field(default_factory=list)
    _of_proofs: list[Found] = field(default_factory=list)
    _done: int = 0
    _total: int = 0

    def everything(self, head: Head, *, tables: bool) -> list[Problem]:
        weight = head.seq * (1 + TABLES * tables)
        long = self._is_long(weight, 0)
        self._run(self._jobs(head, tables, long), head.seq, long)
        # Where pages are damaged all else follows from it, and a broken log speaks of no table.
        pages = list(dict.fromkeys(one for one in self._found if one[0] == PAGES))
        if pages and self.key is not None:  # say which, whose they are, and what to do
            pages = damage.found_in(self.database, self.key, self.progress) or pages
        log_ = [one for one in self._found if one[0] != VIEW]
        return [Problem(*one) for one in pages or log_ or self._found]

    def tail(self, start: Head, head: Head) -> list[Problem]:
        authors = read_authors(self.database, account_entries(self.database))
        erasures = self._erasures(whole=False)
        jobs = self._stretches(authors, start.seq, head.seq, False, erasures)
        total = head.seq - start.seq
        self._run(jobs, total, self._is_long(total, start.seq))
        return [Problem(*one) for one in self._found]

    @property
    def proofs(self) -> list[Problem]:
        """What second persons' words do not agree with; it counts in a log that holds."""
        return [Problem(*one) for one in self._of_proofs]

    # --- the parts ------------------------------------------------------------------------------
    def _jobs(self, head: Head, tables: bool, long: bool) -> Iterator[Job]:
        """Yield the parts, long ones first; two helpers are busy while the accounts are read."""
        yield Schema()
        apart = long and not tables and self.key is not None
        if apart:
            yield from self._rest()
        else:
            yield Structure(derived=tables)
        try:
            authors = read_authors(self.database)
        except (AzukariError, ValueError):
            # What an account says cannot be read. The part that holds the damage names it; without
            # any key every command fails beside it, so that this can never pass for sound.
            authors = Authors()
        if head.seq and authors.vault_id != self.vault_id:
            sentence = "台帳の識別番号が、開設の記帳と違います。"
            self._found.append(("ORIGIN", "記帳番号1", sentence))
        self._found += self._strays()
        for seq, sentence in authors.intruders():
            self._found.append(("AUTHOR", f"記帳番号{seq}", sentence))
        erasures = self._erasures(whole=True)
        signed = self._signed().head.seq
        if apart:
            yield from map(Tree, self._unread())
        else:
            yield Pages(self.key)
        if tables:
            yield Surplus(erasures)
            yield Proofs(self.vault_id, authors)
        else:
            yield from map(Indexes, self._indexed())
        yield from self._stretches(authors, 0, head.seq, tables, erasures, signed)

    def _strays(self) -> Iterator[Found]:
        try:
            strays = log.strays(self.database)
        except AzukariError:
            return  # a stretch reads the same pages
        for what, seq in strays:
            yield "GAP", f"記帳番号{seq}", STRAY.format(seq=seq, what=what)

    def _rest(self) -> Iterator[Job]:
        """Yield the parts of the file of which most pages are asked for their MAC alone."""
        assert self.key is not None
        last = PageFile(self.database.reader(), self.key).count
        for first in range(1, last + 1, SPAN):
            yield Rest(self.key, first, min(first + SPAN - 1, last))

    def _unread(self) -> list[str]:
        """Return the tables of the log that no stretch reads, and the catalogue."""
        try:
            return [*(name for name in log.names(self.database) if name not in READ), CATALOGUE]
        except AzukariError:
            return [CATALOGUE]

    def _indexed(self) -> list[str]:
        try:
            return log.indexed(self.database)
        except AzukariError:
            return []  # `Structure` or `Tree` reads the same page

    def _erasures(self, *, whole: bool) -> Erasures:
        try:
            return read_erasures(self.database, whole=whole)
        except (AzukariError, ValueError):
            return NO_ERASURES  # every erased entry is named then, and the damage beside them

    def _signed(self) -> Checkpoint:
        """Return up to where signatures need not be verified again."""
        if self.me is None:
            return FROM_THE_START
        return checkpoint.signed_up_to(self.database, self.vault_id, self.me)

    def _stretches(
        self, authors: Authors, after: int, last: int, tables: bool, erasures: Erasures,
        signed: int = 0,
    ) -> Iterator[Job]:  # fmt: skip
        size = min(STRETCH, (last - after) // PARTS + 1)
        for first in range(after + 1, last + 1, size):
            end = min(first + size - 1, last)
            if tables:
                yield drawn(first, end, last)
            yield Stretch(self.vault_id, authors, first, end, tables, erasures, signed)

    # --- who does them --------------------------------------------------------------------------
    def _run(self, jobs: Iterator[Job], total: int, long: bool) -> None:
        self._total = total
        if self.key is None or self.workers < 2 or not long:
            self._take((job, self._here(job)) for job in jobs)
            return
        with self.database.lock:  # between two transactions
            writes = self.database.writes
        doubtful: list[tuple[Job, list[Found]]] = []
        with Helpers(self.database.path, self.key, self.workers) as helpers:
            for job, found in helpers.results(jobs, self._beat):
                if found:
                    doubtful.append((job, found))
                self._take([(job, [])])
        with self.database.lock:
            stood = self.database.writes == writes
            for job, found in doubtful:
                self._keep(job, found if stood else self._here(job))

    def _is_long(self, weight: float, after: int) -> bool:
        """Tell whether helpers are worth their start, given what the entries weigh."""
        if self.me is not None:  # only a guess: whether it counts is asked beside the work
            after = checkpoint.read(self.database, self.vault_id, self.me).head.seq
        most = FEW // SIGNATURE
        commands = self.database.value(
            f"SELECT count(*) FROM (SELECT 1 FROM command WHERE first_seq > ? LIMIT {most})",
            (after,),
        )
        return weight + SIGNATURE * int(commands) > FEW

    def _here(self, job: Job) -> list[Found]:
        with self.database.lock:
            return run_here(job, self.database)

    def _keep(self, job: Job, found: list[Found]) -> None:
        kept = self._of_proofs if isinstance(job, Proofs) else self._found
        kept += found

    def _take(self, results: Iterable[tuple[Job, list[Found]]]) -> None:
        for job, found in results:
            self._keep(job, found)
            if isinstance(job, Stretch):
                self._done += job.last - job.first + 1
            self._beat()
            if len(self._found) >= _SHOWN:
                return

    def _beat(self) -> None:
        self.progress(self._done, self._total)


# --- attachments ------------------------------------------------------------------------------


def attachment_problems(
    database: Database, attachments: Attachments | None, progress: Progress
) -> list[Problem]:
    """Read every sealed file that records speak of to its end, and compare it with what they say.

    Raises:
        Damaged: the table that names them.
    """
    problems: list[Problem] = []
    files = facts_of_records(database)
    if attachments is None:
        return [Problem(damage.ATTACHMENT, "添付資料", _NO_KEY)] if files else []
    if attachments.is_elsewhere():
        problems.append(Problem(damage.ATTACHMENT, FOLDER_NAME, _ELSEWHERE))
    for done, (name, told) in enumerate(files.items()):
        progress(done, len(files))
        try:
            if told != {attachments.digest(name)}:
                problems.append(Problem(damage.ATTACHMENT, name, _SWAPPED.format(name)))
        except AzukariError as error:
            problems.append(Problem(damage.ATTACHMENT, name, str(error)))
    return problems
