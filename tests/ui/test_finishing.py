"""What died half-way is finished at the sign-in, and the window shows what and how far."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar
from pytestqt.qtbot import QtBot

from models.codes import Role
from models.ledger import Ledger
from models.records import UserAccount
from storage import rekeying
from storage.database import Database
from storage.safe import FINISHING
from storage.unlocked import Vault
from tests.ui.daily import Site, make_site
from tests.ui.shell import LOGIN, PASSWORD
from ui.preferences import Preferences
from ui.progress import LOOK_MS, ProgressDialog
from ui.unlock import UnlockView


class Killed(BaseException):
    """The process died here."""


def die(*_args: object, **_named: object) -> None:
    raise Killed


@pytest.fixture
def site(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(rekeying, "SMALL", 0)  # in a process of its own, as for a large ledger
    monkeypatch.setattr(rekeying, "BEAT", 0.005)
    site = make_site(qtbot, tmp_path)
    yield site
    site.close()


def removal_dies(site: Site, monkeypatch: pytest.MonkeyPatch, cls: type, name: str) -> None:
    """Shut a worker out and die on the way."""
    site.ledger.people.add_account(
        site.story.people["worker"], login="yoshino2", role=Role.WORKER,
        password="kumo hashi mikan 77 fune", valid_until=site.ledger.today() + timedelta(days=90),
        chosen_by_self=True,
    )  # fmt: skip
    worker = site.ledger.registers.one(UserAccount, login_name="yoshino2")
    assert worker is not None
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(cls, name, die)
        site.ledger.people.disable_account(worker.record.id, "退職のため")
    site.ledger.close()


class Watch:
    """Looks at the progress dialog as often as it changes."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.values: list[int] = []
        self._timer = QTimer(interval=LOOK_MS // 4)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        for dialog in QApplication.topLevelWidgets():
            if isinstance(dialog, ProgressDialog) and dialog.isVisible():
                [label], [bar] = dialog.findChildren(QLabel), dialog.findChildren(QProgressBar)
                self.sentences.append(label.text())
                self.values.append(bar.value())


def sign_in(site: Site, tmp_path: Path) -> tuple[Ledger, Watch]:
    preferences = Preferences(tmp_path / "settings")
    preferences.remember(site.folder)
    door = UnlockView(lambda: site.office, site.operations, preferences)
    site.qtbot.addWidget(door)
    door.show()
    opened: list[Ledger] = []
    door.unlocked.connect(lambda ledger, _: opened.append(ledger))
    watch = Watch()
    door.login.setText(LOGIN)
    door.password.setText(PASSWORD)
    door.try_password()
    site.qtbot.waitUntil(lambda: bool(opened), timeout=20_000)
    site.ledger = opened[0]
    return opened[0], watch


def test_a_removal_that_died_before_the_new_key_is_shown_by_name(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removal_dies(site, monkeypatch, Vault, "announce_epoch")
    ledger, watch = sign_in(site, tmp_path)
    assert "前回途中で終わっていた、yoshino2の利用停止を完了しています" in watch.sentences[-1]
    assert any("yoshino2の利用停止を完了しました" in one for one in ledger.notices)


def test_a_renewal_that_died_shows_what_is_finished_and_how_far(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removal_dies(site, monkeypatch, Database, "let_go")
    ledger, watch = sign_in(site, tmp_path)
    assert set(watch.sentences) == {FINISHING}
    assert watch.values == sorted(watch.values) and watch.values[-1] <= 1000
    assert any("暗号鍵の更新を完了" in one for one in ledger.notices)


def test_a_sign_in_with_nothing_to_finish_shows_no_progress(site: Site, tmp_path: Path) -> None:
    site.ledger.close()
    _, watch = sign_in(site, tmp_path)
    assert watch.sentences == []


def test_words_that_are_told_replace_the_title(qtbot: QtBot) -> None:
    dialog = ProgressDialog("台帳を開く準備")
    qtbot.addWidget(dialog)
    dialog.report.doing("索引を作り直しています。")
    dialog.report(1, 4)
    [label], [bar] = dialog.findChildren(QLabel), dialog.findChildren(QProgressBar)
    qtbot.waitUntil(lambda: label.text() == "索引を作り直しています。", timeout=2_000)
    assert (bar.value(), bar.maximum()) == (250, 1000)
    dialog.report.doing("次のことをしています。")
    qtbot.waitUntil(lambda: label.text() == "次のことをしています。", timeout=2_000)
    dialog.reject()
    assert "中止しています" in label.text()
