"""What a request to the driver says, read key by key; what cannot be read is a `Usage`."""

import base64
import json
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from models.codes import AttachmentKind
from models.errors import AzukariError, InvalidField, NeedsAnswer, RuleRefused, Usage
from models.files import MAXIMUM_SIZE
from models.kinds import (
    Boolean,
    Children,
    Choice,
    Integer,
    Kind,
    MultiChoice,
    MultiRef,
    Ref,
    Text,
    TextList,
)
from models.records import BY_TYPE, Record
from models.records.base import Declared
from models.rules.answers import Answers
from models.rules.checking import KeyFacts
from models.seconding import asked_of
from models.store import Op, Query, Where
from models.text import is_whole, visible
from ui.console.places import present_file
from ui.reading import read_limited

LARGEST = (1 << 63) - 1  # number in a column
MOST_RECORDS = 1_000_000  # in one answer
MOST_TERMS = 50  # conditions, or orders, of one query
MOST_TEXT = 1000  # characters that are sought
Request = Mapping[str, Any]
Answer = dict[str, Any]

COMMANDED = (
    "record", "handle", "approve", "confirm", "attach", "seal", "condition", "revoke", "rotate",
)  # fmt: skip
"""Verbs whose request is one command, which may carry an own UUID."""

_UNREAD = frozenset(
    {"id", "password", "old", "new", "approver_password", "checker_password", "fields"}
)


def read_request(line: str) -> Request:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Usage(reason="要求がJSONの形になっていません。") from error
    if not isinstance(request, dict):
        raise Usage(reason="要求はJSONのオブジェクトで送ってください。")
    if not isinstance(request.get("id"), str | int | None):
        raise Usage(reason="「id」は文字か整数で指定してください。")
    return request


def text_of(request: Request, key: str) -> str:
    value = request.get(key)
    if not isinstance(value, str) or not value:
        raise Usage(reason=f"「{key}」を文字で指定してください。")
    return value


def word_of(request: Request, key: str, default: str = "") -> str:
    """Return a text that may be left out; null and an empty one count as left out."""
    return text_of(request, key) if request.get(key) not in (None, "") else default


def place_of(request: Request, key: str, read: Callable[[str], str]) -> Path:
    """Return a path of the request, read as on the command line."""
    return Path(read(text_of(request, key)))


def object_of(request: Request, key: str) -> Mapping[str, Any]:
    value = request.get(key, {})
    if not isinstance(value, dict):
        raise Usage(reason=f"「{key}」はオブジェクトで指定してください。")
    return value


def rows_of(request: Request, key: str) -> list[Mapping[str, Any]]:
    value = request.get(key, [])
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Usage(reason=f"「{key}」はオブジェクトの並びで指定してください。")
    return value


def list_of(request: Request, key: str) -> list[Any]:
    value = request.get(key, [])
    if not isinstance(value, list):
        raise Usage(reason=f"「{key}」は並びで指定してください。")
    return value


def order_of(cls: type[Record], one: Any) -> tuple[str, bool]:
    try:
        name, descending = one
    except (TypeError, ValueError) as error:
        raise Usage(reason="「order」は [項目, 降順か] の並びで指定してください。") from error
    if not _kind_of(cls, name).sql_type:
        raise Usage(reason=f"「{name}」の順には並べられません。")
    return name, bool(descending)


def voided_of(request: Request) -> bool | None:
    value = request.get("voided", False)
    if value is not None and not isinstance(value, bool):
        raise Usage(reason="「voided」は true、false、null のどれかで指定してください。")
    return value


def encoding_of(request: Request) -> str:
    value = word_of(request, "encoding", "utf-8")
    if value not in ("utf-8", "cp932"):
        raise Usage(reason="「encoding」は utf-8 か cp932 で指定してください。")
    return value


def whole_of(request: Request, key: str, default: int) -> int:
    value = request.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_RECORDS:
        raise Usage(reason=f"「{key}」は0から{MOST_RECORDS:,}までの整数で指定してください。")
    return value


def attachment_kind(request: Request) -> AttachmentKind:
    try:
        return AttachmentKind.read(word_of(request, "kind", "other"))
    except KeyError as error:
        raise Usage(reason="「kind」に知らない区分があります。") from error


R = TypeVar("R", bound=Declared)


def record_of(cls: type[R], fields: Mapping[str, Any]) -> R:
    """Build a record, or a row of one, from its fields.

    Blanks around a text are no more of it than in the window.

    Raises:
        InvalidField: an unknown field, or a value of another type than its kind.
    """
    declared = cls.fields()
    for name, value in fields.items():
        if not _whole(name, value):
            label = declared[name].label if name in declared else visible(name)
            raise InvalidField(field=label, problem="に、壊れた文字があります。")
    record = cls.from_json(fields)
    _require_types(record)
    return record.trimmed()


def _require_types(record: Declared) -> None:
    """Refuse what JSON can say and no form: a list, a number or an object in the place of a text.

    Rules look into a record as a whole before every field of it was judged.
    """
    for f in record.own_fields():
        value = getattr(record, f.name)
        if isinstance(f.kind, Children):
            for row in value:
                _require_types(row)
        elif isinstance(f.kind, Text | Ref) and not isinstance(value, str):
            raise InvalidField(field=f.label, problem="は文字で指定してください。")
        elif isinstance(f.kind, Integer | Boolean):
            for problem in f.kind.problems(value):
                raise InvalidField(field=f.label, problem=problem)


def record_type(request: Request) -> type[Record]:
    name = text_of(request, "record")
    if name not in BY_TYPE:
        raise Usage(reason=f"「{name}」という記録の種類はありません。")
    return BY_TYPE[name]


def answers_of(request: Request) -> Answers:
    """Read what people said to the findings of an earlier answer NEEDS_ANSWER.

    `answers` is the older name of `reasons`.
    """
    reasons = {**object_of(request, "answers"), **object_of(request, "reasons")}
    if not all(isinstance(reason, str) for reason in reasons.values()):
        raise Usage(reason="「reasons」は、規則の番号ごとの理由（文字）で指定してください。")
    return Answers(reasons, later=request.get("confirm_later") is True)


def facts_of(request: Request) -> KeyFacts:
    """Read the key facts as the checker of a sending, erasure or disposal enters them (A-33)."""
    facts = object_of(request, "check")
    numbers = facts.get("numbers", [])
    if not isinstance(numbers, list):
        raise Usage(reason="「check」の「numbers」は、管理番号の並びで指定してください。")
    addressee, count = (str(facts.get(key, "")) for key in ("addressee", "count"))
    return KeyFacts(addressee, count, tuple(str(number) for number in numbers))


def findings_of(error: AzukariError) -> Answer:
    """Return what the rules found, so that the caller can answer rule by rule."""
    if not isinstance(error, NeedsAnswer | RuleRefused):
        return {}
    found = error.facts.get("findings")
    rows = [
        {
            "rule": one.rule_id,
            "mode": one.mode,
            "message": one.message,
            "articles": list(one.articles),
            "clauses": list(one.clauses),
        }
        for one in (found if isinstance(found, tuple) else ())
    ]
    if isinstance(error, RuleRefused):
        return {"findings": rows}
    asked = asked_of(error)
    people = sorted(asked.question.people) if asked.question else []
    return {
        "findings": rows,
        "needs_approval": bool(error.facts["needs_approval"]),
        "may_wait": asked.may_wait,
        "people": people,
        "needs_check": asked.check is not None,
        "checkers": sorted(asked.check.question.people) if asked.check else [],
    }


def refuse_idle_command(verb: str, request: Request) -> None:
    """Refuse a command where nothing would be answered again for it.

    Raises:
        Usage
    """
    acts = verb in COMMANDED and (verb != "condition" or {"resolve", "enter"} & request.keys())
    if request.get("command") is not None and not acts:
        raise Usage(
            reason=f"この「{verb}」に command は付けられません。何もしていません。"
            f"command で一度だけになるのは {'、'.join(COMMANDED)} です"
            "（condition は resolve か enter のとき）。"
        )


def refuse_broken_text(request: Request) -> None:
    """Refuse halves of characters, which JSON can bring and neither ledger nor file can hold.

    An own `id` goes back as it came, what was typed as a password is only hashed, and fields are
    told by their label (`record_of`).

    Raises:
        Usage
    """
    for key, value in request.items():
        if key not in _UNREAD and not _whole(key, value):
            raise Usage(reason=f"「{visible(key)}」に、壊れた文字（\\ud800 など）があります。")


def _whole(*values: Any) -> bool:
    """Tell whether all texts in values out of JSON are made of whole characters."""
    waiting = list(values)
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and not is_whole(one):
            return False
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one
    return True


def command_of(request: Request) -> str:
    value = request.get("command")
    if value is None:
        return ""
    try:
        return uuid.UUID(str(value)).hex
    except ValueError as error:
        raise Usage(reason="「command」はUUIDで指定してください。") from error


def condition_of(cls: type[Record], one: Any) -> Where:
    try:
        name, op, value = one
        op = Op(op)
    except (TypeError, ValueError) as error:
        raise Usage(reason="「where」は [項目, 比較, 値] の並びで指定してください。") from error
    kind = _kind_of(cls, name)
    if not kind.sql_type and op not in (Op.EMPTY, Op.HAS):
        raise Usage(reason=f"「{name}」は、has か empty で探してください。")
    try:
        return Where(name, op, _sought(kind, op, value))
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
        raise Usage(reason=f"「{name}」の値の形が正しくありません。") from error


def _kind_of(cls: type[Record], name: Any) -> Kind:
    """Return the kind of a field that a query names.

    Raises:
        Usage: no such field.
    """
    fields = cls.fields()
    if name == "id":
        return Text()
    if not isinstance(name, str) or name not in fields:
        raise Usage(reason=f"「{name}」という項目はありません。")
    if name == "number":  # of a credential; lists keep the number of the entry under this name
        raise Usage(reason="「number」では探せません。「text」で探してください。")
    return fields[name].kind


def _sought(kind: Kind, op: Op, value: Any) -> Any:
    """Read what a condition compares with.

    Raises:
        ValueError, TypeError, KeyError, AttributeError, ArithmeticError: no such value.
    """
    if op is Op.EMPTY:
        return bool(value)
    if op is Op.HAS and isinstance(kind, Children):
        name, part = value
        return name, _one(kind.child.fields()[name].kind, part)
    if op is Op.HAS and isinstance(kind, MultiChoice):
        return _one(Choice(kind.codes), value).value
    if op is Op.HAS and isinstance(kind, MultiRef | TextList):
        return _one(Text(), value)
    if op in (Op.IN, Op.NOT_IN):
        if not isinstance(value, list):
            raise TypeError("several values stand in a list")
        return [_one(kind, part) for part in value]
    return _one(kind, value)


def _one(kind: Kind, value: Any) -> Any:
    read = kind.from_json(value)
    stored = kind.to_column(read)
    if isinstance(stored, str) and not is_whole(stored):
        raise ValueError("no column holds half a character")
    if isinstance(stored, int) and not -LARGEST <= stored <= LARGEST:
        raise ValueError("no column holds such a number")
    if not isinstance(stored, str | int | float | None):
        raise TypeError("no column holds such a value")
    return read


def query_of(cls: type[Record], request: Request) -> Query:
    text = word_of(request, "text")
    if len(text) > MOST_TEXT or not is_whole(text):
        raise Usage(reason=f"「text」は{MOST_TEXT:,}文字までの文字で指定してください。")
    return Query(
        cls.type,
        tuple(condition_of(cls, one) for one in _few(request, "where")),
        text=text,
        order=tuple(order_of(cls, one) for one in _few(request, "order")),
        voided=voided_of(request),
    )


def _few(request: Request, key: str) -> list[Any]:
    found = list_of(request, key)
    if len(found) > MOST_TERMS:
        raise Usage(reason=f"「{key}」は{MOST_TERMS}個までで指定してください。")
    return found


def bytes_of(request: Request) -> bytes:
    if "file" in request:
        return read_limited(place_of(request, "file", present_file), MAXIMUM_SIZE)
    try:
        return base64.b64decode(text_of(request, "data"), validate=True)
    except ValueError as error:
        raise Usage(reason="「data」はBase64で指定してください。") from error
