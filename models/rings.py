"""A thing lies in another, is a copy of another, a place belongs to another: never round in a ring."""

from collections.abc import Mapping

from models.desk import Desk
from models.errors import InvalidField
from models.records import Item, Place, Record

UPWARD: Mapping[str, tuple[str, ...]] = {
    Item.type: ("container_item_id", "parent_item_id"),
    Place.type: ("parent_place_id",),
}
"""Fields of a record that name what stands above it, of the same type."""


def require_none(record: Record, desk: Desk) -> None:
    """Refuse a record that stands above itself.

    Raises:
        InvalidField
    """
    for name in UPWARD.get(record.type, ()):
        above = getattr(record, name)
        seen: set[str] = set()
        while above and above not in seen:
            if above == record.id:
                label = record.fields()[name].label
                raise InvalidField(
                    field=label,
                    problem=f"をたどると、{record.caption()}自身に戻ります。別のものを選んでください。",
                )
            seen.add(above)
            upper = desk.find(record.type, above)
            above = getattr(upper, name) if upper is not None else ""
