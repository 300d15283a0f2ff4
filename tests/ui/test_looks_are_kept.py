"""Wherever somebody sees, prints or writes out a record, one line of the access log tells of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from models.access import Act, Line, Question
from models.codes import AttachmentKind
from models.errors import DiskFull
from models.records import Attachment, Item, Person
from tests.house import House
from tests.ui.shell import Answers, settle
from tests.ui.test_paper_pages import three_pages
from ui.exporting import export_register
from ui.form_dialog import FormDialog
from ui.history import HistoryDialog
from ui.operations import Operations
from ui.page import Desk
from ui.record_dialog import RecordDialog
from ui.register import RegisterView
from ui.saving import What, save_here


@pytest.fixture
def desk(house: House, answers: Answers, qtbot: QtBot) -> Iterator[Desk]:
    operations = Operations(answers)
    yield Desk(house.ledger, operations, answers, lambda type_, id_: None)
    settle(qtbot, operations)
    operations.close()


def kept(house: House, act: Act) -> list[Line]:
    """Return the lines of this session."""
    lines = house.ledger.access.lines(Question())
    began = next(n for n, line in enumerate(lines) if line.act is Act.SIGN_IN)
    return [line for line in lines[:began] if line.act is act]


def test_a_record_that_is_opened(house: House, desk: Desk, qtbot: QtBot) -> None:
    person = house.ledger.registers.all(Person)[0]
    qtbot.addWidget(RecordDialog(desk, person))
    assert [line.target for line in kept(house, Act.VIEW)] == [person.record.id]


def test_a_record_that_is_opened_for_correction(house: House, desk: Desk, qtbot: QtBot) -> None:
    person = house.ledger.registers.all(Person)[0]
    qtbot.addWidget(FormDialog(desk, Person, stored=person))
    assert [line.type for line in kept(house, Act.VIEW)] == ["person"]


def test_a_history(house: House, desk: Desk, qtbot: QtBot) -> None:
    item = house.ledger.registers.all(Item)[0].record
    qtbot.addWidget(HistoryDialog(desk, Item.type, item.id))
    assert [line.contract for line in kept(house, Act.VIEW)] == [item.contract_id]


def test_a_list_with_the_number_of_its_rows(house: House, desk: Desk, qtbot: QtBot) -> None:
    view = RegisterView(desk, Item)
    qtbot.addWidget(view)
    view.ask()
    settle(qtbot, desk.operations)
    view.refresh()
    lines = kept(house, Act.LIST)
    assert [(line.type, line.count) for line in lines] == [("item", view.model.rowCount())]


def test_a_search_without_its_words(house: House, desk: Desk) -> None:
    hits = house.ledger.registers.search("名簿")
    line = kept(house, Act.SEARCH)[0]
    assert line.count == len(hits)
    assert "名簿" not in repr(line)


def test_a_file_that_is_read(house: House, desk: Desk) -> None:
    files = house.ledger.registers.all(Attachment)
    if not files:
        house.ledger.files.attach(b"x", name="a.txt", mime="text/plain", kind=AttachmentKind.OTHER)
        files = house.ledger.registers.all(Attachment)
    house.ledger.files.read(files[0].record.id)
    assert [line.target for line in kept(house, Act.VIEW)] == [files[0].record.id]


def test_an_export_with_the_number_of_its_rows(house: House, tmp_path: Path) -> None:
    report = export_register(house.ledger, Item, tmp_path / "out.csv", purpose="控え一式")
    assert [line.count for line in kept(house, Act.EXPORT)] == [report["rows"]]


def test_what_cannot_be_noted_does_not_leave(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DiskFull(file="ledger.db")

    with monkeypatch.context() as patch:
        patch.setattr(type(house.ledger.safe.access), "append", full)
        with pytest.raises(DiskFull):
            export_register(house.ledger, Item, tmp_path / "out.csv", purpose="控え一式")
    assert not (tmp_path / "out.csv").exists()
    assert len(kept(house, Act.EXPORT)) == 1  # it was tried, and the line waited


def test_a_paper_that_is_saved(
    house: House, desk: Desk, answers: Answers, qtbot: QtBot, tmp_path: Path
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    answers.replies.append(tmp_path / "paper.pdf")
    what = What("submission", "s1", house.story.contract.id, "D-14")
    save_here(desk, three_pages(tmp_path / "three.pdf"), "paper.pdf", parent, what)
    lines = kept(house, Act.EXPORT)
    assert [(line.target, line.detail, line.pages) for line in lines] == [("s1", "D-14", 3)]
    assert (tmp_path / "paper.pdf").exists()
