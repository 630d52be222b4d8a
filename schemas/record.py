"""The envelope of every observation a department publishes."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

EARLIEST_MS = 1_262_304_000_000  # 2010-01-01: seconds sent for milliseconds fall below it
LATEST_MS = 4_102_444_800_000  # 2100-01-01: microseconds fall above it

Key = Annotated[str, Field(min_length=1, max_length=96, pattern=r"^[a-z0-9][a-z0-9._-]*$")]
Identifier = Annotated[str, Field(min_length=1, max_length=96)]
EpochMs = Annotated[int, Field(ge=EARLIEST_MS, lt=LATEST_MS)]


class Record(BaseModel):
    """One observation. A kind is a subclass in a module of its own under `schemas.kinds`.

    Times are Unix milliseconds, UTC: the one form that cannot lose its zone. Unknown fields,
    NaN and infinities are refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    title_zh: ClassVar[str]
    title_en: ClassVar[str]

    kind: str
    id: Identifier = Field(description="unique within its feed; the same id is the same event")
    feed: Key = Field(description="feed it is published under, e.g. transport.road")
    source: Identifier = Field(description="sensor or reporting unit, stable over time")
    place: Key = Field(description="place it speaks of, from the site model")
    observed_at_ms: EpochMs = Field(description="instant at the sensor, Unix ms UTC")
    simulated: bool = Field(default=False, description="true for synthetic data, always")
    recording: Identifier | None = Field(
        default=None, description="name of the recording a replayed record comes from"
    )
