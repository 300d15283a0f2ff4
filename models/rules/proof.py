"""The proof of a second person: what is asked and what is signed, byte for byte.

Whoever agrees to a breach signs with the own key, at a place of the ledger that no other command
can ever have: the head on which the act will be entered. The statement is in docs/format.md,
"Approval"; it is rebuilt from the entries alone, so that anybody can check it later.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from models.chain import Head, canonical, timestamp
from models.errors import VerificationFailed
from models.kinds import Json

APPROVAL_TAG = b"azukari/approval/1\x00"
FORMAT = 1
ADDED_LATER = frozenset({"deviation", "deviation_reason", "status", "confirmed_by", "confirmed_at"})
"""Fields that the agreement itself, or the confirmation that it is about, brings about."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a second person is asked to agree to.

    Args:
        head: the ledger as it stands; the act comes right after it.
        asker: person id of the one who asks.
        subject: SHA-256 (hex) of what is to be entered, see `subject_of`.
        rules: rules that are broken.
        people: person ids of those who may agree.
    """

    vault_id: str
    head: Head
    asker: str
    subject: str
    rules: tuple[str, ...]
    people: frozenset[str]

    def statement(self, account: str, at: datetime, reasons: Mapping[str, str]) -> bytes:
        """Return what the second person signs.

        Args:
            account: id of the account that signs.
            reasons: reason by rule, as it will be entered.
        """
        return APPROVAL_TAG + rfc8785.dumps(
            {
                "account": account,
                "asker": self.asker,
                "at": timestamp(at),
                "head": self.head.hex,
                "reasons": {rule: reasons[rule] for rule in self.rules},
                "seq": self.head.seq,
                "subject": self.subject,
                "v": FORMAT,
                "vault": self.vault_id,
            }
        )

    def check(
        self, proof: str, at: datetime, reasons: Mapping[str, str], public_key: bytes
    ) -> None:
        """Check the signature in a proof.

        Raises:
            VerificationFailed: it is not this act, this place, these reasons or this person.
        """
        account, signature = read_proof(proof)
        try:
            key = Ed25519PublicKey.from_public_bytes(public_key)
            key.verify(signature, self.statement(account, at, reasons))
        except (InvalidSignature, ValueError, KeyError) as error:
            raise VerificationFailed(
                reason="二人目の確認の署名が、記録の内容と合いません。"
            ) from error


def subject_of(contents: Iterable[tuple[str, Mapping[str, Json]]]) -> str:
    """Return SHA-256 (hex) of records, each as type and content fields; their order is free."""
    digests = sorted(
        hashlib.sha256(canonical(_kept(type_, fields), free=True)).hexdigest()
        for type_, fields in contents
    )
    return hashlib.sha256("".join(digests).encode("ascii")).hexdigest()


def write_proof(account: str, signature: bytes) -> str:
    """Return the text that `RuleOverride.proof` keeps."""
    return f"{FORMAT}:{account}:{signature.hex()}"


def read_proof(proof: str) -> tuple[str, bytes]:
    """Return account id and signature of a proof.

    Raises:
        VerificationFailed: it has another form.
    """
    version, _, rest = proof.partition(":")
    account, _, signature = rest.partition(":")
    try:
        if version != str(FORMAT) or not account:
            raise ValueError(version)
        return account, bytes.fromhex(signature)
    except ValueError as error:
        raise VerificationFailed(reason="二人目の確認の署名が読めません。") from error


def _kept(type_: str, fields: Mapping[str, Json]) -> Json:
    kept = {name: value for name, value in fields.items() if name not in ADDED_LATER}
    return {"fields": kept, "type": type_}
