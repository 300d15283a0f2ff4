"""What is asked of what leaves the place: no password of paper, and no way from a place to itself."""

from dataclasses import replace

from models.codes import EncryptionMeasure
from models.records import HandlingEvent
from tests.ui.daily import K, Site
from ui.handling.opening import correcting_dialog, handling_dialog
from ui.handling.sheets import MAIN, PASSWORD


def test_a_password_is_asked_of_what_is_taken_out_encrypted_alone(site: Site) -> None:
    dialog = handling_dialog(site.desk, site.contract_id, K.TAKE_OUT, [site.items[0].id])
    dialog.show()
    row = dialog.panel.rows[PASSWORD]
    for measure, asked in (
        (EncryptionMeasure.APPLIED, True),
        (EncryptionMeasure.NOT_APPLICABLE, False),
        (EncryptionMeasure.APPLIED, True),
    ):
        dialog.panel.set_values({"encryption": measure})
        dialog.update_shown()
        assert row.isVisible() is asked and row.label.isVisible() is asked
        row.editor.set_value(True)
        assert dialog.draft().password_renewed is (True if asked else None)
    dialog.done(0)
    assert [kind for kind, lines in MAIN.items() if any(one.name == PASSWORD for one in lines)] == [
        K.TAKE_OUT
    ]


def test_a_correction_keeps_what_was_said_of_the_password(site: Site) -> None:
    site.enter(
        K.TAKE_OUT, site.items[:1], destination_text="市役所",
        expected_return_at=site.ledger.now().replace(hour=23), password_renewed=True,
        encryption=EncryptionMeasure.APPLIED,
    )  # fmt: skip
    stored = site.ledger.registers.all(HandlingEvent, kind=K.TAKE_OUT)[-1]
    dialog = correcting_dialog(site.desk, stored, None)
    dialog.show()
    assert dialog.panel.rows[PASSWORD].isVisible() and dialog.draft().password_renewed is True
    dialog.done(0)


def test_the_place_of_the_last_transport_is_not_proposed_for_what_lies_there(site: Site) -> None:
    one, two = site.items[:2]
    here = site.ledger.store.status(one.id)
    assert here is not None and here.place_id
    elsewhere = next(place.id for place in site.story.places if place.id != here.place_id)
    first = handling_dialog(site.desk, site.contract_id, K.TRANSPORT, [one.id])
    first.panel.set_values({"place_to_id": here.place_id})
    last = replace(first.draft(), place_from_id=elsewhere, purpose="移管のため")
    assert last.place_to_id == here.place_id
    first.done(0)
    site.ledger.handling.record(replace(last, lines=last.lines))
    dialog = handling_dialog(site.desk, site.contract_id, K.TRANSPORT, [two.id])
    told = dialog.panel.values()
    assert told["place_from_id"] == here.place_id and told["place_to_id"] == ""
    dialog.done(0)
