"""Check who agreed to exceptions: the second person's signature, rebuilt from the entries alone.

At once: the proof in the exception must be that person's signature over exactly what the same
command entered, at exactly that place of the ledger (models/rules/proof.py). Later: the command
that brought the agreement must be that person's own. Erased content can no longer be judged.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from models.chain import Action, Command, Entry, Head, read_content
from models.codes import Role
from models.errors import VerificationFailed
from models.records import OfficerConfirmation, RuleOverride
from models.rules.proof import Question, read_proof, subject_of
from models.verification import Problem
from storage import log
from storage.authors import WORKING, Authors
from storage.database import Database

SETTLED = (
    "rule_id", "record_type", "record_ref", "reason", "requested_by", "approved_by", "approved_at",
    "proof",
)  # fmt: skip
"""What an exception says for good, once somebody agreed to it."""


@dataclass
class _Agreement:
    """The exceptions of one command to which one person agreed with one signature."""

    command: Command
    overrides: list[RuleOverride] = field(default_factory=list)


def approval_problems(database: Database, vault_id: str, authors: Authors) -> Iterator[Problem]:
    """Yield what does not agree among the agreements of second persons.

    Args:
        authors: the keys of the users as the log tells them.
    """
    at_once: dict[tuple[str, str], _Agreement] = {}
    agreed: dict[str, RuleOverride] = {}
    askers: dict[str, str] = {}
    for command, entry, override in _overrides(database):
        author = authors.person_of(command.author, command.first_seq)
        asker = askers.setdefault(override.id, author)
        before = agreed.get(override.id)
        if before is not None:
            if _said(override) != _said(before):
                yield _problem(entry.seq, "二人目が認めた例外が、あとから変わっています。")
            continue
        if not override.approved_by:
            continue
        agreed[override.id] = override
        if override.approved_by == asker:
            yield _problem(entry.seq, "例外を求めた人が、二人目として自分で認めています。")
        if entry.action is Action.CREATE:
            key = (command.id, override.proof)
            at_once.setdefault(key, _Agreement(command)).overrides.append(override)
        elif author != override.approved_by:
            yield _problem(entry.seq, "例外を認めた人が、自分でサインインして認めていません。")
        elif authors.role_of(command.author, command.first_seq) not in WORKING:
            yield _problem(entry.seq, "例外を認める権限のない利用者が認めています。")
    for one in at_once.values():
        try:
            _check(database, vault_id, authors, one)
        except VerificationFailed as error:
            yield _problem(one.command.first_seq, str(error.facts["reason"]))


def confirmation_problems(database: Database, authors: Authors) -> Iterator[Problem]:
    """Yield the confirmations of officers that somebody else entered."""
    rows = database.all("SELECT seq FROM entry WHERE type = ?", (OfficerConfirmation.type,))
    for command, entry in log.entered(database, (row[0] for row in rows)):
        if entry.action is not Action.CREATE or entry.content is None:
            continue
        record = log.read_record(entry.type, entry.record_id, entry.payload, entry.content)
        assert isinstance(record, OfficerConfirmation)
        if authors.person_of(command.author, command.first_seq) != record.person_id:
            yield _problem(entry.seq, "検査者の確認が、本人の記帳ではありません。")
        elif authors.role_of(command.author, command.first_seq) is not Role.INSPECTOR:
            yield _problem(entry.seq, "検査者の確認を、権限のない利用者が記帳しています。")


def _overrides(database: Database) -> Iterator[tuple[Command, Entry, RuleOverride]]:
    rows = database.all(
        "SELECT seq FROM entry WHERE type = ? AND action <> ? ORDER BY seq",
        (RuleOverride.type, Action.VOID.value),
    )
    for command, entry in log.entered(database, (row[0] for row in rows)):
        if entry.content is None:
            continue
        record = log.read_record(entry.type, entry.record_id, entry.payload, entry.content)
        assert isinstance(record, RuleOverride)
        yield command, entry, record


def _check(database: Database, vault_id: str, authors: Authors, agreement: _Agreement) -> None:
    command, first = agreement.command, agreement.overrides[0]
    account, _ = read_proof(first.proof)
    person = authors.person_of(account, command.first_seq)
    if person != first.approved_by or first.approved_at is None:
        raise VerificationFailed(reason="二人目の確認の署名が、認めた人のものではありません。")
    if authors.role_of(account, command.first_seq) not in WORKING:
        raise VerificationFailed(reason="二人目の確認を、権限のない利用者がしています。")
    entered = list(log.entries(database, command.first_seq, command.last_seq))
    wanted = {(one.record_type, one.record_ref) for one in agreement.overrides}
    judged = [entry for entry in entered if (entry.type, entry.record_id) in wanted]
    if any(entry.content is None for entry in judged):
        return
    question = Question(
        vault_id=vault_id,
        head=Head(command.first_seq - 1, entered[0].previous),
        asker=first.requested_by,
        subject=subject_of((e.type, read_content(e.content)[0]) for e in judged if e.content),
        rules=tuple(sorted({one.rule_id for one in agreement.overrides})),
        people=frozenset(),
    )
    reasons = {one.rule_id: one.reason for one in agreement.overrides}
    key = authors.key_of(account, command.first_seq)
    question.check(first.proof, first.approved_at, reasons, key)


def _said(override: RuleOverride) -> list[object]:
    return [getattr(override, name) for name in SETTLED]


def _problem(seq: int, sentence: str) -> Problem:
    return Problem("APPROVAL", f"記帳番号{seq}", sentence)
