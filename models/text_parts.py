"""The parts of a text's file, by short marks: what changed between two files can be said in words.

A contract keeps the marks of the file that it was entered with, or that the responsible person saw
last; the words themselves stay in the file.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import rfc8785

from models.from_to import from_to
from models.marks import Marks
from models.profile_vocabulary import MODES, RULES

MARK = 8  # letters of a hash
CLAUSE, RULE, FORM, PARAM = "clause", "rule", "document", "params"
APART = (CLAUSE, "rules", "documents", PARAM)
"""Tables of a file whose parts are told one by one; of all else the name is enough."""
WHOLE: Mapping[str, str] = {
    "terms": "用語", "title": "表題", "version": "版", "text_as_of": "文言基準日",
    "companions": "あわせて示す文書",
    "article_style": "条の呼び方",
}  # fmt: skip
MOST = 8  # parts of a kind that are named; the rest is counted


def parts_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the mark of every part of a file.

    Args:
        content: as it was read, with dates and the like as text.
    """
    found = {name: _mark(value) for name, value in content.items() if name not in APART}
    found["version"] = str(content.get("version", ""))
    for clause in _list(content.get(CLAUSE)):
        found[f"{CLAUSE} {clause.get('key', '')}"] = _mark(clause)
    for rule, setting in _table(content.get("rules")).items():
        mode = setting if isinstance(setting, str) else _table(setting).get("mode", "")
        found[f"{RULE} {rule}"] = f"{mode} {_mark(setting)}"
    for name, kind in (("documents", FORM), (PARAM, PARAM)):
        for key, value in _table(content.get(name)).items():
            found[f"{kind} {key}"] = _mark(value)
    return found


def differences(before: Marks, after: Marks, article: Mapping[str, str]) -> Iterator[str]:
    """Yield in words what two files have otherwise.

    Args:
        article: how the clauses of the newer one are cited, by key.
    """
    changed = {one for one in {*before, *after} if before.get(one) != after.get(one)}
    for name in sorted(one for one in changed if " " not in one):
        if name == "version":
            yield f"版（{before.get(name, '')}→{after.get(name, '')}）"
        else:
            yield WHOLE.get(name, name)
    for kind, words in ((CLAUSE, "条項"), (FORM, "書類"), (PARAM, "判定の定め")):
        mine = sorted(one for one in changed if one.startswith(f"{kind} "))
        said = [_named(kind, one, before, after, article) for one in mine]
        if said:
            yield f"{words}（{_some(said)}）"
    if rules := sorted(one for one in changed if one.startswith(f"{RULE} ")):
        yield f"規則（{_some(_rule(one, before, after) for one in rules)}）"


def _named(kind: str, part: str, before: Marks, after: Marks, article: Mapping[str, str]) -> str:
    key = part.partition(" ")[2]
    name = article.get(key, key) if kind == CLAUSE else key
    if part not in before:
        return f"{name}の追加"
    return name if part in after else f"{name}の削除"


def _rule(part: str, before: Marks, after: Marks) -> str:
    rule = part.partition(" ")[2]
    name = f"{rule}「{RULES.get(rule, '')}」"
    old, new = (found.get(part, "").partition(" ")[0] for found in (before, after))
    if old == new:
        return f"{name}の細目"
    return from_to(name, MODES.get(old, old), MODES.get(new, new))


def _some(said: Iterable[str]) -> str:
    known = list(said)
    rest = len(known) - MOST
    return "、".join(known[:MOST]) + (f"ほか{rest}件" if rest > 0 else "")


def _mark(value: Any) -> str:
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()[:MARK]


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [_table(one) for one in value] if isinstance(value, list) else []
