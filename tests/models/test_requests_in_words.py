"""What is so stays of a sentence when nobody can be asked for anything any more."""

import pytest

from models.requests_in_words import without_request


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("一人もいません。登録してください。", "一人もいません。"),
        ("遅れています。理由を残し、提出してください。決めて登録します。", "遅れています。"),
        ("遅れています。", "遅れています。"),
        ("提出してください。", "提出してください。"),
        (
            "指摘「消してください。」が終わっていません。",
            "指摘「消してください。」が終わっていません。",
        ),
        ("「机。椅子」がここにあります。移してください。", "「机。椅子」がここにあります。"),
        ("「閉じない。登録してください。", "「閉じない。登録してください。"),
        ("", ""),
    ],
)
def test_requests_at_the_end_are_left_out(said: str, left: str) -> None:
    assert without_request(said) == left
