"""A board: rows of panels under a common header, laid out on Grafana's grid of 24 columns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grafana.field import Json
from grafana.panel import Panel

COLUMNS = 24
SCHEMA_VERSION = 37
"""of Grafana 9.4; newer ones migrate it"""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of boards, for one audience. Folders and boards share one space of uids."""

    key: str
    title_zh: str
    title_en: str

    @property
    def uid(self) -> str:
        return f"hubwatch-folder-{self.key}"

    @property
    def title(self) -> str:
        return f"{self.title_zh} · {self.title_en}"


OPERATIONS = Folder("operations", "操作中心", "Operations")
DEPARTMENTS = Folder("departments", "部门", "Departments")
PLATFORM = Folder("platform", "平台", "Platform")
FOLDERS = (OPERATIONS, DEPARTMENTS, PLATFORM)


@dataclass(frozen=True, slots=True)
class Row:
    """Panels side by side, all of one height; a tuple of panels shares the height among them.

    With a title the row gets a heading of its own.
    """

    height: int
    panels: tuple[Panel | tuple[Panel, ...], ...]
    title_zh: str = ""
    title_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """`key` makes the uid, which never changes: `hubwatch-<key>`."""

    key: str
    folder: Folder
    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    rows: tuple[Row, ...]
    timezone: str
    variables: tuple[Json, ...] = ()
    span: str = "now-5m"

    @property
    def uid(self) -> str:
        return f"hubwatch-{self.key}"

    @property
    def title(self) -> str:
        return f"{self.title_zh} · {self.title_en}"

    @property
    def path(self) -> str:
        """Where its text is kept, relative to the folder of generated boards."""
        return f"{self.folder.key}/{self.key}.json"

    @property
    def panels(self) -> tuple[Panel, ...]:
        return tuple(one for row in self.rows for column in row.panels for one in _stack(column))

    def json(self, siblings: Sequence[Board]) -> Json:
        """Grafana's own form, linked to all `siblings`. Raises ValueError for a row too wide."""
        return {
            "uid": self.uid,
            "title": self.title,
            "description": f"{self.about_zh}\n\n{self.about_en}",
            "tags": ["hubwatch", self.folder.key],
            "editable": False,
            "schemaVersion": SCHEMA_VERSION,
            "version": 1,
            "style": "dark",
            "timezone": self.timezone,
            "time": {"from": self.span, "to": "now"},
            "refresh": "5s",
            "timepicker": {
                "refresh_intervals": ["5s", "15s", "1m"],
                "time_options": ["5m", "10m", "30m", "1h", "6h", "24h"],
            },
            "graphTooltip": 1,
            "links": [_link(board) for board in siblings],
            "templating": {"list": list(self.variables)},
            "annotations": {"list": []},
            "panels": list(_placed(self.rows)),
        }


def text(board: Board, siblings: Sequence[Board]) -> str:
    """The board's file: the same input gives the same bytes."""
    return json.dumps(board.json(siblings), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def choice(name: str, title: str, options: Mapping[str, str]) -> Json:
    """A variable with one value out of `options`, title by value; the first is the default."""
    listed = [
        {"text": label, "value": value, "selected": index == 0}
        for index, (value, label) in enumerate(options.items())
    ]
    return {
        "name": name,
        "label": title,
        "type": "custom",
        "query": ",".join(f"{_plain(label)} : {value}" for value, label in options.items()),
        "options": listed,
        "current": listed[0],
        "hide": 0,
        "includeAll": False,
        "multi": False,
        "skipUrlSync": False,
    }


def _plain(label: str) -> str:
    """A label without the commas and colons that would cut it in a variable's query."""
    return label.replace(",", " ").replace(" : ", " ")


def _placed(rows: Sequence[Row]) -> list[Json]:
    placed: list[Json] = []
    y = 0
    for row in rows:
        if row.title_zh:
            placed.append(_heading(row, len(placed) + 1, y))
            y += 1
        x = 0
        for stack in map(_stack, row.panels):
            if x + stack[0].width > COLUMNS:
                raise ValueError(f"{stack[0].caption.title}: its row is wider than {COLUMNS}")
            height = row.height // len(stack)
            for level, panel in enumerate(stack):
                placed.append(panel.json(len(placed) + 1, x, y + level * height, height))
            x += stack[0].width
        y += row.height
    return placed


def _stack(column: Panel | tuple[Panel, ...]) -> tuple[Panel, ...]:
    return column if isinstance(column, tuple) else (column,)


def _heading(row: Row, number: int, y: int) -> Json:
    return {
        "id": number,
        "type": "row",
        "title": f"{row.title_zh} · {row.title_en}",
        "collapsed": False,
        "panels": [],
        "gridPos": {"x": 0, "y": y, "w": COLUMNS, "h": 1},
    }


def _link(board: Board) -> Json:
    return {
        "type": "link",
        "title": board.title_zh,
        "tooltip": board.title,
        "url": f"/d/{board.uid}",
        "icon": "dashboard",
        "keepTime": True,
        "includeVars": False,
        "targetBlank": False,
        "asDropdown": False,
        "tags": [],
    }
