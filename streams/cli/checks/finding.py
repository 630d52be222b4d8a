"""A check, and what it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from schemas.errors import HubwatchError
from streams.runtime.settings import Settings

Mark = Literal["ok", "warn", "fail"]
"""warn: works, but not all of it. fail: what depends on it cannot work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`fix` is what to type or change; never empty where the mark is not ok."""

    mark: Mark
    said: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the doctor's table. `look` may raise a HubwatchError: that is a failure."""

    key: str
    zh: str
    en: str
    look: Callable[[Settings], Finding]

    def run(self, settings: Settings) -> Finding:
        try:
            return self.look(settings)
        except HubwatchError as error:
            said = " ".join(str(error.args[0]).split())
            return Finding(
                "fail", f"{error.code} {said}", error.hint or "see docs/reference/errors.md"
            )
