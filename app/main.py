"""`create_app`: the web process, assembled."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app import embedded, health, problems
from app.api import routers
from app.ingress.doors import ROUTES, Doors
from app.settings import Settings
from app.state import State
from app.store.connections import Directory
from app.store.redis import Store
from app.store.seal import open_seal

DESCRIPTION = "The bridge between PrestaShop web shops and Hogia Smart accounting."


def build_state(settings: Settings) -> State:
    """Everything a web process needs; nothing is called yet."""
    url = settings.redis_url or embedded.url(settings.data_dir)
    store = Store.connect(url, timeout_seconds=settings.redis_timeout_seconds)
    seal = open_seal(settings)
    return State(settings=settings, store=store, seal=seal, directory=Directory(store, seal))


def create_app(settings: Settings | None = None, state: State | None = None) -> FastAPI:
    """The ASGI application. It starts and answers `/health/live` whether Redis is there or not."""
    held = state or build_state(settings or Settings())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        gc.collect()
        gc.freeze()  # what is there now stays for ever: the collector need not walk it again (5 % of an event's CPU, tests/bench)
        yield
        await held.store.close()

    app = FastAPI(
        title="Orderbro",
        description=DESCRIPTION,
        version="0.1.0",
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.orderbro = held
    problems.install(app)
    app.add_middleware(Doors)
    app.router.routes.extend(ROUTES)
    app.include_router(health.router)
    for router in routers():
        app.include_router(router)
    return app
