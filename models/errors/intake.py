"""Files from outside that cannot be read as a register."""

from collections.abc import Mapping
from typing import ClassVar

from models.errors.base import AzukariError


class Unclear(AzukariError):
    """A word of a file fits nothing or several things; a person can say which. Fact: reason."""

    code = "UNCLEAR"
    sentence = "{reason}"
    unnamed: ClassVar[Mapping[str, str]] = {
        "reason": "表の言葉が何を指すか分かりません。取込みの質問で選んでください。"
    }


class ImportRefused(AzukariError):
    """A file from outside cannot be read as a register. Facts: file, reason."""

    code = "IMPORT_REFUSED"
    sentence = "「{file}」を取り込めません。{reason}"
    unnamed: ClassVar[Mapping[str, str]] = {
        "reason": "ファイルを確かめて、もう一度お試しください。"
    }
