"""Svea's Payment Admin API for orders of Svea Checkout (payments.md 3).

Svea has no idempotency key and delivers rows, not amounts: every write begins with a read, is decided by the pure functions of
`mappers.payments.svea_*` and sent once. A delivery is a task of Svea's: 202 is not a success yet, only a read that shows it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from mappers.errors import Misconfigured, Unknown
from mappers.payments.model import Accepted, CaptureRequest, Parcel, Payment, Provider, RefundRequest, Refusal, TaskState
from mappers.payments.svea import is_reference, read_order
from mappers.payments.svea_calls import cancel_call, credit_call, deliver_call, release_call
from mappers.payments.svea_credit import decide_credit
from mappers.payments.svea_delivery import decide_delivery
from mappers.payments.svea_model import Call, Objection, SveaOrder
from mappers.payments.svea_values import lowered, text
from workers.clients.http import Gate, Http
from workers.clients.payments.contract import Refused
from workers.clients.payments.svea_signing import Signer
from workers.clients.payments.svea_wire import DESTINATION, ROOT, SEE_OTHER, decode, encode, own_address, sort_answer, unreadable

LIVE = "https://paymentadminapi.svea.com"
STAGE = "https://paymentadminapistage.svea.com"
TIMEOUT = httpx.Timeout(60.0, connect=5.0)
# `Status` of a task in lower case; other words are not documented: the order tells (payments.md 3.3).
TASKS: Mapping[str, TaskState] = {"inprogress": TaskState.RUNNING, "completed": TaskState.DONE}
QUEUE = f"{ROOT}/queue/"


def utc_now() -> datetime:
    return datetime.now(UTC)


class SveaProvider:
    """One merchant at Svea. `reference` is the CheckoutOrderId."""

    provider = Provider.SVEA

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str = LIVE,
        merchant_id: str,
        secret: str,
        gate: Gate | None = None,
        now: Callable[[], datetime] = utc_now,
        on_call: Callable[[str, str], None] | None = None,
    ) -> None:
        """Raises Misconfigured for an unusable `base_url`. `now` gives aware times: of the signature, and to see what has expired."""
        self._base = _address(base_url)
        self._client = http
        self._now = now
        self._signer = Signer(merchant_id=merchant_id, secret=secret)
        self._gate = gate
        self._on_call = on_call

    async def payment(self, reference: str) -> Payment:
        """The order as it is now."""
        return (await self._order(reference)).payment

    async def capture(self, reference: str, request: CaptureRequest) -> Accepted:
        """Deliver the rows that say exactly `request.amount`. `task` is to be asked; then the order is to be read.

        Raises Refused without a write where no rows say the amount (LINES_DIFFER), where the order may not be delivered, or where it was
        delivered meanwhile (`captured_before`). Parcels and the reference have no place at Svea.
        """
        order = await self._order(reference)
        decided = decide_delivery(order, request)
        if isinstance(decided, Objection):
            raise _refused(reference, decided)
        return await self._ask(deliver_call(order, decided))

    async def refund(self, reference: str, request: RefundRequest) -> Accepted:
        """Credit rows, an amount or a new row of one delivery, whichever it takes."""
        order = await self._order(reference)
        decided = decide_credit(order, request)
        if isinstance(decided, Objection):
            raise _refused(reference, decided)
        return await self._ask(credit_call(order, decided))

    async def cancel(self, reference: str, *, key: str, amount: int) -> None:
        """Cancel the whole order; Svea has no key and asks for no amount."""
        del key, amount
        await self._write(reference, cancel_call(await self._order(reference)))

    async def release(self, reference: str, *, key: str) -> None:
        """Cancel the rows that remain, or what they amount to."""
        del key
        await self._write(reference, release_call(await self._order(reference)))

    async def extend(self, reference: str, *, key: str) -> None:
        """The Payment Admin API has no such call."""
        del key
        raise _refused(
            reference,
            Objection(refusal=Refusal.NOT_ALLOWED, reason="Svea's order cannot be extended from here. Ask Svea, before it expires."),
        )

    async def add_tracking(self, reference: str, capture_id: str, parcels: tuple[Parcel, ...]) -> bool:
        """The Payment Admin API has no such call."""
        del reference, capture_id, parcels
        return False

    async def task(self, address: str) -> TaskState:
        """How a task stands. DONE and FAILED mean: read the order. Raises Unknown for a task that Svea no longer knows."""
        request = self._request("GET", self._own(address))
        try:
            response = await self._send(request)
        except Refused as refused:
            if refused.refusal is not Refusal.NOT_FOUND:
                raise
            raise Unknown(
                "SVEA_TASK_LOST", "Svea no longer knows the task; whether it was carried out is looked up.", subject=DESTINATION
            ) from None
        if response.status_code in SEE_OTHER:
            if location := response.headers.get("location"):
                self._own(location)  # never followed; but an address elsewhere is no answer of Svea's
            return TaskState.DONE
        body = self._json(request, response)
        said = text(body.get("status")).lower()
        if not said and "orderstatus" in body:
            return TaskState.DONE
        return TASKS.get(said, TaskState.FAILED)

    async def _order(self, reference: str) -> SveaOrder:
        if not is_reference(reference):
            raise _refused(
                "",  # what stands there may be anything, a telephone number too
                Objection(refusal=Refusal.NOT_FOUND, reason="This is not the number of a Svea order. Check the payment's transaction id."),
            )
        request = self._request("GET", self._url(f"/orders/{reference}"))
        response = await self._send(request)
        return read_order(self._json(request, response), reference=reference, now=self._now())

    async def _ask(self, call: Call) -> Accepted:
        """Send it and keep what it is called at Svea."""
        request = self._request(call.method, self._url(call.path), encode(call.body))
        response = await self._send(request)
        location = response.headers.get("location", "")
        address = own_address(self._base, location)
        if location and address is None:
            raise Unknown(
                "SVEA_OUTCOME_UNKNOWN",
                "Svea took the request and says to look at another host than the configured one; that is not done. The order is looked up.",
                subject=DESTINATION,
            )
        try:
            body = decode(response) if response.content.strip() else {}
        except ValueError:
            body = {}
        said = lowered(body) if isinstance(body, Mapping) else {}
        is_task = address is not None and QUEUE in address.path
        return Accepted(id=text(said.get("deliveryid") or said.get("creditid")), task=str(address) if is_task else "")

    async def _write(self, reference: str, call: Call | Objection) -> None:
        if isinstance(call, Objection):
            raise _refused(reference, call)
        await self._send(self._request(call.method, self._url(call.path), encode(call.body)))

    async def _send(self, request: httpx.Request) -> httpx.Response:
        """Signed at every attempt, when the gate has let it through: a read that is repeated bears a new time."""

        def sign(destination: str, method: str) -> None:
            self._signer.sign(request, self._now())
            if self._on_call is not None:
                self._on_call(destination, method)

        return await Http(self._client, destination=DESTINATION, sort=sort_answer, gate=self._gate, on_call=sign).send(request)

    def _url(self, path: str) -> httpx.URL:
        return self._base.copy_with(path=self._base.path.rstrip("/") + ROOT + path)

    def _own(self, address: str) -> httpx.URL:
        found = own_address(self._base, address)
        if found is None:
            raise Misconfigured(
                "SVEA_ADDRESS_FOREIGN",
                "Svea's answer leads to another host than the configured one, and signed requests go nowhere else. Check the address in the "
                "shop's settings; whether the order is delivered, the order itself tells.",
                subject=DESTINATION,
            )
        return found

    def _request(self, method: str, url: httpx.URL, content: bytes | None = None) -> httpx.Request:
        headers = {"Accept": "application/json", "User-Agent": "orderbro"}
        if content is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        return self._client.build_request(method, url, content=content, headers=headers, timeout=TIMEOUT)

    @staticmethod
    def _json(request: httpx.Request, response: httpx.Response) -> Mapping[str, Any]:
        """The answer's object with keys in lower case; raises Transient for anything else."""
        try:
            body = lowered(decode(response)) if response.status_code == 200 else None
        except ValueError:
            body = None
        if not isinstance(body, Mapping):
            raise unreadable(request, response)
        return body


def _address(base_url: str) -> httpx.URL:
    try:
        found = httpx.URL(base_url.strip().rstrip("/"))
    except httpx.InvalidURL:
        found = httpx.URL("")
    if found.scheme not in {"http", "https"} or not found.host:
        raise Misconfigured("ADDRESS_UNUSABLE", "Svea's address is not one. Correct it in the shop's settings.", subject=DESTINATION)
    return found


def _refused(reference: str, objection: Objection) -> Refused:
    return Refused(
        objection.refusal,
        f"SVEA_{objection.refusal.name}",
        objection.reason,
        subject=f"Svea order {reference}" if reference else DESTINATION,
    )
