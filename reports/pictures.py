"""Photographs from outside: measured before they are decoded, drawn anew, without what they tell.

A telephone writes into each photo where and with what it was taken. A picture that enters the
ledger keeps its pixels and loses everything else: Exif with its place, comments, thumbnails, and
whatever somebody hung behind it. Decoding happens in a child (`reports/tables/child.py`), because
it is C code that meets a stranger's bytes.
"""

import base64
import io
import struct
import warnings
from typing import TYPE_CHECKING, Any, Final

from reports.tables.child import UNCLEAR, parse_in_child
from reports.tables.table import Limits, refuse

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS: Final = 80_000_000  # A3 at 600 dpi; Pillow itself warns above 89 million
PICTURE_LIMITS: Final = Limits(memory_bytes=1024**3, seconds=30)
_STARTS: Final = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"RIFF": "WEBP"}
_TURNED: Final = 95  # quality of a JPEG that had to be turned; an upright one keeps its own
# What Pillow raises for files that are not what they claim to be.
_DAMAGE: Final = (
    *(ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, RuntimeError),
    *(OSError, SyntaxError, TypeError, ValueError, struct.error),
)


def plain_picture(data: bytes, name: str, *, limits: Limits = PICTURE_LIMITS) -> bytes:
    """Return a photograph without anything but its pixels; every other file as it is.

    JPEG, PNG and WebP are photographs here, whatever the name says.

    Args:
        data: The whole file.
        name: What messages call the file.
        limits: Memory and time of the child.

    Raises:
        ImportRefused: Damaged, cut off, moving, or too large when decoded.
    """
    kind = picture_kind(data)
    if not kind or len(data) > limits.file_bytes:
        return data  # too large a file is refused by whoever keeps files
    options = {"kind": kind, "pixels": MOST_PIXELS}
    answers = list(parse_in_child("picture", data, options, limits=limits, name=name))
    try:
        [answer] = answers
        return base64.b64decode(answer["picture"], validate=True)
    except (LookupError, TypeError, ValueError) as exc:
        raise refuse(name, UNCLEAR) from exc


def picture_kind(data: bytes) -> str:
    """Tell the format of a photograph by its first bytes; empty for any other file."""
    found = next((kind for start, kind in _STARTS.items() if data.startswith(start)), "")
    return "" if found == "WEBP" and data[8:12] != b"WEBP" else found


# --- in the child -----------------------------------------------------------------------------


def redraw(data: bytes, options: dict[str, Any]) -> dict[str, Any]:
    """Decode a picture and encode its pixels again.

    Args:
        data: The file.
        options: `kind` (the only format that is tried) and the bound `pixels`.

    Raises:
        ImportRefused: Damaged, cut off, moving, or too large when decoded.
    """
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = options["pixels"]
    with warnings.catch_warnings():
        # Pillow only warns up to twice its bound; other warnings speak of what is left out anyway.
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=[options["kind"]]) as picture:
                return {"picture": base64.b64encode(_redrawn(picture, options)).decode()}
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
            raise refuse("", _TOO_LARGE) from exc
        except _DAMAGE as exc:
            raise refuse("", _DAMAGED) from exc


_TOO_LARGE: Final = (
    f"画像が大きすぎます（{MOST_PIXELS // 10_000:,}万画素まで）。縮小して保存し直してください。"
)
_DAMAGED: Final = "画像が壊れているか、途中で切れています。元の画像を取り直してください。"
_MOVING: Final = "動く画像は保管できません。1枚の画像として保存し直してください。"


def _redrawn(picture: "Image", options: dict[str, Any]) -> bytes:
    kind = options["kind"]
    if picture.width * picture.height > options["pixels"]:
        raise refuse("", _TOO_LARGE)
    if kind != "JPEG" and getattr(picture, "n_frames", 1) > 1:
        raise refuse("", _MOVING)  # a JPEG may bring a preview or a depth map: the first counts
    picture.load()
    upright = _upright(picture)
    # An empty Exif beside the pixels: without it some writers copy what the file brought.
    more: dict[str, Any] = {"exif": b"", "icc_profile": None}
    if kind == "WEBP":
        more["lossless"] = True
    if kind == "JPEG":
        kept = upright is picture and picture.format == "JPEG"
        more |= {"quality": "keep"} if kept else {"quality": _TURNED}
        more["comment"] = b""
    _forget(upright)
    made = io.BytesIO()
    upright.save(made, kind, **more)
    return made.getvalue()


def _upright(picture: "Image") -> "Image":
    """Turn a picture as its Exif says, because that is lost; one that is upright stays itself."""
    from PIL import ExifTags, Image

    try:
        turn = picture.getexif().get(ExifTags.Base.Orientation, 1)
    except _DAMAGE:
        return picture  # what surrounds the pixels is damaged, and is left out
    method = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }.get(turn)
    return picture if method is None else picture.transpose(method)


def _forget(picture: "Image") -> None:
    """Drop what Pillow would write beside the pixels; transparency belongs to them."""
    picture.info = {key: value for key, value in picture.info.items() if key == "transparency"}
