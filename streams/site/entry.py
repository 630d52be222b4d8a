"""Site files read so that every value knows its line: one form for YAML and for CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import yaml

from streams.site.mistake import Mistake, one_of

SHOWN = 120
"""characters of a wrong value that are shown"""

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
        name = ".".join(str(part) for part in (below or self.at[-1:])) or "file"
        written = str(self._written(below) if value is None else value)
        if len(written) > SHOWN:
            written = written[: SHOWN - 1] + "…"
        return Mistake(self.file, self.line(*below), name, written, allowed)

    def _written(self, below: Location) -> object:
        data = self.data
        for part in below:
            try:
                data = data[part]
            except (KeyError, IndexError, TypeError):
                return ""
        return data


class _Loader(yaml.SafeLoader):
    """Reads plain words as YAML 1.2 does: 23:30 and 2026-07-15 stay text, yes and no are words.

    So a bad date is found with its line like any other value, and a time of day is what it says.
    """


_PLAIN = (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"[-+]?(0|[1-9][0-9]*)", [*"-+0123456789"]),
    (
        "float",
        r"[-+]?([0-9]*\.[0-9]+|[0-9]+\.|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?",
        [*"-+.0123456789"],
    ),
)
_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in _PLAIN:
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^({_pattern})$"), _first
    )


def read_yaml(path: Path, mistakes: list[Mistake]) -> Entry:
    """The mapping a YAML file holds; empty, with a mistake added, where it cannot be read."""
    text = _text(path, mistakes)
    if text is not None:
        line = 1
        try:
            return _parse(path.name, text, mistakes)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            problem = str(error.problem)
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            problem = error.reason
        except (ValueError, RecursionError) as error:  # of a value PyYAML takes by its tag
            problem = str(error)
        mistakes.append(Mistake(path.name, line, "file", problem, "valid YAML"))
    return Entry(path.name, {}, {})


def _parse(file: str, text: str, mistakes: list[Mistake]) -> Entry:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            line = node.start_mark.line + 1 if node else 1
            mistakes.append(Mistake(file, line, "file", "", "a mapping of keys to values"))
            return Entry(file, {}, {})
        outline = _Outline(file, mistakes)
        outline.walk(node, ())
        return Entry(file, loader.construct_document(node), outline.lines)
    finally:
        loader.dispose()


def read_csv(path: Path, columns: Mapping[str, bool], mistakes: list[Mistake]) -> list[Entry]:
    """Rows of a CSV file with a header. `columns` says of each whether it is required.

    Blank lines and lines that begin with # are skipped; an empty cell is absent. A file whose
    columns are wrong is not read any further.
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
                wrong = list(_header_mistakes(path.name, line, header, columns))
                mistakes.extend(wrong)
                if wrong:
                    break
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
    except FileNotFoundError:
        allowed = "a readable UTF-8 file"
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else error.reason
        allowed = f"a readable UTF-8 file ({what})"
    mistakes.append(Mistake(path.name, 1, "file", "", allowed))
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
                location = (*at, str(key.value))
                if self._is_new(key, location):
                    self.walk(value, location)

    def _is_new(self, key: yaml.Node, location: Location) -> bool:
        line = key.start_mark.line + 1
        if key.tag != "tag:yaml.org,2002:str":
            allowed = "a text: put the key in quotes"
        elif location in self.lines:
            allowed = f"each key once; it stands on line {self.lines[location]} already"
        else:
            self.lines[location] = line
            return True
        name = ".".join(str(part) for part in location[-2:])
        self.mistakes.append(Mistake(self.file, line, name, str(location[-1]), allowed))
        return False
