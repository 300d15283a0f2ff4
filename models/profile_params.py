"""What a municipality's text demands apart from its clauses: one small class per subject.

Each class is one row of the comparison of the texts. All keys must be written in the profile, so
that nobody has to know a hidden default; the metadata of a field says how it is read and checked.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from models.profile_reader import Cycle, TableReader
from models.profile_vocabulary import (
    ACTS,
    BASES,
    CHECKS,
    COVERS,
    CYCLES,
    END_RULES,
    ENDING_DOCUMENTS,
    GOVERNANCE,
    INCIDENT_FIELDS,
    NATURES,
    ORIGINS,
    PLACE_USES,
    ROLES,
    SUBCONTRACT_CHECKS,
    SUBCONTRACT_POINTS,
    TOPICS,
    TRIGGERS,
)


def _flag() -> Any:
    return field(metadata={"read": TableReader.flag})


def _number() -> Any:
    return field(metadata={"read": TableReader.number})


def _one(*choices: str) -> Any:
    def read(table: TableReader, key: str) -> str:
        return table.text(key, choices=choices)

    return field(metadata={"read": read})


def _many(choices: Collection[str]) -> Any:
    def read(table: TableReader, key: str) -> tuple[str, ...]:
        return table.texts(key, choices=choices, required=True)

    return field(metadata={"read": read})


def _each(keys: Collection[str], choices: Collection[str]) -> Any:
    """Read a table that gives every one of `keys` a value of `choices`."""

    def read(table: TableReader, key: str) -> Mapping[str, str]:
        inner = table.table(key)
        values = {name: inner.text(name, choices=choices) for name in keys}
        inner.finish()
        return MappingProxyType(values)

    return field(metadata={"read": read})


def _words(keys: Collection[str]) -> Any:
    """Read a table of own words for some of `keys`."""

    def read(table: TableReader, key: str) -> Mapping[str, str]:
        inner = table.table(key)
        values = {name: inner.text(name) for name in inner.keys if name in keys}
        inner.finish()
        return MappingProxyType(values)

    return field(metadata={"read": read})


@dataclass(frozen=True)
class StaffNotice:
    """How the persons who handle the information become known to the client."""

    regime: str = _one("none", "notify", "report", "inform_on_request")
    written: bool = _flag()
    when: tuple[str, ...] = _many(TRIGGERS)
    changes_before: bool = _flag()
    count_only_after_notice: tuple[str, ...] = _many(ROLES)
    reported_roles: tuple[str, ...] = _many(ROLES)


@dataclass(frozen=True)
class PlaceNotice:
    """What must happen before a place may be used."""

    regime: str = _one("none", "notify", "consent", "notify_and_consent")
    uses: tuple[str, ...] = _many(PLACE_USES)
    onsite_by_default: bool = _flag()
    changes_before: bool = _flag()


@dataclass(frozen=True)
class PledgeRegime:
    """Who signs a pledge and when it goes to the client."""

    roles: tuple[str, ...] = _many(ROLES)
    submission: str = _one("none", "always", "on_request")

    @property
    def required(self) -> bool:
        """Tell whether anybody has to sign."""
        return bool(self.roles)


@dataclass(frozen=True)
class TrainingRegime:
    """What people must have heard before they handle anything."""

    topics: tuple[str, ...] = _many(TOPICS)
    awareness_topics: tuple[str, ...] = _many(TOPICS)
    plan: str = _one("none", "kept", "reported")
    plan_names_organisation: bool = _flag()


@dataclass(frozen=True)
class IdentityDocument:
    """The identity document carried on the client's premises."""

    on_client_premises: bool = _flag()
    shows_company_name: bool = _flag()


@dataclass(frozen=True)
class CollectionLimit:
    """How far information may be collected."""

    limit: str = _one("designated", "purpose_and_need", "need", "listed_items")


@dataclass(frozen=True)
class CopyRegime:
    """Which consent a copy needs, and of what it needs one. No basis: necessity is enough."""

    basis: tuple[str, ...] = _many(BASES)
    origins: tuple[str, ...] = _many(ORIGINS)


@dataclass(frozen=True)
class SendRegime:
    """Which consent sending out needs, and which acts a second person checks."""

    basis: tuple[str, ...] = _many(BASES)
    double_checked_acts: tuple[str, ...] = _many(ACTS)


@dataclass(frozen=True)
class TakeOutRegime:
    """What allows information and computers to leave, and which fence each has."""

    information: str = _one("none", "consent", "agreement", "necessity", "forbidden")
    information_fence: str = _one("contract_place", "business_office")
    equipment: str = _one("none", "consent", "same_as_information")
    confirmed_by: tuple[str, ...] = _many(ROLES)
    exceptions: tuple[str, ...] = _many(
        ("return", "deliver_results", "between_consented_places", "instruction")
    )


@dataclass(frozen=True)
class EncryptionRegime:
    """When electronic data must be encrypted."""

    storage: str = _one("none", "as_possible", "by_secrecy_level", "compulsory")
    take_out: str = _one("none", "as_possible", "by_secrecy_level", "compulsory")
    transport: str = _one("none", "as_possible", "by_secrecy_level", "compulsory")
    equivalent_accepted: bool = _flag()


@dataclass(frozen=True)
class TransportRegime:
    """What must be arranged and recorded when information is moved."""

    record: str = _one("none", "organisation", "sure_method", "instruction")
    never_leave_instruction: bool = _flag()


@dataclass(frozen=True)
class HandoverRegime:
    """How media pass between the client and the contractor."""

    designation: bool = _flag()
    receipt_document: bool = _flag()
    secure_courier_fallback: bool = _flag()
    officer_roles: tuple[str, ...] = _many(ROLES)
    indirect_basis: tuple[str, ...] = _many(BASES)


@dataclass(frozen=True)
class PurposeRegime:
    """What allows another purpose or a third party. No basis for another purpose: never."""

    other_purpose_basis: tuple[str, ...] = _many(BASES)
    third_party_basis: tuple[str, ...] = _many(BASES)


@dataclass(frozen=True)
class SubcontractRegime:
    """What a subcontract needs before it may start. `max_tier` 0: every tier may be applied for."""

    basis: tuple[str, ...] = _many(BASES)
    decision_in_writing: bool = _flag()
    points: tuple[str, ...] = _many(SUBCONTRACT_POINTS)
    checks: tuple[str, ...] = _many(SUBCONTRACT_CHECKS)
    max_tier: int = _number()
    whole_or_main_part_refused: bool = _flag()
    supervision: bool = _flag()
    incident_reports_to_both: bool = _flag()


@dataclass(frozen=True)
class NonRegularWorkers:
    """Whose labour contracts must state the duties."""

    scope: str = _one("none", "all_non_regular", "dispatched")
    secrecy_without_end: bool = _flag()


@dataclass(frozen=True)
class PeriodicChecks:
    """Which inspections the text demands, always or only with 特定個人情報."""

    demanded: tuple[str, ...] = _many(CHECKS)
    demanded_with_specific_pi: tuple[str, ...] = _many(CHECKS)


@dataclass(frozen=True)
class GovernanceRegime:
    """Which rules, plans and structures must exist, and what they must speak about."""

    demanded: tuple[str, ...] = _many(GOVERNANCE)
    emergency_plan_covers: tuple[str, ...] = _many(COVERS)
    rules_cover: tuple[str, ...] = _many(COVERS)


@dataclass(frozen=True)
class PeriodicReport:
    """Whether the handling status is reported without being asked."""

    regime: str = _one("none", "cycle", "on_request")
    lists_every_handling: bool = _flag()


@dataclass(frozen=True)
class UnneededInformation:
    """What happens to information that is no longer needed while the work goes on."""

    regime: str = _one("none", "manager_order", "ordinance")
    limit_days: int = _number()


@dataclass(frozen=True)
class EndOfContract:
    """How custody ends: by whose word, how fast, and by which act for each origin."""

    basis: str = _one("client_designation", "client_instruction", "clause")
    at_once: bool = _flag()
    grace_days: int = _number()
    end_rule: Mapping[str, str] = _each(ORIGINS, END_RULES)
    documents: tuple[str, ...] = _many(ENDING_DOCUMENTS)
    copy_documents: tuple[str, ...] = _many(ENDING_DOCUMENTS)
    method_names_tool: bool = _flag()
    witness_on_request: bool = _flag()

    @property
    def grace(self) -> timedelta:
        """Return how long after the work things may find their end."""
        return timedelta(days=0 if self.at_once else self.grace_days)


@dataclass(frozen=True)
class IncidentRegime:
    """What must be reported, how fast and with which particulars."""

    trigger: str = _one("leak", "leak_or_fear", "security_problem_or_fear", "breach_or_fear")
    words: Mapping[str, str] = _words(NATURES)
    first_report: str = _one("IMM", "PROMPT")
    first_report_written: bool = _flag()
    written_may_wait: bool = _flag()
    fields: tuple[str, ...] = _many(INCIDENT_FIELDS)
    any_deviation_proposes: bool = _flag()
    explicit_after_end: bool = _flag()
    claim_report: bool = _flag()

    @property
    def suspected_counts(self) -> bool:
        """Tell whether a fear alone must be reported."""
        return self.trigger.endswith("_or_fear")


@dataclass(frozen=True)
class IncidentNotices:
    """Who decides on telling the persons concerned, the public and the commission."""

    person_notice: str = _one("none", "client_instruction")
    publication: str = _one("none", "consultation", "client_may_publish")
    commission_report: str = _one("none", "on_client_request")


@dataclass(frozen=True)
class ClientInspection:
    """How the client may inspect."""

    permitted: bool = _flag()
    on_site: bool = _flag()
    any_time: bool = _flag()
    includes_subcontractors: bool = _flag()
    obey_promptly: bool = _flag()


@dataclass(frozen=True)
class SubmissionDates:
    """Where the due dates of documents come from."""

    source: str = _one("clauses", "set_by_client")


@dataclass(frozen=True)
class AccessRegime:
    """What the program itself must ask of everybody who has rights on the contract."""

    second_factor: bool = _flag()


@dataclass(frozen=True)
class Timing:
    """Numbers behind the words for time; the texts give only the words, a contract may differ."""

    start_lead_days: int = _number()
    immediate_amber_hours: int = _number()
    prompt_amber_business_days: int = _number()
    prompt_red_business_days: int = _number()
    end_lead_days: int = _number()
    end_document_business_days: int = _number()
    confirmation_business_days: int = _number()
    report_days_after_period: int = _number()


@dataclass(frozen=True)
class Cycles:
    """Cycles of the periodic duties. None in `fixed`: the text gives none, somebody must set it."""

    fixed: Mapping[str, Cycle | None]
    suggested: Mapping[str, Cycle]


@dataclass(frozen=True)
class Params:
    """All parameters of a profile; each attribute is a table [params.…] of the file."""

    staff_notice: StaffNotice
    place_notice: PlaceNotice
    pledge: PledgeRegime
    training: TrainingRegime
    identity_document: IdentityDocument
    collection: CollectionLimit
    copy: CopyRegime
    send: SendRegime
    take_out: TakeOutRegime
    encryption: EncryptionRegime
    transport: TransportRegime
    handover: HandoverRegime
    purpose: PurposeRegime
    subcontract: SubcontractRegime
    non_regular_workers: NonRegularWorkers
    checks: PeriodicChecks
    governance: GovernanceRegime
    periodic_report: PeriodicReport
    unneeded: UnneededInformation
    end: EndOfContract
    incident: IncidentRegime
    incident_notices: IncidentNotices
    client_inspection: ClientInspection
    submission_dates: SubmissionDates
    access: AccessRegime
    timing: Timing
    cycles: Cycles


def read_params(table: TableReader) -> Params:
    """Read the table [params] and everything below it."""
    sections: dict[str, object] = {}
    for section in fields(Params):
        inner = table.table(section.name)
        if section.type is Cycles:
            sections[section.name] = _read_cycles(inner)
        else:
            sections[section.name] = _read_section(section.type, inner)
    table.finish()
    return Params(**sections)  # type: ignore[arg-type]  # one reader per declared class


def _read_section(kind: Any, table: TableReader) -> object:
    values = {spec.name: spec.metadata["read"](table, spec.name) for spec in fields(kind)}
    table.finish()
    return kind(**values)


def _read_cycles(table: TableReader) -> Cycles:
    """Read both tables of cycles and see that every suggested one is a real cycle."""
    fixed_table, suggested_table = table.table("fixed"), table.table("suggested")
    fixed = {key: fixed_table.cycle(key) for key in fixed_table.keys if key in CYCLES}
    suggested: dict[str, Cycle] = {}
    for key in suggested_table.keys:
        cycle = suggested_table.cycle(key) if key in CYCLES else None
        if cycle is not None:
            suggested[key] = cycle
        elif key in CYCLES:
            suggested_table.add(key, f"「{key}」の目安は「1か月」のように書いてください。")
    for inner in (fixed_table, suggested_table):
        inner.finish()
    table.finish()
    return Cycles(MappingProxyType(fixed), MappingProxyType(suggested))
