"""After signing in: bring key header and accounts to agree again when an act died between the two.

Keys stand in the header, accounts in the log, and no transaction spans both. Each verb of
`models/people.py` therefore leaves, when it dies half-way, a state that tells by itself what was
meant; whoever signs in next and may, finishes it or takes it back. Nothing here was acknowledged
to anybody, so both are honest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from models.backup_disposal import FINISHED, finish_disposals
from models.chain import Intent
from models.codes import AccountStatus, Role, SystemEventKind
from models.commands import revising
from models.errors import (
    AccountUnfinished,
    Cancelled,
    DiskFull,
    InputOutput,
    MediumMissing,
    NotPermitted,
    NotWritable,
    SheetReplaced,
)
from models.records import LedgerOrigin, SystemEvent, UserAccount
from models.safe import SheetKey, WayIn
from models.store import Progress, quiet, tell
from models.versions import versions

if TYPE_CHECKING:
    from models.ledger import Ledger

FORMER_KEY = (
    "{0}のパスワードは、復元したバックアップより後に再発行されています。この台帳では、前のパスワードも"
    "再発行したパスワードも使えません。もう一度再発行してください。"
)
FINISHED_REISSUE = (
    "前回途中で終わっていた、{0}のパスワードの再発行を完了しました。"
    "最初のパスワードを伝え直すか、もう一度再発行してください。"
)
FINISHED_SHUT = (
    "前回途中で終わっていた、{0}のパスワードの使用停止を完了しました。今は、だれも{0}では開けません。"
    "「知られた・紛失」をもう一度行い（カードの無効化、「事故・違反」の登録）、「パスワードの再発行」をしてください。"
)
KEY_RENEWED = "前回途中で止まった暗号鍵の更新を完了しました。新しいバックアップを作成してください。"
MANAGERS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})


def require_signer(ledger: "Ledger") -> None:
    """Refuse whose account may not be used today, or whose signature the ledger would not believe.

    It is asked before anything is shown to that person, and before a line is signed in that name.

    Raises:
        NotPermitted: the account is disabled or past its last day.
        AccountUnfinished: the user's own keys are not the ones the ledger believes.
    """
    _require_own_key(ledger, _ways(ledger))


def settle(ledger: "Ledger", progress: Progress = quiet) -> None:
    """Finish or take back what died half-way; sentences for the user go to `ledger.notices`.

    Args:
        progress: of a new data key; who stops it comes in, and the next sign-in goes on with it.

    Raises:
        NotPermitted, AccountUnfinished: as in `require_signer`; nothing was done.
    """
    ways = _ways(ledger)
    _require_own_key(ledger, ways)
    try:
        _settle_own_password(ledger, ways)
        if not ledger.user.must_change and ledger.role in MANAGERS:
            ledger.notices += _settle_others(ledger, ways, progress)
            ledger.notices += _settle_key(ledger)
            ledger.notices += _settle_disposals(ledger)
        if not ledger.user.must_change and ledger.role is Role.SUPERVISOR:
            ledger.journal.finish()
            settle_sheet(ledger)
    except (DiskFull, InputOutput, MediumMissing, NotPermitted, NotWritable) as error:
        # A full disk must not keep people from reading; it is tried again at the next sign-in.
        ledger.notices.append(str(error))


def settle_sheet(ledger: "Ledger") -> None:
    """Let the ledger believe the one sheet that is valid now, and no other."""
    stored = _origin(ledger)
    lines = (ledger.safe.sheet_key().line,)
    if stored is not None and stored.recovery_keys != lines:
        kept = replace(stored, recovery_keys=lines)
        ledger.commit([revising(kept, "有効な回復シートだけを残す")])


def require_believed_sheet(ledger: "Ledger") -> None:
    """Refuse a sheet that opens the keys, but under which the ledger lets nobody enter anything.

    Raises:
        SheetReplaced
    """
    origin = _origin(ledger)
    if origin is not None and ledger.safe.sheet_key().line not in origin.recovery_keys:
        raise SheetReplaced()


def believing(ledger: "Ledger", sheet: SheetKey, reason: str) -> Intent:
    """Return what makes the ledger believe one more recovery sheet."""
    origin = _origin(ledger)
    assert origin is not None, "every ledger begins with its origin"
    others = [line for line in origin.recovery_keys if not line.startswith(f"{sheet.name}=")]
    return revising(replace(origin, recovery_keys=(*others, sheet.line)), reason)


def _origin(ledger: "Ledger") -> LedgerOrigin | None:
    found = ledger.registers.all(LedgerOrigin)
    return found[0].record if found else None


def _ways(ledger: "Ledger") -> Mapping[str, WayIn]:
    return {way.user_id: way for way in ledger.safe.ways_in()}


def _require_own_key(ledger: "Ledger", ways: Mapping[str, WayIn]) -> None:
    account = ledger.user
    require_believed(account, ways.get(account.id))


def require_believed(account: UserAccount, way: WayIn | None) -> None:
    """Refuse a way in whose keys or role are not the ones that the ledger believes of an account.

    Raises:
        AccountUnfinished
    """
    known = (account.public_key, account.app_role)
    if way is None or (way.public_key.hex(), way.role) != known:
        raise AccountUnfinished(login=account.login_name)


def _settle_own_password(ledger: "Ledger", ways: Mapping[str, WayIn]) -> None:
    account = ledger.user
    if account.must_change and not ways[account.id].initial:
        changed = replace(account, password_changed_on=ledger.today(), must_change=False)
        ledger.commit([revising(changed, "本人によるパスワードの変更（記帳の再開）")])


def _settle_others(
    ledger: "Ledger", ways: Mapping[str, WayIn], progress: Progress
) -> Iterator[str]:
    accounts = {account.id: account for account in ledger.people.accounts()}
    for way in ways.values():
        account = accounts.get(way.user_id)
        if way.user_id == ledger.user.id:
            continue
        if account is None:
            ledger.safe.take_back(way.user_id)
            yield (
                "前回、利用者の登録が途中で終わっていたため取り消しました。"
                "必要なら、もう一度登録してください。"
            )
        elif account.status is AccountStatus.DISABLED:
            yield _finish_removal(ledger, account, progress)
        elif way.public_key.hex() == account.public_key:
            continue
        elif _is_former(ledger, account, way):
            yield FORMER_KEY.format(account.login_name)
        else:
            _finish_reissue(ledger, account, way)
            yield (FINISHED_REISSUE if way.here else FINISHED_SHUT).format(account.login_name)


def _is_former(ledger: "Ledger", account: UserAccount, way: WayIn) -> bool:
    """Tell whether a way in is of a key that the account had before: a restore brought it back.

    Somebody else may know its password; it stays shut until the responsible person issues a new one.
    """
    known = versions(ledger.store, UserAccount, account.id)
    return any(one.record.public_key == way.public_key.hex() for one in known)


def _finish_removal(ledger: "Ledger", account: UserAccount, progress: Progress) -> str:
    """Shut out whose account is disabled; return what to tell."""
    whose = f"前回途中で終わっていた、{account.login_name}の利用停止"
    tell(progress, f"{whose}を完了しています（台帳の暗号鍵の更新）。")
    try:
        ledger.safe.remove_user(account.id, progress)
    except Cancelled:
        return f"{whose}は、まだ済んでいません。次のサインインで続けます。"
    return f"{whose}を完了しました。"


def _settle_key(ledger: "Ledger") -> Iterator[str]:
    if ledger.safe.key_was_renewed and not _renewal_is_entered(ledger):
        ledger.people.note_renewal("途中で止まった更新の完了", "前回の更新を完了したため")
        yield KEY_RENEWED
    if ledger.safe.renewal_waits:
        yield ledger.safe.renewal_waits


def _renewal_is_entered(ledger: "Ledger") -> bool:
    number = str(ledger.safe.key_number)
    events = ledger.registers.all(SystemEvent, kind=SystemEventKind.KEY_RENEWED)
    return any(stored.record.value == number for stored in events)


def _settle_disposals(ledger: "Ledger") -> Iterator[str]:
    if count := finish_disposals(ledger):
        yield FINISHED.format(count)


def _finish_reissue(ledger: "Ledger", account: UserAccount, way: WayIn) -> None:
    renewed = replace(
        account,
        public_key=way.public_key.hex(),
        password_changed_on=ledger.today(),
        must_change=way.initial or not way.here,
    )
    ledger.commit([revising(renewed, "途中で終わった再発行の完了")])
