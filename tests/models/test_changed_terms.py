"""Changed terms of a contract: typed in words or as keys, refused when nobody could read them."""

import importlib.resources

import pytest

import resources
from models.agreed import Agreed
from models.changed_terms import CYCLES, cycle_item, key_of, mistake
from models.profile_file import parse_profile
from models.profile_vocabulary import CYCLES as KNOWN
from models.records import ContractClauseSetting
from models.records.governance import ChangedTerm


def test_every_cycle_of_a_profile_has_its_word_and_no_two_the_same() -> None:
    assert set(CYCLES) == set(KNOWN)
    assert len(set(CYCLES.values())) == len(CYCLES)


@pytest.mark.parametrize("name", sorted(CYCLES))
def test_words_and_key_mean_the_same_cycle(name: str) -> None:
    assert key_of(cycle_item(name)) == key_of(f" cycles.{name} ") == f"cycles.{name}"
    assert mistake(cycle_item(name), "6か月") == ""


@pytest.mark.parametrize(
    ("item", "content"),
    [
        ("cycles.training", "12か月"),
        ("バックアップの周期", "1日"),
        ("timing.end_lead_days", "45"),
        ("timing.end_lead_days", "366"),
        ("timing.end_lead_days", "0"),
        ("R-08", "warn"),
    ],
)
def test_what_can_be_read_stands(item: str, content: str) -> None:
    assert list(ChangedTerm(key=item, value=content).problems()) == []


@pytest.mark.parametrize(
    ("item", "content", "word"),
    [
        ("復元の試しの周期", "半年", "「7日」「1か月」「2年」"),
        ("cycles.training", "12", "「7日」「1か月」「2年」"),
        ("timing.end_lead_days", "45日", "数字"),
        ("timing.end_document_business_days", "99999999", "0～366"),
        ("timing.end_document_business_days", "367", "0～366"),
        ("timing.end_lead_day", "45", "定めはありません"),
        ("cycles.nothing", "1か月", "定めはありません"),
        ("training", "1か月", "定めはありません"),
        ("R-08", "厳しく", "warn（理由を入力すれば進める）"),
        ("R-99", "warn", "定めはありません"),
    ],
)
def test_what_nobody_could_read_is_refused_with_what_to_enter(
    item: str, content: str, word: str
) -> None:
    [said] = ChangedTerm(key=item, value=content).problems()
    assert word in said


def test_a_number_that_nobody_could_mean_changes_nothing_where_it_was_entered_before() -> None:
    file = importlib.resources.files(resources) / "profiles" / "shiki.toml"
    profile = parse_profile(file.read_text("utf-8"), file.name)
    usual = profile.params.timing.end_document_business_days
    for typed, days in (("99999999", usual), ("7", 7)):
        term = ChangedTerm(key="timing.end_document_business_days", value=typed)
        setting = ContractClauseSetting(clause_key="SK-14.1", enabled=True, params=(term,))
        assert Agreed(profile.params, [setting]).days("end_document_business_days") == days
