"""The numbered versions in which an alert is told."""

from __future__ import annotations

import msgspec

from schemas.alert import Alert, AlertState, alert_id
from schemas.value import Value
from streams.rules.rule import Operator, Rule, Step
from streams.rules.state import LadderState
from streams.rules.wording import UNKNOWN, WITHDRAWN, Shown, Texts, happening, over
from streams.site.model import Place


class Versions:
    """Makes the versions of one rule's alerts at one place, and keeps the newest in the state."""

    __slots__ = ("_absence", "_place", "_rule", "_site")

    def __init__(self, rule: Rule, place: Place, site: str) -> None:
        self._rule = rule
        self._place = place
        self._site = site
        self._absence = rule.operator is Operator.ABSENCE

    def suspect(self, value: Value) -> bool:
        """A doubtful value makes an alert doubtful; that sources are silent is beyond doubt."""
        return value.status == "suspect" and not self._absence

    def tell(
        self,
        state: LadderState,
        value: Value,
        reading: float,
        now_ms: int,
        *,
        why: str,
        step: Step,
        cleared: bool = False,
        onset_ms: int = 0,
        late: bool = False,
    ) -> Alert:
        """The next version, at the level of `step`, or cleared from it.

        `onset_ms` and `late` are those of a new alert; an open one keeps its own.
        """
        rule, place, before = self._rule, self._place, state.alert
        if before is not None:
            onset_ms, late = before.onset_ms, before.late
        level = 0 if cleared else step.level
        kind: AlertState = "cleared" if cleared else "changed" if before else "raised"
        text_zh, text_en = self._texts(value, reading, step, cleared=cleared)
        state.told_ms = state.timers.at_ms
        state.alert = Alert(
            id=before.id if before else alert_id(self._site, rule.key, place.key, onset_ms),
            version=before.version + 1 if before else 1,
            site=self._site,
            rule=rule.key,
            place=place.key,
            state=kind,
            level=level,
            level_peak=max(level, before.level_peak) if before else level,
            measure=rule.measure,
            value=reading,
            threshold=step.exit if cleared else step.enter,
            unit=rule.unit,
            onset_ms=onset_ms,
            observed_at_ms=value.observed_at_ms or state.seen_ms,
            detected_at_ms=now_ms,
            why=why,
            text_zh=text_zh,
            text_en=text_en,
            clause=rule.clause,
            audience=rule.audience,
            contributors=value.contributors,
            chattering=state.chattering,
            late=late,
            suspect=self.suspect(value),
            simulated=value.simulated,
        )
        return state.alert

    def _texts(self, value: Value, reading: float, step: Step, *, cleared: bool) -> Texts:
        if cleared:
            return over(self._rule, self._place)
        shown = Shown(reading, at_least=value.at_least and not self._absence)
        return happening(self._rule, self._place, shown, step, suspect=self.suspect(value))


def unknown(alert: Alert, now_ms: int, *, chattering: bool) -> Alert:
    """The version that says that the value is not known any more and the level held."""
    return msgspec.structs.replace(
        alert,
        version=alert.version + 1,
        state="unknown",
        value=None,
        detected_at_ms=now_ms,
        why="unknown",
        chattering=chattering,
        text_zh=alert.text_zh + UNKNOWN[0],
        text_en=alert.text_en + UNKNOWN[1],
    )


def withdrawn(alert: Alert, now_ms: int, *, chattering: bool) -> Alert:
    """The last version of an alert whose rule no longer watches its place."""
    return msgspec.structs.replace(
        alert,
        version=alert.version + 1,
        state="cleared",
        level=0,
        detected_at_ms=now_ms,
        why="withdrawn",
        chattering=chattering,
        text_zh=alert.text_zh + WITHDRAWN[0],
        text_en=alert.text_en + WITHDRAWN[1],
    )
