"""The shelf of profiles: read once, on demand, and named like their files."""

from importlib.resources import files

import pytest

import resources
from models.errors import ProfileError
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
