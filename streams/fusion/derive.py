"""Derived and accumulated rows: from values to values, never better than their inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.value import CONTRIBUTORS_SHOWN, STATUS_CODE, Value
from streams.fusion.group import Accumulation
from streams.fusion.hearing import Hearing
from streams.fusion.measure import Context, Derived


def derive(row: Derived, values: Mapping[str, Value], context: Context) -> Value:
    """Evaluates a derived row; all its required inputs must be in `values`.

    unknown when a required input is unknown or the formula returns None (`formula`); otherwise as
    bad as the worst required input. `at_least` passes on.
    """
    inputs = [values[key] for key in row.inputs]
    worst = inputs[0] if len(inputs) == 1 else max(inputs, key=_gravity)
    numbers = [value.value for value in inputs]
    number = None
    if None not in numbers:
        if row.optional:
            numbers += [value.value if value else None for value in map(values.get, row.optional)]
        number = row.formula(context, *numbers)
    if number is None:
        return Value(
            measure=row.key,
            status="unknown",
            heard=worst.heard,
            expected=worst.expected,
            reason=f"input:{worst.measure}" if worst.status == "unknown" else "formula",
            simulated=worst.simulated,
        )
    basis = worst if len(inputs) == 1 else _together(inputs)
    return Value(
        measure=row.key,
        status=worst.status,
        value=number,
        observed_at_ms=basis.observed_at_ms,
        heard=worst.heard,
        expected=worst.expected,
        contributors=basis.contributors,
        reason=f"input:{worst.measure}" if worst.status == "suspect" else "",
        revised=basis.revised,
        at_least=basis.at_least,
        simulated=basis.simulated,
        oldest_ms=basis.oldest_ms,
    )


def _gravity(value: Value) -> int:
    return STATUS_CODE[value.status]


def _together(values: Sequence[Value]) -> Value:
    """What holds of several known values at once."""
    names = dict.fromkeys(name for value in values for name in value.contributors)
    return Value(
        measure="",
        status="ok",
        observed_at_ms=max(value.observed_at_ms or 0 for value in values),
        contributors=tuple(names)[:CONTRIBUTORS_SHOWN],
        revised=any(value.revised for value in values),
        at_least=any(value.at_least for value in values),
        simulated=any(value.simulated for value in values),
        oldest_ms=min(value.aged_from_ms or 0 for value in values),
    )


def accumulate(
    accumulation: Accumulation,
    hearing: Hearing,
    context: Context,
    *,
    observed_at_ms: int,
    heard_ms: int,
    simulated: bool,
) -> Value:
    """Evaluates an accumulated row at `context.at_ms`; unknown before its first record.

    The value is of `observed_at_ms`, the newest record of `heard_ms`: its age counts from there
    once nobody is fresh.
    """
    row = accumulation.row
    reason = hearing.silence(row.minimum_coverage) if row.coverage else ""
    if not accumulation.heard:
        reason = reason or "no-source"
    number = None if reason else row.read(accumulation.state, context)
    heard, expected = len(hearing.fresh), hearing.expected
    if number is None:
        return Value(
            measure=row.key,
            status="unknown",
            heard=heard,
            expected=expected,
            reason=reason or "formula",
            simulated=simulated,
        )
    doubt = hearing.doubt(varies=False) or ("coverage" if row.coverage and heard < expected else "")
    return Value(
        measure=row.key,
        status="suspect" if doubt else "ok",
        value=number,
        observed_at_ms=observed_at_ms,
        heard=heard,
        expected=expected,
        contributors=hearing.names(),
        reason=doubt,
        simulated=simulated,
        oldest_ms=heard_ms if heard_ms < observed_at_ms and not heard else None,
    )
