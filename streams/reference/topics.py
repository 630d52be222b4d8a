"""The page of topics, from their table and the departments of a site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from streams.reference.markdown import code, page, table
from streams.runtime.settings import Settings
from streams.runtime.topics import Topic, topics
from streams.site.model import Site

INTRODUCTION = """\
All topics are created explicitly (`hubwatch up`, or `hubwatch topics --create`), none by use.
Every inbox topic has the same number of partitions (setting `partitions`, never changed later) and
Kafka's own partitioner (murmur2), so that all that is known of one cell meets in one worker.
What travels on them is described in [records](records.md) and in `asyncapi.json`.
"""
STAMPS = """\
## Who stamps arrivals

{difference}

On the wall clock the broker stamps, so that nobody can claim an arrival time. Under a simulated
clock, and for recordings replayed faster than they were made, the publisher's stamp is the site
time of the arrival (`hubwatch topics --create --publisher-stamps`).
"""


def topics_page(site: Site) -> str:
    """docs/reference/topics.md for a site."""
    partitions: int = Settings.model_fields["partitions"].default
    ordinary = topics(site, partitions, simulated_clock=False)
    simulated = topics(site, partitions, simulated_clock=True)
    rows = [(code(t.name), str(t.partitions), t.key, t.about) for t in ordinary]
    return page(
        f"Topics of {site.name_en} · {site.name_zh}",
        "streams/runtime/topics.py",
        INTRODUCTION,
        table(("topic", "partitions", "key", "holds"), rows),
        "## Configuration",
        table(("topic", "configuration"), _configurations(ordinary)),
        STAMPS.format(difference=_difference(ordinary[0].config, simulated[0].config)),
    )


def _configurations(rows: tuple[Topic, ...]) -> Iterator[tuple[str, str]]:
    """Topics that are kept alike in one row."""
    alike: dict[str, list[str]] = {}
    for topic in rows:
        config = " ".join(code(f"{key}={value}") for key, value in topic.config.items())
        alike.setdefault(config, []).append(code(topic.name))
    for config, names in alike.items():
        yield ", ".join(names), config


def _difference(ordinary: Mapping[str, str], simulated: Mapping[str, str]) -> str:
    rows = [
        (code(key), code(value), code(simulated[key]))
        for key, value in ordinary.items()
        if simulated[key] != value
    ]
    return table(("inbox topics", "wall clock", "simulated clock"), rows)
