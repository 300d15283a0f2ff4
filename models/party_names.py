"""The client or the contractor is called otherwise since acts or papers stand under a contract.

A paper bears the name of the day on which it is made; what the party was called before stands on it
as the former number of a contract does, and in the evidence. The day is the one that was entered with
the name, else that of the entry. A slip that was put right before any paper bore it stands on none. The certificate of the seal and the
name to whom papers are addressed do not follow by themselves: whoever enters the new name is told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise, takewhile, zip_longest
from typing import TYPE_CHECKING

from models.codes import ContractStatus
from models.first_entries import first_use
from models.from_to import from_to
from models.inquiry import Inquiry
from models.own_seal import name_on_seal
from models.records import Contract, Organization, Record, Submission
from models.store import Op, Query, Where
from models.text import search_key
from models.versions import Version, versions
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

PARTIES = {"client_org_id": "client_party", "contractor_org_id": "contractor_party"}
"""The fields of a contract that name its parties, with the concept of each in its text."""
RENAMED = "{party}の名称は、{day}に「{before}」から「{now}」に変わりました（理由：{reason}）。"
OLD_SEAL = "証印の証明書の名義は、前の名称「{0}」です。"
SEAL_STAYS = (
    "証印の証明書の名義は、前の名称「{subject}」のままです。「設定・利用者」の「証印」で新しい証印に替え、新しい"
    "指紋を委託者に、書面か電話で知らせてください。それまでの書類は、前の証印のままで確かめられます。"
)
ON_PAPERS = (
    "契約{contracts}の書類には、これから、前の名称と、{day}に変わったことが載ります。その日でないときは、「組織」の"
    "「{field}」を訂正してください。"
)
ADDRESSED = (
    "契約{contract}の書類のあて名は「{title}」のままです。あて名も変わるときは、「契約・組織」で契約の「あて名」を"
    "訂正してください。"
)


@dataclass(frozen=True)
class Renaming:
    """A party that is called otherwise.

    Attributes:
        before: the last version with the former name.
        after: the first one with the new name.
        day: from which on it is called so.
    """

    before: Version[Organization]
    after: Version[Organization]
    day: date


# --- at the counter ------------------------------------------------------------------------------


def told_of_renaming(ledger: "Ledger", after: Record, before: Record) -> tuple[str, ...]:
    """Return what is said to whoever enters another name of a client or a contractor."""
    if not isinstance(after, Organization) or not isinstance(before, Organization):
        return ()
    if not _differ(before, after):
        return ()
    going_on = [
        stored.record
        for stored in ledger.contracts()
        if stored.record.status is not ContractStatus.CLOSED
    ]
    told = list(_of_seal(ledger, after, before))
    mine = [one for one in going_on if after.id in (one.client_org_id, one.contractor_org_id)]
    used = [one.contract_no for one in mine if _will_tell(ledger, one, after)]
    if used:
        day = format_short(_day_of(before, after, ledger.today()))
        field = Organization.fields()["renamed_on"].label
        told.append(ON_PAPERS.format(contracts="、".join(used), day=day, field=field))
    for one in mine:
        if (
            one.client_org_id == after.id
            and one.client_title
            and after.name not in one.client_title
        ):
            told.append(ADDRESSED.format(contract=one.contract_no, title=one.client_title))
    return tuple(told)


def _of_seal(ledger: "Ledger", after: Organization, before: Organization) -> Iterator[str]:
    key = ledger.paper.seal_key()
    known = [one.record.name for one in versions(ledger.store, Organization, after.id)]
    former = {name_on_seal(name) for name in (before.name, *known)}
    if key is not None and key.subject in former - {name_on_seal(after.name)}:
        yield SEAL_STAYS.format(subject=key.subject)


# --- on paper ------------------------------------------------------------------------------------


def former_parties(ledger: "Ledger", contract: Contract) -> tuple[str, ...]:
    """Say since when a party is called otherwise than when acts or papers were entered before."""
    lines = []
    for field, concept in PARTIES.items():
        party = ledger.registers.need_profile(contract.profile_code).term(concept)
        for one in _on_papers(ledger, contract, getattr(contract, field)):
            lines.append(
                RENAMED.format(
                    party=party, day=format_short(one.day), before=one.before.record.name,
                    now=one.after.record.name, reason=one.after.reason,
                )
            )  # fmt: skip
    return tuple(lines)


def former_seal(ledger: "Ledger", contract: Contract) -> tuple[str, ...]:
    """Say that the seal bears a name that the contractor had under this contract before."""
    key, party_id = ledger.paper.seal_key(), contract.contractor_org_id
    first = first_use(ledger.store, contract.id)
    renamed = list(_since(first, _entered(ledger, party_id)))
    former = {name_on_seal(one.before.record.name) for one in renamed}
    former -= {name_on_seal(one.after.record.name) for one in renamed[-1:]}
    return (OLD_SEAL.format(key.subject),) if key is not None and key.subject in former else ()


def _entered(ledger: "Ledger", party_id: str) -> list[Version[Organization]]:
    """Return the versions of a party, [] where it was never revised."""
    stored = ledger.store.get(Organization, party_id)
    if stored is None or stored.meta.row_version == 1:
        return []
    return [one for one in versions(ledger.store, Organization, party_id) if not one.voided]


def _on_papers(ledger: "Ledger", contract: Contract, party_id: str) -> list[Renaming]:
    """Return what papers say of a party: its renamings since the contract is used, without slips."""
    entered = _entered(ledger, party_id)
    if not entered:
        return []
    return list(_since(first_use(ledger.store, contract.id), _without_slips(ledger, entered)))


def _will_tell(ledger: "Ledger", contract: Contract, after: Organization) -> bool:
    """Tell whether the papers of a contract will say that a party was renamed as is about to be entered."""
    first = first_use(ledger.store, contract.id)
    if first is None:
        return False
    known = [one for one in versions(ledger.store, Organization, after.id) if not one.voided]
    now, next_seq = ledger.now(), ledger.store.head().seq + 1
    entered = [*known, Version(next_seq, after, now, ledger.user.id, "")]
    told = list(_since(first, _without_slips(ledger, entered)))
    return bool(told) and told[-1].after.seq == next_seq


def _without_slips(
    ledger: "Ledger", entered: Sequence[Version[Organization]]
) -> list[Version[Organization]]:
    """Leave out the names that were put right before any paper was made: on the same day, or undone."""
    spells = [list(same) for _, same in groupby(entered, lambda one: search_key(one.record.name))]
    kept = spells[:1]
    for spell, later in zip_longest(spells[1:], spells[2:]):
        undone = later is not None and (
            later[0].day == spell[0].day or not _differ(kept[-1][-1].record, later[0].record)
        )
        if later is None or not undone or _papers_between(ledger, spell[0].seq, later[0].seq):
            kept.append(spell)
    return [one for spell in kept for one in spell]


def _papers_between(ledger: "Ledger", first: int, until: int) -> bool:
    """Tell whether any paper was made between two entries."""
    made = (Where("created_seq", Op.GE, first), Where("created_seq", Op.LT, until))
    own = Where("serial", Op.EMPTY, False)
    return ledger.opened.store.count(Query(Submission.type, (*made, own), voided=None)) > 0


def _since(first: int | None, entered: Sequence[Version[Organization]]) -> Iterator[Renaming]:
    """Yield the renamings after the first use of a contract."""
    for place, (before, after) in enumerate(pairwise(entered), 1):
        if first is not None and first < after.seq and _differ(before.record, after.record):
            rest = entered[place:]
            same = [*takewhile(lambda one: not _differ(one.record, after.record), rest)]  # noqa: B023
            yield Renaming(before, after, _day_of(before.record, same[-1].record, after.day))


def _day_of(before: Organization, after: Organization, entered_on: date) -> date:
    """Return since when a party is called otherwise: the day entered with the name, else of the entry."""
    day = after.renamed_on
    return day if day is not None and day != before.renamed_on else entered_on


def _differ(before: Organization, after: Organization) -> bool:
    return search_key(before.name) != search_key(after.name)


# --- in the evidence -----------------------------------------------------------------------------


def changes(asked: Inquiry) -> Iterator[tuple[Version[Organization], str]]:
    """Yield the version with which a party was renamed, and from what to what."""
    asked.note(Organization.type)
    first = asked.first_use()
    for party_id in dict.fromkeys(getattr(asked.contract, field) for field in PARTIES):
        for one in _since(first, asked.revisions(Organization, party_id)):
            was, now = one.before.record.name, one.after.record.name
            yield one.after, from_to(f"{Organization.label}「{was}」の名前", was, now)
