"""What the parties of a contract agreed against its text: entered with a copy, or confirmed (R-39).

A term that softens a rule judges every act more mildly, as leaving the clause out does. Without a
copy of what the contract says of it, it is an exception that somebody else confirms; while it
stands, the evidence tells of it at each clause that it concerns and after all of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import fixed_cycles
from models.codes import RuleMode
from models.errors import Refused
from models.evidence_rows import NOTE, Row
from models.inquiry import Inquiry
from models.profile_vocabulary import RULES
from models.profiles import Profile
from models.records import Contract, ContractClauseSetting, Record, UserAccount
from models.softening import Softer, Terms, cycles_of, named, of_text, softer, terms_of
from models.versions import Version, versions
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger
    from models.rules.books import Books

QUERY = "EQ-TERMS"
ASKED = "{0}ことになります。\n契約書の定めの写しを「根拠」に付けてください。"
OR_ELSE = "写しがないときは、理由を残してください。別の人が確認するまで、逸脱として残ります。"
AHEAD = "「合意日」が今日より後です。合意した日になってから登録してください。"
ELSEWHERE = "{0}は、{1}の定めです。その条項に登録してください。"
NEVER = "{0}は、契約ごとに変えられる定めではありません。"
KEPT = (
    "この設定を取り消すと、{0}ことになります。取り消さずに、変えた後の定めに訂正してください"
    "（根拠の写しか、別の人の確認が要ります）。"
)
STANDS = (
    "{day}から、{who}の登録（合意日{agreed}、{basis}）により、{what}ことになっています。理由：{why}"
)
BASIS, NO_BASIS = "根拠の写しあり", "根拠の写しなし"


@dataclass(frozen=True)
class Said:
    """What is said to a setting that is about to be entered."""

    text: str
    mode: RuleMode
    fact: bool
    clauses: tuple[str, ...]


# --- at the counter ------------------------------------------------------------------------------


def said_of(
    ledger: "Ledger", books: "Books", before: Record | None, setting: ContractClauseSetting
) -> Iterator[Said]:
    """Yield why a setting cannot stand, or what has to be explained and confirmed.

    Args:
        books: as they will be, with what else the same command enters.
        before: the version in force, when it is revised.
    """
    contract = books.find(Contract, setting.contract_id)
    if contract is None:
        return
    profile = ledger.registers.need_profile(contract.profile_code)
    never = [*_misplaced(profile, setting)]
    if setting.agreed_on is not None and setting.agreed_on > ledger.today():
        never.append(AHEAD)
    for text in never:
        yield Said(text, RuleMode.BLOCK_ALWAYS, True, (setting.clause_key,))
    if never or setting.basis_file:
        return
    was = before if isinstance(before, ContractClauseSetting) else None
    found = [*_less_than_before(ledger, profile, was, setting)]
    if found:
        strict = profile.rules["R-39"].mode == str(RuleMode.BLOCK_PLAN)
        refused = strict and not all(one.foreseen for one in found)
        words = ASKED.format("、".join(one.words for one in found))
        clauses = tuple(dict.fromkeys(key for one in found for key in one.clauses))
        text = words if refused else words + OR_ELSE
        yield Said(text, RuleMode.BLOCK_PLAN, not refused, clauses)


def _misplaced(profile: Profile, setting: ContractClauseSetting) -> Iterator[str]:
    """Find modes of rules that the text does not ask for in this clause, or never leaves open."""
    for key, value in terms_of(setting).items():
        if key not in RULES:
            continue
        clauses = profile.clauses_of_rule(key)
        mode = profile.rules[key].mode
        if not clauses or (mode == str(RuleMode.BLOCK_ALWAYS) and value != mode):
            yield NEVER.format(named(key))
        elif setting.clause_key not in {clause.key for clause in clauses}:
            articles = "・".join(dict.fromkeys(clause.cited for clause in clauses[:3]))
            yield ELSEWHERE.format(named(key), articles)


def _less_than_before(
    ledger: "Ledger",
    profile: Profile,
    before: ContractClauseSetting | None,
    after: ContractClauseSetting,
) -> Iterator[Softer]:
    """Find of what less is demanded than before; what rested on a copy that is gone is told anew."""
    stored = _in_force(ledger, after.contract_id)
    others = [one for one in stored if one.id != after.id]
    rested = before is not None and bool(before.basis_file)
    mine = [one for one in (before, after) if one is not None]
    known = others if rested else stored
    old = Terms(profile, known, _stood(ledger, profile, known, after, copies=not rested))
    yield from softer(profile, old, Terms(profile, [*others, after]), mine)


def _in_force(ledger: "Ledger", contract_id: str) -> list[ContractClauseSetting]:
    found = ledger.registers.all(ContractClauseSetting, contract_id=contract_id)
    return [one.record for one in found]


def _stood(
    ledger: "Ledger",
    profile: Profile,
    known: Sequence[ContractClauseSetting],
    setting: ContractClauseSetting,
    *,
    copies: bool = True,
) -> Mapping[str, str]:
    """Return the cycles that stood before today, and the usual ones by which something is overdue.

    Args:
        known: the settings that count.
        copies: what was entered with a copy counts, too.
    """
    query = fixed_cycles.every(setting.contract_id)
    ids = (one.record.id for one in ledger.store.find(ContractClauseSetting, query))
    entered = [
        [one for one in versions(ledger.store, ContractClauseSetting, id_)
         if copies or not one.record.basis_file]
        for id_ in ids
    ]  # fmt: skip
    in_force = {key: value for one in known for key, value in cycles_of(one).items()}
    stood = fixed_cycles.stood(entered, in_force, ledger.today())
    new = [key for key in cycles_of(setting) if key not in in_force and not of_text(profile, key)]
    return fixed_cycles.overdue(ledger.inquiries.of(setting.contract_id), new) | stood


def require_may_go(ledger: "Ledger", setting: ContractClauseSetting) -> None:
    """Refuse to void a setting that demands more than what would be left.

    Raises:
        Refused
    """
    contract = ledger.registers.need(Contract, setting.contract_id).record
    profile = ledger.registers.need_profile(contract.profile_code)
    stored = _in_force(ledger, setting.contract_id)
    others = [one for one in stored if one.id != setting.id]
    old = Terms(profile, stored, _stood(ledger, profile, stored, setting))
    found = [*softer(profile, old, Terms(profile, others), [setting])]
    if found:
        raise Refused(reason=KEPT.format("、".join(one.words for one in found)))


# --- in the evidence -----------------------------------------------------------------------------


def standing(asked: Inquiry) -> Iterator[Row]:
    """Tell since when and by whom less is demanded than by the text, at each clause concerned.

    Of a cycle that the text leaves open, it is less than what was fixed once.
    """
    every = fixed_cycles.settings_of(asked)
    known = {id_: asked.versions(ContractClauseSetting, id_) for id_ in every}
    text = Terms(asked.profile, (), fixed_cycles.shortest(known.values()))
    for setting in asked.all(ContractClauseSetting):
        entered = known[setting.id]
        since: dict[int, list[Softer]] = {}
        for one in _softer_than(text, asked.profile, setting):
            since.setdefault(_first(text, asked.profile, entered, one).seq, []).append(one)
        for version in entered:
            if not (found := since.get(version.seq, [])):
                continue
            clauses = dict.fromkeys(key for one in found for key in one.clauses)
            words = _told(asked, setting, version, found)
            yield Row(setting.type, setting.id, words, NOTE, tuple(clauses))


def _softer_than(text: Terms, profile: Profile, setting: ContractClauseSetting) -> Iterator[Softer]:
    yield from softer(profile, text, Terms(profile, [setting]), [setting])


def _first(
    text: Terms,
    profile: Profile,
    entered: Sequence[Version[ContractClauseSetting]],
    softened: Softer,
) -> Version[ContractClauseSetting]:
    """Return the version with which it began to be as it is."""
    first = entered[-1]
    for version in reversed(entered):
        if softened not in _softer_than(text, profile, version.record):
            break
        first = version
    return first


def _told(
    asked: Inquiry,
    setting: ContractClauseSetting,
    version: Version[ContractClauseSetting],
    found: Sequence[Softer],
) -> str:
    account = asked.books.find(UserAccount, version.author)
    return STANDS.format(
        day=format_short(version.day),
        what="、".join(one.words for one in found),
        who=asked.name(account.person_id) if account else "前の利用者",
        agreed=format_short(setting.agreed_on) if setting.agreed_on else "なし",
        basis=BASIS if setting.basis_file else NO_BASIS,
        why=setting.reason,
    )
