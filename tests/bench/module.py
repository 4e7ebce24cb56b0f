"""The PrestaShop module: what its hooks add to a shop's request, and how many notices a second it delivers to the real service."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from redis import Redis

from app.store import keys
from tests.bench.figures import Figure, at_least, at_most, quantile
from tests.bench.stand import NotRunningError, Stand
from tests.conftest import WEBHOOK_SECRET
from tests.module.tools import HERE, MissingToolError, mariadb, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    rounds: int = 3
    hooks: int = 2100
    notices: int = 1500


FULL = Size()
TINY = Size(rounds=1, hooks=70, notices=30)


@contextmanager
def database() -> Iterator[tuple[str, str]]:
    """A MariaDB whose commits wait for the disk, as a shop's does, or SQLite where there is none: its name and PDO's data source name."""
    try:
        with mariadb(durable=True) as source:
            yield "MariaDB", source
    except MissingToolError:
        with tempfile.TemporaryDirectory(prefix="ob-bench-") as folder:
            yield "SQLite", f"sqlite:{folder}/shop.sqlite"


def measured(source: str, *arguments: object) -> Any:
    """What bench.php says; raises NotRunningError when it failed."""
    try:
        result = run("php", HERE / "php" / "bench.php", source, *arguments)
    except MissingToolError as error:
        raise NotRunningError(str(error)) from error
    if result.returncode != 0:
        raise NotRunningError(f"bench.php failed: {result.stdout[-800:]}")
    return json.loads(result.stdout)


def _without_the_disk(count: int) -> float:
    """The 95th percentile of a hook's cost in an SQLite in memory: the module's own work. The disk is the shop's."""
    return quantile(measured("sqlite::memory:", "hooks", count), 0.95)


def delivered(source: str, url: str, count: int) -> float:
    """Notices a second of one run; raises NotRunningError when not every one was acknowledged."""
    report = measured(source, "delivery", count, url, WEBHOOK_SECRET)
    if report["delivered"] != count:
        raise NotRunningError(f"only {report['delivered']} of {count} were delivered: {report}")
    return count / float(report["seconds"])


def measure(size: Size = FULL) -> list[Figure]:
    with database() as (name, source), Stand() as stand:
        asyncio.run(stand.configure())
        url = f"http://127.0.0.1:{stand.api().port}/webhooks/prestashop/acme-se"
        hooks = [measured(source, "hooks", size.hooks) for _ in range(size.rounds)]
        quick = [_without_the_disk(size.hooks) for _ in range(size.rounds)]
        rates = [delivered(source, url, size.notices) for _ in range(size.rounds)]
        with Redis.from_url(stand.redis.url) as redis:
            stored = int(redis.zcard(keys.EVENTS))
    return [
        Figure(name=f"a hook's cost, {name}, p50", values=tuple(quantile(each, 0.5) for each in hooks), unit="ms", target=at_most(2)),
        Figure(name=f"a hook's cost, {name}, p95", values=tuple(quantile(each, 0.95) for each in hooks), unit="ms", target=at_most(2)),
        Figure(name=f"a hook's cost, {name}, p99", values=tuple(quantile(each, 0.99) for each in hooks), unit="ms"),
        Figure(name="the same without waiting for the disk, p95", values=tuple(quick), unit="ms", target=at_most(2)),
        Figure(name="delivery to a local service", values=tuple(rates), unit="/s", target=at_least(200)),
        Figure(
            name="delivered but not stored",
            values=(float(size.rounds * size.notices - stored),),
            unit="events",
            target=at_most(0),
        ),
    ]
