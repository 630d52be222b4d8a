"""Derived and accumulated rows: from values to values, never better than their inputs."""

from __future__ import annotations

from collections.abc import Mapping

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
    extra = [values.get(key) for key in row.optional]
    worst = max(inputs, key=lambda value: STATUS_CODE[value.status])
    known = [value for value in inputs if value.value is not None]
    number = None
    if len(known) == len(inputs):
        number = row.formula(
            context,
            *(value.value for value in inputs),
            *(value.value if value else None for value in extra),
        )
    if number is None:
        return Value(
            measure=row.key,
            status="unknown",
            heard=worst.heard,
            expected=worst.expected,
            reason=f"input:{worst.measure}" if worst.status == "unknown" else "formula",
            simulated=worst.simulated,
        )
    names = dict.fromkeys(name for value in inputs for name in value.contributors)
    return Value(
        measure=row.key,
        status=worst.status,
        value=number,
        observed_at_ms=max(value.observed_at_ms or 0 for value in inputs),
        heard=worst.heard,
        expected=worst.expected,
        contributors=tuple(names)[:CONTRIBUTORS_SHOWN],
        reason=f"input:{worst.measure}" if worst.status == "suspect" else "",
        revised=any(value.revised for value in inputs),
        at_least=any(value.at_least for value in inputs),
        simulated=any(value.simulated for value in inputs),
    )


def accumulate(
    accumulation: Accumulation,
    hearing: Hearing,
    context: Context,
    *,
    observed_at_ms: int,
    simulated: bool,
) -> Value:
    """Evaluates an accumulated row at `context.at_ms`; unknown before its first record."""
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
    )
