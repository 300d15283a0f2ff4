"""One line of a form: the word of the field, its editor, what was understood, what is wrong."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from models.fields import Field
from models.profiles import Profile
from ui.editor_base import Editor, column_of
from ui.fitting import in_lines
from ui.words import field_word

WARNING = "⚠"  # said in words too; the sign only catches the eye


class FieldRow(QWidget):
    """Shows one field. `touched` tells that the user has been at it."""

    edited = Signal()

    def __init__(self, field: Field, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.editor = editor
        self.touched = False
        self.word = field.label
        self.label = QLabel()
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.label.setBuddy(editor.focus_target())
        self.problem = self._note("problem")
        self.echo = self._note("muted")
        self.hint = self._note("muted")
        self.hint.setText(field.hint)
        self.hint.setVisible(bool(field.hint))
        column = column_of(self)
        column.setSpacing(2)
        for widget in (editor, self.echo, self.hint, self.problem):
            column.addWidget(widget)
        editor.edited.connect(self._edited)

    def say(self, profile: Profile | None, *, required: bool) -> None:
        """Show the label in the profile's word, with the mark of a required field."""
        self.word = field_word(self.field, profile)
        mark = self.tr("＊必須") if required else ""
        metrics = self.label.fontMetrics()
        shown = in_lines(self.word, self.label.maximumWidth(), metrics.horizontalAdvance)
        self.label.setText(f"{shown}\n{mark}" if mark else shown)
        self.editor.set_word(f"{self.word}　{mark}".strip())

    def show_problem(self, sentence: str) -> bool:
        """Show why the value cannot stand, "" when it can; tell whether the line came or went."""
        had = bool(self.problem.text())
        self.problem.setText(f"{WARNING} {sentence}" if sentence else "")
        self.problem.setVisible(bool(sentence))
        self.editor.focus_target().setAccessibleDescription(sentence or self.hint.text())
        return had is not bool(sentence)

    def show_echo(self) -> None:
        """Show what was understood."""
        echo = self.editor.echo()
        self.echo.setText(f"→ {echo}" if echo else "")
        self.echo.setVisible(bool(echo))

    def _note(self, kind: str) -> QLabel:
        note = QLabel(self)
        note.setProperty("kind", kind)
        note.setTextFormat(Qt.TextFormat.PlainText)
        note.setWordWrap(True)
        note.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        note.hide()
        return note

    def _edited(self) -> None:
        self.touched = True
        self.show_echo()
        self.edited.emit()
