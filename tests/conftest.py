"""What every test may use: a Redis of its own (one embedded server per test process), a store on it, settings, a connection."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import stamina

from app.embedded import EmbeddedServer
from app.settings import Settings
from app.state import State
from app.store import connections
from app.store.connections import Configured, Directory
from app.store.redis import Store
from app.store.seal import Seal

SECRET_KEY = "a key for tests"
WEBHOOK_SECRET = "whsec_dGVzdCBzZWNyZXQgb2YgdHdlbnR5LWZvdXIgYnl0ZXM="
WEBSERVICE_KEY = "K" * 32
RECORDINGS = Path(__file__).parent.parent.parent / "shared" / "recordings"


SLOW_FIRST = ("tests/faults/", "tests/bench/", "tests/module/", "tests/app/cli/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker is left alone with it in the end."""
    items.sort(key=lambda item: next((at for at, folder in enumerate(SLOW_FIRST) if folder in item.path.as_posix()), len(SLOW_FIRST)))


@pytest.fixture(scope="session", autouse=True)
def _quick_retries() -> Iterator[None]:
    stamina.set_testing(True, attempts=3)
    stamina.instrumentation.set_on_retry_hooks([])
    yield
    stamina.set_testing(False)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[EmbeddedServer]:
    folder = Path(tempfile.mkdtemp(prefix="ob-"))
    server = EmbeddedServer(folder).start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture
async def store(redis_server: EmbeddedServer) -> AsyncIterator[Store]:
    """An empty store."""
    store = Store.connect(redis_server.url)
    await store.redis.flushall()
    yield store
    await store.close()


@pytest.fixture
def seal() -> Seal:
    return Seal(SECRET_KEY)


@pytest.fixture
def settings(redis_server: EmbeddedServer, tmp_path: Path) -> Settings:
    return Settings(redis_url=redis_server.url, secret_key=SECRET_KEY, data_dir=tmp_path, allow_private_hosts=True, _env_file=None)


def connection_file(*, shop_url: str = "http://127.0.0.1:1", hogia_url: str = "http://127.0.0.1:2", **orders: object) -> dict[str, object]:
    """A parsed connection file with one shop, `acme-se`."""
    return {
        "key": "acme",
        "name": "Acme AB",
        "hogia": {
            "base_url": hogia_url,
            "token_url": f"{hogia_url}/connect/token",
            "organization_id": "11111111-1111-4111-8111-111111111111",
            "client_id": "client",
            "client_secret": "secret",
            "read_delay_seconds": 0,
        },
        "shops": [
            {
                "key": "acme-se",
                "url": shop_url,
                "id_shop": 1,
                "webservice_key": WEBSERVICE_KEY,
                "webhook_secret": WEBHOOK_SECRET,
                "orders": orders,
            }
        ],
    }


@pytest_asyncio.fixture
async def configured(store: Store, seal: Seal) -> Configured:
    """The connection `acme`, stored."""
    found = connections.read_document(connection_file(), {})
    await connections.save(store, seal, found)
    return found


@pytest.fixture
def state(settings: Settings, store: Store, seal: Seal) -> State:
    return State(settings=settings, store=store, seal=seal, directory=Directory(store, seal, seconds=0))
