"""Settings, from the environment only: `ORDERBRO_*`. Every one is listed in `deploy/env.example`; a test holds the two together."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One process's settings. Durations carry their unit in the name."""

    model_config = SettingsConfigDict(env_prefix="ORDERBRO_", env_ignore_empty=True, frozen=True, extra="ignore")

    redis_url: str | None = Field(None, description="Redis or Valkey; unset: an embedded server in the data directory")
    data_dir: Path = Field(Path(".orderbro"), description="embedded server's data, generated secret key")
    secret_key: SecretStr | None = Field(
        None, description="seals secrets at rest; several, comma-separated, while rotating: the first seals, all unseal"
    )
    bind: str = Field("127.0.0.1:8080", description="host:port of the API")
    public_url: str | None = Field(None, description="how others reach the API; shown in webhook addresses")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    log_format: str = Field("auto", description="json, text, or auto: text on a terminal")
    allow_private_hosts: bool = Field(False, description="let configured URLs point to loopback or private addresses")
    max_body_bytes: int = Field(65_536, gt=0, description="largest webhook body")
    webhook_tolerance_seconds: int = Field(300, gt=0, description="how old or early a webhook's timestamp may be")
    redis_timeout_seconds: float = Field(2.0, gt=0, description="socket timeout of one Redis command")
    worker_max_jobs: int = Field(50, gt=0, description="entities one worker process works on at once")
    worker_poll_seconds: float = Field(0.05, gt=0, description="how often a worker looks for wake-ups")
    job_timeout_seconds: float = Field(60, gt=0, description="longest run on one entity")
    shutdown_seconds: float = Field(20, gt=0, description="how long a stopping worker waits for its runs")
    lease_seconds: float = Field(30, gt=0, description="how long a claim lasts without a heartbeat")
    retry_first_seconds: float = Field(5, gt=0, description="first wait after temporary trouble")
    retry_longest_seconds: float = Field(14_400, gt=0, description="longest wait between tries")
    retry_give_up_seconds: float = Field(1_209_600, gt=0, description="park after this long of temporary trouble")
    not_found_seconds: float = Field(180, gt=0, description="how long an order may be missing in the shop before it is parked")
    state_change_seconds: float = Field(
        90, gt=0, description="how long an order state change, or a product being made, that lost its answer may still run in the shop"
    )
    reference_seconds: float = Field(3_600, gt=0, description="how long currencies, countries, taxes, carriers, states … are kept")
    event_retention_days: int = Field(400, gt=0, description="how long events are kept")
    preview_wait_seconds: float = Field(30, gt=0, description="how long the API waits for a worker's preview")

    @field_validator("bind")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65535:
            raise ValueError("ORDERBRO_BIND is host:port, for instance 127.0.0.1:8080")
        return value

    @property
    def bind_host(self) -> str:
        return self.bind.rpartition(":")[0]

    @property
    def bind_port(self) -> int:
        return int(self.bind.rpartition(":")[2])

    @cached_property
    def url(self) -> str:
        """Where the API is reached, without a slash at the end."""
        return (self.public_url or f"http://{self.bind}").rstrip("/")

    def with_redis(self, url: str) -> Self:
        """These settings with another Redis."""
        return self.model_copy(update={"redis_url": url})
