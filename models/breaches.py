"""Breaches of the rules under one contract: what was found, and which of it still waits.

A breach is settled when it was explained where the rule only warns, or when somebody put it right
and another person verified that. Taking the act back, or entering it anew, settles nothing alone.
"""

from collections.abc import Container, Iterable, Iterator, Set
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from models.codes import FindingStatus, RuleMode
from models.evidence_rows import Row, row
from models.records import BY_TYPE, Assignment, Person, RuleOverride, Stored
from models.records import Finding as FindingRecord
from models.rules.engine import main_clauses
from models.rules.last_told import matter
from models.rules.named import UNFIT
from models.store import Store

if TYPE_CHECKING:
    from models.inquiry import Inquiry

STANDING = frozenset({"R-02", "R-03"})
"""Rules about designations, of which other things are said as time goes on."""
SAID_BY = {"R-06": "R-05"}
"""A rule of which another one says the same of an act whose consent does not fit."""
CHANGED = "R-39"  # the rule of what the contract itself is changed in: it is told beside the text
UNSEEN = (
    "逸脱（{rule}）のあった記録が取り消されたか訂正されましたが、そのことについて、"
    "別の人の確認（逸脱の確認か、是正の確認）が済んでいません。理由：{reason}"
)
UNTOLD = (
    "{message}（記録したときの逸脱{rule}。いまの台帳からは見つかりませんが、指摘の是正を別の人が確かめるまで"
    "残ります。理由：{reason}）"
)
OPEN = "{message}（逸脱{rule}。別の人の確認が済んでいません。理由：{reason}）"


class Breaches:
    """What the rules say to everything that happened, less what is settled, and what waits."""

    def __init__(self, asked: "Inquiry", store: Store) -> None:
        self._asked = asked
        self._store = store

    @property
    def settled(self) -> set[tuple[str, str]]:
        """Return (rule, record) pairs that were explained, or put right and verified."""
        verified = self._verified
        return {
            (one.rule_id, id_)
            for one in self._asked.all(RuleOverride)
            if one.mode is RuleMode.WARN or one.finding_id in verified
            for id_ in self.about(one)
        }

    def about(self, breach: RuleOverride) -> set[str]:
        """Return whose rows tell a breach: with a last day (退職日) every designation ends."""
        if breach.record_type != Person.type:
            return {breach.record_ref}
        theirs = (a for a in self._asked.all(Assignment) if a.person_id == breach.record_ref)
        return {breach.record_ref, *(a.id for a in theirs)}

    def of_rule(self, rule_id: str, told: Set[str] = frozenset()) -> list[Row]:
        """Return what a rule says to everything that happened and stands, less what is settled.

        Args:
            told: ids of records of which the same is told otherwise.
        """
        settled = self.settled
        said = self._asked.verdicts.of(rule_id)
        found = [one for one in said if (rule_id, one.id) not in settled]
        if rule_id in STANDING:
            found += self._of_other_matters(rule_id, said, settled)
        if rule_id in SAID_BY:
            others = self._asked.verdicts.of(SAID_BY[rule_id])
            told = told | {one.id for one in others if UNFIT in one.sentence}
        return self._as_strict_as_then(rule_id, settled, found, told)

    def _as_strict_as_then(
        self, rule_id: str, settled: Container[tuple[str, str]], found: list[Row], told: Set[str]
    ) -> list[Row]:
        """Return what was found and what waits: a breach does not grow milder by a later change."""
        as_bad = {one.id for one in found if one.severity == "broken"} | told
        milder = {one.id for one in found} - as_bad
        waiting: list[Row] = []
        for breach in self._gone_unseen(rule_id, settled, as_bad):
            again = self.about(breach) & milder
            if again and rule_id not in STANDING:
                found = [_raised(one, breach) if one.id in again else one for one in found]
            else:
                words = _still_open(breach, breach.message) if again else self._words(breach)
                waiting.append(replace(row(breach, words, "broken"), clauses=self._meant(breach)))
        return found + waiting

    def _of_other_matters(
        self, rule_id: str, said: Iterable[Row], settled: Container[tuple[str, str]]
    ) -> list[Row]:
        """Return what is said of designations beside what somebody explained of the same ones.

        An act stands as it was entered; who works, and where, changes after a reason was given.
        """
        rows = [one for one in said if (rule_id, one.id) in settled]
        if not rows:
            return []
        verified = self._verified
        explained = {
            (id_, matter(words))
            for one in self._asked.all(RuleOverride)
            if one.rule_id == rule_id and (one.mode is RuleMode.WARN or one.finding_id in verified)
            for id_ in self.about(one)
            for words in one.message.split("\n")
        }
        return [one for one in rows if (one.id, matter(one.sentence)) not in explained]

    def unsettled(self) -> list[RuleOverride]:
        """Return the breaches that wait."""
        return list(self._waiting(self.settled))

    def changes(self) -> Iterator[Row]:
        """Yield the changes that wait and that are about clauses, each under these (R-39)."""
        for one in self.unsettled():
            if one.rule_id == CHANGED and (clauses := self._cited(one)):
                yield replace(row(one, _still_open(one, one.message), "broken"), clauses=clauses)

    def open_beside(
        self, breaches: Iterable[RuleOverride], told: Set[tuple[str, str]], *, changed: bool
    ) -> list[Row]:
        """Return which of the breaches that wait no clause tells.

        Args:
            breaches: those that wait, see `unsettled`.
            told: pairs of a rule and the record, or the exception, that the clauses tell.
            changed: the contract was changed, so that its text may be silent about what stands.
        """
        return [
            row(one, _still_open(one, one.message), "broken")
            for one in breaches
            if not {(one.rule_id, id_) for id_ in (*self.about(one), one.id)} & told
            and (not self._is_looked_at(one) or (changed and self._stands(one)))
        ]

    def _gone_unseen(
        self, rule_id: str, settled: Container[tuple[str, str]], told: Set[str]
    ) -> list[RuleOverride]:
        """Return breaches that are not told as such any more, and that nobody else has looked at.

        Whoever voids the act, enters it again with what was missing, or changes the register on
        which it was judged, does not settle it alone. Who agreed when it was entered agreed to what
        it was then, and not that it was none.
        """
        return [
            one
            for one in self._waiting(settled)
            if one.rule_id == rule_id
            and one.rule_id != CHANGED
            and not self.about(one) & told
            and not self._is_looked_at(one)
        ]

    def _meant(self, breach: RuleOverride) -> tuple[str, ...]:
        """Return the clauses that a breach was told under, () for all those of its rule."""
        keys = self._cited(breach)
        every = {one.key for one in main_clauses(self._asked.profile, breach.rule_id)}
        return () if set(keys) == every else keys

    def _cited(self, breach: RuleOverride) -> tuple[str, ...]:
        cited = breach.clauses.split("・")
        return tuple(one.key for one in self._asked.clauses if one.article in cited)

    def _words(self, breach: RuleOverride) -> str:
        words = UNTOLD if self._stands(breach) else UNSEEN
        message, _, _ = breach.message.partition("\n")
        return words.format(message=message, rule=breach.rule_id, reason=breach.reason)

    def _act(self, breach: RuleOverride) -> Stored[Any] | None:
        """Return what a breach is about; a paper that was only asked for is none."""
        cls = BY_TYPE.get(breach.record_type)
        if cls is None:
            return None
        self._asked.note(cls.type)
        return self._store.get(cls, breach.record_ref)

    def _stands(self, breach: RuleOverride) -> bool:
        act = self._act(breach)
        return act is not None and not act.meta.voided

    def _is_looked_at(self, breach: RuleOverride) -> bool:
        """Tell whether somebody else agreed to a breach, not before its act was taken back.

        What stands is put right and verified, whoever agreed that it be entered; only a change of
        the contract is settled by that.
        """
        act = self._act(breach)
        gone = act.meta.voided_at if act else None
        if breach.approved_at is None or (act and gone is None and breach.rule_id != CHANGED):
            return False
        return gone is None or breach.approved_at >= gone

    def _waiting(self, settled: Container[tuple[str, str]]) -> Iterator[RuleOverride]:
        """Yield breaches that were neither explained nor put right and verified.

        The contract may be changed again: what was verified of one change settles no other.
        """
        verified, again = self._verified, self._entered_again()
        for one in self._asked.all(RuleOverride):
            if one.mode is RuleMode.WARN or one.finding_id in verified or one.id in again:
                continue
            if one.rule_id == CHANGED or (one.rule_id, one.record_ref) not in settled:
                yield one

    def _entered_again(self) -> set[str]:
        """Return the ids of breaches of acts that were corrected, where the finding goes on.

        The correction was asked about the same, and stands; it is told of that one.
        """
        every: dict[tuple[str, str], list[RuleOverride]] = {}
        for one in self._asked.all(RuleOverride):
            if one.finding_id:
                every.setdefault((one.rule_id, one.finding_id), []).append(one)
        found = set()
        for alike in every.values():
            if len(alike) > 1 and any(self._stands(one) for one in alike):
                found |= {one.id for one in alike if not self._stands(one)}
        return found

    @property
    def _verified(self) -> set[str]:
        return {
            one.id for one in self._asked.all(FindingRecord) if one.status is FindingStatus.VERIFIED
        }


def _raised(milder: Row, breach: RuleOverride) -> Row:
    """Return what is said of an act today as the breach that it was, and that waits."""
    return replace(milder, sentence=_still_open(breach, milder.sentence), severity="broken")


def _still_open(one: RuleOverride, message: str) -> str:
    """Say what was breached, for it may stand in no clause, and that it waits."""
    first, _, _ = message.partition("\n")
    return OPEN.format(rule=one.rule_id, message=first, reason=one.reason)
