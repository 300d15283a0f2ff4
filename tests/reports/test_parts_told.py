"""Papers tell what is missing of a thing of which the rest went back."""

from pathlib import Path

from models.codes import HandlingKind as K
from tests.house import furnished
from tests.reports.applying import text_of
from tests.sheets import Sheets


def test_papers_about_a_return_tell_what_is_missing(tmp_path: Path) -> None:
    with furnished(tmp_path, things=6, wait=60) as house:
        sheets = Sheets(house)
        whole = sheets.all
        sheets.do(K.LOSS, 2)
        sheets.do(K.TAKE_OUT, 4)
        back = sheets.do(K.RETURN, 10).ids[-1]
        part = f"（{whole:f}枚の一部。所在不明2枚）"
        for kind in ("D-16", "D-17"):
            assert part in text_of(house, kind, back)
        rest = f"{sheets.item.item_no}は残り{whole - 10:f}枚のうち所在不明2枚・持出中4枚"
        assert rest in text_of(house, "D-17", back)
        sheets.do(K.RECOVER, 2)
        assert part in text_of(house, "D-16", back)  # as it was then
        assert f"残り{whole - 10:f}枚のうち持出中4枚" in text_of(house, "D-17", back)
