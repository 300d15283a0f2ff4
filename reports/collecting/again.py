"""What the register says of an act that stands in place of another, or was written again (R-33)."""

from collections.abc import Mapping

from models.chain import read_content
from models.kinds import Json
from models.records import HandlingEvent, Stored
from models.store import Store
from models.versions import versions
from models.wareki import format_short
from models.written_again import CONFIRMED, written_again

CORRECTS = "第{0}号の訂正"
REWRITTEN = "記録の書換え（{0}、記帳番号{1}。元の内容は履歴にあります）"


def marks(store: Store, found: Mapping[str, Stored[HandlingEvent]]) -> Mapping[str, list[str]]:
    """Return by act which one it corrects, and that a saved act was written again past the commands."""
    suspect = _suspects(store, found)
    return {
        id_: [*_corrects(store, one.record), *(_rewritten(store, one) if id_ in suspect else ())]
        for id_, one in found.items()
    }


def _corrects(store: Store, event: HandlingEvent) -> list[str]:
    former = store.get(HandlingEvent, event.corrects_event_id) if event.corrects_event_id else None
    return [CORRECTS.format(former.record.event_no)] if former else []


def _suspects(store: Store, found: Mapping[str, Stored[HandlingEvent]]) -> set[str]:
    """Return the acts whose versions are to be read: they say what was not there at first.

    Every confirmed act has two versions. To read both of each would take a long register longer than
    all its other work, so the first ones are read together and compared with the acts of now.
    """
    more = {id_: one for id_, one in found.items() if one.meta.row_version > 1}
    first = store.first_contents(HandlingEvent, more.keys())
    return {
        id_
        for id_, one in more.items()
        if one.meta.row_version > 2 or id_ not in first or _says_more(one.record, *first[id_])
    }


def _says_more(now: HandlingEvent, payload: int, content: bytes) -> bool:
    """Tell whether an act says anything else than at first, but for its confirmation."""
    if payload != HandlingEvent.payload:
        return True
    fields, _reason = read_content(content)
    return _without(now.to_json()) != _without(fields)


def _without(said: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in said.items() if name not in CONFIRMED}


def _rewritten(store: Store, stored: Stored[HandlingEvent]) -> list[str]:
    found = written_again(versions(store, HandlingEvent, stored.record.id))
    return [REWRITTEN.format(format_short(found.day), found.seq)] if found else []
