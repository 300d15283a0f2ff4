"""Read a municipality's profile from its file: clauses, rules, words, documents and parameters.

A profile is a text in TOML (`resources/profiles/*.toml`, or the user's own). This module takes the
text and never opens a file. Nothing is guessed: unknown keys, unknown numbers, missing words and
double clauses are refused with file and line, because a clerk writes these files by hand and a
silently ignored line would be a duty that nobody watches.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import rfc8785

from models.errors import ProfileError
from models.profile_forms import DOCUMENTS, FIELD_KEYS, SEALS
from models.profile_params import read_params
from models.profile_reader import Mistake, Mistakes, TableReader
from models.profile_vocabulary import (
    ACTS,
    CONCEPTS,
    COVERS,
    DUTIES,
    EVIDENCE,
    GOVERNANCE,
    MODES,
    NEUTRAL_TERMS,
    NO_OWN_WORD,
    RECORD_TYPES,
    REQUESTS,
    REQUIREMENTS,
    ROLES,
    RULE_PARAMS,
    RULES,
    TRIGGERS,
)
from models.profiles import Clause, DocumentForm, Due, Profile, RuleSetting, Term
from models.text_parts import parts_of

FORMAT = 1
"""Version of the file format; written as `format` on top of every profile."""

NAME = "municipality"
"""Whose text it is, in words for lists. No contract is bound to it: a file that gains it stays the same."""
LONGEST_NAME = 40

_CODE = re.compile(r"[a-z][a-z0-9-]{1,40}")
_CLAUSE_KEY = re.compile(r"[A-Z]{2,3}-[^\s\"]{1,24}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SYNTAX_LINE = re.compile(r"\(at line (\d+)")
_EVIDENCE_IDS = set(EVIDENCE) | {f"EQ-DOC({document})" for document in DOCUMENTS}

AT_HAND = 16  # profiles that stay read: those of the program and some of the site


@lru_cache(maxsize=AT_HAND)
def parse_profile(text: str, source: str) -> Profile:
    """Read a profile; the same text is read once, and nothing of a profile can be changed.

    Args:
        text: the content of the file.
        source: its name, for messages.

    Raises:
        ProfileError: the first mistake, with file and line.
    """
    profile, mistakes = _read(text)
    if profile is None or mistakes:
        first = min(mistakes)
        raise ProfileError(file=source, line=first.line, reason=first.reason)
    return profile


def check_profile(text: str, source: str) -> list[str]:
    """Return every mistake of a profile as 「file:line: sentence」, in the order of lines."""
    mistakes = _read(text)[1]
    return [f"{source}:{mistake.line}: {mistake.reason}" for mistake in sorted(mistakes)]


def _read(text: str) -> tuple[Profile | None, list[Mistake]]:
    text = text.removeprefix("\ufeff")  # Windows editors put a byte order mark in front
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [_syntax_mistake(text, error)]
    except RecursionError:
        return None, [Mistake(1, "括弧の入れ子が深すぎます。")]
    mistakes = Mistakes(text)
    root = TableReader(content, (), mistakes)
    bound = {key: value for key, value in content.items() if key != NAME}
    profile = _read_profile(root, _content_hash(bound), parts_of(_plain(bound)))
    root.finish()
    _check_references(profile, mistakes)
    title = profile.terms["profile_title"]
    if title.own and title.label != profile.title:
        reason = f"profile_title を、title と同じ「{profile.title}」にしてください。"
        mistakes.add(("terms", "profile_title"), reason)
    return profile, mistakes.found


def _syntax_mistake(text: str, error: tomllib.TOMLDecodeError) -> Mistake:
    match = _SYNTAX_LINE.search(str(error))
    line = int(match[1]) if match else text.count("\n") + 1
    return Mistake(
        line,
        "書き方が TOML の形になっていません。"
        "引用符や括弧の閉じ忘れ、同じ項目の二重書きがないか確かめてください。",
    )


def _content_hash(content: Mapping[str, Any]) -> str:
    """Hash what the file says. Dates and the like become text, so that every file has a hash."""
    return hashlib.sha256(rfc8785.dumps(_plain(content))).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, bool | str) or (isinstance(value, int) and abs(value) < 2**53):
        return value
    return str(value)


def _read_profile(root: TableReader, sha256: str, parts: Mapping[str, str]) -> Profile:
    if root.number("format", least=1) > FORMAT:
        root.add("format", "新しい版の形式です。預り台帳を新しい版に入れ替えてください。")
    terms = _read_terms(root.table("terms"))
    return Profile(
        code=_matching(root, "code", _CODE, "半角の英小文字・数字・ハイフン"),
        title=root.text("title"),
        municipality=_read_name(root),
        version=root.text("version"),
        text_as_of=_read_day(root),
        article_style=root.text("article_style"),
        companions=root.texts("companions"),
        clauses=_read_clauses(root),
        rules=_read_rules(root.table("rules")),
        terms=terms,
        documents=_read_documents(root.table("documents")),
        params=read_params(root.table("params")),
        sha256=sha256,
        parts=parts,
    )


def _read_name(root: TableReader) -> str:
    value = root.text(NAME, default="").strip()
    if len(value) > LONGEST_NAME or "\n" in value:
        root.add(NAME, f"「{NAME}」は、一行で{LONGEST_NAME}文字までにしてください。")
    return value


def _read_day(root: TableReader) -> str:
    value = root.text("text_as_of", default="")
    if value and not _DAY.fullmatch(value):
        root.add("text_as_of", "「text_as_of」は 2026-04-01 の形か、不明なら空にしてください。")
    return value


def _matching(table: TableReader, key: str, pattern: re.Pattern[str], what: str) -> str:
    value = table.text(key)
    if value and not pattern.fullmatch(value):
        table.add(key, f"「{key}」の「{value}」は使えません。{what}で書いてください。")
    return value


def _read_clauses(root: TableReader) -> Mapping[str, Clause]:
    clauses: dict[str, Clause] = {}
    for row in root.tables("clause"):
        clause = _read_clause(row)
        if clause.key in clauses:
            row.add("key", f"条項「{clause.key}」が2度あります。どちらかを消してください。")
        clauses.setdefault(clause.key, clause)
    return MappingProxyType(clauses)


def _read_clause(row: TableReader) -> Clause:
    clause = Clause(
        key=_matching(row, "key", _CLAUSE_KEY, "「SK-11.2」のような形"),
        article=row.text("article"),
        heading=row.text("heading"),
        summary=row.text("summary"),
        duty=row.text("duty", choices=DUTIES),
        triggers=row.texts("trigger", choices=TRIGGERS),
        consent=row.text("consent", default=""),
        mandatory=row.flag("mandatory", default=True),
        support=row.flag("support", default=False),
        only_with=row.texts("only_with"),
        due=_read_due(row),
        records=row.texts("records", choices=RECORD_TYPES),
        documents=row.texts("documents", choices=DOCUMENTS),
        rules=row.texts("rules", choices=RULES),
        evidence=row.texts("evidence", choices=_EVIDENCE_IDS),
        requirements=row.texts("requirements", choices=REQUIREMENTS),
        governance=row.texts("governance", choices=(*GOVERNANCE, *COVERS)),
        offices=row.texts("offices", choices=ROLES),
        requests=row.texts("requests", choices=REQUESTS),
    )
    row.finish()
    _check_proof(row, clause)
    return clause


def _check_proof(row: TableReader, clause: Clause) -> None:
    """A clause is proved by rows, by the program, or has nothing to prove: never left open."""
    proof = clause.evidence or clause.requirements
    if clause.contractual_only and proof:
        row.add("duty", f"「{clause.key}」は契約上の定めのみなのに、証拠が書かれています。")
    if not clause.contractual_only and not proof:
        row.add("key", f"「{clause.key}」に evidence（証拠の番号）がありません。")


def _read_due(row: TableReader) -> Due:
    if not row.has("due"):
        return Due()
    table = row.table("due")
    due = Due(
        lead_days=table.number_or_none("lead_days"),
        business_days=table.number_or_none("business_days"),
        days=table.number_or_none("days"),
    )
    table.finish()
    return due


def _read_rules(table: TableReader) -> Mapping[str, RuleSetting]:
    rules = {rule_id: _read_rule(table, rule_id) for rule_id in RULES}
    table.finish()
    return MappingProxyType(rules)


def _read_rule(table: TableReader, rule_id: str) -> RuleSetting:
    """Read `R-05 = "warn"` or `R-05 = { mode = "warn", lent = "block_plan" }`."""
    if not isinstance(table.raw(rule_id), dict):
        mode = table.text(rule_id, choices=MODES) if table.has(rule_id) else "notice"
        return RuleSetting(rule_id, mode, MappingProxyType({}))
    inner = table.table(rule_id)
    mode = inner.text("mode", choices=MODES)
    params: dict[str, Any] = {}
    for key, kind in RULE_PARAMS.get(rule_id, {}).items():
        if inner.has(key):
            params[key] = _rule_param(inner, key, kind)
    inner.finish()
    return RuleSetting(rule_id, mode, MappingProxyType(params))


def _rule_param(table: TableReader, key: str, kind: str) -> object:
    if kind == "mode":
        return table.text(key, choices=MODES)
    if kind == "flag":
        return table.flag(key)
    return table.texts(key, choices=ROLES if kind == "roles" else ACTS)


def _read_terms(table: TableReader) -> Mapping[str, Term]:
    terms = {concept: _read_term(table, concept) for concept in CONCEPTS}
    table.finish()
    return MappingProxyType(terms)


def _read_term(table: TableReader, concept: str) -> Term:
    """Read `take_out = "持出し"`, `= "—"` (no own word), or `= { label = …, note = … }`."""
    if not isinstance(table.raw(concept), dict):
        label, note = (table.text(concept) if table.has(concept) else ""), ""
    else:
        inner = table.table(concept)
        label, note = inner.text("label"), inner.text("note", default="")
        inner.finish()
    if not label or label in NO_OWN_WORD:
        return Term(NEUTRAL_TERMS[concept], own=False, note=note)
    return Term(label, own=True, note=note)


def _read_documents(table: TableReader) -> Mapping[str, DocumentForm]:
    documents = {
        document_id: _read_document(table.table(document_id, required=False), document_id)
        for document_id in DOCUMENTS
    }
    table.finish()
    return MappingProxyType(documents)


def _read_document(table: TableReader, document_id: str) -> DocumentForm:
    """Read one form; what the file leaves out is the neutral form of the product."""
    neutral_title, neutral_seal = DOCUMENTS[document_id]
    form = DocumentForm(
        document_id=document_id,
        title=table.text("title", default=neutral_title),
        own_title=table.flag("own_title", default=False),
        change_title=table.text("change_title", default=""),
        clauses=table.texts("clauses"),
        seal=table.text("seal", default=neutral_seal, choices=SEALS),
        offered=table.flag("offered", default=True),
        required=_read_labels(table),
    )
    table.finish()
    return form


def _read_labels(table: TableReader) -> Mapping[str, str]:
    inner = table.table("required", required=False)
    labels: dict[str, str] = {}
    for key in inner.keys:
        if key in FIELD_KEYS:
            labels[key] = inner.text(key)
        else:
            inner.raw(key)
            inner.add(key, f"書類の欄「{key}」は知らない名前です。つづりを確かめてください。")
    return MappingProxyType(labels)


def _check_references(profile: Profile, mistakes: Mistakes) -> None:
    """See that documents and clauses point at each other: a one-sided reference is a slip."""
    for document_id, form in profile.documents.items():
        for index, key in enumerate(form.clauses):
            path = ("documents", document_id, "clauses", index)
            if key not in profile.clauses:
                mistakes.add(path, f"条項「{key}」はこのファイルにありません。")
            elif document_id not in profile.clauses[key].documents:
                mistakes.add(path, f"条項「{key}」の documents に「{document_id}」がありません。")
    for clause in profile.clauses.values():
        for document_id in clause.documents:
            used = profile.documents.get(document_id)
            if used is not None and not used.offered:
                mistakes.add(
                    ("documents", document_id, "offered"),
                    f"条項「{clause.key}」が「{document_id}」を使うので、offered は true です。",
                )
