"""Which addresses may be called: a configured URL must not lead to this machine or its network, unless that is allowed.

The check is made where the connection is made, on the resolved address, so that neither a redirect nor a name that changes its address
between two look-ups gets around it (server-side request forgery).
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from mappers.errors import Misconfigured


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name, refuses private addresses, and connects to the address that was checked."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own name
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises Misconfigured ADDRESS_PRIVATE when every address of the host is private."""
        target = host if self._allow_private else await self._public(host, port)
        return await self._inner.connect_tcp(target, port, timeout=timeout, local_address=local_address, socket_options=socket_options)

    async def _public(self, host: str, port: int) -> str:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = [str(entry[4][0]) for entry in found]
        for address in addresses:
            if ipaddress.ip_address(address.partition("%")[0]).is_global:
                return address
        raise Misconfigured(
            "ADDRESS_PRIVATE",
            f"{host} leads to a private address, which is not called. Correct the URL, or set ORDERBRO_ALLOW_PRIVATE_HOSTS=1 if it is meant.",
        )

    async def sleep(self, seconds: float) -> None:
        """Httpcore's own waiting between connection attempts."""
        await asyncio.sleep(seconds)


def http_client(*, allow_private: bool, timeout_seconds: float = 20) -> httpx.AsyncClient:
    """The one HTTP client of a worker process: guarded, no redirects, no proxy from the environment."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=30)
    transport = httpx.AsyncHTTPTransport(limits=limits, trust_env=False)
    # httpx has no public way to give its pool another network backend.
    transport._pool = httpcore.AsyncConnectionPool(  # noqa: SLF001
        ssl_context=httpx.create_ssl_context(trust_env=False),
        max_connections=200,
        max_keepalive_connections=50,
        keepalive_expiry=30,
        network_backend=GuardedBackend(allow_private=allow_private),
    )
    return httpx.AsyncClient(
        transport=transport, timeout=httpx.Timeout(timeout_seconds, connect=5, pool=10), follow_redirects=False, trust_env=False
    )
