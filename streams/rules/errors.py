"""What is wrong in a file of rules."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from schemas.errors import HubwatchError
from streams.site import Mistake


class RuleError(HubwatchError):
    """The file does not make a book of rules; `mistakes` holds all that were found, by line."""

    code: ClassVar[str] = "HW-1201"
    hint = "correct the lines named; docs/reference/rules.md says what a rule is made of"

    def __init__(self, path: Path, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        count = len(self.mistakes)
        lines = "".join(f"\n  {mistake}" for mistake in self.mistakes)
        super().__init__(f"{count} mistake{'s' * (count != 1)} in {path.name}:{lines}\n ")
