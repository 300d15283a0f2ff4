"""The contractor or the client is called otherwise: what is told, and what papers say of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.codes import ContractStatus
from models.codes import HandlingKind as K
from models.contract_changes import former_names
from models.errors import Refused
from models.records import Contract, Organization
from models.rules.answers import Answers
from models.store import quiet
from models.wareki import format_short
from reports.verify import SEALED_AS, verify_document
from tests.house import House
from tests.proof import rows
from tests.reports.applying import events, office, sealed, text_of
from ui.console.verifier import main
from ui.seal_part import make_seal

NEW = "株式会社あたらし情報"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with office(tmp_path) as found:
        yield found


def party(house: House, field: str) -> Organization:
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    return house.ledger.registers.need(Organization, getattr(contract, field)).record


def rename(house: House, field: str, name: str) -> tuple[str, ...]:
    """Rename a party and return what is told."""
    changed = replace(party(house, field), name=name)
    return house.ledger.registers.revise(changed, "商号変更のため").notices


def test_who_renames_the_contractor_is_told_of_the_seal_and_its_fingerprint(house: House) -> None:
    old = party(house, "contractor_org_id").name
    told = "\n".join(rename(house, "contractor_org_id", NEW))
    assert f"前の名称「{old}」のまま" in told and "指紋を委託者に" in told
    assert "契約2026-001の書類には" in told and "あて名" not in told
    house.clock.wait(1)
    assert "のまま" in "\n".join(rename(house, "contractor_org_id", "株式会社さらに情報"))
    make_seal(house.ledger)
    assert "証印の証明書" not in "\n".join(rename(house, "contractor_org_id", "株式会社さらに情報"))


def test_a_name_that_is_only_written_otherwise_is_no_other_name(house: House) -> None:
    old = party(house, "contractor_org_id").name
    assert rename(house, "contractor_org_id", old.replace("株式会社", "株式会社 ")) == ()
    assert former_names(house.ledger, house.story.contract.id) == ()


def test_who_renames_the_client_is_told_to_whom_papers_are_addressed(house: House) -> None:
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    assert contract.client_title
    told = "\n".join(rename(house, "client_org_id", "新見本市"))
    assert f"あて名は「{contract.client_title}」のままです" in told and "証印" not in told
    house.ledger.registers.revise(replace(contract, client_title="新見本市長"), "市名の変更のため")
    told = "\n".join(rename(house, "client_org_id", "見本市"))
    assert "あて名は「新見本市長」" not in told  # it bears the name


def test_a_closed_contract_gets_no_papers_any_more(house: House) -> None:
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    closed = replace(contract, status=ContractStatus.CLOSED, completed_on=house.ledger.today())
    answers = Answers(reasons={"R-24": "返還は別の台帳で行うため"}, later=True)
    house.ledger.registers.revise(closed, "業務の完了のため", answers=answers)
    assert rename(house, "client_org_id", "新見本市") == ()


@pytest.mark.parametrize(
    ("field", "name"), [("contractor_org_id", NEW), ("client_org_id", "新見本市")]
)
def test_papers_say_what_a_party_was_called_before(house: House, field: str, name: str) -> None:
    act = events(house, K.RECEIVE)[0]
    before = sealed(house, "D-14", act)
    kept = house.ledger.paper.file(before.id)
    assert "の名称は" not in text_of(house, "D-14", act)
    old = party(house, field).name
    rename(house, field, name)
    for _ in range(2):
        for paper, ids in (("D-14", (act,)), ("D-28", ())):
            text = text_of(house, paper, *ids)
            assert f"に「{old}」から「{name}」に変わりました（理由：商号変更のため）" in text
        house.ledger.store.rebuild(quiet)
    assert house.ledger.paper.file(before.id) == kept
    [told] = (row.sentence for row in rows(house) if row.type == Organization.type)
    assert f"「{old}」から「{name}」に" in told and "商号変更のため" in told


def test_a_paper_under_the_old_seal_says_so_until_there_is_a_new_one(house: House) -> None:
    act = events(house, K.RECEIVE)[0]
    old = party(house, "contractor_org_id").name
    rename(house, "contractor_org_id", NEW)
    said = f"証印の証明書の名義は、前の名称「{old}」です"
    assert said in text_of(house, "D-14", act)
    assert "証印の証明書" not in text_of(house, "D-28")  # which bears none
    make_seal(house.ledger)
    assert said not in text_of(house, "D-14", act)


def test_what_was_renamed_before_the_first_act_is_nobodys_business(tmp_path: Path) -> None:
    with office(tmp_path / "new", days=0) as house:
        contract = house.ledger.registers.need(Contract, house.story.contract.id).record
        made = replace(contract, id="", contract_no="2026-002")
        other = house.ledger.registers.create(made).ids[0]
        rename(house, "contractor_org_id", NEW)
        assert former_names(house.ledger, other) == ()
        assert former_names(house.ledger, contract.id)


def test_the_verifier_explains_the_name_in_the_seal(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = party(house, "contractor_org_id").name
    rename(house, "contractor_org_id", NEW)
    paper = sealed(house, "D-14", *events(house, K.RECEIVE)[:1])
    file = tmp_path / "receipt.pdf"
    file.write_bytes(house.ledger.paper.file(paper.id))
    assert verify_document(file.read_bytes()).signer == old
    assert main([str(file)]) == 0
    assert SEALED_AS.format(old) in capsys.readouterr().out


# --- since when, and what was only a slip --------------------------------------------------------


def renamings(house: House) -> list[str]:
    return [one for one in former_names(house.ledger, house.story.contract.id) if "の名称は" in one]


def test_papers_say_the_day_of_the_change_and_not_that_of_its_entry(house: House) -> None:
    one, changed = party(house, "contractor_org_id"), date(2026, 9, 28)
    known = replace(one, name=NEW, renamed_on=changed)
    [told, *_] = [
        said for said in house.ledger.registers.revise(known, "商号変更のため").notices
        if "前の名称と" in said
    ]  # fmt: skip
    assert "R8.9.28に変わったこと" in told and "「名称の変更日」を訂正" in told
    [said] = renamings(house)
    assert f"、R8.9.28に「{one.name}」から「{NEW}」に変わりました" in said
    later = replace(known, renamed_on=date(2026, 9, 30))
    house.ledger.registers.revise(later, "登記の日を確かめたため")
    assert "、R8.9.30に" in renamings(house)[0]
    assert "変わりました（理由：商号変更のため）" in renamings(house)[0]


def test_the_next_change_does_not_keep_the_day_of_the_last_one(house: House) -> None:
    one = party(house, "contractor_org_id")
    house.ledger.registers.revise(replace(one, name=NEW, renamed_on=date(2026, 9, 28)), "商号変更")
    sealed(house, "D-14", events(house, K.RECEIVE)[0])
    rename(house, "contractor_org_id", "株式会社さらに情報")
    today = format_short(house.ledger.today())
    assert [today in said for said in renamings(house)] == [False, True]


def test_a_day_that_is_to_come_is_refused(house: House) -> None:
    one = party(house, "contractor_org_id")
    ahead = replace(one, name=NEW, renamed_on=house.ledger.today() + timedelta(days=1))
    with pytest.raises(Refused, match="名称の変更日"):
        house.ledger.registers.revise(ahead, "商号変更のため")


def test_a_slip_that_no_paper_bore_stands_on_none(house: House) -> None:
    one = party(house, "contractor_org_id")
    rename(house, "contractor_org_id", "株式会社まちがい")
    house.clock.wait(2 * 24 * 60)
    assert "前の名称と" not in "\n".join(rename(house, "contractor_org_id", one.name))
    assert renamings(house) == []
    rename(house, "contractor_org_id", "株式会社あたろし情報")
    rename(house, "contractor_org_id", NEW)
    [said] = renamings(house)
    assert f"「{one.name}」から「{NEW}」に" in said
    told = [row.sentence for row in rows(house) if row.type == Organization.type]
    assert len(told) == 4  # who changed what stays to be read


def test_a_name_that_a_paper_bore_is_told_also_when_it_was_a_slip(house: House) -> None:
    one = party(house, "contractor_org_id")
    rename(house, "contractor_org_id", "株式会社まちがい")
    sealed(house, "D-14", events(house, K.RECEIVE)[0])
    rename(house, "contractor_org_id", one.name)
    assert ["まちがい」に" in said for said in renamings(house)] == [True, False]
