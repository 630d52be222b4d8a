"""What holds for every panel of every board, told from the JSON Grafana gets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from grafana import palette
from grafana.basis import Basis
from grafana.board import COLUMNS, FOLDERS, Board
from grafana.boards import build, differences, write
from grafana.query import metric

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LETTERS = re.compile(r"[A-Za-z]{3}")
UIDS = {
    "hubwatch-hub",
    "hubwatch-dispersal",
    "hubwatch-place",
    "hubwatch-security",
    "hubwatch-roads",
    "hubwatch-transit",
    "hubwatch-water",
    "hubwatch-energy",
    "hubwatch-feeds",
    "hubwatch-platform",
}
"""public: bookmarks and links of others hold on to them"""

COLUMN_PX = 65
"""a column of the board on a screen 1600 px wide"""

Json = dict[str, Any]


@pytest.fixture(scope="module")
def sent(boards: tuple[Board, ...]) -> tuple[Json, ...]:
    return tuple(board.json(boards) for board in boards)


def panels(sent: tuple[Json, ...]) -> Iterator[tuple[Json, Json]]:
    for board in sent:
        for panel in board["panels"]:
            if panel["type"] != "row":
                yield board, panel


def asks(panel: Json) -> str:
    return " ".join(target["expr"] for target in panel["targets"])


def test_checked_in_files_are_what_the_site_gives(basis: Basis) -> None:
    assert differences(build(basis)) == [], "run: hubwatch boards build"


def test_the_same_site_gives_the_same_bytes(basis: Basis) -> None:
    assert build(basis) == build(basis)


def test_writing_leaves_exactly_the_built_files(basis: Basis, tmp_path: Path) -> None:
    built = build(basis)
    write(built | {"platform/old.json": "{}"}, tmp_path)
    changed = {**built, "operations/hub.json": "{}"}
    assert differences(changed, tmp_path) == [
        "operations/hub.json: changed",
        "platform/old.json: left over",
    ]
    write(built, tmp_path)
    assert differences(built, tmp_path) == []


def test_uids_stay_and_are_of_boards_or_folders_never_both(sent: tuple[Json, ...]) -> None:
    assert {board["uid"] for board in sent} == UIDS
    assert not UIDS & {folder.uid for folder in FOLDERS}


def test_every_link_leads_to_a_board(sent: tuple[Json, ...]) -> None:
    led_to = set(re.findall(r"/d/(hubwatch-\w+)", json.dumps(sent)))
    assert led_to <= UIDS
    for board in sent:
        assert len(board["links"]) == len(UIDS)


def test_panels_tell_in_two_languages_what_they_show(sent: tuple[Json, ...]) -> None:
    for board, panel in panels(sent):
        title_zh, _, title_en = panel["title"].partition(" · ")
        about_zh, _, about_en = panel["description"].partition("\n\n")
        where = f"{board['uid']}: {panel['title']}"
        assert CHINESE.search(title_zh) or title_zh == "CPU", where
        assert re.search(r"[A-Za-z]", title_en), where
        assert CHINESE.search(about_zh), where
        assert LETTERS.search(about_en), where


def test_panels_lie_side_by_side(sent: tuple[Json, ...]) -> None:
    for board in sent:
        places = [panel["gridPos"] for panel in board["panels"]]
        assert len({panel["id"] for panel in board["panels"]}) == len(places)
        assert all(p["x"] >= 0 and p["x"] + p["w"] <= COLUMNS for p in places)
        for a, b in combinations(places, 2):
            beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
            above = a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
            assert beside or above, board["uid"]


def test_numbers_have_units(sent: tuple[Json, ...]) -> None:
    without = {"heatmap", "state-timeline"}  # whose numbers are counts, or words
    for board, panel in panels(sent):
        found = panel["fieldConfig"]
        if panel["type"] == "table":
            given = {o["matcher"]["options"]: o["properties"] for o in found["overrides"]}
            for name, properties in given.items():
                ids = {p["id"] for p in properties}
                assert ids & {"unit", "mappings", "custom.hidden", "decimals"}, (panel, name)
        elif panel["type"] not in without:
            assert found["defaults"]["unit"], f"{board['uid']}: {panel['title']}"


def text_width(text: str) -> float:
    """About as many px as a browser needs for it at 14 px."""
    return sum(14 if ord(letter) > 0x2E80 else 7.2 for letter in text)


def test_titles_fit_on_a_screen_of_1600(sent: tuple[Json, ...]) -> None:
    for board, panel in panels(sent):
        room = COLUMN_PX * panel["gridPos"]["w"] - 40
        shown = re.sub(r"\$\{.*\}", "", panel["title"])
        assert text_width(shown) <= room, f"{board['uid']}: {panel['title']}"


def test_columns_of_tables_fit_on_a_screen_of_1600(sent: tuple[Json, ...]) -> None:
    for board, panel in panels(sent):
        if panel["type"] != "table":
            continue
        fixed, least = 0, 0
        for one in panel["fieldConfig"]["overrides"]:
            found = {p["id"]: p["value"] for p in one["properties"]}
            width = found.get("custom.width")
            title = one["matcher"]["options"]
            fixed += width or 0
            least = max(least, found.get("custom.minWidth", 0))
            named = one["matcher"]["id"] == "byName"
            assert not (named and width) or text_width(title) + 14 <= width, (
                f"{board['uid']}: {title}"
            )
        room = COLUMN_PX * panel["gridPos"]["w"] - 30
        assert fixed + least <= room, f"{board['uid']}: {panel['title']}"


def test_what_is_unknown_is_grey(sent: tuple[Json, ...]) -> None:
    for _, panel in panels(sent):
        if panel["type"] != "stat":
            continue
        defaults = panel["fieldConfig"]["defaults"]
        (special,) = (m for m in defaults["mappings"] if m["type"] == "special")
        assert special["options"]["match"] == "null+nan"
        assert special["options"]["result"]["color"] == palette.UNKNOWN
        assert "▨" in defaults["noValue"]


def test_values_show_how_old_they_are(basis: Basis, sent: tuple[Json, ...]) -> None:
    """In the panel, or in another one of the same row."""
    a_value = re.compile(rf"\b({'|'.join(metric(key) for key in basis.measures)})\b")
    for board in sent:
        rows: dict[int, str] = {}
        for panel in board["panels"]:
            if panel["type"] != "row":
                y = panel["gridPos"]["y"]
                rows[y] = rows.get(y, "") + asks(panel)
        for exprs in rows.values():
            assert not a_value.search(exprs) or "hubwatch_age_seconds" in exprs, board["uid"]


def test_charts_and_tables_of_values_show_their_own_age(
    basis: Basis, sent: tuple[Json, ...]
) -> None:
    a_value = re.compile(rf"\b({'|'.join(metric(key) for key in basis.measures)})\b")
    for board, panel in panels(sent):
        if panel["type"] in {"timeseries", "table"} and a_value.search(asks(panel)):
            assert "hubwatch_age_seconds" in asks(panel), f"{board['uid']}: {panel['title']}"


def test_the_band_of_a_forecast_shows_its_three_runs(sent: tuple[Json, ...]) -> None:
    (panel,) = (panel for _, panel in panels(sent) if "queue_low" in asks(panel))
    runs = [re.findall(r'series="(\w+)"', target["expr"]) for target in panel["targets"]]
    assert runs == [["queue_low"], ["queue"], ["queue_high"]]
