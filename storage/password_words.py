"""Read our list of Japanese words that guessers try first."""

from importlib.resources import files

import resources

_NAME = "passwords.ja.txt"


def load_password_words() -> frozenset[str]:
    """Return the stems, folded as the policy compares them."""
    text = files(resources).joinpath(_NAME).read_text("utf-8")
    lines = (line.strip() for line in text.splitlines())
    return frozenset(line.casefold() for line in lines if line and not line.startswith("#"))
