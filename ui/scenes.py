"""What the pictures show: each page and each dialog of the window, with the sample on stage."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLineEdit, QWidget

from models.backup_care import LAST_SOUND, Fate, Judged
from models.codes import HandlingKind as K
from models.codes import Means, MediumState, OfficerAct
from models.errors import NeedsAnswer
from models.ledger import Ledger
from models.office import Office
from models.possible_acts import ALLOWED
from models.profile_forms import RECEIPT
from models.purposes import USUAL
from models.records import (
    Assignment,
    Authorization,
    BackupMedium,
    BackupRun,
    Contract,
    ContractPlace,
    HandlingEvent,
    HandlingLine,
    InformationAsset,
    Item,
    Organization,
    Person,
    Place,
    Record,
    Submission,
    Terminal,
)
from models.rules.answers import Answers
from models.safe import Presence
from models.seconding import asked_of
from models.witness import Unconfirmed
from ui.account_dialog import AccountDialog
from ui.answering import AnswerDialog
from ui.asking import ChoiceDialog, LineDialog
from ui.backup_ending import EndingDialog
from ui.backup_media import Held, MediaDialog
from ui.backup_page import BackupPage
from ui.daily_log import DailyLogPage
from ui.evidence_page import EvidencePage
from ui.export_dialog import ExportDialog
from ui.form_dialog import FormDialog
from ui.handling.defaults import starting_event
from ui.handling.opening import correcting_dialog, handling_dialog
from ui.help import HelpDialog
from ui.history import HistoryDialog
from ui.inspection import InspectionDialog
from ui.items import ItemsPage
from ui.medium_ending import MediumEndingDialog
from ui.must_change import OwnPasswordDialog
from ui.officer_confirming import OfficerDialog
from ui.operations import Operations
from ui.oversight_page import OversightPage
from ui.page import Desk, Page
from ui.paper_dialog import PaperDialog
from ui.papers import PapersPage, SubmitDialog
from ui.progress import ProgressDialog
from ui.proposals import Proposal, ProposalsDialog
from ui.record_dialog import RecordDialog
from ui.record_pages import AuthorizationPage, ContractsPage, PeoplePage
from ui.recover import RecoverDialog
from ui.registers_page import RegistersPage
from ui.reissuing import ExposedDialog, ReissueDialog
from ui.restore import RestoreDialog
from ui.restore_trial import TrialDialog
from ui.settings_page import SettingsPage
from ui.today import TodayPage
from ui.window import MainWindow
from ui.wizard import Wizard

P = TypeVar("P", bound=Page)
Picture = Callable[[str, QWidget], None]
Scene = Callable[["Stage"], Iterator[tuple[str, QWidget]]]

FORMS: tuple[type[Record], ...] = (
    Contract, Organization, InformationAsset, Person, Assignment, Place, ContractPlace,
    Authorization, Item,
)  # fmt: skip
KINDS = {
    "receive": K.RECEIVE, "use": K.USE, "copy": K.COPY, "take-out": K.TAKE_OUT,
    "bring-back": K.BRING_BACK, "transport": K.TRANSPORT, "return": K.RETURN,
    "dispose": K.DISPOSE, "store": K.STORE, "stocktake": K.STOCKTAKE, "loss": K.LOSS,
}  # fmt: skip


@dataclass
class Stage:
    """The window and what a scene needs to arrange it.

    Args:
        folder: a scratch folder; a ledger that the wizard makes goes here.
        patience: seconds for one scene to come to rest.
    """

    window: MainWindow
    office: Office
    operations: Operations
    folder: Path
    patience: float

    def play(self, scenes: "tuple[Scene, ...]", picture: Picture) -> None:
        """Show one scene after the other and hand what is to be seen to `picture`."""
        for scene in scenes:
            for name, widget in scene(self):
                self.rest()
                picture(name, widget)
            self.rest()

    def rest(self) -> None:
        """Wait until nothing is read any more and everything is laid out."""
        end = time.monotonic() + self.patience
        quiet = 0
        while quiet < 4 and time.monotonic() < end:
            QApplication.processEvents()
            QThread.msleep(5)
            quiet = 0 if self.operations.busy else quiet + 1

    def page(self, cls: type[P], title: str) -> P:
        """Turn to a page of the open ledger by its word in the navigation."""
        bench = self.window.bench
        assert bench is not None
        page = bench.show_place(bench.titles().index(title))
        assert isinstance(page, cls)
        self.rest()
        return page

    def dialogs(self, **made: QDialog) -> Iterator[tuple[str, QWidget]]:
        """Show dialogs, one after the other, as they would open."""
        for name, dialog in made.items():
            dialog.show()
            yield name.replace("_", "-"), dialog
            dialog.done(0)
            dialog.deleteLater()

    @property
    def desk(self) -> Desk:
        assert self.window.bench is not None
        return self.window.bench.desk


def door(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """The unlock screen."""
    stage.window.unlock.login.setText("yamada")
    stage.window.unlock.password.setText("見えません")
    yield "unlock", stage.window
    stage.window.unlock.greet()


def first_hour(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """Every step of the wizard, filled in as the sample company would."""
    wizard = Wizard(stage.office, stage.operations, stage.window)
    wizard.place.parent_folder.setText(str(stage.folder))
    wizard.show()
    words = {
        wizard.organization: ("株式会社みどり情報", "カブシキガイシャミドリジョウホウ",
                              "代表取締役", "髙橋　一郎", "353-0000", "架空市みどり町1-2-3",
                              "048-000-0000"),
        wizard.person: ("𠮷野　花子", "ヨシノ　ハナコ", "課長", "業務部"),
        wizard.contract: ("R8-001", "児童手当データ入力業務", "○○市", "市民課", "○○市長",
                          "R8.4.1", "R8.4.1", "R9.3.31", "申請内容の入力と点検"),
    }  # fmt: skip
    password = "みどりの小道をあるく 4"
    for number, step in enumerate(wizard.steps, 1):
        for line, text in zip(step.findChildren(QLineEdit), words.get(step, ()), strict=False):
            line.setText(text)
        for box in step.findChildren(QComboBox):
            if box.currentData() is None:
                box.setCurrentIndex(1)
        if step is wizard.password:
            wizard.password.login.setText("yoshino")
            wizard.password.password.first.setText(password)
            wizard.password.password.second.setText(password)
        stage.rest()
        yield ("recovery-sheet" if step is wizard.sheet else f"wizard-{number}"), wizard
        if step is wizard.sheet:
            wizard.sheet.typed.setPlainText(wizard.sheet.text.text())
        if step is not wizard.done_step:
            wizard.go_on()
            stage.rest()
    wizard._throw_away()
    stage.rest()
    wizard.done(0)


def pages(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """Every page as it is first shown."""
    bench = stage.window.bench
    assert bench is not None
    for number in range(len(bench.titles())):
        bench.show_place(number)
        yield f"page-{number + 1}", stage.window


def today(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """The page with which the day begins, and a question to the ledger."""
    stage.page(TodayPage, "今日")
    yield "today", stage.window
    assert stage.window.bench is not None
    search = stage.window.bench.search
    search.setText("見本")
    search.look_up()
    yield "search", stage.window
    search.clear()
    search.list.hide()


def daily_log(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """The log: the last day, all days, a record with its history, a correction."""
    page = stage.page(DailyLogPage, "取扱記録")
    events = stage.desk.ledger.registers.all(HandlingEvent)
    last = max(events, key=lambda one: one.record.event_no or 0)
    page.show_record(HandlingEvent.type, last.record.id)
    yield "handling", stage.window
    page.show_day(None)
    yield "handling-all", stage.window
    desk = stage.desk
    yield from stage.dialogs(
        record=RecordDialog(desk, last, parent=page),
        history=HistoryDialog(desk, HandlingEvent.type, last.record.id, parent=page),
        correction=correcting_dialog(desk, last, page),
        export=ExportDialog(desk.ledger, desk.operations, HandlingEvent, "", None, "", page),
    )


def acts(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """The dialog of every act, about a fitting medium."""
    page = stage.page(TodayPage, "今日")
    desk = stage.desk
    contract = desk.ledger.contracts()[0].record.id
    for name, kind in KINDS.items():
        dialog = handling_dialog(desk, contract, kind, fitting(desk.ledger, kind), parent=page)
        yield from stage.dialogs(**{name: dialog})
    carried = handling_dialog(desk, contract, K.RETURN, fitting(desk.ledger, K.RETURN), parent=page)
    carried.panel.set_values({"means": Means.SECURITY_COURIER})
    carried.update_shown()
    yield from stage.dialogs(returned=carried)


def rules(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """What the rules ask before a breach is entered; nothing is."""
    page = stage.page(TodayPage, "今日")
    desk, ledger = stage.desk, stage.desk.ledger
    contract = ledger.contracts()[0].record.id
    assigned = {one.record.person_id for one in ledger.registers.all(Assignment)}
    others = [one.record.id for one in ledger.registers.all(Person)]
    event = replace(
        starting_event(ledger, contract, K.USE),
        occurred_at=ledger.now(),
        actor_person_id=next((one for one in others if one not in assigned), others[0]),
        purpose="急ぎの照合",
    )
    try:
        ledger.rules.on_events([event], (), (), None)
    except NeedsAnswer as error:
        handling = ledger.handling
        dialog = AnswerDialog(
            desk, asked_of(error), lambda answers: handling.record(event, answers=answers), page
        )
        dialog.parts[0].text.setPlainText("担当者が急病で、指定のない人が照合を手伝ったため")
        yield from stage.dialogs(rules=dialog)


def check(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """What a checker enters before something leaves; nothing is."""
    page = stage.page(TodayPage, "今日")
    desk, ledger = stage.desk, stage.desk.ledger
    lines = tuple(HandlingLine(item_id=one) for one in fitting(ledger, K.DISPOSE))
    event = replace(
        starting_event(ledger, ledger.contracts()[0].record.id, K.DISPATCH),
        occurred_at=ledger.now(), destination_text="見本市役所　健康づくり課", lines=lines,
    )  # fmt: skip
    try:
        ledger.rules.on_events([event], (), (), Answers(wants_check=True))
    except NeedsAnswer as error:
        handling = ledger.handling
        dialog = AnswerDialog(
            desk, asked_of(error), lambda answers: handling.record(event, answers=answers), page
        )
        yield from stage.dialogs(check=dialog)


def items(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """A medium with its story, facts and copies."""
    page = stage.page(ItemsPage, "媒体・資料")
    ledger = stage.desk.ledger
    parents = {one.record.parent_item_id for one in ledger.registers.all(Item)}
    chosen = sorted(
        (one.record for one in ledger.registers.all(Item)),
        key=lambda item: (item.id not in parents, item.item_no),
    )
    page.show_record(Item.type, chosen[0].id)
    for number, name in enumerate(("item-story", "item-facts", "item-copies")):
        page.detail.tabs.setCurrentIndex(number)
        yield name, stage.window
    page.detail.tabs.setCurrentIndex(0)


def registers(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """Consents, people and places, contracts: every tab."""
    for cls in (AuthorizationPage, PeoplePage, ContractsPage):
        page = stage.page(cls, cls.title)
        for place, tab in enumerate(page.tabs):
            page.book.setCurrentIndex(place)
            stage.rest()
            tab.view.table.selectRow(0)
            yield f"register-{tab.cls.type.replace('_', '-')}", stage.window
        page.book.setCurrentIndex(0)


def forms(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """The form of every register, filled in and empty."""
    for cls in FORMS:
        found = stage.desk.ledger.registers.all(cls)
        name = f"form-{cls.type}"
        if found:
            stored = found[0]
            yield from stage.dialogs(**{name: FormDialog(stage.desk, cls, stored=stored)})
        yield from stage.dialogs(**{f"{name}-new": FormDialog(stage.desk, cls)})


def papers(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """The register of papers, making one, looking at one, handing one in."""
    page = stage.page(PapersPage, "書類")
    desk = stage.desk
    every = (one.record for one in desk.ledger.registers.all(Submission))
    sealed = [paper for paper in every if paper.file_id]
    page.show_record(Submission.type, sealed[0].id if sealed else "")
    yield "papers", stage.window
    contract = desk.ledger.contracts()[0].record.id
    yield from stage.dialogs(paper=PaperDialog(desk, contract, page))
    for paper in sealed[:1]:
        pdf = desk.ledger.paper.file(paper.id)
        yield from stage.dialogs(
            receipt=page.preview_of(paper, pdf), submit=SubmitDialog(desk, paper, page)
        )


def care(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """Backups, people who may sign in, the seal, settings, help and small questions."""
    stage.page(BackupPage, "バックアップ")
    yield "backup", stage.window
    page = stage.page(SettingsPage, "設定・利用者")
    for number, name in enumerate(("accounts", "seal", "settings", "about")):
        page.tabs.setCurrentIndex(number)
        yield name, stage.window
    page.tabs.setCurrentIndex(0)
    desk, office, operations = stage.desk, stage.office, stage.operations
    people = [one.record for one in desk.ledger.registers.all(Person)]
    contracts = [one.record for one in desk.ledger.contracts()]
    account = desk.ledger.people.accounts()[-1]
    yield from stage.dialogs(
        account=AccountDialog(desk, people, contracts, page),
        reissue=ReissueDialog(desk, account, page),
        exposed=ExposedDialog(desk, account, page),
        exposed_own=ExposedDialog(desk, desk.ledger.user, page),
        own_password=OwnPasswordDialog(desk.ledger, operations, page),
        restore=RestoreDialog(office, operations, page),
        recover=RecoverDialog(office, operations, stage.folder, page),
        help=HelpDialog("handling", page),
        question=LineDialog(page, "取扱記録の取消", "取消しの理由を入力してください。", ""),
        progress=ProgressDialog("バックアップ", page),
    )


def evidence(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """A clause whose cycle nobody fixed, the form that fixes it, and what an officer confirms."""
    page = stage.page(EvidencePage, "条項と証拠")
    page.filter_by("")
    yield "evidence", stage.window
    unfixed = [row for row, one in enumerate(page.shown()) if one.unfixed]
    for row in unfixed[:1]:
        page.table.setCurrentCell(row, 0)
        yield "cycle", stage.window
        page.change_setting()
        yield from stage.dialogs(cycle_form=page.findChildren(FormDialog)[-1])
    desk, contract = stage.desk, stage.desk.ledger.contracts()[0].record
    event = stage.desk.ledger.registers.all(HandlingEvent)[-1].record
    said = f"{event.caption()}に、次のとおり立ち会いました。\n令和8年11月2日 10:20　U-0001 USBメモリー　1個"
    found = [Unconfirmed(OfficerAct.WITNESS, event, said)]
    yield from stage.dialogs(
        officer=OfficerDialog(desk, contract.id, found, page),
        inspection=InspectionDialog(desk, contract.id, page),
        inspection_names=PaperDialog(desk, contract.id, page, kind=RECEIPT),
    )


def oversight(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """The PC as it stands, its register, and who used what."""
    page = stage.page(OversightPage, "点検")
    for number in range(page.tabs.count()):
        page.tabs.setCurrentIndex(number)
        yield f"oversight-{number + 1}", stage.window
    page.tabs.setCurrentIndex(0)
    registers = stage.page(RegistersPage, "台帳一覧")
    for stored in stage.desk.ledger.registers.all(Terminal)[:1]:
        registers.show_record(Terminal.type, stored.record.id)
        yield "register-terminal", stage.window


def decisions(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """What somebody decides about backups, media, rights and prints; nothing of it is entered."""
    page = stage.page(BackupPage, "バックアップ")
    desk, today = stage.desk, stage.desk.ledger.today()
    run = BackupRun(finished_at=desk.ledger.now(), file_name="見本.azb", folder="D:\\バックアップ")
    kept = BackupMedium(medium_no="B-02", name="耐火金庫のSSD", registered_on=today)
    old = replace(kept, medium_no="B-01", name="USBメモリー", state=MediumState.LEAVING)
    judged = [
        Judged(run, Fate.HELD, (LAST_SOUND,)),
        Judged(run, Fate.MAY, ("どれにも当たらず、残さなくてよいものです。",), Presence.AWAY),
        Judged(run, Fate.MUST, ("更新する前の暗号鍵によるものです。",)),
    ]
    person = desk.ledger.registers.caption("person", desk.ledger.user.person_id)
    proposals = [
        Proposal(str(n), f"{who}　{contract}　「{level}」の{end}", basis, f"提案した人：{person}")
        for contract in (desk.ledger.contracts()[0].record.caption(),)
        for n, (who, level, end, basis) in enumerate((
            ("𠮷野　翔太", "記録", "付与", "根拠となる指定：記録なし"),
            ("辻󠄂　美咲", "閲覧", "抹消", "理由：担当を外れたため"),
        ))
    ]  # fmt: skip
    yield from stage.dialogs(
        media=MediaDialog(desk, [Held(kept, 3), Held(old, 0)], page),
        medium_end=MediumEndingDialog(desk, old, 0, page),
        medium_end_left=MediumEndingDialog(desk, old, 3, page),
        ending=EndingDialog(desk, judged, page),
        trial=TrialDialog(stage.office, desk, Path(run.folder) / run.file_name, page),
        proposals=ProposalsDialog(desk, proposals, page),
        purpose=ChoiceDialog(page, "印刷の目的", "取扱記録の印刷は、何のためですか。", USUAL, ""),
    )


def fitting(ledger: Ledger, kind: K) -> list[str]:
    """Return two items whose state an act fits; fewer when there are not so many."""
    states = ALLOWED.get(kind, frozenset())
    found = []
    for stored in ledger.registers.all(Item):
        status = ledger.handling.status(stored.record.id)
        if status is not None and status.state in states:
            found.append(stored.record.id)
    return found[:2]


DOOR: tuple[Scene, ...] = (door, first_hour)
INSIDE: tuple[Scene, ...] = (
    pages, today, daily_log, acts, rules, check, items, registers, forms, papers, evidence,
    oversight, care, decisions,
)  # fmt: skip
