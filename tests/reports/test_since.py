"""What a sealed paper says and the ledger no longer does."""

from typing import Any

from reports.documents.d16_return import ReturnNote
from reports.since import HANDING, differences


def test_what_an_older_version_did_not_ask_for_is_no_difference() -> None:
    assert differences({"remaining": ""}, {"remaining": "", "given_up": ""}) == []


def test_what_came_since_is_a_difference() -> None:
    [said] = differences({"remaining": ""}, {"remaining": "", "given_up": "1件（M-0002）"})
    assert "1件（M-0002）" in said


def test_a_return_note_of_an_older_version_differs_only_where_the_ledger_does() -> None:
    now = ReturnNote.sample().content()
    first = now["lines"][0]
    older: dict[str, Any] = {**now, "returned_on": [first["returned_on"]], "act": "返還又は引渡し"}
    older |= {key: first[key] for key in ("handed_by", "received_by", "means")}
    older["lines"] = [
        {key: value for key, value in line.items() if key not in HANDING} for line in now["lines"]
    ]
    assert differences(older, now) == []
    later = {**now, "lines": [{**line, "means": "書留等"} for line in now["lines"]]}
    assert differences(older, later) == ["直接手渡し → 書留等"]
