"""The gate: allowed, valid, on time, new? What passes is folded, what does not is quarantined."""

from streams.gate.gate import FUTURE_MS, LATEST_REVISION_MS, Folder, Gate, Incoming, Refusal
from streams.gate.reasons import REASONS, Reason
from streams.gate.source import NEVER_MS, SKEW_WINDOW_MS, Contract, FeedState, SourceState

__all__ = [
    "FUTURE_MS",
    "LATEST_REVISION_MS",
    "NEVER_MS",
    "REASONS",
    "SKEW_WINDOW_MS",
    "Contract",
    "FeedState",
    "Folder",
    "Gate",
    "Incoming",
    "Reason",
    "Refusal",
    "SourceState",
]
