"""Servers on this machine: the embedded broker, optional tools, our own processes; supervised.

`broker`, `prometheus`, `alertmanager`, `grafana` and `program` give rows (ServerSpec); a
Supervisor runs them.
"""

from streams.runtime.servers.broker import Broker, BrokerSettings, broker
from streams.runtime.servers.spec import ServerSpec, program
from streams.runtime.servers.supervisor import Status, Supervisor

__all__ = [
    "Broker",
    "BrokerSettings",
    "ServerSpec",
    "Status",
    "Supervisor",
    "broker",
    "program",
]
