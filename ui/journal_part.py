"""更新ジャーナル on the backup page: where it is written, how it stands, and what to do about it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models import wareki
from models.commands import Change
from models.journal import UNKNOWN, JournalState, JournalStatus
from models.journal_care import JournalProposal, end_journal_files, journal_proposal
from ui import permitted
from ui.layout import button, card, note, plain, say
from ui.ledger_settings import backup_folder
from ui.page import Desk

EXPLANATION = (
    "記帳のたびに、同じ内容を別の媒体にも書きます。PCが壊れても、最後のバックアップと"
    "更新ジャーナルから、最後の記帳まで戻せます。"
)
ONE_DISK = (
    "台帳と同じディスクにあります。ディスクが壊れると両方を失うため、別の媒体にしてください。"
)
WITHOUT = (
    "更新ジャーナルの媒体がないまま記帳を続けます。PCが壊れると、最後のバックアップより後の"
    "記帳を失います。理由は台帳に残り、次の書類にも印字されます。\n理由（例　媒体の故障、交換待ち）"
)
ENDING = (
    "{count}件のファイル（記帳番号 {last} まで）は、二つのバックアップがあれば要りません。\n"
    "「{folder}」に新しいバックアップを作り、「{older}」をもう一度検証してから、記帳して消去します。\n"
    "理由"
)
ENDED = "更新ジャーナルの古いファイル{0}件を消去し、台帳に記帳しました。"


class JournalPart(QWidget):
    """Shows the journal and its verbs."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.state = note("")
        self.place = plain()
        self.advice = note("")
        self.choose = button(self.tr("更新ジャーナルの保存先…"), self.start)
        self.without = button(self.tr("ジャーナルなしで続ける…"), self.suspend)
        self.end_old = button(self.tr("古い更新ジャーナルの消去…"), self.end_files)
        permitted.offer(self.choose, permitted.why_not(desk.ledger, "journal"))
        row = QHBoxLayout()
        row.addWidget(self.choose)
        row.addWidget(self.without)
        row.addWidget(self.end_old)
        row.addStretch()
        frame, column = card(self.state, self.place, self.advice)
        column.setSpacing(4)
        column.addLayout(row)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)

    def refresh(self) -> None:
        ledger = self.desk.ledger
        self.desk.operations.ask(ledger.journal.tend, self._show, parent=self)

    # --- verbs ----------------------------------------
    def start(self) -> None:
        """Ask for the folder and keep the journal there from now on."""
        ledger = self.desk.ledger
        folder = self.desk.asker.folder(
            self, self.tr("更新ジャーナルの保存先（PCとは別の媒体のフォルダー）を選んでください")
        )
        if folder is not None:
            place: Path = folder
            self._run(lambda: ledger.journal.start(place))

    def suspend(self) -> None:
        """Ask the responsible person for the reason, and go on without the medium."""
        ledger = self.desk.ledger
        reason = self.desk.asker.line(self, self.tr("ジャーナルなしで続ける"), WITHOUT)
        if reason is not None:
            self._run(lambda: ledger.journal.suspend(reason))

    def end_files(self) -> None:
        """Show which files no restore needs, and let them end behind a new backup."""
        ledger = self.desk.ledger

        def show(proposed: JournalProposal) -> None:
            if proposed.obstacle:
                self.desk.asker.tell(self, proposed.obstacle)
            elif (folder := self._backup_place()) is not None:
                self._end(proposed, folder)

        self.desk.operations.ask(lambda: journal_proposal(ledger), show, parent=self)

    def _backup_place(self) -> Path | None:
        folder = backup_folder(self.desk.ledger)
        if folder is not None and folder.is_dir():
            return folder
        return self.desk.asker.folder(self, self.tr("バックアップの保存先を選んでください"))

    def _end(self, proposed: JournalProposal, folder: Path) -> None:
        assert proposed.older is not None
        ledger, spent = self.desk.ledger, proposed.spent
        reason = self.desk.asker.line(
            self,
            self.tr("古い更新ジャーナルの消去"),
            ENDING.format(
                count=len(spent.files), last=f"{spent.last:,}", folder=folder,
                older=proposed.older.file_name,
            ),
            value=self.tr("二つのバックアップが引き継ぐため"),
        )  # fmt: skip
        if reason is not None:
            self.desk.operations.long(
                self.tr("古い更新ジャーナルの消去"),
                lambda progress: end_journal_files(ledger, folder, reason, progress),
                lambda _: self.desk.asker.tell(self, ENDED.format(len(spent.files))),
                self,
            )

    def _run(self, work: Callable[[], Change]) -> None:
        self.desk.operations.run(work, done=lambda _: self.refresh(), parent=self)

    # --- showing ----------------------------------------
    def _show(self, status: JournalStatus) -> None:
        kind = "problem" if status.care else "good" if status.state is JournalState.OK else "care"
        mark = self.tr("！ ") if status.care else ""
        say(self.state, f"{mark}{status.words}。", kind)
        where = _where(status)
        self.place.setText(where)
        self.place.setVisible(bool(where))  # else an empty line stays
        say(self.advice, _advice(status), "problem" if status.problem else "muted")
        self.end_old.setVisible(status.state is JournalState.OK)
        self.without.setVisible(status.state in (JournalState.MISSING, JournalState.BROKEN))


def _where(status: JournalStatus) -> str:
    if status.folder is None:
        return ""
    words = f"保存先　{status.folder}"
    if status.written_at is not None:
        at = status.written_at.astimezone(wareki.JAPAN)
        words += f"　直前の書込み　{wareki.format_short_moment(at)}"
    if status.seq is None:
        return f"{words}　{UNKNOWN}"
    return f"{words}　記帳番号 {status.seq:,} まで"


def _advice(status: JournalStatus) -> str:
    if status.problem:
        return status.problem
    if status.state is JournalState.NONE:
        return EXPLANATION
    return ONE_DISK if status.same_disk else ""
