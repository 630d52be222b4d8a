"""When a number turns blue, yellow, orange, red, and words for grades.

Numbers of standards are looked up in the site, where they carry their sources; what stands here as
a number is ours, for the eye only: rules decide on alerts.
"""

from __future__ import annotations

from grafana import palette
from grafana.basis import Basis
from grafana.field import UNKNOWN_TEXT, Word
from grafana.palette import Scale, Step, falling, rising
from grafana.query import UNKNOWN

UNKNOWN_WORD = Word(UNKNOWN, UNKNOWN_TEXT, palette.UNKNOWN)

TO_SATURATION = falling((60, 45, 30, 15))
BEYOND_HORIZON = (Word(90, "> 90 分", palette.NORMAL, to=100_000),)
"""the horizon of the forecast stands for: not within it"""
NOT_TODAY = (Word(1440, "> 24 h", palette.TEXT, to=1_000_000),)
BEYOND_HORIZON_TEXT = (Word(90, "> 90 分", palette.TEXT, to=100_000),)
UNKNOWN_LAST, NEVER = 1_000_000, 2_000_000
LAST_WORDS = (
    Word(UNKNOWN_LAST, UNKNOWN_TEXT, palette.UNKNOWN),
    Word(NEVER, "无上限", palette.QUIET),
)
"""sort after all minutes"""
POSITIVE = (Step(None, palette.TEXT), Step(1, palette.ORANGE))
"""anything above nothing is worth a look"""
GREY = (Step(None, palette.QUIET), Step(1, palette.UNKNOWN))
BAR = (Step(None, palette.SERIES[0]),)
BLIND_BAR = (Step(None, palette.UNKNOWN),)
SUSPECT_BAR = (Step(None, palette.SUSPECT),)
ALL_DAY_MINUTES = 1440
ALL_DAY = (Word(ALL_DAY_MINUTES, "全天", palette.QUIET, to=1_000_000),)
"""a mode without a last departure runs day and night"""
STRANDED = rising((1, 200, 500, 1000))
LAST_DEPARTURE = falling((60, 30, 15, 5))
FILLING = rising((50, 75, 90, 100))
"""queue in percent of the waiting limit"""

SERVICE_WORDS = (
    UNKNOWN_WORD,
    Word(1, "A", palette.NORMAL),
    Word(2, "B", palette.NORMAL),
    Word(3, "C", palette.BLUE),
    Word(4, "D", palette.YELLOW),
    Word(5, "E", palette.ORANGE),
    Word(6, "F", palette.RED),
)
GRADE_WORDS = (
    UNKNOWN_WORD,
    Word(1, "1 畅通", palette.NORMAL),
    Word(2, "2 基本畅通", palette.BLUE),
    Word(3, "3 轻度拥堵", palette.YELLOW),
    Word(4, "4 中度拥堵", palette.ORANGE),
    Word(5, "5 严重拥堵", palette.RED),
)


def security_wait(basis: Basis) -> Scale:
    """Blue from the end of the optimum span, amber and red at the targets."""
    optimum, amber, red = basis.standards(
        "security.wait.optimum_from_minutes",
        "security.wait.amber_minutes",
        "security.wait.red_minutes",
    )
    return rising((optimum, amber, None, red))


def congestion(basis: Basis) -> Scale:
    """Fairly smooth is blue, crowded orange, blocked red, on Shanghai's index."""
    states = basis.standards(
        "road.congestion_index.fairly_smooth_from",
        "road.congestion_index.crowded_from",
        "road.congestion_index.blocked_from",
    )
    return rising(states, (palette.NORMAL, palette.BLUE, palette.ORANGE, palette.RED))


def travel_time(basis: Basis) -> Scale:
    """Levels at the bands of the travel time index."""
    return rising(
        basis.standards(*(f"road.travel_time_index.band_{band}_from" for band in (2, 3, 4, 5)))
    )


def rain(basis: Basis, hours: str) -> Scale:
    """The city's own signals for rain in `1h` or `6h`."""
    colours = ("blue", "yellow", "orange", "red")
    return rising(basis.standards(*(f"water.rain.local.{one}_mm_{hours}" for one in colours)))


def ponding(basis: Basis) -> Scale:
    return rising(basis.standards(*(f"water.ponding.level_{level}_cm" for level in (1, 2, 3, 4))))
