"""Fields of records: one line declares each.

A record says `field(Kind, label, …)`; form, list, table, search, CSV, JSON and validation are all
derived from that line. What a value can be is said by its kind (models/kinds.py).
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.errors import InvalidField
from models.kinds import Kind

METADATA = "azukari"
NOT_RECORDED = "記録なし"


@dataclass(frozen=True)
class Field:
    """One declared field of a record: its kind and the facts that screens and rules need."""

    name: str
    kind: Kind
    label: str
    required: bool = False
    hint: str = ""
    concept: str = ""  # key of the profile's word for the label, looked up when shown
    derived: bool = False  # computed from other records; never part of the hashed content
    done: bool = False  # when something was done, which does not lie ahead (models/days_ahead.py)

    def problems(self, value: Any, *, required: bool) -> Iterator[str]:
        """Yield whole sentences about this value."""
        if self.kind.is_empty(value):
            if required:
                yield f"「{self.label}」を入力してください。"
            return
        for problem in self.kind.problems(value):
            yield f"「{self.label}」{problem}"

    def parse(self, typed: str) -> Any:
        """Parse what was typed.

        Raises:
            InvalidField: with this field's label.
        """
        try:
            return self.kind.parse(typed)
        except ValueError as error:
            raise InvalidField(field=self.label, problem=str(error)) from error


def field(
    kind: Kind,
    label: str,
    *,
    required: bool = False,
    hint: str = "",
    concept: str = "",
    derived: bool = False,
    done: bool = False,
) -> Any:
    """Declare one field of a record; its default is the kind's empty value."""
    facts = {"required": required, "hint": hint, "concept": concept}
    said = {"kind": kind, "label": label, "derived": derived, "done": done}
    return dataclasses.field(default=kind.empty, metadata={METADATA: {**facts, **said}})


def declared(cls: type) -> Mapping[str, Field]:
    """Return the declared fields of a dataclass in their order."""
    return {
        f.name: Field(name=f.name, **f.metadata[METADATA])
        for f in dataclasses.fields(cls)
        if METADATA in f.metadata
    }
