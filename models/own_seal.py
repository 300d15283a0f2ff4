"""The seal of an office and the picture of its stamp: taken into use, kept, and lent to a paper."""

from dataclasses import replace
from typing import TYPE_CHECKING

from models.commands import Change, creating, revising
from models.errors import Refused
from models.records import SealKey
from models.seal_pair import require_pair, secret_name

if TYPE_CHECKING:
    from models.ledger import Ledger

SEAL_IMAGE = "seal-image"
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")  # how PNG and JPEG begin
LARGEST_PICTURE = 1_000_000
NAME_LIMIT = 64
"""X.520 upper bound of a common or organization name; counted in bytes of UTF-8, as X.509 tools do."""


def name_on_seal(organization_name: str) -> str:
    """Return as much of a name as the certificate of a seal carries."""
    return organization_name.encode("utf-8")[:NAME_LIMIT].decode("utf-8", "ignore")


class OwnSeal:
    """Verbs on the seal; `Paper` adds the papers."""

    _ledger: "Ledger"

    def adopt_seal(self, key: SealKey, private_key: bytes) -> Change:
        """Take a seal into use; an earlier one is retired in the same command.

        Args:
            private_key: kept encrypted beside the ledger, never in it.

        Raises:
            Damaged: it is not that of the certificate.
        """
        ledger = self._ledger
        ledger.require("seal")
        require_pair(key, private_key)
        key = ledger.registers.prepared(key)
        ledger.registers.validate(key)
        old = self.seal_key()
        retired = (
            [revising(replace(old, retired_on=ledger.today()), "新しい証印へ交代")] if old else []
        )
        ledger.store.set_secret(secret_name(key), private_key)
        return ledger.commit([*retired, creating(key)])

    def seal_key(self) -> SealKey | None:
        """Return the seal in use."""
        keys = [stored.record for stored in self._ledger.registers.all(SealKey)]
        return next((key for key in keys if key.retired_on is None), None)

    def seal_image(self) -> bytes | None:
        """Return the picture of the stamp that 印影 prints, None when none was kept."""
        return self._ledger.store.secret(SEAL_IMAGE)

    def keep_seal_image(self, picture: bytes) -> None:
        """Keep a picture of the stamp, encrypted beside the ledger; it takes the former's place.

        Raises:
            NotPermitted
            Refused: no PNG or JPEG, or too large.
        """
        self._ledger.require("seal")
        if not picture.startswith(PICTURES) or len(picture) > LARGEST_PICTURE:
            raise Refused(reason="印影の画像には、1MBまでのPNGかJPEGのファイルを選んでください。")
        self._ledger.store.set_secret(SEAL_IMAGE, picture)

    def seal_secret(self) -> tuple[SealKey, bytes]:
        """Return the seal in use with its private key.

        Raises:
            Refused: no seal was made yet.
            Damaged: the private key is lost, or not that of the seal.
        """
        key = self.seal_key()
        if key is None:
            raise Refused(reason="証印がまだありません。「設定・利用者」で証印を作成してください。")
        secret = self._ledger.store.secret(secret_name(key))
        require_pair(key, secret)
        assert secret is not None, "a lost one is refused"
        return key, secret
