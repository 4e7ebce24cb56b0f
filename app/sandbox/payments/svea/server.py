"""The Payment Admin API as an ASGI application, and the simulation's own doors, whose paths begin with `_` (see `control`)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from app.sandbox.payments.svea import control, rules
from app.sandbox.payments.svea.body import ids, invalid, options, read_object, whole
from app.sandbox.payments.svea.errors import BOM, Json, SveaError, body_of, missing
from app.sandbox.payments.svea.front import Front
from app.sandbox.payments.svea.order import Delivery, Order, Row
from app.sandbox.payments.svea.signature import caller, unauthorized
from app.sandbox.payments.svea.state import SveaState
from app.sandbox.payments.svea.tasks import Task

FOREIGN = "https://elsewhere.example"
ROOT = "/api/v1"
Endpoint = Callable[[Request], Awaitable[Response]]
Handler = Callable[[SveaState, Request, bytes], Response]


def create_svea(state: SveaState | None = None) -> ASGIApp:
    """A simulated Svea as an ASGI app."""
    state = state or SveaState()
    api = (
        ("GET", "/orders/{id}", get_order),
        ("PATCH", "/orders/{id}", patch_order),
        ("POST", "/orders/{id}/deliveries", post_delivery),
        ("POST", "/orders/{id}/deliveries/DeliverAndLowerAmount", post_lower),
        ("PATCH", "/orders/{id}/deliveries/{delivery}", patch_delivery),
        ("POST", "/orders/{id}/deliveries/{delivery}/credits", post_credit),
        ("PATCH", "/orders/{id}/rows/cancelOrderRows", patch_rows),
        ("PATCH", "/orders/{id}/rows/{row}", patch_row),
        ("GET", "/queue/{id}", get_task),
    )
    own: tuple[tuple[str, str, Callable[[Request, bytes], Json]], ...] = (
        ("GET", "/_faults", lambda _request, _raw: control.faults(state)),
        ("POST", "/_faults", lambda _request, raw: control.set_faults(state, raw)),
        ("GET", "/_log", lambda _request, _raw: control.log(state)),
        ("GET", "/_orders", lambda _request, _raw: control.orders(state)),
        ("POST", "/_reset", lambda _request, _raw: control.reset(state)),
        ("POST", "/_control/{act}", lambda request, raw: control.control(state, request.path_params["act"], raw)),
    )
    routes = [Route(ROOT + path, _signed(state, handler), methods=[method]) for method, path, handler in api]
    routes += [Route(path, _door(handler), methods=[method]) for method, path, handler in own]
    return Front(Starlette(routes=routes), state)


def get_order(state: SveaState, request: Request, _raw: bytes) -> Response:
    order = _order(state, request)
    state.look(order)
    shown = order.shown(state.clock.now(), spelling=state.switches.action_spelling)
    return _json(shown, bom=state.switches.bom)


def patch_order(state: SveaState, request: Request, raw: bytes) -> Response:
    """`IsCancelled` or `CancelledAmount`."""
    order, body = _order(state, request), read_object(raw)
    if body.get("iscancelled") is True:
        rules.cancel_order(order, state.clock.now())
    else:
        rules.cancel_amount(order, whole(body, "CancelledAmount"), state.clock.now())
    return Response(status_code=204)


def post_delivery(state: SveaState, request: Request, raw: bytes) -> Response:
    """An empty list delivers everything."""
    order, body = _order(state, request), read_object(raw)
    row_ids = ids(body, "OrderRowIds")
    ask = rules.Ask(
        row_ids=tuple(row_ids),
        quantities=options(body, "RowDeliveryOptions", row_ids),
        cancel_remaining=body.get("cancelremaining") is True,
    )
    if not state.switches.accepts_duplicate_quantity:
        rules.check_delivery(state, order, ask)
    delivery_id = state.next_id()
    task = state.start(
        order, lambda: rules.deliver(state, order, ask, delivery_id), resource=f"/orders/{order.id}/deliveries/{delivery_id}"
    )
    return _accepted(state, request, task)


def post_lower(state: SveaState, request: Request, raw: bytes) -> Response:
    order, body = _order(state, request), read_object(raw)
    amount = whole(body, "DeliveredAmount")
    rules.check_lower(state, order, amount)
    delivery_id = state.next_id()
    task = state.start(
        order, lambda: rules.deliver_lower(state, order, amount, delivery_id), resource=f"/orders/{order.id}/deliveries/{delivery_id}"
    )
    return _accepted(state, request, task, {"DeliveryId": delivery_id})


def patch_delivery(state: SveaState, request: Request, raw: bytes) -> Response:
    order = _order(state, request)
    rules.credit_amount(order, _delivery(order, request), whole(read_object(raw), "CreditedAmount"))
    return Response(status_code=204)


def post_credit(state: SveaState, request: Request, raw: bytes) -> Response:
    """Rows, or one new row."""
    order, body = _order(state, request), read_object(raw)
    delivery = _delivery(order, request)
    new = body.get("newcreditorderrow")
    if new is not None:
        row = _new_row(new)
        rules.check_new_row(order, delivery, row)
        task = state.start(order, lambda: rules.credit_new_row(order, delivery, row), resource=f"/orders/{order.id}")
        return _accepted(state, request, task)
    row_ids = ids(body, "OrderRowIds")
    ask = rules.Ask(row_ids=tuple(row_ids), quantities=options(body, "RowCreditingOptions", row_ids))
    rules.check_credit(order, delivery, ask)
    task = state.start(order, lambda: rules.credit_rows(order, delivery, ask), resource=f"/orders/{order.id}")
    return _accepted(state, request, task)


def patch_rows(state: SveaState, request: Request, raw: bytes) -> Response:
    rules.cancel_rows(_order(state, request), ids(read_object(raw), "OrderRowIds"), state.clock.now())
    return Response(status_code=204)


def patch_row(state: SveaState, request: Request, raw: bytes) -> Response:
    row = request.path_params["row"]
    if read_object(raw).get("iscancelled") is not True or not row.isdigit():
        raise invalid("IsCancelled")
    rules.cancel_rows(_order(state, request), [int(row)], state.clock.now())
    return Response(status_code=204)


def get_task(state: SveaState, request: Request, _raw: bytes) -> Response:
    ident = request.path_params["id"]
    task = state.tasks.get(int(ident)) if ident.isdigit() else None
    if task is None or task.is_lost:
        raise missing()
    task.look()
    resource = _address(state, request, task.resource)
    if task.status != "Completed":
        return _json({"Id": task.id, "Status": task.status}, bom=state.switches.bom)
    if state.switches.task_answers_200:
        return _json({"Id": task.id, "Status": task.status, "ResourceUri": resource}, bom=state.switches.bom)
    return Response(status_code=303, headers={"Location": resource})


def _signed(state: SveaState, handler: Handler) -> Endpoint:
    """An endpoint of the API: who is calling, then whose order it is, then the handler; every no in the form the switch asks for."""

    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        try:
            if state.switches.take("unauthorized"):
                raise unauthorized()
            request.state.merchant = caller(
                authorization=request.headers.get("authorization", ""),
                stamp=request.headers.get("timestamp", ""),
                body=raw,
                merchants=state.merchants,
                now=state.clock.now(),
                max_skew_seconds=state.switches.max_skew_seconds,
            )
            return handler(state, request, raw)
        except SveaError as error:
            content, headers = body_of(error, form=state.switches.error_form, bom=state.switches.bom)
            return Response(content, status_code=error.status, headers=headers)

    return endpoint


def _door(handler: Callable[[Request, bytes], Json]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(handler(request, await request.body()))
        except SveaError as error:
            return JSONResponse({"error": error.text}, status_code=error.status)

    return endpoint


def _order(state: SveaState, request: Request) -> Order:
    """403 for an order of another merchant."""
    order = state.order(request.path_params["id"])
    if order.merchant != request.state.merchant:
        raise SveaError(403, text="The order belongs to another merchant.")
    return order


def _delivery(order: Order, request: Request) -> Delivery:
    found = next((each for each in order.deliveries if str(each.id) == request.path_params["delivery"]), None)
    if found is None:
        raise missing()
    return found


def _new_row(given: Any) -> Row:
    if not isinstance(given, dict):
        raise invalid("NewCreditOrderRow")
    name = given.get("name")
    if not isinstance(name, str):
        raise invalid("Name")
    quantity = whole(given, "Quantity") if "quantity" in given else 100
    return Row(name=name, unit_price=whole(given, "UnitPrice"), vat_percent=whole(given, "VatPercent"), quantity=quantity)


def _accepted(state: SveaState, request: Request, task: Task, body: Json | None = None) -> Response:
    headers = {"Location": _address(state, request, f"/queue/{task.id}")}
    if body is None:
        return Response(status_code=202, headers=headers)
    return _json(body, bom=state.switches.bom, status=202, headers=headers)


def _address(state: SveaState, request: Request, path: str) -> str:
    """Absolute, as Svea's are."""
    base = (
        FOREIGN if state.switches.take("foreign_location") else f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"
    )
    return base + ROOT + path


def _json(body: Json, *, bom: bool, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    content = (BOM if bom else b"") + json.dumps(body).encode()
    return Response(content, status_code=status, headers=headers, media_type="application/json; charset=utf-8")
