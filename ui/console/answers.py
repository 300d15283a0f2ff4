"""The questions of an import on the command line: how they are shown, and answered beforehand.

A console cannot ask in the middle. `--dry-run` tells every question with the words that stand in the
file; `--answer "言葉=答え"` answers them in the next run.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from models.errors import Usage
from models.intake.columns import label_of
from models.intake.finding import Finder
from models.intake.parts import WORDS, Options, Question, among
from models.intake.wording import chosen
from models.ledger import Ledger
from models.records import HandlingEvent, Item, Person, Record
from models.text import search_key

FIRST_ENTERED = "台帳にない人・場所は、先に登録してください（--record person、--record place で表からも取り込めます）。"
ANSWERED = (
    '台帳での名前や種類が違うだけなら、--answer "表の言葉=台帳の言葉" を付けて答えてください。'
)


def with_answers(
    ledger: Ledger,
    cls: type[Record],
    options: Options,
    questions: Sequence[Question],
    answers: Mapping[str, str],
) -> Options:
    """Return the options with what the questions were answered.

    Args:
        cls: what the file is a register of.
        answers: word of the file → name, number or word that the ledger knows.

    Raises:
        Usage: nobody asked about this word.
        Unclear, InvalidField: the answer names nothing, or more than one.
    """
    finder = Finder(ledger, "", {}, {})
    read: Mapping[str, Callable[[str], object]] = {
        "persons": lambda answer: _person(ledger, finder, answer),
        "places": lambda answer: finder.place(answer, "--answer").id,
        "media": lambda answer: chosen(Item.fields()["media_type"], answer),
        "kinds": lambda answer: chosen(HandlingEvent.fields()["kind"], answer),
    }
    found: dict[str, dict[str, object]] = {}
    words: dict[str, dict[str, str]] = {}
    for word, answer in answers.items():
        asked = [one for one in questions if search_key(word) in _called(cls, one)]
        if not asked:
            raise Usage(
                reason=f"「{word}」は聞かれていません。--dry-run で質問を確かめてください。"
            )
        for one in asked:
            if one.subject.startswith(WORDS):
                told = words.setdefault(one.subject.removeprefix(WORDS), {})
                told[one.word] = _code(one, answer)
                continue
            found.setdefault(one.subject, {})[one.word] = read[one.subject](answer)
    return replace(options, words=words, **found)  # type: ignore[arg-type]


def _called(cls: type[Record], one: Question) -> set[str]:
    """Return what an answer may call a question: its word, or 由来:借用 where two columns have it."""
    names = {search_key(one.word)}
    if one.subject.startswith(WORDS):
        label = label_of(cls, one.subject.removeprefix(WORDS))
        names.add(search_key(f"{label}:{one.word}"))
    return names


def _code(one: Question, answer: str) -> str:
    """Return the code that an answer names.

    Raises:
        Usage: it names none of them.
    """
    for value, label in one.choices:
        if search_key(answer) in (search_key(value), search_key(label)):
            return value
    offered = "、".join(label for _, label in one.choices)
    raise Usage(
        reason=f"「{one.word}」の答え「{answer}」は使えません。次から選んでください：{offered}"
    )


def _person(ledger: Ledger, finder: Finder, answer: str) -> str:
    """Return who is meant; the number tells people of one name apart."""
    numbered = ledger.registers.one(Person, employee_no=answer)
    return numbered.record.id if numbered else finder.person(answer, "--answer").id


def spoken_questions(questions: Sequence[Question]) -> Iterator[str]:
    """Yield the questions as people read them, and what to do."""
    if not questions:
        return
    yield "取込みの質問"
    for one in questions:
        yield f"・{_asked(one)}{among(one.lines)}"
        if one.subject.startswith(WORDS):
            yield f"　答え：{'、'.join(label for _, label in one.choices)}"
    if any(one.subject in ("persons", "places") for one in questions):
        yield FIRST_ENTERED
    yield ANSWERED


def _asked(one: Question) -> str:
    """Return a question with the word that it is about, which the answer has to name."""
    if not one.text:
        return f"「{one.word}」は何を表しますか。"
    return one.text if f"「{one.word}」" in one.text else f"「{one.word}」：{one.text}"


def told_questions(questions: Sequence[Question]) -> list[dict[str, object]]:
    """Return the questions as programs read them."""
    return [
        {
            "subject": one.subject, "word": one.word, "lines": sorted(set(one.lines)),
            "message": one.text, "choices": [value for value, _ in one.choices],
        }
        for one in questions
    ]  # fmt: skip
