"""The driver: JSON lines in, JSON lines out, an answer only after the result is durable.

A request names a verb (`do`), may carry its own `id` (echoed) and `command` (a UUID that makes a
repeated request an answer instead of a second act). docs/console.md lists the verbs and their keys.
"""

import base64
import binascii
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from models.backups import record_backup
from models.codes import AttachmentKind, HandlingKind
from models.commands import Change
from models.errors import AzukariError, InputOutput, Locked, NotFound, Usage
from models.ledger import Ledger
from models.office import Office
from models.records import (
    BY_TYPE,
    HandlingEvent,
    HandlingLine,
    Item,
    Record,
    Submission,
    UserAccount,
)
from models.rules.answers import Answers, Approval
from models.store import Op, Query, Where
from ui.console.output import write_paper
from ui.console.verbs import contract_by_no, describe
from ui.exporting import export_register
from ui.issue import IssueRequest, issue

Request = Mapping[str, Any]
Answer = dict[str, Any]
MAXIMUM_LINE = 128 * 1024 * 1024  # characters of one request; an attachment travels as base64


class Driver:
    """One ledger, driven by requests."""

    def __init__(self, folder: Path, office: Office) -> None:
        self._folder = folder
        self._office = office
        self._ledger: Ledger | None = None
        self._verbs: Mapping[str, Callable[[Request], Answer]] = {
            "unlock": self._unlock,
            "lock": self._lock,
            "record": self._record,
            "handle": self._handle,
            "attach": self._attach,
            "seal": self._seal,
            "backup": self._backup,
            "verify": self._verify,
            "restore": self._restore,
            "change_password": self._change_password,
            "revoke": self._revoke,
            "export": self._export,
            "query": self._query,
            "status": self._status,
            "quit": self._quit,
        }
        self._running = True

    def run(self, lines: TextIO, out: TextIO) -> int:
        """Answer requests until `quit` or the end of the input."""
        try:
            while self._running and (line := lines.readline(MAXIMUM_LINE)):
                if line.strip():
                    # ASCII: no code page of a pipe can then change or refuse an answer.
                    out.write(json.dumps(self.answer(line)) + "\n")
                    out.flush()
        finally:
            self._close()
        return 0

    def answer(self, line: str) -> Answer:
        """Carry out one request and return its answer."""
        request_id: Any = None
        try:
            request = _read(line)
            request_id = request.get("id")
            verb = self._verbs.get(str(request.get("do")))
            if verb is None:
                raise Usage(reason=f"「{request.get('do')}」という操作はありません。")
            return {"id": request_id, "ok": True, **verb(request)}
        except AzukariError as error:
            return {
                "id": request_id,
                "ok": False,
                "error": error.code,
                "message": str(error),
                **_findings(error),
            }
        except Exception as error:
            # A bug of ours must not end the session of a program that waits for an answer; the
            # type names the bug, its text might hold data.
            message = "予期しない誤りが起きました。記録されていない可能性があります。"
            name = type(error).__name__
            return {"id": request_id, "ok": False, "error": "BUG", "message": message, "bug": name}

    # --- the door --------------------------------------------------------------------------------
    def _unlock(self, request: Request) -> Answer:
        self._close()
        login, password = _text(request, "user"), _text(request, "password")
        self._ledger = self._office.unlock(self._folder, login, password)
        answer: Answer = {**self._where(), "must_change": bool(self._ledger.user.must_change)}
        return {**answer, "notices": self._ledger.notices} if self._ledger.notices else answer

    def _lock(self, request: Request) -> Answer:
        self._close()
        return {}

    def _quit(self, request: Request) -> Answer:
        self._running = False
        return {}

    # --- writing ---------------------------------------------------------------------------------
    def _record(self, request: Request) -> Answer:
        ledger = self._open()
        cls = _record_type(request)
        action = request.get("action", "create")
        command = _command(request)
        reason = str(request.get("reason", ""))
        if action == "void":
            verb = ledger.handling.void if cls is HandlingEvent else None
            if verb is not None:
                return self._did(verb(_text(request, "record_id"), reason, command_id=command))
            change = ledger.registers.void(
                cls, _text(request, "record_id"), reason, command_id=command
            )
            return self._did(change)
        record = cls.from_json(_object(request, "fields"))
        if action == "create":
            answers = _answers(request)
            return self._did(ledger.registers.create(record, answers=answers, command_id=command))
        if action == "revise":
            return self._did(self._revise(record, request, reason, command))
        raise Usage(reason=f"「{action}」という扱いはありません（create、revise、void）。")

    def _revise(self, record: Record, request: Request, reason: str, command: str) -> Change:
        version = request.get("row_version")
        return self._open().registers.revise(
            replace(record, id=_text(request, "record_id")),
            reason,
            row_version=_whole(request, "row_version", 0) if version is not None else None,
            answers=_answers(request),
            command_id=command,
        )

    def _handle(self, request: Request) -> Answer:
        ledger = self._open()
        fields = dict(_object(request, "fields"))
        if "kind" in request:
            fields["kind"] = request["kind"]
        if "contract" in request:
            fields["contract_id"] = contract_by_no(ledger, _text(request, "contract")).id
        fields.setdefault("actor_person_id", ledger.user.person_id)
        fields.setdefault("occurred_at", ledger.now().isoformat())
        event = HandlingEvent.from_json(fields)
        items = [self._item(event, data) for data in _rows(request, "new_items")]
        lines = tuple(self._line(line) for line in _rows(request, "items"))
        command, answers = _command(request), _answers(request)
        if event.kind is HandlingKind.COPY and items and len(lines) == 1:
            return self._did(
                ledger.handling.copy(
                    event, lines[0].item_id, items, answers=answers, command_id=command
                )
            )
        made = tuple(HandlingLine(item_id=item.id, quantity=item.quantity) for item in items)
        event = replace(event, lines=(*event.lines, *lines, *made))
        return self._did(
            ledger.handling.record(event, new_items=items, answers=answers, command_id=command)
        )

    def _item(self, event: HandlingEvent, data: Mapping[str, Any]) -> Item:
        item = Item.from_json({"contract_id": event.contract_id, **data})
        return replace(item, id=self._open().new_id())

    def _line(self, data: Mapping[str, Any]) -> HandlingLine:
        data = dict(data)
        if "item_no" in data:
            number = data.pop("item_no")
            stored = self._open().registers.one(Item, item_no=number)
            if stored is None:
                raise NotFound(what=f"管理番号「{number}」の媒体・資料")
            data["item_id"] = stored.record.id
        return HandlingLine.from_json(data)

    def _attach(self, request: Request) -> Answer:
        ledger = self._open()
        contract = request.get("contract")
        change = ledger.files.attach(
            _bytes(request),
            name=_text(request, "name"),
            mime=str(request.get("mime", "application/octet-stream")),
            kind=_attachment_kind(request),
            contract_id=contract_by_no(ledger, str(contract)).id if contract else "",
            command_id=_command(request),
        )
        return self._did(change)

    def _seal(self, request: Request) -> Answer:
        ledger = self._open()
        wish = IssueRequest(
            doc_kind=_text(request, "document"),
            contract_id=contract_by_no(ledger, _text(request, "contract")).id,
            ids=tuple(map(str, _list(request, "ids"))),
        )
        done: list[Change] = []

        def make() -> tuple[str | None, bytes]:
            done.append(issue(ledger, wish, command_id=_command(request)))
            paper = ledger.registers.need(Submission, done[0].ids[-1]).record
            return paper.doc_no, ledger.paper.file(paper.id)

        if out := request.get("out"):
            write_paper(Path(str(out)), make)
        else:
            make()
        paper = ledger.registers.need(Submission, done[0].ids[-1]).record
        answer = {**self._did(done[0]), "number": paper.doc_no, "sha256": paper.pdf_sha256}
        return {**answer, "file": str(out)} if out else answer

    def _change_password(self, request: Request) -> Answer:
        change = self._open().people.change_password(_text(request, "old"), _text(request, "new"))
        return self._did(change)

    def _revoke(self, request: Request) -> Answer:
        ledger, login = self._open(), _text(request, "user")
        stored = ledger.registers.one(UserAccount, login_name=login)
        if stored is None:
            raise NotFound(what=f"利用者名「{login}」")
        reason = str(request.get("reason", ""))
        return self._did(ledger.people.disable_account(stored.record.id, reason))

    # --- care ------------------------------------------------------------------------------------
    def _backup(self, request: Request) -> Answer:
        made = record_backup(self._open(), Path(_text(request, "folder")), _silent)
        return {
            "file": str(made.file),
            "seq": made.head.seq,
            "head": made.head.hex,
            "sha256": made.sha256,
        }

    def _verify(self, request: Request) -> Answer:
        ledger = self._open()
        ledger.require("verify")
        found = ledger.safe.verify(full=bool(request.get("full", True)), progress=_silent)
        problems = [
            {"code": p.code, "where": p.where, "message": p.message} for p in found.problems
        ]
        return {
            "verified": found.ok,
            "seq": found.head.seq,
            "head": found.head.hex,
            "problems": problems,
        }

    def _restore(self, request: Request) -> Answer:
        folder = Path(_text(request, "folder"))
        head = self._office.gate.restore(
            Path(_text(request, "file")),
            folder,
            login=_text(request, "user"),
            password=_text(request, "password"),
            progress=_silent,
        )
        return {"ledger": str(folder), "seq": head.seq, "head": head.hex}

    # --- reading ---------------------------------------------------------------------------------
    def _status(self, request: Request) -> Answer:
        return describe(self._open(), str(self._folder))

    def _query(self, request: Request) -> Answer:
        ledger = self._open()
        cls = _record_type(request)
        query = Query(
            cls.type,
            tuple(_condition(cls, one) for one in _list(request, "where")),
            text=str(request.get("text", "")),
            order=tuple(_order(cls, one) for one in _list(request, "order")),
            voided=_voided(request),
        )
        found = ledger.store.find(cls, query, limit=_whole(request, "limit", 100))
        records = [
            {
                "record_id": stored.record.id,
                "row_version": stored.meta.row_version,
                "voided": stored.meta.voided,
                "fields": stored.record.to_json(),
                "derived": {
                    f.name: f.kind.to_json(value)
                    for f in cls.fields().values()
                    if f.derived and not f.kind.is_empty(value := getattr(stored.record, f.name))
                },
            }
            for stored in found
        ]
        return {"count": ledger.registers.count(query), "records": records}

    def _export(self, request: Request) -> Answer:
        ledger = self._open()
        contract = request.get("contract")
        out = Path(_text(request, "out"))
        report = export_register(
            ledger,
            _record_type(request),
            out,
            contract_id=contract_by_no(ledger, str(contract)).id if contract else "",
            encoding=_encoding(request),
        )
        return {"file": str(out), **report}

    # --- helpers ---------------------------------------------------------------------------------
    def _open(self) -> Ledger:
        if self._ledger is None:
            raise Locked()
        return self._ledger

    def _close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def _where(self) -> Answer:
        head = self._open().store.head()
        return {"seq": head.seq, "head": head.hex}

    def _did(self, change: Change) -> Answer:
        answer: Answer = {
            "seq": change.head.seq,
            "head": change.head.hex,
            "command": change.command_id,
            "ids": list(change.ids),
        }
        if change.notices:
            answer["notices"] = list(change.notices)
        return {**answer, "repeated": True} if change.repeated else answer


def _silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


def _read(line: str) -> Request:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Usage(reason="要求がJSONの形になっていません。") from error
    if not isinstance(request, dict):
        raise Usage(reason="要求はJSONのオブジェクトで送ってください。")
    return request


def _text(request: Request, key: str) -> str:
    value = request.get(key)
    if not isinstance(value, str) or not value:
        raise Usage(reason=f"「{key}」を文字で指定してください。")
    return value


def _object(request: Request, key: str) -> Mapping[str, Any]:
    value = request.get(key, {})
    if not isinstance(value, dict):
        raise Usage(reason=f"「{key}」はオブジェクトで指定してください。")
    return value


def _rows(request: Request, key: str) -> list[Mapping[str, Any]]:
    value = request.get(key, [])
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Usage(reason=f"「{key}」はオブジェクトの並びで指定してください。")
    return value


def _list(request: Request, key: str) -> list[Any]:
    value = request.get(key, [])
    if not isinstance(value, list):
        raise Usage(reason=f"「{key}」は並びで指定してください。")
    return value


def _order(cls: type[Record], one: Any) -> tuple[str, bool]:
    try:
        name, descending = one
    except (TypeError, ValueError) as error:
        raise Usage(reason="「order」は [項目, 降順か] の並びで指定してください。") from error
    if name not in cls.fields() and name != "id":
        raise Usage(reason=f"「{name}」という項目はありません。")
    return str(name), bool(descending)


def _voided(request: Request) -> bool | None:
    value = request.get("voided", False)
    if value is not None and not isinstance(value, bool):
        raise Usage(reason="「voided」は true、false、null のどれかで指定してください。")
    return value


def _encoding(request: Request) -> str:
    value = str(request.get("encoding", "utf-8"))
    if value not in ("utf-8", "cp932"):
        raise Usage(reason="「encoding」は utf-8 か cp932 で指定してください。")
    return value


def _whole(request: Request, key: str, default: int) -> int:
    value = request.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Usage(reason=f"「{key}」は0以上の整数で指定してください。")
    return value


def _attachment_kind(request: Request) -> AttachmentKind:
    try:
        return AttachmentKind.read(str(request.get("kind", "other")))
    except KeyError as error:
        raise Usage(reason="「kind」に知らない区分があります。") from error


def _record_type(request: Request) -> type[Record]:
    name = _text(request, "record")
    if name not in BY_TYPE:
        raise Usage(reason=f"「{name}」という記録の種類はありません。")
    return BY_TYPE[name]


def _answers(request: Request) -> Answers:
    """Read what people said to the findings of an earlier answer NEEDS_ANSWER."""
    reasons = _object(request, "answers") if "answers" in request else {}
    if not all(isinstance(reason, str) for reason in reasons.values()):
        raise Usage(reason="「answers」は、規則の番号ごとの理由（文字）で指定してください。")
    approval = Approval(str(request.get("approved_by", "")), str(request.get("proof", "")))
    return Answers(dict(reasons), approval)


def _findings(error: AzukariError) -> Answer:
    """Return what the rules found, so that the caller can answer rule by rule."""
    found = error.facts.get("findings")
    if not isinstance(found, tuple):
        return {}
    rows = [
        {"rule": one.rule_id, "mode": one.mode, "message": one.message, "articles": one.articles}
        for one in found
    ]
    return {"findings": rows, "needs_approval": bool(error.facts.get("needs_approval"))}


def _command(request: Request) -> str:
    value = request.get("command")
    if value is None:
        return ""
    try:
        return uuid.UUID(str(value)).hex
    except ValueError as error:
        raise Usage(reason="「command」はUUIDで指定してください。") from error


def _condition(cls: type[Record], one: Any) -> Where:
    try:
        name, op, value = one
        op = Op(op)
    except (TypeError, ValueError) as error:
        raise Usage(reason="「where」は [項目, 比較, 値] の並びで指定してください。") from error
    f = cls.fields().get(name)
    if f is None and name != "id":
        raise Usage(reason=f"「{name}」という項目はありません。")
    if f is not None and op not in (Op.EMPTY, Op.HAS):
        try:
            value = [f.kind.from_json(v) for v in value] if op is Op.IN else f.kind.from_json(value)
        except (ValueError, TypeError, KeyError) as error:
            raise Usage(reason=f"「{name}」の値の形が正しくありません。") from error
    return Where(name, op, value)


def _bytes(request: Request) -> bytes:
    if "file" in request:
        path = Path(_text(request, "file"))
        try:
            return path.read_bytes()
        except OSError as error:
            raise InputOutput(file=path.name, reason="読めませんでした") from error
    try:
        return base64.b64decode(_text(request, "data"), validate=True)
    except binascii.Error as error:
        raise Usage(reason="「data」はBase64で指定してください。") from error
