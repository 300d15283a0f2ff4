"""A confirmation counts for the clause of supervision only from who is responsible for the contract."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import AssignmentStatus, HandlingKind, HandlingStatus
from models.errors import Refused
from models.records import Assignment, HandlingEvent
from models.supervising import LATE_QUERY
from models.wareki import format_short
from models.workdays import after
from tests import proof
from tests.ending import revise
from tests.house import House, furnished
from tests.responsible import let_in_responsible

PASSWORD = "黄色い棚-8つの夕べに確認"


@pytest.fixture(params=["confidentiality-model", "shiki", "chiba"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    with furnished(
        tmp_path, profile=request.param, accounts=True, things=2, wait=14 * 24 * 60
    ) as made:
        yield made


def waiting(house: House) -> list[str]:
    return [one.record.id for one in house.ledger.registers.all(HandlingEvent)]


def designate_another(house: House) -> None:
    """Let somebody else be responsible for the contract, so that the one who is signed in is not."""
    for one in house.ledger.registers.all(Assignment, contract_id=house.story.contract.id):
        if one.record.person_id == house.story.people["supervisor"]:
            revise(
                house, replace(one.record, person_id=house.story.people["worker2"]), "指定の誤り"
            )


def rows(house: House) -> list[tuple[str, str]]:
    return proof.graded(house, "EQ-SUPERVISE")


def due(house: House) -> list[str]:
    found = calendar(house.ledger, house.story.contract.id)
    return [one.about for one in found if one.code == "K-37"]


def test_the_designated_person_confirms_and_nothing_is_left_to_say(house: House) -> None:
    assert rows(house) and due(house)
    assert not house.ledger.handling.confirm(waiting(house)).notices
    assert not rows(house) and not due(house)


def test_a_confirmation_without_designation_is_told_and_stands_with_the_name(house: House) -> None:
    designate_another(house)
    ids = waiting(house)
    [told] = house.ledger.handling.confirm(ids).notices
    assert "この契約の" in told and "指定されていないため" in told and "数えません" in told
    found = rows(house)
    assert {severity for severity, _ in found} == {"action"}  # told, no breach
    assert all("髙橋　恵子さんは、この契約の" in sentence for _, sentence in found)
    assert len(found) == len(ids) and due(house) == [f"確認を待つ取扱記録{len(ids)}件"]


def test_a_designated_person_confirms_once_more(house: House) -> None:
    designate_another(house)
    ids = waiting(house)
    house.ledger.handling.confirm(ids)
    let_in_responsible(
        house, house.story.people["worker2"], "buka", PASSWORD,
        valid_until=house.ledger.today() + timedelta(days=300), contracts={},
    )  # fmt: skip
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", "buka", PASSWORD)
    assert not house.ledger.handling.confirm(ids).notices
    assert not rows(house) and not due(house)
    with pytest.raises(Refused, match="すでに確認済み"):
        house.ledger.handling.confirm(ids)


def test_a_designation_that_was_only_wrongly_entered_makes_it_count(house: House) -> None:
    designate_another(house)
    house.ledger.handling.confirm(waiting(house))
    for one in house.ledger.registers.all(Assignment, contract_id=house.story.contract.id):
        if one.record.person_id == house.story.people["worker2"]:
            mine = replace(one.record, person_id=house.story.people["supervisor"])
            revise(house, mine, "指定の誤り")
    assert not rows(house)
    with pytest.raises(Refused, match="すでに確認済み"):
        house.ledger.handling.confirm(waiting(house))


def test_a_designation_that_ended_later_goes_on_counting(house: House) -> None:
    house.ledger.handling.confirm(waiting(house))
    house.clock.wait(24 * 60)
    for one in house.ledger.registers.all(Assignment, contract_id=house.story.contract.id):
        if one.record.person_id == house.story.people["supervisor"]:
            yesterday = house.ledger.today() - timedelta(days=1)
            over = replace(
                one.record, ends_on=yesterday, end_reason="異動", status=AssignmentStatus.ENDED
            )
            revise(house, over, "異動のため")
    assert not rows(house) and not due(house)


def test_what_waits_within_its_days_is_no_silence(house: House) -> None:
    """The calendar asks for it (K-37), so the clause is not fulfilled yet."""
    house.ledger.handling.confirm(waiting(house))
    assert not rows(house)
    house.story.receive(1)
    [(severity, sentence)] = rows(house)
    assert severity == "due"
    assert "確認を待つ取扱記録が1件" in sentence
    house.clock.wait(14 * 24 * 60)
    assert {one[0] for one in rows(house)} == {"action"}


def test_a_correction_of_what_was_confirmed_has_its_own_days(house: House) -> None:
    """K-37: nobody could have confirmed it before it was corrected."""
    house.ledger.handling.confirm(waiting(house))
    old = house.ledger.registers.all(HandlingEvent)[0].record
    house.ledger.handling.correct(
        old.id, replace(old, note="箱に入っていた"), "備考を書き加えるため"
    )
    [(severity, sentence)] = rows(house)
    assert (severity, "1件" in sentence) == ("due", True)
    [late] = [one for one in calendar(house.ledger, house.story.contract.id) if one.code == "K-37"]
    assert late.due_on is not None
    assert late.due_on > house.ledger.today()
    house.clock.wait(14 * 24 * 60)
    assert {one[0] for one in rows(house)} == {"action"}


def test_a_correction_of_what_nobody_confirmed_gives_no_new_days(house: House) -> None:
    old = house.ledger.registers.all(HandlingEvent)[0].record
    before = len(rows(house))
    house.ledger.handling.correct(
        old.id, replace(old, note="箱に入っていた"), "備考を書き加えるため"
    )
    assert [one[0] for one in rows(house)] == ["action"] * before


def test_what_is_entered_late_has_its_days_from_then(house: House) -> None:
    """K-37: nobody could confirm it before; that it was entered late is said beside it."""
    house.ledger.handling.confirm(waiting(house))
    late = entered_late(house)
    [(severity, sentence)] = rows(house)
    assert (severity, "1件" in sentence) == ("due", True)
    [until] = [one for one in calendar(house.ledger, house.story.contract.id) if one.code == "K-37"]
    assert until.due_on == after(house.ledger.today(), 3)
    house.clock.wait(14 * 24 * 60)
    assert [one[0] for one in rows(house)] == ["action"]
    before = len(seen_late(house))
    house.ledger.handling.confirm([late])
    assert len(seen_late(house)) == before + 1
    house.ledger.handling.confirm([entered_late(house)])
    assert rows(house) == [] and len(seen_late(house)) == before + 1


def test_a_correction_of_what_was_entered_late_waits_as_long_as_that(house: House) -> None:
    house.ledger.handling.confirm(waiting(house))
    first = entered_late(house)
    since = house.ledger.today()

    def corrected() -> None:
        old = house.ledger.registers.need(HandlingEvent, first).record
        right = replace(old, note="数え直した")
        house.ledger.handling.correct(first, right, "備考を書き加えるため")

    house.clock.wait(24 * 60)
    corrected()
    [until] = [one for one in calendar(house.ledger, house.story.contract.id) if one.code == "K-37"]
    assert until.due_on == after(since, 3)
    assert [one[0] for one in rows(house)] == ["due"]
    house.clock.wait(14 * 24 * 60)
    assert [one[0] for one in rows(house)] == ["action"]


def test_what_nobody_confirmed_is_late_although_it_was_corrected_and_more_was_entered(
    house: House,
) -> None:
    late = len(rows(house))
    old = house.ledger.registers.all(HandlingEvent)[0].record
    house.ledger.handling.correct(old.id, replace(old, note="箱"), "備考を書き加えるため")
    entered_late(house)
    found = sorted(one[0] for one in rows(house))
    assert found == ["action"] * late + ["due"]
    assert any("1件" in sentence for severity, sentence in rows(house) if severity == "due")
    [until] = [one for one in calendar(house.ledger, house.story.contract.id) if one.code == "K-37"]
    assert until.due_on is not None and until.due_on < house.ledger.today()


def entered_late(house: House) -> str:
    """Enter something today that was done nine days ago; return its id."""
    known = set(waiting(house))
    old = house.ledger.registers.all(HandlingEvent)[0].record
    then = house.ledger.now() - timedelta(days=9)
    act = replace(
        old, id="", event_no=None, kind=HandlingKind.STOCKTAKE, status=HandlingStatus.DONE,
        occurred_at=then, ended_at=None, confirmed_by="", confirmed_at=None, note="休んでいたため",
        corrects_event_id="",
    )  # fmt: skip
    house.ledger.handling.record(act)
    [new] = set(waiting(house)) - known
    return new


# --- what was confirmed late ----------------------------------------------------------------------


def seen_late(house: House) -> list[str]:
    return [
        sentence for severity, sentence in proof.graded(house, LATE_QUERY) if severity == "note"
    ]


def test_what_was_confirmed_late_stays_to_be_read(house: House) -> None:
    first, *_ = waiting(house)
    act = house.ledger.registers.need(HandlingEvent, first).record
    before = {key: one.state for key, one in proof.states(house).items()}
    assert seen_late(house) == []
    house.ledger.handling.confirm([first])
    [said] = seen_late(house)
    limit = after(act.occurred_at.date(), 3) if act.occurred_at else None
    assert limit and format_short(limit) in said and format_short(house.ledger.today()) in said
    assert act.caption() in said
    after_it = {key: one.state for key, one in proof.states(house).items()}
    assert before.keys() == after_it.keys() and "broken" not in set(after_it.values()) - set(
        before.values()
    )


def test_all_that_was_confirmed_late_on_a_day_is_one_row(house: House) -> None:
    house.story.receive(1)
    ids = waiting(house)
    assert len(ids) > 1
    house.clock.wait(14 * 24 * 60)
    house.ledger.handling.confirm(ids)
    [said] = seen_late(house)
    assert f"など{len(ids)}件" in said


def test_who_confirms_in_time_leaves_no_note(house: House) -> None:
    known = set(waiting(house))
    house.story.receive(1)
    house.clock.wait(24 * 60)
    house.ledger.handling.confirm([one for one in waiting(house) if one not in known])
    assert seen_late(house) == []


def test_a_correction_counts_from_its_entry_and_hides_no_lateness(house: House) -> None:
    known = set(waiting(house))
    house.story.receive(1)
    [new] = [one for one in waiting(house) if one not in known]
    house.ledger.handling.confirm([new])
    house.clock.wait(14 * 24 * 60)

    def corrected(id_: str) -> str:
        act = house.ledger.registers.need(HandlingEvent, id_).record
        right = replace(act, note="数え直した")
        change = house.ledger.handling.correct(id_, right, "備考の追加")
        made = house.ledger.store.get_many(HandlingEvent, change.ids).values()
        return next(one.record.id for one in made if one.record.corrects_event_id == id_)

    house.ledger.handling.confirm([corrected(new)])
    assert seen_late(house) == []
    late, *_ = known
    house.ledger.handling.confirm([late])
    assert len(seen_late(house)) == 1
    house.ledger.handling.confirm([corrected(late)])
    assert len(seen_late(house)) == 1
