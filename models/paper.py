"""Paper: numbering, sealing and the life of what was handed in (R-37).

Sealing is one command: the number is taken, the PDF is drawn and signed for exactly that number
and that head, its bytes are stored, and the entry that carries its SHA-256 is appended. If any
step fails, no number is lost. A sealed paper is frozen: only its way to the client may be revised.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from models import incidents, wareki
from models.access import Act
from models.chain import Head
from models.codes import AttachmentKind, SealKind, SubmissionMeans, SubmissionStatus
from models.commands import Change, creating, revising
from models.desk import Desk
from models.errors import Refused
from models.incident_voids import require_no_report
from models.journal import printed_events
from models.kinds import Json
from models.own_seal import OwnSeal
from models.paper_answers import ClientAnswer, decide, place_consent, waiting_applications
from models.paper_notices import now_told, told_late
from models.paper_replacing import (
    About,
    about_noted,
    advice,
    fitting,
    require_fitting,
    taking_place,
    told_of_handing_in,
    told_of_withdrawing,
)
from models.records import ContentErasure, Contract, Record, Submission
from models.rights_alone import printed_rights
from models.rules.answers import Answers
from models.store import Op, Query, Where

if TYPE_CHECKING:
    from models.ledger import Ledger

STANDING = (SubmissionStatus.SEALED, SubmissionStatus.SUBMITTED, SubmissionStatus.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Numbering:
    """Everything about the ledger that a paper carries away with it.

    `head` is the head before this paper's own entry; `since_last` counts entries since the last
    sealed paper; `previous_sha256` is that paper's file hash (hex), "" for the first one.
    """

    submission_id: str
    doc_no: str
    serial: int
    fiscal_year: int
    fiscal_no: int
    issued_at: datetime
    vault_id: str
    head: Head
    since_last: int
    previous_doc_no: str
    previous_sha256: str
    seal_fingerprint: str
    warnings: tuple[str, ...] = ()  # what befell the ledger since the last sealed paper


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the paper room gives back: the file, its SHA-256 (hex) and exactly what was printed."""

    pdf: bytes
    sha256: str
    content: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Request:
    """What shall be sealed; `change` is a notice of changes, `supersedes_id` what it replaces."""

    contract_id: str
    doc_kind: str
    title: str
    clause_keys: tuple[str, ...] = ()
    subject_ids: tuple[str, ...] = ()
    signer_title: str = ""
    signer_name: str = ""
    seal_kind: SealKind = SealKind.SEAL
    effective_on: date | None = None
    supersedes_id: str = ""
    awaits_answer: bool = False
    change: bool = False


class Paper(OwnSeal):
    """Verbs on papers."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger
        self._sealing = threading.Lock()

    # --- sealing ---------------------------------------------------------------------------------
    def numbering(self) -> Numbering:
        """Return what the next sealed paper will carry (also for a preview)."""
        ledger = self._ledger
        now = ledger.now()
        fiscal_year = wareki.fiscal_year(now.date())
        last, last_seq = self.last_sealed()
        fiscal_no = ledger.store.next_fiscal_no(fiscal_year)
        key = self.seal_key()
        head = ledger.store.head()
        return Numbering(
            submission_id=ledger.new_id(),
            doc_no=wareki.format_fiscal_number(now.date(), fiscal_no),
            serial=ledger.store.next_serial(),
            fiscal_year=fiscal_year,
            fiscal_no=fiscal_no,
            issued_at=now,
            vault_id=ledger.store.vault_id,
            head=head,
            since_last=head.seq - last_seq,
            previous_doc_no=last.doc_no if last else "",
            previous_sha256=last.pdf_sha256 if last else "",
            seal_fingerprint=key.fingerprint if key else "",
            warnings=(*printed_events(ledger, last_seq), *printed_rights(ledger, last_seq)),
        )

    def seal(
        self,
        request: Request,
        draw: Callable[[Numbering], Sealed],
        *,
        command_id: str = "",
    ) -> Change:
        """Seal a paper and keep it for ever.

        Args:
            draw: draws and signs the paper for exactly the numbering it is given; what it raises
                passes through and nothing is written.

        Raises:
            NotPermitted, Refused
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        ledger.require("seal")
        ledger.registers.need(Contract, request.contract_id)
        self.seal_secret()
        ledger.rules.on_paper(request)
        about = About(request.contract_id, request.doc_kind, request.subject_ids, request.change)
        revision = self._revision(about, request.supersedes_id)
        said = advice(fitting(ledger, about), request.supersedes_id)
        with self._sealing:
            ledger.prepare()  # what it enters must be told on this paper, not on the next
            numbers = self.numbering()
            sealed = draw(numbers)
            file = ledger.files.prepare(
                sealed.pdf,
                name=f"{request.doc_kind}_{numbers.serial:06d}.pdf",
                mime="application/pdf",
                kind=AttachmentKind.CERTIFICATE,
                contract_id=request.contract_id,
            )
            submission = self._submission(request, numbers, sealed, file.id, revision)
            ledger.registers.validate(submission)
            change = ledger.commit(
                [creating(file), creating(submission)], command_id=command_id,
                notices=tuple(said.splitlines()),
            )  # fmt: skip
        ledger.access.note(Act.SEAL, submission.type, submission.id, request.contract_id)
        return change

    def submit(
        self, submission_id: str, *, on: date, means: SubmissionMeans, received_by: str = "",
        receipt_file: str = "", answers: Answers | None = None,
    ) -> Change:  # fmt: skip
        """Note that a sealed paper was handed in; what a notice told in time is linked to it.

        The paper whose place it takes becomes 差替え済 in the same command.

        Args:
            receipt_file: attachment with the client's stamp; the honest way to note it late (R-47).

        Raises:
            InvalidField, NeedsAnswer, NotFound, NotPermitted, Refused
        """
        ledger = self._ledger
        ledger.require("seal")
        paper = ledger.registers.need(Submission, submission_id).record
        if paper.status is not SubmissionStatus.SEALED:
            raise Refused(
                reason=f"{paper.caption()}は「確定」の書類ではないため、提出を記録できません。"
            )
        if paper.sealed_at and on < paper.sealed_at.date():
            raise Refused(reason="「提出日」が、書類を確定した日より前になっています。")
        submitted = replace(
            paper,
            submitted_on=on,
            means=means,
            received_by=received_by,
            receipt_file=receipt_file or paper.receipt_file,
            status=SubmissionStatus.SUBMITTED,
        )
        ledger.registers.validate(submitted)
        ledger.registers.check_references(submitted, Desk(ledger.store))
        gone, said = taking_place(ledger, submitted)
        said += told_of_handing_in(ledger, submitted) + told_late(ledger, submitted)
        told = now_told(ledger, submitted)
        before = {paper.id: paper} | {one.id: self._as_it_is(one) for one in told}
        ruling = ledger.rules.on_records([submitted, *told], answers, before=before)
        # The paper comes before the one that it replaces: a check of the log reads them in order.
        intents = [revising(one, "提出の記録") for one in (submitted, *gone, *told)]
        rights = ledger.people.rights_with([submitted, *told], before)
        intents += map(creating, (*ruling.beside, *rights))
        intents += incidents.handed_in(ledger, submitted)
        return ledger.commit(intents, notices=(*ruling.notices, *said))

    def returned(
        self,
        submission_id: str,
        answer: ClientAnswer,
        *,
        on: date,
        scan: str,
        answers: Answers | None = None,
        command_id: str = "",
    ) -> Change:
        """Note that the client sent an application back, and what the answer is.

        The applications in the ledger that the paper spoke of are decided in the same command; a
        consent to places is entered for them.

        Args:
            on: the day on which it came back.
            scan: attachment with the filled-in sheet.

        Raises:
            InvalidField, NeedsAnswer, NotFound, NotPermitted, Refused
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        ledger.require("seal")
        paper = ledger.registers.need(Submission, submission_id).record
        if paper.returned is not False or paper.status is not SubmissionStatus.SUBMITTED:
            raise Refused(
                reason=f"{paper.caption()}は、回答を待っている提出済みの書類ではありません。"
                "提出を記録してから、回収を記録してください。"
            )
        if paper.submitted_on and on < paper.submitted_on:
            raise Refused(reason="「回収日」が「提出日」より前になっています。")
        if on > ledger.today():
            raise Refused(reason="「回収日」が先の日付です。")
        back = replace(
            paper, returned=True, returned_on=on, returned_file=scan,
            status=SubmissionStatus.ACCEPTED,
        )  # fmt: skip
        applied = waiting_applications(ledger, paper)
        decided = [decide(one, answer, paper.id, scan) for one in applied]
        consent, places = place_consent(ledger, paper, answer, scan)
        revised = [back, *decided, *places]
        new = [consent] if consent else []
        desk = Desk(ledger.store, new)
        for record in (*new, *revised):
            ledger.registers.validate(record)
            ledger.registers.check_references(record, desk)
        before: dict[str, Record] = {one.id: one for one in (paper, *applied)}
        before |= {one.id: self._as_it_is(one) for one in places}
        ruling = ledger.rules.on_records([*new, *revised], answers, before=before)
        intents = [creating(one) for one in new]
        intents += [revising(one, "回答の回収") for one in revised]
        return ledger.commit(
            [*intents, *map(creating, ruling.beside)],
            command_id=command_id,
            notices=ruling.notices,
        )

    def withdraw(self, submission_id: str, reason: str, *, command_id: str = "") -> Change:
        """Note that a sealed paper does not hold any more; the client was told if it had it.

        Raises:
            InvalidField, NotFound, NotPermitted
            Refused: it does not stand, or stands as the report of an incident.
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        ledger.require("seal")
        paper = ledger.registers.need(Submission, submission_id).record
        if paper.status not in STANDING:
            raise Refused(
                reason=f"{paper.caption()}は、確定した書類か提出した書類ではないため、"
                "取下げを記録できません。"
            )
        require_no_report(ledger, paper)
        gone = replace(paper, status=SubmissionStatus.CANCELLED)
        ledger.registers.validate(gone)
        return ledger.commit(
            [revising(gone, ledger.registers.reason(reason))],
            command_id=command_id,
            notices=told_of_withdrawing(ledger, paper),
        )

    def note(
        self, paper: Submission, *, answers: Answers | None = None, command_id: str = ""
    ) -> Change:
        """Note a paper that was written and handed in outside this ledger.

        A ledger may begin after the first notices went out; without them no rule could be kept.

        Args:
            paper: with its own number, the day and means of submission, best with the receipt, and
                with `supersedes_id` where it takes the place of another.

        Raises:
            InvalidField, NeedsAnswer, NotPermitted, Refused
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        ledger.require("seal")
        noted = ledger.registers.prepared(
            replace(
                paper, made_elsewhere=True, status=SubmissionStatus.SUBMITTED,
                revision=paper.revision or 1, serial=None, content=None, pdf_sha256="",
            )
        )  # fmt: skip
        if noted.supersedes_id:
            revision = self._revision(about_noted(noted), noted.supersedes_id)
            noted = replace(noted, revision=revision)
        gone, said = taking_place(ledger, noted)
        said += told_of_handing_in(ledger, noted)
        ledger.registers.validate(noted)
        ledger.registers.check_references(noted, Desk(ledger.store))
        ruling = ledger.rules.on_records([noted], answers)
        intents = [creating(one) for one in (*ruling.beside, noted)]
        intents += [revising(one, "差替え") for one in gone]
        return ledger.commit(intents, command_id=command_id, notices=(*ruling.notices, *said))

    def file(self, submission_id: str) -> bytes:
        """Return the sealed file, the same bytes for ever.

        Raises:
            Damaged, NotFound
        """
        paper = self._ledger.registers.need(Submission, submission_id).record
        self._ledger.access.viewed(paper)
        return self._ledger.files.read(paper.file_id)

    def sealed(self, contract_id: str = "", doc_kind: str = "") -> Sequence[Submission]:
        """Return sealed papers, newest first."""
        where = [Where("serial", Op.EMPTY, False)]
        if contract_id:
            where.append(Where("contract_id", Op.EQ, contract_id))
        if doc_kind:
            where.append(Where("doc_kind", Op.EQ, doc_kind))
        query = Query("submission", tuple(where), order=(("serial", True),))
        found = self._ledger.store.find(Submission, query, limit=100_000)
        return [stored.record for stored in found]

    def _as_it_is(self, record: Record) -> Record:
        return self._ledger.registers.need(type(record), record.id).record

    def _revision(self, about: About, supersedes_id: str) -> int:
        """Return which version of a paper one is: the first, or that after what it replaces.

        Raises:
            NotFound, Refused: it cannot take the place of that paper.
        """
        if not supersedes_id:
            return 1
        return (require_fitting(self._ledger, about, supersedes_id).revision or 1) + 1

    def _submission(
        self, request: Request, numbers: Numbering, sealed: Sealed, file_id: str, revision: int
    ) -> Submission:
        return Submission(
            id=numbers.submission_id,
            contract_id=request.contract_id,
            doc_kind=request.doc_kind,
            title=request.title,
            doc_no=numbers.doc_no,
            revision=revision,
            clause_keys=request.clause_keys,
            effective_on=request.effective_on,
            subject_ids=request.subject_ids,
            content=dict(sealed.content),
            serial=numbers.serial,
            fiscal_year=numbers.fiscal_year,
            fiscal_no=numbers.fiscal_no,
            pdf_sha256=sealed.sha256,
            file_id=file_id,
            previous_sha256=numbers.previous_sha256,
            seal_fingerprint=numbers.seal_fingerprint,
            signer_title=request.signer_title,
            signer_name=request.signer_name,
            seal_kind=request.seal_kind,
            sealed_at=numbers.issued_at,
            sealed_by=self._ledger.user.person_id,
            supersedes_id=request.supersedes_id,
            returned=False if request.awaits_answer else None,
            status=SubmissionStatus.SEALED,
        )

    def last_sealed(self) -> tuple[Submission | None, int]:
        """Return the last sealed paper and its entry; an erased one as far as the next needs it.

        Of all contracts, whichever the user sees: the numbers of a ledger are one row.
        """
        store = self._ledger.opened.store
        sealed = Query(
            Submission.type,
            (Where("serial", Op.EMPTY, False),),
            order=(("serial", True),),
            voided=None,
        )
        kept = Query(
            ContentErasure.type,
            (Where("last_serial", Op.EMPTY, False),),
            order=(("last_serial", True),),
        )
        last = next(iter(store.find(Submission, sealed, limit=1)), None)
        erased = next(iter(store.find(ContentErasure, kept, limit=1)), None)
        serial = (last.record.serial if last else None) or 0
        if erased is not None and (erased.record.last_serial or 0) > serial:
            return _as_paper(erased.record), erased.record.last_paper_seq or 0
        return (last.record, last.meta.created_seq) if last else (None, 0)


def _as_paper(erasure: ContentErasure) -> Submission:
    return Submission(
        contract_id=erasure.contract_id,
        doc_no=erasure.last_doc_no,
        serial=erasure.last_serial,
        fiscal_year=erasure.last_fiscal_year,
        fiscal_no=erasure.last_fiscal_no,
        pdf_sha256=erasure.last_sha256,
    )
