"""The newest word on each of many things: reports, warnings, services.

State: {key: [observed_ms, word, fact, …]}. Whatever order the words come in, the newest observation
stays; of two of the same instant the one with the greater name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemas.record import Record
from streams.gate import LATEST_REVISION_MS

Words = dict[str, list[Any]]

REMEMBERED_MS = 2 * LATEST_REVISION_MS
"""what is over is remembered longer than a record may be late, so that none brings it back"""

MOST_KEPT = 2_000
"""things a place remembers at once; beyond it those not heard of for longest are forgotten"""


def keep_newest(words: Words, key: str, record: Record, *facts: Any) -> Words:
    """Takes a record's word on the thing `key`, unless a newer one is known."""
    observed_ms, word = record.observed_at_ms, f"{record.feed}/{record.id}"
    before = words.get(key)
    if before is None or (observed_ms, word) > (before[0], before[1]):
        words[key] = [observed_ms, word, *facts]
    return words


def forget(words: Words, now_ms: int, is_over: Callable[[list[Any]], bool]) -> Words:
    """Drops what is over and was last heard of more than REMEMBERED_MS ago, and the excess."""
    kept = {
        key: word
        for key, word in words.items()
        if word[0] >= now_ms - REMEMBERED_MS or not is_over(word)
    }
    if len(kept) > MOST_KEPT:
        newest = sorted(kept.items(), key=lambda item: item[1][:2], reverse=True)
        kept = dict(newest[:MOST_KEPT])
    return kept
