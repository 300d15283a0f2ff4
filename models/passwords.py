"""Which passwords are accepted, and an honest word about their strength.

Length first, no composition rules, no forced change (security.md): 12 characters by default and
never below 10, full width counted as half width, known words and the person's own names refused.
The words come in as an argument, because this floor reads no files.
"""

import math
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from models.errors import WeakPassword

FLOOR = 10
DEFAULT_MINIMUM = 12
MAXIMUM = 256
# How many passwords before the present one may not come again: each costs one more derivation.
LEAST_FORMER, USUAL_FORMER, MOST_FORMER = 1, 4, 12
# zxcvbn's time grows with the square of the length, and 64 characters decide.
_LONGEST_JUDGED = 64
_LEAST_GUESSES = 10**10
_COMPANY = re.compile("(株式|有限|合同|合資|合名)会社")
_DATE = re.compile(  # of an era or of the common one, with or without signs between
    r"(令和|平成|昭和|[rhs])(\d{1,2}|元)[年./-]\d{1,2}[月./-]\d{1,2}"
    r"|(19|20)\d\d([年./-]\d{1,2}[月./-]\d{1,2}|[01]\d[0-3]\d)"
)
_HINT = "関係のない言葉を4つ以上つなげると、覚えやすく強いパスワードになります。"
_WORDS = ("とても弱い", "弱い", "やや弱い", "十分", "強い")


@dataclass(frozen=True)
class Strength:
    """How hard a password is to guess: 0 to 4, the word for it, and what would help."""

    score: int
    word: str
    hint: str


def tidy(password: str) -> str:
    """Normalise as the key derivation does (NFKC), so that both count the same characters."""
    return unicodedata.normalize("NFKC", password)


def check_floor(password: str) -> None:
    """Refuse what no setting may allow.

    Raises:
        WeakPassword: fewer than 10 or more than 256 characters.
    """
    length = len(tidy(password))
    if length < FLOOR:
        raise WeakPassword(reason=f"{FLOOR}文字以上にしてください（入力は{length}文字）。")
    if length > MAXIMUM:
        raise WeakPassword(reason=f"{MAXIMUM}文字までにしてください（入力は{length}文字）。")


def check_own(password: str, own_words: Sequence[str]) -> None:
    """Refuse what somebody who knows the person and the office would try first (A-08).

    Args:
        own_words: login, names and numbers of the person and the office.

    Raises:
        WeakPassword
    """
    text = tidy(password).casefold()
    if any(word in text for word in _folded(own_words)):
        raise WeakPassword(
            reason="利用者名・氏名・会社名・契約番号が入っています。別の言葉にしてください。"
        )
    if _DATE.search(text):
        raise WeakPassword(reason="日付が入っています。別の言葉にしてください。")


@dataclass(frozen=True)
class PasswordPolicy:
    """The rules of one office.

    `words` are stems that guessers try first (`storage/password_words.py` reads our list).
    """

    words: frozenset[str]
    minimum: int = DEFAULT_MINIMUM

    def __post_init__(self) -> None:
        if self.minimum < FLOOR:
            raise ValueError("the policy may not go below the floor")

    def check(self, password: str, own_words: Sequence[str] = ()) -> None:
        """Accept or refuse a new password.

        Args:
            own_words: login, names and numbers of the person and the office.

        Raises:
            WeakPassword: says why, never what.
        """
        text = tidy(password)
        if len(text) < self.minimum:
            raise WeakPassword(
                reason=f"{self.minimum}文字以上にしてください（入力は{len(text)}文字）。"
            )
        check_floor(password)
        if len(set(text.casefold())) < 5:
            raise WeakPassword(reason="同じ文字の繰返しが多すぎます。" + _HINT)
        check_own(password, own_words)
        if len(_without_words(text.casefold(), self.words)) < self.minimum // 3:
            raise WeakPassword(reason="よく使われる言葉と数字だけでできています。" + _HINT)
        if self._guesses(text, own_words) < _LEAST_GUESSES:
            raise WeakPassword(reason="推測されやすいパスワードです。" + _HINT)

    def strength(self, password: str, own_words: Sequence[str] = ()) -> Strength:
        """Judge a password while it is typed; the word never promises more than the check."""
        try:
            self.check(password, own_words)
        except WeakPassword as weak:
            score = 0 if len(tidy(password)) < FLOOR else 1
            return Strength(score, _WORDS[score], str(weak.facts["reason"]))
        magnitude = math.log10(self._guesses(tidy(password), own_words))
        score = 2 if magnitude < 12 else 3 if magnitude < 16 else 4
        return Strength(score, _WORDS[score], "" if score > 2 else _HINT)

    def _guesses(self, text: str, own_words: Sequence[str]) -> float:
        # Imported when needed: a program start does not pay for 30,000 frequent passwords.
        from zxcvbn import zxcvbn

        judged = text[:_LONGEST_JUDGED]
        return float(zxcvbn(judged, user_inputs=[*self.words, *_folded(own_words)])["guesses"])


def _folded(words: Collection[str]) -> frozenset[str]:
    """Return names word by word; two letters are a name in Japanese, and chance in the alphabet."""
    spaced = (_COMPANY.sub(" ", tidy(word).casefold()) for word in words)
    parts = {part for word in spaced for part in word.split()}
    return frozenset(part for part in parts if len(part) >= (3 if part.isascii() else 2))


def _without_words(text: str, words: Collection[str]) -> str:
    """Strike out known words (longest first), and the digits and signs that decorate them."""
    rest = text
    for word in sorted((word for word in words if word in text), key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest if rest == text else "".join(char for char in rest if char.isalpha())
