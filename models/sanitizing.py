"""An erasure or disposal and its certificate: the rows (実施) say what the act itself says.

The certificate (CM-7.5) and the report (SK-14.2) are about one and the same act. A row with another
quantity, thing or day than the act's would certify what did not happen, so it is refused; the act
is entered as it was, and another day is another act.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from models.codes import (
    HandlingKind,
    SanitizationAct,
    Timing,
    VerificationMethod,
    VerificationResult,
)
from models.errors import Refused
from models.records import HandlingEvent, HandlingLine, Item, Sanitization
from models.text import search_key
from models.wareki import JAPAN

FAIL, PASS = VerificationResult.FAIL, VerificationResult.PASS
ACTS = {
    HandlingKind.ERASE: SanitizationAct.ERASE,
    HandlingKind.DISPOSE: SanitizationAct.DISPOSE,
}


def require_agreement(event: HandlingEvent, items: Mapping[str, Item], now: datetime) -> None:
    """Refuse rows that do not say what their act says.

    Args:
        items: what the act handles, by id.
        now: until when something can have been done.

    Raises:
        Refused: with every difference as a sentence.
    """
    if event.kind not in ACTS or not event.sanitization:
        return
    found = list(_unpaired(event, items))
    lines = {line.item_id: line for line in event.lines}
    for row in event.sanitization:
        line, item = lines.get(row.item_id), items.get(row.item_id)
        if line is None or item is None:
            continue
        found += _of_the_thing(event, row, item)
        found += unlike_the_act(event, line, row, item.caption())
        if event.timing is Timing.ACTUAL and row.performed_at and row.performed_at > now:
            found.append(f"「{item.caption()}」の実施日時が、先の時刻です。")
        found += _witnessed_elsewhen(event, row, item)
    if event.timing is Timing.ACTUAL:
        found += _unclear(event, items)
    if found:
        raise Refused(reason="\n".join(found))


def called(row: Sanitization, items: Mapping[str, Item]) -> str:
    """Return what a sentence calls the thing of a row: two of one name are told apart by number."""
    item = items.get(row.item_id)
    return item.caption() if item is not None else row.media_name


def unlike_the_act(
    event: HandlingEvent, line: HandlingLine, row: Sanitization, name: str
) -> Iterator[str]:
    """Yield where quantity and day of a row are not those of the act; a plan has no day yet."""
    if line.quantity is not None and row.quantity is not None and row.quantity != line.quantity:
        yield (
            f"「{name}」の実施の数量（{row.quantity.normalize():,f}）が、"
            f"取扱いの数量（{line.quantity.normalize():,f}）と違います。"
        )
    if event.timing is Timing.ACTUAL and not _on_its_days(event, row.performed_at):
        yield (
            f"「{name}」の実施日時が、取扱いの日時と別の日です。行った日を「日時」に入力し、"
            "何日かかかったときは「終了日時」も入力してください。"
        )


def _witnessed_elsewhen(event: HandlingEvent, row: Sanitization, item: Item) -> Iterator[str]:
    """Yield that nobody attends an act on a day on which it was not done (SK-14.3, CM-7.6)."""
    if event.timing is Timing.ACTUAL and not _on_its_days(event, row.witnessed_at):
        yield (
            f"「{item.caption()}」の立会日時が、取扱いの日時と別の日です。立ち会った日時を"
            "入力してください。ほかの日にも立ち会ったことは、備考に書いてください。"
        )


def fitting_name(item: Item, name: str) -> bool:
    """Tell whether a row names the item: by its name, with or without its number."""
    fitting = (item.name, item.item_no, item.caption(), item.caption()[:200])
    return search_key(name) in {search_key(one) for one in fitting}


def _unpaired(event: HandlingEvent, items: Mapping[str, Item]) -> Iterator[str]:
    """Yield things without a row, rows without a thing, and rows that come twice."""
    rows = [row.item_id for row in event.sanitization]
    lines = [line.item_id for line in event.lines]
    for item_id in dict.fromkeys([*lines, *rows]):
        count = rows.count(item_id)
        if item_id in lines and count == 1:
            continue
        name = items[item_id].caption() if item_id in items else "選ばれていない媒体・資料"
        if item_id not in lines:
            yield f"実施の記録にある「{name}」が、取扱いの媒体・資料に含まれていません。"
        elif count == 0:
            yield f"「{name}」の実施が記録されていません。"
        else:
            yield f"「{name}」の実施が二度記録されています。"


def _of_the_thing(event: HandlingEvent, row: Sanitization, item: Item) -> Iterator[str]:
    assert event.kind is not None
    name = item.caption()
    if not fitting_name(item, row.media_name):
        yield f"実施の媒体名「{row.media_name}」が、対象の「{item.caption()}」と違います。"
    if search_key(row.unit) != search_key(item.unit):
        yield f"「{name}」の実施の単位「{row.unit}」が、台帳の単位「{item.unit}」と違います。"
    if row.quantity is not None and item.quantity is not None and row.quantity > item.quantity:
        yield f"「{name}」の実施の数量が、台帳の数量より多くなっています。"
    if row.act is not ACTS[event.kind]:
        yield f"「{name}」の実施の行為が、取扱いの種類「{event.kind.label}」と違います。"
    if row.electronic is not item.electronic:
        media = item.media_type.label if item.media_type else item.name
        yield f"「{name}」の「電磁的記録」が、台帳の種別（{media}）と合いません。"


def _unclear(event: HandlingEvent, items: Mapping[str, Item]) -> Iterator[str]:
    """Yield what would say of a thing both that it can be read and that it cannot."""
    failed = [one for one in event.sanitization if one.verification_result is FAIL]
    for row in failed:
        if row.irrecoverable_confirmed:
            yield (
                f"「{called(row, items)}」の「検証結果」が「{FAIL.label}」です。"
                "「復元・判読できないことの確認」は「していない」にしてください。"
            )
    for row in event.sanitization:
        if row.verification_result is PASS and not row.is_passed:
            yield (
                f"「{called(row, items)}」の「検証方法」が「{VerificationMethod.NONE.label}」なのに、"
                f"「検証結果」が「{PASS.label}」です。検証の方法を選んでください。検証していないときは、"
                f"「検証結果」を「{VerificationResult.UNKNOWN.label}」にしてください。"
            )
    if failed and len(failed) < len(event.sanitization):
        yield (
            f"「{called(failed[0], items)}」は検証が不合格です。合格したものとは別の取扱いとして"
            "記録してください。証明できるのは、合格したものだけです。"
        )


def _on_its_days(event: HandlingEvent, moment: datetime | None) -> bool:
    if moment is None or event.occurred_at is None:
        return True
    last = event.ended_at or event.occurred_at
    return _day(event.occurred_at) <= _day(moment) <= _day(last)


def _day(moment: datetime) -> date:
    return moment.astimezone(JAPAN).date()
