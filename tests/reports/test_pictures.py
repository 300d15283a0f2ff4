"""Photographs from outside: the pixels stay, all else goes, and nothing large is decoded."""

import io
import struct
import zipfile
import zlib
from dataclasses import replace

import pytest
from PIL import ExifTags, Image

from models.errors import ImportRefused
from reports.pictures import MOST_PIXELS, PICTURE_LIMITS, picture_kind, plain_picture

PLACE = b"35.6895N 139.6917E"
TELEPHONE = b"Mihon Phone 12"


def drawn(kind: str, *, turn: int = 1, size: tuple[int, int] = (60, 40)) -> bytes:
    """Return a picture with a red left half, and an Exif that tells where it was taken."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turn
    exif[ExifTags.Base.Model] = TELEPHONE.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = PLACE
    made = io.BytesIO()
    more = {"comment": PLACE} if kind == "JPEG" else {}
    picture.save(made, kind, exif=exif.tobytes(), quality=95, **more)
    return made.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_forgets_where_it_was_taken(kind: str) -> None:
    photo = drawn(kind)
    assert PLACE in photo and TELEPHONE in photo, "the planted place is there"
    plain = plain_picture(photo, "写真")
    assert PLACE not in plain and TELEPHONE not in plain and b"Exif" not in plain
    picture = opened(plain)
    assert (picture.format, picture.size, dict(picture.getexif())) == (kind, (60, 40), {})
    red, _, blue = picture.convert("RGB").getpixel((5, 20))  # type: ignore[misc]
    assert red > 200 and blue < 60


@pytest.mark.parametrize(
    ("turn", "size"),
    [(2, (60, 40)), (3, (60, 40)), (4, (60, 40)), (5, (40, 60)), (6, (40, 60)), (7, (40, 60)),
     (8, (40, 60))],
)  # fmt: skip
def test_a_photo_that_lies_on_its_side_stands_up(turn: int, size: tuple[int, int]) -> None:
    from PIL import ImageOps

    photo = drawn("JPEG", turn=turn)
    plain = opened(plain_picture(photo, "写真.jpg"))
    wanted = ImageOps.exif_transpose(opened(photo))
    assert plain.size == size == wanted.size
    for place in ((3, 3), (36, 36)):
        found, other = plain.getpixel(place), wanted.getpixel(place)
        assert max(abs(a - b) for a, b in zip(found, other, strict=True)) < 12  # type: ignore[arg-type]


def test_an_upright_photo_keeps_its_quality() -> None:
    photo = drawn("JPEG", size=(64, 48))
    before, after = opened(photo).tobytes(), opened(plain_picture(photo, "写真.jpg")).tobytes()
    assert len(before) == len(after)
    assert sum(abs(a - b) for a, b in zip(before, after, strict=True)) < 2 * len(before)


@pytest.mark.parametrize("name", ["a.jpg", "a.pdf"])
def test_what_hangs_behind_a_photo_is_dropped(name: str) -> None:
    """A polyglot: the same bytes are a photograph and an archive."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("run.bat", "del *.*")
    both = drawn("JPEG") + archive.getvalue()
    assert zipfile.is_zipfile(io.BytesIO(both))
    plain = plain_picture(both, name)
    assert not zipfile.is_zipfile(io.BytesIO(plain)) and b"run.bat" not in plain


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"GIF89a", b"PK\x03\x04", b"RIFFxxxxAVI ", b""])
def test_other_files_stay_as_they_are(data: bytes) -> None:
    assert picture_kind(data) == "" and plain_picture(data, "x") == data


def claiming(width: int, height: int, *, honest: bool = False) -> bytes:
    """Return a PNG of a few bytes that claims a size, and keeps its word if it is honest."""

    def chunk(name: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packer = zlib.compressobj()
    rows = height if honest else 1
    body = b"".join(packer.compress(bytes(width * 3 + 1)) for _ in range(rows)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(8_945, 8_945), (30_000, 30_000), (900_000, 900_000)])
def test_a_decompression_bomb_is_refused_by_its_claim(size: tuple[int, int]) -> None:
    assert size[0] * size[1] > MOST_PIXELS
    with pytest.raises(ImportRefused, match="万画素まで"):
        plain_picture(claiming(*size), "写真.png")


def test_a_bomb_below_the_bound_runs_into_the_memory_of_the_child() -> None:
    """The control of the second wall: the bound alone would let this one through."""
    tight = replace(PICTURE_LIMITS, memory_bytes=300 * 1024**2)
    with pytest.raises(ImportRefused, match=r"メモリーが多すぎる.*縮小"):
        plain_picture(claiming(8_900, 8_900, honest=True), "写真.png", limits=tight)


def test_a_text_bomb_in_a_png_is_refused() -> None:
    bomb = zlib.compress(bytes(100 * 1024**2))
    body = b"Comment\0\0" + bomb
    chunk = (
        struct.pack(">I", len(body))
        + b"zTXt"
        + body
        + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    )
    photo = drawn("PNG")
    with pytest.raises(ImportRefused):
        plain_picture(photo[:33] + chunk + photo[33:], "写真.png")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_cut_photo_is_refused(kind: str) -> None:
    photo = drawn(kind)
    for length in (12, len(photo) // 2):
        with pytest.raises(ImportRefused, match="壊れているか"):
            plain_picture(photo[:length], "写真")


def test_a_moving_picture_is_refused() -> None:
    made = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(made, "PNG", save_all=True, append_images=frames[1:])
    with pytest.raises(ImportRefused, match="動く画像"):
        plain_picture(made.getvalue(), "写真.png")


def test_a_damaged_exif_costs_the_exif_and_not_the_photo() -> None:
    photo = drawn("JPEG")
    at = photo.index(b"Exif\0\0") + 6
    plain = plain_picture(photo[:at] + b"\xff" * 60 + photo[at + 60 :], "写真.jpg")
    assert opened(plain).size == (60, 40) and PLACE not in plain
