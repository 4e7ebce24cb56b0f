"""Svea's signature: SHA-512 over the body's exact bytes, the secret and the time (payments.md 3.2)."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

import httpx


def timestamp(now: datetime) -> str:
    """`yyyy-MM-dd HH:mm:ss` in UTC. The server hashes the header's text as it was sent."""
    return now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def authorization(*, merchant_id: str, secret: str, body: bytes, stamp: str) -> str:
    """The header's value; the hash in lower-case hex, without the inner base64 that the vendor's page shows."""
    digest = hashlib.sha512(body + secret.encode() + stamp.encode()).hexdigest()
    return "Svea " + base64.b64encode(f"{merchant_id}:{digest}".encode()).decode("ascii")


class Signer:
    """Signs a request just before it is sent: how much its time may differ from Svea's is not documented."""

    def __init__(self, *, merchant_id: str, secret: str) -> None:
        self._merchant_id = merchant_id
        self._secret = secret

    def sign(self, request: httpx.Request, now: datetime) -> None:
        """Set both headers over the very bytes that go out."""
        stamp = timestamp(now)
        request.headers["Timestamp"] = stamp
        request.headers["Authorization"] = authorization(
            merchant_id=self._merchant_id, secret=self._secret, body=request.content, stamp=stamp
        )
