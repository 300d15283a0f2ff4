"""Requests that no form could send: a sentence and the right error, never a fault of ours."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.records import BY_TYPE
from tests.house import furnished
from tests.ui.console.test_refusals import BOSS, Desk

HALF = "\ud800"
WILD: list[Any] = [None, True, 1.5, -1, [], {}, ["x"], [None], [{}], {"a": 1}, "NaN", "sNaN", "1e999",
                   "1e999999999", "9" * 400, "0001-01-01T00:00:00+09:00"]  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with furnished(tmp_path_factory.mktemp("house"), things=1, own=True) as house:
        desk = Desk(house)
        yield desk
        desk.close()


@pytest.mark.parametrize("name", sorted(BY_TYPE))
def test_any_value_in_any_field_is_judged(desk: Desk, name: str) -> None:
    found = desk("query", record=name, limit=1)["records"]
    usual = found[0]["fields"] if found else {}
    which = {"record_id": found[0]["record_id"] if found else "x"}
    asked = 0
    for field in BY_TYPE[name].own_fields():
        for value in WILD:
            for action, more in (("create", {}), ("revise", which)):
                fields = {**usual, field.name: value}
                answer = desk(
                    "record", record=name, action=action, fields=fields, reason="確かめる", **more
                )
                assert answer.get("error") != "BUG", (field.name, value, answer)
                asked += 1
    assert asked >= 2 * len(WILD)


def rows_with(value: Any) -> Iterator[dict[str, Any]]:
    line = {"item_no": "M-0001", "quantity": "1"}
    yield {"items": [{**line, "quantity": value}]}
    yield {"items": [{**line, "item_no": value}]}
    yield {"items": [{"item_id": value}]}
    yield {"new_items": [{"name": value, "item_class": "paper"}]}
    yield {"items": [line], "plan": value}
    for field in ("sanitization", "occurred_at", "purpose", "quantity", "counterpart_org_id"):
        yield {"items": [line], "fields": {field: value}}
    for field in ("quantity", "method", "item_id", "evidence_file_ids"):
        yield {"items": [line], "fields": {"sanitization": [{field: value}]}}


@pytest.mark.parametrize("value", WILD, ids=lambda one: repr(one)[:30])
def test_any_value_in_an_act_is_judged(desk: Desk, value: Any) -> None:
    for kind in ("receive", "use", "erase"):
        for keys in rows_with(value):
            answer = desk("handle", kind=kind, contract=desk.contract.contract_no, **keys)
            assert answer.get("error") != "BUG", (kind, keys, answer)


@pytest.mark.parametrize(
    "request_",
    [
        {"do": HALF},
        {"do": "revoke", "user": HALF, "reason": "退職のため"},
        {"do": "seal", "document": HALF, "contract": "2026-001"},
        {"do": "seal", "document": "D-14", "contract": "2026-001", "ids": ["x", HALF]},
        {"do": "journal", "start": "/tmp/" + HALF},
        {"do": "backup", "folder": HALF},
        {"do": "condition", "enter": HALF},
        {"do": "query", "record": "item", HALF: "x"},
    ],
    ids=lambda one: json.dumps(one)[:60],
)
def test_half_a_character_is_told_before_anything_is_done(
    desk: Desk, request_: dict[str, Any]
) -> None:
    before = desk("status")["seq"]
    answer = desk._driver.answer(json.dumps({"id": HALF, **request_}))
    assert answer["id"] == HALF and answer["error"] == "USAGE", answer
    assert "壊れた文字" in answer["message"]
    assert HALF not in answer["message"]
    assert desk("status")["seq"] == before


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"name": HALF}, "名称"),
        ({"contents": "第\udfff号"}, "収録情報"),
        ({"contract_id": HALF}, "契約"),
        ({HALF: "x"}, "U+D800"),
    ],
)
def test_half_a_character_in_a_field_is_told_by_its_label(
    desk: Desk, fields: dict[str, str], label: str
) -> None:
    answer = desk("record", record="item", fields=fields)
    assert answer["error"] == "INVALID_FIELD" and "壊れた文字" in answer["message"]
    assert label in answer["message"] and HALF not in answer["message"], answer


def test_half_a_character_in_a_password_is_only_a_wrong_password(desk: Desk) -> None:
    answer = desk("change_password", old=HALF * 12, new="べつの言葉-17の朝の点検")
    assert answer["error"] == "WRONG_PASSWORD"
    assert desk("unlock", user=BOSS.login, password=HALF)["error"] == "WRONG_PASSWORD"
    assert desk("unlock", user=BOSS.login, password=BOSS.password)["ok"]


@pytest.mark.parametrize("data", ["𠮷", "é", "eHg", "eH g=", "===="])
def test_what_is_no_base64_is_told(desk: Desk, data: str) -> None:
    answer = desk("attach", name="x.txt", data=data)
    assert answer["error"] == "USAGE" and "Base64" in answer["message"]


@pytest.mark.parametrize(
    "keys",
    [
        {"do": "journal", "start": "{long}"},
        {"do": "backup", "folder": "{long}"},
        {"do": "restore", "file": "{long}", "folder": "/x", "user": "a", "password": "b"},
        {"do": "export", "record": "item", "out": "{long}"},
        {"do": "attach", "name": "x", "file": "{long}"},
    ],
    ids=lambda keys: keys["do"],
)
def test_a_name_that_no_disk_takes_is_told(
    desk: Desk, keys: dict[str, str], tmp_path: Path
) -> None:
    long = str(tmp_path / ("あ" * 5000))
    said = {key: value.replace("{long}", long) for key, value in keys.items()}
    answer = desk(said.pop("do"), **said)
    told = {"INPUT_OUTPUT": "名前の長さ", "FILE_MISSING": "見つかりません"}
    assert told[answer["error"]] in answer["message"]
