"""A used command is answered again to the same request, and refused to any other."""

import base64
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.codes import HandlingStatus, Role
from tests.house import House, furnished
from ui.console.driver import Driver
from ui.console.repeated import USED
from ui.console.requests import COMMANDED
from ui.sample import cast

BOSS = cast.USERS[0]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, things=3, wait=30) as made:
        made.ledger.close()
        yield made


@pytest.fixture
def ask(house: House) -> Iterator[Any]:
    driver = Driver(house.folder / "ledger", house.office)

    def asking(do: str, **keys: Any) -> dict[str, Any]:
        house.clock.wait(1)  # a request sent again comes later
        return driver.answer(json.dumps({"do": do, **keys}))

    assert asking("unlock", user=BOSS.login, password=BOSS.password)["ok"]
    yield asking
    asking("lock")


def use(house: House, number: int = 0, **fields: Any) -> dict[str, Any]:
    said = {"purpose": "入力", "place_from_id": house.story.places[1].id, **fields}
    item = house.story._stock[number].item_no
    return {"kind": "use", "contract": "2026-001", "fields": said, "items": [{"item_no": item}]}


def organization(name: str = "見本運送", **fields: Any) -> dict[str, Any]:
    said = {
        "kinds": ["carrier"], "name": name, "name_kana": "ミホンウンソウ", "address": "見本市1-1",
        "representative_title": "代表取締役", "representative_name": "見本　太郎", **fields,
    }  # fmt: skip
    return {"record": "organization", "fields": said}


def twice(ask: Any, do: str, first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Send a request, the same again, and another one under the same command."""
    command = str(uuid.uuid4())
    done, again = (ask(do, **first, command=command) for _ in range(2))
    assert done["ok"], done
    assert again["ok"] and again["repeated"] and again["ids"] == done["ids"]
    answer: dict[str, Any] = ask(do, **second, command=command)
    return answer


def refused(answer: dict[str, Any]) -> bool:
    return answer["ok"] is False and answer["message"] == USED


def test_another_thing_is_not_answered_as_repeated(house: House, ask: Any) -> None:
    assert refused(twice(ask, "handle", use(house), use(house, 1)))


def test_another_purpose_is_not_answered_as_repeated(house: House, ask: Any) -> None:
    assert refused(twice(ask, "handle", use(house), use(house, purpose="照合")))


def test_one_thing_more_or_less_is_another_act(house: House, ask: Any) -> None:
    both = use(house)
    both["items"] += use(house, 1)["items"]
    assert refused(twice(ask, "handle", both, use(house)))
    both = use(house, 2)
    both["items"] += use(house, 1)["items"]
    single = use(house, 2)
    ended = house.clock().isoformat()
    command = str(uuid.uuid4())
    single["fields"]["ended_at"] = both["fields"]["ended_at"] = ended
    single["fields"]["occurred_at"] = both["fields"]["occurred_at"] = ended
    ask("handle", **single, command=command)
    assert refused(ask("handle", **both, command=command))


def test_another_record_is_not_answered_as_repeated(ask: Any) -> None:
    assert refused(twice(ask, "record", organization(), organization("別の運送")))


def test_a_field_more_or_less_is_another_record(ask: Any) -> None:
    more = organization(phone="000-000-0000")
    assert refused(twice(ask, "record", more, organization()))


def test_another_revision_is_not_answered_as_repeated(ask: Any) -> None:
    made = [ask("record", **organization(name))["ids"][0] for name in ("甲運送", "乙運送")]
    first, other = (
        {**organization("丙運送"), "action": "revise", "record_id": id_, "reason": "社名変更"}
        for id_ in made
    )
    assert refused(twice(ask, "record", first, other))


def test_another_voiding_is_not_answered_as_repeated(ask: Any) -> None:
    made = [ask("record", **organization(name))["ids"][0] for name in ("甲運送", "乙運送")]
    first, other = (
        {"record": "organization", "action": "void", "record_id": id_, "reason": "重複のため"}
        for id_ in made
    )
    assert refused(twice(ask, "record", first, other))


def test_another_file_is_not_answered_as_repeated(ask: Any) -> None:
    first, other = (
        {"name": "控え.txt", "mime": "text/plain", "contract": "2026-001",
         "data": base64.b64encode(text.encode()).decode()}
        for text in ("一枚目", "二枚目")
    )  # fmt: skip
    assert refused(twice(ask, "attach", first, other))


def test_another_confirmation_is_not_answered_as_repeated(house: House, ask: Any) -> None:
    rows = ask("query", record="handling_event")["records"]
    waiting = [r["record_id"] for r in rows if r["fields"]["status"] == HandlingStatus.DONE.value]
    more = ask("handle", **use(house, 0, actor_person_id=house.story.people["worker"]))
    first, other = {"ids": waiting[:1]}, {"ids": more["ids"]}
    assert refused(twice(ask, "confirm", first, other))


def test_what_the_request_leaves_to_the_ledger_is_not_compared(house: House, ask: Any) -> None:
    """The time of entry is another one each time, and numbers are given by the ledger."""
    assert not twice(ask, "handle", use(house), use(house)).get("error")


def test_blanks_around_texts_are_no_part_of_them(house: House, ask: Any) -> None:
    made = ask("record", **organization("　見本運送 "))
    [found] = ask("query", record="organization", where=[["name", "eq", "見本運送"]])["records"]
    assert found["record_id"] == made["ids"][0]


@pytest.mark.parametrize("blank", ["   ", "　", "\t"])
def test_a_required_text_of_blanks_alone_is_missing(ask: Any, blank: str) -> None:
    answer = ask("record", **organization(blank))
    assert not answer["ok"] and "「名称」を入力してください" in answer["message"]


def test_a_number_is_found_with_blanks_around_it(house: House, ask: Any) -> None:
    wanted = use(house)
    wanted["items"] = [{"item_no": f" {house.story._stock[0].item_no}　"}]
    assert ask("handle", **wanted)["ok"]


def test_a_new_data_key_is_made_once(house: House, ask: Any) -> None:
    before = ask("status")["seq"]
    first, other = {"reason": "鍵の写しを失くしたため"}, {"reason": "別の理由による更新"}
    assert refused(twice(ask, "rotate", first, other))
    assert ask("status")["seq"] == before + 1


def test_a_user_is_disabled_once(house: House, ask: Any) -> None:
    asked = {"user": cast.USERS[1].login, "reason": "異動のため"}
    assert ask("lock")["ok"]
    boss = next(one for one in cast.USERS if one.role is Role.ADMINISTRATOR)
    assert ask("unlock", user=boss.login, password=boss.password)["ok"]
    command = str(uuid.uuid4())
    done, again = (ask("revoke", **asked, command=command) for _ in range(2))
    assert done["ok"] and done["command"] == uuid.UUID(command).hex
    assert again["repeated"] and again["ids"] == done["ids"]
    assert refused(ask("revoke", **{**asked, "reason": "退職のため"}, command=command))
    assert refused(ask("revoke", **{**asked, "user": "kensa"}, command=command))


IDLE: dict[str, dict[str, Any]] = {
    "backup": {"folder": "/nowhere"},
    "journal": {"without": "媒体を外すため"},
    "change_password": {"old": "a", "new": "b"},
    "verify": {}, "export": {"record": "item", "out": "/nowhere"}, "query": {"record": "item"},
    "status": {}, "condition": {}, "unlock": {"user": "a", "password": "b"}, "lock": {},
    "rebuild": {"user": "a", "password": "b"},
    "restore": {"file": "a", "folder": "b", "user": "c", "password": "d"}, "quit": {},
}  # fmt: skip


@pytest.mark.parametrize("verb", IDLE)
def test_a_command_that_would_be_ignored_is_refused(house: House, ask: Any, verb: str) -> None:
    before = ask("status")["seq"]
    answer = ask(verb, **IDLE[verb], command=str(uuid.uuid4()))
    assert answer["error"] == "USAGE" and "command は付けられません" in answer["message"]
    assert ask("status")["seq"] == before


@pytest.mark.parametrize("verb", COMMANDED)
def test_a_command_is_a_uuid(ask: Any, verb: str) -> None:
    needed: dict[str, Any] = {
        "record": organization(), "approve": {"ids": []}, "confirm": {"ids": []},
        "attach": {"name": "a.txt", "kind": "other", "data": "eA=="},
        "condition": {"resolve": "removed", "reason": "取り除いたため"},
        "revoke": {"user": "yoshino", "reason": "異動のため"}, "rotate": {"reason": "定期の更新"},
        "seal": {"document": "D-02", "contract": "2026-001"},
        "handle": {"kind": "use", "contract": "2026-001", "fields": {"purpose": "入力"}},
    }  # fmt: skip
    answer = ask(verb, **needed[verb], command="x")
    assert answer["error"] == "USAGE" and "UUID" in answer["message"]


def test_the_same_registration_of_a_thing_is_answered_as_repeated(house: House, ask: Any) -> None:
    known = {k: v for k, v in house.story._stock[0].to_json().items() if k != "id"}
    first, other = ({"record": "item", "fields": {**known, "item_no": no}} for no in ("Z-1", "Z-2"))
    assert refused(twice(ask, "record", first, other))


def test_voiding_a_copy_voids_its_thing_and_says_so(house: House, ask: Any) -> None:
    story = house.story
    stack = next(one for one in story._stock if not one.electronic)
    copy = {
        **{k: v for k, v in stack.to_json().items() if k != "id"}, "item_no": "Z-001",
        "name": "写し", "origin": "copied", "ownership": "contractor",
        "end_rule": "erase_or_dispose",
    }  # fmt: skip
    made = ask(
        "handle", kind="copy", contract="2026-001", new_items=[copy],
        fields={"purpose": "確認", "place_from_id": story.places[1].id},
        items=[{"item_no": stack.item_no, "quantity": str(stack.quantity)}],
    )  # fmt: skip
    assert made["ok"], made
    [act] = ask("query", record="handling_event", where=[["kind", "eq", "copy"]])["records"]
    [thing] = ask("query", record="item", where=[["item_no", "eq", "Z-001"]])["records"]
    request = {"record": "handling_event", "action": "void", "record_id": act["record_id"],
               "reason": "複写していなかったため", "command": str(uuid.uuid4())}  # fmt: skip
    done = ask("record", **request)
    assert {act["record_id"], thing["record_id"]} <= set(done["ids"])
    assert any("Z-001" in one and "取り消しました" in one for one in done["notices"])
    again = ask("record", **request)
    assert again["repeated"] and again["ids"] == done["ids"]
    assert ask("verify", full=True)["verified"] is True
    assert ask("query", record="item", where=[["item_no", "eq", "Z-001"]])["records"] == []
