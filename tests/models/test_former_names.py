"""An act is told under the names of its day; who is renamed later is told as that too."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.evidence import evidence
from models.former_names import Called, told
from models.records import HandlingEvent, Person
from tests.house import furnished


@pytest.mark.parametrize(
    ("at", "name"),
    [
        (5, "髙橋　恵子（現 山本　恵子）"),  # entered before she was: an act was corrected to her
        (10, "髙橋　恵子（現 山本　恵子）"),
        (19, "髙橋　恵子（現 山本　恵子）"),
        (20, "佐々木　恵子（現 山本　恵子）"),
        (30, "山本　恵子"),
        (99, "山本　恵子"),
    ],
)
def test_the_name_at_an_entry_is_the_last_one_before_it(at: int, name: str) -> None:
    names = ((10, "髙橋　恵子"), (20, "佐々木　恵子"), (30, "山本　恵子"))
    assert Called("山本　恵子", names).at(at) == name


def test_who_was_never_renamed_has_one_name() -> None:
    assert Called("山本　恵子").at(1) == "山本　恵子"


def test_who_took_the_first_name_again_needs_no_mark_for_the_first_time() -> None:
    names = ((10, "髙橋"), (20, "山本"), (30, "髙橋"))
    assert [Called("髙橋", names).at(at) for at in (10, 20, 30)] == [
        "髙橋", "山本（現 髙橋）", "髙橋"
    ]  # fmt: skip


def test_another_way_of_writing_is_no_other_name() -> None:
    assert told("高橋　恵子", "髙橋 恵子") == "髙橋 恵子"
    assert told("Ｍ－０００１", "M-0001") == "M-0001"
    assert told("吉野", "吉田") == "吉野（現 吉田）"


def test_the_evidence_names_who_acted_as_he_was_called_then(tmp_path: Path) -> None:
    with furnished(tmp_path, rules=True, days=4, planted=True) as house:

        def said() -> str:
            found = evidence(house.ledger, house.story.contract)
            return "\n".join(
                row.sentence for one in found for _, rows in one.evidence for row in rows
            )

        acted = {
            one.record.actor_person_id
            for one in house.ledger.registers.all(HandlingEvent)
            if house.ledger.registers.caption(Person.type, one.record.actor_person_id) in said()
        }
        person = house.ledger.registers.need(Person, acted.pop()).record
        assert f"{person.name}さんは" in said()
        house.ledger.registers.revise(replace(person, name="まったく　別人"), "改姓のため")
        assert f"{person.name}（現 まったく　別人）さんは" in said()
