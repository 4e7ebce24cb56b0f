"""API keys: `ob_<id>_<secret>`, shown once, kept as a hash, with a role.

A key's secret is 256 bits of randomness, so one SHA-256 is enough: there is nothing to guess that a slow hash would protect.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum

from fastapi import Request

from app.problems import Problem
from app.store import keys
from app.store.redis import Store, text, texts


class Role(StrEnum):
    """Each may do what those before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


ORDER = [Role.VIEWER, Role.OPERATOR, Role.ADMIN]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    id: str
    name: str
    role: Role
    created_ms: int


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def create(store: Store, *, name: str, role: Role) -> tuple[ApiKey, str]:
    """A new key and the token that is shown this once."""
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    created = await store.now_ms()
    async with store.redis.pipeline(transaction=True) as pipe:
        pipe.hset(keys.api_key(key_id), mapping={"name": name, "role": role.value, "created_ms": created, "sha256": _digest(secret)})
        pipe.sadd(keys.API_KEYS, key_id)
        await pipe.execute()
    return ApiKey(id=key_id, name=name, role=role, created_ms=created), f"ob_{key_id}_{secret}"


async def listed(store: Store) -> list[ApiKey]:
    found = []
    for raw in await store.redis.smembers(keys.API_KEYS):
        key = await _read(store, text(raw))
        if key is not None:
            found.append(key[0])
    return sorted(found, key=lambda key: key.created_ms)


async def revoke(store: Store, key_id: str) -> bool:
    """Forget a key; False when there is none."""
    await store.redis.srem(keys.API_KEYS, key_id)
    return bool(await store.redis.delete(keys.api_key(key_id)))


async def _read(store: Store, key_id: str) -> tuple[ApiKey, str] | None:
    fields = texts(await store.redis.hgetall(keys.api_key(key_id)))
    if not fields:
        return None
    key = ApiKey(id=key_id, name=fields["name"], role=Role(fields["role"]), created_ms=int(fields["created_ms"]))
    return key, fields["sha256"]


async def identify(store: Store, authorization: str) -> ApiKey | None:
    """Whose token this is (`Bearer ob_…`), or None."""
    scheme, _, token = authorization.partition(" ")
    parts = token.strip().split("_", 2)
    if scheme.lower() != "bearer" or len(parts) != 3 or parts[0] != "ob" or not parts[1].isalnum() or len(token) > 200:
        return None
    known = await _read(store, parts[1])
    if known is None or not hmac.compare_digest(known[1], _digest(parts[2])):
        return None
    return known[0]


class Requires:
    """A FastAPI dependency: the caller's key must have at least this role."""

    def __init__(self, role: Role) -> None:
        self._role = role

    async def __call__(self, request: Request) -> ApiKey:
        store: Store = request.app.state.orderbro.store
        key = await identify(store, request.headers.get("authorization", ""))
        if key is None:
            raise Problem(
                401,
                "API_KEY_REQUIRED",
                "send Authorization: Bearer <key>; make a key with: orderbro keys create",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if ORDER.index(key.role) < ORDER.index(self._role):
            raise Problem(403, "ROLE_TOO_LOW", f"this needs the role {self._role.value}; the key {key.name!r} is {key.role.value}.")
        return key
