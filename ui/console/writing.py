"""Requests that enter something: records, acts, papers, accounts."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from models.codes import HandlingKind
from models.commands import Change
from models.errors import NotFound, Usage
from models.exposure import change_known
from models.purposes import SCHEDULED, stated
from models.records import (
    Contract,
    Finding,
    HandlingEvent,
    HandlingLine,
    Item,
    Record,
    RuleOverride,
    Submission,
    UserAccount,
)
from models.rules.answers import Answers
from models.same_numbers import numbered
from ui.console import repeated
from ui.console.output import write_paper
from ui.console.places import paper_to_write, present_file
from ui.console.requests import (
    Answer,
    Request,
    attachment_kind,
    bytes_of,
    command_of,
    list_of,
    object_of,
    place_of,
    record_of,
    record_type,
    rows_of,
    text_of,
    whole_of,
    word_of,
)
from ui.console.session import Session
from ui.console.tables import note_print, replaced_number, replaced_paper
from ui.console.verbs import contract_by_no
from ui.issue import IssueRequest, issue


class Writing:
    """What is entered in a session; each verb answers when its entry is durable."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, request: Request) -> Answer:
        ledger = self._session.open()
        cls = record_type(request)
        action = word_of(request, "action", "create")
        command = command_of(request)
        reason = word_of(request, "reason")
        if action == "void":
            record_id = text_of(request, "record_id")
            wish = repeated.voiding(cls, record_id)
            if cls is HandlingEvent:
                change = ledger.handling.void(record_id, reason, command_id=command)
                return self._session.did(change, wish)
            change = ledger.registers.void(cls, record_id, reason, command_id=command)
            return self._session.did(change, wish)
        record = record_of(cls, object_of(request, "fields"))
        if action == "create":
            return self._session.enter(
                request, repeated.creating(record),
                lambda a: ledger.registers.create(record, answers=a, command_id=command),
            )  # fmt: skip
        if action == "revise":
            wish = repeated.revising(record, text_of(request, "record_id"))
            return self._session.enter(
                request, wish, lambda a: self._revise(record, request, reason, command, a)
            )
        raise Usage(reason=f"「{action}」という扱いはありません（create、revise、void）。")

    def _revise(
        self, record: Record, request: Request, reason: str, command: str, answers: Answers
    ) -> Change:
        version = request.get("row_version")
        return self._session.open().registers.revise(
            replace(record, id=text_of(request, "record_id")),
            reason,
            row_version=whole_of(request, "row_version", 0) if version is not None else None,
            answers=answers,
            command_id=command,
        )

    def approve(self, request: Request) -> Answer:
        ids = [str(one) for one in list_of(request, "ids")]
        done = self._session.open().rules.approve(ids, command_id=command_of(request))
        return self._session.did(done, repeated.concerning(RuleOverride, ids))

    def confirm(self, request: Request) -> Answer:
        """Confirm as the signed-in responsible person: acts, what was put right, a text's new file."""
        ledger, command = self._session.open(), command_of(request)
        cls = record_type(request) if "record" in request else HandlingEvent
        ids = [] if cls is Contract else [str(one) for one in list_of(request, "ids")]
        if cls is Finding:
            done = ledger.corrections.verify(ids, command_id=command)
            return self._session.did(done, repeated.concerning(cls, ids))
        if cls is Contract:
            contract = contract_by_no(ledger, text_of(request, "contract"))
            seen = text_of(request, "reason")
            done = ledger.text_seen.confirm(contract.id, seen, command_id=command)
            return self._session.did(done, repeated.concerning(cls, [contract.id]))
        if cls is HandlingEvent:
            wish = repeated.concerning(cls, ids)
            return self._session.enter(
                request, wish, lambda a: ledger.handling.confirm(ids, answers=a, command_id=command)
            )
        raise Usage(reason="confirm が確かめるのは handling_event と finding と contract です。")

    def handle(self, request: Request) -> Answer:
        ledger = self._session.open()
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
            return self._session.enter(
                request, wish,
                lambda a: handling.copy(event, source, items, answers=a, command_id=command),
            )  # fmt: skip
        made = tuple(HandlingLine(item_id=item.id, quantity=item.quantity) for item in items)
        whole = replace(event, lines=(*event.lines, *lines, *made))
        plan = word_of(request, "plan")  # id of the plan that is carried out
        return self._session.enter(
            request, wish,
            lambda a: handling.record_all(
                [whole], new_items=items, answers=a, plan_id=plan, command_id=command
            ),
        )  # fmt: skip

    def _item(self, event: HandlingEvent, data: Mapping[str, Any]) -> Item:
        item = record_of(Item, {"contract_id": event.contract_id, **data})
        return replace(item, id=self._session.open().new_id())

    def _line(self, data: Mapping[str, Any]) -> HandlingLine:
        data = dict(data)
        if "item_no" in data:
            number = data.pop("item_no")
            number = number.strip() if isinstance(number, str) else number
            found = numbered(self._session.open().store, Item, str(number))
            if found is None:
                raise NotFound(what=f"管理番号「{number}」の媒体・資料")
            data["item_id"] = found.id
        return record_of(HandlingLine, data)

    def attach(self, request: Request) -> Answer:
        from reports.pictures import plain_picture

        ledger = self._session.open()
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
        return self._session.did(change, repeated.attaching(name, kind, data))

    def seal(self, request: Request) -> Answer:
        ledger = self._session.open()
        kind, contract = text_of(request, "document"), text_of(request, "contract")
        contract_id = contract_by_no(ledger, contract).id
        wish = IssueRequest(
            doc_kind=kind,
            contract_id=contract_id,
            ids=tuple(map(str, list_of(request, "ids"))),
            options={
                "change": request.get("change") is True,
                "added_because": word_of(request, "added_because", ""),
                "officers": list_of(request, "officers"),
                "attendants": list_of(request, "attendants"),
            },
            replaces=replaced_paper(ledger, contract_id, kind, request.get("replaces")),
        )
        done: list[Change] = []
        out = place_of(request, "out", paper_to_write) if request.get("out") else None
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
            **self._session.did(done[0], wanted), "number": paper.doc_no, "sha256": paper.pdf_sha256,
            "revision": paper.revision, "replaces": replaced_number(ledger, paper),
        }  # fmt: skip
        return {**answer, "file": str(out)} if out else answer

    def change_password(self, request: Request) -> Answer:
        ledger, old, new = self._session.open(), text_of(request, "old"), text_of(request, "new")
        if request.get("known") is True:
            return self._session.did(change_known(ledger, old, new))
        change = ledger.people.change_password(old, new)
        return self._session.did(change)

    def revoke(self, request: Request) -> Answer:
        ledger, login = self._session.open(), text_of(request, "user")
        stored = ledger.registers.one(UserAccount, login_name=login)
        if stored is None:
            raise NotFound(what=f"利用者名「{login}」")
        account_id, reason = stored.record.id, word_of(request, "reason")
        command = command_of(request)
        return self._session.enter(
            request, repeated.disabling(account_id, reason),
            lambda a: ledger.people.disable_account(
                account_id, reason, answers=a, command_id=command
            ),
        )  # fmt: skip

    def rotate(self, request: Request) -> Answer:
        reason = word_of(request, "reason", "定期の更新")
        change = self._session.open().people.renew_key(reason, command_id=command_of(request))
        return self._session.did(change, repeated.renewing(reason))
