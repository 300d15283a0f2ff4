"""Namesakes: two records of persons with one name may be one person, who then would agree alone."""

from collections.abc import Iterable

from models.errors import Refused
from models.records import Person
from models.store import Query, Store
from models.text import search_key

ALIKE = (
    "「{0}」と氏名・フリガナの同じ人が、ほかに登録されています。同じ人なら、今の登録を取り消して、"
    "前からの登録を使ってください。別の人なら、部署や社員番号で見分けられるようにしてください。"
    "氏名・フリガナの同じ人どうしは、互いの例外や是正を確認できません。"
)
NOT_ANOTHER = (
    "氏名・フリガナが同じ「{0}」さんの求めたことや行ったことは、"
    "別の人と確かめられないため確認できません。氏名の違うほかの方に依頼してください。"
)


def alike(one: Person | None, other: Person | None) -> bool:
    """Tell whether two records of persons show one name, however it is written.

    A reading that is left out tells nobody apart.
    """
    if one is None or other is None or search_key(one.name) != search_key(other.name):
        return False
    readings = {search_key(one.name_kana), search_key(other.name_kana)} - {""}
    return len(readings) < 2


def same_or_alike(store: Store, person_id: str, others: Iterable[str]) -> str:
    """Return the first of the persons who is this one or shows the same name, "" when none is."""
    me = _find(store, person_id)
    for other in sorted(set(others)):
        if other == person_id or (other and alike(me, _find(store, other))):
            return other
    return ""


def require_another(store: Store, person_id: str, others: Iterable[str]) -> None:
    """Refuse a person who shows the same name as one of the others.

    Raises:
        Refused
    """
    namesake = same_or_alike(store, person_id, set(others) - {person_id})
    if namesake:
        raise Refused(reason=NOT_ANOTHER.format(store.caption(Person.type, namesake)))


def notices(store: Store, entered: Iterable[tuple[Person, Person | None]]) -> tuple[str, ...]:
    """Return what is said to persons who are entered under the name of another one.

    Args:
        entered: the persons as they are about to be entered, each with how it stood before.
    """
    pairs = list(entered)
    named = [now for now, before in pairs if before is None or not alike(now, before)]
    if not named:
        return ()
    stored = (one.record for one in store.find(Person, Query(Person.type), limit=1_000_000))
    by_name: dict[str, list[Person]] = {}
    for one in {one.id: one for one in (*stored, *(now for now, _ in pairs))}.values():
        by_name.setdefault(search_key(one.name), []).append(one)
    return tuple(
        ALIKE.format(one.name)
        for one in named
        if any(one.id != other.id and alike(one, other) for other in by_name[search_key(one.name)])
    )


def _find(store: Store, person_id: str) -> Person | None:
    stored = store.get(Person, person_id) if person_id else None
    return stored.record if stored is not None else None
