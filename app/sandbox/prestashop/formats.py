"""Which values PrestaShop's objects take: its schemas' formats, sizes and required fields (recorded as `?schema=synopsis`).

One word per field: `name` `!` = required, `:format`, `:size` in characters. The formats are PrestaShop's `Validate` methods.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from app.sandbox.prestashop.failure import Refusal
from app.sandbox.prestashop.schema import dialect_of

FORMATS: Mapping[str, re.Pattern[str]] = {
    "id": re.compile(r"\d{1,10}"),
    "int": re.compile(r"-?\d{1,10}"),
    "positive": re.compile(r"\d{1,10}"),
    "bool": re.compile(r"[01]"),
    "price": re.compile(r"\d{1,10}(\.\d{1,9})?"),
    "negative_price": re.compile(r"-?\d{1,10}(\.\d{1,9})?"),
    "unsigned_float": re.compile(r"\d+(\.\d+)?"),
    "float": re.compile(r"-?\d+(\.\d+)?"),
    "reference": re.compile(r"[^<>;={}]*"),
    "ean13": re.compile(r"\d{0,13}"),
    "gtin": re.compile(r"\d{0,14}"),
    "code": re.compile(r"[^<>;={}]*"),
    "string": re.compile(r".*", re.DOTALL),
    "name": re.compile(r"[^<>;=#{}]*"),  # isCatalogName
    "generic": re.compile(r"[^<>={}]*"),
    "link": re.compile(r"[_a-zA-Z0-9\-]+"),
    "html": re.compile(r"(?!.*<[\s]*script|.*<iframe|.*\son\w+\s*=).*", re.DOTALL | re.IGNORECASE),
    "visibility": re.compile(r"both|catalog|search|none"),
    "reduction": re.compile(r"amount|percentage"),
    "date": re.compile(r"\d{4}-(0?\d|1[0-2])-(0?\d|[12]\d|3[01])( \d\d:\d\d:\d\d)?"),
}
DECIMALS = frozenset({"price", "negative_price", "unsigned_float", "float"})
WHOLE = frozenset({"id", "int", "positive"})
CLASSES = {
    "products": "Product",
    "combinations": "Combination",
    "stock_availables": "StockAvailable",
    "specific_prices": "SpecificPrice",
}
RULES: Mapping[str, str] = {
    "products": """id_manufacturer:id id_supplier:id id_category_default:id cache_default_attribute:id id_tax_rules_group:id
        id_shop_default:id reference:reference:64 supplier_reference:reference:64 location:string:255 width:unsigned_float
        height:unsigned_float depth:unsigned_float weight:unsigned_float quantity_discount:bool ean13:ean13:13 isbn:code:32 upc:code:12
        mpn:code:40 cache_is_pack:bool cache_has_attachments:bool is_virtual:bool state:id additional_delivery_times:id
        delivery_in_stock:generic:255 delivery_out_stock:generic:255 product_type:generic on_sale:bool online_only:bool ecotax:price
        minimal_quantity:positive low_stock_threshold:int low_stock_alert:bool price!:price wholesale_price:price unity:string:255
        unit_price:price unit_price_ratio:float additional_shipping_cost:price customizable:id text_fields:id uploadable_files:id
        active:bool redirect_type:string id_type_redirected:id available_for_order:bool available_date:date show_condition:bool
        condition:generic show_price:bool indexed:bool visibility:visibility advanced_stock_management:bool date_add:date date_upd:date
        pack_stock_type:id meta_description:generic:512 meta_keywords:generic:255 meta_title:generic:255 link_rewrite:link:128
        name:name:128 description:html:4194303 description_short:html:4194303 available_now:generic:255 available_later:generic:255""",
    "combinations": """id_product!:id ean13:ean13:13 isbn:code:32 upc:code:12 mpn:code:40 reference:string:64
        supplier_reference:string:64 wholesale_price:negative_price price:negative_price ecotax:price weight:float
        unit_price_impact:negative_price minimal_quantity!:positive low_stock_threshold:int low_stock_alert:bool default_on:bool
        available_date:date available_now:generic:255 available_later:generic:255""",
    "stock_availables": """id_product!:id id_product_attribute!:id id_shop:id id_shop_group:id quantity!:int depends_on_stock!:bool
        out_of_stock!:int location:string:255""",
    "specific_prices": """id_shop_group:id id_shop!:id id_cart!:id id_product!:id id_product_attribute:id id_currency!:id id_country!:id
        id_group!:id id_customer!:id id_specific_price_rule:id price!:negative_price from_quantity!:positive reduction!:price
        reduction_tax!:bool reduction_type!:reduction from!:date to!:date""",
}
# What is shown but not taken. prestashop.md 11 names four more; the recorded refusal of a whole product passes over three of them before it
# stops at manufacturer_name, and the schema calls only these two read-only. The four are taken and mean nothing here.
NOT_WRITABLE: Mapping[str, frozenset[str]] = {"products": frozenset({"manufacturer_name", "quantity"})}
# What a POST or PUT that leaves them out makes NULL, as lists show it; sent as an empty text they become 0 (source: ObjectModel::formatValue).
NULLABLE: Mapping[str, str | None] = {"low_stock_threshold": None, "default_on": ""}
INT_MIN, INT_MAX = -2147483648, 2147483647


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one field takes."""

    format: str
    required: bool = False
    size: int | None = None

    @property
    def unset(self) -> str | int | None:
        """What the database holds for a field that a POST or PUT did not send (recorded: PUT with id and price only)."""
        if self.format in DECIMALS:
            return "0.000000"
        if self.format == "date":
            return "0000-00-00"
        return 0 if self.format in WHOLE or self.format == "bool" else ""


@cache
def rules_of(name: str, version: str) -> Mapping[str, Rule]:
    """A resource's fields with their rules."""
    found = {}
    for word in RULES[name].split():
        field, kind, *size = word.split(":")
        if field == "ean13" and dialect_of(version) == "9":
            kind, size = "gtin", ["14"]
        found[field.removesuffix("!")] = Rule(format=kind, required=field.endswith("!"), size=int(size[0]) if size else None)
    return found


def check(name: str, version: str, field: str, value: str) -> None:
    """Raises Refusal 400 code 85 in PrestaShop's words; an empty value is no value. The arrow of 8.x and before is escaped."""
    rule = rules_of(name, version)[field]
    arrow = "->" if dialect_of(version) == "9" else "-&gt;"
    subject = f"{CLASSES[name]}{arrow}{field}"
    if value == "":
        return
    if rule.format == "int" and not re.match(r"\s*[-+]?\d", value):
        sentence = f"The range of property {subject} is currently 0. It must be between {INT_MIN} and {INT_MAX}."
    elif rule.size is not None and len(value) > rule.size:
        sentence = f"The length of property {subject} is currently {len(value)} chars. It must be between 0 and {rule.size} chars."
    elif not FORMATS[rule.format].fullmatch(value):
        sentence = f"Property {subject} is not valid"
    else:
        return
    raise Refusal(400, (85, f'Validation error: "{sentence}"'))
