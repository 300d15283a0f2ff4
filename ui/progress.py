"""The dialog that shows how far a long piece of work has come and lets the user stop it."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from models.errors import Cancelled

LOOK_MS = 100


class Report:
    """What the work calls from its thread: a `Progress` that also takes words (`Telling`)."""

    def __init__(self) -> None:
        self.at = (0, 0)
        self.sentence = ""
        self.stopping = False

    def __call__(self, done: int, total: int) -> None:
        """Note how far the work is.

        Raises:
            Cancelled: the user pressed 中止.
        """
        if self.stopping:
            raise Cancelled()
        self.at = (done, total)  # one assignment: safe between threads

    def doing(self, sentence: str) -> None:
        """Note what is being done; how far that is begins anew."""
        self.sentence, self.at = sentence, (0, 0)


class ProgressDialog(QDialog):
    """Title, what is being done, bar and 中止; the work calls `report`."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.ApplicationModal)
        self.setMinimumWidth(440)
        self.report = Report()
        self._finished = False
        self._label = QLabel(f"{title}を実行しています。")
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._stop = QPushButton("中止")
        self._stop.setAutoDefault(False)  # the Enter that began the work must not stop it
        self._stop.clicked.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._label)
        layout.addWidget(self._bar)
        layout.addWidget(self._stop, alignment=Qt.AlignmentFlag.AlignRight)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def finish(self) -> None:
        """Close the dialog; the work has ended."""
        self._finished = True
        self._timer.stop()
        self.hide()
        self.deleteLater()

    def _look(self) -> None:
        done, total = self.report.at
        if self.report.sentence and not self.report.stopping:
            self._label.setText(self.report.sentence)
        if total > 0:
            if not self.isVisible():
                self.open()
            self._bar.setRange(0, 1000)
            self._bar.setValue(min(1000, done * 1000 // total))

    # --- Qt ----------------------------------------
    def reject(self) -> None:
        """Ask the work to stop; the dialog stays until it has."""
        if not self._finished:
            self.report.stopping = True
            self._stop.setEnabled(False)
            self._label.setText("中止しています。きりのよいところまでお待ちください。")

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
        self.reject()
