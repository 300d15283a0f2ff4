"""What proves that the program itself was looked after: rounds of looks, trials, passwords, rules."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.backups import WHOLE_LEDGER
from models.calendar import calendar, state
from models.codes import (
    BackupKind,
    BackupResult,
    EncryptionMeasure,
    EventLevel,
    GovernanceStatus,
    HandlingKind,
    SystemEventKind,
)
from models.commands import creating, revising
from models.condition import PROTECTION, Condition, State, record_check, told
from models.errors import InvalidField, NotPermitted
from models.evidence import evidence
from models.journal import News
from models.password_review import confirm_own, is_late, record_review
from models.records import (
    BackupRun,
    ChangedTerm,
    Contract,
    ContractClauseSetting,
    GovernanceDocument,
    HandlingEvent,
    HandlingLine,
    SystemEvent,
    UserAccount,
)
from models.wareki import format_wareki
from tests import proof
from tests.house import House, furnished

CYCLES = {
    "restore_test": "6か月",
    "capacity_review": "1か月",
    "integrity_check": "1か月",
    "password_review": "3か月",
    "malware_update": "7日",
}


@pytest.fixture
def chiba(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="chiba", accounts=True) as house:
        yield house


def fix_cycles(house: House, **others: str) -> None:
    setting = ContractClauseSetting(
        contract_id=house.story.contract.id,
        clause_key="OC-T",
        enabled=True,
        reason="発注者と打ち合わせて決めた。",
        agreed_on=house.ledger.today(),
        params=tuple(
            ChangedTerm(key=f"cycles.{name}", value=value)
            for name, value in (CYCLES | others).items()
        ),
    )
    house.ledger.registers.create(setting)


def rows(house: House, query: str) -> list[str]:
    return sorted(set(proof.sentences(house, query)))


def states(house: House, *keys: str) -> list[str]:
    found = {one.key: one.state for one in evidence(house.ledger, house.story.contract)}
    return [found[key] for key in keys]


def ran(house: House, kind: BackupKind, result: BackupResult, file_name: str = "x.azb") -> None:
    now = house.ledger.now()
    run = BackupRun(
        id=house.ledger.new_id(),
        kind=kind, started_at=now, finished_at=now, file_name=file_name, result=result,
    )  # fmt: skip
    house.ledger.commit([creating(run)])


def test_a_round_without_a_cycle_waits_for_somebody_to_fix_it(chiba: House) -> None:
    assert rows(chiba, "EQ-RESTORE") == [
        "復元の試しの周期を決めることが済んでいません。「条項と証拠」の「周期を決める」で登録します。"
    ]
    dates = {one.code: one for one in calendar(chiba.ledger) if one.due_on is None}
    assert {"K-16", "K-18", "K-27", "K-28"} <= set(dates)
    assert state(dates["K-27"], chiba.ledger.now()) == "unset"


@pytest.mark.parametrize(
    ("query", "months", "kind"),
    [
        ("EQ-RESTORE", 6, BackupKind.RESTORE_TEST),
        ("EQ-INTEGRITY", 1, BackupKind.VERIFY),
    ],
)
def test_a_round_is_late_when_its_cycle_is_over_and_well_again_after_it(
    chiba: House, query: str, months: int, kind: BackupKind
) -> None:
    fix_cycles(chiba)
    chiba.clock.go_to(chiba.ledger.today() + timedelta(days=months * 31 + 8), 9)
    assert any("期限までに済んでいません" in one for one in rows(chiba, query))
    ran(chiba, kind, BackupResult.OK, WHOLE_LEDGER)
    assert not any("済んでいません" in one for one in rows(chiba, query))


def test_a_failed_trial_is_no_trial_and_found_damage_breaks_the_clause(chiba: House) -> None:
    fix_cycles(chiba)
    chiba.clock.go_to(chiba.ledger.today() + timedelta(days=200), 9)
    ran(chiba, BackupKind.RESTORE_TEST, BackupResult.FAILED)
    assert any("期限までに済んでいません" in one for one in rows(chiba, "EQ-RESTORE"))
    ran(chiba, BackupKind.VERIFY, BackupResult.FAILED, WHOLE_LEDGER)
    assert "最後の検証で異常が見つかっています。" in rows(chiba, "EQ-INTEGRITY")
    assert states(chiba, "OC-T") == ["broken"]
    ran(chiba, BackupKind.VERIFY, BackupResult.OK, WHOLE_LEDGER)
    assert states(chiba, "OC-T") != ["broken"]


def test_old_definitions_that_were_seen_stay_seen_until_they_are_renewed(chiba: House) -> None:
    fix_cycles(chiba)
    old = Condition(PROTECTION, State.CARE, "定義が古くなっています。", "更新してください。")
    record_check(chiba.ledger, [old], "更新を頼んだ。")
    [said] = [one for one in rows(chiba, "EQ-MALWARE") if "最後の点検" in one]
    assert "定義" in said
    record_check(chiba.ledger, [replace(old, state=State.GOOD)], "更新した。")
    assert not any("最後の点検" in one for one in rows(chiba, "EQ-MALWARE"))
    last = chiba.ledger.registers.all(SystemEvent, kind=SystemEventKind.CONDITION_CHECKED)[-1]
    assert told(last.record.detail, PROTECTION) is State.GOOD
    assert told(last.record.detail, "空き容量") is None


def test_each_topic_that_rules_must_cover_is_asked_for_by_its_own_clause(chiba: House) -> None:
    kept = [
        one
        for one in chiba.ledger.registers.all(GovernanceDocument)
        if one.record.kind == "handling_rules"
    ]
    assert states(chiba, "OC-C.1.ア", "OC-C.1.ウ", "OC-C.2x.b.b") == ["done"] * 3
    less = tuple(one for one in kept[0].record.covers if one != "disposal")
    chiba.ledger.registers.revise(replace(kept[0].record, covers=less), "改めた。")
    assert states(chiba, "OC-C.1.ア", "OC-C.1.ウ") == ["done", "action"]
    assert "「確実な廃棄」を定めた規程又は覚書がありません。" in rows(chiba, "EQ-GOV")
    gone = replace(kept[0].record, covers=less, status=GovernanceStatus.SUPERSEDED)
    chiba.ledger.registers.revise(gone, "廃止した。")
    assert states(chiba, "OC-C.1", "OC-C.1.ア", "OC-C.2x.b.b") == ["action", "action", "done"]


def test_rules_of_a_later_day_leave_a_gap_until_then(chiba: House) -> None:
    kept = [
        one.record
        for one in chiba.ledger.registers.all(GovernanceDocument)
        if one.record.kind == "handling_rules"
    ]
    assert states(chiba, "OC-C.1", "OC-C.1.ア") == ["done", "done"]
    later = chiba.ledger.today() + timedelta(days=2)
    chiba.ledger.registers.revise(replace(kept[0], effective_from=later), "第2版に替えるため")
    assert states(chiba, "OC-C.1", "OC-C.1.ア") == ["action", "action"]
    [told] = [one for one in rows(chiba, "EQ-GOV") if "確実な廃棄" in one]
    assert told.endswith(f"適用日は、{format_wareki(later)}です。")
    chiba.clock.go_to(later, 9)
    assert states(chiba, "OC-C.1", "OC-C.1.ア") == ["done", "done"]


def test_rules_may_begin_with_a_contract_that_is_still_to_come(chiba: House) -> None:
    contract = chiba.ledger.registers.need(Contract, chiba.story.contract.id).record
    begins = chiba.ledger.today() + timedelta(days=20)
    chiba.ledger.registers.revise(
        replace(contract, starts_on=begins, work_start_on=begins), "契約開始日の誤り"
    )
    for one in chiba.ledger.registers.all(GovernanceDocument):
        chiba.ledger.registers.revise(replace(one.record, effective_from=begins), "適用日の誤り")
    chiba.story.contract = chiba.ledger.registers.need(Contract, contract.id).record
    assert not [one for one in rows(chiba, "EQ-GOV") if "適用日" in one]


def test_an_emergency_plan_without_one_of_its_five_topics_is_incomplete(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="shiki") as house:
        [plan] = [
            one.record
            for one in house.ledger.registers.all(GovernanceDocument)
            if one.record.kind == "emergency_plan"
        ]
        assert not any("緊急時" in one for one in rows(house, "EQ-GOV"))
        house.ledger.registers.revise(replace(plan, covers=plan.covers[:4]), "改めた。")
        assert rows(house, "EQ-GOV") == [f"「{plan.title}」に「再発防止」の定めがありません。"]


# --- passwords ----------------------------------------------------------------------------------


def test_a_password_is_looked_at_when_the_cycle_of_the_contract_is_over(chiba: House) -> None:
    chiba.clock.go_to(chiba.ledger.today() + timedelta(days=85), 9)
    assert not is_late(chiba.ledger)  # nobody has fixed a cycle
    fix_cycles(chiba)
    assert not is_late(chiba.ledger)
    chiba.clock.go_to(chiba.ledger.today() + timedelta(days=10), 9)
    assert is_late(chiba.ledger)
    said = rows(chiba, "EQ-PASSWORD")
    assert "「takahashi」のパスワードの見直しの時期を過ぎています。" in said
    confirm_own(chiba.ledger)
    assert not is_late(chiba.ledger)
    assert chiba.ledger.user.password_review_due_on is not None
    said = rows(chiba, "EQ-PASSWORD")
    assert not any("takahashi" in one for one in said)
    assert any("yoshino" in one for one in said)


def test_a_changed_password_begins_a_new_cycle(chiba: House) -> None:
    fix_cycles(chiba)
    chiba.clock.go_to(chiba.ledger.today() + timedelta(days=95), 9)
    confirm_own(chiba.ledger)
    chiba.clock.go_to(chiba.ledger.today() + timedelta(days=95), 9)
    assert is_late(chiba.ledger)
    old = "みどり台帳-7つの朝に点検"
    chiba.ledger.people.change_password(old, "別の秘密-9つの夜に見回り青")
    assert not is_late(chiba.ledger)
    assert chiba.ledger.user.password_review_due_on is None


def test_an_inspector_is_not_asked_to_enter_anything(chiba: House) -> None:
    fix_cycles(chiba)
    chiba.clock.go_to(chiba.ledger.today() + timedelta(days=95), 9)
    assert not is_late(chiba.sign_in("kensa"))
    assert is_late(chiba.sign_in("yoshino"))


def test_the_look_at_all_accounts_is_an_entry_with_a_finding(chiba: House) -> None:
    fix_cycles(chiba)
    chiba.clock.go_to(chiba.ledger.today() + timedelta(days=95), 9)
    late = "パスワードと資格の見直しが期限までに済んでいません。"
    assert late in rows(chiba, "EQ-PASSWORD")
    with pytest.raises(InvalidField):
        record_review(chiba.ledger, " ")
    record_review(chiba.ledger, "全員、今も従事している。")
    assert late not in rows(chiba, "EQ-PASSWORD")
    found = chiba.ledger.registers.all(SystemEvent, kind=SystemEventKind.PASSWORDS_REVIEWED)
    assert "yoshino（従事者）：パスワード変更 R8.10.1" in found[-1].record.detail
    assert found[-1].record.reason == "全員、今も従事している。"
    with pytest.raises(NotPermitted):
        record_review(chiba.sign_in("yoshino"), "見た。")


def test_a_first_password_is_told_until_it_is_changed(chiba: House) -> None:
    account = chiba.ledger.registers.all(UserAccount, login_name="yoshino")[0].record
    chiba.ledger.commit([revising(replace(account, must_change=True), "再発行")])
    assert "「yoshino」は、最初のパスワードをまだ変えていません。" in rows(chiba, "EQ-PASSWORD")


def test_what_the_program_notes_of_itself_is_no_look_of_a_person(chiba: House) -> None:
    fix_cycles(chiba)
    chiba.clock.go_to(chiba.ledger.today() + timedelta(days=40), 9)
    news = News(SystemEventKind.JOURNAL_STARTED, EventLevel.INFO, "始めました。")
    chiba.ledger.commit([creating(chiba.ledger.journal.event(news))])
    assert any("容量・運転状況の点検が期限までに" in one for one in rows(chiba, "EQ-CAPACITY"))


def test_encrypted_data_that_left_with_an_old_password_is_told(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka", days=3, things=20) as house:
        stick = next(one for one in house.story._stored(house.story._stock) if one.electronic)
        out = HandlingEvent(
            contract_id=house.story.contract.id, kind=HandlingKind.TAKE_OUT,
            occurred_at=house.ledger.now(), actor_person_id=house.story.people["worker"],
            purpose="確認", destination_text="市役所", lines=(HandlingLine(item_id=stick.id, quantity=stick.quantity),),
            expected_return_at=house.ledger.now() + timedelta(hours=1),
            encryption=EncryptionMeasure.APPLIED, password_renewed=False,
            place_from_id=house.story.places[2].id,
        )  # fmt: skip
        assert not any("データのパスワード" in one for one in rows(house, "EQ-PASSWORD"))
        house.ledger.handling.record(out)
        [said] = [one for one in rows(house, "EQ-PASSWORD") if "データのパスワード" in one]
        assert said.endswith("持出しで、データのパスワードが見直されていません。")


def test_the_terminals_are_counted_in_their_cycle(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka") as house:
        unset = "使用端末の点検の周期を決めることが済んでいません。「条項と証拠」の「周期を決める」で登録します。"
        assert unset in rows(house, "EQ-TERMINAL")
        fix_cycles(house, terminal_inventory="3か月")
        late = "使用端末の点検が期限までに済んでいません。"
        assert not {unset, late} & set(rows(house, "EQ-TERMINAL"))
        house.clock.go_to(house.ledger.today() + timedelta(days=95), 9)
        assert late in rows(house, "EQ-TERMINAL")
        record_check(house.ledger, [Condition("使用端末", State.GOOD, "1台です。")], "数えた。")
        assert late not in rows(house, "EQ-TERMINAL")
