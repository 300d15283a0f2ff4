"""The register marks an act that stands in place of another, and one that was written again (R-33)."""

from dataclasses import replace
from pathlib import Path

from models.codes import HandlingKind as K
from models.codes import HandlingStatus
from models.commands import revising
from models.records import HandlingEvent
from tests.reports.applying import events, office, text_of


def test_a_corrected_act_names_the_one_that_it_stands_for(tmp_path: Path) -> None:
    with office(tmp_path, days=1) as house:
        used = house.ledger.registers.need(HandlingEvent, events(house, K.USE)[0]).record
        assert "の訂正" not in text_of(house, "D-28")
        told = replace(used, purpose="照合のため")
        house.ledger.handling.correct(used.id, told, "目的の書き誤り")
        text = text_of(house, "D-28")
        assert f"第{used.event_no}号の訂正" in text and "取消：目的の書き誤り" in text


def test_an_act_that_was_written_again_past_the_commands_bears_a_mark(tmp_path: Path) -> None:
    with office(tmp_path, days=1) as house:
        first, second, *_ = events(house, K.USE)
        house.ledger.handling.confirm(events(house, K.USE))
        assert "書換え" not in text_of(house, "D-28")  # a confirmation is none
        known = house.ledger.registers.need(HandlingEvent, first).record
        house.ledger.commit([revising(replace(known, purpose="別の目的"), "書き換え")])
        text = text_of(house, "D-28")
        assert text.count("記録の書換え") == 1
        house.ledger.handling.void(second, "二重の入力のため")
        assert text_of(house, "D-28").count("記録の書換え") == 1


def test_what_is_written_again_with_its_confirmation_bears_the_mark_too(tmp_path: Path) -> None:
    with office(tmp_path, days=1) as house:
        first, second, *_ = events(house, K.USE)
        known = house.ledger.registers.need(HandlingEvent, first).record
        confirmed = replace(
            known, status=HandlingStatus.CONFIRMED, confirmed_by=house.ledger.user.person_id,
            confirmed_at=house.clock(),
        )  # fmt: skip
        house.ledger.commit([revising(replace(confirmed, purpose="別の目的"), "確認")])
        house.ledger.handling.confirm([second])
        assert text_of(house, "D-28").count("記録の書換え") == 1
