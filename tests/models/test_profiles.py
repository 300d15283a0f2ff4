"""Rule profiles: the shipped files are complete, and a wrong file is refused at its line."""

import re
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import resources
from models.errors import NotFound, ProfileError
from models.profile_file import check_profile, parse_profile
from models.profile_forms import DOCUMENTS
from models.profile_reader import Cycle
from models.profile_vocabulary import CONCEPTS, EVIDENCE, MODES, NEUTRAL_TERMS, RULES
from models.profiles import Profile

CODES = (
    "shiki",
    "confidentiality-model",
    "fukuoka",
    "chiba",
    "yachiyo",
    "online-connection",
)
CITIES = CODES[:5]
CLAUSE_LIST = Path(__file__).parents[1] / "data" / "clauses.txt"

# obligations 8.1.3, one row per rule in the order of CITIES; X, B, W, N as printed, "." is silent
MODE_TABLE = """
R-01 B B B B B
R-02 B B . B .
R-03 B B B B .
R-04 B B B B .
R-05 N B B B B
R-06 W B B B B
R-07 . . B . .
R-08 B B W B .
R-09 B W W B .
R-10 W W W W W
R-11 B W B B .
R-12 . . . B .
R-13 . . . B .
R-14 B . . . .
R-15 B B B B B
R-16 B W W W W
R-17 B B W W .
R-18 B B W W .
R-19 B B B W .
R-20 B B B B W
R-21 B B B W W
R-22 B B . . .
R-23 X X X X X
R-24 B B B B B
R-25 . . B B .
R-26 B . B B .
R-27 B . W B .
R-28 B B . . .
R-29 W W W W W
R-30 B . . . .
R-31 N N W N N
R-32 W W W W W
R-33 X X X X X
R-34 X X X X X
R-35 X X X X X
R-36 W W B W W
R-37 X X X X X
R-38 X X X X X
R-39 W W B W W
R-40 W B W W W
R-41 . X . . .
R-42 W . . W .
R-43 . . . W .
R-44 N N W B N
R-45 X X X X X
R-46 W W W W N
R-47 W W W W W
R-48 W W W W W
"""
MODE_LETTERS = {
    "X": "block_always",
    "B": "block_plan",
    "W": "warn",
    "N": "notice",
    ".": "notice",
}


def text_of(code: str) -> str:
    return (files(resources) / "profiles" / f"{code}.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def profiles() -> dict[str, Profile]:
    return {code: parse_profile(text_of(code), f"{code}.toml") for code in CODES}


def expected_clauses() -> dict[str, list[str]]:
    expected: dict[str, list[str]] = {}
    for line in CLAUSE_LIST.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, key = line.split()
            expected.setdefault(code, []).append(key)
    return expected


def line_of(text: str, needle: str) -> int:
    return text[: text.index(needle)].count("\n") + 1


def changed(old: str, new: str, code: str = "shiki") -> str:
    text = text_of(code)
    assert old in text
    return text.replace(old, new, 1)


# --- the shipped profiles ---------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_shipped_profile_has_no_mistake(code: str) -> None:
    assert check_profile(text_of(code), f"{code}.toml") == []


@pytest.mark.parametrize("code", CODES)
def test_every_clause_unit_stands_in_its_profile_and_no_other(
    code: str, profiles: dict[str, Profile]
) -> None:
    assert list(profiles[code].clauses) == expected_clauses()[code]


def test_the_list_of_clause_units_is_whole() -> None:
    counts = {code: len(keys) for code, keys in expected_clauses().items()}
    assert counts == {
        "shiki": 56,
        "confidentiality-model": 45,
        "fukuoka": 31,
        "chiba": 30 + 53,
        "yachiyo": 8 + 20,
        "online-connection": 69,
    }


@pytest.mark.parametrize("code", CODES)
def test_every_clause_has_a_summary_and_a_proof(code: str, profiles: dict[str, Profile]) -> None:
    for clause in profiles[code].clauses.values():
        assert re.fullmatch(r"[^。\n]{8,70}。", clause.summary), clause.key
        proved = bool(clause.evidence or clause.requirements)
        assert proved != clause.contractual_only, clause.key
        assert clause.duty != "program" or clause.requirements, clause.key


@pytest.mark.parametrize("code", CODES)
def test_every_consent_names_the_verb_of_the_clause(
    code: str, profiles: dict[str, Profile]
) -> None:
    for clause in profiles[code].clauses.values():
        if clause.duty == "consent":
            assert clause.consent, clause.key


@pytest.mark.parametrize("column", range(5))
def test_rules_have_the_modes_of_the_table(column: int, profiles: dict[str, Profile]) -> None:
    profile = profiles[CITIES[column]]
    for row in MODE_TABLE.split("\n")[1:-1]:
        rule_id, *letters = row.split()
        assert profile.rule(rule_id).mode == MODE_LETTERS[letters[column]], rule_id
    assert tuple(profile.rules) == tuple(RULES)


def test_special_cases_of_rules(profiles: dict[str, Profile]) -> None:
    chiba, shiki = profiles["chiba"], profiles["shiki"]
    assert chiba.rule("R-05").mode_for("lent") == "block_plan"
    assert chiba.rule("R-05").mode_for("collected") == "warn"
    assert chiba.rule("R-02").params["roles"] == ("handover_officer",)
    assert chiba.rule("R-12").mode_for("first_receipt") == "warn"
    assert shiki.rule("R-15").mode_for("other_purpose") == "block_always"
    assert shiki.rule("R-15").mode_for("third_party") == "block_plan"
    assert profiles["yachiyo"].rule("R-05").mode_for("created") == "notice"


def test_silent_profiles_are_never_stricter_than_notice(profiles: dict[str, Profile]) -> None:
    for rule_id in ("R-26", "R-27", "R-02"):
        assert profiles["yachiyo"].rule(rule_id).mode == "notice"


@pytest.mark.parametrize("code", CITIES)
def test_every_rule_above_notice_can_name_a_clause(code: str, profiles: dict[str, Profile]) -> None:
    # these keep the ledger honest whatever the text says, and no clause speaks of them
    of_the_product = {"R-33", "R-34", "R-35", "R-37", "R-38", "R-39", "R-47", "R-48"}
    profile = profiles[code]
    nameless = {
        rule_id
        for rule_id, setting in profile.rules.items()
        if setting.mode != "notice" and not profile.clauses_of_rule(rule_id)
    }
    assert nameless <= of_the_product


def test_words_of_each_text_are_kept_as_written(profiles: dict[str, Profile]) -> None:
    assert profiles["shiki"].term("harm") == "漏えい、滅失又は棄損"
    assert profiles["fukuoka"].term("harm") == "漏えい、滅失又は毀損"
    assert profiles["chiba"].term("harm") == "漏えい、滅失、改ざん及びき損"
    assert profiles["shiki"].term("suspected") == "恐れ"
    assert profiles["fukuoka"].term("suspected") == "おそれ"
    assert profiles["shiki"].term("take_out") == "持ち出し"
    assert profiles["fukuoka"].term("take_out") == "持出し"


def test_a_missing_word_is_the_neutral_one_and_says_so(profiles: dict[str, Profile]) -> None:
    pledge = profiles["yachiyo"].terms["pledge"]
    assert (pledge.label, pledge.own) == (NEUTRAL_TERMS["pledge"], False)
    assert profiles["shiki"].terms["pledge"].own


@pytest.mark.parametrize("code", CITIES)
def test_every_concept_has_a_word(code: str, profiles: dict[str, Profile]) -> None:
    terms = profiles[code].terms
    assert tuple(terms) == CONCEPTS
    assert all(term.label and not set(term.label) & set("—―") for term in terms.values())


def printed_texts(profile: Profile) -> Iterator[str]:
    yield from (term.label for term in profile.terms.values())
    for form in profile.documents.values():
        yield form.title
        yield from form.required.values()
    yield from (clause.summary for clause in profile.clauses.values())


@pytest.mark.parametrize("code", ["chiba", "yachiyo"])
def test_texts_without_甲_and_乙_never_show_them(code: str, profiles: dict[str, Profile]) -> None:
    assert not [text for text in printed_texts(profiles[code]) if "甲" in text or "乙" in text]


@pytest.mark.parametrize("code", ["shiki", "confidentiality-model", "fukuoka"])
def test_発注者_belongs_to_chiba_alone(code: str, profiles: dict[str, Profile]) -> None:
    assert not [text for text in printed_texts(profiles[code]) if "発注者" in text]


def test_citations_follow_the_style_of_the_text(profiles: dict[str, Profile]) -> None:
    assert profiles["shiki"].cite("SK-11.6") == "第11条第6号"
    assert profiles["shiki"].cite("SK-17.2") == "第17条第2項"
    assert profiles["confidentiality-model"].cite("CM-5.7.3") == "第5条第7項第3号"
    assert profiles["fukuoka"].cite("FK-7.2") == "第7第2項"
    assert profiles["fukuoka"].cite("FK-10.2") == "第10第二号"
    assert profiles["fukuoka"].cite("FK-N2") == "注2"
    assert profiles["chiba"].cite("CB-12.2") == "第12第2項"
    assert profiles["yachiyo"].cite("YC-4.1") == "第4条"


@pytest.mark.parametrize("code", CODES)
def test_citations_are_unique_within_a_text(code: str, profiles: dict[str, Profile]) -> None:
    """A text for two cities may name both cities' articles alike: no contract sees both."""
    for contract in CODES:
        articles = [clause.article for clause in profiles[code].clauses_for(contract)]
        assert len(set(articles)) == len(articles)


def test_compulsory_clauses_of_fukuoka_are_those_of_its_second_note(
    profiles: dict[str, Profile],
) -> None:
    compulsory = {
        key.split("-")[1].split(".")[0]
        for key, clause in profiles["fukuoka"].clauses.items()
        if clause.mandatory
    }
    assert compulsory == {"1", "2", "4", "11", "12", "13", "14", "19"}


def test_certificate_and_report_ask_for_the_fields_of_their_clauses(
    profiles: dict[str, Profile],
) -> None:
    certificate = profiles["confidentiality-model"].document("D-18")
    assert list(certificate.required.values()) == [
        "情報項目",
        "媒体名",
        "数量",
        "方法",
        "責任者",
        "年月日",
    ]
    report = profiles["shiki"].document("D-17")
    assert list(report.required.values()) == ["記録媒体", "項目", "数量", "方法", "処理日"]
    assert profiles["shiki"].document_title("D-14") == "預り証"
    assert profiles["shiki"].document("D-14").own_title


def test_documents_without_a_clause_are_not_demanded(profiles: dict[str, Profile]) -> None:
    certificate = profiles["shiki"].document("D-18")
    assert certificate.offered
    assert not certificate.demanded
    assert not profiles["shiki"].document("D-15").offered


def test_every_document_has_a_form_in_every_profile(profiles: dict[str, Profile]) -> None:
    for profile in profiles.values():
        assert tuple(profile.documents) == tuple(DOCUMENTS)


def test_every_evidence_query_proves_some_clause(profiles: dict[str, Profile]) -> None:
    used = {
        query
        for profile in profiles.values()
        for clause in profile.clauses.values()
        for query in clause.evidence
    }
    # EQ-OVERRIDE is a listing of exceptions, and no clause demands a list of exceptions
    assert set(EVIDENCE) - used == {"EQ-OVERRIDE"}


def test_parameters_differ_as_the_texts_do(profiles: dict[str, Profile]) -> None:
    shiki, cm, fukuoka, chiba, yachiyo = (profiles[code].params for code in CITIES)
    assert shiki.pledge.submission == "always"
    assert chiba.pledge.submission == "on_request"
    assert not yachiyo.pledge.required
    assert shiki.copy.basis == ()
    assert chiba.copy.basis == ("instruction", "consent")
    assert cm.take_out.information_fence == "business_office"
    assert cm.take_out.equipment == "consent"
    assert chiba.take_out.information == "forbidden"
    assert shiki.purpose.other_purpose_basis == ()
    assert fukuoka.place_notice.uses == ("work", "storage", "server_room")
    assert chiba.end.end_rule["copied"] == "erase_or_dispose"
    assert chiba.end.end_rule["lent"] == "return"
    assert shiki.incident.words["damage"] == "棄損"
    assert not cm.incident.suspected_counts
    assert fukuoka.incident.suspected_counts
    assert (fukuoka.end.grace_days, shiki.end.grace_days) == (0, 7)
    assert chiba.subcontract.max_tier == 1
    assert yachiyo.access.second_factor


def test_cycles_that_no_text_gives_must_be_set_by_somebody(profiles: dict[str, Profile]) -> None:
    cycles = profiles["shiki"].params.cycles
    assert cycles.fixed["media_storage"] is None
    assert cycles.suggested["media_storage"] == Cycle(months=1)
    assert cycles.suggested["malware_update"] == Cycle(days=7)


@pytest.mark.parametrize("code", CODES)
def test_every_demanded_check_has_a_place_for_its_cycle(
    code: str, profiles: dict[str, Profile]
) -> None:
    params = profiles[code].params
    demanded = (*params.checks.demanded, *params.checks.demanded_with_specific_pi)
    assert set(demanded) <= set(params.cycles.fixed)


def test_online_connection_shows_each_city_its_own_column(profiles: dict[str, Profile]) -> None:
    online = profiles["online-connection"]
    assert profiles["chiba"].companions == ("online-connection",)
    keys = {clause.key for clause in online.clauses_for("chiba")}
    assert "OC-C.T1.ア" in keys
    assert "OC-T" in keys
    assert not [key for key in keys if key.startswith("OC-Y")]


def test_profile_cannot_be_changed_after_reading(profiles: dict[str, Profile]) -> None:
    shiki = profiles["shiki"]
    with pytest.raises(FrozenInstanceError):
        shiki.title = "別の文書"  # type: ignore[misc]
    with pytest.raises(TypeError):
        shiki.clauses["SK-99"] = shiki.clause("SK-1.1")  # type: ignore[index]


def test_unknown_clause_is_not_found(profiles: dict[str, Profile]) -> None:
    with pytest.raises(NotFound, match="SK-99"):
        profiles["shiki"].cite("SK-99")


# --- the pinned hash --------------------------------------------------------------------------


def test_hash_ignores_comments_and_layout() -> None:
    text = text_of("shiki")
    bare = "\n\n".join(line for line in text.splitlines() if not line.startswith("#"))
    windows = "\ufeff" + text.replace("\n", "\r\n")
    expected = parse_profile(text, "a").sha256
    assert parse_profile(bare, "b").sha256 == expected
    assert parse_profile(windows, "c").sha256 == expected


def test_hash_changes_with_any_word() -> None:
    other = changed('suspected = "恐れ"', 'suspected = "おそれ"')
    assert parse_profile(other, "a").sha256 != parse_profile(text_of("shiki"), "a").sha256


# --- wrong files ------------------------------------------------------------------------------

WRONG = [
    ("unknown key on top", 'version = "1"\n', 'verson = "1"\n', "verson"),
    ("unknown key in a clause", 'heading = "秘密の保持"', 'headding = "x"', "headding"),
    ("unknown parameter", 'limit = "designated"', 'limits = "designated"', "limits"),
    ("wrong choice", 'limit = "designated"', 'limit = "free"', "designated"),
    (
        "text where a flag belongs",
        "witness_on_request = true",
        'witness_on_request = "yes"',
        "true",
    ),
    ("flag where a number belongs", "grace_days = 7", "grace_days = true", "整数"),
    ("negative number", "grace_days = 7", "grace_days = -1", "整数"),
    ("unknown rule", 'R-10 = "warn"', 'R-99 = "warn"', "R-99"),
    ("unknown mode", 'R-10 = "warn"', 'R-10 = "strict"', "strict"),
    ("unknown rule parameter", "other_purpose =", "other_purposes =", "other_purposes"),
    ("unknown concept", "take_out = ", "takeout = ", "takeout"),
    ("unknown evidence", '"EQ-OPENOUT"', '"EQ-OPENUOT"', "EQ-OPENOUT"),
    (
        "unknown document of a clause",
        'documents = ["D-07", "D-08"]',
        'documents = ["D-70"]',
        "D-70",
    ),
    ("unknown clause of a document", 'clauses = ["SK-13.1"]', 'clauses = ["SK-13.9"]', "SK-13.9"),
    ("double clause", 'key = "SK-1.1"', 'key = "SK-2.1"', "2度"),
    ("double evidence", '"EQ-OPENOUT"]', '"EQ-TAKEOUT"]', "2度"),
    ("not a list", 'evidence = ["EQ-LABOUR"]', 'evidence = "EQ-LABOUR"', "一覧"),
    ("contract-only clause with evidence", 'duty = "prepare"', 'duty = "contractual_only"', "証拠"),
    ("clause without evidence", 'evidence = ["EQ-CHECK"]', "", "evidence"),
    ("empty summary", 'summary = "', 'summary = "" # ', "空"),
    ("odd cycle", 'media_storage = "1か月"', 'media_storage = "ときどき"', "ときどき|1か月"),
    ("unset suggestion", 'media_storage = "1か月"', 'media_storage = "未設定"', "目安"),
    ("unknown label of a document", 'question = "確認事項"', 'qestion = "確認事項"', "qestion"),
    ("odd day", 'text_as_of = ""', 'text_as_of = "昨日"', "text_as_of"),
    ("odd code", 'code = "shiki"', 'code = "志木"', "英小文字"),
]


@pytest.mark.parametrize(
    ("old", "new", "word"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_wrong_file_is_refused_at_its_line(old: str, new: str, word: str) -> None:
    text = changed(old, new)
    line = line_of(text_of("shiki"), old)
    messages = check_profile(text, "new.toml")
    at_line = [message for message in messages if message.startswith(f"new.toml:{line}: ")]
    if "2度" in word or "evidence" in word:  # shown at the second clause, or at the clause's key
        at_line = messages
    assert [message for message in at_line if re.search(word, message)], messages
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, "new.toml")
    assert caught.value.code == "PROFILE"
    assert caught.value.exit_code == 2
    assert "new.toml:" in str(caught.value)


def test_misspelt_word_gets_a_suggestion() -> None:
    messages = check_profile(changed("take_out = ", "take_uot = "), "x.toml")
    assert any("「take_out」の間違いではありませんか" in message for message in messages)


@pytest.mark.parametrize("concept", CONCEPTS)
def test_each_missing_word_is_reported(concept: str) -> None:
    text = re.sub(rf"^{concept} = .*\n", "", text_of("yachiyo"), count=1, flags=re.MULTILINE)
    messages = check_profile(text, "x.toml")
    heading = line_of(text, "[terms]")
    assert messages == [f"x.toml:{heading}: 「{concept}」がありません。"]


@pytest.mark.parametrize("rule_id", ["R-01", "R-30", "R-48"])
def test_each_missing_rule_is_reported(rule_id: str) -> None:
    text = re.sub(rf"^{rule_id} = .*\n", "", text_of("shiki"), count=1, flags=re.MULTILINE)
    assert [rule_id in message for message in check_profile(text, "x.toml")] == [True]


def test_all_mistakes_are_collected_in_the_order_of_lines() -> None:
    text = changed('R-10 = "warn"', 'R-10 = "strict"')
    text = text.replace("grace_days = 7", "grace_days = -7", 1)
    text = text.replace('suspected = "恐れ"', "suspected = 5", 1)
    lines = [int(message.split(":")[1]) for message in check_profile(text, "x.toml")]
    assert len(lines) == 3
    assert lines == sorted(lines)


def test_broken_toml_is_refused_with_its_line() -> None:
    text = changed('suspected = "恐れ"', 'suspected = "恐れ')
    line = line_of(text, "suspected = ")
    with pytest.raises(ProfileError, match=rf"broken\.toml:{line}"):
        parse_profile(text, "broken.toml")


def test_empty_file_is_refused() -> None:
    assert check_profile("", "empty.toml")


def test_profile_of_a_later_format_is_refused() -> None:
    with pytest.raises(ProfileError, match="新しい版"):
        parse_profile(changed("format = 1", "format = 2"), "x.toml")


def test_a_copied_profile_needs_only_a_new_name() -> None:
    text = changed('code = "shiki"', 'code = "my-town"')
    assert parse_profile(text, "my-town.toml").code == "my-town"


@given(share=st.floats(min_value=0, max_value=0.999))
def test_a_cut_file_never_crashes_and_never_reads_as_the_whole(share: float) -> None:
    text = text_of("yachiyo")
    cut = text[: int(len(text.rstrip()) * share)]
    if not check_profile(cut, "cut.toml"):  # cut between two clauses that no document needs
        whole = parse_profile(text, "whole.toml")
        assert len(parse_profile(cut, "cut.toml").clauses) < len(whole.clauses)


@pytest.mark.parametrize("value", ["3", "[]", "{}", '"x"', "[[1]]", "2026-01-01", "nan"])
def test_no_value_of_a_wrong_kind_crashes_the_reader(value: str) -> None:
    lines = text_of("yachiyo").splitlines()
    refused = 0
    for at in range(0, len(lines), 23):
        key, equals, _ = lines[at].partition(" = ")
        if equals and not key.startswith("#"):
            wrong = [*lines[:at], f"{key} = {value}", *lines[at + 1 :]]
            refused += bool(check_profile("\n".join(wrong), "wrong.toml"))
    assert refused > 5


def test_title_and_its_word_must_agree() -> None:
    messages = check_profile(changed('\ntitle = "', '\ntitle = "別の'), "x.toml")
    assert [message for message in messages if "profile_title" in message]


def test_due_numbers_of_a_clause_override_the_timing(profiles: dict[str, Profile]) -> None:
    assert profiles["shiki"].clause("SK-13.1").due.days == 0
    assert profiles["fukuoka"].clause("FK-3.1").due.lead_days == 30
    assert profiles["shiki"].clause("SK-4.1").due.lead_days is None


def test_modes_are_those_of_the_reading_guide() -> None:
    assert list(MODES) == ["block_always", "block_plan", "warn", "notice", "off"]
