"""All boards of a site, and their files."""

from __future__ import annotations

from pathlib import Path

from grafana.basis import Basis
from grafana.board import Board, text
from grafana.boards import (
    dispersal,
    energy,
    feeds,
    hub,
    place,
    platform,
    roads,
    security,
    transit,
    water,
)

GENERATED = Path(__file__).resolve().parent.parent / "generated"
MAKERS = (
    hub.board,
    dispersal.board,
    security.board,
    roads.board,
    transit.board,
    water.board,
    energy.board,
    feeds.board,
    platform.board,
    place.board,
)


def boards(basis: Basis) -> tuple[Board, ...]:
    """The boards in the order their links stand in."""
    return tuple(make(basis) for make in MAKERS)


def build(basis: Basis) -> dict[str, str]:
    """Texts of the board files by their paths under `GENERATED`; the same input, the same bytes."""
    found = boards(basis)
    return {board.path: text(board, found) for board in found}


def differences(built: dict[str, str], root: Path = GENERATED) -> list[str]:
    """Files that are missing, changed or left over, with that word; none when all is well."""
    there = {str(path.relative_to(root)): path for path in sorted(root.glob("*/*.json"))}
    found = [f"{path}: missing" for path in built if path not in there]
    found += [
        f"{path}: changed"
        for path, content in built.items()
        if path in there and there[path].read_text(encoding="utf-8") != content
    ]
    return sorted(found + [f"{path}: left over" for path in there if path not in built])


def write(built: dict[str, str], root: Path = GENERATED) -> None:
    """Makes `root` hold exactly these boards."""
    for path in root.glob("*/*.json"):
        if str(path.relative_to(root)) not in built:
            path.unlink()
    for name, content in built.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
