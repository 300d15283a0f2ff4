"""The shelf of profiles: read once, on demand, and named like their files."""

from importlib.resources import files

import pytest

import resources
from models.errors import ProfileError
from models.profile_file import parse_profile
from models.profile_shelf import ProfileShelf


def text_of(code: str) -> str:
    return (files(resources) / "profiles" / f"{code}.toml").read_text(encoding="utf-8")


def test_a_profile_is_read_once_and_by_its_code() -> None:
    shelf = ProfileShelf([("shiki.toml", text_of("shiki")), ("yachiyo.toml", text_of("yachiyo"))])
    assert list(shelf) == ["shiki", "yachiyo"]
    assert len(shelf) == 2
    assert shelf["shiki"].term("client_party") == "甲"
    assert shelf["shiki"] is shelf["shiki"]


def test_an_unknown_code_is_absent() -> None:
    shelf = ProfileShelf([("shiki.toml", text_of("shiki"))])
    assert shelf.get("chiba") is None
    assert "chiba" not in shelf


def test_a_wrong_file_does_not_hide_the_others() -> None:
    shelf = ProfileShelf([("new.toml", "title = 3"), ("shiki.toml", text_of("shiki"))])
    assert shelf["shiki"].code == "shiki"
    with pytest.raises(ProfileError, match=r"new\.toml:1"):
        shelf["new"]


def test_a_file_named_unlike_its_code_is_refused_at_the_line_of_the_code() -> None:
    shelf = ProfileShelf([("copy.toml", text_of("shiki"))])
    line = text_of("shiki")[: text_of("shiki").index('code = "shiki"')].count("\n") + 1
    with pytest.raises(ProfileError, match=rf"copy\.toml:{line}.*「copy」"):
        shelf["copy"]


def shelf_of(**changes: str) -> ProfileShelf:
    codes = ("chiba", "yachiyo", "online-connection")
    texts = {code: changes.get(code.replace("-", "_"), text_of(code)) for code in codes}
    return ProfileShelf([(f"{code}.toml", text) for code, text in texts.items()])


@pytest.mark.parametrize(("code", "own", "other"), [("chiba", "C", "Y"), ("yachiyo", "Y", "C")])
def test_a_profile_carries_what_its_companion_demands_of_its_contracts(
    code: str, own: str, other: str
) -> None:
    profile = shelf_of()[code]
    beside = [one for one in profile.clauses.values() if one.source]
    assert {one.source for one in beside} == {"個人情報オンライン結合基準"}
    assert any(one.key.startswith(f"OC-{own}.") for one in beside)
    assert not any(one.key.startswith(f"OC-{other}.") for one in beside)
    assert profile.texts == (profile.title, "個人情報オンライン結合基準")
    assert profile.sha256 == parse_profile(text_of(code), "x.toml").sha256  # its own text is pinned


def test_a_companion_that_is_not_there_is_named_with_its_line() -> None:
    text = text_of("chiba").replace('["online-connection"]', '["nowhere"]')
    with pytest.raises(ProfileError, match=r"chiba\.toml:13.*「nowhere」"):
        shelf_of(chiba=text)["chiba"]


def test_two_clauses_of_one_key_are_not_mixed() -> None:
    text = text_of("chiba").replace('key = "CB-1.1"', 'key = "OC-0"')
    assert 'key = "OC-0"' in text
    with pytest.raises(ProfileError, match=r"chiba\.toml:13.*「OC-0」"):
        shelf_of(chiba=text)["chiba"]
