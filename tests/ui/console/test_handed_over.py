"""What the driver's `query` hands over is kept with its number; more than a page is a bulk view (A-13)."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from models.access import WHOLE, Act, Line, Question
from models.access_review import MASS, NO_ENTRY, month_lines, remarks
from models.blocking import Blocking
from models.errors import TerminalBlocked
from models.purposes import SCHEDULED
from tests.house import House, furnished
from ui.access_facts import Asked, read_access
from ui.console.driver import Driver
from ui.sample import cast

Ask = Callable[..., dict[str, Any]]
PAGE = 4


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr("models.access.PAGE", PAGE)
    with furnished(tmp_path, accounts=True, things=PAGE + 2) as made:
        yield made


@pytest.fixture
def driver(house: House) -> Iterator[Ask]:
    house.ledger.close()
    driver = Driver(house.folder / "ledger", house.office)

    def ask(verb: str, **keys: Any) -> dict[str, Any]:
        return driver.answer(json.dumps({"do": verb, **keys}))

    yield ask
    ask("lock")


def sign_in(ask: Ask, login: str) -> None:
    password = next(user.password for user in cast.USERS if user.login == login)
    assert ask("unlock", user=login, password=password)["ok"]


def kept(house: House, ask: Ask, act: Act) -> list[Line]:
    """Return the lines of records that were handed over, oldest first."""
    ask("lock")
    lines = house.sign_in("takahashi").access.lines(Question(acts=frozenset({act})))
    return [line for line in reversed(lines) if line.detail == WHOLE]


def test_a_page_is_handed_over_and_counted(house: House, driver: Ask) -> None:
    sign_in(driver, "yoshino")
    for _ in range(2):  # the same look again is one line, as in the window
        assert len(driver("query", record="item", limit=PAGE)["records"]) == PAGE
    assert len(driver("query", record="item", limit=2)["records"]) == 2
    lines = kept(house, driver, Act.LIST)
    assert [(line.type, line.count) for line in lines] == [("item", PAGE), ("item", 2)]


def test_who_may_not_export_says_what_more_than_a_page_is_for(house: House, driver: Ask) -> None:
    sign_in(driver, "yoshino")
    refused = driver("query", record="item")
    assert refused["error"] == "INVALID_FIELD" and "目的" in refused["message"]
    assert "records" not in refused
    assert len(driver("query", record="item", purpose="棚卸しの突合")["records"]) == PAGE + 2
    [line] = kept(house, driver, Act.BULK_VIEW)
    assert (line.count, line.purpose) == (PAGE + 2, "棚卸しの突合")


def test_who_may_export_needs_no_word(house: House, driver: Ask) -> None:
    sign_in(driver, "takahashi")
    assert len(driver("query", record="item")["records"]) == PAGE + 2
    assert [line.purpose for line in kept(house, driver, Act.BULK_VIEW)] == [SCHEDULED]


def test_a_blocked_terminal_hands_no_more_than_a_page_over(
    house: House, driver: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(driver, "takahashi")

    def blocked(blocking: Blocking) -> None:
        raise TerminalBlocked(programs="見本")

    monkeypatch.setattr(Blocking, "require", blocked)
    assert driver("query", record="item")["error"] == "TERMINAL_BLOCKED"
    assert driver("query", record="item", limit=PAGE)["ok"]


def test_pages_handed_over_stand_out_in_the_month(
    house: House, driver: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.access_review.MANY_VIEWS", 10)
    sign_in(driver, "yoshino")
    for count in (1, 2, 3, 4):
        assert driver("query", record="item", limit=count)["ok"]
    driver("lock")
    ledger = house.sign_in("takahashi")
    month = ledger.today().replace(day=1)
    told = {one.kind: one.words for one in remarks(ledger, month, month_lines(ledger, month))}
    assert told[MASS] == "1日に10件の内容を表示（うち10件は、他のプログラムに一覧で渡したもの）"
    assert told[NO_ENTRY].startswith("10件の内容を表示し、記帳はありません")
    shown = read_access(ledger, Asked(month)).lines
    assert any("全項目をプログラムへ　4件" in one.target for one in shown)
