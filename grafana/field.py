"""How a field of a panel is drawn: thresholds, words for numbers, overrides by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grafana import palette
from grafana.palette import Scale
from grafana.query import BLINDED, PARTLY, UNKNOWN
from grafana.unit import Unit

Json = dict[str, Any]

UNKNOWN_TEXT = "▨ 未知"
SILENT_TEXT = "▨ 无数据"


@dataclass(frozen=True, slots=True)
class Word:
    """What a number is called, and its colour. With `to`, all numbers from value to `to`."""

    value: float
    text: str
    colour: str
    to: float | None = None


LEVEL_WORDS = (
    Word(UNKNOWN, UNKNOWN_TEXT, palette.UNKNOWN),
    Word(0, "正常", palette.NORMAL),
    Word(1, "1级 蓝", palette.BLUE),
    Word(2, "2级 黄", palette.YELLOW),
    Word(3, "3级 橙", palette.ORANGE),
    Word(4, "4级 红", palette.RED),
)
ALARM_WORDS = (
    *LEVEL_WORDS,
    *(
        Word(word.value + BLINDED, f"{word.text[:2]} ▨", word.colour)
        for word in LEVEL_WORDS
        if word.value > 0
    ),
    Word(PARTLY, "▨ 部分未知", palette.UNKNOWN),
)
"""levels of alerts, those whose data have stopped since with ▨"""
STATUS_WORDS = (
    Word(0, "可信", palette.NORMAL),
    Word(1, "存疑", palette.SUSPECT),
    Word(2, UNKNOWN_TEXT, palette.UNKNOWN),
)


def thresholds(scale: Scale) -> Json:
    steps = [{"color": step.colour, "value": step.start} for step in scale]
    return {"mode": "absolute", "steps": steps}


def mappings(
    words: Sequence[Word] = (), unknown: str = UNKNOWN_TEXT, absent: str = ""
) -> list[Json]:
    """Words for numbers; what is no number is `unknown`, grey. With `absent`, only NaN is."""
    found: list[Json] = []
    exact = [word for word in words if word.to is None]
    if exact:
        options = {
            f"{word.value:g}": {"text": word.text, "color": word.colour, "index": index}
            for index, word in enumerate(exact)
        }
        found.append({"type": "value", "options": options})
    for word in words:
        if word.to is not None:
            result = {"text": word.text, "color": word.colour, "index": len(words)}
            span = {"from": word.value, "to": word.to, "result": result}
            found.append({"type": "range", "options": span})
    nothing = {"text": unknown, "color": palette.UNKNOWN, "index": len(words) + 1}
    match = "nan" if absent else "null+nan"
    found.append({"type": "special", "options": {"match": match, "result": nothing}})
    if absent:
        gone = {"text": absent, "color": palette.TEXT, "index": len(words) + 2}
        found.append({"type": "special", "options": {"match": "null", "result": gone}})
    return found


def texts(absent: str, colour: str) -> list[Json]:
    """For a column of text: what is said where there is none. NaN would match any text."""
    result = {"text": absent, "color": colour, "index": 0}
    return [{"type": "special", "options": {"match": "null", "result": result}}]


def named(names: Mapping[str, str]) -> list[Json]:
    """Titles for keys in a column of text."""
    options = {key: {"text": title, "index": i} for i, (key, title) in enumerate(names.items())}
    return [{"type": "value", "options": options}]


def properties(
    *,
    unit: Unit | None = None,
    scale: Scale | None = None,
    words: Sequence[Word] = (),
    colour: str = "",
    name: str = "",
    width: int | None = None,
    cell: str = "",
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Properties by Grafana's names, for an override."""
    found: dict[str, Any] = {}
    if name:
        found["displayName"] = name
    if unit:
        found["unit"], found["decimals"] = unit.key, unit.decimals
    if scale is not None:
        found["thresholds"] = thresholds(scale)
    if words:
        found["mappings"] = mappings(words)
    if colour:
        found["color"] = {"mode": "fixed", "fixedColor": colour}
    if width is not None:
        found["custom.width"] = width
    if cell:
        found["custom.displayMode"] = cell
    return {**found, **(extra or {})}


def override(name: str, found: Mapping[str, Any], matcher: str = "byName") -> Json:
    """The properties for the field or series of this name."""
    return {
        "matcher": {"id": matcher, "options": name},
        "properties": [{"id": key, "value": value} for key, value in found.items()],
    }
