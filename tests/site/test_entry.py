"""Reading: every value knows its line, and no bytes make the reader fall over."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.site import Mistake, SiteError, load_site
from streams.site.entry import Entry, read_csv, read_yaml

in_a_folder = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
whole_sites = settings(in_a_folder, max_examples=25)

words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
trees = st.recursive(
    st.integers(0, 10**6) | words.map(lambda word: f"text {word}"),
    lambda below: (
        st.lists(below, min_size=1, max_size=4)
        | st.dictionaries(words.map(lambda word: f"k{word}"), below, min_size=1, max_size=4)
    ),
    max_leaves=20,
)


def leaves(entry: Entry) -> list[Entry]:
    below = [leaf for _, child in entry.children() for leaf in leaves(child)]
    return below if isinstance(entry.data, dict | list) else [entry]


@in_a_folder
@given(tree=st.dictionaries(words.map(lambda word: f"k{word}"), trees, min_size=1))
def test_a_yaml_value_is_on_the_line_it_says(tmp_path: Path, tree: dict[str, Any]) -> None:
    path = tmp_path / "any.yaml"
    path.write_text("# a comment first\n" + yaml.safe_dump(tree, sort_keys=False))
    lines = path.read_text().splitlines()
    mistakes: list[Mistake] = []
    entry = read_yaml(path, mistakes)
    assert (entry.data, mistakes) == (tree, [])
    for leaf in leaves(entry):
        assert str(leaf.data) in lines[leaf.line() - 1]


@in_a_folder
@given(rows=st.lists(st.tuples(words, st.text(max_size=12), words), min_size=1, max_size=8))
def test_a_csv_row_is_on_the_line_it_says(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    rows = [(a, b.replace("\r", "").replace("\0", ""), c) for a, b, c in rows]
    path = tmp_path / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("# a comment\na,b,c\n")
        for row in rows:
            csv.writer(file, lineterminator="\n").writerow(row)
            file.write("# between\n\n")
    mistakes: list[Mistake] = []
    found = read_csv(path, {"a": True, "b": False, "c": True}, mistakes)
    assert mistakes == []
    lines = path.read_text(encoding="utf-8").split("\n")
    assert [tuple(e.data.get(name, "") for name in "abc") for e in found] == rows
    assert all(lines[e.line() - 1].startswith(e.data["a"]) for e in found)


@in_a_folder
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_content_makes_the_readers_fail(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(content)
    for mistakes in ([], []):
        read_yaml(path, mistakes)
        read_csv(path, {"a": True}, mistakes)
        assert all(m.line >= 1 and m.allowed for m in mistakes)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("23:30", "23:30"),
        ("2026-07-15", "2026-07-15"),
        ("yes", "yes"),
        ("0310", "0310"),
        ("12", 12),
        ("-1.5e3", -1500.0),
        ("true", True),
        ("~", None),
    ],
)
def test_plain_words_are_what_an_operator_means(tmp_path: Path, text: str, value: object) -> None:
    path = tmp_path / "any.yaml"
    path.write_text(f"a: {text}\n")
    assert read_yaml(path, []).data == {"a": value}


def test_an_alias_and_a_missing_value_have_the_line_of_what_holds_them(tmp_path: Path) -> None:
    path = tmp_path / "any.yaml"
    path.write_text("a: &x\n  - b: 1\nc: *x\n")
    entry = read_yaml(path, [])
    assert entry.line("c", 0, "b") == 3
    assert entry.line("a", 0, "nothing") == 2
    assert entry.mistake(("a", 0, "nothing"), "something").value == ""


@whole_sites
@given(data=st.data())
def test_any_cell_may_be_anything_and_the_site_loads_or_says_why(
    folder: Path, data: st.DataObject
) -> None:
    path = folder / data.draw(st.sampled_from(["places.csv", "sources.csv"]))
    before = path.read_text(encoding="utf-8")
    lines = before.split("\n")
    rows = [n for n, line in enumerate(lines) if line and not line.startswith("#")][1:]
    at = data.draw(st.sampled_from(rows))
    cells = lines[at].split(",")
    column = data.draw(st.integers(0, len(cells) - 1))
    others = st.sampled_from([line.split(",")[column] for n, line in enumerate(lines) if n in rows])
    cells[column] = data.draw(others | st.text(max_size=6).map(lambda t: t.replace("\r", " ")))
    lines[at] = ",".join(cells)
    assert_loads_or_names(folder, path, before, "\n".join(lines))


@whole_sites
@given(data=st.data())
def test_any_line_may_be_missing_and_the_site_loads_or_says_why(
    folder: Path, data: st.DataObject
) -> None:
    names = ["site.yaml", "departments.yaml", "calendar.yaml"]
    path = folder / data.draw(st.sampled_from(names))
    before = path.read_text(encoding="utf-8")
    lines = before.split("\n")
    del lines[data.draw(st.integers(0, len(lines) - 1))]
    assert_loads_or_names(folder, path, before, "\n".join(lines))


def assert_loads_or_names(folder: Path, path: Path, before: str, after: str) -> None:
    """A wrong site is refused with mistakes that stand on lines of its files."""
    path.write_text(after, encoding="utf-8")
    told: tuple[Mistake, ...] | None = None
    try:
        load_site(folder)
    except SiteError as error:
        told = error.mistakes
    texts = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    path.write_text(before, encoding="utf-8")
    assert told != ()
    for mistake in told or ():
        assert 1 <= mistake.line <= texts[mistake.file].count("\n") + 1
