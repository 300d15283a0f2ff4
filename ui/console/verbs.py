"""The console verbs that ask an existing ledger (design of the output: docs/console.md)."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from models import paper_known
from models.access import Act
from models.after_erasure import erased_words, erasures_of
from models.backup_care import ABSENT, LOST, last_good, newest_lost
from models.backup_media import LOOSE, REGISTER_IT, loose
from models.backups import (
    enters_checks,
    keys_words,
    record_backup,
    record_verification,
    restored_words,
)
from models.chain import Head
from models.errors import AzukariError, NotFound, SheetUsed
from models.evidence import STATES as CLAUSE_STATES
from models.evidence import evidence as clause_states
from models.gate import Restored
from models.inspection_receipt import unchanged
from models.journal import WORDS, JournalState
from models.ledger import Ledger
from models.mending import advice, rebuilt
from models.office import Office
from models.paper_known import Compared
from models.profile_shelf import mistakes
from models.records import BY_TYPE, Contract
from models.safe import Presence
from models.same_numbers import numbered
from models.store import Progress, quiet
from models.text import visible
from reports import verify as papers
from ui.console.arguments import fingerprint_of
from ui.console.journal import described
from ui.console.output import STATES, Speaker, problems_of
from ui.console.passwords import login_and_password
from ui.console.sheets import new_sheet_file, newcomer, typed_sheet
from ui.reading import read_limited, read_paper
from ui.receipt_facts import stood_of
from ui.sheet_words import OTHERS, USED

Verb = Callable[[Namespace, Office, Speaker], int]
MOST_OF_A_PROFILE = 1024 * 1024  # bytes; ours have 60 KiB
NOT_ENTERED = "検査者は記帳しないため、検証の結果は台帳に記録していません。"
QUICK = (
    "前回確かめた所から後の記帳を検証しました。"
    "ファイルの隅々まで、初めからすべて検証するには --full を付けてください。"
)
UNKNOWN_SEAL = (
    "証印の持ち主は確かめていません。受託者から知らされた指紋を --fingerprint で指定してください。"
)


@contextmanager
def opened(
    arguments: Namespace,
    office: Office,
    *,
    looking: bool = False,
    rebuild: bool = False,
    progress: Progress = quiet,
) -> Iterator[Ledger]:
    """Open the ledger named on the command line and close it again.

    Args:
        looking: the verb only asks; what is noticed at the opening is not entered.
        rebuild: make what follows from the log anew first.

    Raises:
        MustChangePassword: as in the window, nothing is shown before it is changed.
    """
    login, password = login_and_password(arguments)
    ledger = office.unlock(
        Path(arguments.ledger), login, password, looking=looking, rebuild=rebuild, progress=progress
    )
    try:
        ledger.require_seeing()
        for notice in ledger.notices:  # among them that nothing can be written here
            print(notice, file=sys.stderr)
        yield ledger
    finally:
        try:
            ledger.close()
        except AzukariError as error:  # the answer stands; what was looked at could not be noted
            print(error, file=sys.stderr)


def contract_by_no(ledger: Ledger, number: str) -> Contract:
    """Return the contract with this number, however it is written.

    Raises:
        NotFound
    """
    found = numbered(ledger.store, Contract, number)
    if found is None:
        raise NotFound(what=f"契約番号「{number}」の契約")
    return found


def status(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Tell what the ledger holds."""
    with opened(arguments, office, looking=True) as ledger:
        result = describe(ledger, arguments.ledger)
    lines = [
        f"台帳　　　　　　{result['ledger']}",
        f"記帳番号　　　　{result['seq']:,}",
        f"台帳の先頭値　　{result['head']}",
        *(f"{BY_TYPE[name].label}　{count:,}件" for name, count in result["records"].items()),
        f"更新ジャーナル　　{WORDS[JournalState(result['journal']['state'])]}",
    ]
    if result["journal"]["same_disk"]:
        lines.append("　更新ジャーナルが台帳と同じディスクにあります。別の媒体に移してください。")
    backup = result["last_backup"]
    lines.append(
        f"最後のバックアップ　{backup['file']}" if backup else "バックアップはまだありません"
    )
    if backup and backup["lost"]:
        lines.append(f"　{ABSENT[Presence(backup['presence'])]}{LOST}")
    speaker.result(result, lines)
    return 0


def describe(ledger: Ledger, folder: str) -> dict[str, Any]:
    """Return the state of a ledger as the console and the driver tell it."""
    journal = described(ledger.journal.tend())  # first: what it has to say is an entry
    head = ledger.store.head()
    counts = ledger.store.counts()
    return {
        "ledger": str(folder),
        "entries": head.seq,
        "seq": head.seq,
        "head": head.hex,
        "records": {name: count for name in BY_TYPE if (count := counts.get(name, 0))},
        "contracts": [
            {"no": c.record.contract_no, "profile": c.record.profile_code, "id": c.record.id}
            for c in ledger.contracts()
        ],
        "journal": journal,
        "last_backup": _last_backup(ledger),
        "read_only": ledger.opened.frozen,
    }


def _last_backup(ledger: Ledger) -> dict[str, Any] | None:
    run = last_good(ledger)
    if run is None:
        return None
    verified = run.finished_at.isoformat() if run.finished_at else ""
    lost = newest_lost(ledger)
    return {
        "file": str(Path(run.folder) / run.file_name),
        "seq": run.to_event_seq,
        "verified_at": verified,
        "lost": lost is not None,
        "presence": (lost.presence if lost else Presence.THERE).value,
    }


def verify(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Verify pages, chain, signatures and views; a receipt is compared with a log checked to its start."""
    full = arguments.full or bool(arguments.receipt)
    with opened(arguments, office, looking=not arguments.enter) as ledger:
        if arguments.enter:
            found = record_verification(ledger, speaker.progress)
            if not enters_checks(ledger):
                speaker.message(NOT_ENTERED)
        else:
            ledger.require("verify")
            ledger.access.note(Act.VERIFY)
            found = ledger.safe.verify(full=full, progress=speaker.progress)
        receipts = [receipt_against(Path(name), ledger) for name in arguments.receipt]
    result = {
        "ok": found.ok and all(one["ok"] for one, _ in receipts),
        "full": full or arguments.enter,
        "can_rebuild": found.can_rebuild,
        "read_only": ledger.opened.frozen,
        "seq": found.head.seq,
        "head": found.head.hex,
        "problems": problems_of(found),
        **({"receipts": [one for one, _ in receipts]} if receipts else {}),
    }
    lines = [f"検証の結果　　{STATES[bool(result['ok'])]}", f"記帳番号　　　{found.head.seq:,}"]
    lines += [f"・{p.where}　{p.message}" for p in found.problems]
    if found.problems:
        lines.append(f"直し方　　　　{advice(found)}")
    if not result["full"]:
        lines.append(QUICK)
    for one, _ in receipts:
        lines.append(_named(one["file"], one))
        lines += [f"・{said}" for said in (*(p["message"] for p in one["problems"]), *one["notes"])]
    speaker.result(result, lines)
    return max(0 if found.ok else 1, *(code for _, code in receipts), 0)


def receipt_against(file: Path, ledger: Ledger) -> tuple[dict[str, Any], int]:
    """Compare a receipt of an inspection, or any sealed paper, with the log; as `_verdict` tells it."""
    told, code = _verdict(file, None, ledger)
    stood = told.pop("stood")
    if told["ok"] and stood is not None:
        told["notes"].append(unchanged(ledger, stood))
    return {"file": str(file), **told}, code


def _named(name: str, verdict: dict[str, Any]) -> str:
    told = f"{name}　{STATES[verdict['ok']]}　{verdict['number'] or ''}"
    return visible(told, multiline=False)  # a stranger's number must not pose as a line


def rebuild(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Make what follows from the log anew, and say that the log is what it was."""
    with opened(arguments, office, rebuild=True, progress=speaker.progress) as ledger:
        made = rebuilt(ledger)  # what it says stands among the notices
    head = made.head
    lines = ["一覧の作り直し　完了", f"記帳番号　　　　{head.seq:,}", f"台帳の先頭値　　{head.hex}"]
    result = {"ok": True, "seq": head.seq, "head": head.hex, "lost_attachments": made.lost}
    speaker.result(result, lines)
    return 0


def evidence(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Tell for every clause of a contract whether it was kept, with the rows that say no."""
    with opened(arguments, office, looking=True) as ledger:
        contract = contract_by_no(ledger, arguments.contract)
        clauses = clause_states(ledger, contract)
        profile = ledger.profile(contract.id)
        title = profile.title
        erased = erased_words(erasures_of(ledger.registers, contract.id))
        result = {
            "contract": contract.contract_no,
            "erased": erased,
            "profile": contract.profile_code,
            "read_only": ledger.opened.frozen,
            "clauses": [
                {
                    "clause": one.key,
                    "article": one.article,
                    "heading": one.heading,
                    "text": one.source or title,
                    "state": one.state,
                    "evidence": [
                        {"query": query, "rows": [asdict(row) for row in rows]}
                        for query, rows in one.evidence
                    ],
                    "unjudged": list(one.unjudged),
                }
                for one in clauses
            ],
        }
        lines = [f"{contract.contract_no}　{profile.called}", *([erased] if erased else [])]
        for one in clauses:
            lines.append(f"{CLAUSE_STATES[one.state]}　{one.article}　{one.heading}")
            lines += [f"　・{row.sentence}" for _, rows in one.evidence for row in rows]
    speaker.result(result, lines)
    return 1 if any(one.state == "broken" for one in clauses) else 0


def verify_document(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Check sealed papers, with or without the ledger they came from."""
    fingerprint = arguments.fingerprint
    if fingerprint is not None:
        fingerprint = fingerprint_of(fingerprint)
    read_only: dict[str, bool] = {}
    with ExitStack() as stack:
        ledger: Ledger | None = None
        if arguments.ledger:
            ledger = stack.enter_context(opened(arguments, office, looking=True))
            read_only = {"read_only": ledger.opened.frozen}
        found = [_verdict(Path(name), fingerprint, ledger) for name in arguments.files]
    documents, lines = [], []
    for name, (verdict, _) in zip(arguments.files, found, strict=True):
        del verdict["stood"]
        documents.append({"file": name, **verdict})
        lines.append(_named(name, verdict))
        lines += [f"・{problem['message']}" for problem in verdict["problems"]]
        if verdict["replaces"]:
            told = papers.REPLACES.format(visible(verdict["replaces"], multiline=False))
            lines.append(f"・{told}")
        lines += [f"・{note}" for note in verdict["notes"]]
    worst = max((code for _, code in found), default=0)
    ok = all(document["ok"] for document in documents)
    for signer in sorted({one["signer"] for one in documents if one["signer"]}):
        lines.append(papers.SEALED_AS.format(visible(signer, multiline=False)))
    if fingerprint is None:
        lines.append(UNKNOWN_SEAL)
    speaker.result({"ok": ok, **read_only, "documents": documents}, lines)
    return worst


def _verdict(
    file: Path, fingerprint: str | None, ledger: Ledger | None
) -> tuple[dict[str, Any], int]:
    """Return what a file turned out to be, and the exit code that says so."""
    try:
        data = read_paper(file)
    except AzukariError as error:
        problem = {"code": "UNREADABLE", "message": str(error)}
        return {
            "ok": False, "number": None, "kind": None, "replaces": None, "signer": None,
            "fingerprint_checked": False,
            "problems": [problem], "notes": [], "stood": None,
        }, error.exit_code  # fmt: skip
    verdict = papers.verify_document(data, fingerprint=fingerprint)
    compared, stood = Compared(), stood_of(verdict)
    if ledger is not None:
        seal = verdict.certificate_fingerprint or ""
        compared = paper_known.compare(ledger, verdict.number or "", verdict.sha256, seal, stood)
    problems = [*verdict.problems, *compared.problems]
    return {
        "ok": not problems,
        "number": verdict.number,
        "kind": verdict.kind,
        "replaces": verdict.claims.replaces if verdict.claims else None,
        "signer": verdict.signer,
        "fingerprint_checked": verdict.fingerprint_checked,
        "problems": [{"code": code, "message": message} for code, message in problems],
        "notes": list(compared.notes),
        "stood": stood,
    }, 1 if problems else 0


def check_profile(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Tell every mistake of profile files, by default of those in the site's own folder."""
    folder = Path(office.profile_folder)
    files = [Path(name) for name in arguments.files] or sorted(folder.glob("*.toml"))
    checked = []
    lines = []
    worst = 0
    for file in files:
        try:
            text = read_limited(file, MOST_OF_A_PROFILE).decode("utf-8", errors="replace")
            found = mistakes(file.name, text, office.own_profiles)
            worst = max(worst, 1 if found else 0)
        except AzukariError as error:
            found = [str(error)]
            worst = max(worst, error.exit_code)
        checked.append({"file": str(file), "ok": not found, "mistakes": found})
        lines += found or [f"{file.name}　誤りはありません"]
    if not files:
        lines.append("確かめるファイルがありません。")
    lines.append(f"設定ファイルの置き場所　{folder}")
    ok = all(one["ok"] for one in checked)
    speaker.result({"ok": ok, "folder": str(folder), "files": checked}, lines)
    return worst


def backup(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Write a backup, read it again, and note it in the ledger."""
    with opened(arguments, office) as ledger:
        made = record_backup(ledger, Path(arguments.folder), speaker.progress)
        unregistered = loose(ledger) is not None
    result = {
        "file": str(made.file),
        "seq": made.head.seq,
        "head": made.head.hex,
        "size": made.size,
        "sha256": made.sha256,
        "registered": not unregistered,
    }
    lines = ["バックアップを作成し、読み直して検証しました。", str(made.file)]
    if unregistered:
        speaker.message(LOOSE.format(arguments.folder) + REGISTER_IT)
    speaker.result(result, lines)
    return 0


def restore(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Restore a backup into a new folder and verify it there."""
    journal = Path(arguments.journal) if arguments.journal else None
    if arguments.sheet_file:
        return _restore_with_sheet(arguments, office, speaker)
    login, password = login_and_password(arguments)
    folder = Path(arguments.newledger)
    restored = office.restore(
        Path(arguments.backup), folder, login, password, speaker.progress, journal,
        up_to_damage=arguments.up_to_damage,
    )  # fmt: skip
    said = f"「{folder}」に復元し、検証しました。"
    told = [said, restored_words(restored), keys_words(restored)]
    speaker.result(came_back(folder, restored.head, restored), told)
    return _all_of(restored)


def came_back(folder: Path, head: Head, restored: Restored) -> dict[str, Any]:
    """Return a restored ledger and what was left out, as the console and the driver tell it."""
    gap = restored.gap
    return {
        "ledger": str(folder), "seq": head.seq, "head": head.hex, "torn": restored.torn,
        "missing": restored.missing, "gap": asdict(gap) if gap else None,
        "passed": list(restored.passed), "later_keys": restored.later,
        "aside": restored.aside,
    }  # fmt: skip


def _all_of(restored: Restored) -> int:
    """Return the exit code that tells whether everything came back."""
    return 1 if restored.missing or restored.gap else 0


def _restore_with_sheet(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Restore on another PC: the sheet opens, and a responsible person gets a new password."""
    folder = Path(arguments.newledger)
    sheet = typed_sheet(arguments)
    with new_sheet_file(arguments) as file:
        login, password = login_and_password(arguments)
        restored, head, _ = office.restore_with_sheet(
            Path(arguments.backup), folder, sheet, login, password, speaker.progress,
            newcomer(arguments), Path(arguments.journal) if arguments.journal else None, file,
            up_to_damage=arguments.up_to_damage,
        )  # fmt: skip
    result = {**came_back(folder, head, restored), "new_sheet": arguments.new_sheet_file}
    said = f"「{folder}」に復元し、検証しました。記帳番号 {head.seq:,}"
    speaker.result(result, [said, restored_words(restored), _sheet_line(arguments), OTHERS])
    return _all_of(restored)


def recover(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Let a responsible person in with the recovery sheet, and write the sheet that replaces it."""
    sheet = typed_sheet(arguments)
    with new_sheet_file(arguments) as file:
        login, password = login_and_password(arguments)
        ledger, _ = office.recover(
            Path(arguments.ledger), sheet, login, password, newcomer(arguments), file
        )
        try:
            head = ledger.store.head()
            ledger.close()
        except AzukariError as error:
            raise SheetUsed(reason=str(error)) from error
    result = {
        "ledger": arguments.ledger,
        "seq": head.seq,
        "head": head.hex,
        "new_sheet": arguments.new_sheet_file,
    }
    speaker.result(result, [f"{login}が新しいパスワードで開けます。", _sheet_line(arguments)])
    return 0


def _sheet_line(arguments: Namespace) -> str:
    return (
        f"新しい回復シートを「{arguments.new_sheet_file}」に書きました。印刷して封をし、"
        f"ファイルは消去してください。{USED}"
    )
