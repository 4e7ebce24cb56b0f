"""Many products at once, for load tests: ten thousand in a second or two.

    BULK-00001                      a product; with combinations BULK-00001-1, BULK-00001-2 … as well
    price 10.00 + number/100        kronor excl. VAT, so that prices tell products apart; tax groups 1, 2, 3 in turn; 100 pieces of each

Records are copied from one that went through `record_of`, since typing each field of each record would take most of the time.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.sandbox.prestashop import stock
from app.sandbox.prestashop.catalogue import Article
from app.sandbox.prestashop.checkout import six
from app.sandbox.prestashop.installation import product
from app.sandbox.prestashop.schema import Record, record_of, typed

if TYPE_CHECKING:
    from app.sandbox.prestashop.state import ShopState

PIECES = 100
OPTION = {1: "Variant", 2: "Variant"}
FIRST_PRICE = Decimal(10)
CENT = Decimal("0.01")


def add_products(state: ShopState, count: int, *, combinations: int = 0, prefix: str = "BULK") -> list[int]:
    """Add products with this many combinations each (0: none); their ids. No hook fires: they have been there all the time."""
    dated = {"date_add": state.now(), "date_upd": state.now()}
    model = Article(id=1, reference=prefix, name=prefix, price=FIRST_PRICE)
    whole = record_of("products", state.version, product(model, [], dated))
    part = record_of("combinations", state.version, {"minimal_quantity": 1, "available_date": "0000-00-00"} | _zero_money())
    row = record_of("stock_availables", state.version, {"depends_on_stock": 0, "out_of_stock": 2})
    values = _option_values(state, combinations)
    filler = _Filler(state, whole=whole, part=part, row=row)
    return [filler.add(number, prefix=prefix, values=values) for number in range(1, count + 1)]


class _Filler:
    """Copies the three model records."""

    def __init__(self, state: ShopState, *, whole: Record, part: Record, row: Record) -> None:
        self.state, self.whole, self.part, self.row = state, whole, part, row
        self.places = stock.places(state, state.shops)

    def integer(self, value: int) -> Any:
        return typed(value, integer=True, version=self.state.version)

    def add(self, number: int, *, prefix: str, values: list[int]) -> int:
        """One product with its combinations and stock rows."""
        state, integer = self.state, self.integer
        ident = state.next_number("products")
        reference = f"{prefix}-{number:05d}"
        own = {integer(value): state.next_number("combinations") for value in values}
        rows = [(0, PIECES * len(own) or PIECES), *((combination, PIECES) for combination in own.values())]
        first = [self.add_rows(ident, combination, pieces) for combination, pieces in rows]
        lists = self.whole["associations"] | {
            "stock_availables": [
                {"id": integer(stock_id), "id_product_attribute": integer(combination)}
                for stock_id, (combination, _) in zip(first, rows, strict=True)
            ]
        }
        if own:
            lists |= {"combinations": [{"id": integer(one)} for one in own.values()]}
            lists |= {"product_option_values": [{"id": value} for value in own]}
        default = next(iter(own.values()), 0)
        changed = {
            "id": ident,
            "reference": reference,
            "name": [text | {"value": f"Produkt {reference}"} for text in self.whole["name"]],
            "link_rewrite": [text | {"value": reference.lower()} for text in self.whole["link_rewrite"]],
            "price": six(FIRST_PRICE + number * CENT),
            "id_tax_rules_group": integer(number % 3 + 1),
            "position_in_category": integer(ident),
            "product_type": "combinations" if own else "standard",
            "cache_default_attribute": integer(default),
            "id_default_combination": default,
            "associations": lists,
        }
        state.keep("products", self.whole | changed)
        for nth, (value, combination) in enumerate(own.items(), start=1):
            named = {
                "id": combination,
                "id_product": integer(ident),
                "reference": f"{reference}-{nth}",
                "default_on": "" if nth > 1 else "1",
            }
            state.keep("combinations", self.part | named | {"associations": {"product_option_values": [{"id": value}]}})
        return ident

    def add_rows(self, product_id: int, combination: int, pieces: int) -> int:
        """A stock row per place; the first one's id."""
        first = 0
        for place in self.places:
            ident = self.state.next_number("stock_availables")
            first = first or ident
            numbers = {"id_product": product_id, "id_product_attribute": combination, "quantity": pieces, **place}
            self.state.keep("stock_availables", self.row | {"id": ident} | {key: self.integer(value) for key, value in numbers.items()})
        return first


def _zero_money() -> dict[str, str]:
    return dict.fromkeys(("wholesale_price", "price", "ecotax", "weight", "unit_price_impact"), "0.000000")


def _option_values(state: ShopState, count: int) -> list[int]:
    """The option `Variant` with at least this many values; ids of the first of them."""
    if not count:
        return []
    known = [row for row in state.find("product_options") if row["name"][0]["value"] == OPTION[1]]
    option = int(known[0]["id"]) if known else state.add("product_options", {"group_type": "select", "name": OPTION, "public_name": OPTION})
    values = [int(row["id"]) for row in state.find("product_option_values", id_attribute_group=option)]
    while len(values) < count:
        name = str(len(values) + 1)
        values.append(state.add("product_option_values", {"id_attribute_group": option, "name": {1: name, 2: name}}))
    return values[:count]
