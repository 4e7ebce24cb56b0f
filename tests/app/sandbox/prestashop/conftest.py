"""A shop in the process, asked through its own door, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from app.sandbox.prestashop.server import create_shop
from app.sandbox.prestashop.state import DEFAULT_KEY, ShopState

RECORDED = Path(__file__).resolve().parents[5] / "shared" / "recordings"
VERSIONS = ("9.1.4", "8.2.1")


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 8, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def client_of(state: ShopState, key: str = DEFAULT_KEY, base: str = "http://shop.example") -> httpx.AsyncClient:
    """A client of the shop's application; no socket is opened."""
    auth = httpx.BasicAuth(key, "") if key else None
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=create_shop(state)), base_url=base, auth=auth)


@pytest.fixture
def connect() -> Callable[..., httpx.AsyncClient]:
    return client_of


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def state(clock: Clock) -> ShopState:
    return ShopState(clock=clock)


@pytest.fixture
async def shop(state: ShopState) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(state) as client:
        yield client


@pytest.fixture(params=VERSIONS)
def recorded(request: pytest.FixtureRequest) -> Path:
    """One version's recordings; the test is skipped where they are not found."""
    folder = RECORDED / request.param
    if not (folder / "index.json").exists():
        pytest.skip("no recordings beside the repository")
    return folder
