"""A worker as one would write it at first: sends that nobody awaits, offsets committed first.

It keeps its state in memory, which is to say not at all. The proof must notice it.
"""

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from schemas.codec import decode, explain
from schemas.structs import structs
from streams.domains import catalogue
from streams.partition import Inflow, Partition
from streams.rules.load import load_rules
from streams.runtime.messages import alert_message, quarantine_message
from streams.runtime.settings import Settings
from streams.site import load_site

BATCH = 200
LINGER_MS = 1000
"""what is lost with each kill"""


def whole_site(settings: Settings) -> tuple[Partition, dict[str, str]]:
    """All cells in one partition, and the departments by inbox."""
    site = load_site(settings.site_dir, settings.standards_dir)
    partition = Partition(
        0,
        site.cells,
        site=site,
        catalogue=catalogue(),
        rules=load_rules(settings.site_dir / "rules.yaml", site, catalogue()),
        decode=decode,
        explain=explain,
        record_types=structs(),
    )
    return partition, {d.inbox: d.key for d in site.departments.values()}


async def run(settings: Settings) -> None:
    partition, departments = whole_site(settings)
    consumer = AIOKafkaConsumer(
        *departments,
        bootstrap_servers=settings.bootstrap_servers,
        group_id=settings.worker_group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=6000,
    )
    producer = AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers, linger_ms=LINGER_MS)
    await consumer.start()
    await producer.start()
    inflow = Inflow(partition, departments)
    while True:
        for tp, batch in (await consumer.getmany(timeout_ms=200, max_records=BATCH)).items():
            await consumer.commit({tp: batch[-1].offset + 1})
            inflow.offer(tp.topic, batch)
            for topic, output in inflow.advance({}, 0):
                messages: list[Any] = [alert_message(alert) for alert in output.alerts]
                messages += [quarantine_message(r, topic, tp.partition) for r in output.refused]
                for each in messages:
                    headers = list(each.headers)
                    await producer.send(each.topic, each.value, each.key, headers=headers)


if __name__ == "__main__":
    asyncio.run(run(Settings.load()))
