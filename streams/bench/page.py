"""What a worker says of itself on its metrics page."""

from __future__ import annotations

from http.client import HTTPException
from urllib.error import URLError
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from streams.runtime.servers.ports import LOOPBACK


def page_total(port: int, name: str, *, patience_seconds: float = 5.0) -> float:
    """The sum of a metric's samples; 0 while nobody answers in time."""
    try:
        with urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=patience_seconds) as answer:
            families = list(text_string_to_metric_families(answer.read().decode()))
    except (URLError, HTTPException, OSError):
        return 0.0
    samples = (sample for family in families for sample in family.samples)
    return sum(sample.value for sample in samples if sample.name == name)
