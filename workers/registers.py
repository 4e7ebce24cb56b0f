"""A local index of Hogia's contacts, kept up by their rowversion feed: who may be this customer.

Hogia's lists can be filtered by number only (hogia.md 1.4), so matching by organisation number, VAT number or e-mail needs an index of our
own. It holds no person: e-mails and names are keyed hashes. A lost index is read again from row version 0.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

from app.store import cache, keys
from app.store.redis import Store, text
from mappers.customer import ContactCard
from mappers.hogia.model import HogiaContact
from mappers.hogia.reading import read_contact
from mappers.identity import fold
from workers.clients.hogia import HogiaClient

CONTACTS = "contacts"
BATCH = 200
SOMEBODY = "?|?"  # a person whose name is not the card's


def _hash(key: bytes, kind: str, value: str) -> str:
    return hmac.new(key, f"{kind}\n{value}".encode(), hashlib.sha256).hexdigest()[:24] if value else ""


class Contacts:
    """The index of one connection's contacts."""

    def __init__(self, store: Store, connection: str, hash_key: bytes) -> None:
        self._store = store
        self._owner = f"hogia:{connection}"
        self._hash_key = hash_key
        self._by_id = keys.index(self._owner, CONTACTS)
        self._by = keys.index(self._owner, f"{CONTACTS}-by")

    async def refresh(self, client: HogiaClient) -> int:
        """Read what changed since the last time; answers how many."""
        since = int(await cache.watermark(self._store, self._owner, CONTACTS) or 0)
        count = 0
        async for entry in client.contacts_changed(since):
            if entry.is_deleted:
                await self._forget(entry.id)
            else:
                await self.remember(read_contact(entry.body))
            count, since = count + 1, entry.row_version
            if count % BATCH == 0:
                await cache.set_watermark(self._store, self._owner, CONTACTS, str(since))
        if count:
            await cache.set_watermark(self._store, self._owner, CONTACTS, str(since))
        return count

    def _names(self, record: dict[str, Any]) -> list[str]:
        names = [f"number:{record['number'].casefold()}"]
        names += [f"{field}:{record[field]}" for field in ("organisation_number", "vat_number", "email") if record[field]]
        return names

    async def remember(self, contact: HogiaContact) -> None:
        """Index one contact as it was read."""
        record = {
            "number": contact.number,
            "is_company": contact.is_company,
            "is_active": contact.is_active,
            "organisation_number": contact.organisation_number,
            "vat_number": contact.vat_number,
            "email": _hash(self._hash_key, "email", contact.email),
            "name": _hash(self._hash_key, "name", contact.person_key.partition("|")[0]),
            "person": _hash(self._hash_key, "person", contact.person_key),
            "version": contact.version,
            "row_version": contact.row_version,
        }
        names = self._names(record)
        before = await self._store.redis.hget(self._by_id, contact.id)
        # In one step: another worker that looks between a removal and an addition would take the contact for gone.
        async with self._store.redis.pipeline(transaction=True) as pipe:
            for name in set(self._names(json.loads(before))) - set(names) if before else ():
                pipe.srem(f"{self._by}:{name}", contact.id)
            pipe.hset(self._by_id, contact.id, json.dumps(record))
            for name in names:
                pipe.sadd(f"{self._by}:{name}", contact.id)
            await pipe.execute()

    async def _forget(self, contact_id: str) -> None:
        raw = await self._store.redis.hget(self._by_id, contact_id)
        if raw is None:
            return
        async with self._store.redis.pipeline(transaction=True) as pipe:
            for name in self._names(json.loads(raw)):
                pipe.srem(f"{self._by}:{name}", contact_id)
            pipe.hdel(self._by_id, contact_id)
            await pipe.execute()

    async def forget_number(self, number: str) -> None:
        """Drop every contact with this number from the index: Hogia says that there is none."""
        for raw in await self._store.redis.smembers(f"{self._by}:number:{number.casefold()}"):
            await self._forget(text(raw))

    async def candidates(self, card: ContactCard, linked: str, collective: str = "") -> tuple[HogiaContact, ...]:
        """Every contact that may be this customer, with its e-mail and name filled in where they are the card's.

        `collective`: the number of the contact that customers without one of their own are invoiced on.
        """
        names = [f"number:{number.casefold()}" for number in (card.number, card.other_number, collective) if number]
        names += [f"organisation_number:{card.organisation_number}"] if card.organisation_number else []
        names += [f"vat_number:{card.vat_number}"] if card.vat_number else []
        email = _hash(self._hash_key, "email", card.email.lower())
        names += [f"email:{email}"] if email else []
        async with self._store.redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.smembers(f"{self._by}:{name}")
            ids = {text(i) for found in await pipe.execute() for i in found} | ({linked} if linked else set())
        if not ids:
            return ()
        ordered = sorted(ids)
        raw = await self._store.redis.hmget(self._by_id, ordered)
        return tuple(self._contact(i, json.loads(r), card) for i, r in zip(ordered, raw, strict=True) if r)

    def _contact(self, contact_id: str, record: dict[str, Any], card: ContactCard) -> HogiaContact:
        same_name = bool(record["name"]) and record["name"] == _hash(self._hash_key, "name", fold(card.name))
        same_person = bool(record["person"]) and record["person"] == _hash(self._hash_key, "person", card.person_key)
        same_email = bool(record["email"]) and record["email"] == _hash(self._hash_key, "email", card.email.lower())
        person = card.person_key if same_person else f"{fold(card.name)}|?" if same_name else SOMEBODY if record["person"] else ""
        return HogiaContact(
            id=contact_id,
            number=record["number"],
            is_company=record["is_company"],
            is_active=record["is_active"],
            organisation_number=record["organisation_number"],
            vat_number=record["vat_number"],
            email=card.email.lower() if same_email else "?" if record["email"] else "",
            person_key=person,
            version=record["version"],
            row_version=record["row_version"],
        )

    async def made(self, contact_id: str, card: ContactCard, number: str) -> None:
        """Index a contact that we just made, before the feed shows it."""
        contact = HogiaContact(
            id=contact_id,
            number=number,
            is_company=bool(card.company_name),
            is_active=True,
            organisation_number=card.organisation_number,
            vat_number=card.vat_number if card.send_vat_number else "",
            email=card.email.lower(),
            person_key=card.person_key,
        )
        await self.remember(replace(contact, row_version=0))
