"""Values of child places become the value of their parent, and unknown travels upward."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from schemas.value import CONTRIBUTORS_SHOWN, Value
from streams.fusion.measure import RollUp
from streams.site.model import Place

MINIMUM_SHARE_KNOWN = 0.5


def _weights(how: RollUp, children: Sequence[tuple[Place, Value]]) -> list[float]:
    if how is RollUp.CAPACITY_MEAN:
        return [float(place.capacity or 1) for place, _ in children]
    return [1.0] * len(children)


def roll_up(measure: str, how: RollUp, children: Sequence[tuple[Place, Value]]) -> Value:
    """The parent's value from all children that have this measure, known or not.

    unknown: less than half of the children (by weight) is known. suspect: a child is unknown (the
    result is then a lower bound, `at_least`, for sum and maximum) or suspect. `decided_by` names
    the child that determined the value: the largest, or the largest share of a sum or mean.
    Raises ValueError for no children.
    """
    if not children:
        raise ValueError(f"roll-up of {measure} needs at least one child")
    weights = _weights(how, children)
    known = [
        (place, value, weight)
        for (place, value), weight in zip(children, weights, strict=True)
        if value.value is not None
    ]
    heard = sum(value.heard for _, value in children)
    expected = sum(value.expected for _, value in children)
    simulated = any(value.simulated for _, value in children)
    silent = [place.key for place, value in children if value.value is None]
    if not known or fsum(w for *_, w in known) < MINIMUM_SHARE_KNOWN * fsum(weights):
        return Value(
            measure=measure,
            status="unknown",
            heard=heard,
            expected=expected,
            reason="children-unknown",
            decided_by=silent[0],
            simulated=simulated,
        )
    numbers = [value.value or 0.0 for _, value, _ in known]
    if how is RollUp.SUM:
        number = fsum(numbers)
    elif how is RollUp.MAXIMUM:
        number = max(numbers)
    else:
        shares = [weight for *_, weight in known]
        number = fsum(n * w for n, w in zip(numbers, shares, strict=True)) / fsum(shares)
    decider = max(known, key=lambda row: (row[1].value or 0.0) * row[2])[0].key
    doubtful = next((value for _, value, _ in known if value.status == "suspect"), None)
    return Value(
        measure=measure,
        status="suspect" if silent or doubtful else "ok",
        value=number,
        observed_at_ms=max(value.observed_at_ms or 0 for _, value, _ in known),
        heard=heard,
        expected=expected,
        contributors=tuple(place.key for place, *_ in known[:CONTRIBUTORS_SHOWN]),
        reason=f"unknown:{silent[0]}" if silent else (doubtful.reason if doubtful else ""),
        revised=any(value.revised for _, value, _ in known),
        at_least=(bool(silent) and how is not RollUp.CAPACITY_MEAN)
        or any(value.at_least for _, value, _ in known),
        simulated=simulated,
        decided_by=decider,
        oldest_ms=min(value.aged_from_ms or 0 for _, value, _ in known),
    )
