"""The sample ledger: what a town reads in it would stand in a real one."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from models import workdays
from models.codes import HandlingKind
from models.records import Assignment, HandlingEvent, Item, Person
from reports.collect import collect
from tests.house import furnished
from ui.console.demo import _working_days
from ui.issue import IssueRequest
from ui.sample.clock import Days


@pytest.mark.parametrize("start", [date(2026, 1, 5), date(2026, 5, 7), date(2026, 11, 20)])
def test_the_sample_is_prepared_on_working_days_in_their_order(start: date) -> None:
    days = Days(start)
    order = [days.signed, days.asked, days.agreed, days.before, days.begins]
    assert order == sorted(order) and days.before < days.begins < start
    assert all(map(workdays.is_workday, order))


def test_a_sample_of_one_day_made_on_a_sunday_tells_of_the_friday_before() -> None:
    assert list(_working_days(date(2026, 11, 22), 1)) == [date(2026, 11, 20)]
    assert list(_working_days(date(2026, 11, 24), 2)) == [date(2026, 11, 20)]  # a holiday between


def test_the_planted_breach_is_an_employee_of_the_contractor_without_designation(
    tmp_path: Path,
) -> None:
    with furnished(tmp_path, rules=True, days=3, planted=True) as house:
        registers = house.ledger.registers
        [breach] = registers.all(HandlingEvent, deviation=True)
        helper = registers.need(Person, breach.record.actor_person_id).record
        assert helper.organization_id == house.story.contract.contractor_org_id
        assert registers.all(Assignment, person_id=helper.id) == []


def test_a_copy_bears_the_number_of_its_original_and_its_end_names_who_verified(
    tmp_path: Path,
) -> None:
    with furnished(tmp_path) as house:
        story, registers = house.story, house.ledger.registers
        story.receive(4)
        for original in story._stock:
            story.copy(original)
        story.copy(story._stock[0])
        copies = list(story._copies)
        numbers = [registers.need(Item, one.id).record.item_no for one in copies]
        assert numbers == [f"M-000{n}-C1" for n in (1, 2, 3, 4)] + ["M-0001-C2"]
        house.clock.go_to(house.ledger.today() + timedelta(days=1), 9)
        for one in copies:
            story.destroy(one)
        ended = [one.record.id for one in registers.all(HandlingEvent, kind=HandlingKind.DISPOSE)]
        wish = IssueRequest("D-18", story.contract.id, tuple(ended))
        certificate = collect(house.ledger, wish, house.ledger.paper.numbering())
        assert certificate.complete
        assert {line.verified_by for line in certificate.lines} == {"髙橋　恵子"}
