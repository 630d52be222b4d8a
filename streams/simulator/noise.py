"""Randomness as a function of (seed, name, step).

Nothing here holds a position: the number of a step can be had without those before it, so a
simulation that starts in the middle gives what one from the beginning gives at that instant, and
one source draws the same whether others exist or not.
"""

from __future__ import annotations

from hashlib import blake2b

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15  # splitmix64, Steele et al., OOPSLA 2014
_UNIT = 2.0**-53


class Noise:
    """An endless table of numbers by step, the same for the same seed and name everywhere."""

    __slots__ = ("_origin",)

    def __init__(self, seed: int, name: str) -> None:
        digest = blake2b(f"{seed}|{name}".encode(), digest_size=8).digest()
        self._origin = int.from_bytes(digest, "big")

    def uniform(self, step: int) -> float:
        """Evenly in [0, 1)."""
        mixed = (self._origin + step * _STEP) & _MASK
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return ((mixed ^ (mixed >> 31)) >> 11) * _UNIT

    def spread(self, step: int) -> float:
        """In (-1, 1), mean 0, small values likelier (triangular)."""
        return self.uniform(2 * step) + self.uniform(2 * step + 1) - 1.0

    def drift(self, at: float) -> float:
        """In [-1, 1], continuous in `at`; a new direction at each whole number."""
        step = int(at // 1)
        part = at - step
        eased = part * part * (3.0 - 2.0 * part)
        before = 2.0 * self.uniform(step) - 1.0
        after = 2.0 * self.uniform(step + 1) - 1.0
        return before + (after - before) * eased
