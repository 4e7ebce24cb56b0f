"""API keys: making, listing, revoking, each in the audit stream."""

from __future__ import annotations

from typing import Any

from app import auth
from app.auth import ApiKey, Role
from app.operations import audit
from app.operations.audit import Actor
from app.operations.refusals import Missing
from app.operations.times import iso
from app.store.redis import Store


def shown(key: ApiKey) -> dict[str, Any]:
    """A key without its secret."""
    return {"id": key.id, "name": key.name, "role": key.role.value, "created_at": iso(key.created_ms)}


async def listed(store: Store) -> dict[str, Any]:
    return {"keys": [shown(key) for key in await auth.listed(store)]}


async def create(store: Store, actor: Actor, *, name: str, role: Role) -> dict[str, Any]:
    """A new key; `key` is the token, which is shown this once."""
    async with audit.act(store, actor, "keys.create", filters={"name": name, "role": role.value}) as act:
        key, token = await auth.create(store, name=name, role=role)
        act.counts["keys"] = 1
        act.result = f"key {key.id}"
    return {**shown(key), "key": token}


async def revoke(store: Store, actor: Actor, key_id: str) -> dict[str, Any]:
    """Forget a key at once. Raises Missing KEY_UNKNOWN."""
    async with audit.act(store, actor, "keys.revoke", target=key_id) as act:
        if not await auth.revoke(store, key_id):
            raise Missing("KEY_UNKNOWN", f"there is no key {key_id!r}; orderbro keys list shows them.")
        act.counts["keys"] = 1
    return {"id": key_id, "revoked": True}
