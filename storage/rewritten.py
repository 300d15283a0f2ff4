"""Find what no command writes again: an act, a thing, an account, a finding or a paper changed past them.

Whoever has a key of his own can sign any content. A saved act is never revised (R-33): it is
confirmed, and a plan is carried out. Of the rest it is known which fields a command changes, in
whose hands: so a later version that says something else was entered by no screen and no verb. What
is judged here is only what no version of the program ever wrote; roles and accounts are asked from
the origin on that tells them (`own_names.SINCE`).
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from models.chain import Action, read_content
from models.codes import FindingSource, Role, Severity, SubmissionStatus
from models.kinds import Children, Json, Ref
from models.lifts import lift
from models.records import (
    BY_TYPE,
    Authorization,
    Finding,
    HandlingEvent,
    InformationAsset,
    Item,
    RuleOverride,
    Submission,
    UserAccount,
)
from models.verification import Problem
from storage import log
from storage.acts_again import act_problems
from storage.authors import KEEPERS, Authors
from storage.database import Database
from storage.own_names import BY_HAND, strict_from
from storage.schema import table

CODE = "REWRITTEN"
OWN_WAY_IN = frozenset(
    {"password_changed_on", "password_review_due_on", "must_change", "received_on", "reminded_on"}
)
"""What somebody changes in the own account: the password, and having looked at it."""
FIXED_IN_ACCOUNT = frozenset({"person_id", "login_name", "app_role", "valid_from", "valid_until"})
"""What no verb changes in an account; only a recovery sheet ends `valid_until`."""
FOUND = frozenset(
    {"contract_id", "source", "source_id", "clause_key", "description", "severity"}
)  # models/corrections.py, written down for good
PUT_RIGHT = frozenset({*BY_HAND, "verified_by", "verified_on"})
ITS_WAY = frozenset(
    {"submitted_on", "means", "received_by", "receipt_file", "returned", "returned_on",
     "returned_file", "status"}
)  # fmt: skip
"""What becomes of a paper once it was made; all else of it is frozen (R-37)."""
SAME_PAPER = ("contract_id", "doc_kind")
BUILT_ON = (Item, InformationAsset, Authorization)
"""Registers whose records stay in force while acts or things of their contract name them.

Places, people and equipment that contracts share are left out: who takes them out of force is asked
only for the contracts that he sees."""
BUILDING = (HandlingEvent, Item)

IN_USE = "ほかの記録で使われている{0}が、取り消されています。"
NOT_MAY = "{0}を、権限のない利用者が書き換えています。"
OWN_ACCOUNT = "利用者の登録が、パスワードの変更・見直しのほかに、本人によって書き換えられています。"
ACCOUNT = "利用者の登録の、変えられない項目（人・利用者名・区分・利用できる期間）が変わっています。"
OFFICERS = "検査者の指摘が、権限のない利用者によって書き換えられているか、取り消されています。"
SMALLER = "逸脱とともに登録された指摘の内容が、書き換えられています。"
FROZEN = "確定した書類の、提出・回収・状態のほかの項目が書き換えられています。"
NOT_REPLACED = "差し替える書類の提出がないのに、書類が「差替え済」になっています。"
COMES_BACK = "「差替え済」の書類が、書き換えられています。"
NOT_OF_IT = "書類が、同じ契約の同じ種類の書類の次の版でないのに、差替えとして記帳されています。"
PUT_OFF = "指摘に関わる本人が、指摘の期限を延ばすか、重さを下げるか、取り消すかしています。"

_LATER = (
    "SELECT e.seq, e.type, e.record_id, e.action, e.payload, m.author, m.first_seq, c.body"
    " FROM entry e"
    " JOIN command m ON m.first_seq = (SELECT max(first_seq) FROM command WHERE first_seq <= e.seq)"
    " LEFT JOIN content c ON c.seq = e.seq"
    " WHERE e.seq BETWEEN ?1 AND ?2 AND (+e.type IN ({followed}) OR e.action <> 'create'"
    " AND +e.type IN ({later})) ORDER BY e.seq"
)
Fields = Mapping[str, Json]


def rewriting_problems(database: Database, authors: Authors) -> Iterator[Problem]:
    """Yield the entries that change what no command changes; the tables must agree with the log.

    Args:
        authors: the accounts and their roles as the log tells them.
    """
    walk = _Walk(authors, strict_from(database))
    sql = _LATER.format(followed=_listed(_FOLLOWED), later=_listed(_LOOKED_AT))
    last = log.head(database).seq
    for first in range(1, last + 1, log.CHUNK):
        for row in database.all(sql, (first, min(first + log.CHUNK - 1, last))):
            entered = _Entered(*row)
            if sentence := walk.amiss(entered):
                yield Problem(CODE, f"記帳番号{entered.seq}", sentence)
    yield from _voided_in_use(database, walk.voided)
    for seq, sentence in act_problems(database, authors, walk.strict_from):
        yield Problem(CODE, f"記帳番号{seq}", sentence)


class _Entered(NamedTuple):
    seq: int
    type: str
    record_id: str
    action: str
    payload: int
    author: str
    first: int
    body: bytes | None


@dataclass
class _Told:
    """What is known of a finding until here."""

    owners: set[str] = field(default_factory=set)
    officers: bool = False


@dataclass
class _Walk:
    """What findings, exceptions, accounts and papers said until here."""

    authors: Authors
    strict_from: int | None
    voided: dict[str, dict[str, int]] = field(default_factory=dict)
    _fields: dict[tuple[str, str], Fields] = field(default_factory=dict)
    _findings: dict[str, _Told] = field(default_factory=dict)
    _breaches: dict[str, set[str]] = field(
        default_factory=dict
    )  # finding → who asked for the exception
    _takes: dict[str, int] = field(default_factory=dict)  # paper → command that handed in the next

    def amiss(self, entered: _Entered) -> str:
        """Return what is wrong with an entry, "" for nothing."""
        voids = entered.action == Action.VOID
        if not voids and entered.body is None:
            return ""  # erased: nobody can judge it any more
        after = {} if voids else _said(entered)
        key = (entered.type, entered.record_id)
        before = self._fields.get(key, {})
        if entered.type in _FOLLOWED:
            self._fields[key] = after or before
        strict = self.strict_from is not None and entered.first > self.strict_from
        sentence = _JUDGES[entered.type](self, entered, before, after) if strict else ""
        if entered.type == RuleOverride.type and after.get("finding_id"):
            asked = self._breaches.setdefault(str(after["finding_id"]), set())
            asked.add(str(after.get("requested_by")))
        if entered.type == Finding.type:
            told = self._findings.setdefault(entered.record_id, _Told())
            told.owners |= (
                {str(after["owner_person_id"])} if after.get("owner_person_id") else set()
            )
            told.officers |= _is_officers(after)
        return sentence

    # --- registers --------------------------------------------------------------------------------
    def _register(self, entered: _Entered, _before: Fields, _after: Fields) -> str:
        if entered.action == Action.VOID:
            self.voided.setdefault(entered.type, {})[entered.record_id] = entered.seq
        if self._role(entered) is Role.SUPERVISOR or entered.type not in _RESPONSIBLE_ALONE:
            return ""
        return NOT_MAY.format(BY_TYPE[entered.type].label)

    # --- accounts ---------------------------------------------------------------------------------
    def _account(self, entered: _Entered, before: Fields, after: Fields) -> str:
        if entered.action != Action.REVISE or not before or not after:
            return ""
        changed = _changed(before, after)
        if self.authors.is_sheet(entered.author, entered.first) and "valid_until" not in after:
            changed -= {"valid_until"}
        if changed & FIXED_IN_ACCOUNT:
            return ACCOUNT
        own = entered.author == entered.record_id and self._role(entered) not in KEEPERS
        return OWN_ACCOUNT if own and not changed <= OWN_WAY_IN else ""

    # --- papers -----------------------------------------------------------------------------------
    def _paper(self, entered: _Entered, before: Fields, after: Fields) -> str:
        if not after:
            return ""  # that none is voided stands in `own_names`
        old = str(after.get("supersedes_id") or "")
        handed = after.get("status") == SubmissionStatus.SUBMITTED
        if old and handed and before.get("status") != SubmissionStatus.SUBMITTED:
            self._takes[old] = entered.first
        if entered.action == Action.CREATE:
            return self._next_version(after, self._fields.get((Submission.type, old), {}), old)
        if not before:
            return ""  # erased: nobody can judge it any more
        if before.get("status") == SubmissionStatus.SUPERSEDED:
            return COMES_BACK
        if not _changed(before, after) <= ITS_WAY:
            return FROZEN
        gone = after.get("status") == SubmissionStatus.SUPERSEDED
        replaced = self._takes.get(entered.record_id) == entered.first
        return NOT_REPLACED if gone and not replaced else ""

    @staticmethod
    def _next_version(after: Fields, former: Fields, old: str) -> str:
        """Return what is wrong with what a new paper says of the one that it replaces."""
        if not old:
            return NOT_REPLACED if after.get("status") == SubmissionStatus.SUPERSEDED else ""
        if not former:
            return NOT_OF_IT
        same = all(after.get(name) == former.get(name) for name in SAME_PAPER)
        was, now = former.get("revision"), after.get("revision")
        counted = isinstance(was, int) and isinstance(now, int) and now == was + 1
        return "" if same and counted else NOT_OF_IT

    # --- findings ---------------------------------------------------------------------------------
    def _exception(self, _entered: _Entered, _before: Fields, _after: Fields) -> str:
        return ""

    def _finding(self, entered: _Entered, before: Fields, after: Fields) -> str:
        told = self._findings.get(entered.record_id, _Told())
        changed = _changed(before, after) if after else FOUND
        said = _is_officers(before) or _is_officers(after)
        theirs = said and not (before and changed <= PUT_RIGHT)
        if theirs and self._role(entered) is not Role.SUPERVISOR:
            return OFFICERS
        if entered.action == Action.CREATE or not before:
            return ""
        breach = self._breaches.get(entered.record_id)
        if breach is not None and after and changed & FOUND:
            return SMALLER
        less = not after or _is_put_off(before, after) or _is_less(before, after)
        if not less or not (told.officers or (breach is not None and after)):
            return ""
        person = self.authors.person_of(entered.author, entered.first)
        return PUT_OFF if person and person in {*told.owners, *(breach or ())} else ""

    def _role(self, entered: _Entered) -> Role | None:
        if self.authors.is_sheet(entered.author, entered.first):
            return Role.SUPERVISOR
        return self.authors.role_of(entered.author, entered.first)


_Judge = Callable[[_Walk, _Entered, Fields, Fields], str]
_FOLLOWED: Collection[str] = (Finding.type, RuleOverride.type, Submission.type, UserAccount.type)
"""Types of which every entry is read, from the first on."""
_LOOKED_AT: Collection[str] = tuple(one.type for one in BUILT_ON)
"""Types of which only later entries are read."""
_RESPONSIBLE_ALONE = frozenset({Item.type, InformationAsset.type})
"""Things come in with the acts of workers, and are corrected by the responsible persons alone."""
_JUDGES: Mapping[str, _Judge] = {
    **{one.type: _Walk._register for one in BUILT_ON},
    UserAccount.type: _Walk._account,
    RuleOverride.type: _Walk._exception,
    Finding.type: _Walk._finding,
    Submission.type: _Walk._paper,
}


def _said(entered: _Entered) -> Fields:
    assert entered.body is not None
    fields, _reason = read_content(entered.body)
    said = lift(entered.type, fields, entered.payload, BY_TYPE[entered.type].payload)
    return _bare(said) if entered.type == Submission.type else said


def _bare(paper: Fields) -> Fields:
    """Return what a paper says with the hash of its content: many of them are remembered at once."""
    spelled = json.dumps(paper.get("content"), sort_keys=True).encode()
    return {**paper, "content": hashlib.sha256(spelled).hexdigest()}


def _changed(before: Fields, after: Fields) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def _is_officers(fields: Fields) -> bool:
    return fields.get("source") == FindingSource.INSPECTION


def _is_put_off(before: Fields, after: Fields) -> bool:
    was, now = before.get("due_on"), after.get("due_on")
    return bool(was) and (not now or str(now) > str(was))


def _is_less(before: Fields, after: Fields) -> bool:
    serious = Severity.SERIOUS
    milder = before.get("severity") == serious and after.get("severity") != serious
    return milder or (_is_officers(before) and not _is_officers(after))


# --- what others build on --------------------------------------------------------------------------


def _voided_in_use(
    database: Database, voided: Mapping[str, Mapping[str, int]]
) -> Iterator[Problem]:
    """Yield the records that were taken out of force although others in force name them."""
    for cls in BUILT_ON:
        ids = _of_contracts(database, cls.type, voided.get(cls.type, {}))
        used = {id_ for sql in _uses_of(cls.type) for (id_,) in _asked(database, sql, ids)}
        for id_ in sorted(used, key=ids.__getitem__):
            yield Problem(CODE, f"記帳番号{ids[id_]}", IN_USE.format(cls.label))


def _of_contracts(database: Database, type_: str, ids: Mapping[str, int]) -> Mapping[str, int]:
    sql = (
        f"SELECT id FROM {table(type_).name} WHERE id IN (SELECT value FROM json_each(?))"
        " AND contract_id IS NOT NULL"
    )
    return {id_: ids[id_] for (id_,) in _asked(database, sql, ids)}


def _asked(database: Database, sql: str, ids: Collection[str]) -> list[tuple[Any, ...]]:
    return database.all(sql, (json.dumps(list(ids)),)) if ids else []


def _uses_of(type_: str) -> Iterator[str]:
    """Yield what asks acts and things in force for the records of a type that they name."""
    among = "IN (SELECT value FROM json_each(?)) AND {0}.voided_at IS NULL"
    for cls in BUILDING:
        view = table(cls.type)
        for f in view.scalars:
            if isinstance(f.kind, Ref) and f.kind.type == type_ and not f.derived:
                where = among.format(view.name)
                yield f"SELECT DISTINCT {f.name} FROM {view.name} WHERE {f.name} {where}"
        for child in view.children:
            if not isinstance(child.field.kind, Children):
                continue
            for name, kind in child.columns:
                if isinstance(kind, Ref) and kind.type == type_:
                    yield (
                        f"SELECT DISTINCT c.{name} FROM {child.name} c JOIN {view.name} v"
                        f" ON v.number = c._number WHERE c.{name} {among.format('v')}"
                    )


def _listed(types: Collection[str]) -> str:
    return ", ".join(f"'{type_}'" for type_ in types)
