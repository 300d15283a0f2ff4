"""The driver: JSON lines in, JSON lines out, an answer only after the result is durable.

A request names a verb (`do`), may carry its own `id` (echoed) and `command` (a UUID that makes a
repeated request an answer instead of a second act). docs/console.md lists the verbs and their keys.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from models import permissions
from models.access import Act
from models.backups import record_backup
from models.codes import HandlingKind
from models.commands import Change
from models.condition import record_check
from models.errors import AzukariError, Locked, NotFound, Usage
from models.ledger import Ledger
from models.mending import rebuilt
from models.office import Office
from models.purposes import SCHEDULED, stated
from models.records import (
    Finding,
    HandlingEvent,
    HandlingLine,
    Item,
    Record,
    RuleOverride,
    Submission,
    SystemEvent,
    UserAccount,
)
from models.rules.answers import Answers, SignIn
from models.rules.checking import CheckIn
from models.same_numbers import numbered
from models.store import quiet
from ui.condition_facts import read_conditions
from ui.console import repeated
from ui.console.condition import resolve, told
from ui.console.journal import described
from ui.console.output import problems_of, write_paper
from ui.console.places import file_to_write, folder, place, present_file, present_folder
from ui.console.repeated import Wish
from ui.console.requests import (
    Answer,
    Request,
    answers_of,
    attachment_kind,
    bytes_of,
    command_of,
    encoding_of,
    facts_of,
    findings_of,
    list_of,
    object_of,
    place_of,
    query_of,
    read_request,
    record_of,
    record_type,
    refuse_idle_command,
    rows_of,
    text_of,
    whole_of,
    word_of,
)
from ui.console.tables import note_print, replaced_number, replaced_paper
from ui.console.verbs import came_back, contract_by_no, describe
from ui.exporting import export_register
from ui.issue import IssueRequest, issue

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
            "approve": self._approve,
            "confirm": self._confirm,
            "attach": self._attach,
            "seal": self._seal,
            "backup": self._backup,
            "verify": self._verify,
            "rebuild": self._rebuild,
            "restore": self._restore,
            "journal": self._journal,
            "condition": self._condition,
            "change_password": self._change_password,
            "revoke": self._revoke,
            "rotate": self._rotate,
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
            request = read_request(line)
            request_id = request.get("id")
            asked = text_of(request, "do")
            verb = self._verbs.get(asked)
            if verb is None:
                known = "、".join(self._verbs)
                raise Usage(reason=f"「{asked}」という操作はありません。使えるのは {known} です。")
            refuse_idle_command(asked, request)
            return {"id": request_id, "ok": True, **verb(request)}
        except AzukariError as error:
            return {
                "id": request_id,
                "ok": False,
                "error": error.code,
                "message": str(error),
                **findings_of(error),
            }
        except Exception as error:
            # A bug of ours must not end the session of a program that waits for an answer; the
            # type names the bug, its text might hold data.
            message = "予期しない誤りが起きました。記録されていない可能性があります。"
            name = type(error).__name__
            return {"id": request_id, "ok": False, "error": "BUG", "message": message, "bug": name}

    # --- the door --------------------------------------------------------------------------------
    def _unlock(self, request: Request) -> Answer:
        reason = text_of(request, "rolled_back") if "rolled_back" in request else ""
        ledger = self._sign_in(request, rolled_back=reason)
        return {**self._entered(ledger), "must_change": bool(ledger.user.must_change)}

    def _sign_in(self, request: Request, *, rolled_back: str = "", rebuild: bool = False) -> Ledger:
        self._close()
        login, password = text_of(request, "user"), text_of(request, "password")
        self._ledger = self._office.unlock(
            self._folder, login, password, rolled_back=rolled_back, rebuild=rebuild
        )
        return self._ledger

    def _entered(self, ledger: Ledger) -> Answer:
        return {**self._where(), **({"notices": ledger.notices} if ledger.notices else {})}

    def _lock(self, request: Request) -> Answer:
        self._close()
        return {}

    def _quit(self, request: Request) -> Answer:
        self._running = False
        return {}

    # --- writing ---------------------------------------------------------------------------------
    def _record(self, request: Request) -> Answer:
        ledger = self._open()
        cls = record_type(request)
        action = word_of(request, "action", "create")
        command = command_of(request)
        reason = word_of(request, "reason")
        if action == "void":
            record_id = text_of(request, "record_id")
            wish = repeated.voiding(cls, record_id)
            if cls is HandlingEvent:
                change = ledger.handling.void(record_id, reason, command_id=command)
                return self._did(change, wish)
            change = ledger.registers.void(cls, record_id, reason, command_id=command)
            return self._did(change, wish)
        record = record_of(cls, object_of(request, "fields"))
        if action == "create":
            return self._enter(
                request, repeated.creating(record),
                lambda a: ledger.registers.create(record, answers=a, command_id=command),
            )  # fmt: skip
        if action == "revise":
            wish = repeated.revising(record, text_of(request, "record_id"))
            return self._enter(
                request, wish, lambda a: self._revise(record, request, reason, command, a)
            )
        raise Usage(reason=f"「{action}」という扱いはありません（create、revise、void）。")

    def _revise(
        self, record: Record, request: Request, reason: str, command: str, answers: Answers
    ) -> Change:
        version = request.get("row_version")
        return self._open().registers.revise(
            replace(record, id=text_of(request, "record_id")),
            reason,
            row_version=whole_of(request, "row_version", 0) if version is not None else None,
            answers=answers,
            command_id=command,
        )

    def _enter(self, request: Request, wish: Wish, work: Callable[[Answers], Change]) -> Answer:
        """Enter something with what people said to the rules of the contract."""
        second = self._signing(request, "approved_by", "approver_password")
        checker = self._signing(request, "checked_by", "checker_password")
        check = CheckIn(checker, facts_of(request)) if checker else None
        rules = self._open().rules
        return self._did(rules.entering(work, answers_of(request), second, check), wish)

    def _signing(self, request: Request, who: str, word: str) -> SignIn | None:
        """Return who signs in beside the user: named by login or by person id."""
        if who not in request:
            return None
        named = text_of(request, who)
        accounts = [one.record for one in self._open().registers.all(UserAccount)]
        found = [one for one in accounts if named in (one.login_name, one.person_id)]
        if not found:
            raise NotFound(what=f"「{who}」で指定された利用者")
        password = text_of(request, word)
        return SignIn(found[-1].person_id, found[-1].login_name, password)

    def _approve(self, request: Request) -> Answer:
        ids = [str(one) for one in list_of(request, "ids")]
        done = self._open().rules.approve(ids, command_id=command_of(request))
        return self._did(done, repeated.concerning(RuleOverride, ids))

    def _confirm(self, request: Request) -> Answer:
        """Confirm as the signed-in responsible person: acts, or what was put right."""
        ledger, command = self._open(), command_of(request)
        ids = [str(one) for one in list_of(request, "ids")]
        cls = record_type(request) if "record" in request else HandlingEvent
        if cls is Finding:
            done = ledger.corrections.verify(ids, command_id=command)
            return self._did(done, repeated.concerning(cls, ids))
        if cls is HandlingEvent:
            wish = repeated.concerning(cls, ids)
            return self._enter(
                request, wish, lambda a: ledger.handling.confirm(ids, answers=a, command_id=command)
            )
        raise Usage(reason="confirm が確かめるのは handling_event と finding です。")

    def _handle(self, request: Request) -> Answer:
        ledger = self._open()
        fields = dict(object_of(request, "fields"))
        if "kind" in request:
            fields["kind"] = request["kind"]
        if "contract" in request:
            fields["contract_id"] = contract_by_no(ledger, text_of(request, "contract")).id
        given = record_of(HandlingEvent, fields)
        event = replace(
            given, actor_person_id=given.actor_person_id or ledger.user.person_id,
            occurred_at=given.occurred_at or ledger.now(),
        )  # fmt: skip
        items = [self._item(event, data) for data in rows_of(request, "new_items")]
        lines = tuple(self._line(line) for line in rows_of(request, "items"))
        wish = repeated.handling(given, (*event.lines, *lines), items)
        command, handling = command_of(request), ledger.handling
        if event.kind is HandlingKind.COPY and items and len(lines) == 1:
            source = lines[0].item_id
            return self._enter(
                request, wish,
                lambda a: handling.copy(event, source, items, answers=a, command_id=command),
            )  # fmt: skip
        made = tuple(HandlingLine(item_id=item.id, quantity=item.quantity) for item in items)
        whole = replace(event, lines=(*event.lines, *lines, *made))
        plan = word_of(request, "plan")  # id of the plan that is carried out
        return self._enter(
            request, wish,
            lambda a: handling.record_all(
                [whole], new_items=items, answers=a, plan_id=plan, command_id=command
            ),
        )  # fmt: skip

    def _item(self, event: HandlingEvent, data: Mapping[str, Any]) -> Item:
        item = record_of(Item, {"contract_id": event.contract_id, **data})
        return replace(item, id=self._open().new_id())

    def _line(self, data: Mapping[str, Any]) -> HandlingLine:
        data = dict(data)
        if "item_no" in data:
            number = data.pop("item_no")
            number = number.strip() if isinstance(number, str) else number
            found = numbered(self._open().store, Item, str(number))
            if found is None:
                raise NotFound(what=f"管理番号「{number}」の媒体・資料")
            data["item_id"] = found.id
        return HandlingLine.from_json(data).trimmed()

    def _attach(self, request: Request) -> Answer:
        from reports.pictures import plain_picture

        ledger = self._open()
        contract = word_of(request, "contract")
        name = text_of(request, "name")
        if "file" in request:
            ledger.outside.require(place_of(request, "file", present_file))
        data = plain_picture(bytes_of(request), name)
        kind = attachment_kind(request)
        change = ledger.files.attach(
            data,
            name=name,
            mime=word_of(request, "mime", "application/octet-stream"),
            kind=kind,
            contract_id=contract_by_no(ledger, contract).id if contract else "",
            command_id=command_of(request),
        )
        return self._did(change, repeated.attaching(name, kind, data))

    def _seal(self, request: Request) -> Answer:
        ledger = self._open()
        kind, contract = text_of(request, "document"), text_of(request, "contract")
        contract_id = contract_by_no(ledger, contract).id
        wish = IssueRequest(
            doc_kind=kind,
            contract_id=contract_id,
            ids=tuple(map(str, list_of(request, "ids"))),
            options={
                "change": request.get("change") is True,
                "added_because": word_of(request, "added_because", ""),
            },
            replaces=replaced_paper(ledger, contract_id, kind, request.get("replaces")),
        )
        done: list[Change] = []
        out = place_of(request, "out", file_to_write) if request.get("out") else None
        purpose = stated(word_of(request, "purpose", SCHEDULED))

        def make() -> tuple[str | None, bytes]:
            done.append(issue(ledger, wish, command_id=command_of(request)))
            paper = ledger.registers.need(Submission, done[0].ids[-1]).record
            pdf = ledger.paper.file(paper.id)
            if out:
                note_print(ledger, wish, paper.id, pdf, purpose)
            return paper.doc_no, pdf

        if out:
            ledger.outside.require(out)
            write_paper(out, make)
        else:
            make()
        paper = ledger.registers.need(Submission, done[0].ids[-1]).record
        wanted = repeated.sealing(wish.doc_kind, wish.contract_id)
        answer = {
            **self._did(done[0], wanted), "number": paper.doc_no, "sha256": paper.pdf_sha256,
            "revision": paper.revision, "replaces": replaced_number(ledger, paper),
        }  # fmt: skip
        return {**answer, "file": str(out)} if out else answer

    def _change_password(self, request: Request) -> Answer:
        change = self._open().people.change_password(
            text_of(request, "old"), text_of(request, "new")
        )
        return self._did(change)

    def _revoke(self, request: Request) -> Answer:
        ledger, login = self._open(), text_of(request, "user")
        stored = ledger.registers.one(UserAccount, login_name=login)
        if stored is None:
            raise NotFound(what=f"利用者名「{login}」")
        account_id, reason = stored.record.id, word_of(request, "reason")
        change = ledger.people.disable_account(account_id, reason, command_id=command_of(request))
        return self._did(change, repeated.disabling(account_id, reason))

    def _rotate(self, request: Request) -> Answer:
        reason = word_of(request, "reason", "定期の更新")
        change = self._open().people.renew_key(reason, command_id=command_of(request))
        return self._did(change, repeated.renewing(reason))

    # --- care ------------------------------------------------------------------------------------
    def _backup(self, request: Request) -> Answer:
        made = record_backup(self._open(), place_of(request, "folder", folder), quiet)
        return {
            "file": str(made.file),
            "seq": made.head.seq,
            "head": made.head.hex,
            "sha256": made.sha256,
        }

    def _verify(self, request: Request) -> Answer:
        ledger = self._open()
        ledger.require("verify")
        ledger.access.note(Act.VERIFY)
        found = ledger.safe.verify(full=bool(request.get("full", True)), progress=quiet)
        return {
            "verified": found.ok,
            "seq": found.head.seq,
            "head": found.head.hex,
            "can_rebuild": found.can_rebuild,
            "problems": problems_of(found),
        }

    def _rebuild(self, request: Request) -> Answer:
        """Make anew what follows from the log, at a sign-in: a damaged ledger may not open."""
        self._sign_in(request, rebuild=True)
        ledger = self._seen()
        return {**self._entered(ledger), "lost_attachments": rebuilt(ledger).lost}

    def _restore(self, request: Request) -> Answer:
        folder = place_of(request, "folder", place)
        restored = self._office.restore(
            place_of(request, "file", present_file),
            folder,
            text_of(request, "user"),
            text_of(request, "password"),
            quiet,
            place_of(request, "journal", present_folder) if "journal" in request else None,
            up_to_damage=request.get("up_to_damage") is True,
        )
        return came_back(folder, restored.head, restored)

    def _journal(self, request: Request) -> Answer:
        desk = self._open().journal
        if "start" in request:
            desk.start(place_of(request, "start", folder))
        elif "without" in request:
            desk.suspend(text_of(request, "without"))
        elif "stop" in request:
            desk.stop(text_of(request, "stop"))
        return {**self._where(), "journal": described(desk.tend())}

    def _condition(self, request: Request) -> Answer:
        ledger, done = self._open(), None
        if "resolve" in request:
            reason = text_of(request, "reason")
            done = resolve(ledger, text_of(request, "resolve"), reason, command_of(request))
        conditions = read_conditions(ledger)
        if "enter" in request:
            finding = text_of(request, "enter")
            done = record_check(ledger, conditions, finding, command_id=command_of(request))
        return {
            **told(ledger, conditions),
            **(self._did(done, repeated.entering(SystemEvent)) if done else {}),
        }

    # --- reading ---------------------------------------------------------------------------------
    def _status(self, request: Request) -> Answer:
        return describe(self._seen(), str(self._folder))

    def _query(self, request: Request) -> Answer:
        ledger = self._seen()
        cls = record_type(request)
        query = query_of(cls, request)
        limit = whole_of(request, "limit", 100)
        found = ledger.store.find(cls, query, limit=limit)
        usual = SCHEDULED if permissions.may(ledger.role, "export") else ""
        purpose = word_of(request, "purpose", usual)
        ledger.access.handed_over(cls.type, len(found), f"{query} {limit}", purpose)
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
        contract = word_of(request, "contract")
        out = place_of(request, "out", file_to_write)
        report = export_register(
            ledger,
            record_type(request),
            out,
            purpose=word_of(request, "purpose", SCHEDULED),
            contract_id=contract_by_no(ledger, contract).id if contract else "",
            encoding=encoding_of(request),
        )
        return {"file": str(out), **report}

    # --- helpers ---------------------------------------------------------------------------------
    def _open(self) -> Ledger:
        if self._ledger is None:
            raise Locked()
        return self._ledger

    def _seen(self) -> Ledger:
        """Return the ledger for an answer that shows what it holds."""
        ledger = self._open()
        ledger.require_seeing()
        return ledger

    def _close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def _where(self) -> Answer:
        head = self._open().store.head()
        return {"seq": head.seq, "head": head.hex}

    def _did(self, change: Change, wish: Wish | None = None) -> Answer:
        """Answer for a durable command.

        Args:
            wish: what the request enters; an id that stands for something else is refused.
        """
        if wish is not None:
            repeated.require_same(self._open(), change, wish)
        answer: Answer = {
            "seq": change.head.seq,
            "head": change.head.hex,
            "command": change.command_id,
            "ids": list(change.ids),
        }
        if change.notices:
            answer["notices"] = list(change.notices)
        return {**answer, "repeated": True} if change.repeated else answer
