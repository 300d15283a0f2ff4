"""Registers: every record type can be entered, corrected, voided, listed and found the same way.

What has a process of its own (handling, accounts, sealed papers) has its own verbs; here is what
all registers share.
"""

from array import array
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from models import (
    clause_changes,
    dates_put_off,
    designations_undone,
    ends_untold,
    exposed_inquiry,
    incident_voids,
    incidents,
    lost_cards,
    lost_proofs,
    namesakes,
    permissions,
    requests,
    rings,
)
from models.after_erasure import require_kept
from models.after_leaving import told_of_staying
from models.chain import Command, Entry
from models.codes import AttachmentKind
from models.commands import Change, creating, revising, voiding
from models.days_ahead import ahead_of
from models.deadlines import require_known_papers
from models.designated_hours import require_readable
from models.desk import Desk
from models.ends_taken_back import told_of_taking_back
from models.errors import Conflict, InvalidField, NotFound, Refused
from models.fields import Field
from models.item_list import told_of_contents
from models.kinds import LongText
from models.last_days import told_of_leaving
from models.leavers import told_of_end
from models.own_names import OWN_NAMES, require_own_names
from models.own_words import told_of_change
from models.paper_undone import told_of
from models.party_names import told_of_renaming
from models.person_changes import told_of_labour
from models.place_changes import told_of_place
from models.places_given_up import told_of_giving_up
from models.profiles import Profile
from models.records import (
    AccessRight,
    Attachment,
    Contract,
    ContractClauseSetting,
    Incident,
    IncidentLog,
    IncidentReport,
    Person,
    Record,
    Stored,
)
from models.records import Finding as FindingRecord
from models.rules.answers import Answers
from models.rules.engine import Finding
from models.store import Hit, ListRow, Op, Query, Where
from models.text_seen import bound
from models.unfit_basis import told_of_correction
from models.uses import require_unused

if TYPE_CHECKING:
    from models.ledger import Ledger

R = TypeVar("R", bound=Record)

SOURCE = AttachmentKind.SOURCE
MINIMUM_REASON = 4  # characters of a reason; an empty word explains nothing
REASON = LongText()
FINDING = "所見"  # what somebody says to what was looked at
KEPT = (
    "添付資料は取り消せません。添えた記録を、別のファイルを選んで訂正してください。"
    "契約の内容を消去するときに、いっしょに消去されます。"
)
OWN_VERBS = {  # record types whose entries come only from verbs of their own
    "ledger_origin": "台帳の開設",
    "handling_event": "取扱記録",
    "user_account": "利用者の管理",
    "submission": "書類の確定",
    "seal_key": "証印の登録",
    "backup_run": "バックアップ",
    "system_event": "バックアップ",
    "rule_override": "取扱いや登録",
    "content_erasure": "契約の内容の消去",
    "backup_medium": "バックアップ",
    "officer_confirmation": "条項と証拠",
}


class Registers:
    """The verbs that all record types share."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger

    # --- reading ---------------------------------------------------------------------------------
    def need(self, cls: type[R], record_id: str) -> Stored[R]:
        """Return a record.

        Raises:
            NotFound: there is none with this id.
        """
        stored = self._ledger.store.get(cls, record_id) if record_id else None
        if stored is None:
            raise NotFound(what=f"指定された{cls.label}")
        return stored

    def in_force(self, cls: type[R], record_id: str) -> Stored[R]:
        """Return a record that was not voided.

        Raises:
            NotFound, Refused
        """
        stored = self.need(cls, record_id)
        if stored.meta.voided:
            raise Refused(reason=f"{stored.record.caption()}は、すでに取り消されています。")
        return stored

    def need_profile(self, code: str) -> Profile:
        """Return a rule profile.

        Raises:
            NotFound: the program does not know it.
        """
        profile = self._ledger.profiles.get(code)
        if profile is None:
            raise NotFound(what=f"特記事項プロファイル「{code}」")
        return profile

    def all(self, cls: type[R], **equal: Any) -> list[Stored[R]]:
        """Return all unvoided records whose fields equal the given values, in entry order."""
        where = tuple(Where(name, Op.EQ, value) for name, value in equal.items())
        return self._ledger.store.find(cls, Query(cls.type, where), limit=1_000_000)

    def one(self, cls: type[R], **equal: Any) -> Stored[R] | None:
        """Return the first unvoided record whose fields equal the given values."""
        where = tuple(Where(name, Op.EQ, value) for name, value in equal.items())
        found = self._ledger.store.find(cls, Query(cls.type, where), limit=1)
        return found[0] if found else None

    def count(self, query: Query) -> int:
        return self._ledger.store.count(query)

    def numbers(self, query: Query, limit: int | None = None) -> "array[int]":
        return self._ledger.store.numbers(query, limit)

    def rows(self, type_: str, numbers: Sequence[int]) -> list[ListRow]:
        return self._ledger.store.rows(type_, numbers)

    def search(self, text: str, types: Sequence[str] = (), limit: int = 50) -> list[Hit]:
        """Find records of any type by words (models/text.py says how words match)."""
        found = self._ledger.store.search(text, types=types, limit=limit)
        self._ledger.access.searched(len(found))
        return found

    def history(self, type_: str, record_id: str) -> list[tuple[Command, Entry]]:
        """Return every entry about a record, oldest first."""
        return self._ledger.store.history(type_, record_id)

    def examine(self, record: Record) -> list[Finding]:
        """Return what the rules of the contract say to a draft, for screens; nothing is written."""
        stored = self._ledger.store.get(type(record), record.id) if record.id else None
        return self._ledger.rules.about_record(record, stored.record if stored else None)

    def caption(self, type_: str, record_id: str, at: int | None = None) -> str:
        """Return what a record is called, "" without one.

        Args:
            at: number of an entry: the name as it stood then, with the present one beside it.
        """
        if at is None:
            return self._ledger.store.caption(type_, record_id)
        called = self._ledger.store.called(type_, {record_id}).get(record_id)
        return called.at(at) if called else ""

    # --- writing ---------------------------------------------------------------------------------
    def create(self, record: R, *, answers: Answers | None = None, command_id: str = "") -> Change:
        """Enter a new record and return the change; an empty id is filled in.

        Args:
            answers: what people said to the findings of the rules.

        Raises:
            InvalidField, NeedsAnswer, NotPermitted, Refused
        """
        return self.create_all([record], answers=answers, command_id=command_id)

    def create_all(
        self,
        records: Sequence[Record],
        *,
        answers: Answers | None = None,
        historic: bool = False,
        command_id: str = "",
    ) -> Change:
        """Enter several records that may refer to each other, in one command.

        Args:
            historic: an older register is taken over; one exception sums up what the rules ask.
        """
        if (answered := self._ledger.answered(command_id)) is not None:
            return answered
        prepared = incidents.numbered(self._ledger, map(self.prepared, records))
        desk = Desk(self._ledger.store, prepared)
        for record in prepared:
            self.check(record, desk)
        ruling = self._ledger.rules.on_records(prepared, answers, historic=historic)
        contents = () if historic else told_of_contents(self._ledger, prepared)
        return self._ledger.commit(
            [
                creating(record)
                for record in (
                    *prepared,
                    *ruling.beside,
                    *self._ledger.people.rights_with(prepared),
                )
            ]
            + lost_cards.following(self._ledger, prepared),
            command_id=command_id,
            notices=(*ruling.notices, *self._namesakes(prepared), *contents),
        )

    def revise(
        self, record: R, reason: str, *, row_version: int | None = None,
        answers: Answers | None = None, command_id: str = "",
    ) -> Change:  # fmt: skip
        """Enter a new version of a record; the old one stays readable in the history.

        Args:
            row_version: the version that the user saw; another one now is a `Conflict`.

        Raises:
            Conflict, InvalidField, NeedsAnswer, NotFound, NotPermitted, Refused
        """
        if (answered := self._ledger.answered(command_id)) is not None:
            return answered
        cls = type(record)
        if cls.correction == "replace":
            raise Refused(
                reason=f"{cls.label}は書き換えられません。取り消して、新しく記録してください。"
            )
        stored = self.in_force(cls, record.id)
        if row_version is not None and stored.meta.row_version != row_version:
            raise Conflict(what=stored.record.caption())
        if stored.record.contract() not in ("", record.contract()):
            raise Refused(reason="登録済みの記録を、ほかの契約に移すことはできません。")
        self._require_free_file(stored.record, record.contract())
        if isinstance(record, AccessRight):
            deciding = self._ledger.rights
            assert isinstance(stored.record, AccessRight)
            record = replace(
                record, **deciding.granting(record, stored.record), **deciding.ending(record)
            )
        record = incidents.prepared(
            self._ledger, bound(record, stored.record, self._ledger.profiles)
        )
        self.check(record)
        rules = self._ledger.rules
        ruling = rules.on_records([record], answers, before={record.id: stored.record})
        told = (*self._namesakes([record]), *told_of_end(self._ledger, record, stored.record))
        told += told_of_leaving(self._ledger, record, stored.record)
        told += told_of_staying(self._ledger, record, stored.record)
        told += told_of_taking_back(self._ledger, record, stored.record)
        told += designations_undone.told_of_calling_off(self._ledger, record, stored.record)
        told += told_of_correction(self._ledger, record, stored.record)
        told += told_of_change(self._ledger, stored.record, record)
        told += told_of_place(self._ledger, record, stored.record)
        told += told_of_renaming(self._ledger, record, stored.record)
        told += told_of_labour(self._ledger, record, stored.record)
        told += told_of_giving_up(self._ledger, record, stored.record)
        told += told_of_contents(self._ledger, [record])
        told += requests.told_of_request(self._ledger, stored.record, record)
        told += lost_proofs.told_of_proof(self._ledger, stored.record, record)
        intents = [
            revising(record, self.reason(reason)),
            *rules.consequences(record, stored.record),
        ]
        rights = self._ledger.people.rights_with([record], {record.id: stored.record})
        intents += map(creating, (*ruling.beside, *rights))
        intents += lost_cards.following(self._ledger, [record], {record.id: stored.record})
        notices = (*ruling.notices, *told)
        return self._ledger.commit(intents, command_id=command_id, notices=notices)

    def void(self, cls: type[R], record_id: str, reason: str, *, command_id: str = "") -> Change:
        """Take a record out of force; it stays visible, struck through, with the reason.

        Raises:
            NotFound, NotPermitted, Refused
        """
        if (answered := self._ledger.answered(command_id)) is not None:
            return answered
        self._require_common(cls)
        if cls is FindingRecord:
            self._ledger.require("void_finding")
        stored = self.in_force(cls, record_id)
        if isinstance(stored.record, FindingRecord):
            self._ledger.corrections.require_may_go(stored.record)
        requests.require_may_go(self._ledger, stored.record)
        exposed_inquiry.require_may_go(self._ledger, stored.record)
        dates_put_off.require_may_go(self._ledger, stored.record)
        ends_untold.require_may_go(self._ledger, stored.record)
        incident_voids.require_may_go(self._ledger, stored.record)
        if isinstance(stored.record, AccessRight) and stored.record.granted_at is not None:
            self._ledger.rights.require_decider()
        self._require_unused(stored.record)
        designations_undone.require_may_go(self._ledger, stored.record)
        lost_proofs.require_may_go(self._ledger, stored.record)
        if isinstance(stored.record, ContractClauseSetting) and self._ledger.rules.on:
            clause_changes.require_may_go(self._ledger, stored.record)
        told = (
            *told_of(self._ledger, stored.record),
            *told_of_change(self._ledger, stored.record, None),
            *designations_undone.told_of_voiding(self._ledger, stored.record),
            *requests.told_of_request(self._ledger, stored.record, None),
            *lost_proofs.told_of_proof(self._ledger, stored.record, None),
        )
        return self._ledger.commit(
            [
                voiding(stored.record, self.reason(reason)),
                *incidents.without(self._ledger, stored.record),
            ],
            command_id=command_id,
            notices=told,
        )

    def _namesakes(self, entering: Sequence[Record]) -> tuple[str, ...]:
        """Return what is said to persons who are about to be entered under a name in use."""
        store, persons = self._ledger.store, [one for one in entering if isinstance(one, Person)]
        before = store.get_many(Person, [one.id for one in persons]) if persons else {}
        return namesakes.notices(
            store,
            [(one, before[one.id].record if one.id in before else None) for one in persons],
        )

    # --- checks that other verbs share -----------------------------------------------------------
    def prepared(self, record: R) -> R:
        """Give a new record its id, and a new right its author."""
        if isinstance(record, AccessRight):
            record = replace(record, **self._ledger.rights.stamp(record))
        record = incidents.prepared(self._ledger, bound(record, None, self._ledger.profiles))
        return record if record.id else replace(record, id=self._ledger.new_id())

    def check(self, record: Record, desk: Desk | None = None) -> None:
        """Refuse a record that may not be entered by this user or cannot stand.

        Raises:
            InvalidField, NotPermitted, Refused
        """
        self._require_common(type(record))
        self.require_signed(record)
        self.validate(record)
        self.check_references(record, desk or Desk(self._ledger.store))
        if isinstance(record, Attachment):
            self._ledger.files.require_own(record)
        if isinstance(record, Contract):
            known = self._ledger.store.get(Contract, record.id)
            require_kept(self, record, known.record if known else None)
            require_readable(record, known.record if known else None)
            require_known_papers(self, record, known.record if known else None)
        if isinstance(record, AccessRight):
            before = self._ledger.store.get(AccessRight, record.id)
            self._ledger.rights.require_possible(record, before.record if before else None)

    def require_signed(self, record: Record) -> None:
        """Refuse a record that says by a name what only a sign-in says.

        Raises:
            NotPermitted, Refused
        """
        if isinstance(record, FindingRecord):
            said = self._ledger.store.get(FindingRecord, record.id)
            self._ledger.corrections.require_possible(record, said.record if said else None)
        if type(record) in OWN_NAMES:
            named = self._ledger.store.get(type(record), record.id)
            person = self._ledger.user.person_id
            require_own_names(record, named.record if named else None, person)
        if isinstance(record, (Incident, IncidentLog, IncidentReport)):
            stored = self._ledger.store.get(type(record), record.id)
            incidents.require_possible(self._ledger, record, stored.record if stored else None)

    def validate(self, record: R, like: R | None = None) -> None:
        """Refuse a record whose fields cannot stand, with every problem in one sentence list.

        Args:
            like: one of the same type that was validated before, see `Declared.problems`.

        Raises:
            Refused: with all problems.
        """
        problems = [*record.problems(like), *ahead_of(self._ledger, record)]
        if problems:
            raise Refused(reason="\n".join(problems))

    def check_references(self, record: R, desk: Desk, like: R | None = None) -> None:
        """Refuse references to nothing, to voided records and across contracts (R-38).

        A record of a contract refers to files of that contract only.

        Args:
            like: one of the same type whose references were checked at this desk.

        Raises:
            InvalidField
        """
        if like is not None and record.refers_alike(like):
            return
        for f, type_, record_id in record.references():
            target = desk.find(type_, record_id)
            if target is None:
                raise InvalidField(
                    field=f.label, problem="で選ばれた記録は台帳にないか、取り消されています。"
                )
            theirs = target.contracts() if type_ != "contract" else frozenset()
            if theirs and record.contracts() and theirs.isdisjoint(record.contracts()):
                raise InvalidField(field=f.label, problem="で、ほかの契約の記録が選ばれています。")
            if f.name == "source_file_id" and getattr(target, "kind", None) != SOURCE:
                raise InvalidField(
                    field=f.label, problem="は、取込みで残した元のファイルに限ります。"
                )
            if isinstance(target, Attachment) and record.contract() and not theirs:
                self._require_known_file(f, record, target)
        rings.require_none(record, desk)

    def _require_known_file(self, f: Field, record: Record, file: Attachment) -> None:
        """Refuse a file of no contract: everybody would see it, and it would not end with this one.

        What the record referred to before this was asked stays; it is told in `models.file_uses`.

        Raises:
            InvalidField
        """
        stored = self._ledger.store.get(type(record), record.id)
        known: set[str] = set()
        if stored is not None and stored.record.contract() == record.contract():
            known = {one for _, _, one in stored.record.references()}
        if file.id in known:
            return
        raise InvalidField(
            field=f.label,
            problem=f"で選ばれた「{file.name}」は、契約のない添付ファイルです。"
            "契約を決めてから、ファイルを添付し直してください。",
        )

    def _require_free_file(self, record: Record, contract_id: str) -> None:
        """Refuse to give a file of no contract to one while records of others refer to it.

        Raises:
            Refused
        """
        if not isinstance(record, Attachment) or not contract_id or record.contract():
            return
        others = (
            use
            for use in self._ledger.store.file_uses()
            if use.file_id == record.id and use.standing and use.contract_id != contract_id
        )
        if next(others, None) is not None:
            raise Refused(
                reason=f"「{record.name}」は、ほかの契約か会社全体の記録で使われているため、"
                "この契約のものにできません。"
            )

    @staticmethod
    def reason(reason: str, label: str = "理由") -> str:
        """Return a reason that says something.

        Args:
            label: what the field is called where it was typed; the entry calls all of them reasons.

        Raises:
            InvalidField: too short, too long, or with characters that no field takes.
        """
        reason = reason.strip()
        if len(reason) < MINIMUM_REASON:
            raise InvalidField(field=label, problem="を具体的に入力してください。")
        if problem := next(REASON.problems(reason), ""):
            raise InvalidField(field=label, problem=problem)
        return reason

    def _require_common(self, cls: type[Record]) -> None:
        permissions.require_write(self._ledger.role, cls)
        if cls.type in OWN_VERBS:
            raise Refused(
                reason=f"{cls.label}は「{OWN_VERBS[cls.type]}」の画面から登録してください。"
            )

    def _require_unused(self, record: Record) -> None:
        if isinstance(record, Attachment):
            raise Refused(reason=KEPT)
        # Whole: a place that only a hidden contract uses is used all the same.
        require_unused(self._ledger.opened.store, record)
