"""Another file of the text: what changed is said in words, and who is responsible looks at it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.codes import Role
from models.commands import revising
from models.contract_changes import BESIDE
from models.errors import NotPermitted, Refused
from models.evidence import evidence
from models.marks import packed, unpacked
from models.profile_file import parse_profile
from models.profiles import Profile
from models.records import Contract
from models.text_parts import differences
from resources import profile_texts
from tests.house import House, furnished

SEEN = "規則の強さと持出しの条項を、契約書と突き合わせた"
CHANGES = (
    ('R-08 = "block_plan"', 'R-08 = "warn"'),
    ('heading = "持ち出しの承諾"', 'heading = "持ち出し"'),
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="shiki", accounts=True, rules=True) as made:
        made.story.receive(1)
        yield made


def contract(house: House) -> Contract:
    return house.ledger.registers.need(Contract, house.story.contract.id).record


def told(house: House) -> str:
    found = evidence(house.ledger, contract(house))
    beside = [one for one in found if one.key == BESIDE.key]
    return "\n".join(row.sentence for one in beside for _, rows in one.evidence for row in rows)


def milder() -> Profile:
    """Return the text as a file that somebody wrote anew."""
    [text] = [text for name, text in profile_texts() if name == "shiki.toml"]
    for old, new in CHANGES:
        assert old in text
        text = text.replace(old, new)
    return parse_profile(text, "shiki.toml")


def rewrite(house: House) -> None:
    house.ledger.profiles = {**house.ledger.profiles, "shiki": milder()}


def test_what_changed_is_said_in_words(house: House) -> None:
    assert told(house) == ""
    rewrite(house)
    words = told(house)
    assert (
        "変わったこと：条項（第11条第2号）、規則（R-08「持出しの根拠」を「予定は受け付けず" in words
    )
    assert "から「理由を入力すれば進める」に）。" in words and "「特記事項の変更を確認」" in words


def test_who_is_responsible_settles_it_and_it_stays_to_be_read(house: House) -> None:
    rewrite(house)
    house.ledger.text_seen.confirm(contract(house).id, SEEN)
    words = told(house)
    assert "違います（照合値" not in words
    assert SEEN in words and "第11条第2号" in words and "R-08「持出しの根拠」" in words
    assert contract(house).profile_sha256 == milder().sha256
    with pytest.raises(Refused, match="確認するものはありません"):
        house.ledger.text_seen.confirm(contract(house).id, SEEN)


def test_nothing_is_settled_without_a_word_or_by_somebody_else(house: House) -> None:
    rewrite(house)
    with pytest.raises(Refused, match="確かめたことを"):
        house.ledger.text_seen.confirm(contract(house).id, "　はい ")
    worker = house.sign_in("yoshino")
    assert worker.role is Role.WORKER
    worker.profiles = {**worker.profiles, "shiki": milder()}
    with pytest.raises(NotPermitted, match="特記事項の変更の確認"):
        worker.text_seen.confirm(house.story.contract.id, SEEN)


def test_of_a_contract_of_before_nobody_knows_what_changed(house: House) -> None:
    stored = contract(house)
    house.ledger.commit([revising(replace(stored, profile_parts=""), "以前の版の記帳")])
    rewrite(house)
    assert "控えがこの台帳にないため" in told(house)
    house.ledger.text_seen.confirm(stored.id, SEEN)
    assert SEEN in told(house) and unpacked(contract(house).profile_parts) == milder().parts


def test_a_correction_of_the_contract_keeps_what_was_seen(house: House) -> None:
    before = contract(house).profile_parts
    assert unpacked(before) == house.ledger.profiles["shiki"].parts
    rewrite(house)
    changed = replace(contract(house), client_department="保険課", profile_parts="")
    house.ledger.registers.revise(changed, "所管課の訂正")
    assert contract(house).profile_parts == before and "変わったこと" in told(house)


def test_the_marks_of_every_text_fit_and_tell_added_and_removed() -> None:
    for name, text in profile_texts():
        profile = parse_profile(text, name)
        field = Contract.fields()["profile_parts"]
        assert field.kind.fine(packed(profile.parts)), name
        assert [*differences(profile.parts, profile.parts, {})] == []
    parts = {"version": "1", "clause SK-9.1": "a"}
    other = {"version": "2", "clause SK-9.9": "b", "terms": "c"}
    assert [*differences(parts, other, {"SK-9.9": "第9条"})] == [
        "用語", "版（1→2）", "条項（SK-9.1の削除、第9条の追加）",
    ]  # fmt: skip
    assert unpacked("{") == {} and unpacked("[1]") == {}
