"""A panel: what it asks, how it is drawn, and what it says of itself in two languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from string import ascii_uppercase

from grafana.field import Json
from grafana.query import Query

DATASOURCE = {"type": "prometheus", "uid": "prometheus"}


@dataclass(frozen=True, slots=True)
class Caption:
    """What a panel is called and how to read it.

    Panels of one measure take `about_en` from the measure's own description where it is empty.
    """

    title_zh: str
    title_en: str
    about_zh: str
    about_en: str = ""

    @property
    def title(self) -> str:
        return f"{self.title_zh} · {self.title_en}"

    def described(self, about_en: str) -> Caption:
        """This caption, in English with `about_en` if it has no text of its own."""
        text = self.about_en or about_en
        return Caption(self.title_zh, self.title_en, self.about_zh, text)


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One panel of a board, without its place on it.

    `width` is in 24ths of the board; `opens` is the uid of the board behind the panel.
    """

    kind: str
    caption: Caption
    queries: tuple[Query, ...]
    width: int
    defaults: Json = field(default_factory=dict)
    overrides: tuple[Json, ...] = ()
    options: Json = field(default_factory=dict)
    transformations: tuple[Json, ...] = ()
    opens: str = ""

    def json(self, number: int, x: int, y: int, height: int) -> Json:
        """Grafana's own form of the panel at its place on the board."""
        names = references(len(self.queries))
        return {
            "id": number,
            "type": self.kind,
            "title": self.caption.title,
            "description": f"{self.caption.about_zh}\n\n{self.caption.about_en}",
            "datasource": DATASOURCE,
            "gridPos": {"x": x, "y": y, "w": self.width, "h": height},
            "targets": [_target(ref, one) for ref, one in zip(names, self.queries, strict=True)],
            "fieldConfig": {"defaults": self.defaults, "overrides": list(self.overrides)},
            "options": self.options,
            "transformations": list(self.transformations),
            "links": [_board_link(self.opens)] if self.opens else [],
        }


def references(count: int) -> list[str]:
    """Names of that many queries: letters while they last, so that tables can speak of them."""
    letters = list(ascii_uppercase)
    return letters[:count] if count <= len(letters) else [f"Q{i:02}" for i in range(count)]


def _target(reference: str, query: Query) -> Json:
    return {
        "refId": reference,
        "datasource": DATASOURCE,
        "expr": query.expr,
        "editorMode": "code",
        "instant": query.instant,
        "range": not query.instant,
        "format": query.format,
        "legendFormat": query.legend or "__auto",
    }


def _board_link(uid: str) -> Json:
    return {"title": "详情 · Details", "url": f"/d/{uid}?${{__url_time_range}}"}
