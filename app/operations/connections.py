"""Connections as operators see them: without secrets; applied from a document; exported as one that can be applied again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from app import queue
from app.operations import audit, entities, toml
from app.operations.audit import Actor
from app.operations.refusals import Conflict, Missing
from app.store import connections, marks, parked
from app.store.connections import CAPTURE_SECRETS, CONNECTION, HOGIA_SECRETS, SHOP_SECRETS, Configured
from app.store.redis import Store
from app.store.seal import Seal
from mappers.connection import Connection, HogiaOrganisation, Shop
from mappers.errors import Rejected

# Without webhook_secret_previous: it is of use only while a secret is exchanged, and `save` looks after it.
EXPORTED_SECRETS = {"webservice_key": "PS_KEY", "webhook_secret": "PS_WEBHOOK_SECRET"}


def webhook_address(public_url: str, shop: str) -> str:
    """The address to enter in the shop's module."""
    return f"{public_url}/webhooks/prestashop/{shop}"


async def existing(store: Store, seal: Seal, key: str) -> Configured:
    """Raises Missing CONNECTION_UNKNOWN."""
    found = await connections.load(store, seal, key)
    if found is None:
        raise Missing("CONNECTION_UNKNOWN", f"there is no connection {key!r}; make one with: orderbro connections apply FILE.toml")
    return found


async def listed(store: Store) -> dict[str, Any]:
    """One line per connection."""
    return {
        "connections": [
            {
                "key": found.key,
                "name": found.name,
                "plan": found.plan.value,
                "flow": found.flow.value,
                "plugins": list(found.plugins),
                "organization_id": found.hogia.organization_id,
                "shops": [{"key": shop.key, "url": shop.url, "id_shop": shop.id_shop} for shop in found.shops],
            }
            for found in await connections.listed(store)
        ]
    }


async def show(store: Store, seal: Seal, key: str, *, public_url: str) -> dict[str, Any]:
    """The whole configuration, which secrets are set (never their values), and the webhook addresses. Raises Missing."""
    found = await existing(store, seal, key)
    shops = {
        shop.key: {
            "secrets": sorted(name for name in SHOP_SECRETS if found.shop_secret(shop.key, name)),
            "capture_secrets": {module: sorted(own) for module, own in _capture_secrets(found, shop.key).items() if own},
            "webhook_address": webhook_address(public_url, shop.key),
        }
        for shop in found.connection.shops
    }
    return {
        "connection": CONNECTION.dump_python(found.connection, mode="json"),
        "hogia_secrets": sorted(name for name in HOGIA_SECRETS if found.hogia_secret(name)),
        "shops": shops,
    }


def _capture_secrets(found: Configured, shop: str) -> dict[str, dict[str, Any]]:
    return dict(found.secrets["shops"].get(shop, {}).get("capture", {}))


# Applying ---------------------------------------------------------------------------------------------------------------------------


def read(document: Mapping[str, Any], environment: Mapping[str, str]) -> Configured:
    """`app.store.connections.read_document` for documents of any shape, and only what can be stored and read again.

    Raises Rejected CONNECTION_FILE_INVALID, ENVIRONMENT_MISSING.
    """
    try:
        found = connections.read_document(document, environment)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise _invalid(f"it does not have the shape of a connection file ({type(error).__name__}); compare it with the example") from None
    mistakes = _paces(found.connection)
    if mistakes:
        raise _invalid("; ".join(mistakes))
    try:
        same = CONNECTION.validate_json(CONNECTION.dump_json(found.connection)) == found.connection
        json.dumps(found.secrets, allow_nan=False).encode()
    except (ValidationError, TypeError, ValueError):
        same = False
    if not same:
        raise _invalid("a value cannot be stored (infinite, not a number, or not text)")
    return found


def _invalid(mistakes: str) -> Rejected:
    return Rejected("CONNECTION_FILE_INVALID", f"the connection file has mistakes. {mistakes}")


def _paces(connection: Connection) -> list[str]:
    """Rates and waits that a worker could not live with."""
    hogia = connection.hogia
    rates = {"hogia.requests_per_second": hogia.requests_per_second}
    rates |= {f"shops.{shop.key}.requests_per_second": shop.requests_per_second for shop in connection.shops}
    mistakes = [f"{name}: give more than 0 and at most 1000" for name, rate in rates.items() if not 0 < rate <= 1000]
    if not 0 <= hogia.read_delay_seconds <= 86_400:
        mistakes.append("hogia.read_delay_seconds: give seconds, from 0 to 86400")
    if not 0 < hogia.poll_seconds <= 86_400:
        mistakes.append("hogia.poll_seconds: give seconds, more than 0 and at most 86400")
    return mistakes


def with_stored_secrets(document: Mapping[str, Any], before: Configured | None) -> dict[str, Any]:
    """A document whose left-out and `env:` secrets are those stored already: an export can be edited and applied without them."""
    if before is None:
        return dict(document)
    filled = json.loads(json.dumps(document))

    def fill(table: Any, name: str, stored: Any) -> None:
        given = table.get(name)
        if stored and (given is None or (isinstance(given, str) and given.startswith("env:"))):
            table[name] = stored

    hogia = filled.get("hogia")
    if isinstance(hogia, dict):
        for name in HOGIA_SECRETS:
            fill(hogia, name, before.hogia_secret(name))
    shops = filled.get("shops")
    for shop in shops if isinstance(shops, list) else ():
        if not isinstance(shop, dict) or not isinstance(shop.get("key"), str):
            continue
        for name in EXPORTED_SECRETS:
            fill(shop, name, before.shop_secret(shop["key"], name))
        capture = shop.get("capture")
        for module, own in _capture_secrets(before, shop["key"]).items():
            rule = capture.get(module) if isinstance(capture, dict) else None
            for name, stored in own.items() if isinstance(rule, dict) else ():
                fill(rule, name, stored)
    return dict(filled)


async def apply(store: Store, seal: Seal, actor: Actor, document: Mapping[str, Any], *, environment: Mapping[str, str]) -> dict[str, Any]:
    """Store a connection file: `result` is `created` or `updated`. Raises Rejected with every mistake."""
    target = str(document.get("key", ""))[:40]
    async with audit.act(store, actor, "connections.apply", target=target) as act:
        found = read(document, environment)
        act.result = await connections.save(store, seal, found)
        shops = [shop.key for shop in found.connection.shops]
        act.counts["shops"] = len(shops)
        # What waited for a change of settings is looked at again: this may be the change.
        waiting = await parked.of_settings(store, shops)
        for entity in waiting:
            await marks.release(store, entity, why="the connection file was applied")
        act.counts["released"] = len(waiting)
    return {"key": found.connection.key, "result": act.result, "shops": shops, "released": len(waiting)}


async def put(store: Store, seal: Seal, actor: Actor, key: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """The same from the API: no environment is read; secrets that are left out stay as they are. Raises Conflict KEY_DIFFERS."""
    if document.get("key") != key:
        raise Conflict("KEY_DIFFERS", f"the address names the connection {key!r}, the document another; a key cannot be changed.")
    before = await connections.load(store, seal, key)
    return await apply(store, seal, actor, with_stored_secrets(document, before), environment={})


async def check(store: Store, key: str, *, new_id: Callable[[], str], seconds: float) -> dict[str, Any]:
    """Let a worker verify both sides. Raises Missing CONNECTION_UNKNOWN, NoAnswer NO_WORKER_ANSWERED."""
    if key not in {found.key for found in await connections.listed(store)}:
        raise Missing("CONNECTION_UNKNOWN", f"there is no connection {key!r}; orderbro connections list shows them.")
    answer = await queue.ask(store, queue.Task.CHECK, key, request_id=new_id(), seconds=seconds)
    return entities.told(answer, what="the check")


# Exporting --------------------------------------------------------------------------------------------------------------------------


async def export(store: Store, seal: Seal, key: str) -> str:
    """A connection file that says what differs from the defaults, with `env:NAME` for each secret. Raises Missing."""
    return toml.dumps(exported(await existing(store, seal, key)))


def exported(found: Configured) -> dict[str, Any]:
    """The document of `export`."""
    connection = found.connection
    document = _differences(
        CONNECTION.dump_python(connection, mode="json"),
        CONNECTION.dump_python(_plain(connection), mode="json"),
        always=frozenset({"key", "name", "plan", "flow"}),
    )
    prefix = _environment_word(connection.key)
    document["hogia"] = {"organization_id": connection.hogia.organization_id, **document.get("hogia", {})}
    document["hogia"] |= {name: f"env:{prefix}_HOGIA_{name.upper()}" for name in HOGIA_SECRETS if found.hogia_secret(name)}
    document["shops"] = [_exported_shop(found, shop) for shop in connection.shops]
    return document


def _exported_shop(found: Configured, shop: Shop) -> dict[str, Any]:
    plain = Connection(key="", name="", hogia=HogiaOrganisation(organization_id=""), shops=(Shop(key="", url=""),))
    whole = Connection(key="", name="", hogia=HogiaOrganisation(organization_id=""), shops=(shop,))
    mine, default = (CONNECTION.dump_python(each, mode="json")["shops"][0] for each in (whole, plain))
    document = _differences(mine, default, always=frozenset({"key", "url", "id_shop"}))
    prefix = _environment_word(shop.key)
    document |= {name: f"env:{prefix}_{word}" for name, word in EXPORTED_SECRETS.items() if found.shop_secret(shop.key, name)}
    for module, own in _capture_secrets(found, shop.key).items():
        secrets = {name: f"env:{prefix}_{_environment_word(module)}_{_environment_word(name)}" for name in own if name in CAPTURE_SECRETS}
        document["capture"][module] |= secrets
    return document


def _plain(connection: Connection) -> Connection:
    """The same organisation with defaults for everything else."""
    return Connection(key="", name="", hogia=HogiaOrganisation(organization_id=connection.hogia.organization_id))


def _differences(mine: dict[str, Any], default: dict[str, Any], *, always: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What a connection file has to say: `read_document` puts it over the defaults again."""
    found: dict[str, Any] = {}
    for name, value in mine.items():
        usual = default.get(name)
        if name in always:
            found[name] = value
        elif value == usual or value is None:
            continue
        elif isinstance(value, dict) and isinstance(usual, dict):
            found[name] = _differences(value, usual)
        else:
            found[name] = value
    return found


def _environment_word(name: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in name).upper()
