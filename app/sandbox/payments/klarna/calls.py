"""The routes of Order Management v1 below `/ordermanagement/v1/orders/{order_id}` (payments.md 2.3)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.sandbox.payments.klarna.answers import Answer, Json, KlarnaNo, bad_value
from app.sandbox.payments.klarna.checks import checked_capture, checked_refund, checked_tracking
from app.sandbox.payments.klarna.order import KlarnaOrder
from app.sandbox.payments.klarna.state import KlarnaState

ROOT = re.compile(r"/ordermanagement/v1/orders/([^/]+)(/.*)?")
DONE = Answer(status=204)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call about one order. `part` is the id of a capture or refund in the path; `url` the order's own address."""

    state: KlarnaState
    order: KlarnaOrder
    part: str
    body: Any
    url: str


def get_order(call: Call) -> Answer:
    return Answer(status=200, body=call.order.shown(call.state.clock.now()))


def capture(call: Call) -> Answer:
    body, switches = checked_capture(call.body), call.state.switches
    if switches.take("method_failed"):
        raise KlarnaNo(403, "PAYMENT_METHOD_FAILED", "The payment method could not be charged. Try again later.")
    made = call.order.capture(body, call.state.clock.now(), days=switches.authorisation_days, vague=switches.vague)
    ident = made["capture_id"]
    return Answer(status=201, headers={"Capture-Id": ident, "Location": f"{call.url}/captures/{ident}"})


def captures(call: Call) -> Answer:
    return Answer(status=200, body=call.order.captures)


def get_capture(call: Call) -> Answer:
    return Answer(status=200, body=call.order.capture_of(call.part))


def track_capture(call: Call) -> Answer:
    if not call.order.captures:
        raise KlarnaNo(403, "NOT_ALLOWED", "Order has no captures. Shipping info cannot be added.")
    call.order.capture_of(call.part)["shipping_info"].extend(checked_tracking(call.body))
    return DONE


def track_order(call: Call) -> Answer:
    call.order.shipping_info.extend(checked_tracking(call.body))
    return DONE


def mail_again(call: Call) -> Answer:
    call.order.capture_of(call.part)
    return DONE


def cancel(call: Call) -> Answer:
    call.order.cancel(call.state.clock.now())
    return DONE


def release(call: Call) -> Answer:
    call.order.release()
    return DONE


def extend(call: Call) -> Answer:
    switches = call.state.switches
    if not switches.extendable:
        raise KlarnaNo(403, "NOT_ALLOWED", "Authorization time cannot be extended.")
    call.order.extend(call.state.clock.now(), days=switches.extension_days)
    return DONE


def acknowledge(_call: Call) -> Answer:
    return DONE


def refund(call: Call) -> Answer:
    ident = call.order.refund(checked_refund(call.body), call.state.clock.now())["refund_id"]
    return Answer(status=201, headers={"Refund-Id": ident, "Location": f"{call.url}/refunds/{ident}"})


def get_refund(call: Call) -> Answer:
    return Answer(status=200, body=call.order.refund_of(call.part))


def rename(call: Call) -> Answer:
    """`PATCH /merchant-references`."""
    if call.order.is_cancelled:
        raise KlarnaNo(403, "NOT_ALLOWED", "Order is cancelled. It cannot be updated.")
    given: Json = call.body if isinstance(call.body, dict) else {}
    names = ("merchant_reference1", "merchant_reference2")
    if not set(given) <= set(names) or not all(isinstance(text, str) and len(text) <= 255 for text in given.values()):
        raise bad_value("merchant_references")
    for name, text in given.items():
        setattr(call.order, name, text)
    return DONE


HANDLERS: tuple[tuple[str, str, Callable[[Call], Answer]], ...] = (
    ("GET", r"/?", get_order),
    ("POST", r"/captures", capture),
    ("GET", r"/captures", captures),
    ("GET", r"/captures/([^/]+)", get_capture),
    ("POST", r"/captures/([^/]+)/shipping-info", track_capture),
    ("POST", r"/captures/([^/]+)/trigger-send-out", mail_again),
    ("POST", r"/shipping-info", track_order),
    ("POST", r"/cancel", cancel),
    ("POST", r"/release-remaining-authorization", release),
    ("POST", r"/extend-authorization-time", extend),
    ("POST", r"/acknowledge", acknowledge),
    ("POST", r"/refunds", refund),
    ("GET", r"/refunds/([^/]+)", get_refund),
    ("PATCH", r"/merchant-references", rename),
)


def answered(state: KlarnaState, method: str, path: str, body: Any, base: str) -> Answer:
    """The answer of the route. Raises KlarnaNo."""
    found = ROOT.fullmatch(path)
    if found is None:
        raise KlarnaNo(404, "NOT_FOUND", "There is no such route.")
    order = state.order(found[1])
    for known, pattern, handler in HANDLERS:
        match = re.fullmatch(pattern, found[2] or "")
        if match is not None and known == method:
            part = match[1] if match.re.groups else ""
            return handler(Call(state=state, order=order, part=part, body=body, url=f"{base}/ordermanagement/v1/orders/{order.id}"))
    raise KlarnaNo(404, "NOT_FOUND", "There is no such route.")


def order_in(path: str) -> str:
    """The order that a path is about, "" for none."""
    found = ROOT.fullmatch(path)
    return found[1].lower() if found else ""
