"""The receipt of an inspection from end to end: issued, and compared next time, at the PC and away from it.

A ledger is kept as it was before the receipt (`then`), and goes on after it (`now`). Put back and
gone on with, the former is a history that its own people entered and signed, and no verification of
the ledger alone can tell it from the true one.
"""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.codes import HandlingKind as K
from models.records import HandlingEvent, Submission
from reports.claims import Claims
from reports.seal import make_seal_certificate, seal_record
from reports.verify import verify_document
from tests.house import House, cheap_office, furnished
from tests.reports.papers import flat
from tests.ui.console.desk import BOSS, OFFICE_OF, Console
from ui.console import verifier
from ui.console.driver import Driver
from ui.issue import IssueRequest, changed_since, issue
from ui.seal_part import make_seal

NO = "2026-001"
NAMES = ("見本市 主査　𠮷野　花子", "見本市　辻󠄂　翔太")


@dataclass
class Inspected:
    """Folders of ledgers with their PCs, and of papers."""

    house: House
    place: Path

    def at(self, which: str, folder: Path) -> Console:
        """Bring one of the ledgers to a folder of its own, on a PC that knows what it knew."""
        for part in ("ledger", "device"):
            shutil.copytree(self.place / which / part, folder / part)
        office = cheap_office(folder, self.house.clock, seed=9)
        ledger = office.unlock(folder / "ledger", BOSS.login, BOSS.password)
        return Console(House(folder, office, self.house.clock, ledger, "", self.house.story))

    @property
    def receipt(self) -> Path:
        return self.place / "receipt.pdf"


@pytest.fixture(scope="module")
def inspected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inspected]:
    place = tmp_path_factory.mktemp("inspected")
    with furnished(place / "house", accounts=True, things=3) as house:
        make_seal(house.ledger)
        paper(house, 0, place / "first.pdf")
        keep(house, place / "then")
        house.sign_in(BOSS.login)
        house.story.receive(1)
        words = ["--document", "D-37", "--contract", NO]
        for name in NAMES:
            words += ["--officer", name]
        said = Console(house)("print", house.folder / "ledger", *words, place / "receipt.pdf")
        assert said.code == 0, said.err
        house.sign_in(BOSS.login)
        paper(house, 1, place / "second.pdf")
        keep(house, place / "now")
        yield Inspected(house, place)


def keep(house: House, place: Path) -> None:
    house.ledger.close()
    for part in ("ledger", "device"):
        shutil.copytree(house.folder / part, place / part)


def paper(house: House, number: int, out: Path) -> None:
    acts = [one.record for one in house.ledger.registers.all(HandlingEvent, kind=K.RECEIVE)]
    change = issue(house.ledger, IssueRequest("D-14", acts[0].contract_id, (acts[number].id,)))
    kept = house.ledger.registers.need(Submission, change.ids[-1]).record
    out.write_bytes(house.ledger.paper.file(kept.id))


def compared(console: Console, file: Path, user: str = BOSS.login) -> tuple[int, dict[str, object]]:
    said = console("verify", console.ledger, "--receipt", file, user=user)
    [told] = said.answer["receipts"]
    assert said.answer["full"] and said.answer["ok"] is (said.code == 0)
    return said.code, told


def codes(told: dict[str, object]) -> list[str]:
    return [one["code"] for one in told["problems"]]  # type: ignore[attr-defined]


# --- at the PC -----------------------------------------------------------------------------------


def test_the_receipt_says_who_was_there_and_how_far_the_ledger_had_come(
    inspected: Inspected,
) -> None:
    verdict = verify_document(inspected.receipt.read_bytes())
    assert verdict.ok and verdict.kind == "D-37" and verdict.claims is not None
    text = flat(inspected.receipt.read_bytes())
    assert all(name in text for name in NAMES) and "髙橋　恵子" in text
    assert f"{verdict.claims.seq:,}件" in text and verdict.claims.head[:8] in text
    assert "令和8年度 第1号　照合値" in text and "最初の控え" in text
    assert "まだ取っていません" in text and "更新ジャーナルは設定されていません" in text
    assert "使用端末 登録なし" in text and "検査者（閲覧専用）1名" in text


@pytest.mark.parametrize("user", [BOSS.login, "kensa"])
def test_a_ledger_that_went_on_has_the_same_head_at_that_count(
    inspected: Inspected, tmp_path: Path, user: str
) -> None:
    code, told = compared(inspected.at("now", tmp_path), inspected.receipt, user)
    assert code == 0 and codes(told) == []
    assert "変わっていません" in told["notes"][-1]  # type: ignore[index]


def test_a_ledger_from_before_the_receipt_is_told(inspected: Inspected, tmp_path: Path) -> None:
    console = inspected.at("then", tmp_path)
    code, told = compared(console, inspected.receipt)
    assert code == 1 and codes(told) == ["SET_BACK", "NOT_IN_LEDGER"]
    said = console("verify", console.ledger, "--receipt", inspected.receipt, as_json=False)
    assert "問題ありません" not in said.out.splitlines()[0]


def test_another_history_with_the_own_keys_is_told(inspected: Inspected, tmp_path: Path) -> None:
    console = inspected.at("then", tmp_path)
    seq = verify_document(inspected.receipt.read_bytes()).claims.seq  # type: ignore[union-attr]
    story = inspected.house.story
    story.ledger = console.house.ledger
    while console.house.ledger.store.head().seq < seq + 2:
        story.receive(1)
    assert console.sound()  # alone it is without a flaw
    code, told = compared(console, inspected.receipt)
    assert code == 1 and codes(told)[0] == "OTHER_HISTORY"
    found = console("verify-document", inspected.receipt, "--ledger", console.ledger).answer
    assert codes(found["documents"][0])[0] == "OTHER_HISTORY"


def test_the_receipt_of_another_ledger_and_a_damaged_one_are_told(
    inspected: Inspected, tmp_path: Path
) -> None:
    with furnished(tmp_path / "other", own=True, accounts=True) as house:
        console = Console(house)
        code, told = compared(console, inspected.receipt)
        assert code == 1 and codes(told) == ["OTHER_LEDGER", "NOT_IN_LEDGER"]
        (tmp_path / "broken.pdf").write_bytes(damaged(inspected.receipt))
        code, told = compared(console, tmp_path / "broken.pdf")
        assert code == 1 and "OTHER_LEDGER" not in codes(told) and len(codes(told)) > 0
        code, told = compared(console, tmp_path / "nowhere.pdf")
        assert code == 5 and codes(told) == ["UNREADABLE"]


def damaged(file: Path) -> bytes:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    return bytes(data)


def test_the_next_receipt_tells_of_the_one_before_and_takes_no_place(
    inspected: Inspected, tmp_path: Path
) -> None:
    console = inspected.at("now", tmp_path)
    ledger = console.house.ledger
    [first] = ledger.paper.sealed(doc_kind="D-37")
    assert changed_since(ledger, first) == []  # a moment is not made untrue by what comes after
    ledger.close()
    driver = Driver(console.ledger, console.house.office)
    for one in (
        {"do": "unlock", "user": BOSS.login, "password": OFFICE_OF[BOSS.login]},
        {"do": "seal", "document": "D-37", "contract": NO},
    ):
        answer = driver.answer(json.dumps(one))
    assert answer["error"] == "REFUSED" and "検査した方" in answer["message"]
    request = {"do": "seal", "document": "D-37", "contract": NO, "officers": [NAMES[0]]}
    answer = driver.answer(json.dumps({**request, "out": str(tmp_path / "next.pdf")}))
    driver.answer('{"do": "lock"}')
    assert answer["ok"] and answer["replaces"] is None
    text = flat((tmp_path / "next.pdf").read_bytes())
    head = verify_document(inspected.receipt.read_bytes()).claims.head  # type: ignore[union-attr]
    assert first.doc_no in text and "（台帳の中の控えと同じ）" in text and head[-8:] in text


def test_an_officer_compares_and_does_not_issue(inspected: Inspected, tmp_path: Path) -> None:
    console = inspected.at("now", tmp_path)
    words = ("--document", "D-37", "--contract", NO, "--officer", NAMES[0])
    said = console("print", console.ledger, *words, tmp_path / "own.pdf", user="kensa")
    assert said.code == 3 and "責任者" in said.err and not (tmp_path / "own.pdf").exists()


# --- away from it --------------------------------------------------------------------------------


def away(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, str, str]:
    code = verifier.main([str(one) for one in argv])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_later_papers_fit_the_receipt(
    inspected: Inspected, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    later = inspected.place / "second.pdf"
    for words in ((later, "--since", inspected.receipt), (later, inspected.receipt)):
        code, page, _ = away(capsys, *words)
        assert code == 0 and "■ 検査の控えとの照合" in page
        assert "この控えより後の書類1通は、台帳がこの控えから続いていることを示しています" in page
    code, page, _ = away(capsys, inspected.place / "first.pdf", "--since", inspected.receipt)
    assert code == 0 and "比べていません" in page
    kept = tmp_path / "kept.json"  # what earlier verifiers kept is taken as before
    away(capsys, inspected.receipt, "--keep", kept)
    code, page, _ = away(capsys, later, "--since", kept)
    assert code == 0 and "前回の検証の控え（1通）と比べました" in page


def test_papers_of_a_ledger_that_was_set_back_do_not_fit(
    inspected: Inspected, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Also where it has more entries again, and whoever took its number is not at hand."""
    console = inspected.at("then", tmp_path)
    house, story = console.house, inspected.house.story
    story.ledger = house.ledger
    paper(house, 0, tmp_path / "2.pdf")  # under the number of the receipt
    while house.ledger.store.head().seq < claimed(inspected.receipt).seq + 2:
        story.receive(1)
    paper(house, 0, tmp_path / "3.pdf")
    paper(house, 0, tmp_path / "4.pdf")
    house.ledger.close()
    words = ("--document", "D-37", "--contract", NO, "--officer", NAMES[0])
    assert console("print", console.ledger, *words, tmp_path / "5.pdf").code == 0
    for name in ("2.pdf", "3.pdf", "4.pdf", "5.pdf"):
        code, page, _ = away(capsys, tmp_path / name, "--since", inspected.receipt)
        assert code == 1 and "×　" in page and "食い違いがあります" in page, name
        assert away(capsys, tmp_path / name, inspected.receipt)[0] == 1
    assert claimed(tmp_path / "5.pdf").former_number == ""
    # One that stays in the drawer stands between the next receipt and the true one: it is asked for.
    assert console("print", console.ledger, *words, tmp_path / "6.pdf").code == 0
    code, page, _ = away(capsys, tmp_path / "6.pdf", "--since", inspected.receipt)
    drawer, last = (claimed(tmp_path / name).number for name in ("5.pdf", "6.pdf"))
    assert code == 1 and f"「{last}」は、前回の検査の控えを「{drawer}」としています" in page


def claimed(file: Path) -> Claims:
    claims = verify_document(file.read_bytes()).claims
    assert claims is not None
    return claims


def test_papers_join_their_receipt_over_those_of_other_clients(
    inspected: Inspected, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The paper between is not at hand; what an earlier version sealed says nothing of receipts."""
    house = inspected.at("now", tmp_path).house
    third = tmp_path / "third.pdf"
    paper(house, 0, third)
    house.ledger.close()
    receipt, later = claimed(inspected.receipt), claimed(third)
    told = (later.former_number, later.former_seq, later.former_head)
    assert told == (receipt.number, receipt.seq, receipt.head)
    assert claimed(inspected.receipt).former_number == ""
    code, page, _ = away(capsys, third, "--since", inspected.receipt)
    assert code == 0 and "この控えから続いていることを示しています" in page


def test_what_is_wrong_with_another_file_is_no_word_about_the_ledger(
    inspected: Inspected, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    later, broken = inspected.place / "second.pdf", tmp_path / "broken.pdf"
    broken.write_bytes(damaged(inspected.place / "first.pdf"))
    code, page, _ = away(capsys, later, broken, "--since", inspected.receipt)
    assert code == 1 and "食い違いがあります" not in page
    assert "続いていることを示しています" in page and "ほかに×か－の書類が1通" in page
    words = ("--since", inspected.receipt, "--fingerprint", "0" * 64)
    code, page, _ = away(capsys, later, *words)
    assert code == 1 and "食い違いがあります" not in page
    assert "この控えの証印は、届け出られた指紋と違います" in page


def test_a_seal_that_was_renewed_after_a_receipt_goes_on_from_it_once_notified(
    inspected: Inspected, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    house = inspected.at("now", tmp_path).house
    new = make_seal_certificate("株式会社みほん情報処理", house.ledger.now(), os.urandom)
    house.ledger.paper.adopt_seal(*seal_record(new))
    later = tmp_path / "later.pdf"
    paper(house, 0, later)
    house.ledger.close()
    code, page, _ = away(capsys, later, "--since", inspected.receipt)
    assert code == 1 and "食い違いがあります" not in page and "証印の違う書類は" in page
    seal = verify_document(later.read_bytes()).certificate_fingerprint
    words = ("--since", inspected.receipt, "--fingerprint", seal)
    code, page, _ = away(capsys, later, *words)
    assert code == 0 and "この控えの証印は、届け出られた指紋と違います" in page
    assert "続いていることを示しています" in page and "証印も同じ" not in page


def test_what_is_no_sound_receipt_is_told(
    inspected: Inspected, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "broken.pdf").write_bytes(damaged(inspected.receipt))
    later = inspected.place / "second.pdf"
    code, _, err = away(capsys, later, "--since", tmp_path / "broken.pdf")
    assert code == 4 and "検査の控えとして使えません" in err
