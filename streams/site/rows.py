"""What stands in the files of a site, row by row; the text of a field says what it means."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    ValidationError,
)
from pydantic_core import ErrorDetails

from schemas.record import Identifier
from streams.site.entry import Entry, Location
from streams.site.mistake import REQUIRED, Mistake, one_of

FIRST_YEAR = 1900
LAST_YEAR = 2100


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("a time zone of the IANA database, e.g. Asia/Shanghai") from None
    return name


def _near(day: date) -> date:
    if not FIRST_YEAR <= day.year < LAST_YEAR:
        raise ValueError(f"a day from {FIRST_YEAR} to {LAST_YEAR - 1}")
    return day


Key = Annotated[str, Field(max_length=96, pattern=r"^[a-z0-9][a-z0-9._-]*$")]
Text = Annotated[str, Field(min_length=1, max_length=400)]
Day = Annotated[date, AfterValidator(_near)]
Area = Annotated[str, Field(pattern=r"^(\d{2}|\d{4}|\d{6})?$")]
Timezone = Annotated[str, AfterValidator(_timezone)]
Cadence = Annotated[float, Field(gt=0, le=31 * 86_400)]


class Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SiteRow(Row):
    """site.yaml"""

    key: Key
    name_zh: Text
    name_en: Text
    timezone: Timezone
    area: Area = Field(description="GB/T 2260 code, as text in quotes")
    settings: dict[str, Any] = Field(default_factory=dict)


class PlaceRow(Row):
    """places.csv"""

    key: Key
    parent: Key | None = Field(default=None, description="place it belongs to; the site has none")
    kind: str
    cell: Key = Field(description="facility whose partition its records share")
    name_zh: Text
    name_en: Text
    capacity: int | None = Field(
        default=None, gt=0, description="persons, or vehicles for parking, at most"
    )
    area_m2: float | None = Field(default=None, gt=0, description="usable floor area")
    latitude: float | None = Field(default=None, ge=-90, le=90, description="WGS-84 degrees")
    longitude: float | None = Field(default=None, ge=-180, le=180, description="WGS-84 degrees")
    attributes: str = Field(default="", description="name=value;name=value")
    basis: Literal["estimate", "published"] = Field(
        default="estimate", description="where capacity and area come from"
    )


class DepartmentsFile(RootModel[dict[Key, object]]):
    """departments.yaml: departments by key"""


class DepartmentRow(Row):
    """departments.yaml: one department"""

    name_zh: Text
    name_en: Text
    feeds: dict[Key, Any] = Field(default_factory=dict)


class FeedRow(Row):
    """departments.yaml: one feed of a department"""

    kind: str
    cadence_seconds: Cadence = Field(description="time between two records of a source")
    places: list[str] = Field(min_length=1, description="keys or patterns with * of places granted")
    lateness_seconds: float = Field(default=60, ge=0, le=3600)
    dwell_seconds: float | None = Field(
        default=None, gt=0, le=31 * 86_400, description="unchanged for longer is frozen"
    )
    share_class: Literal["open", "conditional", "internal"] = "internal"
    expires: Day | None = Field(default=None, description="last day of the agreement, YYYY-MM-DD")
    contact: Text = Field(description="role that answers for the feed")


class SourceRow(Row):
    """sources.csv"""

    source: Identifier
    feed: Key
    place: Key
    cadence_seconds: Cadence | None = Field(
        default=None, description="where it differs from that of the feed"
    )


class CalendarFile(Row):
    """calendar.yaml"""

    day_types: dict[Key, object] = Field(description="kinds of day by key")
    days: list[object] = Field(description="spans of days that are not ordinary")
    maintenance: list[object] = Field(description="spans in which sources may be silent")


class DayTypeRow(Row):
    """calendar.yaml: day_types"""

    name_zh: Text
    name_en: Text


class DaysRow(Row):
    """calendar.yaml: days, both ends included"""

    first_day: Day = Field(description="YYYY-MM-DD")
    last_day: Day = Field(description="YYYY-MM-DD")
    day_type: str
    note: str = ""


class MaintenanceRow(Row):
    """calendar.yaml: maintenance; the end is not included"""

    feed: Key
    sources: list[str] = Field(min_length=1, description="names or patterns with * of sources")
    start: AwareDatetime = Field(description="2026-07-16T01:00+08:00, with the offset")
    end: AwareDatetime = Field(description="2026-07-16T01:00+08:00, with the offset")
    reason: Text


class StandardsFile(Row):
    """standards: one file"""

    tables: list[object] = Field(description="numbers that share a source")


class StandardsTable(Row):
    """standards: one table of numbers that share their source"""

    title: Text
    unit: Text
    area: Area = Field(default="", description="GB/T 2260 prefix in quotes; absent is everywhere")
    valid_from: Day = Field(description="YYYY-MM-DD")
    valid_to: Day | None = Field(default=None, description="YYYY-MM-DD, not included")
    source: Text
    clause: Text
    confidence: Literal["document", "second-hand", "general-knowledge", "ours"]
    values: dict[Key, float] = Field(min_length=1)


T = TypeVar("T", bound=BaseModel)


def check(entry: Entry, model: type[T], mistakes: list[Mistake]) -> T | None:
    """The entry as a row, or None with every mistake in it added."""
    try:
        return model.model_validate(entry.data)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            location: Location = found["loc"]
            allowed = _allowed(model, location, found)
            if location[-1:] == ("[key]",):
                mistakes.append(entry.mistake(location[:-1], allowed, location[-2]))
            else:
                mistakes.append(entry.mistake(location, allowed))
        return None


def _allowed(model: type[BaseModel], location: Location, found: ErrorDetails) -> str:
    if found["type"] == "extra_forbidden":
        return one_of(model.model_fields, str(location[-1]))
    if found["type"] == "model_type":
        return f"a mapping with {', '.join(model.model_fields)}"
    if found["type"] == "literal_error":
        words = str(found["ctx"]["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
        return one_of(words, str(found["input"]))
    message = REQUIRED if found["type"] == "missing" else found["msg"]
    message = message.removeprefix("Value error, ").removeprefix("Input should be ")
    field = model.model_fields.get(str(location[0])) if location else None
    about = f" ({field.description})" if field and field.description else ""
    return message + about
