"""The simulation's own doors, for tests in other processes and for curl.

GET  /_log                       requests received: method, path, query, time, status
GET  /_faults   POST /_faults    {"kind": "500", "count": 2, "rate": 1.0, "path": "orders", "method": "", "value": null} or a list
DELETE /_faults                  all off
POST /_reset                     as freshly started
GET  /_mails, /_hooks, /_outbox  mails sent, hooks fired, webhook notices
POST /_outbox                    the sender's switches: {"duplicate": 1, "drop": 0, "shuffle": true, "delay_seconds": 0, "burst": 0}
GET  /_control/scenarios         slug and description of each
GET  /_control/orders            references, states, totals, slips, tracking numbers, mails, notices (see `listing`)
POST /_control/orders            {"scenario": "mixed-vat", "steps": true, "id_shop": 1, "hold": false}
POST /_control/orders/7/transaction {"id": "x"}                                   the payment's id at its provider
POST /_control/orders/7/tell     {}                                               notices that `hold` kept back
POST /_control/orders/7/state    {"state": 4, "mail": false}
POST /_control/orders/7/slip     {"rows": {"12": 1}, "shipping": true}            rows by order_details id
POST /_control/orders/7/payment  {"amount": "100.00", "method": "Swish", "transaction_id": "x"}
POST /_control/orders/7/tracking {"number": "SE123"}
POST /_control/orders/7/row      {"row": 12, "quantity": 2}                       by order_details id
POST /_control/orders/7/notice   {"type": "order.updated"}                        a notice; the order stays as it is
POST /_control/edit/customers/3  {"firstname": "Bo"}                              any record
POST /_control/products          {"count": 1000, "combinations": 1, "prefix": "BULK"}   many at once, without notices
GET  /_control/product?reference=KANNA-25&at=2026-12-01T12:00:00%2B01:00&id_shop=1      what a customer sees at a moment (left out: now)
POST /_control/stock             {"reference": "KANNA-25", "quantity": 5, "id_shop": 1}  a back-office edit
POST /_control/sell              {"reference": "KANNA-25", "quantity": 2, "id_shop": 1}  one article bought by an ordinary customer
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.sandbox.prestashop import lifecycle, listing, refunds, scenarios
from app.sandbox.prestashop.checkout import six
from app.sandbox.prestashop.scenario import Item
from app.sandbox.prestashop.sender import Sender, Switches
from app.sandbox.prestashop.state import ShopState

Door = Callable[[ShopState, Request, Any], Any]


def shown(value: Any) -> Any:
    """Whatever JSON has no word for, as text."""
    return json.loads(json.dumps(value, default=str, ensure_ascii=False))


def door(work: Door) -> Callable[[Request], Awaitable[Response]]:
    """A route that reads JSON, works and answers JSON; what does not exist is 404, what cannot be is 400."""

    async def opened(request: Request) -> Response:
        try:
            body = json.loads(await request.body() or b"{}")
            return JSONResponse(shown(work(request.app.state.shop, request, body)))
        except KeyError as error:
            return JSONResponse({"error": f"there is no {error}"}, status_code=404)
        except (ValueError, TypeError, AttributeError, InvalidOperation) as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return opened


def log(state: ShopState, request: Request, body: Any) -> Any:
    del request, body
    return {"requests": list(state.requests), "count": len(state.requests)}


def get_faults(state: ShopState, request: Request, body: Any) -> Any:
    del request, body
    return {"faults": state.faults.described()}


def add_faults(state: ShopState, request: Request, body: Any) -> Any:
    for one in body if isinstance(body, list) else [body]:
        state.faults.add(**one)
    return get_faults(state, request, body)


def clear_faults(state: ShopState, request: Request, body: Any) -> Any:
    state.faults.clear()
    return get_faults(state, request, body)


def reset(state: ShopState, request: Request, body: Any) -> Any:
    del body
    state.reset()
    sender: Sender | None = request.app.state.sender
    if sender is not None:
        sender.outbox.clear()
        sender.dropped.clear()
        sender.switches = Switches()
    return {"reset": True}


def mails(state: ShopState, request: Request, body: Any) -> Any:
    del request, body
    return {"mails": [asdict(mail) for mail in state.mails]}


def hooks(state: ShopState, request: Request, body: Any) -> Any:
    del request, body
    return {"hooks": [{"name": hook.name, "at": hook.at.isoformat(), "parameters": dict(hook.parameters)} for hook in state.hooks]}


def outbox(state: ShopState, request: Request, body: Any) -> Any:
    del state, body
    sender: Sender | None = request.app.state.sender
    if sender is None:
        return {"outbox": [], "switches": None}
    names = ("id", "type", "attempts", "delivered", "last_status")
    rows = [{name: getattr(notice, name) for name in names} | {"body": json.loads(notice.body)} for notice in sender.outbox]
    return {"outbox": rows, "dropped": [notice.id for notice in sender.dropped], "switches": asdict(sender.switches)}


def set_switches(state: ShopState, request: Request, body: Any) -> Any:
    sender: Sender | None = request.app.state.sender
    known = {part.name for part in fields(Switches)}
    if sender is None:
        raise ValueError("no webhook sender runs; start with --webhook-url and --webhook-secret")
    for name, value in body.items():
        if name not in known:
            raise ValueError(f"no such switch: {name}; there are {', '.join(sorted(known))}")
        setattr(sender.switches, name, value)
    return outbox(state, request, body)


def list_scenarios(state: ShopState, request: Request, body: Any) -> Any:
    del state, request, body
    return {"scenarios": [{"slug": one.slug, "description": one.description} for one in scenarios.ALL]}


def list_orders(state: ShopState, request: Request, body: Any) -> Any:
    del body
    return {"orders": listing.listed(state, request.app.state.sender)}


def place(state: ShopState, request: Request, body: Any) -> Any:
    """A purchase. With `hold` nobody is told of it before `tell`: the customer is still at the payment provider."""
    sender: Sender | None = request.app.state.sender
    written = len(sender.outbox) if sender is not None else 0
    scenario = scenarios.BY_SLUG[body["scenario"]]
    ids = state.place_cart(scenario, id_shop=body.get("id_shop", 1), steps=body.get("steps", True))
    if sender is not None and body.get("hold"):
        sender.hold(sender.outbox[written:])
    orders = [state.get("orders", ident) for ident in ids]
    total = sum((lifecycle.amount(order, "total_paid_tax_incl") for order in orders), Decimal(0))
    currency = state.get("currencies", int(orders[0]["id_currency"]))["iso_code"]
    names = {name: orders[0][name] for name in ("reference", "module")}
    return {"id": ids[0], "ids": ids, "total_paid_tax_incl": six(total), "currency": currency, **names}


def tell(state: ShopState, request: Request, body: Any) -> Any:
    """Let go what is held back about an order."""
    del body
    sender: Sender | None = request.app.state.sender
    ident = int(state.get("orders", order_id(request))["id"])
    return {"told": sender.let_go(ident) if sender is not None else 0}


def set_transaction(state: ShopState, request: Request, body: Any) -> Any:
    """The payment provider's own id of the payment, as its module writes it on the order's payment rows."""
    reference = state.get("orders", order_id(request))["reference"]
    payments = [int(row["id"]) for row in state.find("order_payments", order_reference=reference)]
    for payment in payments:
        state.change("order_payments", payment, transaction_id=str(body["id"]))
    return {"payments": payments}


def order_id(request: Request) -> int:
    return int(request.path_params["id"])


def set_state(state: ShopState, request: Request, body: Any) -> Any:
    return {"history": state.set_state(order_id(request), int(body["state"]), mail=bool(body.get("mail", False)))}


def add_slip(state: ShopState, request: Request, body: Any) -> Any:
    ident = order_id(request)
    rows = {int(row): int(pieces) for row, pieces in body.get("rows", {}).items()}
    amounts = {int(row): refunds.free_amount(state, int(row), str(incl)) for row, incl in body.get("amounts", {}).items()}
    freight = refunds.freight_of(state, ident) if body.get("shipping") else None
    return {"slip": state.add_slip(ident, rows, amounts=amounts, shipping=freight)}


def add_payment(state: ShopState, request: Request, body: Any) -> Any:
    amount = Decimal(str(body["amount"]))
    payment = state.add_payment(
        order_id(request), amount, method=body.get("method", "Swish"), transaction_id=body.get("transaction_id", "")
    )
    return {"payment": payment}


def set_tracking(state: ShopState, request: Request, body: Any) -> Any:
    state.set_tracking(order_id(request), str(body["number"]))
    return {"tracking": body["number"]}


def edit_row(state: ShopState, request: Request, body: Any) -> Any:
    state.edit_row(order_id(request), int(body["row"]), int(body["quantity"]))
    return {"total_paid_tax_incl": state.get("orders", order_id(request))["total_paid_tax_incl"]}


def notice(state: ShopState, request: Request, body: Any) -> Any:
    """Send a notice about an order without touching it: what recorded orders need, whose events lie in the past."""
    sender: Sender | None = request.app.state.sender
    if sender is None:
        raise ValueError("no webhook sender runs; start with --webhook-url and --webhook-secret")
    order = state.get("orders", order_id(request))
    data = {"id": int(order["id"]), "id_shop": int(order["id_shop"]), "state": int(order["current_state"])}
    return {"notice": sender.put(body.get("type", "order.state_changed"), data).id}


def edit(state: ShopState, request: Request, body: Any) -> Any:
    name, ident = request.path_params["resource"], order_id(request)
    state.edit(name, ident, **body)
    return {name: state.get(name, ident)}


def add_products(state: ShopState, request: Request, body: Any) -> Any:
    del request
    ids = state.add_products(int(body["count"]), combinations=int(body.get("combinations", 0)), prefix=str(body.get("prefix", "BULK")))
    return {"count": len(ids), "first": ids[0] if ids else None, "last": ids[-1] if ids else None}


def show_product(state: ShopState, request: Request, body: Any) -> Any:
    """`at` is a moment with its offset; without one it is now."""
    del body
    asked = request.query_params
    at = datetime.fromisoformat(asked["at"]) if "at" in asked else state.clock()
    if at.tzinfo is None:
        raise ValueError("at needs an offset from UTC")
    return listing.product(state, asked["reference"], at=at, id_shop=int(asked.get("id_shop", "1")))


def set_stock(state: ShopState, request: Request, body: Any) -> Any:
    del request
    shop = int(body.get("id_shop", 1))
    state.set_quantity(str(body["reference"]), int(body["quantity"]), id_shop=shop)
    return {"quantity": state.quantity_of(str(body["reference"]), id_shop=shop)}


def sell(state: ShopState, request: Request, body: Any) -> Any:
    del request
    scenario = replace(
        scenarios.BY_SLUG["plain"],
        slug="sold-by-reference",
        items=(Item(reference=str(body["reference"]), quantity=int(body.get("quantity", 1))),),
    )
    shop = int(body.get("id_shop", 1))
    ident = state.place_order(scenario, id_shop=shop)
    return {"id": ident, "quantity": state.quantity_of(str(body["reference"]), id_shop=shop)}


ROUTES = [
    Route("/_log", door(log)),
    Route("/_faults", door(get_faults), methods=["GET"]),
    Route("/_faults", door(add_faults), methods=["POST"]),
    Route("/_faults", door(clear_faults), methods=["DELETE"]),
    Route("/_reset", door(reset), methods=["POST"]),
    Route("/_mails", door(mails)),
    Route("/_hooks", door(hooks)),
    Route("/_outbox", door(outbox), methods=["GET"]),
    Route("/_outbox", door(set_switches), methods=["POST"]),
    Route("/_control/scenarios", door(list_scenarios)),
    Route("/_control/orders", door(list_orders), methods=["GET"]),
    Route("/_control/orders", door(place), methods=["POST"]),
    Route("/_control/orders/{id:int}/transaction", door(set_transaction), methods=["POST"]),
    Route("/_control/orders/{id:int}/tell", door(tell), methods=["POST"]),
    Route("/_control/orders/{id:int}/state", door(set_state), methods=["POST"]),
    Route("/_control/orders/{id:int}/slip", door(add_slip), methods=["POST"]),
    Route("/_control/orders/{id:int}/payment", door(add_payment), methods=["POST"]),
    Route("/_control/orders/{id:int}/tracking", door(set_tracking), methods=["POST"]),
    Route("/_control/orders/{id:int}/row", door(edit_row), methods=["POST"]),
    Route("/_control/orders/{id:int}/notice", door(notice), methods=["POST"]),
    Route("/_control/products", door(add_products), methods=["POST"]),
    Route("/_control/product", door(show_product), methods=["GET"]),
    Route("/_control/stock", door(set_stock), methods=["POST"]),
    Route("/_control/sell", door(sell), methods=["POST"]),
    Route("/_control/edit/{resource}/{id:int}", door(edit), methods=["POST"]),
]
