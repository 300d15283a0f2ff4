"""What stands out in a month of the access log, from lines written by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from models.access import Act, Line
from models.access_review import (
    MASS,
    NO_ENTRY,
    OUTPUT,
    OUTSIDE,
    OWN,
    REFUSED,
    Remark,
    remarks,
    review,
    users,
)
from models.calendar_running import k17_access_log
from models.codes import Role, SystemEventKind
from models.errors import InvalidField
from models.fields import JAPAN
from models.office_hours import OfficeHours, change_office_hours, office_hours
from models.records import SystemEvent
from tests.house import House, furnished

MONTH = date(2026, 11, 1)
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=JAPAN)  # a Wednesday


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with furnished(tmp_path_factory.mktemp("house"), profile="fukuoka", accounts=True) as made:
        yield made


def who(house: House, role: Role) -> str:
    return next(id_ for id_, user in users(house.ledger).items() if user.role is role)


def line(act: Act, user: str, at: datetime = NOON, **more: object) -> Line:
    made = Line(at.astimezone(UTC), 540, user, "PC1 01234567", act)
    return replace(made, **more)  # type: ignore[arg-type]


def found(house: House, *lines: Line) -> list[Remark]:
    newest_first = sorted(lines, key=lambda one: one.at, reverse=True)
    return remarks(house.ledger, MONTH, newest_first)


def kinds(house: House, *lines: Line) -> set[str]:
    return {one.kind for one in found(house, *lines)}


def test_a_working_day_at_noon_says_nothing(house: House) -> None:
    worker = who(house, Role.WORKER)
    acts = (line(Act.SIGN_IN, worker), line(Act.VIEW, worker), line(Act.ENTER, worker))
    assert kinds(house, *acts) == set()


@pytest.mark.parametrize(
    "at",
    [
        NOON.replace(hour=6, minute=59),
        NOON.replace(hour=21),
        NOON.replace(day=21),
        NOON.replace(day=23),
    ],
)
def test_night_weekend_and_holiday_are_outside(house: House, at: datetime) -> None:
    assert kinds(house, line(Act.LIST, who(house, Role.WORKER), at)) == {OUTSIDE}


def test_the_hours_of_the_office_are_a_setting_by_weekday(house: House) -> None:
    worker, saturday = who(house, Role.WORKER), NOON.replace(day=21)
    usual = office_hours(house.ledger)
    assert str(usual).startswith("月 07:00～21:00") and str(usual).endswith("日 休み")
    days = (*usual.days[:2], (time(9), time(12)), *usual.days[3:5], (time(10), time(15)), None)
    change_office_hours(house.ledger, OfficeHours(days))
    assert kinds(house, line(Act.LIST, worker, saturday)) == set()
    assert kinds(house, line(Act.LIST, worker, NOON)) == {OUTSIDE}  # Wednesday until noon now
    holiday = NOON.replace(day=23)  # a Monday, and 勤労感謝の日
    assert kinds(house, line(Act.LIST, worker, holiday)) == {OUTSIDE}
    entered = house.ledger.registers.all(SystemEvent)[-1].record
    assert entered.kind is SystemEventKind.HOURS_CHANGED and "水 09:00～12:00" in entered.detail
    with pytest.raises(InvalidField, match="水"):
        backwards = (*usual.days[:2], (time(12), time(9)), *usual.days[3:])
        change_office_hours(house.ledger, OfficeHours(backwards))
    change_office_hours(house.ledger, usual)


def test_the_lock_of_the_evening_is_no_use(house: House) -> None:
    assert kinds(house, line(Act.LOCK, who(house, Role.WORKER), NOON.replace(hour=22))) == set()


def test_three_refusals_in_a_row_are_told_once(house: House) -> None:
    worker = who(house, Role.WORKER)
    tries = [line(Act.REFUSED, worker, NOON + timedelta(minutes=n)) for n in range(3)]
    told = found(house, *tries)
    assert [one.kind for one in told] == [REFUSED] and told[0].words.startswith("3回")


def test_a_sign_in_between_ends_the_row(house: House) -> None:
    worker = who(house, Role.WORKER)
    refused = [line(Act.REFUSED, worker, NOON + timedelta(minutes=n)) for n in (0, 1, 3)]
    assert kinds(house, *refused, line(Act.SIGN_IN, worker, NOON + timedelta(minutes=2))) == {
        REFUSED
    }
    [told] = found(house, *refused, line(Act.SIGN_IN, worker, NOON + timedelta(minutes=2)))
    assert told.words == "3回未満の失敗が、この月に計3回"


def test_a_name_that_nobody_has_counts_too(house: House) -> None:
    tries = [line(Act.REFUSED, "", NOON + timedelta(minutes=n)) for n in range(5)]
    assert kinds(house, *tries) == {REFUSED}


def test_a_large_export_stands_out(house: House) -> None:
    inspector = who(house, Role.INSPECTOR)
    assert kinds(house, line(Act.EXPORT, inspector, count=999)) == {OUTPUT}
    assert kinds(house, line(Act.EXPORT, inspector, count=1000)) == {MASS, OUTPUT}
    assert kinds(house, line(Act.PRINT, inspector, count=99)) == {OUTPUT}
    told = found(house, line(Act.PRINT, inspector, count=100))
    assert [one.words for one in told if one.kind == MASS] == ["12:00 印刷 100ページ"]


def test_every_print_export_and_bulk_view_is_told_with_its_purposes(house: House) -> None:
    inspector = who(house, Role.INSPECTOR)
    told = found(
        house,
        line(Act.PRINT, inspector, purpose="検査の控え"),
        line(Act.EXPORT, inspector, NOON.replace(hour=13), purpose="検査の控え"),
        line(Act.BULK_VIEW, inspector, NOON.replace(hour=14), count=12, purpose="棚卸との突合"),
    )
    assert [(one.kind, one.words) for one in told] == [
        (OUTPUT, "印刷 1件、書出し 1件、一括表示 1件（目的：検査の控え、棚卸との突合）")
    ]


def test_many_different_records_in_a_day_stand_out(house: House) -> None:
    inspector = who(house, Role.INSPECTOR)
    many = [line(Act.VIEW, inspector, type="item", target=f"i{n}") for n in range(200)]
    assert kinds(house, *many) == {MASS}
    same = [line(Act.VIEW, inspector, type="item", target="i") for _ in range(200)]
    assert kinds(house, *same) == set()


def test_a_few_looks_on_days_without_an_entry_are_told_in_one_line(house: House) -> None:
    worker = who(house, Role.WORKER)
    looks = [
        line(Act.VIEW, worker, NOON.replace(day=day), type="item", target=f"i{n}")
        for day in (17, 18) for n in range(3)
    ]  # fmt: skip
    told = found(house, *looks)
    assert [(one.kind, one.words) for one in told] == [
        (NO_ENTRY, "1日10件未満の表示が2日（計6件）")
    ]


def test_a_worker_who_looks_and_enters_nothing_stands_out(house: House) -> None:
    worker = who(house, Role.WORKER)
    looks = [line(Act.VIEW, worker, type="item", target=f"i{n}") for n in range(10)]
    assert kinds(house, *looks) == {NO_ENTRY}
    assert kinds(house, *looks, line(Act.ENTER, worker)) == set()


def test_what_the_responsible_person_did_is_told_apart(house: House) -> None:
    supervisor = who(house, Role.SUPERVISOR)
    told = found(house, line(Act.PRINT, supervisor), line(Act.BACKUP, supervisor))
    assert [(one.kind, one.words) for one in told] == [(OWN, "印刷 1件、バックアップ 1件")]


def test_a_review_without_a_finding_is_refused(house: House) -> None:
    before = house.ledger.store.head()
    with pytest.raises(InvalidField):
        review(house.ledger, house.ledger.today(), "　")
    assert house.ledger.store.head() == before


def test_the_calendar_waits_for_the_next_review(house: House) -> None:
    """K-17, fukuoka FK-10.2: at least once a month somebody looks through it."""
    ledger = house.ledger
    contract_id = house.story.contract.id
    review(ledger, ledger.today(), "目立つ点なし。責任者の操作は開設の準備によるもの")
    [due] = k17_access_log(ledger.inquiries.of(contract_id))
    today = ledger.today()
    assert due.due_on == today.replace(month=today.month + 1)
