"""What a row of a media register refers to beside its original: consent, judge, and the holder.

What the ledger does not know is left out and told; the thing itself is taken in all the same.
"""

from collections.abc import Sequence

from models.errors import AzukariError, Unclear
from models.fields import Field
from models.intake.cells import Cells
from models.intake.drafts import Draft
from models.intake.finding import Finder
from models.records import Item
from models.text import search_key

LATER = ("copy_authorization_id", "unneeded_decided_by")
CONTAINER = "container_item_id"
_FIELDS = Item.fields()


def referred(cells: Cells, finder: Finder) -> dict[str, str]:
    """Return the consent and the judge of a row, as far as the ledger knows them."""
    found = {}
    for name in LATER:
        if text := cells.one_line(name):
            id_ = _consent(finder, text) if name == LATER[0] else _judge(finder, text)
            if id_:
                found[name] = id_
            else:
                cells.notices.append(_unknown(_FIELDS[name], text))
    return found


def _consent(finder: Finder, text: str) -> str:
    found = finder.authorization(text)
    return found.id if found else ""


def _judge(finder: Finder, text: str) -> str:
    try:
        return finder.person(text, _FIELDS[LATER[1]].label).id
    except Unclear:
        return ""


def put_inside(drafts: Sequence[Draft], finder: Finder) -> None:
    """Let each thing lie in the one that its row names, of the same file or of the ledger."""
    inside = [draft for draft in drafts if draft.cells.text(CONTAINER)]
    if not inside:
        return
    by_words = {search_key(one.item.caption()): one.item for one in drafts}
    by_words |= {one.key: one.item for one in drafts}
    for draft in inside:
        text = draft.cells.one_line(CONTAINER)
        holder = by_words.get(search_key(text)) or _held(finder, text)
        if holder is None or holder.id == draft.item.id:
            draft.cells.notices.append(_unknown(_FIELDS[CONTAINER], text))
        else:
            draft.item = draft.item.with_changes(container_item_id=holder.id)


def _held(finder: Finder, number: str) -> Item | None:
    try:
        return finder.item(number)
    except AzukariError:
        return None


def _unknown(f: Field, text: str) -> str:
    return (
        f"「{f.label}」の「{text}」は台帳にありません。登録してから、媒体・資料を訂正してください。"
    )
