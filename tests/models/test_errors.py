"""What goes wrong is said in a whole Japanese sentence, also where a fact is missing."""

import ast
import errno
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from models import errors, permissions
from models.codes import Role
from models.errors import (
    CAUSES,
    TOLD,
    AzukariError,
    EnteredByProgram,
    InvalidField,
    NotPermitted,
    Refused,
    cause,
)
from models.records import BY_TYPE, SystemEvent

ROOT = Path(__file__).parents[2]
ROOMS = ("models", "storage", "reports", "ui")
CLASSES = sorted(
    {
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, AzukariError)
    },
    key=lambda one: one.__name__,
)
TYPICAL = {
    "reason": "指定した契約がありません。契約番号を確かめてください。",
    "message": "理由を入力してください。",
    "problem": "は日付で入力してください。",
    "what_now": "バックアップから復元してください。",
    "file": "D:\\台帳\\辻󠄂.azb", "what": "管理番号「A-1」の媒体", "who": "責任者・検査者（閲覧専用）",
    "act": "一覧の書出し", "count": 3, "line": 12, "found": 9, "known": 2, "until": "10時05分",
    "holder": "𠮷野のPC", "since": "2026-11-21 10:30", "free": "60MB", "programs": "WinSCP、TeamViewer",
    "field": "日時", "which": "宛先", "login": "yoshino", "number": "令和8年度 第12号",
    "characters": "𫝶", "where": "氏名", "places": "媒体・資料の一覧",
    "why": "壊れている",
}  # fmt: skip
ADVICE = re.compile(
    "ください|お試し|依頼|使えます|できます|続けられます|完了します|直り|復元できます|続けます"
    "|何も変更していません|そのまま残っています"
)
PARTICLES = re.compile("([はがをに])\\1|のの|、、|。。|「」|（）|は、は|が、が|もだけ")


def _facts(error: type[AzukariError]) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(error.sentence) if name]


def _fine(said: str) -> None:
    assert "None" not in said and "{" not in said and "}" not in said, said
    assert not PARTICLES.search(said), said
    assert said.endswith("。"), said
    assert ADVICE.search(said), said


@pytest.mark.parametrize("error", CLASSES, ids=lambda one: str(one.__name__))
def test_a_sentence_with_typical_facts_is_whole(error: type[AzukariError]) -> None:
    _fine(str(error(**{name: TYPICAL.get(name, "例") for name in _facts(error)})))


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize("error", CLASSES, ids=lambda one: str(one.__name__))
def test_a_sentence_without_facts_is_whole(error: type[AzukariError], nothing: str | None) -> None:
    _fine(str(error(**dict.fromkeys(_facts(error), nothing))))


@pytest.mark.parametrize("error", CLASSES, ids=lambda one: str(one.__name__))
def test_a_reason_that_ends_without_a_mark_gets_one(error: type[AzukariError]) -> None:
    facts = {name: TYPICAL.get(name, "例") for name in _facts(error)}
    told = {name: "選べるのは甲、乙です" for name in facts if name in TOLD}
    said = str(error(**facts | told))
    assert said.endswith("。") and "。。" not in said
    assert "です責" not in said and "です台" not in said and "ですこ" not in said


def test_the_facts_stay_as_they_were_given() -> None:
    error = InvalidField(field="日時", problem="")
    assert error.facts == {"field": "日時", "problem": ""}
    assert str(error) == "「日時」を確かめて、入力し直してください。"


def test_whoever_asks_for_an_error_finds_it_in_the_one_place() -> None:
    declared = {
        node.name
        for file in (ROOT / "models" / "errors").glob("*.py")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    assert declared == {one.__name__ for one in CLASSES} == declared & set(errors.__all__)


def test_what_only_the_program_enters_is_nobodys() -> None:
    nobodys = [name for name, roles in permissions.WRITE.items() if not roles]
    assert SystemEvent.type in nobodys
    for name in nobodys:
        for role in Role:
            with pytest.raises(EnteredByProgram, match="自動で記帳") as caught:
                permissions.require_write(role, BY_TYPE[name])
            assert caught.value.code == NotPermitted.code and "だれも" not in str(caught.value)


@pytest.mark.parametrize("role", list(Role))
def test_every_refusal_names_somebody_who_may(role: Role) -> None:
    for act in permissions.ACTS:
        try:
            permissions.require(role, act)
        except NotPermitted as error:
            _fine(str(error))
            assert any(one.label in str(error) for one in Role)


def test_a_cause_is_japanese_whatever_the_system_says() -> None:
    for number in (*CAUSES, errno.EPIPE, 0):
        said = cause(OSError(number, "Is a directory"))
        assert not re.search("[a-z]", said), said


# --- where errors are raised ---------------------------------------------------------------------

NAMES = {one.__name__: one for one in CLASSES}


def _raised() -> Iterator[tuple[str, type[AzukariError], ast.Call]]:
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                    continue
                if node.func.id in NAMES:
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", NAMES[node.func.id], node


def test_whoever_raises_gives_every_fact_of_the_sentence() -> None:
    lacking = [
        (where, error.__name__, name)
        for where, error, node in _raised()
        for name in _facts(error)
        if name not in {one.arg for one in node.keywords} and all(one.arg for one in node.keywords)
    ]
    assert lacking == []


def test_every_written_reason_is_a_sentence() -> None:
    open_ended = [
        (where, text)
        for where, error, node in _raised()
        for one in node.keywords
        if one.arg in TOLD and f"（{{{one.arg}}}）" not in error.sentence
        for text in [_last_words(one.value)]
        if text and not text.endswith(("。", "\n"))
    ]
    assert open_ended == []


def _last_words(value: ast.expr) -> str:
    """Return how a text that stands in the source ends, "" where it comes from elsewhere."""
    if isinstance(value, ast.Constant):
        return str(value.value)
    if isinstance(value, ast.JoinedStr) and isinstance(value.values[-1], ast.Constant):
        return str(value.values[-1].value)
    return ""


def test_a_refusal_can_be_raised_without_knowing_why() -> None:
    assert str(Refused(reason=None)) == "この操作はできません。内容を確かめて、やり直してください。"
