"""Signature checks over raw bytes. Pure: body, headers, secrets and time are arguments.

Standard Webhooks 1.0: the signed text is `id.timestamp.body`, HMAC-SHA256, base64, one or more space-separated `v1,…`; several secrets may
be valid while one is exchanged. An absent or malformed part is as bad as a wrong one, and nothing tells which it was.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hmac
from collections.abc import Mapping, Sequence

LONGEST_STAMP = 12  # digits; a number too large for a float would be a fault of ours instead of a refusal


class SignatureError(Exception):
    """The request is not from who it says; `code` says how we know."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def secret_bytes(secret: str) -> bytes:
    """A webhook secret's bytes: base64, with or without `whsec_`."""
    return base64.b64decode(secret.removeprefix("whsec_"))


def sign(secret: bytes, sender_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` header's value."""
    signed = f"{sender_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()


def secret_forms(secret: str) -> list[bytes]:
    """A secret that may or may not be base64: both readings of it."""
    forms = [secret.encode()]
    with contextlib.suppress(binascii.Error, ValueError):
        forms.insert(0, base64.b64decode(secret.removeprefix("whsec_"), validate=True))
    return forms


def hogia_signature(secret: bytes, timestamp: int, body: bytes) -> str:
    """The `X-Hogia-Signature` header's value (hogia.md 3.13, assumed)."""
    return "sha256=" + hmac.digest(secret, f"{timestamp}.".encode() + body, "sha256").hex()


def hogia(body: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], *, now: float, tolerance_seconds: float) -> None:
    """Check Hogia's own signature; raises SignatureError."""
    stamp, given = headers.get("x-hogia-timestamp", ""), headers.get("x-hogia-signature", "")
    if not stamp.isdigit() or len(stamp) > 15:
        raise SignatureError("SIGNATURE_MALFORMED", "X-Hogia-Timestamp must be unix time in whole seconds.")
    if abs(now - int(stamp)) > tolerance_seconds:
        raise SignatureError("SIGNATURE_STALE", f"X-Hogia-Timestamp is more than {tolerance_seconds:.0f} s from our clock.")
    matches = False
    for secret in secrets:
        expected = hogia_signature(secret, int(stamp), body)
        matches |= hmac.compare_digest(expected.encode(), given.strip().lower().encode(errors="replace"))
    if not matches:
        raise SignatureError("SIGNATURE_WRONG", "the signature does not match; check the subscription's secret.")


def standard_webhooks(body: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], *, now: float, tolerance_seconds: float) -> str:
    """Check a Standard Webhooks request; answers the sender's event id. Raises SignatureError.

    `now` is unix time in seconds; a timestamp further away than the tolerance, early or late, is refused.
    """
    sender_id = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "")
    if not sender_id or not stamp or not given:
        raise SignatureError(
            "SIGNATURE_MISSING", "webhook-id, webhook-timestamp and webhook-signature are required; sign with the shop's webhook secret."
        )
    if len(sender_id) > 200 or not sender_id.isprintable():
        raise SignatureError("SIGNATURE_MALFORMED", "webhook-id must be at most 200 printable characters.")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= LONGEST_STAMP):
        raise SignatureError("SIGNATURE_MALFORMED", "webhook-timestamp must be unix time in whole seconds.")
    timestamp = int(stamp)
    if abs(now - timestamp) > tolerance_seconds:
        raise SignatureError(
            "SIGNATURE_STALE",
            f"webhook-timestamp is more than {tolerance_seconds:.0f} s from our clock; check the sender's clock, and sign anew when resending.",
        )
    signed = f"{sender_id}.{stamp}.".encode() + body
    expected = [hmac.digest(secret, signed, "sha256") for secret in secrets]
    matches = False
    for part in given.split(" ")[:10]:
        version, _, signature = part.partition(",")
        if version != "v1":
            continue
        try:
            offered = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            continue
        for digest in expected:
            matches |= hmac.compare_digest(offered, digest)
    if not matches:
        raise SignatureError("SIGNATURE_WRONG", "no signature matches; check that shop and module have the same webhook secret.")
    return sender_id
