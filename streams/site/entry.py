"""Site files read so that every value knows its line: one form for YAML and for CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import yaml

from streams.site.mistake import Mistake, one_of

Location = tuple[str | int, ...]
"""Keys and indices from the top of a file to a value."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of a site file, at `at` within its file; `lines` knows the line of each location."""

    file: str
    data: Any
    lines: Mapping[Location, int]
    at: Location = ()

    def line(self, *below: str | int) -> int:
        """Line of a value below this one; of the nearest one above it where that is absent."""
        location = (*self.at, *below)
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def child(self, key: str | int) -> Entry:
        """Raises KeyError or IndexError."""
        return Entry(self.file, self.data[key], self.lines, (*self.at, key))

    def children(self) -> Iterator[tuple[str | int, Entry]]:
        """Entries of a mapping or a list; nothing for anything else."""
        if isinstance(self.data, dict):
            keys: list[str | int] = list(self.data)
        else:
            keys = list(range(len(self.data))) if isinstance(self.data, list) else []
        for key in keys:
            yield key, self.child(key)

    def mistake(self, below: Location, allowed: str, value: object = None) -> Mistake:
        """A mistake at a value below this one; `value` where another is to be shown."""
        name = ".".join(str(part) for part in (below or self.at[-1:]))
        written = self._written(below) if value is None else value
        return Mistake(self.file, self.line(*below), name, str(written), allowed)

    def _written(self, below: Location) -> object:
        data = self.data
        for part in below:
            try:
                data = data[part]
            except (KeyError, IndexError, TypeError):
                return ""
        return data


class _Loader(yaml.SafeLoader):
    """Leaves dates as text, so that a bad one is found with its line like any other value."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path, mistakes: list[Mistake]) -> Entry:
    """The mapping a YAML file holds; empty, with a mistake added, where it cannot be read."""
    empty = Entry(path.name, {}, {})
    text = _text(path, mistakes)
    if text is None:
        return empty
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            mistakes.append(empty.mistake(("file",), "a mapping of keys to values", "no mapping"))
            return empty
        outline = _Outline(path.name, mistakes)
        outline.walk(node, ())
        return Entry(path.name, loader.construct_document(node), outline.lines)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        mistakes.append(Mistake(path.name, line, "file", str(error.problem), "valid YAML"))
        return empty
    finally:
        loader.dispose()


def read_csv(path: Path, columns: Mapping[str, bool], mistakes: list[Mistake]) -> list[Entry]:
    """Rows of a CSV file with a header. `columns` says of each whether it is required.

    Blank lines and lines that begin with # are skipped; an empty cell is absent.
    """
    text = _text(path, mistakes)
    if text is None:
        return []
    reader = csv.reader(StringIO(text), strict=True)
    rows: list[Entry] = []
    header: list[str] | None = None
    first = 1
    try:
        for cells in reader:
            line, first = first, reader.line_num + 1
            if not any(cells) or cells[0].startswith("#"):
                continue
            if header is None:
                header = cells
                mistakes.extend(_header_mistakes(path.name, line, header, columns))
            elif len(cells) != len(header):
                allowed = f"{len(header)} cells, as in the header"
                mistakes.append(Mistake(path.name, line, "row", f"{len(cells)} cells", allowed))
            else:
                data = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
                rows.append(Entry(path.name, data, {(): line}))
    except csv.Error as error:
        mistakes.append(Mistake(path.name, reader.line_num, "row", str(error), "valid CSV"))
    return rows


def _header_mistakes(
    file: str, line: int, header: list[str], columns: Mapping[str, bool]
) -> Iterator[Mistake]:
    for name in header:
        if name not in columns:
            yield Mistake(file, line, "header", name, one_of(columns, name))
        elif header.count(name) > 1:
            yield Mistake(file, line, "header", name, "each column once")
    for name, required in columns.items():
        if required and name not in header:
            yield Mistake(file, line, "header", "", f"the column {name} is required")


def _text(path: Path, mistakes: list[Mistake]) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else error.reason
        mistakes.append(Mistake(path.name, 1, "file", str(what), "a readable UTF-8 file"))
        return None


@dataclass(slots=True)
class _Outline:
    """Walks composed nodes for the line of each location and for keys that stand twice."""

    file: str
    mistakes: list[Mistake]
    lines: dict[Location, int] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)

    def walk(self, node: yaml.Node, at: Location) -> None:
        self.lines.setdefault(at, node.start_mark.line + 1)
        if id(node) in self.seen:  # an alias: its lines are those of the anchor
            return
        self.seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self.walk(item, (*at, index))
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self._key(key, at)
                self.walk(value, (*at, str(key.value)))

    def _key(self, key: yaml.Node, at: Location) -> None:
        line = key.start_mark.line + 1
        name = str(key.value)
        location = (*at, name)
        field_name = ".".join(str(part) for part in location[-2:])
        if key.tag != "tag:yaml.org,2002:str":
            self.mistakes.append(
                Mistake(self.file, line, field_name, name, "a text as key: quote it")
            )
        elif location in self.lines:
            allowed = f"each key once; it stands on line {self.lines[location]} already"
            self.mistakes.append(Mistake(self.file, line, field_name, name, allowed))
        self.lines.setdefault(location, line)
