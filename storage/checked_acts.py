"""Check who checked what left: the checker's signature, rebuilt from the entries alone (A-33).

The proof of an act must be its checker's signature over exactly what the command entered, at
exactly that place of the ledger (models/rules/checking.py). A later version of the act, its
confirmation, must still say the same. Erased content can no longer be judged.
"""

from collections.abc import Iterator

from models.chain import Action, Command, Entry
from models.errors import VerificationFailed
from models.records import HandlingEvent
from models.records.handling import NAMED_ONLY
from models.rules.checking import SIGNED_LATER, check_entered
from models.rules.proof import ADDED_LATER, read_proof
from models.verification import Problem
from storage import log, schema
from storage.authors import WORKING, Authors
from storage.database import Database
from storage.own_names import strict_from

NAMED_FROM = 2  # payload from which on a name alone is no check
_SIGNED = (
    "WITH signed AS MATERIALIZED (SELECT e.seq, e.record_id FROM entry e"
    " JOIN content c ON c.seq = e.seq WHERE e.type = ?1 AND e.action <> ?2"
    " AND (instr(c.body, ?3) OR instr(c.body, ?5)))"
    " SELECT seq FROM signed UNION SELECT seq FROM entry WHERE type = ?1 AND action = ?4"
    " AND record_id IN (SELECT record_id FROM signed) ORDER BY 1"
)  # a later version that leaves the proof out is meant too
_HOLDS, _SPELLED = b"checker_proof", b"\\u"  # a key may be spelled in more than one way


def check_problems(database: Database, vault_id: str, authors: Authors) -> Iterator[Problem]:
    """Yield what does not agree among the checks of what left.

    Args:
        authors: the keys of the users as the log tells them.
    """
    wanted = (HandlingEvent.type, Action.VOID.value, _HOLDS, Action.REVISE.value, _SPELLED)
    rows = database.all(_SIGNED, wanted)
    yield from _named_only(database)
    for command, entry in log.entered(database, (row[0] for row in rows)):
        try:
            if entry.action is Action.CREATE:
                _check_signed(database, vault_id, authors, command, entry)
            elif entry.content is not None:
                _check_kept(database, entry)
        except VerificationFailed as error:
            yield Problem("CHECK", f"記帳番号{entry.seq}", str(error.facts["reason"]))


def _named_only(database: Database) -> Iterator[Problem]:
    """Yield acts in the older form, where a name is a check, from when nobody wrote it any more."""
    rows = database.all(
        "SELECT seq FROM entry WHERE type = ? AND payload < ? AND seq > ?",
        (HandlingEvent.type, NAMED_FROM, strict_from(database)),
    )
    for (seq,) in rows:
        yield Problem(
            "CHECK", f"記帳番号{seq}", "確認者の署名を求めない、以前の形で記帳されています。"
        )


def _check_signed(
    database: Database, vault_id: str, authors: Authors, command: Command, entry: Entry
) -> None:
    event = _event(entry)
    by_name = event.checker_proof == NAMED_ONLY and entry.payload < NAMED_FROM
    if by_name or not event.checker_proof:
        return
    account, _ = read_proof(event.checker_proof)
    if authors.person_of(account, command.first_seq) != event.checker_person_id:
        raise VerificationFailed(
            reason="確認者の署名が、確認者として記録された人のものではありません。"
        )
    if authors.role_of(account, command.first_seq) not in WORKING:
        raise VerificationFailed(reason="確認者が、確認できる役割の利用者ではありません。")
    entered = list(log.entries(database, command.first_seq, command.last_seq))
    if any(one.content is None for one in entered if one.type == HandlingEvent.type):
        return
    key = authors.key_of(account, command.first_seq)
    asker = authors.person_of(command.author, command.first_seq)
    if event.checker_person_id in (asker, event.actor_person_id):
        raise VerificationFailed(reason="記帳した人か取扱者が、確認者として自分で確かめています。")
    check_entered(vault_id, asker, entered, event, key)


def _check_kept(database: Database, entry: Entry) -> None:
    table = schema.table(HandlingEvent.type).name
    seq = database.value(f"SELECT number FROM {table} WHERE id = ?", (entry.record_id,))
    first = next(log.entries(database, seq, seq)) if seq else entry
    if first.content is None:
        return
    before, after = _event(first), _event(entry)
    if not before.checker_proof and not after.checker_proof:
        return
    names = set(SIGNED_LATER)
    if before.checker_proof != NAMED_ONLY:
        names = set(HandlingEvent.fields()) - ADDED_LATER
    if any(getattr(before, name) != getattr(after, name) for name in names):
        raise VerificationFailed(reason="確認者が確かめた内容が、あとから変わっています。")


def _event(entry: Entry) -> HandlingEvent:
    record = log.read_record(entry.type, entry.record_id, entry.payload, entry.content)
    assert isinstance(record, HandlingEvent)
    return record
