"""The linter: every rule is asked, the profile says how strictly, the finding names the clause."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from models.codes import HandlingKind, RuleMode
from models.paper import Request
from models.profile_vocabulary import MODES
from models.profiles import Clause, Profile, RuleSetting
from models.records import Assignment, ContractClauseSetting
from models.rules import attending, consents, ending, labour, moving, office, people, places
from models.rules.beyond import in_one, said_beyond
from models.rules.case import Case, Say
from models.rules.named import UNFIT, said_of_named
from models.rules.unfit import OTHERWISE, RULE_OF

Rule = Callable[[Case], Iterator[str]]
STRENGTH = (RuleMode.NOTICE, RuleMode.WARN, RuleMode.BLOCK_PLAN, RuleMode.BLOCK_ALWAYS)

RULES: tuple[tuple[str, Rule], ...] = (
    ("R-01", people.r01_actor_is_cleared),
    ("R-02", people.r02_staff_notice_comes_first),
    ("R-03", places.r03_place_is_cleared_first),
    ("R-04", places.r04_events_happen_at_designated_places),
    ("R-05", consents.r05_copy_needs_basis),
    ("R-06", consents.r06_copies_are_counted),
    ("R-07", consents.r07_sending_needs_basis_and_two_persons),
    ("R-08", moving.r08_take_out_needs_basis),
    ("R-09", moving.r09_electronic_data_is_encrypted),
    ("R-10", moving.r10_what_goes_out_comes_back),
    ("R-11", moving.r11_transport_is_arranged),
    ("R-12", people.r12_handover_by_the_officer),
    ("R-13", consents.r13_indirect_handover_is_approved),
    ("R-14", consents.r14_handover_as_designated),
    ("R-15", consents.r15_purpose_is_kept),
    ("R-16", consents.r16_collect_within_limits),
    ("R-17", places.r17_storage_is_locked),
    ("R-18", office.r18_nothing_private),
    ("R-19", office.r19_terminal_is_checked),
    ("R-20", ending.r20_method_fits_the_medium),
    ("R-21", ending.r21_ending_follows_the_word),
    ("R-22", attending.r22_attendance_is_respected),
    ("R-23", ending.r23_certificate_is_complete),
    ("R-24", ending.r24_contract_closes_empty),
    ("R-25", ending.r25_unneeded_is_not_used_again),
    ("R-28", labour.r28_labour_terms_are_checked),
    ("R-35", people.r35_right_stands_on_an_assignment),
    ("R-36", people.r36_two_persons),
    ("R-39", office.r39_clause_is_changed_with_basis),
    ("R-42", people.r42_identity_document),
    ("R-43", people.r43_designated_hours),
    ("R-44", people.r44_specific_personal_information),
    ("R-47", office.r47_beforehand_means_before),
    ("R-48", office.r48_no_residents_data),
)

HELD_ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "R-33": "models.handling: an event is voided and replaced, models.registers: revised",
        "R-34": "models.possible_acts: only possible states follow each other",
        "R-37": "models.paper: a sealed paper is frozen, only its way to the client is noted",
        "R-38": "models.registers.check_references: references stay inside the contract",
        "R-41": "models.records.things.InformationAsset.inconsistencies",
        "R-45": "nothing refuses incidents, reports and notices on a closed contract",
    }
)
"""Rules that hold for every contract by construction, and where."""


KEEPING = frozenset({HandlingKind.RECEIVE, HandlingKind.CREATE, HandlingKind.COLLECT})
"""What comes in is stored: a profile that names the act 保管 means these too."""


@dataclass(frozen=True)
class Finding:
    """What a rule has to say about one record, in the contract's words and citations.

    `apart`: its clauses were picked by what is missing, and it is told under them alone. `late`: what
    is asked for is there and came after its day.
    `incident_draft`: the text wants it proposed as an incident as well. `needs_checker`: a checker
    who signs in and enters the key facts settles it (A-33). `contract_id`: under which contract an
    exception stands, where the record is of none.
    """

    rule_id: str
    mode: str
    message: str
    articles: tuple[str, ...]
    clauses: tuple[str, ...]
    record: str
    record_type: str
    fact: bool
    incident_draft: bool = False
    needs_checker: bool = False
    contract_id: str = ""
    apart: bool = False
    late: bool = False

    @property
    def refuses(self) -> bool:
        """Tell whether no reason helps: impossible states, and plans that would be a breach."""
        return self.mode == RuleMode.BLOCK_ALWAYS or (
            self.mode == RuleMode.BLOCK_PLAN and not self.fact
        )

    @property
    def strength(self) -> int:
        """Return by how much it is stricter than a notice, for comparison."""
        return STRENGTH.index(RuleMode.read(self.mode))

    @property
    def needs_reason(self) -> bool:
        return not self.refuses and self.mode in (RuleMode.BLOCK_PLAN, RuleMode.WARN)

    @property
    def needs_approval(self) -> bool:
        """Tell whether a second person must agree (a breach that has already happened)."""
        return self.mode == RuleMode.BLOCK_PLAN and self.fact

    @property
    def text(self) -> str:
        """Return the sentence with its clause, as a screen shows it."""
        cited = "・".join(self.articles[:2])
        return f"{self.message}（{cited}）" if cited else self.message


def examine(case: Case) -> list[Finding]:
    """Ask every rule about a case."""
    findings = _ruled(case)
    return [*findings, *_of_named_bases(case, findings), *_beyond_bases(case, findings)]


def _ruled(case: Case) -> list[Finding]:
    changed = _changes(case)
    findings: list[Finding] = []
    silent = case.profile.silent - changed.keys() if changed else case.profile.silent
    for rule_id, check in RULES:
        if rule_id in silent:
            continue
        for said in check(case):
            for finding in _judged(case, rule_id, said, changed):
                findings = _in_one_question(said, finding, findings)
    return findings


def _in_one_question(said: str, finding: Finding, findings: list[Finding]) -> list[Finding]:
    """Return the findings with another one, unless the rule that looks at the consent says the same.

    Where that rule asks more mildly, the stricter one asks, with all that does not fit.
    """
    within = said.within if isinstance(said, Say) else ""
    same = [one for one in findings if one.rule_id == within and UNFIT in one.message]
    if any(one.strength >= finding.strength for one in same):
        return findings
    if same:
        finding = replace(finding, message="".join(one.message for one in same))
    return [*(one for one in findings if one not in same), finding]


def judged(case: Case, rule_id: str, said: str) -> Finding | None:
    """Return what was found outside the rules as strictly as a rule has it, None where it is off."""
    changed = _changes(case)
    silent = case.profile.silent - changed.keys()
    return None if rule_id in silent else next(_judged(case, rule_id, said, changed), None)


def _judged(case: Case, rule_id: str, said: str, changed: Mapping[str, str]) -> Iterator[Finding]:
    mode = changed.get(rule_id) or _mode(case.profile.rules[rule_id], said, case)
    mode = _no_breach(mode) if isinstance(said, Say) and said.doubtful else mode
    if mode != "off":
        yield _finding(rule_id, mode, said, case)


def _of_named_bases(case: Case, findings: Sequence[Finding]) -> Iterator[Finding]:
    """Tell of a named consent that does not allow the act, as strictly as its rule asks for one.

    A rule that asks for a consent has said it already (`models.rules.named.lacking`).
    """
    for rule_id, said, remedy in said_of_named(case):
        if any(said in one.message for one in findings):
            continue
        asked = (RuleMode.read(one.mode) for one in findings if one.rule_id == rule_id)
        strictest = max(asked, key=STRENGTH.index, default=RuleMode.NOTICE)
        yield _finding(rule_id, str(strictest), f"{said}{remedy}", case)


def _beyond_bases(case: Case, findings: Sequence[Finding]) -> Iterator[Finding]:
    """Tell what goes beyond a consent, as strictly as the rule would ask if there were none."""
    gone = list(said_beyond(case))
    said = {(one.rule_id, one.message) for one in findings}
    for consent, beyond in gone:
        asked = _asked_without(case, {consent.id}, said)
        asked = asked or _asked_without(case, {one.id for one, _ in gone}, said)
        if not asked and consent.id not in {named.id for named in case.named}:
            continue  # it stands, and another one allows the act
        for rule in asked or [_unasked(case)]:
            for mode, message in in_one(consent, beyond, RuleMode.read(rule.mode)):
                yield replace(rule, mode=str(mode), message=message)


def _asked_without(
    case: Case, ids: Iterable[str], said: Container[tuple[str, str]]
) -> list[Finding]:
    """Return what the rules would ask without some consents, one finding a rule."""
    without = _ruled(replace(case, set_aside=frozenset(ids)))
    new = (one for one in without if (one.rule_id, one.message) not in said)
    return list({one.rule_id: one for one in new}.values())


def _unasked(case: Case) -> Finding:
    rule_id = RULE_OF.get(case.kind, OTHERWISE) if case.kind else OTHERWISE
    return _finding(rule_id, str(RuleMode.NOTICE), "", case)


def _mode(setting: RuleSetting, said: str, case: Case) -> str:
    """Return how strictly the rule works for this act, role or special case."""
    key = said.key if isinstance(said, Say) else ""
    if key in setting.params:
        return setting.mode_for(key)
    acts = setting.params.get("acts")
    if acts is not None and case.kind is not None and not set(acts) & _acts(said, case.kind):
        return str(setting.params.get("other_acts", RuleMode.NOTICE))
    roles = setting.params.get("roles")
    if roles is not None and isinstance(case.record, Assignment) and case.record.role not in roles:
        return str(setting.params.get("other_roles", RuleMode.NOTICE))
    return setting.mode


def _no_breach(mode: str) -> str:
    """Return the mode of what may be right all the same: it wants a reason at most."""
    strict = (RuleMode.BLOCK_PLAN, RuleMode.BLOCK_ALWAYS)
    return str(RuleMode.WARN) if mode in strict else mode


def _acts(said: str, kind: HandlingKind) -> set[str]:
    """Return the names under which an act may stand in a profile's list."""
    if isinstance(said, Say) and said.act:
        return {said.act}
    return {str(kind), "store"} if kind in KEEPING else {str(kind)}


def _changes(case: Case) -> dict[str, str]:
    """Return modes that the contract's own settings give (R-39)."""
    settings = case.books.settings(case.contract.id)
    return changed_modes(case.profile, settings) if settings else {}


def changed_modes(profile: Profile, settings: Sequence[ContractClauseSetting]) -> dict[str, str]:
    """Return the modes of rules that settings give; integrity is never softened."""
    off = {one.clause_key for one in settings if not one.enabled}
    changed: dict[str, str] = {}
    for rule_id in {r for key in off for r in _rules_of(profile, key)}:
        if all(clause.key in off for clause in main_clauses(profile, rule_id)):
            changed[rule_id] = str(RuleMode.NOTICE)  # as where a text is silent
    for one in settings:
        if one.enabled:
            changed.update((p.key, p.value) for p in one.params if p.value in MODES)
    kept = str(RuleMode.BLOCK_ALWAYS)
    rules = profile.rules
    return {r: m for r, m in changed.items() if r in rules and rules[r].mode != kept}


def _rules_of(profile: Profile, clause_key: str) -> tuple[str, ...]:
    clause = profile.clauses.get(clause_key)
    return clause.rules if clause else ()


def main_clauses(profile: Profile, rule_id: str) -> tuple[Clause, ...]:
    """Return the clauses of a rule, texts that only explain them left out where there are others."""
    clauses = profile.clauses_of_rule(rule_id)
    return tuple(clause for clause in clauses if not clause.support) or clauses


def _finding(rule_id: str, mode: str, said: str, case: Case) -> Finding:
    clauses = main_clauses(case.profile, rule_id)
    proved = _proved_by(case, rule_id, said.proofs) if isinstance(said, Say) else ()
    if proved:
        clauses = proved
    elif isinstance(said, Say):
        clauses = tuple(c for c in clauses if said.verb and c.consent == said.verb) or clauses
        clauses = tuple(c for c in clauses if said.of in c.records) or clauses
        clauses = tuple(c for c in clauses if said.also in c.rules) or clauses
    record = case.record
    return Finding(
        rule_id=rule_id,
        mode=mode,
        message=str(said),
        articles=tuple(clause.article for clause in clauses),
        clauses=tuple(clause.key for clause in clauses),
        record="" if isinstance(record, Request) else record.id,
        record_type="submission" if isinstance(record, Request) else record.type,
        fact=case.fact,
        incident_draft=bool(case.profile.rules[rule_id].params.get("incident_draft"))
        and mode == RuleMode.BLOCK_PLAN,
        needs_checker=isinstance(said, Say) and said.checker,
        apart=bool(proved),
        late=isinstance(said, Say) and said.late,
    )


def _proved_by(case: Case, rule_id: str, proofs: Iterable[str]) -> tuple[Clause, ...]:
    """Return the clauses that ask for what is missing: those of the rule, else the first of the text.

    What the contract has switched off asks for nothing.
    """
    off = {one.clause_key for one in case.books.settings(case.contract.id) if not one.enabled}
    own = [c for c in case.profile.clauses.values() if not (c.source or c.support or c.key in off)]
    for proof in proofs:
        asking = [clause for clause in own if proof in clause.evidence]
        if found := tuple(c for c in asking if rule_id in c.rules) or tuple(asking[:1]):
            return found
    return ()
