"""The simulator's own routes, outside the contract and without a token.

GET /_faults  POST /_faults {"read_lag_seconds": 60, "clock": "2026-02-03T10:00:00", "clock_advance_seconds": 61}
GET /_log     GET /_invoices     GET /_articles     POST /_reset     POST /_control/{act} {"which": "PS:1:4711:INV", …}

The clock is UTC unless a time says otherwise; zone-less means Stockholm.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.sandbox.hogia.clock import instant, moment
from app.sandbox.hogia.errors import ApiError
from app.sandbox.hogia.organisation import Organisation
from app.sandbox.hogia.wire import Answer, Json, parsed, public

if TYPE_CHECKING:
    from app.sandbox.hogia.state import HogiaState

ACTS = frozenset(
    [
        "bill",
        "register_payment",
        "cancel",
        "deliver",
        "credit",
        "make_invoice",
        "change_stock",
        "sell_in_till",
        "add_contact",
        "add_article",
        "add_helper_articles",
        "change_article",
        "add_price",
        "lock_period",
        "open_year",
        "invoice",
    ]
)
DATES = frozenset({"on", "through"})
NUMBERS = frozenset({"amount", "on_hand", "by", "price", "stock"})  # and `pieces`, where it is not a table


def faults(state: "HogiaState") -> Answer:
    return Answer(body={**asdict(state.switches), "clock": instant(state.clock.now())})


def set_faults(state: "HogiaState", raw: bytes) -> Answer:
    """Switches by name; `clock` stops the clock at a time (null lets it run), `clock_advance_seconds` moves it."""
    changes = _body(raw)
    clock = {name: changes.pop(name) for name in ("clock", "clock_advance_seconds") if name in changes}
    try:
        at = moment(clock["clock"]) if clock.get("clock") else None
        state.switches.update(changes)
    except (TypeError, ValueError) as error:
        raise ApiError(400, str(error)) from None
    if "clock" in clock:
        state.clock.freeze(at) if at else state.clock.release()
    state.clock.advance(float(clock.get("clock_advance_seconds", 0)))
    return faults(state)


def log(state: "HogiaState") -> Answer:
    return Answer(body=list(state.log))


def invoices(state: "HogiaState") -> Answer:
    """Every invoice of every organisation as it stands, without the read lag."""
    return Answer(body=[summary(org, each) for org in state.organisations.values() for each in org.invoices])


def articles(state: "HogiaState") -> Answer:
    """Every article of every organisation as it stands, without the read lag."""
    return Answer(body=[{**each, "organizationId": org.id} for org in state.organisations.values() for each in org.articles])


def summary(org: Organisation, invoice: Json) -> Json:
    header = invoice["invoiceHeader"]
    return {
        "id": invoice["id"],
        "organizationId": org.id,
        "number": header["invoiceNumber"],
        "invoiceReference": header["invoiceReference"],
        "customerOrderNumber": header["customerOrderNumber"],
        "customerNumber": header["customer"]["number"],
        "creditedCustomerInvoiceId": invoice["creditedCustomerInvoiceId"],
        "currency": invoice["currencyInfo"]["currency"]["code"],
        "net": invoice["netAmount"],
        "vat": {f"{(each['percent'] * 100).normalize():f}": each["amount"] for each in invoice["vatDistributions"]},
        "gross": invoice["grossAmount"],
        "toPay": invoice["amountToPay"],
        "paid": invoice["amountPaid"],
        "left": invoice["amountLeftToPay"],
        "isBilled": invoice["isBilled"],
        "isCanceled": invoice["isCanceled"],
        "delivery": invoice["delivery"]["state"],
    }


def reset(state: "HogiaState") -> Answer:
    state.reset()
    return Answer(status=204, raw=b"")


def control(state: "HogiaState", act: str, raw: bytes) -> Answer:
    """One act of a person; arguments as in `acts.py`, by name."""
    if act not in ACTS:
        raise ApiError(404, f"No act is called {act!r}; there are {', '.join(sorted(ACTS))}.")
    perform: Callable[..., Json] = getattr(state, act)
    try:
        arguments = {name: _argument(name, value) for name, value in _body(raw).items()}
        return Answer(body=public(perform(**arguments)))
    except (TypeError, ValueError, ArithmeticError) as error:
        raise ApiError(400, f"{act}: {error}") from None


def _argument(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in DATES:
        return date.fromisoformat(value)
    if name in NUMBERS:
        return Decimal(value)
    if name == "pieces":
        return {int(at): Decimal(each) for at, each in value.items()} if isinstance(value, dict) else Decimal(value)
    return value


def _body(raw: bytes) -> Json:
    try:
        value = parsed(raw or b"{}")
    except ValueError:
        raise ApiError(400, "The body is not JSON.") from None
    if not isinstance(value, dict):
        raise ApiError(400, "The body is not a JSON object.")
    return value
