"""Servers on this machine: the embedded broker, optional tools, our own processes; supervised.

`broker`, `prometheus`, `alertmanager`, `grafana` and `program` give rows (ServerSpec); a
Supervisor runs them. A new server is a function that gives one more row.
"""

from streams.runtime.servers.broker import Broker, BrokerSettings, broker
from streams.runtime.servers.monitoring import alertmanager, grafana, missing_tools, prometheus
from streams.runtime.servers.owner import owner_of, sole_owner
from streams.runtime.servers.probes import alive, http_ok, kafka_metadata
from streams.runtime.servers.server import require_ports
from streams.runtime.servers.signals import sigterm_interrupts
from streams.runtime.servers.spec import ServerSpec, program
from streams.runtime.servers.supervisor import Status, Supervisor

__all__ = [
    "Broker",
    "BrokerSettings",
    "ServerSpec",
    "Status",
    "Supervisor",
    "alertmanager",
    "alive",
    "broker",
    "grafana",
    "http_ok",
    "kafka_metadata",
    "missing_tools",
    "owner_of",
    "program",
    "prometheus",
    "require_ports",
    "sigterm_interrupts",
    "sole_owner",
]
