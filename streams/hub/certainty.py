"""How far the balance of a mode can be trusted, and what unknown inputs do to it.

Shares are weighed by the usual persons an hour of each source, never by what is known right now:
what is missing must not look small because it is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.value import Status
from streams.hub.forecast import Inputs, going
from streams.hub.settings import Dispersal
from streams.hub.split import diverted


@dataclass(frozen=True, slots=True)
class SourceReading:
    """What is known of the arrivals of one source; `reason` when not ok."""

    status: Status
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Certainty:
    """Status of a mode's demand, and of all that needs its capacity and queue too.

    `share` of the usual demand of the hub, after diversions. `missing`: a source is unknown, what
    it brings is not in the demand.
    """

    demand: Status
    demand_reason: str
    forecast: Status
    reason: str
    share: float
    missing: bool


def certainties(
    dispersal: Dispersal, inputs: Inputs, sources: Sequence[SourceReading]
) -> tuple[Certainty, ...]:
    """One for each mode, in their order."""
    usual = usual_flows(dispersal, inputs)
    total = sum(map(sum, usual)) or 1.0
    found = []
    for mode, flows in enumerate(usual):
        demand, why, missing = _demand(dispersal, inputs, mode, flows, sources)
        forecast, reason = _forecast(dispersal, inputs, mode, demand, why)
        found.append(
            Certainty(
                demand=demand,
                demand_reason=why,
                forecast=forecast,
                reason=reason,
                share=sum(flows) / total,
                missing=missing,
            )
        )
    return tuple(found)


def usual_flows(dispersal: Dispersal, inputs: Inputs) -> list[list[float]]:
    """Usual persons by mode and source over the horizon, diverted from modes that are closed."""
    hourly = [source.usual_persons_per_hour for source in dispersal.sources]
    usual = [[0.0] * len(hourly) for _ in dispersal.modes]
    step_moves = going([offer.open for offer in inputs.offers], inputs.table)
    for wanted, away in zip(inputs.wanted, step_moves, strict=True):
        for source, (row, flow) in enumerate(zip(wanted, hourly, strict=True)):
            for mode, share in enumerate(diverted(row, away)):
                usual[mode][source] += flow * share
    return usual


def _demand(
    dispersal: Dispersal,
    inputs: Inputs,
    mode: int,
    flows: Sequence[float],
    sources: Sequence[SourceReading],
) -> tuple[Status, str, bool]:
    """(status, reason, whether a source is missing)"""
    used = [(flow, source) for flow, source in zip(flows, sources, strict=True) if flow > 0.0]
    missing = sorted((flow, source.reason) for flow, source in used if source.status == "unknown")
    if missing:
        share = sum(flow for flow, _ in missing) / sum(flows)
        status: Status = "unknown" if share > dispersal.unknown_share_ratio else "suspect"
        return status, missing[-1][1], True
    for _, source in used:
        if source.status == "suspect":
            return "suspect", source.reason, False
    if _imputed_share(inputs, mode) > dispersal.imputed_ratio:
        return "suspect", "imputed", False
    return "ok", "", False


def _imputed_share(inputs: Inputs, mode: int) -> float:
    """Share of the mode's passengers that no service declared, by its shares at the start."""
    likely = imputed = 0.0
    for out, row in zip(inputs.exits, inputs.wanted[0], strict=True):
        if out is not None:
            likely += sum(out.likely) * row[mode]
            imputed += out.imputed * row[mode]
    return imputed / likely if likely else 0.0


def _forecast(
    dispersal: Dispersal, inputs: Inputs, mode: int, demand: Status, why: str
) -> tuple[Status, str]:
    """(status, reason) with capacity and queue taken into account."""
    offer = inputs.offers[mode]
    if demand == "unknown":
        return demand, why
    if offer.room is None:
        return "unknown", offer.reason
    never_full = dispersal.modes[mode].waiting is None
    reason = why or offer.reason or ("" if never_full else inputs.queues[mode].reason)
    return ("suspect" if reason else "ok"), reason
