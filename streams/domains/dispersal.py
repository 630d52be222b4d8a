"""Dispersal and operating level: what `streams.hub` says of the onward modes and the whole site.

The numbers are computed in `streams.hub`, at the places of the onward modes and at the hub; this
table is what rules, boards and the reference look them up in. See docs/explanation/dispersal.md.
"""

from __future__ import annotations

from streams.fusion.measure import HubMeasure

HUB_MEASURES = (
    HubMeasure(
        key="dispersal.demand_per_5min",
        unit="persons/5min",
        title_zh="离站需求",
        title_en="Onward demand",
        description="persons who want this mode in the 5 minutes to come, diverted ones included",
    ),
    HubMeasure(
        key="dispersal.capacity_per_5min",
        unit="persons/5min",
        title_zh="离站运力",
        title_en="Onward capacity",
        description="persons this mode can take away in the 5 minutes to come",
    ),
    HubMeasure(
        key="dispersal.deficit_per_5min",
        unit="persons/5min",
        title_zh="运力缺口",
        title_en="Onward deficit",
        description="demand beyond capacity in the 5 minutes to come; of the hub: the sum over "
        "its modes, since spare room in one mode does not serve the queue of another",
    ),
    HubMeasure(
        key="dispersal.queue_persons",
        unit="persons",
        title_zh="候车人数",
        title_en="Persons waiting",
        description="persons waiting for want of room now: counted, else carried by the balance",
    ),
    HubMeasure(
        key="dispersal.waiting_limit_persons",
        unit="persons",
        title_zh="候车上限",
        title_en="Waiting limit",
        description="persons the waiting area may hold: the operator's number, else area × density "
        "at the level of service allowed",
    ),
    HubMeasure(
        key="dispersal.minutes_to_saturation",
        unit="min",
        title_zh="距饱和时间",
        title_en="Minutes to saturation",
        description="until the persons waiting reach the limit, likely run; of the hub: the first "
        "of its modes. `at_least`: not within the horizon, which is then the value",
    ),
    HubMeasure(
        key="dispersal.minutes_to_saturation_earliest",
        unit="min",
        title_zh="距饱和时间（最早）",
        title_en="Minutes to saturation, earliest",
        description="the same with arrivals at p90, capacity at p10 and the queue at its highest",
    ),
    HubMeasure(
        key="dispersal.minutes_to_saturation_latest",
        unit="min",
        title_zh="距饱和时间（最晚）",
        title_en="Minutes to saturation, latest",
        description="the same with arrivals at p10, capacity at p90 and the queue at its lowest",
    ),
    HubMeasure(
        key="dispersal.minutes_to_all_saturated",
        unit="min",
        title_zh="距全部饱和时间",
        title_en="Minutes until all modes are saturated",
        description="hub only: until every mode with a limit is at or over it, likely run",
    ),
    HubMeasure(
        key="dispersal.stranded_persons",
        unit="persons",
        title_zh="滞留人数预测",
        title_en="Stranded persons, forecast",
        description="persons left at modes that have ended by the end of the horizon: the queue "
        "when the mode ends and later demand that no other mode takes",
    ),
    HubMeasure(
        key="dispersal.minutes_to_last_departure",
        unit="min",
        title_zh="距末班时间",
        title_en="Minutes to last departure",
        description="until this mode ends, 0 while it does not run; of the hub: the next to end",
    ),
    HubMeasure(
        key="dispersal.forecast_hit_ratio",
        unit="ratio",
        title_zh="预测命中率",
        title_en="Forecast hit ratio",
        description="share of measured queues that lay between the lowest and the highest run of "
        "the forecast made 30 minutes before; recent ones weigh more",
    ),
    HubMeasure(
        key="dispersal.forecast_error_persons",
        unit="persons",
        title_zh="预测误差",
        title_en="Forecast error",
        description="mean distance between measured queues and the likely run of the forecast "
        "made 30 minutes before; recent ones weigh more",
    ),
    HubMeasure(
        key="site.operating_level",
        unit="level",
        title_zh="运行等级",
        title_en="Operating level",
        description="1 (normal) to 5 (crisis), our suggestion: the highest of the site's criteria, "
        "up at once, down after 15 minutes; never the authority's colour nor the declared response",
    ),
    HubMeasure(
        key="site.blindness_ratio",
        unit="ratio",
        title_zh="失明率",
        title_en="Blindness",
        description="share of critical measures that are unknown",
    ),
)
