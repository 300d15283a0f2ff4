"""The shelf of profiles: read once, on demand, and named like their files."""

from importlib.resources import files

import pytest

import resources
from models.errors import ProfileError
from models.profile_file import parse_profile
from models.profile_shelf import ProfileShelf, mistakes, offered


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
    with pytest.raises(ProfileError, match=r"chiba\.toml:14.*「nowhere」"):
        shelf_of(chiba=text)["chiba"]


def test_two_clauses_of_one_key_are_not_mixed() -> None:
    text = text_of("chiba").replace('key = "CB-1.1"', 'key = "OC-0"')
    assert 'key = "OC-0"' in text
    with pytest.raises(ProfileError, match=r"chiba\.toml:14.*「OC-0」"):
        shelf_of(chiba=text)["chiba"]


# --- what a text is called --------------------------------------------------------------------------

NAMED = 'municipality = "志木市"'


def test_texts_are_offered_by_whose_they_are() -> None:
    shelf = ProfileShelf(
        [(f"{code}.toml", text_of(code)) for code in ("shiki", "chiba", "online-connection")]
    )
    assert dict(offered(shelf)) == {
        "shiki": "志木市　個人情報の取扱いに関する特記仕様書（第1版）",
        "chiba": "千葉市　個人情報取扱特記事項（第1版）",
    }
    assert shelf["shiki"].called == "志木市　個人情報の取扱いに関する特記仕様書"


def test_a_file_that_does_not_say_it_is_offered_with_its_code_and_two_alike_with_theirs() -> None:
    silent = "\n".join(line for line in text_of("shiki").splitlines() if NAMED not in line)
    own = text_of("shiki").replace('code = "shiki"', 'code = "my-town"')
    alone = ProfileShelf([("shiki.toml", silent)])
    assert dict(offered(alone))["shiki"] == "個人情報の取扱いに関する特記仕様書（shiki 第1版）"
    both = dict(offered(ProfileShelf([("shiki.toml", text_of("shiki")), ("my-town.toml", own)])))
    assert both["shiki"].endswith("　shiki") and both["my-town"].endswith("　my-town")


def test_contracts_stay_bound_whatever_a_text_is_called() -> None:
    bound = parse_profile(text_of("shiki"), "shiki.toml")
    for changed in (
        text_of("shiki").replace(NAMED, 'municipality = "架空市"'),
        "\n".join(line for line in text_of("shiki").splitlines() if NAMED not in line),
    ):
        other = parse_profile(changed, "shiki.toml")
        assert other.called != bound.called
        assert (other.sha256, other.parts) == (bound.sha256, bound.parts)


def test_a_name_of_two_lines_or_of_too_many_letters_is_a_mistake() -> None:
    for wrong in ("市" * 41, "志木市\\n架空市"):
        text = text_of("shiki").replace(NAMED, f'municipality = "{wrong}"')
        [mistake] = mistakes("shiki.toml", text)
        assert "municipality" in mistake and "40文字" in mistake
