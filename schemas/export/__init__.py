"""The contract on paper: JSON Schemas, AsyncAPI and the page of records, generated, checked in."""

from __future__ import annotations

from pathlib import Path

from schemas.export.files import SCHEMAS, exported

__all__ = ["differences", "exported", "write"]


def write(root: Path) -> list[str]:
    """Brings the files under the repository's root up to date; returns the paths changed."""
    changed = [line.partition(":")[0] for line in differences(root)]
    wanted = exported()
    for path in changed:
        if path in wanted:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(wanted[path], encoding="utf-8")
        else:
            (root / path).unlink()
    return changed


def differences(root: Path) -> list[str]:
    """One line, `<path>: <what>`, for each file that is not as the models have it."""
    wanted = exported()
    there = {f"{SCHEMAS}/{path.name}" for path in (root / SCHEMAS).glob("*.json")}
    found = [f"{path}: belongs to no kind" for path in sorted(there - wanted.keys())]
    for path, text in wanted.items():
        file = root / path
        if not file.is_file():
            found.append(f"{path}: is missing")
        elif (old := file.read_text(encoding="utf-8")) != text:
            found.append(f"{path}: {_first_difference(old, text)}")
    return found


def _first_difference(old: str, new: str) -> str:
    pairs = zip(old.splitlines(), new.splitlines(), strict=False)
    for number, (is_now, should_be) in enumerate(pairs, start=1):
        if is_now != should_be:
            return f"line {number} is {is_now.strip()!r}, should be {should_be.strip()!r}"
    return f"has {len(old.splitlines())} lines, should have {len(new.splitlines())}"
