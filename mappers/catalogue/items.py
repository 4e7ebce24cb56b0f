"""A product as what is sold: itself, or each of its combinations. Each is one flat article, numbered by its reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from mappers.catalogue.model import ProductType, ShopCombination, ShopProduct
from mappers.catalogue.outcome import product_item
from mappers.catalogue.policy import MissingReference, ProductPolicy
from mappers.hogia.text import ARTICLE_NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What has a number of its own. `combination` is None where the product itself is sold."""

    product: ShopProduct
    combination: ShopCombination | None = None

    @property
    def name(self) -> str:
        """How reports and links call it."""
        return product_item(self.product.id, self.combination_id)

    @property
    def combination_id(self) -> int:
        return self.combination.id if self.combination else 0

    @property
    def reference(self) -> str:
        return (self.combination.reference if self.combination else self.product.reference).strip()

    @property
    def ean(self) -> str:
        return (self.combination.ean13 if self.combination else self.product.ean13).strip()

    @property
    def price(self) -> Decimal:
        """Kronor excl. VAT: a combination's price is an impact on the product's (prestashop.md 11)."""
        return self.product.price + (self.combination.impact if self.combination else Decimal(0))

    @property
    def purchase_price(self) -> Decimal:
        own = self.combination.wholesale_price if self.combination else Decimal(0)
        return own or self.product.wholesale_price

    @property
    def weight(self) -> Decimal:
        """Kilograms."""
        return self.product.weight + (self.combination.weight_impact if self.combination else Decimal(0))

    @property
    def is_virtual(self) -> bool:
        return self.product.type is ProductType.VIRTUAL


def items_of(product: ShopProduct) -> tuple[Item, ...]:
    """The combinations, or the product itself where it has none."""
    if product.combinations:
        return tuple(Item(product=product, combination=each) for each in product.combinations)
    return (Item(product=product),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """An item's article number. `is_new`: it is to be written to the shop. `code` and `reason` say why there is none."""

    number: str = ""
    is_new: bool = False
    code: str = ""
    reason: str = ""


def numbered(item: Item, policy: ProductPolicy) -> Numbered:
    """The item's reference, else what the rule for a missing one says."""
    if item.reference:
        return _checked(item.reference)
    if policy.missing_reference is MissingReference.EAN and item.ean:
        return _checked(item.ean, is_new=True)
    if policy.missing_reference is MissingReference.GENERATE:
        made = policy.generated_number.format(product=item.product.id)
        return _checked(f"{made}-{item.combination_id}" if item.combination else made, is_new=True)
    told = " and no EAN" if policy.missing_reference is MissingReference.EAN else ""
    return Numbered(
        code="SKU_MISSING",
        reason=f"it has no reference{told}. Give it one in the shop, or set products.missing_reference to ean or generate.",
    )


def _checked(number: str, *, is_new: bool = False) -> Numbered:
    if len(number) > ARTICLE_NUMBER:
        return Numbered(
            code="SKU_TOO_LONG",
            reason=f"an article number in Hogia has at most {ARTICLE_NUMBER} characters, this one has {len(number)}. Shorten the reference.",
        )
    if any(character in "|[]" or not character.isprintable() for character in number):
        return Numbered(
            code="SKU_UNUSABLE",
            reason="the reference has characters that PrestaShop cannot be asked for (| [ ] or control characters). Change the reference.",
        )
    return Numbered(number=number, is_new=is_new)


def product_name(item: Item, language: int) -> str:
    """The product's name in the language, else in the first that has one."""
    names = item.product.names
    return names.get(language) or next((each for _, each in sorted(names.items()) if each), "")


def attributes(item: Item, texts: Mapping[int, str]) -> str:
    """What tells a combination from its siblings: `Storlek: S, Färg: Röd`; "" for a product that is sold itself."""
    values = item.combination.values if item.combination else ()
    return ", ".join(text for value in values if (text := texts.get(value, "")))
