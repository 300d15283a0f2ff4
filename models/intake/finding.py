"""Find what the words of a file mean in the ledger: people, places, things, consents.

Names are compared as searches compare them: width, spaces, kana and old kanji are forgiven
(齋藤 = 斎藤, 髙橋 = 高橋). What fits two records is not guessed; it is a question.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from models.codes import AssignmentRole
from models.errors import NotFound, Refused, Unclear
from models.records import (
    Assignment,
    Authorization,
    Contract,
    Item,
    Organization,
    Person,
    Place,
    Record,
)
from models.rules.standing import works_on
from models.text import search_key

if TYPE_CHECKING:
    from models.ledger import Ledger

R = TypeVar("R", bound=Record)
Index = dict[str, list[R]]

_ROLE_WORDS: Mapping[str, AssignmentRole] = {
    search_key(word): role
    for role, words in (
        (AssignmentRole.WORK_SUPERVISOR, "作業責任者 業務責任者 責任者 個人情報作業責任者"),
        (AssignmentRole.INFO_MANAGER, "管理責任者 個人情報管理責任者 保護管理責任者"),
        (AssignmentRole.CHECKER, "点検者"),
    )
    for word in words.split()
}


class Finder:
    """Looks things up for one import; everything is fetched once.

    Args:
        contract_id: the contract to which the rows belong.
        persons, places: answers of the importer, name → id.
    """

    def __init__(
        self,
        ledger: "Ledger",
        contract_id: str,
        persons: Mapping[str, str],
        places: Mapping[str, str],
    ) -> None:
        self._ledger = ledger
        self.contract_id = contract_id
        self._person_answers = {search_key(name): id_ for name, id_ in persons.items()}
        self._place_answers = {search_key(name): id_ for name, id_ in places.items()}

    # --- people ----------------------------------------------------------------------------------
    def person(self, name: str, field: str) -> Person:
        """Return the person with this name.

        Raises:
            Unclear: nobody, or more than one.
        """
        key = search_key(name)
        if (answer := self._person_answers.get(key)) in self._people:
            return self._people[str(answer)]
        found = self._people_by_key.get(key, [])
        exact = [one for one in found if _same_letters(one.name, name)]
        if len(found) > 1 and len(exact) == 1:
            return exact[0]
        if not found:
            raise Unclear(
                reason=f"「{field}」の「{name}」は、台帳に登録されていません。"
                "先に人を登録するか、取込みの質問で選んでください。"
            )
        if len(found) > 1:
            raise Unclear(
                reason=f"「{field}」の「{name}」に当たる人が{len(found)}人います。"
                "取込みの質問で選んでください。"
            )
        return found[0]

    def role(self, name: str) -> AssignmentRole | None:
        """Return the role that a word such as 作業責任者 names, None when it is no such word."""
        return _ROLE_WORDS.get(search_key(name))

    def holder(self, role: AssignmentRole, day: date) -> Person | None:
        """Return the one person who had this role on that day; None if nobody or several."""
        held = [one for one in self._assignments if one.role is role and one.person_id]
        books, profile = self._ledger.rules.books, self._ledger.profile(self.contract_id)
        valid = {one.person_id for one in held if works_on(one, day, books, profile)}
        found = valid or {one.person_id for one in held}
        return self._people.get(next(iter(found))) if len(found) == 1 else None

    def supervisor(self, day: date) -> Person | None:
        return self.holder(AssignmentRole.WORK_SUPERVISOR, day)

    def person_by_id(self, person_id: str) -> Person | None:
        return self._people.get(person_id)

    # --- places, things, consents ----------------------------------------------------------------
    def place(self, name: str, field: str) -> Place:
        """Return the place with this name.

        Raises:
            Unclear: none, or more than one.
        """
        key = search_key(name)
        if (answer := self._place_answers.get(key)) in self._places:
            return self._places[str(answer)]
        found = self._places_by_key.get(key, [])
        if len(found) == 1:
            return found[0]
        why = "は、台帳に登録されていません" if not found else "に当たる場所が二つ以上あります"
        raise Unclear(
            reason=f"「{field}」の「{name}」{why}。"
            "先に場所を登録するか、取込みの質問で選んでください。"
        )

    def item(self, number: str) -> Item:
        """Return the item with this number, or with this caption (number and name).

        Raises:
            NotFound: there is none.
            Refused: it belongs to another contract.
        """
        key = search_key(number)
        found = self.items_by_key.get(key) or self._items_by_caption.get(key)
        if found is None:
            raise NotFound(what=f"管理番号「{number}」の媒体・資料")
        if found.contract_id not in ("", self.contract_id):
            raise Refused(reason=f"管理番号「{number}」は、ほかの契約の媒体・資料です。")
        return found

    def organization(self, name: str) -> Organization | None:
        """Return the organization with this name, None if none or several."""
        found = self._organizations.get(search_key(name), [])
        return found[0] if len(found) == 1 else None

    def authorization(self, number: str) -> Authorization | None:
        """Return the consent with this document number, None if none or several."""
        found = self._consents.get(search_key(number), [])
        return found[0] if len(found) == 1 else None

    @cached_property
    def contract(self) -> Contract:
        return self._ledger.registers.need(Contract, self.contract_id).record

    @cached_property
    def items_by_key(self) -> dict[str, Item]:
        """Return all items by the key of their number, which is unique in the ledger."""
        return {search_key(item.item_no): item for item in self._all(Item)}

    @cached_property
    def _items_by_caption(self) -> dict[str, Item]:
        return {search_key(item.caption()): item for item in self.items_by_key.values()}

    @cached_property
    def _people(self) -> dict[str, Person]:
        return {person.id: person for person in self._all(Person)}

    @cached_property
    def _people_by_key(self) -> "Index[Person]":
        return _index(self._people.values(), lambda person: (person.name,))

    @cached_property
    def _places(self) -> dict[str, Place]:
        return {place.id: place for place in self._all(Place)}

    @cached_property
    def _places_by_key(self) -> "Index[Place]":
        return _index(
            self._places.values(), lambda p: (p.name, f"{p.name}{p.floor_room}", p.caption())
        )

    @cached_property
    def _organizations(self) -> "Index[Organization]":
        return _index(self._all(Organization), lambda one: (one.name,))

    @cached_property
    def _assignments(self) -> list[Assignment]:
        return self._all(Assignment, contract_id=self.contract_id)

    @cached_property
    def _consents(self) -> "Index[Authorization]":
        mine = self._all(Authorization, contract_id=self.contract_id)
        return _index(mine, lambda one: (one.decision_doc_no, one.caption()))

    def _all(self, cls: type[R], **equal: str) -> list[R]:
        return [stored.record for stored in self._ledger.registers.all(cls, **equal)]


def _index(records: Iterable[R], words: Callable[[R], Iterable[str]]) -> "Index[R]":
    index: Index[R] = {}
    for record in records:
        for key in {search_key(word) for word in words(record)} - {""}:
            index.setdefault(key, []).append(record)
    return index


def _same_letters(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())
