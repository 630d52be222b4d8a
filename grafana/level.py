"""Why the site is at its operating level: a tile a criterion."""

from __future__ import annotations

from grafana import palette
from grafana.basis import Basis
from grafana.field import Word
from grafana.panel import Caption, Panel
from grafana.query import Query
from grafana.tile import Look, wall
from grafana.unit import COUNT

OPERATING_WORDS = (
    Word(1, "1 正常", palette.NORMAL),
    Word(2, "2 关注", palette.BLUE),
    Word(3, "3 预警", palette.YELLOW),
    Word(4, "4 严重", palette.ORANGE),
    Word(5, "5 危机", palette.RED),
)
CRITERIA = Caption(
    "运行等级依据",
    "Criteria of the operating level",
    "每项标准各自的等级；全站等级取最高者，升级即时、降级延迟。已知地点过少、无法判断的标准为灰色“未知”，不等于正常。",
    "The level each criterion asks for. The site takes the highest, up at once, down later. Grey: "
    "too few places are known to judge; that is not normal.",
)


def criteria(basis: Basis, *, width: int) -> Panel:
    """The level each criterion asks for; the site's level is the highest of them."""
    return wall(
        CRITERIA,
        [
            Query(
                expr=_judged(row.key),
                legend=row.title_zh,
                instant=True,
            )
            for row in basis.settings.operating.criteria
        ],
        Look(COUNT, words=OPERATING_WORDS),
        width=width,
        size=16,
        justify="auto",
    )


def _judged(criterion: str) -> str:
    """The level a criterion asks for, NaN while it cannot be judged."""
    chosen = f'{{criterion="{criterion}"}}'
    level = f"max(hubwatch_operating_criterion_level{chosen})"
    return f"{level} or (max(hubwatch_operating_criterion_unknown{chosen}) == 1) * NaN"
