"""The base of all records: frozen dataclasses whose declaration drives everything else.

A record is what the ledger says about one thing at one version. Its content (the hashed JSON) is
the non-empty, non-derived fields; its *version metadata* (who, when, which entry) is not part of
it and stands in `Stored`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import compress
from operator import is_not, itemgetter
from typing import Any, ClassVar, Generic, Self, TypeVar

from models.errors import InvalidField
from models.fields import Field, declared
from models.kinds import BLANKS, Children, Frozen, Json, Kind, MultiRef, Ref, Text

Check = Callable[[Any], bool]
Write = Callable[[Any], Json]
_Line = tuple[str, Any, Field, Check, Write | None]


def _picking(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    """Return what takes these values in their order; `itemgetter` does so of two and more."""
    return itemgetter(*names) if len(names) > 1 else lambda values: [values[n] for n in names]


class Declared:
    """What records and their child rows share: fields, JSON and validation from the declaration."""

    @classmethod
    @cache
    def fields(cls) -> Mapping[str, Field]:
        """Return the declared fields by name, in order."""
        return declared(cls)

    @classmethod
    @cache
    def own_fields(cls) -> tuple[Field, ...]:
        """Return the fields that are part of the content, in order."""
        return tuple(f for f in cls.fields().values() if not f.derived)

    def required(self) -> frozenset[str]:
        """Return names of fields that this record needs in addition to the always required."""
        return frozenset()

    def irrelevant(self) -> frozenset[str]:
        """Return names of fields that make no sense for this record and are not shown."""
        return frozenset()

    @classmethod
    def spoken(cls, name: str, value: Any, beside: Callable[[str], Any]) -> str:
        """Return a value in words, where these depend on another field.

        Args:
            beside: returns the value of another field of the same record, None without one.
        """
        return cls.fields()[name].kind.format(value)

    def beside(self, name: str) -> Any:
        """Return the value of a field by its name, as `spoken` asks for it."""
        return getattr(self, name)

    def inconsistencies(self) -> Iterator[str]:
        """Yield sentences about fields that contradict each other."""
        yield from ()

    def problems(self, like: Self | None = None) -> Iterator[str]:
        """Yield every reason why this record cannot be saved, as whole sentences.

        Args:
            like: one without problems; the values that both hold were looked at there. Rows of a
                register say the same in most columns.
        """
        needed = self.required()
        values = vars(self)
        plan: Iterable[_Line] = self._plan()
        if like is not None and all(map(values.get, needed)):
            pick = self._picked()
            plan = compress(plan, map(is_not, pick(values), pick(vars(like))))
        for name, empty, f, fine, _ in plan:
            value = values[name]
            if value is empty:
                if not (f.required or name in needed):
                    continue
            elif fine(value):
                continue
            yield from f.problems(value, required=f.required or name in needed)
        yield from self.inconsistencies()

    def to_json(self) -> dict[str, Json]:
        """Return the content: non-empty own fields only."""
        values = vars(self)
        return {
            name: value if to_json is None else to_json(value)
            for name, empty, _, _, to_json in self._plan()
            if (value := values[name]) is not empty and value != empty
        }

    @classmethod
    @cache
    def _plan(cls) -> tuple[_Line, ...]:
        """Return the own fields with what is asked of each, looked up once: most fields of a
        record are empty, and an import asks hundreds of thousands of records.

        The last of a line is None when JSON holds the value as it is.
        """
        return tuple(
            (
                f.name, f.kind.empty, f, f.kind.fine,
                None if type(f.kind).to_json is Kind.to_json else f.kind.to_json,
            )
            for f in cls.own_fields()
        )  # fmt: skip

    @classmethod
    @cache
    def done_fields(cls) -> tuple[Field, ...]:
        """Return the fields that say when something was done, and parts that have such fields."""
        return tuple(
            f
            for f in cls.own_fields()
            if f.done or (isinstance(f.kind, Children) and f.kind.child.done_fields())
        )

    def reported(self) -> frozenset[str]:
        """Return the days, fields of their own, that say in this state that something was done."""
        return frozenset()

    @classmethod
    @cache
    def _picked(cls) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
        """Return what takes the values of the own fields, in the order of the plan."""
        return _picking([f.name for f in cls.own_fields()])

    @classmethod
    @cache
    def _referring(cls) -> tuple[Field, ...]:
        kinds = (Ref, MultiRef, Children)
        return tuple(f for f in cls.own_fields() if isinstance(f.kind, kinds))

    @classmethod
    @cache
    def _picked_references(cls) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
        return _picking([f.name for f in cls._referring()])

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Self:
        """Build from content.

        Raises:
            InvalidField: for an unknown field or a value that its kind cannot read.
        """
        fields = cls.fields()
        built: dict[str, Any] = {}
        for name, value in data.items():
            f = fields.get(name)
            if f is None or f.derived:
                raise InvalidField(field=name, problem="という項目はありません。")
            try:
                built[name] = f.kind.from_json(value)
            except InvalidField:
                raise
            except (ValueError, TypeError, AttributeError, KeyError) as error:
                problem = (
                    str(error) if isinstance(error, ValueError) else "の形が正しくありません。"
                )
                raise InvalidField(field=f.label, problem=problem) from error
        return cls(**built)

    @classmethod
    def parse(cls, typed: Mapping[str, str]) -> Self:
        """Build from texts as a person typed them (form, CSV); unknown names raise InvalidField."""
        fields = cls.fields()
        unknown = [name for name in typed if name not in fields]
        if unknown:
            raise InvalidField(field=unknown[0], problem="という項目はありません。")
        return cls(**{name: fields[name].parse(text) for name, text in typed.items()})

    def trimmed(self) -> Self:
        """Return the same without blanks around its texts, as a person who types it leaves them."""
        changes: dict[str, Any] = {}
        for f in self.own_fields():
            value = getattr(self, f.name)
            if isinstance(f.kind, Text) and isinstance(value, str):
                if value != (bare := value.strip(BLANKS)):
                    changes[f.name] = bare
            elif isinstance(f.kind, Children) and value:
                changes[f.name] = tuple(row.trimmed() for row in value)
        return replace(self, **changes) if changes else self  # type: ignore[type-var]

    def refers_alike(self, like: Self) -> bool:
        """Tell whether another record points to the very same things."""
        pick = self._picked_references()
        return bool(pick(vars(self)) == pick(vars(like)))

    def references(self) -> Iterator[tuple[Field, str, str]]:
        """Yield (field, record type, id) for everything this record points to."""
        values = vars(self)
        for f in self._referring():
            value = values[f.name]
            if not value:
                continue
            if isinstance(f.kind, Ref):
                yield f, f.kind.type, value
            elif isinstance(f.kind, MultiRef):
                yield from ((f, f.kind.type, one) for one in value)
            elif isinstance(f.kind, Children):
                for row in value:
                    yield from row.references()


@dataclass(frozen=True, kw_only=True)
class Child(Declared):
    """A row inside a record; it has no id of its own."""

    label: ClassVar[str] = ""


@dataclass(frozen=True, kw_only=True)
class Record(Declared):
    """A thing that the ledger keeps. Subclasses are listed in `models.records.ALL`.

    Class variables steer the screens: `columns` of the list, `search` fields of the index,
    `sections` of the form (title → field names; fields not named come last).
    """

    type: ClassVar[str] = ""
    label: ClassVar[str] = ""
    concept: ClassVar[str] = ""  # key of the profile's word for the whole register
    payload: ClassVar[int] = 1  # version of the content; older ones are lifted in models/lifts.py
    columns: ClassVar[tuple[str, ...]] = ()
    search: ClassVar[tuple[str, ...]] = ()
    sections: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = ()
    correction: ClassVar[str] = "revise"  # "revise", or "replace": void and new, R-33
    happened: ClassVar[bool] = False  # it tells what happened, under the names of that day

    id: str = ""

    def caption(self) -> str:
        """Return the short text by which people know this record."""
        return self.id

    def contract(self) -> str:
        """Return the id of the contract that this record belongs to, or "" (R-38)."""
        return str(getattr(self, "contract_id", ""))

    def contracts(self) -> frozenset[str]:
        """Return the ids of all contracts that this record belongs to; a session may have several."""
        several: tuple[str, ...] = getattr(self, "contract_ids", ())
        return frozenset(one for one in (self.contract(), *several) if one)

    @classmethod
    @cache
    def has_free_json(cls) -> bool:
        """Tell whether a field holds JSON that is not declared."""
        return any(isinstance(f.kind, Frozen) for f in cls.own_fields())

    def search_texts(self) -> Iterator[str]:
        """Yield the texts by which this record is found."""
        for name in self.search:
            f = self.fields()[name]
            text = f.kind.format(getattr(self, name))
            if text:
                yield text

    def missing_now(self) -> Iterator[str]:
        """Yield labels of required fields still empty (for forms that tell while typing)."""
        needed = self.required()
        for f in self.own_fields():
            if (f.required or f.name in needed) and f.kind.is_empty(getattr(self, f.name)):
                yield f.label

    def with_changes(self, **changes: Any) -> Self:
        """Return a record that differs in these fields; the same as `dataclasses.replace`, faster.

        Raises:
            TypeError: no such field.
        """
        own = vars(self)
        held = {**own, **changes}  # just large enough: a copy that is changed takes twice the room
        if len(held) > len(own):
            raise TypeError(f"no field of {type(self).__name__}: {changes.keys() - own.keys()}")
        twin = object.__new__(type(self))
        object.__setattr__(twin, "__dict__", held)
        return twin


@dataclass(frozen=True, slots=True)
class Meta:
    """Version metadata of a record in the ledger (records.md §0, common columns).

    Times are aware; `created_at` is when it was entered, never when it happened.
    """

    created_seq: int
    created_at: datetime
    created_by: str
    seq: int  # entry that holds the present content
    revised_at: datetime
    revised_by: str
    row_version: int  # 1 for the first content, +1 for each revision
    voided_at: datetime | None = None
    voided_by: str = ""
    void_reason: str = ""

    @property
    def voided(self) -> bool:
        return self.voided_at is not None


R = TypeVar("R", bound=Record, covariant=True)


@dataclass(frozen=True, slots=True)
class Stored(Generic[R]):
    """A record as the ledger holds it."""

    record: R
    meta: Meta
