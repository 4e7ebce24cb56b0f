"""`check`: asks both sides of a connection everything that `mappers.check` judges. Reads only; one failing question ends no other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable
from dataclasses import asdict, replace
from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from app.log import log
from app.store import cache, connections
from app.store.connections import Configured
from mappers.catalogue.leads import leads
from mappers.check import Failure, HogiaFacts, ShopFacts, findings, worst
from mappers.check_hogia import helper_articles
from mappers.connection import Shop
from mappers.errors import Misconfigured, OrderbroError
from mappers.hogia.model import HogiaArticle
from mappers.hogia.reading import read_article
from workers.clients.hogia import HogiaClient
from workers.hogia_reference import hogia_reference
from workers.resources import Resources
from workers.shop_reference import shop_reference

T = TypeVar("T")

STOCKHOLM = ZoneInfo("Europe/Stockholm")


async def check(ctx: dict[str, Any], subject: str, request_id: str) -> None:
    """Answer `request_id` with the findings about the connection `subject` as JSON, or with the error it ends in."""
    resources: Resources = ctx["resources"]
    try:
        answer = await checked(resources, subject)
    except OrderbroError as error:
        answer = {"connection": subject, "error": {"code": error.code, "message": error.message, "family": error.family}}
    except Exception as error:  # noqa: BLE001 - somebody waits for an answer
        log.exception("check_fault", connection=subject)
        message = f"an unexpected {type(error).__name__}; this is a fault of ours, the log has it."
        answer = {"connection": subject, "error": {"code": "INTERNAL_ERROR", "message": message, "family": "bug"}}
    await cache.answer(resources.store, request_id, json.dumps(answer))


async def checked(resources: Resources, key: str) -> dict[str, Any]:
    """The findings about a connection. Raises Misconfigured CONNECTION_UNKNOWN."""
    configured = await connections.load(resources.store, resources.seal, key)
    if configured is None:
        raise Misconfigured("CONNECTION_UNKNOWN", f"there is no connection {key!r}.")
    now = resources.now()
    day = now.astimezone(STOCKHOLM).date()
    shops, hogia = await asyncio.gather(
        asyncio.gather(*(_shop_facts(resources, configured, shop) for shop in configured.connection.shops)),
        _hogia_facts(resources, configured, day),
    )
    found = findings(configured.connection, shops, hogia, day=day)
    return {
        "connection": key,
        "checked_at": now.isoformat(),
        "status": worst(found).value,
        "findings": [asdict(finding) for finding in found],
    }


async def _tried(question: Awaitable[T], failures: list[Failure]) -> T | None:
    """The answer; None when the question ended in an error of ours, which is then in `failures`, once."""
    try:
        return await question
    except OrderbroError as error:
        failure = Failure(code=error.code, message=error.message)
        if failure not in failures:
            failures.append(failure)
        return None


async def _shop_facts(resources: Resources, configured: Configured, shop: Shop) -> ShopFacts:
    failures: list[Failure] = []
    known = ShopFacts(
        shop=shop,
        has_webhook_secret=bool(configured.shop_secret(shop.key, "webhook_secret")),
        webhook_address=f"{resources.settings.url}/webhooks/prestashop/{shop.key}",
        address_is_public=resources.settings.public_url is not None,
        webhook_tolerance_seconds=resources.settings.webhook_tolerance_seconds,
        leads=leads(configured.connection, shop),
    )
    try:
        client = resources.shop_client(configured, shop)
    except OrderbroError as error:
        return replace(known, failures=(Failure(code=error.code, message=error.message),))
    permissions = await _tried(client.permissions(), failures)
    probe = await _tried(client.probe(), failures)
    if probe is None and permissions is None:
        return replace(known, failures=tuple(failures))
    server_time = await _tried(client.server_time(), failures)
    reference = await _tried(shop_reference(resources, shop, client, fresh=True), failures)
    return replace(
        known,
        failures=tuple(failures),
        version=probe.version if probe is not None else "",
        clock_ahead_seconds=(server_time - resources.now()).total_seconds() if server_time is not None else None,
        permissions=permissions,
        reference=reference,
    )


async def _hogia_facts(resources: Resources, configured: Configured, day: date) -> HogiaFacts:
    failures: list[Failure] = []
    client = resources.hogia_client(configured)
    reference = await _tried(hogia_reference(resources, configured.connection.key, client, day, fresh=True), failures)
    if reference is None:
        return HogiaFacts(failures=tuple(failures))
    modules = await _tried(client.modules(), failures)
    articles: dict[str, HogiaArticle | None] = {}
    for shop in configured.connection.shops:
        for number in helper_articles(shop.orders).values():
            if number.casefold() not in articles:
                found = await _tried(_articles(client, number), failures)
                if found is not None:
                    articles[number.casefold()] = _best(found)
    return HogiaFacts(failures=tuple(failures), modules=modules, reference=reference, articles=articles)


async def _articles(client: HogiaClient, number: str) -> list[HogiaArticle]:
    return [read_article(body) for body in await client.articles_by_number(number)]


def _best(found: list[HogiaArticle]) -> HogiaArticle | None:
    """The active one, where several have a number."""
    return next((article for article in found if article.is_active), found[0] if found else None)
