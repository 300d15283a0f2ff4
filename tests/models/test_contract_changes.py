"""A contract that is changed after it was worked under hides no breach."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models import contract_changes
from models.codes import ContractStatus, FindingStatus
from models.commands import revising
from models.contract_changes import BESIDE, RULE
from models.errors import NeedsAnswer, RuleRefused
from models.evidence import ClauseState, evidence
from models.evidence_rows import Row
from models.inquiry import Inquiry
from models.records import Contract, Organization, RuleOverride
from models.records import Finding as FindingRecord
from models.rules.answers import Answers
from tests import proof
from tests.house import FIRST_DAY, House, furnished
from tests.proof import states

REASON = "契約書の別紙と違っていたための訂正"
LATER = Answers({RULE: REASON}, later=True)
TEXTS = ("chiba", "yachiyo", "fukuoka", "online-connection", "confidentiality-model")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Furnish a house of 志木 where a person who was never cleared did something."""
    with furnished(tmp_path, rules=True, days=4, planted=True, accounts=True) as found:
        yield found


def contract(house: House) -> Contract:
    return house.ledger.registers.need(Contract, house.story.contract.id).record


def other_text(house: House, code: str = "online-connection") -> Contract:
    profile = house.office.profiles[code]
    return replace(contract(house), profile_code=code, profile_version=profile.version)


def extended(house: House) -> Contract:
    now = contract(house)
    assert now.ends_on is not None
    return replace(now, ends_on=now.ends_on + timedelta(days=90))


def sentences(one: ClauseState) -> str:
    return "\n".join(row.sentence for row in proof.rows_of([one]))


def swaps(house: House) -> list[RuleOverride]:
    found = house.ledger.registers.all(RuleOverride, rule_id=RULE)
    return [one.record for one in found]


def settle(house: House) -> None:
    """Let somebody else have looked at what was put right."""
    found = house.ledger.registers.all(FindingRecord)
    closed = [replace(one.record, status=FindingStatus.VERIFIED) for one in found]
    house.ledger.commit([revising(one, "是正の確認") for one in closed])


def test_another_text_needs_a_reason_and_somebody_else(house: House) -> None:
    with pytest.raises(
        NeedsAnswer, match=r"「適用する特記事項」を「.*」から「.*」に変えます"
    ) as asked:
        house.ledger.registers.revise(other_text(house), "特記事項の訂正")
    assert asked.value.facts["needs_approval"] is True
    house.ledger.registers.revise(other_text(house), "特記事項の訂正", answers=LATER)
    [swap] = swaps(house)
    assert swap.confirm_later and not swap.approved_by and swap.reason == REASON
    found = house.ledger.registers.all(FindingRecord)[-1].record
    assert swap.finding_id == found.id and found.source_id == contract(house).id


@pytest.mark.parametrize("code", TEXTS)
def test_no_text_hides_a_breach_that_waits(house: House, code: str) -> None:
    breach = next(one.record for one in house.ledger.registers.all(RuleOverride))
    house.ledger.registers.revise(other_text(house, code), "特記事項の訂正", answers=LATER)
    broken = "\n".join(sentences(one) for one in states(house).values() if one.state == "broken")
    assert breach.reason in broken or "応援" in broken
    beside = states(house)[BESIDE.key]
    assert beside.state == "broken" and REASON in sentences(beside)  # the swap itself


def test_the_evidence_tells_when_and_from_what_the_text_was_changed(house: House) -> None:
    before = house.ledger.profile(contract(house).id).called
    assert BESIDE.key not in states(house)
    house.ledger.registers.revise(other_text(house), "特記事項の訂正", answers=LATER)
    told = states(house)[BESIDE.key]
    after = house.ledger.profile(contract(house).id).called
    assert f"「適用する特記事項」を「{before}」から「{after}」に変えました" in sentences(told)
    assert "理由：特記事項の訂正" in sentences(told) and told.state == "broken"


def test_what_somebody_else_confirmed_is_told_and_breaks_nothing(house: House) -> None:
    house.ledger.registers.revise(other_text(house), "特記事項の訂正", answers=LATER)
    settle(house)
    told = states(house)[BESIDE.key]
    assert told.state == "due" and "変えました" in sentences(told)
    # The text is silent about requests: one that waits stands beside it, and is not broken.
    assert [
        row.severity for row in proof.rows_of([told]) if "回答していません" in row.sentence
    ] == ["due"]


def test_a_change_that_was_confirmed_excuses_no_later_one(house: House) -> None:
    house.ledger.registers.revise(other_text(house), "特記事項の訂正", answers=LATER)
    settle(house)
    house.clock.wait(1)
    house.ledger.registers.revise(other_text(house, "chiba"), "特記事項の再訂正", answers=LATER)
    broken = [one for one in states(house).values() if one.state == "broken"]
    assert any(REASON in sentences(one) for one in broken)


def test_another_client_is_asked_for(house: House) -> None:
    other = replace(house.ledger.registers.all(Organization)[0].record, id="", name="見本第二市")
    client = house.ledger.registers.create(other).ids[-1]
    with pytest.raises(NeedsAnswer, match=r"「委託者」を「.*」から「見本第二市」に"):
        house.ledger.registers.revise(
            replace(contract(house), client_org_id=client), "委託者の訂正"
        )


def test_a_period_that_leaves_acts_outside_is_asked_for(house: House) -> None:
    now = contract(house)
    assert now.starts_on and now.ends_on
    years = timedelta(days=6 * 365)
    moved = {"starts_on": now.starts_on - years, "ends_on": now.starts_on - timedelta(days=1)}
    with pytest.raises(NeedsAnswer, match="契約の期間を"):
        house.ledger.registers.revise(replace(now, **moved), "期間の訂正")


def test_an_extension_before_the_end_is_free_and_told(house: House) -> None:
    longer = extended(house)
    house.ledger.registers.revise(longer, "変更契約による延長")
    beside = states(house)[BESIDE.key]
    assert swaps(house) == [] and beside.state == "done"
    assert "契約の期間を" in sentences(beside) and "変更契約による延長" in sentences(beside)


def test_an_extension_after_the_end_wipes_out_no_breach_alone(house: House) -> None:
    now = contract(house)
    assert now.ends_on is not None
    longer = extended(house)
    house.clock.go_to(now.ends_on + timedelta(days=1), 9)
    with pytest.raises(NeedsAnswer, match="契約の期間を") as asked:
        house.ledger.registers.revise(longer, "登録の誤りを直すため")
    assert asked.value.facts["needs_approval"] is True
    house.ledger.registers.revise(longer, "登録の誤りを直すため", answers=LATER)
    assert states(house)[BESIDE.key].state == "broken"


def test_an_end_that_was_mistyped_to_a_past_day_goes_back_that_day(house: House) -> None:
    now = contract(house)
    house.clock.wait(3 * 24 * 60)
    past = replace(now, ends_on=house.ledger.today() - timedelta(days=1))
    registers = house.ledger.registers
    registers.revise(past, "終了日の訂正", answers=LATER)
    with pytest.raises(NeedsAnswer, match="契約の期間を"):
        registers.revise(
            replace(now, starts_on=FIRST_DAY - timedelta(days=400)), "入力を誤ったため"
        )
    registers.revise(now, "入力を誤ったため")
    registers.revise(past, "終了日の訂正", answers=LATER)
    house.clock.wait(24 * 60)
    with pytest.raises(NeedsAnswer, match="契約の期間を"):
        registers.revise(now, "入力を誤ったため")


@pytest.mark.parametrize(
    ("field", "value"),
    [("purpose", "なんでも"), ("handles_specific_pi", None), ("contractor_org_id", None)],
)
def test_what_acts_are_judged_by_is_not_swapped_alone(
    house: House, field: str, value: object
) -> None:
    now = contract(house)
    if field == "contractor_org_id":
        other = replace(house.ledger.registers.all(Organization)[0].record, id="", name="別の会社")
        value = house.ledger.registers.create(other).ids[-1]
    elif value is None:
        value = not getattr(now, field)
    label = Contract.fields()[field].label
    with pytest.raises(NeedsAnswer, match=f"「{label}」を「.+」から「.+」に変えます"):
        house.ledger.registers.revise(replace(now, **{field: value}), "登録の誤りを直すため")


def test_another_number_is_told_and_judges_nothing(house: House) -> None:
    now = contract(house)
    house.ledger.registers.revise(replace(now, contract_no="2099-999"), "番号の訂正")
    beside = states(house)[BESIDE.key]
    assert swaps(house) == [] and beside.state == "done"
    assert f"「契約番号」を「{now.contract_no}」から「2099-999」に" in sentences(beside)


def test_the_ledger_is_not_kept_less_long_than_the_contract_lasts(house: House) -> None:
    now = contract(house)
    assert now.ends_on
    for day in (date(2020, 1, 1), now.ends_on - timedelta(days=1)):
        with pytest.raises(RuleRefused, match="契約の終わる日"):
            house.ledger.registers.revise(replace(now, retain_ledger_until=day), "期限の登録")
    fresh = replace(now, id="", contract_no="2026-002", retain_ledger_until=date(2020, 1, 1))
    with pytest.raises(RuleRefused, match="契約の終わる日"):
        house.ledger.registers.create(fresh)
    house.ledger.registers.revise(replace(now, retain_ledger_until=now.ends_on), "期限の登録")
    assert swaps(house) == [] and BESIDE.key not in states(house)


def kept(house: House, day: date | None, answers: Answers | None = None) -> None:
    changed = replace(contract(house), retain_ledger_until=day)
    house.ledger.registers.revise(changed, "保存期限の訂正", answers=answers)


def test_a_shorter_time_of_keeping_needs_somebody_else(house: House) -> None:
    end = contract(house).ends_on
    assert end
    kept(house, end + timedelta(days=900))
    kept(house, end + timedelta(days=1000))
    assert BESIDE.key not in states(house)
    for day in (end + timedelta(days=999), end, None):
        with pytest.raises(NeedsAnswer, match="「台帳の保存期限」を") as asked:
            kept(house, day)
        assert asked.value.facts["needs_approval"] is True
    kept(house, None, LATER)  # taken out, so that it may be entered anew
    with pytest.raises(NeedsAnswer, match="「台帳の保存期限」を"):
        kept(house, end)
    told = states(house)[BESIDE.key]
    assert "「台帳の保存期限」を" in sentences(told) and "から「なし」に変えました" in sentences(
        told
    )
    assert told.state == "broken"


def test_a_time_of_keeping_that_is_over_already_needs_somebody_else(house: House) -> None:
    over = replace(contract(house), completed_on=house.ledger.today() - timedelta(days=3))
    house.ledger.registers.revise(over, "業務の完了")
    with pytest.raises(NeedsAnswer, match="「台帳の保存期限」を「なし」から"):
        kept(house, house.ledger.today() - timedelta(days=1))
    kept(house, house.ledger.today())


def test_what_was_over_is_not_opened_again_alone(house: House) -> None:
    now, registers = contract(house), house.ledger.registers
    day = house.ledger.today()
    assert now.starts_on
    with pytest.raises(NeedsAnswer, match="契約の期間を"):
        earlier = replace(now, starts_on=now.starts_on - timedelta(days=30))
        registers.revise(earlier, "開始日の訂正")
    over = replace(now, completed_on=day - timedelta(days=1))
    registers.revise(over, "業務の完了")
    registers.revise(now, "完了日の訂正")  # a slip of the same day
    registers.revise(over, "業務の完了")
    house.clock.go_to(day + timedelta(days=1), 9)
    for opened in (None, day):
        with pytest.raises(NeedsAnswer, match="「業務完了日」を"):
            registers.revise(replace(over, completed_on=opened), "完了日の訂正")
    closed = replace(over, status=ContractStatus.CLOSED)
    house.ledger.commit([revising(closed, "契約の終結")])
    with pytest.raises(NeedsAnswer, match="「状態」を「終結」から「履行中」に"):
        registers.revise(replace(closed, status=ContractStatus.ACTIVE), "再開のため")
    with pytest.raises(NeedsAnswer, match="「契約番号」を"):  # no paper comes that would tell it
        registers.revise(replace(closed, contract_no="整理-9"), "番号の整理")
    again = replace(closed, status=ContractStatus.ACTIVE, completed_on=None)
    registers.revise(again, "再開のため", answers=LATER)
    words = sentences(states(house)[BESIDE.key])
    assert "「状態」を「終結」から「履行中」に" in words and "から「なし」に変えました" in words


def test_a_text_whose_file_says_something_else_now_is_told(house: House) -> None:
    shelf = dict(house.ledger.profiles)
    milder = replace(house.ledger.profile(contract(house).id), sha256="f" * 64)
    assert BESIDE.key not in states(house)
    house.ledger.profiles = {**shelf, milder.code: milder}
    assert "違います（照合値" in sentences(states(house)[BESIDE.key])
    house.ledger.registers.revise(
        replace(contract(house), profile_sha256=milder.sha256), "設定の版を改めた"
    )
    words = sentences(states(house)[BESIDE.key])
    assert "「特記事項の照合値」を" in words and "違います（照合値" not in words
    assert swaps(house) == []


def test_a_contract_that_nothing_was_done_under_is_corrected_freely(house: House) -> None:
    fresh = replace(contract(house), id="", contract_no="2026-002")
    registers = house.ledger.registers
    made = registers.need(Contract, registers.create(fresh).ids[-1]).record
    registers.revise(replace(made, profile_code="chiba"), "選び間違いの訂正")
    assert swaps(house) == []
    assert BESIDE.key not in {one.key for one in evidence(house.ledger, made)}


def test_changes_are_asked_again_only_when_a_contract_changes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    registers = house.ledger.registers
    registers.revise(other_text(house), REASON, answers=LATER)
    before = sentences(states(house)[BESIDE.key])
    asked: list[str] = []
    find = contract_changes.changed

    def counted(inquiry: Inquiry) -> Iterator[Row]:
        asked.append(inquiry.contract.id)
        return find(inquiry)

    monkeypatch.setattr(contract_changes, "changed", counted)
    house.story.receive(1)
    assert sentences(states(house)[BESIDE.key]) == before and asked == []
    client = registers.need(Organization, contract(house).client_org_id).record
    registers.revise(replace(client, name="新見本市"), "名称の変更")
    states(house)
    assert len(asked) <= 1  # it names clients
    shorter = replace(contract(house), ends_on=house.clock().date() - timedelta(days=1))
    registers.revise(shorter, REASON, answers=LATER)
    assert "契約の期間を" in sentences(states(house)[BESIDE.key])
    assert asked
