"""The list of items: what things are said to hold is among what the contract lists (YC-2.1).

The text allows the listed items alone. Each body of information has its items, marked as listed or
not, and that mark is judged by R-16; here the words of what a thing holds (収録情報) are compared
with the items of its information, and information without any item is told.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from models.evidence_rows import Row, row
from models.inquiry import Inquiry
from models.profiles import Profile
from models.records import Contract, InformationAsset, Item, Record
from models.text import search_key

if TYPE_CHECKING:
    from models.ledger import Ledger

LISTED = "listed_items"
RULE = "R-16"
_MARKS = re.compile(r"[、,，;；\n]+")
_WEAK = re.compile(r"[・/／\s]+")  # these may belong to the name of an item
_AND_MORE = re.compile(r"(?:など|等|ほか|他)$")
BEYOND = (
    "「{thing}」の収録情報のうち「{words}」は、「{asset}」の項目にありません。一覧の項目か確かめ、"
    "「個人情報の項目」か「収録情報」を訂正してください。"
)
WITHOUT = (
    "「{asset}」に「個人情報の項目」が登録されていません。契約の一覧の項目だけを扱っているか"
    "確かめられるように、項目を登録してください。"
)


def beyond_list(words: str, asset: InformationAsset) -> list[str]:
    """Return the words of what a thing holds that are no items of its information."""
    known = {search_key(one.name) for one in asset.asset_fields}
    found: list[str] = []
    for word in filter(None, map(str.strip, _MARKS.split(words))):
        if not _is_known(word, known):
            parts = filter(None, _WEAK.split(word))
            found += [part for part in parts if not _is_known(part, known)]
    return list(dict.fromkeys(found))


def _is_known(word: str, known: set[str]) -> bool:
    return not {search_key(word), search_key(_AND_MORE.sub("", word))}.isdisjoint({*known, ""})


# --- at the counter ------------------------------------------------------------------------------


def told_of_contents(ledger: "Ledger", records: Sequence[Record]) -> tuple[str, ...]:
    """Return what is said to whoever enters things or information beyond the list."""
    listed = _listed(ledger, records)
    items = [one for one in records if isinstance(one, Item) and one.contract_id in listed]
    entering = [one for one in records if isinstance(one, InformationAsset)]
    wanted = {content.asset_id for item in items for content in item.contents}
    found = ledger.store.get_many(InformationAsset, list(wanted))
    assets = {id_: one.record for id_, one in found.items()} | {one.id: one for one in entering}
    told = [said for one in entering if one.contract_id in listed for said in _without(one)]
    told += [said for item in items for said in _beyond(item, assets)]
    return tuple(dict.fromkeys(told))


def _listed(ledger: "Ledger", records: Sequence[Record]) -> frozenset[str]:
    """Return the contracts of things and information whose text allows the listed items alone."""
    ids = {one.contract_id for one in records if isinstance(one, Item | InformationAsset)} - {""}
    known = {id_: one.record for id_, one in ledger.store.get_many(Contract, list(ids)).items()}
    known |= {one.id: one for one in records if isinstance(one, Contract)}
    need = ledger.registers.need_profile
    return frozenset(id_ for id_ in ids if id_ in known and _limits(need(known[id_].profile_code)))


def _limits(profile: Profile) -> bool:
    return profile.params.collection.limit == LISTED


def _without(asset: InformationAsset) -> Sequence[str]:
    return () if asset.asset_fields else (WITHOUT.format(asset=asset.name),)


def _beyond(item: Item, assets: dict[str, InformationAsset]) -> Iterator[str]:
    for content in item.contents:
        asset = assets.get(content.asset_id)
        if asset is not None and asset.asset_fields:
            words = beyond_list(content.fields_text, asset)
            if words:
                said = "」「".join(words)
                yield BEYOND.format(thing=item.caption(), words=said, asset=asset.name)


# --- in the evidence -----------------------------------------------------------------------------


def eq_itemlist(asked: Inquiry) -> Iterator[Row]:
    """Find items that the list of the contract does not have, and information without items."""
    yield from asked.breaches.of_rule(RULE)
    if not _limits(asked.profile):
        return
    assets = {one.id: one for one in asked.all(InformationAsset)}
    for asset in assets.values():
        for said in _without(asset):
            yield row(asset, said)
    for item in asked.items.values():
        for said in _beyond(item, assets):
            yield row(item, said)
