"""The driver: a confirmation comes from the sign-in of the one who confirms."""

from dataclasses import replace
from typing import Any

from models.codes import FindingStatus
from models.commands import revising
from models.records import Contract, Finding
from tests.house import House
from tests.ui.console.desk import OFFICE_OF, Console
from tests.ui.console.test_fresh_eyes import ask
from ui.console.driver import Driver

DAY = "2026-10-01"


def driver(house: House, login: str) -> Driver:
    house.ledger.close()
    made = Driver(house.folder / "ledger", house.office)
    assert ask(made, do="unlock", user=login, password=OFFICE_OF[login])["ok"]
    return made


def finding(house: House, **more: Any) -> dict[str, Any]:
    return {
        "contract_id": house.story.contract.id, "source": "analysis", "severity": "minor",
        "description": "鍵の管理簿に空欄がある", "due_on": "2026-12-01", "status": "done",
        "owner_person_id": house.story.people["worker"], "action": "記入を決めた",
        "completed_on": DAY, **more,
    }  # fmt: skip


def test_a_worker_names_nobody_as_the_one_who_confirmed(console: Console) -> None:
    house = console.house
    made = driver(house, "yoshino")
    other = house.story.people["supervisor"]
    for more in (
        {"status": "verified"},
        {"status": "verified", "verified_by": other, "verified_on": DAY},
        {"verified_by": other},
    ):
        said = ask(made, do="record", record="finding", fields=finding(house, **more))
        assert said["error"] == "REFUSED" and "「是正を確認」" in said["message"]
    entered = ask(made, do="record", record="finding", fields=finding(house))
    assert entered["ok"]
    said = ask(made, do="confirm", record="finding", ids=entered["ids"])
    assert said["error"] == "NOT_PERMITTED"
    ask(made, do="lock")
    made = driver(house, "takahashi")
    assert ask(made, do="confirm", record="finding", ids=entered["ids"])["ok"]
    ask(made, do="lock")
    ledger = house.sign_in("takahashi")
    one = ledger.registers.need(Finding, entered["ids"][0]).record
    assert (one.status, one.verified_by) == (FindingStatus.VERIFIED, other)


def test_what_confirm_does_not_know_is_refused(console: Console) -> None:
    made = driver(console.house, "takahashi")
    said = ask(made, do="confirm", record="person", ids=["1"])
    assert said["error"] == "USAGE" and "finding" in said["message"]
    assert ask(made, do="confirm", ids=["1"])["error"] == "NOT_FOUND"


def test_a_worker_sends_no_confirmation_of_an_own_act(console: Console) -> None:
    house = console.house
    made = driver(house, "yoshino")
    item = ask(made, do="query", record="item", limit=1)["records"][0]["fields"]["item_no"]
    use = {"do": "handle", "kind": "use", "contract": "2026-001", "items": [{"item_no": item}]}
    boss = house.story.people["supervisor"]
    for more in (
        {"confirmed_by": boss},
        {"confirmed_at": "2026-10-01T09:00:00+09:00"},
        {"status": "confirmed"},
    ):
        said = ask(made, **use, fields={"purpose": "確認", **more})
        assert said["error"] == "REFUSED" and "「責任者の確認」" in said["message"]
    entered = ask(made, **use, fields={"purpose": "確認"})
    assert entered["ok"]
    assert ask(made, do="confirm", ids=entered["ids"])["error"] == "NOT_PERMITTED"
    ask(made, do="lock")
    made = driver(house, "takahashi")
    assert ask(made, do="confirm", ids=entered["ids"])["ok"]
    where = [["confirmed_by", "eq", boss]]
    shown = ask(made, do="query", record="handling_event", where=where)["records"]
    assert entered["ids"][0] in [one["record_id"] for one in shown]


def test_nothing_that_is_named_is_nothing_to_confirm(console: Console) -> None:
    made = driver(console.house, "takahashi")
    for request in ({"do": "confirm"}, {"do": "confirm", "record": "finding"}, {"do": "approve"}):
        said = ask(made, **request, ids=[])
        assert said["error"] == "REFUSED", said


def test_who_is_responsible_says_that_a_new_text_was_looked_at(console: Console) -> None:
    house = console.house
    number, seen = house.story.contract.contract_no, "契約書と突き合わせた"
    made = driver(house, "takahashi")
    said = ask(made, do="confirm", record="contract", contract=number, reason=seen)
    assert said["error"] == "REFUSED" and "確認するものはありません" in said["message"]
    ledger = made._session.open()
    stored = ledger.registers.need(Contract, house.story.contract.id).record
    former = replace(stored, profile_sha256="0" * 64, profile_parts="")
    ledger.commit([revising(former, "以前の版の記帳")])
    assert ask(made, do="confirm", record="contract", contract=number, reason=seen)["ok"]
    bound = ledger.registers.need(Contract, house.story.contract.id).record
    assert bound == stored
