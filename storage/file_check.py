"""Files that stand in the place of others: a registered file never changes, it is registered anew.

The name of a sealed file is its hash, and a verification reads it to its end. That proves the file
that the record names now; whether it is the one that was registered, and the paper that was sealed,
only the log can tell.
"""

from collections.abc import Iterator

from models.chain import Action
from models.records import Attachment
from models.verification import Problem
from storage import log
from storage.database import Database

CODE = "FILE"
FACTS = ("blob", "sha256", "size")
_REVISED = (
    "SELECT e.seq, v.number FROM entry e JOIN v_attachment v ON v.id = e.record_id"
    " WHERE e.type = ? AND e.action = ? ORDER BY e.seq"
)
_OTHER_PAPER = (
    "SELECT s.number, s.doc_no FROM v_submission s JOIN v_attachment a ON a.id = s.file_id"
    " WHERE s.pdf_sha256 IS NOT NULL AND s.pdf_sha256 IS NOT a.sha256 ORDER BY s.number"
)


def file_problems(database: Database) -> Iterator[Problem]:
    """Yield files and papers that were exchanged; the tables must agree with the log."""
    for seq, first in database.all(_REVISED, (Attachment.type, Action.REVISE.value)):
        now, before = _facts(database, seq), _facts(database, first)
        if now and before and now != before:
            yield Problem(
                CODE, f"記帳番号{seq}",
                f"記帳番号{first}で登録した添付資料が、記帳番号{seq}で別のファイルに"
                "替えられています。元のファイルと、替えた人に確かめてください。",
            )  # fmt: skip
    for number, doc_no in database.all(_OTHER_PAPER):
        yield Problem(
            CODE, f"記帳番号{number}",
            f"確定した書類「{doc_no}」のファイルが、確定したときのものではありません。"
            "委託者に渡した書類と見比べてください。",
        )  # fmt: skip


def _facts(database: Database, seq: int) -> tuple[object, ...]:
    """Return what an entry says of a file, nothing where its content was erased."""
    entry = next(log.entries(database, seq, seq))
    if entry.content is None:
        return ()
    record = log.read_record(entry.type, entry.record_id, entry.payload, entry.content)
    return tuple(getattr(record, name) for name in FACTS)
