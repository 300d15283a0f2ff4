"""書類の作成: what keeps a paper from being sealed is said before, and how it will be sealed."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from models.codes import HandlingKind, Means, SealKind, SubmissionMeans
from models.errors import Refused
from models.records import Contract, HandlingEvent, Submission
from reports.collect import collect
from reports.pictures import plain_picture
from tests.reports.test_pictures import claiming
from tests.ui.daily import Site
from tests.ui.shell import png, texts
from ui.issue import IssueRequest, issue
from ui.paper_chosen import ID
from ui.paper_dialog import PaperDialog
from ui.preview import PreviewDialog
from ui.seal_part import SealPart, make_seal


@pytest.fixture
def previews(monkeypatch: pytest.MonkeyPatch) -> list[PreviewDialog]:
    """Let previews stand there instead of waiting for the user."""
    found: list[PreviewDialog] = []

    def stand(dialog: PreviewDialog) -> int:
        found.append(dialog)
        return 0

    monkeypatch.setattr(PreviewDialog, "exec", stand)
    return found


def looked_at(site: Site) -> PaperDialog:
    """Choose the receipt of the morning and press 内容を確かめる."""
    dialog = PaperDialog(site.desk, site.contract_id, kind="D-14")
    site.qtbot.addWidget(dialog)
    dialog.show()
    site.settle()
    assert dialog.kind_code() == "D-14"
    assert dialog.chosen() == (receipt(site),)
    QTest.keyClick(dialog.look, Qt.Key.Key_Space)
    site.settle()
    return dialog


def seal_button(dialog: PreviewDialog) -> QPushButton:
    return next(one for one in dialog.findChildren(QPushButton) if one.text() == "確定する")


def other_contract(site: Site) -> str:
    """Enter a second contract like the first, with nothing in it yet."""
    first = site.ledger.registers.need(Contract, site.contract_id).record
    like = replace(first, id="", contract_no="2026-002", title="別の業務")
    return site.ledger.registers.create(like).ids[-1]


def test_of_several_contracts_none_is_taken_for_the_user(site: Site) -> None:
    other = other_contract(site)
    dialog = PaperDialog(site.desk, "")
    site.qtbot.addWidget(dialog)
    dialog.show()
    site.settle()
    assert dialog.contract_id() == "" and dialog.kind.count() == 0
    assert not dialog.look.isEnabled() and "契約を選んで" in dialog.message.text()
    dialog.contracts.setCurrentIndex(dialog.contracts.findData(other))
    site.settle()
    assert dialog.request().contract_id == other and dialog.look.isEnabled()
    assert "契約を選んで" not in dialog.message.text()


def test_what_another_contract_offered_does_not_come_into_this_list(site: Site) -> None:
    other = other_contract(site)
    dialog = PaperDialog(site.desk, site.contract_id, kind="D-14")
    site.qtbot.addWidget(dialog)
    dialog.show()
    site.settle()
    assert dialog.list.count() > 0
    dialog._fill_subjects()  # asked for the first contract, answered after the second was chosen
    dialog.contracts.setCurrentIndex(dialog.contracts.findData(other))
    site.settle()
    assert dialog.kind_code() == "D-14" and dialog.list.count() == 0


def test_without_a_seal_nothing_is_sealed_and_the_preview_says_why(
    site: Site, previews: list[PreviewDialog]
) -> None:
    looked_at(site)
    button = seal_button(previews[0])
    assert not button.isEnabled()
    assert "証印がまだないため確定できません" in button.toolTip()
    assert any(
        "「設定・利用者」の「証印」で作って" in text for text in texts(previews[0], [QLabel])
    )


def test_with_a_seal_the_preview_says_how_it_is_sealed(
    site: Site, previews: list[PreviewDialog]
) -> None:
    make_seal(site.ledger)
    dialog = looked_at(site)
    button = seal_button(previews[0])
    assert button.isEnabled(), button.toolTip()
    assert any("押印欄　記名押印　　証印　" in text for text in texts(previews[0], [QLabel]))
    site.answers.replies[:] = [True]
    button.click()
    site.settle()
    assert dialog.isHidden()
    assert len(site.ledger.registers.all(Submission, doc_kind="D-14")) == 1


def test_the_block_says_what_it_prints(site: Site) -> None:
    dialog = PaperDialog(site.desk, site.contract_id)
    site.qtbot.addWidget(dialog)
    site.settle()
    notes = []
    for kind in SealKind:
        dialog.seal.setCurrentIndex(dialog.seal.findData(str(kind)))
        notes.append(dialog.seal_note.text())
    assert len(set(notes)) == len(SealKind) and all(notes)
    assert "自署" in notes[list(SealKind).index(SealKind.SIGN)]


def test_making_a_seal_is_the_next_thing_only_while_there_is_none(site: Site) -> None:
    part = SealPart(site.desk)
    site.qtbot.addWidget(part)
    part.refresh()
    site.settle()
    assert (part.make_button.text(), part.make_button.property("primary")) == ("証印を作る", True)
    make_seal(site.ledger)
    part.refresh()
    site.settle()
    assert part.make_button.text() == "新しい証印に替える…"
    assert part.make_button.property("primary") is False
    site.answers.replies[:] = [False]
    part.make_button.click()
    assert "新しい指紋を委託者に伝え直す" in site.answers.asked[-1]


def test_a_stamp_is_chosen_shown_and_printed(site: Site, tmp_path: Path) -> None:
    part = SealPart(site.desk)
    site.qtbot.addWidget(part)
    part.refresh()
    site.settle()
    assert "まだありません" in part.image_state.text()
    file = tmp_path / "印影.png"
    file.write_bytes(png(120, 120))
    site.answers.replies[:] = [file]
    QTest.keyClick(part.image_button, Qt.Key.Key_Space)
    site.settle()
    assert not part.image.pixmap().isNull()
    kept = plain_picture(png(120, 120), "印影")
    assert site.ledger.paper.seal_image() == kept
    wish = IssueRequest("D-14", site.contract_id, (receipt(site),), seal_kind=SealKind.IMAGE)
    assert collect(site.ledger, wish, site.ledger.paper.numbering()).head.seal_image == kept


def test_a_stamp_that_is_no_picture_is_refused(site: Site, tmp_path: Path) -> None:
    part = SealPart(site.desk)
    site.qtbot.addWidget(part)
    file = tmp_path / "印影.png"
    file.write_bytes(b"not a picture")
    site.answers.replies[:] = [file]
    part.take_image()
    site.settle()
    assert "PNGかJPEG" in site.answers.asked[-1]
    assert site.ledger.paper.seal_image() is None
    with pytest.raises(Refused):
        site.ledger.paper.keep_seal_image(b"not a picture")


def test_a_stamp_that_claims_a_billion_pixels_is_never_decoded_by_the_window(
    site: Site, tmp_path: Path
) -> None:
    part = SealPart(site.desk)
    site.qtbot.addWidget(part)
    file = tmp_path / "印影.png"
    file.write_bytes(claiming(40_000, 40_000))
    site.answers.replies[:] = [file]
    part.take_image()
    site.settle()
    assert "画像が大きすぎます" in site.answers.asked[-1]
    assert site.ledger.paper.seal_image() is None


def receipt(site: Site) -> str:
    stored = site.ledger.registers.one(HandlingEvent)
    assert stored is not None
    return stored.record.id


def chosen_of(site: Site, kind: str) -> PaperDialog:
    dialog = PaperDialog(site.desk, site.contract_id, kind=kind)
    site.qtbot.addWidget(dialog)
    dialog.show()
    site.settle()
    return dialog


def given_back(site: Site, many: int) -> list[str]:
    contract = site.ledger.registers.need(Contract, site.contract_id).record
    to = {
        "counterpart_org_id": contract.client_org_id, "counterpart_name": "見本　花子",
        "counterpart_title": "主査", "means": Means.DIRECT,
    }  # fmt: skip
    return [site.enter(HandlingKind.RETURN, [item], **to).id for item in site.items[:many]]


def line_of(dialog: PaperDialog, record_id: str) -> str:
    entries = (dialog.list.item(row) for row in range(dialog.list.count()))
    return next(one.text() for one in entries if one.data(ID) == record_id)


def test_what_has_a_paper_is_marked_and_what_waits_is_ticked(site: Site) -> None:
    make_seal(site.ledger)
    first, second, third = given_back(site, 3)
    dialog = chosen_of(site, "D-17")
    assert dialog.chosen() == (first, second, third)
    assert "3件を選択　まだのもの3件" in texts(dialog.records, [QLabel])
    paper = issue(site.ledger, IssueRequest("D-17", site.contract_id, (first,))).ids[-1]
    assert line_of(chosen_of(site, "D-17"), first).startswith(
        "【確定済・未提出（令和8年度 第1号）】"
    )
    site.ledger.paper.submit(paper, on=site.ledger.today(), means=SubmissionMeans.HAND)
    dialog = chosen_of(site, "D-17")
    assert dialog.chosen() == (second, third)
    number = site.ledger.registers.need(HandlingEvent, first).record.event_no
    assert line_of(dialog, first).startswith(
        f"【提出済（令和8年度 第1号）】第{number}号　令和8年10月1日　"
    )
    dialog.records.every.click()
    assert dialog.chosen() == (first, second, third)
    dialog.records.none.click()
    assert dialog.chosen() == ()
    dialog.records.waiting.click()
    assert dialog.chosen() == (second, third)


def test_a_paper_about_one_record_takes_the_one_that_was_ticked_last(site: Site) -> None:
    site.story.receive(1)
    dialog = chosen_of(site, "D-14")
    longest = min(site.events(HandlingKind.RECEIVE), key=lambda one: one.event_no or 0)
    assert dialog.chosen() == (longest.id,) and dialog.records.every.isHidden()
    dialog.list.item(0).setCheckState(Qt.CheckState.Checked)
    assert len(dialog.chosen()) == 1 and dialog.chosen() != (longest.id,)


def test_more_records_than_are_shown_are_told_and_reached(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.paper_chosen.MOST", 2)
    make_seal(site.ledger)
    first, second, third = given_back(site, 3)
    dialog = chosen_of(site, "D-17")
    assert dialog.chosen() == (first, second), "what waits longest comes first"
    assert any("全3件のうち2件" in text for text in texts(dialog.records, [QLabel]))
    dialog.records.none.click()
    dialog.list.item(0).setCheckState(Qt.CheckState.Checked)
    dialog.records.more.click()
    site.settle()
    assert dialog.list.count() == 3 and dialog.records.more.isHidden()
    assert dialog.chosen() == (second,), "what was ticked stays ticked, and nothing else is"
    paper = issue(site.ledger, IssueRequest("D-17", site.contract_id, (third,))).ids[-1]
    site.ledger.paper.submit(paper, on=site.ledger.today(), means=SubmissionMeans.HAND)
    dialog = chosen_of(site, "D-17")
    assert dialog.chosen() == (first, second), "not the newest: it has a paper"


def test_the_preview_has_one_way_back(site: Site, previews: list[PreviewDialog]) -> None:
    looked_at(site)
    words = [one.text() for one in previews[0].findChildren(QPushButton)]
    assert words.count("戻る") == 1


def test_a_register_of_a_period_that_ends_before_it_begins_is_no_paper(
    site: Site, previews: list[PreviewDialog]
) -> None:
    dialog = chosen_of(site, "D-28")
    dialog.first.setText("R9.4.1")
    dialog.last.setText("R9.3.1")
    dialog.show_preview()
    site.settle()
    assert not previews and "より前になっています" in dialog.message.text()
    dialog.first.setText("R9.3.1")
    dialog.show_preview()
    site.settle()
    assert previews


def test_what_corrects_an_act_with_a_paper_says_so(site: Site) -> None:
    make_seal(site.ledger)
    first = receipt(site)
    paper = issue(site.ledger, IssueRequest("D-14", site.contract_id, (first,))).ids[-1]
    site.ledger.paper.submit(paper, on=site.ledger.today(), means=SubmissionMeans.HAND)
    wrong = site.ledger.registers.need(HandlingEvent, first).record
    site.ledger.handling.correct(first, replace(wrong, note="箱二つで受領"), "備考の記入漏れ")
    [now] = site.events(HandlingKind.RECEIVE)
    dialog = chosen_of(site, "D-14")
    assert line_of(dialog, now.id).startswith("【訂正前を提出済（令和8年度 第1号）】第2号　")
    assert dialog.chosen() == (), "the client has a paper; another takes its place"
    site.ledger.paper.withdraw(paper, "市に知らせて取り下げました")
    dialog = chosen_of(site, "D-14")
    assert dialog.chosen() == (now.id,) and not line_of(dialog, now.id).startswith("【")


def test_a_paper_of_another_kind_that_does_as_well_is_named(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = {("D-17", "D-18"): (HandlingKind.ERASE, HandlingKind.DISPOSE)}  # as a text may say
    make_seal(site.ledger)
    story = site.story
    story.copy(site.items[0])
    story.destroy(story._copies[-1])
    [gone] = site.events(HandlingKind.DISPOSE)
    assert chosen_of(site, "D-17").chosen() == (gone.id,)
    assert chosen_of(site, "D-18").chosen() == (), "which this text does not ask for"
    monkeypatch.setattr("models.papered_acts.end_papers", lambda _end: both)
    assert chosen_of(site, "D-18").chosen() == (gone.id,)
    paper = issue(site.ledger, IssueRequest("D-17", site.contract_id, (gone.id,))).ids[-1]
    site.ledger.paper.submit(paper, on=site.ledger.today(), means=SubmissionMeans.HAND)
    dialog = chosen_of(site, "D-18")
    assert dialog.chosen() == ()
    assert line_of(dialog, gone.id).startswith(
        "【提出済（令和8年度 第1号 返還・消去・廃棄報告書）】"
    )
