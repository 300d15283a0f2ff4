"""`verify` names damaged pages, `rebuild` makes anew what follows from the log."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.storage.striking import owners, strike
from tests.ui.console.desk import BOSS, OFFICE_OF, Console
from ui.console.driver import Driver


def harmed(console: Console, name: str) -> int:
    number = owners(console.house.ledger)[name][-1]
    console.house.ledger.close()
    strike(console.ledger / "ledger.db", number)
    return number


def test_verify_names_the_page_and_rebuild_mends_it(console: Console) -> None:
    number = harmed(console, "v_item")
    said = console("verify", console.ledger, "--full", "--json")
    [problem] = said.answer["problems"]
    assert (said.code, said.answer["can_rebuild"], problem["code"]) == (1, True, "PAGES")
    assert problem["where"] == f"ledger.db 第{number}ページ"
    assert "rebuild" in problem["message"] and "媒体・資料" in problem["message"]
    mended = console("rebuild", console.ledger, "--json")
    assert (mended.code, mended.answer["seq"], mended.answer["head"]) == (
        0, said.answer["seq"], said.answer["head"],
    )  # fmt: skip
    again = console("verify", console.ledger, "--full", "--json").answer
    assert (again["ok"], again["can_rebuild"], again["head"]) == (True, False, said.answer["head"])


def test_a_ledger_that_nobody_can_open_names_rebuild_and_opens_after_it(console: Console) -> None:
    number = harmed(console, "v_user_account")
    said = console("status", console.ledger)
    assert said.code == 4 and f"{number}ページ（一覧の表「利用者」）" in said.err
    assert "rebuild" in said.err
    assert console("rebuild", console.ledger).code == 0
    assert console("verify", console.ledger, "--full").code == 0


def test_a_damaged_log_is_refused_and_names_restore(console: Console) -> None:
    number = harmed(console, "secret")
    said = console("rebuild", console.ledger, "--json")
    assert (said.code, said.answer["error"]) == (4, "DAMAGED")
    assert f"{number}ページ" in said.answer["message"] and "restore" in said.answer["message"]


def test_a_worker_may_not_rebuild(console: Console) -> None:
    said = console("rebuild", console.ledger, user="yoshino")
    assert (said.code, said.answer["error"]) == (3, "NOT_PERMITTED")


# --- the same through the driver -----------------------------------------------------------------


@pytest.fixture
def driver(console: Console) -> Iterator[Driver]:
    """A driver of the ledger of the console."""
    made = Driver(console.ledger, console.house.office)
    yield made
    ask(made, "lock")


def ask(driver: Driver, verb: str, user: str = BOSS.login) -> dict[str, Any]:
    keys = {"user": user, "password": OFFICE_OF[user]}
    return dict(driver.answer(json.dumps({"do": verb, **keys})))


def test_the_driver_names_what_a_rebuild_mends_and_goes_on_after_it(
    console: Console, driver: Driver
) -> None:
    harmed(console, "v_item")
    assert ask(driver, "unlock")["ok"]
    said = ask(driver, "verify")
    assert (said["verified"], said["can_rebuild"]) == (False, True)
    mended = ask(driver, "rebuild")
    assert (mended["ok"], mended["lost_attachments"]) == (True, 0)
    assert (mended["seq"], mended["head"]) == (said["seq"], said["head"])
    assert any("作り直しました" in notice for notice in mended["notices"])
    again = ask(driver, "verify")
    assert (again["verified"], again["head"]) == (True, said["head"])


def test_the_driver_rebuilds_a_ledger_that_nobody_can_open(
    console: Console, driver: Driver
) -> None:
    harmed(console, "v_user_account")
    assert ask(driver, "unlock")["error"] == "TABLES_DAMAGED"
    assert ask(driver, "rebuild", "yoshino")["error"] == "NOT_PERMITTED"
    assert ask(driver, "status")["error"] == "LOCKED"
    assert ask(driver, "rebuild")["ok"] and ask(driver, "status")["ok"]


def test_the_driver_refuses_to_rebuild_a_damaged_log(console: Console, driver: Driver) -> None:
    harmed(console, "secret")
    refused = ask(driver, "rebuild")
    assert refused["error"] == "DAMAGED" and "restore" in refused["message"]
