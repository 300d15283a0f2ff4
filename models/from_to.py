"""What changed, from what and to what: one sentence for questions, papers and the evidence."""

from models.fields import Field

EMPTY = "なし"
SHOWN = 40  # characters of a long value


def from_to(what: str, was: str, now: str) -> str:
    """Say from what to what something changed; the sentence goes on with 変える, as the caller needs it.

    Args:
        what: as it is called, in its quotation marks where it has some.
        was: in words; "" for nothing.
        now: in words; "" for nothing.
    """
    return f"{what}を「{was or EMPTY}」から「{now or EMPTY}」に"


def field_from_to(field: Field, was: str, now: str) -> str:
    """Say it of a field of a record, by the field's label."""
    return from_to(f"「{field.label}」", was, now)


def shortened(text: str) -> str:
    """Return a long value cut to what a sentence can carry."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
