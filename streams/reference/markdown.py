"""Markdown made of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

WRITTEN = "<!-- written by scripts/reference; change {source} instead -->"


def page(title: str, source: str, *parts: str) -> str:
    """A whole page; `source` is where the text comes from."""
    head = (f"# {title}", WRITTEN.format(source=source))
    return "\n\n".join((*head, *(part.strip("\n") for part in parts if part))) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars and line ends inside cells are made harmless."""
    return "\n".join(_lines(head, rows))


def _lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _row(head)
    yield _row(["---"] * len(head))
    yield from (_row([" ".join(cell.split()).replace("|", "\\|") for cell in row]) for row in rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def code(text: str) -> str:
    """As code; nothing for an empty text."""
    return f"`{text}`" if text else ""
