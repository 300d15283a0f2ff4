"""The driver and the rules: what is asked, and the same request sent again with answers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house import House, furnished
from ui.console.driver import Driver
from ui.sample import cast

BOSS = cast.USERS[0]
REASON = "市役所の代表番号で、住民のものではない"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True) as made:
        made.story.receive(1)
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


def test_a_refusal_names_rule_and_clause(house: House) -> None:
    plan = use(house)
    plan["fields"] = {
        **plan["fields"], "purpose": "入力", "timing": "planned",
        "actor_person_id": house.story.people["officer"],
    }  # fmt: skip
    [refused] = ask(house, plan)
    assert refused["error"] == "RULE_REFUSED"
    assert refused["findings"][0]["rule"] == "R-01"
    assert "第6条第1項" in refused["findings"][0]["articles"]


def test_answers_of_a_wrong_form_are_told(house: House) -> None:
    [wrong] = ask(house, use(house, reasons={"R-48": 1}))
    assert wrong["error"] == "USAGE"
