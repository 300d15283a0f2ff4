"""検査の控え in the window: issued in the officer's presence, compared under his own sign-in."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from models.errors import InvalidField
from models.records import Submission
from reports.verify import verify_document
from tests.house import furnished
from tests.ui.shell import texts
from tests.ui.table import Table
from tests.ui.test_paper_dialog import previews, seal_button
from ui.evidence_page import EvidencePage
from ui.inspection import InspectionDialog
from ui.paper_dialog import PaperDialog
from ui.preview import PreviewDialog
from ui.receipt_facts import as_stood
from ui.seal_part import make_seal

__all__ = ["previews"]


def asked(table: Table) -> InspectionDialog:
    """Open the dialog from the page of the clauses."""
    page = EvidencePage(table.desk)
    table.show(page)
    next(one for one in page.verbs() if one.text() == "検査の控え").trigger()
    table.settle()
    [dialog] = page.findChildren(InspectionDialog)
    return dialog


def press(table: Table, button: object) -> None:
    QTest.keyClick(button, Qt.Key.Key_Space)  # type: ignore[call-overload]
    table.settle()


def test_from_the_names_to_the_comparison_at_the_next_inspection(
    qtbot: QtBot, tmp_path: Path, previews: list[PreviewDialog]
) -> None:
    with furnished(tmp_path, accounts=True, things=1) as house:
        make_seal(house.ledger)
        table = Table(qtbot, house)
        dialog = asked(table)
        press(table, dialog.issue_button)
        [paper] = dialog.findChildren(PaperDialog)
        assert paper.kind_code() == "D-37" and "髙橋　恵子" in paper.attendants.toPlainText()
        press(table, paper.look)
        assert not paper.seal.isVisible()  # the sheet has no room for a stamp
        assert "検査した方の職・氏名を入力してください" in paper.message.text() and not previews
        paper.officers.setPlainText("見本市 主査　𠮷野　花子\n見本市　辻󠄂　翔太")
        assert paper.message.text() == ""
        press(table, paper.look)
        table.operations.asker.replies[:] = [True]  # type: ignore[attr-defined]
        seal_button(previews[0]).click()
        table.settle()
        [kept] = [one.record for one in house.ledger.registers.all(Submission, doc_kind="D-37")]
        file = tmp_path / "receipt.pdf"
        file.write_bytes(house.ledger.paper.file(kept.id))
        table.operations.close()

        house.sign_in("kensa")
        table = Table(qtbot, house)
        dialog = asked(table)
        assert not dialog.issue_button.isEnabled()
        assert any("責任者" in one for one in texts(dialog, [QLabel]))
        table.operations.asker.replies[:] = [file]  # type: ignore[attr-defined]
        press(table, dialog.file_button)
        assert "○" in dialog.said.text() and "変わっていません" in dialog.said.text()
        claims = verify_document(file.read_bytes()).claims
        assert claims is not None
        dialog.number.setText(
            f"{claims.seq}".translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        )
        dialog.head.setText(" ".join(claims.head[at : at + 8] for at in range(0, 64, 8)))
        press(table, dialog.typed_button)
        assert "○" in dialog.said.text()
        dialog.number.setText(f"{claims.seq + 1}")
        press(table, dialog.typed_button)
        assert f"× 入力した先頭値は、記帳番号{claims.seq:,}のものです" in dialog.said.text()
        assert "受託者" not in dialog.said.text()
        dialog.head.setText("0" * 64)
        press(table, dialog.typed_button)
        assert "×" in dialog.said.text() and "書き換えられたか" in dialog.said.text()
        assert "控えと見比べて" in dialog.said.text() and "受託者に理由を" in dialog.said.text()
        cut = tmp_path / "cut.pdf"
        cut.write_bytes(file.read_bytes()[:-200])
        table.operations.asker.replies[:] = [cut]  # type: ignore[attr-defined]
        press(table, dialog.file_button)
        assert "壊れている" in dialog.said.text() and dialog.said.text().count("×") == 1
        assert "受託者" not in dialog.said.text()
        dialog.number.setText("百")
        press(table, dialog.typed_button)
        assert "「記帳番号」は、控えにある数字" in dialog.said.text()
        table.operations.close()


@pytest.mark.parametrize(
    ("number", "head"),
    [("", "0" * 64), ("-1", "0" * 64), ("0", "0" * 64), ("5" * 13, "0" * 64), ("5", "0" * 63)],
)
def test_what_nobody_printed_is_not_compared(number: str, head: str) -> None:
    with pytest.raises(InvalidField):
        as_stood("L1", number, head)
