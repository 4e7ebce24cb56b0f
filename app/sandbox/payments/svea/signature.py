"""Who is calling: the signature over the raw body (payments.md 3.2). The hash may be in either case, the time with or without seconds."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime

from app.sandbox.payments.svea.errors import SveaError

FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")


def caller(*, authorization: str, stamp: str, body: bytes, merchants: dict[str, str], now: datetime, max_skew_seconds: int) -> str:
    """The merchant who signed; 401 for anybody else. `merchants`: id → secret."""
    scheme, _, token = authorization.partition(" ")
    at = _time(stamp)
    if scheme.lower() != "svea" or at is None:
        raise unauthorized()
    if max_skew_seconds and abs((now - at).total_seconds()) > max_skew_seconds:
        raise unauthorized()
    try:
        merchant, _, given = base64.b64decode(token, validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise unauthorized() from None
    secret = merchants.get(merchant)
    if secret is None:
        raise unauthorized()
    right = hashlib.sha512(body + secret.encode() + stamp.encode()).hexdigest()
    if not hmac.compare_digest(given.lower(), right):
        raise unauthorized()
    return merchant


def unauthorized() -> SveaError:
    return SveaError(401, "10000")


def _time(stamp: str) -> datetime | None:
    for form in FORMATS:
        try:
            return datetime.strptime(stamp, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
