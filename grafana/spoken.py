"""Numbers as text, made by PromQL: a table of many measures has a unit a row, not a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grafana.basis import Basis
from grafana.field import Word
from grafana.scales import BEYOND_HORIZON, GRADE_WORDS, NOT_TODAY, SERVICE_WORDS
from grafana.unit import Unit

NOW = "now"
"""the label that carries the text"""
WORDS: Mapping[str, Sequence[Word]] = {
    "crowd.level_of_service": SERVICE_WORDS,
    "crowd.minutes_to_full": NOT_TODAY,
    "dispersal.minutes_to_all_saturated": BEYOND_HORIZON,
    "dispersal.minutes_to_saturation": BEYOND_HORIZON,
    "dispersal.minutes_to_saturation_earliest": BEYOND_HORIZON,
    "dispersal.minutes_to_saturation_latest": BEYOND_HORIZON,
    "parking.minutes_to_full": NOT_TODAY,
    "road.speed_grade": GRADE_WORDS,
}
"""measures some of whose numbers are not said as numbers: grades, and bounds of a forecast"""


def spoken(basis: Basis, measure: str, expr: str, by: str) -> str:
    """The samples of `expr`, one a value of the label `by`, with their text as the label NOW."""
    words = [word for word in WORDS.get(measure, ()) if word.value >= 0]
    spans = [word for word in words if word.to is not None]
    rest = expr if not spans else f"({expr} < {spans[0].value:g})"
    parts = [_labelled(f"{expr} >= {word.value:g}", word.text) for word in spans]
    parts += [_labelled(f"{expr} == {w.value:g}", w.text) for w in words if w.to is None]
    if not words or spans:
        parts.append(_number(rest, basis.unit(measure), by))
    return " or ".join(parts)


def _number(expr: str, unit: Unit, by: str) -> str:
    share = unit.key == "percentunit"
    suffix = "%" if share else unit.key.removeprefix("suffix:").removeprefix("none")
    scaled = f"100 * {expr}" if share else expr
    text = f'count_values by ({by}) ("{NOW}", round({scaled}, {10**-unit.decimals:g}))'
    return f'label_replace({text}, "{NOW}", "$1 {suffix}", "{NOW}", "(.+)")' if suffix else text


def _labelled(expr: str, text: str) -> str:
    return f'label_replace({expr}, "{NOW}", "{text}", "", "")'
