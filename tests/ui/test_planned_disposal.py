"""A disposal is planned on the screen under every text with its rules, and its report is sealed."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from models.codes import AuthorizationSubject, Timing
from models.records import HandlingEvent, Item, Submission
from tests.models.rules.stage import PROFILES
from tests.ui.daily import K, Site, make_site, today
from tests.ui.test_plans import type_moment
from ui.handling.sanitizing import ORDER, SanitizeDialog
from ui.issue import IssueRequest, issue
from ui.seal_part import make_seal


def a_copy(site: Site, *, electronic: bool) -> Item:
    """Make a working copy of a thing of this kind."""
    while not any(one.electronic is electronic for one in site.items):
        site.story.receive(1)
    site.story.copy(next(one for one in site.items if one.electronic is electronic))
    return site.story._copies[-1]


def plan_on_the_screen(site: Site, item: Item, purpose: str) -> HandlingEvent:
    """Plan as a clerk does: way and place are chosen, nothing about how it went."""
    dialog = today(site).handling.open(K.DISPOSE, [item.id])
    assert isinstance(dialog, SanitizeDialog)
    type_moment(dialog, "occurred_at", "R8.10.5 10:00")
    method = AuthorizationSubject.DISPOSITION_METHOD
    basis = next(one.id for one in site.story.consents if one.subject is method)
    dialog.panel.set_values({"purpose": purpose, "authorization_id": basis})
    more = {ORDER: site.story.assignments[0].id} if ORDER in dialog._demanded() else {}
    dialog.shared.set_values({"place_text": "入力室", **more})
    dialog.save_plan()
    site.settle()
    found = site.events(K.DISPOSE)
    assert found, dialog.message.text()
    return found[0]


@pytest.mark.parametrize("electronic", [False, True], ids=["paper", "stick"])
@pytest.mark.parametrize("profile", PROFILES)
def test_a_disposal_is_planned_and_announced_under_its_rules(
    qtbot: QtBot, tmp_path: Path, profile: str, electronic: bool
) -> None:
    site = make_site(qtbot, tmp_path, rules=True, profile=profile)
    make_seal(site.ledger)
    entered = plan_on_the_screen(site, a_copy(site, electronic=electronic), "入力が終わるため")
    assert entered.timing is Timing.PLANNED and entered.sanitization[0].method
    change = issue(site.ledger, IssueRequest("D-17", site.contract_id, (entered.id,)))
    paper = site.ledger.registers.need(Submission, change.ids[-1]).record
    assert paper.content is not None and paper.content["completed"] is False
    site.close()
