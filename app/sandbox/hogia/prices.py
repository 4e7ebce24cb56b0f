"""Extra prices and campaign prices of an article (hogia.md 3.6), and which price holds at a moment."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from app.sandbox.hogia.call import Call
from app.sandbox.hogia.clock import moment
from app.sandbox.hogia.errors import BusinessError, Code, MissingError
from app.sandbox.hogia.organisation import Organisation
from app.sandbox.hogia.wire import Answer, Json

KINDS = ("Regular", "Campaign")
FIELDS = frozenset(
    [
        "kind",
        "priceListCode",
        "customerNumber",
        "currencyCode",
        "price",
        "discountPercent",
        "isVatIncluded",
        "fromQuantity",
        "validFrom",
        "validTo",
        "sequenceId",
        "articleNumber",
    ]
)


def listed(call: Call) -> Answer:
    article = call.seen(call.org.articles, call.path["id"])
    return call.many(call.org.prices.select(upto=call.org.seen_until(), articleNumber=article["number"]))


def feed(call: Call) -> Answer:
    return call.feed(call.org.prices)


def create(call: Call) -> Answer:
    article = _article(call)
    body = call.body()
    return call.once("articleprices", body, lambda: call.one(_saved(call, article, body, before=None), status=201))


def patch(call: Call) -> Answer:
    article, before = _article(call), call.at_version(call.org.prices, call.path["price"])
    merged = {name: before[name] for name in FIELDS if name in before} | call.body()
    return call.one(_saved(call, article, merged, before=before))


def delete(call: Call) -> Answer:
    _article(call)
    if call.org.prices.current(call.path["price"]) is None:
        raise MissingError("ArticlePrice")
    call.org.prices.delete(call.path["price"])
    return Answer(status=204, raw=b"")


def _article(call: Call) -> Json:
    found = call.org.articles.current(call.path["id"])
    if found is None:
        raise MissingError("Article")
    return found


def _saved(call: Call, article: Json, body: Json, *, before: Json | None) -> Json:
    reader = call.reader(body, FIELDS)
    made = {
        **(before or {}),
        "articleNumber": article["number"],
        "kind": reader.word("kind", KINDS, default="Regular"),
        "priceListCode": reader.text("priceListCode", longest=10) or "A",
        "customerNumber": reader.text("customerNumber", longest=20),
        "currencyCode": reader.text("currencyCode", longest=3) or "SEK",
        "price": reader.decimal("price"),
        "discountPercent": reader.decimal("discountPercent"),
        "isVatIncluded": reader.flag("isVatIncluded"),
        "fromQuantity": reader.decimal("fromQuantity", default=Decimal(1)),
        "validFrom": reader.source.get("validFrom"),
        "validTo": reader.source.get("validTo"),
        "sequenceId": body.get("sequenceId"),
    }
    start, end = reader.moment("validFrom"), reader.moment("validTo")
    if (made["price"] is None) == (made["discountPercent"] is None):
        reader.refuse("price", "Exactly one of price and discountPercent must be given.")
    if made["discountPercent"] is not None and not 0 <= made["discountPercent"] <= 100:
        reader.refuse("discountPercent", "The field discountPercent must be between 0 and 100.")
    if made["kind"] == "Campaign" and (start is None or end is None):
        reader.refuse("validFrom", "A campaign needs validFrom and validTo.")
    if start is not None and end is not None and end <= start:
        reader.refuse("validTo", "validTo must be later than validFrom.")
    reader.done()
    if made["currencyCode"] not in call.org.currencies:
        raise BusinessError(Code.CURRENCY_NOT_REGISTERED, f"Currency {made['currencyCode']} is not registered.")
    return call.org.prices.save(made)


def price_of(
    org: Organisation, article: Json, *, currency: str, customer: str, quantity: Decimal, at: datetime, rate: Decimal
) -> Decimal | None:
    """The article's unit price excl. VAT, kronor; None where the currency has no price.

    In this order: active campaign for the customer, active campaign, customer price, list price with the highest `fromQuantity` within
    the quantity, base price; within one level the lowest.
    """
    base = next((each["price"] for each in article["prices"] if each["currencyCode"] == currency), None)
    usable = [
        each
        for each in org.prices.having("articleNumber", article["number"])
        if each["currencyCode"] == currency
        and each["customerNumber"] in (None, "", customer)
        and each["fromQuantity"] <= quantity
        and _holds(each, at)
        and (each["price"] is not None or base is not None)
    ]
    if not usable:
        return base
    level = min(_level(each) for each in usable)
    return min(_net(each, base, rate) for each in usable if _level(each) == level)


def _holds(price: Json, at: datetime) -> bool:
    """Half-open: from `validFrom` to just before `validTo`."""
    start, end = price["validFrom"], price["validTo"]
    return (not start or moment(start) <= at) and (not end or at < moment(end))


def _level(price: Json) -> tuple[int, Decimal]:
    own = bool(price["customerNumber"])
    if price["kind"] == "Campaign":
        return (0 if own else 1), Decimal(0)
    return (2, Decimal(0)) if own else (3, -price["fromQuantity"])


def _net(price: Json, base: Decimal | None, rate: Decimal) -> Decimal:
    if price["price"] is None:
        return _four((base or Decimal(0)) * (1 - price["discountPercent"] / 100))
    amount: Decimal = price["price"]
    return _four(amount / (1 + rate)) if price["isVatIncluded"] else amount


def _four(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
