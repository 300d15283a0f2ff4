"""What a contract's own terms soften is entered with a copy or confirmed by somebody else."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.calendar_running import unfixed
from models.changed_terms import cycle_item
from models.codes import AttachmentKind, FindingStatus, RuleMode
from models.commands import creating, revising
from models.contract_changes import BESIDE, RULE
from models.errors import NeedsAnswer, Refused, RuleRefused
from models.evidence import ClauseState
from models.records import ContractClauseSetting, RuleOverride
from models.records import Finding as FindingRecord
from models.records.governance import ChangedTerm
from models.rules.answers import Answers
from models.seconding import asked_of
from tests import proof
from tests.house import House, furnished
from tests.proof import states

REASON = "委託者の担当者と電話で協議して決めたため"
LATER = Answers({RULE: REASON}, later=True)
CLAUSE = "SK-11.2"
NOTHING: Mapping[str, str] = {}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, accounts=True) as made:
        yield made


def setting(
    house: House, terms: Mapping[str, str] = NOTHING, clause: str = CLAUSE
) -> ContractClauseSetting:
    return ContractClauseSetting(
        contract_id=house.story.contract.id, clause_key=clause, enabled=True,
        reason="協議して決めたため", agreed_on=house.ledger.today(),
        params=tuple(ChangedTerm(key=key, value=value) for key, value in terms.items()),
    )  # fmt: skip


def copy_of(house: House) -> str:
    """Return a file with what the contract says."""
    return house.ledger.files.attach(
        b"contract", name="contract.pdf", mime="application/pdf", kind=AttachmentKind.SCAN,
        contract_id=house.story.contract.id,
    ).ids[0]  # fmt: skip


def enter(house: House, one: ContractClauseSetting, answers: Answers | None = None) -> None:
    house.ledger.registers.create(one, answers=answers)


def mine(house: House) -> ContractClauseSetting:
    return house.ledger.registers.all(ContractClauseSetting)[-1].record


def sentences(one: ClauseState) -> str:
    return "\n".join(row.sentence for row in proof.rows_of([one]))


SOFTER = [
    {"R-08": "off"},
    {"R-08": "notice"},
    {"R-08": "warn"},
    {"timing.end_document_business_days": "300"},
    {"timing.end_lead_days": "1"},
]


@pytest.mark.parametrize("terms", SOFTER)
def test_a_softer_term_wants_a_copy_or_somebody_else(house: House, terms: dict[str, str]) -> None:
    one = setting(house, terms)
    with pytest.raises(NeedsAnswer, match="契約書の定めの写し") as asked:
        enter(house, one)
    assert asked.value.facts["needs_approval"] is True
    enter(house, one, LATER)
    [waiting] = house.ledger.registers.all(RuleOverride, rule_id=RULE)
    assert waiting.record.mode is RuleMode.BLOCK_PLAN and waiting.record.confirm_later
    assert waiting.record.record_ref == mine(house).id
    house.ledger.registers.revise(
        replace(mine(house), basis_file=copy_of(house)), "写しを添えるため"
    )


@pytest.mark.parametrize("terms", SOFTER)
def test_a_copy_of_the_contract_lets_it_stand(house: House, terms: dict[str, str]) -> None:
    enter(house, replace(setting(house, terms), basis_file=copy_of(house)))
    assert house.ledger.registers.all(RuleOverride) == []


TEXTS = ("shiki", "fukuoka", "chiba", "confidentiality-model", "yachiyo")


def open_cycle(house: House) -> tuple[str, str]:
    """Return a clause whose cycle nobody fixed, with the item by which it is typed."""
    asked = house.ledger.inquiries.of(house.story.contract.id)
    return next(
        (clause.key, cycle_item(name))
        for clause in asked.clauses
        for name in unfixed(asked, clause)
    )


@pytest.mark.parametrize("profile", TEXTS)
def test_a_cycle_that_nobody_fixed_is_free_to_be_fixed(tmp_path: Path, profile: str) -> None:
    with furnished(tmp_path, profile=profile, rules=True, accounts=True) as made:
        clause, item = open_cycle(made)
        enter(made, setting(made, {item: "5年"}, clause))  # a slip is put right on that day
        enter(made, setting(made, {"timing.end_lead_days": "60"}, clause))
        fixed = made.ledger.registers.all(ContractClauseSetting)[0].record
        slip = replace(fixed, params=(ChangedTerm(key=item, value="2か月"),))
        made.ledger.registers.revise(slip, "入力の誤りの訂正")
        assert made.ledger.registers.all(RuleOverride) == []
        assert BESIDE.key not in states(made)
        made.clock.wait(60 * 24)
        longer = replace(slip, params=(ChangedTerm(key=item, value="3か月"),))
        refused = made.ledger.profile(made.story.contract.id).rules["R-39"].mode == "block_plan"
        with pytest.raises(RuleRefused if refused else NeedsAnswer, match="「2か月」から「3か月」"):
            made.ledger.registers.revise(longer, "延ばすため")
        copied = replace(longer, basis_file=copy_of(made))
        made.ledger.registers.revise(copied, "写しのとおり延ばすため")
        told = states(made)
        assert "「2か月」から「3か月」に変えることになっています" in sentences(told[clause])


def test_a_fixed_cycle_is_not_left_out_to_be_fixed_anew(house: House) -> None:
    enter(house, setting(house, {"定期の研修の周期": "6か月"}))
    house.ledger.registers.void(ContractClauseSetting, mine(house).id, "入力を誤ったため")
    enter(house, setting(house, {"定期の研修の周期": "12か月"}))
    house.clock.wait(60 * 24)
    stands = mine(house)
    with pytest.raises(Refused, match="「12か月」から「定めなし」"):
        house.ledger.registers.void(ContractClauseSetting, stands.id, "登録を誤ったため")
    with pytest.raises(NeedsAnswer, match="「12か月」から「定めなし」"):
        house.ledger.registers.revise(replace(stands, params=()), "定めの訂正")
    house.ledger.registers.revise(replace(stands, params=()), "定めの訂正", answers=LATER)
    with pytest.raises(NeedsAnswer, match="「12か月」から「24か月」"):
        enter(house, setting(house, {"定期の研修の周期": "24か月"}))
    enter(house, setting(house, {"定期の研修の周期": "12か月"}))


def test_a_cycle_that_was_made_shorter_by_mistake_goes_back_that_day(house: House) -> None:
    enter(house, setting(house, {"定期の研修の周期": "12か月"}))
    house.clock.wait(60 * 24)
    stands = mine(house)
    slip = replace(stands, params=(ChangedTerm(key="定期の研修の周期", value="6か月"),))
    house.ledger.registers.revise(slip, "周期の訂正")
    longer = replace(stands, params=(ChangedTerm(key="定期の研修の周期", value="18か月"),))
    with pytest.raises(NeedsAnswer, match="から「18か月」"):
        house.ledger.registers.revise(longer, "入力を誤ったため")
    house.ledger.registers.revise(stands, "入力を誤ったため")
    house.ledger.registers.revise(slip, "周期の訂正")
    house.clock.wait(60 * 24)
    with pytest.raises(NeedsAnswer, match="「6か月」から「12か月」"):
        house.ledger.registers.revise(stands, "入力を誤ったため")


def test_a_copy_that_is_taken_away_does_not_leave_the_longer_cycle(house: House) -> None:
    enter(house, setting(house, {"定期の研修の周期": "12か月"}))
    house.clock.wait(60 * 24)
    longer = replace(mine(house), params=(ChangedTerm(key="定期の研修の周期", value="24か月"),))
    house.ledger.registers.revise(replace(longer, basis_file=copy_of(house)), "写しのとおり")
    house.clock.wait(60 * 24)
    with pytest.raises(NeedsAnswer, match="「12か月」から「24か月」"):
        house.ledger.registers.revise(replace(mine(house), basis_file=""), "写しの訂正")


def test_a_backup_that_is_overdue_is_not_put_off_by_one_alone(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka", rules=True, accounts=True) as made:
        asked = made.ledger.inquiries.of(made.story.contract.id)
        clause = next(one.key for one in asked.clauses if "EQ-BACKUP" in one.evidence)
        made.clock.wait(60 * 24 * 10)
        with pytest.raises(RuleRefused, match="「バックアップの周期」を「1日」から「6か月」"):
            enter(made, setting(made, {"バックアップの周期": "6か月"}, clause))


def test_the_usual_backup_is_no_term_of_the_text(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka", rules=True, accounts=True) as made:
        asked = made.ledger.inquiries.of(made.story.contract.id)
        clause = next(one.key for one in asked.clauses if "EQ-BACKUP" in one.evidence)
        enter(made, setting(made, {"バックアップの周期": "7日"}, clause))
        assert BESIDE.key not in states(made)


@pytest.mark.parametrize(
    "terms",
    [{"R-08": "block_plan"}, {"R-08": "block_always"}, {"cycles.training": "6か月"},
     {"timing.end_document_business_days": "1"}, {"timing.end_lead_days": "60"}],
)  # fmt: skip
def test_a_stricter_term_is_free(house: House, terms: dict[str, str]) -> None:
    enter(house, setting(house, terms))
    assert house.ledger.registers.all(RuleOverride) == []
    assert BESIDE.key not in states(house)


def test_a_clause_left_out_without_a_copy_waits_for_somebody_else(house: House) -> None:
    one = replace(setting(house), enabled=False)
    with pytest.raises(NeedsAnswer, match=r"を適用しないことになります") as asked:
        enter(house, one)
    assert len(asked_of(asked.value).findings) == 1 and asked.value.facts["needs_approval"]
    enter(house, one, LATER)
    assert states(house)[BESIDE.key].state == "broken"
    assert "を適用しないことになっています" in sentences(states(house)[CLAUSE])


def test_the_evidence_tells_what_is_softened_since_when_and_by_whom(house: House) -> None:
    enter(house, setting(house, {"R-08": "off"}), LATER)
    house.clock.wait(60 * 24 * 3)
    with pytest.raises(NeedsAnswer):  # a second softening beside the first is asked for again
        revised = replace(mine(house), params=(*mine(house).params, ChangedTerm(
            key="timing.end_lead_days", value="2")))  # fmt: skip
        house.ledger.registers.revise(revised, "もう一つ決めたため")
    house.ledger.registers.revise(replace(mine(house), reason="書面で決めたため"), "理由の訂正")
    told = states(house)
    words = sentences(told[CLAUSE])
    assert (
        "「R-08 持出しの根拠」を「予定は受け付けず、実績は逸脱として残す」から「判定しない」"
        in words
    )
    assert "髙橋" in words and "根拠の写しなし" in words and "理由：書面で決めたため" in words
    begun = house.ledger.registers.all(ContractClauseSetting)[0].meta.created_at
    assert f"R8.{begun.month}.{begun.day}から" in words
    assert "「判定しない」" in sentences(told[BESIDE.key]) and told[BESIDE.key].state == "broken"
    for clause in house.ledger.profile(house.story.contract.id).clauses_of_rule("R-08"):
        assert "「判定しない」" in sentences(told[clause.key])


def test_what_somebody_else_confirmed_is_still_told(house: House) -> None:
    enter(house, setting(house, {"R-08": "off"}), LATER)
    found = house.ledger.registers.all(FindingRecord)
    closed = [replace(one.record, status=FindingStatus.VERIFIED) for one in found]
    house.ledger.commit([revising(one, "是正の確認") for one in closed])
    told = states(house)[BESIDE.key]
    assert told.state == "done" and "「判定しない」" in sentences(told)


def test_a_setting_that_is_gone_softens_nothing_and_what_waits_still_waits(house: House) -> None:
    enter(house, setting(house, {"R-08": "off"}), LATER)
    house.ledger.registers.void(ContractClauseSetting, mine(house).id, "登録を誤ったため")
    told = states(house)[BESIDE.key]
    assert "ことになっています" not in sentences(told)
    assert told.state == "broken" and REASON in sentences(told)


def test_the_agreed_day_does_not_lie_ahead(house: House) -> None:
    one = setting(house, {"R-08": "block_plan"})
    ahead = replace(one, agreed_on=house.ledger.today() + timedelta(days=1))
    with pytest.raises(RuleRefused, match="今日より後"):
        enter(house, ahead)
    with pytest.raises(RuleRefused, match="今日より後"):
        enter(house, replace(ahead, basis_file=copy_of(house)))
    enter(house, one)


def test_a_rule_is_set_under_its_own_clause(house: House) -> None:
    with pytest.raises(RuleRefused, match=r"「R-08 持出しの根拠」は、第11条第2号"):
        enter(house, setting(house, {"R-08": "off"}, "SK-1.1"))
    with pytest.raises(RuleRefused, match="契約ごとに変えられる定めではありません"):
        enter(house, setting(house, {"R-48": "off"}))
    with pytest.raises(RuleRefused, match="契約ごとに変えられる定めではありません"):
        enter(house, setting(house, {"R-23": "off"}, "SK-14.2"))


def test_two_settings_in_one_command_are_judged_both(house: House) -> None:
    both = [setting(house, {"R-08": "block_always"}), setting(house, {"R-08": "off"})]
    with pytest.raises(NeedsAnswer, match="判定しない"):
        house.ledger.registers.create_all(both)


def test_a_stricter_term_is_not_dropped_in_silence(house: House) -> None:
    enter(house, setting(house, {"R-05": "block_plan"}, "SK-11.4"))
    one = mine(house)
    with pytest.raises(Refused, match="取り消さずに"):
        house.ledger.registers.void(ContractClauseSetting, one.id, "登録を誤ったため")
    for softer in (replace(one, params=()), replace(one, params=(
        ChangedTerm(key="R-05", value="warn"),))):  # fmt: skip
        with pytest.raises(NeedsAnswer, match="R-05"):
            house.ledger.registers.revise(softer, "定めの訂正")


def test_taking_the_copy_away_is_asked_like_entering_without_it(house: House) -> None:
    enter(house, replace(setting(house, {"R-08": "off"}), basis_file=copy_of(house)))
    with pytest.raises(NeedsAnswer, match="R-08"):
        house.ledger.registers.revise(replace(mine(house), basis_file=""), "写しの訂正")


def test_a_list_softens_nothing(house: House) -> None:
    with pytest.raises(RuleRefused, match="一覧の取込みでは登録できません"):
        house.ledger.registers.create_all([setting(house, {"R-08": "off"})], historic=True)


@pytest.mark.parametrize(
    ("key", "value"),
    [("timing.end_document_business_days", "9999"), ("cycles.training", "99年"),
     ("復元の試しの周期", "61か月")],
)  # fmt: skip
def test_a_term_beyond_sense_is_refused(house: House, key: str, value: str) -> None:
    with pytest.raises(Refused, match=r"366|5年"):
        enter(house, replace(setting(house), params=(ChangedTerm(key=key, value=value),)))


def test_a_text_that_refuses_a_clause_left_out_refuses_a_softer_rule(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka", rules=True) as made:
        profile = made.ledger.profile(made.story.contract.id)
        rule = next(one for one in profile.rules.values()
                    if one.mode == "block_plan" and profile.clauses_of_rule(one.rule_id))  # fmt: skip
        key = profile.clauses_of_rule(rule.rule_id)[0].key
        term = (ChangedTerm(key=rule.rule_id, value="off"),)
        with pytest.raises(RuleRefused, match="契約書の定めの写し"):
            enter(made, replace(setting(made, clause=key), params=term), LATER)


def test_a_clause_that_may_be_left_out_is_asked_for_where_it_softens_a_rule(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka", rules=True, accounts=True) as made:
        with pytest.raises(NeedsAnswer, match="を適用しないことになります"):
            enter(made, replace(setting(made, clause="FK-6.1"), enabled=False))
        enter(made, replace(setting(made, clause="FK-6.1"), enabled=False), LATER)
        assert "を適用しないことになっています" in sentences(states(made)[BESIDE.key])
        profile = made.ledger.profile(made.story.contract.id)
        harmless = next(one.key for one in profile.clauses.values()
                        if not one.mandatory and not one.rules)  # fmt: skip
        enter(made, replace(setting(made, clause=harmless), enabled=False))


def test_settings_of_older_ledgers_are_told_and_judged_as_before(house: House) -> None:
    one = replace(setting(house, {"R-08": "off"}, "SK-1.1"), id="5" * 32)
    house.ledger.commit([creating(one)])
    told = states(house)
    assert "「判定しない」" in sentences(told[CLAUSE]) and told[BESIDE.key].state == "done"
