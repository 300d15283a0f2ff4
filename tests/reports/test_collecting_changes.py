"""Notices of changes from the log, and what a sealed paper says that the ledger no longer does."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.codes import (
    AssignmentRole,
    AssignmentStatus,
    SubmissionMeans,
)
from models.codes import HandlingKind as K
from models.errors import Refused
from models.records import (
    Assignment,
    Person,
    Place,
)
from tests.reports.applying import (
    add_workers,
    assignment_of,
    events,
    handed_in,
    office,
    sealed,
    text_of,
)
from ui.issue import IssueRequest, changed_since, preview

# --- changes ------------------------------------------------------------------------------------


def test_a_notice_of_changes_tells_old_and_new_since_the_last_notice(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        registers, people = house.ledger.registers, house.story.people
        house.clock.go_to(date(2026, 10, 20), 9)
        registers.revise(
            replace(assignment_of(house, "worker"), role=AssignmentRole.WORK_SUPERVISOR),
            "責任者の交代のため",
        )
        registers.revise(
            replace(
                assignment_of(house, "worker3"), ends_on=date(2026, 10, 31), end_reason="退職",
                status=AssignmentStatus.ENDED,
            ),
            "退職による終了",
        )  # fmt: skip
        registers.create(
            replace(
                assignment_of(house, "worker2"), id="", person_id=people["officer"],
                notice_submission_id="", starts_on=date(2026, 11, 1),
            )
        )  # fmt: skip
        text = text_of(house, "D-03", change=True)
        assert "作業責任者・作業従事者変更届出書" in text
        assert "み発第03号（令和8年9月24日提出）" in text
        assert "役割 作業従事者 作業責任者 R8.10.20" in text and "責任者の交代" in text
        assert "令和8年10月31日で終了" in text and "退職" in text
        assert "見本　花子 追加 なし" in text
        assert "渡邉" not in text  # who did not change


def test_a_change_is_counted_from_the_notice_that_was_handed_in(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        house.clock.go_to(date(2026, 10, 20), 9)
        person = house.ledger.registers.need(Person, house.story.people["worker"]).record
        house.ledger.registers.revise(replace(person, name="𠮷田　翔太"), "改姓のため")
        told = handed_in(house, "D-03")
        with pytest.raises(Refused, match=f"{told.doc_no}（令和8年10月20日提出）の後に"):
            text_of(house, "D-03", change=True)
        house.clock.go_to(date(2026, 11, 2), 9)
        house.ledger.registers.revise(replace(person, name="𠮷野　翔太"), "旧姓に戻したため")
        assert "氏名 𠮷田　翔太 𠮷野　翔太" in text_of(house, "D-03", change=True)


def test_a_place_that_moves_is_told_with_both_rooms(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        place = house.story.places[1]
        house.ledger.registers.revise(replace(place, floor_room="4階401室"), "移転のため")
        text = text_of(house, "D-04", change=True)
        assert "個人情報取扱場所変更届出書" in text
        assert "入力室 階・室 3階301室 4階401室" in text and "移転のため" in text


def test_the_reason_of_what_is_new_is_the_clerks(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        house.clock.go_to(date(2026, 10, 20), 9)
        house.ledger.registers.create(
            replace(
                assignment_of(house, "worker2"), id="", person_id=house.story.people["officer"],
                notice_submission_id="", starts_on=date(2026, 11, 1),
            )
        )  # fmt: skip
        assert "追加のため" in text_of(house, "D-03", change=True)
        why = "繁忙期の増員のため（𠮷・辻󠄂）"
        text = text_of(house, "D-03", change=True, added_because=f" {why} ")
        assert "追加のため" not in text and "繁忙期の増員のため" in text
        paper = sealed(house, "D-03", change=True, added_because=why)
        assert [line["reason"] for line in paper.content["lines"]] == [why]
        assert changed_since(house.ledger, paper) == []
        with pytest.raises(Refused, match="200文字まで"):
            text_of(house, "D-03", change=True, added_because="あ" * 201)


def test_before_any_notice_there_is_no_notice_of_changes(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        other = replace(house.story.contract, id="", contract_no="2026-002", title="別の業務")
        other_id = house.ledger.registers.create(other).ids[-1]
        with pytest.raises(Refused, match="まだ「作業責任者・作業従事者届出書」の提出が"):
            preview(house.ledger, IssueRequest("D-03", other_id, options={"change": True}))


@pytest.mark.parametrize(("profile", "kind"), [("fukuoka", "D-04"), ("yachiyo", "D-03")])
def test_where_the_text_knows_no_notice_of_changes_it_is_refused(
    tmp_path: Path, profile: str, kind: str
) -> None:
    with (
        office(tmp_path, profile) as house,
        pytest.raises(Refused, match="変更届の定めがありません"),
    ):
        text_of(house, kind, change=True)


# --- what changed since -------------------------------------------------------------------------


def test_what_changed_after_the_seal_is_told_line_by_line(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        paper = sealed(house, "D-03")
        assert changed_since(house.ledger, paper) == []
        before = house.ledger.paper.file(paper.id)
        house.ledger.registers.revise(
            replace(assignment_of(house, "worker"), duties="照合のみ"), "担当の変更"
        )
        add_workers(house, 1)
        found = changed_since(house.ledger, paper)
        assert found == [
            "𠮷野　翔太：結果票の受領と入力 → 照合のみ",
            found[1],
        ]
        assert found[1].startswith("従事　00号：書面に載っていません")
        assert house.ledger.paper.file(paper.id) == before


def test_a_paper_whose_event_was_voided_says_why_it_differs(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        received = events(house, K.RECEIVE)[0]
        paper = sealed(house, "D-14", received)
        house.ledger.handling.void(received, "二重の入力のため")
        assert "取り消されている" in changed_since(house.ledger, paper)[0]


def test_a_notice_of_changes_is_looked_at_again_from_its_own_day(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        place = house.story.places[1]
        house.ledger.registers.revise(replace(place, floor_room="4階401室"), "移転のため")
        paper = sealed(house, "D-04", change=True)
        assert changed_since(house.ledger, paper) == []
        house.ledger.paper.submit(paper.id, on=house.ledger.today(), means=SubmissionMeans.HAND)
        again = house.ledger.registers.need(Place, place.id).record
        house.ledger.registers.revise(replace(again, floor_room="5階501室"), "再移転のため")
        told = text_of(house, "D-04", change=True)
        assert "4階401室 5階501室" in told and "3階301室" not in told


def test_a_notice_of_changes_says_whom_it_is_about(tmp_path: Path) -> None:
    with office(tmp_path, "chiba") as house:
        house.clock.go_to(date(2026, 10, 20), 9)
        managers = house.ledger.registers.all(Assignment, role=AssignmentRole.INFO_MANAGER)
        old = managers[-1].record
        over = replace(
            old, ends_on=date(2026, 10, 31), end_reason="異動", status=AssignmentStatus.ENDED
        )
        house.ledger.registers.revise(over, "異動のため")
        new = replace(
            old, id="", person_id=house.story.people["worker2"], notice_submission_id="",
            starts_on=date(2026, 11, 1), ends_on=None,
        )  # fmt: skip
        house.ledger.registers.create(new)
        said = text_of(house, "D-03", change=True)
        assert "先に書面で提出した個人情報管理責任者について" in said
        officer = replace(new, role=AssignmentRole.HANDOVER_OFFICER)
        house.ledger.registers.create(officer)
        said = text_of(house, "D-03", change=True)
        assert "個人情報管理責任者及び情報授受担当者について" in said
