"""What is wrong in the files of a site, said so that whoever edits them can put it right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import ClassVar

from schemas.errors import HubwatchError

LISTED = 12
REQUIRED = "required"
"""what is allowed where a field is absent that must be there"""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """`field` is dotted, below the entry of the line; `value` is as written, "" when absent."""

    file: str
    line: int
    field: str
    value: str
    allowed: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line} {self.field}"
        if self.value:
            return f"{where}: {self.value!r} is not allowed: {self.allowed}"
        if self.allowed.startswith(REQUIRED):
            return f"{where} is missing{self.allowed.removeprefix(REQUIRED)}"
        return f"{where} is missing: {self.allowed}"


class SiteError(HubwatchError):
    """The files of a site do not make a site; `mistakes` holds all that were found, sorted."""

    code: ClassVar[str] = "HW-1101"
    hint = "correct the lines named"

    def __init__(self, folder: Path, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        count = len(self.mistakes)
        lines = "".join(f"\n  {mistake}" for mistake in self.mistakes)
        super().__init__(f"{count} mistake{'s' * (count != 1)} in {folder.name}:{lines}\n ")


def one_of(candidates: Iterable[str], written: str) -> str:
    """The allowed words and the one probably meant: "one of a, b, …; did you mean b?"."""
    known = sorted(set(candidates))
    close = get_close_matches(written, known, n=1)
    meant = f"; did you mean {close[0]}?" if close else ""
    more = f", … ({len(known)} in all)" if len(known) > LISTED else ""
    return f"one of {', '.join(known[:LISTED])}{more}{meant}"
