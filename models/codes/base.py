"""A code of a fixed vocabulary: what is stored for ever, with the label that people read."""

from enum import Enum
from typing import Self


class Code(str, Enum):
    """A stored code with the label that people read: `STORED = "stored", "保管中"`."""

    label: str

    def __new__(cls, code: str, label: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def read(cls, code: str) -> Self:
        """Return the member with this stored code.

        Raises:
            KeyError: unknown code.
        """
        member = cls._value2member_map_[code]
        assert isinstance(member, cls)
        return member
