"""What is wrong with the consents that an act names, said once with all that does not fit.

Where the text demands a basis, the sentence that asks for one says it; elsewhere it stands alone.
"""

from collections.abc import Iterable, Iterator

from models.codes import AuthorizationSubject, HandlingKind, RuleMode
from models.records import Authorization, HandlingEvent
from models.rules.beyond import beyond, called_otherwise, surely_beyond
from models.rules.books import GIVEN, Books
from models.rules.case import Case, labels
from models.rules.copied import copied_beyond
from models.rules.unfit import BETWEEN, OTHERWISE, RULE_OF, is_about, unfit

UNFIT = "この取扱いを認めるものではありません"
"""By these words an exception is known that was made for a consent that allows something else."""
SENTENCE = f"根拠に選ばれた「{{consent}}」は、{UNFIT}（{{why}}）。"
AGAIN = "根拠を確かめ、選び直してください。"


def lacking(
    case: Case, need: str, remedy: str,
    subjects: Iterable[AuthorizationSubject] = (), bases: Iterable[str] = (),
) -> str:  # fmt: skip
    """Return a question for a basis, which says of each consent that was named why it is none.

    Args:
        need: what the text demands.
        remedy: what to do.
        subjects, bases: what the consent must be about, and by which word of the client.
    """
    return f"{need}{''.join(_misfits(case, tuple(subjects), tuple(bases)))}{remedy}"


def said_of_named(case: Case) -> Iterator[tuple[str, str, str]]:
    """Yield the rule, what is wrong, and what to do for each named consent that allows no such act."""
    if case.kind is None:
        return
    rule_id = RULE_OF.get(case.kind, OTHERWISE)
    for said in _misfits(case):
        yield rule_id, said, AGAIN


def why_not(books: Books, one: Authorization, event: HandlingEvent) -> str:
    """Return all that is in the way of a consent allowing an act that stands, "" when it does."""
    if event.occurred_at is None:
        return ""
    day = event.occurred_at.date()
    handled = books.items(line.item_id for line in event.lines).values() if one.targets else ()
    then = books.as_of(one, day)
    why = unfit(then, event.kind, day, handled)
    return _with(why, _further(books, then, event)) if _goes_on(why, then, event.kind) else why


def _misfits(
    case: Case, subjects: tuple[AuthorizationSubject, ...] = (), bases: tuple[str, ...] = ()
) -> Iterator[str]:
    event = case.event_of()
    if event is None or event.kind is None or event.source_file_id:
        return
    for named in case.named:
        why = _why_asked(case, event, named) or _otherwise_called(named, subjects, bases)
        if why:
            yield SENTENCE.format(consent=named.caption(), why=why)


def _why_asked(case: Case, event: HandlingEvent, named: Authorization) -> str:
    then = case.books.as_of(named, case.day)
    why = unfit(then, event.kind, case.day, case.handled)
    if not _goes_on(why, then, event.kind):
        return why
    if not case.asker:
        return _with(why, _further(case.books, then, event))
    found = beyond(case.books, then, event, case.items)
    said = (gone.why for gone in found if gone.most is not RuleMode.NOTICE)
    return _with(why, (*copied_beyond(case.books, then, event, case.items), *said))


def _further(books: Books, one: Authorization, act: HandlingEvent) -> list[str]:
    return [
        *copied_beyond(books, one, act, {}),
        *surely_beyond(books, one, act),
        *called_otherwise(books, one, act),
    ]


def _goes_on(why: str, one: Authorization, kind: HandlingKind | None) -> bool:
    """Tell whether an unfit consent is one to such acts, so that its limits say something, too."""
    return bool(why) and one.decision in GIVEN and is_about(one, kind)


def _with(why: str, more: Iterable[str]) -> str:
    return BETWEEN.join((why, *more))


def _otherwise_called(
    one: Authorization, subjects: tuple[AuthorizationSubject, ...], bases: tuple[str, ...]
) -> str:
    """Say that a consent is about this, and by another word of the client than the text wants."""
    if one.subject not in subjects or not bases or one.basis_type in bases:
        return ""
    return f"{one.basis_type.label if one.basis_type else ''}であり、{labels(bases)}ではない"
