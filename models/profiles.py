"""A municipality's rule profile: its clauses, rules, words, documents and parameters, as they are asked.

models/profile_file.py reads it; nothing of a profile can be changed after that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from models.codes import AssignmentRole
from models.errors import NotFound
from models.profile_params import Params
from models.profile_vocabulary import ROLE_CONCEPTS


@dataclass(frozen=True)
class Due:
    """Numbers that differ from the profile's timing for one clause; None: as in the timing."""

    lead_days: int | None = None
    business_days: int | None = None
    days: int | None = None


@dataclass(frozen=True)
class Clause:
    """One demand of the text, in our own words, and what proves that it was kept."""

    key: str
    article: str
    heading: str
    summary: str
    duty: str
    triggers: tuple[str, ...]
    consent: str
    """The clause's own verb (承諾, 同意, …) when the client must agree first, else ""."""
    mandatory: bool
    support: bool
    """True for a text that only explains or extends a duty (ordinance, standard, penalty)."""
    only_with: tuple[str, ...]
    """Codes of the profiles whose contracts it concerns; empty: every contract."""
    due: Due
    records: tuple[str, ...]
    documents: tuple[str, ...]
    rules: tuple[str, ...]
    evidence: tuple[str, ...]
    requirements: tuple[str, ...]
    """Properties of the program (A-nn) that satisfy the clause."""
    governance: tuple[str, ...] = ()
    """Rules that must be in force, or topics that they must cover, for this clause alone."""
    offices: tuple[str, ...] = ()
    """Roles that somebody holds on every day of the work, for this clause."""
    requests: tuple[str, ...] = ()
    """Kinds of requests of the client that `EQ-REQ` counts for this clause alone."""
    source: str = ""
    """Title of the companion text in which it stands; "" for the contract's own text."""

    @property
    def cited(self) -> str:
        """Return the article, with the text in which it stands when that is a companion."""
        return f"{self.source}　{self.article}" if self.source else self.article

    @property
    def contractual_only(self) -> bool:
        """Tell whether there is nothing to record for this clause."""
        return self.duty == "contractual_only"

    @property
    def trigger(self) -> str:
        """Return the first trigger, "" when the clause has no clock of any kind."""
        return self.triggers[0] if self.triggers else ""


@dataclass(frozen=True)
class RuleSetting:
    """How strictly one rule works under this profile, with the rule's own parameters."""

    rule_id: str
    mode: str
    params: Mapping[str, Any]

    def mode_for(self, key: str) -> str:
        """Return the mode of a special case (`lent`, `third_party`, …), else the general mode."""
        return str(self.params.get(key, self.mode))


@dataclass(frozen=True)
class Term:
    """The word for a concept; `own` is False when the text has none and the product's stands in."""

    label: str
    own: bool
    note: str = ""


@dataclass(frozen=True)
class DocumentForm:
    """What a document is called here, which clauses ask for it, and what it must show.

    `offered` False: a contract under this profile has no use for the document.
    `own_title`: the text itself names the form. `required` maps field keys to printed labels.
    """

    document_id: str
    title: str
    own_title: bool
    change_title: str
    clauses: tuple[str, ...]
    seal: str
    offered: bool
    required: Mapping[str, str]

    @property
    def title_of_change(self) -> str:
        """Return what a notice of changes by this form is called."""
        return self.change_title or self.title

    @property
    def sealed(self) -> bool:
        """Tell whether it leaves the office as a sealed paper when it is issued."""
        return self.seal in ("sealed", "sealed_on_request", "annex")

    @property
    def demanded(self) -> bool:
        """Tell whether a clause of the text asks for it."""
        return bool(self.clauses)


@dataclass(frozen=True)
class Profile:
    """One municipality's text as the program works with it."""

    code: str
    title: str
    municipality: str
    """Whose text it is, in words by which people find it; "" where the file does not say."""
    version: str
    text_as_of: str
    """Day (YYYY-MM-DD) on which the wording was compared with the text; "" when nobody has."""
    article_style: str
    companions: tuple[str, ...]
    """Codes of profiles that are shown beside this one on the same contract."""
    clauses: Mapping[str, Clause]
    rules: Mapping[str, RuleSetting]
    terms: Mapping[str, Term]
    documents: Mapping[str, DocumentForm]
    params: Params
    sha256: str
    """Hash of the canonical content; a contract pins it. Comments and layout do not count."""
    parts: Mapping[str, str]
    """Short marks of its parts (models/text_parts.py), by which a change can be said in words."""

    @property
    def called(self) -> str:
        """How people tell the text from others: 千葉市　個人情報取扱特記事項."""
        return f"{self.municipality}　{self.title}" if self.municipality else self.title

    @cached_property
    def silent(self) -> frozenset[str]:
        """Rules that this text does not ask at all."""
        rules = self.rules.items()
        return frozenset(key for key, one in rules if one.mode == "off" and not one.params)

    def term(self, concept: str) -> str:
        """Return the word for a concept (models/profile_vocabulary.py)."""
        return self.terms[concept].label

    def own_word(self, concept: str) -> str:
        """Return what the text itself calls a concept, "" where it has no word of its own."""
        term = self.terms.get(concept)
        return term.label if term is not None and term.own else ""

    def role_word(self, role: AssignmentRole | None) -> str:
        """Return what the text calls a role, else what everybody does."""
        if role is None:
            return ""
        return self.own_word(ROLE_CONCEPTS.get(role, "")) or role.label

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the titles of the texts whose clauses it carries, the contract's own first."""
        sources = (clause.source for clause in self.clauses.values() if clause.source)
        return tuple(dict.fromkeys((self.title, *sources)))

    def clause(self, key: str) -> Clause:
        """Return a clause.

        Raises:
            NotFound: the profile has no such clause.
        """
        if key not in self.clauses:
            raise NotFound(what=f"条項「{key}」（{self.title}）")
        return self.clauses[key]

    def cite(self, key: str) -> str:
        """Return the clause as it is cited on paper, e.g. 第11条第2号."""
        return self.clause(key).article

    def rule(self, rule_id: str) -> RuleSetting:
        """Return the setting of a rule of `RULES`."""
        return self.rules[rule_id]

    def clauses_of_rule(self, rule_id: str) -> tuple[Clause, ...]:
        """Return the clauses a finding of the rule may name; empty for rules of the product."""
        return tuple(clause for clause in self.clauses.values() if rule_id in clause.rules)

    def document(self, document_id: str) -> DocumentForm:
        """Return the form of a document of `DOCUMENTS`."""
        return self.documents[document_id]

    def document_title(self, document_id: str) -> str:
        """Return what the document is called under this profile."""
        return self.documents[document_id].title

    def clauses_for(self, contract_profile: str) -> tuple[Clause, ...]:
        """Return the clauses that concern a contract under the given (main) profile."""
        return tuple(
            clause
            for clause in self.clauses.values()
            if not clause.only_with or contract_profile in clause.only_with
        )
