"""消去・廃棄: photos, the vendor's certificate, who ordered it, and what each text asks about."""

import dataclasses
from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from main import build_office
from models.codes import (
    AssignmentRole,
    AttachmentKind,
    ItemState,
    PostDestination,
    VerificationResult,
)
from models.records import Assignment, Attachment, Item
from reports.collect import collect
from tests.ui.daily import K, Site
from tests.ui.fingers import press, type_in
from ui.handling.more_fields import MoreFields
from ui.handling.opening import correcting_dialog, handling_dialog
from ui.handling.sanitizing import SanitizationCard, SanitizeDialog
from ui.issue import IssueRequest


def paper(site: Site) -> Item:
    return next(one for one in site.items if not one.electronic)


def under(site: Site, code: str) -> None:
    """Let the contract speak with the text of another profile."""
    text = build_office().profiles[code]
    site.ledger.profiles = {"shiki": dataclasses.replace(text, code="shiki")}


def opened(site: Site) -> SanitizeDialog:
    dialog = handling_dialog(site.desk, site.contract_id, K.DISPOSE, [paper(site).id])
    assert isinstance(dialog, SanitizeDialog)
    site.answers.replies[:] = [False, False, True]
    dialog.show()
    dialog.activateWindow()
    QTest.qWaitForWindowActive(dialog)
    dialog.panel.set_values({"purpose": "不要", "place_from_id": site.story.places[1].id})
    card_of(site, dialog).panel.set_values({
        "verification_result": VerificationResult.PASS, "irrecoverable_confirmed": True,
    })  # fmt: skip
    dialog.shared.set_values({"place_text": "入力室"})
    dialog.update_shown()
    return dialog


def card_of(site: Site, dialog: SanitizeDialog) -> SanitizationCard:
    return dialog._cards[paper(site).id]


def unfold(box: MoreFields) -> None:
    """Tick the box with the space bar."""
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert box.panel.isVisible()


def save(site: Site, dialog: SanitizeDialog) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    site.settle()


def test_the_request_to_attend_must_be_answered_where_the_text_speaks_of_it(site: Site) -> None:
    dialog = opened(site)
    assert "＊必須" in dialog.shared.rows["witness_requested"].label.text()
    save(site, dialog)
    assert "委託者の立会いの求め" in dialog.message.text()
    dialog.shared.set_values({"witness_requested": False})
    save(site, dialog)
    assert site.state(paper(site)) == ItemState.DISPOSED.label


def test_what_failed_is_kept_and_no_paper_is_offered(site: Site) -> None:
    dialog = opened(site)
    dialog.shared.set_values({"witness_requested": False})
    failed = {"verification_result": VerificationResult.FAIL}
    card_of(site, dialog).panel.set_values(failed)
    save(site, dialog)
    assert "「していない」にしてください" in dialog.message.text()
    card_of(site, dialog).panel.set_values(failed | {"irrecoverable_confirmed": False})
    before = len(site.answers.asked)
    save(site, dialog)
    assert site.events(K.DISPOSE)[-1].sanitization[0].verification_result is VerificationResult.FAIL
    assert site.state(paper(site)) == ItemState.STORED.label
    assert len(site.answers.asked) == before


def test_who_attended_is_named_whole(site: Site) -> None:
    dialog = opened(site)
    dialog.shared.set_values({"witness_requested": True})
    dialog.update_shown()
    dialog.shared.set_values({"witness_title": "主査"})
    save(site, dialog)
    assert "立会者の氏名" in dialog.message.text() and "立会いの日時" in dialog.message.text()
    assert site.state(paper(site)) == ItemState.STORED.label


def test_that_nobody_was_let_in_can_be_entered(site: Site) -> None:
    dialog = opened(site)
    dialog.shared.set_values({"witness_requested": True})
    dialog.update_shown()
    assert dialog.shared.rows["witness_name"].hint.isVisible()
    assert "空けておきます" in dialog.shared.rows["witness_name"].hint.text()
    save(site, dialog)
    [row] = site.events(K.DISPOSE)[-1].sanitization
    assert row.witness_requested is True and row.witness_name == ""
    assert site.state(paper(site)) == ItemState.DISPOSED.label


def test_no_answer_is_demanded_where_the_text_says_nothing(site: Site) -> None:
    under(site, "chiba")
    dialog = opened(site)
    assert "＊必須" not in dialog.shared.rows["witness_requested"].label.text()
    save(site, dialog)
    [row] = site.events(K.DISPOSE)[-1].sanitization
    assert row.witness_requested is None and row.witness_name == ""


def test_the_order_is_asked_for_where_the_manager_decides(site: Site) -> None:
    under(site, "fukuoka")
    dialog = opened(site)
    row = dialog.shared.rows["ordered_by_assignment_id"]
    assert row.isVisible() and "＊必須" in row.label.text()
    save(site, dialog)
    assert "「指示した責任者」を入力してください" in dialog.message.text()
    order = site.ledger.registers.one(Assignment, role=AssignmentRole.WORK_SUPERVISOR)
    assert order is not None
    dialog.shared.set_values({"ordered_by_assignment_id": order.record.id})
    save(site, dialog)
    event = site.events(K.DISPOSE)[-1]
    assert event.sanitization[0].ordered_by_assignment_id == order.record.id
    wish = IssueRequest("D-17", site.contract_id, (event.id,))
    report = collect(site.ledger, wish, site.ledger.paper.numbering())
    assert report.ordered_label == "指示した保護管理責任者等"
    assert report.ordered_by == site.ledger.registers.caption("person", order.record.person_id)


def test_the_order_is_not_asked_for_elsewhere(site: Site) -> None:
    dialog = opened(site)
    assert dialog.shared.rows["ordered_by_assignment_id"].isHidden()


def test_photos_and_the_certificate_are_kept_with_the_act(site: Site, tmp_path: Path) -> None:
    dialog = opened(site)
    dialog.shared.set_values({"witness_requested": False})
    card = card_of(site, dialog)
    unfold(card.more)
    for name, file in (("photo_before_ids", "前.jpg"), ("photo_ids", "後.jpg")):
        attach(site, card.more.panel.rows[name].editor, tmp_path / file)
    unfold(dialog.shared_more)
    number = dialog.shared_more.panel.rows["vendor_certificate_no"].editor.focus_target()
    type_in(number, "K-2026-118")
    day = dialog.shared_more.panel.rows["vendor_certificate_on"].editor.focus_target()
    type_in(day, "R8.9.30")
    press(day, Qt.Key.Key_Return)
    attach(
        site, dialog.shared_more.panel.rows["vendor_certificate_id"].editor, tmp_path / "証明.pdf"
    )
    more = {"pre_classification": "機密性3", "post_classification": "なし",
            "post_destination": PostDestination.RECYCLING}  # fmt: skip
    dialog.shared_more.panel.set_values(more)
    save(site, dialog)
    [row] = site.events(K.DISPOSE)[-1].sanitization
    kinds = [kept(site, one).kind for one in (*row.photo_before_ids, *row.photo_ids)]
    assert kinds == [AttachmentKind.PHOTO, AttachmentKind.PHOTO]
    assert kept(site, row.photo_before_ids[0]).name == "前.jpg"
    assert kept(site, row.vendor_certificate_id).kind is AttachmentKind.CERTIFICATE
    assert (row.vendor_certificate_no, row.vendor_certificate_on) == (
        "K-2026-118", date(2026, 9, 30),
    )  # fmt: skip
    assert (row.pre_classification, row.post_classification) == ("機密性3", "なし")
    assert row.post_destination is PostDestination.RECYCLING


def test_a_correction_shows_what_was_kept(site: Site, tmp_path: Path) -> None:
    dialog = opened(site)
    dialog.shared.set_values({"witness_requested": False})
    unfold(dialog.shared_more)
    dialog.shared_more.panel.set_values({"vendor_certificate_no": "K-1"})
    save(site, dialog)
    event = site.events(K.DISPOSE)[-1]
    stored = site.ledger.registers.need(type(event), event.id)
    again = correcting_dialog(site.desk, stored)
    assert isinstance(again, SanitizeDialog)
    assert again.shared_more.isChecked()
    assert again.draft().sanitization == event.sanitization


def attach(site: Site, editor: object, file: Path) -> None:
    """Choose a file with the editor's button."""
    file.write_bytes(b"a picture of " + file.name.encode())
    site.answers.replies.insert(0, file)
    editor.buttons.choose.click()  # type: ignore[attr-defined]
    site.settle()


def kept(site: Site, attachment_id: str) -> Attachment:
    return site.ledger.registers.need(Attachment, attachment_id).record
