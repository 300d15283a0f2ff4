"""The ledger paper tells that a consent was registered after the act that rests on it."""

from pathlib import Path

from tests.models.test_late_basis import consent, register, take_out
from tests.reports.applying import office, text_of


def test_the_remarks_tell_a_consent_that_was_registered_afterwards(tmp_path: Path) -> None:
    with office(tmp_path, days=2) as house:
        at = house.clock()
        first = take_out(house, at, consent(house).id)
        assert "事後登録" not in text_of(house, "D-28")
        house.clock.wait(60)
        house.ledger.handling.void(first.id, "根拠の選び違いのため")
        take_out(house, at, register(house))
        day = f"R8.{house.clock().month}.{house.clock().day}"
        text = text_of(house, "D-28")
        assert text.count(f"根拠は事後登録（{day}）") == 1 and "見健第199号" in text
