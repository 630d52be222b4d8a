"""The envelope of every observation a department publishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler

EARLIEST_MS = 1_262_304_000_000  # 2010-01-01: seconds sent for milliseconds fall below it
LATEST_MS = 4_102_444_800_000  # 2100-01-01: microseconds fall above it
EXAMPLE_MS = 1_784_118_600_000  # 2026-07-15 20:30 in Shanghai


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a number; becomes the keyword `unit` of its JSON Schema."""

    symbol: str

    def __get_pydantic_json_schema__(
        self, core_schema: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(core_schema), "unit": self.symbol}


# A key has no pattern on purpose: it is looked up in the site model, which is stricter, and a
# regular expression would cost more than all the rest of decoding a record.
Key = Annotated[str, Field(min_length=1, max_length=96)]
Identifier = Annotated[str, Field(min_length=1, max_length=96)]
EpochMs = Annotated[int, Field(ge=EARLIEST_MS, lt=LATEST_MS), Unit("Unix ms")]


class Record(BaseModel):
    """One observation. A kind is a subclass in a module of its own under `schemas.kinds`.

    Times are Unix milliseconds, UTC: the one form that cannot lose its zone. Unknown fields,
    NaN and infinities are refused. Every number has a unit and a range, every text a greatest
    length; a kind keeps to fields and their ranges, because the fast decoder is made of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    title_zh: ClassVar[str]
    title_en: ClassVar[str]
    sample: ClassVar[Mapping[str, object]]
    """what a typical record says, without kind, id and time"""

    kind: str = Field(description="which kind of record it is, one of those below")
    id: Identifier = Field(description="unique within its feed; the same id is the same event")
    feed: Key = Field(description="feed it is published under, e.g. transport.road")
    source: Identifier = Field(description="sensor or reporting unit, stable over time")
    place: Key = Field(description="place it speaks of, from the site model")
    observed_at_ms: EpochMs = Field(description="instant at the sensor, Unix ms UTC")
    simulated: bool = Field(default=False, description="true for synthetic data, always")
    recording: Identifier | None = Field(
        default=None, description="name of the recording a replayed record comes from"
    )

    @classmethod
    def example(cls) -> Self:
        """A small valid record of this kind, the same every time."""
        return cls.model_validate(
            {
                "id": f"{cls.sample['source']}-{EXAMPLE_MS}",
                "observed_at_ms": EXAMPLE_MS,
                "simulated": True,
                **cls.sample,
            }
        )
