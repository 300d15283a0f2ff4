"""Who could sign what, and when: the keys and states of the users as the log tells them.

The key of the first responsible person is pinned in the ledger's first entry. Every later key came
in by an entry that somebody signed whose key was already known, so the whole chain of keys leads
back to the first one. What counts for a command is what stood in the log *before* it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from models.chain import Action, Command, Entry
from models.codes import AccountStatus, Role
from models.errors import VerificationFailed
from models.records import LedgerOrigin, UserAccount
from storage import log
from storage.database import Database

KEEPERS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
WORKING = frozenset({Role.WORKER, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class State:
    """A user account from one entry on."""

    seq: int
    written_by: str
    key: bytes
    role: Role | None
    active: bool
    person: str


@dataclass(frozen=True, slots=True)
class Sheets:
    """The recovery sheets that the ledger believes from one entry on, by name."""

    seq: int
    written_by: str
    keys: Mapping[str, bytes]


@dataclass
class Authors:
    """The states of all users, by account id and in entry order."""

    first_key: bytes = b""
    vault_id: str = ""
    states: dict[str, list[State]] = field(default_factory=dict)
    sheets: list[Sheets] = field(default_factory=list)

    def key_for(self, command: Command) -> bytes:
        """Return the key that must have signed a command.

        Raises:
            VerificationFailed: the author was unknown or disabled when the command was entered.
        """
        if command.first_seq == 1:
            return self._first_author(command)
        return self.key_of(command.author, command.first_seq)

    def key_of(self, account: str, seq: int) -> bytes:
        """Return an active user's key as it stood before an entry.

        Raises:
            VerificationFailed: the user was unknown or disabled then.
        """
        sheets = self._sheets_before(seq)
        if account in sheets:
            return sheets[account]
        state = self._before(account, seq)
        if state is None:
            raise VerificationFailed(
                reason=f"記帳番号{seq}は、登録されていない利用者が記帳しています。"
            )
        if not state.active:
            raise VerificationFailed(
                reason=f"記帳番号{seq}は、利用停止中の利用者が記帳しています。"
            )
        return state.key

    def stays(self, account: str, first: int, last: int) -> bool:
        """Tell whether it is the account of a user who was active before each of these entries."""
        state = self._before(account, first)
        return state is not None and state.active and state is self._before(account, last)

    def role_of(self, account: str, seq: int) -> Role | None:
        """Return an active user's role as it stood before an entry."""
        state = self._before(account, seq)
        return state.role if state is not None and state.active else None

    def is_sheet(self, account: str, seq: int) -> bool:
        """Tell whether it is a recovery sheet that the ledger believed before an entry."""
        return account in self._sheets_before(seq)

    def person_of(self, account: str, seq: int) -> str:
        """Return whose account it was before an entry, "" for an unknown one."""
        state = self._before(account, seq)
        return state.person if state is not None else ""

    def _first_author(self, command: Command) -> bytes:
        states = self.states.get(command.author, [])
        if not states or states[0].seq > command.last_seq or states[0].key != self.first_key:
            raise VerificationFailed(
                reason="記帳番号1が、台帳を開設した責任者の鍵で記帳されていません。"
            )
        return self.first_key

    def _before(self, account: str, seq: int) -> State | None:
        states = self.states.get(account, [])
        position = bisect_left(states, seq, key=lambda state: state.seq)
        return states[position - 1] if position else None

    def _sheets_before(self, seq: int) -> Mapping[str, bytes]:
        position = bisect_left(self.sheets, seq, key=lambda sheets: sheets.seq)
        return self.sheets[position - 1].keys if position else {}

    def intruders(self) -> Iterator[tuple[int, str]]:
        """Yield (entry, sentence) for accounts that were written by somebody who may not."""
        for account, states in self.states.items():
            for earlier, state in zip([None, *states], states, strict=False):
                if not self._may_write(account, earlier, state):
                    yield (
                        state.seq,
                        f"記帳番号{state.seq}で、権限のない利用者が利用者の登録を変えています。",
                    )
        for sheets in self.sheets[1:]:
            # A sheet makes supervisors, so only they, or a sheet, may bring another one in.
            writer = self._before(sheets.written_by, sheets.seq)
            by_sheet = sheets.written_by in self._sheets_before(sheets.seq)
            if not by_sheet and (writer is None or writer.role is not Role.SUPERVISOR):
                yield (
                    sheets.seq,
                    f"記帳番号{sheets.seq}で、権限のない利用者が回復シートの登録を変えています。",
                )

    def _may_write(self, account: str, earlier: State | None, state: State) -> bool:
        writer = self._before(state.written_by, state.seq)
        responsible = Role.SUPERVISOR in (state.role, earlier.role if earlier else None)
        keepers = {Role.SUPERVISOR} if responsible else KEEPERS
        if writer is None or writer.role in keepers:
            # Without an earlier state it is the first command, which `key_for` judges.
            return True
        same = earlier and (earlier.key, earlier.role, earlier.active, earlier.person) == (
            state.key, state.role, state.active, state.person,
        )  # fmt: skip
        return bool(account == state.written_by and same)


def read_authors(database: Database, seqs: Iterable[int] | None = None) -> Authors:
    """Read the accounts from the log.

    Args:
        seqs: the entries that speak of accounts, if the caller trusts the tables to know them;
            otherwise the whole log is looked through.
    """
    authors = Authors()
    origin = next(log.entries(database, 1, 1), None)
    if origin is not None and origin.type == LedgerOrigin.type and origin.content is not None:
        record = log.read_record(origin.type, origin.record_id, origin.payload, origin.content)
        assert isinstance(record, LedgerOrigin)
        authors.first_key = bytes.fromhex(record.first_key)
        authors.vault_id = record.vault_id
    found = sorted(seqs) if seqs is not None else _all_account_entries(database)
    commands = log.commands_at(database, found)
    for seq in found:
        if seq not in commands:
            continue  # nobody entered it: whoever checks the order of the log names it
        entry = next(log.entries(database, seq, seq))
        if entry.type == LedgerOrigin.type:
            authors.sheets.append(_sheets(entry, commands[seq]))
            continue
        states = authors.states.setdefault(entry.record_id, [])
        states.append(_state(entry, commands[seq], states))
    return authors


def _all_account_entries(database: Database) -> list[int]:
    rows = database.all(
        "SELECT seq FROM entry WHERE type IN (?, ?) ORDER BY seq",
        (UserAccount.type, LedgerOrigin.type),
    )
    return [row[0] for row in rows]


def account_entries(database: Database) -> list[int]:
    """Return the entries about accounts and sheets as the derived tables know them."""
    rows = database.all(
        "SELECT number FROM v_user_account UNION SELECT number FROM v_ledger_origin"
        " UNION SELECT seq FROM v_later WHERE record_id IN"
        " (SELECT id FROM v_user_account UNION SELECT id FROM v_ledger_origin)"
    )
    return [row[0] for row in rows]


def _sheets(entry: Entry, command: Command) -> Sheets:
    if entry.action is Action.VOID or entry.content is None:
        return Sheets(entry.seq, command.author, {})
    record = log.read_record(entry.type, entry.record_id, entry.payload, entry.content)
    assert isinstance(record, LedgerOrigin)
    named = (line.partition("=") for line in record.recovery_keys)
    return Sheets(entry.seq, command.author, {name: bytes.fromhex(key) for name, _, key in named})


def _state(entry: Entry, command: Command, states: list[State]) -> State:
    if entry.action is Action.VOID or entry.content is None:
        last = states[-1] if states else State(0, "", b"", None, False, "")
        return State(entry.seq, command.author, last.key, last.role, False, last.person)
    record = log.read_record(entry.type, entry.record_id, entry.payload, entry.content)
    assert isinstance(record, UserAccount)
    return State(
        entry.seq, command.author, bytes.fromhex(record.public_key), record.app_role,
        record.status is AccountStatus.ACTIVE, record.person_id,
    )  # fmt: skip
