"""Files of the ledger on the screen: shown inside, copied on purpose, never run."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton

from models.codes import AttachmentKind
from models.errors import Refused
from models.records import (
    Attachment,
    Authorization,
    GovernanceDocument,
    Organization,
    Record,
    Sanitization,
)
from reports.documents.d14_receipt import Receipt
from reports.render import render
from tests.ui.daily import Site
from tests.ui.shell import png, texts
from ui.attachments import AttachmentDialog, PictureView, open_attachment, refuse_runnable
from ui.candidates import Candidates
from ui.editor_base import FormDesk, OfContract
from ui.editor_refs import FileEditor, FilesEditor
from ui.form import RecordForm
from ui.history import HistoryDialog
from ui.preview import PreviewView
from ui.record_dialog import RecordDialog


def keep(site: Site, name: str, data: bytes, contract_id: str = "") -> str:
    change = site.ledger.files.attach(
        data, name=name, mime="application/octet-stream", kind=AttachmentKind.PHOTO,
        contract_id=contract_id,
    )  # fmt: skip
    return change.ids[-1]


def shown(site: Site) -> AttachmentDialog:
    site.settle()
    [dialog] = [
        one
        for one in QApplication.topLevelWidgets()
        if isinstance(one, AttachmentDialog) and one.isVisible()
    ]
    return dialog


PARENTS: list[QLabel] = []  # Qt does not keep them, and a dialog dies with its parent


def opened(site: Site, name: str, data: bytes) -> AttachmentDialog:
    PARENTS.append(QLabel())
    site.qtbot.addWidget(PARENTS[-1])
    open_attachment(site.desk, keep(site, name, data), PARENTS[-1])
    return shown(site)


def test_a_picture_is_shown_as_large_as_there_is_room(site: Site) -> None:
    dialog = opened(site, "作業後.png", png(1200, 800))
    assert isinstance(dialog.body, PictureView)
    assert 200 < dialog.body.pixmap().width() <= dialog.body.width()
    assert "作業後.png　写真　" in dialog.facts.text()


def test_a_pdf_is_shown_page_by_page(site: Site) -> None:
    dialog = opened(site, "承諾書.pdf", render(Receipt.sample()))
    assert isinstance(dialog.body, PreviewView)
    assert "ページ" in dialog.body.count.text()


def test_a_list_of_the_old_register_is_shown_as_text(site: Site) -> None:
    dialog = opened(site, "旧台帳.csv", "管理番号,名称\r\n1,名簿\r\n".encode("cp932"))
    assert isinstance(dialog.body, QPlainTextEdit)
    assert dialog.body.toPlainText().startswith("管理番号,名称")
    assert dialog.body.isReadOnly()


@pytest.mark.parametrize(
    ("name", "data"),
    [("図面.dwg", b"AC1032"), ("壊れた.pdf", b"%PDF-1.7 nothing"), ("壊れた.png", b"\x89PNG\r\n")],
)
def test_what_cannot_be_shown_says_how_to_see_it(site: Site, name: str, data: bytes) -> None:
    dialog = opened(site, name, data)
    assert any("この画面では表示できません" in text for text in texts(dialog, [QLabel]))
    assert dialog.save.isEnabled()


@pytest.mark.parametrize(
    ("name", "data"),
    [("写真.exe", b"anything"), ("写真.jpg.LNK. ", b"x"), ("請求書.pdf", b"MZ\x90\x00"),
     ("読んで.txt", b"#!/bin/sh\n"), ("集計.xlsm", b"PK\x03\x04")],
)  # fmt: skip
def test_what_could_be_run_is_neither_shown_nor_saved(site: Site, name: str, data: bytes) -> None:
    parent = QLabel()
    site.qtbot.addWidget(parent)
    open_attachment(site.desk, keep(site, name, data), parent)
    site.settle()
    assert "プログラムとして動くおそれ" in site.answers.asked[-1]
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, AttachmentDialog)
                and w.isVisible()]  # fmt: skip


def test_an_ordinary_name_with_dots_is_not_refused() -> None:
    refuse_runnable("2026.10.01 作業後.exe.jpg", png(1200, 800))
    with pytest.raises(Refused):
        refuse_runnable("2026.10.01 作業後.jpg.exe", png(1200, 800))


def test_a_copy_is_saved_only_after_a_warning(site: Site, tmp_path: Path) -> None:
    data = png(1200, 800)
    dialog = opened(site, "作業後.png", data)
    dialog.save.setFocus()
    site.answers.replies[:] = [False]
    QTest.keyClick(dialog.save, Qt.Key.Key_Space)
    assert "写しは暗号化されず" in site.answers.asked[-1]
    out = tmp_path / "写し.png"
    site.answers.replies[:] = [True, out]
    QTest.keyClick(dialog.save, Qt.Key.Key_Space)
    assert out.read_bytes() == data
    assert site.answers.asked[-1] == "「写し.png」に写しを保存しました。"


def test_a_copy_that_cannot_be_written_is_told(site: Site, tmp_path: Path) -> None:
    dialog = opened(site, "作業後.png", png(1200, 800))
    site.answers.replies[:] = [True, tmp_path / "ない" / "写し.png"]
    dialog.save_copy()
    assert "/ない」" in site.answers.asked[-1] and "保存しました" not in site.answers.asked[-1]


def test_the_fields_of_a_form_open_what_they_name(site: Site) -> None:
    one, two = keep(site, "一.png", png(1200, 800)), keep(site, "二.png", png(1200, 800))
    desk = FormDesk.at(site.desk, str, lambda: None)
    file = FileEditor(Authorization.fields()["decision_file"], desk)
    site.qtbot.addWidget(file)
    assert file.buttons.show_file.isHidden()
    file.set_value(one)
    file.set_read_only(True)
    file.show()
    assert file.buttons.show_file.isVisible() and not file.buttons.choose.isVisible()
    file.buttons.show_file.click()
    assert "一.png" in shown(site).windowTitle()
    shown(site).close()
    many = FilesEditor(Sanitization.fields()["photo_ids"], desk)
    site.qtbot.addWidget(many)
    many.set_value((one, two))
    many.list.items.setCurrentRow(1)
    many.show()
    many.buttons.show_file.click()
    assert "二.png" in shown(site).windowTitle()


def consent_with_file(site: Site) -> Authorization:
    consent = site.ledger.registers.one(Authorization)
    assert consent is not None
    mine = consent.record.contract_id
    file = keep(site, "承諾書.png", png(1200, 800), mine)
    revised = consent.record.with_changes(decision_file=file)
    site.ledger.registers.revise(revised, "写しを添えるため")
    return revised


def test_a_record_and_its_history_open_their_files(site: Site) -> None:
    consent = consent_with_file(site)
    stored = site.ledger.registers.need(Authorization, consent.id)
    dialog = RecordDialog(site.desk, stored)
    site.qtbot.addWidget(dialog)
    dialog.show()
    [action] = dialog.files.list.actions()
    assert action.text() == "決定文書の写し：承諾書.png"
    action.trigger()
    assert "承諾書.png" in shown(site).windowTitle()
    shown(site).close()
    history = HistoryDialog(site.desk, Authorization.type, consent.id)
    site.qtbot.addWidget(history)
    history.show()
    site.settle()
    assert history.files.isVisible() and len(history.files.list.actions()) == 1


def test_a_record_without_files_offers_none(site: Site) -> None:
    stored = site.ledger.registers.one(Authorization)
    assert stored is not None
    dialog = RecordDialog(site.desk, stored)
    site.qtbot.addWidget(dialog)
    dialog.show()
    assert "添付ファイル" not in [
        b.text() for b in dialog.findChildren(QPushButton) if b.isVisible()
    ]


# --- whose a file is ------------------------------------------------------------------------------
FIRST = "先に「契約」を選んでください。ファイルは、その契約の資料として保管します。"


def form_of(site: Site, cls: type[Record]) -> RecordForm:
    form = RecordForm(site.desk, cls)
    site.qtbot.addWidget(form)
    return form


def choose(site: Site, form: RecordForm, field: str, *replies: object) -> None:
    editor = form.rows[field].editor
    assert isinstance(editor, FileEditor)
    site.answers.replies[:] = replies
    editor.buttons.choose.click()
    site.settle()


def files_kept(site: Site) -> list[Attachment]:
    return [one.record for one in site.ledger.registers.all(Attachment)]


def test_a_file_is_kept_once_the_contract_is_known(site: Site, tmp_path: Path) -> None:
    form, scan = form_of(site, Authorization), tmp_path / "承諾書.txt"
    scan.write_text("承諾します。", encoding="utf-8")
    before = files_kept(site)
    choose(site, form, "decision_file", scan)
    assert site.answers.asked[-1] == FIRST and files_kept(site) == before
    contract = site.ledger.contracts()[0].record.id
    form.set_values({"contract_id": contract})
    choose(site, form, "decision_file", scan)
    assert files_kept(site)[-1].contract_id == contract
    assert form.record().to_json()["decision_file"] == files_kept(site)[-1].id


def test_a_file_of_the_whole_office_is_meant_to_be_one(site: Site, tmp_path: Path) -> None:
    form, file = form_of(site, GovernanceDocument), tmp_path / "規程.txt"
    file.write_text("規程", encoding="utf-8")
    before = files_kept(site)
    choose(site, form, "file_id", False)
    assert "利用者の全員に見え" in site.answers.asked[-1] and files_kept(site) == before
    choose(site, form, "file_id", True, file)
    assert [one.contract_id for one in files_kept(site)[len(before) :]] == [""]


def test_the_form_of_an_organization_asks_for_no_contract(site: Site) -> None:
    assert form_of(site, Organization).of_contract() is OfContract.NO


def test_a_form_of_a_contract_offers_its_own_files_alone(site: Site) -> None:
    contract = site.ledger.contracts()[0].record.id
    keep(site, "会社の資料.png", png(8, 8))
    mine = keep(site, "契約の資料.png", png(8, 8), contract)
    found = Candidates(site.ledger, Attachment.type)
    assert [one.id for one in found.find("資料", contract)] == [mine]
    assert len(found.find("資料")) == 2
