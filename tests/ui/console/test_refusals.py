"""What cannot have happened: the driver answers with the reason, and the ledger stays as it was."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.records import Item
from tests.house import House, furnished
from ui.console.driver import Driver
from ui.sample import cast

BOSS = cast.USERS[0]
RECEIVED = "2026-10-01T08:30:00+09:00"


class Desk:
    """A driver in this process, with the story's people and things at hand."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.story = house.story
        self.contract = house.story.contract
        house.ledger.close()
        self._driver = Driver(house.folder / "ledger", house.office)
        assert self("unlock", user=BOSS.login, password=BOSS.password)["ok"]

    def __call__(self, verb: str, **keys: Any) -> dict[str, Any]:
        return self._driver.answer(json.dumps({"do": verb, "id": 7, **keys}))

    def close(self) -> None:
        assert self("lock")["ok"]

    def handle(self, kind: str, item: Item, quantity: object = None, **fields: Any) -> Any:
        line = {"item_no": item.item_no}
        if quantity is not None:
            line["quantity"] = str(quantity)
        return self(
            "handle", kind=kind, contract=self.contract.contract_no, items=[line],
            fields={"purpose": "確かめるため", **fields},
        )  # fmt: skip

    def give_back(self, item: Item, quantity: object = None, **fields: Any) -> Any:
        return self.handle(
            "return", item, quantity, means="direct",
            counterpart_org_id=self.contract.client_org_id, counterpart_name="見本　花子",
            place_from_id=self.story.places[2].id, **fields,
        )  # fmt: skip

    def destroy(self, item: Item) -> Any:
        return self.handle(
            "dispose", item, item.quantity, place_from_id=self.story.places[2].id,
            checker_person_id=self.story.people["worker"],
            sanitization=[{
                "item_id": item.id, "act": "dispose", "info_items": "氏名",
                "media_name": item.name, "quantity": str(item.quantity), "unit": item.unit,
                "electronic": False, "method": "shred", "irrecoverable_confirmed": True,
                "verification_method": "visual", "verification_result": "pass",
                "performed_at": self.house.clock().isoformat(),
                "performed_by": self.story.people["supervisor"],
                "performed_org_id": self.contract.contractor_org_id, "place_text": "入力室",
                "responsible_person_id": self.story.people["supervisor"],
                "witness_requested": False,
            }],
        )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with furnished(tmp_path, things=6) as house:
        made = Desk(house)
        yield made
        made.close()


@pytest.fixture
def paper(desk: Desk) -> Item:
    """A bundle of sheets of the client."""
    return next(item for item in desk.story._stock if not item.electronic)


def refused(desk: Desk, answer: dict[str, Any], error: str, *words: str) -> None:
    """Assert a refusal that says why, and that nothing was entered."""
    assert answer["ok"] is False and answer["error"] == error, answer
    assert answer["id"] == 7
    for word in words:
        assert word in answer["message"], answer["message"]


@pytest.fixture(autouse=True)
def unchanged(desk: Desk) -> Iterator[None]:
    """Every refusal leaves the head; a test that enters something says so in its name."""
    yield
    assert desk("verify")["verified"] is True


def head(desk: Desk) -> Any:
    answer = desk("status")
    return answer["seq"], answer["head"]


@pytest.mark.parametrize(
    "day", ["2026-02-30T10:00:00+09:00", "2026-13-01T10:00:00+09:00", "きのう", "", 20261001, None]
)
def test_a_day_that_does_not_exist(desk: Desk, paper: Item, day: object) -> None:
    before = head(desk)
    answer = desk.give_back(paper, occurred_at=day)
    assert answer["error"] in ("INVALID_FIELD", "REFUSED"), answer
    assert "日時" in answer["message"]
    assert head(desk) == before


def test_a_return_before_the_receipt(desk: Desk, paper: Item) -> None:
    before = head(desk)
    answer = desk.give_back(paper, occurred_at="2026-09-30T09:00:00+09:00")
    refused(desk, answer, "REFUSED", paper.item_no, "先に")
    assert head(desk) == before


def test_an_act_that_has_not_happened_yet(desk: Desk, paper: Item) -> None:
    before = head(desk)
    answer = desk.give_back(paper, occurred_at="2027-01-01T09:00:00+09:00")
    refused(desk, answer, "INVALID_FIELD", "先の時刻")
    assert head(desk) == before


@pytest.mark.parametrize(
    "quantity", ["0", "-1", "-0.5", "10000", "1e9", "NaN", "いっぱい", "1.2345"]
)
def test_a_quantity_that_is_not_there(desk: Desk, paper: Item, quantity: str) -> None:
    before = head(desk)
    answer = desk.give_back(paper, quantity)
    assert answer["ok"] is False and answer["error"] in ("REFUSED", "INVALID_FIELD"), answer
    assert "数" in answer["message"] or "残り" in answer["message"]
    assert head(desk) == before


def test_nothing_is_disposed_of_twice_or_copied_after_its_end(desk: Desk, paper: Item) -> None:
    assert desk.give_back(paper, paper.quantity)["ok"]
    before = head(desk)
    refused(desk, desk.destroy(paper), "REFUSED", paper.item_no, "取り消して")
    answer = desk(
        "handle", kind="copy", contract=desk.contract.contract_no,
        items=[{"item_no": paper.item_no}], fields={"purpose": "確認"},
        new_items=[{"item_no": "M-9999", "item_class": "paper", "media_type": "document",
                    "name": "写し", "ownership": "contractor", "quantity": "1", "unit": "枚",
                    "home_place_id": paper.home_place_id}],
    )  # fmt: skip
    refused(desk, answer, "REFUSED", "複写")
    assert head(desk) == before


def test_a_number_that_is_taken(desk: Desk, paper: Item) -> None:
    before = head(desk)
    answer = desk(
        "handle", kind="receive", contract=desk.contract.contract_no,
        fields={"purpose": "受領", "means": "direct", "counterpart_name": "見本　花子",
                "counterpart_org_id": desk.contract.client_org_id},
        new_items=[{**{k: v for k, v in paper.to_json().items()}, "name": "別の束"}],
    )  # fmt: skip
    refused(desk, answer, "REFUSED", "管理番号", "すでに登録")
    assert head(desk) == before


HOSTILE = {
    "long": "あ" * 10_000,
    "control": "見本\x00\x07商会",
    "newline": "見本\n商会",
    "bidi": "見本\u202e会商",
    "isolate": "見本\u2066商会\u2069",
    "zero width": "見本\u200b商会",
    "surrogate": "見本\ud800商会",
    "noncharacter": "見本\uffff商会",
}
HARMLESS = {
    "markup": "<img src='file:///x'/><b>見本</b>&amp;",
    "formula": "=1+cmd|' /C calc'!A0",
    "wide formula": "＝SUM(A1)",
    "quotes": "見本'); DROP TABLE entry; --",
    "variation": "辻󠄂𠮷髙﨑商会",
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
def test_texts_that_could_deceive_are_refused(desk: Desk, name: str) -> None:
    before = head(desk)
    answer = desk("record", record="organization", fields={"name": name, "kinds": ["carrier"]})
    assert answer["ok"] is False and answer["error"] in ("REFUSED", "INVALID_FIELD"), answer
    assert "名称" in answer["message"] or "組織名" in answer["message"], answer["message"]
    assert head(desk) == before
    answer["message"].encode()  # the answer itself can be written


@pytest.mark.parametrize("name", HARMLESS.values(), ids=HARMLESS.keys())
def test_texts_that_only_look_dangerous_are_entered_as_typed(desk: Desk, name: str) -> None:
    answer = desk("record", record="organization", fields={"name": name, "kinds": ["carrier"]})
    assert answer["ok"], answer
    found = desk("query", record="organization", where=[["name", "eq", name]])
    assert [one["fields"]["name"] for one in found["records"]] == [name]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"do": 5}',
        '{"do": "unknown"}',
        "[" * 100_000,
        '{"do": "record"}',
        '{"do": "record", "record": "nothing", "fields": {}}',
        '{"do": "record", "record": "organization", "fields": []}',
        '{"do": "record", "record": "organization", "fields": {"nobody": 1}}',
        '{"do": "record", "record": "organization", "fields": {"name": {"a": 1}}}',
        '{"do": "record", "record": "organization", "fields": {"kinds": "x"}}',
        '{"do": "record", "record": "organization", "action": "burn", "fields": {}}',
        '{"do": "record", "record": "organization", "command": "x", "fields": {"name": "a"}}',
        '{"do": "handle", "items": [5]}',
        '{"do": "handle", "kind": "burn", "fields": {}}',
        '{"do": "handle", "kind": "use", "contract": "none", "fields": {}}',
        '{"do": "handle", "items": [{"item_no": "M-0000"}]}',
        '{"do": "query", "record": "item", "where": [["nobody", "eq", 1]]}',
        '{"do": "query", "record": "item", "where": "x"}',
        '{"do": "query", "record": "item", "where": [["quantity", "eq", "x"]]}',
        '{"do": "query", "record": "item", "order": [["nobody", true]]}',
        '{"do": "query", "record": "item", "order": 5}',
        '{"do": "query", "record": "item", "limit": -1}',
        '{"do": "query", "record": "item", "limit": "all"}',
        '{"do": "query", "record": "item", "voided": "x"}',
        '{"do": "attach", "name": "x", "data": "@@@"}',
        '{"do": "attach", "name": "x", "data": "", "kind": "nothing"}',
        '{"do": "attach", "name": "x", "file": "/nowhere/at/all"}',
        '{"do": "seal", "document": "D-99", "contract": "2026-001"}',
        '{"do": "seal", "document": "D-18", "contract": "2026-001", "ids": 5}',
        '{"do": "seal", "document": "D-18", "contract": "2026-001", "ids": ["x"]}',
        '{"do": "backup"}',
        '{"do": "backup", "folder": "/nowhere/at/all"}',
        '{"do": "restore", "file": "/nowhere", "folder": "/x", "user": "a", "password": "b"}',
        '{"do": "export", "record": "item", "out": "/nowhere/at/all.csv"}',
        '{"do": "export", "record": "item", "out": "/nowhere/x.csv", "encoding": "ebcdic"}',
        '{"do": "revoke", "user": "nobody"}',
        '{"do": "change_password", "old": "x", "new": "y"}',
        '{"do": "unlock", "user": 5, "password": 6}',
    ],
    ids=lambda line: line[:60],
)
def test_requests_that_make_no_sense_are_answered_and_never_a_bug(desk: Desk, line: str) -> None:
    if not line:
        return
    answer = desk._driver.answer(line)
    assert answer["ok"] is False, answer
    assert answer["error"] != "BUG", answer
    assert answer["message"].endswith(("。", "）。", "」")) or "ください" in answer["message"]
    if answer["error"] == "USAGE" and '"unlock"' in line:
        assert desk("unlock", user=BOSS.login, password=BOSS.password)["ok"]


def test_a_locked_driver_does_nothing(desk: Desk) -> None:
    assert desk("lock")["ok"]
    for verb in ("status", "record", "handle", "backup", "verify", "seal", "query", "export"):
        assert desk(verb, record="item", fields={})["error"] == "LOCKED"
    assert desk("unlock", user=BOSS.login, password="ちがうことば")["error"] == "WRONG_PASSWORD"
    assert desk("unlock", user=BOSS.login, password=BOSS.password)["ok"]
