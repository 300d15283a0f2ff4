"""What was done while the client had been told stays right when the notice is withdrawn (R-12)."""

from pathlib import Path

from models.records import Submission
from tests.house import House, furnished


def said(house: House) -> list[str]:
    asked = house.ledger.inquiries.of(house.story.contract.id)
    return [row.sentence for row in asked.breaches.of_rule("R-12")]


def test_a_notice_that_is_withdrawn_accuses_no_receipt_before_it(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="chiba") as house:
        house.story.receive(1)
        assert said(house) == []
        notices = house.ledger.registers.all(Submission, doc_kind="D-03")
        assert notices
        for one in notices:
            house.ledger.paper.withdraw(one.record.id, "書き直すため")
        assert said(house) == []
