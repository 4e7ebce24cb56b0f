"""A world per test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from app.embedded import EmbeddedServer
from app.store.redis import Store
from tests.world import World, world


@pytest_asyncio.fixture
async def bridge(store: Store, redis_server: EmbeddedServer, tmp_path: Path) -> AsyncIterator[World]:
    async with world(store, tmp_path, redis_url=redis_server.url) as made:
        await made.configure()
        yield made
