"""What stands between a contract and its end: things that were not ended, and things that are lost.

What cannot be found can neither be returned nor destroyed, and a find that never was must not be
entered to get rid of it. The client, who was told of the loss, decides: its instruction for the
end (終了時の別の指示) names the thing that is given up. It stays 所在不明 for ever.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from models.amounts import WITHOUT_ORIGIN
from models.codes import TERMINAL_STATES, AuthorizationSubject, ItemOrigin, ItemState
from models.records import Authorization, Item
from models.rules.books import Books

ALIVE = (
    "終わっていない媒体・資料が{count}件あります（{first}など）。"
    "返還・消去・廃棄を済ませてください。"
)
UNFOUNDED = "受領や作成の記録がない媒体・資料が{count}件あります（{first}など）。" + WITHOUT_ORIGIN
LOST = (
    "所在不明の媒体・資料が{count}件あります（{first}など）。見つかったら「発見・回収」を記録して"
    "返還などを済ませます。見つからないときは、委託者に報告し、受けた指示を「承諾・指示」に、"
    "対象行為「終了時の別の指示」、対象をその媒体・資料として登録してください。"
)


def in_the_way(books: Books, contract_id: str, day: date) -> Iterator[str]:
    """Say which things are in the way of the end of a contract, and what to do about them."""
    standing = [one for one in books.items_of(contract_id) if one.state not in TERMINAL_STATES]
    let_go = given_up(books.authorizations(contract_id, AuthorizationSubject.END_EXCEPTION), day)
    lost = [one for one in standing if one.state is ItemState.MISSING]
    unfounded = [one for one in standing if has_no_origin(one)]
    gone = {one.id for one in (*lost, *unfounded)}
    yield from _said(ALIVE, [one for one in standing if one.id not in gone])
    yield from _said(UNFOUNDED, unfounded)
    yield from _said(LOST, [one for one in lost if one.id not in let_go])


def has_no_origin(item: Item) -> bool:
    """Tell whether nothing says how a thing came here; the contractor's own was here before."""
    return item.state is ItemState.REGISTERED and item.origin is not ItemOrigin.CONTRACTOR_EQUIPMENT


def given_up(said: Iterable[Authorization], day: date) -> frozenset[str]:
    """Return the ids of the things that the client gives up by what stands on a day.

    Args:
        said: instructions for the end of a contract.
    """
    return frozenset(
        target.item_id for one in said if one.covers(day) for target in one.targets
    ) - {""}


def _said(words: str, items: list[Item]) -> Iterator[str]:
    if items:
        yield words.format(count=f"{len(items):,}", first=items[0].caption())
