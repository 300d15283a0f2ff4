"""What a sealed paper says and the ledger no longer does, line by line in words.

The paper is frozen with its content (R-37); here the same paper is collected again and the two are
laid side by side. Number (also of a report), date, anchor and labels are those of a sealing and are not compared, nor what the
sentence above the lines says that these are about.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from models.fields import NOT_RECORDED
from reports.documents.d17_end_report import UNATTENDED

APART: Final = frozenset(
    {"anchor", "wording", "doc_no", "issued_on", "seal_kind", "seal_image", "about",
     "replaces_no", "replaces_on", "report_no"}
)  # fmt: skip

HANDING: Final = ("returned_on", "handed_by", "received_by", "means")


def differences(sealed: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return one sentence for every line or fact of the paper that differs today."""
    if "returned_on" in sealed:
        now = _told_above(now)
    if "previous" in sealed:
        sealed, now = _reasonless(sealed), _reasonless(now)
    found = list(_facts(sealed, now))
    found += _facts(sealed.get("head", {}), now.get("head", {}))
    found += _lines(_dashless(sealed.get("lines", [])), _dashless(now.get("lines", [])))
    return found


def _reasonless(content: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out why something changed: no later entry does that, but earlier versions chose otherwise."""
    lines = [{k: v for k, v in x.items() if k != "reason"} for x in content.get("lines", ())]
    return {**content, "lines": lines}


def _dashless(lines: list[Any]) -> list[Any]:
    """Leave out the dash of what nobody was to attend (D-17, D-18); earlier versions said nothing."""
    nothing = (("witness", UNATTENDED), ("witness", ""))
    return [{k: v for k, v in x.items() if (k, v) not in nothing} for x in lines]


def _told_above(now: Mapping[str, Any]) -> dict[str, Any]:
    """Say of a return note (D-16) as earlier versions did what is told of each line today."""
    lines = now.get("lines", [])
    each = {key: list(dict.fromkeys(x[key] for x in lines if x.get(key))) for key in HANDING}
    joined = {key: each[key] if key == "returned_on" else "、".join(each[key]) for key in HANDING}
    acts = "又は".join(dict.fromkeys(line["act"] for line in lines))
    bare = [{k: v for k, v in line.items() if k not in HANDING} for line in lines]
    return {**now, **joined, "act": acts, "lines": bare}


def _facts(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in dict.fromkeys((*old, *new)):
        if key in APART or key in ("head", "lines"):
            continue
        if key not in old and not new[key]:  # an older version did not ask for it
            continue
        if old.get(key) != new.get(key):
            yield f"{_text(old.get(key))} → {_text(new.get(key))}"


def _lines(old: list[Any], new: list[Any]) -> Iterator[str]:
    """Pair the lines by what names them; a line without its pair came or went."""
    before, after = _named(old), _named(new)
    for name, line in before.items():
        if name not in after:
            yield f"{name[0]}：書面だけに載っています（{_text(line)}）"
        elif line != after[name]:
            changed = [
                k for k in dict.fromkeys((*line, *after[name])) if line.get(k) != after[name].get(k)
            ]
            told = "、".join(f"{_text(line.get(k))} → {_text(after[name].get(k))}" for k in changed)
            yield f"{name[0]}：{told}"
    for name, line in after.items():
        if name not in before:
            yield f"{name[0]}：書面に載っていません（{_text(line)}）"


def _named(lines: list[Any]) -> dict[tuple[str, int], Mapping[str, Any]]:
    """Return the lines by name; what bears the same name is counted."""
    found: dict[tuple[str, int], Mapping[str, Any]] = {}
    for line in lines:
        name = next((line[key] for key in NAMES if line.get(key)), _text(line))
        count = 0
        while (name, count) in found:
            count += 1
        found[name, count] = line
    return found


NAMES: Final = ("item_no", "name", "pledgers", "person", "place", "whom", "question", "media_name")


def _text(value: Any) -> str:
    if value in (None, "", [], {}):
        return NOT_RECORDED
    if isinstance(value, Mapping):
        return "、".join(_text(part) for part in value.values())
    if isinstance(value, list):
        return "、".join(map(_text, value))
    if isinstance(value, bool):
        return "有" if value else "無"
    return str(value)
