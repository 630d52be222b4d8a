"""The kinds of place a site is made of, and what may be said of each besides the common columns."""

from __future__ import annotations

from dataclasses import dataclass

ROAD_CLASSES = ("expressway", "arterial", "secondary")
DIRECTIONS = ("north", "south", "east", "west", "both")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A number between `low` and `high`, or, where `words` is given, one of these words."""

    key: str
    description: str
    low: float = 0.0
    high: float = 1e9
    words: tuple[str, ...] = ()
    required: bool = False

    @property
    def allowed(self) -> str:
        if self.words:
            return f"one of {', '.join(self.words)}: {self.description}"
        return f"a number from {self.low:g} to {self.high:g}: {self.description}"

    def read(self, text: str) -> str | float:
        """Raises ValueError, with what is allowed, for anything else."""
        if self.words:
            if text in self.words:
                return text
            raise ValueError(self.allowed)
        try:
            number = float(text)
        except ValueError:
            raise ValueError(self.allowed) from None
        if not self.low <= number <= self.high:
            raise ValueError(self.allowed)
        return number


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceKind:
    """`aggregate`: stands above the cells; no record names it, its values are rolled up."""

    key: str
    title_zh: str
    title_en: str
    attributes: tuple[Attribute, ...] = ()
    aggregate: bool = False


LEVEL = Attribute(key="level", description="floor, 1 is street level", low=-5, high=20)
LANES = Attribute(key="lanes", description="lanes that can be open at once", low=1, high=200)
WIDTH = Attribute(key="width_m", description="clear width", low=0.5, high=200)
LENGTH = Attribute(key="length_m", description="length along the way", low=1, high=50_000)
BAYS = Attribute(key="bays", description="vehicles that load at once", low=1, high=500)
EXIT_LANES = Attribute(key="exit_lanes", description="exit lanes with a barrier", low=1, high=50)
ROAD_CLASS = Attribute(
    key="road_class", description="class of the road", words=ROAD_CLASSES, required=True
)
FREE_FLOW = Attribute(
    key="free_flow_kmh", description="speed of free traffic", low=10, high=130, required=True
)
DIRECTION = Attribute(key="direction", description="way it leads", words=DIRECTIONS, required=True)
CLOSE = Attribute(key="close_cm", description="depth at which it is closed", low=1, high=100)

KINDS: dict[str, PlaceKind] = {
    kind.key: kind
    for kind in (
        PlaceKind(key="site", title_zh="站点", title_en="Site", aggregate=True),
        PlaceKind(key="district", title_zh="行政区", title_en="District", aggregate=True),
        PlaceKind(key="area", title_zh="片区", title_en="Area", aggregate=True),
        PlaceKind(key="hub", title_zh="枢纽", title_en="Hub", aggregate=True),
        PlaceKind(key="terminal", title_zh="航站楼", title_en="Terminal"),
        PlaceKind(key="rail_station", title_zh="火车站", title_en="Rail station"),
        PlaceKind(key="metro_station", title_zh="地铁站", title_en="Metro station"),
        PlaceKind(
            key="metro_line",
            title_zh="地铁线路方向",
            title_en="Metro line, one direction",
            attributes=(
                Attribute(
                    key="line", description="number of the line", low=1, high=99, required=True
                ),
                DIRECTION,
                Attribute(
                    key="train_capacity_persons",
                    description="persons a train holds at the rated load",
                    low=50,
                    high=4000,
                    required=True,
                ),
            ),
        ),
        PlaceKind(
            key="coach_station", title_zh="长途客运站", title_en="Coach station", attributes=(BAYS,)
        ),
        PlaceKind(key="bus_station", title_zh="公交站", title_en="Bus station", attributes=(BAYS,)),
        PlaceKind(
            key="taxi_rank", title_zh="出租车候车点", title_en="Taxi rank", attributes=(BAYS, LEVEL)
        ),
        PlaceKind(
            key="ride_hail_rank",
            title_zh="网约车候车点",
            title_en="Ride-hail rank",
            attributes=(BAYS, LEVEL),
        ),
        PlaceKind(
            key="parking", title_zh="停车场", title_en="Car park", attributes=(EXIT_LANES, LEVEL)
        ),
        PlaceKind(key="square", title_zh="广场", title_en="Square", attributes=(LEVEL,)),
        PlaceKind(
            key="security_area",
            title_zh="安检区",
            title_en="Security-check area",
            attributes=(LEVEL,),
        ),
        PlaceKind(
            key="security_lane_group",
            title_zh="安检通道组",
            title_en="Group of security lanes",
            attributes=(LANES, LEVEL),
        ),
        PlaceKind(
            key="walkway",
            title_zh="步行通道",
            title_en="Walkway",
            attributes=(WIDTH, LENGTH, LEVEL),
        ),
        PlaceKind(key="concourse", title_zh="大厅", title_en="Concourse", attributes=(LEVEL,)),
        PlaceKind(key="platform", title_zh="站台", title_en="Platform", attributes=(LEVEL,)),
        PlaceKind(
            key="waiting_room", title_zh="候车候机厅", title_en="Waiting room", attributes=(LEVEL,)
        ),
        PlaceKind(key="gate", title_zh="出入口", title_en="Gate", attributes=(WIDTH, LEVEL)),
        PlaceKind(
            key="station_exit",
            title_zh="出站口",
            title_en="Station exit",
            attributes=(WIDTH, LEVEL),
        ),
        PlaceKind(key="hall", title_zh="展厅", title_en="Hall", attributes=(LEVEL,)),
        PlaceKind(key="exhibition", title_zh="会展中心", title_en="Exhibition centre"),
        PlaceKind(key="road", title_zh="道路", title_en="Road"),
        PlaceKind(
            key="road_segment",
            title_zh="路段",
            title_en="Road segment",
            attributes=(ROAD_CLASS, FREE_FLOW, DIRECTION, LANES, LENGTH),
        ),
        PlaceKind(key="tunnel", title_zh="隧道", title_en="Tunnel", attributes=(CLOSE, LENGTH)),
        PlaceKind(
            key="underpass", title_zh="下立交", title_en="Underpass", attributes=(CLOSE, LENGTH)
        ),
        PlaceKind(
            key="pumping_station",
            title_zh="泵站",
            title_en="Pumping station",
            attributes=(
                Attribute(key="pumps", description="pumps installed", low=1, high=50),
                Attribute(
                    key="flow_m3_s", description="rated flow of all pumps", low=0.01, high=100
                ),
            ),
        ),
        PlaceKind(key="rain_station", title_zh="雨量站", title_en="Rain station"),
        PlaceKind(
            key="energy_station",
            title_zh="能源站",
            title_en="Energy station",
            attributes=(
                Attribute(key="rated_kw", description="rated electric power", low=1, high=1e6),
            ),
        ),
        PlaceKind(key="building", title_zh="建筑", title_en="Building"),
        PlaceKind(key="park", title_zh="公园", title_en="Park"),
        PlaceKind(key="hotel", title_zh="酒店", title_en="Hotel"),
        PlaceKind(key="hospital", title_zh="医院", title_en="Hospital"),
    )
}
