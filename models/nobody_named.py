"""A contract at work under which nobody is designated, or no place: what is empty proves nothing.

Where the text wants people and places told to the client, or allowed by him, its clauses stood as
fulfilled on the first day, because there was nobody of whom anything could be missing.
"""

from collections.abc import Iterator

from models.codes import ContractStatus
from models.evidence_rows import Row, row
from models.inquiry import Inquiry
from models.records import Assignment, ContractPlace

AT_WORK = (ContractStatus.PREPARING, ContractStatus.ACTIVE)
TOLD = ("notify", "report")
NOBODY = "{worker}等が、まだ一人も指定されていません。「従事者等の指定」に登録してください。"
NO_PLACE = "{place}が、まだ一つも登録されていません。「契約別の場所」に登録してください。"


def no_people(asked: Inquiry) -> Iterator[Row]:
    """Say that nobody is designated, where the client is to be told who is (SK-4.1, CM-9.1)."""
    if asked.profile.params.staff_notice.regime in TOLD and not asked.all(Assignment):
        yield from _asked_for(asked, NOBODY.format(worker=asked.profile.term("worker")))


def no_places(asked: Inquiry) -> Iterator[Row]:
    """Say that no place is the contract's, where it is told or allowed first (SK-5.1, CM-5.3, FK-3)."""
    regime = asked.profile.params.place_notice
    if regime.regime == "none" or regime.onsite_by_default or asked.all(ContractPlace):
        return
    yield from _asked_for(asked, NO_PLACE.format(place=asked.profile.term("work_place")))


def _asked_for(asked: Inquiry, words: str) -> Iterator[Row]:
    start = asked.contract.work_start_on
    if start is not None and asked.contract.status in AT_WORK:
        yield row(asked.contract, words, "action" if start <= asked.today else "due")
