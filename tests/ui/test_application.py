"""The whole window with its real pages, and the way back in when a password is forgotten."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from models.codes import SubmissionStatus
from models.ledger import Ledger
from models.records import Submission
from models.store import Query
from tests.ui.shell import (
    LOGIN,
    PASSWORD,
    SECOND_PASSWORD,
    Answers,
    make_books,
    make_office,
    settle,
)
from ui import application, warming
from ui.late import Late
from ui.operations import Operations
from ui.page import Desk
from ui.paper_dialog import PaperDialog
from ui.preview import PreviewDialog
from ui.recover import RecoverDialog
from ui.ways_in import make_sample
from ui.window import MainWindow


@pytest.fixture
def window(
    qtbot: QtBot, qapp: QApplication, operations: Operations, tmp_path: Path
) -> Iterator[MainWindow]:
    office = make_office(tmp_path)
    made = application.make_window(lambda: office, operations, tmp_path / "settings")
    qtbot.addWidget(made)
    made.resize(1366, 728)
    made.show()
    yield made
    made.close()
    qapp.removeEventFilter(made.wedge)
    qapp.removeEventFilter(made.idle)
    qapp.removeNativeEventFilter(made.session.filter)


def test_every_page_opens_and_fits_a_small_screen(
    qtbot: QtBot, window: MainWindow, operations: Operations, tmp_path: Path
) -> None:
    office = make_office(tmp_path)
    window.open_ledger(make_books(office, tmp_path / "ledger"), tmp_path / "ledger")
    assert window.bench is not None
    for number in range(9):
        window.bench.show_place(number)
        settle(qtbot, operations)
        least = window.minimumSizeHint()
        assert least.width() <= 1366 and least.height() <= 728, number
    assert window.bench.stack.count() == 9


def test_the_office_is_asked_for_when_somebody_signs_in(
    qtbot: QtBot, qapp: QApplication, operations: Operations, tmp_path: Path
) -> None:
    asked: list[int] = []

    def build():  # type: ignore[no-untyped-def]
        asked.append(1)
        return make_office(tmp_path)

    made = application.make_window(Late(build), operations, tmp_path / "settings")
    qtbot.addWidget(made)
    made.show()
    assert asked == []
    warming.warm_up(operations, made._office)
    settle(qtbot, operations)
    assert asked == [1]
    made.close()
    for filter_ in (made.wedge, made.idle):
        qapp.removeEventFilter(filter_)
    qapp.removeNativeEventFilter(made.session.filter)


def test_the_recovery_sheet_lets_the_responsible_person_in(
    qtbot: QtBot, operations: Operations, answers: Answers, tmp_path: Path
) -> None:
    from models.codes import EmploymentType, OrganizationKind
    from models.opening import Opening
    from models.records import Organization, Person

    office = make_office(tmp_path)
    books = Opening(
        Organization(
            kinds=(OrganizationKind.CONTRACTOR,), name="株式会社みどり情報",
            representative_title="代表取締役", representative_name="髙橋一郎",
        ),
        Person(
            organization_id="-", name="𠮷野花子", employment_type=EmploymentType.REGULAR
        ),
        LOGIN,
    )  # fmt: skip
    ledger, sheet = office.create(tmp_path / "ledger", books, PASSWORD)
    ledger.close()
    dialog = RecoverDialog(office, operations, tmp_path / "ledger")
    qtbot.addWidget(dialog)
    opened: list[Ledger] = []
    dialog.recovered.connect(lambda found, _folder: opened.append(found))
    dialog.sheet.setPlainText(sheet)
    dialog.login.setText(LOGIN)
    dialog.password.first.setText(SECOND_PASSWORD)
    dialog.password.second.setText(SECOND_PASSWORD)
    dialog.accept()
    settle(qtbot, operations)
    fresh = dialog.panel.text.text()
    assert dialog.stack.currentIndex() == 1, dialog.message.text()
    assert fresh not in ("", sheet)
    dialog.panel.typed.setPlainText(sheet)  # the old one opens nothing any more
    dialog.accept()
    settle(qtbot, operations)
    assert opened == []
    dialog.panel.typed.setPlainText(fresh)
    dialog.accept()
    settle(qtbot, operations)
    assert opened[0].user.login_name == LOGIN
    assert dialog.panel.text.text() == ""
    opened[0].close()
    office.unlock(tmp_path / "ledger", LOGIN, SECOND_PASSWORD).close()


@pytest.mark.slow
def test_a_receipt_is_made_looked_at_and_sealed(
    qtbot: QtBot, operations: Operations, answers: Answers, tmp_path: Path
) -> None:
    office = make_office(tmp_path)
    made = make_sample(tmp_path / "sample", office, lambda _done, _total: None)
    user = made["users"][0]
    ledger = office.unlock(Path(made["ledger"]), user["login"], user["password"])
    before = ledger.registers.count(_papers())
    dialog = PaperDialog(
        Desk(ledger, operations, answers, lambda _type, _id: None),
        ledger.contracts()[0].record.id,
    )
    qtbot.addWidget(dialog)
    settle(qtbot, operations)
    dialog.kind.setCurrentIndex(dialog.kind.findData("D-14"))
    settle(qtbot, operations)
    dialog.records.none.click()
    dialog.show_preview()
    assert dialog.message.text() == "対象の記録を選んでください（スペースキー）。"
    dialog.list.item(0).setCheckState(Qt.CheckState.Checked)
    looked: list[int] = []
    answers.replies.append(True)

    def seal() -> None:
        shown = QApplication.activeModalWidget()
        if isinstance(shown, PreviewDialog):
            hand.stop()
            looked.append(shown.view.page_box.value())
            dialog._seal(dialog.request(), shown)

    hand = QTimer(interval=50)  # the preview waits in a loop of its own; a hand comes and presses
    hand.timeout.connect(seal)
    hand.start()
    dialog.show_preview()
    qtbot.waitUntil(lambda: dialog.result() == 1, timeout=10_000)
    assert looked == [1]
    assert ledger.registers.count(_papers()) == before + 1
    newest = ledger.paper.sealed()[0]
    assert (newest.doc_kind, newest.status) == ("D-14", SubmissionStatus.SEALED)
    ledger.close()


def _papers() -> Query:
    return Query(Submission.type)
