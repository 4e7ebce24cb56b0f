"""`orderbro serve`, `work` and `up`: the processes themselves."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.session import read_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

Workers = Annotated[int, typer.Option(min=1, max=64, help="API processes")]


def application() -> FastAPI:
    """What each API process runs."""
    from app import log  # noqa: PLC0415
    from app.main import create_app  # noqa: PLC0415

    settings = read_settings()
    log.set_up(settings.log_level, form=settings.log_format)
    return create_app(settings)


def serve(workers: Workers = 1) -> None:
    """Run the API: webhooks, operators' routes, health, metrics."""
    import uvicorn  # noqa: PLC0415

    settings = read_settings()
    uvicorn.run(
        "app.cli.processes:application",
        factory=True,
        host=settings.bind_host.strip("[]"),
        port=settings.bind_port,
        workers=workers,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(settings.shutdown_seconds),
    )


def work() -> None:
    """Run one worker: claims entities, decides, carries out."""
    read_settings()
    os.execv(sys.executable, [sys.executable, "-m", "workers"])  # noqa: S606


def up(
    workers: Annotated[int, typer.Option(min=1, max=64, help="worker processes")] = 1,
    api_workers: Workers = 1,
) -> None:
    """Run API and workers, and the embedded server when ORDERBRO_REDIS_URL is unset; what dies is started again."""
    from app import log  # noqa: PLC0415
    from app.cli import supervisor  # noqa: PLC0415

    settings = read_settings()
    log.set_up(settings.log_level, form=settings.log_format)
    supervisor.run(settings, workers=workers, api_workers=api_workers)
