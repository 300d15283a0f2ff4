"""`demo`: a whole sample ledger; `sample-day`: one day from an empty disk to a restored backup."""

import json
import os
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from models import workdays
from models.backups import record_backup, record_verification
from models.codes import HandlingKind, SubmissionMeans, TerminalState
from models.errors import NotWritable, Occupied, Usage
from models.ledger import Ledger
from models.office import Office
from models.opening import Opening
from models.profile_shelf import offered
from models.records import HandlingEvent, Organization, Person, Submission, Terminal
from models.store import Op, Query, Where
from ui.console.output import STATES, Speaker
from ui.issue import IssueRequest, issue, preview
from ui.sample import cast
from ui.sample.clock import StoryClock, StoryRandom
from ui.sample.story import Story

MOST_ENTRIES = 10_000_000


def demo(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Make a sample ledger with documents and a verified backup, and describe it in demo.json."""
    if not 1 <= arguments.days <= 3660 or not 0 <= arguments.entries <= MOST_ENTRIES:
        raise Usage(
            reason="--days は1以上3660以下、"
            f"--entries は0以上{MOST_ENTRIES:,}以下で指定してください。"
        )
    made = make(Path(arguments.folder), office, speaker, arguments)
    speaker.result(made, [f"見本の台帳を「{arguments.folder}」に作りました（demo.json に一覧）。"])
    return 0


def sample_day(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Do a whole sample day: ledger, handling, certificate, backup, restore, verification."""
    from ui.pictures import take_pictures

    arguments.days = 1
    folder = Path(arguments.folder)
    made = make(folder, office, speaker, arguments)
    user = cast.USERS[0]
    restored = folder / "restored"
    head = office.restore(
        Path(made["backup"]),
        restored,
        user.login,
        user.password,
        speaker.progress,
        Path(made["journal"]),
    ).head
    ledger = office.unlock(restored, user.login, user.password)
    try:
        found = record_verification(ledger, speaker.progress)
    finally:
        ledger.close()
    papers = [Path(document["file"]) for document in made["documents"]]
    pictures = take_pictures(folder, office, restored, papers)
    lines = [
        "見本の一日を終えました。",
        f"　証明書　　　　　{made['documents'][-1]['file']}",
        f"　バックアップ　　{made['backup']}",
        f"　画面と書類の絵　{pictures}",
        f"　復元した台帳　　{restored}（記帳番号 {head.seq:,}）",
        f"　利用者と鍵の言葉　{folder / 'demo.json'}",
        f"　復元後の検証　　{STATES[found.ok]}",
    ]
    speaker.result({**made, "restored": str(restored), "verified": found.ok}, lines)
    return 0 if found.ok else 1


def make(folder: Path, office: Office, speaker: Speaker, arguments: Namespace) -> dict[str, Any]:
    """Make the sample and return the content of demo.json."""
    profile = office.profiles.get(arguments.profile)
    codes = [code for code, _ in offered(office.profiles)]
    if profile is None or profile.code not in codes:
        known = "、".join(codes)
        raise Usage(
            reason=f"特記事項の設定「{arguments.profile}」はありません。使えるのは {known} です。"
        )
    try:
        if folder.exists() and any(folder.iterdir()):
            raise Occupied(file=str(folder))
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotWritable(file=str(folder)) from error
    days = list(_working_days(office.clock().date(), arguments.days))
    clock = StoryClock(days[0])
    # Practice is not handling: what is installed on this PC does not keep it from being made.
    studio = replace(
        office, clock=clock, steady=None, random=StoryRandom(arguments.seed), denied=()
    )
    ledger = _open_books(studio, folder / "ledger")
    journal = _new(folder / "second-disk") / "journal"
    try:
        ledger.journal.start(journal)
        story = _tell(ledger, clock, profile, days, arguments, speaker)
        ledger.registers.create(_terminal(story))
        documents = _documents(ledger, story, folder / "documents")
        made = record_backup(ledger, _new(folder / "backup"), speaker.progress)
        fingerprint = ledger.paper.seal_secret()[0].fingerprint
    finally:
        ledger.close()
    result = {
        "ledger": str(folder / "ledger"),
        "journal": str(journal),
        "backup": str(made.file),
        "fingerprint": fingerprint,
        "users": [
            {"login": u.login, "password": u.password, "role": str(u.role)} for u in cast.USERS
        ],
        "contracts": [{"no": story.contract.contract_no, "profile": profile.code}],
        "documents": documents,
    }
    text = json.dumps(result, ensure_ascii=False, indent=2)
    (folder / "demo.json").write_text(text, "utf-8")
    return result


def _terminal(story: Story) -> Terminal:
    """Return the PC of the story; what a real ledger calls this PC differs from PC to PC."""
    return Terminal(
        terminal_no="T-01",
        name="事務室のPC",
        place_id=story.places[0].id,
        theft_prevention="ワイヤーロックで机に固定し、退室時に部屋を施錠する",
        state=TerminalState.IN_USE,
        registered_on=story.ledger.today(),
        registered_by=story.ledger.user.person_id,
    )


def _open_books(office: Office, folder: Path) -> Ledger:
    name, kana, title, employment = cast.PEOPLE["supervisor"]
    person = Person(
        name=name, name_kana=kana, job_title=title, department="業務部",
        employment_type=employment, organization_id="-",
    )  # fmt: skip
    opening = Opening(cast.CONTRACTOR, person, cast.USERS[0].login)
    ledger, _sheet = office.create(folder, opening, cast.USERS[0].password)
    return ledger


def _tell(
    ledger: Ledger, clock: StoryClock, profile: Any, days: list[date], arguments: Namespace,
    speaker: Speaker,
) -> Story:  # fmt: skip
    from reports.seal import make_seal_certificate, seal_record

    story = Story(ledger, clock, arguments.seed, planted=arguments.verb == "demo")
    contractor = ledger.registers.all(Organization)[0].record
    supervisor = ledger.registers.all(Person)[0].record
    number = f"{days[0].year}-{arguments.seed:03d}"
    story.set_up(profile, number, contractor.id, supervisor.id)
    identity = make_seal_certificate(contractor.name, ledger.now(), os.urandom)
    ledger.paper.adopt_seal(*seal_record(identity))
    for user in cast.USERS[1:]:
        ledger.people.add_account(
            story.people[user.person], login=user.login, role=user.role, password=user.password,
            valid_until=ledger.today() + timedelta(days=400), chosen_by_self=True,
            contracts={story.contract.id: cast.RIGHTS[user.role]} if user.role in cast.RIGHTS else {},
        )  # fmt: skip
    for number_of_day, day in enumerate(days):
        story.day(day, number_of_day)
        speaker.progress(number_of_day + 1, len(days))
    copy = story.copy(story._stored(story._stock)[0])
    assert copy.ids
    for item in list(story._copies):
        story.destroy(item)
    if arguments.entries:
        story.fill(arguments.entries)
    story.confirm_all()
    return story


def _documents(ledger: Ledger, story: Story, folder: Path) -> list[dict[str, str]]:
    """Seal what the sample contract owes and write the files."""
    _new(folder)
    contract = story.contract
    issued = []
    for kind, events in _owed(ledger):
        change = issue(ledger, IssueRequest(kind, contract.id, tuple(events)))
        paper = ledger.registers.need(Submission, change.ids[-1]).record
        file = folder / f"{kind}_{paper.serial:04d}.pdf"
        file.write_bytes(ledger.paper.file(paper.id))
        ledger.paper.submit(
            paper.id, on=ledger.today(), means=SubmissionMeans.HAND, received_by="見本　花子"
        )
        issued.append({"kind": kind, "contract": contract.contract_no, "file": str(file)})
    register = folder / "D-28.pdf"
    register.write_bytes(preview(ledger, IssueRequest("D-28", contract.id)))
    return issued


def _owed(ledger: Ledger) -> Iterator[tuple[str, list[str]]]:
    received = _events(ledger, HandlingKind.RECEIVE)
    for event_id in received[:3]:
        yield "D-14", [event_id]
    ended = _events(ledger, HandlingKind.RETURN) + _events(ledger, HandlingKind.DISPOSE)
    if ended:
        yield "D-17", ended
    yield "D-18", _events(ledger, HandlingKind.DISPOSE)


def _events(ledger: Ledger, kind: HandlingKind) -> list[str]:
    query = Query("handling_event", (Where("kind", Op.EQ, kind),), order=(("occurred_at", False),))
    return [one.record.id for one in ledger.store.find(HandlingEvent, query)]


def _working_days(last: date, count: int) -> Iterator[date]:
    """Yield the working days of the last `count` calendar days, at least one."""
    days = [last - timedelta(days=n) for n in range(count, -1, -1)]
    working = [day for day in days[:-1] if workdays.is_workday(day)]
    yield from working or [workdays.day_before(last)]


def _new(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
