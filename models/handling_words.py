"""What the words in 区分 columns mean: from the habits of a site to the kinds of records.md 4.2.

A word with one meaning gives one kind. A word that sites use for different things gives several
candidates, and a person (or a fact of the ledger) decides. Decided here:

- 返還 and 返納 are the return to the client. 返却 may be that or the way back to the cabinet, and
  the first closes the item for ever. It counts as 返還 only in a table that has a word of its own
  for the way back to the cabinet (返却（社内）, 戻し); else all are candidates.
- 返却（社内） and 戻し are 持帰り when the item was out of the building, else 保管: the ledger
  knows which (`choose_by_whereabouts`).
- 物理破壊, シュレッダー and their kin are 廃棄: the thing is gone; 消去 leaves the medium.
- 点検 on the line of one item is 現品確認. The yearly 点検 of the rules is another record.
- 提供, 搬出, 貸出 … say nothing certain about direction: candidates.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from models.codes import HandlingKind as Kind
from models.text import search_key

_CLEAR: Final[tuple[tuple[Kind, str], ...]] = (
    (Kind.RECEIVE, "受領 受取 受入 受 借用 借受 預り 預かり 収受 入庫"),
    (Kind.HAND_OVER, "引渡 手渡 納品 納入 提出"),
    (Kind.COLLECT, "収集 取得"),
    (Kind.CREATE, "作成 加工 生成 編集"),
    (Kind.USE, "使用 利用 作業 入力 入力作業 データ入力 閲覧 参照 照合 検索 読取 読込 取込 処理"),
    (Kind.COPY, "複写 複製 コピー ダビング バックアップ スキャン 印刷 プリント"),
    (Kind.STORE, "保管 格納 収納 移動 保管替 保管場所変更 保管・移動"),
    (Kind.TAKE_OUT, "持出 モチダシ 庁外持出 社外持出"),
    (Kind.BRING_BACK, "持帰 モチカエリ 持戻"),
    (Kind.TRANSPORT, "運搬 移送 輸送 搬送 運搬・移送"),
    (Kind.TRANSMIT, "送信 メール送信 電送 アップロード FAX ファックス"),
    (Kind.DISPATCH, "発送 送付 郵送 宅配 外部送付 出荷"),
    (Kind.PROVIDE, "第三者提供 目的外利用 目的外利用・第三者提供"),
    (Kind.RETURN, "返還 返納 返却（市へ） 返却（委託者） 返却（客先）"),
    (Kind.ERASE, "消去 データ消去 削除 上書消去 初期化 フォーマット データ消去ソフト 磁気消去"),
    (
        Kind.DISPOSE,
        "廃棄 破棄 処分 廃却 シュレッダー シュレッダー裁断 裁断 細断 物理破壊 物理的破壊",
    ),
    (Kind.DISPOSE, "破壊 破砕 穿孔 穴あけ 溶解 焼却"),
    (Kind.STOCKTAKE, "棚卸 現品確認 現物確認 在庫確認 所在確認 員数確認 点検 月次点検"),
    (Kind.LOSS, "所在不明 紛失 亡失 盗難"),
    (Kind.RECOVER, "発見 発見・回収"),
)

_WAY_BACK: Final = (
    "社外に持ち出していたものは「持帰り」、社内で使っていたものは「保管・移動」です。"
)
_DIRECTION: Final = "どちらの向きか、この言葉だけでは分かりません。"

_UNCLEAR: Final[tuple[tuple[tuple[Kind, ...], str, str], ...]] = (
    (
        (Kind.RETURN, Kind.BRING_BACK, Kind.STORE),
        "返却",
        "委託者へ返したなら「返還」、社内に戻したなら「持帰り」か「保管・移動」です。",
    ),
    (
        (Kind.BRING_BACK, Kind.STORE),
        "返却（社内） 社内返却 戻 返却（保管庫） 返却（棚）",
        _WAY_BACK,
    ),
    ((Kind.RECEIVE, Kind.HAND_OVER), "授受 受渡 引継 交換", _DIRECTION),
    (
        (Kind.TAKE_OUT, Kind.TRANSPORT),
        "搬出 持運",
        "承諾の要る「持出し」か、運送の「運搬」かを選びます。",
    ),
    ((Kind.RECEIVE, Kind.BRING_BACK), "搬入 入荷", _DIRECTION),
    (
        (Kind.USE, Kind.HAND_OVER, Kind.TAKE_OUT),
        "貸出",
        "社内での使用か、引渡しか、持出しかを選びます。",
    ),
    ((Kind.RETURN, Kind.DISPATCH), "返送", "委託者へ返したなら「返還」です。"),
    ((Kind.TRANSMIT, Kind.DISPATCH), "転送", "電子的に送ったか、物を送ったかを選びます。"),
    ((Kind.COPY, Kind.CREATE), "出力 抽出", "写しを作ったか、新しい資料を作ったかを選びます。"),
    ((Kind.ERASE, Kind.DISPOSE), "消去・廃棄 返却・廃棄 抹消", "媒体が残るなら「消去」です。"),
    ((Kind.RECOVER, Kind.RECEIVE, Kind.COLLECT), "回収", _DIRECTION),
    ((Kind.RECEIVE, Kind.HAND_OVER, Kind.PROVIDE), "提供 提供・貸与 貸与", _DIRECTION),
)

_OKURIGANA: Final = re.compile(r"(?<=[\u3400-\u9fff])[ぁ-ん](?![ぁ-ん])")
_TAIL: Final = re.compile(r"(?:を?(?:する|した|実施)|処理|済み?|記録)$")
_NOTE: Final = re.compile(r"\((?![^()]*(?:未|不|無|な[いし]|予定|中止|取消|待))[^()]*\)$")
"""A closing note, unless it says that the thing was not done."""


@dataclass(frozen=True)
class Meaning:
    """What a word may stand for; `question` helps a person to choose when it is not clear."""

    kinds: tuple[Kind, ...]
    question: str = ""

    @property
    def is_clear(self) -> bool:
        """Tell whether there is exactly one candidate."""
        return len(self.kinds) == 1


UNKNOWN: Final = Meaning((), "この言葉の意味を、取扱いの種類から選んでください。")


def meaning_of(word: str) -> Meaning:
    """Return what a word of a 区分 column means by itself; `UNKNOWN` if nobody can tell.

    Width, kana, okurigana (持ち出し = 持出), blanks, a note in brackets that the table does not
    know, and endings such as 処理 or 済 are forgiven. A negation (未返却) is another word.
    """
    for form in _forms(word):
        if form in _MEANINGS:
            return _MEANINGS[form]
    return UNKNOWN


def meanings_in(words: Iterable[str]) -> dict[str, Meaning]:
    """Return the meaning of every word of one column, each read in the light of the others.

    Only 返却 profits: a site that writes 返却（社内） or 戻し for the cabinet means 返還 by it.
    """
    meanings = {word: meaning_of(word) for word in words if word.strip()}
    if any(_is_way_back(meaning) for meaning in meanings.values()):
        for word, meaning in meanings.items():
            if meaning == _MEANINGS[_key("返却")]:
                meanings[word] = Meaning((Kind.RETURN,))
    return meanings


def choose_by_whereabouts(meaning: Meaning, *, taken_out: bool) -> Kind | None:
    """Decide between 持帰り and 保管 by where the item was; None if those are not the choice."""
    if not _is_way_back(meaning):
        return None
    return Kind.BRING_BACK if taken_out else Kind.STORE


def _is_way_back(meaning: Meaning) -> bool:
    return set(meaning.kinds) == {Kind.BRING_BACK, Kind.STORE}


def _forms(word: str) -> Iterable[str]:
    """Yield the word as it stands, then with less and less around its core."""
    plain = unicodedata.normalize("NFKC", word).strip()
    bare = _NOTE.sub("", plain)
    for form in (plain, bare, _TAIL.sub("", bare)):
        yield _key(form)


def _key(word: str) -> str:
    plain = unicodedata.normalize("NFKC", word)
    return search_key(_OKURIGANA.sub("", plain))


def _table() -> dict[str, Meaning]:
    table = {_key(word): Meaning((kind,)) for kind, words in _CLEAR for word in words.split()}
    for kinds, words, question in _UNCLEAR:
        table.update({_key(word): Meaning(kinds, question) for word in words.split()})
    table.update({_key(kind.label): Meaning((kind,)) for kind in Kind})
    return table


_MEANINGS: Final = _table()
