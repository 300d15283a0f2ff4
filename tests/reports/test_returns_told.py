"""The paper of what went back tells of each thing when it went, by whom, to whom and how."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.codes import HandlingKind as K
from models.codes import Means
from tests.house import House, furnished
from tests.reports.applying import text_of, wish
from tests.sheets import Sheets
from ui.issue import missing


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="chiba", things=6, wait=60) as made:
        yield made


def test_one_return_is_told_above_the_list(house: House) -> None:
    back = Sheets(house).do(K.RETURN, 10).ids[-1]
    text = text_of(house, "D-16", back)
    assert text.count("令和8年10月1日") == 2  # of the paper and of the return
    assert "R8.10.1" not in text and "返還・引渡日 令和8年10月1日" in text


def test_several_returns_tell_day_people_and_way_in_each_row(house: House) -> None:
    sheets = Sheets(house)
    first = sheets.do(K.RETURN, 10).ids[-1]
    house.clock.wait(2 * 24 * 60)
    second = sheets.do(
        K.RETURN, 20, actor_person_id=house.story.people["worker"], counterpart_title="課長",
        counterpart_name="架空　次郎", means=Means.SECURITY_COURIER,
    ).ids[-1]  # fmt: skip
    text = text_of(house, "D-16", second, first)
    at = text.index
    assert at("R8.10.1") < at("R8.10.3")
    for told in ("R8.10.1", "R8.10.3", "架空　次郎", "セキュリティ便", "直接手渡し"):
        assert text.count(told) == 1, told
    assert "令和8年10月1日、令和8年10月3日" not in text
    assert missing(house.ledger, wish(house, "D-16", first, second)) == []


def test_what_is_the_same_stays_above_and_only_the_days_stand_in_the_rows(house: House) -> None:
    sheets = Sheets(house)
    first = sheets.do(K.RETURN, 10).ids[-1]
    house.clock.wait(24 * 60)
    second = sheets.do(K.RETURN, 20).ids[-1]
    text = text_of(house, "D-16", first, second)
    assert text.count("見本　花子") == 1 and text.count("直接手渡し") == 1
    assert "R8.10.1" in text and "R8.10.2" in text
