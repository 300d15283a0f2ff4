"""バックアップ: what was backed up when, a new one at once, checking and restoring."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models import wareki
from models.access import NOT_DONE, Act
from models.backup_care import Judged, last_good, must_end, proposal, standing
from models.backup_media import (
    FIRST,
    LOOSE,
    NO_MEDIUM_OF_OURS,
    REGISTER_IT,
    Fitness,
    fitness,
    loose,
)
from models.backup_strays import Stray, strays
from models.backups import record_backup, record_check, record_verification
from models.codes import BackupKind
from models.ledger import Ledger
from models.mending import BESIDES, Rebuilt, advice, rebuild
from models.office import Office
from models.records import BackupRun
from models.safe import BackupFile
from models.verification import Remedy, Verification
from ui import icons, permitted
from ui.backup_ending import EndingDialog
from ui.backup_media import (
    FIRST_OF_ALL,
    ONE_MORE,
    Held,
    MediaDialog,
    read_media,
    register_there,
)
from ui.journal_part import JournalPart
from ui.layout import card, note, plain, say, scrolling, title
from ui.ledger_settings import (
    BACKUP_FOLDER,
    backup_days,
    backup_folder,
    change_setting,
    may_change,
)
from ui.outliving import outlive
from ui.page import Desk, Page
from ui.register import RegisterView
from ui.register_print import print_list
from ui.restore import RestoreDialog
from ui.restore_trial import TrialDialog
from ui.status import backup_age

PATTERN = "預り台帳のバックアップ (*.azb)"
MOST_PROBLEMS = 8
LEAST_HIGH = 240  # of the list with its filters; below that the page scrolls
ABOUT_REBUILD = (
    "一覧・索引・検索を、記帳から作り直します。記帳は一件も変わらず、失われません。"
    "「台帳の検証」で一覧や索引が壊れていたときに行ってください。\n"
    "その間、ほかの操作はできません。台帳と同じだけの空きが、台帳のディスクに要ります。"
)


class BackupRegister(RegisterView):
    """The list of backups; names are long and alike, only their ends tell them apart."""

    characters: ClassVar[Mapping[str, int]] = {"kind": 8, "file_name": 19, "result": 6}


class BackupPage(Page):
    """The register of backups with its verbs."""

    types: ClassVar[frozenset[str]] = frozenset({"backup_run", "backup_medium", "system_event"})
    help_key: ClassVar[str] = "backup"

    def __init__(self, desk: Desk, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._office = office
        self._build()

    def refresh(self) -> None:
        self.register.refresh()
        self.journal.refresh()
        self.desk.operations.ask(self._read_age, self._show_age, parent=self)

    def verbs(self) -> list[QAction]:
        made = []
        for word, name, act, needed in (
            (self.tr("今すぐバックアップ"), "backup", self.back_up, "backup"),
            (self.tr("バックアップの検証"), "good", self.check, "backup"),
            (self.tr("台帳の検証"), "verify", self.verify, "verify"),
            (self.tr("復元"), "folder", self.restore, "restore"),
            (self.tr("復元の試し"), "back", self.try_restore, "restore"),
            (self.tr("古いバックアップの廃棄"), "stop", self.end, "dispose_backup"),
            (self.tr("バックアップの媒体"), "new", self.media, "backup_media"),
            (self.tr("一覧の印刷"), "print", self.print, ""),
            (self.tr("一覧を作り直す"), "mend", self.rebuild, "rebuild"),
        ):
            action = QAction(icons.icon(name), word, self)
            action.triggered.connect(act)
            if needed:
                permitted.offer(action, permitted.why_not(self.desk.ledger, needed))
            made.append(action)
        return made

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.age = note("")
        self.advice = plain()
        frame, column = card(self.age, self.advice)
        self.register = BackupRegister(
            self.desk,
            BackupRun,
            how_to_begin=self.tr("F2「今すぐバックアップ」で、最初のバックアップを作ります。"),
        )
        self.register.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.register.offer_first(
            self.tr("今すぐバックアップ（F2）"),
            self.back_up,
            partial(permitted.why_not, self.desk.ledger, "backup"),
        )
        self.register.marked.connect(self._show_place)
        self.place = plain()  # to be copied
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(title(self.tr("バックアップ")))
        head.addStretch()
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 8, 16, 8)
        column.addLayout(head)
        column.addWidget(frame)
        self.refused = note("")  # a restore, until another goes well
        column.addWidget(self.refused)
        self.journal = JournalPart(self.desk)
        column.addWidget(self.journal)
        self.register.setMinimumHeight(LEAST_HIGH)
        column.addWidget(self.register, 1)
        column.addWidget(self.place)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(inner))

    # --- the age in words ----------------------------------------
    def _read_age(self) -> tuple[str, bool, str]:
        ledger = self.desk.ledger
        days = backup_days(ledger)
        sentence, care = backup_age(last_good(ledger), ledger.now(), days)
        folder = backup_folder(ledger)
        where = f"保存先　{folder}" if folder else "保存先はまだ決まっていません。"
        if care:
            where += f"　{days}日に1回は、別の媒体にバックアップしてください。"
        if (there := loose(ledger)) is not None:
            care = True
            where += f"\n{LOOSE.format(there)}{REGISTER_IT}"
        checks = (
            ("最終の検証", last_good(ledger, BackupKind.VERIFY)),
            ("最終の復元の試し", last_good(ledger, BackupKind.RESTORE_TEST)),
        )
        must = must_end(ledger, standing(ledger))
        if must:
            care = True
            where += f"\n残してはいけないバックアップが{len(must)}件あります。"
            where += "新しいバックアップを作り、「古いバックアップの廃棄」で廃棄してください。"
        told = "　／　".join(f"{word}　{_when(run)}" for word, run in checks)
        return sentence, care, f"{where}\n{told}"

    def _show_age(self, found: tuple[str, bool, str]) -> None:
        sentence, care, where = found
        mark = self.tr("！ ") if care else ""
        say(self.age, f"{mark}{sentence}。", "care" if care else "good")
        say(self.advice, where)

    def _show_place(self, record_id: str) -> None:
        stored = self.desk.ledger.store.get(BackupRun, record_id) if record_id else None
        run = stored.record if stored else None
        self.place.setText(str(Path(run.folder) / run.file_name) if run else "")

    # --- verbs ----------------------------------------
    def back_up(self) -> None:
        """Write a backup into the usual folder, asking where it does not serve.

        It serves when it is there and registered, or before any medium is. What was chosen becomes
        the usual one when a backup lies in it.
        """
        ledger = self.desk.ledger
        usual = backup_folder(ledger)

        def go(how: Fitness) -> None:
            if usual is not None and how is not Fitness.OTHER:
                self._into(usual, how)
            else:
                self._ask_where(str(usual or ""))

        def read() -> Fitness:
            there = usual is not None and usual.is_dir()
            return fitness(ledger, usual) if usual is not None and there else Fitness.OTHER

        self.desk.operations.ask(read, go, parent=self)

    def _ask_where(self, start: str) -> None:
        ledger, asker = self.desk.ledger, self.desk.asker
        chosen = asker.folder(self, self.tr("バックアップの保存先を選んでください"), start)
        if chosen is not None:
            place: Path = chosen
            self.desk.operations.ask(
                lambda: fitness(ledger, place), lambda how: self._into(place, how), parent=self
            )

    def _into(self, place: Path, how: Fitness) -> None:
        """Write the backup, registering the folder before where it is none of the media (A-26)."""
        if how is Fitness.MEDIUM:
            self._write(place)
        elif permitted.why_not(self.desk.ledger, "backup_media"):
            said = FIRST if how is Fitness.FIRST else NO_MEDIUM_OF_OURS
            self.desk.asker.tell(self, said.format(place))
        else:
            question = FIRST_OF_ALL if how is Fitness.FIRST else ONE_MORE
            register_there(self.desk, self, place, question, lambda _: self._write(place))

    def _write(self, place: Path) -> None:
        ledger = self.desk.ledger

        def made(found: BackupFile) -> None:
            if may_change(ledger) and backup_folder(ledger) != place:
                change_setting(ledger, BACKUP_FOLDER, str(place))
                self.freshen()  # the backup was announced before its folder became the usual one
            self._backed_up(found)

        self.desk.operations.long(
            self.tr("バックアップ"),
            lambda progress: record_backup(ledger, place, progress, registered=True),
            made,
            self,
        )

    def check(self) -> None:
        """Read a backup file completely and say whether it is whole."""
        start = backup_folder(self.desk.ledger)
        file = self.desk.asker.open_file(
            self, self.tr("検証するバックアップを選んでください"), PATTERN, str(start or "")
        )
        if file is not None:
            chosen: Path = file
            self.desk.operations.long(
                self.tr("バックアップの検証"),
                lambda progress: record_check(self.desk.ledger, chosen, progress),
                self._checked,
                self,
            )

    def verify(self) -> None:
        """Check the ledger itself: pages, chain, signatures, tables."""
        ledger = self.desk.ledger
        self.desk.operations.long(
            self.tr("台帳の検証"),
            lambda progress: record_verification(ledger, progress),
            self._verified,
            self,
        )

    def rebuild(self) -> None:
        """Make lists, indexes and search anew out of the log, after asking."""
        if self.desk.asker.confirm(
            self, ABOUT_REBUILD, yes=self.tr("一覧を作り直す"), no=self.tr("やめる")
        ):
            self._rebuild()

    def _rebuild(self) -> None:
        ledger = self.desk.ledger

        def done(made: Rebuilt) -> None:
            self.refresh()
            self.desk.asker.tell(self, made.words)

        self.desk.operations.long(
            self.tr("一覧の作り直し"), lambda progress: rebuild(ledger, progress), done, self
        )

    def try_restore(self) -> None:
        """Restore a backup for trial and enter how it went."""
        ledger = self.desk.ledger
        start = last_good(ledger)
        file = Path(start.folder) / start.file_name if start is not None else None

        def permitted(_: None) -> None:
            TrialDialog(self._office, self.desk, file, self).open()

        self.desk.operations.ask(lambda: ledger.require("restore"), permitted, parent=self)

    def restore(self) -> None:
        """Restore a backup into a new folder; the open ledger is not touched."""
        ledger = self.desk.ledger

        def permitted(_: None) -> None:
            dialog = RestoreDialog(self._office, self.desk.operations, self)
            dialog.recovered.connect(self._put_aside)
            dialog.restored.connect(lambda _folder: say(self.refused, ""))
            outlive(dialog)
            dialog.refused.connect(self._refused)
            dialog.exec()

        self.desk.operations.ask(lambda: ledger.require("restore"), permitted, parent=self)

    def _refused(self, sentence: str) -> None:
        """Let the page and the records of use tell of a restore that did not happen."""
        say(self.refused, sentence, "problem")
        self.desk.ledger.access.note(Act.RESTORE, BackupRun.type, detail=NOT_DONE)

    def media(self) -> None:
        """Show the registered media, register others, and end their use."""
        ledger = self.desk.ledger

        def show(found: list[Held]) -> None:
            MediaDialog(self.desk, found, self).open()

        self.desk.operations.ask(lambda: read_media(ledger), show, parent=self)

    def end(self) -> None:
        """Show which backups stay or end and why, and let them end."""
        ledger = self.desk.ledger

        def show(found: tuple[list[Judged], list[Stray]]) -> None:
            EndingDialog(self.desk, found[0], self, strays=found[1]).open()

        self.desk.operations.ask(lambda: (proposal(ledger), strays(ledger)), show, parent=self)

    def _put_aside(self, ledger: Ledger, folder: Path) -> None:
        """Close what a sheet restored: another ledger is open here."""
        sentence = self.tr(
            "復元した台帳は「{0}」にあります。使うときは、ロック画面の「ほかの台帳」で選んでください。"
        ).format(folder)
        self.desk.operations.ask(
            ledger.close, lambda _: self.desk.asker.tell(self, sentence), parent=self
        )

    def print(self) -> None:
        """Show the register as it is printed."""
        print_list(self.register, self.tr("バックアップの記録"), self)

    # --- results in words ----------------------------------------
    def _backed_up(self, made: BackupFile) -> None:
        self.desk.asker.tell(
            self,
            self.tr(
                "バックアップを作成し、読み直して確かめました。\n{0}\n記帳番号 {1} まで"
            ).format(made.file.name, f"{made.head.seq:,}"),
        )

    def _checked(self, made: BackupFile) -> None:
        self.desk.asker.tell(
            self,
            self.tr("このバックアップは正常です。\n{0} 作成、記帳番号 {1} まで、{2} バイト").format(
                wareki.format_wareki(made.created_at.astimezone(wareki.JAPAN).date()),
                f"{made.head.seq:,}",
                f"{made.size:,}",
            ),
        )

    def _verified(self, found: Verification) -> None:
        if found.ok:
            sentence = self.tr("台帳を検証しました。記帳番号 {0} まで、異常はありません。")
            self.desk.asker.tell(self, sentence.format(f"{found.head.seq:,}") + _erased(found))
            return
        lines = [f"・{p.where}　{p.message}" for p in found.problems[:MOST_PROBLEMS]]
        more = len(found.problems) - MOST_PROBLEMS
        if more > 0:
            lines.append(self.tr("ほか {0} 件").format(more))
        told = "\n".join(lines)
        tables = found.remedies - {Remedy.BRING_BACK, Remedy.AS_TOLD}
        if tables == {Remedy.REBUILD} and not permitted.why_not(self.desk.ledger, "rebuild"):
            offer = self.tr("検証で、壊れた所が見つかりました。\n")
            besides = f"\n{BESIDES}" if Remedy.BRING_BACK in found.remedies else ""
            if self.desk.asker.confirm(
                self, offer + told + besides, yes=self.tr("一覧を作り直す"), no=self.tr("あとで")
            ):
                self._rebuild()
            return
        self.desk.asker.warn(
            self,
            self.tr("検証で、一致しない点か壊れた所が見つかりました。{0}\n{1}").format(
                advice(found), told
            ),
        )


def _erased(found: Verification) -> str:
    """Say which content is missing because an entry erased it."""
    lines = [
        f"{count:,}件の内容は、記帳番号{under:,}で消去されています。"
        for under, count in found.erased.items()
    ]
    return "".join(f"\n{line}" for line in lines)


def _when(run: BackupRun | None) -> str:
    """Say on which day a check went well."""
    if run is None or run.finished_at is None:
        return "まだありません"
    return f"{wareki.format_wareki(run.finished_at.date())} 成功"
