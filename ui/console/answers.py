"""The questions of an import on the command line: how they are shown, and answered beforehand.

A console cannot ask in the middle. `--dry-run` tells every question with the words that stand in the
file; `--answer "言葉=答え"` answers them in the next run.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from models.errors import Usage
from models.intake.finding import Finder
from models.intake.parts import Options, Question, among
from models.intake.plain import chosen
from models.ledger import Ledger
from models.records import HandlingEvent, Item, Person
from models.text import search_key

FIRST_ENTERED = "台帳にない人・場所は、先に登録してください（--record person、--record place で表からも取り込めます）。"
ANSWERED = (
    '台帳での名前や種類が違うだけなら、--answer "表の言葉=台帳の言葉" を付けて答えてください。'
)


def with_answers(
    ledger: Ledger, options: Options, questions: Sequence[Question], answers: Mapping[str, str]
) -> Options:
    """Return the options with what the questions were answered.

    Args:
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
    for word, answer in answers.items():
        asked = [one for one in questions if search_key(one.word) == search_key(word)]
        if not asked:
            raise Usage(
                reason=f"「{word}」は聞かれていません。--dry-run で質問を確かめてください。"
            )
        for one in asked:
            found.setdefault(one.subject, {})[one.word] = read[one.subject](answer)
    return replace(options, **found)  # type: ignore[arg-type]


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
