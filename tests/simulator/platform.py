"""The pure core of the platform in one piece: messages in, alerts and refusals out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from schemas.alert import Alert
from schemas.codec import decode, explain
from schemas.emission import Emission
from schemas.structs import structs
from schemas.value import Situation
from streams.domains import catalogue
from streams.hub.areas import Areas
from streams.hub.hub import Hub
from streams.hub.load import load_hub
from streams.partition import Partition, StepOutput
from streams.rules.load import load_rules
from streams.rules.state import LadderState
from streams.site.model import Site

BATCH_MS = 30_000
HUB_MS = 60_000


class Message(NamedTuple):
    offset: int
    timestamp: int
    key: bytes
    value: bytes


class Platform:
    """One partition holds all cells; the hub steps at every minute."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        self.rules = load_rules(folder / "rules.yaml", site, catalogue())
        self.partition = Partition(
            0,
            site.cells,
            site=site,
            catalogue=catalogue(),
            rules=self.rules,
            decode=decode,
            explain=explain,
            record_types=structs(),
        )
        places = self.partition.picture.places
        expected = {key: state.available for key, state in places.items() if state.available}
        self.areas = Areas(site, catalogue(), expected)
        self.hub = Hub(site, load_hub(folder, site, catalogue()))
        self.situations: dict[str, Situation] = {}
        self.alerts: list[Alert] = []
        self.refused: Counter[tuple[str, str]] = Counter()
        self.sent = 0
        self._ladders: dict[tuple[str, str], LadderState] = {}

    def take(self, emissions: Iterable[Emission]) -> None:
        """Reads everything, in batches of half a minute a department."""
        batches: dict[str, list[Message]] = {}
        until_ms = 0
        for emission in emissions:
            if emission.at_ms >= until_ms:
                self._pass(batches, until_ms)
                until_ms = emission.at_ms - emission.at_ms % BATCH_MS + BATCH_MS
            message = Message(
                self.sent, emission.at_ms, emission.cell_key.encode(), emission.encoded()
            )
            batches.setdefault(emission.department, []).append(message)
            self.sent += 1
        self._pass(batches, until_ms)

    def _pass(self, batches: dict[str, list[Message]], now_ms: int) -> None:
        for department, batch in batches.items():
            self._keep(self.partition.step(f"inbox.{department}", department, batch))
        batches.clear()
        if now_ms:
            self._keep(self.partition.tick(now_ms))
            if now_ms % HUB_MS == 0:
                self._step_hub(now_ms)

    def _keep(self, output: StepOutput) -> None:
        self.alerts += output.alerts
        self.situations.update((found.place, found) for found in output.situations)
        self.refused.update((r.department, r.reason.value) for r in output.refused)

    def _step_hub(self, now_ms: int) -> None:
        known = dict(self.situations)
        above = self.areas.values({key: one.values for key, one in known.items()}, now_ms)
        for key, values in above.items():
            known[key] = Situation(
                site=self.site.key, place=key, cell="", at_ms=now_ms, values=values
            )
        picture = self.hub.step(known, now_ms)
        for told in (above, picture.values):
            for place, values in told.items():
                for measure, value in values.items():
                    for ladder in self.rules.at(measure, place):
                        state = self._ladders.setdefault((ladder.rule.key, place), LadderState())
                        self.alerts += ladder.step(state, value, now_ms)
                        self.alerts += ladder.tick(state, now_ms)
