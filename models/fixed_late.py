"""Cycles that were fixed for the first time when the contract had been closed (R-45).

Under the running contract nobody had fixed them, and the closing kept that as left undone (終結時未了).
Whoever enters afterwards what had been agreed ends that; that he did so afterwards stays to be read.
"""

from collections.abc import Iterator

from models import fixed_cycles
from models.at_closing import closing_of
from models.calendar_running import to_be_fixed
from models.changed_terms import cycle_item
from models.codes import ContractStatus
from models.evidence_rows import NOTE, Row
from models.inquiry import Inquiry
from models.records import Contract, ContractClauseSetting
from models.softening import CYCLE, cycles_of
from models.versions import Version
from models.wareki import format_short

QUERY = "EQ-FIXEDLATE"
TOLD = "「{cycle}」の「{value}」は、契約の終結（{closed}）の後の{entered}に、台帳に登録されました。"
Entered = Version[ContractClauseSetting]


def eq_fixed_late(asked: Inquiry) -> Iterator[Row]:
    """List the cycles that were fixed only after the closing, under the clauses that need them."""
    if asked.contract.status is not ContractStatus.CLOSED:
        return
    closing = closing_of(asked.contract, asked.versions(Contract, asked.contract.id))
    first = _first_fixed(asked)
    for query, name in to_be_fixed(asked).items():
        entered = first.get(f"{CYCLE}{name}")
        if entered is None or entered.seq <= closing.seq or not (clauses := asked.asking(query)):
            continue
        setting = entered.record
        said = TOLD.format(
            cycle=cycle_item(name), value=cycles_of(setting)[f"{CYCLE}{name}"],
            closed=format_short(closing.at.date()), entered=format_short(entered.day),
        )  # fmt: skip
        yield Row(setting.type, setting.id, said, NOTE, clauses)


def _first_fixed(asked: Inquiry) -> dict[str, Entered]:
    """Return with which entry each cycle was fixed for the first time, by key."""
    every = fixed_cycles.settings_of(asked)
    found: dict[str, Entered] = {}
    entered = (one for id_ in every for one in asked.revisions(ContractClauseSetting, id_))
    for version in sorted(entered, key=lambda one: one.seq):
        for key in cycles_of(version.record):
            found.setdefault(key, version)
    return found
