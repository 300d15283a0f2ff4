"""Words of 区分 columns become kinds of handling; what is unclear is never guessed."""

import pytest

from models.codes import HandlingKind
from models.handling_words import UNKNOWN, choose_by_whereabouts, meaning_of, meanings_in


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("受領　", "receive"),
        ("受け取り ", "receive"),
        ("受取り", "receive"),
        ("引き渡し", "hand_over"),
        ("納品", "hand_over"),
        ("入力作業　", "use"),
        ("作業 ", "use"),
        ("コピー", "copy"),
        ("ｺﾋﾟｰ", "copy"),
        ("複製", "copy"),
        ("持ち出し　", "take_out"),
        ("ﾓﾁﾀﾞｼ", "take_out"),
        ("持帰り", "bring_back"),
        ("返還", "return"),
        ("ｼｭﾚｯﾀﾞｰ　", "dispose"),
        ("物理破壊（穴あけ）", "dispose"),
        ("溶解処理", "dispose"),
        ("データ消去ソフト（3回上書き）", "erase"),
        ("消去済み", "erase"),
        ("棚卸し", "stocktake"),
        ("点検", "stocktake"),
        ("運搬", "transport"),
        ("発送", "dispatch"),
    ],
)
def test_words_of_sites_have_one_kind(word: str, kind: str) -> None:
    meaning = meaning_of(word)
    assert meaning.is_clear
    assert [found.value for found in meaning.kinds] == [kind]


@pytest.mark.parametrize("kind", list(HandlingKind))
def test_the_labels_of_the_program_mean_their_own_kind(kind: HandlingKind) -> None:
    assert meaning_of(kind.label).kinds == (kind,)


@pytest.mark.parametrize(
    "word", ["返却", "返却（社内）", "戻し", "貸出", "授受", "消去・廃棄", "搬出"]
)
def test_words_with_two_meanings_ask(word: str) -> None:
    meaning = meaning_of(word)
    assert len(meaning.kinds) > 1
    assert meaning.question.endswith("。")


@pytest.mark.parametrize(
    "word", ["未返却", "返却なし", "返却（未）", "廃棄（予定）", "取消", "", "あ"]
)
def test_words_that_are_no_handling_are_unknown(word: str) -> None:
    assert meaning_of(word) == UNKNOWN


def test_a_table_with_a_word_for_the_cabinet_means_the_client_by_henkyaku() -> None:
    meanings = meanings_in(["返却　", "返却（社内）", "作業", ""])
    assert meanings["返却　"].kinds == (HandlingKind.RETURN,)
    assert len(meanings["返却（社内）"].kinds) == 2
    assert "" not in meanings


def test_a_table_without_such_a_word_leaves_henkyaku_open() -> None:
    assert len(meanings_in(["返却", "返還", "持帰り"])["返却"].kinds) == 3


def test_the_way_back_follows_from_where_the_item_was() -> None:
    way_back = meaning_of("返却（社内）")
    assert choose_by_whereabouts(way_back, taken_out=True) is HandlingKind.BRING_BACK
    assert choose_by_whereabouts(way_back, taken_out=False) is HandlingKind.STORE
    assert choose_by_whereabouts(meaning_of("返却"), taken_out=True) is None
