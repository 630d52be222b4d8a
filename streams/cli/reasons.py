"""Why a value is unknown or suspect, in words: the short codes of `Value.reason`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from streams.gate.reasons import REASONS


class Wording(NamedTuple):
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} {self.en}"


VALUE_REASONS: Mapping[str, Wording] = {
    "no-source": Wording("尚无数据来源", "nothing reported yet, or nobody is to report"),
    "silent": Wording("设备均无信号", "every source is silent"),
    "coverage": Wording("在线设备不足", "too few sources are fresh"),
    "no-reading": Wording("无可用读数", "no usable reading"),
    "imputed": Wording("部分为估算", "partly imputed"),
    "formula": Wording(
        "无法计算", "the formula has no result: a standard, an attribute or the inputs lack it"
    ),
    "children-unknown": Wording("下级场所大多未知", "most of the places below are unknown"),
    "not-heard": Wording("尚无上报", "nothing has been heard of it"),
    "silent-cell": Wording("处理进程无响应", "its process tells nothing any more"),
    "planned": Wording("按计划值", "planned, not measured"),
    "no-count": Wording("无排队计数", "the queue is not counted, nor carried on"),
    "carried": Wording("排队由推算延续", "the queue is carried on by the balance, not counted"),
    "few": Wording("样本太少", "too few cases so far"),
    "criteria": Wording("部分判据未知", "a criterion is unknown"),
    **{
        reason.value: Wording(text.zh, text.en)
        for reason, text in REASONS.items()
        if not text.quarantined
    },
}
PREFIXES: Mapping[str, Wording] = {
    "input": Wording("受输入影响", "because of the input"),
    "unknown": Wording("下级未知", "unknown below:"),
}
"""Codes `<prefix>:<measure or place>`."""


def in_words(reason: str) -> str:
    """Chinese and English; the code itself where it is a new one."""
    prefix, colon, name = reason.partition(":")
    if colon and prefix in PREFIXES:
        return f"{PREFIXES[prefix]} {name}"
    return str(VALUE_REASONS.get(reason, reason))
