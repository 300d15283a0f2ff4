"""Propose which column of a foreign table belongs to which field; a person confirms it."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

from models.text import search_key

_GROUPS: Final = """
日付 年月日 取扱日 取扱年月日 作業日 処理日 実施日 日時 取扱日時 月日 発生日
時刻 時間 取扱時刻 開始時刻
管理番号 媒体番号 媒体管理番号 資料番号 整理番号 登録番号 台帳番号 番号 No. №
区分 処理区分 取扱区分 作業区分 取扱いの種類 種類 処理内容 作業内容 行為
作業者 取扱者 担当者 従事者 使用者 実施者 作業担当者 氏名
確認者 検査者 立会確認者 責任者確認 確認印 責任者
数量 枚数 冊数 件数 個数 点数 部数 数
名称 品名 媒体名 内容 資料名 名称・内容 データ名 媒体名称
種別 媒体の種類 媒体種別 媒体・機器の種類 媒体 媒体区分
目的 目的・行先 使用目的 利用目的 用途 理由
行先 持出先 搬出先 送付先 送り先 宛先
承諾番号 承諾書番号 承認番号 根拠 根拠となる承諾等 文書番号
保管場所 定位置 保管先 格納場所 保管 置場 場所
受領日 受領年月日 受取日 受入日
返却日 返還日 返却年月日 返還年月日 返却・廃棄日
相手方 渡した人 受渡者 引渡者 相手
立会者 立会人 立会
由来 原本／複製 原本複製 原本・複製 正副
備考 摘要 メモ 特記事項 その他 注記 コメント
メーカー 製造者 製造元
型番 型式 機種
製造番号 シリアル番号 シリアル S/N
"""
_THESAURUS: Final = tuple(tuple(line.split()) for line in _GROUPS.strip().splitlines())

_TO_THE_LETTER: Final = 101.0  # 場所（元） and 場所（先） differ in nothing but their notes
_EXACT: Final = 100.0
_LAST_PART: Final = 90.0
_SYNONYM: Final = 80.0
_CONTAINED: Final = 40.0
_ALIKE: Final = 30.0
_ENOUGH_ALIKE: Final = 0.75


def propose_mapping(columns: Sequence[str], fields: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return column → field for every column that surely or probably belongs to a field.

    A column is proposed for the field that its heading fits best and for no other: where another
    column has that field (数量 beside a second 数量, or beside 枚数), its figures would stand for
    something that the table never said. A field gets one column at most: the better match, then
    the more usual word, then the column further left. Columns that fit nothing are left out. Of a
    heading with two lines (受領/受領日) the lower one counts nearly as much as the whole.

    Args:
        columns: Headings of the table.
        fields: Per field its label and other words for it, the most usual first. Words of the
            office's thesaurus are added to these.
    """
    best = (
        max(
            (_score(column, words), -order, -place, column, field)
            for order, (field, words) in enumerate(fields.items())
        )
        for place, column in enumerate(columns)
    )
    mapping: dict[str, str] = {}
    for score, _, _, column, field in sorted(best, reverse=True):
        if score > 0 and field not in mapping.values():
            mapping[column] = field
    return {column: mapping[column] for column in columns if column in mapping}


def _score(column: str, words: Sequence[str]) -> float:
    """Return how well a heading fits the words of a field, 0 for not at all."""
    return max((score - 0.1 * rank for rank, score in _scores(column, words)), default=0)


def _scores(column: str, words: Sequence[str]) -> Iterator[tuple[int, float]]:
    whole, last = _key(column), _key(column.rsplit("/", 1)[-1])
    own = [_key(word) for word in words]
    for rank, word in enumerate(own):
        if search_key(words[rank]) == search_key(column):
            yield rank, _TO_THE_LETTER
        elif word == whole:
            yield rank, _EXACT
        elif word == last:
            yield rank, _LAST_PART
        elif min(len(word), len(whole)) >= 2 and (word in whole or whole in word):
            yield rank, _CONTAINED * (1 + _likeness(word, whole)) / 2
        elif (likeness := _likeness(word, whole)) >= _ENOUGH_ALIKE:
            yield rank, _ALIKE * likeness
    for group in _KEYED_THESAURUS:
        if any(word in group for word in own) and (whole in group or last in group):
            yield group.index(whole if whole in group else last), _SYNONYM


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def _key(label: str) -> str:
    """Return a heading without what headings differ in: width, kana, okurigana, notes, signs."""
    plain = unicodedata.normalize("NFKC", label)
    bare = re.sub(r"\([^()]*\)", "", plain) or plain
    bare = re.sub(r"(?<=[\u3400-\u9fff])[ぁ-ん](?![ぁ-ん])", "", bare)
    return re.sub(r"[\W_]", "", search_key(bare)) or search_key(label)


_KEYED_THESAURUS: Final = tuple(tuple(_key(word) for word in group) for group in _THESAURUS)
