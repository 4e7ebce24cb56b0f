"""Klarna Order Management v1, at Klarna or at Kustom (payments.md 2). One merchant's credentials; orders by their UUID.

Every POST carries a `Klarna-Idempotency-Key`. Klarna looks at the key alone, for 24 hours: a key belongs to one payload (payments.md 2.5).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx

from mappers.errors import Misconfigured, OrderbroError
from mappers.payments.klarna import is_reference, read_captures, read_payment
from mappers.payments.klarna_bodies import capture_body, refund_body, shipping_info, tracking_key
from mappers.payments.klarna_host import default_host
from mappers.payments.klarna_refusals import Act, explained
from mappers.payments.model import Accepted, CaptureRequest, CaptureView, Parcel, Payment, Provider, RefundRequest, Refusal, TaskState
from workers.clients.http import Gate, Http
from workers.clients.payments.contract import Refused
from workers.clients.payments.klarna_answers import SUBJECT, KlarnaRefused, decoded, sort_answer

TIMEOUT = httpx.Timeout(30.0, connect=5.0)
USER_AGENT = "orderbro"


def utc_now() -> datetime:
    return datetime.now(UTC)


class KlarnaProvider:
    """A `PaymentProvider`. `base_url` "" means the credentials' own host; `is_checkout` says that the orders come from Klarna Checkout."""

    provider = Provider.KLARNA

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        password: str,
        username: str = "",
        base_url: str = "",
        is_checkout: bool = False,
        gate: Gate | None = None,
        now: Callable[[], datetime] = utc_now,
        on_call: Callable[[str, str], None] | None = None,
    ) -> None:
        self._client = http
        self.base_url = (base_url or default_host(username, password, is_checkout)).rstrip("/")
        self._username, self._password = username.strip(), password.strip()
        self._now = now
        self._http = Http(http, destination=SUBJECT, sort=sort_answer, gate=gate, on_call=on_call)

    async def payment(self, reference: str) -> Payment:
        """The order. Raises Rejected KLARNA_ORDER_UNREADABLE for an answer that is not this order with its amounts."""
        return read_payment(await self._get(reference), reference)

    async def captures(self, reference: str) -> tuple[CaptureView, ...]:
        """The captures alone; ours is found by `own_capture`."""
        return read_captures(await self._get(reference, "/captures"))

    async def capture(self, reference: str, request: CaptureRequest) -> Accepted:
        """201 is the only yes. A refusal that does not say why is explained by a read."""
        answer = await self._act(Act.CAPTURE, reference, "/captures", capture_body(request), key=request.key, amount=request.amount)
        return Accepted(id=made(answer, "Capture-Id"))

    async def refund(self, reference: str, request: RefundRequest) -> Accepted:
        answer = await self._act(Act.REFUND, reference, "/refunds", refund_body(request), key=request.key, amount=request.amount)
        return Accepted(id=made(answer, "Refund-Id"))

    async def cancel(self, reference: str, *, key: str, amount: int) -> None:
        """Klarna cancels the whole order; it needs no amount."""
        await self._act(Act.CANCEL, reference, "/cancel", None, key=key, amount=amount)

    async def release(self, reference: str, *, key: str) -> None:
        await self._post(reference, "/release-remaining-authorization", None, key=key)

    async def extend(self, reference: str, *, key: str) -> None:
        """Extends by the account's number of days, counted from today (payments.md 2.7)."""
        await self._post(reference, "/extend-authorization-time", None, key=key)

    async def add_tracking(self, reference: str, capture_id: str, parcels: tuple[Parcel, ...]) -> bool:
        """Append tracking to the capture, or to the order where `capture_id` is "". Parcels that say nothing are not sent."""
        if info := shipping_info(parcels):
            path = f"{_capture_path(capture_id)}/shipping-info"
            await self._post(reference, path, {"shipping_info": info}, key=tracking_key(reference, capture_id, parcels))
        return True

    async def task(self, address: str) -> TaskState:  # noqa: ARG002 - the contract's; Klarna answers at once
        return TaskState.DONE

    async def _act(self, act: Act, reference: str, path: str, body: Any, *, key: str, amount: int) -> httpx.Response:
        try:
            return await self._post(reference, path, body, key=key)
        except KlarnaRefused as no:
            if no.refusal is not Refusal.NOT_ALLOWED:
                raise
            raise await self._explained(no, act, reference, amount) from None

    async def _explained(self, no: KlarnaRefused, act: Act, reference: str, amount: int) -> KlarnaRefused:
        """The same no with the reason that the order shows; as it was where the order cannot be read now."""
        try:
            return no.because(explained(act, await self.payment(reference), amount, now=self._now()))
        except OrderbroError:
            return no

    async def _get(self, reference: str, path: str = "") -> Any:
        request = self._request("GET", reference, path)
        return decoded(request, await self._http.send(request))

    async def _post(self, reference: str, path: str, body: Any, *, key: str) -> httpx.Response:
        headers = {"Klarna-Idempotency-Key": key} if key else {}
        content = None
        if body is not None:
            content = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
            headers["Content-Type"] = "application/json"
        return await self._http.send(self._request("POST", reference, path, content=content, headers=headers))

    def _request(
        self, method: str, reference: str, path: str, *, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Request:
        if not is_reference(reference):
            raise Refused(
                Refusal.NOT_FOUND,
                "KLARNA_NOT_FOUND",
                "the payment's reference is no Klarna order id. Check which payment module the order was paid with.",
                subject=SUBJECT,
            )
        sent = {
            "Authorization": basic(self._username, self._password),
            "Accept": "application/json",
            "User-Agent": USER_AGENT,
            **(headers or {}),
        }
        try:
            url = f"{self.base_url}/ordermanagement/v1/orders/{reference}{path}"
            return self._client.build_request(method, url, content=content, headers=sent, timeout=TIMEOUT)
        except httpx.InvalidURL:
            raise Misconfigured("ADDRESS_UNUSABLE", "Klarna's `base_url` is not an address. Correct it.", subject=SUBJECT) from None


def basic(username: str, password: str) -> str:
    """The header: the API key itself where there is no username, else Basic as everybody knows it (payments.md 2.2).

    Raises Misconfigured for what no header can carry: the transport's own complaint would quote it.
    """
    if not password or (not username and not (password.isascii() and password.isprintable())):
        raise Misconfigured("KLARNA_CREDENTIALS", "Klarna's API key is missing or no API key. Enter it again.", subject=SUBJECT)
    return f"Basic {password}" if not username else f"Basic {base64.b64encode(f'{username}:{password}'.encode()).decode()}"


def made(answer: httpx.Response, header: str) -> str:
    """The id of what was made: its header, else the end of `Location`, else ""."""
    return str(answer.headers.get(header, "")) or str(answer.headers.get("Location", "")).rstrip("/").rpartition("/")[2]


def _capture_path(capture_id: str) -> str:
    if not capture_id:
        return ""
    if not is_reference(capture_id):
        raise Refused(
            Refusal.NOT_FOUND,
            "KLARNA_NOT_FOUND",
            "the capture's id is not one of Klarna's. Read the order again.",
            subject=SUBJECT,
        )
    return f"/captures/{capture_id}"
