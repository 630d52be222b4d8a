"""What boards ask Prometheus, with variables filled in: for tests against a live one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grafana.field import Json


@dataclass(frozen=True, slots=True)
class Asked:
    """One query of a panel: its board's uid, the panel's title and the expression."""

    board: str
    panel: str
    reference: str
    expr: str


MAY_BE_EMPTY: Mapping[tuple[str, str], str] = {
    ("hubwatch-dispersal", "预测命中 · Hit rate"): "no forecast is old enough to be scored",
    ("hubwatch-feeds", "隔离：按部门 · Quarantined by department"): "nothing was refused yet",
    ("hubwatch-feeds", "隔离：按原因 · Quarantined by reason"): "nothing was refused yet",
    ("hubwatch-feeds", "存疑：按原因 · Doubtful by reason"): "nothing was doubtful yet",
}
"""(board uid, panel title) → why none of its queries needs to return data"""


def queries(board: Json) -> list[Asked]:
    """Every query of a board's JSON, variables replaced by their current values."""
    values = {row["name"]: row["current"]["value"] for row in board["templating"]["list"]}
    found: list[Asked] = []
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            expr = target["expr"]
            for name, value in values.items():
                expr = expr.replace(f"${name}", value)
            found.append(Asked(board["uid"], panel["title"], target["refId"], expr))
    return found
