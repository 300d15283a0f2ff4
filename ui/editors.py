"""Which editor belongs to which kind of field: the one table that says it."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from models.fields import Field
from models.kinds import (
    Boolean,
    Children,
    Choice,
    DecimalNumber,
    File,
    Files,
    Integer,
    Kind,
    LongText,
    MultiChoice,
    MultiRef,
    Private,
    Ref,
    Text,
    TextList,
)
from models.kinds_of_time import Day, Moment
from ui.editor_base import Editor, FormDesk
from ui.editor_children import ChildrenEditor
from ui.editor_choices import BooleanEditor, ChoiceEditor, MultiChoiceEditor
from ui.editor_refs import FileEditor, FilesEditor, MultiRefEditor, RefEditor
from ui.editor_texts import (
    DayEditor,
    LongTextEditor,
    MomentEditor,
    NumberEditor,
    PrivateEditor,
    TextEditor,
    TextListEditor,
)

EditorMaker = Callable[[Field, FormDesk, QWidget | None], Editor]

EDITORS: Mapping[type[Kind], EditorMaker] = {
    Text: TextEditor,
    Private: PrivateEditor,
    LongText: LongTextEditor,
    Integer: NumberEditor,
    DecimalNumber: NumberEditor,
    Boolean: BooleanEditor,
    Day: DayEditor,
    Moment: MomentEditor,
    Choice: ChoiceEditor,
    MultiChoice: MultiChoiceEditor,
    TextList: TextListEditor,
    Ref: RefEditor,
    MultiRef: MultiRefEditor,
    File: FileEditor,
    Files: FilesEditor,
    Children: ChildrenEditor,
}


def make_editor(field: Field, desk: FormDesk, parent: QWidget | None = None) -> Editor:
    """Make the editor of a field."""
    return EDITORS[type(field.kind)](field, desk, parent)
