"""The manual for clerks (`docs/profiles.md`) explains every key and shows errors as they are."""

import re
import tomllib
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import pytest

import resources
from models import profile_forms as forms
from models import profile_vocabulary as words
from models.profile_file import check_profile, parse_profile
from models.profile_params import Cycles, Params

MANUAL = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text(encoding="utf-8")
YACHIYO = (files(resources) / "profiles" / "yachiyo.toml").read_text(encoding="utf-8")

CLOSED_LISTS = (
    words.CONCEPTS,
    words.RULES,
    words.MODES,
    words.TRIGGERS,
    words.DUTIES,
    forms.DOCUMENTS,
    forms.SEALS,
    words.EVIDENCE,
    words.RECORD_TYPES,
    forms.FIELD_KEYS,
    words.BASES,
    words.ROLES,
    words.ORIGINS,
    words.ACTS,
    words.TOPICS,
    words.CYCLES,
    words.GOVERNANCE,
    words.COVERS,
    words.SUBCONTRACT_POINTS,
    words.SUBCONTRACT_CHECKS,
    words.INCIDENT_FIELDS,
    words.NATURES,
    words.END_RULES,
    words.PLACE_USES,
)


@pytest.mark.parametrize("closed_list", CLOSED_LISTS)
def test_every_word_that_may_be_written_is_explained(closed_list: tuple[str, ...]) -> None:
    rules = set(words.RULES) | set(forms.DOCUMENTS)
    missing = [
        word
        for word in closed_list
        if f"`{word}`" not in MANUAL and not (word in rules and f"| {word} |" in MANUAL)
    ]
    assert missing == []


@pytest.mark.parametrize("section", fields(Params), ids=lambda section: section.name)
def test_every_parameter_is_explained_under_its_table(section: object) -> None:
    name, kind = section.name, section.type  # type: ignore[attr-defined]
    if kind is Cycles:
        assert "`[params.cycles.fixed]` と `[params.cycles.suggested]`" in MANUAL
        return
    heading = f"### `[params.{name}]`"
    assert heading in MANUAL
    text = MANUAL.split(heading, 1)[1].split("\n###", 1)[0]
    keys = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert keys == [field.name for field in fields(kind)]


def test_every_key_of_the_shipped_files_is_explained() -> None:
    for code in ("shiki", "chiba", "online-connection"):
        text = (files(resources) / "profiles" / f"{code}.toml").read_text(encoding="utf-8")
        content = tomllib.loads(text)
        keys = {key for key in content if key not in ("clause", "terms", "params", "documents")}
        keys |= {key for clause in content["clause"] for key in clause}
        keys |= {key for form in content["documents"].values() for key in form}
        assert [key for key in sorted(keys - {"rules"}) if f"`{key}`" not in MANUAL] == []


def test_errors_look_as_the_manual_shows() -> None:
    shown = MANUAL.split("```text\n", 1)[1].split("\n```", 1)[0].splitlines()
    wrong = YACHIYO
    for old, new in (
        ("take_out = ", "take_uot = "),
        ('R-10 = "warn"', 'R-10 = "strict"'),
        ("grace_days = 0", 'grace_days = "なし"'),
        ('evidence = ["EQ-PURPOSE"]', 'evidence = ["EQ-PURPOS"]'),
    ):
        assert old in wrong
        wrong = wrong.replace(old, new, 1)
    assert check_profile(wrong, "my-town.toml") == shown


def test_the_clause_of_the_manual_can_be_pasted_into_a_file() -> None:
    example = MANUAL.split("```toml\n[[clause]]", 1)[1].split("```", 1)[0]
    profile = parse_profile(f"{YACHIYO}\n[[clause]]{example}", "my-town.toml")
    assert profile.cite("MT-7.1") == "第7条第1項"
