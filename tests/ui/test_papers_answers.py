"""書類 on the screen: what can be made, what awaits an answer, what changed after the seal."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from models.codes import (
    AuthorizationSubject,
    BasisType,
    Decision,
    SubmissionMeans,
    SubmissionStatus,
)
from models.records import Assignment, Authorization, AuthorizationTarget, Place, Pledge, Submission
from tests.ui.daily import START, Site, make_site
from ui.issue import IssueRequest, issue
from ui.paper_chosen import ID
from ui.paper_dialog import PaperDialog
from ui.paper_return import ReturnDialog
from ui.papers import PapersPage
from ui.seal_part import make_seal


@pytest.fixture
def site(qtbot: QtBot, tmp_path: Path) -> Iterator[Site]:
    made = make_site(qtbot, tmp_path, items=1)
    make_seal(made.ledger)
    yield made
    made.close()


@pytest.fixture
def paper(site: Site) -> Submission:
    """Return an application to take something out, sealed and handed in."""
    applied = Authorization(
        contract_id=site.contract_id, basis_type=BasisType.CONSENT,
        subject=AuthorizationSubject.TAKE_OUT, requested_on=START, reason="内容確認のため",
        scope_text="受け取った媒体", destination_text="見本市役所", valid_from=START,
        decision=Decision.PENDING,
        targets=(
            AuthorizationTarget(item_id=site.items[0].id),
            AuthorizationTarget(person_id=site.story.people["worker3"]),
        ),
    )  # fmt: skip
    ids = site.ledger.registers.create(applied).ids
    made = issue(site.ledger, IssueRequest("D-12", site.contract_id, ids)).ids[-1]
    site.ledger.paper.submit(made, on=START, means=SubmissionMeans.HAND)
    return site.ledger.registers.need(Submission, made).record


def shown_page(site: Site) -> PapersPage:
    page = PapersPage(site.desk)
    site.qtbot.addWidget(page)
    page.show()
    page.show_contract(site.contract_id)
    page.refresh()
    site.settle()
    return page


def opened(site: Site) -> PaperDialog:
    dialog = PaperDialog(site.desk, site.contract_id)
    site.qtbot.addWidget(dialog)
    site.settle()
    return dialog


def test_the_list_says_which_answers_are_out_and_filters_by_it(
    site: Site, paper: Submission
) -> None:
    page = shown_page(site)
    names = [field.name for field in page.register.model.fields]
    column = names.index("returned")
    box = next(b for f, b, _label in page.register.filters._boxes if f.name == "returned")
    box.setCurrentIndex(box.findText("未回収"))
    page.register.ask()
    site.settle()
    model = page.register.model
    assert model.rowCount() == 1
    assert model.data(model.index(0, column), Qt.ItemDataRole.DisplayRole) == "未回収"


def test_the_answer_is_taken_down_with_the_scan(
    site: Site, paper: Submission, tmp_path: Path
) -> None:
    scan = tmp_path / "kaito.pdf"
    scan.write_bytes(b"%PDF-1.7 scan")
    dialog = ReturnDialog(site.desk, paper)
    site.qtbot.addWidget(dialog)
    dialog.decided_on.setText("令和8年10月1日")
    dialog.title.setText("健康づくり課長")
    dialog.name.setText("見本　次郎")
    dialog.accept()
    assert "写し" in dialog.message.text()
    dialog.scan.buttons.keep(scan)
    site.settle()
    dialog.accept()
    site.settle()
    back = site.ledger.registers.need(Submission, paper.id).record
    assert back.returned and site.ledger.files.read(back.returned_file) == scan.read_bytes()
    decided = site.ledger.registers.need(Authorization, paper.subject_ids[0]).record
    assert decided.decision is Decision.GRANTED


def test_a_day_that_cannot_be_read_is_said_and_nothing_written(
    site: Site, paper: Submission
) -> None:
    dialog = ReturnDialog(site.desk, paper)
    site.qtbot.addWidget(dialog)
    dialog.decided_on.setText("きのう")
    dialog.accept()
    assert "回答日" in dialog.message.text()
    assert site.ledger.registers.need(Submission, paper.id).record.returned is False


def test_the_marked_paper_tells_what_changed_since_the_seal(site: Site) -> None:
    made = issue(site.ledger, IssueRequest("D-04", site.contract_id)).ids[-1]
    page = shown_page(site)
    page.register.mark(made)
    site.settle()
    assert "変わっていません" in page.detail.text()
    place = site.ledger.registers.need(Place, site.story.places[1].id).record
    site.ledger.registers.revise(replace(place, floor_room="4階"), "移転のため")
    page.register.mark("")
    page._look_again(made)
    site.settle()
    assert "確定後に1件変更されています。" in page.detail.text()
    assert "3階301室 → 4階" in page.detail.text()


def test_every_paper_of_the_text_is_offered_and_notices_twice(site: Site) -> None:
    dialog = opened(site)
    offered = [dialog.kind.itemText(row) for row in range(dialog.kind.count())]
    assert "作業責任者・作業従事者届出書（D-03）" in offered
    assert "作業責任者・作業従事者変更届出書（D-03）" in offered
    assert "秘密保持に関する誓約書（D-07）" in offered
    assert not any("（D-15）" in text for text in offered)  # 志木市 has no use for it
    dialog.kind.setCurrentIndex(offered.index("作業責任者・作業従事者変更届出書（D-03）"))
    site.settle()
    assert dialog.request().options == {"change": True}
    assert dialog.because.isVisibleTo(dialog)
    dialog.because.setText("　繁忙期の増員のため ")
    assert dialog.request().options == {"change": True, "added_because": "繁忙期の増員のため"}
    dialog.kind.setCurrentIndex(offered.index("作業責任者・作業従事者届出書（D-03）"))
    assert dialog.request().options == {} and dialog.because.isHidden()


def test_people_may_be_chosen_and_need_not_be(site: Site) -> None:
    dialog = opened(site)
    dialog.kind.setCurrentIndex(dialog.kind.findData("D-07"))
    site.settle()
    assert dialog.message.text() == "選ばないときは、すべてを載せます。"
    texts = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert any("𠮷野　翔太" in text and "作業従事者" in text for text in texts)
    assert dialog.chosen() == (), "all have signed"
    dialog.list.item(0).setCheckState(Qt.CheckState.Checked)
    chosen = site.ledger.registers.need(Assignment, dialog.request().ids[0]).record
    assert chosen.contract_id == site.contract_id


def test_who_has_not_signed_the_pledge_is_ticked(site: Site) -> None:
    first = site.ledger.registers.all(Pledge, contract_id=site.contract_id)[0].record
    site.ledger.registers.void(Pledge, first.id, "別の人の誓約書だったため")
    dialog = opened(site)
    dialog.kind.setCurrentIndex(dialog.kind.findData("D-07"))
    site.settle()
    [ticked] = dialog.chosen()
    assert site.ledger.registers.need(Assignment, ticked).record.person_id == first.person_id
    entries = [dialog.list.item(row) for row in range(dialog.list.count())]
    signed = [one for one in entries if one.text().startswith("【R8.9.")]
    assert signed and all("署名】" in one.text() for one in signed)
    assert ticked not in [one.data(ID) for one in signed]


def test_an_application_must_be_chosen(site: Site, paper: Submission) -> None:
    dialog = opened(site)
    dialog.kind.setCurrentIndex(dialog.kind.findData("D-12"))
    site.settle()
    assert dialog.chosen() == (), "the paper of the only application is with the client"
    dialog.show_preview()
    assert dialog.message.text() == "対象の記録を選んでください（スペースキー）。"
    texts = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert any("受け取った媒体" in text and "申請中" in text for text in texts)


def test_a_paper_is_withdrawn_with_a_reason(site: Site, paper: Submission) -> None:
    page = shown_page(site)
    page.register.mark(paper.id)
    site.answers.replies.append("10月1日に見本花子様へ知らせ、返してもらいました")
    page.withdraw()
    site.settle()
    stored = site.ledger.registers.need(Submission, paper.id)
    assert stored.record.status is SubmissionStatus.CANCELLED
    _, entry = site.ledger.registers.history(Submission.type, paper.id)[-1]
    assert entry.content and "見本花子様" in entry.content.decode()
