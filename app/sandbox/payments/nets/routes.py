"""The Payment API's routes (payments.md 4.2). A handler answers status and body, None for no body."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request

from app.sandbox.payments.nets import rules
from app.sandbox.payments.nets.body import read_ask, read_object, text
from app.sandbox.payments.nets.errors import FormError, Json, not_found, refused
from app.sandbox.payments.nets.state import NetsState

Answer = tuple[int, Json | None]
Handler = Callable[[NetsState, Request, bytes], Answer]
KEY_LENGTH = 64


def read_payment(state: NetsState, request: Request, _raw: bytes) -> Answer:
    return 200, state.shown(state.found(request.path_params["payment"]))


def charge(state: NetsState, request: Request, raw: bytes) -> Answer:
    """201 `{chargeId, invoice?}`; sometimes 200."""
    pay = state.found(request.path_params["payment"])
    key, ask = _key(request), read_ask(raw)

    def work() -> Json:
        made = rules.charge(state, pay, ask)
        invoice = {"invoice": {"invoiceNumber": f"{len(pay.charges):04}-{pay.id[:8]}"}} if pay.payment_type.upper() == "INVOICE" else {}
        return {"chargeId": made.id, **invoice}

    answer = state.once(request.url.path, key, ask.amount, different="1026", work=work)
    return 200 if state.switches.charge_answers_200 else 201, answer


def cancel(state: NetsState, request: Request, raw: bytes) -> Answer:
    """204; no idempotency key."""
    rules.cancel(state, state.found(request.path_params["payment"]), read_ask(raw))
    return 204, None


def refund_charge(state: NetsState, request: Request, raw: bytes) -> Answer:
    pay, charged = state.found_charge(request.path_params["charge"])
    key, ask = _key(request), read_ask(raw)

    def work() -> Json:
        return {"refundId": rules.refund_charge(state, pay, charged, ask).id}

    return 201, state.once(request.url.path, key, ask.amount, different="1027", work=work)


def refund_payment(state: NetsState, request: Request, raw: bytes) -> Answer:
    pay = state.found(request.path_params["payment"])
    key, ask = _key(request), read_ask(raw)

    def work() -> Json:
        return {"refundId": rules.refund_payment(state, pay, ask).id}

    return 201, state.once(request.url.path, key, ask.amount, different="1027", work=work)


def cancel_refund(state: NetsState, request: Request, _raw: bytes) -> Answer:
    rules.cancel_refund(state, state.found_refund(request.path_params["refund"]))
    return 204, None


def set_order_reference(state: NetsState, request: Request, raw: bytes) -> Answer:
    """1016 where it has been set to another one."""
    pay, body = state.found(request.path_params["payment"]), read_object(raw)
    text(body, "checkoutUrl", is_required=True)
    reference = text(body, "reference", is_required=True)
    if pay.order_reference not in {"", reference}:
        raise refused("1016")
    pay.order_reference = reference
    return 204, None


def set_my_reference(state: NetsState, request: Request, raw: bytes) -> Answer:
    pay = state.found(request.path_params["payment"])
    pay.my_reference = text(read_object(raw), "myReference", is_required=True)
    return 204, None


def terminate(state: NetsState, request: Request, _raw: bytes) -> Answer:
    rules.terminate(state, state.found(request.path_params["payment"]))
    return 204, None


def nowhere(_state: NetsState, _request: Request, _raw: bytes) -> Answer:
    raise not_found()


def _key(request: Request) -> str:
    """The idempotency key, "" for none; 400 where it is longer than 64 characters or empty."""
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= KEY_LENGTH:
        raise FormError(**{"Idempotency-Key": f"The header must have 1 to {KEY_LENGTH} characters."})
    return key or ""


PAYMENT = "/v1/payments/{payment}"
TABLE: tuple[tuple[str, str, Handler], ...] = (
    ("GET", PAYMENT, read_payment),
    ("POST", f"{PAYMENT}/charges", charge),
    ("POST", f"{PAYMENT}/cancels", cancel),
    ("POST", f"{PAYMENT}/refunds", refund_payment),
    ("POST", "/v1/charges/{charge}/refunds", refund_charge),
    ("POST", "/v1/pending-refunds/{refund}/cancel", cancel_refund),
    ("PUT", f"{PAYMENT}/referenceinformation", set_order_reference),
    ("PUT", f"{PAYMENT}/myreference", set_my_reference),
    ("PUT", f"{PAYMENT}/terminate", terminate),
)
