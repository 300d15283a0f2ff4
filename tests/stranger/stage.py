"""A ledger in which everything happened that docs/format.md speaks of, made by the program."""

import os
import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from models.access import Act, Question
from models.backups import record_backup
from models.codes import AttachmentKind, ContractStatus, HandlingKind, Role, SubmissionMeans
from models.commands import voiding
from models.records import Contract, HandlingEvent, HandlingLine, Place, Submission, UserAccount
from models.rules.answers import Answers, SignIn
from models.store import Op, Query, Where
from reports.seal import make_seal_certificate, seal_record
from tests.house import House, furnished
from ui.issue import IssueRequest, issue
from ui.sample import cast

BOSS, WORKER, _, ADMINISTRATOR = cast.USERS
REASON = "担当者が急病で、代わりの人が入力したため"
NEW_PASSWORD = "黄色い目録-8つの夕に点呼"
PICTURE = "鷺沼の写真".encode() * 20_000


@dataclass(frozen=True)
class Stage:
    """Where everything lies, and what the program says of it."""

    home: Path
    sheet: str
    container: Path
    papers: tuple[Path, ...]
    seq: int
    head: str
    counts: dict[str, int]
    authors: list[str]
    lines: int
    fingerprint: str

    def at(self, home: Path) -> "Stage":
        """Return the same with everything in another folder."""
        papers = tuple(home / one.relative_to(self.home) for one in self.papers)
        container = home / self.container.relative_to(self.home)
        return replace(self, home=home, container=container, papers=papers)

    @property
    def ledger(self) -> Path:
        return self.home / "ledger"

    @property
    def journal(self) -> Path:
        return self.home / "journal"

    @property
    def device(self) -> Path:
        return self.home / "device"


def play(home: Path) -> Stage:
    """Let everything happen, close the ledger and say what the program knows of it."""
    with furnished(home, profile="fukuoka", rules=True, accounts=True, own=True) as house:
        house.ledger.journal.start(home / "journal")
        house.story.receive(2)
        _mistaken(house)
        _agreed(house)
        _checked(house)
        _erased(house)
        papers = _sealed(house)
        _shut_out(house)
        _new_password(house)
        return _told(house, papers)


def _mistaken(house: House) -> None:
    """Enter a place twice, correct the one and void the other."""
    ledger = house.ledger
    places = [replace(house.story.places[0], id="", name=f"倉庫{n}") for n in (1, 2)]
    first, second = ledger.registers.create_all(places).ids
    right = ledger.registers.need(Place, first).record.with_changes(floor_room="2階")
    ledger.registers.revise(right, "階の訂正")
    ledger.commit([voiding(ledger.registers.need(Place, second).record, "二重の登録")])


def _agreed(house: House) -> None:
    """Enter a breach to which a second person agrees at once, and one that waits."""
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=HandlingKind.USE, purpose="入力",
        occurred_at=house.clock(), ended_at=house.clock(),
        actor_person_id=house.story.people["officer"], place_from_id=house.story.places[1].id,
        lines=(HandlingLine(item_id=house.story._stock[0].id),),
    )  # fmt: skip
    handling = house.ledger.handling
    done = house.ledger.rules.entering(
        lambda answers: handling.record(event, answers=answers),
        Answers({"R-01": REASON}),
        _worker(house),
    )
    handling.confirm([done.ids[-1]])
    handling.record(event, answers=Answers({"R-01": REASON}, later=True))


def _worker(house: House) -> SignIn:
    return SignIn(house.story.people["worker"], WORKER.login, WORKER.password)


def _checked(house: House) -> None:
    """Destroy a copy: a checker signs before it goes."""
    house.story.copy(house.story._stock[1])
    house.story.destroy(house.story._copies[-1])


def _erased(house: House) -> None:
    """Let a contract with a picture come to its end, and take its content away."""
    ledger = house.ledger
    day = ledger.today() - timedelta(days=1)
    contract = replace(
        house.story.contract, id="", contract_no="2026-002", title="終えた業務",
        signed_on=day, starts_on=day, work_start_on=day, ends_on=day, retain_ledger_until=day,
    )  # fmt: skip
    ended = ledger.registers.create(contract).ids[0]
    ledger.files.attach(
        PICTURE, name="鷺沼.jpg", mime="image/jpeg", kind=AttachmentKind.PHOTO, contract_id=ended
    )
    for kind, title, of in (
        ("D-17", "返還・消去・廃棄報告書", None), ("D-19", "取扱記録報告書", day)
    ):  # fmt: skip
        ledger.paper.note(
            Submission(
                contract_id=ended, doc_kind=kind, title=title, doc_no=f"{kind}第1号", revision=1,
                effective_on=of, submitted_on=ledger.today(), means=SubmissionMeans.HAND,
            )
        )  # fmt: skip
    closed = ledger.registers.need(Contract, ended).record.with_changes(
        status=ContractStatus.CLOSED
    )
    ledger.registers.revise(closed, "契約の終結")
    ledger.ending.erase(
        ended, contract_no="2026-002", reason="保存期限が過ぎたため", second=_worker(house)
    )


def _sealed(house: House) -> tuple[Path, ...]:
    """Seal a receipt and a certificate, and keep the files as a municipality does."""
    ledger, folder = house.ledger, house.folder / "papers"
    folder.mkdir()
    identity = make_seal_certificate("株式会社みほん情報処理", ledger.now(), os.urandom)
    ledger.paper.adopt_seal(*seal_record(identity))
    paths = []
    for kind, handling in (("D-14", HandlingKind.RECEIVE), ("D-18", HandlingKind.DISPOSE)):
        query = Query("handling_event", (Where("kind", Op.EQ, handling),))
        event = ledger.store.find(HandlingEvent, query)[0].record
        change = issue(ledger, IssueRequest(kind, event.contract_id, (event.id,)))
        paper = ledger.registers.need(Submission, change.ids[-1]).record
        paths.append(folder / f"{kind}.pdf")
        paths[-1].write_bytes(ledger.paper.file(paper.id))
    return tuple(paths)


def _shut_out(house: House) -> None:
    """Take the inspector out: the data key is renewed."""
    ledger = house.sign_in(ADMINISTRATOR.login)
    gone = ledger.registers.one(UserAccount, app_role=Role.INSPECTOR)
    assert gone is not None
    ledger.people.disable_account(gone.record.id, "異動のため")
    house.sign_in(BOSS.login)


def _new_password(house: House) -> None:
    """Let the worker change the own password, and keep the key header from before."""
    ledger = house.sign_in(WORKER.login)
    shutil.copy(house.folder / "ledger" / "keys.a", house.folder / "keys.before")
    ledger.people.change_password(WORKER.password, NEW_PASSWORD)
    house.sign_in(BOSS.login)


def _told(house: House, papers: tuple[Path, ...]) -> Stage:
    """Make a backup, do a little more, and close."""
    ledger, home = house.ledger, house.folder
    (home / "backup").mkdir()
    made = record_backup(ledger, home / "backup", lambda _done, _total: None)
    house.story.receive(1)
    ledger.access.handed_out(Act.EXPORT, "item", purpose="監査の準備")
    found = ledger.safe.verify(full=True, progress=lambda _done, _total: None)
    assert found.problems == ()
    fingerprint = ledger.paper.seal_secret()[0].fingerprint
    lines = len(ledger.access.lines(Question(limit=1000))) + 1  # and the lock, at the end
    authors = [command.author for command in ledger.store.commands()]
    counts, head = ledger.store.counts(), ledger.store.head()
    ledger.close()
    return Stage(
        home, house.sheet, Path(made.file), papers, head.seq, head.hex, dict(counts), authors, lines,
        fingerprint,
    )  # fmt: skip
