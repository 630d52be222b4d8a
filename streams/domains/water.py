"""Rain, ponding, wells and pumps."""

from __future__ import annotations

from streams.domains.scale import count_reached
from streams.fusion.measure import Context, Derived, Measure, OverSources, OverTime, RollUp

COLOURS = ("blue", "yellow", "orange", "red")
HOURS = (1, 3, 6, 12)
GROUND_KINDS = ("underpass", "tunnel", "road", "road_segment", "square", "parking")
"""where standing water is ponding: not at pumping stations, whose wells are there to hold it"""
PONDING_LEVELS = tuple(f"water.ponding.level_{level}_cm" for level in range(1, 5))


def rain_warning_level(context: Context, *rain_mm: float) -> float | None:
    """0 … 4 (blue … red): the worst colour of which a threshold has been reached.

    Thresholds water.rain.<table>.<colour>_mm_<hours>h are those that hold at this date in this
    area: the `local` table (Shanghai: 1 h and 6 h) where there is one, else the `national` one
    (order 16 of the China Meteorological Administration: 3 h, 6 h and 12 h), never a mixture.
    Unknown where neither holds.
    """
    for table in ("local", "national"):
        reached = [
            (level, fallen >= threshold)
            for level, colour in enumerate(COLOURS, start=1)
            for hours, fallen in zip(HOURS, rain_mm, strict=True)
            if (threshold := context.standard(f"water.rain.{table}.{colour}_mm_{hours}h"))
            is not None
        ]
        if reached:
            return float(max(level * passed for level, passed in reached))
    return None


def ponding_cm(_: Context, depth_cm: float) -> float:
    """The depth, where the ground ought to be dry."""
    return depth_cm


def ponding_level(context: Context, ponding_cm: float) -> float | None:
    """0 … 4: how many of water.ponding.level_1_cm … level_4_cm have been reached."""
    passed = count_reached(context, ponding_cm, PONDING_LEVELS)
    return None if passed is None else float(passed)


def unpumped_cm(_: Context, ponding_cm: float, running_ratio: float) -> float:
    """The depth while no pump runs, 0 while one does."""
    return 0.0 if running_ratio else ponding_cm


def _rain(hours: int) -> Measure:
    return Measure(
        key=f"water.rain_mm_{hours}h",
        kind="rain_gauge",
        field="rain_mm",
        unit="mm",
        title_zh=f"{hours}小时雨量",
        title_en=f"Rain in {hours} h",
        description="sum of the reports, mean of the gauges; of a parent: its wettest station. A "
        "lower bound until the gauge has been heard for that long",
        over_time=OverTime.SUM,
        window_seconds=hours * 3600.0,
        roll_up=RollUp.MAXIMUM,
        critical=hours == 1,
    )


MEASURES = (
    *(_rain(hours) for hours in HOURS),
    Measure(
        key="water.depth_cm",
        kind="water_level",
        field="depth_cm",
        unit="cm",
        title_zh="水深",
        title_en="Depth of water",
        description="depth above the lowest point of a road or the floor of a well, the deepest of "
        "the gauges; in a well it is no ponding",
        over_sources=OverSources.MAX,
        critical=True,
    ),
    Measure(
        key="water.pump_running_ratio",
        kind="water_level",
        field="pump_running",
        unit="ratio",
        title_zh="水泵运行比",
        title_en="Pumps running",
        description="share of the reporting pumps that run, where the gauge knows its pump",
    ),
)

DERIVED = (
    Derived(
        key="water.rain_warning_level",
        inputs=tuple(f"water.rain_mm_{hours}h" for hours in HOURS),
        formula=rain_warning_level,
        unit="level",
        title_zh="雨量等级",
        title_en="Rain level",
        description="0 to 4 by what has fallen, our own level: the authority's colour is "
        "warning.level",
        roll_up=RollUp.MAXIMUM,
    ),
    Derived(
        key="water.ponding_cm",
        inputs=("water.depth_cm",),
        formula=ponding_cm,
        unit="cm",
        title_zh="积水深度",
        title_en="Ponding",
        description="depth of water standing on the ground, never in a pump well; of a parent: "
        "the deepest below it",
        place_kinds=GROUND_KINDS,
        roll_up=RollUp.MAXIMUM,
    ),
    Derived(
        key="water.ponding_level",
        inputs=("water.ponding_cm",),
        formula=ponding_level,
        unit="level",
        title_zh="积水等级",
        title_en="Ponding level",
        description="0 to 4 by depth",
        roll_up=RollUp.MAXIMUM,
    ),
    Derived(
        key="water.unpumped_cm",
        inputs=("water.ponding_cm", "water.pump_running_ratio"),
        formula=unpumped_cm,
        unit="cm",
        title_zh="未抽排积水",
        title_en="Water without a pump",
        description="depth of standing water while no pump runs",
        roll_up=RollUp.MAXIMUM,
    ),
)
