"""Connections and shops: the connection file at the door, secrets sealed, one shop found by its key."""

from __future__ import annotations

import difflib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.store import keys
from app.store.redis import Store, text
from app.store.seal import Seal
from mappers import connection as schema
from mappers.connection import Connection, OrderPolicy, Shop
from mappers.connection_check import mistakes as mistakes_of
from mappers.errors import Misconfigured, Rejected

CONNECTION = TypeAdapter(Connection)
HOGIA_SECRETS = ("client_id", "client_secret", "webhook_secret")
SHOP_SECRETS = ("webservice_key", "webhook_secret", "webhook_secret_previous")
CAPTURE_SECRETS = frozenset({"username", "password", "merchant_id", "secret", "secret_key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """A connection with its secrets, in memory only: `secrets["hogia"]` and `secrets["shops"][key]`."""

    connection: Connection
    secrets: Mapping[str, Any] = field(repr=False)

    def shop_secret(self, shop: str, name: str) -> str:
        return str(self.secrets["shops"].get(shop, {}).get(name, ""))

    def hogia_secret(self, name: str) -> str:
        return str(self.secrets["hogia"].get(name, ""))


def merged(defaults: Any, given: Any) -> Any:
    """`given` over `defaults`, table by table: a merchant writes only what differs."""
    if isinstance(defaults, dict) and isinstance(given, dict):
        return {**defaults, **{name: merged(defaults.get(name), value) for name, value in given.items()}}
    return given


def read_document(document: Mapping[str, Any], environment: Mapping[str, str]) -> Configured:
    """A parsed connection file → a connection and its secrets; `env:NAME` is read from `environment`.

    Raises Rejected CONNECTION_FILE_INVALID with every mistake and where it is.
    """
    document = _resolved(document, environment)
    secrets: dict[str, Any] = {"hogia": {}, "shops": {}}
    hogia = dict(document.get("hogia") or {})
    secrets["hogia"] = {name: hogia.pop(name) for name in HOGIA_SECRETS if name in hogia}
    shops = []
    for given in document.get("shops") or ():
        shop = dict(given)
        own: dict[str, Any] = {name: shop.pop(name) for name in SHOP_SECRETS if name in shop}
        if "capture" in shop:
            own["capture"] = {m: {k: v for k, v in r.items() if k in CAPTURE_SECRETS} for m, r in shop["capture"].items()}
            shop["capture"] = {m: {k: v for k, v in r.items() if k not in CAPTURE_SECRETS} for m, r in shop["capture"].items()}
        if "orders" in shop:
            shop["orders"] = merged(_order_defaults(), shop["orders"])
        secrets["shops"][shop.get("key")] = own
        shops.append(shop)
    try:
        connection = CONNECTION.validate_python({**document, "hogia": hogia, "shops": shops}, strict=False)
    except ValidationError as error:
        mistakes = "; ".join(_told(each, document) for each in error.errors(include_input=False, include_url=False))
        raise Rejected("CONNECTION_FILE_INVALID", f"the connection file has mistakes. {mistakes}") from None
    _check(connection, secrets)
    return Configured(connection=connection, secrets=secrets)


def _told(error: Any, document: Mapping[str, Any]) -> str:
    """`shops.acme-se.orders.row_txt: there is no such setting; did you mean row_text?`, never with a value: it may be a secret."""
    *path, name = (str(part) for part in error["loc"]) if error["loc"] else ("the file",)
    if len(path) > 1 and path[0] == "shops":
        path[1] = str(document["shops"][int(path[1])].get("key") or path[1])
    elif path == ["shops"]:
        return f"shops.{name}: {error['msg']}"
    place = ".".join([*path, name])
    if error["type"] in {"unexpected_keyword_argument", "extra_forbidden"}:
        near = difflib.get_close_matches(name, SETTINGS, n=1)
        return f"{place}: there is no such setting{f'; did you mean {near[0]}?' if near else ''}"
    if error["type"] == "missing":
        return f"{place}: it is missing"
    return f"{place}: {error['msg']}"


def _settings() -> list[str]:
    """The names of all settings."""
    classes = [kind for kind in vars(schema).values() if isinstance(kind, type) and is_dataclass(kind)]
    return sorted({each.name for kind in classes for each in fields(kind)} | {*HOGIA_SECRETS, *SHOP_SECRETS})


SETTINGS = _settings()


def _order_defaults() -> Any:
    defaults = TypeAdapter(OrderPolicy).dump_python(OrderPolicy(), mode="json")
    return {name: value for name, value in defaults.items() if isinstance(value, dict)}


def _resolved(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _resolved(inner, environment) for name, inner in value.items()}
    if isinstance(value, list):
        return [_resolved(inner, environment) for inner in value]
    if isinstance(value, str) and value.startswith("env:"):
        name = value.removeprefix("env:")
        if name not in environment:
            raise Rejected("ENVIRONMENT_MISSING", f"the connection file refers to the environment variable {name}, which is not set.")
        return environment[name]
    return value


def _check(connection: Connection, secrets: Mapping[str, Any]) -> None:
    """What types cannot say."""
    mistakes = mistakes_of(connection)
    names = [connection.key, *(shop.key for shop in connection.shops)]
    mistakes += [
        f"key {name!r}: use lower-case letters, digits and hyphens, at most 40"
        for name in names
        if not name or len(name) > 40 or not all(c.isascii() and (c.islower() or c.isdigit() or c == "-") for c in name)
    ]
    if len({shop.key for shop in connection.shops}) != len(connection.shops):
        mistakes.append("two shops have the same key")
    if not connection.shops:
        mistakes.append("shops: at least one [[shops]] is needed")
    mistakes += [f"hogia.{name} is missing" for name in ("client_id", "client_secret") if not secrets["hogia"].get(name)]
    for shop in connection.shops:
        own = secrets["shops"].get(shop.key, {})
        if not own.get("webservice_key"):
            mistakes.append(f"shop {shop.key}: webservice_key is missing")
        for name in ("webhook_secret", "webhook_secret_previous"):
            if own.get(name) and not _is_base64(own[name]):
                mistakes.append(f"shop {shop.key}: {name} is not base64 (with or without whsec_)")
    references = [(shop.id_shop, shop.orders.invoice_reference_prefix) for shop in connection.shops]
    if len(set(references)) != len(references):
        mistakes.append(
            "two shops have the same id_shop and the same orders.invoice_reference_prefix, so their invoices would have the same "
            "references; give one of them a prefix"
        )
    if mistakes:
        raise Rejected("CONNECTION_FILE_INVALID", f"the connection file has mistakes. {'; '.join(mistakes)}")


def _is_base64(secret: str) -> bool:
    import base64  # noqa: PLC0415
    import binascii  # noqa: PLC0415

    try:
        return len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) >= 16
    except (binascii.Error, ValueError):
        return False


async def save(store: Store, seal: Seal, configured: Configured) -> str:
    """Store a connection; answers `created` or `updated`. A replaced webhook secret stays valid as the previous one.

    Raises Rejected SHOP_KEY_TAKEN when another connection has one of the shop keys.
    """
    connection = configured.connection
    for shop in connection.shops:
        owner = text(await store.redis.get(keys.shop(shop.key)))
        if owner and owner != connection.key:
            raise Rejected("SHOP_KEY_TAKEN", f"shop key {shop.key!r} belongs to connection {owner!r}; choose another.")
    secrets = json.loads(json.dumps(configured.secrets))
    before = await _readable(store, seal, connection.key)
    if before is not None:
        for key, own in secrets["shops"].items():
            old = before.shop_secret(key, "webhook_secret")
            if old and own.get("webhook_secret") and own["webhook_secret"] != old:
                own.setdefault("webhook_secret_previous", old)
            elif old and own.get("webhook_secret") and before.shop_secret(key, "webhook_secret_previous"):
                own.setdefault("webhook_secret_previous", before.shop_secret(key, "webhook_secret_previous"))
    record = {
        "connection": CONNECTION.dump_json(connection).decode(),
        "secrets": seal.seal(json.dumps(secrets)),
        "schema": "1",
    }
    async with store.redis.pipeline(transaction=True) as pipe:
        pipe.hset(keys.connection(connection.key), mapping=record)
        pipe.sadd(keys.CONNECTIONS, connection.key)
        for shop in connection.shops:
            pipe.set(keys.shop(shop.key), connection.key)
        if before is not None:
            for gone in {s.key for s in before.connection.shops} - {s.key for s in connection.shops}:
                pipe.delete(keys.shop(gone))
        await pipe.execute()
    return "updated" if before is not None else "created"


async def _readable(store: Store, seal: Seal, key: str) -> Configured | None:
    """What is stored, or None also when it was sealed with a lost key: applying the file anew is the way out of that."""
    try:
        return await load(store, seal, key)
    except Misconfigured:
        return None


async def load(store: Store, seal: Seal, key: str) -> Configured | None:
    """A connection with its secrets, or None. Raises Misconfigured when they cannot be unsealed."""
    record = await store.redis.hgetall(keys.connection(key))
    if not record:
        return None
    return Configured(connection=CONNECTION.validate_json(record[b"connection"]), secrets=json.loads(seal.unseal(text(record[b"secrets"]))))


async def listed(store: Store) -> list[Connection]:
    """Every connection, without secrets, by key."""
    found = []
    for key in sorted(text(k) for k in await store.redis.smembers(keys.CONNECTIONS)):
        raw = await store.redis.hget(keys.connection(key), "connection")
        if raw:
            found.append(CONNECTION.validate_json(raw))
    return found


class Directory:
    """Connections by shop, kept in memory for a few seconds: a changed secret or rule counts within that time."""

    def __init__(self, store: Store, seal: Seal, *, seconds: float = 3.0) -> None:
        self._store = store
        self._seal = seal
        self._seconds = seconds
        self._known: dict[str, tuple[float, Configured | None]] = {}

    async def of_shop(self, shop: str) -> Configured | None:
        """The connection that has this shop, or None."""
        at, known = self._known.get(shop, (float("-inf"), None))
        if time.monotonic() - at < self._seconds:
            return known
        owner = text(await self._store.redis.get(keys.shop(shop)))
        found = await load(self._store, self._seal, owner) if owner else None
        if len(self._known) > 10_000:
            self._known.clear()  # guesses at shop keys must not fill the memory
        self._known[shop] = (time.monotonic(), found)
        return found

    async def of_connection(self, key: str) -> Configured | None:
        """The connection with this key, or None."""
        name = f"connection {key}"  # no shop key has a blank in it
        at, known = self._known.get(name, (float("-inf"), None))
        if time.monotonic() - at < self._seconds:
            return known
        found = await load(self._store, self._seal, key)
        if len(self._known) > 10_000:
            self._known.clear()
        self._known[name] = (time.monotonic(), found)
        return found

    async def shop(self, key: str) -> tuple[Configured, Shop]:
        """The same, with the shop; raises Misconfigured SHOP_UNKNOWN."""
        found = await self.of_shop(key)
        if found is None:
            raise Misconfigured("SHOP_UNKNOWN", f"no connection has a shop with the key {key!r}.")
        return found, found.connection.shop(key)
