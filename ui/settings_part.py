"""The settings of a ledger on one form: idle time, backup, seal, hours, passwords, barcodes."""

from PySide6.QtCore import QTime, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from models import backup_rule, capacity, support
from models.backup_rule import KeepRule, keep_rule
from models.codes import SealKind
from models.former_passwords import former_passwords
from models.ledger import Ledger
from models.office_hours import office_hours, read_hours
from models.passwords import LEAST_FORMER, MOST_FORMER
from ui import ledger_settings as settings
from ui.layout import add_row, button, form, note, say
from ui.office_hours import OfficeHoursBox
from ui.page import Desk

USUAL_TIME = "17:15"
ONLY_SOME = "設定は、責任者とシステム管理者だけが変えられます。"


class SettingsPart(QWidget):
    """Shows and keeps the settings.

    Attributes:
        kept: emitted when settings were changed; the window takes them over at once.
    """

    kept = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._shown: dict[str, str] = {}
        self._build()

    def refresh(self) -> None:
        if self.has_draft():
            return
        ledger = self.desk.ledger
        self.desk.operations.ask(lambda: _read(ledger), self._show, parent=self)

    def has_draft(self) -> bool:
        return bool(self._shown) and self._typed() != self._shown

    def keep(self) -> None:
        """Keep what was changed."""
        ledger, typed = self.desk.ledger, self._typed()
        changed = {name: value for name, value in typed.items() if value != self._shown[name]}

        def work() -> None:
            for name, value in changed.items():
                settings.change_setting(ledger, name, value)

        def done(_: None) -> None:
            self._shown = typed
            say(self.message, self.tr("設定を保存しました。"), "good")
            self.kept.emit()

        self.desk.operations.ask(work, done, parent=self)

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.idle = _number(settings.SHORTEST_IDLE, settings.LONGEST_IDLE, "分")
        self.hours = OfficeHoursBox()
        self.support = QLineEdit()
        self.support.setMaxLength(support.LONGEST)
        self.support.setPlaceholderText(
            self.tr("名前・電話・受付時間（例　情報管理課 渡邉 内線123、平日9:00～17:00）")
        )
        self.seal = QComboBox()
        for kind in SealKind:
            self.seal.addItem(kind.label, str(kind))
        self.former = _number(LEAST_FORMER, MOST_FORMER, "個")
        self.former.setToolTip(
            self.tr("パスワードを変えるとき、今のものと、その前のこの数までは使えません。")
        )
        self.quota = _number(0, capacity.MOST, "MB")
        self.quota.setSingleStep(100)
        self.quota.setSpecialValueText(self.tr("自動"))
        self.quota.setToolTip(
            self.tr(
                "自動は、ディスクの4分の1と3GBの小さいほうです。バックアップは一つのファイルになり、"
                "FAT32の媒体には4GBまでしか書けません。"
            )
        )
        self.prefix = QLineEdit()
        self.prefix.setMaxLength(1)
        self.prefix.setFixedWidth(60)
        self.gap = _number(10, 200, "ミリ秒")
        rows = form()
        add_row(rows, self.tr("操作がないときにロックするまで"), self.idle)
        self._add_backup(rows)
        add_row(rows, self.tr("添付資料の割当て"), self.quota)
        add_row(rows, self.tr("書類の押印欄"), self.seal)
        add_row(rows, self.tr("利用する時間帯"), self.hours)
        add_row(rows, support.FIELD, self.support)
        add_row(rows, self.tr("再び使えないパスワード"), self.former)
        add_row(rows, self.tr("バーコードの先頭文字"), self.prefix)
        add_row(rows, self.tr("バーコードの文字の間隔"), self.gap)
        for box in (self.idle, self.quota, self.former, self.gap, self.seal):
            box.setMaximumWidth(200)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addLayout(rows)
        self._add_foot(column)

    def _add_backup(self, rows: QFormLayout) -> None:
        self.folder = QLineEdit()
        self.folder.setAccessibleName(self.tr("バックアップの保存先"))
        self.days = _number(1, 31, "日")
        self.days.setMaximumWidth(200)
        self.daily = QCheckBox(self.tr("毎日、次の時刻に作る"))
        self.at = QTimeEdit()
        self.at.setDisplayFormat("HH:mm")
        self.at.setFixedSize(100, self.idle.sizeHint().height())
        self.at.setAccessibleName(self.tr("自動バックアップの時刻"))
        self.at_exit = QCheckBox(self.tr("このプログラムを終了するときに作る"))
        self.daily.toggled.connect(self.at.setEnabled)
        place = QHBoxLayout()
        place.setSpacing(8)
        place.addWidget(self.folder, 1)
        place.addWidget(button(self.tr("選ぶ…"), self._choose))
        daily = QHBoxLayout()
        daily.setSpacing(8)
        daily.addWidget(self.daily)
        daily.addWidget(self.at)
        daily.addStretch()
        add_row(rows, self.tr("バックアップの保存先"), place)
        add_row(rows, self.tr("バックアップを促すまで"), self.days)
        add_row(rows, self.tr("自動バックアップ"), daily)
        add_row(rows, "", self.at_exit)
        add_row(rows, self.tr("残すバックアップ"), self._keep_row())

    def _add_foot(self, column: QVBoxLayout) -> None:
        self.message = note("")
        self.save = button(self.tr("保存する"), self.keep, primary=True)
        line = QHBoxLayout()
        line.addWidget(self.save)
        line.addWidget(self.message)
        line.addStretch()
        column.addWidget(
            note(
                self.tr(
                    "先頭文字は、読取機がその文字を先に送るように設定されているときだけ入れます。"
                    "入れると、文字の入力欄でも読取りができます。\n"
                    "利用する時間帯の外と祝日・年末年始の利用は、「点検」の「この月の分析」に出ます。"
                )
            )
        )
        column.addLayout(line)
        column.addStretch()

    def _keep_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        least = (1, 0, 0)
        self.keep_boxes = [
            _number(lowest, backup_rule.MOST, unit)
            for lowest, unit in zip(least, ("日分", "週分", "か月分"), strict=True)
        ]
        for box in self.keep_boxes:
            box.setAccessibleName(self.tr("残すバックアップ（{0}）").format(box.suffix().strip()))
            row.addWidget(box)
        row.addStretch()
        return row

    def _choose(self) -> None:
        folder = self.desk.asker.folder(self, self.tr("バックアップの保存先"), self.folder.text())
        if folder is not None:
            self.folder.setText(str(folder))

    # --- showing ----------------------------------------
    def _typed(self) -> dict[str, str]:
        return {
            settings.IDLE_MINUTES: str(self.idle.value()),
            settings.BACKUP_FOLDER: self.folder.text().strip(),
            settings.BACKUP_DAYS: str(self.days.value()),
            settings.BACKUP_AT: self.at.time().toString("HH:mm") if self.daily.isChecked() else "",
            settings.BACKUP_AT_EXIT: "1" if self.at_exit.isChecked() else "",
            settings.BACKUP_KEEP: KeepRule(*(box.value() for box in self.keep_boxes)).setting,
            settings.ATTACHMENT_QUOTA: str(self.quota.value()),
            settings.SEAL_KIND: str(self.seal.currentData()),
            settings.OFFICE_HOURS: self.hours.hours().spelled,
            settings.FORMER_PASSWORDS: str(self.former.value()),
            settings.SUPPORT: self.support.text().strip(),
            settings.SCAN_PREFIX: self.prefix.text(),
            settings.SCAN_GAP: str(self.gap.value()),
        }

    def _show(self, found: tuple[dict[str, str], bool]) -> None:
        values, may = found
        self.idle.setValue(int(values[settings.IDLE_MINUTES]))
        self.folder.setText(values[settings.BACKUP_FOLDER])
        self.days.setValue(int(values[settings.BACKUP_DAYS]))
        at = values[settings.BACKUP_AT]
        self.daily.setChecked(bool(at))
        self.at.setTime(QTime.fromString(at or USUAL_TIME, "HH:mm"))
        self.at.setEnabled(bool(at))
        self.at_exit.setChecked(bool(values[settings.BACKUP_AT_EXIT]))
        for box, number in zip(self.keep_boxes, values[settings.BACKUP_KEEP].split(), strict=True):
            box.setValue(int(number))
        self.quota.setValue(int(values[settings.ATTACHMENT_QUOTA]))
        self.seal.setCurrentIndex(self.seal.findData(values[settings.SEAL_KIND]))
        self.hours.show_hours(read_hours(values[settings.OFFICE_HOURS]))
        self.former.setValue(int(values[settings.FORMER_PASSWORDS]))
        self.support.setText(values[settings.SUPPORT])
        self.prefix.setText(values[settings.SCAN_PREFIX])
        self.gap.setValue(int(values[settings.SCAN_GAP]))
        self._shown = self._typed()
        self.save.setEnabled(may)
        say(self.message, "" if may else ONLY_SOME)


def _read(ledger: Ledger) -> tuple[dict[str, str], bool]:
    folder = settings.backup_folder(ledger)
    values = {
        settings.IDLE_MINUTES: str(settings.idle_minutes(ledger)),
        settings.BACKUP_FOLDER: str(folder or ""),
        settings.BACKUP_DAYS: str(settings.backup_days(ledger)),
        settings.BACKUP_AT: f"{at:%H:%M}" if (at := settings.backup_at(ledger)) else "",
        settings.BACKUP_AT_EXIT: "1" if settings.backup_at_exit(ledger) else "",
        settings.BACKUP_KEEP: keep_rule(ledger).setting,
        settings.ATTACHMENT_QUOTA: str(capacity.chosen_quota(ledger)),
        settings.SEAL_KIND: str(settings.seal_kind(ledger)),
        settings.OFFICE_HOURS: office_hours(ledger).spelled,
        settings.FORMER_PASSWORDS: str(former_passwords(ledger)),
        settings.SUPPORT: support.support(ledger),
        settings.SCAN_PREFIX: settings.scan_prefix(ledger),
        settings.SCAN_GAP: str(settings.scan_gap(ledger)),
    }
    return values, settings.may_change(ledger)


def _number(least: int, most: int, unit: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(least, most)
    box.setSuffix(f" {unit}")
    return box
