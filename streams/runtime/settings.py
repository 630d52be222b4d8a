"""Settings of every process: defaults, then `hubwatch.toml`, then the environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from schemas.errors import HubwatchError

CHECKOUT = Path(__file__).resolve().parents[2]

PREFIX = "HUBWATCH_"

Port = Annotated[int, Field(ge=1, le=65_535)]


def _brokers(given: str) -> str:
    for server in given.split(","):
        host, _, port = server.strip().rpartition(":")
        if not host or not port.isdecimal():
            raise ValueError(f"{server!r} is no address of a broker, write it as host:port")
    return given


PORT_OF: Mapping[str, str] = {
    "worker": "worker_port",
    "hub": "hub_port",
    "gateway": "gateway_port",
    "simulator": "simulator_port",
    "replay": "simulator_port",
}
"""Setting with the port of each of our processes."""

OUTSIDE: Mapping[str, str] = {
    "HUBWATCH_BOARDS": "folder of the boards, for Grafana's provisioning",
    "HUBWATCH_CACHE_DIR": "folder of fetched programs; default: hubwatch in the user's cache",
    "HUBWATCH_DEBUG": "1: a command that fails shows where",
    "HUBWATCH_GRAFANA_HOME": "folder of an unpacked Grafana release",
    "HUBWATCH_GRAFANA_PASSWORD": "password of that user",
    "HUBWATCH_GRAFANA_TOKEN": "token of a service account, for `hubwatch boards push`",
    "HUBWATCH_GRAFANA_USER": "user to push boards as, instead of a token",
    "HUBWATCH_INTERPRETED": "1: the core runs from its sources, compiled or not",
    "HUBWATCH_MAVEN_REPOSITORY": "mirror to fetch the broker's jars from",
    "HUBWATCH_PROMETHEUS_URL": "where Grafana's provisioning finds Prometheus",
    "HUBWATCH_PYTHON": "interpreter that scripts/setup makes the environment with",
    "HUBWATCH_RECORDINGS": "folder of the recordings that `hubwatch replay` plays",
}
"""Variables read where there are no settings yet: by scripts, Grafana, and who finds programs."""


class SettingsError(HubwatchError):
    """A setting is unknown, missing or out of range."""

    code = "HW-1301"
    hint = "docs/reference/settings.md lists every setting with its range"


class Settings(BaseSettings):
    """Read from HUBWATCH_<NAME>; a file wins over a default, the environment over the file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, toml_file="hubwatch.toml", extra="forbid", frozen=True
    )

    site_dir: Path = Field(
        default=CHECKOUT / "deploy" / "sites" / "hongqiao", description="folder of the site files"
    )
    standards_dir: Path = Field(
        default=CHECKOUT / "deploy" / "standards", description="folder of the dated standards"
    )
    data_dir: Path = Field(
        default=CHECKOUT / ".hubwatch", description="where the servers keep their data and logs"
    )
    bootstrap_servers: Annotated[str, AfterValidator(_brokers)] = Field(
        default="127.0.0.1:9092", description="Kafka brokers, host:port, comma separated"
    )
    partitions: int = Field(
        default=4, ge=1, le=64, description="partitions of every inbox topic; never changed later"
    )
    replication: int = Field(default=1, ge=1, le=5, description="replicas of every topic")
    worker_group: str = Field(default="hubwatch-worker", description="consumer group of workers")
    hub_group: str = Field(default="hubwatch-hub", description="consumer group of the hub")
    worker_port: Port = Field(default=9101, description="metrics and health of the worker")
    hub_port: Port = Field(default=9102, description="metrics and health of the hub processor")
    simulator_port: Port = Field(default=9104, description="metrics of the simulator or replay")
    gateway_port: Port = Field(default=8080, description="HTTP gateway")
    controller_port: Port = Field(default=9095, description="KRaft controller of our own broker")
    prometheus_port: Port = Field(default=19090, description="Prometheus, when it is installed")
    alertmanager_port: Port = Field(default=19093, description="Alertmanager, when installed")
    grafana_port: Port = Field(default=13000, description="Grafana, when it is installed")
    batch_records: int = Field(
        default=4000, ge=1, le=50_000, description="records handed to the worker at a time"
    )
    fetch_bytes: int = Field(
        default=1_048_576, ge=16_384, le=16_777_216, description="bytes fetched a partition"
    )
    session_timeout_seconds: float = Field(
        default=6.0, ge=6.0, le=60.0, description="a worker silent for longer loses its partitions"
    )
    snapshot_seconds: float = Field(
        default=2.0, ge=0.1, le=60.0, description="wall time between snapshots of dirty cells"
    )
    stalled_seconds: float = Field(
        default=60.0,
        ge=5.0,
        le=3600.0,
        description="wall time after which a process that does not get on ends to be started anew",
    )
    tick_seconds: float = Field(
        default=0.25, ge=0.05, le=5.0, description="wall time between looks at the clock"
    )
    scenario: str = Field(
        default="evening-storm", description="scenario of the site folder that the simulator plays"
    )
    seed: int = Field(default=1, ge=0, description="the same seed gives the same simulated records")
    recording: str | None = Field(default=None, description="recording that the replay plays")
    api_keys_file: Path | None = Field(
        default=None,
        description="hashed API keys for the gateway; none: loopback only",
    )
    platform_key_file: Path | None = Field(
        default=None, description="key that our Alertmanager sends, where the gateway has keys"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the library's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))

    @classmethod
    def load(cls, **given: object) -> Self:
        """Raises SettingsError with every mistake; also for a variable that is no setting."""
        known = {*OUTSIDE, *(f"{PREFIX}{name.upper()}" for name in cls.model_fields)}
        given_names = (name for name in os.environ if name.upper().startswith(PREFIX))
        unknown = sorted(name for name in given_names if name.upper() not in known)
        if unknown:
            raise SettingsError("; ".join(_no_setting(name, known) for name in unknown))
        try:
            return cls(**given)  # type: ignore[arg-type]
        except ValidationError as error:
            raise SettingsError("; ".join(map(_mistake, error.errors()))) from error
        except TOMLDecodeError as error:
            raise SettingsError(f"{cls.model_config.get('toml_file')}: {error}") from error

    @property
    def clock_file(self) -> Path:
        return self.data_dir / "clock.json"

    @property
    def published_file(self) -> Path:
        return self.data_dir / "published.json"


def _mistake(found: ErrorDetails) -> str:
    name = ".".join(map(str, found["loc"]))
    if found["type"] == "extra_forbidden":
        return _no_setting(name, Settings.model_fields)
    return f"{name} = {found['input']!r}: {found['msg'].removeprefix('Value error, ')}"


def _no_setting(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1)
    return f"{name} is no setting" + (f"; did you mean {close[0]}?" if close else "")
