"""Names of places and firms are compared as people read them, and no further."""

import pytest

from models.likeness import Likeness, likeness


@pytest.mark.parametrize(
    ("said", "given", "alike"),
    [
        ("見本市役所", "見本市役所", Likeness.SAME),
        ("見本市役所　２階　健康づくり課", "見本市役所", Likeness.SAME),
        ("みほん便㈱", "株式会社みほん便", Likeness.SAME),
        ("髙橋商店", "高橋商店", Likeness.SAME),
        ("県庁", "見本市役所、県庁", Likeness.SAME),
        ("市役所", "見本市役所", Likeness.MAYBE),
        ("総セ", "総合保健センター", Likeness.MAYBE),
        ("見本市民病院", "見本市役所", Likeness.MAYBE),
        ("県", "見本県庁", Likeness.MAYBE),
        ("別の場所", "見本市役所", Likeness.UNLIKE),
        ("甲株式会社", "乙株式会社", Likeness.UNLIKE),
        ("", "見本市役所", None),
        ("見本市役所", "", None),
    ],
)
def test_two_names_are_alike(said: str, given: str, alike: Likeness | None) -> None:
    assert likeness([said], [given]) is alike


def test_the_best_of_several_names_counts() -> None:
    assert likeness(["別の場所", "見本市役所"], ["見本市役所"]) is Likeness.SAME
