"""What the words of old registers mean: media, methods of disposal, people with their titles."""

import pytest

from models.codes import MediaType, SanitizationMethod
from models.errors import Usage
from models.intake.columns import fields_of, settle_mapping
from models.intake.disposal import method_of, split_name
from models.intake.media import media_type_of
from models.intake.parts import Findings
from models.records import ALL, HandlingEvent, Record


@pytest.mark.parametrize(
    ("words", "media"),
    [
        ("CD-R", MediaType.OPTICAL_DISC),
        ("ＤＶＤ－Ｒ", MediaType.OPTICAL_DISC),
        ("LTO ﾃｰﾌﾟ", MediaType.MAGNETIC_TAPE),
        ("ＵＳＢメモリ", MediaType.USB_MEMORY),
        ("USBメモリー", MediaType.USB_MEMORY),
        ("外付HDD", MediaType.EXTERNAL_HDD),
        ("ポータブルＳＳＤ", MediaType.EXTERNAL_SSD),
        ("簿冊", MediaType.LEDGER_BOOK),
        ("申請書（紙）", MediaType.DOCUMENT),
        ("ノートパソコン", MediaType.NOTEBOOK_PC),
        ("microSDカード", MediaType.SD_CARD),
        ("usb_memory", MediaType.USB_MEMORY),
        ("謎の板", None),
    ],
)
def test_media_are_known_by_the_words_of_sites(words: str, media: MediaType | None) -> None:
    assert media_type_of(words) is media


@pytest.mark.parametrize("media", list(MediaType))
def test_every_label_of_ours_is_read_back(media: MediaType) -> None:
    assert media_type_of(media.label) is media


@pytest.mark.parametrize(
    ("words", "method"),
    [
        ("シュレッダー裁断", SanitizationMethod.SHRED),
        ("ｼｭﾚｯﾀﾞｰ", SanitizationMethod.SHRED),
        ("データ消去ソフト（3回上書き）", SanitizationMethod.OVERWRITE),
        ("物理破壊（穴あけ）", SanitizationMethod.PHYSICAL),
        ("磁気破壊", SanitizationMethod.DEGAUSS),
        ("溶解処理", SanitizationMethod.DISSOLVE),
        ("廃棄", SanitizationMethod.OTHER),
    ],
)
def test_methods_are_read_from_their_words(words: str, method: SanitizationMethod) -> None:
    assert method_of(words) is method


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("健康政策課　主査　髙橋様", ("健康政策課 主査", "髙橋")),
        ("健康政策課　葛󠄀城様", ("健康政策課", "葛󠄀城")),
        ("見本", ("", "見本")),
        ("なし", ("", "")),
        ("様", ("", "様")),
    ],
)
def test_a_title_is_told_from_the_name(words: str, parts: tuple[str, str]) -> None:
    assert split_name(words) == parts


def test_a_field_is_filled_by_one_column_only() -> None:
    columns = ("日付", "年月日", "区分")
    with pytest.raises(Usage, match="二つの列"):
        settle_mapping(HandlingEvent, columns, {}, {"日付": "occurred_on", "年月日": "occurred_on"})
    settled = settle_mapping(
        HandlingEvent, columns, {"日付": "occurred_on", "区分": "kind"}, {"年月日": "date"}
    )
    assert settled == {"年月日": "occurred_on", "区分": "kind"}


@pytest.mark.parametrize("cls", ALL)
def test_no_import_fills_what_the_ledger_derives(cls: type[Record]) -> None:
    offered = fields_of(cls)
    derived = {f.name for f in cls.fields().values() if f.derived}
    assert not derived & set(offered)
    assert cls is HandlingEvent or "source_file_id" not in offered


def test_many_equal_notices_become_one_that_names_its_lines() -> None:
    found = Findings()
    for line in (9, 4, 4, 7):
        found.notice(line, "単位がありません。")
    found.notice(0, "列「No.」は取り込みません。")
    assert found.notices() == [
        (4, "単位がありません。（3行：4、7、9行目）"),
        (0, "列「No.」は取り込みません。"),
    ]
