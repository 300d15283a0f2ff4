"""The hours of the office by weekday on the form of the settings: a check and two times for each."""

from datetime import time

from PySide6.QtCore import QTime
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSpinBox, QTimeEdit, QWidget

from models.office_hours import WEEKDAYS, Hours, OfficeHours

NINE, FIVE = QTime(9, 0), QTime(17, 0)  # proposed for a day that was off


class OfficeHoursBox(QWidget):
    """Seven lines; a day without its check is off."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        self.lines: list[tuple[QCheckBox, QTimeEdit, QTimeEdit]] = []
        for row, word in enumerate(WEEKDAYS):
            works = QCheckBox(self.tr("{0}曜日").format(word))
            opens, closes = (self._time(word, end) for end in (self.tr("から"), self.tr("まで")))
            for box in (opens, closes):
                works.toggled.connect(box.setEnabled)
            for column, part in enumerate((works, opens, QLabel(self.tr("から")), closes)):
                grid.addWidget(part, row, column)
            grid.addWidget(QLabel(self.tr("まで")), row, 4)
            self.lines.append((works, opens, closes))
        grid.setColumnStretch(5, 1)

    def hours(self) -> OfficeHours:
        """Return what stands here."""
        return OfficeHours(tuple(_typed(*line) for line in self.lines))

    def show_hours(self, shown: OfficeHours) -> None:
        for (works, opens, closes), hours in zip(self.lines, shown.days, strict=True):
            works.setChecked(hours is not None)
            opens.setTime(_shown(hours[0]) if hours else NINE)
            closes.setTime(_shown(hours[1]) if hours else FIVE)
            for box in (opens, closes):
                box.setEnabled(hours is not None)

    def _time(self, word: str, end: str) -> QTimeEdit:
        box = QTimeEdit()
        box.setDisplayFormat("HH:mm")
        box.setFixedSize(100, QSpinBox().sizeHint().height())  # else the grid squeezes it
        box.setAccessibleName(self.tr("{0}曜日 {1}").format(word, end))
        return box


def _typed(works: QCheckBox, opens: QTimeEdit, closes: QTimeEdit) -> Hours:
    if not works.isChecked():
        return None
    first, last = opens.time(), closes.time()
    return time(first.hour(), first.minute()), time(last.hour(), last.minute())


def _shown(moment: time) -> QTime:
    return QTime(moment.hour, moment.minute)
