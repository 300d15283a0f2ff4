"""The driver and the rules: what is asked, and the same request sent again with answers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.codes import AuthorizationSubject
from models.office import Office
from models.records import HandlingEvent
from tests.house import House, furnished
from ui.console.driver import Driver
from ui.console.program import run
from ui.sample import cast

BOSS = cast.USERS[0]
REASON = "市役所の代表番号で、住民のものではない"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, things=1) as made:
        made.ledger.close()
        yield made


def ask(house: House, *requests: dict[str, Any]) -> list[dict[str, Any]]:
    driver = Driver(house.folder / "ledger", house.office)
    unlock = {"do": "unlock", "user": BOSS.login, "password": BOSS.password}
    answers = [driver.answer(json.dumps(one)) for one in (unlock, *requests, {"do": "lock"})]
    assert answers[0]["ok"] and answers[-1]["ok"]
    return answers[1:-1]


def use(house: House, **changes: Any) -> dict[str, Any]:
    place = house.story.places[1].id
    fields = {"purpose": "本人（090-1234-5678）へ確認", "place_from_id": place}
    item = house.story._stock[0].item_no
    return {"do": "handle", "kind": "use", "contract": "2026-001", "fields": fields,
            "items": [{"item_no": item}], **changes}  # fmt: skip


def test_a_finding_is_asked_and_answered(house: House) -> None:
    asked, done = ask(house, use(house), use(house, reasons={"R-48": REASON}))
    assert (asked["ok"], asked["error"], asked["needs_approval"]) == (False, "NEEDS_ANSWER", False)
    assert [one["rule"] for one in asked["findings"]] == ["R-48"]
    assert "090" not in json.dumps(asked, ensure_ascii=False)
    assert done["ok"]


def test_numbers_are_taken_however_they_are_written(house: House) -> None:
    item = house.story._stock[0].item_no
    wide = {code: code + 0xFEE0 for code in range(33, 127)}
    request = use(house, contract="2026-001".translate(wide))
    request["fields"]["purpose"] = "入力"
    request["items"] = [{"item_no": item.lower().translate(wide)}]
    [done] = ask(house, request)
    assert done["ok"], done
    request["items"] = [{"item_no": f"{item}1"}]
    [unknown] = ask(house, request)
    assert unknown["error"] == "NOT_FOUND" and f"{item}1" in unknown["message"]


def test_a_refusal_names_rule_and_clause(house: House) -> None:
    plan = use(house)
    plan["fields"] = {
        **plan["fields"], "purpose": "入力", "timing": "planned",
        "actor_person_id": house.story.people["officer"],
    }  # fmt: skip
    [refused] = ask(house, plan)
    assert refused["error"] == "RULE_REFUSED"
    assert refused["findings"][0]["rule"] == "R-01"
    assert "第4条第1項" in refused["findings"][0]["articles"]


def test_a_plan_is_carried_out_once(house: House) -> None:
    planned = use(house)
    planned["fields"] = {**planned["fields"], "purpose": "入力", "timing": "planned"}
    fact = use(house)
    fact["fields"] = {**fact["fields"], "purpose": "入力"}
    [entered] = ask(house, planned)
    assert entered["ok"], entered
    plan = entered["ids"][-1]
    done, again = ask(house, {**fact, "plan": plan}, {**fact, "plan": plan})
    assert done["ok"] and len(done["ids"]) == 2
    assert (again["ok"], again["error"]) == (False, "REFUSED")
    assert "すでに実績を記録した予定" in again["message"]


def test_answers_of_a_wrong_form_are_told(house: House) -> None:
    [wrong] = ask(house, use(house, reasons={"R-48": 1}))
    assert wrong["error"] == "USAGE"


def test_the_console_names_the_findings_too(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = use(house)
    plan["fields"] = {
        **plan["fields"], "purpose": "入力", "timing": "planned",
        "actor_person_id": house.story.people["officer"],
    }  # fmt: skip

    def refuse() -> Office:
        ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
        try:
            event = HandlingEvent.from_json(
                {**plan["fields"], "contract_id": house.story.contract.id, "kind": "use",
                 "occurred_at": ledger.now().isoformat()}
            )  # fmt: skip
            ledger.rules.on_events([event], (), (), None)
        finally:
            ledger.close()
        return house.office

    assert run(["status", str(house.folder), "--json"], refuse) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["error"] == "RULE_REFUSED" and said["findings"][0]["clauses"]


# --- a second person ---


@pytest.fixture
def staffed(tmp_path: Path) -> Iterator[House]:
    """A house where a worker may agree."""
    with furnished(tmp_path, rules=True, accounts=True, things=1) as made:
        made.ledger.close()
        yield made


WORKER = next(user for user in cast.USERS if user.person == "worker")


def breach(house: House, **changes: Any) -> dict[str, Any]:
    """Return a use by somebody who is not assigned."""
    request = use(house, reasons={"R-01": REASON}, **changes)
    actor = house.story.people["officer"]
    request["fields"] = {**request["fields"], "purpose": "入力", "actor_person_id": actor}
    return request


def test_a_breach_names_who_may_agree(staffed: House) -> None:
    [asked] = ask(staffed, breach(staffed))
    assert (asked["error"], asked["needs_approval"], asked["may_wait"]) == (
        "NEEDS_ANSWER", True, True,
    )  # fmt: skip
    assert asked["people"] == [staffed.story.people["worker"]]
    [finding] = asked["findings"]
    assert (finding["rule"], finding["mode"]) == ("R-01", "block_plan")
    assert finding["clauses"] and finding["articles"]


@pytest.mark.parametrize("by", ["login", "person"])
def test_a_second_person_signs_in_with_the_request(staffed: House, by: str) -> None:
    who = WORKER.login if by == "login" else staffed.story.people["worker"]
    request = breach(staffed, approved_by=who, approver_password=WORKER.password)
    query = {"do": "query", "record": "rule_override"}
    done, found, checked = ask(staffed, request, query, {"do": "verify"})
    assert done["ok"] and WORKER.password not in json.dumps(done, ensure_ascii=False)
    [override] = found["records"]
    assert override["fields"]["approved_by"] == staffed.story.people["worker"]
    assert checked["verified"], checked


def test_a_wrong_password_of_the_second_person_is_answered(staffed: House) -> None:
    request = breach(staffed, approved_by=WORKER.login, approver_password="ちがう")
    [refused] = ask(staffed, request)
    assert (refused["ok"], refused["error"]) == (False, "WRONG_PASSWORD")
    assert "ちがう" not in json.dumps(refused, ensure_ascii=False)


def test_an_agreement_without_password_is_told(staffed: House) -> None:
    [refused] = ask(staffed, breach(staffed, approved_by=WORKER.login))
    assert refused["error"] == "USAGE" and "approver_password" in refused["message"]


def test_an_unknown_second_person_is_told(staffed: House) -> None:
    [refused] = ask(staffed, breach(staffed, approved_by="dareka", approver_password="x"))
    assert refused["error"] == "NOT_FOUND"


def test_an_agreement_may_come_later(staffed: House) -> None:
    [done] = ask(staffed, breach(staffed, confirm_later=True))
    assert done["ok"]
    driver = Driver(staffed.folder / "ledger", staffed.office)
    unlock = {"do": "unlock", "user": WORKER.login, "password": WORKER.password}
    assert driver.answer(json.dumps(unlock))["ok"]
    query = {"do": "query", "record": "rule_override", "where": [["confirm_later", "eq", True]]}
    [waiting] = driver.answer(json.dumps(query))["records"]
    agreed = driver.answer(json.dumps({"do": "approve", "ids": [waiting["record_id"]]}))
    assert agreed["ok"], agreed
    assert driver.answer(json.dumps(query))["records"] == []
    assert driver.answer(json.dumps({"do": "lock"}))["ok"]


def test_a_command_that_needed_an_answer_is_repeated_safely(staffed: House) -> None:
    command = "0f8fad5b-d9cb-469f-a165-70867728950e"
    request = breach(
        staffed, command=command, approved_by=WORKER.login, approver_password=WORKER.password
    )
    first, second = ask(staffed, request, request)
    assert first["ok"] and second["repeated"] and first["seq"] == second["seq"]


# --- a checker ---
@pytest.fixture
def several(tmp_path: Path) -> Iterator[House]:
    """A site whose contract demands several people (FK-7.3)."""
    with furnished(tmp_path, profile="fukuoka", rules=True, accounts=True, things=1) as made:
        made.ledger.close()
        yield made


def send(house: House, **changes: Any) -> dict[str, Any]:
    fields = {
        "purpose": "納品", "counterpart_name": "見本　花子", "means": "security_courier",
        "destination_text": "見本市役所", "encryption": "applied",
        "authorization_id": house.story._consent_id(AuthorizationSubject.DISPATCH),
    }  # fmt: skip
    item = house.story._stock[0]
    return {"do": "handle", "kind": "dispatch", "contract": "2026-001", "fields": fields,
            "items": [{"item_no": item.item_no, "quantity": "1"}], **changes}  # fmt: skip


def test_a_checker_signs_what_leaves(several: House) -> None:
    item = several.story._stock[0]
    facts = {"addressee": "見本市役所", "count": "1", "numbers": [item.item_no]}
    who = {"checked_by": WORKER.login, "checker_password": WORKER.password}
    asked, differing, done, kept = ask(
        several,
        send(several),
        send(several, check={**facts, "count": "2"}, **who),
        send(several, check=facts, **who),
        {"do": "query", "record": "handling_event", "where": [["kind", "eq", "dispatch"]]},
    )
    assert asked["error"] == "NEEDS_ANSWER" and asked["needs_check"]
    assert asked["checkers"] == [several.story.people["worker"]]
    assert differing["error"] == "FACTS_DIFFER" and "数量" in differing["message"]
    assert done["ok"] and len(kept["records"]) == 1
    assert WORKER.password not in json.dumps([asked, differing, done, kept], ensure_ascii=False)


def test_a_check_without_facts_or_of_what_stays_is_refused(several: House) -> None:
    who = {"checked_by": WORKER.login, "checker_password": WORKER.password}
    empty, wrong, stays = ask(
        several,
        send(several, **who),
        send(several, check={"numbers": "M-0001"}, **who),
        use(several, **who),
    )
    assert empty["error"] == "FACTS_DIFFER"
    assert wrong["error"] == "USAGE" and "numbers" in wrong["message"]
    assert stays["error"] == "REFUSED" and "送信・外部送付・消去・廃棄" in stays["message"]
