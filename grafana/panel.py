"""A panel: what it asks, how it is drawn, and what it says of itself in two languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import Any

from grafana.field import Json
from grafana.query import Query

DATASOURCE = {"type": "prometheus", "uid": "prometheus"}


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One panel of a board, without its place on it. `width` is in 24ths of the board.

    `opens` is the uid of the board behind the panel. `about_zh` and `about_en` say what is shown
    and how to read it; they become the panel's description.
    """

    kind: str
    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    queries: tuple[Query, ...]
    width: int
    defaults: Json = field(default_factory=dict)
    overrides: tuple[Json, ...] = ()
    options: Json = field(default_factory=dict)
    transformations: tuple[Json, ...] = ()
    opens: str = ""
    transparent: bool = False

    @property
    def title(self) -> str:
        return f"{self.title_zh} · {self.title_en}"

    def json(self, number: int, x: int, y: int, height: int) -> Json:
        """Grafana's own form of the panel at its place on the board."""
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": f"{self.about_zh}\n\n{self.about_en}",
            "datasource": DATASOURCE,
            "gridPos": {"x": x, "y": y, "w": self.width, "h": height},
            "targets": [
                target(ref, query)
                for ref, query in zip(references(len(self.queries)), self.queries, strict=True)
            ],
            "fieldConfig": {"defaults": self.defaults, "overrides": list(self.overrides)},
            "options": self.options,
            "transformations": list(self.transformations),
            "links": [board_link(self.opens)] if self.opens else [],
            "transparent": self.transparent,
        }


def references(count: int) -> list[str]:
    """Names of that many queries: letters while they last, so that tables can speak of them."""
    return list(ascii_uppercase[:count]) if count <= 26 else [f"Q{i:02}" for i in range(count)]


def target(ref: str, query: Query) -> Json:
    found: dict[str, Any] = {
        "refId": ref,
        "datasource": DATASOURCE,
        "expr": query.expr,
        "editorMode": "code",
        "instant": query.instant,
        "range": not query.instant,
        "format": "table" if query.table else "heatmap" if query.heatmap else "time_series",
        "legendFormat": query.legend or "__auto",
    }
    return found


def board_link(uid: str) -> Json:
    return {"title": "详情 · Details", "url": f"/d/{uid}?${{__url_time_range}}"}
