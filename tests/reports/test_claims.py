"""What a paper claims about itself, read from anybody's PDF: every value is of its type, or none is."""

import json

import pytest

from models.errors import Foreign
from reports.claims import Claims

CLAIMS = Claims(
    kind="D-14", number="令和8年度 第1号", contract="2026-003", ledger="cd" * 16, seq=10, head="12" * 32,
    issued_at="2026-11-01T10:00:00+09:00", seal="ef" * 32,
)  # fmt: skip
TEXTS = ("kind", "number", "contract", "ledger", "head", "issued_at")
OPTIONAL = ("previous_number", "previous_sha256", "seal", "replaces")


@pytest.mark.parametrize("value", [1, True, [], {}, "\ud800", "第\udfff号"])
@pytest.mark.parametrize("name", [*TEXTS, *OPTIONAL])
def test_what_is_no_text_is_no_claim(name: str, value: object) -> None:
    with pytest.raises(Foreign):
        Claims.from_mapping({**json.loads(CLAIMS.to_json()), name: value})


@pytest.mark.parametrize("value", [None, True, -1, 1.0, "10", []])
def test_what_is_no_count_is_no_claim(value: object) -> None:
    with pytest.raises(Foreign):
        Claims.from_mapping({**json.loads(CLAIMS.to_json()), "seq": value})


def test_whole_claims_are_read() -> None:
    assert Claims.from_mapping(json.loads(CLAIMS.to_json())) == CLAIMS
