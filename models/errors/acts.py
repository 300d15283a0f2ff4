"""An act or a request that cannot be done as it was asked for."""

from collections.abc import Mapping
from typing import ClassVar

from models.errors.base import AzukariError


class InvalidField(AzukariError):
    """A value cannot be what the field needs. Facts: field (label), problem (sentence)."""

    code = "INVALID_FIELD"
    sentence = "「{field}」{problem}"


class Refused(AzukariError):
    """A rule of the contract or the state of the ledger refuses the act. Fact: reason."""

    code = "REFUSED"
    sentence = "{reason}"
    unnamed: ClassVar[Mapping[str, str]] = {
        "reason": "この操作はできません。内容を確かめて、やり直してください。"
    }


class Impossible(Refused):
    """A thing cannot be handled so in its state. Facts: what, state, act (label), what_now."""

    sentence = "{what}は「{state}」のため、「{act}」は記録できません。{what_now}"
    unnamed: ClassVar[Mapping[str, str]] = {"what_now": "状態を確かめてください。"}

    def called(self, act: str) -> "Impossible":
        """Return the same with what a contract calls the act."""
        return Impossible(**{**self.facts, "act": act})


class Conflict(AzukariError):
    """Somebody else revised the record since it was read. Fact: what."""

    code = "CONFLICT"
    sentence = "「{what}」は、開いている間に別の操作で更新されました。最新の内容を確認してからやり直してください。"


class NotFound(AzukariError):
    """Nothing in the ledger has this id or number. Fact: what."""

    code = "NOT_FOUND"
    sentence = "{what}は台帳にありません。番号を確かめてください。"


class Cancelled(AzukariError):
    """The user stopped the work; nothing was changed."""

    code = "CANCELLED"
    sentence = "中止しました。何も変更していません。"


class Usage(AzukariError):
    """The command or request is not well formed. Fact: reason."""

    code = "USAGE"
    exit_code = 2
    sentence = "{reason}"
    unnamed: ClassVar[Mapping[str, str]] = {
        "reason": "指定に誤りがあります。--help で使い方を確かめてください。"
    }
