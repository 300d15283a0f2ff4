"""An act is told under the names of its day; who is renamed later is told as that too."""

import pytest

from models.former_names import Called, told


@pytest.mark.parametrize(
    ("at", "name"),
    [
        (5, "髙橋　恵子（現 山本　恵子）"),  # entered before she was: an act was corrected to her
        (10, "髙橋　恵子（現 山本　恵子）"),
        (19, "髙橋　恵子（現 山本　恵子）"),
        (20, "佐々木　恵子（現 山本　恵子）"),
        (30, "山本　恵子"),
        (99, "山本　恵子"),
    ],
)
def test_the_name_at_an_entry_is_the_last_one_before_it(at: int, name: str) -> None:
    names = ((10, "髙橋　恵子"), (20, "佐々木　恵子"), (30, "山本　恵子"))
    assert Called("山本　恵子", names).at(at) == name


def test_who_was_never_renamed_has_one_name() -> None:
    assert Called("山本　恵子").at(1) == "山本　恵子"


def test_who_took_the_first_name_again_needs_no_mark_for_the_first_time() -> None:
    names = ((10, "髙橋"), (20, "山本"), (30, "髙橋"))
    assert [Called("髙橋", names).at(at) for at in (10, 20, 30)] == [
        "髙橋", "山本（現 髙橋）", "髙橋"
    ]  # fmt: skip


def test_another_way_of_writing_is_no_other_name() -> None:
    assert told("高橋　恵子", "髙橋 恵子") == "髙橋 恵子"
    assert told("Ｍ－０００１", "M-0001") == "M-0001"
    assert told("吉野", "吉田") == "吉野（現 吉田）"
