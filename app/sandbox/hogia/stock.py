"""Stock balances and adjustments (hogia.md 3.7): `available = onHand − reserved`, one stock point."""

from decimal import Decimal

from app.sandbox.hogia.call import Call
from app.sandbox.hogia.errors import BindingError, BusinessError, Code
from app.sandbox.hogia.organisation import Organisation
from app.sandbox.hogia.wire import Answer, Json

STOCK_POINT = "MAIN"
REASONS = ("Sale", "Return", "Inventory", "Correction")
ADJUSTMENT = ("sequenceId", "articleNumber", "stockPointCode", "quantityChange", "newOnHand", "reason", "reference", "date")


def listed(call: Call) -> Answer:
    return call.many(call.org.stock.select(upto=call.org.seen_until(), articleNumber=call.word("articleNumber")))


def feed(call: Call) -> Answer:
    return call.feed(call.org.stock)


def adjust(call: Call) -> Answer:
    """A delta or an absolute balance; refused unless the switch `stock_writable` is on."""
    body = call.body()
    return call.once("stockadjustments", body, lambda: _adjusted(call, body))


def _adjusted(call: Call, body: Json) -> Answer:
    reader = call.reader(body, ADJUSTMENT)
    number = reader.text("articleNumber", required=True, longest=40) or ""
    change, new = reader.decimal("quantityChange"), reader.decimal("newOnHand")
    if (change is None) == (new is None):
        reader.refuse("quantityChange", "Exactly one of quantityChange and newOnHand must be given.")
    reader.word("reason", REASONS)
    reader.word("stockPointCode", (STOCK_POINT,))
    reader.day("date")
    reader.done()
    if not call.org.switches.stock_writable:
        raise BusinessError(Code.NOT_ALLOWED_IN_STATE, "Stock cannot be written through the API of this organisation.", reference=number)
    balance = tracked(call.org, number)
    saved = change_stock(call.org, number, on_hand=change if change is not None else (new or Decimal(0)) - balance["onHand"])
    return Answer(status=201, body={"id": saved["id"], "onHand": saved["onHand"], "rowVersion": saved["rowVersion"]})


def balance_of(org: Organisation, number: str) -> Json | None:
    return org.stock.find("articleNumber", number)


def open_balance(org: Organisation, number: str) -> Json:
    """The article's balance, made empty where there is none yet."""
    zero = Decimal(0)
    fresh = {"articleNumber": number, "stockPointCode": STOCK_POINT, "onHand": zero, "reserved": zero, "available": zero}
    return balance_of(org, number) or org.stock.save(fresh)


def tracked(org: Organisation, number: str) -> Json:
    """The balance of a stock-tracked article; 9000002 for an unknown one, 9000013 for one that is not tracked."""
    article = org.articles.find("number", number)
    if article is None:
        raise BusinessError(Code.UNKNOWN_ARTICLE, f"Article {number} is unknown.", reference=number)
    if not article["isStockArticle"]:
        raise BusinessError(Code.NOT_ALLOWED_IN_STATE, f"Article {number} is not stock-tracked.", reference=number)
    return open_balance(org, article["number"])


def change_stock(org: Organisation, number: str, *, on_hand: Decimal = Decimal(0), reserved: Decimal = Decimal(0), by: str = "api") -> Json:
    """Move a tracked article's balance by these pieces."""
    balance = tracked(org, number)
    now_on_hand, now_reserved = balance["onHand"] + on_hand, balance["reserved"] + reserved
    moved = {"onHand": now_on_hand, "reserved": now_reserved, "available": now_on_hand - now_reserved}
    return org.stock.save({**balance, **moved}, by=by)


def move_for_invoice(org: Organisation, invoice: Json, *, billed: int = 0, reserved: int = 0) -> None:
    """Stock follows an invoice: `billed` 1 takes its goods (a credit's come back), −1 undoes that; `reserved` likewise for a draft."""
    for line in invoice["invoiceLines"]:
        article = org.articles.find("number", line["articleNumber"]) if line.get("articleNumber") else None
        if article is None or not article["isStockArticle"]:
            continue
        pieces = line["quantity"]
        held = max(pieces, Decimal(0)) * reserved
        if billed or held:
            change_stock(org, article["number"], on_hand=-pieces * billed, reserved=held)


def whole(value: object, name: str) -> Decimal:
    """Pieces from a control call."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BindingError({name: ["A number is required."]})
    return Decimal(value)
