"""規則の確認 in the window: what is told while typing, what is asked when saving, who agrees."""

import ast
import weakref
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from models.chain import EMPTY
from models.codes import AssignmentRole, AssignmentStatus, HandlingKind, Role
from models.commands import Change
from models.records import (
    Assignment,
    Finding,
    HandlingEvent,
    HandlingLine,
    Item,
    Record,
    RuleOverride,
)
from models.rules.answers import Answers
from tests.ui.daily import K, Keyboard, Site, make_site, today
from tests.ui.fingers import commit
from tests.ui.shell import texts
from ui.answering import AnswerDialog
from ui.form_dialog import FormDialog
from ui.handling.dialog import HandlingDialog
from ui.handling.opening import handling_dialog
from ui.notice_bar import NoticeBar
from ui.rule_panel import PAUSE_MS
from ui.waiting import WaitingDialog

WHY = "担当者が急病で、代わりの人が入力したため"
LOGIN, PASSWORD = "shimizu", "静かな港に灯る三つの明かり"
D = TypeVar("D", bound=QDialog)
R = TypeVar("R", bound=Record)


@pytest.fixture
def site(qtbot: QtBot, tmp_path: Path) -> Iterator[Site]:
    """A site where a worker may be the second person."""
    made = make_site(qtbot, tmp_path, rules=True)
    made.ledger.people.add_account(
        made.story.people["worker"], login=LOGIN, role=Role.WORKER, password=PASSWORD,
        chosen_by_self=True,
    )  # fmt: skip
    yield made
    made.close()


@pytest.fixture
def alone(qtbot: QtBot, tmp_path: Path) -> Iterator[Site]:
    """A site of one person."""
    made = make_site(qtbot, tmp_path, rules=True)
    yield made
    made.close()


def opened(site: Site, kind: HandlingKind = K.USE, actor: str = "officer") -> HandlingDialog:
    """Open a dialog for an item, with somebody as the actor (not assigned unless told)."""
    dialog = handling_dialog(site.desk, site.contract_id, kind, [site.items[0].id])
    site.answers.replies.append(True)  # should it ask before it is thrown away
    dialog.show()
    site.qtbot.waitExposed(dialog)
    put(dialog, "actor_person_id", site.story.people[actor])
    put(dialog, "purpose", "照合のため")
    return dialog


def put(dialog: HandlingDialog, name: str, value: object) -> None:
    row = dialog.panel.rows[name]
    row.editor.set_value(value)
    row.editor.edited.emit()


def top(kind: type[D]) -> D:
    """Return the open dialog of a kind."""
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]
    assert len(found) == 1, found
    return found[0]


def saved(site: Site, dialog: HandlingDialog) -> AnswerDialog:
    """Press Ctrl+Enter and return what the rules ask."""
    Keyboard(dialog).key(Qt.Key.Key_Return, ctrl=True)
    site.settle()
    return top(AnswerDialog)


def told(widget: QWidget) -> str:
    return "\n".join(texts(widget, [QLabel]))


def write(text: QWidget, words: str) -> None:
    """Type Japanese where the keyboard is."""
    assert text.hasFocus()
    commit(text, words)


def records(site: Site, cls: type[R]) -> list[R]:
    return [one.record for one in site.ledger.registers.all(cls)]


# --- while typing ---


def test_a_rule_speaks_while_the_form_is_filled_in(site: Site) -> None:
    dialog = opened(site)
    site.qtbot.waitUntil(dialog.rules.isVisible, timeout=3000)
    words = told(dialog.rules)
    assert (
        "逸脱になります　1件" in words and "指定されていません" in words and "第4条第1項" in words
    )
    put(dialog, "actor_person_id", site.story.people["worker"])
    site.qtbot.waitUntil(lambda: not dialog.rules.isVisible(), timeout=3000)
    assert dialog.rules.findings == ()


def test_the_rules_are_asked_once_after_the_last_key(site: Site) -> None:
    dialog = opened(site)
    asked: list[int] = []
    dialog.rules._pause.timeout.connect(lambda: asked.append(1))
    for _ in range(5):
        put(dialog, "purpose", "照合")
    site.qtbot.wait(PAUSE_MS * 2)
    assert asked == [1]


def test_what_lies_ahead_is_judged_as_a_plan(site: Site) -> None:
    dialog = opened(site)
    put(dialog, "occurred_at", site.clock() + timedelta(days=1))
    site.qtbot.waitUntil(lambda: "止めます" in told(dialog.rules), timeout=3000)


def test_a_register_form_speaks_too(site: Site) -> None:
    dialog = FormDialog(site.desk, Assignment, start=beginning(site))
    site.answers.replies.append(True)
    dialog.show()
    site.qtbot.waitUntil(lambda: "届け出" in told(dialog.rules), timeout=3000)
    assert "逸脱になります" in told(dialog.rules)


def beginning(site: Site) -> Assignment:
    """Return an assignment that began without notice to the client."""
    return Assignment(
        contract_id=site.contract_id, person_id=site.story.people["worker3"],
        role=AssignmentRole.WORKER, starts_on=site.ledger.today() - timedelta(days=3),
        duties="入力", status=AssignmentStatus.ACTIVE,
    )  # fmt: skip


# --- a plan ---


def test_a_plan_that_would_be_a_breach_says_why_and_loses_nothing(site: Site) -> None:
    before = site.ledger.store.head()
    dialog = opened(site)
    put(dialog, "occurred_at", site.clock() + timedelta(days=1))
    dialog.save_plan()
    site.settle()
    assert "このままでは記録できません" in dialog.message.text()
    assert "第4条第1項" in dialog.message.text()
    assert dialog.isVisible() and dialog.panel.values()["purpose"] == "照合のため"
    assert site.ledger.store.head() == before


# --- a fact that breaks a rule ---


def test_a_breach_is_entered_with_reason_and_second_person_by_keys(site: Site) -> None:
    dialog = opened(site)
    ask = saved(site, dialog)
    keyboard = Keyboard(ask)
    write(ask.parts[0].text, WHY)
    assert "✓" in ask.parts[0].count.text()
    for _ in range(3):  # now or later, who, login
        keyboard.key(Qt.Key.Key_Tab)
    assert ask.second is not None and ask.second.login.hasFocus()
    assert ask.second.login.text() == LOGIN
    keyboard.key(Qt.Key.Key_Return)
    write(ask.second.password, PASSWORD)
    keyboard.key(Qt.Key.Key_Return)
    site.settle()
    [override] = records(site, RuleOverride)
    [event] = site.events(K.USE)
    assert override.approved_by == site.story.people["worker"] and override.proof
    assert event.deviation and event.deviation_reason == WHY
    assert len(records(site, Finding)) == 1
    assert not (isValid(dialog) and dialog.isVisible())


def test_a_wrong_password_of_the_second_person_loses_nothing(site: Site) -> None:
    before = site.ledger.store.head()
    ask = saved(site, opened(site))
    write(ask.parts[0].text, WHY)
    assert ask.second is not None
    ask.second.password.setFocus()
    write(ask.second.password, "ちがうパスワード")
    Keyboard(ask).key(Qt.Key.Key_Return)
    site.settle()
    assert "パスワードが違います" in ask.message.text()
    assert ask.isVisible() and ask.parts[0].reason() == WHY
    assert ask.second.password.text() == "" and ask.second.password.hasFocus()
    assert site.ledger.store.head() == before
    write(ask.second.password, PASSWORD)
    Keyboard(ask).key(Qt.Key.Key_Return)
    site.settle()
    assert len(records(site, RuleOverride)) == 1


def test_a_short_reason_is_asked_before_the_password_counts(site: Site) -> None:
    ask = saved(site, opened(site))
    write(ask.parts[0].text, "急ぎ")
    assert ask.parts[0].count.text() == "あと8文字"
    Keyboard(ask).key(Qt.Key.Key_Return, ctrl=True)
    assert "10文字以上" in ask.message.text() and ask.parts[0].text.hasFocus()
    assert not site.operations.busy


def test_turning_back_leaves_the_form_as_it_was(site: Site) -> None:
    before = site.ledger.store.head()
    dialog = opened(site)
    ask = saved(site, dialog)
    assert ask.is_dirty()
    Keyboard(ask).key(Qt.Key.Key_Escape)
    assert "まだ記録していません" in dialog.message.text()
    assert dialog.save_button.isEnabled() and dialog.is_dirty()
    assert dialog.focusWidget() is dialog.save_button
    assert site.ledger.store.head() == before


# --- a judgement ---


def test_a_judgement_wants_a_reason_and_nobody_else(site: Site) -> None:
    dialog = opened(site, actor="worker")
    put(dialog, "purpose", "本人（090-1234-5678）へ確認")
    ask = saved(site, dialog)
    assert ask.second is None and "090" not in told(ask)
    write(ask.parts[0].text, "市役所の代表番号で、住民のものではない")
    Keyboard(ask).key(Qt.Key.Key_Return, ctrl=True)
    site.settle()
    [override] = records(site, RuleOverride)
    assert override.rule_id == "R-48" and not override.confirm_later


def test_one_reason_may_serve_every_rule(site: Site) -> None:
    dialog = opened(site)
    put(dialog, "purpose", "本人（090-1234-5678）へ確認")
    ask = saved(site, dialog)
    assert [part.rule_id for part in ask.parts] == ["R-01", "R-48"]
    write(ask.parts[0].text, WHY)
    ask.same.click()
    assert [part.reason() for part in ask.parts] == [WHY, WHY]


def test_a_copy_is_asked_about_and_made_once(site: Site) -> None:
    dialog = handling_dialog(site.desk, site.contract_id, K.COPY, [site.items[0].id])
    site.answers.replies.append(True)
    dialog.show()
    put(dialog, "purpose", "本人（090-1234-5678）へ確認")
    site.qtbot.waitUntil(dialog.rules.isVisible, timeout=3000)
    assert {one.rule_id for one in dialog.rules.findings} == {"R-48"}
    before = len(site.ledger.registers.all(Item))
    put(dialog, "place_from_id", site.story.places[1].id)
    ask = saved(site, dialog)
    write(ask.parts[0].text, "市役所の代表番号で、住民のものではない")
    Keyboard(ask).key(Qt.Key.Key_Return, ctrl=True)
    site.settle()
    [event] = site.events(K.COPY)
    assert len(site.ledger.registers.all(Item)) == before + 1
    assert event.lines[0].resulting_item_id


# --- later ---


def test_what_nobody_can_confirm_now_waits_on_the_page_of_today(site: Site) -> None:
    ask = saved(site, opened(site))
    write(ask.parts[0].text, WHY)
    assert ask.second is not None
    ask.second.ways.button(1).click()
    assert "確認待ちの例外" in ask.second.hint.text()
    Keyboard(ask).key(Qt.Key.Key_Return, ctrl=True)
    site.settle()
    page = today(site)
    assert "確認待ちの例外　1件" in page.waiting.sentence.text()
    assert "ほかの方がサインインして" in page.waiting.sentence.text()
    page.waiting.open()
    own = top(WaitingDialog)
    assert not own.agree.isEnabled() and "自分では認められません" in told(own)
    own.reject()
    page.hide()

    site.ledger.close()
    site.ledger = site.office.unlock(site.folder, LOGIN, PASSWORD)
    page = today(site)
    assert "あなたが確認できます" in page.waiting.sentence.text()
    page.waiting.open()
    dialog = top(WaitingDialog)
    assert WHY in told(dialog) and "第4条第1項" in told(dialog)
    [tick] = dialog.ticks.values()
    tick.setFocus()
    Keyboard(dialog).key(Qt.Key.Key_Space)
    dialog.agree.click()
    site.settle()
    [override] = records(site, RuleOverride)
    assert override.approved_by == site.story.people["worker"] and not override.confirm_later
    assert not page.waiting.isVisible()


def test_a_site_of_one_person_is_told_and_waits(alone: Site) -> None:
    ask = saved(alone, opened(alone))
    assert ask.second is None and "ほかに確認できる利用者がいません" in ask.alone.text()
    write(ask.parts[0].text, WHY)
    Keyboard(ask).key(Qt.Key.Key_Return, ctrl=True)
    alone.settle()
    [override] = records(alone, RuleOverride)
    assert override.confirm_later and not override.approved_by


# --- the other ways in ---


def test_a_register_form_asks_the_same_way(site: Site) -> None:
    dialog = FormDialog(site.desk, Assignment, start=beginning(site))
    ids: list[str] = []
    dialog.saved.connect(ids.append)
    dialog.show()
    dialog.save()
    site.settle()
    ask = top(AnswerDialog)
    for part in ask.parts:
        part.text.setPlainText(WHY)
    assert ask.second is not None
    ask.second.password.setText(PASSWORD)
    ask.save()
    site.settle()
    assert site.ledger.registers.need(Assignment, ids[0]).record.duties == "入力"
    assert {one.approved_by for one in records(site, RuleOverride)} >= {site.story.people["worker"]}


def test_the_dialog_that_asks_does_not_take_its_form_along(site: Site) -> None:
    form = FormDialog(site.desk, Assignment, start=beginning(site))
    form.show()
    form.save()
    site.settle()
    held = weakref.ref(form)
    top(AnswerDialog).reject()
    site.settle()
    del form  # nobody but the connections of the dialog holds it now
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert held() is not None
    site.qtbot.waitUntil(lambda: held() is None, timeout=2000)


def test_confirming_ones_own_handling_asks_on_the_page(site: Site) -> None:
    event = HandlingEvent(
        contract_id=site.contract_id, kind=K.USE, purpose="入力", occurred_at=site.clock(),
        ended_at=site.clock(), actor_person_id=site.story.people["supervisor"],
        place_from_id=site.story.places[1].id,
        lines=(HandlingLine(item_id=site.items[0].id),),
    )  # fmt: skip
    change = site.ledger.handling.record(event, answers=Answers({"*": WHY}, later=True))
    page = today(site)
    page.handling.confirm([change.ids[-1]])
    site.settle()
    ask = top(AnswerDialog)
    assert "確認する本人の取扱い" in told(ask)
    write(ask.parts[0].text, "責任者がほかにいない事業所のため")
    Keyboard(ask).key(Qt.Key.Key_Return, ctrl=True)
    site.settle()
    assert "1件を確認しました" in page.said.text()


def test_the_reason_of_the_form_stands_in_the_dialog_already(site: Site) -> None:
    dialog = opened(site)
    assert dialog._more is not None
    for name, value in (("deviation", True), ("deviation_reason", WHY)):
        dialog._more.rows[name].editor.set_value(value)
    ask = saved(site, dialog)
    assert ask.parts[0].reason() == WHY and ask.parts[0].is_complete()


def test_notices_stand_in_a_quiet_line(qtbot: QtBot) -> None:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    told_now = Change("c", EMPTY, frozenset({"handling_event"}), ("a",), ("一", "二", "三", "四"))
    bar.show_change(told_now)
    assert not bar.isHidden() and bar.text.text() == "一\n二\n三\nほか1件"
    bar.show_change(Change("d", EMPTY, frozenset({"handling_event"}), ("b",)))
    assert bar.isHidden()


JUDGED = {
    "registers": {"create", "create_all", "revise"},
    "handling": {"record", "record_all", "copy", "correct", "confirm"},
    "paper": {"submit", "note", "returned"},
}


def test_every_command_of_the_window_takes_answers() -> None:
    """What the rules judge must go through `ui.answering.enter`, or the user is told to no avail."""
    faults = []
    for path in Path("ui").rglob("*.py"):
        if path.parent.name in ("console", "sample") or path.name == "wizard.py":
            continue  # a new ledger has one person and no history: the wizard asks to reword
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            owner = ast.unparse(call.func.value)
            if owner == "self.handling":  # the verbs of a page, which do it right
                continue
            owner = owner.rpartition(".")[2]
            given = {keyword.arg for keyword in call.keywords}
            if call.func.attr in JUDGED.get(owner, ()) and "answers" not in given:
                faults.append(f"{path}:{call.lineno}")
    assert faults == []
