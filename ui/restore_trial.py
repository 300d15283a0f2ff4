"""復元の試し: a backup is restored for trial, verified and removed, and the result is entered.

A backup that nobody ever tried to restore is a hope (CM-5.7.6).
"""

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from models.backups import left_out
from models.errors import AzukariError, Cancelled
from models.gate import Restored
from models.office import Office
from ui.asking import dialog_buttons
from ui.keys import EnterMovesOn
from ui.layout import add_row, button, form, heading, note, say
from ui.page import Desk
from ui.password_line import PasswordLine
from ui.whole_dialog import WholeDialog

PATTERN = "預り台帳のバックアップ (*.azb)"


class TrialDialog(WholeDialog):
    """Which backup, where there is room, and the password of whoever tries.

    Args:
        file: the last backup, if there is one.
    """

    def __init__(self, office: Office, desk: Desk, file: Path | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._office = office
        self._desk = desk
        self._journal = _journal_folder(desk)
        self.setWindowTitle(self.tr("復元の試し"))
        self.setMinimumWidth(640)
        self._build()
        self.file.setText(str(file) if file is not None else "")

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.file, self.scratch, self.password = QLineEdit(), QLineEdit(), PasswordLine()
        rows = form()
        for word, line, choose in (
            (self.tr("バックアップ"), self.file, self._choose_file),
            (self.tr("試す場所"), self.scratch, self._choose_folder),
        ):
            line.setAccessibleName(word)
            EnterMovesOn(line)
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(line, 1)
            row.addWidget(button(self.tr("選ぶ…"), choose))
            add_row(rows, word, row)
        add_row(rows, self.tr("自分のパスワード"), self.password)
        self.with_journal = QCheckBox(
            self.tr("更新ジャーナルも使い、最後の記帳まで戻るかを確かめる")
        )
        self.with_journal.setChecked(self._journal is not None)
        self.with_journal.setVisible(self._journal is not None)
        self.message = note("")
        self.buttons = dialog_buttons(self, self.tr("試す"))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(heading(self.windowTitle()))
        column.addWidget(note(self.tr(
            "バックアップを「試す場所」に復元し、全体を検証してから、復元したものを消します。"
            "今の台帳は変わりません。結果は、日時とともに台帳に記録します。"
        )))  # fmt: skip
        column.addLayout(rows)
        for widget in (self.with_journal, self.message, self.buttons):
            column.addWidget(widget)

    # --- what happens ----------------------------------------
    def _choose_file(self) -> None:
        file = self._desk.asker.open_file(self, self.tr("試すバックアップ"), PATTERN)
        if file is not None:
            self.file.setText(str(file))

    def _choose_folder(self) -> None:
        folder = self._desk.asker.folder(self, self.tr("空きのあるフォルダーを選んでください"))
        if folder is not None:
            self.scratch.setText(str(folder))

    def _done(self, tried: Restored) -> None:
        super().accept()
        self._desk.asker.tell(
            self.parentWidget(),
            self.tr(
                "このバックアップから、記帳番号 {0} まで復元できました。{1}"
                "復元したものは消しました。結果を台帳に記録しました。"
            ).format(f"{tried.head.seq:,}", left_out(tried)),
        )

    def _failed(self, error: AzukariError) -> None:
        stopped = isinstance(error, Cancelled)
        say(self.message, str(error), "care" if stopped else "problem")
        self.password.setFocus()

    # --- Qt ----------------------------------------
    def accept(self) -> None:
        """Try; the dialog stays open when it fails."""
        file, scratch = self.file.text().strip(), self.scratch.text().strip()
        if not file or not scratch or not self.password.text():
            sentence = self.tr("バックアップ、試す場所、パスワードを入力してください。")
            say(self.message, sentence, "problem")
            return
        say(self.message, "")
        ledger, password = self._desk.ledger, self.password.take()
        journal = self._journal if self.with_journal.isChecked() else None
        self._desk.operations.long(
            self.tr("復元の試し"),
            lambda progress: self._office.restore_test(
                ledger, Path(file), Path(scratch), password, progress, journal
            ),
            self._done,
            self,
            failed=self._failed,
        )


def _journal_folder(desk: Desk) -> Path | None:
    folder = desk.ledger.journal.status().folder
    return Path(folder) if folder is not None else None
