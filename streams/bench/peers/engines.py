"""The engines of a comparison."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from streams.bench.peers.environment import PEERS, jars_of, python_of
from streams.bench.peers.run import PeerError, Run, run
from streams.bench.peers.topic import Written
from streams.bench.pipeline import throughput
from streams.runtime.servers.java import find_java
from streams.runtime.settings import CHECKOUT

Measure = Callable[[Written, int], Run]
"""One run over the first so many records. Raises PeerError or BenchError."""

JVM = ("-Xms512m", "-Xmx512m", "-Xmn384m", "-XX:+UseSerialGC")
"""what dies young is collected by one thread, seldom: of the collectors the least CPU an event"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """`prepare` makes what it needs, once, and raises HubwatchError when that cannot be had.

    A slow engine reads the first `most_records` of the topic only: rates do not depend on it.
    """

    name: str
    stage: str = "a"
    prepare: Callable[[], Measure]
    most_records: int = sys.maxsize
    about: str

    @property
    def key(self) -> str:
        return self.name if self.stage == "a" else f"{self.name}/{self.stage}"


def _process(command: Sequence[str]) -> Measure:
    return partial(run, command, {"PYTHONPATH": str(CHECKOUT)})


def _hubwatch() -> Measure:
    return _process((sys.executable, "-m", "streams.bench.peers.hubwatch"))


def _pipeline() -> Measure:
    return _whole_worker


def _whole_worker(written: Written, records: int) -> Run:
    """On a broker of its own: the worker wants the topics of a site."""
    taken = throughput(written.load, records)
    return Run(
        events_per_s=taken.events_per_s,
        cpu_us_per_event=taken.cpu_us_per_event,
        rss_mb=taken.rss_mb,
    )


def _faust() -> Measure:
    return _process((sys.executable, str(PEERS / "faust" / "engine.py")))


def _python(peer: str) -> Measure:
    return _process((str(python_of(peer)), str(PEERS / peer / "engine.py")))


def _streams(changelog: str) -> Measure:
    jars = f"{jars_of('kafka-streams')}/*"
    java = (str(find_java().path), *JVM, "-cp", jars, "hubwatch.peer.StageA")
    return _process((*java, f"changelog={changelog}"))


ENGINES = (
    Engine(
        name="hubwatch",
        prepare=_hubwatch,
        about="our transport and our decoder, with the settings of the worker",
    ),
    Engine(
        name="kafka-streams",
        prepare=partial(_streams, "false"),
        about="one stream thread, stores in memory, no changelog, 4 MB fetches, streaming JSON",
    ),
    Engine(
        name="kafka-streams-changelog",
        prepare=partial(_streams, "true"),
        about="the same with a changelog behind caches, committed every 2 s",
    ),
    Engine(
        name="bytewax",
        prepare=partial(_python, "bytewax"),
        about="batches of 10,000, state in dictionaries, JSON by msgspec",
    ),
    Engine(
        name="quixstreams",
        prepare=partial(_python, "quixstreams"),
        about="state in dictionaries instead of RocksDB, JSON by msgspec",
    ),
    Engine(
        name="faust",
        prepare=_faust,
        most_records=300_000,
        about="as it comes: an event at a time, its JSON; state in dictionaries",
    ),
    Engine(
        name="hubwatch",
        stage="pipeline",
        prepare=_pipeline,
        most_records=1_000_000,
        about="gate, fusion, 26 rules, snapshots every 2 s and metrics: the whole worker",
    ),
)


def chosen(keys: str) -> tuple[Engine, ...]:
    """The engines of these keys, separated by commas; all for "". Raises PeerError."""
    wanted = [key.strip() for key in keys.split(",") if key.strip()]
    known = {engine.key: engine for engine in ENGINES}
    unknown = [key for key in wanted if key not in known]
    if unknown:
        raise PeerError(f"no engine {', '.join(unknown)}", hint=f"there are {', '.join(known)}")
    return tuple(known[key] for key in wanted or known)
