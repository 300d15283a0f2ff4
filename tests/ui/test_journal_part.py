"""The journal as the user meets it: on the backup page, at the door, at the bottom line."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from models.codes import SystemEventKind
from models.ledger import Ledger
from models.office import Office
from models.records import Organization, SystemEvent
from tests.ui.shell import LOGIN, PASSWORD, Answers, make_books, settle
from ui.journal_part import JournalPart
from ui.operations import Operations
from ui.page import Desk
from ui.preferences import Preferences
from ui.status import read_facts
from ui.unlock import UnlockView

REASON = "媒体の故障のため、明日の交換まで続けます"


@pytest.fixture
def ledger(tmp_path: Path, office: Office) -> Iterator[Ledger]:
    made = make_books(office, tmp_path / "ledger")
    yield made
    made.close()


@pytest.fixture
def part(qtbot: QtBot, ledger: Ledger, operations: Operations, answers: Answers) -> JournalPart:
    made = JournalPart(Desk(ledger, operations, answers, lambda _type, _id: None))
    qtbot.addWidget(made)
    made.refresh()
    settle(qtbot, operations)
    return made


def revise(ledger: Ledger) -> None:
    stored = ledger.registers.all(Organization)[0]
    ledger.registers.revise(stored.record, "確認のため")


def test_the_page_explains_begins_and_tells_of_the_last_write(
    qtbot: QtBot, part: JournalPart, operations: Operations, answers: Answers, tmp_path: Path
) -> None:
    assert "設定されていません" in part.state.text() and "最後の記帳まで" in part.advice.text()
    assert part.without.isHidden()
    answers.replies.append(tmp_path / "usb")
    part.choose.click()
    settle(qtbot, operations)
    assert "書いています" in part.state.text()
    assert str(tmp_path / "usb") in part.place.text() and "直前の書込み" in part.place.text()
    assert "同じディスク" in part.advice.text()


def test_a_missing_medium_is_told_everywhere_and_a_reason_lets_work_go_on(
    qtbot: QtBot, part: JournalPart, ledger: Ledger, operations: Operations, answers: Answers,
    tmp_path: Path,
) -> None:  # fmt: skip
    ledger.journal.start(tmp_path / "usb")
    written = ledger.store.head().seq
    (tmp_path / "usb").rename(tmp_path / "pulled")
    operations.run(lambda: ledger.registers.revise(
        ledger.registers.all(Organization)[0].record, "確認のため"
    ))  # fmt: skip
    settle(qtbot, operations)
    assert "記帳していません" in answers.asked[-1]
    facts = read_facts(ledger, tmp_path / "ledger")
    assert facts.care and "媒体がありません" in facts.backup
    part.refresh()
    settle(qtbot, operations)
    assert part.state.text().startswith("！") and not part.without.isHidden()
    assert "直前の書込み" in part.place.text() and f"記帳番号 {written:,} まで" in part.place.text()
    answers.replies.append(REASON)
    part.without.click()
    settle(qtbot, operations)
    assert "ジャーナルなしで" in part.state.text()
    revise(ledger)
    (tmp_path / "pulled").rename(tmp_path / "usb")
    part.refresh()
    settle(qtbot, operations)
    assert "書いています" in part.state.text()
    events = [stored.record.kind for stored in ledger.registers.all(SystemEvent)]
    assert events[-2:] == [
        SystemEventKind.JOURNAL_SUSPENDED, SystemEventKind.JOURNAL_RESUMED,
    ]  # fmt: skip
    assert "ジャーナル" not in read_facts(ledger, tmp_path / "ledger").backup


def test_where_the_journal_ends_is_not_guessed(
    qtbot: QtBot, ledger: Ledger, office: Office, answers: Answers, tmp_path: Path
) -> None:
    ledger.journal.start(tmp_path / "usb")
    ledger.close()
    (tmp_path / "usb").rename(tmp_path / "pulled")
    opened = office.unlock(tmp_path / "ledger", LOGIN, PASSWORD)
    assert opened.journal.status().seq is None
    operations = Operations(answers)
    part = JournalPart(Desk(opened, operations, answers, lambda _type, _id: None))
    qtbot.addWidget(part)
    part.refresh()
    settle(qtbot, operations)
    assert "つなぐと分かります" in part.place.text() and "番号 0" not in part.place.text()
    opened.close()
    operations.close()


def test_the_door_asks_who_answers_for_a_ledger_that_was_set_back(
    qtbot: QtBot, ledger: Ledger, office: Office, operations: Operations, answers: Answers,
    tmp_path: Path,
) -> None:  # fmt: skip
    ledger.close()
    shutil.copytree(tmp_path / "ledger", tmp_path / "older")
    later = office.unlock(tmp_path / "ledger", LOGIN, PASSWORD)
    revise(later)
    later.close()
    shutil.rmtree(tmp_path / "ledger")
    (tmp_path / "older").rename(tmp_path / "ledger")
    view = UnlockView(lambda: office, operations, Preferences(tmp_path / "settings.ini"))
    qtbot.addWidget(view)
    view.choose_folder(tmp_path / "ledger")
    opened: list[Ledger] = []
    view.unlocked.connect(lambda made, _folder: opened.append(made))
    answers.replies += [True, REASON]
    for _ in range(2):
        view.login.setText(LOGIN)
        view.password.setText(PASSWORD)
        view.try_password()
        settle(qtbot, operations)
        if not opened:
            assert "以前の状態に戻されている疑い" in answers.asked[0]
            assert "もう一度入力" in view.message.text()
    event = opened[0].registers.all(SystemEvent)[-1].record
    assert (event.kind, event.reason) == (SystemEventKind.ROLLED_BACK, REASON)
    opened[0].close()
