"""Reads what the page 条項と証拠 shows; runs beside the window, so nothing here knows Qt."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from heapq import nsmallest
from itertools import islice

from models.after_erasure import erased_words, erasures_of
from models.agreed import terms
from models.calendar_running import unfixed
from models.changed_terms import cycle_item
from models.contract_changes import BESIDE
from models.evidence import STATES, ClauseState, evidence
from models.evidence_rows import NOTE, WORST, LongList, Row, few
from models.inquiry import Inquiry
from models.ledger import Ledger
from models.paper_about import MADE_HERE
from models.profile_vocabulary import MODES, RULES
from models.profiles import Clause, Profile
from models.proofs import MOST, Proof, proofs
from models.records import BY_TYPE, Contract, ContractClauseSetting, Person
from models.records.governance import ChangedTerm
from models.store import ListRow
from ui.candidates import cell_text
from ui.words import register_word

SHOWN = 200  # rows of a list of one clause; the heading tells how many there are
NEWEST = 30  # rows of one register that speak for a clause
LONGEST = 60  # letters of the reason of an erasure; all of it stands in 台帳一覧
ORDER = tuple(STATES)
ERASED_ALREADY = "内容を消去した契約です。"
NO_CLAUSE = "特記事項の条項ではありません。契約は「契約・組織」で確かめてください。"
CAN_SAY = (
    "条項を果たしたかどうかは、もう言えません。言えるのは、契約番号・期間・当事者、この消去の記録と、"
    "バックアップ・更新ジャーナル・求め・指摘が残っているかどうかだけです。"
)


@dataclass(frozen=True)
class ClauseFacts:
    """One clause as the page shows it."""

    state: ClauseState
    clause: Clause
    setting: ContractClauseSetting | None
    proofs: tuple[Proof, ...]
    unfixed: tuple[ChangedTerm, ...] = ()
    """Cycles that somebody has to fix, with what is usual."""

    @property
    def count(self) -> int:
        return sum(proof.count for proof in self.proofs)

    @property
    def counted(self) -> str:
        """Return how many records speak for the clause, as a column shows it."""
        if not self.proofs and self.state.state == "erased":
            return "消去済"
        if not self.proofs:
            return "－" if self.clause.contractual_only else "0件"
        more = "以上" if any(proof.count == MOST for proof in self.proofs) else ""
        return f"{self.count:,}件{more}"


@dataclass(frozen=True)
class Overview:
    """One contract clause by clause."""

    contract: Contract
    profile: Profile
    clauses: tuple[ClauseFacts, ...]
    erased: str = ""
    """That the content was erased and what can still be said, "" when it was not."""

    def is_made_here(self, kind: str) -> bool:
        """Tell whether the program makes this paper; others are only noted as handed in."""
        form = self.profile.documents.get(kind)
        return kind in MADE_HERE and form is not None and form.offered

    def counts(self) -> Mapping[str, int]:
        return Counter(one.state.state for one in self.clauses)


@dataclass(frozen=True)
class Detail:
    """What stands beside a marked clause: what is missing or broken, and what speaks for it."""

    against: tuple[Row, ...] = ()  # the worst first, at most `SHOWN`
    count: int = 0  # of them all
    rows: tuple[tuple[str, str, str, str], ...] = ()  # register, text, type, id


def read_overview(ledger: Ledger, contract_id: str) -> Overview:
    """Read how every clause of a contract stands."""
    asked = ledger.inquiries.of(contract_id)
    states = evidence(ledger, asked.contract)
    ledger.access.listed(ContractClauseSetting.type, contract_id, len(states))
    known = {clause.key: clause for clause in (*asked.clauses, BESIDE)}
    settings = {one.clause_key: one for one in asked.all(ContractClauseSetting)}
    erased = _erased_note(ledger, contract_id)
    clauses = tuple(
        ClauseFacts(
            one, clause := known[one.key], settings.get(one.key),
            tuple(proofs(asked, clause)), () if erased else _open_cycles(asked, clause),
        )
        for one in states
    )  # fmt: skip
    return Overview(asked.contract, asked.profile, clauses, erased)


def _erased_note(ledger: Ledger, contract_id: str) -> str:
    """Return when, by which entry, by whom and why content was erased, and what can be said."""
    erasures = erasures_of(ledger.registers, contract_id)
    if not erasures:
        return ""
    last = erasures[-1].record
    name = partial(ledger.registers.caption, Person.type)
    reason = " ".join(last.reason.split())
    if len(reason) > LONGEST:
        reason = f"{reason[: LONGEST - 1]}…"
    who = f"消去した人：{name(last.requested_by)}、確認した人：{name(last.approved_by)}"
    return f"{erased_words(erasures)}{who}、理由：「{reason}」\n{CAN_SAY}"


def _open_cycles(asked: Inquiry, clause: Clause) -> tuple[ChangedTerm, ...]:
    agreed = terms(asked)
    return tuple(
        ChangedTerm(key=cycle_item(name), value=agreed.suggested(name))
        for name in unfixed(asked, clause)
    )


def read_counts(ledger: Ledger) -> list[tuple[Contract, Mapping[str, int]]]:
    """Read how many clauses of every contract stand in which state."""
    return [
        (stored.record, Counter(one.state for one in evidence(ledger, stored.record)))
        for stored in ledger.contracts()
    ]


def read_detail(ledger: Ledger, one: ClauseFacts, profile: Profile) -> Detail:
    """Read what is missing or broken, and the newest rows of the registers that speak for it."""
    lists = [listed for _, listed in one.state.evidence]
    against = {row for listed in lists for row in few(listed)}
    long = [listed for listed in lists if isinstance(listed, LongList)]
    count = len(against) + sum(len(listed) - len(listed.few) for listed in long)
    against.update(row for listed in long for row in islice(listed, SHOWN))
    order = (*reversed(WORST), NOTE)
    worst = nsmallest(SHOWN, against, key=lambda row: (order.index(row.severity), row.sentence))
    rows = []
    for proof in one.proofs:
        cls = BY_TYPE[proof.query.type]
        word = register_word(cls, profile)
        numbers = ledger.registers.numbers(proof.query, NEWEST)
        for row in ledger.registers.rows(cls.type, numbers):
            rows.append((word, _line(cls.type, row), cls.type, row.id))
    return Detail(tuple(worst), count, tuple(rows))


def _line(type_: str, row: ListRow) -> str:
    """Return a row of a register in one line: what its list shows, but for the contract."""
    cls = BY_TYPE[type_]
    texts = (cell_text(cls, row, name) for name in cls.columns if name != "contract_id")
    return "　".join(" ".join(text.split()) for text in texts if text)


def rule_lines(one: ClauseFacts, profile: Profile) -> list[tuple[str, str]]:
    """Return the rules that the counter asks for this clause, and how strictly."""
    changed = {}
    if one.setting is not None and one.setting.enabled:
        changed = {term.key: term.value for term in one.setting.params}
    lines = []
    for rule_id in one.clause.rules:
        mode = changed.get(rule_id, profile.rules[rule_id].mode)
        lines.append((RULES[rule_id], MODES.get(mode, mode)))
    return lines


def state_sentence(one: ClauseFacts, count: int) -> str:
    """Return why the clause stands as it does.

    Args:
        count: of what is missing or broken.
    """
    if one.setting is not None and one.setting.enabled is False:
        return f"この契約では適用しない条項です（{one.setting.reason}）。"
    if one.clause.contractual_only:
        return "契約上の定めのみで、台帳に記録することはありません。"
    if one.state.state in ("broken", "action", "due"):
        return f"確かめることが{count:,}件あります。"
    if one.state.state == "left":
        return f"契約を終結したときに済んでいなかったことが{count:,}件あります。"
    if one.state.state == "erased":
        left = "消去した内容を含むバックアップと更新ジャーナルは、見つかりません。"
        gone = "証拠となる記録が消去されたため、果たしたかどうかは、この台帳からは言えません。"
        return f"{left}ほかの{gone}" if "EQ-END" in one.clause.evidence else gone
    if one.state.state == "unknown":
        return "この台帳の記録だけでは判定できません。紙や現場で確かめてください。"
    if one.clause.requirements and not one.clause.evidence:
        return "このプログラムの仕組みで満たしています。"
    return "足りないもの、反するものは見つかりません。"
