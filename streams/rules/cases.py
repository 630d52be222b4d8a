"""rules.tests.yaml: what goes in over time, and which versions of an alert must come out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from schemas.record import Key
from schemas.value import Status, Value
from streams.rules.book import RuleBook
from streams.rules.rows import read_file
from streams.rules.rule import Operator, Rule
from streams.site.entry import Entry
from streams.site.mistake import Mistake, one_of
from streams.site.model import Site
from streams.site.rows import Cadence, Day, Row, Text, check

SOURCES = 20
"""sources of a place whose coverage a case gives"""
MINIMUM_COVERAGE = 0.5
_INPUT = re.compile(r"(unknown|-?\d+(?:\.\d+)?)(\?)?(?:\*(\d+))?")


@dataclass(frozen=True, slots=True)
class Input:
    """One evaluation: a number, None for unknown."""

    number: float | None
    suspect: bool = False


def _inputs(written: Any) -> tuple[Input, ...]:
    found: list[Input] = []
    for token in str(written).split():
        match = _INPUT.fullmatch(token)
        if match is None:
            raise ValueError(f"numbers, 12? (suspect) or unknown, each with *COUNT; not {token}")
        number, doubt, count = match.groups()
        one = Input(None if number == "unknown" else float(number), suspect=doubt is not None)
        found += [one] * int(count or 1)
    if not found:
        raise ValueError("at least one value")
    return tuple(found)


Inputs = Annotated[tuple[Input, ...], BeforeValidator(_inputs)]


class Moment(Row):
    """A version of an alert; those that only bring new evidence are not listed"""

    at: float = Field(ge=0, description="seconds after the first value")
    state: Literal["raised", "changed", "unknown", "cleared"]
    level: int = Field(ge=0, le=4)

    def __str__(self) -> str:
        return f"{self.at:g} s {self.state} {self.level}"


class CaseRow(Row):
    """rules.tests.yaml: one case"""

    rule: Key
    title: Text
    place: Key | None = Field(default=None, description="absent: the first place of the rule")
    every_seconds: Cadence = Field(description="time between two values")
    values: Inputs = Field(description="12 18? unknown 30*5: suspect, unknown, five times 30")
    expect: tuple[Moment, ...]
    day: Day | None = Field(default=None, description="YYYY-MM-DD, where it differs from the file")


class CasesFile(Row):
    """A file of cases"""

    day: Day = Field(description="YYYY-MM-DD on which the cases take place")
    cases: list[object] = Field(min_length=1, description="what goes in and what must come out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case ready to run. `values` of an absence rule are coverages. Times are Unix ms."""

    file: str
    line: int
    rule: Rule
    title: str
    place: str
    start_ms: int
    every_ms: int
    values: tuple[Input, ...]
    expected: tuple[Moment, ...]

    def inputs(self) -> Iterator[tuple[int, Value]]:
        """The clock and the value of each evaluation."""
        seen_ms: int | None = None
        for index, given in enumerate(self.values):
            now_ms = self.start_ms + index * self.every_ms
            if self.rule.operator is Operator.ABSENCE:
                seen_ms = now_ms if given.number else seen_ms
                yield now_ms, _coverage(self.rule.measure, given.number or 0.0, seen_ms)
            else:
                yield now_ms, _value(self.rule.measure, given, now_ms)


def read_cases(path: Path, book: RuleBook, site: Site, mistakes: list[Mistake]) -> tuple[Case, ...]:
    """The cases that can be run, in file order."""
    read = read_file(path, CasesFile, mistakes)
    if read is None:
        return ()
    entry, file = read
    found: list[Case] = []
    for _, below in entry.child("cases").children():
        row = check(below, CaseRow, mistakes)
        if row is None:
            continue
        case = _case(row, below, row.day or file.day, book, site, mistakes)
        if case is not None:
            found.append(case)
    return tuple(found)


def _case(
    row: CaseRow, entry: Entry, day: Day, book: RuleBook, site: Site, mistakes: list[Mistake]
) -> Case | None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(site.timezone))
    start_ms = round(midnight.timestamp() * 1000)
    rules = {rule.key: rule for rule in book.in_force(start_ms)}
    rule = rules.get(row.rule)
    if rule is None:
        mistakes.append(entry.mistake(("rule",), "a rule in force: " + one_of(rules, row.rule)))
        return None
    if row.place is not None and row.place not in rule.places:
        mistakes.append(entry.mistake(("place",), one_of(rule.places, row.place)))
        return None
    return Case(
        file=entry.file,
        line=entry.line(),
        rule=rule,
        title=row.title,
        place=row.place or rule.places[0],
        start_ms=start_ms,
        every_ms=round(row.every_seconds * 1000),
        values=row.values,
        expected=row.expect,
    )


def _value(measure: str, given: Input, now_ms: int) -> Value:
    if given.number is None:
        return Value(measure=measure, status="unknown", reason="silent")
    status: Status = "suspect" if given.suspect else "ok"
    return Value(measure=measure, status=status, value=given.number, observed_at_ms=now_ms)


def _coverage(measure: str, coverage: float, seen_ms: int | None) -> Value:
    known = coverage >= MINIMUM_COVERAGE
    return Value(
        measure=measure,
        status="ok" if known else "unknown",
        value=0.0 if known else None,
        observed_at_ms=seen_ms if known else None,
        heard=round(coverage * SOURCES),
        expected=SOURCES,
    )
