"""Warnings issued by an authority, as issued: we never compute, raise or lower one."""

from __future__ import annotations

from schemas.kinds.authority_warning import AuthorityWarning
from streams.domains.newest import Words, forget, keep_newest
from streams.fusion.measure import Accumulated, Context, RollUp

LEVELS = {"blue": 1, "yellow": 2, "orange": 3, "red": 4}


def fold(state: Words, record: AuthorityWarning) -> Words:
    level = 0 if record.status == "lifted" else LEVELS[record.colour]
    return keep_newest(state, record.warning_id, record, level, record.expires_at_ms)


def level(state: Words, context: Context) -> float:
    """Level of the worst warning that is neither lifted nor expired; 0 without any."""
    in_force = (
        level
        for _, _, level, expires_ms in state.values()
        if expires_ms is None or context.at_ms < expires_ms
    )
    return float(max(in_force, default=0))


def prune(state: Words, now_ms: int) -> Words:
    return forget(state, now_ms, lambda w: not w[2] or (w[3] is not None and w[3] <= now_ms))


ACCUMULATED = (
    Accumulated(
        key="warning.level",
        kind="authority_warning",
        start=dict,
        fold=fold,
        read=level,
        prune=prune,
        unit="level",
        title_zh="预警等级",
        title_en="Authority warning",
        description="worst authority warning in force: 0 none, 1 blue, 2 yellow, 3 orange, 4 red",
        coverage=False,
        roll_up=RollUp.MAXIMUM,
    ),
)
