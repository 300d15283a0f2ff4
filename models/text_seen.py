"""The file of a contract's text is another one than the contract was entered with (R-39).

Everything is judged by the file of today. Who is responsible looks at what changed and says so; the
contract is then bound to that file, and when, by whom and why stays to be read beside the clauses.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from models.commands import Change, revising
from models.errors import Refused
from models.marks import packed, unpacked
from models.profiles import Profile
from models.records import Contract, Record
from models.text_parts import differences

if TYPE_CHECKING:
    from models.ledger import Ledger

R = TypeVar("R", bound=Record)
MARK = 12  # letters of a hash that are shown
OTHER_FILE = (
    "特記事項の設定の内容が、契約を登録した（前に確認した）ときと違います（照合値{0}…、今は{1}…）。{changes}条項・規則の"
    "判定は今の内容によります。責任者が確かめて、「特記事項の変更を確認」でそのことを残してください。"
)
KNOWN = "変わったこと：{0}。"
UNKNOWN = "そのときの内容の控えがこの台帳にないため、変わったことは示せません{0}。"
SEEN = "特記事項の変更の確認：{0}"
NOTHING = "「{0}」の特記事項の設定は、契約を登録した（前に確認した）ときと同じです。確認するものはありません。"
NO_MARK = (
    "「{0}」には特記事項の照合値が登録されていないため、変わったかどうかを比べられません。"
    "確認するものはありません。"
)
TOO_SHORT = "確かめたことを、{0}文字以上で入力してください。"
LEAST = 5  # characters


class TextSeen:
    """Verbs on the text that a contract is bound to."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger

    def waiting(self, contract: Contract) -> str:
        """Return what there is to look at, "" when the file is the one that was seen."""
        return other_file(contract, self._ledger.registers.need_profile(contract.profile_code))

    def confirm(self, contract_id: str, seen: str, *, command_id: str = "") -> Change:
        """Say, as the signed-in responsible person, that the text of today was looked at.

        Args:
            seen: what was found.

        Raises:
            NotFound, NotPermitted
            Refused: nothing has changed, or nothing was said.
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        ledger.require("accept_text")
        contract = ledger.registers.in_force(Contract, contract_id).record
        profile = ledger.registers.need_profile(contract.profile_code)
        if not other_file(contract, profile):
            words = NOTHING if contract.profile_sha256 else NO_MARK
            raise Refused(reason=words.format(contract.caption()))
        if len(seen.strip()) < LEAST:
            raise Refused(reason=TOO_SHORT.format(LEAST))
        bound = replace(
            contract, profile_sha256=profile.sha256, profile_version=profile.version,
            profile_parts=packed(profile.parts),
        )  # fmt: skip
        reason = ledger.registers.reason(SEEN.format(seen.strip()))
        return ledger.commit([revising(bound, reason)], command_id=command_id)


def other_file(contract: Contract, profile: Profile) -> str:
    """Say that the file of a text is another one than the contract is bound to, "" if it is not."""
    mark = contract.profile_sha256
    if not mark or mark == profile.sha256:
        return ""
    words = _what_changed(contract, profile)
    return OTHER_FILE.format(mark[:MARK], profile.sha256[:MARK], changes=words)


def _what_changed(contract: Contract, profile: Profile) -> str:
    known = unpacked(contract.profile_parts)
    if found := [*differences(known, profile.parts, _articles(profile))] if known else []:
        return KNOWN.format("、".join(found))
    versions = (contract.profile_version, profile.version)
    said = f"（第{versions[0]}版から第{versions[1]}版）" if versions[0] != versions[1] else ""
    return UNKNOWN.format(said)


def changed_between(before: Contract, after: Contract, profile: Profile | None) -> list[str]:
    """Return what differs between the files that two versions of a contract are bound to."""
    parts = [unpacked(one.profile_parts) for one in (before, after)]
    if not all(parts):
        return []
    return [*differences(parts[0], parts[1], _articles(profile) if profile else {})]


def bound(record: R, stored: Record | None, profiles: Mapping[str, Profile]) -> R:
    """Return a contract with the marks of the text that it is bound to; all else as it is.

    Args:
        stored: the version in force, if there is one.
        profiles: the texts of today.
    """
    if not isinstance(record, Contract):
        return record
    profile = profiles.get(record.profile_code)
    if profile is not None and record.profile_sha256 == profile.sha256:
        parts = packed(profile.parts)
    elif isinstance(stored, Contract) and stored.profile_sha256 == record.profile_sha256:
        parts = stored.profile_parts
    else:
        parts = ""
    return record.with_changes(profile_parts=parts)


def _articles(profile: Profile) -> dict[str, str]:
    return {key: clause.article for key, clause in profile.clauses.items()}
