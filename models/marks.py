"""Short marks of the parts of something that lies elsewhere, packed into one text of a record."""

import json
from collections.abc import Mapping

Marks = Mapping[str, str]


def packed(marks: Marks) -> str:
    """Return marks as a record keeps them."""
    return json.dumps(dict(sorted(marks.items())), ensure_ascii=False, separators=(",", ":"))


def unpacked(kept: str) -> Marks:
    """Return the marks that a record keeps, none where it keeps nothing that can be read."""
    try:
        found = json.loads(kept) if kept else {}
    except (RecursionError, ValueError):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}
