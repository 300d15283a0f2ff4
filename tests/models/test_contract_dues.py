"""What a contract's cycle and days made overdue does not disappear by one person's entry alone."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.codes import ReportCycle, SubmissionMeans
from models.contract_changes import BESIDE, RULE
from models.errors import NeedsAnswer
from models.evidence import ClauseState, evidence
from models.records import Contract, RuleOverride, Submission
from models.records.frame import DueRule
from models.rules.answers import Answers
from tests import proof
from tests.house import FIRST_DAY, House, furnished, stocked

WHY = "契約書の定めと違っていたための訂正"
LATER = Answers({RULE: WHY}, later=True)
FIXED = FIRST_DAY + timedelta(days=20)
DAY = timedelta(days=1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with stocked(tmp_path) as made:
        yield made


@pytest.fixture
def chiba(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="chiba", rules=True, accounts=True) as made:
        yield made


def contract(house: House) -> Contract:
    return house.ledger.registers.need(Contract, house.story.contract.id).record


def revise(house: House, answers: Answers | None = None, **changes: object) -> None:
    made = contract(house).with_changes(**changes)
    house.ledger.registers.revise(made, WHY, answers=answers)


def refused_alone(house: House, words: str, **changes: object) -> None:
    """Ask for a change, see that it takes somebody else, and enter it to be confirmed later."""
    with pytest.raises(NeedsAnswer, match=words) as asked:
        revise(house, **changes)
    assert asked.value.facts["needs_approval"] is True
    revise(house, LATER, **changes)


def waiting(house: House) -> list[RuleOverride]:
    found = house.ledger.registers.all(RuleOverride, rule_id=RULE)
    return [one.record for one in found if one.record.confirm_later]


def beside(house: House) -> ClauseState | None:
    return proof.states(house).get(BESIDE.key)


def told(house: House) -> str:
    return "\n".join(proof.sentences(house, clause=BESIDE.key))


def fixed(*days: date) -> tuple[DueRule, ...]:
    return tuple(DueRule(doc_kind="D-05", due_on=day) for day in days)


def hand_in(house: House, on: date) -> None:
    house.clock.go_to(on, 10)
    house.ledger.paper.note(
        Submission(
            contract_id=house.story.contract.id, doc_kind="D-05", title="報告書", doc_no="第1号",
            revision=1, submitted_on=on, means=SubmissionMeans.HAND,
        )
    )  # fmt: skip


# --- the cycle of the reports ---------------------------------------------------------------------


@pytest.mark.parametrize("cycle", [ReportCycle.YEARLY, ReportCycle.CUSTOM, ReportCycle.NONE, None])
def test_reports_are_not_made_rarer_alone(house: House, cycle: ReportCycle | None) -> None:
    house.clock.go_to(date(2026, 12, 20), 9)
    refused_alone(house, "「定期報告の周期」を「毎月」から", periodic_report_cycle=cycle)
    assert len(waiting(house)) == 1
    state = beside(house)
    assert state is not None and state.state == "broken" and WHY in told(house)
    assert "「定期報告の周期」を「毎月」から" in told(house)


def test_more_reports_are_free_and_not_told(house: House) -> None:
    house.clock.go_to(FIRST_DAY + DAY, 9)
    refused_alone(house, "定期報告の周期", periodic_report_cycle=ReportCycle.YEARLY)
    house.clock.wait(1)
    revise(house, periodic_report_cycle=ReportCycle.QUARTERLY)
    assert told(house).count("「定期報告の周期」を「毎月」から「毎年」に変えました") == 1
    house.clock.go_to(FIRST_DAY + 2 * DAY, 9)
    revise(house, periodic_report_cycle=ReportCycle.MONTHLY)
    assert len(waiting(house)) == 1 and "から「毎月」に" not in told(house)


def test_a_cycle_that_is_taken_out_first_is_not_entered_longer_then(house: House) -> None:
    house.clock.go_to(FIRST_DAY + DAY, 9)
    revise(house, LATER, periodic_report_cycle=None)
    house.clock.go_to(FIRST_DAY + 2 * DAY, 9)
    refused_alone(house, "を「なし」から「毎年」に", periodic_report_cycle=ReportCycle.YEARLY)
    assert len(waiting(house)) == 2


def test_a_cycle_is_fixed_and_a_slip_of_the_day_put_right_alone(house: House) -> None:
    revise(house, periodic_report_cycle=None)  # entered on this very day
    house.clock.go_to(FIRST_DAY + DAY, 9)
    revise(house, periodic_report_cycle=ReportCycle.QUARTERLY)  # the first that was fixed
    house.clock.wait(5)
    revise(house, periodic_report_cycle=ReportCycle.YEARLY)
    assert waiting(house) == []


def test_a_text_without_a_cycle_asks_nothing(chiba: House) -> None:
    chiba.story.receive(1)
    chiba.clock.go_to(FIRST_DAY + DAY, 9)
    revise(chiba, periodic_report_cycle=None)
    assert waiting(chiba) == [] and "定期報告" not in told(chiba)


# --- the first day of the work --------------------------------------------------------------------


def test_work_that_began_does_not_begin_later_alone(house: House) -> None:
    house.clock.go_to(date(2026, 12, 20), 9)
    words = "「業務着手日」を「R8.10.1」から「R9.3.1」に"
    refused_alone(house, words, work_start_on=date(2027, 3, 1))
    state = beside(house)
    assert state is not None and state.state == "broken" and words in told(house)


def test_work_that_began_earlier_is_free(house: House) -> None:
    house.clock.go_to(date(2026, 12, 20), 9)
    assert contract(house).starts_on is not None
    revise(house, starts_on=date(2026, 9, 1), work_start_on=date(2026, 9, 10), answers=LATER)
    [only] = waiting(house)  # the period that begins earlier is asked for, as before
    assert "業務着手日" not in only.message


def test_work_that_is_put_off_before_it_begins_is_free_and_told(house: House) -> None:
    house.clock.go_to(FIRST_DAY + DAY, 9)
    revise(house, LATER, work_start_on=date(2026, 11, 1))
    house.clock.go_to(FIRST_DAY + 2 * DAY, 9)
    revise(house, work_start_on=date(2026, 12, 1))
    assert len(waiting(house)) == 1
    assert "「業務着手日」を「R8.11.1」から「R8.12.1」に" in told(house)


# --- days that the client fixed -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "words"),
    [
        ((), "を「R8.10.21」から「なし」に"),
        ((date(2027, 9, 1),), "を「R8.10.21」から「R9.9.1」に"),
        ((FIXED + 2 * DAY,), "を「R8.10.21」から「R8.10.23」に"),
    ],
)
def test_an_overdue_paper_is_not_put_off_alone(
    house: House, left: tuple[date, ...], words: str
) -> None:
    revise(house, doc_due_rules=fixed(FIXED))
    house.clock.go_to(FIXED + DAY, 9)
    refused_alone(house, words, doc_due_rules=fixed(*left))
    state = beside(house)
    assert state is not None and state.state == "broken"
    assert "「提出期限の指定」の「教育及び研修実施計画書」" in told(house) and words in told(house)


def test_a_paper_is_overdue_also_where_nothing_was_entered_yet(house: House) -> None:
    registers = house.ledger.registers
    fresh = contract(house).with_changes(
        id="", contract_no="2026-002", doc_due_rules=fixed(FIXED, FIXED + 30 * DAY)
    )
    made = registers.need(Contract, registers.create(fresh).ids[-1]).record
    house.clock.go_to(FIXED + DAY, 9)
    registers.revise(made.with_changes(doc_due_rules=fixed(FIXED)), WHY)  # ahead: free
    gone = made.with_changes(doc_due_rules=(), work_start_on=date(2027, 3, 1))
    with pytest.raises(NeedsAnswer, match=r"期限を過ぎた後に.*から「なし」に") as asked:
        registers.revise(gone, WHY)
    assert "業務着手日" not in str(asked.value)  # nothing began under it
    registers.revise(gone, WHY, answers=LATER)
    states = {one.key: one for one in evidence(house.ledger, gone)}
    rows = [row.sentence for _, rows in states[BESIDE.key].evidence for row in rows]
    assert any("「R8.10.21」から「なし」に変えました" in one for one in rows)
    assert not any("業務着手日" in one for one in rows)


def test_where_the_text_wants_the_paper_before_the_work_a_day_may_be_taken_out(
    chiba: House,
) -> None:
    revise(chiba, doc_due_rules=fixed(FIXED))
    chiba.clock.go_to(FIXED + DAY, 9)
    revise(chiba, doc_due_rules=())  # due on the day before the work began, again
    assert waiting(chiba) == [] and told(chiba) == ""


def test_a_day_that_lies_ahead_is_moved_freely_and_told(house: House) -> None:
    revise(house, doc_due_rules=fixed(FIXED))
    house.clock.go_to(FIXED, 9)
    revise(house, doc_due_rules=fixed(FIXED + 30 * DAY))
    assert waiting(house) == [] and "「R8.10.21」から「R8.11.20」に" in told(house)


def test_another_day_beside_an_overdue_one_is_free_and_not_told(house: House) -> None:
    revise(house, doc_due_rules=fixed(FIXED))
    house.clock.go_to(FIXED + DAY, 9)
    revise(house, doc_due_rules=fixed(FIXED, date(2027, 9, 1)))
    assert waiting(house) == [] and told(house) == ""


def test_a_day_that_was_kept_may_go(house: House) -> None:
    revise(house, doc_due_rules=fixed(FIXED))
    hand_in(house, FIXED - DAY)
    house.clock.go_to(FIXED + DAY, 9)
    revise(house, doc_due_rules=fixed(date(2027, 9, 1)))
    assert waiting(house) == []


def test_a_paper_that_came_late_stays_late(house: House) -> None:
    revise(house, doc_due_rules=fixed(FIXED))
    hand_in(house, FIXED + DAY)
    refused_alone(house, "提出期限の指定", doc_due_rules=fixed(FIXED + 2 * DAY))


def test_a_slip_of_the_year_is_put_right_on_its_day(house: House) -> None:
    house.clock.go_to(FIXED + DAY, 9)
    revise(house, doc_due_rules=fixed(FIXED))  # R9 was meant
    house.clock.wait(5)
    revise(house, doc_due_rules=fixed(replace_year(FIXED)))
    assert waiting(house) == []


def replace_year(day: date) -> date:
    return day.replace(year=day.year + 1)
