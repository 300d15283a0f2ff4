"""The client or the contractor is called otherwise since acts or papers stand under a contract.

A paper bears the name of the day on which it is made; what the party was called before stands on it
as the former number of a contract does, and in the evidence. The certificate of the seal and the
name to whom papers are addressed do not follow by themselves: whoever enters the new name is told.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from models.codes import ContractStatus
from models.first_entries import first_use
from models.from_to import from_to
from models.inquiry import Inquiry
from models.own_seal import name_on_seal
from models.records import Contract, Organization, Record
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
ON_PAPERS = "契約{contracts}の書類には、これから、前の名称といつ変わったかが載ります。"
ADDRESSED = (
    "契約{contract}の書類のあて名は「{title}」のままです。あて名も変わるときは、「契約・組織」で契約の「あて名」を"
    "訂正してください。"
)
Renaming = tuple[Version[Organization], Version[Organization]]


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
    used = [one.contract_no for one in mine if first_use(ledger.store, one.id) is not None]
    if used:
        told.append(ON_PAPERS.format(contracts="、".join(used)))
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
        for before, after in _renamed(ledger, contract, getattr(contract, field)):
            lines.append(
                RENAMED.format(
                    party=party, day=format_short(after.day), before=before.record.name,
                    now=after.record.name, reason=after.reason,
                )
            )  # fmt: skip
    return tuple(lines)


def former_seal(ledger: "Ledger", contract: Contract) -> tuple[str, ...]:
    """Say that the seal bears a name that the contractor had under this contract before."""
    key, renamed = ledger.paper.seal_key(), _renamed(ledger, contract, contract.contractor_org_id)
    former = {name_on_seal(before.record.name) for before, _ in renamed}
    former -= {name_on_seal(after.record.name) for _, after in renamed[-1:]}
    return (OLD_SEAL.format(key.subject),) if key is not None and key.subject in former else ()


def _renamed(ledger: "Ledger", contract: Contract, party_id: str) -> list[Renaming]:
    """Return the versions of a party with another name, since the contract is used, with the former."""
    stored = ledger.store.get(Organization, party_id)
    if stored is None or stored.meta.row_version == 1:
        return []
    first = first_use(ledger.store, contract.id)
    entered = [one for one in versions(ledger.store, Organization, party_id) if not one.voided]
    return list(_since(first, entered))


def _since(first: int | None, entered: Sequence[Version[Organization]]) -> Iterator[Renaming]:
    """Yield the renamings after the first use of a contract."""
    for before, after in pairwise(entered):
        if first is not None and first < after.seq and _differ(before.record, after.record):
            yield before, after


def _differ(before: Organization, after: Organization) -> bool:
    return search_key(before.name) != search_key(after.name)


# --- in the evidence -----------------------------------------------------------------------------


def changes(asked: Inquiry) -> Iterator[tuple[Version[Organization], str]]:
    """Yield the version with which a party was renamed, and from what to what."""
    asked.note(Organization.type)
    first = asked.first_use()
    for party_id in dict.fromkeys(getattr(asked.contract, field) for field in PARTIES):
        for before, after in _since(first, asked.revisions(Organization, party_id)):
            label = f"{Organization.label}「{before.record.name}」の名前"
            yield after, from_to(label, before.record.name, after.record.name)
