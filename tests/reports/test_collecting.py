"""Papers collected from a real ledger: what they say, in whose words, and what they refuse."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

import resources
from models.codes import (
    AssignmentStatus,
    EndRule,
    GovernanceKind,
    ItemClass,
    ItemOrigin,
    MediaType,
    Ownership,
    PlaceStatus,
    Timing,
)
from models.codes import AuthorizationSubject as S
from models.codes import HandlingKind as K
from models.errors import NotFound, Refused, UnprintableCharacter
from models.fields import NOT_RECORDED
from models.profile_file import parse_profile
from models.records import (
    Assignment,
    ContractPlace,
    GovernanceDocument,
    HandlingEvent,
    HandlingLine,
    InformationAsset,
    Item,
    Pledge,
    TrainingPlan,
    TrainingSession,
)
from reports.collect import collect
from tests.reports.applying import (
    add_workers,
    apply_for,
    assignment_of,
    events,
    office,
    sealed,
    text_of,
    wish,
)
from tests.reports.papers import flat, pages
from ui.issue import UNSEALED, IssueRequest, changed_since, missing, preview

PROFILES = ("shiki", "confidentiality-model", "fukuoka", "chiba", "yachiyo")
LONG_NAME = "𠮷野髙﨑邉辻󠄂" * 8 + "𠮷野髙﨑太郎左衛門尉"  # 60 characters as a person counts them


# --- every profile ------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", PROFILES)
def test_staff_and_structure_speak_the_words_of_their_text(tmp_path: Path, profile: str) -> None:
    with office(tmp_path, profile) as house:
        text = text_of(house, "D-03")
        words = house.ledger.profiles[profile]
        assert words.document_title("D-03") in text
        assert words.term("responsible_person") in text
        assert words.term("worker") in text
        assert "髙橋　恵子" in text and "辻󠄂　美咲" in text
        for label in words.document("D-03").required.values():
            assert label in text
        assert missing(house.ledger, wish(house, "D-03")) == []
        chart = text_of(house, "D-02")
        assert f"{words.term('client_party')}　見本市" in chart
        assert f"{words.term('contractor_party')}　株式会社みほん情報処理" in chart


@pytest.mark.parametrize(
    ("profile", "answers"),
    [("shiki", False), ("confidentiality-model", False), ("fukuoka", True), ("chiba", True)],
)
def test_a_place_is_notified_or_applied_for_as_the_text_wants(
    tmp_path: Path, profile: str, answers: bool
) -> None:
    with office(tmp_path, profile) as house:
        text = text_of(house, "D-04")
        assert "第一保管庫" in text and "金庫" in text
        assert ("□ 承諾する" in text) is answers
        assert ("適正管理の措置" in text) is (profile == "chiba")
        assert sealed(house, "D-04").returned is (False if answers else None)


@pytest.mark.parametrize(
    ("profile", "kind", "subject", "verb"),
    [
        ("confidentiality-model", "D-11", S.COPY, "承諾"),
        ("fukuoka", "D-11", S.DISPATCH, "承諾"),
        ("chiba", "D-11", S.COPY, "承諾"),
        ("yachiyo", "D-11", S.COPY, "承諾"),
        ("shiki", "D-12", S.TAKE_OUT, "承諾"),
        ("confidentiality-model", "D-12", S.TAKE_OUT, "同意"),
        ("confidentiality-model", "D-12", S.EQUIPMENT_TAKE_OUT, "承諾"),
        ("shiki", "D-13", S.THIRD_PARTY, "承諾"),
        ("fukuoka", "D-13", S.OTHER_PURPOSE, "承諾"),
        ("chiba", "D-13", S.THIRD_PARTY, "承諾"),
        ("yachiyo", "D-13", S.THIRD_PARTY, "承諾"),
        ("chiba", "D-15", S.INDIRECT_HANDOVER, "承認"),
    ],
)
def test_an_application_is_complete_and_asks_for_an_answer(
    tmp_path: Path, profile: str, kind: str, subject: S, verb: str
) -> None:
    with office(tmp_path, profile) as house:
        applied = apply_for(house, subject)
        words = house.ledger.profiles[profile]
        assert missing(house.ledger, wish(house, kind, applied)) == []
        text = text_of(house, kind, applied)
        form = words.document(kind)
        own = form.change_title if subject is S.EQUIPMENT_TAKE_OUT else form.title
        assert own in text
        assert f"□ {verb}する" in text and f"□ {verb}しない" in text
        assert f"{verb}を申請します" in text
        for label in words.document(kind).required.values():
            assert label in text
        assert sealed(house, kind, applied).returned is False


@pytest.mark.parametrize("profile", PROFILES)
def test_what_was_returned_is_listed_with_a_box_for_the_receipt(
    tmp_path: Path, profile: str
) -> None:
    with office(tmp_path, profile, days=5) as house:
        back = events(house, K.RETURN)
        text = text_of(house, "D-16", *back)
        assert house.ledger.profiles[profile].document_title("D-16") in text
        assert "貸与" in text and "主査　見本　花子" in text
        assert "上記のとおり受領しました。" in text
        assert missing(house.ledger, wish(house, "D-16", *back)) == []
        assert text_of(house, "D-16", *back, *back) == text  # named twice, it is one act


@pytest.mark.parametrize("profile", ["shiki", "fukuoka", "chiba"])
def test_a_transport_is_ordered_with_signatures_and_without_number(
    tmp_path: Path, profile: str
) -> None:
    with office(tmp_path, profile, days=4) as house:
        text = text_of(house, "D-27", events(house, K.TRANSPORT)[0])
        assert house.ledger.profiles[profile].document_title("D-27") in text
        assert "離れないことを指示した" in text and "運搬した者" in text
        assert UNSEALED not in text and "第1号" not in text.replace("第10号", "")


@pytest.mark.parametrize(
    ("profile", "title"),
    [("shiki", "秘密保持に関する誓約書"), ("chiba", "個人情報保護に関する誓約書")],
)
def test_everybody_whose_role_asks_signs_a_page_of_his_own(
    tmp_path: Path, profile: str, title: str
) -> None:
    with office(tmp_path, profile) as house:
        sheets = pages(preview(house.ledger, wish(house, "D-07")))
        assert len(sheets) == 4  # the administrator's role asks for none
        assert all(title in sheet and "従事しなくなった後も" in sheet for sheet in sheets)
        assert ("罰則を了知しました" in sheets[0]) is (profile == "chiba")
        assert "髙橋　恵子" in sheets[0]


@pytest.mark.parametrize("profile", ["chiba", "yachiyo"])
def test_the_penalties_are_made_known_word_for_word(tmp_path: Path, profile: str) -> None:
    with office(tmp_path, profile) as house:
        text = text_of(house, "D-30", assignment_of(house, "worker").id)
        assert "法令の定めにより罰せられることがあります" in text
        assert "𠮷野　翔太" in text and "要確認" not in text


def test_an_old_wording_of_penalties_is_marked(tmp_path: Path) -> None:
    with office(tmp_path, "chiba") as house:
        found = house.ledger.registers.all(GovernanceDocument, kind=GovernanceKind.PENALTY_TEXT)
        old = replace(found[0].record, text_as_of=date(2025, 1, 1))
        house.ledger.registers.revise(old, "基準日の訂正")
        assert "要確認" in text_of(house, "D-30")


def test_the_first_sheet_of_shiki_lists_what_was_confirmed(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        text = text_of(house, "D-01")
        assert "個人情報を含む業務を行う際の遵守事項確認表" in text
        assert "再委託の予定があるか。 いいえ" in text
        assert "作業責任者 髙橋　恵子" in text
        assert missing(house.ledger, wish(house, "D-01")) == []


def test_plan_and_report_of_the_training(tmp_path: Path) -> None:
    with office(tmp_path, "chiba") as house:
        plan = text_of(house, "D-05")
        assert "個人情報管理責任者及び研修等実施計画報告書" in plan
        assert "業務部　業務部長　髙橋　恵子" in plan
        session = house.ledger.registers.all(TrainingSession)[0].record
        report = text_of(house, "D-06", session.id)
        assert "研修実施報告書" in report and "5名のうち5名" in report
        assert "渡邉　誠" in report


def test_who_was_absent_stays_on_the_report(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        session = house.ledger.registers.all(TrainingSession)[0].record
        fewer = replace(session, attendance=session.attendance[:3])
        house.ledger.registers.revise(fewer, "欠席者の訂正")
        text = text_of(house, "D-06", session.id)
        assert "5名のうち3名" in text and "未受講" in text and "﨑山　健" in text


def test_signed_pledges_are_handed_in_with_a_list(tmp_path: Path) -> None:
    with office(tmp_path, "chiba") as house:
        text = text_of(house, "D-08")
        assert "添付数 4通" in text and "𠮷野　翔太" in text


def test_the_lists_of_equipment_and_of_fields(tmp_path: Path) -> None:
    with office(tmp_path, "yachiyo", days=6) as house:
        listed = text_of(house, "D-29")
        assert "健診データ受渡し用USBメモリ" in listed and "R8.10." in listed
        item = house.story._stock[0]
        planned = HandlingEvent(
            contract_id=house.story.contract.id, kind=K.STOCKTAKE, timing=Timing.PLANNED,
            occurred_at=house.clock() + timedelta(days=60), purpose="定例の現品確認",
            actor_person_id=house.story.people["worker"], lines=(HandlingLine(item_id=item.id),),
        )  # fmt: skip
        house.ledger.handling.record(planned)
        assert "R8.12." not in text_of(house, "D-29")
        fields = text_of(house, "D-31")
        assert "個人情報項目一覧" in fields and "健診結果" in fields
        assert UNSEALED not in fields


def test_a_profile_file_alone_decides_labels_and_what_is_demanded(tmp_path: Path) -> None:
    text = (files(resources) / "profiles" / "shiki.toml").read_text("utf-8")
    own = text.replace('duties = "担当業務"', 'duties = "受け持ち"\nauthority = "許された範囲"')
    with office(tmp_path) as house:
        house.ledger.profiles = {"shiki": parse_profile(own, "shiki")}
        text = text_of(house, "D-03")
        assert "受け持ち" in text and "許された範囲" in text
        assert "担当業務 " not in text
        worker = assignment_of(house, "worker")
        house.ledger.registers.revise(replace(worker, authority_scope=""), "範囲の削除")
        assert missing(house.ledger, wish(house, "D-03")) == ["許された範囲（2行目）"]


# --- limits -------------------------------------------------------------------------------------


def test_forty_workers_stand_on_an_attached_list_with_its_head_on_each_page(
    tmp_path: Path,
) -> None:
    with office(tmp_path) as house:
        add_workers(house, 40)
        sheets = pages(preview(house.ledger, wish(house, "D-03")))
        assert "別紙のとおり（45件）" in sheets[0]
        lists = [sheet for sheet in sheets[1:] if "従事　" in sheet]
        assert len(lists) > 1
        assert all("氏名" in sheet and "従事開始日" in sheet for sheet in lists)
        assert "従事　39号" in lists[-1]


def test_a_long_name_of_rare_characters_is_printed_whole(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        add_workers(house, 1, LONG_NAME)
        assert LONG_NAME in text_of(house, "D-03").replace(" ", "")


def test_a_character_without_a_glyph_is_refused_with_its_code(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        add_workers(house, 1, "見本\U0001f600太郎")
        with pytest.raises(UnprintableCharacter, match="1F600"):
            text_of(house, "D-03")


def test_a_contract_without_workers_says_so(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        for stored in house.ledger.registers.all(Assignment):
            house.ledger.registers.revise(
                replace(stored.record, status=AssignmentStatus.CANCELLED), "取りやめのため"
            )
        for kind in ("D-02", "D-03", "D-07"):
            with pytest.raises(Refused, match="作業従事者等がいません"):
                text_of(house, kind)


def test_a_contract_without_places_plans_or_pledges_says_so(tmp_path: Path) -> None:
    with office(tmp_path, "chiba") as house:
        for place in house.ledger.registers.all(ContractPlace):
            house.ledger.registers.revise(
                replace(place.record, status=PlaceStatus.ENDED), "試験のため"
            )
        for cls in (TrainingSession, TrainingPlan, Pledge):
            for stored in house.ledger.registers.all(cls):
                house.ledger.registers.void(cls, stored.record.id, "試験のため")
        for kind, sentence in (
            ("D-04", "がありません"), ("D-05", "計画一つ"), ("D-08", "がありません"),
        ):  # fmt: skip
            with pytest.raises(Refused, match=sentence):
                text_of(house, kind)


def test_an_empty_list_says_that_nothing_applies(tmp_path: Path) -> None:
    with office(tmp_path, "yachiyo") as house:
        asset = house.ledger.registers.all(InformationAsset)[0].record
        house.ledger.registers.revise(replace(asset, asset_fields=()), "項目の削除")
        assert "該当する個人情報の項目はありません" in text_of(house, "D-31")


def test_a_contract_without_equipment_lists_none(tmp_path: Path) -> None:
    with office(tmp_path, "confidentiality-model") as house:
        other = replace(house.story.contract, id="", contract_no="2026-002", title="別の業務")
        other_id = house.ledger.registers.create(other).ids[-1]
        text = flat(preview(house.ledger, IssueRequest("D-29", other_id)))
        assert "パソコン等管理台帳" in text and "該当する媒体・機器はありません" in text


def test_shared_equipment_is_listed_with_every_contract(tmp_path: Path) -> None:
    with office(tmp_path, "fukuoka") as house:
        house.ledger.registers.create(
            Item(
                item_no="PC-01", item_class=ItemClass.EQUIPMENT, media_type=MediaType.NOTEBOOK_PC,
                name="入力用端末", maker="みほん電機", model="NB-9", serial_no="1",
                quantity=Decimal(1), unit="台", origin=ItemOrigin.CONTRACTOR_EQUIPMENT,
                ownership=Ownership.CONTRACTOR, home_place_id=house.story.places[1].id,
                end_rule=EndRule.ERASE_OR_DISPOSE,
            )
        )  # fmt: skip
        text = text_of(house, "D-29")
        assert "媒体・端末一覧" in text and "みほん電機　NB-9" in text and "入力室" in text


def test_a_checklist_without_an_answer_is_not_sealed(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        found = house.ledger.registers.all(
            GovernanceDocument, kind=GovernanceKind.CHECKLIST_TEMPLATE
        )
        open_point = replace(found[0].record, text="届け出たか。｜はい\n点検したか。")
        house.ledger.registers.revise(open_point, "点検の途中")
        with pytest.raises(Refused, match="回答（2行目）"):
            sealed(house, "D-01")
        house.ledger.registers.void(GovernanceDocument, open_point.id, "作り直すため")
        with pytest.raises(Refused, match="確認事項｜回答｜備考"):
            text_of(house, "D-01")


def test_only_the_rows_of_this_contract_stand_on_a_paper(tmp_path: Path) -> None:
    with office(tmp_path, "chiba", days=6) as house:
        first = house.story.contract
        other = replace(first, id="", contract_no="2026-002", title="別の業務")
        other_id = house.ledger.registers.create(other).ids[-1]
        request = IssueRequest("D-29", other_id)
        assert "M-00" not in flat(preview(house.ledger, request))
        with pytest.raises(Refused, match="いません"):
            preview(house.ledger, IssueRequest("D-03", other_id))
        for kind, foreign in (
            ("D-03", assignment_of(house, "worker").id),
            ("D-16", events(house, K.RETURN)[0]),
            ("D-11", apply_for(house, S.COPY)),
            ("D-06", house.ledger.registers.all(TrainingSession)[0].record.id),
        ):
            with pytest.raises(Refused, match="別の契約"):
                preview(house.ledger, IssueRequest(kind, other_id, (foreign,)))


def test_a_session_for_two_contracts_tells_each_only_of_its_own_people(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        other = replace(house.story.contract, id="", contract_no="2026-002", title="別の業務")
        other_id = house.ledger.registers.create(other).ids[-1]
        base = assignment_of(house, "worker")
        house.ledger.registers.create(
            replace(base, id="", contract_id=other_id, notice_submission_id="")
        )
        session = house.ledger.registers.all(TrainingSession)[0].record
        both = replace(session, contract_ids=(*session.contract_ids, other_id))
        house.ledger.registers.revise(both, "契約の追加")
        text = flat(preview(house.ledger, IssueRequest("D-06", other_id, (session.id,))))
        assert "1名のうち1名" in text and "髙橋" not in text


# --- what is refused ----------------------------------------------------------------------------


def test_what_is_not_recorded_prints_so_and_keeps_the_paper_from_being_sealed(
    tmp_path: Path,
) -> None:
    with office(tmp_path) as house:
        assignment = assignment_of(house, "worker")
        house.ledger.registers.revise(replace(assignment, duties=""), "担当の削除")
        assert NOT_RECORDED in text_of(house, "D-03")
        with pytest.raises(Refused, match="担当業務（2行目）"):
            sealed(house, "D-03")


def test_an_application_without_target_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with office(tmp_path, "chiba") as house:
        applied = apply_for(house, S.COPY, targets=(), method="")
        with pytest.raises(Refused) as refused:
            sealed(house, "D-11", applied)
        assert "方法" in str(refused.value) and "「対象」に、媒体・資料か" in str(refused.value)


def test_a_sheet_to_sign_is_not_printed_without_its_text(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        found = house.ledger.registers.all(GovernanceDocument, kind=GovernanceKind.PLEDGE_TEXT)
        house.ledger.registers.revise(replace(found[0].record, text=""), "文面の削除")
        with pytest.raises(Refused, match="誓約の内容"):
            text_of(house, "D-07")


def test_records_of_another_kind_are_refused(tmp_path: Path) -> None:
    with office(tmp_path, "chiba", days=2) as house:
        used = events(house, K.USE)[0]
        for kind, chosen, sentence in (
            ("D-16", (used,), "載せる種類の記録ではありません"),
            ("D-27", (used,), "載せる種類の記録ではありません"),
            ("D-14", (used,), "受領書は、受領の記録一つについて"),
            ("D-16", (), "取扱記録を選んで"),
            ("D-06", (), "実施一回"),
            ("D-11", (), "申請一件"),
            ("D-11", (apply_for(house, S.THIRD_PARTY),), "申請する行為ではありません"),
        ):
            with pytest.raises(Refused, match=sentence):
                text_of(house, kind, *chosen)


@pytest.mark.parametrize("profile", ["shiki", "confidentiality-model", "fukuoka", "chiba"])
def test_an_end_is_reported_as_complete_only_when_nothing_is_left(
    tmp_path: Path, profile: str
) -> None:
    with office(tmp_path, profile) as house:
        first, second = list(house.story._stock)
        house.story.give_back(first)
        [back] = events(house, K.RETURN)
        assert "報告の区分 一部" in text_of(house, "D-17", back)
        assert "1件（保管中1件）が、まだ終わっていません" in text_of(house, "D-17", back)
        partly = sealed(house, "D-17", back) if profile != "fukuoka" else None  # nobody ordered
        house.story.give_back(second)
        text = text_of(house, "D-17", *events(house, K.RETURN))
        assert "報告の区分 完了" in text and "終わっていません" not in text
        if partly is not None:
            assert changed_since(house.ledger, partly) == []


def test_what_was_entered_between_two_papers_follows_from_their_numbers(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        receipt = events(house, K.RECEIVE)[0]
        first = sealed(house, "D-14", receipt)
        house.story.use(house.story._stock[0])
        second = sealed(house, "D-14", receipt)
        assert first.content is not None and second.content is not None
        was, now = first.content["anchor"]["seq"], second.content["anchor"]["seq"]
        own = was + 2  # the entries of the first paper: its file and itself
        wanted = f"直前の書面は記帳番号 {own} まで　その後この書面までの記帳 {now - own}件"
        assert wanted in flat(house.ledger.paper.file(second.id))
        assert f"台帳の最初からの記帳 {was}件" in flat(house.ledger.paper.file(first.id))


def test_the_register_adds_up_the_lines_of_each_unit(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        house.story.receive(8)
        first = house.story._stock[0]
        house.story.use(first)
        house.story.copy(first)
        taken = house.story._stock[2:]
        wanted = {
            f"{sum(one.quantity or 0 for one in taken if one.unit == unit):,f}{unit}"
            for unit in ("枚", "本")
        }
        rows = collect(house.ledger, wish(house, "D-28"), house.ledger.paper.numbering()).rows()
        received, used, copied = [row.quantity for row in rows][1:]
        assert set(received.split("、")) == wanted
        assert used == f"{first.quantity:,f}{first.unit}"
        assert copied == f"1{first.unit}"


def test_the_register_tells_a_receipt_from_there_to_here(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        house.story.receive(1)
        rows = collect(house.ledger, wish(house, "D-28"), house.ledger.paper.numbering()).rows()
        *_, received = rows
        giver, *ways, kept = received.place.split("→")
        assert giver.startswith("見本市") and "見本　花子" in giver
        assert ways == ["見本市役所2階　健康づくり課"] and kept == "第一保管庫"


def test_only_an_order_may_speak_of_what_is_planned(tmp_path: Path) -> None:
    with office(tmp_path, "chiba", days=5) as house:
        ahead = house.clock() + timedelta(days=1)
        for kind, source in (("D-27", K.TRANSPORT), ("D-16", K.RETURN)):
            done = house.ledger.registers.need(HandlingEvent, events(house, source)[0]).record
            stored = next(item for item in house.story._stock if item.contract_id)
            plan = replace(
                done, id="", event_no=None, timing=Timing.PLANNED, occurred_at=ahead,
                status=None, lines=(HandlingLine(item_id=stored.id, quantity=stored.quantity),),
            )  # fmt: skip
            planned = house.ledger.handling.record(plan).ids[-1]
            if kind == "D-27":
                assert "運搬指示書" in text_of(house, kind, planned)
            else:
                with pytest.raises(Refused, match="予定です"):
                    text_of(house, kind, planned)


def test_penalties_without_the_day_of_their_wording_are_not_made_known(tmp_path: Path) -> None:
    with office(tmp_path, "yachiyo") as house:
        found = house.ledger.registers.all(GovernanceDocument, kind=GovernanceKind.PENALTY_TEXT)
        undated = replace(found[0].record, text_as_of=None)
        house.ledger.registers.revise(undated, "基準日の削除")
        with pytest.raises(Refused, match="条文の基準日"):
            text_of(house, "D-30")


@pytest.mark.parametrize(
    ("profile", "kind"),
    [("shiki", "D-15"), ("chiba", "D-12"), ("fukuoka", "D-01"), ("shiki", "D-31")],
)
def test_a_paper_for_which_the_text_has_no_use_is_refused(
    tmp_path: Path, profile: str, kind: str
) -> None:
    with office(tmp_path, profile) as house, pytest.raises(Refused, match="使いません"):
        text_of(house, kind)


def test_a_working_print_is_never_sealed_and_an_unknown_paper_never_found(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        with pytest.raises(Refused, match="確定する書類ではありません"):
            sealed(house, "D-29")
        with pytest.raises(NotFound):
            text_of(house, "D-99")


def test_a_print_before_the_seal_carries_no_number(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        text = text_of(house, "D-03")
        assert UNSEALED in text
        paper = sealed(house, "D-03")
        assert paper.doc_no not in text
        assert paper.doc_no in flat(house.ledger.paper.file(paper.id))
