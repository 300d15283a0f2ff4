"""What stands out in a month of the access log, from lines written by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from models import former_terms
from models.access import Act, Line, Question
from models.access_months import OF_LOG, reviews, settled
from models.access_review import (
    CLOCK,
    MASS,
    NO_ENTRY,
    OUTPUT,
    OUTSIDE,
    OWN,
    REFUSED,
    RUNNING,
    Remark,
    local,
    month_lines,
    remarks,
    review,
    users,
)
from models.calendar_running import LATE_QUERY, k17_access_log
from models.codes import Role, SystemEventKind
from models.errors import InvalidField, Refused
from models.ledger import Ledger
from models.office_hours import OfficeHours, change_office_hours, office_hours
from models.records import ContractClauseSetting, Person, SystemEvent
from models.wareki import JAPAN
from tests import proof
from tests.house import House, furnished
from tests.models.test_former_terms import given
from ui.access_facts import Asked, read_access
from ui.sample import cast

MONTH = date(2026, 11, 1)
BOSS = cast.USERS[0].password
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


# --- which month a review settles (K-17, EQ-AUDIT) ---------------------------------------------------


FINDING = "目立つ点なし。責任者の操作は開設の準備によるもの"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    """A ledger of its own whose clock is moved; lines begin in October 2026."""
    with furnished(tmp_path, profile="fukuoka", accounts=True) as made:
        yield made


def go_to(house: House, *day: int) -> Ledger:
    """Sign in at noon of a day, which writes a line."""
    house.ledger.close()
    house.clock._now = datetime(*day, 12, tzinfo=JAPAN)  # type: ignore[misc,arg-type]
    return house.sign_in("takahashi")


def dates(house: House) -> list[tuple[str, date | None]]:
    asked = house.ledger.inquiries.of(house.story.contract.id)
    return [(one.about, one.due_on) for one in k17_access_log(asked)]


def audit(house: House) -> list[str]:
    return list(dict.fromkeys(proof.sentences(house, "EQ-AUDIT")))


def cycle(house: House, content: str) -> None:
    [clause, *_] = house.ledger.inquiries.of(house.story.contract.id).asking("EQ-AUDIT")
    fixed = house.ledger.registers.all(ContractClauseSetting)
    term = "cycles.access_log_analysis"
    given(house, content, fixed[0].record if fixed else None, term=term, clause=clause)


def test_every_month_with_lines_is_named_until_somebody_looked_through_it(home: House) -> None:
    october, november = ("令和8年10月", date(2026, 11, 30)), ("令和8年11月", date(2026, 12, 31))
    assert dates(home) == [october]
    ledger = go_to(home, 2026, 11, 5)
    assert dates(home) == [october, november]
    ledger = go_to(home, 2027, 1, 15)
    assert dates(home) == [october, november, ("令和9年1月", date(2027, 2, 28))]
    assert audit(home)[:2] == [
        "利用の記録の確認（令和8年10月）が期限までに済んでいません。",
        "利用の記録の確認（令和8年11月）が期限までに済んでいません。",
    ]
    review(ledger, date(2026, 10, 20), FINDING)
    assert [month for month, _ in dates(home)] == ["令和8年11月", "令和9年1月"]
    assert not any("10月" in one for one in audit(home)) and any("11月" in o for o in audit(home))
    review(ledger, date(2026, 11, 20), FINDING)
    assert set(proof.graded(home, LATE_QUERY)) == {
        (
            "note",
            "期限の後に行った「利用の記録の確認」があります：令和8年10月（期限R8.11.30、確認R9.1.15）"
            "、令和8年11月（期限R8.12.31、確認R9.1.15）。",
        )
    }
    [late] = set(proof.sentences(home, LATE_QUERY))
    cycle(home, "1か月")
    go_to(home, 2027, 1, 16)
    cycle(home, "12か月")
    assert not proof.rows(home, LATE_QUERY)
    assert set(proof.sentences(home, former_terms.QUERY)) == {
        f"{late}この期限は、R9.1.16に登録した定めに変わる前のものです。"
    }


def test_a_review_of_the_running_month_settles_nothing(home: House) -> None:
    ledger = go_to(home, 2026, 10, 20)
    review(ledger, ledger.today(), FINDING)
    assert RUNNING in reviews(ledger)[0].detail
    ledger = go_to(home, 2026, 11, 2)
    assert [month for month, _ in dates(home)] == ["令和8年10月", "令和8年11月"]
    review(ledger, date(2026, 10, 1), FINDING)
    assert [month for month, _ in dates(home)] == ["令和8年11月"]
    assert proof.rows(home, LATE_QUERY) == [], "it is in time"
    assert settled(reviews(ledger)) == {date(2026, 10, 1): date(2026, 11, 2)}
    assert RUNNING not in reviews(ledger)[0].detail


@pytest.mark.parametrize(
    ("month", "words"), [(date(2025, 1, 15), "1行もありません"), (date(2031, 1, 1), "まだ来て")]
)
def test_a_month_without_lines_is_not_reviewed(home: House, month: date, words: str) -> None:
    before = home.ledger.store.head()
    with pytest.raises(Refused, match=words):
        review(home.ledger, month, FINDING)
    assert home.ledger.store.head() == before


def test_a_text_that_begins_with_no_month_settles_nothing() -> None:
    event = SystemEvent(detail="確認しました。", occurred_at=NOON)
    assert settled([event]) == {}
    named = replace(event, detail=f"令和8年10月{OF_LOG}3行を確認しました。")
    assert settled([named]) == {date(2026, 10, 1): NOON.date()}


# --- a clock that was set (A-28) -----------------------------------------------------------------------


def look_about(house: House, *day: int) -> None:
    """Sign in as a worker whose clock shows a day, and look at much."""
    house.ledger.close()
    house.clock._now = datetime(*day, 10, tzinfo=JAPAN)  # type: ignore[misc,arg-type]
    ledger = house.sign_in("yoshino")
    for person in ledger.registers.all(Person):
        ledger.access.viewed(person.record)
    ledger.access.flush()


def clock_words(house: House, month: date) -> list[str]:
    ledger = house.ledger
    told = remarks(ledger, month, month_lines(ledger, month))
    return [one.words for one in told if one.kind == CLOCK]


def test_a_clock_set_back_into_a_reviewed_month_is_told_in_the_true_one(home: House) -> None:
    for day in (8, 19):
        go_to(home, 2026, 10, day)
    ledger = go_to(home, 2026, 11, 2)
    review(ledger, date(2026, 10, 1), FINDING)
    go_to(home, 2026, 11, 20)
    look_about(home, 2026, 10, 12)
    worker = home.ledger.user.id
    ledger = go_to(home, 2026, 11, 21)
    lines = month_lines(ledger, MONTH)
    assert {local(one).day for one in lines if one.user == worker} == {12}
    assert [one.number for one in lines] == sorted((one.number for one in lines), reverse=True)
    words = clock_words(home, MONTH)
    assert any("R8.10.12の日付の行" in one and "令和8年11月に書かれた" in one for one in words), (
        words
    )
    assert any("前を指していました" in one for one in words), "what was entered is told here too"
    assert any("令和8年11月に書かれた" in one for one in clock_words(home, date(2026, 10, 1)))
    told = remarks(ledger, MONTH, lines)
    assert any(one.kind == NO_ENTRY and one.user == worker for one in told)


def test_a_clock_set_forward_is_told_in_the_true_month(home: House) -> None:
    go_to(home, 2026, 11, 20)
    look_about(home, 2027, 3, 3)
    worker, before = home.ledger.user.id, home.ledger.store.head().seq
    ledger = go_to(home, 2026, 11, 21)
    assert any(one.user == worker for one in month_lines(ledger, MONTH))
    assert any("R9.3.3の日付の行" in one for one in clock_words(home, MONTH))
    entered = [one.record.kind for one in ledger.registers.all(SystemEvent)]
    assert entered.count(SystemEventKind.CLOCK_BACK) == 1 and ledger.store.head().seq > before
    assert date(2027, 3, 1) in read_access(ledger, Asked(MONTH)).months
    with pytest.raises(Refused):
        review(ledger, date(2027, 3, 1), FINDING)


def test_a_clock_put_right_before_the_lock_is_entered_at_the_next_sign_in(home: House) -> None:
    go_to(home, 2026, 11, 20)
    look_about(home, 2027, 3, 3)
    home.clock._now = datetime(2026, 11, 20, 18, tzinfo=JAPAN)
    home.ledger.close()
    ledger = go_to(home, 2026, 11, 21)
    [event] = [
        one.record for one in ledger.registers.all(SystemEvent)
        if one.record.kind is SystemEventKind.CLOCK_BACK
    ]  # fmt: skip
    assert event.occurred_at and event.occurred_at.date() == date(2026, 11, 21)
    go_to(home, 2026, 11, 22)
    kinds_of = [one.record.kind for one in home.ledger.registers.all(SystemEvent)]
    assert kinds_of.count(SystemEventKind.CLOCK_BACK) == 1, "it is told once"


def test_who_may_enter_nothing_leaves_a_line_about_the_clock(home: House) -> None:
    go_to(home, 2026, 11, 20)
    home.ledger.close()
    home.clock._now = datetime(2026, 11, 18, 9, tzinfo=JAPAN)
    ledger = home.sign_in("kensa")
    [line] = ledger.access.lines(Question(acts=frozenset({Act.CLOCK})))
    assert -183_700 < int(line.detail) <= -183_600, "two days and three hours back, in seconds"
    assert any("前を指して" in one for one in ledger.notices)
    home.ledger.close()
    home.ledger = home.office.unlock(home.folder / "ledger", "takahashi", BOSS, looking=True)
    assert len(home.ledger.access.lines(Question(acts=frozenset({Act.CLOCK})))) == 1


def test_days_read_in_portions_are_the_same_days(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (8, 12, 9, 20):
        look_about(home, 2026, 10, day)
    whole = go_to(home, 2026, 10, 21).access.stretches()
    assert [one.began.day for one in whole] == [30, 8, 12, 9, 20, 21]
    assert all(one.last + 1 == later.first for one, later in pairwise(whole))
    monkeypatch.setattr("storage.access.PORTION", 3)
    again = home.sign_in("takahashi").access.stretches()
    assert again[:-1] == whole[:-1] and again[-1].last > whole[-1].last
