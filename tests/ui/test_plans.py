"""予定: entered in the dialog of the act, shown on 今日, turned into the fact or dropped there."""

from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from models.codes import (
    EncryptionMeasure,
    HandlingStatus,
    ItemState,
    SanitizationMethod,
    Timing,
    VerificationResult,
)
from models.errors import Refused
from models.records import HandlingEvent
from reports.collect import collect
from reports.documents.d17_end_report import EndReport
from tests.ui.daily import K, Keyboard, Site, make_site, today
from tests.ui.fingers import press, type_in
from tests.ui.shell import cell_text
from ui.daily_log import DailyLogPage
from ui.handling.dialog import HandlingDialog
from ui.handling.sanitizing import SanitizeDialog
from ui.issue import IssueRequest
from ui.paper_subjects import offered
from ui.today import TodayPage


def plan(site: Site, **more: object) -> HandlingEvent:
    site.enter(
        K.TAKE_OUT, site.items[:1], timing=Timing.PLANNED, destination_text="市役所",
        occurred_at=site.clock() + timedelta(hours=3),
        expected_return_at=site.clock() + timedelta(hours=6),
        encryption=EncryptionMeasure.NOT_APPLICABLE, **more,
    )  # fmt: skip
    return site.events(K.TAKE_OUT)[-1]


def type_moment(dialog: HandlingDialog, name: str, text: str) -> None:
    line = dialog.panel.rows[name].editor.focus_target()
    line.selectAll()  # type: ignore[attr-defined]
    type_in(line, text)
    press(line, Qt.Key.Key_Return)


def test_a_take_out_is_planned_on_the_keyboard_and_stands_on_today(site: Site) -> None:
    page = today(site)
    assert "予定はありません" in page.plans.empty.text()
    keyboard = Keyboard(page)
    keyboard.key(Qt.Key.Key_F5)
    dialog = page.handling.dialog
    assert dialog is not None
    keyboard.type(site.items[0].item_no)
    keyboard.key(Qt.Key.Key_Return)
    type_moment(dialog, "occurred_at", "R8.10.2 13:00")
    type_moment(dialog, "expected_return_at", "R8.10.2 16:00")
    type_in(dialog.panel.rows["destination_text"].editor.focus_target(), "市役所")
    type_in(dialog.panel.rows["purpose"].editor.focus_target(), "検収のため")
    dialog.panel.set_values({"encryption": EncryptionMeasure.NOT_APPLICABLE})
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
    site.settle()
    [entered] = site.events(K.TAKE_OUT)
    assert (entered.timing, entered.status) == (Timing.PLANNED, HandlingStatus.PLANNED)
    assert page.said.text() == "✓ 第2号 持出しを予定として登録しました。"
    site.settle()
    page.refresh()
    site.settle()
    row = [cell_text(page.plans.table, 0, n) for n in range(4)]
    assert row[:3] == ["令和8年10月2日 13:00", "あした", "持ち出し"]
    assert site.items[0].item_no in row[3]
    assert page.events.table.rowCount() == 1  # the receipt of the morning; a plan is no fact
    assert site.state(site.items[0]) == ItemState.STORED.label


def test_a_plan_needs_a_time_of_its_own(site: Site) -> None:
    page = today(site)
    dialog = page.handling.open(K.STOCKTAKE, [site.items[0].id])
    assert dialog is not None
    dialog.save_plan()
    assert "予定の日時（これから行う日時）を入力してください" in dialog.message.text()
    assert not site.events(K.STOCKTAKE)
    assert dialog.draft().timing is Timing.ACTUAL
    site.answers.replies.append(True)


def test_a_plan_becomes_the_fact_with_what_was_planned(site: Site) -> None:
    planned = plan(site, purpose="検収のため")
    site.clock.wait(200)
    page = today(site)
    assert "予定の日時を過ぎています" in cell_text(page.plans.table, 0, 1)
    assert "期限を過ぎたものが" in page.care.text()
    assert cell_text(page.plans.table, 0, 2) == "持ち出し"
    page.carry_out_button.click()
    dialog = page.handling.dialog
    assert dialog is not None
    assert "第2号 持出しの予定の実績" in dialog.windowTitle()
    draft = dialog.draft()
    assert (draft.purpose, draft.destination_text) == ("検収のため", "市役所")
    assert draft.occurred_at is not None and planned.occurred_at is not None
    assert draft.occurred_at > planned.occurred_at
    assert not dialog.can_plan() and dialog.plan_button.isHidden()
    type_moment(dialog, "expected_return_at", "R8.10.1 19:00")
    Keyboard(page).key(Qt.Key.Key_Return, ctrl=True)
    site.settle()
    assert page.said.text() == "✓ 第3号 持出しを記録しました。"
    assert site.state(site.items[0]) == ItemState.TAKEN_OUT.label
    page.refresh()
    site.settle()
    assert page.plans.table.rowCount() == 0


def test_a_plan_is_dropped_with_a_reason(site: Site) -> None:
    plan(site)
    page = today(site)
    site.answers.replies.append("検収が延期になったため")
    page.drop_button.click()
    site.settle()
    assert "予定を中止します" in site.answers.asked[-1]
    assert site.events(K.TAKE_OUT) == []
    page.refresh()
    site.settle()
    assert page.plans.table.rowCount() == 0 and page.carry_out_button.isHidden()


def planned_disposal(site: Site) -> tuple[TodayPage, HandlingEvent]:
    """Plan the disposal of a thing on 今日; return that page and what was entered."""
    page = today(site)
    dialog = page.handling.open(K.DISPOSE, [site.items[0].id])
    assert isinstance(dialog, SanitizeDialog)
    type_moment(dialog, "occurred_at", "R8.10.5 10:00")
    dialog.panel.set_values({"purpose": "契約の終了による廃棄"})
    dialog.shared.set_values({"place_text": "入力室"})
    dialog.save_plan()
    site.settle()
    [entered] = site.events(K.DISPOSE)
    return page, entered


def test_a_planned_disposal_needs_no_result_and_keeps_the_method(site: Site) -> None:
    page, entered = planned_disposal(site)
    assert entered.timing is Timing.PLANNED
    [row] = entered.sanitization
    assert (row.method, row.verification_result) == (
        SanitizationMethod.SHRED, VerificationResult.UNKNOWN,
    )  # fmt: skip
    assert row.irrecoverable_confirmed is False and row.witness_requested is None
    carrying = page.handling.carry_out(site.ledger.registers.need(HandlingEvent, entered.id))
    assert isinstance(carrying, SanitizeDialog)
    [begun] = carrying.draft().sanitization
    assert begun.method is SanitizationMethod.SHRED
    assert begun.verification_result is None and begun.irrecoverable_confirmed is None


def test_a_planned_disposal_is_reported_as_a_plan_and_certified_as_nothing(site: Site) -> None:
    _, entered = planned_disposal(site)
    assert [s.id for s in offered(site.ledger, "D-17", site.contract_id).subjects] == [entered.id]
    [shown] = offered(site.ledger, "D-17", site.contract_id).subjects
    assert "（予定）" in shown.text and not shown.waits
    assert not offered(site.ledger, "D-18", site.contract_id).subjects
    report = collected(site, "D-17", entered.id)
    assert not report.completed and list(report.missing()) == []
    assert report.lines[0].method == SanitizationMethod.SHRED.label
    with pytest.raises(Refused, match="は予定です"):
        collected(site, "D-18", entered.id)


def collected(site: Site, doc_kind: str, event_id: str) -> EndReport:
    wish = IssueRequest(doc_kind, site.contract_id, (event_id,))
    found = collect(site.ledger, wish, site.ledger.paper.numbering())
    assert isinstance(found, EndReport)
    return found


def test_a_plan_that_would_be_a_breach_is_refused_with_its_clause(
    qtbot: QtBot, tmp_path: Path
) -> None:
    site = make_site(qtbot, tmp_path, rules=True)
    page = today(site)
    dialog = page.handling.open(K.STOCKTAKE, [site.items[0].id])
    assert dialog is not None
    type_moment(dialog, "occurred_at", "R8.10.2 10:00")
    dialog.panel.set_values({"actor_person_id": site.story.people["officer"], "purpose": "棚卸"})
    dialog.save_plan()
    site.settle()
    assert "指定されていません" in dialog.message.text()
    assert "第4条第1項" in dialog.message.text()
    assert site.events(K.STOCKTAKE) == [] and not dialog.planning
    site.answers.replies.append(True)
    site.close()


def test_what_makes_new_items_is_not_planned(site: Site) -> None:
    page = today(site)
    for kind in (K.RECEIVE, K.COPY, K.LOSS, K.BRING_BACK):
        dialog = page.handling.open(kind, [])
        assert dialog is not None and dialog.plan_button.isHidden(), kind
        site.answers.replies.append(True)
        dialog.reject()


def test_the_log_turns_a_marked_plan_into_its_fact(site: Site) -> None:
    planned = plan(site)
    page = DailyLogPage(site.desk)
    site.qtbot.addWidget(page)
    page.show_contract(site.contract_id)
    page.show()
    site.settle()
    page.show_record(HandlingEvent.type, planned.id)
    site.settle()
    assert page.carry_out_button.isEnabled()
    page.carry_out_button.click()
    dialog = page.handling.dialog
    assert dialog is not None and dialog.plan is not None
    assert dialog.plan.record.id == planned.id
