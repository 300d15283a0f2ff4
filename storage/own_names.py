"""Check names that only a sign-in gives: who is said to have confirmed, granted or sealed entered it.

The program fills these fields in with the person of whoever signed in, and asks for the role; no
signature of its own stands beside them. So the command that brings such a name must be of an account
of that very person, whose role then was one that may. Before the origin of the ledger said so
(`SINCE`) names were typed by hand: such entries accuse nobody, but for a confirmation that was
entered later, which was the person's own from the beginning.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from models.chain import Action, read_content
from models.codes import BackupKind, FindingStatus, HandlingStatus, Role
from models.kinds import Json
from models.records import (
    BY_TYPE,
    AccessRight,
    Assignment,
    Authorization,
    BackupMedium,
    BackupRun,
    ClientCommunication,
    ContentErasure,
    Contract,
    ContractClauseSetting,
    ContractPlace,
    Credential,
    Finding,
    GovernanceDocument,
    HandlingEvent,
    Incident,
    IncidentLog,
    IncidentReport,
    LedgerOrigin,
    OfficerConfirmation,
    Organization,
    Person,
    Place,
    Pledge,
    RuleOverride,
    SealKey,
    Submission,
    SystemEvent,
    Terminal,
    TrainingPlan,
    TrainingSession,
    UserAccount,
)
from models.verification import Problem
from storage import log
from storage.authors import KEEPERS, WORKING, Authors
from storage.database import Database

CODE = "APPROVAL"
SINCE = 2  # payload of the origin: from there on names come from sign-ins, roles are held
RESPONSIBLE = frozenset({Role.SUPERVISOR})
ALL = frozenset(Role)
BY_HAND = ("status", "action", "completed_on")
"""What says that something was put right."""
IN_CHARGE = "owner_person_id"
ALONE = "是正した人か担当の人が、自分で是正を確認しています。"


@dataclass(frozen=True)
class Name:
    """A field that names who did something: who enters it, in which role.

    Args:
        what: the act, in a sentence.
        state: of the record, which says the same.
        every: each version that says it is the person's own, not only the one that brings it.
        but: the kind of record of which somebody else may say it: whoever comes first enters what
            another one's signed note tells.
    """

    field: str
    what: str
    roles: frozenset[Role] = ALL
    state: str = ""
    every: bool = False
    but: str = ""

    def is_said(self, fields: Mapping[str, Json], before: Mapping[str, Json]) -> bool:
        if self.but and fields.get("kind") == self.but:
            return False
        named, stated = fields.get(self.field), bool(self.state) and self.state == _state(fields)
        return bool(named or stated) and (self.every or named != before.get(self.field))

    def amiss(self, fields: Mapping[str, Json], who: "_Who") -> str:
        """Return what is wrong with who entered it, "" for nothing."""
        if not who.person or fields.get(self.field) != who.person:
            return f"{self.what}が、本人の記帳ではありません。"
        return (
            "" if who.role in self.roles else f"{self.what}を、権限のない利用者が記帳しています。"
        )


class _Who(NamedTuple):
    """Who entered something, as the log knew the account before."""

    person: str
    role: Role | None


# The roles are those of models/permissions.py, written down for good: what was entered under them
# is judged by them, whatever a later version allows.
NAMES: Mapping[str, tuple[Name, ...]] = {
    HandlingEvent.type: (
        Name("confirmed_by", "責任者の確認", RESPONSIBLE, HandlingStatus.CONFIRMED.value, True),
    ),
    Finding.type: (
        Name("verified_by", "是正の確認", RESPONSIBLE, FindingStatus.VERIFIED.value, True),
    ),
    RuleOverride.type: (Name("requested_by", "例外の求め", WORKING),),
    AccessRight.type: (
        Name("proposed_by", "アクセス資格の提案", KEEPERS),
        Name("granted_by", "アクセス資格の付与", KEEPERS),
        Name("ending_proposed_by", "アクセス資格の抹消の提案", KEEPERS),
    ),
    Terminal.type: (Name("registered_by", "端末の登録", KEEPERS),),
    UserAccount.type: (Name("issued_by", "パスワードの発行", KEEPERS),),
    Submission.type: (Name("sealed_by", "書類の確定", RESPONSIBLE),),
    BackupRun.type: (
        Name("checked_by", "バックアップの確認", WORKING | KEEPERS, but=BackupKind.RESTORE.value),
    ),
    SystemEvent.type: (Name("acknowledged_by", "運転状況への回答"),),
}
_REGISTERS = (
    Assignment, Authorization, ClientCommunication, Contract, ContractClauseSetting, ContractPlace,
    GovernanceDocument, IncidentReport, Organization, Person, Place, Pledge, SealKey, Submission, TrainingPlan,
    TrainingSession,
)  # fmt: skip
LED = frozenset({Incident.type, IncidentLog.type})
"""What others may tell, and only a responsible person writes again or voids; a slip who told it, too."""
ENTERED_BY: Mapping[str, frozenset[Role]] = {
    **{one.type: RESPONSIBLE for one in _REGISTERS},
    **{one.type: KEEPERS for one in (AccessRight, BackupMedium, Credential, Terminal)},
    **{one: WORKING | KEEPERS for one in LED},
}
"""Who alone enters records of a type, whatever becomes of them; accounts are `Authors.intruders`'."""
ONCE = frozenset(one.type for one in (BackupRun, ContentErasure, OfficerConfirmation, SystemEvent))
"""What is entered and never written again."""
NOT_VOIDED = ONCE | {RuleOverride.type, SealKey.type, Submission.type}
AGREED = frozenset({"approved_by", "approved_at", "confirm_later"})
"""What an agreement changes in an exception, and nothing else does."""


def _listed(types: Iterable[str]) -> str:
    return ", ".join(f"'{type_}'" for type_ in types)


# JSON has more than one spelling of a key, and all are read; but none without the name or a \u.
_ENTERED = (
    "SELECT e.seq, e.type, e.record_id, e.action, m.author, m.first_seq, c.body FROM entry e"
    " JOIN command m ON m.first_seq = (SELECT max(first_seq) FROM command WHERE first_seq <= e.seq)"
    " LEFT JOIN content c ON c.seq = e.seq"
    f" WHERE e.seq BETWEEN ?1 AND ?2 AND +e.type IN ({_listed(dict.fromkeys([*NAMES, *ENTERED_BY, *NOT_VOIDED]))})"
    f" AND (e.type <> '{HandlingEvent.type}' OR e.action = '{Action.VOID.value}'"
    " OR instr(c.body, ?3) OR instr(c.body, ?4) OR instr(c.body, ?5))"
    " ORDER BY e.seq"
)
_HINTS = (b"confirmed_by", HandlingStatus.CONFIRMED.value.encode(), b"\\u")


def name_problems(database: Database, authors: Authors) -> Iterator[Problem]:
    """Yield the entries that name somebody else than who entered them, or whose author may not.

    Args:
        authors: the accounts and their roles as the log tells them.
    """
    walk = _Walk(authors, strict_from(database))
    last = log.head(database).seq
    for first in range(1, last + 1, log.CHUNK):
        for row in database.all(_ENTERED, (first, min(first + log.CHUNK - 1, last), *_HINTS)):
            if sentence := walk.amiss(*row):
                yield Problem(CODE, f"記帳番号{row[0]}", sentence)


def strict_from(database: Database) -> int | None:
    """Return the entry behind which names come from sign-ins; None in a ledger made before."""
    found: int | None = database.value(
        "SELECT min(seq) FROM entry WHERE type = ? AND payload >= ?", (LedgerOrigin.type, SINCE)
    )
    return found


@dataclass
class _Walk:
    """What the records said until here."""

    authors: Authors
    strict_from: int | None
    _before: dict[tuple[str, str], Mapping[str, Json]] = field(default_factory=dict)
    _put_right: dict[str, set[str]] = field(default_factory=dict)
    _told_by: dict[str, str] = field(default_factory=dict)

    def amiss(
        self, seq: int, type_: str, record_id: str, action: str, author: str, first: int,
        body: bytes | None,
    ) -> str:  # fmt: skip
        """Return what is wrong with an entry, "" for nothing."""
        fields = read_content(body)[0] if body is not None and action != Action.VOID else {}
        before = self._before.get((type_, record_id), {})
        self._before[type_, record_id] = _kept(type_, fields)
        who = _Who(self.authors.person_of(author, first), self._role(author, first))
        alone = type_ == Finding.type and self._is_cleared_alone(record_id, fields, before, who)
        if self.strict_from is None or first <= self.strict_from:
            revised = type_ == HandlingEvent.type and action == Action.REVISE
            return _of_old(fields, before, who) if revised else ""
        if who.role not in ENTERED_BY.get(type_, ALL):
            return f"{BY_TYPE[type_].label}を、権限のない利用者が記帳しています。"
        if type_ in LED and action == Action.CREATE:
            self._told_by[record_id] = author
        own = self._told_by.get(record_id) == author
        if sentence := _not_to_be(type_, action, fields, before, who.role, own=own):
            return sentence
        said = (one for one in NAMES.get(type_, ()) if one.is_said(fields, before))
        sentences = filter(None, (one.amiss(fields, who) for one in said))
        return next(sentences, ALONE if alone else "")

    def _role(self, author: str, first: int) -> Role | None:
        if self.authors.is_sheet(author, first):
            return Role.SUPERVISOR  # a sheet lets a responsible person in, and whom it names
        return self.authors.role_of(author, first)

    def _is_cleared_alone(
        self, record_id: str, fields: Mapping[str, Json], before: Mapping[str, Json], who: _Who
    ) -> bool:
        """Tell whether who put something right, or has it in charge, says that it is right."""
        did, state = self._put_right.setdefault(record_id, set()), _state(fields)
        alone = state == FindingStatus.VERIFIED and who.person in {*did, fields.get(IN_CHARGE)}
        if state in (FindingStatus.OPEN, FindingStatus.IN_PROGRESS):
            did.clear()
        elif any(fields.get(name) != before.get(name) for name in BY_HAND):
            did.add(who.person)
        return alone


def _of_old(fields: Mapping[str, Json], before: Mapping[str, Json], who: _Who) -> str:
    """Return what is wrong with a later version of an act in a ledger made before."""
    [confirmed] = NAMES[HandlingEvent.type]
    named = fields.get(confirmed.field)
    return confirmed.amiss(fields, who) if named and named != before.get(confirmed.field) else ""


def _not_to_be(
    type_: str, action: str, fields: Mapping[str, Json], before: Mapping[str, Json],
    role: Role | None, *, own: bool = False,
) -> str:  # fmt: skip
    """Return what is wrong with a later entry about a record, "" for nothing.

    Args:
        own: the same account told it.
    """
    label = BY_TYPE[type_].label
    if action == Action.VOID:
        confirmed = type_ == HandlingEvent.type and before.get("confirmed_by")
        if type_ in NOT_VOIDED:
            return f"取り消せない{label}が、取り消されています。"
        led = type_ == Finding.type or (type_ in LED and not own)
        if role is not Role.SUPERVISOR and (confirmed or led):
            return f"{label}を、権限のない利用者が取り消しています。"
    if action == Action.REVISE and fields:
        if type_ in LED and role is not Role.SUPERVISOR:
            return f"{label}を、権限のない利用者が書き換えています。"
        if type_ in ONCE:
            return f"書き換えられない{label}が、書き換えられています。"
        if type_ == RuleOverride.type and not _is_agreement(fields, before):
            return "認めるほかに変わらない例外が、書き換えられています。"
    return ""


def _is_agreement(fields: Mapping[str, Json], before: Mapping[str, Json]) -> bool:
    """Tell whether an exception differs from what it was by being agreed to."""
    if before.get("approved_by"):
        return True  # that it says the same is asked with the agreements
    same = all(fields.get(name) == before.get(name) for name in {*fields, *before} - AGREED)
    return same and bool(fields.get("approved_by"))


def _kept(type_: str, fields: Mapping[str, Json]) -> Mapping[str, Json]:
    if type_ == RuleOverride.type:
        return fields
    names = [one.field for one in NAMES.get(type_, ())]
    names += BY_HAND if type_ == Finding.type else ()
    return {name: fields[name] for name in names if name in fields}


def _state(fields: Mapping[str, Json]) -> Json:
    return fields.get("status")
