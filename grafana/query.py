"""PromQL of the picture: values that carry their age, and unknown ones that say so.

A value that is unknown has no sample in Prometheus; `hubwatch_status` is 2 instead. What is built
here turns that into NaN (or a number of choice), so that a panel shows it grey and not as a gap.
Two workers may hold a place for a moment: max by (place) keeps one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

AGE_NAME = "数据龄 age"
WALL_TIME = "横轴墙钟 wall time"
"""in a simulation the site's clock is another than that of the charts"""
UNKNOWN = -1
"""stands for unknown among levels, grades and states, which are never negative"""
PARTLY = -2
"""some of what should tell of a place is silent, and the rest is calm"""
BLINDED = 0.5
"""added to the level of an alert whose place has gone blind since"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One PromQL expression. `instant` queries give the present, the others the board's span.

    `legend` may use {{label}}; a query in the format `table` gives its labels as columns.
    """

    expr: str
    legend: str = ""
    instant: bool = False
    format: Literal["time_series", "table", "heatmap"] = "time_series"


def column(expr: str) -> Query:
    """The present as rows of labels and value."""
    return Query(expr=expr, instant=True, format="table")


def metric(measure: str) -> str:
    return f"hubwatch_{measure.replace('.', '_')}"


def selector(places: str | Iterable[str]) -> str:
    """`place="…"` for one key, `place=~"…|…"` for several."""
    if isinstance(places, str):
        return f'place="{places}"'
    return f'place=~"{one_of(places)}"'


def one_of(keys: Iterable[str]) -> str:
    """A regular expression of exactly these keys."""
    return "|".join(map(_literal, keys))


def within(place: str) -> str:
    """Selects a place and everything below it: keys go on from their parent's."""
    return f'place=~"{_literal(place)}([.].*)?"'


def values(measure: str, places: str | Iterable[str]) -> str:
    """The value at each place; no sample where it is unknown."""
    return f"max by (place) ({metric(measure)}{{{selector(places)}}})"


def statuses(measure: str, places: str | Iterable[str]) -> str:
    """0 ok, 1 suspect, 2 unknown at each place."""
    return f'max by (place) (hubwatch_status{{{selector(places)},measure="{measure}"}})'


def ages(measure: str, places: str | Iterable[str]) -> str:
    """Seconds since the newest observation behind the value at each place."""
    return f'max by (place) (hubwatch_age_seconds{{{selector(places)},measure="{measure}"}})'


def oldest(measure: str, places: str | Iterable[str]) -> str:
    """The greatest of the ages: one number for a chart."""
    return f'max(hubwatch_age_seconds{{{selector(places)},measure="{measure}"}})'


def known(measure: str, places: str | Iterable[str], unknown: str = "NaN") -> str:
    """The value at each place, `unknown` where the status says so."""
    gone = f"({statuses(measure, places)} == 2) * 0 + {unknown}"
    return f"({values(measure, places)} or ({gone}))"


def told(age: str, by: str = "") -> str:
    """1, with an age in seconds as the label `age`: in minutes from ten on, in hours from two."""
    spans = (
        (f"{age} < 600", 1, "s"),
        (f"{age} >= 600 < 7200", 60, "min"),
        (f"{age} >= 7200", 3600, "h"),
    )
    grouped = f"by ({by}) " if by else ""
    parts = (
        f'label_replace(count_values {grouped}("age", round(({span}) / {unit})),'
        f' "age", "${{1}}{word}", "age", "(.+)")'
        for span, unit, word in spans
    )
    return f"({' or '.join(parts)})"


def vouched(measure: str, places: str | Iterable[str], by: str) -> str:
    """`known`, and NaN too where `by` is unknown: a rate over a day outlives what it is of."""
    gone = f"({statuses(by, places)} == 2)"
    return f"(({known(measure, places)} unless on (place) {gone}) or {gone} * NaN)"


def aged(measure: str, places: str | Iterable[str], by: str = "") -> str:
    """`known`, with the age in whole seconds as the label `age`; for instant queries.

    `by` is a measure that vouches for it and whose age is shown.
    """
    age = told(ages(by or measure, places), "place")
    value = vouched(measure, places, by) if by else known(measure, places)
    return f"{value} * on (place) group_left (age) {age}"


def highest(measure: str, places: Iterable[str]) -> str:
    """The highest of several places with the oldest age; NaN only where none of them is known."""
    keys = tuple(places)
    value = f"(max({values(measure, keys)}) or max({statuses(measure, keys)}) * NaN)"
    age = told(oldest(measure, keys))
    return f"{value} * on () group_left (age) {age}"


def states(measure: str, places: str | Iterable[str]) -> str:
    """A level, grade or state at each place, UNKNOWN where it is unknown: for a timeline."""
    return known(measure, places, str(UNKNOWN))


def how_many(expr: str, condition: str) -> str:
    """How many samples meet a condition: 0 for none of those there, nothing when none is there."""
    return f"count({expr} {condition}) or count({expr}) * 0"


def oldest_legend(expr: str) -> Query:
    """A query whose only point is named by its value in seconds: an age to show in a legend."""
    named = f"({told(expr)}) * 0"
    return Query(expr=named, legend=f"{AGE_NAME} {{{{age}}}} · {WALL_TIME}", instant=True)


def worst_within(cell: str, blind: Iterable[str]) -> str:
    """The highest level in a facility, with its age as a label and itself as `cell`.

    `blind` are the rules about missing data: they give no level. With an alert of another rule
    they add BLINDED; without one, UNKNOWN where most is unknown and PARTLY where less is.
    """
    inside, rules = within(cell), one_of(blind)
    level = f'max(hubwatch_alert_level{{{inside},rule!~"{rules}"}})'
    silent = f'max(hubwatch_alert_level{{{inside},rule=~"{rules}"}}) > 0'
    dark = f"avg(hubwatch_status{{{inside}}} == bool 2) > 0.5"
    calm = f"{level} or max(hubwatch_status{{{inside}}}) * 0"
    worst = (
        f"({level} > 0) + {BLINDED} and on () ({dark} or {silent}) or {level} > 0"
        f" or ({dark}) * 0 + {UNKNOWN} or ({silent}) * 0 + {PARTLY} or {calm}"
    )
    age = told(f"min(hubwatch_age_seconds{{{inside}}})")
    return f'label_replace(({worst}) * on () group_left (age) {age}, "cell", "{cell}", "", "")'


def _literal(key: str) -> str:
    return key.replace(".", "[.]")
