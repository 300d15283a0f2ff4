"""The driver: JSON lines in, JSON lines out, an answer only after the result is durable.

A request names a verb (`do`), may carry its own `id` (echoed) and `command` (a UUID that makes a
repeated request an answer instead of a second act). docs/console.md lists the verbs and their keys.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

from models import permissions
from models.access import Act
from models.backup_media import loose
from models.backups import record_backup
from models.condition import record_check
from models.errors import AzukariError, Usage
from models.mending import rebuilt
from models.office import Office
from models.purposes import SCHEDULED
from models.records import SystemEvent
from models.store import quiet
from ui.condition_facts import read_conditions
from ui.console import repeated
from ui.console.condition import resolve, told
from ui.console.journal import described
from ui.console.output import machine_refused, problems_of
from ui.console.places import file_to_write, folder, place, present_file, present_folder
from ui.console.requests import (
    Answer,
    Request,
    command_of,
    encoding_of,
    findings_of,
    place_of,
    query_of,
    read_request,
    record_type,
    refuse_broken_text,
    refuse_idle_command,
    text_of,
    whole_of,
    word_of,
)
from ui.console.session import Session
from ui.console.verbs import came_back, contract_by_no, describe
from ui.console.writing import Writing
from ui.exporting import export_register

MAXIMUM_LINE = 128 * 1024 * 1024  # characters of one request; an attachment travels as base64


class Driver:
    """One ledger, driven by requests."""

    def __init__(self, folder: Path, office: Office) -> None:
        self._session = Session(folder, office)
        writing = Writing(self._session)
        self._verbs: Mapping[str, Callable[[Request], Answer]] = {
            "unlock": self._unlock,
            "lock": self._lock,
            "record": writing.record,
            "handle": writing.handle,
            "approve": writing.approve,
            "confirm": writing.confirm,
            "attach": writing.attach,
            "seal": writing.seal,
            "backup": self._backup,
            "verify": self._verify,
            "rebuild": self._rebuild,
            "restore": self._restore,
            "journal": self._journal,
            "condition": self._condition,
            "change_password": writing.change_password,
            "revoke": writing.revoke,
            "rotate": writing.rotate,
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
            self._session.close()
        return 0

    def answer(self, line: str) -> Answer:
        """Carry out one request and return its answer."""
        request_id: Any = None
        try:
            request = read_request(line)
            request_id = request.get("id")
            refuse_broken_text(request)
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
        except OSError as error:
            sentence = machine_refused(error)
            return {"id": request_id, "ok": False, "error": "INPUT_OUTPUT", "message": sentence}
        except Exception as error:
            # A bug of ours must not end the session of a program that waits for an answer; the
            # type names the bug, its text might hold data.
            message = "予期しない誤りが起きました。記録されていない可能性があります。"
            name = type(error).__name__
            return {"id": request_id, "ok": False, "error": "BUG", "message": message, "bug": name}

    # --- the door --------------------------------------------------------------------------------
    def _unlock(self, request: Request) -> Answer:
        reason = text_of(request, "rolled_back") if "rolled_back" in request else ""
        ledger = self._session.sign_in(request, rolled_back=reason)
        return {**self._session.entered(ledger), "must_change": bool(ledger.user.must_change)}

    def _lock(self, request: Request) -> Answer:
        self._session.close()
        return {}

    def _quit(self, request: Request) -> Answer:
        self._running = False
        return {}

    # --- care ------------------------------------------------------------------------------------
    def _backup(self, request: Request) -> Answer:
        ledger = self._session.open()
        made = record_backup(ledger, place_of(request, "folder", folder), quiet)
        return {
            "file": str(made.file),
            "seq": made.head.seq,
            "head": made.head.hex,
            "sha256": made.sha256,
            "registered": loose(ledger) is None,
        }

    def _verify(self, request: Request) -> Answer:
        ledger = self._session.open()
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
        self._session.sign_in(request, rebuild=True)
        ledger = self._session.seen()
        return {**self._session.entered(ledger), "lost_attachments": rebuilt(ledger).lost}

    def _restore(self, request: Request) -> Answer:
        folder = place_of(request, "folder", place)
        restored = self._session.office.restore(
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
        desk = self._session.open().journal
        if "start" in request:
            desk.start(place_of(request, "start", folder))
        elif "without" in request:
            desk.suspend(text_of(request, "without"))
        elif "stop" in request:
            desk.stop(text_of(request, "stop"))
        return {**self._session.where(), "journal": described(desk.tend())}

    def _condition(self, request: Request) -> Answer:
        ledger, done = self._session.open(), None
        if "resolve" in request:
            reason = text_of(request, "reason")
            done = resolve(ledger, text_of(request, "resolve"), reason, command_of(request))
        conditions = read_conditions(ledger)
        if "enter" in request:
            finding = text_of(request, "enter")
            done = record_check(ledger, conditions, finding, command_id=command_of(request))
        return {
            **told(ledger, conditions),
            **(self._session.did(done, repeated.entering(SystemEvent)) if done else {}),
        }

    # --- reading ---------------------------------------------------------------------------------
    def _status(self, request: Request) -> Answer:
        return describe(self._session.seen(), str(self._session.folder))

    def _query(self, request: Request) -> Answer:
        ledger = self._session.seen()
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
        ledger = self._session.open()
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
