"""差し替える書類 in the window: proposed while a paper is made, to be changed, told in the register."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from models.codes import HandlingKind as K
from models.codes import SubmissionMeans, SubmissionStatus
from models.paper_replacing import About, fitting
from models.records import HandlingEvent, Submission
from reports.verify import verify_document
from tests.reports.papers import flat
from tests.ui.daily import Site, make_site
from tests.ui.test_paper_dialog import previews, seal_button
from ui.handling.papers import offer_paper
from ui.paper_dialog import PaperDialog
from ui.paper_elsewhere import ElsewhereDialog
from ui.papers import PapersPage, SubmitDialog
from ui.preview import PreviewDialog
from ui.seal_part import make_seal

__all__ = ["previews"]


@pytest.fixture
def site(qtbot: QtBot, tmp_path: Path) -> Iterator[Site]:
    made = make_site(qtbot, tmp_path, items=2)
    make_seal(made.ledger)
    yield made
    made.close()


def papers(site: Site, kind: str = "D-14") -> list[Submission]:
    return [one.record for one in site.ledger.registers.all(Submission, doc_kind=kind)]


def dialog_of(site: Site, kind: str) -> PaperDialog:
    dialog = PaperDialog(site.desk, site.contract_id, kind=kind)
    site.qtbot.addWidget(dialog)
    dialog.show()
    site.settle()
    return dialog


def tick(site: Site, dialog: PaperDialog, record_id: str, on: bool = True) -> None:
    for row in range(dialog.list.count()):
        entry = dialog.list.item(row)
        if entry.data(Qt.ItemDataRole.UserRole) == record_id:
            entry.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
    site.settle()


def seal(site: Site, dialog: PaperDialog, previews: list[PreviewDialog]) -> Submission:
    dialog.look.click()
    site.settle()
    site.answers.replies[:] = [True]
    seal_button(previews[-1]).click()
    site.settle()
    return papers(site, dialog.kind_code())[-1]


def hand_in(site: Site, paper: Submission) -> None:
    dialog = SubmitDialog(site.desk, paper)
    site.qtbot.addWidget(dialog)
    dialog.receiver.setText("市民課　山田")
    dialog.accept()
    site.settle()
    site.clock.wait(30)


def receipt(site: Site) -> HandlingEvent:
    return site.events(K.RECEIVE)[-1]


def page_of(site: Site) -> PapersPage:
    page = PapersPage(site.desk)
    site.qtbot.addWidget(page)
    page.resize(1280, 800)
    page.show()
    page.show_contract(site.contract_id)
    page.refresh()
    site.settle()
    return page


def mark(site: Site, page: PapersPage, paper: Submission) -> None:
    page.show_record("submission", paper.id)
    site.settle()


def test_from_a_correction_to_the_register(site: Site, previews: list[PreviewDialog]) -> None:
    act = receipt(site)
    dialog = dialog_of(site, "D-14")
    tick(site, dialog, act.id)
    assert dialog.replaced.isHidden() and dialog.request().replaces == ""
    first = seal(site, dialog, previews)
    hand_in(site, first)
    changed = replace(act, purpose="入力のため（訂正）")
    again = site.ledger.handling.correct(act.id, changed, "目的の書き誤り").ids[1]
    site.clock.wait(30)

    dialog = dialog_of(site, "D-14")
    tick(site, dialog, again)
    assert dialog.replaced.isVisible()
    assert dialog.replaced.box.currentData() == first.id == dialog.request().replaces
    assert first.doc_no in dialog.replaced.box.currentText()
    assert "同じ記録を載せるため" in dialog.replaced.words.text()
    new = seal(site, dialog, previews)
    assert "を差し替えるものです" in flat(site.ledger.paper.file(new.id))
    assert (new.supersedes_id, new.revision) == (first.id, 2)

    page = page_of(site)
    mark(site, page, new)
    assert "提出を記録すると" in page.chain.words.text() and first.doc_no in page.chain.words.text()
    hand_in(site, new)
    states = [one.status for one in papers(site)]
    assert states == [SubmissionStatus.SUPERSEDED, SubmissionStatus.SUBMITTED]
    page.refresh()
    site.settle()
    mark(site, page, first)
    assert f"「{new.caption()}」" in page.chain.words.text()
    assert "差し替えられています" in page.chain.words.text()
    assert page.chain.later.isVisible() and not page.chain.former.isVisible()
    page.chain.later.click()
    site.settle()
    assert page.register.marked_id() == new.id
    assert "第2版" in page.chain.words.text()
    page.chain.former.click()
    site.settle()
    assert page.register.marked_id() == first.id

    site.ledger.paper.withdraw(new.id, "市に知らせて取り下げました")
    mark(site, page, new)
    mark(site, page, first)
    assert "有効な書類がありません" in page.chain.words.text()
    verdict = verify_document(site.ledger.paper.file(new.id))
    assert verdict.claims is not None and verdict.claims.replaces == first.doc_no


def test_what_is_proposed_can_be_left_out(site: Site, previews: list[PreviewDialog]) -> None:
    act = receipt(site)
    dialog = dialog_of(site, "D-14")
    tick(site, dialog, act.id)
    first = seal(site, dialog, previews)
    hand_in(site, first)
    dialog = dialog_of(site, "D-14")
    tick(site, dialog, act.id)
    none = dialog.replaced.box.findData("")
    dialog.replaced.box.setCurrentIndex(none)
    dialog.replaced.box.activated.emit(none)
    assert dialog.request().replaces == ""
    new = seal(site, dialog, previews)
    assert new.supersedes_id == "" and new.revision == 1
    assert "差し替える" not in flat(site.ledger.paper.file(new.id))
    hand_in(site, new)
    assert {one.status for one in papers(site)} == {SubmissionStatus.SUBMITTED}


def test_a_paper_about_other_acts_offers_nothing(site: Site, previews: list[PreviewDialog]) -> None:
    dialog = dialog_of(site, "D-14")
    tick(site, dialog, receipt(site).id)
    hand_in(site, seal(site, dialog, previews))
    site.story.receive(1)
    dialog = dialog_of(site, "D-14")
    tick(site, dialog, receipt(site).id)
    assert dialog.replaced.isHidden() and dialog.request().replaces == ""


def test_what_would_be_left_without_a_paper_is_named(
    site: Site, previews: list[PreviewDialog]
) -> None:
    ended = []
    for item in site.items[:2]:
        site.story.copy(item)
        site.story.destroy(site.story._copies[-1])
        ended.append(site.events(K.DISPOSE)[-1])
    site.clock.wait(30)
    dialog = dialog_of(site, "D-17")
    for one in ended:
        tick(site, dialog, one.id)
    first = seal(site, dialog, previews)
    hand_in(site, first)
    dialog = dialog_of(site, "D-17")
    tick(site, dialog, ended[0].id)
    assert dialog.replaced.isVisible() and dialog.replaced.box.currentData() == ""
    assert ended[1].caption() in dialog.replaced.words.text()
    tick(site, dialog, ended[1].id)
    assert dialog.replaced.box.currentData() == first.id, "now nothing is left out"
    tick(site, dialog, ended[1].id, on=False)
    assert dialog.replaced.box.currentData() == ""


def test_the_paper_that_is_offered_after_an_act_says_what_it_replaces(
    site: Site, previews: list[PreviewDialog]
) -> None:
    dialog = dialog_of(site, "D-14")
    tick(site, dialog, receipt(site).id)
    first = seal(site, dialog, previews)
    hand_in(site, first)
    site.answers.replies[:] = [False]
    offer_paper(site.desk, "D-14", site.contract_id, [receipt(site).id], None)
    assert any(first.caption() in one and "差し替える書類" in one for one in site.answers.asked)


def noted(site: Site, number: str, day: str, proposes: bool) -> Submission:
    dialog = ElsewhereDialog(site.desk, site.contract_id, kind="D-19")
    site.qtbot.addWidget(dialog)
    dialog.show()
    dialog.number.setText(number)
    dialog.about.setText(day)
    dialog.about.editingFinished.emit()
    site.settle()
    assert bool(dialog.replaced.box.currentData()) is proposes
    dialog.findChildren(QPushButton)  # the dialog is whole
    dialog.accept()
    site.settle()
    assert dialog.message.text() == ""
    return papers(site, "D-19")[-1]


def test_a_report_from_outside_replaces_that_of_the_same_period(site: Site) -> None:
    first = noted(site, "み発第20号", "R8.9.30", proposes=False)
    other = noted(site, "み発第21号", "R8.10.31", proposes=False)
    assert other.supersedes_id == ""
    again = noted(site, "み発第22号", "R8.9.30", proposes=True)
    assert (again.supersedes_id, again.revision) == (first.id, 2)
    now = {one.doc_no: one.status for one in papers(site, "D-19")}
    assert now["み発第20号"] is SubmissionStatus.SUPERSEDED
    assert now["み発第21号"] is now["み発第22号"] is SubmissionStatus.SUBMITTED
    assert again.means is SubmissionMeans.HAND
    assert fitting(site.ledger, About(site.contract_id, "D-14")) == []
