"""Papers as a series: what a second book, a replaced paper or a ledger set back leaves behind."""

from dataclasses import asdict, replace

import pytest

from models.errors import Foreign, NewerFormat
from reports.joining import joined
from reports.series import Remembered, from_kept, judge, to_keep


def paper(number: int, **changed: object) -> Remembered:
    """Return the n-th paper of a sound ledger: each knows the one before."""
    one = Remembered(
        number=f"令和8年度 第{number}号",
        sha256=f"{number:064x}",
        ledger="L1",
        seal="ab" * 32,
        seq=number * 10,
        head=f"{number * 10:064x}",
        issued_at=f"2026-11-{number:02d}T10:00:00+09:00",
        previous_number=f"令和8年度 第{number - 1}号" if number > 1 else None,
        previous_sha256=f"{number - 1:064x}" if number > 1 else None,
    )
    return replace(one, **changed)  # type: ignore[arg-type]


SOUND = [paper(n) for n in range(1, 6)]


def codes(papers: list[Remembered], before: list[Remembered] | None = None) -> set[str]:
    return {flaw.code for flaw in judge(papers, before or []).flaws}


def test_a_whole_series_has_no_flaw_in_any_order() -> None:
    found = judge(list(reversed(SOUND)))
    assert (found.flaws, found.missing) == ((), ())
    assert [one.seq for one in found.remembered] == [10, 20, 30, 40, 50]


def test_a_number_that_is_not_at_hand_is_told_and_not_condemned() -> None:
    found = judge([paper(1), paper(2), paper(4)])
    assert found.flaws == ()
    assert found.missing == ("令和8年度 第3号",)
    assert "第3号" in found.notes[0]


def test_two_papers_with_one_number_are_two_books() -> None:
    twin = paper(3, sha256="f" * 64)
    assert codes([paper(3), twin]) >= {"SAME_NUMBER"}
    assert codes([paper(3), paper(3)]) == set()


def test_a_replaced_predecessor_shows() -> None:
    replaced = paper(2, sha256="e" * 64)
    flaws = judge([paper(1), replaced, paper(3)]).flaws
    assert [(flaw.number, flaw.code) for flaw in flaws] == [("令和8年度 第3号", "PREVIOUS")]
    assert "第2号" in flaws[0].message


def test_a_ledger_that_was_set_back_shows() -> None:
    assert "BACKWARDS" in codes([paper(1), paper(2), paper(3, seq=15)])


@pytest.mark.parametrize("hidden", [(), (4,), (2, 3, 4)])
def test_a_ledger_that_was_set_back_shows_whatever_lies_between(hidden: tuple[int, ...]) -> None:
    """Of 第1号 at 10 to 第5号 at 50 some are kept secret; 第6号 stands at 25 and is sound itself."""
    at_hand = [one for n, one in enumerate(SOUND, start=1) if n not in hidden]
    late = paper(7, seq=25, head="d" * 64)
    for papers, before in (([*at_hand, late], []), ([late], at_hand)):
        flaws = judge(papers, before).flaws
        assert [(flaw.number, flaw.code) for flaw in flaws] == [("令和8年度 第7号", "BACKWARDS")]
        assert "第5号" in flaws[0].message
    assert codes([*at_hand, paper(7)]) == set()


def test_the_numbers_of_another_year_begin_again() -> None:
    next_year = replace(paper(1), number="令和9年度 第1号", seq=70, sha256="9" * 64)
    assert codes([*SOUND, next_year]) == set()


def test_a_later_year_of_a_smaller_ledger_shows_against_what_was_kept() -> None:
    """Nothing at hand leads from one year to the next; what was kept and the days tell."""
    kept = paper(9, seq=90)
    next_year = replace(
        paper(1), number="令和9年度 第1号", sha256="9" * 64, seq=70, issued_at="2027-04-02T10:00:00+09:00",
        previous_number="令和8年度 第8号", previous_sha256="8" * 64,
    )  # fmt: skip
    assert codes([next_year], [kept]) == {"FEWER_LATER"}
    assert codes([replace(next_year, seq=91)], [kept]) == set()
    for at in ("2026-11-10T09:00:00+09:00", "2025-04-01T09:00:00+09:00", "いつか"):
        assert codes([replace(next_year, issued_at=at)], [kept]) == set()
    assert codes([next_year, kept]) == set()  # without what was kept nobody knows which is wrong


def test_links_that_were_not_seen_are_counted() -> None:
    (whole,) = judge(SOUND).books
    (holed,) = judge([paper(1), paper(2), paper(4), paper(5)]).books
    assert (whole.followed, holed.followed) == (5, 3)


def test_one_count_with_two_heads_shows() -> None:
    other = paper(9, seq=30, head="c" * 64, previous_number=None, previous_sha256=None)
    assert "OTHER_HEAD" in codes([*SOUND, other])


@pytest.mark.parametrize(
    ("change", "code"), [({"seal": "cd" * 32}, "OTHER_SEAL"), ({"ledger": "L2"}, "OTHER_LEDGER")]
)
def test_a_stranger_is_named(change: dict[str, object], code: str) -> None:
    found = judge([*SOUND, paper(6, **change)])
    assert (code, "令和8年度 第6号") in {(flaw.code, flaw.number) for flaw in found.flaws}


# --- receipts of inspections ---------------------------------------------------------------------

RECEIPT = paper(2, kind="D-37", contract="C1", former_number="")


def since(number: int, former: Remembered | None, **changed: object) -> Remembered:
    """Return a later paper whose predecessor is not at hand, and what it says of the last receipt."""
    told = {"former_number": ""} if former is None else {
        "former_number": former.number, "former_seq": former.seq, "former_head": former.head,
    }  # fmt: skip
    return paper(number, **{"contract": "C1", **told, **changed})


@pytest.mark.parametrize(
    ("later", "found"),
    [
        (since(5, RECEIPT), set()),
        (since(5, replace(RECEIPT, head="c" * 64)), {"OTHER_FORMER"}),
        (since(5, replace(RECEIPT, head="")), {"OTHER_FORMER"}),
        (since(5, replace(RECEIPT, seq=21)), {"OTHER_FORMER"}),
        (since(5, replace(RECEIPT, number="令和7年度 第9号", head="c" * 64)), {"OTHER_FORMER"}),
        (since(5, None), {"NO_FORMER"}),
        (since(5, paper(1)), {"NO_FORMER"}),
        (since(5, paper(4)), set()),  # a receipt between the two
        (since(5, None, contract="C2"), set()),
        (since(5, None, former_number=None), set()),  # of an earlier version
        (since(1, None, seq=19), set()),
    ],
)
def test_what_a_paper_says_of_the_last_receipt_has_to_fit(
    later: Remembered, found: set[str]
) -> None:
    assert codes([RECEIPT, later]) == codes([later], [RECEIPT]) == found


def test_papers_lead_back_to_a_receipt_by_their_links_or_by_its_head() -> None:
    second = since(6, RECEIPT, kind="D-37")
    papers = [RECEIPT, paper(3), paper(5), second, since(8, second), paper(9)]
    reached = joined(RECEIPT, papers)
    assert reached == {papers[n].sha256 for n in (1, 3, 4, 5)}
    assert joined(RECEIPT, papers[:1] + papers[4:]) == set()  # the receipt between is not at hand
    assert joined(RECEIPT, [replace(one, seal="cd" * 32) for one in papers]) == set()


# --- strangers: anybody can make a ledger whose papers bear the numbers of others ----------------

ELSEWHERE = {"ledger": "L2", "seal": "cd" * 32, "sha256": "f" * 64}
UNDER_ITS_NAME = {"seal": "cd" * 32, "sha256": "f" * 64}  # a ledger's identity is on its papers


def condemned(papers: list[Remembered], before: list[Remembered] | None = None) -> set[str]:
    return {flaw.sha256 for flaw in judge(papers, before or []).flaws}


@pytest.mark.parametrize("stranger", [ELSEWHERE, UNDER_ITS_NAME])
@pytest.mark.parametrize("number", [1, 3, 5, 6])
@pytest.mark.parametrize("links", [{}, {"previous_sha256": "e" * 64}, {"seq": 5}])
@pytest.mark.parametrize("kept", [0, 3])
def test_a_stranger_condemns_itself_alone(
    stranger: dict[str, object], number: int, links: dict[str, object], kept: int
) -> None:
    papers = [*SOUND, paper(number, **stranger, **links)]
    assert condemned(papers, SOUND[:kept]) == {"f" * 64}
    assert condemned(list(reversed(papers)), SOUND[:kept]) == {"f" * 64}


@pytest.mark.parametrize("stranger", [ELSEWHERE, UNDER_ITS_NAME])
def test_a_stranger_in_the_place_of_a_paper_leaves_its_neighbours_alone(
    stranger: dict[str, object],
) -> None:
    found = judge([paper(1), paper(2, **stranger), paper(3)])
    assert {flaw.sha256 for flaw in found.flaws} == {"f" * 64}
    assert found.missing == ("令和8年度 第2号",)  # the genuine one is not at hand


def test_the_last_verification_says_which_ledger_is_meant_however_many_strangers_come() -> None:
    strangers = [paper(n, ledger="L2", seal="cd" * 32, sha256=f"{n + 900:064x}") for n in range(9)]
    found = judge([*strangers, paper(3)], SOUND[:2])
    assert {flaw.sha256 for flaw in found.flaws} == {one.sha256 for one in strangers}
    assert [(book.ledger, book.usual, book.kept) for book in found.books] == [
        ("L1", True, 2), ("L2", False, 0),
    ]  # fmt: skip
    assert found.books[0].papers[-1].seq == 30 and found.missing == ()


@pytest.mark.parametrize("stranger", [ELSEWHERE, UNDER_ITS_NAME])
def test_of_two_equal_ledgers_none_is_believed(stranger: dict[str, object]) -> None:
    found = judge([paper(1), paper(1, **stranger)])
    assert {flaw.sha256 for flaw in found.flaws} == {paper(1).sha256, "f" * 64}
    assert all("届け出られた指紋" in flaw.message for flaw in found.flaws)
    assert not any(book.usual for book in found.books)


def test_a_new_seal_goes_on_in_the_same_ledger() -> None:
    found = judge([*SOUND, paper(6, seal="cd" * 32)])
    assert [(flaw.number, flaw.code) for flaw in found.flaws] == [("令和8年度 第6号", "OTHER_SEAL")]
    assert [len(book.papers) for book in found.books] == [5, 1] and found.books[1].missing == ()
    cut = judge([*SOUND, paper(6, seal="cd" * 32, previous_sha256="e" * 64)])
    assert {flaw.code for flaw in cut.flaws} == {"OTHER_SEAL", "PREVIOUS"}


def test_what_the_last_verification_saw_stands_beside_its_twin() -> None:
    """Under the same seal, so that only the earlier one can vouch for either."""
    twin = paper(3, sha256="f" * 64)
    assert condemned([paper(3), twin]) == {paper(3).sha256, "f" * 64}
    assert condemned([paper(3), twin], SOUND) == {"f" * 64}
    assert condemned([paper(4), twin], SOUND[3:]) == {"f" * 64}
    assert codes([paper(4), twin], SOUND[3:]) == {"FOLLOWING"}
    assert condemned([paper(3), paper(9, seq=30, head="c" * 64)], SOUND) == {paper(9).sha256}


def test_what_was_kept_is_compared_the_next_time() -> None:
    kept = to_keep(judge(SOUND[:3]), "2026-11-03T12:00:00+09:00")
    before = from_kept(kept, "控え.json")
    assert [asdict(one) for one in before] == [asdict(one) for one in SOUND[:3]]
    assert codes(SOUND[3:], before) == set()
    assert codes([paper(3, sha256="d" * 64)], before) >= {"REPLACED"}
    assert codes([paper(4, previous_sha256="d" * 64)], before) == {"PREVIOUS"}


@pytest.mark.parametrize(
    "content", [None, [], {}, {"azukari_verification": 1, "papers": [{"number": 1}]}, {"papers": 3}]
)
def test_another_file_is_no_earlier_verification(content: object) -> None:
    with pytest.raises(Foreign):
        from_kept(content, "x.json")


def test_what_earlier_verifiers_kept_is_read() -> None:
    content = to_keep(judge(SOUND), "2026-11-21T10:00:00+09:00")
    lines = [
        {key: one for key, one in line.items() if key not in {"kind", "contract"} and "former" not in key}
        for line in content["papers"]
    ]  # fmt: skip
    before = from_kept({**content, "azukari_verification": 1, "papers": lines}, "x.json")
    assert before == SOUND


def test_a_later_version_is_named() -> None:
    with pytest.raises(NewerFormat):
        from_kept({"azukari_verification": 3, "papers": []}, "x.json")
