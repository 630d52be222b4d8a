"""What stands in rules.yaml, row by row; the text of a field says what it means."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, field_validator, model_validator

from schemas.record import Key
from streams.rules.rule import Operator
from streams.site.entry import Entry, read_yaml
from streams.site.mistake import Mistake
from streams.site.rows import Cadence, Day, Row, Text, check

F = TypeVar("F", bound=Row)
Seconds = Annotated[float, Field(ge=0, le=86_400)]


class ThresholdRow(Row):
    """A number, or a standard times a factor."""

    value: float | None = None
    standard: Key | None = None
    factor: float = 1.0

    @model_validator(mode="before")
    @classmethod
    def _written(cls, data: Any) -> Any:
        if isinstance(data, int | float) and not isinstance(data, bool):
            return {"value": data}
        if isinstance(data, Mapping) and "standard" in data and "value" not in data:
            return data
        raise ValueError("a number, or {standard: KEY, factor: NUMBER}")


class StepRow(Row):
    """One level of the ladder"""

    level: int = Field(ge=1, le=4, description="1 lowest, 4 highest")
    enter: ThresholdRow = Field(
        description="a number, or {standard: KEY, factor: NUMBER} for one of the standards"
    )
    exit: ThresholdRow = Field(description="likewise, strictly on the safe side of enter")
    for_seconds: Seconds = Field(default=0, description="enter must hold for so long")
    hold_seconds: Seconds = Field(default=0, description="exit must hold for so long")


class PlacesRow(Row):
    """Which places a rule watches: those that meet every condition given"""

    kinds: tuple[str, ...] = Field(default=(), description="kinds of place")
    keys: tuple[str, ...] = Field(default=(), description="keys or patterns with * of places")
    under: Key | None = Field(default=None, description="a place: it and all below it")
    facility: bool | None = Field(
        default=None, description="true: only places with a cell of their own; false: only others"
    )
    attributes: dict[str, str | float] = Field(
        default_factory=dict, description="attributes of the place and their values"
    )

    @model_validator(mode="before")
    @classmethod
    def _some(cls, data: Any) -> Any:
        if not data:
            raise ValueError("at least one of kinds, keys, under, facility, attributes")
        return data


class WordsRow(Row):
    """The same in both languages"""

    zh: Text
    en: Text

    @field_validator("zh")
    @classmethod
    def _chinese(cls, text: str) -> str:
        if not _has_chinese(text):
            raise ValueError("a Chinese text")
        return text

    @field_validator("en")
    @classmethod
    def _english(cls, text: str) -> str:
        if _has_chinese(text):
            raise ValueError("an English text")
        return text


class RuleRow(Row):
    """rules.yaml: one rule"""

    key: Key = Field(description="never changes; part of the id of every alert")
    title: WordsRow = Field(description="zh and en")
    measure: str = Field(description="key of a measure")
    operator: Operator = Field(default=Operator.VALUE, description="value, absence or rate")
    bad_when: Literal["high", "low"] = Field(default="high", description="high or low")
    places: PlacesRow = Field(description="which places it watches")
    steps: tuple[StepRow, ...] = Field(
        min_length=1, max_length=4, description="the ladder, the lowest level first"
    )
    text: WordsRow = Field(
        description="zh and en, with {place}, {value}, {threshold}, {unit}, {level}; {value:.0%} "
        "and the like format numbers"
    )
    clause: Text = Field(description="where the numbers come from")
    audience: tuple[str, ...] = Field(
        min_length=1, description="who is told: departments, operations, command"
    )
    window_seconds: float | None = Field(
        default=None, gt=0, le=86_400, description="rate: how far back"
    )
    minimum_points: int = Field(default=5, ge=3, le=24, description="rate: values at least")
    cadence_seconds: Cadence | None = Field(
        default=None, description="time between values where the feeds do not say it"
    )
    valid_from: Day | None = Field(
        default=None, description="YYYY-MM-DD from which this form of the rule holds"
    )


class RulesFile(Row):
    """A file of rules"""

    rules: list[object] = Field(
        min_length=1, description="what is watched, and from when it is bad"
    )


def read_file(path: Path, model: type[F], mistakes: list[Mistake]) -> tuple[Entry, F] | None:
    """A YAML file and what stands at its top, or None with what is wrong with it added."""
    known = len(mistakes)
    entry = read_yaml(path, mistakes)
    if not entry.data and len(mistakes) > known:
        return None
    file = check(entry, model, mistakes)
    return None if file is None else (entry, file)


def _has_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)
