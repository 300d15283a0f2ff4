"""Erase what the entries of one contract say, and recognise it afterwards (docs/format.md).

Content and salt leave `content`; the derived rows, the search index and the sealed files follow.
Headers, commitments and signatures stay, so that the chain verifies as before. An erased record
has no row any more; only the contract itself keeps one, as a stub that a later entry describes.
"""

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence

from models.chain import Action, Command, Entry, Head
from models.codes import Role
from models.erased import RULE, Erasures, Holdings, question_of, read_numbers
from models.errors import AzukariError, VerificationFailed
from models.file_uses import ending_files
from models.records import Attachment, ContentErasure
from models.rules.proof import read_proof
from models.scope import BY_CONTRACT, BY_CONTRACTS
from models.store import Progress
from models.verification import Problem
from storage import log, schema
from storage.attachments import Attachments
from storage.authors import Authors
from storage.database import PAGE_SIZE, Database
from storage.file_uses import uses_of_strays

CODE = "ERASED"
CHUNK = 2000
_RESERVED = 84  # bytes of an overflow page that are not ours: MAC, nonce, pointer
_LARGEST = 16 << 20
_AMONG = "IN (SELECT value FROM json_each(?))"
_AMONG_1 = "IN (SELECT value FROM json_each(?1))"
_NUMBERS = (
    "SELECT s.seq FROM (SELECT number AS seq FROM {view} WHERE contract_id = ?1 UNION ALL"
    " SELECT l.seq FROM {view} v JOIN v_later l ON l.record_id = v.id WHERE v.contract_id = ?1) s"
    " WHERE EXISTS (SELECT 1 FROM content c WHERE c.seq = s.seq)"
)
_SHARED = (  # records of several contracts, all of which are over: this one, or erased before
    "SELECT id FROM {view} v WHERE EXISTS (SELECT 1 FROM {of} c WHERE c._number = v.number"
    " AND c.value = ?1) AND NOT EXISTS (SELECT 1 FROM {of} c WHERE c._number = v.number"
    " AND c.value <> ?1 AND c.value NOT IN (SELECT contract_id FROM v_content_erasure))"
)
_OF_RECORDS = (
    f"SELECT s.seq FROM (SELECT number AS seq FROM {{view}} WHERE id {_AMONG_1} UNION ALL"
    f" SELECT seq FROM v_later WHERE record_id {_AMONG_1}) s"
    " WHERE EXISTS (SELECT 1 FROM content c WHERE c.seq = s.seq)"
)
_FILES = (
    "WITH gone AS (SELECT number, blob FROM v_attachment"
    " WHERE contract_id = ?1 OR id IN (SELECT value FROM json_each(?2)))"
    " SELECT DISTINCT blob FROM gone WHERE blob NOT IN (SELECT blob FROM v_attachment"
    " WHERE blob IS NOT NULL AND number NOT IN (SELECT number FROM gone)) ORDER BY 1"
)


def holdings(database: Database, contract_id: str) -> Holdings:
    """Return what can be erased of a contract; what speaks of an earlier erasure stays for ever."""
    numbers = array("q")
    records: dict[str, int] = {}
    with database.lock:
        for type_, view in schema.TABLES.items():
            if type_ == ContentErasure.type:
                continue
            found = database.all(_NUMBERS.format(view=view.name), (contract_id,))
            if found:
                numbers.extend(seq for (seq,) in found)
                records[type_] = database.value(
                    f"SELECT count(*) FROM {view.name} WHERE contract_id = ?", (contract_id,)
                )
        shared = _shared(database, contract_id)
        for type_, ids in shared.items():
            view = schema.TABLES[type_]
            found = database.all(_OF_RECORDS.format(view=view.name), (json.dumps(ids),))
            numbers.extend(seq for (seq,) in found)
            records[type_] = len(ids)
        ending = {id_ for ids in shared.values() for id_ in ids}
        ends = ending_files(uses_of_strays(database), contract_id, ending)
        strays = json.dumps(sorted(ends))
        if found := database.all(_OF_RECORDS.format(view="v_attachment"), (strays,)):
            numbers.extend(seq for (seq,) in found)
            of_files = records.get(Attachment.type, 0) + len(json.loads(strays))
            records[Attachment.type] = of_files
        files = database.all(_FILES, (contract_id, strays))
    return Holdings(sorted(numbers), records, tuple(blob for (blob,) in files if blob))


def _shared(database: Database, contract_id: str) -> dict[str, list[str]]:
    """Return the records of several contracts, by type, that end with this one: it is the last."""
    found = {}
    for type_ in sorted(BY_CONTRACTS):
        view = schema.TABLES[type_].name
        rows = database.all(_SHARED.format(view=view, of=f"{view}_contract_ids"), (contract_id,))
        if rows:
            found[type_] = [id_ for (id_,) in rows]
    return found


# --- erasing --------------------------------------------------------------------------------------


def erase(database: Database, erasure: ContentErasure) -> None:
    """Delete the content that an erasure names, inside the transaction that enters it.

    The derived tables must be dropped and derived again afterwards, and `blank_free_pages` called.

    Raises:
        InvalidField: the numbers cannot be read.
    """
    for some in _chunks(read_numbers(erasure.numbers)):
        database.all(f"DELETE FROM content WHERE seq {_AMONG}", (json.dumps(some),))


def blank_free_pages(database: Database, progress: Progress) -> None:
    """Overwrite every page that nothing uses: a rebuild leaves there what its tables held."""
    room = int(database.value("PRAGMA freelist_count")) * (PAGE_SIZE - _RESERVED)
    parts = range(0, room, _LARGEST)
    database.all("CREATE TABLE v_blank (bytes BLOB)")
    for number, start in enumerate(parts):
        progress(number, 2 * len(parts))
        size = min(_LARGEST, room - start)
        database.all("INSERT INTO v_blank VALUES (zeroblob(?))", (size,))
    for number in range(1, len(parts) + 1):  # a full table would hold its pages in memory to drop
        progress(len(parts) + number, 2 * len(parts))
        database.all("DELETE FROM v_blank WHERE rowid = ?", (number,))
    database.all("DROP TABLE v_blank")


def _chunks(spans: Iterable[tuple[int, int]]) -> Iterator[list[int]]:
    waiting: list[int] = []
    for first, last in spans:
        for seq in range(first, last + 1):
            waiting.append(seq)
            if len(waiting) == CHUNK:
                yield waiting
                waiting = []
    if waiting:
        yield waiting


def remove_files(database: Database, attachments: Attachments) -> None:
    """Remove the sealed files of erased entries that still lie there; called at every start, too.

    Raises:
        NotWritable, InputOutput: they are tried again at the next start.
    """
    attachments.remove(erased_files(database))


def erased_files(database: Database) -> set[str]:
    """Return the names of sealed files that were erased and that nothing else speaks of."""
    named = {
        name
        for (text,) in database.all("SELECT blobs FROM v_content_erasure WHERE blobs IS NOT NULL")
        for name in text.split("\n")
    }
    used = {name for (name,) in database.all("SELECT blob FROM v_attachment")} if named else set()
    return named - used


def last_erasure(database: Database) -> int:
    """Return the number of the last entry that erased something, 0 for none."""
    return int(database.value("SELECT max(number) FROM v_content_erasure") or 0)


# --- recognising ----------------------------------------------------------------------------------


def read_erasures(database: Database, *, whole: bool = True) -> Erasures:
    """Read from the log which entries were erased under which entry.

    Args:
        whole: look through the log; otherwise the tables are trusted to know the erasures.
    """
    found: list[tuple[int, int, int]] = []
    for entry in _erasure_entries(database, whole=whole):
        record = _read(entry)
        if record is None:
            continue
        for first, last in read_numbers(record.numbers):
            if last < entry.seq:  # nothing is erased before it was entered
                found.append((first, last, entry.seq))
    return Erasures(tuple(sorted(found)))


def erasure_problems(database: Database, vault_id: str, authors: Authors) -> Iterator[Problem]:
    """Yield what does not agree about the erasures: who did it, who agreed, and what was erased."""
    for entry in _erasure_entries(database):
        where = f"記帳番号{entry.seq}"
        record = _read(entry)
        if record is None:
            yield Problem(CODE, where, f"{where}の消去の記録が読めません。")
            continue
        command = log.commands_at(database, [entry.seq])[entry.seq]
        try:
            _check(database, vault_id, authors, command, record)
        except AzukariError as error:
            yield Problem(CODE, where, str(error.facts.get("reason", error)))


def _check(
    database: Database, vault_id: str, authors: Authors, command: Command, record: ContentErasure
) -> None:
    if authors.role_of(command.author, command.first_seq) is not Role.SUPERVISOR:
        raise VerificationFailed(reason="責任者でない利用者が、内容を消去しています。")
    allowed = json.dumps(sorted((BY_CONTRACT | BY_CONTRACTS) - {ContentErasure.type}))
    for first, last in read_numbers(record.numbers):
        other = database.value(
            f"SELECT seq FROM entry WHERE seq BETWEEN ? AND ? AND type NOT {_AMONG}",
            (first, last, allowed),
        )
        if other:
            raise VerificationFailed(reason=f"契約のものでない記帳番号{other}が消去されています。")
    account, _ = read_proof(record.proof)
    if record.approved_at is None or account == command.author:
        raise VerificationFailed(reason="消去に、二人目の確認がありません。")
    author, second = (
        authors.person_of(one, command.first_seq) for one in (command.author, account)
    )
    if second != record.approved_by or second == author:
        raise VerificationFailed(reason="消去の確認の署名が、確認した人のものではありません。")
    previous = next(log.entries(database, command.first_seq, command.first_seq)).previous
    question = question_of(record, vault_id, Head(command.first_seq - 1, previous), frozenset())
    key = authors.key_of(account, command.first_seq)
    question.check(record.proof, record.approved_at, {RULE: record.reason[:1000]}, key)


def _erasure_entries(database: Database, *, whole: bool = True) -> Iterator[Entry]:
    sql = "SELECT seq FROM entry WHERE type = ? AND action = ? ORDER BY seq"
    rows: Sequence[tuple[int, ...]] = (
        database.all(sql, (ContentErasure.type, Action.CREATE.value))
        if whole
        else database.all("SELECT number FROM v_content_erasure ORDER BY 1")
    )
    for (seq,) in rows:
        yield from log.entries(database, seq, seq)


def _read(entry: Entry) -> ContentErasure | None:
    if entry.content is None:
        return None
    record = log.read_record(entry.type, entry.record_id, entry.payload, entry.content)
    assert isinstance(record, ContentErasure)
    return record
