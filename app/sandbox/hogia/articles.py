"""Articles (hogia.md 3.5): flat, one number each; account and VAT follow from `salesAccounts`."""

from app.sandbox.hogia.call import Call
from app.sandbox.hogia.errors import BusinessError, Code
from app.sandbox.hogia.organisation import Organisation
from app.sandbox.hogia.reading import Reader
from app.sandbox.hogia.stock import balance_of, open_balance
from app.sandbox.hogia.wire import Answer, Json

TYPES = ("Goods", "Service")
REGIONS = ("NationalSales", "InternationalSales", "EuSales", "ReverseChargeSales")
FIELDS = frozenset(
    [
        "number",
        "name",
        "unit",
        "type",
        "salesAccounts",
        "prices",
        "isActive",
        "isWebshopArticle",
        "isStockArticle",
        "articleGroup",
        "description",
        "ean",
        "purchasePrice",
        "weightGrams",
        "sequenceId",
    ]
)


def listed(call: Call) -> Answer:
    found = call.org.articles.select(upto=call.org.seen_until(), number=call.word("number"))
    wanted = call.flag("isWebshopArticle")
    chosen = [each for each in found if wanted is None or each["isWebshopArticle"] == wanted]
    return call.many([_with_stock(call, each) for each in chosen])


def one(call: Call) -> Answer:
    return call.one(_with_stock(call, call.seen(call.org.articles, call.path["id"])))


def feed(call: Call) -> Answer:
    return call.feed(call.org.articles, lambda article: _with_stock(call, article))


def create(call: Call) -> Answer:
    body = call.body()
    return call.once("articles", body, lambda: call.one(_with_stock(call, _saved(call, body, before=None)), status=201))


def patch(call: Call) -> Answer:
    """Merge patch (RFC 7396): a field that is given replaces, null empties, lists are replaced whole."""
    before = call.at_version(call.org.articles, call.path["id"])
    merged = {name: before[name] for name in FIELDS if name in before} | call.body()
    return call.one(_with_stock(call, _saved(call, merged, before=before)))


def _with_stock(call: Call, article: Json) -> Json:
    """The article with its balance, read with the same lag."""
    balance = next(iter(call.org.stock.select(upto=call.org.seen_until(), articleNumber=article["number"])), None)
    stock = None
    if article["isStockArticle"] and balance is not None:
        stock = {name: balance[name] for name in ("onHand", "reserved", "available", "updatedDate")}
    return {**article, "stock": stock}


def _sales_accounts(reader: Reader) -> list[Json]:
    made = [
        {"number": each.integer("number", required=True), "type": each.word("type", REGIONS, default="NationalSales")}
        for each in reader.each("salesAccounts", known=("number", "type"))
    ]
    if len({each["type"] for each in made}) < len(made):
        reader.refuse("salesAccounts", "Each type of sales account may be given once.")
    return made


def _prices(reader: Reader) -> list[Json]:
    return [
        {"price": each.decimal("price", required=True), "currencyCode": each.text("currencyCode", longest=3) or "SEK"}
        for each in reader.each("prices", known=("price", "currencyCode"))
    ]


def _group(reader: Reader | None) -> Json | None:
    return None if reader is None else {"number": reader.text("number", longest=20), "name": reader.text("name", longest=100)}


def _saved(call: Call, body: Json, *, before: Json | None) -> Json:
    reader = call.reader(body, FIELDS)
    made = {
        **(before or {}),
        "number": reader.text("number", required=True, longest=40),
        "name": reader.text("name", required=True, longest=200),
        "unit": reader.text("unit", longest=10) or "st",
        "type": reader.word("type", TYPES, default="Goods"),
        "salesAccounts": _sales_accounts(reader),
        "prices": _prices(reader),
        "isActive": reader.flag("isActive", default=True),
        "isWebshopArticle": reader.flag("isWebshopArticle"),
        "isStockArticle": reader.flag("isStockArticle"),
        "articleGroup": _group(reader.inside("articleGroup", known=("number", "name"))),
        "description": reader.text("description", longest=2000),
        "ean": reader.text("ean", longest=30),
        "purchasePrice": reader.decimal("purchasePrice"),
        "weightGrams": reader.integer("weightGrams"),
        "sequenceId": body.get("sequenceId"),
    }
    reader.done()
    _check(call.org, made)
    if before is not None and before["number"] != made["number"] and balance_of(call.org, before["number"]):
        raise BusinessError(Code.NOT_ALLOWED_IN_STATE, "The number of an article with a stock balance cannot be changed.")
    saved = call.org.articles.save(made)
    if saved["isStockArticle"]:
        open_balance(call.org, saved["number"])
    return saved


def _check(org: Organisation, article: Json) -> None:
    number = article["number"]
    other = org.articles.find("number", number)
    if other is not None and other["id"] != article.get("id"):
        raise BusinessError(Code.NUMBER_USED, f"An article with number {number} exists already.", reference=number, source_hint="number")
    year = org.open_year_of(org.clock.today())
    for each in article["salesAccounts"]:
        org.account(year, each["number"], source_hint="salesAccounts")
    for each in article["prices"]:
        if each["currencyCode"] not in org.currencies:
            message = f"Currency {each['currencyCode']} is not registered."
            raise BusinessError(Code.CURRENCY_NOT_REGISTERED, message, reference=each["currencyCode"])
