"""The table of roles (obligations.md 8.4.1) in the window: what each role can press, and why not.

A verb that is not for a role stands there in grey and says why, or the page says it; the office
refuses it again when it is called (tests/models/test_roles.py).
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from models.codes import AccessLevel, CommunicationKind, CommunicationMeans, Direction, Role
from models.records import (
    AccessRight,
    ClientCommunication,
    HandlingEvent,
    HandlingLine,
    OfficerConfirmation,
)
from models.rules.answers import EVERY
from models.rules.answers import Answers as RuleAnswers
from tests.house import House, furnished
from tests.ui.daily import K
from tests.ui.shell import Answers, settle, texts
from ui.application import places
from ui.evidence_page import EvidencePage
from ui.form_dialog import FormDialog
from ui.handling.opening import handling_dialog
from ui.items import ItemsPage
from ui.officer_confirming import OfficerDialog
from ui.operations import Operations
from ui.oversight_page import OversightPage
from ui.page import Desk, Page
from ui.paper_dialog import PaperDialog
from ui.proposals import ProposalsDialog
from ui.sample import cast
from ui.second_person import SecondPart
from ui.settings_page import SettingsPage
from ui.waiting import WaitingDialog, read_waiting

W, S, A, I = Role.WORKER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.INSPECTOR  # noqa: E741
LOGINS = {user.role: user.login for user in cast.USERS}
WHY = "代わりの人が急ぎで入力したため"


class Stage:
    """The window's pages in the hands of one role after the other."""

    def __init__(self, qtbot: QtBot, house: House) -> None:
        self.qtbot = qtbot
        self.house = house
        self.answers = Answers()
        self.operations = Operations(self.answers)
        self._pages: dict[tuple[Role, str], Page] = {}

    def enter(self, role: Role) -> Desk:
        if self.house.ledger.role is not role:
            self.close_pages()
            self.house.sign_in(LOGINS[role])
        ledger = self.house.ledger
        return Desk(ledger, self.operations, self.answers, lambda *_where: None)

    def page(self, role: Role, title: str) -> Page:
        """Return a page of the window as it stands for a role."""
        desk = self.enter(role)
        if (role, title) not in self._pages:
            place = next(p for p in places(self.house.office) if p.title == title)
            page = place.make(desk)
            page.show_contract(self.house.story.contract.id)
            page.show()
            page.refresh()
            self.settle()
            self._pages[role, title] = page
        return self._pages[role, title]

    def settle(self) -> None:
        for _ in range(2):  # what is read may ask for more
            settle(self.qtbot, self.operations)

    def close_pages(self) -> None:
        self.settle()
        for page in self._pages.values():
            page.close()
            page.deleteLater()
        self._pages.clear()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with furnished(tmp_path_factory.mktemp("roles"), rules=True, accounts=True, things=3) as made:
        yield made


@pytest.fixture
def stage(qtbot: QtBot, house: House) -> Iterator[Stage]:
    made = Stage(qtbot, house)
    yield made
    made.close_pages()
    made.operations.close()


def verb(page: Page, word: str) -> QAction | QAbstractButton:
    """Return what carries these words on a page."""
    every: list[QAction | QAbstractButton] = [*page.verbs()]
    every += page.findChildren(QAbstractButton)
    found = [one for one in every if one.text().startswith(word)]
    assert found, f"{word} is not on the page"
    return found[0]


# Page, words of the verb, and who may press it. Whoever may not finds it grey, with the reason.
TABLE: tuple[tuple[str, str, str, frozenset[Role]], ...] = (
    ("取扱いの記録", "取扱記録", "受領", frozenset({W, S})),
    ("取扱いの記録", "今日", "F9", frozenset({W, S})),
    ("取扱いの記録", "媒体・資料", "持ち出し", frozenset({W, S})),
    ("書類の確定", "書類", "提出を記録", frozenset({S})),
    ("書類の確定", "条項と証拠", "書類を作成", frozenset({S})),
    ("従事者の登録", "従事者・場所", "新規登録", frozenset({S})),
    ("契約の登録", "契約・組織", "新規登録", frozenset({S})),
    ("再委託の登録", "承諾・指示", "新規登録", frozenset({S})),
    ("利用者の管理", "設定・利用者", "利用者の追加", frozenset({S, A})),
    ("回復シートの作り直し", "設定・利用者", "回復シート", frozenset({S})),
    ("自分のパスワード", "設定・利用者", "自分のパスワード", frozenset(Role)),
    ("バックアップ", "バックアップ", "今すぐバックアップ", frozenset({W, S, A})),
    ("復元", "バックアップ", "復元", frozenset({S, A})),
    ("復元", "バックアップ", "復元の試し", frozenset({S, A})),
    ("バックアップの廃棄", "バックアップ", "古いバックアップの廃棄", frozenset({S, A})),
    ("バックアップの媒体", "バックアップ", "バックアップの媒体", frozenset({S, A})),
    ("更新ジャーナル", "バックアップ", "更新ジャーナルの保存先", frozenset({S, A})),
    ("予定の実績", "今日", "選んだ予定の実績", frozenset({W, S})),
    ("予定の中止", "今日", "予定を中止", frozenset({W, S})),
    ("予定の登録", "予定表", "予定の登録", frozenset({W, S})),
    ("利用の記録の閲覧", "点検", "利用の記録", frozenset({S, A, I})),
    ("台帳の検証", "バックアップ", "台帳の検証", frozenset({S, A, I})),
    ("条項と証拠", "条項と証拠", "記録を開く", frozenset({S, I})),
    ("検査者の確認", "条項と証拠", "検査者の確認", frozenset({I})),
    ("一覧の書出し", "従事者・場所", "書出し", frozenset({S, I})),
    ("一覧の書出し", "媒体・資料", "図を保存", frozenset({S, I})),
)


@pytest.mark.parametrize("role", Role, ids=str)
def test_the_table(stage: Stage, role: Role) -> None:
    wrong = []
    for row, title, word, allowed in TABLE:
        found = verb(stage.page(role, title), word)
        if found.isEnabled() is not (role in allowed):
            wrong.append(f"{row}：{title}「{word}」 {found.isEnabled()}")
        elif role not in allowed and found.toolTip() in ("", found.text()):
            wrong.append(f"{row}：{title}「{word}」 gives no reason")
    assert wrong == []


# --- cells with a condition -----------------------------------------------------------------------
def test_items_are_seen_with_a_right_on_the_contract_only(stage: Stage) -> None:
    seen = {}
    for role in Role:
        page = stage.page(role, "媒体・資料")
        assert isinstance(page, ItemsPage)
        seen[role] = page.view.model.rowCount() > 0
    assert seen == {W: True, S: True, I: True, A: False}


def test_a_worker_records_his_own_acts_only(stage: Stage) -> None:
    fixed = {}
    for role in (W, S):
        desk = stage.enter(role)
        item = stage.house.story._stock[0].id
        dialog = handling_dialog(desk, stage.house.story.contract.id, K.USE, [item])
        row = dialog.panel.rows["actor_person_id"]
        fixed[role] = "自分の取扱いだけ" in row.hint.text()
        stage.settle()
        dialog.deleteLater()
    assert fixed == {W: True, S: False}


def test_only_the_responsible_person_seals(stage: Stage) -> None:
    """The preview is for everybody who sees the contract; its button to seal says who may."""
    why_not = {}
    for role in Role:
        dialog = PaperDialog(stage.enter(role), stage.house.story.contract.id, None)
        stage.qtbot.addWidget(dialog)
        why_not[role] = dialog._why_not([], None)
    assert "証印がまだない" in why_not.pop(S)
    assert all("責任者だけ" in words for words in why_not.values())


def test_exceptions_are_agreed_to_by_another_responsible_person(stage: Stage) -> None:
    """The one who asked finds no tick, and a worker reads that the responsible person decides."""
    desk, story = stage.enter(W), stage.house.story
    me = desk.ledger.user.person_id
    now = stage.house.clock()
    event = HandlingEvent(
        contract_id=story.contract.id, kind=K.USE, purpose="入力", occurred_at=now, ended_at=now,
        actor_person_id=me, place_from_id=story.places[0].id,
        lines=(HandlingLine(item_id=story._stock[0].id),),
    )  # fmt: skip
    desk.ledger.handling.record(event, answers=RuleAnswers({EVERY: WHY}, later=True))
    ticks = {}
    for role in Role:
        ledger = stage.enter(role).ledger
        parent = QWidget()
        stage.qtbot.addWidget(parent)
        dialog = WaitingDialog(stage.enter(role), read_waiting(ledger, ""), parent)
        ticks[role] = bool(dialog.ticks)
        dialog.deleteLater()
    assert ticks == {W: False, S: True, A: False, I: False}


def test_the_second_person_is_a_worker_or_a_responsible_person(stage: Stage) -> None:
    desk = stage.enter(S)
    offered = desk.ledger.rules.seconds(set()) | desk.ledger.rules.seconds({"-"})
    part = SecondPart(desk, frozenset(offered), may_wait=True)
    stage.qtbot.addWidget(part)
    people = {str(part.person.itemData(row)) for row in range(part.person.count())}
    assert people == {stage.house.story.people["worker"]}  # neither officer nor administrator


def test_the_audit_log_is_shown_by_role(stage: Stage) -> None:
    shown = {}
    for role in Role:
        page = stage.page(role, "点検")
        assert isinstance(page, OversightPage)
        page.tabs.setCurrentWidget(page.access)
        page.refresh()
        stage.settle()
        shown[role] = "利用の記録の閲覧" not in page.access.message.text()
    assert shown == {W: False, S: True, A: True, I: True}


def test_clauses_and_evidence_are_shown_by_role(stage: Stage) -> None:
    shown = {}
    for role in Role:
        page = stage.page(role, "条項と証拠")
        assert isinstance(page, EvidencePage)
        shown[role] = "条項と証拠の確認" not in page.nothing.text()
    assert shown == {W: False, S: True, A: False, I: True}


def test_a_right_is_proposed_by_one_and_granted_by_the_other(stage: Stage) -> None:
    ledger, story = stage.enter(S).ledger, stage.house.story
    kept = ledger.registers.all(AccessRight)[0].record
    fresh = replace(kept, id="", level=AccessLevel.APPROVE, granted_by="", granted_at=None)
    form = FormDialog(stage.enter(S), AccessRight, start=fresh)
    stage.qtbot.addWidget(form)
    shown = {name for name, row in form.form.rows.items() if not row.isHidden()}
    assert shown == {"user_id", "contract_id", "level", "assignment_id"}
    form.save()
    stage.settle()
    [proposed] = [one.id for one in ledger.rights.proposals()]
    page = stage.page(S, "設定・利用者")
    assert isinstance(page, SettingsPage)
    card = page.accounts.proposals
    assert not card.isHidden() and not card.button.isEnabled()
    assert "システム管理者だけ" in card.button.toolTip()
    page = stage.page(A, "設定・利用者")
    assert isinstance(page, SettingsPage)
    card = page.accounts.proposals
    assert card.button.isEnabled() and "1件" in card.sentence.text()
    card.button.click()
    [dialog] = card.findChildren(ProposalsDialog)
    assert story.people["worker"] and "𠮷野" in dialog.ticks[proposed].text()
    dialog.agree_button.click()
    assert "印を付けてください" in dialog.message.text()
    dialog.ticks[proposed].setChecked(True)
    dialog.agree_button.click()
    stage.settle()
    granted = stage.house.ledger.registers.need(AccessRight, proposed).record
    assert granted.granted_by == story.people["administrator"] and not dialog.isVisible()


def test_an_inspector_confirms_in_the_window_what_was_recorded_for_him(stage: Stage) -> None:
    ledger, story = stage.enter(S).ledger, stage.house.story
    ledger.registers.create(
        ClientCommunication(
            contract_id=story.contract.id, direction=Direction.IN, at=stage.house.clock(),
            kind=CommunicationKind.INSTRUCTION, means=CommunicationMeans.VISIT,
            from_name="見本　花子", to_name="髙橋　恵子", summary="返却は窓口へ",
        )
    )  # fmt: skip
    page = stage.page(I, "条項と証拠")
    verb(page, "検査者の確認").trigger()  # type: ignore[union-attr]  # an action
    stage.settle()
    [dialog] = page.findChildren(OfficerDialog)
    assert "返却は窓口へ" in "".join(texts(dialog, [QLabel]))
    [tick] = dialog.ticks.values()
    tick.setChecked(True)
    dialog.agree_button.click()
    stage.settle()
    [kept] = [one.record for one in stage.house.ledger.registers.all(OfficerConfirmation)]
    assert kept.person_id == story.people["officer"] and not dialog.isVisible()
    verb(page, "検査者の確認").trigger()  # type: ignore[union-attr]
    stage.settle()
    assert "いま確認する立会い・指示・指摘はありません。" in stage.answers.asked
