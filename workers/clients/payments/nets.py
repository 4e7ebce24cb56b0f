"""Nets Easy (Nexi Checkout), Payment API (payments.md 4).

No release of a rest (it lapses), no lengthening, no tracking after the charge, nothing asynchronous that has an address. A charge that was
accepted may still fail minutes later: read the payment again (payments.md 9.11).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import simplejson

from mappers.errors import Misconfigured
from mappers.payments.model import Accepted, CaptureRequest, Parcel, Payment, Provider, RefundRequest, Refusal, TaskState
from mappers.payments.nets import is_reference, read_payment
from mappers.payments.nets_bodies import cancel_body, capture_body, refund_body
from workers.clients.http import Gate, Http
from workers.clients.payments.nets_problems import DESTINATION, decode, refused, sorter, unreadable

LIVE = "https://api.dibspayment.eu"
TEST = "https://test.api.dibspayment.eu"
TIMEOUT = httpx.Timeout(30.0, connect=5.0)
KEY_LENGTH = 64  # of `Idempotency-Key`
_CHARGE = re.compile(r"[0-9A-Za-z-]{1,64}")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class NetsProvider:
    """A merchant's account. `secret_key` is sent as it is, without a scheme word (payments.md 4.1)."""

    provider = Provider.NETS

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str = LIVE,
        secret_key: str,
        platform_tag: str = "Orderbro",
        gate: Gate | None = None,
        now: Callable[[], datetime] = _utc_now,
        on_call: Callable[[str, str], None] | None = None,
    ) -> None:
        self._client = http
        self._http = Http(http, destination=DESTINATION, sort=sorter(now), gate=gate, on_call=on_call)
        self._root = base_url.rstrip("/")
        self._secret_key = secret_key.strip()
        self._platform_tag = platform_tag

    async def payment(self, reference: str) -> Payment:
        """The payment as it is now. Raises Refused NOT_FOUND."""
        response = await self._http.send(self._request("GET", _payment_path(reference)))
        try:
            return read_payment(decode(response))
        except ValueError:
            raise unreadable(response.request, response) from None

    async def capture(self, reference: str, request: CaptureRequest) -> Accepted:
        """Charge; sent once. Without `captured_before` the rest is read first: all that was ever reserved goes without lines."""
        path = _payment_path(reference)
        headers = _key_header(request.key, subject=f"payment {reference}")
        body = capture_body(request, is_whole=await self._is_whole(reference, request))
        return await self._made(f"{path}/charges", body, headers=headers, id_field="chargeId")

    async def refund(self, reference: str, request: RefundRequest) -> Accepted:
        """Refund of one charge where `capture_id` says so, else of the payment. It may stay pending: `Payment.refunds` tells."""
        path = _charge_path(request.capture_id) if request.capture_id else _payment_path(reference)
        headers = _key_header(request.key, subject=f"payment {reference}")
        return await self._made(f"{path}/refunds", refund_body(request), headers=headers, id_field="refundId")

    async def cancel(self, reference: str, *, key: str, amount: int) -> None:  # noqa: ARG002 - Nets takes no key here (payments.md 4.4)
        """Give the reservation up; all of it, a part is refused."""
        await self._http.send(self._request("POST", f"{_payment_path(reference)}/cancels", body=cancel_body(amount)))

    async def release(self, reference: str, *, key: str) -> None:  # noqa: ARG002 - there is no such call
        """Raises Refused NOT_ALLOWED."""
        sentence = "Nets cannot release a rest: what is not charged lapses by itself. Nothing needs to be done"
        raise refused(Refusal.NOT_ALLOWED, sentence, subject=f"payment {reference}")

    async def extend(self, reference: str, *, key: str) -> None:  # noqa: ARG002 - there is no such call
        """Raises Refused NOT_ALLOWED."""
        sentence = "Nets cannot lengthen a reservation. Capture before it ends, or ask the customer for a new payment"
        raise refused(Refusal.NOT_ALLOWED, sentence, subject=f"payment {reference}")

    async def add_tracking(self, reference: str, capture_id: str, parcels: tuple[Parcel, ...]) -> bool:  # noqa: ARG002
        """False: tracking goes with the charge or not at all."""
        return False

    async def task(self, address: str) -> TaskState:  # noqa: ARG002 - there are none
        """DONE: every answer is the outcome."""
        return TaskState.DONE

    async def _is_whole(self, reference: str, request: CaptureRequest) -> bool:
        """The same for a repeated request, also after its charge: the body under a key must not change (payments.md 9.5)."""
        if not request.is_rest:
            return False
        if request.captured_before is not None:
            return request.captured_before == 0
        return request.amount == (await self.payment(reference)).authorised

    async def _made(self, path: str, body: Mapping[str, Any], *, headers: Mapping[str, str], id_field: str) -> Accepted:
        """Send once. A success without the id of what was made is none (payments.md 9.10)."""
        response = await self._http.send(self._request("POST", path, body=body, headers=headers))
        try:
            answer = decode(response)
        except ValueError:
            answer = None
        made = answer.get(id_field) if isinstance(answer, Mapping) else None
        if not isinstance(made, str) or not made:
            raise unreadable(response.request, response)
        return Accepted(id=made)

    def _request(
        self, method: str, path: str, *, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Request:
        if not _is_header(self._secret_key):
            raise Misconfigured(
                "NETS_KEY_UNUSABLE",
                "the secret key for Nets is empty or has characters that no key has. Copy it again from Nets' portal.",
                subject=DESTINATION,
            )
        sent = {"Authorization": self._secret_key, "Accept": "application/json", **(headers or {})}
        if _is_header(self._platform_tag):
            sent["CommercePlatformTag"] = self._platform_tag
        content = None
        if body is not None:
            content = simplejson.dumps(body, use_decimal=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
            sent["Content-Type"] = "application/json"
        try:
            return self._client.build_request(method, self._root + path, content=content, headers=sent, timeout=TIMEOUT)
        except httpx.InvalidURL:
            raise Misconfigured(
                "ADDRESS_UNUSABLE", "Nets' address is not one. Correct it in the connection, or leave it out.", subject=DESTINATION
            ) from None


def _payment_path(reference: str) -> str:
    """Raises Refused NOT_FOUND for a text that is no `paymentId`: it is sent nowhere."""
    if not is_reference(reference):
        sentence = (
            "the payment's reference is not one of Nets Easy (32 hexadecimal characters). Check the shop's payment module and its provider"
        )
        raise refused(Refusal.NOT_FOUND, sentence, subject=DESTINATION)
    return f"/v1/payments/{reference}"


def _charge_path(charge: str) -> str:
    if not _CHARGE.fullmatch(charge):
        raise refused(Refusal.NOT_FOUND, "the capture's id is not that of a charge at Nets. Read the payment again", subject=DESTINATION)
    return f"/v1/charges/{charge}"


def _key_header(key: str, *, subject: str) -> dict[str, str]:
    if not _is_header(key) or len(key) > KEY_LENGTH:
        raise refused(Refusal.INVALID, f"the idempotency key is not 1 to {KEY_LENGTH} plain characters. Report this", subject=subject)
    return {"Idempotency-Key": key}


def _is_header(text: str) -> bool:
    """Printable ASCII, and something of it."""
    return bool(text) and text.isascii() and text.isprintable()
