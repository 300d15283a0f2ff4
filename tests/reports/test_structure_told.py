"""The chart of the structure says from which day it applies, in every text."""

from importlib.resources import files
from pathlib import Path

import pytest

import resources
from tests.reports.applying import office, text_of

PROFILES = sorted(p.stem for p in Path(str(files(resources))).glob("profiles/*.toml"))


@pytest.mark.parametrize("profile", PROFILES)
def test_the_chart_names_the_day_from_which_it_applies(tmp_path: Path, profile: str) -> None:
    with office(tmp_path, profile) as house:
        text = text_of(house, "D-02")
        assert "適用日 令和8年" in text and "従事開始日" not in text
        assert "連絡経路" in text.split("別紙のとおりです")[-1]
