"""What goes into an import and what comes out of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from models.codes import (
    HandlingKind,
    ItemOrigin,
    MediaType,
    SanitizationCategory,
    VerificationMethod,
    VerificationResult,
)
from models.commands import Change
from models.records import HandlingEvent, Item, Record

WHOLE_FILE = 0  # line of a notice that concerns no single line
WORDS = "words."  # before the field, in the subject of a question about a word of a fixed list
SHOWN_LINES = 8  # of the lines that a notice about many rows names


@dataclass(frozen=True)
class Sheet:
    """A foreign table as texts; each row carries the line on which it stands in the file.

    `escaped` tells that texts may carry the apostrophe that CSV files of this program carry
    before what looks like a formula (models/values.py).
    """

    name: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[int, Sequence[str]]]
    sha256: str
    skipped: tuple[tuple[int, str], ...] = ()
    notes: tuple[tuple[int, str], ...] = ()
    escaped: bool = True


@dataclass(frozen=True)
class Disposal:
    """What the importer states about erasures and disposals; old registers hardly ever say it.

    Empty means that nobody states it. The rows then need the facts elsewhere, or are held back.
    """

    performed_by: str = ""
    responsible_id: str = ""
    verified_by: str = ""
    category: SanitizationCategory | None = None
    verification_method: VerificationMethod = VerificationMethod.NONE
    verification_result: VerificationResult = VerificationResult.UNKNOWN


@dataclass(frozen=True)
class Options:
    """Answers of the importer. Names and words are matched as searches match (width, variants).

    Attributes:
        persons, places, media, kinds: what a name or a word of the file stands for.
        words: the same of any other fixed list: field → word → code.
        default_place_id: where things lie whose place the ledger does not know; "" refuses them.
        received_by: who took over what a media register lists; "" is the importer.
        with_events: enter what a media register says about receipt, copies and ends as events.
        strict: take all or nothing.
    """

    persons: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    media: Mapping[str, MediaType] = field(default_factory=dict)
    kinds: Mapping[str, HandlingKind] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    default_place_id: str = ""
    received_by: str = ""
    disposal: Disposal = Disposal()
    origin: ItemOrigin = ItemOrigin.LENT
    with_events: bool = True
    strict: bool = False


@dataclass(frozen=True)
class Question:
    """Something in the file that a person can decide: `word` of `subject`.

    The subject is a field of `Options`; of `words` it names the field, too (`words.origin`).

    `choices` are (value, words) where the file leaves only some; empty means: any of the register.
    """

    subject: str
    word: str
    lines: tuple[int, ...]
    text: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Intake:
    """The outcome: what would be entered, what is refused and why, and what a person should know.

    `lines` names the line of each accepted row; `looked_at` are the ids of items whose fields were
    looked at as they are; `change` is set once the command is durable.
    """

    accepted: int
    refused: tuple[tuple[int, str], ...]
    skipped: tuple[tuple[int, str], ...]
    notes: tuple[tuple[int, str], ...]
    mapping: Mapping[str, str]
    source_sha256: str
    record_type: str
    lines: tuple[int, ...] = ()
    events: tuple[HandlingEvent, ...] = ()
    items: tuple[Item, ...] = ()
    records: tuple[Record, ...] = ()
    looked_at: frozenset[str] = frozenset()
    questions: tuple[Question, ...] = ()
    change: Change | None = None


@dataclass
class Findings:
    """What is found while rows are read; many equal notices become one."""

    refused: list[tuple[int, str]] = field(default_factory=list)
    _notices: dict[str, list[int]] = field(default_factory=dict)
    _questions: dict[tuple[str, str], tuple[str, tuple[tuple[str, str], ...], list[int]]] = field(
        default_factory=dict
    )

    def refuse(self, line: int, reason: str) -> None:
        """Refuse a row, with everything that is wrong with it."""
        self.refused.append((line, reason))

    def notice(self, line: int, text: str) -> None:
        """Tell something about a row that is taken all the same."""
        self._notices.setdefault(text, []).append(line)

    def ask(
        self, subject: str, word: str, line: int, text: str,
        choices: tuple[tuple[str, str], ...] = (),
    ) -> None:  # fmt: skip
        """Note a question that a person could answer."""
        self._questions.setdefault((subject, word), (text, choices, []))[2].append(line)

    def notices(self) -> list[tuple[int, str]]:
        """Return the notices, each once, with the lines that it concerns."""
        return [
            (min(lines), f"{text}{among(lines)}" if len(set(lines)) > 1 else text)
            for text, lines in self._notices.items()
        ]

    def questions(self) -> tuple[Question, ...]:
        return tuple(
            Question(subject, word, tuple(lines), text, choices)
            for (subject, word), (text, choices, lines) in self._questions.items()
        )


def among(lines: Iterable[int]) -> str:
    """Return how many lines are meant and which: （3行：4、7、9行目）."""
    each = sorted(set(lines))
    named = "、".join(map(str, each[:SHOWN_LINES])) + ("…" if len(each) > SHOWN_LINES else "")
    return f"（{len(each):,}行：{named}行目）"
