"""A password is known to others, or a card is lost: everything that it opens is shut in one act.

OC-C.2x.b.d and OC-Y.2x.イ.エ want it at once (A-06): new secrets, cards without effect, a new data key,
so that neither an old copy of the key file nor the card opens what is written from now on. The same
command opens the draft of an incident for every contract that was open (models/incidents.py): whether the
client is told, and what comes of it, is kept there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from models.both_or_neither import why
from models.chain import Intent
from models.codes import (
    AccountStatus,
    IncidentLogKind,
    InvalidReason,
    Role,
)
from models.commands import Change, creating, revising
from models.errors import (
    AzukariError,
    Cancelled,
    JournalFailed,
    KeyNotRenewed,
    NotEnteredYet,
)
from models.incidents import OPENED, first_told, lost_way_in, numbered
from models.lost_cards import situation_of
from models.people import BACK_UP_NOW
from models.reached import reached
from models.records import Credential, Incident, IncidentLog, UserAccount
from models.rules.answers import Answers
from models.store import Progress, quiet
from models.wareki import format_wareki

if TYPE_CHECKING:
    from models.ledger import Ledger

NOT_RENEWED = (
    "古いパスワードとカードは使えなくしましたが、暗号鍵の更新を中止しました。"
    "以前の鍵ファイルの写しがあれば、今の台帳も開けます。「暗号鍵の更新」を行ってください。"
)
OWN_WORD = "本人が、パスワードを知られたおそれがあるとして変えました。"
ASK_NOW = (
    "パスワードを変更しました。前のパスワードは二度と使えません。続けて、責任者かシステム管理者に"
    "「知られた・紛失」を頼んでください（カードの無効化、暗号鍵の更新、調査と報告の判断）。"
)
ASK_NOW_AS_OFFICER = (
    "パスワードを変更しました。前のパスワードは二度と使えません。検査者（閲覧専用）の方は台帳に登録できないため、"
    "「事故・違反」には登録されていません。すぐに責任者に伝え、「知られた・紛失」を頼んでください。"
)
WITHHELD = (
    "「{0}」は、いまはだれにも開けません。本人であることを確かめてから、"
    "「パスワードの再発行」で最初のパスワードを渡してください。"
)
MEASURES = "知られたパスワードを使えなくした。"
ENDED_CARDS = "カード等（{0}）を無効にした。"
CHANGED_BEFORE = (
    "「{0}」のパスワードは、{1}に決められたものを使えなくしました。"
    "その前に使っていたものを知られていて、本人が印を付けずに変えたときは、台帳は比べられません。"
    "戻さないよう、本人に伝えてください。"
)


def cards_of(ledger: "Ledger", person_id: str) -> list[Credential]:
    """Return the cards and keys that a person can use today."""
    held = [one.record for one in ledger.registers.all(Credential, holder_person_id=person_id)]
    today = ledger.today()
    return [one for one in held if one.valid_on(today) and one.invalidated_at is None]


def shut(
    ledger: "Ledger",
    account_id: str,
    reason: str,
    *,
    old_password: str = "",
    new_password: str = "",
    cards: Sequence[str] = (),
    progress: Progress = quiet,
    answers: Answers | None = None,
) -> Change:
    """Shut what was known, end cards, renew the data key, and open the draft of an incident.

    Another person's account is left without a password: who takes a way in away gets none by it. A
    first one is a reissue, which asks whom it asks.

    Args:
        account_id: whose password is known, or whose card is lost.
        old_password, new_password: for one's own account only.
        cards: ids of the credentials that are lost or known.
        progress: of the new data key; who stops it keeps everything else.
        answers: who agreed, or that somebody will, where it is an administrator's account.

    Raises:
        NeedsAnswer, NotFound, NotPermitted, Refused, InvalidField, WeakPassword, WrongPassword
        KeyNotRenewed: the password is out of force, and the cards are entered as ended.
    """
    account = ledger.registers.need(UserAccount, account_id).record
    told: tuple[str, ...] = ()
    beside = [*_ended(ledger, cards, reason), *_opened(ledger, account, reason, cards)]
    if account.id == ledger.user.id:
        ledger.require("accounts")
        change = ledger.people.change_password(
            old_password, new_password, exposed=True, beside=beside
        )
        done = f"{account.login_name}の新しいパスワード"
    else:
        change = ledger.people.withhold_password(account_id, reason, beside, answers=answers)
        done = f"{account.login_name}のパスワードの使用停止"
        told = (WITHHELD.format(account.login_name), *_changed_before(account))
    try:
        renewal = ledger.people.renew_key(reason, progress)
    except Cancelled:
        return replace(change, notices=(NOT_RENEWED, *told))
    except (JournalFailed, NotEnteredYet):
        raise  # the key is a new one
    except AzukariError as error:
        raise KeyNotRenewed(done=done, reason=why(error)) from error
    return replace(
        renewal, ids=change.ids, types=change.types | renewal.types, notices=(BACK_UP_NOW, *told)
    )


def change_known(
    ledger: "Ledger", old: str, new: str, *, reminded: bool = False, progress: Progress = quiet
) -> Change:
    """Change the own password because others may know it; whoever may, shuts the rest (A-06).

    A worker waits for nobody to do this, and the known one is never taken again. Cards, data key and
    the judgement are for those who manage accounts; the incident tells them at once.

    Raises:
        Cancelled, WeakPassword, WrongPassword, KeysUncertain: as `People.change_password`.
    """
    account = ledger.user
    officer = account.app_role is Role.INSPECTOR  # enters nothing but the own password
    owner = _responsible(ledger)
    beside = [] if officer else list(_opened(ledger, account, OWN_WORD, (), owner))
    change = ledger.people.change_password(
        old, new, reminded=reminded, exposed=True, beside=beside, progress=progress
    )
    return replace(change, notices=(ASK_NOW_AS_OFFICER if officer else ASK_NOW,))


def _responsible(ledger: "Ledger") -> str:
    """Return who decides about a report: oneself, or the first responsible person in use."""
    if ledger.role is Role.SUPERVISOR:
        return ledger.user.person_id
    found = ledger.registers.all(UserAccount, app_role=Role.SUPERVISOR, status=AccountStatus.ACTIVE)
    return found[0].record.person_id if found else ledger.user.person_id


def _changed_before(account: UserAccount) -> Iterator[str]:
    """Yield what is to be told where the person has changed the password before it was shut (A-08)."""
    day = account.password_changed_on
    if day is not None and not account.must_change:
        yield CHANGED_BEFORE.format(account.login_name, format_wareki(day))


def _ended(ledger: "Ledger", cards: Sequence[str], reason: str) -> Iterator[Intent]:
    text, now = ledger.registers.reason(reason), ledger.now()
    for card_id in cards:
        card = ledger.registers.need(Credential, card_id).record
        gone = replace(card, reported_at=now, invalidated_at=now, invalid_reason=InvalidReason.LOST)
        yield revising(gone, text)


def _opened(
    ledger: "Ledger", account: UserAccount, reason: str, cards: Sequence[str], owner: str = ""
) -> Iterator[Intent]:
    """Yield an incident for each contract that was open, and one of no contract where it has to be.

    Args:
        owner: id of the person; the signed-in user if left out.
    """
    for contract_id in reached(ledger, account, cards):
        if (told := _told_before(ledger, account, reason, contract_id)) is not None:
            yield creating(_carried_on(ledger, told, account, reason, cards))
            continue
        said, done = _situation(account, reason), _measures(ledger, cards)
        draft = lost_way_in(ledger, contract_id, said, done, owner)
        [draft] = numbered(ledger, [draft])
        ledger.registers.validate(draft)
        yield creating(draft)


def _told_before(
    ledger: "Ledger", account: UserAccount, reason: str, contract_id: str
) -> Incident | None:
    """Return the open incident of the same matter, whatever its story says by now.

    The owner of the password opened it himself and asked others to go on with it; or the same was
    entered before on this day, or his card as lost.
    """
    own = _situation(account, OWN_WORD)
    today = {_situation(account, reason)}
    today |= {
        situation_of(ledger, one.record)
        for one in ledger.registers.all(Credential, holder_person_id=account.person_id)
    }
    for stored in ledger.registers.all(Incident, contract_id=contract_id):
        if not stored.record.is_open:
            continue
        first = first_told(ledger, stored.record)
        if first is None:
            continue
        said = first.record.situation
        if said == own or (first.day == ledger.today() and said in today):
            return stored.record
    return None


def _carried_on(
    ledger: "Ledger", told: Incident, account: UserAccount, reason: str, cards: Sequence[str]
) -> IncidentLog:
    """Return what others did about an incident that the owner of the password had opened."""
    step = IncidentLog(
        id=ledger.new_id(),
        contract_id=told.contract_id,
        incident_id=told.id,
        at=ledger.now(),
        kind=IncidentLogKind.MEASURE,
        text=f"{_situation(account, reason)}\n{_measures(ledger, cards)}",
        by_person_id=ledger.user.person_id,
    )
    ledger.registers.validate(step)
    return step


def _situation(account: UserAccount, reason: str) -> str:
    return f"{OPENED}：{account.login_name}：{reason}"


def _measures(ledger: "Ledger", cards: Sequence[str]) -> str:
    """Say what the same command does; whether the data key is renewed, 運転状況 tells."""
    names = [ledger.registers.need(Credential, one).record.caption() for one in cards]
    return MEASURES + (ENDED_CARDS.format("、".join(names)) if names else "")
