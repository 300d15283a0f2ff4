"""What a sealed paper says and the ledger no longer does."""

from reports.since import differences


def test_what_an_older_version_did_not_ask_for_is_no_difference() -> None:
    assert differences({"remaining": ""}, {"remaining": "", "given_up": ""}) == []


def test_what_came_since_is_a_difference() -> None:
    [said] = differences({"remaining": ""}, {"remaining": "", "given_up": "1件（M-0002）"})
    assert "1件（M-0002）" in said
