"""The pages people read, and what stands in them: links, commands, names of files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
HAND_WRITTEN = sorted(
    path
    for folder in (".", "docs", "docs/tutorial", "docs/how-to", "docs/explanation")
    for path in (ROOT / folder).glob("*.md")
)
PAGES = sorted({*HAND_WRITTEN, *(ROOT / "docs").rglob("*.md")})

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_INLINE = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    """The page without its blocks of code."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def blocks(path: Path, language: str) -> list[str]:
    """Its blocks of code in a language, without the indentation of the list they stand in."""
    found = _FENCE.finditer(path.read_text(encoding="utf-8"))
    return [
        "".join(line.removeprefix(fence[1]) for line in fence[3].splitlines(keepends=True))
        for fence in found
        if fence[2] == language
    ]


def inline(path: Path) -> list[str]:
    """What stands between backticks."""
    return _INLINE.findall(prose(path))


def links(path: Path) -> Iterator[tuple[Path, str]]:
    """Where its relative links lead: file and heading ("" for none)."""
    for target in _LINK.findall(prose(path)):
        if "://" not in target and not target.startswith("mailto:"):
            file, _, anchor = target.partition("#")
            yield (path.parent / file).resolve() if file else path, anchor


def anchors(path: Path) -> set[str]:
    """The anchors a forge gives to its headings."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(path)))
    return {heading.strip().replace(" ", "-") for heading in plain}


def commands(path: Path) -> list[str]:
    """Lines of our own that a reader would type: after `$`, or between backticks."""
    typed = [
        re.sub(r"\s+#.*", "", line.removeprefix("$ "))
        for block in blocks(path, "console")
        for line in block.splitlines()
        if line.startswith("$ ")
    ]
    found = [re.sub(r"^(HUBWATCH_\w+=\S+ )+", "", line) for line in (*typed, *inline(path))]
    return [line for line in found if re.match(r"(hubwatch|scripts/[\w-]+)( |$)", line)]
