"""The sentence about a change is the same wherever it is said, and nobody writes it anew."""

import re
from pathlib import Path

import models
from models.from_to import SHOWN, field_from_to, from_to, shortened
from models.records import Contract

WRITTEN_ANEW = re.compile(r"を「\{.+\}」から「")


def test_what_was_or_is_nothing_is_called_so() -> None:
    assert from_to("契約の期間", "R8.4.1", "") == "契約の期間を「R8.4.1」から「なし」に"
    field = Contract.fields()["title"]
    assert field_from_to(field, "", "検診") == f"「{field.label}」を「なし」から「検診」に"


def test_a_long_value_is_cut() -> None:
    assert shortened("あ" * SHOWN) == "あ" * SHOWN
    assert shortened("あ" * (SHOWN + 1)) == "あ" * SHOWN + "…"


def test_no_other_module_writes_the_sentence() -> None:
    house = Path(models.__file__).parent
    room = house / "from_to.py"
    wrote = [
        one.name
        for one in house.rglob("*.py")
        if one != room and WRITTEN_ANEW.search(one.read_text("utf-8"))
    ]
    assert wrote == []
