"""What every error of ours is: a code, an exit code and the sentence that the user reads."""

from collections.abc import Mapping
from typing import ClassVar, Final

TOLD: Final = frozenset({"reason", "problem", "message", "what_now"})
"""Facts that are sentences of their own."""
UNNAMED: Final[Mapping[str, str]] = {
    "file": "指定の場所", "what": "この記録", "which": "項目", "where": "書類", "field": "入力欄",
    "login": "この利用者", "act": "指定の操作", "who": "権限のある人", "until": "しばらく後",
    "holder": "別のプログラム", "since": "不明な時刻", "places": "どこか", "problem": "を確かめて、入力し直してください。",
}  # fmt: skip
"""What is said for a fact that is not known."""


class AzukariError(Exception):
    """Something in the world went wrong; `str(error)` is the Japanese sentence for the user.

    Keyword arguments fill the placeholders of `sentence` and stay available in `facts`.
    They must never contain a password, a key or a resident's data.
    """

    code: ClassVar[str] = "ERROR"
    exit_code: ClassVar[int] = 1
    sentence: ClassVar[str] = (
        "処理できませんでした。もう一度お試しください。続くときは、責任者に連絡してください。"
    )
    unnamed: ClassVar[Mapping[str, str]] = {}  # what is said for a fact that is not known

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        shown = {name: self._shown(name, fact) for name, fact in facts.items()}
        super().__init__(self.sentence.format(**shown))

    def _shown(self, name: str, fact: object) -> object:
        """Return a fact as the sentence needs it: never None or nothing, and ended by a 。."""
        told = name in TOLD and f"（{{{name}}}）" not in self.sentence
        if fact is None or fact == "":
            fact = self.unnamed.get(name, UNNAMED.get(name, "" if told else "不明"))
        if told and isinstance(fact, str) and fact and not fact.endswith(("。", "？", "！", "\n")):
            return f"{fact}。"
        return fact
