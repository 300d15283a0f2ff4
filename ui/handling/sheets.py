"""Which fields each kind of act asks for, and what they are called there, in a clerk's order."""

from collections.abc import Mapping

from models.codes import HandlingKind as K
from ui.handling.editors import CarriedByEditor, ConsentEditor, PurposeEditor
from ui.handling.panel import Line

_PURPOSE = Line("purpose", "目的", wide=True, make=PurposeEditor)
_BASIS = Line("authorization_id", "根拠となる承諾等", wide=True, make=ConsentEditor)
_PARTY = (
    Line("counterpart_org_id", "相手方"),
    Line("counterpart_title", "相手方の職名"),
    Line("counterpart_name", "相手方の氏名"),
    Line("means", "手段"),
)
_SAFE = (
    Line("encryption", "暗号化等の措置", needed=True),
    Line("encryption_detail", "措置の内容"),
)
PASSWORD = "password_renewed"
"""Asked of data that are taken out encrypted, and of nothing else."""


def _actor(label: str) -> Line:
    return Line("actor_person_id", label)


MAIN: Mapping[K, tuple[Line, ...]] = {
    K.RECEIVE: (
        Line("occurred_at", "受領した日時"),
        _actor("受領した人"),
        *_PARTY,
        Line("destination_text", "受渡しの場所"),
        Line("place_to_id", "受領後の保管場所", needed=True),
        _BASIS,
        _PURPOSE,
    ),
    K.USE: (
        Line("occurred_at", "使用開始の日時"),
        Line("ended_at", "使用終了の日時"),
        _actor("使用した人"),
        Line("place_from_id", "使用した場所", needed=True),
        _PURPOSE,
    ),
    K.COPY: (
        Line("occurred_at", "複写した日時"),
        _actor("複写した人"),
        _BASIS,
        _PURPOSE,
        Line("place_from_id", "複写した場所", needed=True),
        Line("checker_person_id", "確認者"),
    ),
    K.TAKE_OUT: (
        Line("occurred_at", "持ち出す日時"),
        Line("expected_return_at", "持帰りの予定"),
        Line("destination_text", "行先"),
        _actor("持ち出す人"),
        Line("means", "運ぶ手段", wide=True, make=CarriedByEditor),
        _BASIS,
        _PURPOSE,
        *_SAFE,
        Line(PASSWORD, "暗号化のパスワード"),
        Line("checker_person_id", "確認者"),
    ),
    K.BRING_BACK: (
        Line("occurred_at", "持ち帰った日時"),
        _actor("持ち帰った人"),
        Line("place_to_id", "戻した場所", hint="空欄のときは、それぞれの定位置に戻します"),
        Line("checker_person_id", "確認者"),
        _PURPOSE,
    ),
    K.TRANSPORT: (
        Line("occurred_at", "日時"),
        _actor("取り扱った人"),
        Line("place_from_id", "運び出した場所"),
        Line("place_to_id", "届け先の場所"),
        Line("destination_text", "届け先（場所の登録がないとき）"),
        _BASIS,
        _PURPOSE,
        *_SAFE,
    ),
    K.RETURN: (
        Line("occurred_at", "返還した日時"),
        _actor("返還した人"),
        *_PARTY,
        Line("destination_text", "受渡しの場所"),
        Line("checker_person_id", "確認者"),
        _BASIS,
        _PURPOSE,
    ),
    K.HAND_OVER: (
        Line("occurred_at", "引き渡した日時"),
        _actor("引き渡した人"),
        *_PARTY,
        Line("destination_text", "受渡しの場所"),
        Line("checker_person_id", "確認者"),
        _BASIS,
        _PURPOSE,
    ),
    K.ERASE: (
        Line("occurred_at", "消去した日時"),
        _actor("消去した人"),
        Line("place_from_id", "実施した場所"),
        Line("checker_person_id", "確認者"),
        _BASIS,
        _PURPOSE,
    ),
    K.DISPOSE: (
        Line("occurred_at", "廃棄した日時"),
        _actor("廃棄した人"),
        Line("place_from_id", "実施した場所"),
        Line("checker_person_id", "確認者"),
        _BASIS,
        _PURPOSE,
    ),
    K.STORE: (
        Line("occurred_at", "移した日時"),
        _actor("移した人"),
        Line("place_to_id", "移した先の場所", needed=True),
        Line("checker_person_id", "確認者"),
        _PURPOSE,
    ),
    K.STOCKTAKE: (
        Line("occurred_at", "確認した日時"),
        _actor("確認した人"),
        Line("place_from_id", "確認した場所"),
        Line("checker_person_id", "立ち会った人"),
        _PURPOSE,
    ),
    K.LOSS: (
        Line("occurred_at", "気付いた日時"),
        _actor("気付いた人"),
        Line("place_from_id", "最後にあった場所"),
        Line("checker_person_id", "確認者"),
        Line("purpose", "気付いた経緯", wide=True),
        Line("note", "探した場所・状況", wide=True),
    ),
    K.RECOVER: (
        Line("occurred_at", "見つけた日時"),
        _actor("見つけた人"),
        Line("destination_text", "見つけた場所"),
        Line("place_to_id", "戻した場所"),
        Line("purpose", "見つけた経緯", wide=True),
        Line("note", "開封・複製のおそれなどの状況", wide=True),
    ),
    K.CREATE: (
        Line("occurred_at", "作成した日時"),
        _actor("作成した人"),
        Line("place_to_id", "作成後の保管場所", needed=True),
        Line("checker_person_id", "確認者"),
        _PURPOSE,
    ),
    K.COLLECT: (
        Line("occurred_at", "収集した日時"),
        _actor("収集した人"),
        Line("destination_text", "収集先・収集した場所", needed=True),
        Line("place_to_id", "収集後の保管場所", needed=True),
        _PURPOSE,
    ),
    K.TRANSMIT: (
        Line("occurred_at", "送信した日時"),
        _actor("送信した人"),
        Line("destination_text", "送信先", needed=True),
        Line("checker_person_id", "宛先を確認した人"),
        _BASIS,
        _PURPOSE,
        *_SAFE,
        Line("misdelivery_measures", "誤送信の防止措置", wide=True),
    ),
    K.DISPATCH: (
        Line("occurred_at", "発送した日時"),
        _actor("発送した人"),
        *_PARTY,
        Line("destination_text", "送付先", needed=True),
        Line("checker_person_id", "宛先を確認した人"),
        _BASIS,
        _PURPOSE,
        *_SAFE,
        Line("misdelivery_measures", "誤送付の防止措置", wide=True),
    ),
    K.PROVIDE: (
        Line("occurred_at", "提供した日時"),
        _actor("提供した人"),
        *_PARTY,
        Line("checker_person_id", "確認者"),
        _BASIS,
        _PURPOSE,
    ),
}

SELDOM: tuple[Line, ...] = (
    Line("checker_person_id", "確認者"),
    Line("record_count", "件数"),
    Line("place_from_id", "場所（元）"),
    Line("place_to_id", "場所（先）"),
    Line("destination_text", "行先・場所の補足"),
    Line("encryption", "暗号化等の措置"),
    Line("encryption_detail", "措置の内容"),
    Line("misdelivery_measures", "誤送付等の防止措置", wide=True),
    Line("deviation", "決まりからの逸脱"),
    Line("deviation_reason", "逸脱の理由"),
    Line("note", "備考", wide=True),
)


def seldom(kind: K) -> tuple[Line, ...]:
    """Return the fields that are rarely filled in, without those that the kind asks anyway."""
    asked = {line.name for line in MAIN[kind]}
    return tuple(line for line in SELDOM if line.name not in asked)
