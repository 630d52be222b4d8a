"""A place as it is shown: its values with age, coverage and causes, and its open alerts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from schemas.value import Value
from streams.cli import terminal
from streams.cli.errors import NotKnownError
from streams.cli.reasons import in_words
from streams.cli.text import UNKNOWN, harmless, local_time, meant, number, span, table
from streams.cli.why import Step, chain, path
from streams.fusion.measure import Catalogue
from streams.runtime.clock import SiteClock
from streams.runtime.picture import Picture
from streams.site.model import Place, Site

SHOWN_SOURCES = 3
HEAD = ("指标 measure", "数值 value", "状态 status", "时效 age", "在线 heard", "依据 from")


def known_place(site: Site, key: str) -> Place:
    """Raises NotKnownError with what was probably meant."""
    if key not in site.places:
        hint = meant(key, site.places) or "places.csv in the site's folder lists all places"
        raise NotKnownError(f"there is no place {key!r}", hint=hint)
    return site.places[key]


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A place of a picture, ready to be shown."""

    site: Site
    place: Place
    picture: Picture
    catalogue: Catalogue

    @property
    def clock(self) -> SiteClock:
        return self.picture.clock

    @property
    def at_ms(self) -> int | None:
        """Site time of the newest word on the place."""
        situation = self.picture.situation(self.place.key)
        return None if situation is None else situation.at_ms

    def values(self) -> dict[str, Value]:
        return dict(sorted(self.picture.values(self.place.key).items()))

    def require(self, measure: str) -> None:
        """Raises NotKnownError for a measure that nobody tells of this place."""
        values = self.values()
        if measure and values and measure not in values:
            hint = meant(measure, values) or f"hubwatch state {self.place.key} lists what there is"
            raise NotKnownError(f"{self.place.key} has no measure {measure!r}", hint=hint)

    def steps(self, measure: str) -> list[Step]:
        return path(self.picture.values, self.catalogue, self.site, self.place.key, measure)

    def lines(self, measure: str) -> Iterator[str]:
        """The whole answer as text."""
        yield from self._head()
        values = self.values()
        if not values:
            yield f"{UNKNOWN}: 尚无任何数据 no process has told anything of it yet"
            return
        chosen = [measure] if measure else list(values)
        rows = table(HEAD, [self._row(values[key]) for key in chosen])
        yield next(rows)
        for key, line in zip(chosen, rows, strict=True):
            yield terminal.coloured(line, values[key].status)
        if measure:
            yield from self._why(measure)
        yield from self._alerts()

    def _head(self) -> Iterator[str]:
        place = self.place
        cell = f" · 单元 cell {place.cell}" if place.cell else ""
        yield f"{place.key}  {place.name_zh} {place.name_en}  ({place.kind}{cell})"
        if self.at_ms is not None:
            simulated = " · 模拟 simulated" if self.clock.simulated else ""
            yield f"截至 as of {local_time(self.at_ms, self.site.timezone)}{simulated}"
        for writer in self.picture.told.get(place.key, {}):
            silent_ms = self.picture.silent_for_ms(writer)
            if silent_ms is not None:
                yield terminal.coloured(_silence(writer, silent_ms), "fail")
        yield ""

    def _row(self, value: Value) -> tuple[str, ...]:
        return (
            value.measure,
            self._number(value),
            value.status,
            self._age(value),
            f"{value.heard}/{value.expected}" if value.expected else "–",
            self._from(value),
        )

    def _from(self, value: Value) -> str:
        """The place that decided it, else its sources; for a doubtful one where the doubt arose."""
        sources = value.decided_by or _sources(value)
        if value.status == "ok":
            return sources
        doubt = chain(self.steps(value.measure))
        return f"{sources}; {doubt}" if value.decided_by else doubt

    def _number(self, value: Value) -> str:
        if value.value is None:
            return UNKNOWN
        at_least = "≥ " if value.at_least else ""
        revised = " (修订 revised)" if value.revised else ""
        unit = self.catalogue.row(value.measure).unit
        if unit == "ms":
            return local_time(int(value.value), self.site.timezone) + revised
        return f"{at_least}{number(value.value)} {unit}".rstrip() + revised

    def _age(self, value: Value) -> str:
        if value.aged_from_ms is None:
            return "–"
        return span(self.clock.now_ms() - value.aged_from_ms)

    def _why(self, measure: str) -> Iterator[str]:
        yield ""
        yield "依据 why"
        for step in self.steps(measure):
            value = step.value
            reason = f"  {in_words(value.reason)}" if value.reason else ""
            sources = f"  ({_sources(value)})" if value.contributors else ""
            line = (
                f"{step.place}  {value.measure} = {self._number(value)}  {value.status}"
                f"  {value.heard}/{value.expected}{reason}{sources}"
            )
            yield "  " * (step.depth + 1) + terminal.coloured(harmless(line), value.status)

    def _alerts(self) -> Iterator[str]:
        alerts = self.picture.open_alerts(self.place.key)
        yield ""
        yield f"未解除告警 open alerts: {len(alerts)}"
        for alert in alerts:
            since = local_time(alert.onset_ms, self.site.timezone)
            yield f"  {alert.level}  {alert.rule}  {alert.state}  自 since {since}"
            yield harmless(f"     {alert.text_zh} {alert.text_en}")

    def document(self, measure: str) -> dict[str, Any]:
        """The whole answer as data. Ages in seconds; `why` lists the way to the sources."""
        values = self.values()
        now_ms = self.clock.now_ms()
        chosen = {key: value for key, value in values.items() if measure in ("", key)}
        return {
            "place": self.place.key,
            "name_zh": self.place.name_zh,
            "name_en": self.place.name_en,
            "cell": self.place.cell,
            "at_ms": self.at_ms,
            "now_ms": now_ms,
            "simulated_clock": self.clock.simulated,
            "values": [self._json(value, now_ms) for value in chosen.values()],
            "alerts": self.picture.open_alerts(self.place.key),
        }

    def _json(self, value: Value, now_ms: int) -> dict[str, Any]:
        seen_ms = value.aged_from_ms
        return {
            "measure": value.measure,
            "value": value.value,
            "unit": self.catalogue.row(value.measure).unit,
            "status": value.status,
            "reason": value.reason,
            "age_seconds": None if seen_ms is None else (now_ms - seen_ms) / 1000,
            "observed_at_ms": value.observed_at_ms,
            "coverage": value.coverage,
            "heard": value.heard,
            "expected": value.expected,
            "at_least": value.at_least,
            "revised": value.revised,
            "simulated": value.simulated,
            "version": value.version,
            "contributors": value.contributors,
            "why": [
                {
                    "depth": step.depth,
                    "place": step.place,
                    "measure": step.value.measure,
                    "value": step.value.value,
                    "status": step.value.status,
                    "reason": step.value.reason,
                    "contributors": step.value.contributors,
                }
                for step in self.steps(value.measure)[1:]
            ],
        }


def _sources(value: Value) -> str:
    shown = ", ".join(value.contributors[:SHOWN_SOURCES])
    more = len(value.contributors) - SHOWN_SOURCES
    return f"{shown} (+{more})" if more > 0 else shown


def _silence(writer: str, for_ms: int) -> str:
    return (
        f"! {writer or 'hub'}: 处理进程无响应 its process has told nothing for {span(for_ms)};"
        " what it said last says nothing of now"
    )
