"""Passwords: length first, known words refused, and an honest word about strength."""

import pytest

from models.errors import WeakPassword
from models.passwords import PasswordPolicy, check_floor, check_own
from storage.password_words import load_password_words

POLICY = PasswordPolicy(load_password_words())
OWN = ["yamada", "預り情報サービス", "山田太郎"]


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "はやぶさ みかん 夜行列車 えんぴつ",
        "vK7-pQ2x-Lm9w",
        "kumo-wa-hidari-e-nagareta",
        "ｖＫ７－ｐＱ２ｘ－Ｌｍ９ｗ",
        "x7" * 3 + "pineapple-orchestra" * 4,
    ],
)
def test_long_and_unusual_passwords_are_accepted(password: str) -> None:
    POLICY.check(password, OWN)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "elevenchars",
        "aaaaaaaaaaaaaaaa",
        "password1234",
        "パスワード12345678",
        "Sakura2026!!",
        "sakurasakura",
        "qwertyuiop12",
        "1qaz2wsx3edc",
        "kanrisha2026",
        "ＰＡＳＳＷＯＲＤ１２３４",
        "yamada-yamada-1",
        "預り情報サービス2026",
        "tanakatarou1985",
        "123456789012",
        "x" * 257,
    ],
)
def test_short_known_and_own_words_are_refused(password: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        POLICY.check(password, OWN)
    assert len(password) < 6 or password not in str(refused.value)


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("さくらの山と高橋の坂道", "氏名"),
        ("ｔａｋａｈａｓｈｉ-7つの朝と青い窓", "利用者名"),
        ("みほん情報処理の朝と青い窓", "会社名"),
        ("青い窓-2026-001-赤い屋根", "契約番号"),
        ("青い窓と令和8年4月1日の朝", "日付"),
        ("青い窓とR8.4.1の赤い屋根", "日付"),
        ("青い窓と20260401の赤い屋根", "日付"),
        ("青い窓と２０２６／４／１の屋根", "日付"),
    ],
)
def test_what_is_known_of_the_person_and_the_office_is_refused_with_the_reason(
    password: str, word: str
) -> None:
    own = ("takahashi", "高橋　恵子", "タカハシ　ケイコ", "株式会社みほん情報処理", "2026-001")
    with pytest.raises(WeakPassword, match=word):
        check_own(password, own)


def test_a_number_that_is_no_date_and_a_short_login_by_chance_are_no_reason() -> None:
    check_own("青い窓-8041-赤い屋根-2600年", ("it", "林"))


def test_the_floor_holds_under_every_setting() -> None:
    with pytest.raises(ValueError, match="floor"):
        PasswordPolicy(frozenset(), minimum=9)
    with pytest.raises(WeakPassword, match="10文字"):
        check_floor("123456789")
    # Half-width katakana with marks join to fewer characters in NFKC.
    with pytest.raises(WeakPassword):
        check_floor("ｶﾞｷﾞｸﾞｹﾞｺﾞ")
    check_floor("1234567890")


def test_ten_characters_pass_where_the_office_allows_them() -> None:
    PasswordPolicy(POLICY.words, minimum=10).check("vK7-pQ2x-L")


def test_strength_never_promises_more_than_the_check() -> None:
    assert POLICY.strength("sakura").score == 0
    weak = POLICY.strength("sakurasakura")
    assert (weak.score, weak.word) == (1, "弱い")
    assert "4つ以上" in weak.hint
    strong = POLICY.strength("はやぶさ みかん 夜行列車 えんぴつ")
    assert strong.score >= 3
    scores = [POLICY.strength("kX9!mzQ2#vLp7&wN"[:n]).score for n in range(1, 17)]
    assert scores == sorted(scores)


def test_the_word_list_is_folded_and_clean() -> None:
    words = load_password_words()
    assert len(words) > 200
    assert all(word == word.strip().casefold() and len(word) >= 3 for word in words)
