"""Damage as the user meets it: at the door, on the page of backups, on the console."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from models.codes import AttachmentKind
from models.condition import State
from models.errors import BRING_BACK
from models.ledger import Ledger
from models.mending import BESIDES
from storage.database import PAGE_SIZE
from tests.storage.striking import owners, strike
from tests.ui.daily import Site
from tests.ui.shell import LOGIN, PASSWORD, settle
from ui.backup_page import BackupPage
from ui.condition_facts import read_conditions
from ui.preferences import Preferences
from ui.unlock import UnlockView


def harm(site: Site, name: str, *, early: bool = False) -> int:
    """Close the ledger, strike a page of a tree and return its number."""
    pages = owners(site.ledger)[name]
    number = pages[len(pages) // 2 if early else -1]
    site.ledger.close()
    strike(site.folder / "ledger.db", number)
    return number


def reopen(site: Site) -> None:
    site.ledger = site.office.unlock(site.folder, LOGIN, PASSWORD)


def page(site: Site) -> BackupPage:
    made = BackupPage(site.desk, site.office)
    site.qtbot.addWidget(made)
    made.show()
    return made


def press(site: Site, made: BackupPage, word: str) -> None:
    next(verb for verb in made.verbs() if verb.text() == word).trigger()
    site.settle()
    site.settle()


def verification(ledger: Ledger) -> tuple[State, str, str]:
    found = next(one for one in read_conditions(ledger) if one.topic == "台帳の検証")
    return found.state, found.sentence, found.to_do


# --- in the window --------------------------------------------------------------------------------


def test_a_damaged_list_is_mended_from_the_window(site: Site) -> None:
    number = harm(site, "v_handling_event")
    reopen(site)
    head = site.ledger.store.head()
    made = page(site)
    site.answers.replies.append(True)  # 一覧を作り直す
    press(site, made, "台帳の検証")
    question, told = site.answers.asked[-2:]
    assert f"ledger.db 第{number}ページ" in question and "一覧の表「取扱記録」" in question
    assert "記帳そのものは無事です" in question and "責任者に連絡" not in question
    assert told.startswith("一覧と索引を、記帳から作り直しました。")
    assert site.ledger.store.head() == head
    press(site, made, "台帳の検証")
    assert "異常はありません" in site.answers.asked[-1]


def test_what_was_found_stands_on_the_page_of_the_condition(site: Site) -> None:
    number = harm(site, "v_handling_event")
    reopen(site)
    made = page(site)
    site.answers.replies.append(False)  # あとで
    press(site, made, "台帳の検証")
    state, sentence, to_do = verification(site.ledger)
    assert state is State.BAD and f"{number}ページ" in sentence and "一覧を作り直す" in to_do
    site.answers.replies.append(True)
    press(site, made, "一覧を作り直す")
    state, sentence, _ = verification(site.ledger)
    assert "ページ" not in sentence


def test_a_damaged_log_offers_no_rebuild(site: Site) -> None:
    harm(site, "content", early=True)  # what no sign-in reads
    reopen(site)
    made = page(site)
    press(site, made, "台帳の検証")
    assert "入力を止め" in site.answers.asked[-1] and "復元してください" in site.answers.asked[-1]
    state, _, to_do = verification(site.ledger)
    assert state is State.BAD and "復元" in to_do and "作り直" not in to_do


def lose_an_attachment(site: Site) -> None:
    site.ledger.files.attach(
        b"%PDF-1.4 kept", name="a.pdf", mime="application/pdf", kind=AttachmentKind.OTHER
    )
    for one in (site.folder / "attachments").iterdir():
        one.unlink()


def test_a_lost_attachment_beside_a_damaged_list_is_not_mended_with_it(site: Site) -> None:
    lose_an_attachment(site)
    harm(site, "v_handling_event")
    reopen(site)
    made = page(site)
    site.answers.replies.append(True)  # 一覧を作り直す
    press(site, made, "台帳の検証")
    question, told = site.answers.asked[-2:]
    assert question.endswith(BESIDES) and "失われるものはありません" not in question
    assert "媒体を接続してから" not in question
    assert "は、失われたままです" in told and told.endswith(BRING_BACK)
    press(site, made, "台帳の検証")
    left = site.answers.asked[-1]
    assert BRING_BACK in left and "作り直" not in left and "入力を止め" not in left
    state, _, to_do = verification(site.ledger)
    assert state is State.BAD and to_do == BRING_BACK


# --- at the door ----------------------------------------------------------------------------------


@pytest.fixture
def door(qtbot: QtBot, site: Site, tmp_path: Path) -> UnlockView:
    preferences = Preferences(tmp_path / "settings")
    preferences.remember(site.folder)
    made = UnlockView(lambda: site.office, site.operations, preferences)
    qtbot.addWidget(made)
    made.show()
    return made


def sign_in(site: Site, door: UnlockView) -> None:
    door.login.clear()
    QTest.keyClicks(door.login, LOGIN)
    QTest.keyClicks(door.password, PASSWORD)
    QTest.keyClick(door.password, Qt.Key.Key_Return)
    settle(site.qtbot, site.operations)


def test_a_list_that_keeps_everybody_out_is_mended_at_the_door(
    site: Site, door: UnlockView
) -> None:
    head = site.ledger.store.head()
    number = harm(site, "v_user_account")
    opened: list[Ledger] = []
    door.unlocked.connect(lambda ledger, _: opened.append(ledger))
    site.answers.replies.append(True)
    sign_in(site, door)
    assert not opened
    question = site.answers.asked[-1]
    assert f"{number}ページ（一覧の表「利用者」）" in question and "無事です" in question
    assert "パスワードをもう一度" in door.message.text()
    sign_in(site, door)
    [site.ledger] = opened
    assert site.ledger.safe.verify(full=True, progress=lambda done, total: None).ok
    assert site.ledger.store.head().seq >= head.seq
    assert any("作り直しました" in one for one in site.ledger.notices)


def test_who_declines_is_asked_again_the_next_time(site: Site, door: UnlockView) -> None:
    harm(site, "v_user_account")
    site.answers.replies += [False, False]
    sign_in(site, door)
    assert "壊れているため" in door.message.text()
    sign_in(site, door)
    assert len([one for one in site.answers.asked if "無事です" in one]) == 2


def test_a_damaged_first_page_leads_to_the_restore(site: Site, door: UnlockView) -> None:
    site.ledger.close()
    strike(site.folder / "ledger.db", 1)
    sign_in(site, door)
    said = door.message.text()
    assert "1ページ（先頭のページ）" in said and "「バックアップから復元する」" in said
    assert not site.answers.asked and door.restore.hasFocus()


@pytest.mark.parametrize("less", [PAGE_SIZE, 30 * PAGE_SIZE, PAGE_SIZE + 100])
def test_a_file_that_was_cut_short_leads_to_the_restore(
    site: Site, door: UnlockView, less: int
) -> None:
    """It opens nowhere: neither the page of backups nor a verification can be reached."""
    site.ledger.close()
    with (site.folder / "ledger.db").open("r+b") as file:
        file.truncate((site.folder / "ledger.db").stat().st_size - less)
    sign_in(site, door)
    said = door.message.text()
    assert "末尾が切れて" in said and "「バックアップから復元する」" in said
    assert "台帳の検証" not in said and "「バックアップ」の画面" not in said
    assert not site.answers.asked and door.restore.hasFocus()


def test_who_mends_at_the_door_hears_of_lost_attachments(site: Site, door: UnlockView) -> None:
    lose_an_attachment(site)
    harm(site, "v_user_account")
    opened: list[Ledger] = []
    door.unlocked.connect(lambda ledger, _: opened.append(ledger))
    site.answers.replies.append(True)
    sign_in(site, door)
    assert "失われるものはありません" not in site.answers.asked[-1]
    sign_in(site, door)
    [site.ledger] = opened
    assert any("失われたままです" in one and BRING_BACK in one for one in site.ledger.notices)
