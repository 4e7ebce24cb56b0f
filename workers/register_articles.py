"""A local index of Hogia's articles, kept up by their rowversion feed: folded number → the article as it was last read.

What changed is remembered until the catalogue has looked at it, whoever read the feed: an order that misses an article reads it too. A lost
index is read again from row version 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from app.store import cache, keys
from app.store.redis import Store, text
from mappers.flows.articles import folded
from mappers.hogia.model import HogiaArticle
from mappers.hogia.reading import read_article
from workers.clients.hogia import HogiaClient
from workers.clients.hogia.assumed import FeedEntry

ARTICLES = "articles"
BATCH = 200
AS_JSON = TypeAdapter(HogiaArticle)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundArticles:
    """What the index says of some folded numbers."""

    active: Mapping[str, str]  # -> the article's own spelling
    names: Mapping[str, str]  # -> the article's name
    inactive: frozenset[str]


class Articles:
    """The index of one connection's articles."""

    def __init__(self, store: Store, connection: str) -> None:
        self._store = store
        self._owner = f"hogia:{connection}"
        self._key = keys.index(self._owner, ARTICLES)
        self._by_id = keys.index(self._owner, f"{ARTICLES}-by-id")
        self.changed_key = keys.index(self._owner, f"{ARTICLES}-changed")
        self._renumbered = keys.index(self._owner, f"{ARTICLES}-renumbered")
        self._former = keys.index(self._owner, f"{ARTICLES}-former")

    async def refresh(self, client: HogiaClient) -> int:
        """Read what changed since the last time; answers how many."""
        since = int(await cache.watermark(self._store, self._owner, ARTICLES) or 0)
        count, entries = 0, list[FeedEntry]()
        async for entry in client.articles_changed(since):
            entries.append(entry)
            if len(entries) == BATCH:
                count, entries = count + await self._take(entries), []
        return count + await self._take(entries)

    async def _take(self, entries: Sequence[FeedEntry]) -> int:
        if not entries:
            return 0
        await self._write({entry.id: None if entry.is_deleted else read_article(entry.body) for entry in entries}, changed=True)
        await cache.set_watermark(self._store, self._owner, ARTICLES, str(entries[-1].row_version))
        return len(entries)

    async def remember(self, article: HogiaArticle) -> None:
        """Index one article as it was read or made; a number that it had before is no longer its."""
        await self._write({article.id: article}, changed=False)

    async def remember_all(self, articles: Sequence[HogiaArticle]) -> None:
        if articles:
            await self._write({article.id: article for article in articles}, changed=False)

    async def _write(self, found: Mapping[str, HogiaArticle | None], *, changed: bool) -> None:
        ids = list(found)
        before = [text(number) for number in await self._store.redis.hmget(self._by_id, ids)]
        async with self._store.redis.pipeline(transaction=True) as pipe:
            for ident, former in zip(ids, before, strict=True):
                self._write_one(pipe, ident, former if ident else "", found[ident], changed=changed)
            await pipe.execute()

    def _write_one(self, pipe: Any, ident: str, former: str, article: HogiaArticle | None, *, changed: bool) -> None:
        number = folded(article.number) if article is not None else ""
        if former and former != number:
            pipe.hdel(self._key, former)
            if number:
                pipe.hset(self._renumbered, former, number)
                pipe.hset(self._former, number, former)
        if changed:
            pipe.sadd(self.changed_key, *filter(None, {former, number}))
        if article is None:
            pipe.hdel(self._by_id, ident)
            return
        pipe.hdel(self._renumbered, number)
        pipe.hset(self._key, number, AS_JSON.dump_json(article))
        if ident:
            pipe.hset(self._by_id, ident, number)

    async def changed(self) -> list[str]:
        """Folded numbers that the feed told of and that nobody has taken yet."""
        return [text(number) for number in await self._store.redis.smembers(self.changed_key)]

    async def of(self, numbers: Sequence[str]) -> dict[str, HogiaArticle]:
        """The articles of these folded numbers, inactive ones too."""
        raw = await self._store.redis.hmget(self._key, list(numbers)) if numbers else []
        return {number: AS_JSON.validate_json(value) for number, value in zip(numbers, raw, strict=True) if value}

    async def renumbered(self, numbers: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
        """Of these folded numbers: the one that their article has now, and the one that it had before."""
        if not numbers:
            return {}, {}
        async with self._store.redis.pipeline(transaction=False) as pipe:
            pipe.hmget(self._renumbered, list(numbers))
            pipe.hmget(self._former, list(numbers))
            now, before = await pipe.execute()
        return (
            {number: text(value) for number, value in zip(numbers, now, strict=True) if value},
            {number: text(value) for number, value in zip(numbers, before, strict=True) if value},
        )

    async def numbers(self) -> list[str]:
        """Every folded number of the index."""
        return sorted(text(number) for number in await self._store.redis.hkeys(self._key))

    async def known(self, numbers: frozenset[str]) -> FoundArticles:
        """What an order needs to know of the folded numbers."""
        found = await self.of(sorted(numbers))
        return FoundArticles(
            active={number: article.number for number, article in found.items() if article.is_active},
            names={number: article.name for number, article in found.items() if article.is_active},
            inactive=frozenset(number for number, article in found.items() if not article.is_active),
        )

    async def forget_number(self, number: str) -> None:
        """Drop the article with this number from the index: Hogia says that there is none."""
        await self._store.redis.hdel(self._key, folded(number))
