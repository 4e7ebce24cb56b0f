"""The manners every client shares: a gate before each call, short retries for reads, foreign exceptions sorted once.

    before sending       ConnectError, ConnectTimeout, PoolTimeout, ProxyError      → Transient
    after sending began  timeouts, broken connections: a read                       → Transient
                         the same for a write                                       → Unknown (it may have been carried out)
    never sendable       UnsupportedProtocol, InvalidURL, LocalProtocolError        → Misconfigured

`tests/workers/clients/test_http.py` walks httpx's exceptions and fails on one that is not sorted here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

import httpx
import stamina

from mappers.errors import Misconfigured, OrderbroError, Transient, Unknown

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
NOT_SENDABLE = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, httpx.CookieConflict)
MAYBE_SENT = (
    httpx.ReadTimeout,
    httpx.WriteTimeout,
    httpx.ReadError,
    httpx.WriteError,
    httpx.CloseError,
    httpx.RemoteProtocolError,
    httpx.DecodingError,
    httpx.TooManyRedirects,
)
READS = frozenset({"GET", "HEAD"})
Before: TypeAlias = Callable[[], Awaitable[None]]


class Gate(Protocol):
    """What stands before a destination: its rate limit and its circuit breaker, shared by all workers."""

    async def enter(self) -> None:
        """Wait for a turn; raises Transient with `retry_after` when the wait is long or the breaker is open."""

    async def leave(self, *, healthy: bool) -> None:
        """Tell the breaker how the call went: `healthy` is False for what a resting destination would cure."""


class OpenGate:
    """No limit and no breaker."""

    async def enter(self) -> None:
        """Let everybody through."""

    async def leave(self, *, healthy: bool) -> None:
        """Remember nothing."""


def sorted_error(error: Exception, *, method: str, destination: str) -> OrderbroError:
    """Our error for a foreign one. `destination` is a name for people (`Hogia`, `the shop acme-se`)."""
    name = type(error).__name__
    if isinstance(error, NOT_SENDABLE):
        return Misconfigured("ADDRESS_UNUSABLE", f"{destination}: the configured address cannot be called ({name}). Check its URL.")
    if isinstance(error, NEVER_SENT):
        return Transient("UNREACHABLE", f"{destination} could not be reached ({name}). It is tried again by itself.")
    if method in READS:
        return Transient("NO_ANSWER", f"{destination} gave no usable answer ({name}). It is tried again by itself.")
    return Unknown(
        "OUTCOME_UNKNOWN", f"{destination} gave no usable answer to a {method} ({name}); whether it was carried out is looked up."
    )


class Http:
    """Sends requests to one destination through its gate.

    `sort` turns an answer into an exception or lets it pass; it is the client's own table of what statuses and bodies mean.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        destination: str,
        sort: Callable[[httpx.Request, httpx.Response], OrderbroError | None],
        gate: Gate | None = None,
        read_attempts: int = 3,
        on_call: Callable[[str, str], None] | None = None,
    ) -> None:
        self._client = client
        self._destination = destination
        self._sort = sort
        self._gate = gate or OpenGate()
        self._read_attempts = read_attempts
        self._on_call = on_call

    async def send(self, request: httpx.Request, *, before: Before | None = None) -> httpx.Response:
        """The answer, if `sort` has nothing against it; raises the four families of `mappers.errors`.

        A read is tried up to three times within about two seconds, unless the destination said how long to wait. A write is sent once;
        `before` is done when it has its turn, just before it is sent.
        """
        if request.method not in READS:
            return await self._once(request, before)
        return await self._retried(lambda: self._once(request))

    async def _retried(self, call: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        def again(error: Exception) -> bool:
            return isinstance(error, Transient) and error.retry_after is None

        async for attempt in stamina.retry_context(
            on=again, attempts=self._read_attempts, timeout=5.0, wait_initial=0.1, wait_max=1.0, wait_jitter=0.2
        ):
            with attempt:
                return await call()
        raise AssertionError  # pragma: no cover - stamina returns or raises

    async def _once(self, request: httpx.Request, before: Before | None = None) -> httpx.Response:
        await self._gate.enter()
        if before is not None:
            await before()
        healthy = False  # as it stays for a call that is cancelled while the destination hangs: a trial call must not stay out for ever
        try:
            if self._on_call is not None:
                self._on_call(self._destination, request.method)
            response = await self._client.send(request, follow_redirects=False)
            healthy = True
            problem = self._sort(request, response)
            healthy = not isinstance(problem, Transient | Unknown)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict) as error:
            healthy = isinstance(error, NOT_SENDABLE)
            raise sorted_error(error, method=request.method, destination=self._destination) from error
        finally:
            await self._gate.leave(healthy=healthy)
        if problem is not None:
            raise problem
        return response
