"""Entries of every version are read for ever: frozen content, and the way old content is lifted."""

from pathlib import Path

import pytest

from models import lifts
from models.chain import read_content
from models.errors import NewerFormat
from models.records import BY_TYPE
from storage.log import read_record

FROZEN = sorted((Path(__file__).parents[1] / "data" / "entries").glob("*.json"))


@pytest.mark.parametrize("file", FROZEN, ids=lambda file: file.stem)
def test_frozen_content_is_read_as_it_was_meant(file: Path) -> None:
    type_, payload = file.stem.rsplit("-", 1)
    content = file.read_bytes()
    record = read_record(type_, "0" * 32, int(payload), content)
    assert list(record.problems()) == []
    if int(payload) == BY_TYPE[type_].payload:  # nothing was lost on the way in
        assert record.to_json() == read_content(content)[0]


def test_every_version_of_every_frozen_type_is_there() -> None:
    stems = {file.stem for file in FROZEN}
    types = {stem.rsplit("-", 1)[0] for stem in stems}
    assert len(types) >= 22
    assert {f"{t}-{n}" for t in types for n in range(1, BY_TYPE[t].payload + 1)} <= stems


def test_content_of_a_later_version_is_refused() -> None:
    with pytest.raises(NewerFormat):
        read_record("item", "0" * 32, BY_TYPE["item"].payload + 1, b"{}")


def test_old_content_is_lifted_step_by_step() -> None:
    steps = {
        ("thing", 1): lambda old: {"name": old["title"]},
        ("thing", 2): lambda old: {**old, "kind": "box"},
        ("other", 1): lambda old: {},
    }
    assert lifts.lift("thing", {"title": "箱"}, 1, 3, steps) == {"name": "箱", "kind": "box"}
    assert lifts.lift("thing", {"name": "箱"}, 2, 3, steps) == {"name": "箱", "kind": "box"}
    assert lifts.lift("thing", {"name": "箱"}, 3, 3, steps) == {"name": "箱"}


def test_every_raised_version_has_its_lift() -> None:
    needed = {(t, n) for t, cls in BY_TYPE.items() for n in range(1, cls.payload)}
    assert needed == set(lifts.LIFTS)
