"""Ways in beside the password: a new ledger, a sample, a restored backup, the recovery sheet."""

import io
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ui.operations import Operations

if TYPE_CHECKING:
    from models.office import Office
    from models.store import Progress

SAMPLE_DAYS = 30
SAMPLE_PROFILE = "shiki"
SAMPLE_NAME = "預り台帳の見本"


class WaysIn(QObject):
    """Runs the dialogs of the door.

    Attributes:
        opened: emitted with an open `Ledger` and its folder.
        found: emitted with a ledger folder that can be opened with a password now.
    """

    opened = Signal(object, object)
    found = Signal(object)
    refused = Signal(str)

    def __init__(
        self, office: "Callable[[], Office]", operations: Operations, window: QWidget
    ) -> None:
        super().__init__(window)
        self._office = office
        self._operations = operations
        self._window = window

    # Each dialog is imported when it is wanted: the door itself must stand there at once.
    def new_ledger(self) -> None:
        """Lead through the first hour."""
        from ui.wizard import Wizard

        wizard = Wizard(self._office(), self._operations, self._window)
        wizard.finished_with.connect(self.opened.emit)
        wizard.exec()

    def restore(self) -> None:
        """Restore a backup into a new folder."""
        from ui.restore import RestoreDialog

        dialog = RestoreDialog(self._office(), self._operations, self._window)
        dialog.restored.connect(self.found.emit)
        dialog.recovered.connect(self.opened.emit)
        dialog.refused.connect(self.refused.emit)
        dialog.exec()

    def recover(self, folder: Path) -> None:
        """Open a ledger with its recovery sheet."""
        from ui.recover import RecoverDialog

        dialog = RecoverDialog(self._office(), self._operations, folder, self._window)
        dialog.recovered.connect(self.opened.emit)
        dialog.exec()

    def make_sample(self) -> None:
        """Make a sample ledger with invented people, to try everything."""
        asker = self._operations.asker
        place = asker.folder(self._window, self.tr("見本の台帳を作る場所を選んでください"))
        if place is None:
            return
        folder = place / SAMPLE_NAME
        self._operations.long(
            self.tr("見本の台帳の作成"),
            lambda progress: make_sample(folder, self._office(), progress),
            self._made,
            self._window,
        )

    def _made(self, made: dict[str, Any]) -> None:
        first = made["users"][0]
        self._operations.asker.tell(
            self._window,
            self.tr(
                "見本の台帳を作りました。人や会社はすべて架空のものです。\n"
                "利用者名　{0}\nパスワード　{1}\n（ほかの利用者は「{2}」の demo.json にあります）"
            ).format(first["login"], first["password"], Path(made["ledger"]).parent.name),
        )
        self.found.emit(Path(made["ledger"]))


def make_sample(folder: Path, office: "Office", progress: "Progress") -> dict[str, Any]:
    """Make the same sample as the console's `demo` and return what demo.json says.

    Raises:
        Refused: the folder is not empty.
    """
    from ui.console.demo import make
    from ui.console.output import Speaker

    class Silent(Speaker):
        """Speaks to the progress dialog instead of the terminal."""

        def progress(self, done: int, total: int) -> None:
            progress(done, total)

    speaker = Silent(io.StringIO(), io.StringIO(), as_json=True)
    wanted = Namespace(verb="sample", days=SAMPLE_DAYS, entries=0, profile=SAMPLE_PROFILE, seed=1)
    return make(folder, office, speaker, wanted)
