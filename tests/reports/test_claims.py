"""What a paper claims about itself, read from anybody's PDF: every value is of its type, or none is."""

import json
from dataclasses import replace

import pytest

from models.errors import Foreign
from reports.claims import Claims

CLAIMS = Claims(
    kind="D-14", number="令和8年度 第1号", contract="2026-003", ledger="cd" * 16, seq=10, head="12" * 32,
    issued_at="2026-11-01T10:00:00+09:00", seal="ef" * 32,
)  # fmt: skip
TEXTS = ("kind", "number", "contract", "ledger", "head", "issued_at")
OPTIONAL = (
    "previous_number",
    "previous_sha256",
    "seal",
    "replaces",
    "former_number",
    "former_head",
)


@pytest.mark.parametrize("value", [1, True, [], {}, "\ud800", "第\udfff号"])
@pytest.mark.parametrize("name", [*TEXTS, *OPTIONAL])
def test_what_is_no_text_is_no_claim(name: str, value: object) -> None:
    with pytest.raises(Foreign):
        Claims.from_mapping({**json.loads(CLAIMS.to_json()), name: value})


@pytest.mark.parametrize("value", [None, True, -1, 1.0, "10", []])
def test_what_is_no_count_is_no_claim(value: object) -> None:
    with pytest.raises(Foreign):
        Claims.from_mapping({**json.loads(CLAIMS.to_json()), "seq": value})


FORMER = {"former_number": "令和7年度 第9号", "former_seq": 7, "former_head": "34" * 32}


@pytest.mark.parametrize(
    "change",
    [{key: FORMER[key]} for key in FORMER]
    + [{**FORMER, "former_number": ""}, {**FORMER, "former_seq": "7"}, {**FORMER, "former_seq": True}],
)  # fmt: skip
def test_half_of_a_former_receipt_is_no_claim(change: dict[str, object]) -> None:
    with pytest.raises(Foreign):
        Claims.from_mapping({**json.loads(CLAIMS.to_json()), **change})


@pytest.mark.parametrize("former", [{}, {"former_number": ""}, FORMER])
def test_whole_claims_are_read(former: dict[str, object]) -> None:
    whole = {**json.loads(CLAIMS.to_json()), **former}
    found = Claims.from_mapping(whole)
    assert json.loads(found.to_json()) == whole
    assert found == replace(CLAIMS, **former)  # type: ignore[arg-type]
