"""Restoring a backup: which file, into which new folder, and who opens it.

With a password on the PC where it was made, that of its time or, where the journal lies beside it, of
today; with the recovery sheet on any other, or when the password is lost. The sheet lets a responsible person in with a new password, and a new
sheet takes its place at once.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from models.backups import keys_words, restored_words
from models.codes import EmploymentType
from models.errors import (
    AzukariError,
    InvalidField,
    JournalDamaged,
    Occupied,
    SheetUsed,
    WrongRecoverySheet,
)
from models.gate import Restored
from models.ledger import Ledger
from models.office import Office, RestoredWithSheet
from models.records import Person
from models.store import Progress
from ui.asking import dialog_buttons
from ui.fitting import fit
from ui.keys import EnterMovesOn
from ui.layout import add_row, align, button, form, heading, note, say, shortened
from ui.new_password import NewPassword
from ui.operations import Operations
from ui.password_line import PasswordLine
from ui.recover import RecoverDialog
from ui.sheet_edit import SheetEdit
from ui.sheet_words import OTHERS

PATTERN = "預り台帳のバックアップ (*.azb)"
PASSWORD, SHEET = range(2)
KNOWN, NEW = range(2)
WIDTH = 680
ACCEPT = QDialogButtonBox.ButtonRole.AcceptRole
UP_TO_DAMAGE = (
    "更新ジャーナルの「{file}」が{why}ため、最後の記帳まで戻せません。{keys}\n"
    "戻せるのは、その前の記帳番号{reached}までです。{lost}は戻りません。\n\n"
    "媒体をつなぎ直すか、更新ジャーナルの別の写しや、もっと新しいバックアップ（暗号鍵を替えたときは、\n"
    "その後のもの）があれば、先にそれで試してください。\n\n"
    "記帳番号{reached}まで復元しますか。戻らない記帳のことは、復元した台帳に記帳し、次の書類に印刷します。"
)
WHAT, WHO = range(2)  # the steps: from what, and who takes over


class RestoreDialog(QDialog):
    """Restores into a new or empty folder; nothing that exists is overwritten.

    Attributes:
        restored: emitted with the new ledger folder.
        recovered: emitted with the open `Ledger` and its folder, when a sheet restored it and the
            new sheet was typed back.
        refused: emitted with a sentence that still tells of it when the dialog has gone.
    """

    restored = Signal(object)
    recovered = Signal(object, object)
    refused = Signal(str)

    def __init__(
        self, office: Office, operations: Operations, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._office = office
        self._operations = operations
        self.setWindowTitle(self.tr("バックアップからの復元"))
        self.setMinimumWidth(WIDTH)
        self._build()
        self.choose_way(PASSWORD)
        self._show_step(WHAT)

    def target(self) -> Path | None:
        """Return the folder that will be made."""
        parent, name = self.parent_folder.text().strip(), self.name.text().strip()
        return Path(parent) / name if parent and name else None

    def choose_way(self, way: int) -> None:
        """Open with the password (PASSWORD) or with the recovery sheet (SHEET)."""
        self.ways.button(way).setChecked(True)
        self.password_page.setVisible(way == PASSWORD)
        self.sheet_page.setVisible(way == SHEET)
        self._show_step(WHAT)

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.steps = (self._what_step(), self._who_step())
        self.message = note("")
        self.buttons = dialog_buttons(self, self.tr("復元する"))
        self.agree = next(
            one
            for one in self.buttons.findChildren(QPushButton)
            if self.buttons.buttonRole(one) is ACCEPT
        )
        self.back = self.buttons.addButton(self.tr("戻る"), QDialogButtonBox.ButtonRole.ResetRole)
        self.back.setAutoDefault(False)
        self.agree.setDefault(True)
        self.back.clicked.connect(lambda: self._show_step(WHAT))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(10)
        column.addWidget(heading(self.windowTitle()))
        column.addWidget(note(self.tr(
            "新しい（または空の）フォルダーに復元し、全体を検証します。今ある台帳は変わりません。"
            "復元できるのは責任者だけです。従事者の方は、責任者に依頼してください。"
        )))  # fmt: skip
        for widget in (*self.steps, self.message, self.buttons):
            column.addWidget(widget)
        align(self)

    def _what_step(self) -> QWidget:
        self.file, self.parent_folder = QLineEdit(), QLineEdit()
        self.name = QLineEdit(self.tr("復元した台帳"))
        step, rows = _page("")
        add_row(rows, self.tr("バックアップ"), self._with_button(self.file, self._choose_file))
        place = self._with_button(self.parent_folder, self._choose_folder)
        add_row(rows, self.tr("復元する場所"), place)
        add_row(rows, self.tr("新しいフォルダー名"), self.name)
        self.journal = QLineEdit()
        self.journal.setPlaceholderText(self.tr("あるときだけ。バックアップの後の記帳も戻します"))
        journal = self._with_button(self.journal, self._choose_journal)
        add_row(rows, self.tr("更新ジャーナル"), journal)
        for line, word in ((self.file, "バックアップ"), (self.parent_folder, "復元する場所"),
                           (self.journal, "更新ジャーナル")):  # fmt: skip
            line.setAccessibleName(word)
            EnterMovesOn(line)
        self.ways = QButtonGroup(self)
        column = step.layout()
        assert isinstance(column, QVBoxLayout)
        column.addLayout(self._way_row())
        self.password_page, self.sheet_page = self._password_page(), self._sheet_page()
        column.addWidget(self.password_page)
        column.addWidget(self.sheet_page)
        return step

    def _way_row(self) -> QVBoxLayout:
        column = QVBoxLayout()
        words = (
            self.tr("自分のパスワードで開く（このPCで作ったバックアップ）"),
            self.tr("回復シートで開く（PCが替わったとき、パスワードを忘れたとき）"),
        )
        for way, word in enumerate(words):
            radio = QRadioButton(word)
            self.ways.addButton(radio, way)
            EnterMovesOn(radio)
            column.addWidget(radio)
        self.ways.idClicked.connect(self.choose_way)
        return column

    def _password_page(self) -> QWidget:
        self.login, self.password = QLineEdit(), PasswordLine()
        EnterMovesOn(self.login)
        page, rows = _page(self.tr(
            "責任者の利用者名とパスワードを入力してください。更新ジャーナルを選んだときは今のパスワード、"
            "選ばないときはバックアップを作った時のパスワードです。"
        ))  # fmt: skip
        add_row(rows, self.tr("利用者名"), self.login)
        add_row(rows, self.tr("パスワード"), self.password)
        return page

    def _sheet_page(self) -> QWidget:
        page, rows = _page(self.tr(
            "封をした回復シートの4行を、用紙のとおりに入力します。4文字ごとに区切って表示します。"
            "バックアップを作った後に回復シートを作り直したときは、作り直す前の用紙を使います。"
        ))  # fmt: skip
        self.sheet = SheetEdit()
        add_row(rows, self.tr("回復シート"), self.sheet)
        return page

    def _who_step(self) -> QWidget:
        page, rows = _page(self.tr(
            "復元した台帳を引き継ぐ責任者と、新しいパスワードを決めます。"
            "復元が終わると、今の回復シートは無効になり、新しい回復シートを表示します。"
        ))  # fmt: skip
        self.who = QButtonGroup(self)
        people = QHBoxLayout()
        for who, word in enumerate((self.tr("登録されている責任者"), self.tr("新しい責任者"))):
            radio = QRadioButton(word)
            EnterMovesOn(radio)
            self.who.addButton(radio, who)
            people.addWidget(radio)
        people.addStretch()
        self.who.button(KNOWN).setChecked(True)
        self.who.idClicked.connect(lambda _who: self._show_newcomer())
        self.new_login = QLineEdit()
        self.newcomer = {word: QLineEdit() for word in ("name", "name_kana", "job_title")}
        for line in (self.new_login, *self.newcomer.values()):
            EnterMovesOn(line)
        self.new_password = NewPassword(
            self._operations, lambda: (self.new_login.text(),), self.tr("新しいパスワード")
        )
        add_row(rows, self.tr("引き継ぐ人"), people)
        words = (self.tr("氏名"), self.tr("氏名のカナ"), self.tr("職名"))
        self._newcomer_rows = [
            (add_row(rows, word, line), line)
            for word, line in zip(words, self.newcomer.values(), strict=True)
        ]
        add_row(rows, self.tr("利用者名"), self.new_login)
        layout = page.layout()
        assert layout is not None
        layout.addWidget(self.new_password)
        self._show_newcomer()
        return page

    def _show_newcomer(self) -> None:
        new = self.who.checkedId() == NEW
        for label, line in self._newcomer_rows:
            label.setVisible(new)
            line.setVisible(new)

    def _with_button(self, line: QLineEdit, choose: Callable[[], None]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(line, 1)
        row.addWidget(button(self.tr("選ぶ…"), choose))
        return row

    # --- what happens ----------------------------------------
    def _choose_file(self) -> None:
        file = self._operations.asker.open_file(
            self, self.tr("バックアップを選んでください"), PATTERN
        )
        if file is not None:
            self.file.setText(str(file))

    def _choose_folder(self) -> None:
        folder = self._operations.asker.folder(self, self.tr("復元する場所を選んでください"))
        if folder is not None:
            self.parent_folder.setText(str(folder))

    def _choose_journal(self) -> None:
        folder = self._operations.asker.folder(self, self.tr("更新ジャーナルのフォルダー"))
        if folder is not None:
            self.journal.setText(str(folder))

    def _journal_folder(self) -> Path | None:
        typed = self.journal.text().strip()
        return Path(typed) if typed else None

    def _show_step(self, step: int) -> None:
        for number, widget in enumerate(self.steps):
            widget.setVisible(number == step)
        self.step = step
        last = step == WHO or self.ways.checkedId() == PASSWORD
        word = self.tr("復元する") if last else self.tr("次へ")
        self.agree.setText(word)
        self.back.setVisible(step == WHO)
        say(self.message, "")
        layout = self.layout()
        assert layout is not None
        layout.activate()
        fit(self, WIDTH, layout.totalHeightForWidth(WIDTH))

    def _problem(self) -> str:
        target = self.target()
        if not self.file.text().strip() or target is None:
            return self.tr("バックアップと、復元する場所を選んでください。")
        if _holds_something(target):
            return str(Occupied(file=target.name))
        if self.ways.checkedId() == SHEET:
            return self._who_problem() if self.step == WHO else self._sheet_problem()
        if not self.login.text().strip() or not self.password.text():
            return self.tr("利用者名とパスワードを入力してください。")
        return ""

    def _sheet_problem(self) -> str:
        return self.tr("回復シートの4行を入力してください。") if self.sheet.is_empty() else ""

    def _who_problem(self) -> str:
        if self.who.checkedId() == NEW and not self.newcomer["name"].text().strip():
            return self.tr("引き継ぐ人の氏名を入力してください。")
        if not self.new_login.text().strip():
            return self.tr("責任者の利用者名を入力してください。")
        return self.new_password.problem()

    def _person(self) -> Person | None:
        """Return who takes over, None for a responsible person who is known already."""
        if self.who.checkedId() == KNOWN:
            return None
        name, kana, title = (line.text().strip() for line in self.newcomer.values())
        return Person(
            organization_id="-", employment_type=EmploymentType.REGULAR,
            name=name, name_kana=kana, job_title=title,
        )  # fmt: skip

    def _with_password(self, file: Path, folder: Path) -> None:
        login, password = self.login.text().strip(), self.password.take()
        journal = self._journal_folder()

        def restore(up_to_damage: bool = False) -> None:
            self._operations.long(
                self.tr("復元"),
                lambda progress: self._office.restore(
                    file, folder, login, password, progress, journal, up_to_damage=up_to_damage
                ),
                lambda restored: self._done(folder, restored),
                self,
                failed=lambda error: self._failed(error, lambda: restore(up_to_damage=True)),
            )

        restore()

    def _with_sheet(self, file: Path, folder: Path, up_to_damage: bool = False) -> None:
        login, sheet = self.new_login.text().strip(), self.sheet.toPlainText()
        password, person = self.new_password.first.text(), self._person()
        journal = self._journal_folder()

        def work(progress: Progress) -> tuple[Ledger, RestoredWithSheet]:
            office = self._office
            done = office.restore_with_sheet(
                file, folder, sheet, login, password, progress, person, journal,
                up_to_damage=up_to_damage,
            )  # fmt: skip
            try:
                return office.unlock(folder, login, password), done
            except AzukariError as error:  # the new sheet is in force and nobody was shown it
                raise SheetUsed(reason=str(error)) from error

        self._operations.long(
            self.tr("復元"), work, lambda found: self._show_new_sheet(folder, *found), self,
            failed=lambda error: self._failed(
                error, lambda: self._with_sheet(file, folder, up_to_damage=True)
            ),
        )  # fmt: skip

    def _show_new_sheet(self, folder: Path, ledger: Ledger, done: RestoredWithSheet) -> None:
        """Let the new sheet be printed and typed back before the ledger is handed on."""
        self.sheet.clear()
        self.new_password.clear()
        self.new_sheet = RecoverDialog(self._office, self._operations, folder, self.parentWidget())
        self.new_sheet.recovered.connect(self.recovered.emit)
        self.new_sheet.show_new_sheet((ledger, done.sheet))
        self.restored.emit(folder)
        super().accept()
        self.new_sheet.open()
        told = f"{self._told(folder, done.restored)}\n{self.tr(OTHERS)}"
        self._operations.asker.tell(self.new_sheet, told)

    def _told(self, folder: Path, restored: Restored) -> str:
        said = self.tr("復元し、検証しました。\n{0}\n{1}")
        return said.format(folder, restored_words(restored))

    def _done(self, folder: Path, restored: Restored) -> None:
        next_time = self.tr("この台帳を使うときは、ロック画面の「ほかの台帳」で選んでください。")
        told = (self._told(folder, restored), keys_words(restored), next_time)
        self._operations.asker.tell(self, "\n".join(told))
        self.restored.emit(folder)
        super().accept()

    def _failed(self, error: AzukariError, up_to_damage: Callable[[], None]) -> None:
        """Say what kept the restore; what lies before damage of the journal is offered.

        Args:
            up_to_damage: restores that.
        """
        if isinstance(error, JournalDamaged) and self._operations.asker.confirm(
            self,
            self.tr(UP_TO_DAMAGE).format(**error.facts),
            yes=self.tr("そこまで復元する"),
            no=self.tr("復元しない"),
        ):
            up_to_damage()
            return
        sheet = self.ways.checkedId() == SHEET
        if sheet and isinstance(error, InvalidField | WrongRecoverySheet):
            self._show_step(WHAT)
        say(self.message, str(error), "problem")
        file = shortened(Path(self.file.text().strip()).name, self.message)
        self.refused.emit(self.tr("「{0}」は復元していません。{1}").format(file, error))
        if self.step == WHAT:
            (self.sheet if sheet else self.password).setFocus()

    # --- Qt ----------------------------------------
    def accept(self) -> None:
        """Restore; the dialog stays open when it fails."""
        problem = self._problem()
        say(self.message, problem, "problem")
        target = self.target()
        if problem or target is None:
            return
        if self.ways.checkedId() == SHEET and self.step == WHAT:
            self._show_step(WHO)
            self.new_login.setFocus()
            return
        restore = self._with_sheet if self.ways.checkedId() == SHEET else self._with_password
        restore(Path(self.file.text().strip()), target)


def _holds_something(target: Path) -> bool:
    """Tell early what the gate will not restore into; it looks again and more closely."""
    try:
        return any(target.iterdir())
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _page(sentence: str) -> tuple[QWidget, QFormLayout]:
    page = QWidget()
    rows = form()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    if sentence:
        column.addWidget(note(sentence))
    column.addLayout(rows)
    return page, rows
