"""Handling logs of others: whose acts they tell, in which order, and what cannot have happened."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from models.codes import (
    AttachmentKind,
    HandlingKind,
    ItemState,
)
from models.errors import InvalidField, Refused
from models.intake.parts import Options
from models.records import (
    HandlingEvent,
    Organization,
    Person,
)
from models.wareki import JAPAN
from tests.house import House, furnished
from tests.intake_stage import (
    item,
    log_csv,
    notes,
    person,
    reason,
    set_stage,
    stock_up,
    take,
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        set_stage(made)
        yield made


@pytest.fixture
def stocked(house: House, tmp_path: Path) -> House:
    return stock_up(house, tmp_path)


def test_names_are_found_in_other_kanji_and_spaces(stocked: House, tmp_path: Path) -> None:
    row = "R7.4.3,10時14分,ﾃﾞｰﾀ入力,ＳＫ－０００１,１,齋藤　恵,渡邉　陽子,入力,,"
    intake = take(stocked, log_csv(tmp_path, row), HandlingEvent)
    assert intake.refused == ()
    [event] = intake.events
    assert event.kind is HandlingKind.USE
    assert event.occurred_at == datetime(2025, 4, 3, 10, 14, tzinfo=JAPAN)
    assert event.actor_person_id == person(stocked, "斎藤 恵")
    assert event.checker_person_id == person(stocked, "渡辺 陽子")


def test_unknown_and_ambiguous_names_are_named(stocked: House, tmp_path: Path) -> None:
    organization = stocked.ledger.registers.all(Organization)[0].record.id
    twin = stocked.ledger.registers.need(Person, person(stocked, "斎藤 恵")).record
    twin_id = stocked.ledger.registers.create(
        twin.with_changes(id="", name="齊藤 恵", organization_id=organization)
    ).ids[0]
    path = log_csv(
        tmp_path,
        "R7.4.3,10:00,使用,SK-0001,1,山田　花子,,入力,,",
        "R7.4.3,11:00,使用,SK-0001,1,齋藤　恵,,入力,,",
    )
    intake = take(stocked, path, HandlingEvent, dry_run=True)
    assert "「作業者」の「山田　花子」は、台帳に登録されていません" in reason(intake, 2)
    assert "「作業者」の「齋藤　恵」に当たる人が2人います" in reason(intake, 3)
    answers = {"山田　花子": twin_id, "齋藤　恵": twin_id}
    again = take(stocked, path, HandlingEvent, dry_run=True, options=Options(persons=answers))
    assert [event.actor_person_id for event in again.events] == [twin_id, twin_id]


def test_a_role_in_the_checker_column_means_its_only_holder(stocked: House, tmp_path: Path) -> None:
    row = "R7.4.3,10:00,使用,SK-0001,1,田中　恵,作業責任者,入力,,"
    [event] = take(stocked, log_csv(tmp_path, row), HandlingEvent).events
    assert event.checker_person_id == stocked.story.people["supervisor"]


def test_checking_oneself_is_no_check(stocked: House, tmp_path: Path) -> None:
    row = "R7.4.3,10:00,使用,SK-0001,1,田中　恵,田中　恵,入力,,"
    intake = take(stocked, log_csv(tmp_path, row), HandlingEvent)
    assert intake.events[0].checker_person_id == ""
    assert "確認者欄は作業者本人（田中　恵）" in intake.events[0].note
    assert "確認者が作業者本人です" in notes(intake)


def test_a_row_without_a_time_keeps_its_place_in_the_book(stocked: House, tmp_path: Path) -> None:
    path = log_csv(
        tmp_path,
        "R7.4.3,,棚卸,SK-0002,1,田中　恵,,月次,,",
        "R7.4.3,10:00,持出し,SK-0001,1,田中　恵,,市役所へ,,",
        "R7.4.3,,持帰り,SK-0001,1,田中　恵,,,,",
        "R7.4.3,15:00,使用,SK-0001,1,田中　恵,,入力,,",
    )
    intake = take(stocked, path, HandlingEvent)
    assert intake.refused == ()
    shown = [f"{event.occurred_at:%H:%M}" for event in intake.events]
    assert shown == ["00:00", "10:00", "10:00", "15:00"]
    assert "時刻は記録なし（帳簿の順により、前の行の10:00とした）" in intake.events[2].note


def test_the_way_back_depends_on_where_the_thing_was(stocked: House, tmp_path: Path) -> None:
    path = log_csv(
        tmp_path,
        "R7.4.3,10:00,持出し,SK-0001,1,田中　恵,,市役所へ,,",
        "R7.4.3,12:00,返却（社内）,SK-0001,1,田中　恵,,,,",
        "R7.4.3,13:00,返却（社内）,SK-0002,1,田中　恵,,,,",
    )
    intake = take(stocked, path, HandlingEvent)
    kinds = [event.kind for event in intake.events]
    assert kinds == [HandlingKind.TAKE_OUT, HandlingKind.BRING_BACK, HandlingKind.STORE]


def test_what_cannot_have_happened_is_refused_and_the_rest_stands(
    stocked: House, tmp_path: Path
) -> None:
    path = log_csv(
        tmp_path,
        "R7.4.5,10:00,返還,SK-0001,1,田中　恵,,納品,,",
        "R7.4.6,10:00,使用,SK-0001,1,田中　恵,,入力,,",
        "R7.4.4,10:00,使用,SK-0001,1,田中　恵,,入力,,",
        "R7.3.1,10:00,使用,SK-0001,1,田中　恵,,入力,,",
    )
    intake = take(stocked, path, HandlingEvent)
    assert intake.lines == (4, 2)
    assert "「返還済」のため、「使用」は記録できません" in reason(intake, 3)
    assert "台帳では令和7年4月1日に「受領」しています" in reason(intake, 5)
    assert item(stocked, "SK-0001").state is ItemState.RETURNED


def test_the_same_row_twice_names_both_lines(stocked: House, tmp_path: Path) -> None:
    row = "R7.4.5,10:00,使用,SK-0001,1,田中　恵,,入力,,"
    intake = take(stocked, log_csv(tmp_path, row, row), HandlingEvent)
    assert "3行目は2行目と同じ内容" in reason(intake, 3)


def test_the_same_file_again_enters_nothing(stocked: House, tmp_path: Path) -> None:
    row = "R7.4.5,10:00,使用,SK-0001,1,田中　恵,,入力,,"
    path = log_csv(tmp_path, row)
    take(stocked, path, HandlingEvent)
    again = take(stocked, path, HandlingEvent)
    assert again.accepted == 0
    assert "すでに台帳にあります（第4号 使用）" in reason(again, 2)
    assert "すでに取り込まれています（記録.csv）" in notes(again)


def test_a_consent_is_found_by_its_number_or_kept_as_a_note(stocked: House, tmp_path: Path) -> None:
    known = next(c for c in stocked.story.consents if c.decision_doc_no)
    path = log_csv(
        tmp_path,
        f"R7.4.5,10:00,複写,SK-0001,1,田中　恵,,照合,{known.decision_doc_no},",
        "R7.4.5,11:00,複写,SK-0001,1,田中　恵,,照合,R7-003,",
    )
    intake = take(stocked, path, HandlingEvent)
    assert [bool(event.authorization_id) for event in intake.events] == [True, False]
    assert "承諾番号は「R7-003」。" in intake.events[1].note
    assert "承諾番号「R7-003」の承諾は台帳にありません" in notes(intake)


def test_an_unclear_word_is_a_question_with_its_candidates(stocked: House, tmp_path: Path) -> None:
    path = log_csv(tmp_path, "R7.4.5,10:00,貸出,SK-0001,1,田中　恵,,入力,,")
    intake = take(stocked, path, HandlingEvent, dry_run=True)
    assert "区分「貸出」が使用・引渡し・授受・持出しのどれか分かりません" in reason(intake, 2)
    [question] = intake.questions
    assert [value for value, _ in question.choices] == ["use", "hand_over", "take_out"]
    again = take(
        stocked, path, HandlingEvent, options=Options(kinds={"貸出": HandlingKind.TAKE_OUT})
    )
    assert again.events[0].kind is HandlingKind.TAKE_OUT
    assert again.events[0].expected_return_at is None


def test_another_unit_never_ends_the_wrong_amount(stocked: House, tmp_path: Path) -> None:
    path = log_csv(
        tmp_path,
        "R7.4.5,10:00,返還,SK-0003,2本,田中　恵,,納品,,",
        "R7.4.5,11:00,使用,SK-0003,2本,田中　恵,,入力,,",
        "R7.4.5,12:00,返還,SK-0003,200枚,田中　恵,,納品,,",
    )
    intake = take(stocked, path, HandlingEvent)
    assert "数量「2本」の単位が、登録の「枚」と違います" in reason(intake, 2)
    assert "数量欄は「2本」。" in intake.events[0].note
    assert item(stocked, "SK-0003").quantity_left == 1000


def test_formulas_stay_text_and_residents_data_is_warned_of(stocked: House, tmp_path: Path) -> None:
    path = log_csv(
        tmp_path, "R7.4.5,10:00,使用,SK-0001,1,田中　恵,,入力,,=SUM(A1:A3) 電話 03-1234-5678"
    )
    intake = take(stocked, path, HandlingEvent)
    assert intake.events[0].note.startswith("=SUM(A1:A3)")
    assert "電話番号と思われる番号があります" in notes(intake)
    assert "1234" not in notes(intake)


def test_old_facts_may_lack_only_with_their_source(stocked: House) -> None:
    event = stocked.ledger.handling.timeline(item(stocked, "SK-0001").id)[0].record
    bare = event.with_changes(id="", source_file_id="", kind=HandlingKind.RETURN)
    with pytest.raises(Refused, match="「相手方の氏名」を入力してください"):
        stocked.ledger.handling.record(bare.with_changes(counterpart_name=""))
    other = stocked.ledger.files.attach(
        b"x", name="x", mime="text/plain", kind=AttachmentKind.OTHER
    ).ids[0]
    with pytest.raises(InvalidField, match="取込みで残した元のファイルに限ります"):
        stocked.ledger.handling.record_all([bare.with_changes(source_file_id=other)], historic=True)


def test_nobody_else_calls_a_fact_of_today_an_old_one(stocked: House) -> None:
    event = stocked.ledger.handling.timeline(item(stocked, "SK-0001").id)[0].record
    assert event.source_file_id
    with pytest.raises(InvalidField, match="一覧の取込みのときだけ"):
        stocked.ledger.handling.record(event.with_changes(id="", kind=HandlingKind.DISPATCH))
