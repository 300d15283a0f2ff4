"""The words that screens show: those of the contract's profile where it has any, else our own."""

import re
from collections.abc import Mapping

from models.fields import Field
from models.profile_forms import DOCUMENTS
from models.profiles import Profile
from models.records.base import Record

_QUOTED = re.compile("「([^「」]*)」")


def field_word(field: Field, profile: Profile | None) -> str:
    """Return the label of a field in the words of a contract's profile."""
    return _own_word(field.concept, profile) or field.label


def register_word(cls: type[Record], profile: Profile | None) -> str:
    """Return what a register is called in the words of a contract's profile."""
    return _own_word(cls.concept, profile) or cls.label


def profile_title(code: str, profiles: Mapping[str, Profile]) -> str:
    """Return whose text a contract is bound to, and its title; the bare code if it is unknown."""
    profile = profiles.get(code)
    if profile is None:
        return code
    return profile.called if profile.municipality else f"{profile.title}（{code}）"


def clause_words(key: str, profile: Profile | None) -> str:
    """Return a clause as the contract numbers it, with its heading; the bare key if unknown."""
    clause = profile.clauses.get(key) if profile is not None else None
    return f"{clause.cited}　{clause.heading}".strip() if clause is not None else key


def document_title(code: str) -> str:
    """Return the code of a document with its neutral title; the bare code if it is unknown."""
    title, _seal = DOCUMENTS.get(code, ("", ""))
    return f"{code} {title}".strip()


def reworded(sentence: str, words: Mapping[str, str]) -> str:
    """Put the shown words into a sentence that names fields by their own labels.

    Args:
        words: shown word by label.
    """
    return _QUOTED.sub(lambda match: f"「{words.get(match[1], match[1])}」", sentence)


def named_in(sentence: str) -> list[str]:
    """Return the labels that a sentence names, in order."""
    return _QUOTED.findall(sentence)


def _own_word(concept: str, profile: Profile | None) -> str:
    return profile.own_word(concept) if profile is not None else ""
