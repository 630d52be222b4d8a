"""What an alert says, in Chinese and in English."""

from __future__ import annotations

from streams.rules.rule import Rule, Step
from streams.site.model import Place

DOUBTFUL = ("（数据存疑）", " (doubtful data)")
HELD = ("（已回到阈值以内，确认后降级或解除）", " (back within it, held until confirmed)")
UNKNOWN = ("（数据中断，等级保持）", " (no data any more, level held)")
WITHDRAWN = ("（规则已撤销）", " (rule withdrawn)")
CLEARED = ("{place}：{title}解除", "{place}: {title} is over")

Texts = tuple[str, str]
"""(Chinese, English)"""


class Shown(float):
    """A number as texts show it: `{value:.0%}` formats as usual, a bare `{value}` in at most four
    digits; a lower bound says so."""

    at_least: bool

    def __new__(cls, number: float, *, at_least: bool = False) -> Shown:
        shown = super().__new__(cls, number)
        shown.at_least = at_least
        return shown

    def __format__(self, spec: str) -> str:
        if not spec:
            spec = ".0f" if abs(self) >= 1000 else ".4g"
        return ("≥" if self.at_least else "") + super().__format__(spec)


def happening(rule: Rule, place: Place, value: Shown, step: Step, *, suspect: bool) -> Texts:
    """The rule's texts, filled in, and whether its level is only held. Raises LookupError or
    ValueError where that cannot be done."""
    numbers = {
        "value": value,
        "threshold": Shown(step.enter),
        "unit": rule.unit,
        "level": step.level,
    }
    zh = rule.text_zh.format(place=place.name_zh, **numbers)
    en = rule.text_en.format(place=place.name_en, **numbers)
    if value < step.enter if rule.rising else value > step.enter:
        zh, en = zh + HELD[0], en + HELD[1]
    return (zh + DOUBTFUL[0], en + DOUBTFUL[1]) if suspect else (zh, en)


def over(rule: Rule, place: Place) -> Texts:
    return (
        CLEARED[0].format(place=place.name_zh, title=rule.title_zh),
        CLEARED[1].format(place=place.name_en, title=rule.title_en),
    )
